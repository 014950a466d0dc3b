# ---
# jupyter:
#   course:
#     exam:
#     - '1.2'
#     - '2.1'
#     - '4.3'
#     minutes: 60
#     practises:
#       call:
#       - lambda.synchronous-invocation
#       deploy:
#       - lambda.anatomy
#       health:
#       - lambda.logs-and-metrics
#       in-time:
#       - lambda.event-and-context
#       - lambda.timeout
#       keep-variables:
#       - lambda.environment-variables
#       monthly-bill:
#       - lambda.pricing
#       predict-memory:
#       - lambda.memory-and-cpu
#       who-does-it:
#       - serverless.what-it-means
#       - lambda.functions-vs-instances
#       writer-role:
#       - lambda.execution-role
#     services:
#     - lambda
#     - iam
#     - cloudwatch
#     title: A function instead of a server
#     topics:
#     - serverless.what-it-means
#     - serverless.service-catalogue
#     - lambda.functions-vs-instances
#     - lambda.anatomy
#     - lambda.event-and-context
#     - lambda.runtimes
#     - lambda.container-images
#     - lambda.pricing
#     - lambda.invocation-models
#     - lambda.synchronous-invocation
#     - lambda.execution-role
#     - lambda.resource-policy
#     - lambda.environment-variables
#     - lambda.logs-and-metrics
#     - lambda.memory-and-cpu
#     - lambda.timeout
# ---

# %% [markdown]
# # A function instead of a server
#
# Tern rents bicycles in a harbour town. At three in the morning nobody rides; when a ferry lands, two hundred people
# unlock a bicycle within five minutes. After this lesson you can run Tern's code on **AWS Lambda**: write a function,
# deploy it, call it, give it just the rights it needs, read what it did, and choose the memory that costs least.

# %% setup="start"
import inspect
import io
import json
import linecache
import zipfile
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("08-serverless/01-lambda")
lab.start()
functions = boto3.client("lambda")
iam = boto3.client("iam")

# %% [markdown]
# ## Servers that you do not see
#
# A rented server, an **EC2 instance**, is yours around the clock: you choose its size beforehand, install and patch
# it, pay for every hour, and add a second one before the ferry lands.
#
# **Serverless** means: there are servers, but they are not yours to see. AWS patches, places, scales and replaces
# them; you bring code and settings, and pay for what you use. The word began with functions and now stands for
# everything of this kind. Eleven services that people usually mean:

# %%
serverless = {
    "compute": ["Lambda", "Fargate (containers)"],
    "data": ["DynamoDB", "Aurora Serverless", "S3"],
    "messages": ["SQS", "SNS", "Data Firehose"],
    "front door": ["API Gateway"],
    "identity": ["Cognito"],
    "orchestration": ["Step Functions"],
}
for role_of, members in serverless.items():
    print(f"{role_of:14} {', '.join(members)}")

# %%
charts.flow(
    [
        ("app", "Cognito", "sign in"),
        ("app", "API Gateway", "POST /rides"),
        ("API Gateway", "ride function"),
        ("ride function", "DynamoDB", "ride"),
        ("ride function", "SNS", "ride ended"),
        ("SNS", "mail queue"),
        ("mail queue", "mail function"),
    ],
    kinds={
        "Cognito": "network",
        "API Gateway": "network",
        "ride function": "compute",
        "mail function": "compute",
        "DynamoDB": "database",
        "SNS": "messaging",
        "mail queue": "messaging",
    },
    direction="right",
    headline="A whole application, and no machine in it that somebody logs in to",
)

# %% [markdown]
# Three traits unite them: you pay per use, they scale by themselves, and there is no instance to log in to.
#
# > **Then and now.** Older books say *Kinesis Data Firehose* (Amazon Data Firehose since February 2024). Aurora
# > Serverless v1 ended in March 2025; v2 can now pause down to zero.
#
# ### Your turn: who does it?
#
# Serverless moves work, not all of it. Here are ten duties around one Python program. Say for each who does it if the
# program runs on an EC2 instance, and who if it is a Lambda function with a managed Python runtime and a zip archive:
# `"you"` or `"AWS"`.
#
# <details><summary>Hint</summary>
#
# On EC2 AWS's part ends below the operating system. On Lambda it includes the operating system, the language runtime
# and the number of environments. Your code, what you packed with it, and who may do what stay yours everywhere.
# </details>

# %% exercise="who-does-it" repair=true
who = {
    "replace a broken disk": {"EC2": None, "Lambda": None},
    "patch the Linux kernel": {"EC2": None, "Lambda": None},
    "install a security patch of Python 3.13": {"EC2": None, "Lambda": None},
    "move the program from Python 3.13 to 3.14": {"EC2": None, "Lambda": None},
    "update a library that the program imports": {"EC2": None, "Lambda": None},
    "start more machines when the ferry lands": {"EC2": None, "Lambda": None},
    "choose how much memory the program gets": {"EC2": None, "Lambda": None},
    "write the role with the permissions": {"EC2": None, "Lambda": None},
    "bring printed lines to CloudWatch Logs": {"EC2": None, "Lambda": None},
    "lock the doors of the data centre": {"EC2": None, "Lambda": None},
}
### BEGIN SOLUTION
aws, you = {"EC2": "AWS", "Lambda": "AWS"}, {"EC2": "you", "Lambda": "you"}
moved = {"EC2": "you", "Lambda": "AWS"}
who = {
    "replace a broken disk": aws,
    "patch the Linux kernel": moved,
    "install a security patch of Python 3.13": moved,
    "move the program from Python 3.13 to 3.14": you,
    "update a library that the program imports": you,
    "start more machines when the ferry lands": moved,
    "choose how much memory the program gets": you,
    "write the role with the permissions": you,
    "bring printed lines to CloudWatch Logs": moved,
    "lock the doors of the data centre": aws,
}
### END SOLUTION

# %% check="who-does-it" points=1
with check(
    "who-does-it",
    needs="who",
    right="Four duties move to AWS; code, libraries, memory and permissions stay with you.",
) as expect:
    form = "Keep the form of `who`: for each duty a dictionary with 'EC2' and 'Lambda'."
    expect(
        isinstance(who, dict) and all(isinstance(sides, dict) for sides in who.values()),
        form,
    )
    told = [side for sides in who.values() for side in sides.values()]
    expect.not_tried(all(side is None for side in told))

    layers = {
        "building": "Buildings and machines are AWS's business everywhere.",
        "system": "Below your program all is yours on EC2, nothing on Lambda.",
        "scaling": "On EC2 you do it, or set up what does it; Lambda does it itself.",
        "program": "What you wrote and packed is yours everywhere; nobody else changes it.",
        "decision": "It is a setting, and the decision is yours in both worlds.",
    }
    layer_of = {
        "replace a broken disk": "building",
        "patch the Linux kernel": "system",
        "install a security patch of Python 3.13": "system",
        "move the program from Python 3.13 to 3.14": "decision",
        "update a library that the program imports": "program",
        "start more machines when the ferry lands": "scaling",
        "choose how much memory the program gets": "decision",
        "write the role with the permissions": "decision",
        "bring printed lines to CloudWatch Logs": "scaling",
        "lock the doors of the data centre": "building",
    }

    def compare(duties: list[str]) -> None:
        for duty in duties:
            said, layer = who.get(duty, {}), layer_of[duty]
            for place, below in (
                ("EC2", ["building"]),
                ("Lambda", ["building", "system", "scaling"]),
            ):
                expect(
                    said.get(place) in ("you", "AWS"),
                    f"'{duty}', {place}: say 'you' or 'AWS'.",
                )
                expect(
                    (said[place] == "AWS") is (layer in below),
                    f"'{duty}', {place}: not {said[place]}. {layers[layer]}",
                )

    compare(list(layer_of))
    ### BEGIN HIDDEN TESTS
    expect(set(who) == set(layer_of), "Keep the ten duties as they are.")
    compare(sorted(layer_of, reverse=True))
    ### END HIDDEN TESTS

# %% [markdown]
# ## The parts of a function
#
# Seven words. The **function** is what is called. A **trigger** says when, and the **event** is the JSON that it
# brings. Your code comes as a **deployment package**, a zip archive or a container image; the **runtime** is the
# language; the **handler**, written `file.function`, receives the event. All this happens in an **execution
# environment**, a small isolated machine that Lambda starts and throws away.
#
# And a role, because a function needs an identity, too.

# %% setup="tools"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def new_role(name: str) -> str:
    """A role that Lambda may take on, without any permission; returns its ARN."""
    trust = json.dumps(TRUST)
    made = iam.create_role(RoleName=lab.unique_name(name), AssumeRolePolicyDocument=trust)
    return made["Role"]["Arn"]


def zipped(source: str, file: str = "app.py") -> bytes:
    """A deployment package with one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(file, source)
    return packed.getvalue()


role = new_role("tern")

# %%
greeting = """
def greet(event, context):
    return "Moin, " + event["name"] + "!"
"""
hello = lab.unique_name("hello")
made = functions.create_function(
    FunctionName=hello,
    Role=role,
    Runtime="python3.13",
    Handler="hello.greet",  # the function `greet` in the file hello.py
    Code={"ZipFile": zipped(greeting, file="hello.py")},
)
for setting in ("PackageType", "Timeout", "MemorySize", "EphemeralStorage", "Architectures"):
    print(f"{setting:17} {made[setting]}")  # type: ignore[literal-required]

# %%
response = functions.invoke(FunctionName=hello, Payload=json.dumps({"name": "Ada"}))
print(response["StatusCode"], json.loads(response["Payload"].read()))

# %% [markdown]
# Nothing runs until an event comes, and nothing is billed until then. The defaults are small on purpose: 3 seconds,
# 128 MB of memory, 512 MB of disk under `/tmp`, an x86 processor.
#
# > **Lab and AWS.** Here your handler runs in this notebook's Python. On AWS a new function is `Pending` for a few
# > seconds: the waiter `function_active_v2` waits for it, `function_updated_v2` for the end of a change.
#
# ### Your turn: deploy
#
# Write `deploy(name, source)` as every deployment script has it:
#
# - `source` becomes the file `app.py`; its function `handler` gets the events;
# - a new function runs on `python3.13` with the role `role`, 10 seconds of timeout and 256 MB;
# - if the function exists, only its code is replaced; its settings stay;
# - return the ARN once the function is ready: wait with the waiters named above.
#
# <details><summary>Hint</summary>
#
# `create_function` on an existing name raises `functions.exceptions.ResourceConflictException`. Then
# `update_function_code(FunctionName=..., ZipFile=...)` helps. Both answer with `FunctionArn`. A waiter:
# `functions.get_waiter("...").wait(FunctionName=name)`.
# </details>


# %% exercise="deploy"
def deploy(name: str, source: str) -> str:
    """Create the function or replace its code; return its ARN."""
    ### BEGIN SOLUTION
    package = zipped(source)
    try:
        created = functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="app.handler",
            Timeout=10,
            MemorySize=256,
            Code={"ZipFile": package},
        )
        functions.get_waiter("function_active_v2").wait(FunctionName=name)
        return created["FunctionArn"]
    except functions.exceptions.ResourceConflictException:
        updated = functions.update_function_code(FunctionName=name, ZipFile=package)
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
        return updated["FunctionArn"]
    ### END SOLUTION


# %% check="deploy" points=2
with check(
    "deploy",
    needs="deploy",
    right="Run it twice, get the same: that is a deployment script.",
) as expect:

    def answers(name: str, event: Any) -> Any:
        came = functions.invoke(FunctionName=name, Payload=json.dumps(event))
        result = json.loads(came["Payload"].read())
        why = result.get("errorMessage") if isinstance(result, dict) else ""
        expect("FunctionError" not in came, f"The function was called and failed: {why}")
        return result

    def waits(name: str, source: str, change: str, fitting: str, wrong: str) -> Any:
        """Deploy; see that somebody asked for the state after the change, the right one."""
        asked_for: list[str] = []
        usual = functions.get_waiter

        def noting(waiter: Any) -> Any:
            asked_for.append(waiter)
            return usual(waiter)

        functions.get_waiter = noting  # type: ignore[method-assign, assignment]
        try:
            with lab.watching(most=200) as made:
                arn = deploy(name, source)
        finally:
            functions.get_waiter = usual  # type: ignore[method-assign]
        steps = [one.operation for one in made if one.outcome == "ok"]
        after = steps[steps.index(change) + 1 :] if change in steps else []
        looked = any("GetFunction" in one for one in after)
        only_wrong = asked_for and all(one.startswith(wrong) for one in asked_for)
        expect(
            change not in steps or (looked and not only_wrong),
            f"After {change} wait until the function is ready: {fitting}.",
        )
        return arn

    def deploys(first: str, second: str, results: tuple[Any, Any]) -> None:
        name = lab.unique_name("check-deploy")
        arn = waits(name, first, "CreateFunction", "function_active_v2", "function_updated")
        found = functions.get_function_configuration(FunctionName=name)
        expect(
            arn == found["FunctionArn"],
            f"deploy returned {arn!r}; the ARN is {found['FunctionArn']}.",
        )
        expect.equal(found["Runtime"], "python3.13", "The runtime")
        expect.equal(found["Role"], role, "The role")
        expect.equal(found["Timeout"], 10, "The timeout in seconds")
        expect.equal(found["MemorySize"], 256, "The memory in MB")
        expect.equal(
            answers(name, {"n": 4}),
            results[0],
            "The answer of the new function to {'n': 4}",
        )
        functions.update_function_configuration(
            FunctionName=name,
            Timeout=42,
            Description="night shift",
        )
        arn = waits(
            name,
            second,
            "UpdateFunctionCode",
            "function_updated_v2",
            "function_active",
        )
        expect.equal(
            answers(name, {"n": 4}),
            results[1],
            "The answer after a second deploy with new code",
        )
        after = functions.get_function_configuration(FunctionName=name)
        expect(
            after["Timeout"] == 42 and after["Description"] == "night shift",
            "Somebody had set the timeout to 42 seconds and a description; the second deploy "
            "lost them. Replace the code only: update_function_code.",
        )
        expect(
            arn == after["FunctionArn"],
            f"The second deploy returned {arn!r}, not {after['FunctionArn']}.",
        )

    deploys(
        "def handler(event, context): return event['n'] + 1",
        "def handler(event, context): return event['n'] * 10",
        (5, 40),
    )
    ### BEGIN HIDDEN TESTS
    deploys(
        "import math\n\ndef handler(event, context):\n    return math.factorial(event['n'])",
        "def handler(event, context): return 'v2'",
        (24, "v2"),
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Event and context
#
# A handler has two arguments. The **event** is the JSON, already a Python dictionary or list; its shape depends on who
# calls. The **context** is an object that tells about this invocation: who am I, which request is this, how much time
# is left.
#
# From here on you write handlers as ordinary Python. `launch` takes the handler's cell, down to the handler's last
# line, as the file `app.py`. So import what you use in that cell: the file knows nothing of this notebook.


# %% setup="launch"
def source_of(function: Any) -> str:
    """The cell in which a function is defined, down to the function's last line."""
    lines = linecache.getlines(function.__code__.co_filename)
    first = function.__code__.co_firstlineno - 1
    return "".join(lines[: first + len(inspect.getblock(lines[first:]))])


def launch(function: Any, **settings: Any) -> str:
    """Make a Lambda function of the cell that defines `function`; returns its name."""
    name = lab.unique_name(function.__name__.replace("_", "-"))
    more: Any = {"Role": role, "Timeout": 30, **settings}
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler=f"app.{function.__name__}",
        Code={"ZipFile": zipped(source_of(function))},
        **more,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return name


def ask(name: str, event: Any = None) -> Any:
    """Call a function and give its answer, or what it says about its failure."""
    response = functions.invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(response["Payload"].read())


# %%
import os


def who_am_i(event, context):
    return {
        "event": event,
        "function": context.function_name,
        "version": context.function_version,
        "memory": context.memory_limit_in_mb,
        "request": context.aws_request_id,
        "log group": context.log_group_name,
        "milliseconds left": context.get_remaining_time_in_millis(),
        "file": f"{os.environ['LAMBDA_TASK_ROOT'].split('/')[-1]}/app.py",
    }


for what, value in ask(launch(who_am_i, Timeout=10), ["a", {"b": 1}]).items():
    print(f"{what:18} {value}")

# %% [markdown]
# The timeout is 3 seconds by default and 900 at most, 15 minutes. When it is over, the environment is stopped in the
# middle of its work, and no `finally` runs. Longer work goes in steps (Step Functions), or to a container on Fargate
# or a machine.
#
# > **Then and now.** Until October 2018 the limit was five minutes; old questions still say 300 seconds. Since 2026
# > functions on *Managed Instances*, machines of your own that Lambda looks after, may run 90 minutes when nobody
# > waits for the answer.

# %%
gateway = "rest-integration-timeout-default"
charts.limits(
    {
        "API Gateway, REST": facts.limit("api gateway", gateway) / 1000,
        "Lambda, default": facts.limit("lambda", "function-timeout-default"),
        "Lambda, at most": facts.limit("lambda", "function-timeout-maximum"),
        "Step Functions, express": facts.limit(
            "step functions",
            "express-maximum-execution-time",
        ),
        "Step Functions, standard": facts.limit(
            "step functions",
            "standard-maximum-execution-time",
        ),
        "a container or a machine": None,
    },
    unit="seconds",
    highlight=["Lambda, at most"],
    headline="A function has a quarter of an hour; longer work needs another tool",
    source=facts.limit("lambda", "function-timeout-maximum"),
)

# %% [markdown]
# ### Your turn: stop in time
#
# Every night Tern prices the day's rides. The price service takes five seconds for each ride. A good handler does not
# run into its timeout: it stops by itself and says what is left, so that somebody can call it again with the rest.
#
# Write `in_time(event, context)`. `event["rides"]` is a list of minutes. Price them in order with `price_of`, but
# begin none when **less than ten seconds** of the invocation are left. Return a dictionary with
#
# - `"prices"`: the prices, in order, of the rides that you got through;
# - `"left"`: the minutes of the others;
# - `"request"`: the id of this request, so that the line can be found in the log.
#
# <details><summary>Hint</summary>
#
# The timeout is a setting of the function and may change: do not count seconds yourself, ask the context. What is
# left of a list after `n` elements is `rides[n:]`.
# </details>

# %% exercise="in-time"
import time


def price_of(minutes: int) -> float:
    """Ask the slow price service."""
    time.sleep(5)
    return round(1 + 0.15 * minutes, 2)


def in_time(event, context):
    """Price rides until the time is nearly over."""
    ### BEGIN SOLUTION
    rides, prices = event["rides"], []
    for minutes in rides:
        if context.get_remaining_time_in_millis() < 10_000:
            break
        prices.append(price_of(minutes))
    return {"prices": prices, "left": rides[len(prices) :], "request": context.aws_request_id}
    ### END SOLUTION


# %% check="in-time" points=2
with check(
    "in-time",
    needs="in_time",
    right="Nothing is lost, and no second is paid twice.",
) as expect:

    def prices(name: str, rides: list[int]) -> list[int]:
        """Call the learner's function once; returns the rides that are left."""
        response = functions.invoke(FunctionName=name, Payload=json.dumps({"rides": rides}))
        result = json.loads(response["Payload"].read())
        case = f"With {len(rides)} rides"
        expect(
            "FunctionError" not in response,
            f"{case} the function failed: {result.get('errorMessage') if result else ''}",
        )
        expect(
            isinstance(result, dict) and {"prices", "left", "request"} <= set(result),
            "Return a dictionary with 'prices', 'left' and 'request'.",
        )
        done = len(result["prices"])
        expected = [round(1 + 0.15 * minutes, 2) for minutes in rides[:done]]
        expect.equal(result["prices"], expected, f"{case}: the prices, in order")
        expect.equal(
            result["left"],
            rides[done:],
            f"{case}, {done} of them priced: what is left",
        )
        logs = boto3.client("logs")
        logged = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        lines = [event["message"].split() for event in logged]
        ends = [words[2] for words in lines if words[0] == "END"]
        expect(
            result["request"] in ends,
            "'request' is not this request's id: context.aws_request_id.",
        )
        return result["left"]

    def stops(timeout: int, rides: list[int], last_begin: int) -> None:
        """The timeout lies so that a few tenths of a second do not matter."""
        done = len(rides) - len(prices(launch(in_time, Timeout=timeout), rides))
        right_number = (timeout - last_begin) // 5 + 1
        expect(
            done >= right_number,
            f"{done} rides of {right_number}: {last_begin} of {timeout} s were left: begin.",
        )
        expect(
            done <= right_number,
            f"{done} rides, not {right_number}: {last_begin - 5} of {timeout} s are too few.",
        )

    some = [12, 5, 12, 40, 5, 7, 12, 5, 9, 12, 30, 5]
    short, long = launch(in_time, Timeout=30), launch(in_time, Timeout=200)
    expect(prices(short, [10, 20]) == [], "Two rides take ten seconds of thirty. Price both.")
    stops(33, some, last_begin=13)
    stops(37, some, last_begin=12)
    expect(
        prices(long, some) == [],
        "With a timeout of 200 seconds there is time for all twelve; some were left. "
        "Ask context.get_remaining_time_in_millis() rather than count to thirty.",
    )
    ### BEGIN HIDDEN TESTS
    expect(
        len(prices(launch(in_time, Timeout=60), list(range(40, 10, -1)))) in range(17, 24),
        "One minute is enough for nine or ten of thirty rides.",
    )
    expect(prices(short, []) == [], "No rides, nothing left.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Languages and packages
#
# AWS keeps **managed runtimes** for Python, Node.js, Java, .NET and Ruby. Everything else (Go, Rust, C++) is built to
# a program and runs on `provided.al2023`, a Linux without a language, through the Runtime API. Each version has an
# id. A runtime ends some months after its language version: then first creating, later changing functions is blocked.
#
# So do not learn the list by heart. The SDK knows it, old ids included.

# %%
import re

ids = functions.meta.service_model.shape_for("Runtime").enum  # type: ignore[attr-defined]
families: dict[str, list[str]] = {}
for runtime in ids:
    families.setdefault(re.split(r"\d", runtime)[0].split(".")[0], []).append(runtime)
for family, versions in families.items():
    in_order = sorted(versions, key=lambda one: [int(n) for n in re.findall(r"\d+", one)])
    print(f"{family:11} {len(versions):2} ids, from {in_order[0]} to {in_order[-1]}")

# %% [markdown]
# > **Then and now.** `go1.x` and `python2.7` are in that list and gone: a runtime id in an old template is a reason
# > to look at AWS's runtime table. Rust is officially supported since November 2025.
#
# Since December 2020 the package can also be a **container image** in ECR, AWS's registry, up to 10 GB instead of 250
# MB unzipped. It must speak the Runtime API, as AWS's base images do, and can be tried on your machine with the
# Runtime Interface Emulator. It stays a Lambda function: same timeout, same events. A container that listens on a
# port for days belongs on ECS or Fargate. ("Lambda runs no containers" is the old half of that sentence.)

# %%
from_image = functions.create_function(
    FunctionName=lab.unique_name("route-model"),
    Role=role,
    PackageType="Image",
    Code={"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/routes:14"},
    MemorySize=4096,
)
print(
    from_image["PackageType"],
    "| runtime and handler:",
    from_image.get("Runtime") or "in the image",
)

# %% [markdown]
# > **Lab and AWS.** The lab keeps image functions and does not run them, nor other languages than Python.
# > Good images are built in stages on AWS's base image, with what seldom changes first, so that builds hit the cache;
# > functions that share large layers share one repository.
#
# ## Settings from outside
#
# **Environment variables** change what a function does without new code: the name of a table, a flag, a tariff. They
# are strings, 4 KB in total, encrypted at rest with an AWS key or with your own KMS key. Lambda adds its own
# (`AWS_REGION`, `AWS_LAMBDA_FUNCTION_NAME` ...), which you cannot set.


# %%
def tariff(event, context):
    import os

    return f"{float(os.environ['PER_MINUTE']) * event['minutes']:.2f} EUR"


fares = launch(tariff, Environment={"Variables": {"PER_MINUTE": "0.15"}})
print("a weekday:", ask(fares, {"minutes": 30}))
functions.update_function_configuration(
    FunctionName=fares,
    Environment={"Variables": {"PER_MINUTE": "0.10"}},
)
print("a Sunday: ", ask(fares, {"minutes": 30}))
for refused in ({"AWS_REGION": "eu-central-1"}, {"MAP": "x" * 4096}):
    try:
        functions.update_function_configuration(
            FunctionName=fares,
            Environment={"Variables": refused},
        )
    except ClientError as error:
        print(f"{next(iter(refused))}: {error.response['Error']['Message'][107:170]} ...")

# %% [markdown]
# Passwords do not belong here: whoever may read the function's configuration reads them too. Use Secrets Manager or
# Parameter Store, or encrypt single values with KMS and decrypt them once, at start.
#
# ### Your turn: repair the switch
#
# A colleague's `set_variable(name, key, value)` should set **one** variable of a function. After its last use the
# Sunday tariff was on, and the function had forgotten the name of its table. Repair it: the other variables and all
# other settings stay as they are. A function may also have no variables yet.
#
# <details><summary>Hint</summary>
#
# The call replaces the whole set. What is set now stands in `get_function_configuration(FunctionName=...)`, under
# `Environment` and `Variables`; neither key is there if nothing was ever set.
# </details>


# %% exercise="keep-variables" repair=true
def set_variable(name: str, key: str, value: str) -> None:
    """Set one environment variable of a function."""
    functions.update_function_configuration(
        FunctionName=name,
        Environment={"Variables": {key: value}},
    )


### BEGIN SOLUTION
def set_variable(name: str, key: str, value: str) -> None:
    """Set one environment variable of a function."""
    before = functions.get_function_configuration(FunctionName=name)
    variables = dict(before.get("Environment", {}).get("Variables", {}))
    variables[key] = value
    functions.update_function_configuration(
        FunctionName=name,
        Environment={"Variables": variables},
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)


### END SOLUTION


# %% check="keep-variables" points=2
with check(
    "keep-variables",
    needs="set_variable",
    right="Read, change, write: one variable, not all.",
) as expect:
    shows = "import os\ndef handler(event, context): return {k: os.getenv(k) for k in event}"

    def variables_after(before: dict[str, str], key: str, value: str) -> dict[str, str]:
        name = lab.unique_name("check-variables")
        more: Any = {"Environment": {"Variables": before}} if before else {}
        functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="app.handler",
            Timeout=30,
            Code={"ZipFile": zipped(shows)},
            MemorySize=192,
            Description="prices of the day",
            **more,
        )
        was: Any = functions.get_function_configuration(FunctionName=name)
        set_variable(name, key, value)
        found: Any = functions.get_function_configuration(FunctionName=name)
        for setting in ("MemorySize", "Timeout", "Description", "Handler", "Role", "Runtime"):
            expect(
                found.get(setting) == was.get(setting),
                f"{setting} was {was.get(setting)!r} and is now {found.get(setting)!r}.",
            )
        seen = ask(name, [key])
        expect(
            seen[key] == value,
            f"The function sees {key}={seen[key]!r}; it should see {value!r}.",
        )
        return found.get("Environment", {}).get("Variables", {})

    def keeps(before: dict[str, str], key: str, value: str) -> None:
        after = variables_after(before, key, value)
        gone = sorted(set(before) - set(after))
        expect(not gone, f"After setting {key} the variable {' and '.join(gone)} is gone.")
        expect.equal(after, before | {key: value}, f"The variables after setting {key}")

    keeps({"TABLE": "rides", "PER_MINUTE": "0.15"}, "PER_MINUTE", "0.10")
    keeps({"TABLE": "rides"}, "FERRY_MODE", "on")
    keeps({}, "TABLE", "rides")
    ### BEGIN HIDDEN TESTS
    keeps({"A": "1", "B": "2", "C": "3"}, "B", "")
    keeps({"URL": "https://tern.example/?a=b"}, "Z", "ä ö")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Three ways to be called
#
# How a function is called decides who waits, who tries again after an error, and how large an event may be.
#
# - **Synchronous**: the caller waits for the answer, and repeats if it wants to. So do API Gateway, a load balancer, a
#   function URL, CloudFront's edge functions, Cognito, Step Functions, and your own `invoke`.
# - **Asynchronous**: Lambda says "accepted" and keeps the event in a queue of its own. After an error *Lambda* tries
#   again. So do S3, SNS, EventBridge, CodePipeline, SES, CloudWatch Logs.
# - **Polled**: Lambda reads a queue or a stream for you (an *event source mapping*) and calls the function with a
#   batch: SQS, Kinesis, DynamoDB Streams, Kafka, Amazon MQ, DocumentDB. *The mapping* decides about repeats.
#
# This lesson is about the first; the next lesson is about the other two. The type of one call is a parameter:

# %%
types = {}
for kind in ("RequestResponse", "Event", "DryRun"):
    response = functions.invoke(
        FunctionName=hello,
        InvocationType=kind,
        Payload='{"name": "Bo"}',
    )
    types[kind] = response["StatusCode"]
    print(f"{kind:16} status {types[kind]}, payload {response['Payload'].read()!r}")
print(lab.settle())

# %% [markdown]
# `DryRun` only asks whether the call would be allowed. In a synchronous call event and answer may have 6 MB each,
# in an asynchronous one 1 MB.
#
# ### Status 200 is not success
#
# What does the caller see if the code fails?


# %%
def greet_strictly(event, context):
    print("got", event)
    return "Moin, " + event["name"]


import base64

strict = launch(greet_strictly)
response = functions.invoke(FunctionName=strict, Payload='{"nmae": "Bo"}', LogType="Tail")
result = json.loads(response["Payload"].read())
print("StatusCode   ", response["StatusCode"])
print("FunctionError", response["FunctionError"])
print("Payload      ", {name: result[name] for name in ("errorType", "errorMessage")})
print(
    "LogResult:",
    *base64.b64decode(response["LogResult"]).decode().splitlines()[:4],
    sep="\n  ",
)

# %% [markdown]
# The call of the API went well: status 200. The *function* failed, and only the field `FunctionError` says so. Code
# that forgets this takes an error message for a result. (`LogType="Tail"` brings the last 4 KB of the log.)
#
# Other failures never reach the code and do come as exceptions. The most frequent is **throttling**, status 429: too
# many environments are busy. Lambda does not repeat a synchronous call; the caller does, waiting longer each time.
#
# ### Your turn: a caller that can be trusted
#
# Write `call(name, event, pause)`; call the function through the client `impatient`, which repeats nothing itself.
#
# - Return the function's answer as a Python value.
# - If the function failed, raise `FunctionFailed` with the error's type and message in its text, and do not repeat.
# - If the call is throttled, call `pause(1)` and try again, then `pause(2)`, 4, 8. After the fifth failed attempt let
#   boto3's exception through.
#
# <details><summary>Hint</summary>
#
# The exception is `impatient.exceptions.TooManyRequestsException`. `for attempt in range(5)` gives the waits as
# `2**attempt`; no pause after the last attempt.
# </details>

# %% setup="impatient"
from botocore.config import Config

impatient = boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))


class FunctionFailed(Exception):
    """The function ran and failed."""


# %% exercise="call"
def call(name: str, event: Any, pause) -> Any:
    """Call a function, repeat when throttled, and raise what it says when it fails."""
    ### BEGIN SOLUTION
    for attempt in range(5):
        try:
            response = impatient.invoke(FunctionName=name, Payload=json.dumps(event))
            break
        except impatient.exceptions.TooManyRequestsException:
            if attempt == 4:
                raise
            pause(2**attempt)
    answer = json.loads(response["Payload"].read())
    if "FunctionError" in response:
        raise FunctionFailed(f"{answer['errorType']}: {answer['errorMessage']}")
    return answer
    ### END SOLUTION


# %% check="call" points=3
with check("call", needs="call", right="No error passes for a result.") as expect:
    sample = """
def handler(event, context):
    return event.get("tell") or {"half": 84 // event["by"]}
"""

    def new_sample() -> str:
        name = lab.unique_name("check-call")
        code: Any = {"ZipFile": zipped(sample)}
        functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="app.handler",
            Timeout=30,
            Code=code,
        )
        return name

    def busy(name: str) -> None:
        """No environment may run: every call is throttled until the block is lifted."""
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)

    def right_result(by: int) -> None:
        returned = call(new_sample(), {"by": by}, pause=lambda seconds: None)
        expect.equal(returned, {"half": 84 // by}, f"The answer to {{'by': {by}}}")

    def looks_like_failure() -> None:
        report = {"errorType": "flat tyre", "errorMessage": "bike b-7"}
        try:
            returned = call(new_sample(), {"tell": report}, pause=lambda seconds: None)
        except FunctionFailed:
            returned = "FunctionFailed"
        expect(
            returned == report,
            f"A function went well and returned {report}; from call came {returned!r}. "
            "Whether a function failed says FunctionError in the response, not the payload.",
        )

    def other_refusal() -> None:
        waits: list[float] = []
        ends = "There is no such function: let boto3's exception through."
        with expect.refused("ResourceNotFoundException", ends):
            call(lab.unique_name("no-such-function"), {"by": 2}, waits.append)
        expect(
            waits == [],
            f"There is no such function, and call paused {waits}: only throttling passes with "
            "time. Catch TooManyRequestsException, not more.",
        )

    def failure(event: dict[str, Any], kind: str, words: str) -> None:
        name, waits = new_sample(), []
        with lab.watching(most=50) as made:
            try:
                returned = call(name, event, waits.append)
            except FunctionFailed as failed:
                text = str(failed)
            else:
                expect(False, f"The function failed ({kind}), and call returned {returned!r}.")
        expect(kind in text, f"FunctionFailed says {text!r}; the error's type is {kind}.")
        expect(words in text, f"FunctionFailed says {text!r}; the message was {words!r}.")
        times = len(made.of("Invoke"))
        expect(
            times == 1 and waits == [],
            f"A failing function was called {times} times; once is right.",
        )

    def throttled(lifted_after: int) -> None:
        name, waits = new_sample(), []
        busy(name)

        def pause(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == lifted_after:
                functions.delete_function_concurrency(FunctionName=name)

        with lab.watching(most=100) as made:
            returned = call(name, {"by": 2}, pause)
        tries = len(made.of("Invoke"))
        expect.equal(
            waits,
            [2**n for n in range(lifted_after)],
            f"Throttled {lifted_after} times: the pauses",
        )
        expect.equal(
            tries,
            lifted_after + 1,
            f"Throttled {lifted_after} times: the number of attempts",
        )
        expect.equal(
            returned,
            {"half": 42},
            f"Throttled {lifted_after} times: the answer in the end",
        )

    def hopeless() -> None:
        name, waits = new_sample(), []
        busy(name)
        ends = "Throttled for ever, call must end with boto3's exception, not with an answer."
        with lab.watching(most=100) as made, expect.refused("TooManyRequestsException", ends):
            call(name, {"by": 2}, waits.append)
        expect.equal(len(made.of("Invoke")), 5, "Throttled for ever: the number of attempts")
        expect.equal(waits, [1, 2, 4, 8], "Throttled for ever: the pauses")

    right_result(2)
    failure({"by": 0}, "ZeroDivisionError", "integer division or modulo by zero")
    looks_like_failure()
    throttled(2)
    hopeless()
    other_refusal()
    ### BEGIN HIDDEN TESTS
    right_result(7)
    failure({}, "KeyError", "'by'")
    throttled(4)
    ### END HIDDEN TESTS

# %% [markdown]
# In real life add *jitter*, a random part of the pause, so that many callers do not come back in step.
#
# ## Two permissions, two directions
#
# - The **execution role** says what the function may do. Its code acts as that role.
# - The **resource policy** says who may call the function, like a bucket policy.
#
# First the role. Ours is still without permissions, and IAM is not asked in the lab until you say so.


# %% setup="rides"
dynamodb = boto3.client("dynamodb")


def new_table(name: str) -> str:
    """A table of rides; returns its ARN."""
    made = dynamodb.create_table(
        TableName=lab.unique_name(name),
        KeySchema=[{"AttributeName": "ride", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "ride", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return made["TableDescription"]["TableArn"]


# %%
def keep_ride(event, context):
    import boto3

    table = boto3.resource("dynamodb").Table(event["table"])
    table.put_item(Item={"ride": event["ride"], "minutes": event["minutes"]})
    return "kept"


keeper = launch(keep_ride)
ride = {"table": new_table("rides").split("/")[1], "ride": "r-1", "minutes": 25}
with lab.enforce_iam():
    print(ask(keeper, ride)["errorMessage"])

# %% [markdown]
# The code carries no keys; Lambda gives it temporary credentials of its role. Ready policies cover the usual cases:
# `AWSLambdaBasicExecutionRole` (write logs), `AWSLambdaSQSQueueExecutionRole`, `AWSLambdaKinesisExecutionRole` and
# `AWSLambdaDynamoDBExecutionRole` (read a queue or a stream, as event source mappings do with this same role),
# `AWSLambdaVPCAccessExecutionRole` (network interfaces), `AWSXRayDaemonWriteAccess` (traces).
#
# ### Your turn: a role that may write rides
#
# Write `writer_role(table_arn)`. It makes a role for a function and returns its ARN. The function may write its logs
# (attach the ready policy), and it may put items into **this table**. It may do nothing else. One role for each
# function keeps such sentences short.
#
# <details><summary>Hint</summary>
#
# `new_role("writer")` makes a role that trusts Lambda. The ready policy's ARN is
# `arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`; `attach_role_policy` and `put_role_policy` take
# the role's *name*, the part of its ARN after the last slash. The action is `dynamodb:PutItem`.
# </details>


# %% exercise="writer-role"
def writer_role(table_arn: str) -> str:
    """Make a role that may write logs and put items into this table; return its ARN."""
    ### BEGIN SOLUTION
    arn = new_role("writer")
    name = arn.split("/")[-1]
    logs = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=name, PolicyArn=logs)
    puts = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": table_arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [puts]})
    iam.put_role_policy(RoleName=name, PolicyName="write-rides", PolicyDocument=document)
    return arn
    ### END SOLUTION


# %% check="writer-role" points=2
with check(
    "writer-role",
    needs="writer_role",
    right="A stolen function can add a ride, and that is all.",
) as expect:
    tries = """
import boto3
from botocore.exceptions import ClientError

def handler(event, context):
    call = getattr(boto3.client(event["service"]), event["call"])
    try:
        call(**event["params"])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "done"
"""

    TABLE_CALLS = ["GetItem", "Query", "UpdateItem", "BatchWriteItem", "PutResourcePolicy"]
    TABLE_CALLS += ["DescribeTable", "UpdateTable", "DeleteTable"]

    def may(role_arn: str, what: str, service: str, method: str, **params: Any) -> bool:
        """Run a function with this role that makes one call."""
        name = lab.unique_name("check-role")
        functions.create_function(
            FunctionName=name,
            Role=role_arn,
            Runtime="python3.13",
            Handler="app.handler",
            Timeout=30,
            Code={"ZipFile": zipped(tries)},
        )
        with lab.enforce_iam():
            came = ask(name, {"service": service, "call": method, "params": params})
        expect(isinstance(came, str), f"A function with your role cannot start: {came}")
        return "Denied" not in came

    def right_role(table: str) -> None:
        arn, other = new_table(table), new_table("customers")
        role_arn = writer_role(arn)
        expect(
            ":role/" in str(role_arn),
            f"writer_role should return a role's ARN, not {role_arn!r}.",
        )
        own_name = role_arn.split("/")[-1]
        attached = iam.list_attached_role_policies(RoleName=own_name)["AttachedPolicies"]
        expect(
            any(one["PolicyName"] == "AWSLambdaBasicExecutionRole" for one in attached),
            "The function cannot write its logs: attach AWSLambdaBasicExecutionRole.",
        )
        expect(role_arn != role, "This is the role of all functions: make one of its own.")
        item = {"ride": {"S": "r-1"}}
        name, customers = arn.split("/")[1], other.split("/")[1]
        expect(
            may(role_arn, "put", "dynamodb", "put_item", TableName=name, Item=item),
            "The function still may not put items into the table: check the statement.",
        )
        expect(
            not may(role_arn, "other", "dynamodb", "put_item", TableName=customers, Item=item),
            "The function may put items into another table. Resource: this table's ARN.",
        )
        expect(
            not may(role_arn, "delete", "dynamodb", "delete_item", TableName=name, Key=item),
            "The function may also delete rides. Allow dynamodb:PutItem, not more.",
        )
        expect(
            not may(role_arn, "read", "dynamodb", "scan", TableName=name),
            "The function may also read all rides. Allow dynamodb:PutItem, not more.",
        )
        expect(
            not may(role_arn, "buckets", "s3", "list_buckets"),
            "The function may list the buckets of the account: the role allows far too much.",
        )
        more = [f"dynamodb:{one}" for one in TABLE_CALLS]
        more += ["sqs:ReceiveMessage", "sns:Publish", "iam:PassRole", "lambda:InvokeFunction"]
        for actions, where in ((more, arn), (["dynamodb:PutItem"], f"{arn}-archive")):
            found = iam.simulate_principal_policy(
                PolicySourceArn=role_arn,
                ActionNames=actions,
                ResourceArns=[where],
            )["EvaluationResults"]
            said = {one["EvalActionName"]: one["EvalDecision"] for one in found}
            allowed = [action for action, decision in said.items() if decision == "allowed"]
            expect(
                not allowed,
                f"The role also allows {', '.join(allowed)} on {where.split(':')[-1]}. Allow "
                "dynamodb:PutItem on this table's ARN, not more.",
            )

    right_role("rides")
    ### BEGIN HIDDEN TESTS
    right_role("winter-rides")
    ### END HIDDEN TESTS

# %% [markdown]
# Now the other direction. Tern's topic `ride-ended` should call a function. Who may call? `add_permission` adds one
# statement to the function's resource policy: which service, on behalf of which resource, which account.

# %%
sns = boto3.client("sns")
topic = sns.create_topic(Name=lab.unique_name("ride-ended"))["TopicArn"]
listener = launch(who_am_i)
listener_arn = functions.get_function_configuration(FunctionName=listener)["FunctionArn"]
sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=listener_arn)

sns.publish(TopicArn=topic, Message="ride r-1 has ended")
print(lab.settle())
functions.add_permission(
    FunctionName=listener,
    StatementId="topic-ride-ended",
    Action="lambda:InvokeFunction",
    Principal="sns.amazonaws.com",
    SourceArn=topic,
)
sns.publish(TopicArn=topic, Message="ride r-2 has ended")
print(lab.settle())
policy = json.loads(functions.get_policy(FunctionName=listener)["Policy"])
print(policy["Statement"][0]["Condition"])

# %% [markdown]
# Without `SourceArn` (or `SourceAccount`, for bucket names, which carry no account) a topic of a stranger could call
# your function. The policy has at most 20 KB. With `Qualifier` a statement covers one version or alias only.
#
# For people and programs both policies count, and the account decides how:

# %%
table = {
    "same account": {
        "neither": "denied",
        "identity policy only": "allowed",
        "resource policy only": "allowed",
        "both": "allowed",
    },
    "another account": {
        "neither": "denied",
        "identity policy only": "denied",
        "resource policy only": "denied",
        "both": "allowed",
    },
}
charts.heatmap(
    table,
    rows_are="the caller is in",
    columns_are="lambda:InvokeFunction is allowed by",
    meanings={"allowed": "good", "denied": "bad"},
    headline="At home one permission is enough; from another account it takes both",
    source="AWS Identity and Access Management User Guide, policy evaluation logic",
)

# %% [markdown]
# ## What it did
#
# What a handler prints goes to the log group `/aws/lambda/NAME` in CloudWatch Logs, if the role allows it, between
# lines of Lambda's own. (Since November 2023 you can have JSON lines with levels, and a log group of your choice.) The
# `REPORT` line tells duration, billed duration and memory.
#
# CloudWatch also counts: `Invocations`, `Errors`, `Throttles`, `Duration`, `ConcurrentExecutions`, and for the other
# kinds of calls `DeadLetterErrors`, `DestinationDeliveryFailures`, `IteratorAge`. Errors that your code catches are no
# `Errors`: let it fail, or count them yourself. We call a function for 24 minutes; at minute 12 comes a bad version.

# %%
import datetime as dt

cloudwatch = boto3.client("cloudwatch")
good = "def handler(event, context): return 60 / event['minutes']"
bad = "def handler(event, context): return 60 / event['ride']['minutes']"  # the new app's form
shown = lab.unique_name("speed")
functions.create_function(
    FunctionName=shown,
    Role=role,
    Runtime="python3.13",
    Handler="app.handler",
    Timeout=30,
    Code={"ZipFile": zipped(good)},
)
began = lab.clock.now()
for minute in range(24):
    if minute == 12:
        functions.update_function_code(FunctionName=shown, ZipFile=zipped(bad))
    for caller in range(4 + minute % 3):
        new_app = caller == 0
        sends: dict[str, Any] = {"minutes": 5} | ({"ride": {"minutes": 5}} if new_app else {})
        functions.invoke(FunctionName=shown, Payload=json.dumps(sends))
    lab.clock.advance(seconds=60)


def per_minute(metric: str) -> list[float]:
    """Sums of a metric for each minute of the demo."""
    series: dict[Any, float] = {began + dt.timedelta(minutes=n): 0.0 for n in range(24)}
    found = cloudwatch.get_metric_data(
        MetricDataQueries=[
            {
                "Id": "sums",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "AWS/Lambda",
                        "MetricName": metric,
                        "Dimensions": [{"Name": "FunctionName", "Value": shown}],
                    },
                    "Period": 60,
                    "Stat": "Sum",
                },
            }
        ],
        StartTime=began,
        EndTime=began + dt.timedelta(minutes=25),
    )["MetricDataResults"][0]
    for moment, value in zip(found["Timestamps"], found["Values"], strict=True):
        nearest = min(series, key=lambda start: abs((moment - start).total_seconds()))
        series[nearest] += value
    return list(series.values())


called, failed = per_minute("Invocations"), per_minute("Errors")
share = 100 * (1 - sum(failed[12:]) / sum(called[12:]))
charts.steps(
    {  # the last value once more, so that its minute has a width
        "invocations": (range(25), [*called, called[-1]]),
        "errors": (range(25), [*failed, failed[-1]]),
    },
    events={"bad version": 12},
    x_unit="minutes",
    y_label="calls per minute",
    headline=f"After the bad version only {share:.0f} % of the calls succeed",
    source="measured in the lab, CloudWatch metrics AWS/Lambda",
)

# %% [markdown]
# ### Your turn: how healthy is it?
#
# There is no metric for the success rate; one computes it. Write `health(name)` from CloudWatch's metrics of the
# **last 24 hours**. Return a dictionary with `"invocations"`, `"errors"`, `"throttles"` (whole numbers) and
# `"success"`: the percentage of invocations without an error, or `None` if there was none. (A throttled call never
# became an invocation.)
#
# <details><summary>Hint</summary>
#
# `cloudwatch.get_metric_statistics(...)` takes Namespace, MetricName, Dimensions, StartTime, EndTime, Period and
# `Statistics=["Sum"]`; add up what stands in `Datapoints`. The dimension is `FunctionName`. `lab.clock.now()` is the
# time; let EndTime be a minute later, so that the last call counts.
# </details>


# %% exercise="health"
def health(name: str) -> dict[str, Any]:
    """Invocations, errors, throttles and success rate of the last 24 hours."""
    ### BEGIN SOLUTION
    now = lab.clock.now()
    totals = {}
    for metric in ("Invocations", "Errors", "Throttles"):
        points = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - dt.timedelta(hours=24),
            EndTime=now + dt.timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        totals[metric.lower()] = round(sum(point["Sum"] for point in points))
    calls = totals["invocations"]
    success = 100 * (calls - totals["errors"]) / calls if calls else None
    return {**totals, "success": success}
    ### END SOLUTION


# %% check="health" points=2
with check(
    "health",
    needs="health",
    right="An alarm on this number wakes the right person.",
) as expect:

    def measured(
        fails: int,
        works: int,
        blocked: int,
        before: int = 0,
        then: float = 0,
    ) -> None:
        """Call a new function so often, the failures `then` hours before the rest.

        `before` more failures lie 30 hours back.
        """
        name = lab.unique_name("check-health")
        functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="app.handler",
            Timeout=30,
            Code={"ZipFile": zipped("def handler(event, context): return 1 / event")},
        )
        for _ in range(before):
            ask(name, 0)
        if before:
            lab.clock.advance(hours=30)
        for _ in range(fails):
            ask(name, 0)
            lab.clock.advance(minutes=40)
        lab.clock.advance(hours=then)
        for _ in range(works):
            ask(name, 1)
            lab.clock.advance(minutes=40)
        if blocked:
            functions.put_function_concurrency(
                FunctionName=name,
                ReservedConcurrentExecutions=0,
            )
        for _ in range(blocked):
            try:
                impatient.invoke(FunctionName=name, Payload="1")
            except ClientError:
                pass
        case = f"{fails} calls failed, {works} went well, {blocked} were throttled"
        if then:
            case += f" {then} hours later"
        if before:
            case += f", and 30 hours ago {before} more failed"
        answer = health(name)
        expect(isinstance(answer, dict), "health should return a dictionary.")
        expect.equal(answer.get("invocations"), fails + works, f"{case}: invocations")
        expect.equal(answer.get("errors"), fails, f"{case}: errors")
        expect.equal(answer.get("throttles"), blocked, f"{case}: throttles")
        if fails + works:
            success = 100 * works / (fails + works)
            expect.close(answer.get("success"), success, f"{case}: success in percent")
        else:
            expect(
                answer.get("success") is None,
                "Nothing was called: success should be None.",
            )

    measured(fails=2, works=6, blocked=0)
    measured(fails=1, works=3, blocked=2)
    measured(fails=1, works=1, blocked=0, then=22)
    measured(fails=0, works=2, blocked=0, before=3)
    measured(fails=0, works=0, blocked=0)
    ### BEGIN HIDDEN TESTS
    measured(fails=3, works=2, blocked=4, before=2)
    measured(fails=0, works=0, blocked=3)
    ### END HIDDEN TESTS

# %% [markdown]
# ## One dial: memory
#
# You cannot choose a processor. You choose memory, from 128 to 10,240 MB in steps of 1 MB, and get processor and
# network in proportion: 1,769 MB are one vCPU, 10,240 MB nearly six. And you pay for memory times duration, in
# **GB-seconds**.
# More memory costs more a second and may need fewer seconds. What wins?
#
# Tern draws a heat map of its rides: a second of waiting for the data, then 20 seconds of one vCPU's work. Your
# computer is equally fast at every setting, so our function spends its time by AWS's rule, asleep on the lab's clock.


# %% setup="render"
def render(event, context):
    """Wait for the data, then compute: `work` in seconds of one vCPU, on so many threads."""
    import time

    vcpus = min(int(context.memory_limit_in_mb) / 1769, event["threads"])
    time.sleep(event["waits"] + event["work"] / vcpus)


def billed_seconds(name: str, mb: int, event: dict) -> float:
    """Set the memory, call twice (the first is a cold start), read the second REPORT line."""
    functions.update_function_configuration(FunctionName=name, MemorySize=mb, Timeout=300)
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    for _ in range(2):
        response = functions.invoke(
            FunctionName=name,
            Payload=json.dumps(event),
            LogType="Tail",
        )
    tail = base64.b64decode(response["LogResult"]).decode()
    if "FunctionError" in response:
        raise RuntimeError(f"the function failed: {tail}")
    return int(re.search(r"Billed Duration: (\d+) ms", tail)[1]) / 1000


# %%
sizes = [128, 256, 512, 1024, 1769, 2500, 3538, 5307, 7076, 10240]
renderer = launch(render)
per_gb_second = facts.price("lambda", "duration-x86")
seconds = {}
for words, threads in (("one thread", 1), ("six threads", 6)):
    job = {"waits": 1, "work": 20, "threads": threads}
    seconds[words] = [billed_seconds(renderer, mb, job) for mb in sizes]
usd = {
    words: [1000 * mb / 1024 * s * per_gb_second for mb, s in zip(sizes, took, strict=True)]
    for words, took in seconds.items()
}
charts.curves(
    {words: (sizes, took) for words, took in seconds.items()},
    log_x=True,
    log_y=True,
    events={"1 vCPU": 1769},
    x_label="memory",
    x_unit="MB",
    y_label="billed duration",
    y_unit="seconds",
    headline="Up to one vCPU memory makes everything faster, beyond it only threads",
    source="measured in the lab; 1,769 MB per vCPU from the Lambda Developer Guide",
)

# %%
alone = zip(sizes, seconds["one thread"], usd["one thread"], strict=True)
points = {f"{mb:,} MB": (took, paid) for mb, took, paid in alone}
shown_sizes = ("128 MB", "512 MB", "1,024 MB", "1,769 MB", "3,538 MB", "10,240 MB")
knee = points["1,769 MB"][0]
charts.scatter(
    {size: points[size] for size in shown_sizes},
    x_label="billed duration",
    x_unit="seconds",
    y_label="price of 1,000 runs",
    y_unit="USD",
    headline=f"Down to {knee:.0f} s speed costs almost nothing; then money buys no time",
    subtitle="one thread, 20 s of work and 1 s of waiting",
    source=["measured in the lab", per_gb_second],
)

# %% [markdown]
# From 128 MB to 1,769 MB the work gets thirteen times faster for about the same price, because twice the memory
# halves the time. Only the wait for the data costs more in a larger machine. Beyond one vCPU a single thread gains
# nothing and every second costs more. So: **measure a few sizes, take the knee.**
#
# > **Then and now.** Older notes end at 1,536 or 3,008 MB in steps of 64 and give 1,792 MB for a vCPU. 10,240 MB and
# > 1 MB steps came in December 2020. (On Managed Instances up to 32,768 MB.)
#
# ### Your turn: predict
#
# Now another function, without any waiting: its work is **60 seconds** of one vCPU. Say first how long it takes, in
# seconds, and the two price ratios as numbers (1 means "the same"). 1,769 MB are one vCPU; 885 are half of one. Then
# the check measures.
#
# <details><summary>Hint</summary>
#
# Duration is the work divided by the vCPUs that the program can use; one thread uses at most one. The price is memory
# times duration: what becomes of each factor?
# </details>

# %% exercise="predict-memory" repair=true
predicted = {
    "seconds, one thread, 885 MB": None,
    "seconds, one thread, 1769 MB": None,
    "seconds, one thread, 3538 MB": None,
    "seconds, two threads, 3538 MB": None,
    "price of one thread, 885 MB, divided by 1769 MB": None,
    "price of one thread, 3538 MB, divided by 1769 MB": None,
}
### BEGIN SOLUTION
predicted = {
    "seconds, one thread, 885 MB": 120,
    "seconds, one thread, 1769 MB": 60,
    "seconds, one thread, 3538 MB": 60,
    "seconds, two threads, 3538 MB": 30,
    "price of one thread, 885 MB, divided by 1769 MB": 1,
    "price of one thread, 3538 MB, divided by 1769 MB": 2,
}
### END SOLUTION

# %% check="predict-memory" points=2
with check(
    "predict-memory",
    needs="predicted",
    right="Memory is speed only as far as the code can use it.",
) as expect:
    expect(
        isinstance(predicted, dict),
        "`predicted` should be the dictionary of the task, filled in.",
    )
    expect.not_tried(all(value is None for value in predicted.values()))

    def compare(measuring: str) -> None:
        def runs(mb: int, threads: int) -> float:
            return billed_seconds(measuring, mb, {"waits": 0, "work": 60, "threads": threads})

        half, one, two = runs(885, 1), runs(1769, 1), runs(3538, 1)
        came = {
            "seconds, one thread, 885 MB": (half, "Half a vCPU takes twice as long."),
            "seconds, one thread, 1769 MB": (one, "This is exactly one vCPU."),
            "seconds, one thread, 3538 MB": (two, "One thread cannot use the second vCPU."),
            "seconds, two threads, 3538 MB": (runs(3538, 2), "Two threads share the work."),
            "price of one thread, 885 MB, divided by 1769 MB": (
                885 * half / (1769 * one),
                "Half the memory for twice the time.",
            ),
            "price of one thread, 3538 MB, divided by 1769 MB": (
                3538 * two / (1769 * one),
                "Twice the memory, and the time stays.",
            ),
        }
        for what, (value, reason) in came.items():
            said = predicted.get(what)
            expect(type(said) in (int, float), f"'{what}': say a number.")
            close = abs(said - value) <= 0.1 * value
            expect(close, f"You said {said} for '{what}'; measured: {value:.1f}. {reason}")

    compare(launch(render))
    ### BEGIN HIDDEN TESTS
    compare(launch(render))
    ### END HIDDEN TESTS

# %% [markdown]
# ## What it costs
#
# Two meters. **Requests**: the first million of a month is free, then 0.20 USD a million. **Compute**: GB-seconds of
# the memory you set, used or not; 400,000 a month are free. The duration is rounded up to whole milliseconds. The free
# amounts do not end after a year.

# %%
x86, arm = facts.price("lambda", "duration-x86"), facts.price("lambda", "duration-arm64")
print(f"1 USD buys {1 / x86:,.0f} GB-seconds on x86, {1 / arm:,.0f} on arm64")
print(f"free: {400_000 / (512 / 1024):,.0f} seconds at 512 MB, every month")
for millions in (1, 3, 30):
    bill = facts.cost("lambda", "requests", millions * 1e6, free=True)
    bill += facts.cost("lambda", "duration-x86", millions * 1e6 * 0.2 * 0.5, free=True)
    print(f"{millions:2} million calls of 200 ms at 512 MB: {float(bill):6.2f} USD")

# %%
server = facts.price("ec2", "on-demand-linux-t3-micro")


def with_lambda(millions: float) -> float:
    """A month of calls of 200 ms at 512 MB, free amounts included."""
    calls = millions * 1e6
    return float(
        facts.cost("lambda", "requests", calls, free=True)
        + facts.cost("lambda", "duration-x86", calls * 0.1, free=True)
    )


charts.curves(
    {
        "Lambda, 200 ms at 512 MB": with_lambda,
        "one t3.micro, always on": lambda millions: server * facts.HOURS_PER_MONTH,
    },
    x=(0, 15),
    breakeven=True,
    x_label="calls a month",
    x_unit="million calls",
    y_unit="USD per month",
    headline="Below some eight million calls a small server costs more than the function",
    source=[facts.price("lambda", "requests"), x86, server],
)

# %% [markdown]
# The server is sized for the ferry and idles at night. For a steady, high load servers win; count their care, too.
#
# > **Then and now.** Until December 2020 durations were rounded up to 100 ms. Since August 2025 the start of an
# > environment (the *init* phase) is billed for every kind of package.
#
# ### Your turn: the monthly bill
#
# Write `monthly_bill(requests, ms, mb, arch)` in USD: so many requests of `ms` milliseconds with `mb` megabytes, on
# `"x86"` or `"arm64"`.
#
# - Each duration is rounded up to a whole millisecond; 1,024 MB are a GB.
# - A million requests and 400,000 GB-seconds are free.
# - The prices are `facts.price("lambda", "requests")` per million and `facts.price("lambda", "duration-x86")` (or
#   `-arm64`) per GB-second. Higher tiers begin at six billion GB-seconds; leave them out.
#
# <details><summary>Hint</summary>
#
# Two amounts, two free allowances, neither of which pays for the other. Nothing can become negative.
# </details>

# %% exercise="monthly-bill"
from math import ceil


def monthly_bill(requests: int, ms: float, mb: int, arch: str = "x86") -> float:
    """Return the month's bill in USD."""
    ### BEGIN SOLUTION
    gb_seconds = requests * ceil(ms) / 1000 * mb / 1024
    million = max(0, requests - 1_000_000) / 1e6
    compute = max(0, gb_seconds - 400_000)
    price = facts.price("lambda", f"duration-{arch}")
    return million * facts.price("lambda", "requests") + compute * price
    ### END SOLUTION


# %% check="monthly-bill" points=2
with check(
    "monthly-bill",
    needs="monthly_bill",
    right="Memory and milliseconds are the two knobs.",
) as expect:
    expect.close(
        monthly_bill(3_000_000, 1000, 512),
        18.73,
        "3 million calls of 1 s at 512 MB, x86",
        0.001,
    )
    expect.close(
        monthly_bill(3_000_000, 1000, 512, "arm64"),
        15.07,
        "The same on arm64",
        0.001,
    )
    expect.close(monthly_bill(500_000, 100, 128), 0.0, "Half a million short calls are free")
    expect.close(
        monthly_bill(3_500_000, 20, 128),
        0.5,
        "3.5 million calls of 20 ms at 128 MB: only requests",
    )
    expect.close(
        monthly_bill(500_000, 2000, 1024),
        10.0,
        "Half a million calls of 2 s at 1 GB: only compute",
        0.001,
    )
    expect.close(
        monthly_bill(100_000_000, 11.2, 1024),
        33.13,
        "100 million calls of 11.2 ms at 1 GB (12 ms are billed)",
        0.001,
    )
    ### BEGIN HIDDEN TESTS
    expect.close(
        monthly_bill(40_000_000, 99.5, 256, "arm64"),
        15.8,
        "40 million of 99.5 ms, 256 MB, arm64",
        0.001,
    )
    expect.close(monthly_bill(0, 100, 128), 0.0, "No calls")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On the real AWS this lesson would cost nothing: a few hundred calls, far below the free million. Functions
# > that nobody calls cost nothing either; what they leave behind are log groups, which keep their lines for ever
# > unless you set a retention. Delete both when you are done:

# %%
functions.delete_function(FunctionName=hello)
logs = boto3.client("logs")
logs.delete_log_group(logGroupName=f"/aws/lambda/{hello}")
logs.put_retention_policy(logGroupName=f"/aws/lambda/{fares}", retentionInDays=14)
kept_for = logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{fares}")["logGroups"][0]
print(kept_for["logGroupName"], "keeps its lines for", kept_for["retentionInDays"], "days")

# %% [markdown]
# ## To remember
#
# - Serverless moves machines, patches and scaling to AWS; code, libraries, settings and permissions stay yours.
# - A handler gets an event and a context; the context knows the request's id and the time that is left.
# - Defaults are 3 seconds and 128 MB; at most 900 seconds and 10,240 MB. 1,769 MB are one vCPU.
# - A synchronous call that answers 200 may still have failed: look at `FunctionError`. Only the caller repeats it.
# - The execution role says what the function may do, the resource policy who may call it.
# - `update_function_configuration` replaces all environment variables; secrets belong elsewhere.
# - You pay for requests and for GB-seconds: raise the memory as long as the duration falls as fast, then stop.

# %% [markdown] question="silent-failure"
# ### Question 1
#
# A shop's program calls a function with `invoke` and checks that `StatusCode` is 200. Customers report orders that
# were "confirmed" and never arrived. The function's metric `Errors` is high. What should change?
#
# - [ ] **A** Call with `InvocationType="Event"`, so that Lambda repeats failed calls.
#   > Then the program gets no answer at all, and still has to tell the customer something.
# - [x] **B** The program must look at `FunctionError` in the response.
#   > 200 means that the function was run. Whether it succeeded stands in `FunctionError`; the payload then holds the
#   > error instead of the result.
# - [ ] **C** Raise the function's timeout.
#   > That helps only if it runs out of time, and the program would still not notice other errors.
# - [ ] **D** Let boto3 repeat the call with the retry mode `standard`.
#   > boto3 repeats after refused or failed *calls of the API*. This call went well.

# %% answer="silent-failure"
answer = "B"

# %% check="silent-failure" points=1
question("silent-failure", answer)

# %% [markdown] question="which-compute"
# ### Question 2
#
# A team has a container image of 3 GB that checks photographs with a model: 40 seconds a photo, some hundred photos on
# a working day, nothing at night. A second image holds a chat server that keeps connections open for hours. Both
# should cost little when idle. What fits?
#
# - [ ] **A** Both as Lambda functions from their images.
#   > The chat server ends after 15 minutes at the latest, and no function waits on a port for callers.
# - [ ] **B** Both on EC2, because Lambda runs zip archives only.
#   > Images up to 10 GB have been allowed since December 2020, and instances cost money at night.
# - [x] **C** The photo check as a Lambda function from its image, the chat server on Fargate.
#   > 40 seconds and 3 GB are within a function's limits, and idle it costs nothing. Long-lived servers are what
#   > Fargate is for.
# - [ ] **D** The photo check on Fargate around the clock, the chat server on Lambda.
#   > The wrong way round: the idle one runs and bills all day, the lasting one is cut off.

# %% answer="which-compute"
answer = "C"

# %% check="which-compute" points=1
question("which-compute", answer)

# %% [markdown] question="stranger-topic"
# ### Question 3
#
# An account in another company should call your function `price` with its own role. That role's policy allows
# `lambda:InvokeFunction` on your function's ARN. The call is denied. What is missing?
#
# - [x] **A** A statement for that account or role in the function's resource policy.
#   > Across accounts both sides must allow: the caller's identity policy and your resource policy (`add_permission`
#   > with the account or role as principal).
# - [ ] **B** The permission `lambda:InvokeFunction` in the execution role of `price`.
#   > The execution role says what the function may do, not who may call it.
# - [ ] **C** A trust policy of the execution role that names the other account.
#   > Then the other company could act *as* your function; it only wants to call it.
# - [ ] **D** Nothing; functions cannot be called from other accounts.
#   > They can, if both sides allow it.

# %% answer="stranger-topic"
answer = "A"

# %% check="stranger-topic" points=1
question("stranger-topic", answer)

# %% [markdown] question="slow-function"
# ### Question 4
#
# A function with one thread computes checksums. At 512 MB it takes 8 seconds, at 1,024 MB 4 seconds, at 1,769 MB 2.3
# seconds. Callers want it faster, and the bill should stay about the same. What do you do?
#
# - [ ] **A** Stay at 512 MB: more memory costs more.
#   > Per second, yes. But the seconds fall as fast as the memory grows: 4 GB-seconds each time.
# - [ ] **B** Take 10,240 MB, the fastest size.
#   > One thread gains nothing beyond one vCPU, and each second costs nearly six times as much as at 1,769 MB.
# - [ ] **C** Raise the timeout, so that it has more time to compute.
#   > A timeout only ends work that takes too long; it makes nothing faster.
# - [x] **D** Take 1,769 MB, and go higher only after the code uses several threads.
#   > That is one whole vCPU: 3.5 times as fast as now for about the same GB-seconds.

# %% answer="slow-function"
answer = "D"

# %% check="slow-function" points=1
question("slow-function", answer)

# %%
progress()
