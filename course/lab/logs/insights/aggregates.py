"""The functions of `stats`: many records, one value. Records without the field do not count.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
A percentile between two values is interpolated; AWS approximates it.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any, Final

from course.lab.logs.insights.values import number, order, text

Aggregate = Callable[[Sequence[Any], Sequence[int], float], Any]
"""From the values of a group's records, their times, and the second argument, where there is one."""


def _numbers(act: Callable[[list[Any]], Any]) -> Aggregate:
    def acts(values: Sequence[Any], times: Sequence[int], more: float) -> Any:
        found = [one for value in values if (one := number(value)) is not None]
        return act([int(one) if isinstance(one, bool) else one for one in found]) if found else None

    return acts


def _percentile(values: Sequence[Any], times: Sequence[int], percent: float) -> Any:
    found = sorted(one for value in values if (one := number(value)) is not None)
    if not found:
        return None
    place = (len(found) - 1) * percent / 100
    low, high = math.floor(place), math.ceil(place)
    return found[low] + (found[high] - found[low]) * (place - low)


def _at_end(pick: Callable[..., int]) -> Aggregate:
    def acts(values: Sequence[Any], times: Sequence[int], more: float) -> Any:
        there = [place for place, value in enumerate(values) if value is not None]
        return values[pick(there, key=lambda place: times[place])] if there else None

    return acts


def _sorted(pick: Callable[..., Any]) -> Aggregate:
    return lambda values, times, more: pick((one for one in values if one is not None), key=order, default=None)


AGGREGATES: Final[dict[str, Aggregate]] = {
    "count": lambda values, times, more: sum(one is not None for one in values),
    "count_distinct": lambda values, times, more: len({text(one) for one in values if one is not None}),
    "sum": _numbers(sum),
    "avg": _numbers(lambda found: sum(found) / len(found)),
    "min": _numbers(min),
    "max": _numbers(max),
    "stddev": _numbers(lambda found: statistics.stdev(found) if len(found) > 1 else 0),
    "median": lambda values, times, more: _percentile(values, times, 50),
    "pct": _percentile,
    "earliest": _at_end(min),
    "latest": _at_end(max),
    "sortsfirst": _sorted(min),
    "sortslast": _sorted(max),
}
