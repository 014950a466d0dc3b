"""Instance refresh: all members are replaced in batches, with checkpoints, alarms and rollback.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moto.ec2.exceptions import EC2ClientError
from moto.moto_api._internal import mock_random

from course.lab.autoscaling.activities import because
from course.lab.clock import clock
from course.lab.courses import Course, Wait, begin
from course.lab.place import Place
from course.lab.service import Call, Refusal, serve

_KEPT: Final = "lab_refreshes"
_UNDER_WAY: Final = ("Pending", "InProgress", "Cancelling", "RollbackInProgress")
_CHECKPOINT_WAIT: Final = 3600


@dataclass
class Refresh:
    """One refresh of a group."""

    place: Place
    group: Any
    wishes: Mapping[str, Any]
    template: Mapping[str, Any] | None
    before: tuple[Any, ...]
    refresh_id: str = field(default_factory=lambda: str(mock_random.uuid4()))
    status: str = "Pending"
    reason: str = ""
    start: dt.datetime = field(default_factory=clock.now)
    end: dt.datetime | None = None
    total: int = 0
    replaced: int = 0
    asked_to: str = ""  # "cancel" or "roll back"
    rollback: dict[str, Any] = field(default_factory=dict)

    @property
    def percent(self) -> int:
        return 100 if not self.total else math.floor(100 * self.replaced / self.total)


def batch(total: int, least: int, most: int) -> tuple[int, int]:
    """How many are launched ahead, and how many are replaced at a time.

    With `least` per cent to stay healthy and `most` per cent at most in the group. At least one goes at a time.
    """
    ahead = math.floor(total * (most - 100) / 100)
    if most > 100:
        ahead = max(1, ahead)
    spare = math.floor(total * (100 - least) / 100)
    return ahead, max(1, ahead + spare)


def _run(one: Refresh) -> Course:
    one.status = "InProgress"
    ended_well = yield from _replace_all(one, "started an instance refresh")
    if ended_well:
        if one.template:
            one.group.provided_launch_template_version = one.template.get("Version")
        one.status, one.end = "Successful", clock.now()
        return
    if one.asked_to == "cancel":
        one.status, one.end = "Cancelled", clock.now()
        _give_template(one.group, one.before)
    elif one.asked_to == "roll back":
        one.status = "RollbackInProgress"
        one.rollback = {"RollbackReason": one.reason or "a user request", "RollbackStartTime": clock.now(),
                        "PercentageCompleteOnRollback": one.percent}  # fmt: skip
        _give_template(one.group, one.before)
        one.asked_to = ""
        yield from _replace_all(one, "started a rollback of an instance refresh", back=True)
        one.status, one.end = "RollbackSuccessful", clock.now()
    else:
        one.status, one.end = "Failed", clock.now()
        _give_template(one.group, one.before)


def _replace_all(one: Refresh, why: str, back: bool = False) -> Any:
    """Replace batch by batch; True once nothing is left to do."""
    group, wishes = one.group, one.wishes
    number = _number(group)
    skip = back or wishes.get("SkipMatching")
    old = [each for each in group.present() if not (skip and _has(each, number))]
    one.total, one.replaced = len(old), 0
    size = len(group.present())
    ahead, at_once = batch(size, wishes["MinHealthyPercentage"], wishes["MaxHealthyPercentage"])
    checkpoints = list(wishes.get("CheckpointPercentages") or ()) if not back else []
    while old:
        now, old = old[:at_once], old[at_once:]
        if ahead:
            with because(f"a user request {why}"):
                group.launch(min(ahead, len(now)))
                group.register()
            yield Wait.seconds(wishes["InstanceWarmup"])
        with because(f"a user request {why}"):
            present = [each for each in now if each in group.instance_states]
            group.remove(present, "an instance refresh replaces it")
            missing = int(group.desired_capacity) - len(group.present())
            if missing > 0:
                group.launch(missing)
            group.register()
        if missing > 0:
            yield Wait.seconds(wishes["InstanceWarmup"])
        one.replaced += len(now)
        if _stopped(one, back):
            return False
        while checkpoints and one.percent >= checkpoints[0]:
            reached = checkpoints.pop(0)
            if reached < 100 and old:
                one.reason = f"Waiting at the checkpoint of {reached} percent"
                yield Wait.seconds(wishes["CheckpointDelay"], lambda: bool(one.asked_to))
                one.reason = ""
            if _stopped(one, back):
                return False
    return True


def _stopped(one: Refresh, back: bool) -> bool:
    """Whether somebody, or an alarm, ends the refresh here."""
    ringing = [] if back else _ringing(one)
    if ringing and not one.asked_to:
        one.reason = f"The alarm {ringing[0]} is in the ALARM state"
        one.asked_to = "roll back" if one.wishes.get("AutoRollback") else "fail"
    return bool(one.asked_to)


def _ringing(one: Refresh) -> list[str]:
    names = (one.wishes.get("AlarmSpecification") or {}).get("Alarms") or []
    alarms = one.place.backend("cloudwatch").alarms
    return [name for name in names if name in alarms and alarms[name].state_value == "ALARM"]


def _number(group: Any) -> int:
    """The version that new members get."""
    template = group.ec2_launch_template
    return int(template.get_version(group.launch_template_version).number) if template else 0


def _has(member: Any, number: int) -> bool:
    template = getattr(member, "lab_template", None)
    return template is not None and int(template["Version"]) == number


def _give_template(group: Any, kept: tuple[Any, ...]) -> None:
    group.ec2_launch_template, group.launch_template_version, group.provided_launch_template_version = kept


# The API ---------------------------------------------------------------------------------------------------


def _start(call: Call) -> Mapping[str, Any]:
    group = _group(call)
    if any(one.status in _UNDER_WAY for one in _refreshes(group)):
        raise Refusal("InstanceRefreshInProgress", "An Instance Refresh is already in progress")
    wishes = _wishes(group, call.given.get("Preferences") or {})
    template = (call.given.get("DesiredConfiguration") or {}).get("LaunchTemplate")
    before = (group.ec2_launch_template, getattr(group, "launch_template_version", None),
              getattr(group, "provided_launch_template_version", None))  # fmt: skip
    if wishes.get("AutoRollback"):
        _must_know_the_way_back(group, template)
    if template:
        group._set_launch_configuration("", dict(template), None)
        group.provided_launch_template_version = before[2]  # the group is told of it when all went well
        try:
            _number(group)
        except EC2ClientError as wrong:
            _give_template(group, before)
            raise Refusal("ValidationError", f"The launch template version is not valid: {wrong.message}") from None
    one = Refresh(call.place, group, wishes, template, before)
    _refreshes(group).insert(0, one)
    begin(call.place, "autoscaling", group.name, _run(one), lambda: f"refresh {one.status}, {one.percent} %")
    return {"InstanceRefreshId": one.refresh_id}


def _wishes(group: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    warmup = group.__dict__.get("default_instance_warmup")
    least, most = given.get("MinHealthyPercentage", 90), given.get("MaxHealthyPercentage", 100)
    if most - least > 100:
        raise Refusal("ValidationError", "MaxHealthyPercentage and MinHealthyPercentage differ by more than 100")
    points = given.get("CheckpointPercentages") or []
    if points != sorted(set(points)):
        raise Refusal("ValidationError", "CheckpointPercentages must be ascending")
    return {"InstanceWarmup": int(group.health_check_grace_period or 0) if warmup is None else int(warmup),
            "CheckpointDelay": _CHECKPOINT_WAIT, **given,
            "MinHealthyPercentage": least, "MaxHealthyPercentage": most}  # fmt: skip


def _must_know_the_way_back(group: Any, template: Mapping[str, Any] | None) -> None:
    named = getattr(group, "provided_launch_template_version", None)
    if template is None:
        raise Refusal("ValidationError", "A rollback needs a DesiredConfiguration in StartInstanceRefresh")
    if not str(named or "$Default").isdigit():
        message = f"A rollback needs a group whose launch template has a version number, not {named or '$Default'}"
        raise Refusal("ValidationError", message)


def _describe(call: Call) -> Mapping[str, Any]:
    wanted = call.given.get("InstanceRefreshIds")
    found = [one for one in _refreshes(_group(call)) if not wanted or one.refresh_id in wanted]
    return {"InstanceRefreshes": [_shown(one) for one in found]}


def _shown(one: Refresh) -> dict[str, Any]:
    said: dict[str, Any] = {
        "InstanceRefreshId": one.refresh_id, "AutoScalingGroupName": one.group.name, "Status": one.status,
        "StartTime": one.start, "PercentageComplete": one.percent, "InstancesToUpdate": one.total - one.replaced,
        "Preferences": dict(one.wishes), "Strategy": "Rolling",
    }  # fmt: skip
    optional = {"StatusReason": one.reason, "EndTime": one.end, "RollbackDetails": one.rollback,
                "DesiredConfiguration": one.template and {"LaunchTemplate": dict(one.template)}}  # fmt: skip
    return said | {name: value for name, value in optional.items() if value}


def _cancel(call: Call) -> Mapping[str, Any]:
    one = _active(call)
    one.asked_to, one.status = "cancel", "Cancelling"
    return {"InstanceRefreshId": one.refresh_id}


def _roll_back(call: Call) -> Mapping[str, Any]:
    one = _active(call)
    _must_know_the_way_back_of(one)
    one.asked_to = "roll back"
    return {"InstanceRefreshId": one.refresh_id}


def _must_know_the_way_back_of(one: Refresh) -> None:
    if one.template is None or not str(one.before[2] or "$Default").isdigit():
        raise Refusal("IrreversibleInstanceRefresh", "The instance refresh cannot be rolled back: it has no desired "
                      "configuration, or the group had no numbered version of its launch template")  # fmt: skip


def _active(call: Call) -> Refresh:
    found = next((one for one in _refreshes(_group(call)) if one.status in ("Pending", "InProgress")), None)
    if found is None:
        raise Refusal("ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found")
    return found


def _group(call: Call) -> Any:
    group = call.place.backend("autoscaling").autoscaling_groups.get(call.given["AutoScalingGroupName"])
    if group is None:
        raise Refusal("ValidationError", f"AutoScalingGroup name not found - {call.given['AutoScalingGroupName']}")
    return group


def _refreshes(group: Any) -> list[Refresh]:
    found: list[Refresh] = group.__dict__.setdefault(_KEPT, [])
    return found


serve("auto-scaling", {
    "StartInstanceRefresh": _start, "DescribeInstanceRefreshes": _describe,
    "CancelInstanceRefresh": _cancel, "RollbackInstanceRefresh": _roll_back,
}, api="autoscaling")  # fmt: skip
