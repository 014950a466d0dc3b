"""EventBridge Scheduler: schedules run by the lab's clock, with retries and a dead-letter queue.

Moto stores schedules of any form and never runs one.

CreateSchedule: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
Dead-letter queue: https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
"""

from __future__ import annotations

import datetime as dt
from functools import wraps
from typing import Any, Final

from moto.core.exceptions import JsonRESTError
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule, scheduler_backends

from course.lab import events_as_role
from course.lab.agenda import add_source
from course.lab.clock import clock
from course.lab.scheduler_runs import Runs, plan
from course.lab.scheduler_times import InvalidTime, checked_time
from course.lab.wire import is_open

_SERVICE: Final = "scheduler.amazonaws.com"
_LONGEST_WINDOW: Final = 1_440


def _refused(message: str) -> JsonRESTError:
    return JsonRESTError("ValidationException", message)


_moto_creates = EventBridgeSchedulerBackend.create_schedule
_moto_updates = EventBridgeSchedulerBackend.update_schedule


@wraps(_moto_creates)
def _create(self: Any, *args: Any, **more: Any) -> Schedule:
    if is_open():
        _check(more)
    made = _moto_creates(self, *args, **more)
    if is_open():
        plan(made, clock.now())
    return made


@wraps(_moto_updates)
def _update(self: Any, *args: Any, **more: Any) -> Schedule:
    if is_open():
        _check(more)
    made = _moto_updates(self, *args, **more)
    if is_open():
        plan(made, clock.now())
    return made


def _check(asked: dict[str, Any]) -> None:
    """Refuse what Scheduler refuses, before anything changes."""
    zone = asked.get("schedule_expression_timezone") or "UTC"
    try:
        checked_time(asked.get("schedule_expression") or "", zone)
    except InvalidTime as wrong:
        raise _refused(str(wrong)) from None
    window = asked.get("flexible_time_window") or {}
    minutes = window.get("MaximumWindowInMinutes")
    if window.get("Mode") == "FLEXIBLE" and not (isinstance(minutes, int) and 1 <= minutes <= _LONGEST_WINDOW):
        raise _refused("MaximumWindowInMinutes must be between 1 and 1440 when the mode is FLEXIBLE.")
    if window.get("Mode") == "OFF" and minutes is not None:
        raise _refused("MaximumWindowInMinutes must not be provided when the mode is OFF.")
    start, end = asked.get("start_date"), asked.get("end_date")
    if start and end and float(end) <= float(start):
        raise _refused("The EndDate must come after the StartDate.")
    target = asked.get("target") or {}
    if not events_as_role.trusts(str(target.get("RoleArn", "")), _SERVICE):
        raise _refused("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.")
    if ":aws-sdk:" not in str(target.get("Arn")) and str(target.get("Arn")).count(":") < 5:
        raise _refused("Provided Arn is not in correct format.")
    if str(target.get("Arn", "")).split(":")[2] == "events" and not target.get("EventBridgeParameters"):
        raise _refused("EventBridgeParameters must be provided for an event bus target.")


EventBridgeSchedulerBackend.create_schedule = _create  # type: ignore[method-assign]
EventBridgeSchedulerBackend.update_schedule = _update  # type: ignore[method-assign]


def _all_schedules() -> list[tuple[Any, Any]]:
    """Every schedule with its group."""
    return [
        (group, schedule)
        for account in scheduler_backends.values()
        for backend in account.values()
        for group in backend.schedule_groups.values()
        for schedule in list(group.schedules.values())
    ]


add_source(Runs(_all_schedules))


def runs_at(schedule: Any) -> dt.datetime | None:
    """When a schedule runs next, without its flexible window; for pictures and tests."""
    moment = schedule.__dict__.get("lab_next")
    return dt.datetime.fromtimestamp(moment, dt.UTC) if moment is not None else None
