"""ECS: a second task set beside the first; the listener moves its traffic over.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from course.lab.codedeploy import appspec, watch
from course.lab.codedeploy.store import Deployment, Event, Group, Target
from course.lab.courses import Wait


def target(deployment: Deployment, group: Group) -> Target:
    """The service of the group, and the task definition that the AppSpec names."""
    spec, _ = appspec.in_revision(deployment.revision, deployment.session)
    given = appspec.resource(spec, "AWS::ECS::Service")
    if "TaskDefinition" not in given or "LoadBalancerInfo" not in given:
        raise appspec.WrongAppSpec("The deployment specification is invalid: TaskDefinition and LoadBalancerInfo are "
                                   "required.")  # fmt: skip
    service = group.given["ecsServices"][0]
    pair = group.given["loadBalancerInfo"]["targetGroupPairInfoList"][0]
    details = {
        "cluster": service["clusterName"],
        "service": service["serviceName"],
        "task": given["TaskDefinition"],
        "listener": pair["prodTrafficRoute"]["listenerArns"][0],
        "groups": [one["name"] for one in pair["targetGroups"]],
        "functions": appspec.hook_functions(spec, appspec.ECS_EVENTS),
        "weight": 0.0,
    }
    events = [Event(name) for name in appspec.ECS_EVENTS]
    return Target(f"{service['clusterName']}:{service['serviceName']}", "ECSTarget", events, details=details)


def run(deployment: Deployment, group: Group, config: dict[str, Any]) -> Generator[Wait, None, None]:
    """Install green, test it, move the traffic, end blue."""
    one = deployment.targets[0]
    functions: dict[str, str] = one.details["functions"]
    one.enter("InProgress")
    client = deployment.session.client("elbv2")
    blue, green = _groups(client, one)
    for name in ("BeforeInstall", "Install", "AfterInstall", "AllowTestTraffic", "AfterAllowTestTraffic"):
        yield from watch.hook(deployment, group, one.event(name), functions.get(name))
        if name == "Install":
            yield from watch.pause(deployment, group, 60)  # the green tasks start
    yield from watch.traffic(deployment, group, one, config, lambda share: _shift(client, one, blue, green, share))
    rule = (group.given.get("blueGreenDeploymentConfiguration") or {}).get("terminateBlueInstancesOnDeploymentSuccess")
    yield from watch.pause(deployment, group, 60.0 * (rule or {}).get("terminationWaitTimeInMinutes", 0))
    deployment.session.client("ecs").update_service(
        cluster=one.details["cluster"], service=one.details["service"], taskDefinition=one.details["task"]
    )
    one.enter("Succeeded")


def _groups(client: Any, one: Target) -> tuple[str, str]:
    """The target groups that get the traffic now and shall get it: (blue, green)."""
    names = one.details["groups"]
    arns = {
        found["TargetGroupName"]: found["TargetGroupArn"]
        for found in client.describe_target_groups(Names=names)["TargetGroups"]
    }
    now = client.describe_listeners(ListenerArns=[one.details["listener"]])["Listeners"][0]["DefaultActions"][0]
    weighted = (now.get("ForwardConfig") or {}).get("TargetGroups") or [{"TargetGroupArn": now.get("TargetGroupArn")}]
    busiest = max(weighted, key=lambda found: found.get("Weight", 1))["TargetGroupArn"]
    blue = busiest if busiest in arns.values() else arns[names[0]]
    green = next(arn for arn in arns.values() if arn != blue)
    one.details["pair"] = (blue, green)
    return blue, green


def _shift(client: Any, one: Target, blue: str, green: str, share: float) -> None:
    weights = [
        {"TargetGroupArn": blue, "Weight": round(100 * (1 - share))},
        {"TargetGroupArn": green, "Weight": round(100 * share)},
    ]
    client.modify_listener(
        ListenerArn=one.details["listener"],
        DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}],
    )
    one.details["weight"] = share


def undo(deployment: Deployment) -> None:
    """All traffic back to the blue tasks."""
    one = deployment.targets[0]
    if "pair" in one.details:
        blue, green = one.details["pair"]
        _shift(deployment.session.client("elbv2"), one, blue, green, 0.0)
