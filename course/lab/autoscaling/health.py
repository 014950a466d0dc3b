"""Instances that are unhealthy are replaced, and what a group launches is registered with its target groups.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-check-grace-period.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-load-balancer-asg.html

An instance that does not run any more is replaced at once; a verdict by the API or by a load balancer counts once the
grace period is over, unless the caller says that it should not be respected.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.agenda import Delivery, add_source, note
from course.lab.asked import asked
from course.lab.autoscaling.activities import because
from course.lab.clock import clock
from course.lab.place import Place, everywhere, place_of
from course.lab.wire import afterwards

_CHANGES: Final = (
    "AttachInstances", "CreateAutoScalingGroup", "DetachInstances", "ExecutePolicy", "ExitStandby",
    "SetDesiredCapacity", "SetInstanceHealth", "TerminateInstanceInAutoScalingGroup", "UpdateAutoScalingGroup",
)  # fmt: skip
_LOOKS_EVERY: Final = 30.0


@afterwards("auto-scaling")
def _keep_up(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if operation not in _CHANGES or response.status_code >= 400:
        return
    call = asked(operation)
    place = place_of(request)
    if call is not None and operation == "SetInstanceHealth" and call.params.get("HealthStatus") == "Unhealthy":
        for group, member in _members(place.backend("autoscaling")):
            if member.instance.id != call.params["InstanceId"]:
                continue
            if call.params.get("ShouldRespectGracePeriod", True) and in_grace(group, member):
                member.health_status = "Healthy"
            else:
                _replace(group, member, "a user health-check")
    _register(place)


@afterwards("ec2")
def _replaced(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """A terminated instance has its replacement from moto, a stopped one from us."""
    if operation not in ("TerminateInstances", "StopInstances") or response.status_code >= 400:
        return
    look_after(place_of(request))


def look_after(place: Place) -> None:
    """Replace members that do not run any more."""
    for group, member in _members(place.backend("autoscaling")):
        if member.instance.state != "running" and member.lifecycle_state == "InService":
            _replace(group, member, "an EC2 health check that found it stopped")
    _register(place)


def in_grace(group: Any, member: Any) -> bool:
    """Whether the member is too young for failed checks to count."""
    age = clock.now().timestamp() - getattr(member, "lab_since", 0.0)
    return bool(age < float(group.health_check_grace_period or 0))


def _replace(group: Any, member: Any, found: str) -> None:
    member.health_status = "Unhealthy"
    if group.is_suspended("HealthCheck") or group.is_suspended("ReplaceUnhealthy"):
        return
    with because(f"an instance was taken out of service in response to {found}"):
        group.remove([member], "it is unhealthy")
        group.set_desired_capacity(group.desired_capacity)


def _members(backend: Any) -> Iterator[tuple[Any, Any]]:
    for group in list(backend.autoscaling_groups.values()):
        for member in list(group.instance_states):
            yield group, member


def _register(place: Place) -> None:
    for group in place.backend("autoscaling").autoscaling_groups.values():
        if group.target_group_arns:
            group.register()


class _BalancersView:
    """Groups with the health check type ELB ask their target groups twice a minute."""

    def next_due(self) -> float | None:
        waiting = [self._due(group) for backend in everywhere("autoscaling") for group in _watched(backend)]
        return min(waiting, default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for backend in everywhere("autoscaling"):
            for group in _watched(backend):
                if self._due(group) > now:
                    continue
                group.__dict__["lab_looked"] = now
                for member in _failing(backend, group):
                    _replace(group, member, "an ELB system health check failure")
                    made.append(note("health check", group.name, f"{member.instance.id} replaced"))
        return made

    def _due(self, group: Any) -> float:
        return float(group.__dict__.get("lab_looked", 0.0)) + _LOOKS_EVERY


def _watched(backend: Any) -> list[Any]:
    return [one for one in backend.autoscaling_groups.values()
            if one.target_group_arns and "ELB" in str(one.health_check_type)]  # fmt: skip


def _failing(backend: Any, group: Any) -> list[Any]:
    """Members that a target group calls unhealthy, beyond the grace period."""
    found = []
    for member in list(group.instance_states):
        if member.lifecycle_state != "InService" or in_grace(group, member):
            continue
        for arn in group.target_group_arns:
            states = backend.elbv2_backend.describe_target_health(arn, [{"Id": member.instance.id}])
            if any(one.status == "unhealthy" for one in states):
                found.append(member)
                break
    return found


add_source(_BalancersView())
