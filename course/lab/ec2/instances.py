"""Instances: detailed monitoring on and off, profiles for all of a launch, Elastic IPs that stay through a stop.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-detailed-monitoring.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Stop_Start.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.place import Place, place_of
from course.lab.service import Call, Refusal, serve
from course.lab.wire import afterwards


def _monitor(call: Call) -> Mapping[str, Any]:
    """MonitorInstances: one data point a minute."""
    return {"InstanceMonitorings": [_set(call, name, "enabled", "pending") for name in call.given["InstanceIds"]]}


def _unmonitor(call: Call) -> Mapping[str, Any]:
    """UnmonitorInstances: one data point in five minutes."""
    return {"InstanceMonitorings": [_set(call, name, "disabled", "disabling") for name in call.given["InstanceIds"]]}


def _set(call: Call, name: str, state: str, answered: str) -> dict[str, Any]:
    instance = call.place.backend("ec2").get_instance_by_id(name)
    if instance is None:
        raise Refusal("InvalidInstanceID.NotFound", f"The instance ID '{name}' does not exist")
    before, instance.monitoring_state = instance.monitoring_state, state
    return {"InstanceId": name, "Monitoring": {"State": state if before == state else answered}}


serve("ec2", {"MonitorInstances": _monitor, "UnmonitorInstances": _unmonitor})


@afterwards("ec2")
def _profiles_for_all(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """RunInstances: moto gives the instance profile to the first instance of several only."""
    call = asked(operation) if operation == "RunInstances" else None
    given = (call.params.get("IamInstanceProfile") if call is not None else None) or {}
    if not given or response.status_code >= 400:
        return
    kept = place_of(request).backend("ec2")
    *_, launched = kept.reservations.values()
    for instance in launched.instances:
        if instance.id not in kept.iam_instance_profile_associations:
            kept.associate_iam_instance_profile(instance.id, given.get("Name"), given.get("Arn"))


@afterwards("ec2")
def _addresses_stay(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """Moto takes the address at a stop, and gives another one at the start."""
    call = asked(operation) if operation in ("StopInstances", "StartInstances") else None
    if call is None or response.status_code >= 400:
        return
    place = place_of(request)
    for name in call.params.get("InstanceIds") or ():
        _give_back(place, name)


def _give_back(place: Place, name: str) -> None:
    for address in place.backend("ec2").addresses:
        if address.instance is None or address.instance.id != name:
            continue
        # A stopped instance keeps its Elastic IP as much as a running one.
        (address.eni or address.instance.nics[0]).public_ip = address.public_ip
