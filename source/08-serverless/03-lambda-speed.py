# ---
# jupyter:
#   course:
#     exam:
#     - '1.2'
#     - '4.3'
#     - '4.2'
#     minutes: 60
#     practises:
#       add-layer:
#       - lambda.layers
#       fresh-tariffs:
#       - lambda.environment-reuse
#       keep-warm:
#       - lambda.provisioned-concurrency
#       predict-cold:
#       - lambda.cold-starts
#       share-out:
#       - lambda.concurrency
#       ship:
#       - lambda.packaging
#       - lambda.limits
#       trace:
#       - lambda.xray-tracing
#       ways-out:
#       - lambda.vpc-internet
#       - lambda.vpc-attachment
#     services:
#     - lambda
#     - cloudwatch
#     - xray
#     - ec2
#     title: Fast functions, and how many at once
#     topics:
#     - lambda.environment-reuse
#     - lambda.tmp-storage
#     - lambda.layers
#     - lambda.efs-mount
#     - lambda.concurrency
#     - lambda.cold-starts
#     - lambda.provisioned-concurrency
#     - lambda.packaging
#     - lambda.limits
#     - lambda.xray-tracing
#     - lambda.vpc-attachment
#     - lambda.vpc-internet
# ---

# %% [markdown]
# # Fast functions, and how many at once
#
# A ferry lands in Tern's harbour town, and two hundred people open the app at the same moment. Some wait a second
# longer than others, and the old ride register behind the functions trembles. After this lesson you can say **why a
# first call is slow, how many calls run at once, and who is protected from whom**, and change each of them.

# %% setup="start"
import base64
import inspect
import io
import json
import linecache
import os
import re
import zipfile
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("08-serverless/03-lambda-speed")
lab.start()
functions = boto3.client("lambda")
# boto3 repeats throttled calls by itself. This client does not, so that we see every refusal.
impatient = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))
iam = boto3.client("iam")
s3 = boto3.client("s3")
ec2 = boto3.client("ec2")
cloudwatch = boto3.client("cloudwatch")


def new_role(name: str, path: str = "/") -> str:
    """A role that Lambda may take on; returns its ARN."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = iam.create_role(
        RoleName=lab.unique_name(name),
        Path=path,
        AssumeRolePolicyDocument=trust,
    )
    return made["Role"]["Arn"]


def zipped(files: dict[str, str]) -> bytes:
    """A zip archive of these files: {name in the archive: text}."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def launch_text(source: str, handler: str = "handler", **settings: Any) -> str:
    """Make a function of a text; returns its name."""
    name = lab.unique_name(handler.replace("_", "-"))
    more: Any = {"Role": role, "Timeout": 30, **settings}
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler=f"app.{handler}",
        Code={"ZipFile": zipped({"app.py": source})},
        **more,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return name


def launch(function: Any, **settings: Any) -> str:
    """Make a function of the cell that defines it, down to its last line; returns its name."""
    lines = linecache.getlines(function.__code__.co_filename)
    first = function.__code__.co_firstlineno - 1
    source = "".join(lines[: first + len(inspect.getblock(lines[first:]))])
    return launch_text(source, function.__name__, **settings)


def ask(name: str, event: Any = None) -> Any:
    """Call a function and give its answer."""
    response = functions.invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(response["Payload"].read())


def timed(name: str) -> tuple[float, float]:
    """Call a function; returns the milliseconds of its init phase (0 if warm) and of its handler."""
    response = impatient.invoke(FunctionName=name, LogType="Tail")
    tail = base64.b64decode(response["LogResult"]).decode()
    init = re.search(r"Init Duration: ([\d.]+)", tail)
    ran = re.search(r"\tDuration: ([\d.]+)", tail)
    assert ran, tail
    return (float(init[1]) if init else 0.0), float(ran[1])


def burst(name: str, calls: int) -> dict[str, int]:
    """So many calls at the same moment (`lab.at_once`): how many were served cold, served warm, and throttled."""
    found = {"cold": 0, "warm": 0, "throttled": 0}
    for result in lab.at_once([lambda: timed(name)] * calls):
        if isinstance(result, ClientError):
            assert result.response["Error"]["Code"] == "TooManyRequestsException", result
            found["throttled"] += 1
        elif isinstance(result, Exception):
            raise result
        else:
            found["cold" if result[0] else "warm"] += 1
    return found


role = new_role("tern")

# %% [markdown]
# ## The first call
#
# Before a handler can run, Lambda starts an **execution environment**: it fetches the code, boots a tiny virtual
# machine (Firecracker), starts Python and runs everything in your file that stands *outside* the handler. This is the
# **init phase**, and a call that has to wait for it is a **cold start**. Afterwards the environment stays for a while,
# with all module-level objects, and serves the next calls **warm**.
#
# Tern's `unlock` imports libraries for 0.8 seconds (`sleep` stands for them; in the lab it moves the clock) and works
# for 50 ms. We call it eight times.

# %%
unlock = """
import time
time.sleep(0.8)                  # init phase: imports, connections

def handler(event, context):
    time.sleep(0.05)             # the work
    return "unlocked"
"""
unlocking = launch_text(unlock, MemorySize=512)
calls = {"1 first call": timed(unlocking)}
calls["2"] = timed(unlocking)
calls["3"] = timed(unlocking)
lab.clock.advance(hours=8)
calls["4 after a quiet night"] = timed(unlocking)
calls["5"] = timed(unlocking)
functions.update_function_code(
    FunctionName=unlocking,
    ZipFile=zipped({"app.py": unlock + "# version 2\n"}),
)
calls["6 after a new deployment"] = timed(unlocking)
calls["7"] = timed(unlocking)
functions.update_function_configuration(FunctionName=unlocking, MemorySize=1024)
calls["8 after a change of memory"] = timed(unlocking)
shown = {call: {"init": init, "handler": ran} for call, (init, ran) in calls.items()}
charts.stack(
    shown,
    unit="ms",
    headline="Four of eight calls waited far longer than they worked",
    source="measured in the lab",
)

# %% [markdown]
# Lambda promises no lifetime for an idle environment; here it is an hour. It never mixes old and new: after a change
# of code or settings every environment is new.
#
# **An environment serves one call at a time.** So calls that arrive together need as many environments:

# %%
for at_once in (1, 4, 4, 10):
    print(f"{at_once:2} calls at once: {burst(unlocking, at_once)}")

# %% [markdown]
# Averages hide this. What users feel is the slow end, the **99th percentile** (p99): the time that 99 of 100 calls
# stay within.

# %%
warm_ms = calls["2"][1]
cold_ms = sum(calls["1 first call"])
shares = [share / 10 for share in range(0, 51)]


def percentile(share: float, percent: float) -> float:
    """Of calls of which `share` percent are cold: within how many ms are `percent` of them?"""
    return cold_ms if share > 100 - percent else warm_ms


charts.steps(
    {
        "p50": [percentile(share, 50) for share in shares],
        "p95": [percentile(share, 95) for share in shares],
        "p99": [percentile(share, 99) for share in shares],
    },
    x=shares,
    x_label="calls that start cold",
    x_unit="percent",
    y_unit="ms",
    highlight=["p99"],
    headline="As soon as more than one call in a hundred is cold, the p99 is a cold start",
    source="computed from the times measured above",
)

# %% [markdown]
# What helps: a smaller package, fewer imports or imports where they are needed, more memory (the init phase gets its
# vCPU, too), environments that are started beforehand (below). And **SnapStart**: Lambda takes a snapshot of the
# initialised environment when you publish a version and restores it. It is free for Java, paid for Python 3.12+ and
# .NET.

# %%
cache = facts.price("lambda", "snapstart-cache-python-net")
restore = facts.price("lambda", "snapstart-restore-python-net")
month = facts.HOURS_PER_MONTH * 3600
print(f"SnapStart, Python, 2 GB: {2 * cache * month:.2f} USD a month to keep one version,")
print(f"and {2 * restore * 10_000:.2f} USD for 10,000 restores")

# %% [markdown]
# > **Then and now.** Old notes warn of seconds of cold start inside a VPC. That ended in autumn 2019. And since August
# > 2025 the init phase is billed for every kind of package.
#
# ### Your turn: predict
#
# A new function gets the following, one after the other. Say for each line **how many cold starts** it brings. Then
# the check measures.
#
# <details><summary>Hint</summary>
#
# Keep a list of warm environments on paper. Which calls find a free one? Which settings are part of an environment,
# and which only say how many there may be? Does an alias have environments of its own, or the version behind it?
# </details>

# %% exercise="predict-cold" repair=true
predicted = {
    "two calls, the second after the first is done": None,
    "three calls at the same moment": None,
    "three calls at the same moment, once more": None,
    "one call after the memory was changed": None,
    "one call after reserved concurrency was set to 10": None,
    "one call of version 1, which was published just now": None,
    "one call of the alias 'live', which points to version 1": None,
    "two calls of 'live' at the same moment": None,
}
### BEGIN SOLUTION
predicted = {
    "two calls, the second after the first is done": 1,
    "three calls at the same moment": 2,
    "three calls at the same moment, once more": 0,
    "one call after the memory was changed": 1,
    "one call after reserved concurrency was set to 10": 0,
    "one call of version 1, which was published just now": 1,
    "one call of the alias 'live', which points to version 1": 0,
    "two calls of 'live' at the same moment": 1,
}
### END SOLUTION

# %% check="predict-cold" points=2
with check(
    "predict-cold",
    needs="predicted",
    right="Environments belong to a version, serve one call at a time, and end with a change.",
) as expect:
    expect(isinstance(predicted, dict), "`predicted` should be the dictionary of the task.")
    expect.not_tried(all(value is None for value in predicted.values()))

    def cold_starts(measured: str) -> list[tuple[int, str]]:
        """Do what the task says; the cold starts of each line, and why."""

        def cold(calls: int, qualifier: str = "") -> int:
            return burst(measured + qualifier, calls)["cold"]

        found = [(cold(1) + cold(1), "The second call finds the first one's environment.")]
        found.append((cold(3), "One environment is there already, two more are needed."))
        found.append((cold(3), "Three environments are warm now."))
        functions.update_function_configuration(FunctionName=measured, MemorySize=512)
        found.append((cold(1), "Memory belongs to an environment; all old ones are gone."))
        functions.put_function_concurrency(
            FunctionName=measured,
            ReservedConcurrentExecutions=10,
        )
        found.append((cold(1), "A reservation starts nothing and changes no environment."))
        functions.delete_function_concurrency(FunctionName=measured)
        functions.publish_version(FunctionName=measured)
        found.append((cold(1, ":1"), "A version has environments of its own."))
        functions.create_alias(FunctionName=measured, Name="live", FunctionVersion="1")
        found.append((cold(1, ":live"), "An alias is a name; version 1 is warm already."))
        found.append((cold(2, ":live"), "One environment of version 1 is warm, one is missing."))
        return found

    def compare(source: str) -> None:
        for (what, said), (came, why) in zip(
            predicted.items(),
            cold_starts(launch_text(source)),
            strict=True,
        ):
            expect(type(said) is int, f"'{what}': say a whole number.")
            expect(said == came, f"'{what}': you said {said}, measured: {came}. {why}")

    expect(len(predicted) == 8, "Keep the eight lines as they are.")
    compare("def handler(event, context): return 1")
    ### BEGIN HIDDEN TESTS
    compare("import time\ntime.sleep(1)\ndef handler(event, context): return 2")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Do it once
#
# What stands outside the handler runs once for each environment, and warm calls find it done: clients, connections,
# settings. What stands inside runs every time. Two warnings:
#
# - Nothing there may belong to *one* caller. The next call, for somebody else, finds the same objects.
# - What was read once gets old. An environment may live for hours.
#
# ### Your turn: repair
#
# `price` reads Tern's tariffs from S3 at every call and makes a client each time. Mend it:
#
# - several calls share one client and one reading (`GetObject`), whatever their towns;
# - a tariff may change: one reading serves for **five minutes**, and no price may come from an older one;
# - the answer stays the same: 1 EUR plus the tariff per minute.
#
# The file begins with your cell's first line and ends with the last line of `price`.
#
# <details><summary>Hint</summary>
#
# Keep the tariffs and the moment of reading in module-level variables. Compare with `time.time()`; in the lab it
# follows the lab's clock (`time.monotonic()` does not). A handler that *assigns* a module-level name needs `global`,
# or put both into a dictionary.
# </details>

# %% setup="tariffs"
tariff_bucket = lab.unique_name("tern-tariffs")
s3.create_bucket(Bucket=tariff_bucket)
s3.put_object(Bucket=tariff_bucket, Key="tariffs.json", Body=json.dumps({"Husum": 0.15}))
os.environ["BUCKET"] = tariff_bucket  # so that your cell can be run in the notebook, too

# %% exercise="fresh-tariffs" repair=true
import json
import os
import time

import boto3


def price(event, context):
    """The price of a ride: {"town": "Husum", "minutes": 20}."""
    store = boto3.client("s3")
    found = store.get_object(Bucket=os.environ["BUCKET"], Key="tariffs.json")
    tariffs = json.loads(found["Body"].read())
    return round(1 + tariffs[event["town"]] * event["minutes"], 2)


### BEGIN SOLUTION
storage = boto3.client("s3")
tariffs: dict[str, float] = {}
read_at = float("-inf")


def price(event, context):
    global tariffs, read_at
    if time.time() - read_at > 300:
        answer = storage.get_object(Bucket=os.environ["BUCKET"], Key="tariffs.json")
        tariffs, read_at = json.loads(answer["Body"].read()), time.time()
    return round(1 + tariffs[event["town"]] * event["minutes"], 2)


### END SOLUTION

# %% check="fresh-tariffs" points=2
with check(
    "fresh-tariffs",
    needs="price",
    right="Many calls, one reading; and a new tariff counts after five minutes.",
) as expect:
    s3 = boto3.client("s3")  # the cell above may use the name in its own way

    def prices(town: str, before: float, after: float) -> None:
        bucket = lab.unique_name("check-tariffs")
        s3.create_bucket(Bucket=bucket)

        def tariff(euro: float) -> None:
            table = json.dumps({town: euro, "Elsewhere": 1})
            s3.put_object(Bucket=bucket, Key="tariffs.json", Body=table)

        tariff(before)
        # Always begin four minutes after a full five, so that no answer depends on the time of day.
        lab.clock.advance(seconds=(240 - lab.clock.now().timestamp()) % 300)
        name = launch(price, Environment={"Variables": {"BUCKET": bucket}})

        def ride(where: str, minutes: int, euro: float, case: str) -> None:
            answer = ask(name, {"town": where, "minutes": minutes})
            failed = isinstance(answer, dict) and "errorMessage" in answer
            expect(not failed, f"The function failed: {answer}")
            wanted = round(1 + euro * minutes, 2)
            expect.equal(answer, wanted, f"{case}: the price of {minutes} minutes in {where}")

        def rides(minutes: list[int], euro: float, case: str) -> tuple[int, int]:
            """Rides in the town and one elsewhere; how many readings and clients they needed."""
            client = boto3.Session.client
            with (
                lab.watching(most=200) as made,
                patch.object(boto3.Session, "client", autospec=True, side_effect=client) as makes,
            ):
                for number in minutes:
                    ride(town, number, euro, case)
                ride("Elsewhere", 10, 1, case)
            return len(made.of("GetObject")), makes.call_count

        first, _ = rides([10, 20, 30, 25], before, "The first five calls")
        expect(
            first == 1,
            f"Five calls read the tariffs {first} times. Keep them outside the handler, for all towns.",
        )
        lab.clock.advance(minutes=2)
        again, clients = rides([15, 45], before, "Two minutes later")
        expect(again == 0, "Two minutes later it read again; a reading counts for five.")
        expect(clients == 0, f"Three warm calls made {clients} clients; one from before is enough.")
        tariff(after)
        lab.clock.advance(minutes=4)
        late, _ = rides([10, 60], after, "The tariff was changed, the reading is 6 minutes old")
        expect(late == 1, f"After five minutes one new reading is enough; it made {late}.")

    prices("Husum", 0.15, 0.2)
    ### BEGIN HIDDEN TESTS
    prices("Amrum", 0.3, 0.1)
    ### END HIDDEN TESTS

# %% [markdown]
# ## A disk that may vanish
#
# Each environment has a folder `/tmp` of its own: 512 MB for nothing, up to 10,240 MB for money. It survives warm
# calls like module-level objects do, and ends with its environment. So it is a **cache**, not a place for results;
# those go to S3. What must not be read by anybody is encrypted with a KMS data key before it is written.

# %%
harbour_map = """
from pathlib import Path

def handler(event, context):
    chart = Path("/tmp/harbour.map")
    if chart.exists():
        return "found"
    chart.write_bytes(b"x" * 1_000_000)      # stands for a long download
    return "downloaded"
"""
mapping = launch_text(harbour_map, EphemeralStorage={"Size": 2048})
answers = [ask(mapping) for _ in range(3)]
functions.update_function_configuration(FunctionName=mapping, MemorySize=512)
print(answers, ask(mapping), "after a change")
extra_gb, calls_a_month, seconds_each = (2048 - 512) / 1024, 1_000_000, 2
disk = facts.price("lambda", "ephemeral-storage-above-512-mb")
print(f"1.5 GB more for a million calls of 2 s: {extra_gb * calls_a_month * 2 * disk:.2f} USD")

# %% [markdown]
# > **Then and now.** Until March 2022 `/tmp` had 512 MB and no more.
#
# For files that many environments *share* there is **EFS**, a network file system: the function is attached to a VPC
# and mounts an access point below `/mnt/`. Every environment is one connection; see what that means when two hundred
# people unlock at once. (Since 2026 a bucket can be mounted in the same way, with S3 Files.)
#
# ## What you ship
#
# Libraries that Lambda does not have are put beside your code: `pip install --target package -r requirements.txt`,
# then zip. Only boto3 is there already. Native code must be built for Amazon Linux and for the right processor.

# %%
direct = facts.limit("lambda", "zip-direct-upload")
unzipped = facts.limit("lambda", "package-unzipped-with-layers")
image = facts.limit("lambda", "container-image")
charts.limits(
    {
        "zip, in the request": float(direct),
        "zip from S3, unzipped with layers": float(unzipped),
        "container image": float(image) * 1024,
        "/tmp, at most": float(facts.limit("lambda", "tmp-maximum")),
    },
    unit="MiB",  # Lambda's MB has 1,024 KB
    headline="An image may be forty times as large as a zip archive's content",
    highlight=["container image"],
    source=[direct, unzipped, image],
)

# %% [markdown]
# The other limits worth knowing:

# %%
limits = facts.limits("lambda").frame().set_index("name")
worth_knowing = [
    "memory-minimum",
    "memory-maximum",
    "function-timeout-maximum",
    "environment-variables-total",
    "layers-per-function",
    "payload-synchronous",
    "payload-asynchronous",
    "resource-based-policy",
    "file-descriptors",
    "concurrent-executions-per-region",
    "code-storage-per-region-lambda-managed-unzipped",
]
limits.loc[worth_knowing, ["value", "unit", "as_of"]]

# %% [markdown]
# > **Then and now.** Older notes have 3,008 MB of memory (until December 2020), 256 KB for asynchronous events (until
# > October 2025) and 75 GB of code a Region. New accounts start with less concurrency and memory than this table.
#
# ### Your turn: how to ship
#
# Write `ship(zip_mb, unzipped_mb, tmp_mb, minutes)` for a Python program: the size of its zip archive, of everything
# unzipped (as an image it would have the same size), the disk and the minutes that one run needs. Return the first of
# these that works:
#
# - `"zip"`: uploaded in the request, `"S3"`: a zip archive from a bucket, `"image"`: a container image;
# - `"no function"`, if it does not fit into one at all. What fits exactly fits.
#
# A GB has 1,024 MB. Leave Managed Instances out.
#
# <details><summary>Hint</summary>
#
# Begin with what no package can mend: disk and time. The limit of 250 MB holds for both kinds of zip archive.
# </details>


# %% exercise="ship"
def ship(zip_mb: float, unzipped_mb: float, tmp_mb: float, minutes: float) -> str:
    """Return "zip", "S3", "image" or "no function"."""
    ### BEGIN SOLUTION
    if tmp_mb > 10_240 or minutes > 15 or unzipped_mb > 10_240:
        return "no function"
    if unzipped_mb > 250:
        return "image"
    return "zip" if zip_mb <= 50 else "S3"
    ### END SOLUTION


# %% check="ship" points=1
with check("ship", needs="ship", right="Sizes choose the package, time the service.") as expect:

    def ships(cases: dict[tuple[float, float, float, float], tuple[str, str]]) -> None:
        for sizes, (wanted, why) in cases.items():
            zip_mb, content, disk, minutes = sizes
            said = ship(zip_mb, content, disk, minutes)
            told = f"A zip of {zip_mb} MB, {content} MB unzipped, {disk} MB of disk, {minutes} min"
            expect(said == wanted, f"{told}: {wanted!r}, not {said!r}. {why}")

    ships(
        {
            (3, 11, 0, 1): ("zip", "This is small."),
            (50, 250, 512, 15): ("zip", "What fits exactly fits."),
            (51, 180, 512, 1): ("S3", "50 MB is the most for a direct upload."),
            (40, 251, 512, 1): ("image", "Zip archives end at 250 MB unzipped, also small ones."),
            (700, 2_000, 2_000, 3): ("image", "S3 raises the limit of the upload only."),
            (700, 10_240, 10_240, 3): ("image", "10 GB is the most for images and for /tmp."),
            (9_000, 10_241, 0, 1): ("no function", "An image ends at 10 GB."),
            (3, 11, 0, 16): ("no function", "A function ends after 15 minutes."),
            (3, 11, 10_241, 1): ("no function", "/tmp ends at 10,240 MB."),
        }
    )
    ### BEGIN HIDDEN TESTS
    ships(
        {
            (49.9, 249.9, 600, 14.9): ("zip", "Everything is below its limit."),
            (50.5, 250, 10_240, 15): ("S3", "Too large for the request, just right for S3."),
            (60, 400, 0, 20): ("no function", "Time cannot be packed."),
        }
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Layers
#
# Six functions with the same library: six copies to upload. A **layer** is a zip archive of its own that Lambda lays
# over `/opt`; Python finds what lies in its folder `python/`. Every publishing makes a new version with a number, and a
# version never changes. A function names the versions it uses, five at most, and they count in the 250 MB.

# %%
uses = "import fares\n\ndef handler(event, context):\n    return fares.VERSION"
first = functions.publish_layer_version(
    LayerName="tern-fares",
    CompatibleRuntimes=["python3.13"],
    Content={"ZipFile": zipped({"python/fares.py": "VERSION = 1"})},
)["LayerVersionArn"]
with_layer = launch_text(uses, Layers=[first])
second = functions.publish_layer_version(
    LayerName="tern-fares",
    Content={"ZipFile": zipped({"python/fares.py": "VERSION = 2"})},
)["LayerVersionArn"]
print(second)
print("version 2 is published; the function still uses version", ask(with_layer))

# %% [markdown]
# ### Your turn: give it to all
#
# Write `add_layer(layer, files, names)`, the step of a release script:
#
# - publish `files` (`{"fares.py": "..."}`) as the next version of the layer, so that a function can `import fares`;
# - every function in `names` uses this version from now on;
# - an older version of the same layer is replaced; **the function's other layers stay, in their order**;
# - return the ARN of the version.
#
# <details><summary>Hint</summary>
#
# `Layers=` sets the whole list. What a function has stands in `get_function_configuration(...).get("Layers", [])`. The
# ARN of a version is the layer's ARN (`LayerArn`), a colon and the number. `zipped` packs a dictionary of files.
# </details>


# %% exercise="add-layer"
def add_layer(layer: str, files: dict[str, str], names: list[str]) -> str:
    """Publish a version of the layer and give it to the functions; return its ARN."""
    ### BEGIN SOLUTION
    made = functions.publish_layer_version(
        LayerName=layer,
        Content={"ZipFile": zipped({f"python/{file}": text for file, text in files.items()})},
        CompatibleRuntimes=["python3.13"],
    )
    arn = made["LayerVersionArn"]
    for name in names:
        config = functions.get_function_configuration(FunctionName=name)
        others = [one["Arn"] for one in config.get("Layers", []) if one["Arn"].rpartition(":")[0] != made["LayerArn"]]
        functions.update_function_configuration(FunctionName=name, Layers=[*others, arn])
    return arn
    ### END SOLUTION


# %% check="add-layer" points=2
with check(
    "add-layer",
    needs="add_layer",
    right="One upload, all functions, and nobody lost a library.",
) as expect:

    def gives(layer: str, module: str) -> None:
        layer = lab.unique_name(layer)
        others = [
            functions.publish_layer_version(
                LayerName=layer + more,
                Content={"ZipFile": zipped({f"python/{file}.py": "LIGHT = 'on'"})},
            )["LayerVersionArn"]
            for more, file in (("-more", "lamps"), ("-brakes", "brakes"))
        ]
        source = f"def handler(event, context):\n    import {module}\n    return {module}.WORD"
        both = f"def handler(event, context):\n    import lamps, {module}\n    return lamps.LIGHT, {module}.WORD"
        plain, rich = launch_text(source), launch_text(both, Layers=others)
        for case, word in (("The first", "moin"), ("The second", "tschuess"), ("The third", "ahoi")):
            case += " version"
            with lab.watching(most=200):
                arn = add_layer(layer, {f"{module}.py": f"WORD = {word!r}"}, [plain, rich])
            version = arn.rpartition(":")[2] if isinstance(arn, str) else ""
            expect(
                version.isdigit() and f":layer:{layer}:" in arn,
                f"{case}: return the version's ARN (LayerVersionArn), not {arn!r}.",
            )
            for name in (plain, rich):
                config: Any = functions.get_function_configuration(FunctionName=name)
                held = [one["Arn"] for one in config.get("Layers", [])]
                same = [one for one in held if f":layer:{layer}:" in one]
                expect(arn in held, f"{case}: a function does not have it; it has {held}.")
                expect(same == [arn], f"{case}: the older one is still there: {same}.")
                if name == rich:
                    kept = [one for one in held if one in others]
                    expect(len(kept) == 2, f"{case}: a function lost its other layers.")
                    expect(kept == others, f"{case}: the other layers changed their order: {kept}.")
            for name, wanted in ((plain, word), (rich, ["on", word])):
                answer = ask(name)
                expect(
                    answer == wanted,
                    f"{case}: the function should answer {wanted!r}; it gave {answer!r}. "
                    "Python looks into the layer's folder python/.",
                )

    gives("check-fares", "fares")
    ### BEGIN HIDDEN TESTS
    gives("check-zones", "zones")
    ### END HIDDEN TESTS

# %% [markdown]
# ## How many at once
#
# **Concurrency** is the number of calls that run at the same moment: calls a second times seconds each. 100 calls a
# second of 300 ms are 30 environments. An account has **1,000** in a Region, over all functions; more on request. Each
# function may grow by 1,000 every ten seconds.
#
# **Reserved concurrency** of a function does two things at once: so many of the 1,000 are *kept for it*, and it never
# gets *more*. It costs nothing; at least 100 must stay unreserved; 0 switches a function off.
#
# Beyond a limit Lambda **throttles**: synchronous callers get error 429, `TooManyRequestsException`; asynchronous
# events wait and are tried again.
#
# Why cap a function? Tern's old ride register allows 20 connections, and every environment opens one.

# %% setup="register"
save_ride = """
import time

def handler(event, context):
    time.sleep(1)                # one connection to the ride register, for a second
"""

# %%
came: dict[str, dict[str, float]] = {}
peaks: dict[str, float] = {}
for limit in (None, 20, 5):
    saving = launch_text(save_ride)
    if limit is not None:
        functions.put_function_concurrency(
            FunctionName=saving,
            ReservedConcurrentExecutions=limit,
        )
    served = burst(saving, 40)
    label = "no reservation" if limit is None else f"reserved: {limit}"
    came[label] = {"served": served["cold"] + served["warm"], "throttled": served["throttled"]}
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="ConcurrentExecutions",
        Dimensions=[{"Name": "FunctionName", "Value": saving}],
        StartTime=lab.clock.now() - timedelta(hours=1),
        EndTime=lab.clock.now() + timedelta(minutes=1),
        Period=60,
        Statistics=["Maximum"],
    )["Datapoints"]
    peaks[label] = max(point["Maximum"] for point in points)
    functions.delete_function_concurrency(FunctionName=saving)
charts.stack(
    came,
    unit="calls",
    headline="A reservation turns overload of the register into throttles of the callers",
    subtitle="40 calls at the same moment",
    source="measured in the lab",
)

# %%
charts.bars(
    peaks,
    unit="connections",
    reference={"the register allows": 20},
    headline="Without a reservation 40 connections hit a register that allows 20",
    subtitle="the highest ConcurrentExecutions in CloudWatch",
    source="measured in the lab",
)

# %% [markdown]
# Is a throttle better than a call that fails? Yes: it is an honest "come again", the register lives, and clients repeat
# with growing pauses (boto3 does). Better still for work that can wait: put a queue in front.
#
# The other half of a reservation is the share of the pool. Without any, one busy function takes all:

# %%
wanted = {"night report": 990, "unlock": 60, "pay": 30}


def served_from_pool(reserved: dict[str, int]) -> dict[str, int]:
    """What each function gets of the account's 1,000, in the order in which calls come."""
    pool = 1000 - sum(reserved.values())
    got = {}
    for name, number in wanted.items():
        got[name] = min(number, reserved.get(name, pool))
        pool -= 0 if name in reserved else got[name]
    return got


charts.compare(
    {
        "nothing reserved": served_from_pool({}),
        "unlock 60, pay 30": served_from_pool({"unlock": 60, "pay": 30}),
    },
    unit="calls at once",
    headline="Without reservations the night report locks customers out",
    subtitle="wanted at the same moment: report 990, unlock 60, pay 30",
    source=["model of the account's pool", facts.limit("lambda", "concurrent-executions-per-region")],
)

# %% [markdown]
# ### Your turn: share out
#
# Write `share_out(plan)`. The plan names functions and what they expect:
# `{"pay": {"per_second": 40, "ms": 450, "connections": None}}`.
#
# - Reserve for each what its load needs, rounded up to a whole number.
# - If `connections` is a number, the system behind the function allows no more: do not reserve more than that.
# - If fewer than 100 of the account's 1,000 would stay unreserved, raise `ValueError` and **change nothing**. Assume
#   that no other function has a reservation.
# - Return a dictionary: what each function got.
#
# <details><summary>Hint</summary>
#
# Two loops: first compute everything and add it up, then call `put_function_concurrency`. `math.ceil` rounds up.
# Multiply before you divide: `0.1 * 3` is a little more than 0.3.
# </details>

# %% exercise="share-out"
import math


def share_out(plan: dict[str, dict[str, Any]]) -> dict[str, int]:
    """Reserve concurrency for each function; return what each got."""
    ### BEGIN SOLUTION
    shares = {}
    for name, load in plan.items():
        needed = math.ceil(load["per_second"] * load["ms"] / 1000)
        most = load["connections"]
        shares[name] = needed if most is None else min(needed, most)
    if sum(shares.values()) > 900:
        raise ValueError(f"{sum(shares.values())} of 900 wanted")
    for name, share in shares.items():
        functions.put_function_concurrency(
            FunctionName=name,
            ReservedConcurrentExecutions=share,
        )
    return shares
    ### END SOLUTION


# %% check="share-out" points=2
with check(
    "share-out",
    needs="share_out",
    right="Throttles at the front door, and peace in the register.",
) as expect:
    made_here: list[str] = []

    def new_function() -> str:
        made_here.append(launch_text(save_ride))
        return made_here[-1]

    def reserved_for(name: str) -> Any:
        config: Any = functions.get_function_concurrency(FunctionName=name)
        return config.get("ReservedConcurrentExecutions")

    def load(per_second: int, ms: int, connections: int | None = None) -> dict[str, Any]:
        return {"per_second": per_second, "ms": ms, "connections": connections}

    def shares(cases: list[tuple[dict[str, Any], int]]) -> list[str]:
        names = [new_function() for _ in cases]
        plan = {name: one for name, (one, _) in zip(names, cases, strict=True)}
        total = sum(wanted for _, wanted in cases)
        try:
            with lab.watching(most=100):
                told = share_out(plan)
        except ValueError:
            expect(False, f"ValueError for a plan that reserves {total} of 1,000: 100 stay free. {plan}")
        for name, (one, wanted) in zip(names, cases, strict=True):
            got = reserved_for(name)
            expect(got == wanted, f"{one}: reserve {wanted}; the function has {got}.")
        right = dict(zip(names, [wanted for _, wanted in cases], strict=True))
        expect.equal(told, right, "What share_out returns")
        return names

    def throttles(name: str, calls: int, most: int) -> None:
        found = burst(name, calls)
        text = f"{calls} calls at once: {found['throttled']} were throttled, not {calls - most}."
        expect(found["throttled"] == calls - most, text)

    def refuses(cases: list[dict[str, Any]], total: int) -> None:
        plan = {new_function(): one for one in cases}
        try:
            share_out(plan)
        except ValueError:
            pass
        except ClientError as error:
            expect(False, f"A plan of {total}: Lambda refused it, not you: {error}")
        else:
            expect(False, f"A plan that needs {total} of 1,000 should raise ValueError.")
        left = [reserved_for(name) for name in plan]
        expect(
            not any(left),
            f"A plan of {total} was refused, yet reservations were made: {left}. Add up first.",
        )

    def tidy() -> None:
        for name in made_here:
            functions.delete_function_concurrency(FunctionName=name)

    try:
        first_of = shares([(load(40, 450), 18), (load(7, 300), 3), (load(100, 300, 12), 12), (load(2, 50, 9), 1)])
        throttles(first_of[2], 20, 12)
        tidy()
        shares([(load(900, 1000), 900)])
        tidy()
        shares([(load(50, 1100), 55), (load(95, 10_000, 20), 20)])
        tidy()
        refuses([load(500, 1000), load(401, 1000)], 901)
        ### BEGIN HIDDEN TESTS
        tidy()
        again = shares([(load(3, 100, 5), 1), (load(10, 1500, 4), 4), (load(11, 1000), 11)])
        throttles(again[1], 6, 4)
        tidy()
        refuses([load(10, 1000), load(90, 10_000)], 910)
        ### END HIDDEN TESTS
    finally:
        tidy()

# %% [markdown]
# ## Paying to stay warm
#
# **Provisioned concurrency** starts environments before anybody calls: so many, for one version or alias (never for
# `$LATEST`). Only calls beyond them start cold. It costs something while nobody calls, and less per second of work:

# %%
idle = facts.price("lambda", "provisioned-concurrency-x86")
working = facts.price("lambda", "duration-under-provisioned-concurrency-x86")
on_demand = facts.price("lambda", "duration-x86")
hour = 3600 * 0.5
charts.curves(
    {
        "on demand": lambda percent: on_demand * hour * percent / 100,
        "provisioned": lambda percent: (idle + working * percent / 100) * hour,
    },
    x=(0, 100),
    breakeven=True,
    x_label="time in which the environment works",
    x_unit="percent",
    y_unit="USD per hour",
    headline="An environment that works over 60% of its time is cheaper when provisioned",
    subtitle="one environment with 512 MB",
    source=[idle, working, on_demand],
)

# %% [markdown]
# A ferry timetable is a good reason: **Application Auto Scaling** sets the number by the clock, or by how busy the
# environments are (target tracking on their utilisation).

# %%
timetable = launch_text(unlock)
number = functions.publish_version(FunctionName=timetable)["Version"]
functions.create_alias(FunctionName=timetable, Name="ferry", FunctionVersion=number)
scaling = boto3.client("application-autoscaling")
which: Any = {
    "ServiceNamespace": "lambda",
    "ResourceId": f"function:{timetable}:ferry",
    "ScalableDimension": "lambda:function:ProvisionedConcurrency",
}
scaling.register_scalable_target(MinCapacity=0, MaxCapacity=50, **which)
for action, when, amount in (("ship", "cron(45 7 * * ? *)", 50), ("calm", "cron(0 9 * * ? *)", 0)):
    scaling.put_scheduled_action(
        ScheduledActionName=action,
        Schedule=when,
        ScalableTargetAction={"MinCapacity": amount, "MaxCapacity": amount},
        **which,
    )
for planned in scaling.describe_scheduled_actions(ServiceNamespace="lambda")["ScheduledActions"]:
    print(planned["ScheduledActionName"], planned["Schedule"], planned["ScalableTargetAction"])

# %% [markdown]
# > **Lab and AWS.** The lab keeps these plans and does not carry them out. On AWS provisioned environments take a
# > minute or two to start (`Status: IN_PROGRESS`), and reserved concurrency, if set, must be at least as large.
#
# ### Your turn: warm before the ferry
#
# Write `keep_warm(name, alias, amount)`:
#
# - publish what `$LATEST` holds as a version, and let the alias point to it; make the alias if it is not there;
# - provision `amount` environments **for the alias**;
# - return the number of the version (a string). Whoever calls the alias, up to `amount` at once, meets no cold start.
#   It must work again after new code.
#
# <details><summary>Hint</summary>
#
# `publish_version`, `create_alias`, `put_provisioned_concurrency_config`. If the alias exists, `create_alias` raises
# `functions.exceptions.ResourceConflictException`; then `update_alias` moves it. Provision last, when the alias points
# to the new version.
# </details>


# %% exercise="keep-warm"
def keep_warm(name: str, alias: str, amount: int) -> str:
    """Publish, point the alias there, provision; return the version."""
    ### BEGIN SOLUTION
    version = functions.publish_version(FunctionName=name)["Version"]
    try:
        functions.create_alias(FunctionName=name, Name=alias, FunctionVersion=version)
    except functions.exceptions.ResourceConflictException:
        functions.update_alias(FunctionName=name, Name=alias, FunctionVersion=version)
    functions.put_provisioned_concurrency_config(
        FunctionName=name,
        Qualifier=alias,
        ProvisionedConcurrentExecutions=amount,
    )
    return version
    ### END SOLUTION


# %% check="keep-warm" points=2
with check(
    "keep-warm",
    needs="keep_warm",
    right="The ferry may land; the environments wait.",
) as expect:

    def warms(alias: str, amount: int) -> None:
        text = "import time\ntime.sleep(2)\ndef handler(event, context):\n    return "
        name = launch_text(text + "'old'")
        for word in ("old", "new"):
            functions.update_function_code(
                FunctionName=name,
                ZipFile=zipped({"app.py": f"{text}'{word}'"}),
            )
            with lab.watching(most=100) as made:
                version = keep_warm(name, alias, amount)
            case = "The first time" if word == "old" else "After new code"
            deleted = made.of("DeleteAlias")
            expect(not deleted, f"{case}: the alias was deleted, and its permissions with it. Move it.")
            try:
                pointing = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
            except functions.exceptions.ResourceNotFoundException:
                pointing = "nothing; there is no such alias"
            expect(pointing.isdigit(), f"{case}: the alias points to {pointing}.")
            found_versions = functions.list_versions_by_function(FunctionName=name)["Versions"]
            newest = max(int(one["Version"]) for one in found_versions if one["Version"].isdigit())
            expect(
                pointing == str(newest),
                f"{case}: version {newest} is published, and the alias still points to {pointing}.",
            )
            expect.equal(version, pointing, f"{case}: the version that keep_warm returns")
            try:
                config: Any = functions.get_provisioned_concurrency_config(
                    FunctionName=name,
                    Qualifier=alias,
                )
            except functions.exceptions.ProvisionedConcurrencyConfigNotFoundException:
                config = {}
            expect(config, f"{case}: nothing is provisioned for the alias (Qualifier).")
            provisioned = config["RequestedProvisionedConcurrentExecutions"]
            expect.equal(provisioned, amount, f"{case}: the provisioned environments")
            found = burst(f"{name}:{alias}", amount)
            cold = found["cold"]
            expect(
                cold == 0,
                f"{case}: of {amount} calls at once {cold} started cold. Provision at the end, "
                "when the alias points to the new version.",
            )
            answer = ask(f"{name}:{alias}")
            expect.equal(answer, word, f"{case}: what callers of the alias get")

    warms("ferry", 4)
    ### BEGIN HIDDEN TESTS
    warms("morning", 2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Where the time goes
#
# **X-Ray** follows one request through functions and services and shows who took how long. Three things are needed:
#
# 1. **active tracing** of the function (`TracingConfig`, mode `Active`); Lambda runs the collecting daemon for you;
# 2. the right to send: the managed policy `AWSXRayDaemonWriteAccess` on the execution role;
# 3. instrumented code, if you want to see inside: AWS's or OpenTelemetry's library in your package.
#
# Lambda hands the trace to your code in the variable `_X_AMZN_TRACE_ID`:

# %%
header = "Root=1-6561a9c4-3b6f1f2e5d7c8a9b0c1d2e3f;Parent=53995c3f42cd8ad8;Sampled=1"
for part in header.split(";"):
    key, _, value = part.partition("=")
    print(f"{key:8} {value}")
print("began at", int(header.split("-")[1], 16), "seconds after 1970")

# %%
charts.gantt(
    [
        ("unlock (Lambda service)", 0, 960, "", "service"),
        ("Initialization", 20, 820, "imports", "init"),
        ("Invocation", 820, 950, "", "own"),
        ("DynamoDB GetItem", 830, 850, "", "call"),
        ("HTTP ride register", 855, 945, "", "call"),
    ],
    kinds={"service": "wait", "init": "bad", "own": "work", "call": "busy"},
    unit="ms",
    label="one traced request",
    headline="The trace shows it: imports take longer than all calls together",
    source="an invented trace in the form that X-Ray shows",
)

# %% [markdown]
# > **Then and now.** X-Ray's own libraries and daemon are in maintenance mode since 25 February 2026: security fixes
# > only. (AWS's newer timeline names no end.) New code uses OpenTelemetry, and X-Ray stays the place where traces are
# > seen. Older notes name the policy `AWSXrayWriteOnlyAccess`.
#
# ### Your turn: trace
#
# Write `trace(name)`: switch on active tracing for a function and give its role the managed policy
# (`arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess`). Nothing else may change: not its variables, not its other
# policies. Roles may have a path, such as `arn:aws:iam::123456789012:role/service/night/tern`.
#
# <details><summary>Hint</summary>
#
# `update_function_configuration` leaves alone what you do not name. `attach_role_policy` wants the role's *name*: what
# stands after the last slash of its ARN.
# </details>


# %% exercise="trace"
def trace(name: str) -> None:
    """Switch on active tracing, and let the role send traces."""
    ### BEGIN SOLUTION
    config = functions.update_function_configuration(
        FunctionName=name,
        TracingConfig={"Mode": "Active"},
    )
    iam.attach_role_policy(
        RoleName=config["Role"].rpartition("/")[2],
        PolicyArn="arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
    )
    ### END SOLUTION


# %% check="trace" points=1
with check("trace", needs="trace", right="Setting and permission: one is useless alone.") as expect:
    LOGGING = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

    def traces(path: str) -> None:
        own_role = new_role("check-trace", path)
        role_name = own_role.rpartition("/")[2]
        iam.attach_role_policy(RoleName=role_name, PolicyArn=LOGGING)
        name = launch_text(
            save_ride,
            Role=own_role,
            Environment={"Variables": {"TOWN": "Husum"}},
        )
        with lab.watching(most=50):
            trace(name)
        config: Any = functions.get_function_configuration(FunctionName=name)
        mode = config.get("TracingConfig", {}).get("Mode", "PassThrough")
        expect(mode == "Active", f"The tracing mode is {mode}, not Active.")
        for action in ("xray:PutTraceSegments", "xray:PutTelemetryRecords"):
            found = iam.simulate_principal_policy(
                PolicySourceArn=own_role,
                ActionNames=[action],
            )["EvaluationResults"][0]["EvalDecision"]
            expect(
                found == "allowed",
                f"The role {own_role} may not {action}: every trace would be lost. Attach "
                "AWSXRayDaemonWriteAccess to it.",
            )
        variables = config.get("Environment", {}).get("Variables")
        expect.equal(variables, {"TOWN": "Husum"}, "The function's variables")
        attached = iam.list_attached_role_policies(RoleName=role_name)["AttachedPolicies"]
        arns = {one["PolicyArn"] for one in attached}
        expect(LOGGING in arns, "The role lost the policy that it had: it can no longer log.")
        tracing = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
        more = arns - {LOGGING, tracing}
        expect(not more, f"The role got more than it needs: {more}.")
        inline = iam.list_role_policies(RoleName=role_name)["PolicyNames"]
        expect(
            tracing in arns and not inline,
            f"The role got a policy of your own, {inline}; attach AWSXRayDaemonWriteAccess.",
        )

    traces("/")
    traces("/service/night/")
    ### BEGIN HIDDEN TESTS
    traces("/tern/")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Into your network, and out of it
#
# A function runs in a network of AWS and reaches the internet, but not what lies privately in *your* VPC: a database, a
# cache, an internal load balancer. Give it **subnets and security groups**, and it reaches in through a network
# interface there. Its role needs `AWSLambdaVPCAccessExecutionRole`, and the database's security group must let the
# function's group in.
#
# The price of that: now it has *only* your VPC. And it never gets a public address.

# %% setup="network"
vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
neighbour = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]  # a VPC that nobody uses yet
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
count = iter(range(1, 250))


def new_subnet(default: dict[str, str] | None = None, endpoint: str = "", home: str = vpc) -> str:
    """A subnet with a route for 0.0.0.0/0 (none: the VPC's main table) and a gateway endpoint."""
    block = f"10.20.{next(count)}.0/24"
    made = ec2.create_subnet(VpcId=home, CidrBlock=block)["Subnet"]["SubnetId"]
    if default is not None or endpoint:
        table = ec2.create_route_table(VpcId=home)["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=table, SubnetId=made)
        if default:
            to: Any = default
            ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **to)
        if endpoint:
            ec2.create_vpc_endpoint(
                VpcId=home,
                ServiceName=f"com.amazonaws.us-east-1.{endpoint}",
                VpcEndpointType="Gateway",
                RouteTableIds=[table],
            )
    return made


public = new_subnet({"GatewayId": gateway})
address = ec2.allocate_address(Domain="vpc")["AllocationId"]
nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
private = new_subnet({"NatGatewayId": nat})
storing = new_subnet(endpoint="s3")

# %%
charts.network(
    {
        "internet": None,
        "Tern's VPC": {
            "internet gateway": None,
            "public subnet": ["NAT gateway"],
            "private subnet": ["function"],
            "data subnet": ["ride register"],
        },
    },
    links=[
        ("function", "ride register", "5432"),
        ("function", "NAT gateway", "0.0.0.0/0"),
        ("NAT gateway", "internet gateway"),
        ("internet gateway", "internet"),
    ],
    headline="The way out leads through a NAT gateway in another subnet",
)

# %%
groups = {
    kind: ec2.create_security_group(GroupName=kind, Description=kind, VpcId=vpc)["GroupId"]
    for kind in ("functions", "register")
}
ec2.authorize_security_group_ingress(
    GroupId=groups["register"],
    IpPermissions=[
        {
            "IpProtocol": "tcp",
            "FromPort": 5432,
            "ToPort": 5432,
            "UserIdGroupPairs": [{"GroupId": groups["functions"]}],
        }
    ],
)
network_role = new_role("tern-network")
iam.attach_role_policy(
    RoleName=network_role.rpartition("/")[2],
    PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
)
inside = launch_text(
    save_ride,
    Role=network_role,
    VpcConfig={"SubnetIds": [private], "SecurityGroupIds": [groups["functions"]]},
)
print(functions.get_function_configuration(FunctionName=inside)["VpcConfig"]["SubnetIds"])

# %% [markdown]
# - In a **public subnet** (its route leads to the internet gateway) a function has no internet: no public address.
# - In a **private subnet** with a route to a **NAT gateway** it has.
# - **Gateway endpoints** lead to S3 and DynamoDB without internet and cost nothing; interface endpoints to most
#   others. Logs reach CloudWatch in any case.
#
# > **Then and now.** "Avoid the VPC, it is slow" was right until autumn 2019; since then functions share interfaces
# > that are made at deployment. With IPv6 a way out without NAT exists since October 2023.
#
# ### Your turn: ways out
#
# Write `ways_out(subnet_id)` for a function attached to this subnet (IPv4 only):
#
# - `{"internet": ..., "s3": ...}`, both true or false: does it reach the internet, and S3 (in any way)?
# - read the account: a subnet uses the route table it is associated with, otherwise its VPC's **main** table;
# - a gateway endpoint serves one service and those route tables that it names.
#
# <details><summary>Hint</summary>
#
# `describe_route_tables` takes filters: `association.subnet-id`, or `vpc-id` with `association.main` = `true`. A route
# to a NAT gateway has a `NatGatewayId`. `describe_vpc_endpoints` gives `ServiceName` and `RouteTableIds`.
# </details>


# %% exercise="ways-out"
def ways_out(subnet_id: str) -> dict[str, bool]:
    """Whether a function in this subnet reaches the internet and S3."""
    ### BEGIN SOLUTION
    own = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    tables = ec2.describe_route_tables(Filters=own)["RouteTables"]
    if not tables:
        home = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["VpcId"]
        main = [
            {"Name": "vpc-id", "Values": [home]},
            {"Name": "association.main", "Values": ["true"]},
        ]
        tables = ec2.describe_route_tables(Filters=main)["RouteTables"]
    internet = any(
        route.get("NatGatewayId") and route.get("DestinationCidrBlock") == "0.0.0.0/0" for route in tables[0]["Routes"]
    )
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    through_endpoint = any(
        one["ServiceName"].endswith(".s3") and tables[0]["RouteTableId"] in one.get("RouteTableIds", [])
        for one in endpoints
    )
    return {"internet": internet, "s3": internet or through_endpoint}
    ### END SOLUTION


# %% check="ways-out" points=2
with check(
    "ways-out",
    needs="ways_out",
    right="Routes decide, and a function has no public address.",
) as expect:
    yes_yes, no_no = {"internet": True, "s3": True}, {"internet": False, "s3": False}
    only_s3 = {"internet": False, "s3": True}

    def judged(subnet: str, wanted: dict[str, bool], what: str) -> None:
        with lab.watching(most=50):
            said = ways_out(subnet)
        expect(said == wanted, f"{what}: {wanted}, not {said}.")

    judged(private, yes_yes, "A private subnet with a route to a NAT gateway")
    judged(public, no_no, "A public subnet, route to the internet gateway: no public address")
    judged(storing, only_s3, "No way to the internet, but a gateway endpoint for S3")
    judged(new_subnet(), no_no, "A subnet without a table of its own: the main table")
    judged(new_subnet({}, endpoint="dynamodb"), no_no, "An endpoint, but for DynamoDB")
    judged(new_subnet({}, endpoint="s3express"), no_no, "An endpoint, but for S3 Express, another service")
    judged(
        new_subnet({"GatewayId": gateway}, endpoint="s3"),
        only_s3,
        "A public subnet with an endpoint for S3",
    )

    def main_table_leads_out() -> None:
        """For a moment, the main table of the VPC has a route to the NAT gateway."""
        tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
        main = next(
            one["RouteTableId"] for one in tables["RouteTables"] if any(tie.get("Main") for tie in one["Associations"])
        )
        everywhere = "0.0.0.0/0"
        ec2.create_route(RouteTableId=main, DestinationCidrBlock=everywhere, NatGatewayId=nat)
        try:
            judged(new_subnet(), yes_yes, "No table of its own, and the main table leads to NAT")
            judged(new_subnet({}), no_no, "Its own table has no way out; the main table counts no more")
            judged(new_subnet(home=neighbour), no_no, "Another VPC, whose main table has no way out")
        finally:
            ec2.delete_route(RouteTableId=main, DestinationCidrBlock=everywhere)

    main_table_leads_out()
    ### BEGIN HIDDEN TESTS
    judged(new_subnet({"NatGatewayId": nat}, endpoint="dynamodb"), yes_yes, "NAT, and DynamoDB")
    judged(new_subnet({}), no_no, "A table without any way out")
    judged(new_subnet({"NatGatewayId": nat}, endpoint="s3"), yes_yes, "NAT, and S3")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On AWS three things of this lesson cost money while nobody calls: the NAT gateway (by the hour and by the
# > GB), its public address, and provisioned concurrency. Reservations, layers, endpoints for S3 and DynamoDB are free.
# > Take away what you do not need:

# %%
scaling.deregister_scalable_target(**which)
ec2.delete_nat_gateway(NatGatewayId=nat)
ec2.get_waiter("nat_gateway_deleted").wait(NatGatewayIds=[nat])
ec2.release_address(AllocationId=address)
functions.delete_function(FunctionName=timetable)
print("no provisioned environments, no NAT gateway, no address")

# %% [markdown]
# ## To remember
#
# - Everything outside the handler runs once for each environment; an environment serves one call at a time.
# - Cold starts follow new environments: the first call, more calls at once, any new code or setting.
# - `/tmp` and module-level objects are caches; keep no caller's data there, and let what you read grow old on purpose.
# - Zip archives: 50 MB in the request, 250 MB unzipped with at most five layers; images: 10 GB.
# - Concurrency is calls a second times seconds. A reservation guarantees and caps; beyond it callers get 429.
# - Provisioned concurrency belongs to a version or alias and pays above some 60% of use.
# - Tracing needs the setting, the permission, and a library to see inside.
# - A function in a VPC has no public address: internet through NAT, S3 and DynamoDB through gateway endpoints.

# %% [markdown] question="drowning-database"
# ### Question 1
#
# Orders come from an SQS queue into a function that writes to a MySQL database with 60 connections. On busy days the
# database refuses connections. Orders may wait some minutes. What is the smallest change that helps?
#
# - [ ] **A** Provisioned concurrency of 50 for the function.
#   > It starts 50 environments early and caps nothing; the 61st call still opens a connection.
# - [x] **B** Reserved concurrency of 50 for the function.
#   > At most 50 environments, so at most 50 connections. What is throttled stays in the queue. (The queue's mapping has
#   > a maximum concurrency of its own, which is gentler still.)
# - [ ] **C** More memory for the function.
#   > Faster calls need fewer environments, but nothing stops the 61st.
# - [ ] **D** Open the connection inside the handler.
#   > Then every call opens one instead of every environment: more work for the database, not less.

# %% answer="drowning-database"
answer = "B"

# %% check="drowning-database" points=1
question("drowning-database", answer)

# %% [markdown] question="wrong-customer"
# ### Question 2
#
# Since a clean-up of the code some customers see another customer's basket. The function now begins with
# `basket = []` outside the handler, and the handler appends what the event brings. Tests with single calls passed.
# What happened?
#
# - [ ] **A** Two calls run in one environment at the same moment.
#   > An environment serves one call at a time. They came one after the other.
# - [ ] **B** `/tmp` is shared by all environments.
#   > It belongs to one environment, and a list is not in `/tmp`.
# - [x] **C** A warm environment keeps module-level objects from call to call.
#   > The list of the last caller is still there. Make it inside the handler.
# - [ ] **D** The alias sends calls to two versions.
#   > Weights would mix old and new code, not the data of two callers.

# %% answer="wrong-customer"
answer = "C"

# %% check="wrong-customer" points=1
question("wrong-customer", answer)

# %% [markdown] question="shared-models"
# ### Question 3
#
# Up to 300 functions at once score photos with a model of 14 GB, which a nightly job replaces. Each run reads a small
# part of the file. How does the model get to the functions?
#
# - [ ] **A** As a layer.
#   > Layers count in the 250 MB.
# - [ ] **B** Download it to `/tmp` in the init phase.
#   > `/tmp` ends at 10,240 MB, and every environment would download all of it.
# - [ ] **C** In the container image.
#   > An image ends at 10 GB and would have to be built every night.
# - [x] **D** On EFS, mounted by the functions, which are attached to a VPC.
#   > One shared file, read in parts, replaced once. Each environment is one connection; 300 are within EFS's limits.

# %% answer="shared-models"
answer = "D"

# %% check="shared-models" points=1
question("shared-models", answer)

# %% [markdown] question="lost-internet"
# ### Question 4
#
# A function calls a payment company over the internet. It was attached to a VPC to reach a cache, in two public
# subnets. The cache works; every payment now times out. Which change mends it?
#
# - [ ] **A** A public address for the function's network interface.
#   > Lambda makes, shares and removes these interfaces by itself and gives them none.
# - [x] **B** Private subnets with a route to a NAT gateway that stands in a public subnet.
#   > The NAT gateway lends its public address. The cache stays reachable inside the VPC.
# - [ ] **C** A gateway endpoint.
#   > Those lead to S3 and DynamoDB, not to a payment company.
# - [ ] **D** An outbound rule for port 443 in the security group.
#   > Outbound is open by default, and an open door does not help without a way.

# %% answer="lost-internet"
answer = "B"

# %% check="lost-internet" points=1
question("lost-internet", answer)

# %%
progress()
