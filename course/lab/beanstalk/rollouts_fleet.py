"""Instances during a deployment: launched, taken off the load balancer and put back, moved between groups, ended.

Everything is done by the calls that AWS's own service makes, so groups, targets and activities show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from course.lab.beanstalk import fleet

if TYPE_CHECKING:
    from course.lab.beanstalk.store import Environment

_COPIED: Final = (
    "LaunchConfigurationName", "LaunchTemplate", "MixedInstancesPolicy", "VPCZoneIdentifier", "HealthCheckType",
    "HealthCheckGracePeriod",
)  # fmt: skip
# What might register, add or remove instances behind the deployment's back.
_QUIET: Final = ("AddToLoadBalancer", "AZRebalance", "AlarmNotification", "ScheduledActions", "ReplaceUnhealthy")


def client(env: Environment, service: str) -> Any:
    """A client that signs as who made the environment; each is made once."""
    made: dict[str, Any] = env.__dict__.setdefault("lab_clients", {})
    if service not in made:
        made[service] = env.session.client(service)
    return made[service]


def quiet(env: Environment) -> None:
    """Let the environment's group leave its members alone while a deployment works on them."""
    _scaling(env).suspend_processes(AutoScalingGroupName=fleet.group_of(env), ScalingProcesses=list(_QUIET))


def awake(env: Environment) -> None:
    """End what `quiet` began."""
    _scaling(env).resume_processes(AutoScalingGroupName=fleet.group_of(env), ScalingProcesses=list(_QUIET))


def is_balanced(env: Environment) -> bool:
    """Whether a load balancer stands in front of the instances."""
    return bool(fleet.target_groups(env))


def leave(env: Environment, members: Iterable[str]) -> None:
    """Take instances off the load balancer: they get no new requests."""
    balancing = client(env, "elbv2")
    for arn in fleet.target_groups(env):
        for member in members:
            with suppress(balancing.exceptions.InvalidTargetException):  # it did not serve
                balancing.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": member}])


def enter(env: Environment, members: Sequence[str], target_groups: Sequence[str] | None = None) -> None:
    """Register instances with the load balancer, or with target groups of their own."""
    balancing = client(env, "elbv2")
    for arn in fleet.target_groups(env) if target_groups is None else target_groups:
        balancing.register_targets(TargetGroupArn=arn, Targets=[{"Id": member} for member in members])


def drain_seconds(env: Environment) -> float:
    """How long requests under way may take to finish once an instance has left."""
    balancing = client(env, "elbv2")
    found = 0.0
    for arn in fleet.target_groups(env):
        for one in balancing.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]:
            if one["Key"] == "deregistration_delay.timeout_seconds":
                found = max(found, float(one["Value"]))
    return found


def launch_extra(env: Environment, count: int) -> list[str]:
    """Instances beyond the group's size, which is raised for them; the ones that came."""
    before, group = fleet.instances(env), _group(env)
    wanted = group["DesiredCapacity"] + count
    _scaling(env).update_auto_scaling_group(
        AutoScalingGroupName=group["AutoScalingGroupName"],
        MaxSize=max(group["MaxSize"], wanted),
        DesiredCapacity=wanted,
    )
    return [one for one in fleet.instances(env) if one not in before]


def end(env: Environment, members: Iterable[str]) -> None:
    """Terminate members of the environment's group, which does not replace them."""
    scaling = _scaling(env)
    for member in members:
        scaling.terminate_instance_in_auto_scaling_group(InstanceId=member, ShouldDecrementDesiredCapacity=True)


def exchange(env: Environment, members: Iterable[str]) -> list[str]:
    """Terminate members of the environment's group, which launches as many others; the ones that came."""
    before, scaling = fleet.instances(env), _scaling(env)
    for member in members:
        scaling.terminate_instance_in_auto_scaling_group(InstanceId=member, ShouldDecrementDesiredCapacity=False)
    return [one for one in fleet.instances(env) if one not in before]


def sizes(env: Environment) -> tuple[int, int]:
    """Smallest and largest size of the environment's group."""
    group = _group(env)
    return int(group["MinSize"]), int(group["MaxSize"])


def set_sizes(env: Environment, least: int, most: int) -> None:
    """Give the group back the sizes that it had before the deployment."""
    _scaling(env).update_auto_scaling_group(AutoScalingGroupName=fleet.group_of(env), MinSize=least, MaxSize=most)


def temporary_group(env: Environment, most: int) -> str:
    """A second, empty group like the environment's own, behind no load balancer yet; its name."""
    group = _group(env)
    settings = {key: group[key] for key in _COPIED if group.get(key)}
    if "LaunchTemplate" in settings:
        settings["LaunchTemplate"] = {
            key: value for key, value in settings["LaunchTemplate"].items() if key != "LaunchTemplateName"
        }
    if not settings.get("VPCZoneIdentifier"):
        settings["AvailabilityZones"] = group["AvailabilityZones"]
    name = f"{env.stack_name}-immutable-{env.deployment + 1}"
    tags = [
        {**{key: one[key] for key in ("Key", "Value")}, "PropagateAtLaunch": True}
        for one in group["Tags"]
        if one["PropagateAtLaunch"] and not one["Key"].startswith("aws:")
    ]
    _scaling(env).create_auto_scaling_group(
        AutoScalingGroupName=name, MinSize=0, MaxSize=most, DesiredCapacity=0, Tags=tags, **settings
    )
    return name


def launch_beside(env: Environment, group: str, count: int) -> list[str]:
    """More instances in the temporary group; the ones that came."""
    before = fleet.instances(env, group)
    _scaling(env).set_desired_capacity(AutoScalingGroupName=group, DesiredCapacity=len(before) + count)
    return [one for one in fleet.instances(env, group) if one not in before]


def drop_group(env: Environment, group: str) -> None:
    """End a temporary group, with the instances that it still has."""
    _scaling(env).delete_auto_scaling_group(AutoScalingGroupName=group, ForceDelete=True)


def adopt_into_own(env: Environment, group: str, members: Sequence[str]) -> None:
    """Move the instances of the temporary group into the environment's own."""
    scaling, own = _scaling(env), _group(env)
    room = own["DesiredCapacity"] + len(members)
    if own["MaxSize"] < room:
        scaling.update_auto_scaling_group(AutoScalingGroupName=own["AutoScalingGroupName"], MaxSize=room)
    scaling.detach_instances(InstanceIds=list(members), AutoScalingGroupName=group, ShouldDecrementDesiredCapacity=True)
    scaling.attach_instances(InstanceIds=list(members), AutoScalingGroupName=own["AutoScalingGroupName"])


def move_address(env: Environment, members: Sequence[str]) -> None:
    """Where there is no load balancer the Elastic IP address goes to the instance that serves from now on."""
    address = env.resources.get("AWSEBEIP")
    if address and members:
        ec2 = client(env, "ec2")
        (row,) = ec2.describe_addresses(PublicIps=[address])["Addresses"]
        ec2.associate_address(InstanceId=members[0], AllocationId=row["AllocationId"], AllowReassociation=True)


def _group(env: Environment) -> dict[str, Any]:
    found = _scaling(env).describe_auto_scaling_groups(AutoScalingGroupNames=[fleet.group_of(env)])
    group: dict[str, Any] = found["AutoScalingGroups"][0]
    return group


def _scaling(env: Environment) -> Any:
    return client(env, "autoscaling")
