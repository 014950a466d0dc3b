"""Scheduled actions that run: once, or by cron, in the time zone of the action.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.agenda import Delivery, add_source, note
from course.lab.asked import asked
from course.lab.autoscaling.activities import because
from course.lab.autoscaling.group import policy_key
from course.lab.clock import clock
from course.lab.cron_fields import InvalidCron
from course.lab.place import Place, everywhere, place_of
from course.lab.replies import Reply, answer
from course.lab.unix_cron import next_time
from course.lab.wire import answer_first, ask_moto

_NEXT: Final = "lab_next"
_END: Final = "lab_end"


@answer_first
def _put(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "auto-scaling" or operation != "PutScheduledUpdateGroupAction":
        return None
    call = asked(operation)
    if call is None:
        return None
    message = _fault(call.params, place_of(request))
    if message:
        return answer(request, "autoscaling", call.protocol, Reply("ValidationError", message))[0]
    response = ask_moto(service, operation, request)
    if response.status_code < 400:
        actions = place_of(request).backend("autoscaling").scheduled_actions
        action = actions[policy_key(call.params["AutoScalingGroupName"], call.params["ScheduledActionName"])]
        start, end = _moment(call.params.get("StartTime")), _moment(call.params.get("EndTime"))
        action.__dict__[_END] = end
        if call.params.get("Recurrence"):
            begin = max(clock.now(), start - dt.timedelta(seconds=1)) if start else clock.now()
            action.__dict__[_NEXT] = _following(action, begin)
        else:
            action.__dict__[_NEXT] = start
    return response


def _fault(given: Mapping[str, Any], place: Place) -> str:
    if given.get("AutoScalingGroupName") not in place.backend("autoscaling").autoscaling_groups:
        return f"Group {given.get('AutoScalingGroupName')} not found"
    sizes = [given.get(name) for name in ("MinSize", "MaxSize", "DesiredCapacity")]
    if all(one is None for one in sizes):
        return "At least one of MinSize, MaxSize or DesiredCapacity must be specified"
    if None not in sizes[:2] and sizes[0] > sizes[1]:  # type: ignore[operator]
        return f"Max bound, {sizes[1]}, must be greater than or equal to min bound, {sizes[0]}"
    start, end = _moment(given.get("StartTime")), _moment(given.get("EndTime"))
    if start is None and not given.get("Recurrence"):
        return "You must specify a StartTime or a Recurrence"
    if start is not None and start < clock.now():
        return "Given start time is in the past"
    if end is not None and end <= (start or clock.now()):
        return "Given end time is not after the start time"
    if given.get("Recurrence"):
        try:
            next_time(given["Recurrence"], given.get("TimeZone") or "Etc/UTC", clock.now())
        except InvalidCron as wrong:
            return f"Given recurrence string: {given['Recurrence']} or its time zone is invalid ({wrong})"
    return ""


def _moment(given: Any) -> dt.datetime | None:
    if given is None or given == "":
        return None
    moment = given if isinstance(given, dt.datetime) else dt.datetime.fromisoformat(str(given))
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _following(action: Any, after: dt.datetime) -> dt.datetime | None:
    found = next_time(action.recurrence, action.time_zone or "Etc/UTC", after)
    end = action.__dict__.get(_END)
    return found if found and (end is None or found <= end) else None


class _Scheduled:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((at.timestamp() for *_, at in _waiting()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        return [_run(backend, key, action) for backend, key, action, at in list(_waiting()) if at.timestamp() <= now]


def _waiting() -> Iterator[tuple[Any, str, Any, dt.datetime]]:
    for backend in everywhere("autoscaling"):
        for key, action in backend.scheduled_actions.items():
            at = action.__dict__.get(_NEXT)
            if at is not None and action.auto_scaling_group_name in backend.autoscaling_groups:
                yield backend, key, action, at


def _run(backend: Any, key: str, action: Any) -> Delivery:
    group = backend.autoscaling_groups[action.auto_scaling_group_name]
    before = group.desired_capacity
    if group.is_suspended("ScheduledActions"):
        outcome = "suspended"
    else:
        group.min_size = group.min_size if action.min_size is None else action.min_size
        group.max_size = group.max_size if action.max_size is None else action.max_size
        wanted = before if action.desired_capacity is None else action.desired_capacity
        wanted = min(max(wanted, group.min_size), group.max_size)
        reason = f"a scheduled action {action.scheduled_action_name} updated the group"
        with because(f"{reason} changing the desired capacity from {before} to {wanted}"):
            group.set_desired_capacity(wanted)
        outcome = f"{before} -> {wanted}"
    action.__dict__[_NEXT] = _following(action, clock.now()) if action.recurrence else None
    if action.__dict__[_NEXT] is None:
        backend.scheduled_actions.pop(key, None)
    return note(f"scheduled action {action.scheduled_action_name}", group.name, outcome)


add_source(_Scheduled())
