# ---
# jupyter:
#   course:
#     exam:
#     - '3.1'
#     - '3.4'
#     - '4.1'
#     minutes: 60
#     practises:
#       depot-bill:
#       - codedeploy.limits-and-price
#       ecs-release:
#       - codedeploy.ecs-blue-green
#       full-after:
#       - codedeploy.lambda-traffic-shifting
#       - codedeploy.ecs-blue-green
#       go-back:
#       - codedeploy.failure-rollback
#       hook-function:
#       - codedeploy.lambda-appspec-hooks
#       mend-appspec:
#       - codedeploy.appspec-ec2
#       - codedeploy.platforms-components
#       predict-hooks:
#       - codedeploy.hook-order
#       right-servers:
#       - codedeploy.deployment-groups
#       waves:
#       - codedeploy.minimum-healthy-hosts
#     services:
#     - codedeploy
#     - lambda
#     - ecs
#     - ec2
#     title: New versions without a bad night
#     topics:
#     - codedeploy.platforms-components
#     - codedeploy.deployment-groups
#     - codedeploy.agent
#     - codedeploy.appspec-ec2
#     - codedeploy.hook-order
#     - codedeploy.minimum-healthy-hosts
#     - codedeploy.in-place-or-blue-green
#     - codedeploy.auto-scaling
#     - codedeploy.failure-rollback
#     - codedeploy.lambda-traffic-shifting
#     - codedeploy.lambda-appspec-hooks
#     - codedeploy.ecs-blue-green
#     - codedeploy.limits-and-price
# ---

# %% [markdown]
# # New versions without a bad night
#
# Ferro's bicycles are unlocked by servers at the stations, priced by a function and shown by containers. After this
# lesson you can bring a new version to all three with **AWS CodeDeploy**: a few at a time, tested by hooks, stopped
# by an alarm and taken back without you.

# %% setup="start"
import io
import json
import zipfile
from itertools import accumulate
from typing import Any

import boto3

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("09-cicd/07-deployments")
lab.start()
codedeploy = boto3.client("codedeploy")
autoscaling = boto3.client("autoscaling")
balancers = boto3.client("elbv2")
cloudwatch = boto3.client("cloudwatch")
ec2 = boto3.client("ec2")
ecs = boto3.client("ecs")
functions = boto3.client("lambda")
iam = boto3.client("iam")
s3 = boto3.client("s3")
newest_linux = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
AMI = boto3.client("ssm").get_parameter(Name=newest_linux)["Parameter"]["Value"]


def new_role(name: str, service: str) -> str:
    """A role that a service may take on; returns its ARN."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = iam.create_role(RoleName=lab.unique_name(name), AssumeRolePolicyDocument=trust)
    return made["Role"]["Arn"]


def new_servers(count: int, **tags: str) -> list[str]:
    """Start instances with these tags; returns their ids."""
    rows: Any = [{"Key": key, "Value": value} for key, value in tags.items()]
    made = ec2.run_instances(
        ImageId=AMI,
        InstanceType="t3.micro",
        MinCount=count,
        MaxCount=count,
        TagSpecifications=[{"ResourceType": "instance", "Tags": rows}],
    )
    return [one["InstanceId"] for one in made["Instances"]]


def revision(files: dict[str, str]) -> Any:
    """Zip files, an appspec.yml among them, into the bucket; returns the revision."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    key = f"{lab.unique_name('release')}.zip"
    s3.put_object(Bucket=bundles, Key=key, Body=packed.getvalue())
    place = {"bucket": bundles, "key": key, "bundleType": "zip"}
    return {"revisionType": "S3", "s3Location": place}


def new_group(application: str, **settings: Any) -> str:
    """A deployment group of an application; returns its name."""
    name = lab.unique_name("group")
    codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName=name,
        serviceRoleArn=deployer,
        **settings,
    )
    return name


def deploy(application: str, group: str, what: Any, minutes: float = 30, **more: Any) -> str:
    """Start a deployment and let this time pass; returns its id."""
    made = codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=what,
        **more,
    )["deploymentId"]
    lab.settle()
    lab.clock.advance(minutes=minutes)
    return made


def info(deployment: str) -> Any:
    """What CodeDeploy knows about a deployment."""
    return codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]


def targets(deployment: str) -> list[Any]:
    """Every target of a deployment: its status and its lifecycle events."""
    ids = codedeploy.list_deployment_targets(deploymentId=deployment)["targetIds"]
    found = codedeploy.batch_get_deployment_targets(deploymentId=deployment, targetIds=ids)
    kinds = ("instanceTarget", "lambdaTarget", "ecsTarget")
    rows: Any = found["deploymentTargets"]
    return [next(row[kind] for kind in kinds if kind in row) for row in rows]


def why(deployment: str) -> str:
    """Why a deployment failed: its error, and what a failing script said."""
    told = [info(deployment).get("errorInformation", {}).get("message", "")]
    for target in targets(deployment):
        for event in target["lifecycleEvents"]:
            if event["status"] == "Failed":
                told.append(
                    f"{event['lifecycleEventName']}: {event['diagnostics']['message']}",
                )
    return " | ".join(one.strip() for one in dict.fromkeys(told) if one)


deployer = new_role("ferro-deployer", "codedeploy")
bundles = lab.unique_name("ferro-bundles")
s3.create_bucket(Bucket=bundles)
stations = lab.unique_name("stations")
codedeploy.create_application(applicationName=stations, computePlatform="Server")

# %% [markdown]
# ## The words
#
# CodeDeploy installs; it makes no servers, functions or services: they must exist. Its words:
#
# - **application**: a name, with a *compute platform*: `Server` (EC2 and on-premises), `Lambda` or `ECS`;
# - **deployment group**: *where to*: tagged instances, an Auto Scaling group, an ECS service; with alarms and
#   rollback;
# - **revision**: *what*: a bundle (zip, tar, tar.gz in S3 or GitHub), or for Lambda and ECS just an AppSpec;
# - **AppSpec**: `appspec.yml` in the bundle's root: which files go where, which *hooks* (scripts) run when;
# - **deployment configuration**: how many at a time, or how much traffic when;
# - **type**: in place, or blue/green. A **service role** lets CodeDeploy act; an **instance profile** lets the
#   instance read the bundle.
#
# On each server an **agent** polls for work, fetches the bundle, runs the scripts and reports.

# %% setup="hello"
spec = """
version: 0.0
os: linux
files:
  - source: page.html
    destination: /var/www/ferro
hooks:
  BeforeInstall:
    - location: scripts/say.sh
  ValidateService:
    - location: scripts/check.sh
      timeout: 60
      runas: root
"""
hello = {
    "appspec.yml": spec,
    "page.html": "ring the bell",
    "scripts/say.sh": 'echo "$LIFECYCLE_EVENT in $DEPLOYMENT_GROUP_NAME"',
    "scripts/check.sh": "grep bell var/www/ferro/page.html",
}

# %%
new_servers(2, Station="harbour")
harbour = [{"Key": "Station", "Value": "harbour", "Type": "KEY_AND_VALUE"}]
group = new_group(stations, ec2TagFilters=harbour)
made = deploy(stations, group, revision(hello))
print(made, info(made)["status"], info(made)["deploymentOverview"])
for event in targets(made)[0]["lifecycleEvents"]:
    print(f"{event['lifecycleEventName']:17} {event['diagnostics']['logTail'].strip()}")

# %% [markdown]
# Scripts learn from variables (`DEPLOYMENT_GROUP_NAME`, `LIFECYCLE_EVENT` ...) where they are, so that one bundle
# fits test and production. `timeout` is in seconds, at most 3,600 for all scripts of an event together; `runas` is
# the user.
#
# > **Lab and AWS.** The lab runs the scripts as processes; a folder stands for the instance's disk, and scripts start
# > in its root: `/var/www` is `var/www` there. Each event takes ten seconds of the lab's clock. On AWS the agent
# > writes its log to `/opt/codedeploy-agent/deployment-root/deployment-logs/codedeploy-agent-deployments.log`. If
# > that says *signature expired*, the instance's clock is wrong by more than five minutes.
#
# ### Your turn: mend the AppSpec
#
# This AppSpec has four faults: CodeDeploy refuses it or the release fails.
# Repair it so that `page.html` lands in `/srv/ferro`, `scripts/prepare.sh` runs **before** the files are copied, and
# `scripts/check.sh` is the last test of the service.
#
# <details><summary>Hint</summary>
#
# The version is always 0.0. Scripts cannot run in `Install`, `DownloadBundle`, `BlockTraffic` and `AllowTraffic`.
# Spell the events as in the table of the next section. What is the longest time that an event may have?
# </details>

# %% exercise="mend-appspec" repair=true
station_spec = """
version: 1.0
os: linux
files:
  - source: page.html
    destination: /srv/ferro
hooks:
  Install:
    - location: scripts/prepare.sh
      timeout: 300
  ValidateServices:
    - location: scripts/check.sh
      timeout: 4000
"""
### BEGIN SOLUTION
station_spec = """
version: 0.0
os: linux
files:
  - source: page.html
    destination: /srv/ferro
hooks:
  BeforeInstall:
    - location: scripts/prepare.sh
      timeout: 300
  ValidateService:
    - location: scripts/check.sh
      timeout: 3600
"""
### END SOLUTION

# %% check="mend-appspec" points=2
with check(
    "mend-appspec",
    needs="station_spec",
    right="The file lies in the bundle's root, and every word in it counts.",
) as expect:

    def installs(words: str, station: str) -> None:
        scripts = {
            "scripts/prepare.sh": "test ! -e srv/ferro/page.html || exit 1; echo prepare",
            "scripts/check.sh": f"grep -q '{words}' srv/ferro/page.html || exit 1; echo check",
        }
        new_servers(1, Station=station)
        filters = [{"Key": "Station", "Value": station, "Type": "KEY_AND_VALUE"}]
        group = new_group(stations, ec2TagFilters=filters)
        bundle = revision({"appspec.yml": station_spec, "page.html": words, **scripts})
        made = deploy(stations, group, bundle)
        expect(info(made)["status"] == "Succeeded", f"The deployment failed. {why(made)}")
        said = {
            event["diagnostics"]["logTail"].strip().split("]")[-1]: event["lifecycleEventName"]
            for event in targets(made)[0]["lifecycleEvents"]
        }
        expect("prepare" in said, "scripts/prepare.sh did not run.")
        expect("check" in said, "scripts/check.sh did not run.")
        last = said["check"]
        expect(
            last == "ValidateService",
            f"scripts/check.sh ran in {last}. The event for the last test is ValidateService.",
        )

    installs("ring the bell", lab.unique_name("check"))
    ### BEGIN HIDDEN TESTS
    installs("ring it twice", lab.unique_name("again"))
    ### END HIDDEN TESTS

# %% [markdown]
# ## Which servers?
#
# A group chooses instances by tags, by Auto Scaling groups, or both. In `ec2TagFilters` a server fits if **any** line
# fits. `ec2TagSet` holds several such lists; a server must fit **every** list. `Type` is `KEY_AND_VALUE`, `KEY_ONLY`
# or `VALUE_ONLY`. On-premises servers have tags of their own, given when you register them.
#
# An Auto Scaling group's instances need no tags. On AWS a server that it launches later gets the newest revision by
# itself: CodeDeploy hangs a lifecycle hook into the group, and each such server is a deployment of its own. If it is
# launched in the middle of a deployment, it may get the old revision; `outdatedInstancesStrategy` `UPDATE` (the
# default) then brings it up to date.

# %%
template = ec2.create_launch_template(
    LaunchTemplateName=lab.unique_name("kiosk"),
    LaunchTemplateData={"ImageId": AMI, "InstanceType": "t3.micro"},
)["LaunchTemplate"]["LaunchTemplateId"]
kiosks = lab.unique_name("kiosks")
autoscaling.create_auto_scaling_group(
    AutoScalingGroupName=kiosks,
    LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"},
    MinSize=2,
    MaxSize=4,
    DesiredCapacity=3,
    AvailabilityZones=["us-east-1a"],
)
scaled = new_group(
    stations,
    autoScalingGroups=[kiosks],
    outdatedInstancesStrategy="UPDATE",
    deploymentConfigName="CodeDeployDefault.AllAtOnce",
)
made = deploy(stations, scaled, revision(hello))
print(
    info(made)["deploymentOverview"]["Succeeded"],
    "servers of the Auto Scaling group have it",
)

# %% [markdown]
# ### Your turn: choose the servers
#
# Write `tag_set(stage, roles)`: the `ec2TagSet` of a group that takes servers whose tag `Stage` is `stage` **and**
# whose tag `Role` is **one of** `roles`.
#
# <details><summary>Hint</summary>
#
# `{"ec2TagSetList": [list, list]}`. One of the lists has a line for each role.
# </details>


# %% exercise="right-servers"
def tag_set(stage: str, roles: list[str]) -> Any:
    """The tags of a group: this stage, and one of these roles."""
    ### BEGIN SOLUTION
    kind = "KEY_AND_VALUE"
    staged = [{"Key": "Stage", "Value": stage, "Type": kind}]
    working = [{"Key": "Role", "Value": role, "Type": kind} for role in roles]
    return {"ec2TagSetList": [staged, working]}
    ### END SOLUTION


# %% check="right-servers" points=2
with check(
    "right-servers",
    needs="tag_set",
    right="No server of the wrong stage gets a surprise.",
) as expect:

    def takes(stage: str, roles: list[str], others: list[tuple[str, str]]) -> None:
        wanted = {new_servers(1, Stage=stage, Role=role)[0]: role for role in roles}
        strangers = {}
        for one in others:
            strangers[new_servers(1, Stage=one[0], Role=one[1])[0]] = one
        half = new_servers(1, Role=roles[0])[0]
        group = new_group(stations, ec2TagSet=tag_set(stage, roles))
        made = deploy(stations, group, revision(hello), minutes=0)
        got = set(codedeploy.list_deployment_targets(deploymentId=made)["targetIds"])
        expect(got != set(), f"No server fits. {why(made)}")
        for server, role in wanted.items():
            expect(server in got, f"The server {stage}/{role} should be taken, and it is not.")
        for server, (its_stage, role) in strangers.items():
            expect(
                server not in got,
                f"A server {its_stage}/{role} is taken; asked for: {stage} and {roles}.",
            )
        expect(half not in got, f"A server with the Role {roles[0]} and no Stage is taken.")
        codedeploy.stop_deployment(deploymentId=made)
        lab.settle()

    takes(
        "prod",
        ["lock", "screen"],
        [("test", "lock"), ("prod", "office"), ("lock", "prod")],
    )
    ### BEGIN HIDDEN TESTS
    takes("test-2", ["gate"], [("prod", "gate"), ("test-2", "prod")])
    ### END HIDDEN TESTS

# %% [markdown]
# ## The order of the hooks
#
# The order is CodeDeploy's, not the file's. With a load balancer 13 events run; the six about traffic only then. Four
# of them are CodeDeploy's own work and take no scripts. We deploy to two servers behind a target group, one at a
# time, and draw the true times of one of them.

# %%
vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
web = lab.unique_name("web")
made_group = balancers.create_target_group(Name=web, Protocol="HTTP", Port=80, VpcId=vpc)
web_arn = made_group["TargetGroups"][0]["TargetGroupArn"]
pair = new_servers(2, Behind=web)
balancers.register_targets(TargetGroupArn=web_arn, Targets=[{"Id": one} for one in pair])
balanced = new_group(
    stations,
    ec2TagFilters=[{"Key": "Behind", "Value": web, "Type": "KEY_AND_VALUE"}],
    deploymentConfigName="CodeDeployDefault.OneAtATime",
    deploymentStyle={
        "deploymentType": "IN_PLACE",
        "deploymentOption": "WITH_TRAFFIC_CONTROL",
    },
    loadBalancerInfo={"targetGroupInfoList": [{"name": web}]},
)
made = deploy(stations, balanced, revision(hello))
own = ("DownloadBundle", "Install", "BlockTraffic", "AllowTraffic")
told = targets(made)[0]["lifecycleEvents"]
begin = told[0]["startTime"]
charts.gantt(
    [
        (
            event["lifecycleEventName"],
            (event["startTime"] - begin).total_seconds(),
            (event["endTime"] - begin).total_seconds(),
            "",
            "CodeDeploy's work" if event["lifecycleEventName"] in own else "your scripts",
        )
        for event in told
    ],
    kinds={"your scripts": "good", "CodeDeploy's work": "busy"},
    headline="Out of the load balancer, stop, install, start, test, and back in",
    label="after the deployment began",
    source="measured in the lab; every event takes ten seconds there",
)

# %% [markdown]
# `BeforeBlockTraffic`, `AfterBlockTraffic` and `ApplicationStop` end the *old* version, so their scripts come from
# the **last successful revision** on that server. On a first deployment they do nothing. And if the old
# `ApplicationStop` is broken, every new deployment fails, however good it is; `ignoreApplicationStopFailures=True`
# lets it pass once.
#
# ### Your turn: predict
#
# Two revisions, A and then B, are deployed to one server without a load balancer. Both have a script in each of the
# five events that take scripts there: `ApplicationStop`, `BeforeInstall`, `AfterInstall`, `ApplicationStart` and
# `ValidateService`. Each script writes one line into a diary: the revision's letter and the event. Which lines stand in
# the diary after **both** deployments? Write them in their order.
#
# <details><summary>Hint</summary>
#
# Nine lines. Whose `ApplicationStop` runs when A comes, whose when B comes?
# </details>

# %% exercise="predict-hooks" repair=true
diary = [
    "A ApplicationStop",
    "A AfterInstall",
    "A BeforeInstall",
]
### BEGIN SOLUTION
rest = ("BeforeInstall", "AfterInstall", "ApplicationStart", "ValidateService")
diary = [f"A {event}" for event in rest]
diary += ["A ApplicationStop"]
diary += [f"B {event}" for event in rest]
### END SOLUTION

# %% check="predict-hooks" points=2
with check(
    "predict-hooks",
    needs="diary",
    right="Who started it ends it: the old revision's script.",
) as expect:

    def two_releases(letters: str) -> list[str]:
        """What the diary of a server says after these revisions."""
        tag = lab.unique_name("diary")
        new_servers(1, Diary=tag)
        filters = [{"Key": "Diary", "Value": tag, "Type": "KEY_AND_VALUE"}]
        group = new_group(stations, ec2TagFilters=filters)
        names = [
            "ValidateService",
            "ApplicationStart",
            "AfterInstall",
            "BeforeInstall",
            "ApplicationStop",
        ]
        made = ""
        for letter in letters:
            hooks = "".join(f"  {name}:\n    - location: {name}.sh\n" for name in names)
            line = f'echo "{letter} $LIFECYCLE_EVENT" >> diary'
            files = {f"{name}.sh": line for name in names}
            files["ValidateService.sh"] += "\ncat diary"
            files["appspec.yml"] = f"version: 0.0\nos: linux\nhooks:\n{hooks}"
            made = deploy(stations, group, revision(files))
        told = targets(made)[0]["lifecycleEvents"][-1]["diagnostics"]["logTail"]
        return [line.removeprefix("[stdout]") for line in told.splitlines()]

    def compare(measured: list[str]) -> None:
        expect(isinstance(diary, list), "`diary` should be a list of lines.")
        for number, line in enumerate(measured):
            said = diary[number] if number < len(diary) else "nothing"
            expect(
                said == line,
                f"Line {number + 1} of the diary: you say {said!r}; measured: {line!r}.",
            )
        extra = len(diary) - len(measured)
        expect(extra == 0, f"Your diary has {extra} lines too many at its end: {diary[-1]!r}.")

    compare(two_releases("AB"))
    ### BEGIN HIDDEN TESTS
    compare(two_releases("AB"))
    ### END HIDDEN TESTS

# %% [markdown]
# ## How many at a time?
#
# A configuration for servers names the **minimum healthy hosts**; what is above may be taken. `HOST_COUNT` is a
# number, `FLEET_PERCENT` a share, **rounded up**. Predefined: `OneAtATime` (the default), `HalfAtATime`,
# `AllAtOnce`. We measure how many of eight servers serve while a release runs.


# %% setup="curves"
def rollout(count: int, configuration: str) -> tuple[str, list[int]]:
    """Deploy to so many servers: the deployment, and how many serve every ten seconds."""
    tag = lab.unique_name("fleet")
    new_servers(count, Fleet=tag)
    group = new_group(
        stations,
        ec2TagFilters=[{"Key": "Fleet", "Value": tag, "Type": "KEY_AND_VALUE"}],
        deploymentConfigName=configuration,
    )
    made = deploy(stations, group, revision(plain), minutes=0)
    serving = []
    while info(made)["status"] in ("Created", "InProgress"):
        busy = sum(one["status"] == "InProgress" for one in targets(made))
        serving.append(count - busy)
        lab.clock.advance(seconds=10)
    return made, serving


plain = {"appspec.yml": "version: 0.0\nos: linux\n"}

# %%
careful = lab.unique_name("three-quarters")
codedeploy.create_deployment_config(
    deploymentConfigName=careful,
    minimumHealthyHosts={"type": "FLEET_PERCENT", "value": 75},
)
curves = {}
for title, configuration in {
    "AllAtOnce": "CodeDeployDefault.AllAtOnce",
    "HalfAtATime": "CodeDeployDefault.HalfAtATime",
    "75 percent (custom)": careful,
    "OneAtATime": "CodeDeployDefault.OneAtATime",
}.items():
    _, serving = rollout(8, configuration)
    seconds = [10 * number for number in range(len(serving) + 1)]
    curves[title] = ([*seconds, 600], [*serving, 8, 8])
charts.multiples(
    curves,
    step=True,
    fill=True,
    x_unit="seconds",
    y_label="servers that serve",
    headline="Eight servers: the faster the release, the fewer are left to serve",
    source="measured in the lab: 70 seconds a server",
)

# %% [markdown]
# When a server fails, it stays failed and counts as not healthy. CodeDeploy takes another only while enough would be
# left. So `OneAtATime` stops at the first failure, unless that is the last server. `AllAtOnce` succeeds if a single
# server does. And 95% of ten servers is 9.5, rounded up to 10: no server may be taken, and the deployment fails at
# once.
#
# ### Your turn: the waves
#
# Write `waves(servers, kind, value)` for `HOST_COUNT` and `FLEET_PERCENT`: a list of how many servers are taken at
# once, one wave after the other, when all goes well. `[]` if the deployment cannot begin.
#
# <details><summary>Hint</summary>
#
# How many must stay healthy, rounded up? The rest is the size of a wave; the last one may be smaller. A count larger
# than the fleet leaves nobody to take.
# </details>


# %% exercise="waves"
def waves(servers: int, kind: str, value: int) -> list[int]:
    """How many servers each wave takes."""
    ### BEGIN SOLUTION
    healthy = -(-servers * value // 100) if kind == "FLEET_PERCENT" else value
    size = servers - healthy
    if size <= 0:
        return []
    found = [size] * (servers // size)
    return [*found, servers % size] if servers % size else found
    ### END SOLUTION


# %% check="waves" points=2
with check(
    "waves",
    needs="waves",
    right="Round up, and look whether anybody is left to take.",
) as expect:

    def compare_waves(servers: int, kind: str, value: int) -> None:
        name = lab.unique_name("minimum")
        rule: Any = {"type": kind, "value": value}
        codedeploy.create_deployment_config(
            deploymentConfigName=name,
            minimumHealthyHosts=rule,
        )
        tag = lab.unique_name("waves")
        new_servers(servers, Fleet=tag)
        filters = [{"Key": "Fleet", "Value": tag, "Type": "KEY_AND_VALUE"}]
        group = new_group(stations, ec2TagFilters=filters, deploymentConfigName=name)
        made = deploy(stations, group, revision(plain))
        done = [one for one in targets(made) if one["status"] == "Succeeded"]
        begun = [one["lifecycleEvents"][0].get("startTime") for one in done]
        measured = [begun.count(moment) for moment in sorted(set(begun))]
        said = waves(servers, kind, value)
        expect(
            list(said or []) == measured,
            f"{servers} servers, {kind} {value}: you say {said}, measured: {measured}.",
        )

    compare_waves(5, "FLEET_PERCENT", 50)
    compare_waves(4, "FLEET_PERCENT", 75)
    compare_waves(4, "FLEET_PERCENT", 95)
    compare_waves(5, "HOST_COUNT", 3)
    compare_waves(3, "HOST_COUNT", 0)
    ### BEGIN HIDDEN TESTS
    compare_waves(5, "FLEET_PERCENT", 40)
    compare_waves(4, "HOST_COUNT", 4)
    compare_waves(3, "FLEET_PERCENT", 60)
    ### END HIDDEN TESTS

# %% [markdown]
# ## Back
#
# A group can roll back by itself on `DEPLOYMENT_FAILURE`, `DEPLOYMENT_STOP_ON_ALARM` and
# `DEPLOYMENT_STOP_ON_REQUEST`. A rollback on servers restores nothing: it is a **new deployment** of the last good
# revision, with an id of its own. It begins with the servers that failed.

# %%
new_servers(4, Station="market")
market = new_group(
    stations,
    ec2TagFilters=[{"Key": "Station", "Value": "market", "Type": "KEY_AND_VALUE"}],
    deploymentConfigName="CodeDeployDefault.HalfAtATime",
    autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]},
)
good = deploy(stations, market, revision(hello))
broken = {
    **hello,
    "page.html": "rings no more",
    "scripts/check.sh": "grep doorbell var/www/ferro/page.html",
}
bad = deploy(stations, market, revision(broken))
print("good:    ", info(good)["status"])
print("bad:     ", info(bad)["status"], info(bad)["deploymentOverview"])
back = info(info(bad)["rollbackInfo"]["rollbackDeploymentId"])
print("rollback:", back["status"], "by", back["creator"])
print("the same revision as the good one:", back["revision"] == info(good)["revision"])

# %% [markdown]
# ### Your turn: go back by hand
#
# A group without automatic rollback has just failed. Write `go_back(application, group)`: deploy again the revision
# of the newest deployment that **succeeded**, and return the new deployment's id. If none ever succeeded, return
# `None`.
#
# <details><summary>Hint</summary>
#
# `list_deployments` takes `includeOnlyStatuses`; ask `get_deployment` for `createTime` and `revision` of each. A
# revision can be given to `create_deployment` as it is.
# </details>


# %% exercise="go-back"
def go_back(application: str, group: str) -> str | None:
    """Deploy the last good revision again."""
    ### BEGIN SOLUTION
    ids = codedeploy.list_deployments(
        applicationName=application,
        deploymentGroupName=group,
        includeOnlyStatuses=["Succeeded"],
    )["deployments"]
    if not ids:
        return None
    newest = max((info(one) for one in ids), key=lambda one: one["createTime"])
    return codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=newest["revision"],
    )["deploymentId"]
    ### END SOLUTION


# %% check="go-back" points=2
with check(
    "go-back",
    needs="go_back",
    right="Old code, new deployment: history stays whole.",
) as expect:

    def returns_to(history: str, wanted: str) -> None:
        """Deploy these pages (`!` is a broken one); at last this one should be served."""
        tag = lab.unique_name("back")
        new_servers(1, Back=tag)
        filters = [{"Key": "Back", "Value": tag, "Type": "KEY_AND_VALUE"}]
        group, ids = new_group(stations, ec2TagFilters=filters), []
        given = {}
        for page in history.split():
            hooks = "hooks:\n  ValidateService:\n    - location: check.sh\n"
            files = {
                "appspec.yml": f"version: 0.0\nos: linux\n{hooks}",
                "check.sh": f"exit {page.count('!')}",
            }
            given[page] = revision(files)
            ids.append(deploy(stations, group, given[page]))
        with lab.watching(most=60):
            made = go_back(stations, group)
        if not wanted:
            expect(
                made is None,
                f"{history}: nothing ever succeeded; return None, not {made!r}.",
            )
            return
        expect(
            isinstance(made, str),
            f"{history}: return the new deployment's id, not {made!r}.",
        )
        expect(made not in ids, f"{history}: that is an old deployment's id. Make a new one.")
        lab.settle()
        lab.clock.advance(minutes=10)
        key = info(made)["revision"]["s3Location"]["key"]
        came = next(page for page, one in given.items() if one["s3Location"]["key"] == key)
        expect(
            came == wanted,
            f"{history}: you deployed {came}; the last good one was {wanted}.",
        )
        expect(info(made)["status"] == "Succeeded", f"{history}: it failed. {why(made)}")

    returns_to("v1 v2 v3!", "v2")
    returns_to("v1!", "")
    ### BEGIN HIDDEN TESTS
    returns_to("v1 v2! v3 v4! v5!", "v3")
    ### END HIDDEN TESTS

# %% [markdown]
# ## In place, or blue/green
#
# All of this was **in place**: the same servers, stopped and changed. **Blue/green** prepares a second (green) fleet
# beside the first (blue), moves the traffic, and ends blue after a wait. Going back is quick, and for that time you
# pay twice. It needs a load balancer; a copy of an Auto Scaling group (`COPY_AUTO_SCALING_GROUP`) or servers that
# you name are green. It is not possible on premises. **Lambda and ECS are always blue/green.**

# %%
minutes = [0, 10, 20, 30, 90, 100]
charts.steps(
    {
        "serve, in place by halves": (minutes, [8, 4, 4, 8, 8, 8]),
        "serve, blue/green": (minutes, [8.15, 8.15, 8.15, 8.15, 8.15, 8.15]),
        "paid for, blue/green": (minutes, [8.3, 16, 16, 16, 8.3, 8.3]),
    },
    x_unit="minutes",
    y_label="servers",
    events={"release": 10, "traffic moves": 30, "blue ends": 90},
    headline="In place costs capacity for a while, blue/green costs money for a while",
    subtitle="eight servers; blue stays an hour; lines are set apart a little",
    source="model in this cell",
)

# %% [markdown]
# > **Lab and AWS.** The lab does blue/green for servers, too; the picture is a model, so that both fit on one page.
#
# ## All configurations that move traffic
#
# For Lambda the traffic of an *alias* moves, for ECS that of a *listener*. A **canary** moves a part at once and the
# rest later, **linear** moves equal parts. The service itself knows its configurations; we ask for all of them.


# %% setup="curve"
def curve(name: str) -> tuple[list[float], list[float]]:
    """When a configuration gives how much traffic to the new version: (minutes, percent)."""
    found = codedeploy.get_deployment_config(deploymentConfigName=name)["deploymentConfigInfo"]
    rule = found["trafficRoutingConfig"]
    if rule["type"] == "TimeBasedCanary":
        part = rule["timeBasedCanary"]
        return [0, part["canaryInterval"]], [part["canaryPercentage"], 100]
    if rule["type"] == "TimeBasedLinear":
        part = rule["timeBasedLinear"]
        shares = list(range(part["linearPercentage"], 101, part["linearPercentage"]))
        return [number * part["linearInterval"] for number in range(len(shares))], shares
    return [0], [100]


# %%
pages = codedeploy.get_paginator("list_deployment_configs").paginate()
known = [name for page in pages for name in page["deploymentConfigsList"]]
print(len(known), "configurations:", ", ".join(one.split(".")[-1] for one in known[:3]), "...")
shown = {}
for name in known:
    short = name.split(".")[-1]
    if short.startswith(("Lambda", "ECS")):
        at, shares = curve(name)
        shown[short] = ([*at, 95], [*shares, 100])
charts.multiples(
    shown,
    step=True,
    fill=True,
    x_unit="minutes",
    y_unit="percent",
    y_label="of the calls reach the new version",
    headline="Lambda can take 90 minutes, ECS at most 27",
    source="get_deployment_config in the lab",
)

# %% [markdown]
# Names count: *`ECSCanary10Percent30Minutes`* sounds right and does not exist. A configuration of your own may move
# 99% at most in one step and take 2,880 minutes.
#
# ### Your turn: when is it over?
#
# Write `full_after(name)`: after how many minutes does the new version have all traffic? `name` is without
# `CodeDeployDefault.`, as in the chart. Return `None` for a name that CodeDeploy does not know, and for one that
# moves no traffic (servers). Ask the service; do not parse names.
#
# <details><summary>Hint</summary>
#
# The first part moves at minute 0. Ten parts of 10% therefore have nine intervals between them. 25% every two
# minutes: four parts. An unknown name raises `codedeploy.exceptions.DeploymentConfigDoesNotExistException`.
# </details>


# %% exercise="full-after"
def full_after(name: str) -> int | None:
    """Minutes until the new version has all traffic; None if there is no such thing."""
    ### BEGIN SOLUTION
    try:
        answer = codedeploy.get_deployment_config(
            deploymentConfigName=f"CodeDeployDefault.{name}",
        )
    except codedeploy.exceptions.DeploymentConfigDoesNotExistException:
        return None
    routing = answer["deploymentConfigInfo"].get("trafficRoutingConfig")
    if routing is None:
        return None
    if canary := routing.get("timeBasedCanary"):
        return canary["canaryInterval"]
    if linear := routing.get("timeBasedLinear"):
        parts = -(-100 // linear["linearPercentage"])
        return (parts - 1) * linear["linearInterval"]
    return 0
    ### END SOLUTION


# %% check="full-after" points=2
with check(
    "full-after",
    needs="full_after",
    right="The first step is at once: nine waits, not ten.",
) as expect:

    def over(name: str) -> None:
        """The facts say how long each predefined configuration takes."""
        fact = facts.limit("codedeploy", f"{name.lower()}-time-to-100-percent")
        said = full_after(name)
        expect(
            said == int(fact),
            f"{name}: all traffic after {int(fact)} minutes; you say {said!r}.",
        )

    def not_one(name: str) -> None:
        said = full_after(name)
        expect(
            said is None,
            f"{name} moves no traffic, or does not exist: None, not {said!r}.",
        )

    over("LambdaCanary10Percent15Minutes")
    over("LambdaLinear10PercentEvery10Minutes")
    over("ECSLinear10PercentEvery3Minutes")
    over("ECSAllAtOnce")
    not_one("ECSCanary10Percent30Minutes")
    not_one("HalfAtATime")
    ### BEGIN HIDDEN TESTS
    over("LambdaCanary10Percent30Minutes")
    over("LambdaLinear10PercentEvery2Minutes")
    over("ECSCanary10Percent5Minutes")
    not_one("ECSLinear10PercentEvery10Minutes")
    not_one("OneAtATime")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A hook that decides
#
# The AppSpec of a function names four things: `Name`, `Alias`, `CurrentVersion`, `TargetVersion`. It has two hooks,
# `BeforeAllowTraffic` and `AfterAllowTraffic`; each is a **function** that tests, and then tells CodeDeploy. If it
# says `Failed`, or nothing for an hour, the deployment fails.

# %% setup="shift"
lambda_role = new_role("ferro-price", "lambda")
prices = lab.unique_name("prices")
codedeploy.create_application(applicationName=prices, computePlatform="Lambda")


def launch(source: str, name: str = "price", **variables: str) -> str:
    """Make a function of a text with a function `handler`; returns its name."""
    packed, name = io.BytesIO(), lab.unique_name(name)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=lambda_role,
        Timeout=30,
        Code={"ZipFile": packed.getvalue()},
        Environment={"Variables": variables},
        Publish=True,
    )
    return name


def new_version(name: str, source: str) -> str:
    """Publish new code of a function; returns the version."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source)
    return functions.update_function_code(
        FunctionName=name,
        ZipFile=packed.getvalue(),
        Publish=True,
    )["Version"]


def shift(name: str, version: str, configuration: str, hook: str = "", **settings: Any) -> str:
    """Move the alias live of a function to a version; returns the deployment's id."""
    current = functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
    properties = {
        "Name": name,
        "Alias": "live",
        "CurrentVersion": current,
        "TargetVersion": version,
    }
    spec = {
        "version": 0.0,
        "Resources": [{"price": {"Type": "AWS::Lambda::Function", "Properties": properties}}],
        "Hooks": [{"BeforeAllowTraffic": hook}] if hook else [],
    }
    given = {"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(spec)}}
    group = new_group(
        prices,
        deploymentConfigName=f"CodeDeployDefault.Lambda{configuration}",
        **settings,
    )
    return deploy(prices, group, given, minutes=0)


PER_MINUTE = "def handler(event, context):\n    return event['minutes'] * 0.15"

# %% [markdown]
# ### Your turn: write the hook
#
# A price function gets `{"minutes": 30}` and returns a number. Write `hook_source`, the text of a hook's `app.py`.
# Its `handler` calls the new version, whose ARN is in the environment variable `NEW_VERSION`, with **30 minutes**.
# It reports `Succeeded` if the answer is a number above zero, and `Failed` if it is anything else or the call ends
# in an error.
#
# <details><summary>Hint</summary>
#
# The event holds `DeploymentId` and `LifecycleEventHookExecutionId`. The response of `invoke` has a key
# `FunctionError` if the function raised. Report exactly once, whatever happens:
# `put_lifecycle_event_hook_execution_status` with `deploymentId`, `lifecycleEventHookExecutionId`, `status`.
# </details>

# %% exercise="hook-function"
hook_source = ""
### BEGIN SOLUTION
hook_source = """
import json
import os
import boto3

def handler(event, context):
    response = boto3.client("lambda").invoke(
        FunctionName=os.environ["NEW_VERSION"], Payload=json.dumps({"minutes": 30}),
    )
    body = json.loads(response["Payload"].read())
    good = "FunctionError" not in response and type(body) in (int, float) and body > 0
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded" if good else "Failed",
    )
"""
### END SOLUTION

# %% check="hook-function" points=3
with check(
    "hook-function",
    needs="hook_source",
    right="A test that runs where customers will be, before they are.",
) as expect:
    expect.not_tried(not hook_source)

    def judged(line: str, wanted: str) -> None:
        name = launch(PER_MINUTE)
        functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
        version = new_version(name, f"def handler(event, context):\n    {line}")
        arn = functions.get_function(FunctionName=name, Qualifier=version)["Configuration"]
        hook = launch(hook_source, "CodeDeployHook_price", NEW_VERSION=arn["FunctionArn"])
        made = shift(name, version, "AllAtOnce", hook)
        lab.settle()
        lab.clock.advance(minutes=2)
        status = info(made)["status"]
        expect(
            status != "InProgress",
            f"`{line}`: the hook ran and told CodeDeploy nothing. Did it raise an error?",
        )
        expect(
            status == wanted,
            f"`{line}`: the deployment is {status}, it should be {wanted}. {why(made)}",
        )
        live = functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
        expect(
            live == ("2" if wanted == "Succeeded" else "1"),
            f"The alias is on version {live}.",
        )

    judged("return event['minutes'] * 0.2", "Succeeded")
    judged("return 1 / 0", "Failed")
    judged("return -4.5", "Failed")
    judged("return {'price': 3}", "Failed")
    judged("return 4.5 if event['minutes'] == 30 else 0", "Succeeded")
    ### BEGIN HIDDEN TESTS
    judged("return None", "Failed")
    judged("return '4.50'", "Failed")
    judged("return 1", "Succeeded")
    judged("return {}['tariff']", "Failed")
    ### END HIDDEN TESTS

# %% [markdown]
# ## An alarm takes it back
#
# A hook tests once; an **alarm** looks all the time. Here the new version loses one call in four. 40 customers a
# minute call the alias. We run the release with a linear configuration, once without and once with the alarm and the
# rollback, and count the failures.

# %%
LOSES = """
calls = []

def handler(event, context):
    calls.append(1)
    if len(calls) % 4 == 0:
        raise KeyError("tariff")
    return 4.5
"""


half_an_hour = json.dumps({"minutes": 30})


def release(guarded: bool) -> tuple[list[int], str]:
    """Failed calls in each of 14 minutes, and how the deployment ended."""
    name = launch(PER_MINUTE)
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    version, settings = new_version(name, LOSES), {}
    if guarded:
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[
                {"Name": "FunctionName", "Value": name},
                {"Name": "Resource", "Value": f"{name}:live"},
            ],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )
        settings = {
            "alarmConfiguration": {"enabled": True, "alarms": [{"name": name}]},
            "autoRollbackConfiguration": {
                "enabled": True,
                "events": ["DEPLOYMENT_STOP_ON_ALARM"],
            },
        }
    made = shift(name, version, "Linear10PercentEvery1Minute", **settings)
    failed = []
    for _ in range(14):
        lost = 0
        for _ in range(10):
            answer = functions.invoke(
                FunctionName=name,
                Qualifier="live",
                Payload=half_an_hour,
            )
            lost += 4 * ("FunctionError" in answer)
        failed.append(lost)
        lab.clock.advance(minutes=1)
    return failed, info(made)["status"]


without, ended = release(guarded=False)
with_alarm, stopped = release(guarded=True)
print(
    "without:",
    ended,
    sum(without),
    "failed calls; with the alarm:",
    stopped,
    sum(with_alarm),
)
charts.steps(
    {
        "without an alarm": (range(14), list(accumulate(without))),
        "with an alarm": (range(14), list(accumulate(with_alarm))),
    },
    x_unit="minutes",
    y_label="failed calls so far",
    headline="The alarm ends the release at its first failures",
    subtitle="every call stands for four",
    source="measured in the lab",
)

# %% [markdown]
# ## Containers
#
# For an ECS service (its deployment controller is `CODE_DEPLOY`) a deployment starts **green tasks** behind a second
# target group. An optional **test listener** shows them to testers only; then the production listener moves by the
# configuration; blue ends after a wait. The AppSpec names `TaskDefinition`, `ContainerName` and `ContainerPort`.
#
# The five hooks are functions: `BeforeInstall`, `AfterInstall`, **`AfterAllowTestTraffic`** (the one to test green
# with), `BeforeAllowTraffic`, `AfterAllowTraffic`. A service has one deployment group.

# %% setup="containers"
shops = lab.unique_name("screens")
codedeploy.create_application(applicationName=shops, computePlatform="ECS")
subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
network = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]


def new_service(configuration: str, **settings: Any) -> dict[str, Any]:
    """An ECS service with two target groups and two listeners, and its deployment group."""
    name = lab.unique_name("screen")
    made = balancers.create_load_balancer(Name=name, Subnets=subnets)
    balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
    arns = {}
    for colour in ("blue", "green"):
        found = balancers.create_target_group(
            Name=f"{name}-{colour}",
            Protocol="HTTP",
            Port=80,
            VpcId=network,
            TargetType="ip",
        )
        arns[colour] = found["TargetGroups"][0]["TargetGroupArn"]
    listeners = {}
    for who, port in (("customers", 80), ("testers", 8080)):
        found = balancers.create_listener(
            LoadBalancerArn=balancer,
            Protocol="HTTP",
            Port=port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": arns["blue"]}],
        )
        listeners[who] = found["Listeners"][0]["ListenerArn"]
    ecs.create_cluster(clusterName=name)
    place = {"targetGroupArn": arns["blue"], "containerName": "web", "containerPort": 80}
    ecs.create_service(
        cluster=name,
        serviceName=name,
        taskDefinition=new_task(name, "1"),
        desiredCount=2,
        deploymentController={"type": "CODE_DEPLOY"},
        loadBalancers=[place],
    )
    group = new_group(
        shops,
        deploymentConfigName=f"CodeDeployDefault.ECS{configuration}",
        ecsServices=[{"clusterName": name, "serviceName": name}],
        loadBalancerInfo={
            "targetGroupPairInfoList": [
                {
                    "targetGroups": [{"name": f"{name}-blue"}, {"name": f"{name}-green"}],
                    "prodTrafficRoute": {"listenerArns": [listeners["customers"]]},
                    "testTrafficRoute": {"listenerArns": [listeners["testers"]]},
                }
            ]
        },
        deploymentStyle={
            "deploymentType": "BLUE_GREEN",
            "deploymentOption": "WITH_TRAFFIC_CONTROL",
        },
        **settings,
    )
    return {"name": name, "group": group, "green": arns["green"], **listeners}


def new_task(family: str, tag: str) -> str:
    """Register a task definition; returns its ARN."""
    web = {"name": "web", "image": f"ferro/screen:{tag}", "memory": 128}
    made = ecs.register_task_definition(
        family=family,
        containerDefinitions=[{**web, "portMappings": [{"containerPort": 80}]}],
    )
    return made["taskDefinition"]["taskDefinitionArn"]


def on_green(service: dict[str, Any], who: str) -> float:
    """How many percent of customers (or testers) of a service are sent to its green tasks."""
    found = balancers.describe_listeners(ListenerArns=[service[who]])["Listeners"][0]
    first = found["DefaultActions"][0]
    rows: Any = first.get("ForwardConfig", {}).get("TargetGroups")
    rows = rows or [{"TargetGroupArn": first["TargetGroupArn"], "Weight": 1}]
    weights = {one["TargetGroupArn"]: one.get("Weight", 1) for one in rows}
    return 100 * weights.get(service["green"], 0) / sum(weights.values())


REPORTS = """
import boto3

def handler(event, context):
    said = {"deploymentId": event["DeploymentId"], "status": "STATUS"}
    said["lifecycleEventHookExecutionId"] = event["LifecycleEventHookExecutionId"]
    service = boto3.client("codedeploy")
    service.put_lifecycle_event_hook_execution_status(**said)
"""

# %% [markdown]
# ### Your turn: release a container
#
# Write `green_release(service, task, hook)`: start a deployment for `service["group"]` of the application in
# `shops`. It brings the task definition `task`, container `web`, port 80. The function `hook` tests the green tasks
# **while only testers reach them**. Return the deployment's id.
#
# <details><summary>Hint</summary>
#
# Look at how `shift` above makes its revision. The resource's `Type` is `AWS::ECS::Service`; its `Properties` are
# `TaskDefinition` and `LoadBalancerInfo` with `ContainerName` and `ContainerPort`. `deploy` with `minutes=0` starts
# it.
# </details>


# %% exercise="ecs-release"
def green_release(service: dict[str, Any], task: str, hook: str) -> str:
    """Bring a task definition to a service, blue/green; return the deployment's id."""
    ### BEGIN SOLUTION
    door = {"ContainerName": "web", "ContainerPort": 80}
    wanted = {"TaskDefinition": task, "LoadBalancerInfo": door}
    appspec = {
        "version": 0.0,
        "Resources": [{"screen": {"Type": "AWS::ECS::Service", "Properties": wanted}}],
        "Hooks": [{"AfterAllowTestTraffic": hook}],
    }
    content = {"content": json.dumps(appspec)}
    given = {"revisionType": "AppSpecContent", "appSpecContent": content}
    return deploy(shops, service["group"], given, minutes=0)
    ### END SOLUTION


# %% check="ecs-release" points=3
with check(
    "ecs-release",
    needs="green_release",
    right="Testers first, customers when they nod.",
) as expect:

    def releases(status: str, tag: str) -> None:
        service = new_service("AllAtOnce")
        task = new_task(service["name"], tag)
        hook = launch(REPORTS.replace("STATUS", status), "CodeDeployHook_screen")
        made = green_release(service, task, hook)
        expect(
            isinstance(made, str) and made.startswith("d-"),
            f"Return the deployment's id, not {made!r}.",
        )
        lab.clock.advance(minutes=5)
        wrong = info(made).get("errorInformation", {}).get("message", "")
        expect(
            "INVALID" not in str(info(made).get("errorInformation")),
            f"CodeDeploy refuses it: {wrong}",
        )
        squeezed = "".join(info(made)["revision"]["appSpecContent"]["content"].split())
        squeezed = squeezed.replace('"', "") + " " * 4
        port = "".join(filter(str.isdigit, squeezed.partition("ContainerPort:")[2][:4]))
        expect(port == "80", f"The container listens on port 80; you say {port}.")
        begun = targets(made)
        expect(len(begun) == 1, f"The deployment did not begin. {wrong}")
        [target] = begun
        events = {one["lifecycleEventName"]: one for one in target["lifecycleEvents"]}
        tested = events["AfterAllowTestTraffic"]
        if status == "Failed":
            bad = [name for name, one in events.items() if one["status"] == "Failed"]
            expect(
                bad == ["AfterAllowTestTraffic"],
                f"The hook ran in {bad or 'no event'}. Testers reach green from "
                "AllowTestTraffic on, customers from AllowTraffic on: test between the two.",
            )
            expect(
                on_green(service, "customers") == 0,
                "Customers reach green although the test failed.",
            )
            return
        expect(
            info(made)["status"] == "Succeeded",
            f"The deployment: {info(made)['status']}. {why(made)}",
        )
        expect(tested["status"] == "Succeeded", "AfterAllowTestTraffic did not succeed.")
        expect(
            on_green(service, "customers") == 100,
            "Customers do not reach the green tasks.",
        )
        runs = ecs.describe_services(cluster=service["name"], services=[service["name"]])
        expect(
            runs["services"][0]["taskDefinition"] == task,
            "The service does not run the new task.",
        )

    releases("Succeeded", "2")
    releases("Failed", "2-broken")
    ### BEGIN HIDDEN TESTS
    releases("Failed", "3-broken")
    releases("Succeeded", "3")
    ### END HIDDEN TESTS

# %% [markdown]
# The full story on one picture: a canary of 10% for five minutes, blue kept for ten more, and an alarm in minute 10,
# when **all** customers are on green already. Blue still runs, so the way back is one change of the listener.

# %%
alarm = lab.unique_name("errors")
cloudwatch.put_metric_alarm(
    AlarmName=alarm,
    Namespace="AWS/ApplicationELB",
    MetricName="HTTPCode_Target_5XX_Count",
    Statistic="Sum",
    Period=60,
    EvaluationPeriods=1,
    Threshold=0,
    ComparisonOperator="GreaterThanThreshold",
    TreatMissingData="notBreaching",
)
keep = {"action": "TERMINATE", "terminationWaitTimeInMinutes": 10}
screen = new_service(
    "Canary10Percent5Minutes",
    alarmConfiguration={"enabled": True, "alarms": [{"name": alarm}]},
    autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_STOP_ON_ALARM"]},
    blueGreenDeploymentConfiguration={"terminateBlueInstancesOnDeploymentSuccess": keep},
)
behind = {"ContainerPort": 80, "ContainerName": "web"}
new_one = {"LoadBalancerInfo": behind, "TaskDefinition": new_task(screen["name"], "4")}
container_spec = {
    "version": 0.0,
    "Resources": [{"it": {"Type": "AWS::ECS::Service", "Properties": new_one}}],
}
text = {"content": json.dumps(container_spec)}
started = deploy(
    shops,
    screen["group"],
    {"revisionType": "AppSpecContent", "appSpecContent": text},
    0,
)
customers, testers = [], []
for minute in range(15):
    if minute == 10:
        cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="5xx")
    customers.append(on_green(screen, "customers"))
    testers.append(on_green(screen, "testers"))
    lab.clock.advance(minutes=1)
print(info(started)["status"], "-", info(started)["errorInformation"]["code"])
charts.steps(
    {"customers": (range(15), customers), "testers": (range(15), testers)},
    x_unit="minutes",
    y_unit="percent",
    y_label="sent to the green tasks",
    events={"alarm": 10},
    headline="While blue still runs, an alarm brings everybody back at once",
    source="measured in the lab",
)

# %% [markdown]
# > **Then and now.** ECS for CodeDeploy came in November 2018; older notes know servers and functions only. Since
# > July 2025 ECS can do blue/green **by itself**, since October 2025 also canary and linear. New services often need
# > no CodeDeploy; the words in the exam are the same.
#
# ## Limits and price
#
# CodeDeploy is free for EC2, Lambda and ECS. An update of an **on-premises** server costs a little; one that is
# skipped, because it has the revision already, is free.

# %%
hours = {
    "servers, in place": facts.limit("codedeploy", "ec2-in-place-deployment"),
    "Lambda": facts.limit("codedeploy", "lambda-deployment"),
    "servers, blue/green": facts.limit("codedeploy", "ec2-blue-green-deployment"),
    "ECS, wait for the shift alone": facts.limit(
        "codedeploy",
        "ecs-wait-before-traffic-shift",
    ),
}
charts.bars(
    hours,
    unit="hours",
    headline="A deployment may take from a working day to most of a week",
)

# %% [markdown]
# ### Your turn: the bill of the depots
#
# Write `monthly_usd(depots, days)`. Each depot is `(servers, releases_a_day, share_skipped, kind)`; `kind` is
# `"on-premises"` or `"ec2"`. `share_skipped` is the part of updates that are skipped. Return the price of `days`
# days.
#
# <details><summary>Hint</summary>
#
# `facts.price("codedeploy", "on-premises-instance-update")` is the price of one update.
# </details>


# %% exercise="depot-bill"
def monthly_usd(depots: list[tuple[int, float, float, str]], days: int) -> float:
    """What CodeDeploy costs in USD."""
    ### BEGIN SOLUTION
    updates = 0.0
    for servers, a_day, skipped, kind in depots:
        if kind == "on-premises":
            updates += servers * a_day * days * (1 - skipped)
    return updates * facts.price("codedeploy", "on-premises-instance-update")
    ### END SOLUTION


# %% check="depot-bill" points=1
with check(
    "depot-bill",
    needs="monthly_usd",
    right="Cheap; but skipping what is up to date is free.",
) as expect:
    each = float(facts.price("codedeploy", "on-premises-instance-update"))
    expect.close(
        monthly_usd([(40, 1, 0, "on-premises")], 30),
        1200 * each,
        "40 servers, daily, 30 days",
    )
    expect.close(
        monthly_usd([(40, 1, 0.75, "on-premises")], 30),
        300 * each,
        "three of four are skipped",
    )
    expect.close(monthly_usd([(40, 1, 0, "ec2")], 30), 0.0, "40 EC2 instances")
    two = [(10, 3, 0, "on-premises"), (5, 2, 0, "on-premises")]
    expect.close(monthly_usd(two, 10), 400 * each, "two depots, 3 and 2 releases a day")
    ### BEGIN HIDDEN TESTS
    mixed = [(10, 2, 0, "on-premises"), (500, 9, 0.1, "ec2"), (20, 0.5, 0.5, "on-premises")]
    expect.close(monthly_usd(mixed, 31), 775 * each, "three depots")
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** On AWS the servers, the load balancers and the tasks of this lesson would cost; CodeDeploy itself
# > nothing. So we stop the servers and delete what bills by the hour.

# %%
autoscaling.delete_auto_scaling_group(AutoScalingGroupName=kiosks, ForceDelete=True)
rows = ec2.get_paginator("describe_instances").paginate()
runs = [run for page in rows for run in page["Reservations"]]
ids = [one["InstanceId"] for run in runs for one in run["Instances"]]
ec2.terminate_instances(InstanceIds=ids)
for one in balancers.describe_load_balancers()["LoadBalancers"]:
    balancers.delete_load_balancer(LoadBalancerArn=one["LoadBalancerArn"])
print(
    len(ids),
    "servers ended; load balancers left:",
    len(balancers.describe_load_balancers()["LoadBalancers"]),
)

# %% [markdown]
# ## To remember
#
# - CodeDeploy installs on what exists: servers (with an agent), functions, ECS services.
# - A revision for servers is a bundle with `appspec.yml` in its root; for Lambda and ECS the AppSpec alone.
# - The order of the hooks is fixed; `ApplicationStop` is the *old* revision's. `Install`, `DownloadBundle`,
#   `BlockTraffic` and `AllowTraffic` take no scripts.
# - Minimum healthy hosts are rounded up; what is above may be taken. `OneAtATime` is the default.
# - Canary: a part, then all. Linear: equal parts, the first at once. Lambda and ECS are always blue/green.
# - A hook function reports within an hour, or the deployment fails. An alarm looks all the time.
# - A rollback is a new deployment of the last good revision.
# - Free except on premises; one deployment of a group at a time.

# %% [markdown] question="stop-script"
# ### Question 1
#
# Release 7 has a broken `ApplicationStop` script, but deployed well. Release 8 repairs it, and yet its deployment
# fails in `ApplicationStop` on every server. What do you do?
#
# - [ ] **A** Repair the script in release 8 once more.
#   > Its own `ApplicationStop` is not even run: that of release 7 is.
# - [x] **B** Deploy release 8 once with `ignoreApplicationStopFailures`.
#   > The old revision's script runs and may fail this time; from then on release 8's script counts.
# - [ ] **C** Move the script to `BeforeInstall` in release 8.
#   > The old `ApplicationStop` still runs first and still fails.
# - [ ] **D** Use `AllAtOnce`, which forgives failures.
#   > It needs at least one server that succeeds; here all fail.

# %% answer="stop-script"
answer = "B"

# %% check="stop-script" points=1
question("stop-script", answer)

# %% [markdown] question="signature"
# ### Question 2
#
# Three of twenty instances never take part in a deployment. Their agent runs; its log repeats
# `InvalidSignatureException: Signature expired`. Where do you look?
#
# - [ ] **A** At the instance profile's permission to read the bundle.
#   > That would be an AccessDenied when the bundle is fetched.
# - [ ] **B** At the service role of the deployment group.
#   > CodeDeploy acts with it; the agent signs with the instance's own credentials.
# - [x] **C** At the clock of these instances.
#   > A signed request is good for about five minutes. Let chrony keep the time.
# - [ ] **D** At the appspec.yml of the revision.
#   > They fail before they have ever seen a bundle.

# %% answer="signature"
answer = "C"

# %% check="signature" points=1
question("signature", answer)

# %% [markdown] question="which-type"
# ### Question 3
#
# A shop runs on an Auto Scaling group behind a load balancer. Releases must never reduce capacity, and must be taken
# back within a minute. Money for an extra hour of servers is no problem. Which type fits?
#
# - [ ] **A** In place, `OneAtATime`.
#   > One server is missing all the time, and going back is a whole new deployment.
# - [ ] **B** In place, `HalfAtATime`, with automatic rollback.
#   > Half of the capacity is missing, and a rollback takes as long as the release.
# - [x] **C** Blue/green with a copy of the Auto Scaling group; blue ends after an hour.
#   > Full capacity all the time; going back means sending the traffic to blue again.
# - [ ] **D** Blue/green on premises.
#   > CodeDeploy does blue/green on EC2 only, not on premises.

# %% answer="which-type"
answer = "C"

# %% check="which-type" points=1
question("which-type", answer)

# %% [markdown] question="ten-servers"
# ### Question 4
#
# A custom configuration wants 90% of ten servers healthy. On the first server of the release a script fails. What
# happens?
#
# - [ ] **A** CodeDeploy tries that server again until it works.
#   > A failed server stays failed until the next deployment.
# - [x] **B** The deployment fails, and nine servers keep the old version.
#   > Nine are healthy. Taking one more would leave eight, below the minimum: the rest is skipped.
# - [ ] **C** The other nine are updated, as 90% is then reached.
#   > While one of them is updated, only eight of ten would be healthy.
# - [ ] **D** All servers go back to the old version by themselves.
#   > Only with automatic rollback, and then as a new deployment.

# %% answer="ten-servers"
answer = "B"

# %% check="ten-servers" points=1
question("ten-servers", answer)

# %%
progress()
