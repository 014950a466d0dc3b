"""When a scheduled action is next due: cron with five fields, in the time zone of the action.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html

>>> next_time("0 17 * * 5", "Etc/UTC", dt.datetime(2026, 5, 1, 18, 0, tzinfo=dt.UTC))
datetime.datetime(2026, 5, 8, 17, 0, tzinfo=datetime.timezone.utc)
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTHS: Final = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS: Final = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FAR: Final = 366 * 8  # days that are searched, so that the 29th of February is found


class InvalidCron(ValueError):
    """An expression or a time zone that Auto Scaling refuses."""


def next_time(expression: str, zone: str, after: dt.datetime) -> dt.datetime | None:
    """The first time later than `after`; None if there is none. Raises InvalidCron."""
    fields = expression.split()
    if len(fields) != 5:
        raise InvalidCron(expression)
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidCron(zone) from None
    minutes, hours = sorted(_values(fields[0], 0, 59)), sorted(_values(fields[1], 0, 23))
    days, months = _values(fields[2], 1, 31), _values(fields[3], 1, 12, _MONTHS)
    weekdays = {day % 7 for day in _values(fields[4], 0, 7, _DAYS)}
    begin = after.astimezone(place).date()
    for ahead in range(_FAR):
        day = begin + dt.timedelta(days=ahead)
        if day.month not in months or not _fits(day, fields, days, weekdays):
            continue
        for hour in hours:
            for minute in minutes:
                moment = dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=place).astimezone(dt.UTC)
                if moment > after:
                    return moment
    return None


def _fits(day: dt.date, fields: list[str], days: set[int], weekdays: set[int]) -> bool:
    """Where both the day of the month and the day of the week are named, either is enough."""
    by_month, by_week = day.day in days, day.isoweekday() % 7 in weekdays
    if fields[2] == "*" or fields[4] == "*":
        return by_month and by_week
    return by_month or by_week


def _values(field: str, low: int, high: int, names: list[str] | None = None) -> set[int]:
    """All values of a field such as 1-5, */15 or MON,WED."""
    found: set[int] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", part)
        if match is None:
            raise InvalidCron(field)
        first, last, every = match.groups()
        begin = low if first == "*" else _number(first, low, names)
        end = high if first == "*" else _number(last, low, names) if last else begin
        if not low <= begin <= end <= high or (every and int(every) < 1):
            raise InvalidCron(field)
        found |= set(range(begin, end + 1, int(every or 1)))
    return found


def _number(text: str, low: int, names: list[str] | None) -> int:
    if names and text.upper() in names:
        return names.index(text.upper()) + low
    if not text.isdigit():
        raise InvalidCron(text)
    return int(text)
