"""Instances that are unhealthy are replaced, and what a group launches is registered with its target groups.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-load-balancer-asg.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.caller import session_of
from course.lab.place import Place, place_of
from course.lab.wire import afterwards

_CHANGES: Final = (
    "AttachInstances", "CreateAutoScalingGroup", "DetachInstances", "ExecutePolicy", "SetDesiredCapacity",
    "SetInstanceHealth", "TerminateInstanceInAutoScalingGroup", "UpdateAutoScalingGroup",
)  # fmt: skip


@afterwards("auto-scaling")
def _keep_up(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if operation not in _CHANGES or response.status_code >= 400:
        return
    call = asked(operation)
    place = place_of(request)
    if call is not None and operation == "SetInstanceHealth" and call.params.get("HealthStatus") == "Unhealthy":
        name = call.params["InstanceId"]
        group = next(
            (one for one in _groups(place) if name in [each.instance.id for each in one.instance_states]), None
        )
        suspended = [one["ProcessName"] for one in group.suspended_processes] if group is not None else []
        if group is not None and not {"HealthCheck", "ReplaceUnhealthy"} & set(suspended):
            session_of(request).client("ec2").terminate_instances(InstanceIds=[name])
    _register(place)


@afterwards("ec2")
def _replaced(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """Moto launches a replacement for a terminated instance, and forgets the load balancer."""
    if operation == "TerminateInstances" and response.status_code < 400:
        _register(place_of(request))


def _groups(place: Place) -> Iterator[Any]:
    yield from place.backend("autoscaling").autoscaling_groups.values()


def _register(place: Place) -> None:
    for group in _groups(place):
        if group.target_group_arns:
            group.autoscaling_backend.update_attached_target_groups(group.name)
