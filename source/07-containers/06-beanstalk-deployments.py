# ---
# jupyter:
#   course:
#     exam:
#     - '3.1'
#     - '3.4'
#     minutes: 75
#     practises:
#       blue-green:
#       - beanstalk.blue-green
#       - beanstalk.cloning
#       - beanstalk.load-balancer-type
#       canary:
#       - beanstalk.traffic-splitting
#       - beanstalk.immutable
#       choose:
#       - beanstalk.deployment-policies-overview
#       - beanstalk.blue-green
#       credits:
#       - beanstalk.burst-balance
#       - beanstalk.immutable
#       docker-multi:
#       - beanstalk.docker-multi
#       - beanstalk.docker-single
#       forecast:
#       - beanstalk.deployment-policies-overview
#       - beanstalk.all-at-once
#       - beanstalk.rolling
#       - beanstalk.rolling-additional-batch
#       - beanstalk.immutable
#       free-database:
#       - beanstalk.rds-decoupling
#       - beanstalk.rds-coupling
#       safe-settings:
#       - beanstalk.rolling
#       ship:
#       - beanstalk.rolling
#       - beanstalk.all-at-once
#     services:
#     - elasticbeanstalk
#     - elbv2
#     - rds
#     - ecs
#     title: A new version while the shop stays open
#     topics:
#     - beanstalk.deployment-policies-overview
#     - beanstalk.all-at-once
#     - beanstalk.rolling
#     - beanstalk.rolling-additional-batch
#     - beanstalk.immutable
#     - beanstalk.traffic-splitting
#     - beanstalk.burst-balance
#     - beanstalk.blue-green
#     - beanstalk.cloning
#     - beanstalk.load-balancer-type
#     - beanstalk.rds-coupling
#     - beanstalk.rds-decoupling
#     - beanstalk.docker-single
#     - beanstalk.docker-multi
#     - beanstalk.custom-platforms
# ---

# %% [markdown]
# # A new version while the shop stays open
#
# Lumen's shop runs on **Elastic Beanstalk**: four instances behind a load balancer. Every week brings a new version,
# and customers order day and night. After this lesson you can choose how a version reaches the instances, say
# beforehand what it costs in capacity, stop a bad one before many have seen it, and move a running shop to another
# environment without losing its database.

# %% setup="start"
import io
import json
import zipfile
from collections import Counter

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("07-containers/06-beanstalk-deployments")
lab.start()
eb = boto3.client("elasticbeanstalk")
elbv2 = boto3.client("elbv2")
iam = boto3.client("iam")
s3 = boto3.client("s3")

# %% [markdown]
# First we need the shop: a role for its instances, one application, and a function that makes an environment of it.
# You know all of this from the lesson before. `release` uploads a version whose pages answer with their label, and
# with status 500 on the paths that are `broken`.


# %% setup="shop"
def server_profile() -> str:
    """The role of the instances; made once."""
    name = "shop-server"
    if name not in [one["InstanceProfileName"] for one in iam.list_instance_profiles()["InstanceProfiles"]]:
        ec2 = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [ec2]})
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AWSElasticBeanstalkWebTier")
        iam.create_instance_profile(InstanceProfileName=name)
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name


def option(namespace: str, name: str, value: object) -> dict[str, str]:
    """One option setting; Beanstalk wants every value as text."""
    return {"Namespace": namespace, "OptionName": name, "Value": str(value)}


def release(label: str, broken: tuple[str, ...] = ()) -> str:
    """Upload a version of the shop; on the broken paths it answers 500."""
    code = f"""
def application(environ, start_response):
    bad = environ["PATH_INFO"] in {broken!r}
    start_response("500 Internal Server Error" if bad else "200 OK", [("Content-Type", "text/plain")])
    return [b"{label}"]
"""
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("application.py", code)
    bucket = eb.create_storage_location()["S3Bucket"]
    s3.put_object(Bucket=bucket, Key=f"shop/{label}.zip", Body=bundle.getvalue())
    eb.create_application_version(
        ApplicationName="shop",
        VersionLabel=label,
        SourceBundle={"S3Bucket": bucket, "S3Key": f"shop/{label}.zip"},
    )
    return label


def status(environment: str) -> dict:
    """What DescribeEnvironments says of an environment."""
    return eb.describe_environments(EnvironmentNames=[environment], IncludeDeleted=False)["Environments"][0]


def until_ready(environment: str) -> dict:
    """Let the clock run until nothing is under way."""
    for _ in range(1000):
        found = status(environment)
        if found["Status"] == "Ready":
            break
        lab.clock.advance(seconds=20)
    return found


def new_shop(label: str, *more: dict, instances: int = 4, prefix: str = "shop") -> str:
    """An environment of the shop that runs a version, ready for customers; its name."""
    if not eb.describe_applications(ApplicationNames=["shop"])["Applications"]:
        eb.create_application(ApplicationName="shop")
        for first in ("v1", "v2"):
            release(first)
    name = lab.unique_name(prefix)
    stacks = eb.list_available_solution_stacks()["SolutionStacks"]
    settings = [
        option("aws:autoscaling:launchconfiguration", "IamInstanceProfile", server_profile()),
        option("aws:autoscaling:asg", "MinSize", instances),
        option("aws:autoscaling:asg", "MaxSize", instances),
        option("aws:elasticbeanstalk:environment", "LoadBalancerType", "application"),
        option("aws:elasticbeanstalk:healthreporting:system", "SystemType", "enhanced"),
    ]
    given = {(one["Namespace"], one["OptionName"]): one for one in [*settings, *more]}
    eb.create_environment(
        ApplicationName="shop",
        EnvironmentName=name,
        CNAMEPrefix=name,
        VersionLabel=label,
        SolutionStackName=next(one for one in stacks if "2023" in one and "Python" in one),
        OptionSettings=list(given.values()),
    )
    until_ready(name)
    lab.clock.advance(minutes=1)  # the balancer takes a look at each instance
    return name


# %% [markdown]
# ## Six ways
#
# `UpdateEnvironment` with another version label starts a **deployment**. How it proceeds is an option setting,
# `DeploymentPolicy`. Five policies exist; the sixth way, blue/green, is a practice of your own with two environments.
#
# | way | what happens | the version goes to |
# |---|---|---|
# | `AllAtOnce` | all instances at the same moment | the instances that are there |
# | `Rolling` | batch by batch, each off the balancer meanwhile | the instances that are there |
# | `RollingWithAdditionalBatch` | the same, after one extra batch was launched | both kinds |
# | `Immutable` | a second group of instances beside the first | new instances |
# | `TrafficSplitting` | the same, but first with a share of the requests | new instances |
# | blue/green | a second environment, then the names are swapped | new instances |
#
# `AllAtOnce` is the default of the API; the EB CLI sets `Rolling` for a balanced environment. A batch is `BatchSize`
# instances or per cent of them (`BatchSizeType`), by default 100 per cent.

# %% setup="measure"
COMMAND = "aws:elasticbeanstalk:command"
SPLITTING = "aws:elasticbeanstalk:trafficsplitting"
autoscaling = boto3.client("autoscaling")


def policy(name: str, **more: object) -> list[dict[str, str]]:
    """The option settings of a deployment policy: policy("Rolling", BatchSize=25)."""
    rows = [option(COMMAND, "DeploymentPolicy", name)]
    for key, value in more.items():
        share = key in ("NewVersionPercent", "EvaluationTime")
        rows.append(option(SPLITTING if share else COMMAND, key, value))
    return rows


def in_service(environment: str) -> int:
    """How many instances the load balancer calls healthy."""
    resources = eb.describe_environment_resources(EnvironmentName=environment)["EnvironmentResources"]
    balancer = resources["LoadBalancers"][0]["Name"]
    healthy = set()  # near the end of traffic splitting an instance is in two target groups
    for group in elbv2.describe_target_groups(LoadBalancerArn=balancer)["TargetGroups"]:
        rows = elbv2.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
        healthy |= {row["Target"]["Id"] for row in rows if row["TargetHealth"]["State"] == "healthy"}
    return len(healthy)


def machines(environment: str) -> list[str]:
    """The instances of an environment, those of a deployment included."""
    of_it = {"Name": "tag:elasticbeanstalk:environment-name", "Values": [environment]}
    groups = autoscaling.describe_auto_scaling_groups(Filters=[of_it])["AutoScalingGroups"]
    return [one["InstanceId"] for group in groups for one in group["Instances"]]


def answers(environment: str, requests: int = 10, path: str = "/") -> Counter:
    """Who answers so many customers: the label of a version, or the status of an error."""
    url = f"http://{environment}.us-east-1.elasticbeanstalk.com{path}"
    replies = [lab.http("GET", url) for _ in range(requests)]
    return Counter(one.body if one.status == 200 else str(one.status) for one in replies)


def watch(environment: str, label: str, settings: list[dict[str, str]]) -> list[dict[str, float]]:
    """Deploy a version and look often, from a minute before the call to a minute after."""
    rows: list[dict[str, float]] = []
    start = lab.clock.now()

    def look(seconds: int) -> None:
        """What can be seen now and holds for so many seconds."""
        replies = answers(environment, 5)
        errors = sum(number for who, number in replies.items() if who.isdigit())
        rows.append(
            {
                "minute": (lab.clock.now() - start).total_seconds() / 60 - 1,
                "minutes": seconds / 60,
                # A balancer needs a while to notice that nobody answers.
                "in service": 0 if errors == 5 else in_service(environment),
                "machines": len(machines(environment)),
                "new": replies[label] / 5,
            }
        )
        lab.clock.advance(seconds=seconds)

    for _ in range(2):
        look(30)
    eb.update_environment(EnvironmentName=environment, VersionLabel=label, OptionSettings=settings)
    while status(environment)["Status"] != "Ready":
        look(10 if rows[-1]["minute"] < 0.5 else 30)
    for _ in range(2):
        look(30)
    return rows


# %% setup="five-ways"
ways = {
    "AllAtOnce": policy("AllAtOnce"),
    "Rolling": policy("Rolling", BatchSizeType="Percentage", BatchSize=50),
    "RollingWithAdditionalBatch": policy("RollingWithAdditionalBatch", BatchSizeType="Fixed", BatchSize=2),
    "Immutable": policy("Immutable"),
    "TrafficSplitting": policy("TrafficSplitting", NewVersionPercent=20, EvaluationTime=5),
}
trial = new_shop("v1", prefix="trial")
measured = {}
for turn, (way, settings) in enumerate(ways.items()):
    measured[way] = watch(trial, "v1" if turn % 2 else "v2", settings)
_ = eb.terminate_environment(EnvironmentName=trial)

# %% [markdown]
# The cell above has just deployed a version in each of the five ways, to four instances with batches of two, and
# has looked every ten to thirty seconds. Before you see what it found, say it yourself.
#
# ### Your turn: forecast the capacity
#
# Write `forecast(way, instances, batch)`: the lowest and the highest number of instances that **serve customers**
# at any moment of a deployment that goes well. `way` is the name of a policy, `batch` a number of instances.
#
# <details><summary>Hint</summary>
#
# Ask of each policy two things: does it take instances away while it works on them, and does it launch others beside
# them first? All at once takes everybody at the same moment.
# </details>


# %% exercise="forecast"
def forecast(way: str, instances: int, batch: int) -> tuple[int, int]:
    """Return (fewest, most) instances in service during a deployment."""
    ### BEGIN SOLUTION
    batch = min(batch, instances)
    if way == "AllAtOnce":
        return 0, instances
    if way == "Rolling":
        return instances - batch, instances
    if way == "RollingWithAdditionalBatch":
        return instances, instances + batch
    return instances, 2 * instances
    ### END SOLUTION


# %% check="forecast" points=2
with check("forecast", needs="forecast", right="Capacity or money: each policy pays with one of them.") as expect:
    for way, rows in measured.items():
        low = min(row["in service"] for row in rows)
        high = max(row["in service"] for row in rows)
        found = forecast(way, 4, 2)
        try:
            least, most = found
        except TypeError:
            least = most = None
        expect(most is not None, f"forecast returned {found!r}. Return two numbers: the fewest and the most.")
        expect(
            least == low,
            f"{way}, 4 instances, batches of 2: you say {least} at least, the lab has measured {low:.0f}. "
            "Who is taken away while the version is installed, and who was launched before that?",
        )
        expect(
            most == high,
            f"{way}, 4 instances, batches of 2: you say {most} at most, the lab has measured {high:.0f}. "
            "Which instances serve besides the old ones?",
        )
    expect.equal(forecast("Rolling", 3, 5), (0, 3), "Rolling, 3 instances, batches of 5: a batch is never larger")
    expect.equal(forecast("Rolling", 10, 3), (7, 10), "Rolling, 10 instances, batches of 3")
    expect.equal(
        forecast("RollingWithAdditionalBatch", 10, 3), (10, 13), "With an additional batch, 10 instances, batches of 3"
    )
    expect.equal(forecast("Immutable", 7, 2), (7, 14), "Immutable, 7 instances")
    ### BEGIN HIDDEN TESTS
    expect.equal(forecast("AllAtOnce", 10, 3), (0, 10), "AllAtOnce, 10 instances")
    expect.equal(forecast("Rolling", 6, 1), (5, 6), "Rolling, 6 instances, batches of 1")
    expect.equal(forecast("TrafficSplitting", 5, 1), (5, 10), "TrafficSplitting, 5 instances")
    ### END HIDDEN TESTS

# %% [markdown]
# And this is what the lab has seen.

# %%
charts.multiples(
    {
        way: {
            "instances in service": (
                [row["minute"] for row in rows],
                [row["in service"] for row in rows],
            ),
            "of these, the new version": (
                [row["minute"] for row in rows],
                [row["new"] * row["in service"] for row in rows],
            ),
        }
        for way, rows in measured.items()
    },
    step=True,
    fill=True,
    columns=2,
    x_label="minutes after the call",
    y_label="instances",
    headline="Three of the five ways never serve with fewer than four instances",
    source="measured in the lab, four instances, batches of two",
)

# %% [markdown]
# What to see in it:
#
# - **All at once** is over first and answers nobody while the version is installed. Nothing is paid for twice.
# - **Rolling** never stops, but serves with half of the instances here, and for some minutes customers meet *both*
#   versions: a page of the new one may call an address that the old one does not know.
# - The **additional batch** buys the missing capacity with two more instances for the time of the deployment.
# - **Immutable** launches one new instance first, and the others only when it is healthy.
# - **Traffic splitting** holds the new version at a share until the evaluation time is over.
#
# A batch counts as healthy with enhanced health reporting after twelve checks in a row, ten seconds apart. This is
# why small batches make a deployment long: each waits two minutes.

# %%
clocks = {
    "AllAtOnce": "all-at-once",
    "Rolling": "rolling",
    "RollingWithAdditionalBatch": "rolling-additional-batch",
    "Immutable": "immutable",
    "TrafficSplitting": "traffic-splitting",
}
extra = {}
for way, rows in measured.items():
    more = sum((row["machines"] - 4) * row["minutes"] for row in rows)
    extra[way] = more
    minutes = rows[-2]["minute"]
    drawn = facts.limit("elastic-beanstalk", f"deploy-time-clocks-{clocks[way]}")
    print(f"{way:<27} {minutes:4.1f} minutes here, {drawn} of AWS's clocks, {more:4.0f} extra instance-minutes")
charts.bars(
    {way: round(more) for way, more in extra.items()},
    headline="New instances beside the old ones are paid for as long as both are there",
    subtitle="extra instance-minutes of one deployment to four instances",
    unit="instance-minutes",
    source="measured in the lab",
)

# %% [markdown]
# > **Then and now.** Traffic splitting came in May 2020. Older notes know four policies, and draw other clocks than
# > AWS's own table, which the cell above has read. On AWS the minutes depend on your program; only the order is sure.
#
# ## A version that fails
#
# `UpdateEnvironment` returns at once and does not raise when the version turns out bad: a program finds out only by
# looking. Here a broken version goes out in batches of one, and nobody looks for a while.

# %% setup="prod"
PROCESS = "aws:elasticbeanstalk:environment:process:default"
prod = new_shop("v1", prefix="prod")


def fresh(environment: str) -> None:
    """The shop with version 1 everywhere and settings as AWS has them by default."""
    until_ready(environment)
    settings = policy("AllAtOnce", BatchSizeType="Percentage", BatchSize=100, Timeout=600)
    settings.append(option(COMMAND, "IgnoreHealthCheck", "false"))
    settings.append(option(PROCESS, "HealthCheckPath", "/"))
    eb.update_environment(EnvironmentName=environment, VersionLabel="v1", OptionSettings=settings)
    until_ready(environment)
    lab.clock.advance(minutes=2)


# %%
release("broken", broken=("/",))
eb.update_environment(
    EnvironmentName=prod,
    VersionLabel="broken",
    OptionSettings=policy("Rolling", BatchSizeType="Fixed", BatchSize=1),
)
until_ready(prod)
print("label of the environment:", status(prod)["VersionLabel"], "- health:", status(prod)["HealthStatus"])
print("in service:", in_service(prod), "of", len(machines(prod)), "- answers:", dict(answers(prod, 12)))
for event in eb.describe_events(EnvironmentName=prod, Severity="ERROR")["Events"][:2]:
    print("-", event["Message"][:110])

# %% [markdown]
# The first batch never became healthy, so the others were left alone: one instance is lost, three serve. How long did
# Beanstalk wait? The option `Timeout` (600 seconds) plus four minutes that the service adds.
#
# Nothing goes back by itself. The way back from an update in place is **another deployment**, of a version that is
# known to be good. Immutable and traffic splitting need none: they end the new instances, and the old ones have never
# been touched.

# %%
eb.update_environment(EnvironmentName=prod, VersionLabel="v1", OptionSettings=policy("AllAtOnce"))
until_ready(prod)
lab.clock.advance(minutes=2)
print("after another deployment:", dict(answers(prod, 12)), status(prod)["HealthStatus"])

# %% [markdown]
# ### Your turn: ship it
#
# Write `ship(environment, label, percent)`. It deploys the version by `Rolling`, in batches of `percent` per cent of
# the instances, waits until the environment is ready again, and returns `True` if the environment runs the new version
# now, else `False`.
#
# If it did not work, the instances of the broken batch still hold the bad version: deploy the label that the
# environment had before once more, all at once, and wait, before you return `False`.
#
# <details><summary>Hint</summary>
#
# Remember `VersionLabel` before you begin. The waiter `environment_updated` asks every 20 seconds and gives up after 20
# times; a rolling deployment takes longer, and one that fails up to a quarter of an hour for its first batch:
# `WaiterConfig={"Delay": 20, "MaxAttempts": ...}`.
# </details>


# %% exercise="ship"
def ship(environment: str, label: str, percent: int) -> bool:
    """Deploy in batches; tell whether the environment runs the version. A failure is taken back."""
    ### BEGIN SOLUTION
    before = status(environment)["VersionLabel"]
    eb.update_environment(
        EnvironmentName=environment,
        VersionLabel=label,
        OptionSettings=policy("Rolling", BatchSizeType="Percentage", BatchSize=percent),
    )
    patient = {"Delay": 20, "MaxAttempts": 400}
    waiter = eb.get_waiter("environment_updated")
    waiter.wait(EnvironmentNames=[environment], WaiterConfig=patient)
    if status(environment)["VersionLabel"] == label:
        return True
    eb.update_environment(
        EnvironmentName=environment,
        VersionLabel=before,
        OptionSettings=policy("AllAtOnce"),
    )
    waiter.wait(EnvironmentNames=[environment], WaiterConfig=patient)
    return False
    ### END SOLUTION


# %% check="ship" points=3
with check("ship", needs="ship", right="A deployment ends with a look, not with a call.") as expect:
    fresh(prod)
    good, bad = lab.unique_name("good"), lab.unique_name("bad")
    release(good)
    release(bad, broken=("/",))

    def ships(label: str, percent: int, batch: int) -> None:
        before = lab.clock.now()
        said = ship(prod, label, percent)
        expect(
            status(prod)["Status"] == "Ready",
            "ship came back while the update was still under way. Wait for the status Ready.",
        )
        expect(said is True, f"{label} runs everywhere, and ship returned {said!r}. Return True.")
        expect.equal(dict(answers(prod, 8)), {label: 8}, "Who answers eight customers after a good deployment")
        events = eb.describe_events(EnvironmentName=prod, StartTime=before)["Events"]
        batches = [one["Message"] for one in events if "Starting application deployment" in one["Message"]]
        expect(
            len(batches) == 4 // batch,
            f"With {percent} per cent of 4 instances there were {len(batches)} batches, not {4 // batch}. "
            "DeploymentPolicy Rolling, BatchSizeType Percentage, BatchSize as text.",
        )

    def comes_back(label: str, before: str) -> None:
        expect(
            ship(prod, label, 50) is False,
            "A version that answers 500 did not stay, and ship did not return False. Look at VersionLabel at the end.",
        )
        expect(
            status(prod)["Status"] == "Ready",
            "After a failure ship came back while an update was still under way. Wait once more.",
        )
        lab.clock.advance(minutes=2)
        expect(
            in_service(prod) == 4,
            f"After the failure only {in_service(prod)} of 4 instances serve: the broken batch still holds the bad "
            f"version. Deploy {before} again.",
        )
        expect.equal(dict(answers(prod, 8)), {before: 8}, "Who answers after a failure was taken back")

    ships(good, 25, 1)
    comes_back(bad, good)
    ### BEGIN HIDDEN TESTS
    again = release(lab.unique_name("again"))
    ships(again, 50, 2)
    ### END HIDDEN TESTS

# %% [markdown]
# ## What the check does not see
#
# A deployment is as clever as its health check. The option `HealthCheckPath` (default `/`) is where the balancer and
# Beanstalk look. Lumen's home page is a fixed page; `/health` asks the database and the printer. Last month a version
# that could not take orders reached all four instances, because its home page was fine.
#
# ### Your turn: repair the settings
#
# A colleague wrote the option settings for the shop's deployments. They should guarantee, for four instances:
#
# - **one instance at a time**;
# - a version whose `/health` does not answer 200 **stops at the first batch**, and the other three keep the old one;
# - a batch is given up **five minutes** after its commands began, not after fourteen.
#
# Repair them.
#
# <details><summary>Hint</summary>
#
# Each line but the first is wrong or lacks a companion. `BatchSize` means per cent or instances, as `BatchSizeType`
# says. What does `IgnoreHealthCheck` do? Beanstalk adds four minutes to `Timeout`.
# </details>


# %% exercise="safe-settings" repair=true
def safe_settings() -> list[dict[str, str]]:
    """Option settings for deployments of the shop."""
    return [
        option(COMMAND, "DeploymentPolicy", "Rolling"),
        option(COMMAND, "BatchSizeType", "Fixed"),
        option(COMMAND, "BatchSize", 25),
        option(COMMAND, "Timeout", 300),
        option(COMMAND, "IgnoreHealthCheck", "true"),
        option(PROCESS, "HealthCheckPath", "/"),
    ]


### BEGIN SOLUTION
def safe_settings() -> list[dict[str, str]]:
    """Option settings for deployments of the shop."""
    return [
        option(COMMAND, "DeploymentPolicy", "Rolling"),
        option(COMMAND, "BatchSizeType", "Percentage"),
        option(COMMAND, "BatchSize", 25),
        option(COMMAND, "Timeout", 60),
        option(COMMAND, "IgnoreHealthCheck", "false"),
        option(PROCESS, "HealthCheckPath", "/health"),
    ]


### END SOLUTION


# %% check="safe-settings" points=3
with check("safe-settings", needs="safe_settings", right="Check what customers need, and believe it.") as expect:

    def deploys(label: str) -> tuple[float, int]:
        """Put the settings in, then the version: the minutes it took, and how many instances were away at most."""
        eb.update_environment(EnvironmentName=prod, OptionSettings=safe_settings())
        until_ready(prod)
        lab.clock.advance(minutes=1)
        begin, least = lab.clock.now(), 4
        eb.update_environment(EnvironmentName=prod, VersionLabel=label)
        while status(prod)["Status"] != "Ready":
            lab.clock.advance(seconds=30)
            answered = answers(prod, 4, "/order")
            least = min(least, 0 if "502" in answered else in_service(prod))
        return (lab.clock.now() - begin).total_seconds() / 60, 4 - least

    def stops(broken: tuple[str, ...]) -> None:
        fresh(prod)
        minutes, away = deploys(release(lab.unique_name("bad"), broken=broken))
        expect(
            status(prod)["VersionLabel"] == "v1",
            "A version whose /health answers 500 is on every instance, and Beanstalk calls it a success. Which page "
            "does the health check ask, and does a failed check count at all?",
        )
        expect(
            away <= 1,
            f"{away} of 4 instances were out of service at once. 25 is a number of per cent, or of instances?",
        )
        expect.equal(dict(answers(prod, 9, "/order")), {"v1": 9}, "Who answers nine orders after the failed deployment")
        expect(
            minutes <= 7,
            f"The broken batch was given up after {minutes:.0f} minutes. It should be five and the way there: "
            "Timeout plus four minutes.",
        )
        expect(
            minutes >= 5,
            f"The broken batch was given up after {minutes:.1f} minutes, too early. Timeout plus four minutes is five.",
        )

    stops(("/health",))
    fresh(prod)
    good = release(lab.unique_name("good"))
    minutes, away = deploys(good)
    expect(
        status(prod)["VersionLabel"] == good,
        "A good version did not get through. Give the batch enough time for two minutes of checks.",
    )
    expect(away == 1, f"{away} instances were away at once in a good deployment, not one.")
    ### BEGIN HIDDEN TESTS
    stops(("/health", "/order", "/album"))
    ### END HIDDEN TESTS
    fresh(prod)

# %% [markdown]
# ## A share of the customers
#
# Some faults no check page shows: prices in the wrong currency, an order form that fails for one browser. So you let
# a **few customers** try first. `TrafficSplitting` launches a full second set of instances (as many as there are),
# gives them `NewVersionPercent` of the requests (default 10) for `EvaluationTime` minutes (default 5, 3 to 600),
# and needs an Application Load Balancer, which can weigh two target groups.
#
# > **Lab and AWS.** AWS draws lots for each request. The lab deals them out in turn, so shares come out exact.

# %% setup="canary"


orders: Counter = Counter()


def order(environment: str) -> tuple[str, bool]:
    """One customer orders. Returns the version that answered, and whether the order was taken."""
    reply = lab.http("POST", f"http://{environment}.us-east-1.elasticbeanstalk.com/order")
    orders[reply.body, reply.status == 200] += 1
    return reply.body, reply.status == 200


# %%
eb.update_environment(
    EnvironmentName=prod,
    VersionLabel="v2",
    OptionSettings=policy("TrafficSplitting", NewVersionPercent=10, EvaluationTime=5),
)
for minute in range(14):
    served = Counter(version for version, _ in (order(prod) for _ in range(20)))
    if minute % 2 == 0:
        print(f"minute {minute:>2}: {dict(served)}, {len(machines(prod))} instances")
    lab.clock.advance(minutes=1)
print(status(prod)["Status"], status(prod)["VersionLabel"])

# %% [markdown]
# Beanstalk itself judges by health only. Whether *orders* go through, you must count yourself, and call
# `AbortEnvironmentUpdate` if they do not: traffic goes back to the old instances at once, and the new ones end. Until
# the very last phase this works for each policy. In the middle of a *rolling* deployment it only stops: what is
# updated stays updated.
#
# ### Your turn: a canary that sings
#
# Write `canary(environment, label, percent, minutes, most)`. It deploys by `TrafficSplitting` with this share and
# this evaluation time. While the update is under way it sends **20 orders a minute** with `order(environment)`.
# As soon as the new version has answered at least **five** orders and more than the fraction `most` *of these* failed,
# it aborts the update. It waits until the environment is ready, and returns how the new version fared: the pair
# `(orders it answered, orders of these that failed)`.
#
# <details><summary>Hint</summary>
#
# `lab.clock.advance(minutes=1)` between two rounds; loop while the status is `Updating`. Abort once: then only wait.
# Two counters, and only for orders that the new label answered: of all orders it sees one in ten.
# </details>


# %% exercise="canary"
def canary(environment: str, label: str, percent: int, minutes: int, most: float) -> tuple[int, int]:
    """Try a version on a share of the customers; abort it if too many of their orders fail."""
    ### BEGIN SOLUTION
    settings = policy("TrafficSplitting", NewVersionPercent=percent, EvaluationTime=minutes)
    eb.update_environment(EnvironmentName=environment, VersionLabel=label, OptionSettings=settings)
    answered = failed = 0
    aborted = False
    while status(environment)["Status"] == "Updating":
        if not aborted:
            for _ in range(20):
                version, taken = order(environment)
                if version == label:
                    answered += 1
                    failed += not taken
            if answered >= 5 and failed > most * answered:
                eb.abort_environment_update(EnvironmentName=environment)
                aborted = True
        lab.clock.advance(minutes=1)
    return answered, failed
    ### END SOLUTION


# %% check="canary" points=3
with check("canary", needs="canary", right="Few customers met it, and nobody had to be called at night.") as expect:

    def tries(broken: tuple[str, ...], percent: int, minutes: int, most: float) -> tuple[str, str, Counter]:
        """What the environment ran before, the new label, and all orders as the shop has seen them."""
        fresh(prod)
        before, label = "v1", release(lab.unique_name("try"), broken=broken)
        orders.clear()
        begin = lab.clock.now()
        said = canary(prod, label, percent, minutes, most)
        seen = orders.copy()
        expect(
            status(prod)["Status"] == "Ready",
            "canary came back while the environment was still updating. Wait until it is ready.",
        )
        events = " ".join(one["Message"] for one in eb.describe_events(EnvironmentName=prod, StartTime=begin)["Events"])
        words = f"{percent} percent to the new version, for an evaluation time of {minutes} minutes"
        expect(words in events, f"There was no traffic splitting with {percent} per cent for {minutes} minutes.")
        new = (seen[label, True] + seen[label, False], seen[label, False])
        expect(sum(seen.values()) >= 70, f"Only {sum(seen.values())} orders were sent. 20 a minute.")
        expect(
            said == new,
            f"The new version answered {new[0]} orders and failed {new[1]} of them; canary returned {said!r}.",
        )
        return before, label, seen

    def goes_back(percent: int, minutes: int, most: float) -> None:
        before, label, seen = tries(("/order",), percent, minutes, most)
        now = status(prod)["VersionLabel"]
        expect(
            now == before,
            f"Every order at the new version failed, and it was kept. It gets {percent} per cent of the orders: "
            "compare its failures with the orders that it answered, not with all.",
        )
        lost = seen[label, False]
        expect(lost <= 30, f"{lost} orders were lost before the update was aborted. Look after each round.")
        expect(lost >= 5, f"The update was aborted after {lost} orders at the new version. Judge it from five on.")
        expect.equal(dict(answers(prod, 10)), {before: 10}, "Who answers after the abort")

    def stays(broken: tuple[str, ...], percent: int, minutes: int, most: float) -> None:
        _, label, seen = tries(broken, percent, minutes, most)
        expect(
            status(prod)["VersionLabel"] == label,
            f"{seen[label, False]} orders failed at the new version, with `most` = {most}, and it was not kept. "
            "Abort only if more than this fraction of the orders that it answered failed.",
        )

    goes_back(10, 5, 0.2)
    stays((), 25, 4, 0.2)
    stays(("/order",), 25, 4, 1.0)
    ### BEGIN HIDDEN TESTS
    goes_back(20, 10, 0.5)
    ### END HIDDEN TESTS

# %% [markdown]
# ## What new instances have lost
#
# Lumen uses T instances: they earn **CPU credits** while they idle and spend them at the evening peak. A policy that
# replaces instances (immutable, traffic splitting, managed platform updates that replace) throws the saved credits
# away, for a new T3 instance begins with none. What it lacks it gets throttled for, or pays as surplus credits,
# as the instance's credit mode says. An update in place keeps them.

# %% setup="credits"
EVENING = [4] * 8 + [14] * 11 + [80, 80, 60] + [8] * 2  # credits that a day's work takes, by hour


def balances(kind: str, uses: list[float], replaced_at: int | None = None) -> tuple[list[float], float]:
    """The credit balance by hour over two days, and the credits that were missing.

    The instance begins with a full account. A replacement at the beginning of an hour begins with none.
    """
    earned = facts.limit("ec2", f"cpu-credits-earned-{kind}")
    most = facts.limit("ec2", f"cpu-credit-balance-maximum-{kind}")
    balance, missing, hours = float(most), 0.0, []
    for hour in range(48):
        if hour == replaced_at:
            balance = 0.0
        balance += earned - uses[hour % 24]
        missing += max(0.0, -balance)
        balance = min(float(most), max(0.0, balance))
        hours.append(balance)
    return hours, missing


# %%
kept, _ = balances("t3-small", EVENING)
lost, missing = balances("t3-small", EVENING, replaced_at=17)
charts.curves(
    {
        "updated in place": (list(range(48)), kept),
        "replaced at 17:00": (list(range(48)), lost),
    },
    headline="Replaced before the evening peak, an instance has no credits when it needs them",
    subtitle=f"CPU credits of a t3.small; {missing:.0f} are missing on the first evening",
    x_label="hours from midnight",
    y_label="credit balance",
    source=facts.limit("ec2", "cpu-credits-earned-t3-small"),
)

# %% [markdown]
# ### Your turn: the right hour
#
# Write `safe_hours(kind, uses)`: the hours (0 to 23) of the first day at whose beginning all instances may be replaced
# so that **no more credits are missing than without the replacement**. `balances` above does the sums.
#
# <details><summary>Hint</summary>
#
# Try each hour. What does `balances` return for an instance that is not replaced at all?
# </details>


# %% exercise="credits"
def safe_hours(kind: str, uses: list[float]) -> list[int]:
    """The hours of the day at which an immutable deployment costs nobody credits."""
    ### BEGIN SOLUTION
    _, anyway = balances(kind, uses)
    return [hour for hour in range(24) if balances(kind, uses, hour)[1] <= anyway]
    ### END SOLUTION


# %% check="credits" points=2
with check("credits", needs="safe_hours", right="After the peak, not before it.") as expect:

    def agrees(kind: str, uses: list[float], words: str) -> None:
        told = safe_hours(kind, uses)
        expect(
            isinstance(told, list) and all(isinstance(hour, int) and 0 <= hour < 24 for hour in told),
            f"safe_hours returned {told!r}. Return a list of whole hours from 0 to 23.",
        )
        _, anyway = balances(kind, uses)
        for hour in range(24):
            costs = balances(kind, uses, hour)[1] - anyway
            expect(
                (hour in told) == (costs <= 0),
                f"{words}: a replacement at {hour}:00 costs {costs:.0f} credits"
                + (f" (in all {anyway:.0f} are missing without it)" if anyway else "")
                + f", and your list {'has' if hour in told else 'does not have'} this hour.",
            )

    agrees("t3-small", EVENING, "The shop's day on a t3.small")
    agrees("t3-micro", [2] * 12 + [40] * 12, "A day whose afternoon is always too much for a t3.micro")
    ### BEGIN HIDDEN TESTS
    agrees("t3-medium", [10] * 24, "A quiet day on a t3.medium")
    agrees("t3-small", [60] * 6 + [5] * 18, "Work at night on a t3.small")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Blue and green
#
# Some changes do not fit into one environment: another platform branch, a new **kind of load balancer** (fixed when an
# environment is created), a version that must be tried in peace for a day. Then make a second environment, *green*,
# beside the one that serves, *blue*. A **clone** has the same settings and environment variables, and a database of
# the same type but without its data. `SwapEnvironmentCNAMEs` then exchanges the two names, and swapping again is the
# way back. Of the six ways it is the only one that changes DNS, and so the only one where clients have a say.

# %%
blue, green = new_shop("v1", instances=1, prefix="blue"), new_shop("v2", instances=1, prefix="green")
name = status(blue)["CNAME"]
provider = lab.resolver()  # an internet provider's, with a cache
known_as = {status(one)["EndpointURL"].lower(): one for one in (blue, green)}


def leads_to() -> str:
    """Where customers of this provider are sent."""
    return known_as[provider.resolve(name).target.rstrip(".")]


print("before the swap:", leads_to())
eb.swap_environment_cnames(SourceEnvironmentName=blue, DestinationEnvironmentName=green)
print("right after it: ", leads_to(), "- but a fresh look-up gives", lab.http("GET", f"http://{name}/").body)
lab.clock.advance(seconds=61)
print("a minute later: ", leads_to())
for one in (blue, green):
    eb.terminate_environment(EnvironmentName=one)

# %% [markdown]
# So blue must go on serving until the last resolver has forgotten it. To send green a tenth of the customers at
# first, put weighted Route 53 records on a name of your own in front of both.
#
# ### Your turn: to green
#
# Write `to_green(blue, green, label, changes)`. It
#
# - saves the settings of `blue` as a configuration template (`create_configuration_template` with `EnvironmentId`) and
#   creates the environment `green`, with the same word as CNAME prefix, from it, with the version `label` and the
#   option settings `changes` on top;
# - waits until green is ready, then **two minutes** more, so that its balancer knows its instances;
# - asks `http://<CNAME of green>/` **ten times**. If any answer is not status 200, it terminates green and returns
#   `False`: customers have noticed nothing;
# - otherwise swaps the names and returns `True`. Blue goes on running.
#
# <details><summary>Hint</summary>
#
# `status(...)` knows `EnvironmentId` and `CNAME`. `create_environment(..., TemplateName=..., OptionSettings=changes)`
# takes platform and settings from the template. Templates need names of their own: `lab.unique_name("clone")`.
# </details>


# %% exercise="blue-green"
def to_green(blue: str, green: str, label: str, changes: list[dict[str, str]]) -> bool:
    """Clone an environment with another version and other settings; swap if it is well."""
    ### BEGIN SOLUTION
    template = lab.unique_name("clone")
    eb.create_configuration_template(
        ApplicationName="shop",
        TemplateName=template,
        EnvironmentId=status(blue)["EnvironmentId"],
    )
    eb.create_environment(
        ApplicationName="shop",
        EnvironmentName=green,
        CNAMEPrefix=green,
        VersionLabel=label,
        TemplateName=template,
        OptionSettings=changes,
    )
    until_ready(green)
    lab.clock.advance(minutes=2)
    url = f"http://{status(green)['CNAME']}/"
    if any(lab.http("GET", url).status != 200 for _ in range(10)):
        eb.terminate_environment(EnvironmentName=green)
        return False
    eb.swap_environment_cnames(SourceEnvironmentName=blue, DestinationEnvironmentName=green)
    return True
    ### END SOLUTION


# %% setup="blue-green"
first_blue = new_shop(
    "v1", option("aws:elasticbeanstalk:application:environment", "PRINTER", "basement"), instances=1, prefix="first"
)

# %% check="blue-green" points=3
with check("blue-green", needs="to_green", right="Two environments, one name, and the way back is a swap.") as expect:
    BALANCER = ("aws:elasticbeanstalk:environment", "LoadBalancerType")

    def settings_of(environment: str) -> dict[tuple[str, str], str]:
        (row,) = eb.describe_configuration_settings(ApplicationName="shop", EnvironmentName=environment)[
            "ConfigurationSettings"
        ]
        return {(one["Namespace"], one["OptionName"]): one.get("Value", "") for one in row["OptionSettings"]}

    def alive(environment: str) -> bool:
        found = eb.describe_environments(EnvironmentNames=[environment], IncludeDeleted=False)["Environments"]
        return any(one["Status"] not in ("Terminating", "Terminated") for one in found)

    def moves(version: str, changes: list[dict[str, str]]) -> None:
        blue, green = first_blue, lab.unique_name("green")
        customers = status(blue)["CNAME"]
        said = to_green(blue, green, version, changes)
        expect(alive(green), f"There is no environment {green}. Give create_environment the name that you are given.")
        expect(said is True, f"Green is well, and to_green returned {said!r}. Return True.")
        wanted = settings_of(blue) | {(one["Namespace"], one["OptionName"]): one["Value"] for one in changes}
        found = settings_of(green)
        key = ("aws:elasticbeanstalk:application:environment", "PRINTER")
        expect(
            found.get(key) == "basement",
            "Green does not have blue's environment variable PRINTER. Take all settings over: a template from blue.",
        )
        differ = [key for key in wanted if key in found and found[key] != wanted[key]]
        expect(not differ, f"A setting of green is not as it should be: {differ[:1]}. Blue's settings, then `changes`.")
        expect(status(green)["VersionLabel"] == version, f"Green should run {version}.")
        expect(
            status(green)["CNAME"] == customers,
            "Customers still come to blue: the names were not swapped.",
        )
        expect(alive(blue), "Blue is gone, and many resolvers still send customers there. Let it run.")
        expect.equal(lab.http("GET", f"http://{customers}/").body, version, "Who answers at the customers' name")
        eb.swap_environment_cnames(SourceEnvironmentName=blue, DestinationEnvironmentName=green)
        eb.terminate_environment(EnvironmentName=green)

    def is_kept_out(changes: list[dict[str, str]]) -> None:
        blue, green = first_blue, lab.unique_name("green")
        customers = status(blue)["CNAME"]
        said = to_green(blue, green, release(lab.unique_name("bad"), broken=("/",)), changes)
        expect(
            status(blue)["CNAME"] == customers,
            "Green answered 500 to every request, and customers were sent there. Look before you swap.",
        )
        expect(said is False, f"Green was not well, and to_green returned {said!r}. Return False.")
        expect(not alive(green), "Green was not well and is still there, and paid for. Terminate it.")

    moves("v2", [option("aws:autoscaling:launchconfiguration", "InstanceType", "t3.small")])
    is_kept_out([])
    ### BEGIN HIDDEN TESTS
    moves("v1", [])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which way?
#
# AWS's own table compares the six by what a failure does, how long a deployment takes, and the way back. Read each row
# as a price list: some pay with capacity, some with money, some with time.

# %%
table = {
    "all at once": {"if it fails": "outage", "capacity": "none", "extra cost": "none", "way back": "redeploy"},
    "rolling": {"if it fails": "one batch", "capacity": "less", "extra cost": "none", "way back": "redeploy"},
    "additional batch": {
        "if it fails": "one batch",
        "capacity": "full",
        "extra cost": "a batch",
        "way back": "redeploy",
    },
    "immutable": {"if it fails": "hardly", "capacity": "full", "extra cost": "double", "way back": "end new"},
    "traffic splitting": {"if it fails": "a share", "capacity": "full", "extra cost": "double", "way back": "reroute"},
    "blue/green": {"if it fails": "hardly", "capacity": "full", "extra cost": "double", "way back": "swap"},
}
charts.heatmap(
    table,
    headline="Only ways that pay for new instances come back without another deployment",
    source=facts.limit("elastic-beanstalk", "deploy-time-clocks-immutable"),
)

# %% [markdown]
# ### Your turn: choose
#
# Six teams ask you. Put the best way into `choices`: a policy's name, or `"BlueGreen"`; of two that would do, the
# cheaper one.
#
# - `toy`: a test environment with one instance. It may stand still; waiting annoys.
# - `thrift`: eight instances, six are enough at night. No outage, and nobody pays for a ninth.
# - `rush-hour`: eight instances, always busy. The account may run ten. Saved CPU credits must stay.
# - `bank`: a version that fails must never stay on some of the instances. Double capacity for an hour is fine. It has a
#   *Network* Load Balancer, and DNS must not change.
# - `taste`: five per cent of the customers try the new search for half an hour, in the environment that exists.
# - `move`: another platform branch, two days of tests at a URL of its own, a way back within a minute.
#
# <details><summary>Hint</summary>
#
# For each team find the one demand that most ways break. Which ways keep the instances? Which need an Application Load
# Balancer?
# </details>

# %% exercise="choose"
choices = {
    ### BEGIN SOLUTION
    "toy": "AllAtOnce",
    "thrift": "Rolling",
    "rush-hour": "RollingWithAdditionalBatch",
    "bank": "Immutable",
    "taste": "TrafficSplitting",
    "move": "BlueGreen",
    ### END SOLUTION
}

# %% check="choose" points=2
with check(
    "choose", needs="choices", right="Each demand rules some ways out; the cheapest of the rest it is."
) as expect:
    SIX = ["AllAtOnce", "Rolling", "RollingWithAdditionalBatch", "Immutable", "TrafficSplitting", "BlueGreen"]
    # What speaks against each way, in the order of SIX; an empty text: nothing does.
    AGAINST = {
        "toy": ["", "one instance cannot be divided into batches", "one instance cannot be divided into batches",
                "it waits for a new instance and its checks, though an outage is allowed",
                "one instance has no Application Load Balancer", "a second environment takes minutes to make"],
        "thrift": ["nobody is served while it installs", "", "somebody pays for more instances",
                   "somebody pays for eight more instances", "somebody pays for eight more instances",
                   "somebody pays for eight more instances"],
        "rush-hour": ["nobody is served while it installs", "a batch is missing all the time", "",
                      "it needs sixteen instances, and new ones have no credits",
                      "it needs sixteen instances, and new ones have no credits",
                      "it needs sixteen instances, and new ones have no credits"],
        "bank": ["a bad version is then on every instance", "a later batch that fails leaves both versions",
                 "a later batch that fails leaves both versions", "", "it needs an Application Load Balancer",
                 "it changes DNS"],
        "taste": ["everybody gets the new version", "the share grows batch by batch and nobody chooses it",
                  "the share grows batch by batch and nobody chooses it", "all serve at once when they are healthy",
                  "", "that would be a second environment"],
        "move": [*["it stays on the platform of the environment and has no URL of its own"] * 5, ""],
    }  # fmt: skip
    expect(isinstance(choices, dict), "choices should be a dictionary from a team to a way.")
    missing = [team for team in AGAINST if choices.get(team) in (None, ..., "")]
    expect(not missing, f"There is no choice for: {', '.join(missing)}.")
    for team, reasons in AGAINST.items():
        chosen = choices[team]
        expect(chosen in SIX, f"{team}: {chosen!r} is none of the six ways: {', '.join(SIX)}.")
        against = reasons[SIX.index(chosen)]
        expect(not against, f"{team}: not {chosen}, for {against}.")
    ### BEGIN HIDDEN TESTS
    for team, reasons in AGAINST.items():
        expect(choices[team] == SIX[reasons.index("")], f"{team}: think again.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## The database inside
#
# An environment can bring its own RDS database (namespace `aws:rds:dbinstance`, `HasCoupledDatabase`). The program
# finds it by `RDS_HOSTNAME`, `RDS_PORT` and three more variables. It is part of the environment's CloudFormation
# stack, so **it ends with the environment**: good for a test, fatal for the shop; a clone has an empty one. In
# production the database stands apart, and the same variables, set by you, point to it.
#
# Lumen's first environment was made with a database inside. How do you get it out, with all orders?

# %% setup="database"
rds = boto3.client("rds")
cloudformation = boto3.client("cloudformation")
RDS = "aws:rds:dbinstance"
VARIABLES = "aws:elasticbeanstalk:application:environment"
INSIDE = {
    "HasCoupledDatabase": "true",
    "DBEngine": "postgres",
    "DBInstanceClass": "db.t3.micro",
    "DBAllocatedStorage": "20",
    "DBUser": "shop",
    "DBPassword": "basement-42",
}


def shop_with_database(*more: dict) -> str:
    """An environment with a database inside; its name."""
    return new_shop("v1", *[option(RDS, key, value) for key, value in INSIDE.items()], *more, instances=1)


def stack_of(environment: str) -> str:
    """The name of an environment's CloudFormation stack."""
    return f"awseb-{status(environment)['EnvironmentId']}-stack"


def database_of(environment: str) -> str:
    """The identifier of the database inside."""
    stack = cloudformation.describe_stack_resource(
        StackName=stack_of(environment), LogicalResourceId="AWSEBRDSDatabase"
    )
    return stack["StackResourceDetail"]["PhysicalResourceId"]


def databases() -> list[str]:
    """All databases of the account."""
    return [one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]]


# %%
first = shop_with_database()
inside = database_of(first)
print("with the environment:", inside in databases())
eb.update_environment(
    EnvironmentName=first,
    OptionSettings=[option(RDS, "DBDeletionPolicy", "Retain"), option(RDS, "HasCoupledDatabase", "false")],
)
until_ready(first)
eb.terminate_environment(EnvironmentName=first)
lab.clock.advance(minutes=30)
print("decoupled first, then the environment ended:", inside in databases())

# %% [markdown]
# This is the way since October 2021: choose the deletion policy (`Delete` is the default, `Retain`, `Snapshot`) and set
# `HasCoupledDatabase` to false. The exam still asks for the older way, in **six steps**:
#
# 1. take a **snapshot** of the database, to be safe;
# 2. turn on its **deletion protection**;
# 3. create an environment **without** a database, whose variables point to the existing one;
# 4. **swap** the CNAMEs and see that it works;
# 5. **terminate** the old environment. Its stack ends in `DELETE_FAILED`, because the database is protected;
# 6. **delete that stack by hand**, without the database.
#
# ### Your turn: free the database
#
# Write `free_database(old, new)`: all six steps, from the environment `old` with a database inside to one with the name
# `new`. The variables of the new one: `RDS_HOSTNAME` and `RDS_PORT` from the database's `Endpoint`. Return the
# identifier of the snapshot.
#
# <details><summary>Hint</summary>
#
# `modify_db_instance(..., DeletionProtection=True, ApplyImmediately=True)`. `new_shop` makes names of its own, so call
# `create_environment` with `SolutionStackName=status(old)["SolutionStackName"]`. Ask for `stack_of(old)` before the
# environment is gone. `delete_stack(StackName=..., RetainResources=["AWSEBRDSDatabase"])` works on a stack in
# `DELETE_FAILED`; the clock has to run for half an hour before it is in that state.
# </details>


# %% exercise="free-database"
def free_database(old: str, new: str) -> str:
    """Move the shop to an environment whose database does not end with it; return the snapshot."""
    ### BEGIN SOLUTION
    inside, stack = database_of(old), stack_of(old)
    picture = lab.unique_name("before-the-move")
    rds.create_db_snapshot(DBInstanceIdentifier=inside, DBSnapshotIdentifier=picture)
    rds.modify_db_instance(DBInstanceIdentifier=inside, DeletionProtection=True, ApplyImmediately=True)
    (found,) = rds.describe_db_instances(DBInstanceIdentifier=inside)["DBInstances"]
    eb.create_environment(
        ApplicationName="shop",
        EnvironmentName=new,
        CNAMEPrefix=new,
        VersionLabel=status(old)["VersionLabel"],
        SolutionStackName=status(old)["SolutionStackName"],
        OptionSettings=[
            option("aws:autoscaling:launchconfiguration", "IamInstanceProfile", server_profile()),
            option("aws:elasticbeanstalk:environment", "LoadBalancerType", "application"),
            option(VARIABLES, "RDS_HOSTNAME", found["Endpoint"]["Address"]),
            option(VARIABLES, "RDS_PORT", found["Endpoint"]["Port"]),
        ],
    )
    until_ready(new)
    eb.swap_environment_cnames(SourceEnvironmentName=old, DestinationEnvironmentName=new)
    eb.terminate_environment(EnvironmentName=old)
    lab.clock.advance(minutes=30)
    cloudformation.delete_stack(StackName=stack, RetainResources=["AWSEBRDSDatabase"])
    lab.clock.advance(minutes=10)
    return picture
    ### END SOLUTION


# %% check="free-database" points=3
with check("free-database", needs="free_database", right="The orders are safe, and the shop never closed.") as expect:

    def frees() -> None:
        old, new = shop_with_database(), lab.unique_name("free")
        inside, stack, customers = database_of(old), stack_of(old), status(old)["CNAME"]
        picture = free_database(old, new)
        expect(inside in databases(), "The database is gone with the old environment. Protect it before you terminate.")
        (found,) = rds.describe_db_instances(DBInstanceIdentifier=inside)["DBInstances"]
        expect(found["DeletionProtection"], "The database is there, but anybody can delete it: step 2.")
        known = [
            one["DBSnapshotIdentifier"] for one in rds.describe_db_snapshots(DBInstanceIdentifier=inside)["DBSnapshots"]
        ]
        expect(picture in known, f"Return the identifier of a snapshot of {inside}; {picture!r} is none.")
        names = [one["EnvironmentName"] for one in eb.describe_environments(IncludeDeleted=False)["Environments"]]
        expect(new in names, f"There is no environment {new}.")
        rows = eb.describe_configuration_settings(ApplicationName="shop", EnvironmentName=new)
        settings = {
            (one["Namespace"], one["OptionName"]): one.get("Value")
            for one in rows["ConfigurationSettings"][0]["OptionSettings"]
        }
        expect(
            settings.get((RDS, "HasCoupledDatabase")) != "true", "The new environment has a database of its own again."
        )
        expect.equal(
            settings.get((VARIABLES, "RDS_HOSTNAME")),
            found["Endpoint"]["Address"],
            "RDS_HOSTNAME of the new environment",
        )
        expect.equal(
            settings.get((VARIABLES, "RDS_PORT")), str(found["Endpoint"]["Port"]), "RDS_PORT of the new environment"
        )
        expect(status(new)["CNAME"] == customers, "Customers still look for the old environment: swap the CNAMEs.")
        lab.clock.advance(minutes=2)
        expect(lab.http("GET", f"http://{customers}/").status == 200, "Nobody answers at the customers' name.")
        stacks = [one["StackName"] for one in cloudformation.describe_stacks()["Stacks"]]
        expect(
            stack not in stacks,
            f"The stack {stack} is still there, in DELETE_FAILED or untouched: terminate the old environment, let the "
            "clock run, then delete the stack and retain the database.",
        )

    frees()
    ### BEGIN HIDDEN TESTS
    frees()
    ### END HIDDEN TESTS

# %% [markdown]
# ## Containers on Beanstalk
#
# The platform **Docker** runs one program per instance. Its bundle has a `Dockerfile` (built on each instance), a
# `Dockerrun.aws.json` of **version 1** that names a finished image, or a `docker-compose.yml`; beside a compose file a
# `Dockerrun.aws.json` of **version 3** only says how to log in to a private registry. Since 2026 Beanstalk can also
# build the image once, in CodeBuild.

# %%
one_container = {
    "AWSEBDockerrunVersion": 1,
    "Image": {"Name": "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:7"},
    "Ports": [{"ContainerPort": 8000}],
    "Logging": "/var/log/shop",
}
print(json.dumps(one_container, indent=2))

# %% [markdown]
# The platform **ECS** runs several containers on each instance: Beanstalk makes an ECS cluster, puts the instances into
# it, and generates a task definition from a `Dockerrun.aws.json` of **version 2**. It builds nothing: the images lie in
# ECR or Docker Hub.
#
# > **Then and now.** "Multicontainer Docker" ran on the first Amazon Linux. *Custom platforms* were machine images
# > built with Packer from a `platform.yaml`, for languages that Beanstalk did not know; their base could be RHEL or
# > Ubuntu, too. Both were retired with the Amazon Linux AMI, on 18 July 2022. Today an unknown language goes into a
# > container; a change to a known platform into a **custom image** (the option `ImageId`) or into hooks of the bundle.

# %% setup="docker-multi"
ecs = boto3.client("ecs")
DOCKERRUN = {
    "AWSEBDockerrunVersion": 2,
    "volumes": [{"name": "pages", "host": {"sourcePath": "/var/app/current/pages"}}],
    "containerDefinitions": [
        {
            "name": "shop",
            "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:7",
            "memory": 256,
            "essential": True,
            "environment": [{"name": "PRINTER", "value": "basement"}],
            "mountPoints": [{"sourceVolume": "pages", "containerPath": "/pages", "readOnly": True}],
        },
        {
            "name": "proxy",
            "image": "nginx:1.27",
            "memory": 128,
            "essential": True,
            "portMappings": [{"hostPort": 80, "containerPort": 80}],
            "links": ["shop"],
        },
    ],
}

# %% [markdown]
# ### Your turn: what Beanstalk generates
#
# Write `to_task_definition(dockerrun, family)`. It takes a `Dockerrun.aws.json` as a dictionary, registers the task
# definition that belongs to it with ECS, and returns its ARN. If `AWSEBDockerrunVersion` is not 2, raise `ValueError`.
#
# - Each of the `containerDefinitions` keeps `name`, `image`, `memory`, `essential`, `portMappings`, `links`,
#   `environment` and `mountPoints`, as far as it has them;
# - each of `volumes` has a `name` and `{"host": {"sourcePath": ...}}`; ECS takes them as they are;
# - the network mode is `bridge`: links exist only there.
#
# <details><summary>Hint</summary>
#
# The names are the same on both sides, so a dictionary comprehension over the eight keys does it.
# `register_task_definition` returns `taskDefinition`, with `taskDefinitionArn`.
# </details>


# %% exercise="docker-multi"
def to_task_definition(dockerrun: dict, family: str) -> str:
    """Register the task definition of a Dockerrun.aws.json; return its ARN."""
    ### BEGIN SOLUTION
    if dockerrun.get("AWSEBDockerrunVersion") != 2:
        raise ValueError("the ECS platform reads version 2 only")
    kept = (
        "name",
        "image",
        "memory",
        "essential",
        "portMappings",
        "links",
        "environment",
        "mountPoints",
    )
    answer = ecs.register_task_definition(
        family=family,
        networkMode="bridge",
        volumes=dockerrun.get("volumes", []),
        containerDefinitions=[
            {key: one[key] for key in kept if key in one} for one in dockerrun["containerDefinitions"]
        ],
    )
    return answer["taskDefinition"]["taskDefinitionArn"]
    ### END SOLUTION


# %% check="docker-multi" points=2
with check("docker-multi", needs="to_task_definition", right="Version 2 is ECS's own words in another file.") as expect:

    def registers(dockerrun: dict) -> None:
        family = lab.unique_name("shop")
        arn = to_task_definition(json.loads(json.dumps(dockerrun)), family)
        expect(
            isinstance(arn, str) and f"task-definition/{family}:" in arn,
            f"Return the ARN of a task definition of the family {family}, not {arn!r}.",
        )
        made = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
        expect.equal(made.get("networkMode"), "bridge", "The network mode")
        wanted = {one["name"]: one for one in dockerrun["containerDefinitions"]}
        found = {one["name"]: one for one in made["containerDefinitions"]}
        expect.equal(sorted(found), sorted(wanted), "The containers")
        for name, one in wanted.items():
            for key in ("image", "memory", "essential", "links", "environment", "mountPoints"):
                if key in one:
                    expect.equal(found[name].get(key), one[key], f"{key} of the container {name}")
            ports = [(p.get("hostPort"), p["containerPort"]) for p in found[name].get("portMappings", [])]
            expect.equal(
                ports,
                [(p.get("hostPort"), p["containerPort"]) for p in one.get("portMappings", [])],
                f"Ports (host, container) of the container {name}",
            )
        named = [(one["name"], one.get("host", {}).get("sourcePath")) for one in made.get("volumes", [])]
        expect.equal(
            named, [(one["name"], one["host"]["sourcePath"]) for one in dockerrun.get("volumes", [])], "The volumes"
        )

    def raises(version: object) -> None:
        try:
            to_task_definition({**DOCKERRUN, "AWSEBDockerrunVersion": version}, "wrong")
        except ValueError:
            return
        expect(False, f"A file of version {version} was taken. The ECS platform reads 2; raise ValueError.")

    registers(DOCKERRUN)
    raises(1)
    raises(3)
    ### BEGIN HIDDEN TESTS
    alone = {"name": "job", "image": "job:1", "memory": 64, "essential": True}
    registers({"AWSEBDockerrunVersion": 2, "containerDefinitions": [alone]})
    raises("two")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** Beanstalk itself is free. On AWS this lesson would pay for its instances, balancers and databases by the
# > hour: terminate environments when you are done, as below. A database that you kept, snapshots and bundles in S3 stay
# > and cost on.

# %%
for environment in eb.describe_environments(IncludeDeleted=False)["Environments"]:
    if environment["Status"] == "Ready":
        eb.terminate_environment(EnvironmentId=environment["EnvironmentId"])
lab.clock.advance(minutes=30)
left = eb.describe_environments(IncludeDeleted=False)["Environments"]
print(len(left), "environments are left,", len(databases()), "databases are kept")

# %% [markdown]
# ## To remember
#
# - `DeploymentPolicy` says how a version reaches the instances; the API's default is `AllAtOnce`.
# - In place (all at once, rolling, additional batch) keeps the instances and their CPU credits; the way back is another
#   deployment.
# - Immutable and traffic splitting use new instances: double capacity for a while, and a failure ends only what is new.
#   Traffic splitting needs an Application Load Balancer.
# - A batch that is not healthy within `Timeout` plus four minutes fails. What the check does not ask, it does not see.
# - Blue/green swaps CNAMEs, the only DNS change of the six; the old environment must outlive the caches. A balancer's
#   type changes only this way.
# - A database inside ends with its environment unless its deletion policy says otherwise.
# - Several containers per instance: the ECS platform and `Dockerrun.aws.json` version 2.

# %% [markdown] question="mixed-answers"
# ### Question 1
#
# After a rolling deployment failed, customers get the new page on some requests and the old one on others. The
# environment is `Ready` and its health `Severe`. What brings all instances to the old version?
#
# - [ ] **A** `AbortEnvironmentUpdate`
#   > Nothing is under way any more that could be aborted; and an abort does not take back batches that are done.
# - [x] **B** Deploying the old version's label once more
#   > Updates in place have no other way back: each instance has to get the old bundle again.
# - [ ] **C** Terminating the instances with the new version, which Beanstalk forbids
#   > It is allowed, and the replacements would even get the last good version; but to deploy the label again is safer
#   > and loses no capacity.
# - [ ] **D** `SwapEnvironmentCNAMEs`
#   > It exchanges the names of two environments. Here is only one.

# %% answer="mixed-answers"
answer = "B"

# %% check="mixed-answers" points=1
question("mixed-answers", answer)

# %% [markdown] question="slow-after-deploy"
# ### Question 2
#
# A shop on t3.small instances deploys immutably each day at 16:00. From 19:00 its pages are slow, and CPU is held at
# the baseline. On Sundays nobody deploys, and all is well. Which change helps with the least effort?
#
# - [ ] **A** A larger `BatchSize`
#   > Immutable deployments know no batches.
# - [ ] **B** A longer `Timeout`
#   > It says how long a deployment waits for its instances. The instances are healthy.
# - [x] **C** Deploying after the evening peak
#   > New instances begin without credits. By the next evening they have earned them.
# - [ ] **D** Traffic splitting instead
#   > It replaces all instances as well, and their credits are lost in the same way.

# %% answer="slow-after-deploy"
answer = "C"

# %% check="slow-after-deploy" points=1
question("slow-after-deploy", answer)

# %% [markdown] question="old-shop"
# ### Question 3
#
# A team swapped the CNAMEs of blue and green, saw the new shop in its own browser, and terminated blue at once. For
# some minutes other customers could not reach the shop. What went wrong?
#
# - [ ] **A** The swap takes effect only when both environments restart.
#   > It changes names in DNS and restarts nothing.
# - [ ] **B** Green had no Elastic IP address.
#   > A balanced environment is reached by its balancer's name.
# - [ ] **C** The database was inside green.
#   > Then orders would be missing; the shop would be reachable.
# - [x] **D** Their resolvers still held the old answer and led them to a balancer that was gone.
#   > Until the time to live is over, and with some clients longer, blue has to serve.

# %% answer="old-shop"
answer = "D"

# %% check="old-shop" points=1
question("old-shop", answer)

# %% [markdown] question="old-platform"
# ### Question 4
#
# A program is written in a language that Beanstalk has no platform for. An old guide tells the team to build a custom
# platform with Packer. What should they do today?
#
# - [x] **A** Put the program into a container and use the Docker platform
#   > The platform brings Docker, the image brings the language.
# - [ ] **B** Follow the guide
#   > Custom platforms were for Amazon Linux 1 and ended on 18 July 2022.
# - [ ] **C** Write a `Dockerrun.aws.json` of version 2 with one line that names the language
#   > Version 2 describes containers for the ECS platform; languages are not its business.
# - [ ] **D** Start from a custom image with `ImageId` on a platform of another language
#   > A custom image tweaks a platform that fits. The platform would still try to start a program of its own language.

# %% answer="old-platform"
answer = "A"

# %% check="old-platform" points=1
question("old-platform", answer)

# %%
progress()
