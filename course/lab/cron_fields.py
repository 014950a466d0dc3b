"""What all cron expressions of AWS share: the values that a field names, and the search for the next time.

How many fields there are, how weekdays are counted, and what day of month and day of week mean together differ:
events_schedule.py has the six fields of EventBridge, unix_cron.py the five of Unix.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Final

MONTHS: Final = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS: Final = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


class InvalidCron(ValueError):
    """An expression, a field or a time zone that AWS refuses."""


def spans(
    field: str, low: int, high: int, names: list[str] | None = None
) -> Iterator[tuple[int, int | None, int | None]]:
    """The parts of a field as first, last and step; None for a last or step that is not named. Raises InvalidCron.

    >>> list(spans("MON-FRI,0", 0, 6, DAYS))
    [(1, 5, None), (0, None, None)]
    """
    for part in field.split(","):
        match = re.fullmatch(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?", part)
        if match is None:
            raise InvalidCron(field)
        begin = low if match[1] == "*" else _number(match[1], low, names)
        end = _number(match[2], low, names) if match[2] else high if match[1] == "*" else None
        step = int(match[3]) if match[3] else None
        if not (low <= begin <= high and low <= (begin if end is None else end) <= high) or step == 0:
            raise InvalidCron(field)
        yield begin, end, step


def first_time(
    after: dt.datetime,
    fits: Callable[[dt.date], bool],
    hours: set[int],
    minutes: set[int],
    *,
    within: int,
    zone: dt.tzinfo = dt.UTC,
) -> dt.datetime | None:
    """The first full minute later than `after`, on one of so many days, by the clock on the wall; given in UTC."""
    begin = after.astimezone(zone).date()
    for ahead in range(within):
        day = begin + dt.timedelta(days=ahead)
        if not fits(day):
            continue
        for hour in sorted(hours):
            for minute in sorted(minutes):
                wall = dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                if (moment := wall.astimezone(dt.UTC)) > after:
                    return moment
    return None


def _number(text: str, low: int, names: list[str] | None) -> int:
    if names and text.upper() in names:
        return names.index(text.upper()) + low
    if not text.isdigit():
        raise InvalidCron(text)
    return int(text)
