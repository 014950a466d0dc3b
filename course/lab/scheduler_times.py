"""When a schedule of EventBridge Scheduler runs: at(...), rate(...) and cron(...) in a time zone.

Types, time zones, daylight saving time: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
Flexible windows: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html

>>> next_time("cron(0 9 * * ? *)", "Europe/Berlin", dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC))
datetime.datetime(2026, 7, 2, 7, 0, tzinfo=datetime.timezone.utc)
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from course.lab.events_schedule import InvalidSchedule, next_run

_UNITS: Final = {"minute": 60, "hour": 3600, "day": 86400}
_LOST_HOURS: Final = 5  # how many times in a row may fall into the hour that spring takes away


class InvalidTime(ValueError):
    """An expression, zone or window that Scheduler refuses; the text is AWS's."""


def checked_time(expression: str, zone: str) -> None:
    """Raise InvalidTime if Scheduler would refuse this."""
    if zone not in available_timezones():
        raise InvalidTime(f"Invalid Timezone {zone}.")
    try:
        if _rate(expression) is None and _moment(expression) is None:
            next_run(_as_cron(expression), dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    except (InvalidSchedule, ValueError):
        raise InvalidTime(f"Invalid Schedule Expression {expression}.") from None


def is_once(expression: str) -> bool:
    """Whether this is a one-time schedule."""
    return expression.startswith("at(")


def first_time(expression: str, zone: str, created: dt.datetime, start: dt.datetime | None) -> dt.datetime | None:
    """When a new schedule runs first; a rate runs at its start date, or at once."""
    begin = max(start, created) if start else created
    if _rate(expression) is not None:
        return begin
    # A start date that is itself a time of the schedule counts.
    return next_time(expression, zone, begin - dt.timedelta(seconds=1) if start and start >= created else begin)


def next_time(expression: str, zone: str, after: dt.datetime) -> dt.datetime | None:
    """The first run later than `after`, in UTC; None if there is none."""
    rate = _rate(expression)
    if rate is not None:
        return after + rate
    local = ZoneInfo(zone)
    once = _moment(expression)
    if once is not None:
        moment = once.replace(tzinfo=local).astimezone(dt.UTC)
        return moment if moment > after else None
    # Cron fields speak of the clock on the wall, so they are counted there, as if it were UTC.
    wall = after.astimezone(local).replace(tzinfo=dt.UTC)
    for _ in range(_LOST_HOURS):
        found = next_run(expression, wall)
        if found is None:
            return None
        moment = found.replace(tzinfo=local).astimezone(dt.UTC)
        exists = moment.astimezone(local).replace(tzinfo=dt.UTC) == found
        # Spring skips an hour: what falls into it does not run. Autumn repeats one: it ran the first time.
        if exists and moment > after:
            return moment
        wall = found
    return None


def _rate(expression: str) -> dt.timedelta | None:
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if found is None:
        return None
    if int(found[1]) < 1:
        raise InvalidSchedule
    return dt.timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def _moment(expression: str) -> dt.datetime | None:
    found = re.fullmatch(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)", expression)
    return dt.datetime.fromisoformat(found[1]) if found else None


def _as_cron(expression: str) -> str:
    if not expression.startswith("cron("):
        raise InvalidSchedule
    return expression
