"""Which instance may be stopped, rebooted or retyped in which state. Starting is judged in ../rules/account.py.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.ec2.launch import runs_on
from course.lab.place import place_of
from course.lab.replies import Reply, answer, written
from course.lab.wire import afterwards, answer_first

_GONE: Final = ("shutting-down", "terminated")
_CODES: Final = {"running": 16, "stopped": 80, "terminated": 48}


@answer_first
def _judge(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "ec2" or operation not in _RULES:
        return None
    call = asked(operation)
    if call is None or call.params.get("DryRun"):
        return None
    ec2 = place_of(request).backend("ec2")
    if reply := _RULES[operation](call.params, ec2):
        return answer(request, "ec2", call.protocol, reply)[0]
    if operation in _CHANGES:
        return _change(operation, request, call.protocol, _named(call.params, ec2))
    return None


def _named(given: Mapping[str, Any], ec2: Any) -> list[Any]:
    found = (ec2.get_instance_by_id(name) for name in given.get("InstanceIds") or ())
    return [one for one in found if one is not None]


# Refusals --------------------------------------------------------------------------------------------------


def _only_the_living_stop(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html"""
    for one in _named(given, ec2):
        if one.state in _GONE:
            return Reply("IncorrectInstanceState",
                         f"This instance '{one.id}' is not in a state from which it can be stopped.")  # fmt: skip
        if given.get("Hibernate") and not (one.hibernation_options or {}).get("Configured"):
            return Reply("UnsupportedHibernationConfiguration",
                         f"The instance '{one.id}' is not enabled for hibernation.")  # fmt: skip
    return None


def _only_the_running_reboot(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RebootInstances.html"""
    for one in _named(given, ec2):
        if one.state != "running":
            return Reply("IncorrectInstanceState", f"The instance '{one.id}' is not in the 'running' state.")
    return None


def _processors_stay(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resize-limitations.html"""
    one = ec2.get_instance_by_id(given.get("InstanceId"))
    wanted = given.get("InstanceType") or (given.get("Attribute") == "instanceType" and given.get("Value"))
    kind = wanted.get("Value") if isinstance(wanted, Mapping) else wanted
    return runs_on(str(kind), one.architecture) if one is not None and kind else None


def _nothing(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    return None


_RULES: Final[dict[str, Callable[[Mapping[str, Any], Any], Reply | None]]] = {
    "StopInstances": _only_the_living_stop,
    "StartInstances": _nothing,
    "TerminateInstances": _nothing,
    "RebootInstances": _only_the_running_reboot,
    "ModifyInstanceAttribute": _processors_stay,
}

# What is there already stays as it is: its state, its reason and its addresses.
_CHANGES: Final = {
    "StopInstances": ("stopped", "StoppingInstances"),
    "StartInstances": ("running", "StartingInstances"),
    "TerminateInstances": ("terminated", "TerminatingInstances"),
}


def _change(operation: str, request: AWSPreparedRequest, protocol: str, instances: list[Any]) -> AWSResponse | None:
    """Answer a call for instances that are all in the wanted state; moto would make it anew, with other addresses."""
    state, key = _CHANGES[operation]
    if not instances or any(one.state != state for one in instances):
        return None
    as_it_is = {"Code": _CODES[state], "Name": state}
    said = [{"InstanceId": one.id, "CurrentState": as_it_is, "PreviousState": as_it_is} for one in instances]
    return written(request, "ec2", operation, protocol, {key: said})


@afterwards("ec2")
def _the_dead_have_no_address(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """A terminated instance gives an Elastic IP back to the account, unattached."""
    call = asked(operation) if operation == "TerminateInstances" else None
    if call is None or response.status_code >= 400:
        return
    ec2 = place_of(request).backend("ec2")
    gone = [one for one in _named(call.params, ec2) if one.state == "terminated"]
    for address in ec2.addresses:
        if address.instance in gone:
            address.instance = address.eni = address.association_id = None
