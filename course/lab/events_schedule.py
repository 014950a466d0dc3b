"""When a rule with a schedule runs next: rate(...) and cron(...), in UTC.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html

>>> next_run("rate(5 minutes)", dt.datetime(2026, 5, 1, 12, 0, tzinfo=dt.UTC))
datetime.datetime(2026, 5, 1, 12, 5, tzinfo=datetime.timezone.utc)
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from typing import Final

from course.lab.cron_fields import DAYS, MONTHS, InvalidCron, first_time, spans

_UNITS: Final = {"minute": 60, "hour": 3600, "day": 86400}
_FAR: Final = 366 * 30  # days that are searched for the next run of a cron expression


class InvalidSchedule(ValueError):
    """An expression that EventBridge refuses."""

    def __init__(self) -> None:
        super().__init__("Parameter ScheduleExpression is not valid.")


def next_run(expression: str, after: dt.datetime) -> dt.datetime | None:
    """The first run later than `after`; None if it never runs again. Raises InvalidSchedule."""
    if rate := re.fullmatch(r"rate\((\d+) (minute|hour|day)(s?)\)", expression):
        amount = int(rate[1])
        if amount < 1 or (amount == 1) is bool(rate[3]):  # 1 minute, 2 minutes
            raise InvalidSchedule
        return after + dt.timedelta(seconds=amount * _UNITS[rate[2]])
    if cron := re.fullmatch(r"cron\((.*)\)", expression):
        return _next_cron(cron[1].split(), after)
    raise InvalidSchedule


def _next_cron(fields: list[str], after: dt.datetime) -> dt.datetime | None:
    if len(fields) != 6:
        raise InvalidSchedule
    minutes = _values(fields[0], 0, 59)
    hours = _values(fields[1], 0, 23)
    months = _values(fields[3], 1, 12, MONTHS)
    years = _values(fields[5], 1970, 2199)
    fits = _day_rule(fields[2], fields[4])
    return first_time(
        after, lambda day: day.year in years and day.month in months and fits(day), hours, minutes, within=_FAR
    )


def _day_rule(day_of_month: str, day_of_week: str) -> Callable[[dt.date], bool]:
    if (day_of_month == "?") is (day_of_week == "?"):
        raise InvalidSchedule  # exactly one of the two stays open
    if day_of_week == "?":
        return _month_rule(day_of_month)
    return _week_rule(day_of_week)


def _month_rule(field: str) -> Callable[[dt.date], bool]:
    if field == "L":
        return lambda day: day.day == _last(day)
    if near := re.fullmatch(r"(\d{1,2})W", field):
        return lambda day: day.day == _nearest_weekday(day, int(near[1]))
    days = _values(field, 1, 31)
    return lambda day: day.day in days


def _week_rule(field: str) -> Callable[[dt.date], bool]:
    if field == "L":
        return lambda day: _weekday(day) == 7
    if last := re.fullmatch(r"(\w+)L", field):
        (wanted,) = _values(last[1], 1, 7, DAYS)
        return lambda day: _weekday(day) == wanted and day.day + 7 > _last(day)
    if nth := re.fullmatch(r"(\w+)#([1-5])", field):
        (wanted,) = _values(nth[1], 1, 7, DAYS)
        return lambda day: _weekday(day) == wanted and (day.day - 1) // 7 + 1 == int(nth[2])
    days = _values(field, 1, 7, DAYS)
    return lambda day: _weekday(day) in days


def _values(field: str, low: int, high: int, names: list[str] | None = None) -> set[int]:
    """All values of a field such as 1-5, */15, MON,WED or 0/10; FRI-MON goes over the end of the week."""
    found: set[int] = set()
    try:
        for begin, last, step in spans(field, low, high, names):
            end = last if last is not None else high if step else begin
            span = range(begin, end + 1) if begin <= end else [*range(begin, high + 1), *range(low, end + 1)]
            found |= set(span[:: step or 1])
    except InvalidCron:
        raise InvalidSchedule from None
    return found


def _weekday(day: dt.date) -> int:
    return day.isoweekday() % 7 + 1  # Sunday is 1


def _last(day: dt.date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _nearest_weekday(day: dt.date, wanted: int) -> int:
    date = day.replace(day=min(wanted, _last(day)))
    if date.weekday() == 5:
        return date.day - 1 if date.day > 1 else date.day + 2
    if date.weekday() == 6:
        return date.day + 1 if date.day < _last(day) else date.day - 2
    return date.day
