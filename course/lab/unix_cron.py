"""Cron with the five fields of Unix, in a time zone: scheduled actions of Auto Scaling, mute rules of CloudWatch.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html

>>> next_time("0 17 * * 5", "Etc/UTC", dt.datetime(2026, 5, 1, 18, 0, tzinfo=dt.UTC))
datetime.datetime(2026, 5, 8, 17, 0, tzinfo=datetime.timezone.utc)
"""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from course.lab.cron_fields import DAYS, MONTHS, InvalidCron, first_time, spans

_FAR: Final = 366 * 8  # days that are searched, so that the 29th of February is found


def next_time(expression: str, zone: str, after: dt.datetime) -> dt.datetime | None:
    """The first time later than `after`; None if there is none. Raises InvalidCron."""
    fields = expression.split()
    if len(fields) != 5:
        raise InvalidCron(expression)
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidCron(zone) from None
    minutes, hours = _values(fields[0], 0, 59), _values(fields[1], 0, 23)
    days, months = _values(fields[2], 1, 31), _values(fields[3], 1, 12, MONTHS)
    weekdays = {day % 7 for day in _values(fields[4], 0, 7, DAYS)}

    def fits(day: dt.date) -> bool:
        return day.month in months and _fits(day, fields, days, weekdays)

    return first_time(after, fits, hours, minutes, within=_FAR, zone=place)


def _fits(day: dt.date, fields: list[str], days: set[int], weekdays: set[int]) -> bool:
    """Where both the day of the month and the day of the week are named, either is enough."""
    by_month, by_week = day.day in days, day.isoweekday() % 7 in weekdays
    if fields[2] == "*" or fields[4] == "*":
        return by_month and by_week
    return by_month or by_week


def _values(field: str, low: int, high: int, names: list[str] | None = None) -> set[int]:
    """All values of a field such as 1-5, */15 or MON,WED."""
    found: set[int] = set()
    for begin, last, step in spans(field, low, high, names):
        end = begin if last is None else last
        if end < begin:
            raise InvalidCron(field)
        found |= set(range(begin, end + 1, step or 1))
    return found
