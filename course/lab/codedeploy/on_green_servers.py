"""Servers, blue/green: the revision goes to other instances, the traffic follows, the old instances end.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-server.html
https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-create-ec2-blue-green.html
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

from course.lab.codedeploy import appspec, blue_green, on_servers
from course.lab.codedeploy.store import Deployment, Group, Target
from course.lab.courses import Wait

_COPIED: Final = (
    "LaunchConfigurationName", "LaunchTemplate", "MinSize", "MaxSize", "DesiredCapacity", "AvailabilityZones",
    "VPCZoneIdentifier", "HealthCheckType", "HealthCheckGracePeriod",
)  # fmt: skip


def targets(deployment: Deployment, group: Group) -> list[Target]:
    """The replacement instances and the original ones; raises WrongAppSpec if there are no replacements."""
    events = (*appspec.SERVER_EVENTS, *appspec.ALLOW_EVENTS)
    on_servers.look_through(deployment, (*events, *appspec.BLOCK_EVENTS))
    blue = on_servers.instances(deployment, group.given)
    if blue_green.settings(group, "greenFleetProvisioningOption").get("action") == "COPY_AUTO_SCALING_GROUP":
        green = _copy_of_group(deployment, group)
    else:
        green = on_servers.instances(deployment, deployment.wishes.get("green") or {})
    green = [one for one in green if one not in blue]
    made = on_servers.targets_of(green, events, "Green")
    return made + on_servers.targets_of(blue, appspec.BLOCK_EVENTS, "Blue") if blue else made


def _copy_of_group(deployment: Deployment, group: Group) -> list[str]:
    """A second Auto Scaling group like the first; its instances."""
    scaling = deployment.session.client("autoscaling")
    names = [one if isinstance(one, str) else one["name"] for one in group.given.get("autoScalingGroups") or []]
    found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=names)["AutoScalingGroups"] if names else []
    if not found:
        raise appspec.WrongAppSpec("The deployment failed because no Auto Scaling group was found to copy.")
    settings = {key: found[0][key] for key in _COPIED if found[0].get(key)}
    name = f"CodeDeploy_{group.name}_{deployment.deployment_id}"
    scaling.create_auto_scaling_group(AutoScalingGroupName=name, **settings)
    deployment.wishes["copied"] = (found[0]["AutoScalingGroupName"], name)
    made = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
    return [one["InstanceId"] for one in made["Instances"]]


def run(deployment: Deployment, group: Group, config: dict[str, Any]) -> Generator[Wait, None, None]:
    """Install on green, wait until somebody or the group says go, move the traffic, end blue."""
    green = [one for one in deployment.targets if one.label == "Green"]
    blue = [one for one in deployment.targets if one.label == "Blue"]
    yield from on_servers.in_batches(deployment, group, green, appspec.SERVER_EVENTS, config, ends=False)
    yield from blue_green.until_ready(deployment, group)
    green = [one for one in green if one.status == "InProgress"]
    yield from on_servers.in_batches(deployment, group, green, appspec.ALLOW_EVENTS, config)
    if blue:
        yield from on_servers.in_batches(deployment, group, blue, appspec.BLOCK_EVENTS, config)
    _follow_the_copy(deployment, group)
    if blue_green.settings(group, "terminateBlueInstancesOnDeploymentSuccess").get("action") == "KEEP_ALIVE":
        return
    yield from blue_green.until_blue_may_end(deployment, group)
    _end(deployment, [one.target_id for one in blue])


def _follow_the_copy(deployment: Deployment, group: Group) -> None:
    """From now on the group means the copied Auto Scaling group."""
    if "copied" in deployment.wishes:
        old, new = deployment.wishes["copied"]
        names = group.given["autoScalingGroups"]
        group.given["autoScalingGroups"] = [new if name in (old, {"name": old}) else name for name in names]


def _end(deployment: Deployment, blue: list[str]) -> None:
    if "copied" in deployment.wishes:
        old = deployment.wishes["copied"][0]
        deployment.session.client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=old, ForceDelete=True)
    elif blue:
        deployment.session.client("ec2").terminate_instances(InstanceIds=blue)


def undo(deployment: Deployment, group: Group) -> None:
    """The traffic goes back to the instances that had it."""
    for one in deployment.targets:
        name = "AllowTraffic" if one.label == "Blue" else "BlockTraffic"
        on_servers.route(deployment, group, one.target_id, name)
