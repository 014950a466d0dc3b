"""ECS: a second task set beside the first; the listener moves its traffic over.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

from course.lab.codedeploy import appspec, blue_green, watch
from course.lab.codedeploy.store import Deployment, Event, Group, Target
from course.lab.courses import Wait

_TASKS_START: Final = 60.0


def targets(deployment: Deployment, group: Group) -> list[Target]:
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
        "test listener": ((pair.get("testTrafficRoute") or {}).get("listenerArns") or [""])[0],
        "groups": [one["name"] for one in pair["targetGroups"]],
        "functions": appspec.hook_functions(spec, appspec.ECS_EVENTS),
        "weight": 0.0,
        "blue": True,
        "green": False,
    }
    events = [Event(name) for name in appspec.ECS_EVENTS]
    return [Target(f"{service['clusterName']}:{service['serviceName']}", "ECSTarget", events, details=details)]


def run(deployment: Deployment, group: Group, config: dict[str, Any]) -> Generator[Wait, None, None]:
    """Install green, test it, move the traffic, end blue."""
    one = deployment.targets[0]
    functions: dict[str, str] = one.details["functions"]
    one.enter("InProgress")
    client = deployment.session.client("elbv2")
    blue, green = _groups(client, one)
    yield from watch.hook(deployment, group, one.event("BeforeInstall"), functions.get("BeforeInstall"))
    installing = one.event("Install")
    installing.begin()
    yield from watch.pause(deployment, group, _TASKS_START)
    one.details["green"] = True
    installing.finish()
    yield from watch.hook(deployment, group, one.event("AfterInstall"), functions.get("AfterInstall"))
    testing = one.event("AllowTestTraffic")
    testing.begin()
    _test_traffic(client, one, green)
    testing.finish()
    after = functions.get("AfterAllowTestTraffic")
    yield from watch.hook(deployment, group, one.event("AfterAllowTestTraffic"), after)
    yield from blue_green.until_ready(deployment, group)
    yield from watch.traffic(deployment, group, one, config, lambda share: _shift(client, one, blue, green, share))
    yield from blue_green.until_blue_may_end(deployment, group)
    deployment.session.client("ecs").update_service(
        cluster=one.details["cluster"], service=one.details["service"], taskDefinition=one.details["task"]
    )
    one.details["blue"] = False
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


def _test_traffic(client: Any, one: Target, arn: str) -> None:
    if one.details["test listener"]:
        client.modify_listener(
            ListenerArn=one.details["test listener"], DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}]
        )


def undo(deployment: Deployment, group: Group) -> None:
    """All traffic back to the blue tasks; the green ones end."""
    one = deployment.targets[0]
    if "pair" in one.details:
        blue, green = one.details["pair"]
        client = deployment.session.client("elbv2")
        _shift(client, one, blue, green, 0.0)
        _test_traffic(client, one, blue)
        one.details["green"] = False
