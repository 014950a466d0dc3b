"""The runs of schedules: what is due, what is delivered, what is tried again and what is given up.

Context attributes: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
Retries: https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
Dead-letter queue: https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html

How long Scheduler waits before it tries again is documented as exponential only; here 1 s, doubled up to 10 minutes.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab import events_as_role
from course.lab.agenda import Delivery, note
from course.lab.events_as_role import Parcel
from course.lab.events_targets import Undeliverable
from course.lab.scheduler_times import first_time, is_once, next_time

_SLOWEST: Final = 600.0
_MOST_RETRIES: Final = 185
_OLDEST: Final = 86_400


@dataclass
class Attempt:
    """One invocation that is on its way to its target."""

    scheduled: dt.datetime
    execution: str
    due: float
    tries: int = 0


def plan(schedule: Any, now: dt.datetime) -> None:
    """Fix the next run of a new or changed schedule."""
    start = dt.datetime.fromtimestamp(float(schedule.start_date), dt.UTC) if schedule.start_date else None
    expression, zone = schedule.schedule_expression, schedule.schedule_expression_timezone
    _set_next(schedule, first_time(expression, zone, now, None if is_once(expression) else start))
    schedule.__dict__.setdefault("lab_attempts", [])


class Runs:
    """All schedules, as a source of deliveries."""

    def __init__(self, schedules: Callable[[], list[tuple[Any, Any]]]) -> None:
        self._schedules = schedules

    def next_due(self) -> float | None:
        times: list[float] = []
        for _, schedule in self._schedules():
            times += [one.due for one in _attempts(schedule)]
            if schedule.state == "ENABLED" and (due := _due(schedule)) is not None:
                times.append(due)
        return min(times, default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made: list[Delivery] = []
        for group, schedule in self._schedules():
            due = _due(schedule)
            if due is not None and due <= now and schedule.state == "ENABLED":
                self._begin(schedule, due)
            for attempt in [one for one in _attempts(schedule) if one.due <= now]:
                made.append(_try(schedule, attempt, now))
            if _over(schedule) and schedule.action_after_completion == "DELETE":
                group.schedules.pop(schedule.name, None)
        return made

    def _begin(self, schedule: Any, due: float) -> None:
        scheduled = dt.datetime.fromtimestamp(_next(schedule) or due, dt.UTC)
        _attempts(schedule).append(Attempt(scheduled, str(mock_random.uuid4()), due))
        after = next_time(schedule.schedule_expression, schedule.schedule_expression_timezone, scheduled)
        _set_next(schedule, None if is_once(schedule.schedule_expression) else after)


def _due(schedule: Any) -> float | None:
    """When the next run begins: its time, and its place in the flexible window."""
    moment = _next(schedule)
    if moment is None:
        return None
    return moment + _shift(schedule, dt.datetime.fromtimestamp(moment, dt.UTC))


def _shift(schedule: Any, scheduled: dt.datetime) -> float:
    """Where in the flexible window this run falls: anywhere, but for the same lesson always the same."""
    window = schedule.flexible_time_window or {}
    minutes = window.get("MaximumWindowInMinutes") if window.get("Mode") == "FLEXIBLE" else 0
    return random.Random(f"{schedule.arn} {scheduled}").uniform(0, float(minutes or 0) * 60)


def _set_next(schedule: Any, moment: dt.datetime | None) -> None:
    end = schedule.end_date
    if moment is not None and end and moment.timestamp() >= float(end) and not is_once(schedule.schedule_expression):
        moment = None
    schedule.lab_next = moment.timestamp() if moment else None


def _next(schedule: Any) -> float | None:
    found: float | None = schedule.__dict__.get("lab_next")
    return found


def _attempts(schedule: Any) -> list[Attempt]:
    found: list[Attempt] = schedule.__dict__.setdefault("lab_attempts", [])
    return found


def _over(schedule: Any) -> bool:
    return "lab_next" in schedule.__dict__ and _next(schedule) is None and not _attempts(schedule)


def _try(schedule: Any, attempt: Attempt, now: float) -> Delivery:
    attempt.tries += 1
    target = schedule.target
    source, to = f"schedule {schedule.name}", events_as_role.shown(target["Arn"])
    try:
        events_as_role.deliver(target["RoleArn"], _parcel(schedule, attempt, source))
    except Undeliverable as lost:
        return note(source, to, _failed(schedule, attempt, now, str(lost)))
    _attempts(schedule).remove(attempt)
    return note(source, to, f"invoked for {attempt.scheduled:%H:%M:%S} UTC")


def _failed(schedule: Any, attempt: Attempt, now: float, why: str) -> str:
    policy = schedule.target.get("RetryPolicy") or {}
    most = int(policy.get("MaximumRetryAttempts", _MOST_RETRIES))
    oldest = float(policy.get("MaximumEventAgeInSeconds", _OLDEST))
    pause = min(2.0 ** (attempt.tries - 1), _SLOWEST)
    exhausted = ""
    if attempt.tries > most:
        exhausted = "MaximumRetryAttempts"
    elif now + pause - attempt.scheduled.timestamp() > oldest:
        exhausted = "MaximumEventAgeInSeconds"
    if not exhausted:
        attempt.due = now + pause
        return f"attempt {attempt.tries} failed, {why}; again in {pause:.0f} s"
    _attempts(schedule).remove(attempt)
    return f"given up after {attempt.tries} attempts, {why}{_to_dead_letters(schedule, attempt, exhausted, why)}"


def _to_dead_letters(schedule: Any, attempt: Attempt, exhausted: str, why: str) -> str:
    arn = (schedule.target.get("DeadLetterConfig") or {}).get("Arn")
    if not arn:
        return "; lost, the schedule has no dead-letter queue"
    facts = {
        "ERROR_CODE": "TARGET_UNAVAILABLE",
        "ERROR_MESSAGE": why[:1024],
        "EXECUTION_ID": attempt.execution,
        "EXHAUSTED_RETRY_CONDITION": exhausted,
        "RETRY_ATTEMPTS": str(attempt.tries - 1),
        "SCHEDULED_TIME": _iso(attempt.scheduled),
        "SCHEDULE_ARN": schedule.arn,
        "TARGET_ARN": schedule.target["Arn"],
    }
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in facts.items()}
    text = _text(schedule, attempt)
    try:
        events_as_role.deliver(schedule.target["RoleArn"], Parcel(arn, text, "", attributes=attributes))
    except Undeliverable as lost:
        return f"; lost, dead-letter {events_as_role.shown(arn)}: {lost}"
    return f"; kept in {arn.rpartition(':')[2]}"


def _parcel(schedule: Any, attempt: Attempt, source: str) -> Parcel:
    target = schedule.target
    event = target.get("EventBridgeParameters") or {}
    return Parcel(
        target["Arn"],
        _text(schedule, attempt),
        source,
        group=(target.get("SqsParameters") or {}).get("MessageGroupId"),
        partition_key=(target.get("KinesisParameters") or {}).get("PartitionKey", ""),
        event_source=event.get("Source", ""),
        detail_type=event.get("DetailType", ""),
    )


def _text(schedule: Any, attempt: Attempt) -> str:
    """The input with its context attributes filled in; without an input an event that says who calls."""
    known = {
        "schedule-arn": schedule.arn,
        "scheduled-time": _iso(attempt.scheduled),
        "execution-id": attempt.execution,
        "attempt-number": str(attempt.tries),
    }
    text = schedule.target.get("Input")
    if text is None:
        _, _, _, region, account, _ = schedule.arn.split(":", 5)
        return json.dumps(
            {
                "version": "0",
                "id": attempt.execution,
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": account,
                "time": _iso(attempt.scheduled),
                "region": region,
                "resources": [schedule.arn],
                "detail": "{}",
            }
        )
    for name, value in known.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return str(text)


def _iso(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
