"""What a group did, and why: DescribeScalingActivities.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-verify-scaling-activity.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.paging import page
from course.lab.service import Call, serve

_KEPT: Final = "lab_activities"
_PAGE: Final = 100
_reasons: list[str] = []


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Whatever groups do inside the block, they do for this reason.

    >>> with because("a user request update of AutoScalingGroup constraints to min: 2"):
    ...     group.set_desired_capacity(2)
    """
    _reasons.append(reason)
    try:
        yield
    finally:
        _reasons.pop()


def record(group: Any, description: str, then: str) -> None:
    """Note an activity that is done."""
    now = clock.now()
    said = f"At {now:%Y-%m-%dT%H:%M:%SZ} "
    cause = f"{said}{_reasons[-1]}. {said}{then}" if _reasons else f"{said}{then}"
    group.__dict__.setdefault(_KEPT, []).insert(0, {
        "ActivityId": str(mock_random.uuid4()), "AutoScalingGroupName": group.name, "Description": description,
        "Cause": cause, "StartTime": now, "EndTime": now, "StatusCode": "Successful", "Progress": 100,
        "Details": "{}", "AutoScalingGroupARN": group.arn})  # fmt: skip


def _describe(call: Call) -> Mapping[str, Any]:
    """The newest first."""
    groups = call.place.backend("autoscaling").autoscaling_groups
    name = call.given.get("AutoScalingGroupName")
    chosen = [group for key, group in groups.items() if name in (None, key)]
    found = [one for group in chosen for one in group.__dict__.get(_KEPT, [])]
    found.sort(key=lambda one: one["StartTime"], reverse=True)
    if wanted := call.given.get("ActivityIds"):
        found = [one for one in found if one["ActivityId"] in wanted]
    shown, more = page(found, call.given.get("NextToken"), int(call.given.get("MaxRecords") or _PAGE))
    return {"Activities": shown, **more}


serve("auto-scaling", {"DescribeScalingActivities": _describe}, api="autoscaling")
