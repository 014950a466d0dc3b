# %% [markdown]
# Answers to 09-cicd/07-deployments: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="mend-appspec"
station_spec = json.dumps(
    {
        "version": 0.0,
        "os": "linux",
        "files": [{"source": "/page.html", "destination": "/srv/ferro"}],
        "hooks": {
            "ValidateService": [{"location": "scripts/check.sh", "timeout": 1800, "runas": "root"}],
            "BeforeInstall": [{"location": "scripts/prepare.sh"}],
        },
    }
)

# %% wrong="mend-appspec" says="version: 0.0"
station_spec = """
version: 1.0
os: linux
files:
  - source: page.html
    destination: /srv/ferro
hooks:
  BeforeInstall:
    - location: scripts/prepare.sh
  ValidateService:
    - location: scripts/check.sh
"""

# %% wrong="mend-appspec" says="more than 3600 seconds"
station_spec = """
version: 0.0
os: linux
files:
  - source: page.html
    destination: /srv/ferro
hooks:
  BeforeInstall:
    - location: scripts/prepare.sh
  ValidateService:
    - location: scripts/check.sh
      timeout: 4000
"""

# %% wrong="mend-appspec" says="Install is no event that a script may run in"
station_spec = """
version: 0.0
os: linux
files:
  - source: page.html
    destination: /srv/ferro
hooks:
  Install:
    - location: scripts/prepare.sh
  ValidateService:
    - location: scripts/check.sh
"""

# %% wrong="mend-appspec" says="AfterInstall: Script at specified location"
station_spec = """
version: 0.0
os: linux
files:
  - source: page.html
    destination: /srv/ferro
hooks:
  AfterInstall:
    - location: scripts/prepare.sh
  ValidateService:
    - location: scripts/check.sh
"""

# %% wrong="mend-appspec" says="The event for the last test"
station_spec = """
version: 0.0
os: linux
files:
  - source: page.html
    destination: /srv/ferro
hooks:
  BeforeInstall:
    - location: scripts/prepare.sh
  ApplicationStart:
    - location: scripts/check.sh
"""


# %% right="right-servers"
def tag_set(stage, roles):
    lists = [
        [{"Key": "Role", "Value": one, "Type": "KEY_AND_VALUE"} for one in roles],
        [{"Key": "Stage", "Value": stage, "Type": "KEY_AND_VALUE"}],
        [{"Key": "Role", "Type": "KEY_ONLY"}],
    ]
    return {"ec2TagSetList": lists}


# %% wrong="right-servers" says="is taken; asked for"
def tag_set(stage, roles):
    rows = [{"Key": "Stage", "Value": stage, "Type": "KEY_AND_VALUE"}]
    rows += [{"Key": "Role", "Value": one, "Type": "KEY_AND_VALUE"} for one in roles]
    return {"ec2TagSetList": [rows]}


# %% wrong="right-servers" says="No server fits"
def tag_set(stage, roles):
    rows = [[{"Key": "Stage", "Value": stage, "Type": "KEY_AND_VALUE"}]]
    rows += [[{"Key": "Role", "Value": one, "Type": "KEY_AND_VALUE"}] for one in roles]
    return {"ec2TagSetList": rows}


# %% wrong="right-servers" says="A server prod/office is taken"
def tag_set(stage, roles):
    staged = [{"Key": "Stage", "Value": stage, "Type": "KEY_AND_VALUE"}]
    return {"ec2TagSetList": [staged, [{"Key": "Role", "Type": "KEY_ONLY"}]]}


# %% wrong="right-servers" says="A server lock/prod is taken"
def tag_set(stage, roles):
    values = [{"Value": role, "Type": "VALUE_ONLY"} for role in roles]
    return {"ec2TagSetList": [[{"Value": stage, "Type": "VALUE_ONLY"}], values]}


# %% right="predict-hooks"
diary = """A BeforeInstall
A AfterInstall
A ApplicationStart
A ValidateService
A ApplicationStop
B BeforeInstall
B AfterInstall
B ApplicationStart
B ValidateService""".splitlines()

# %% wrong="predict-hooks" says="Line 1 of the diary"
order = ["ApplicationStop", "BeforeInstall", "AfterInstall", "ApplicationStart", "ValidateService"]
diary = [f"{letter} {event}" for letter in "AB" for event in order]

# %% wrong="predict-hooks" says="Line 5 of the diary"
order = ["BeforeInstall", "AfterInstall", "ApplicationStart", "ValidateService"]
diary = [f"A {event}" for event in order] + ["B ApplicationStop"] + [f"B {event}" for event in order]

# %% wrong="predict-hooks" says="you say 'nothing'"
order = ["BeforeInstall", "AfterInstall", "ApplicationStart", "ValidateService"]
diary = [f"A {event}" for event in order] + ["A ApplicationStop"]

# %% wrong="predict-hooks" says="lines too many"
order = ["BeforeInstall", "AfterInstall", "ApplicationStart", "ValidateService"]
diary = [f"A {event}" for event in order] + ["A ApplicationStop"]
diary += [f"B {event}" for event in order] + ["B ApplicationStop"]


# %% right="waves"
def waves(servers, kind, value):
    from math import ceil

    keep = ceil(servers * value / 100) if kind == "FLEET_PERCENT" else min(value, servers)
    left, found = servers, []
    while left and servers > keep:
        found.append(min(left, servers - keep))
        left -= found[-1]
    return found


# %% wrong="waves" says="5 servers, FLEET_PERCENT 50"
def waves(servers, kind, value):
    keep = servers * value // 100 if kind == "FLEET_PERCENT" else value
    size, found = max(servers - keep, 0), []
    while size and sum(found) < servers:
        found.append(min(size, servers - sum(found)))
    return found


# %% wrong="waves" says="4 servers, FLEET_PERCENT 95"
def waves(servers, kind, value):
    keep = -(-servers * value // 100) if kind == "FLEET_PERCENT" else value
    size, found = max(servers - keep, 1), []
    while sum(found) < servers:
        found.append(min(size, servers - sum(found)))
    return found


# %% wrong="waves" says="5 servers, HOST_COUNT 3"
def waves(servers, kind, value):
    size = servers - -(-servers * value // 100) if kind == "FLEET_PERCENT" else value
    found = []
    while size > 0 and sum(found) < servers:
        found.append(min(size, servers - sum(found)))
    return found


# %% right="go-back"
def go_back(application, group):
    best = None
    pages = codedeploy.get_paginator("list_deployments").paginate(
        applicationName=application, deploymentGroupName=group
    )
    for page in pages:
        for one in page["deployments"]:
            found = codedeploy.get_deployment(deploymentId=one)["deploymentInfo"]
            if found["status"] == "Succeeded" and (best is None or found["createTime"] > best["createTime"]):
                best = found
    if best is None:
        return None
    return codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName=group,
        revision=best["revision"],
        description="back to the last good one",
    )["deploymentId"]


# %% wrong="go-back" says="the last good one was v2"
def go_back(application, group):
    ids = codedeploy.list_deployments(
        applicationName=application, deploymentGroupName=group, includeOnlyStatuses=["Succeeded"]
    )["deployments"]
    if not ids:
        return None
    oldest = min((info(one) for one in ids), key=lambda one: one["createTime"])
    return codedeploy.create_deployment(
        applicationName=application, deploymentGroupName=group, revision=oldest["revision"]
    )["deploymentId"]


# %% wrong="go-back" says="you deployed v3!"
def go_back(application, group):
    ids = codedeploy.list_deployments(applicationName=application, deploymentGroupName=group)["deployments"]
    newest = max((info(one) for one in ids), key=lambda one: one["createTime"])
    return codedeploy.create_deployment(
        applicationName=application, deploymentGroupName=group, revision=newest["revision"]
    )["deploymentId"]


# %% wrong="go-back" says="that is an old deployment's id"
def go_back(application, group):
    ids = codedeploy.list_deployments(
        applicationName=application, deploymentGroupName=group, includeOnlyStatuses=["Succeeded"]
    )["deployments"]
    return ids[0] if ids else None


# %% right="go-back"
def go_back(application, group):
    found = codedeploy.get_deployment_group(applicationName=application, deploymentGroupName=group)
    good = found["deploymentGroupInfo"].get("lastSuccessfulDeployment")
    if good is None:
        return None
    return deploy(application, group, info(good["deploymentId"])["revision"], minutes=0)


# %% right="full-after"
def full_after(name):
    pages = codedeploy.get_paginator("list_deployment_configs").paginate()
    known = [one for page in pages for one in page["deploymentConfigsList"]]
    full = "CodeDeployDefault." + name
    if full not in known:
        return None
    found = codedeploy.get_deployment_config(deploymentConfigName=full)["deploymentConfigInfo"]
    if found["computePlatform"] == "Server":
        return None
    rule = found["trafficRoutingConfig"]
    if rule["type"] == "AllAtOnce":
        return 0
    if rule["type"] == "TimeBasedCanary":
        return rule["timeBasedCanary"]["canaryInterval"]
    linear, share, minutes = rule["timeBasedLinear"], 0, -rule["timeBasedLinear"]["linearInterval"]
    while share < 100:
        share += linear["linearPercentage"]
        minutes += linear["linearInterval"]
    return minutes


# %% wrong="full-after" says="LambdaLinear10PercentEvery10Minutes: all traffic after 90 minutes"
def full_after(name):
    try:
        found = codedeploy.get_deployment_config(deploymentConfigName=f"CodeDeployDefault.{name}")
    except codedeploy.exceptions.DeploymentConfigDoesNotExistException:
        return None
    rule = found["deploymentConfigInfo"].get("trafficRoutingConfig")
    if rule is None:
        return None
    if "timeBasedCanary" in rule:
        return rule["timeBasedCanary"]["canaryInterval"]
    if "timeBasedLinear" in rule:
        return 100 // rule["timeBasedLinear"]["linearPercentage"] * rule["timeBasedLinear"]["linearInterval"]
    return 0


# %% wrong="full-after" says="ECSCanary10Percent30Minutes moves no traffic, or does not exist"
def full_after(name):
    import re

    if "AllAtOnce" in name:
        return 0
    found = re.search(r"(\d+)Minute", name)
    if not found:
        return None
    return int(found[1]) * (9 if "Linear" in name else 1)


# %% wrong="full-after" says="HalfAtATime moves no traffic"
def full_after(name):
    try:
        found = codedeploy.get_deployment_config(deploymentConfigName=f"CodeDeployDefault.{name}")
    except codedeploy.exceptions.DeploymentConfigDoesNotExistException:
        return None
    rule = found["deploymentConfigInfo"].get("trafficRoutingConfig", {})
    if "timeBasedCanary" in rule:
        return rule["timeBasedCanary"]["canaryInterval"]
    if "timeBasedLinear" in rule:
        return 9 * rule["timeBasedLinear"]["linearInterval"]
    return 0


# %% right="hook-function"
hook_source = """
import boto3, json, os

def works():
    try:
        said = boto3.client("lambda").invoke(FunctionName=os.environ["NEW_VERSION"], Payload=b'{"minutes": 30}')
        price = json.load(said["Payload"])
        return not said.get("FunctionError") and isinstance(price, (int, float)) and price > 0
    except Exception:
        return False

def handler(event, context):
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded" if works() else "Failed")
"""

# %% wrong="hook-function" says="told CodeDeploy nothing"
hook_source = """
import boto3, json, os

def handler(event, context):
    said = boto3.client("lambda").invoke(FunctionName=os.environ["NEW_VERSION"], Payload=b'{"minutes": 30}')
    price = json.loads(said["Payload"].read())
    return "Succeeded" if "FunctionError" not in said and price > 0 else "Failed"
"""

# %% wrong="hook-function" says="return -4.5"
hook_source = """
import boto3, os

def handler(event, context):
    said = boto3.client("lambda").invoke(FunctionName=os.environ["NEW_VERSION"], Payload=b'{"minutes": 30}')
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Failed" if "FunctionError" in said else "Succeeded")
"""

# %% wrong="hook-function" says="told CodeDeploy nothing"
hook_source = """
import boto3, json, os

def handler(event, context):
    said = boto3.client("lambda").invoke(FunctionName=os.environ["NEW_VERSION"], Payload=b'{"minutes": 30}')
    price = json.loads(said["Payload"].read())
    if price > 0:
        boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"],
            lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status="Succeeded")
"""

# %% wrong="hook-function" says="it should be Succeeded"
hook_source = """
import boto3, json, os

def handler(event, context):
    said = boto3.client("lambda").invoke(FunctionName=os.environ["NEW_VERSION"])
    price = json.loads(said["Payload"].read())
    good = "FunctionError" not in said and isinstance(price, (int, float)) and price > 0
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded" if good else "Failed")
"""


# %% right="ecs-release"
def green_release(service, task, hook):
    content = f"""
version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: "{task}"
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 80
Hooks:
  - AfterAllowTestTraffic: "{hook}"
"""
    return codedeploy.create_deployment(
        applicationName=shops,
        deploymentGroupName=service["group"],
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
    )["deploymentId"]


# %% wrong="ecs-release" says="test between the two"
def green_release(service, task, hook):
    wanted = {"TaskDefinition": task, "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80}}
    spec = {
        "version": 0.0,
        "Resources": [{"it": {"Type": "AWS::ECS::Service", "Properties": wanted}}],
        "Hooks": [{"AfterInstall": hook}],
    }
    text = {"content": json.dumps(spec)}
    return deploy(shops, service["group"], {"revisionType": "AppSpecContent", "appSpecContent": text}, 0)


# %% wrong="ecs-release" says="The hook ran in no event"
def green_release(service, task, hook):
    wanted = {"TaskDefinition": task, "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80}}
    spec = {"version": 0.0, "Resources": [{"it": {"Type": "AWS::ECS::Service", "Properties": wanted}}]}
    text = {"content": json.dumps(spec)}
    return deploy(shops, service["group"], {"revisionType": "AppSpecContent", "appSpecContent": text}, 0)


# %% wrong="ecs-release" says="AllowTestTraffic is no hook of this platform"
def green_release(service, task, hook):
    wanted = {"TaskDefinition": task, "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80}}
    spec = {
        "version": 0.0,
        "Resources": [{"it": {"Type": "AWS::ECS::Service", "Properties": wanted}}],
        "Hooks": [{"AllowTestTraffic": hook}],
    }
    text = {"content": json.dumps(spec)}
    return deploy(shops, service["group"], {"revisionType": "AppSpecContent", "appSpecContent": text}, 0)


# %% wrong="ecs-release" says="TaskDefinition and LoadBalancerInfo are required"
def green_release(service, task, hook):
    wanted = {"TaskDefinition": task, "ContainerName": "web", "ContainerPort": 80}
    spec = {
        "version": 0.0,
        "Resources": [{"it": {"Type": "AWS::ECS::Service", "Properties": wanted}}],
        "Hooks": [{"AfterAllowTestTraffic": hook}],
    }
    text = {"content": json.dumps(spec)}
    return deploy(shops, service["group"], {"revisionType": "AppSpecContent", "appSpecContent": text}, 0)


# %% wrong="ecs-release" says="listens on port 80; you say 8080"
def green_release(service, task, hook):
    place = {"ContainerName": "web", "ContainerPort": 8080}
    resource = {
        "Type": "AWS::ECS::Service",
        "Properties": {"TaskDefinition": task, "LoadBalancerInfo": place},
    }
    spec = {"version": 0.0, "Resources": [{"it": resource}], "Hooks": [{"AfterAllowTestTraffic": hook}]}
    text = {"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(spec)}}
    return deploy(shops, service["group"], text, 0)


# %% right="depot-bill"
def monthly_usd(depots, days):
    total = 0
    for servers, a_day, skipped, kind in depots:
        if kind != "ec2":
            total += facts.cost("codedeploy", "on-premises-instance-update", servers * a_day * days * (1 - skipped)).usd
    return total


# %% wrong="depot-bill" says="three of four are skipped"
def monthly_usd(depots, days):
    price = facts.price("codedeploy", "on-premises-instance-update")
    return sum(servers * a_day * days * price for servers, a_day, _, kind in depots if kind == "on-premises")


# %% wrong="depot-bill" says="40 EC2 instances"
def monthly_usd(depots, days):
    price = facts.price("codedeploy", "on-premises-instance-update")
    return sum(servers * a_day * days * (1 - skipped) * price for servers, a_day, skipped, _ in depots)


# %% wrong="depot-bill" says="three of four are skipped"
def monthly_usd(depots, days):
    price = facts.price("codedeploy", "on-premises-instance-update")
    return sum(
        servers * a_day * days * skipped * price or servers * a_day * days * price
        for servers, a_day, skipped, kind in depots
        if kind == "on-premises"
    )


# %% wrong="depot-bill" says="two depots"
def monthly_usd(depots, days):
    price = facts.price("codedeploy", "on-premises-instance-update")
    return sum(servers * days * (1 - skipped) * price for servers, _, skipped, kind in depots if kind != "ec2")
