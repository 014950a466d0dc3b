"""Settings of a group that moto does not keep, and the bounds that hold for standby, detaching and attaching.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-enter-exit-standby.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.place import place_of
from course.lab.replies import Reply, answer
from course.lab.wire import afterwards, answer_first

_SETTINGS: Final = {
    "CapacityRebalance": "capacity_rebalance",
    "DefaultCooldown": "default_cooldown",
    "DefaultInstanceWarmup": "default_instance_warmup",
    "MaxInstanceLifetime": "max_instance_lifetime",
    "TerminationPolicies": "termination_policies",
}


@afterwards("auto-scaling")
def _keep(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if operation not in ("CreateAutoScalingGroup", "UpdateAutoScalingGroup") or response.status_code >= 400:
        return
    given, group = _asked_of(operation, request)
    if group is None:
        return
    for name, attribute in _SETTINGS.items():
        if name in given:
            setattr(group, attribute, given[name])


@answer_first
def _bounds(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "auto-scaling" or operation not in ("EnterStandby", "DetachInstances", "AttachInstances"):
        return None
    given, group = _asked_of(operation, request)
    if group is None:
        return None
    message = _fault(operation, given, group)
    return answer(request, "autoscaling", "query", Reply("ValidationError", message))[0] if message else None


def _asked_of(operation: str, request: AWSPreparedRequest) -> tuple[Mapping[str, Any], Any]:
    """What is asked, and of which group; None for the group if there is none."""
    call = asked(operation)
    given = call.params if call else {}
    return given, place_of(request).backend("autoscaling").autoscaling_groups.get(given.get("AutoScalingGroupName"))


def _fault(operation: str, given: Any, group: Any) -> str:
    names = given.get("InstanceIds") or []
    sizes = f"min-size={group.min_size}, max-size={group.max_size}, and desired-size={group.desired_capacity}"
    if operation == "AttachInstances":
        if group.desired_capacity + len(names) > group.max_size:
            return f"AutoScalingGroup {group.name} has {sizes}. To attach {len(names)} more instance, please update " \
                   "the AutoScalingGroup sizes appropriately."  # fmt: skip
        return ""
    strangers = set(names) - {one.instance.id for one in group.instance_states}
    if strangers:
        return f"The instance {sorted(strangers)[0]} is not part of Auto Scaling group {group.name}."
    if given.get("ShouldDecrementDesiredCapacity") and group.desired_capacity - len(names) < group.min_size:
        what = "place into standby" if operation == "EnterStandby" else "detach"
        return f"AutoScalingGroup {group.name} has {sizes}. To {what} {len(names)} instance, please update the " \
               "AutoScalingGroup sizes appropriately."  # fmt: skip
    return ""
