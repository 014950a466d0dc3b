"""Dates on an axis: matplotlib counts them in days, people write 2026-10-09."""

from __future__ import annotations

import datetime as dt
from typing import Any

from matplotlib.dates import date2num, num2date

from course.charts.units import say


def day_number(moment: Any) -> float:
    """The place of a date, datetime or pandas timestamp on an axis."""
    return float(date2num(moment))  # type: ignore[no-untyped-call]


def moment(number: float) -> dt.datetime:
    """The date at a place on an axis."""
    found: dt.datetime = num2date(number)  # type: ignore[no-untyped-call]
    return found


def when(value: float, unit: str | None) -> str:
    """A place on an axis in words: `2026-10-09` when the unit is `date`, else the number with its unit."""
    return f"{moment(value):%Y-%m-%d}" if unit == "date" else say(value, unit)
