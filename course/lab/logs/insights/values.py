"""How values of a query compare, sort and look. What is missing is None.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any


class Moment(int):
    """A time in milliseconds since 1970, which is shown as a date."""


def number(value: Any) -> float | int | None:
    """A value as a number, if it is one; texts of digits count."""
    if isinstance(value, int | float):
        return value
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return int(found) if found.is_integer() and abs(found) < 1e15 else found


def text(value: Any) -> str:
    """A value as a result shows it: dates to the millisecond, fractions with four places at most."""
    if isinstance(value, Moment):
        at = dt.datetime.fromtimestamp(value / 1000, dt.UTC)
        return f"{at:%Y-%m-%d %H:%M:%S}.{value % 1000:03d}"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value)


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal, as numbers where both are."""
    first, second = number(one), number(other)
    if first is not None and second is not None:
        return first == second
    return text(one) == text(other)


def below(one: Any, other: Any) -> bool:
    """Whether a value is less than another: numbers by size, anything else by its text."""
    first, second = number(one), number(other)
    if first is not None and second is not None:
        return first < second
    return text(one) < text(other)


def order(value: Any) -> tuple[Any, ...]:
    """The place of a value in an ascending sort: missing ones, then texts by their pieces, then numbers."""
    if value is None:
        return (0,)
    found = number(value)
    if found is not None:
        return (2, found)
    pieces = re.findall(r"\d+|\D+", text(value))
    return (1, [(1, len(one), one) if one.isdigit() else (0, 0, one) for one in pieces])
