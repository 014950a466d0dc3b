"""Spot Instances that EC2 takes back: the advice, the notice two minutes ahead, and the end.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/rebalance-recommendations.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-capacity-rebalancing.html

Nobody else wants the lab's machines, so lessons say when EC2 needs one back. (On AWS the Fault Injection Service sends
such an interruption on demand.)
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.models import DEFAULT_ACCOUNT_ID

from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.courses import Course, Wait, begin
from course.lab.imds_tree import SPOT_ADVICE, SPOT_NOTICE
from course.lab.place import Place, place_of
from course.lab.wire import afterwards

NOTICE: Final = dt.timedelta(minutes=2)
_BEHAVIOUR: Final = "lab_interruption_behaviour"


def interrupt(instance_id: str, region: str | None = None) -> dt.datetime:
    """EC2 needs this Spot Instance back. Says when it ends: in two minutes, at once if it hibernates.

    The notice is in the instance's metadata (spot/instance-action) and goes out as an event; when the time is over on
    the lab's clock, the instance is terminated, stopped or hibernated, as was asked for at its launch.

    >>> interrupt(instance_id)
    datetime.datetime(2026, 11, 21, 9, 32, tzinfo=datetime.timezone.utc)
    """
    place, instance = _find(instance_id, region)
    action = instance.__dict__.get(_BEHAVIOUR, "terminate")
    end = clock.now() if action == "hibernate" else clock.now() + NOTICE
    stamp = f"{end:%Y-%m-%dT%H:%M:%SZ}"
    tree = {"instance-action": json.dumps({"action": action, "time": stamp})}
    if action == "terminate":
        tree["termination-time"] = stamp
    instance.__dict__[SPOT_NOTICE] = tree
    _tell(place, instance, "EC2 Spot Instance Interruption Warning", {"instance-action": action})
    begin(place, "ec2", instance.id, _until(place, instance, action, end), lambda: f"Spot interruption: {action}")
    return end


def advise(instance_id: str, region: str | None = None) -> None:
    """EC2 recommends to move the work of this Spot Instance: the risk of an interruption has risen.

    A group with capacity rebalancing replaces the instance at once.

    >>> advise(instance_id)
    """
    place, instance = _find(instance_id, region)
    instance.__dict__[SPOT_ADVICE] = json.dumps({"noticeTime": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"})
    _tell(place, instance, "EC2 Instance Rebalance Recommendation", {})
    for group in place.backend("autoscaling").autoscaling_groups.values():
        member = next((one for one in group.instance_states if one.instance is instance), None)
        if member is not None and group.capacity_rebalance:
            group.launch(1)
            group.register()
            group.remove([member], "an EC2 instance rebalance recommendation")


def _until(place: Place, instance: Any, action: str, end: dt.datetime) -> Course:
    """Wait for the end, unless somebody ends the instance before."""
    yield Wait(end.timestamp(), lambda: instance.state != "running")
    if instance.state != "running":
        return
    ec2 = place.backend("ec2")
    if action == "terminate":
        ec2.terminate_instances([instance.id])
    else:
        ec2.stop_instances([instance.id])
    ended = "Termination" if action == "terminate" else "Stop"
    instance.state_reason.code = f"Server.SpotInstance{ended}"
    place.backend("autoscaling").notify_terminate_instances([instance.id])
    place.backend("elbv2").notify_terminate_instances([instance.id])


def _find(instance_id: str, region: str | None) -> tuple[Place, Any]:
    place = Place(DEFAULT_ACCOUNT_ID, region or boto3.Session().region_name or "us-east-1")
    instance = place.backend("ec2").get_instance_by_id(instance_id)
    if instance is None:
        raise LookupError(
            f"There is no instance {instance_id!r} in {place.region}. Ask run_instances for its InstanceId."
        )
    if instance.lifecycle != "spot":
        raise ValueError(f"{instance_id} is not a Spot Instance: EC2 never takes it back. Launch it with "
                         "InstanceMarketOptions={'MarketType': 'spot'}.")  # fmt: skip
    if instance.state != "running":
        raise ValueError(f"{instance_id} is {instance.state}: there is nothing to take back.")
    return place, instance


def _tell(place: Place, instance: Any, kind: str, detail: dict[str, str]) -> None:
    from course.lab.events_router import put

    put(place.account, place.region, "default", source="aws.ec2", detail_type=kind,
        detail={"instance-id": instance.id, **detail},
        resources=[f"arn:aws:ec2:{instance.placement.zone}:instance/{instance.id}"])  # fmt: skip


@afterwards("ec2")
def _remember(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """What the launch asked for in case of an interruption."""
    call = asked(operation) if operation == "RunInstances" else None
    market = (call.params.get("InstanceMarketOptions") or {}) if call else {}
    if not market or response.status_code >= 400:
        return
    behaviour = (market.get("SpotOptions") or {}).get("InstanceInterruptionBehavior", "terminate")
    *_, newest = place_of(request).backend("ec2").reservations.values()
    for instance in newest.instances:
        instance.__dict__[_BEHAVIOUR] = behaviour
