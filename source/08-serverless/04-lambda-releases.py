# ---
# jupyter:
#   course:
#     exam:
#     - '3.2'
#     - '3.3'
#     - '3.4'
#     minutes: 60
#     practises:
#       canary:
#       - lambda.versions
#       - lambda.aliases
#       choose-edge:
#       - lambda-edge.limits-and-choice
#       guarded-shift:
#       - lambda.codedeploy-shifting
#       judge:
#       - lambda.aliases
#       mend-handler:
#       - lambda.best-practices
#       new-code:
#       - lambda.cloudformation-code
#       open-door:
#       - lambda.function-urls
#       - lambda.function-url-auth
#       predict-shift:
#       - lambda.codedeploy-shifting
#     services:
#     - lambda
#     - codedeploy
#     - cloudformation
#     - cloudfront
#     title: Releases that can be taken back
#     topics:
#     - lambda.cloudformation-code
#     - lambda.versions
#     - lambda.aliases
#     - lambda.codedeploy-shifting
#     - lambda.function-urls
#     - lambda.function-url-auth
#     - lambda.best-practices
#     - lambda.newer-modes
#     - lambda-edge.trigger-points
#     - lambda-edge.limits-and-choice
# ---

# %% [markdown]
# # Releases that can be taken back
#
# On a Friday Tern's new price function charged nobody. It took an hour to notice and another to find the old code.
# After this lesson you can release so that **few customers meet a fault, and one call takes it back**: versions,
# aliases with weights, CodeDeploy, CloudFormation. Then you open doors: function URLs, and code at the edge.

# %% setup="start"
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("08-serverless/04-lambda-releases")
lab.start()
functions = boto3.client("lambda")
iam = boto3.client("iam")
s3 = boto3.client("s3")
cloudwatch = boto3.client("cloudwatch")
codedeploy = boto3.client("codedeploy")
cloudformation = boto3.client("cloudformation")


def new_role(name: str, service: str = "lambda") -> str:
    """A role that a service may take on; returns its ARN."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = iam.create_role(RoleName=lab.unique_name(name), AssumeRolePolicyDocument=trust)
    return made["Role"]["Arn"]


def zipped(source: str) -> bytes:
    """A deployment package with the file app.py; undated, so the same source is the same package."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), source)
    return packed.getvalue()


def launch_text(source: str, name: str = "price", **settings: Any) -> str:
    """Make a function of a text with a function `handler`; returns its name."""
    name = lab.unique_name(name)
    more: Any = {"Role": role, "Timeout": 30, **settings}
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": zipped(source)},
        **more,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name)
    return name


def ask(name: str, event: Any = None) -> Any:
    """Call a function and give its answer."""
    response = functions.invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(response["Payload"].read())


def call_many(name: str, alias: str, times: int) -> dict[str, int]:
    """Call an alias: how many calls each version got."""
    served: dict[str, int] = {}
    for _ in range(times):
        response = functions.invoke(FunctionName=name, Qualifier=alias)
        served[response["ExecutedVersion"]] = served.get(response["ExecutedVersion"], 0) + 1
    return served


def share_of(name: str, alias: str, version: str) -> float:
    """Which share of an alias's calls goes to a version, between 0 and 1."""
    found = functions.get_alias(FunctionName=name, Name=alias)
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights") or {}
    if found["FunctionVersion"] == version:
        return round(1 - sum(weights.values()), 4)
    return weights.get(version, 0.0)


role = new_role("tern")
OLD = "def handler(event, context):\n    return 'old price'"
NEW = "def handler(event, context):\n    return 'new price'"
BROKEN = "def handler(event, context):\n    raise KeyError('tariff')"

# %% [markdown]
# ## Versions
#
# What you change is always `$LATEST`. **Publishing** takes a snapshot of code *and* settings: a **version** with the
# next number and an ARN of its own. It never changes again, and all versions can be called.

# %%
fares = launch_text(OLD)
first = functions.publish_version(FunctionName=fares)
functions.update_function_code(FunctionName=fares, ZipFile=zipped(NEW))
second = functions.publish_version(FunctionName=fares)
unchanged = functions.publish_version(FunctionName=fares)
for one in (first, second):
    print(one["Version"], one["FunctionArn"].split(":", 5)[-1], "→", ask(one["FunctionArn"]))
print("published again without a change: still version", unchanged["Version"])

# %% [markdown]
# ## Aliases
#
# Callers should not know numbers. An **alias** is a name that points to a version and can be moved: `test`, `live`. It
# has an ARN of its own, so triggers, permissions and URLs hang on it and stay. Going back is one call: point back.
#
# An alias may also share its calls with **one** second version, by weight. That is a **canary**: a few calls try the
# new version, the others notice nothing.

# %%
functions.create_alias(FunctionName=fares, Name="live", FunctionVersion="1")
functions.update_alias(
    FunctionName=fares,
    Name="live",
    RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
)
for calls in (20, 200):
    served = call_many(fares, "live", calls)
    print(f"{calls} calls: {served}, {served.get('2', 0) / calls:.1%} to version 2")

# %% [markdown]
# Each call is drawn by lot, so ten percent is an average. How far off can it be?

# %%
weight = 0.1
numbers = (20, 50, 100, 200, 500, 1000, 2000)
charts.curves(
    {
        "19 of 20 times below": (
            numbers,
            [100 * (weight + 1.96 * (weight * (1 - weight) / n) ** 0.5) for n in numbers],
        ),
        "the weight": (numbers, [100 * weight for _ in numbers]),
        "19 of 20 times above": (
            numbers,
            [max(0, 100 * (weight - 1.96 * (weight * (1 - weight) / n) ** 0.5)) for n in numbers],
        ),
    },
    log_x=True,
    x_label="calls of the alias",
    x_unit="calls",
    y_label="that reach the new version",
    y_unit="percent",
    highlight=["the weight"],
    headline="A canary needs hundreds of calls before its share, and its errors, mean something",
    source="computed: binomial spread of a weight of 10%",
)

# %% [markdown]
# What Lambda refuses:

# %%
wrong_ideas: list[tuple[str, dict[str, Any]]] = [
    ("alias to an alias", {"FunctionVersion": "live"}),
    (
        "weights with $LATEST",
        {"FunctionVersion": "$LATEST", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}}},
    ),
    (
        "three versions",
        {
            "FunctionVersion": "1",
            "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1, "3": 0.1}},
        },
    ),
]
for idea, arguments in wrong_ideas:
    try:
        functions.create_alias(FunctionName=fares, Name="trial", **arguments)
    except ClientError as error:
        print(f"{idea}: {error.response['Error']['Code']}")

# %% [markdown]
# ### Your turn: a canary
#
# Write `canary(name, alias, package, share)`. The alias exists and points to the version that customers use.
#
# - put the zip archive `package` (bytes) into the function and publish it;
# - the alias sends `share` of its calls (`0.1` is a tenth) to the new version, the rest to where it pointed;
# - return the new version's number (a string);
# - if the package is what the alias points to already, change nothing and return that number: a version cannot have a
#   weight beside itself.
#
# <details><summary>Hint</summary>
#
# `update_function_code(..., ZipFile=package)`, wait with `function_updated_v2`, then `publish_version`. An update of
# the alias without `FunctionVersion` leaves that as it is. Publishing without a change gives the old number back.
# </details>


# %% exercise="canary"
def canary(name: str, alias: str, package: bytes, share: float) -> str:
    """Publish the package and give it a share of the alias's calls; return its version."""
    ### BEGIN SOLUTION
    functions.update_function_code(FunctionName=name, ZipFile=package)
    functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    version = functions.publish_version(FunctionName=name)["Version"]
    current = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    if version != current:
        split: Any = {"AdditionalVersionWeights": {version: share}}
        functions.update_alias(FunctionName=name, Name=alias, RoutingConfig=split)
    return version
    ### END SOLUTION


# %% check="canary" points=2
with check(
    "canary",
    needs="canary",
    right="Nine of ten customers still have the version that works.",
) as expect:

    def releases(alias: str, share: float) -> None:
        name = launch_text(OLD, "check-canary")
        functions.publish_version(FunctionName=name)
        functions.create_alias(FunctionName=name, Name=alias, FunctionVersion="1")
        with lab.watching(most=100):
            version = canary(name, alias, zipped(NEW), share)
        found = functions.list_versions_by_function(FunctionName=name)["Versions"]
        published = [one["Version"] for one in found if one["Version"] != "$LATEST"]
        expect("2" in published, f"No new version was published; there is {published}.")
        expect(version == "2", f"Return the new version's number, '2', not {version!r}.")
        expect(ask(f"{name}:1") == "old price", "Version 1 changed?")
        said = ask(f"{name}:2")
        expect(said == "new price", f"Version 2 answers {said!r}: publish after the update.")
        main = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
        expect(
            main == "1",
            f"The alias now points to {main}. It should still point to 1; the new version gets its share by weight.",
        )
        got = share_of(name, alias, "2")
        expect(got == share, f"Version 2 gets a share of {got}; it should be {share}.")

    def changes_nothing(alias: str) -> None:
        name = launch_text(NEW, "check-same")
        functions.publish_version(FunctionName=name)
        functions.create_alias(FunctionName=name, Name=alias, FunctionVersion="1")
        with lab.watching(most=100):
            version = canary(name, alias, zipped(NEW), 0.2)
        expect(version == "1", f"The same package: return '1', not {version!r}.")
        found = functions.get_alias(FunctionName=name, Name=alias)
        weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights")
        expect(
            not weights and found["FunctionVersion"] == "1",
            f"The alias points to version 1 already, and now it has the weights {weights}.",
        )

    releases("live", 0.1)
    changes_nothing("live")
    ### BEGIN HIDDEN TESTS
    releases("shop", 0.25)
    changes_nothing("shop")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Go on, or back?
#
# The metrics of an alias tell the two versions apart: besides `FunctionName` and `Resource` (`name:alias`) they have
# the dimension `ExecutedVersion`. We let a broken version have a tenth of the calls.

# %%
friday = launch_text(OLD, "friday")
functions.publish_version(FunctionName=friday)
functions.update_function_code(FunctionName=friday, ZipFile=zipped(BROKEN))
functions.publish_version(FunctionName=friday)
tried = functions.create_alias(
    FunctionName=friday,
    Name="live",
    FunctionVersion="1",
    RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
)
print(tried["Name"], "→", tried["FunctionVersion"], tried["RoutingConfig"])


# %% setup="metrics"
def total(name: str, alias: str, version: str, metric: str) -> float:
    """The sum of a metric of one version behind an alias, over the last hour."""
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=metric,
        Dimensions=[
            {"Name": "FunctionName", "Value": name},
            {"Name": "Resource", "Value": f"{name}:{alias}"},
            {"Name": "ExecutedVersion", "Value": version},
        ],
        StartTime=lab.clock.now() - timedelta(hours=1),
        EndTime=lab.clock.now() + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return sum(point["Sum"] for point in points)


# %%
minutes, failures, shares = list(range(12)), [], []
for _ in minutes:
    shares.append(100 * share_of(friday, "live", "2"))
    before = total(friday, "live", "2", "Errors")
    call_many(friday, "live", 30)
    failures.append(total(friday, "live", "2", "Errors") - before)
    if sum(failures) >= 10:  # a person looks, and takes the weight away
        functions.update_alias(
            FunctionName=friday,
            Name="live",
            FunctionVersion="1",
            RoutingConfig={"AdditionalVersionWeights": {}},
        )
    lab.clock.advance(minutes=1)
charts.steps(
    {"calls to version 2, percent": (minutes, shares), "failed calls a minute": (minutes, failures)},
    x_unit="minutes",
    x_label="after the canary began",
    headline="One call takes the broken version away, and the failures end",
    subtitle="30 calls a minute",
    source="measured in the lab",
)

# %% [markdown]
# ### Your turn: the judge
#
# Write `judge(name, alias, most)`: decide about the canary of an alias by what CloudWatch says (`total` from above).
#
# - fewer than **20** calls of the new version in the last hour: change nothing, return `"wait"`;
# - a share of errors above `most` (`0.02` is 2%): all calls back to the old version, return `"rolled back"`;
# - otherwise all calls to the new version, return `"promoted"`;
# - no canary is running: change nothing, return `"nothing to do"`.
#
# After the end of a canary no weights are left. Errors of the *old* version count for nothing.
#
# <details><summary>Hint</summary>
#
# `get_alias` may come without `RoutingConfig`, or with empty weights. The metrics are `Invocations` and `Errors`.
# `RoutingConfig={"AdditionalVersionWeights": {}}` removes weights; promoting needs `FunctionVersion`, too.
# </details>


# %% exercise="judge"
def judge(name: str, alias: str, most: float) -> str:
    """Promote or roll back the canary of an alias, by its share of errors."""
    ### BEGIN SOLUTION
    found = functions.get_alias(FunctionName=name, Name=alias)
    weights = found.get("RoutingConfig", {}).get("AdditionalVersionWeights") or {}
    if not weights:
        return "nothing to do"
    candidate = next(iter(weights))
    calls = total(name, alias, candidate, "Invocations")
    if calls < 20:
        return "wait"
    good = total(name, alias, candidate, "Errors") / calls <= most
    functions.update_alias(
        FunctionName=name,
        Name=alias,
        FunctionVersion=candidate if good else found["FunctionVersion"],
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
    return "promoted" if good else "rolled back"
    ### END SOLUTION


# %% check="judge" points=3
with check("judge", needs="judge", right="The numbers decide, not the hope.") as expect:

    def sometimes(rest: int) -> str:
        """Fails at each call whose number, divided by ten, leaves less than `rest`."""
        return (
            "calls = []\n"
            "def handler(event, context):\n"
            "    calls.append(1)\n"
            f"    if len(calls) % 10 < {rest}:\n"
            "        raise ValueError('no tariff')\n"
            "    return 'price'"
        )

    def judged(old: int, new: int, calls: int, most: float, alias: str = "live", skipped: int = 0) -> None:
        """Both versions fail in so many of ten calls; the new one gets `calls` calls."""
        name = launch_text(sometimes(old), "check-judge")
        functions.publish_version(FunctionName=name)
        for number in range(skipped):  # versions that were published and never used
            functions.update_function_code(FunctionName=name, ZipFile=zipped(f"{OLD}  # {number}"))
            functions.publish_version(FunctionName=name)
        canary = str(2 + skipped)
        functions.update_function_code(
            FunctionName=name,
            ZipFile=zipped(sometimes(new) + "  # new"),
        )
        functions.publish_version(FunctionName=name)
        functions.create_alias(FunctionName=name, Name=alias, FunctionVersion="1")
        with lab.watching(most=50):
            early = judge(name, alias, most)
        expect(early == "nothing to do", f"An alias without a canary: 'nothing to do', not {early!r}.")
        call_many(name, alias, 12)
        split: Any = {"AdditionalVersionWeights": {canary: 0.8}}
        functions.update_alias(FunctionName=name, Name=alias, RoutingConfig=split)
        served = 0
        while served < calls:
            served += call_many(name, alias, 1).get(canary, 0)
        failed = total(name, alias, canary, "Errors")
        case = f"{calls} calls of the new version, {failed:.0f} failed, at most {most:.0%} may"
        wanted = "wait" if calls < 20 else "promoted" if failed / calls <= most else "rolled back"
        with lab.watching(most=50):
            said = judge(name, alias, most)
        expect(
            said == wanted,
            f"{case} (the old version: {old} of 10): {wanted!r}, not {said!r}.",
        )
        shares = {"wait": 0.8, "promoted": 1.0, "rolled back": 0.0}
        got = share_of(name, alias, canary)
        expect(
            got == shares[wanted],
            f"{case}: you said {said!r}, and version {canary} has a share of {got}.",
        )
        if wanted != "wait":
            after = functions.get_alias(FunctionName=name, Name=alias)
            left = after.get("RoutingConfig", {}).get("AdditionalVersionWeights")
            expect(not left, f"{case}: weights are left: {left}.")
            again = judge(name, alias, most)
            expect(again == "nothing to do", f"No canary runs: 'nothing to do', not {again!r}.")

    judged(old=0, new=0, calls=20, most=0.02)
    judged(old=0, new=10, calls=20, most=0.02)
    judged(old=0, new=10, calls=19, most=0.02)
    judged(old=10, new=0, calls=25, most=0.02, skipped=1)
    judged(old=0, new=1, calls=30, most=0.1)
    ### BEGIN HIDDEN TESTS
    judged(old=0, new=3, calls=40, most=0.2, alias="shop")
    judged(old=10, new=1, calls=20, most=0.1, alias="shop")
    ### END HIDDEN TESTS

# %% [markdown]
# ## CodeDeploy moves the weight
#
# **AWS CodeDeploy** does this by a plan: it sets the weights of an alias step by step, looks at alarms, and takes
# everything back if one rings. SAM's `DeploymentPreference` uses it. You name what to shift in an **AppSpec** and how
# in a configuration; all begin with `CodeDeployDefault.Lambda`:
#
# - `Canary10Percent5Minutes` (also 10, 15, 30): a tenth at once, the rest after that time;
# - `Linear10PercentEvery1Minute` (also 2, 3, 10 minutes): a tenth at once and a tenth more each time;
# - `AllAtOnce`.

# %% setup="shift"
deployer = new_role("tern-deployer", "codedeploy")
application = lab.unique_name("tern")
codedeploy.create_application(applicationName=application, computePlatform="Lambda")


def appspec(name: str, alias: str, current: str, target: str, **hooks: str) -> dict[str, Any]:
    """What to shift, as a revision for create_deployment."""
    shifted = {"Name": name, "Alias": alias, "CurrentVersion": current, "TargetVersion": target}
    spec = {
        "version": 0.0,
        "Resources": [{"function": {"Type": "AWS::Lambda::Function", "Properties": shifted}}],
        "Hooks": [{event: function} for event, function in hooks.items()],
    }
    return {
        "revisionType": "AppSpecContent",
        "appSpecContent": {"content": json.dumps(spec)},
    }


def plain_shift(name: str, alias: str, configuration: str, revision: Any) -> str:
    """Shift an alias to a new version; returns the deployment's id."""
    group = lab.unique_name("group")
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=group,
        serviceRoleArn=deployer,
        deploymentConfigName=f"CodeDeployDefault.Lambda{configuration}",
    )
    made = codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=revision,
    )["deploymentId"]
    lab.settle()
    return made


def two_versions(old: str = OLD, new: str = NEW, alias: str = "live") -> str:
    """A function with the versions 1 and 2, and an alias that points to 1."""
    name = launch_text(old)
    functions.publish_version(FunctionName=name)
    functions.update_function_code(FunctionName=name, ZipFile=zipped(new))
    functions.publish_version(FunctionName=name)
    functions.create_alias(FunctionName=name, Name=alias, FunctionVersion="1")
    return name


def state_of(deployment: str) -> str:
    """A deployment's status."""
    return codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]["status"]


# %% [markdown]
# **Hooks** are functions that test: `BeforeAllowTraffic` before the first call is shifted, `AfterAllowTraffic` after
# the last. A hook reports its result to CodeDeploy; if it says `Failed`, or nothing for an hour, all goes back.

# %%
before = """
import boto3, json

def handler(event, context):
    response = boto3.client("lambda").invoke(FunctionName="FUNCTION", Qualifier="2")
    works = "FunctionError" not in response
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded" if works else "Failed",
    )
"""
for words, code in (("good", NEW), ("broken", BROKEN)):
    shop = two_versions(new=code)
    hook = launch_text(before.replace("FUNCTION", shop), "CodeDeployHook-before")
    revision = appspec(shop, "live", "1", "2", BeforeAllowTraffic=hook)
    started = plain_shift(shop, "live", "AllAtOnce", revision)
    lab.settle()
    print(f"{words:6} {state_of(started):9} share of version 2: {share_of(shop, 'live', '2')}")

# %% [markdown]
# ### Your turn: predict
#
# Which share of the alias's calls, in **percent**, does the new version get, this long after the deployment began?
#
# <details><summary>Hint</summary>
#
# The first tenth goes at once, at minute 0. "Every 3 minutes" means the next tenths at minute 3, 6, 9 ...
# </details>

# %% exercise="predict-shift" repair=true
predicted = {
    ("Canary10Percent5Minutes", 4.0): None,
    ("Canary10Percent5Minutes", 6.0): None,
    ("Linear10PercentEvery1Minute", 0.5): None,
    ("Linear10PercentEvery1Minute", 5.5): None,
    ("Linear10PercentEvery3Minutes", 20.0): None,
    ("Linear10PercentEvery10Minutes", 85.0): None,
    ("Linear10PercentEvery10Minutes", 95.0): None,
    ("AllAtOnce", 0.5): None,
}
### BEGIN SOLUTION
predicted = {
    ("Canary10Percent5Minutes", 4.0): 10,
    ("Canary10Percent5Minutes", 6.0): 100,
    ("Linear10PercentEvery1Minute", 0.5): 10,
    ("Linear10PercentEvery1Minute", 5.5): 60,
    ("Linear10PercentEvery3Minutes", 20.0): 70,
    ("Linear10PercentEvery10Minutes", 85.0): 90,
    ("Linear10PercentEvery10Minutes", 95.0): 100,
    ("AllAtOnce", 0.5): 100,
}
### END SOLUTION

# %% check="predict-shift" points=2
with check(
    "predict-shift",
    needs="predicted",
    right="Linear shares the risk out, a canary waits once.",
) as expect:
    expect(isinstance(predicted, dict), "`predicted` should be the dictionary of the task.")
    expect.not_tried(all(value is None for value in predicted.values()))

    def shares_at(moments: dict[str, list[float]]) -> dict[tuple[str, float], float]:
        """Really shift aliases, and look at these minutes."""
        found = {}
        for configuration, minutes in moments.items():
            name = two_versions()
            plain_shift(name, "live", configuration, appspec(name, "live", "1", "2"))
            passed = 0.0
            for minute in minutes:
                lab.clock.advance(minutes=minute - passed)
                passed = minute
                found[configuration, minute] = round(100 * share_of(name, "live", "2"))
        return found

    def compare(moments: dict[str, list[float]]) -> None:
        for (configuration, minute), came in shares_at(moments).items():
            what = f"{configuration} after {minute:g} minutes"
            said = predicted.get((configuration, minute))
            expect(type(said) in (int, float), f"{what}: say a number of percent.")
            steps = 1 + int(minute // int(configuration[20]) if "Every" in configuration else 0)
            why = (
                f"A tenth at once, and {steps - 1} more since."
                if "Every1M" in configuration or "Every3M" in configuration
                else "Look at when the steps come; the first one comes at once."
            )
            expect(said == came, f"{what}: you said {said}, measured: {came}. {why}")

    expect(len(predicted) == 8, "Keep the eight lines as they are.")
    compare(
        {
            "Canary10Percent5Minutes": [4.0, 6.0],
            "Linear10PercentEvery1Minute": [0.5, 5.5],
            "Linear10PercentEvery3Minutes": [20.0],
            "Linear10PercentEvery10Minutes": [85.0, 95.0],
            "AllAtOnce": [0.5],
        }
    )
    ### BEGIN HIDDEN TESTS
    compare({"Linear10PercentEvery3Minutes": [20.0], "Canary10Percent5Minutes": [4.0]})
    ### END HIDDEN TESTS

# %% [markdown]
# Three ways, measured minute by minute:

# %%
lines: dict[str, tuple[list[int], list[float]]] = {}
for configuration in (
    "Canary10Percent15Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery3Minutes",
):
    shop = two_versions()
    plain_shift(shop, "live", configuration, appspec(shop, "live", "1", "2"))
    seen: list[float] = []
    for _ in range(31):
        seen.append(100 * share_of(shop, "live", "2"))
        lab.clock.advance(minutes=1)
    lines[configuration] = (list(range(31)), seen)
charts.steps(
    lines,
    x_unit="minutes",
    x_label="after the deployment began",
    y_unit="percent",
    headline="A canary holds the risk at a tenth; linear raises it while nobody looks",
    source="measured in the lab",
)

# %% [markdown]
# > **Then and now.** Some copies of older notes show `Linear|0Percent...` and only two intervals. The names above are
# > what the service has.
#
# ### Your turn: guard it
#
# This deployment runs to its end, whatever happens. Mend `guarded_shift(name, alias, version, configuration)`:
#
# - make an **alarm** that rings when the alias has any error within one minute (`Errors`, dimensions `FunctionName` and
#   `Resource`); minutes without data are good (`TreatMissingData`);
# - the deployment group watches the alarm and **rolls back** when it rings, and when a deployment fails;
# - return the deployment's id.
#
# <details><summary>Hint</summary>
#
# `put_metric_alarm` with `Period=60`, one evaluation period, `Threshold=0`. The group takes
# `alarmConfiguration={"enabled": True, "alarms": [{"name": ...}]}` and `autoRollbackConfiguration` with the events
# `DEPLOYMENT_STOP_ON_ALARM` and `DEPLOYMENT_FAILURE`. Both need `enabled`.
# </details>


# %% exercise="guarded-shift" repair=true
def guarded_shift(name: str, alias: str, version: str, configuration: str) -> str:
    """Shift an alias to a version, watched by an alarm; return the deployment's id."""
    current = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    group = lab.unique_name("group")
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=group,
        serviceRoleArn=deployer,
        deploymentConfigName=f"CodeDeployDefault.Lambda{configuration}",
    )
    started = codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=appspec(name, alias, current, version),  # type: ignore[arg-type]
    )
    return started["deploymentId"]


### BEGIN SOLUTION
def guarded_shift(name: str, alias: str, version: str, configuration: str) -> str:
    current = functions.get_alias(FunctionName=name, Name=alias)["FunctionVersion"]
    group, alarm = lab.unique_name("group"), lab.unique_name("errors")
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=[
            {"Name": "FunctionName", "Value": name},
            {"Name": "Resource", "Value": f"{name}:{alias}"},
        ],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=group,
        serviceRoleArn=deployer,
        deploymentConfigName=f"CodeDeployDefault.Lambda{configuration}",
        alarmConfiguration={"enabled": True, "alarms": [{"name": alarm}]},
        autoRollbackConfiguration={
            "enabled": True,
            "events": ["DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_FAILURE"],
        },
    )
    revision: Any = appspec(name, alias, current, version)
    return codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=revision,
    )["deploymentId"]


### END SOLUTION

# %% check="guarded-shift" points=3
with check(
    "guarded-shift",
    needs="guarded_shift",
    right="The alarm took the broken version back while nobody was looking.",
) as expect:

    def alarms() -> set[str]:
        """The names of all alarms of the account."""
        pages = cloudwatch.get_paginator("describe_alarms").paginate()
        return {one["AlarmName"] for page in pages for one in page["MetricAlarms"]}

    def until_new(name: str, alias: str) -> None:
        """Call the alias until the new version has answered once, if it has a share."""
        for _ in range(400):
            if share_of(name, alias, "2") == 0.0 or "2" in call_many(name, alias, 1):
                return

    def shifts(new: str, alias: str, configuration: str) -> tuple[str, str]:
        """Start the deployment and call the alias for three minutes; the function, and the id."""
        name = two_versions(new=new, alias=alias)
        with lab.watching(most=100):
            deployment = guarded_shift(name, alias, "2", configuration)
        lab.settle()
        expect(
            isinstance(deployment, str) and deployment.startswith("d-"),
            f"Return the deployment's id, not {deployment!r}.",
        )
        for _ in range(3):
            until_new(name, alias)
            lab.clock.advance(minutes=1)
        return name, deployment

    def good_goes_through(alias: str) -> None:
        name, deployment = shifts(NEW, alias, "Canary10Percent5Minutes")
        case = "A good version, three minutes after the start of a canary"
        got = share_of(name, alias, "2")
        expect(
            got == 0.1,
            f"{case}: it should have a tenth, and has {got} (deployment {state_of(deployment)}).",
        )
        lab.clock.advance(minutes=4)
        got = share_of(name, alias, "2")
        expect(got == 1.0, f"A good version after 7 minutes: all calls; it has {got}.")

    def broken_goes_back(alias: str, configuration: str) -> None:
        name, deployment = shifts(BROKEN, alias, configuration)
        info: Any = codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]
        group = codedeploy.get_deployment_group(
            applicationName=application,
            deploymentGroupName=info["deploymentGroupName"],
        )["deploymentGroupInfo"]
        watched = [one.get("name", "") for one in group.get("alarmConfiguration", {}).get("alarms", [])]
        for alarm in cloudwatch.describe_alarms(AlarmNames=watched)["MetricAlarms"]:
            about = {one["Name"]: one["Value"] for one in alarm.get("Dimensions", [])}
            if about.get("ExecutedVersion") == "2":
                del about["ExecutedVersion"]  # the errors of the new version alone: good, too
            expect(
                about == {"FunctionName": name, "Resource": f"{name}:{alias}"},
                f"The alarm counts the errors of {about}: it should be those of the alias, nothing more or less.",
            )
            window = alarm["Period"] * alarm["EvaluationPeriods"]
            expect(window == 60, f"The alarm looks at {window} seconds; one minute is asked for.")
            missing = alarm.get("TreatMissingData", "missing")
            expect(
                missing == "notBreaching",
                f"A minute without data is {missing!r} for the alarm. It should be good: 'notBreaching'.",
            )
        case = "A broken version, three minutes after the start"
        got = share_of(name, alias, "2")
        expect(
            got == 0.0,
            f"{case}: it still has a share of {got}. Is there an alarm on the alias's errors, and "
            "does the group watch it and roll back?",
        )
        expect.equal(state_of(deployment), "Stopped", f"{case}: the deployment's status")
        events = group.get("autoRollbackConfiguration", {}).get("events", [])
        expect(
            {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"} <= set(events),
            f"The group rolls back on {events}. A failed hook should roll back, too.",
        )

    others = alarms()
    try:
        good_goes_through("live")
        broken_goes_back("live", "Linear10PercentEvery1Minute")
        ### BEGIN HIDDEN TESTS
        broken_goes_back("shop", "Canary10Percent10Minutes")
        good_goes_through("shop")
        ### END HIDDEN TESTS
    finally:  # alarms of this run would slow down the lab's clock in the next one
        cloudwatch.delete_alarms(AlarmNames=sorted(alarms() - others))

# %% [markdown]
# ## The code in a template
#
# In **CloudFormation** a function's code stands in the template (`ZipFile`: one small file called `index`, no libraries
# but boto3) or in S3: `S3Bucket`, `S3Key` and, for a versioned bucket, `S3ObjectVersion`.
#
# CloudFormation compares *templates and parameters*, not objects. If only the object changed, it sees nothing to do.
# The bucket may belong to another account of the same Region if its policy lets you read.

# %%
inline = {
    "Resources": {
        "Clock": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Role": role,
                "Code": {"ZipFile": "def handler(event, context):\n    return 'inline'"},
            },
        },
    },
}
stack_name = lab.unique_name("tern-clock")
cloudformation.create_stack(StackName=stack_name, TemplateBody=json.dumps(inline))
cloudformation.get_waiter("stack_create_complete").wait(StackName=stack_name)
clock_function = cloudformation.describe_stack_resource(
    StackName=stack_name,
    LogicalResourceId="Clock",
)["StackResourceDetail"]["PhysicalResourceId"]
print(clock_function, "→", ask(clock_function))

# %% [markdown]
# ### Your turn: the update that did nothing
#
# Tern's release script puts a new package to the same key of a **versioned** bucket and updates the stack. The stack
# answers "No updates are to be performed", and customers keep the old code. Mend `release`:
#
# - after it the function of the stack (logical name `Price`) runs the new package, by an update *of the stack*;
# - the key, the stack and the function stay the same ones.
#
# <details><summary>Hint</summary>
#
# `put_object` answers with `VersionId` if the bucket keeps versions. Where does the template have to say it?
# </details>


# %% exercise="new-code" repair=true
def release(stack: str, bucket: str, key: str, package: bytes) -> None:
    """Put the package into the bucket, and create or update the stack."""
    s3.put_object(Bucket=bucket, Key=key, Body=package)
    price = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Timeout": 30,
            "Role": role,
            "Code": {"S3Bucket": bucket, "S3Key": key},
        },
    }
    template = json.dumps({"Resources": {"Price": price}})
    try:
        cloudformation.create_stack(StackName=stack, TemplateBody=template)
        cloudformation.get_waiter("stack_create_complete").wait(StackName=stack)
    except cloudformation.exceptions.AlreadyExistsException:
        try:
            cloudformation.update_stack(StackName=stack, TemplateBody=template)
            cloudformation.get_waiter("stack_update_complete").wait(StackName=stack)
        except ClientError as error:
            print(error)


### BEGIN SOLUTION
def release(stack: str, bucket: str, key: str, package: bytes) -> None:
    stored = s3.put_object(Bucket=bucket, Key=key, Body=package)
    code = {"S3Bucket": bucket, "S3Key": key, "S3ObjectVersion": stored["VersionId"]}
    settings = {"Runtime": "python3.13", "Handler": "app.handler", "Timeout": 30, "Role": role}
    price = {"Type": "AWS::Lambda::Function", "Properties": {**settings, "Code": code}}
    text = json.dumps({"Resources": {"Price": price}})
    try:
        cloudformation.create_stack(StackName=stack, TemplateBody=text)
        ready = "stack_create_complete"
    except cloudformation.exceptions.AlreadyExistsException:
        cloudformation.update_stack(StackName=stack, TemplateBody=text)
        ready = "stack_update_complete"
    cloudformation.get_waiter(ready).wait(StackName=stack)  # type: ignore[call-overload]


### END SOLUTION

# %% check="new-code" points=2
with check(
    "new-code",
    needs="release",
    right="The template names the very object, so a new object is a change.",
) as expect:

    def function_of(stack: str) -> str:
        try:
            found = cloudformation.describe_stack_resource(
                StackName=stack,
                LogicalResourceId="Price",
            )
        except ClientError:
            expect(False, "There is no stack of the given name with a resource `Price`.")
        return found["StackResourceDetail"]["PhysicalResourceId"]

    def releases_twice(key: str, words: list[str]) -> None:
        stack, bucket = lab.unique_name("check-stack"), lab.unique_name("check-code")
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(
            Bucket=bucket,
            VersioningConfiguration={"Status": "Enabled"},
        )
        names = []
        for count, word in enumerate(words):
            source = f"def handler(event, context):\n    return {word!r}"
            with lab.watching(most=200):
                release(stack, bucket, key, zipped(source))
            names.append(function_of(stack))
            got = ask(names[-1])
            expect(
                got == word,
                f"Release {count + 1} of the same key: the function answers {got!r}, not "
                f"{word!r}. Does the template say which version of the object?",
            )
            expect(names[-1] == names[0], f"Release {count + 1}: it is another function now.")
            held = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
            keys = [one["Key"] for one in held]
            expect(keys == [key], f"The bucket should hold {key} only; it holds {keys}.")
        status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        expect(
            status == "UPDATE_COMPLETE",
            f"The code is new, but the stack was never updated ({status}): it does not know.",
        )
        text: Any = cloudformation.get_template(StackName=stack)["TemplateBody"]
        shown = text if isinstance(text, str) else json.dumps(text)
        expect(key in shown or "Ref" in shown, "The template should still use the given key.")
        versions = s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
        newest = next(one["VersionId"] for one in versions if one["IsLatest"])
        given = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Parameters", [])
        expect(
            newest in shown + json.dumps(given),
            "The stack does not name the object's newest version (VersionId); AWS would not find another.",
        )

    releases_twice("price.zip", ["one", "two"])
    ### BEGIN HIDDEN TESTS
    releases_twice("builds/price.zip", ["a", "b", "c"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## A door of its own
#
# A **function URL** is an HTTPS address of a function or alias (never of a numbered version), without a gateway and
# without extra charge, reachable from the whole internet. It knows **CORS** (which pages of *other* origins a browser
# may let read the answer), answers of 6 MB, or streams of 200 MB. Reserved concurrency throttles it; 0 closes it.
#
# Who may come in is decided twice:
#
# - `AuthType`: `AWS_IAM` wants a signed request of a known caller, `NONE` takes everybody's request;
# - then the *policies* are asked, also for `NONE`: the caller needs `lambda:InvokeFunctionUrl` **and**
#   `lambda:InvokeFunction`.
#
# > **Then and now.** Until October 2025 the first of the two was enough. New URLs that only have that answer 403.

# %%
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def caller(actions: list[str]) -> dict[str, str]:
    """The keys of a new user who may do this with functions."""
    user = iam.create_user(UserName=lab.unique_name("rider"))["User"]["UserName"]
    if actions:
        may = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
        iam.put_user_policy(UserName=user, PolicyName="may", PolicyDocument=document)
    keys: Any = iam.create_access_key(UserName=user)["AccessKey"]
    return keys


def signed_get(url: str, keys: dict[str, str]) -> int:
    """GET with a signature for the service lambda; the status."""
    request: Any = AWSRequest("GET", url)
    known = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"])
    SigV4Auth(known, "lambda", "us-east-1").add_auth(request)
    return lab.http("GET", url, headers=dict(request.headers)).status


private = launch_text(NEW, "private")
private_url = functions.create_function_url_config(
    FunctionName=private,
    AuthType="AWS_IAM",
)["FunctionUrl"]
both = ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"]
outcome = {
    "no signature": lab.http("GET", private_url).status,
    "signed, no rights": signed_get(private_url, caller([])),
    "signed, InvokeFunctionUrl only": signed_get(private_url, caller(both[:1])),
    "signed, both rights": signed_get(private_url, caller(both)),
}
charts.heatmap(
    {who: {"answer": str(status)} for who, status in outcome.items()},
    columns_are="",
    meanings={"200": "good", "403": "bad"},
    headline="A private URL opens for a signature with both rights, and for nothing less",
    source="measured in the lab",
)

# %% [markdown]
# In the same account a statement in the caller's policy *or* in the function's is enough for each right; from another
# account both sides must allow.
#
# ### Your turn: the door that stays shut
#
# `open_door` comes from a tutorial of 2024; every request gets 403. Mend it. For the alias of a function:
#
# - anybody may call the URL with GET, without a signature; return the URL;
# - pages of `origin` (such as `https://tern.example`), and of no other origin, may read the answers;
# - nobody gets in by another way: the new permission holds for calls *through the URL* only.
#
# <details><summary>Hint</summary>
#
# A second `add_permission` for `lambda:InvokeFunction` with `InvokedViaFunctionUrl=True`. The URL belongs to the alias,
# so the permissions need the same `Qualifier`. CORS is a parameter of `create_function_url_config`: `AllowOrigins`,
# `AllowMethods`.
# </details>


# %% exercise="open-door" repair=true
def open_door(name: str, alias: str, origin: str) -> str:
    """Give the alias a public URL; return it."""
    made = functions.create_function_url_config(
        FunctionName=name,
        Qualifier=alias,
        AuthType="NONE",
        Cors={"AllowOrigins": ["*"]},
    )
    functions.add_permission(
        FunctionName=name,
        StatementId="url",
        Principal="*",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
    )
    return made["FunctionUrl"]


### BEGIN SOLUTION
def open_door(name: str, alias: str, origin: str) -> str:
    about: Any = {"FunctionName": name, "Qualifier": alias}
    cross = {"AllowOrigins": [origin], "AllowMethods": ["GET"]}
    made = functions.create_function_url_config(AuthType="NONE", Cors=cross, **about)
    functions.add_permission(
        StatementId="through-the-url",
        Principal="*",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
        **about,
    )
    functions.add_permission(
        StatementId="only-through-the-url",
        Principal="*",
        Action="lambda:InvokeFunction",
        InvokedViaFunctionUrl=True,
        **about,
    )
    return made["FunctionUrl"]


### END SOLUTION

# %% check="open-door" points=2
with check(
    "open-door",
    needs="open_door",
    right="Two rights, one origin, and only through this door.",
) as expect:

    def opens(alias: str, origin: str) -> None:
        name = two_versions(alias=alias)
        with lab.watching(most=50):
            url = open_door(name, alias, origin)
        configs = functions.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
        urls = {one["FunctionUrl"]: one["FunctionArn"] for one in configs}
        expect(url in urls, f"Return the URL (FunctionUrl), not {url!r}.")
        about = urls[url].rpartition(":")[2]
        expect(about == alias, f"The URL belongs to {about}, not to the alias {alias}.")
        came = lab.http("GET", url, headers={"Origin": origin})
        expect(
            came.status == 200,
            f"GET {url} answers {came.status}. Both rights are needed, and for the alias: Qualifier.",
        )
        expect.equal(came.body, "old price", "What a visitor gets")
        allowed = came.headers.get("Access-Control-Allow-Origin")
        expect(allowed == origin, f"For pages of {origin} the allowed origin is {allowed!r}.")
        other = lab.http("GET", url, headers={"Origin": "https://else.example"})
        said = other.headers.get("Access-Control-Allow-Origin")
        cors: Any = next(one for one in configs if one["FunctionUrl"] == url).get("Cors", {})
        methods = cors.get("AllowMethods") or ["*"]
        expect(not said, f"Pages of https://else.example may read the answers, too ({said!r}).")
        expect({"GET", "*"} & set(methods), f"Pages of {origin} call with GET; CORS allows {methods}.")
        statements = json.loads(functions.get_policy(FunctionName=name, Qualifier=alias)["Policy"])["Statement"]
        try:
            statements += json.loads(functions.get_policy(FunctionName=name)["Policy"])["Statement"]
        except functions.exceptions.ResourceNotFoundException:
            pass  # as it should be: only the alias has a policy
        for one in statements:
            through = one.get("Condition", {}).get("Bool", {})
            expect(
                one["Action"] == "lambda:InvokeFunctionUrl" or through.get("lambda:InvokedViaFunctionUrl") == "true",
                f"The statement {one['Sid']} lets every AWS account call the function by the API: "
                "InvokedViaFunctionUrl.",
            )

    opens("live", "https://tern.example")
    ### BEGIN HIDDEN TESTS
    opens("shop", "https://ferry.example")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Good habits
#
# What this section's lessons come to: initialise outside the handler; keep settings in environment variables and
# passwords in a store (Parameter Store, Secrets Manager); ship little; and **never let a function set itself off**. A
# loop runs, and bills, until somebody stops it. Lambda breaks loops over SQS, SNS, S3 and itself after about 16 rounds;
# do not lean on that.

# %%
rounds_a_second = 1 / 0.1  # each call of 100 ms sets off the next one
for loops, word in ((1, "one loop"), (10, "ten loops")):
    weekend = 60 * 3600 * rounds_a_second * loops
    loop_bill = facts.cost("lambda", "requests", weekend)
    loop_bill += facts.cost("lambda", "duration-x86", weekend * 0.1 * 1)
    print(f"{word:9} of a function with 1 GB, from Friday to Monday: {float(loop_bill):6.2f} USD")
looping = launch_text(NEW, "loop")
functions.put_function_concurrency(FunctionName=looping, ReservedConcurrentExecutions=0)
try:
    functions.invoke(FunctionName=looping)
except functions.exceptions.TooManyRequestsException:
    print("reserved concurrency 0 is the emergency switch: no call begins")

# %% [markdown]
# ### Your turn: mend a handler
#
# `receipt` is called when a ride's JSON arrives in a bucket, and writes a signed receipt. Three habits are bad:
#
# - It writes into the bucket that calls it, so it calls itself. Write to the bucket in the variable `RECEIPTS`, same
#   key.
# - The secret stands in the code. Read it from Parameter Store, decrypted: its name is in the variable `KEY_NAME`. Read
#   it **once for each environment**.
# - It makes a client at each call.
#
# The receipt itself stays the same. The file is your cell, down to the last line of `receipt`.
#
# <details><summary>Hint</summary>
#
# `boto3.client("ssm").get_parameter(Name=..., WithDecryption=True)["Parameter"]["Value"]`, outside the handler, where
# it runs once. The notebook has both variables too, so the cell can run here.
# </details>

# %% setup="habits"
import inspect
import linecache
import os
from unittest.mock import patch

parameters = boto3.client("ssm")
receipts = lab.unique_name("tern-receipts")
s3.create_bucket(Bucket=receipts)
key_name = "/" + lab.unique_name("tern-key")
parameters.put_parameter(Name=key_name, Value="notebook-key", Type="SecureString")
os.environ["RECEIPTS"], os.environ["KEY_NAME"] = receipts, key_name


def cell_of(function: Any) -> str:
    """The cell that defines a function, down to the function's last line."""
    lines = linecache.getlines(function.__code__.co_filename)
    first = function.__code__.co_firstlineno - 1
    return "".join(lines[: first + len(inspect.getblock(lines[first:]))])


# %% exercise="mend-handler" repair=true
import hashlib
import json
import os

import boto3


def receipt(event, context):
    """Write a signed receipt for a ride: {"bucket": ..., "key": ...}."""
    s3 = boto3.client("s3")
    ride = s3.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    signature = hashlib.sha256(b"sk-tern-4711" + ride).hexdigest()
    body = json.dumps({"ride": json.loads(ride), "signature": signature})
    s3.put_object(Bucket=event["bucket"], Key=event["key"], Body=body)


### BEGIN SOLUTION
store = boto3.client("s3")
found = boto3.client("ssm").get_parameter(Name=os.environ["KEY_NAME"], WithDecryption=True)
signing_key = found["Parameter"]["Value"].encode()


def receipt(event, context):
    ride = store.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    signature = hashlib.sha256(signing_key + ride).hexdigest()
    body = json.dumps({"ride": json.loads(ride), "signature": signature})
    store.put_object(Bucket=os.environ["RECEIPTS"], Key=event["key"], Body=body)


### END SOLUTION

# %% check="mend-handler" points=2
with check(
    "mend-handler",
    needs="receipt",
    right="No loop, no secret in the code, and one reading for many calls.",
) as expect:
    import ast
    import hashlib

    s3 = boto3.client("s3")  # the cell above may use the name in its own way

    def keeps_the_old_secret() -> bool:
        """Whether the text of the old secret stands in what the cell makes; only its last `receipt` counts."""
        parts: dict[Any, ast.AST] = {}
        for number, part in enumerate(ast.parse(cell_of(receipt)).body):
            parts[part.name if isinstance(part, ast.FunctionDef) else number] = part
        return any(
            isinstance(one, ast.Constant) and "sk-tern-" in str(one.value)
            for part in parts.values()
            for one in ast.walk(part)
        )

    def writes(secret: str, rides: list[dict[str, Any]]) -> None:
        rides_bucket, out = lab.unique_name("check-rides"), lab.unique_name("check-receipts")
        key_name = "/" + lab.unique_name("check-key")
        for bucket in (rides_bucket, out):
            s3.create_bucket(Bucket=bucket)
        parameters.put_parameter(Name=key_name, Value=secret, Type="SecureString")
        variables = {"RECEIPTS": out, "KEY_NAME": key_name}
        name = lab.unique_name("receipt")
        functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.13",
            Handler="app.receipt",
            Timeout=30,
            Environment={"Variables": variables},
            Code={"ZipFile": zipped(cell_of(receipt))},
        )

        def arrives(count: int, ride: dict[str, Any]) -> None:
            body = json.dumps(ride).encode()
            s3.put_object(Bucket=rides_bucket, Key=f"{count}.json", Body=body)
            answer = ask(name, {"bucket": rides_bucket, "key": f"{count}.json"})
            failed = isinstance(answer, dict) and "errorMessage" in answer
            expect(not failed, f"The function failed: {answer}")

        client = boto3.Session.client
        with lab.watching(most=200) as made:
            arrives(0, rides[0])
            with patch.object(boto3.Session, "client", autospec=True, side_effect=client) as makes:
                for count, ride in list(enumerate(rides))[1:]:
                    arrives(count, ride)
        for count, ride in enumerate(rides):
            body = json.dumps(ride).encode()
            left = s3.get_object(Bucket=rides_bucket, Key=f"{count}.json")["Body"].read()
            expect(left == body, "It still writes into the bucket that calls it: a loop.")
            try:
                got = s3.get_object(Bucket=out, Key=f"{count}.json")["Body"].read()
            except s3.exceptions.NoSuchKey:
                expect(False, f"The bucket in RECEIPTS has no {count}.json.")
            wanted = {
                "ride": ride,
                "signature": hashlib.sha256(secret.encode() + body).hexdigest(),
            }
            expect(
                json.loads(got) == wanted,
                "The receipt's ride or signature is wrong. Is the secret the parameter in KEY_NAME, decrypted?",
            )
        held = s3.list_objects_v2(Bucket=rides_bucket).get("Contents", [])
        expect(len(held) == len(rides), "It leaves more in the bucket that calls it: a loop.")
        reads = len(made.of("GetParameter", "GetParameters"))
        expect(
            reads == 1,
            f"{len(rides)} calls read the parameter {reads} times; once is enough: outside.",
        )
        expect(
            makes.call_count == 0,
            f"{len(rides) - 1} warm calls made {makes.call_count} clients: make each client once, outside.",
        )
        expect(
            not keeps_the_old_secret(),
            "The old secret still stands in the code, where everybody who sees the code can read it.",
        )

    writes("first-secret", [{"minutes": 10}, {"minutes": 12, "town": "Husum"}, {"minutes": 3}])
    ### BEGIN HIDDEN TESTS
    writes("another secret", [{"town": "Amrum"}, {}])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Code at the edge
#
# CloudFront answers from hundreds of places near the visitors. Code can stand at four points of a request: **viewer
# request** (before the cache), **origin request** and **origin response** (on a miss only), **viewer response**. It may
# change the request or the answer, or answer by itself.


# %%
def visits(hit_ratio: float, calls: int = 1000) -> dict[str, int]:
    """How often each hook runs, if this share of calls finds its page in the cache."""
    cached: set[int] = set()
    ran = dict.fromkeys(["viewer request", "origin request", "origin response", "viewer response"], 0)
    pages = max(1, round(calls * (1 - hit_ratio)))
    for call in range(calls):
        page = call % pages
        ran["viewer request"] += 1
        if page not in cached:
            ran["origin request"] += 1
            cached.add(page)  # the origin answers
            ran["origin response"] += 1
        ran["viewer response"] += 1
    return ran


charts.compare(
    {f"{ratio:.0%} from the cache": visits(ratio) for ratio in (0.5, 0.9, 0.99)},
    unit="runs",
    headline="The better the cache, the less origin hooks run; viewer hooks always do",
    subtitle="1,000 calls",
    source="model of CloudFront's cache",
)

# %% [markdown]
# Two kinds of code:
#
# - **CloudFront Functions**: JavaScript, viewer points only, less than a millisecond, 2 MB of memory, 10 KB of code, no
#   network, no files, no request body. For headers, redirects, cache keys, checks of tokens.
# - **Lambda@Edge**: Node.js or Python, all four points, network and bodies, your libraries (50 MB): 5 seconds at viewer
#   points, 30 at origin points. It is a numbered version of a function in us-east-1 that CloudFront copies.

# %%
edge_calls = facts.price("lambda@edge", "requests")
edge_time = facts.price("lambda@edge", "duration")
small_calls = facts.price("cloudfront functions", "invocations")
charts.curves(
    {
        "Lambda@Edge, 50 ms at 128 MB": lambda n: n * (edge_calls + 1e6 * 0.05 * 0.125 * edge_time),
        "CloudFront Functions": lambda n: max(0, n - 2) * small_calls,
    },
    x=(0, 100),
    x_label="calls a month",
    x_unit="million calls",
    y_unit="USD per month",
    headline="A CloudFront function costs a ninth of the same work in Lambda@Edge",
    source=[edge_calls, edge_time, small_calls],
)

# %% [markdown]
# > **Then and now.** Older notes give packages of 1 MB at viewer points and time limits of 5 to 10 seconds. Since
# > November 2023 CloudFront Functions can read a key-value store.
#
# ### Your turn: which one?
#
# Write `choose_edge(point, ms, code_kb, network, body)`: `"CloudFront Functions"`, `"Lambda@Edge"`, or `"neither"` if
# both refuse. `point` is one of the four, `ms` the time that it needs, `network` and `body` whether it calls others or
# reads the request's body. If both can, take the cheaper one. What fits exactly fits, but CloudFront Functions need
# **less** than 1 ms. 1 MB has 1,024 KB.
#
# <details><summary>Hint</summary>
#
# First ask for the small one; every condition must hold. Then for Lambda@Edge: the time depends on the point.
# </details>


# %% exercise="choose-edge"
def choose_edge(point: str, ms: float, code_kb: float, network: bool, body: bool) -> str:
    """Return "CloudFront Functions", "Lambda@Edge" or "neither"."""
    ### BEGIN SOLUTION
    viewer = point.startswith("viewer")
    if viewer and ms < 1 and code_kb <= 10 and not network and not body:
        return "CloudFront Functions"
    if ms <= (5_000 if viewer else 30_000) and code_kb <= 50 * 1024:
        return "Lambda@Edge"
    return "neither"
    ### END SOLUTION


# %% check="choose-edge" points=1
with check("choose-edge", needs="choose_edge", right="Small and near, or able and dear.") as expect:
    SMALL, LARGE = "CloudFront Functions", "Lambda@Edge"

    def chooses(cases: dict[tuple[str, float, float, bool, bool], tuple[str, str]]) -> None:
        for (point, ms, kb, network, body), (wanted, why) in cases.items():
            said = choose_edge(point, ms, kb, network, body)
            needs = f"{point}, {ms} ms, {kb} KB, network {network}, body {body}"
            expect(said == wanted, f"{needs}: {wanted!r}, not {said!r}. {why}")

    chooses(
        {
            ("viewer request", 0.4, 4, False, False): (SMALL, "It can, and it is cheaper."),
            ("viewer response", 0.9, 10, False, False): (SMALL, "What fits exactly fits."),
            ("origin request", 0.4, 4, False, False): (LARGE, "Only viewer points."),
            ("viewer request", 0.4, 4, True, False): (LARGE, "It has no network."),
            ("viewer request", 0.4, 4, False, True): (LARGE, "It sees no body."),
            ("viewer request", 1, 4, False, False): (LARGE, "Less than 1 ms."),
            ("viewer request", 0.4, 11, False, False): (LARGE, "10 KB of code."),
            ("viewer request", 5_000, 900, True, False): (LARGE, "What fits exactly fits."),
            ("viewer request", 6_000, 900, True, False): ("neither", "5 s at viewer points."),
            ("viewer response", 20, 51_200, False, False): (LARGE, "50 MB of code, at each point."),
            ("origin response", 6_000, 900, True, False): (LARGE, "30 s at origin points."),
            ("origin request", 31_000, 900, True, False): ("neither", "30 s at origin points."),
            ("origin request", 10, 51_201, True, False): ("neither", "A package ends at 50 MB."),
        }
    )
    ### BEGIN HIDDEN TESTS
    chooses(
        {
            ("origin response", 0.2, 1, False, False): (LARGE, "Only viewer points."),
            ("viewer request", 20, 51_200, False, True): (LARGE, "50 MB fit."),
            ("viewer response", 0.2, 60_000, False, False): ("neither", "Too large for both."),
        }
    )
    ### END HIDDEN TESTS

# %% [markdown]
# ## Beyond fifteen minutes
#
# Newer modes move old limits. For an exam the classic limits count unless the question names a mode.
#
# - **Durable functions** (December 2025) save the result of each step and sleep without cost, up to a year in all;
#   every single invocation still ends after 15 minutes.
# - **Managed Instances** (November 2025) run functions on EC2 machines of your account, several calls in one
#   environment, at the price of the machines plus 15%.
# - **MicroVMs** (June 2026) are sandboxes for up to 8 hours.

# %%
durable = facts.price("lambda", "durable-operations")
standard = facts.price("step functions", "standard-state-transitions")
express = facts.price("step functions", "express-requests")
express_time = facts.price("step functions", "express-duration")
charts.curves(
    {
        "Step Functions Standard": lambda steps: steps * 1000 * standard,
        "durable function": lambda steps: steps * durable,
        "Step Functions Express": lambda steps: express + 1e6 * 0.0625 * 0.5 * steps * express_time,
    },
    x=(1, 20),
    x_label="steps of each execution",
    x_unit="steps",
    y_unit="USD per million executions",
    headline="Steps make Standard dear, durable functions cheaper, Express cheapest",
    subtitle="one operation or transition a step; Express: 64 MB, 0.5 s a step; without the functions",
    source=[durable, standard, express, express_time],
)

# %% [markdown]
# > **Bill.** Versions, aliases, weights, CodeDeploy for Lambda, CloudFormation and URLs cost nothing by themselves. Old
# > versions count in the 300 GB of code storage, and an alarm costs some cents a month. What is open stays open, so:

# %%
functions.delete_function(FunctionName=looping)
functions.delete_function_url_config(FunctionName=private)
functions.delete_function(FunctionName=private)
for named in (fares, friday):
    functions.delete_alias(FunctionName=named, Name="live")
    functions.delete_function(FunctionName=named)
cloudformation.delete_stack(StackName=stack_name)
cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack_name)
print("tidy")

# %% [markdown]
# ## To remember
#
# - Publishing freezes code and settings under a number; `$LATEST` is what you edit.
# - An alias is the address for callers. Going back is one call: point it to the old version.
# - Weights split an alias between two published versions. A canary needs enough calls before it means something.
# - CodeDeploy moves the weight by a plan; hooks and alarms take it back without a person.
# - CloudFormation sees new code only if key or object version in the template change.
# - A URL needs an auth type *and* two rights, also if everybody may come.
# - CloudFront Functions are for small work at viewer points; Lambda@Edge for all the rest at the edge.

# %% [markdown] question="same-trigger"
# ### Question 1
#
# A bucket's notification names the ARN of version 7 of a function. Each release means changing the notification, and
# twice somebody forgot. What is the smallest lasting change?
#
# - [ ] **A** Name the function's ARN without a qualifier.
#   > Then every event runs `$LATEST`, also half-finished changes, and there is no way back but deploying again.
# - [x] **B** Name an alias's ARN once, and move the alias at each release.
#   > The trigger stays; the alias needs the permission for S3, and going back is one call.
# - [ ] **C** Publish always as version 7.
#   > A version never changes, and its number is never given again.
# - [ ] **D** Let CodeDeploy change the notification.
#   > CodeDeploy moves aliases; without one it has nothing to move.

# %% answer="same-trigger"
answer = "B"

# %% check="same-trigger" points=1
question("same-trigger", answer)

# %% [markdown] question="which-plan"
# ### Question 2
#
# A payment function gets 3,000 calls a minute. The team wants a tenth of the traffic on new code for half an hour,
# under an alarm, then everything at once. Before any customer meets it, a test must pass. Which plan?
#
# - [ ] **A** `Linear10PercentEvery3Minutes` with a hook `AfterAllowTraffic`.
#   > After 27 minutes everybody has the new code, and the test comes last.
# - [ ] **B** `AllAtOnce` with a hook `BeforeAllowTraffic`.
#   > The test comes first, but then all customers at once.
# - [x] **C** `Canary10Percent30Minutes` with a hook `BeforeAllowTraffic` and an alarm.
#   > The hook tests first; a tenth waits 30 minutes under the alarm; then the rest follows.
# - [ ] **D** An alias with a weight of 0.1, and a reminder in the calendar.
#   > It splits the traffic. Nobody tests first, watches the alarm or goes on by itself.

# %% answer="which-plan"
answer = "C"

# %% check="which-plan" points=1
question("which-plan", answer)

# %% [markdown] question="forbidden-url"
# ### Question 3
#
# A new function URL has `AuthType` `NONE`. The function's policy allows everybody `lambda:InvokeFunctionUrl`. `curl`
# gets 403, and the function's log stays empty. What is missing?
#
# - [ ] **A** The origin in the CORS settings.
#   > CORS is for browsers; `curl` does not care, and it gives no 403.
# - [ ] **B** A signature (SigV4).
#   > That is for `AWS_IAM`.
# - [ ] **C** More reserved concurrency.
#   > Without a free environment the answer is 429.
# - [x] **D** `lambda:InvokeFunction` for calls through the URL.
#   > URLs need both rights since October 2025; the second with the condition that the call came through the URL.

# %% answer="forbidden-url"
answer = "D"

# %% check="forbidden-url" points=1
question("forbidden-url", answer)

# %% [markdown] question="edge-login"
# ### Question 4
#
# A site on CloudFront has 400 million calls a month. Each call's token (a signed text in a cookie) must be checked
# before the cache answers; the key is known and rarely changes; a check takes 0.2 ms. What is cheapest and works?
#
# - [x] **A** A CloudFront function at the viewer request; the key in its key-value store.
#   > Viewer point, less than 1 ms, no network: a sixth of the price per call, and no time is billed.
# - [ ] **B** Lambda@Edge at the viewer request.
#   > It works and costs many times as much.
# - [ ] **C** Lambda@Edge at the origin request.
#   > It runs on misses only: pages in the cache would go out unchecked.
# - [ ] **D** A CloudFront function at the origin request.
#   > They run at viewer points only.

# %% answer="edge-login"
answer = "A"

# %% check="edge-login" points=1
question("edge-login", answer)

# %%
progress()
