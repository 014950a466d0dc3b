"""Statistics of data points: the five plain ones, percentiles, and means and sums of a part of the values.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
A percentile between two values is interpolated; AWS does not say how it does that.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Final

PLAIN: Final = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
_SHORT = re.compile(r"(p|tm|wm|tc|ts)(\d{1,2}(?:\.\d{1,10})?|100)")
_RANGE = re.compile(r"(TM|WM|TC|TS|PR)\(([\d.]*%?):([\d.]*%?)\)")


def is_statistic(name: str) -> bool:
    """Whether CloudWatch knows a statistic of this name."""
    return name in PLAIN or name == "IQM" or bool(_SHORT.fullmatch(name) or _RANGE.fullmatch(name))


def statistic(name: str, data: Sequence[Any]) -> float | None:
    """The statistic of these data points; None where there is none."""
    if not data:
        return None
    if name in PLAIN:
        return _plain(name, data)
    values = _values(data)
    if not values:
        return None  # sets of statistics tell nothing of their single values
    if name == "IQM":
        return _part("TM", values, "25%", "75%")
    if short := _SHORT.fullmatch(name):
        kind, bound = short.groups()
        return _percentile(values, float(bound)) if kind == "p" else _part(kind.upper(), values, "0%", f"{bound}%")
    if ranged := _RANGE.fullmatch(name):
        kind, low, high = ranged.groups()
        return _part(kind, values, low, high)
    return None


def _plain(name: str, data: Sequence[Any]) -> float | None:
    count = sum(getattr(one, "sample_count", 1.0) for one in data)
    total = sum(one.value if hasattr(one, "value") else one.sum for one in data)
    match name:
        case "SampleCount":
            return float(count)
        case "Sum":
            return float(total)
        case "Average":
            return float(total / count) if count else None
        case "Minimum":
            return float(min(one.value if hasattr(one, "value") else one.min for one in data))
    return float(max(one.value if hasattr(one, "value") else one.max for one in data))


def _values(data: Sequence[Any]) -> list[float]:
    """Single values; a set of statistics counts as such if it holds one value, or all are alike."""
    found: list[float] = []
    for one in data:
        if hasattr(one, "value"):
            found.append(float(one.value))
        elif one.sample_count == 1 or one.min == one.max:
            found += [float(one.min)] * max(1, int(one.sample_count))
        else:
            return []
    return sorted(found)


def _percentile(values: Sequence[float], percent: float) -> float:
    place = (len(values) - 1) * percent / 100
    below, above = math.floor(place), math.ceil(place)
    return values[below] + (values[above] - values[below]) * (place - below)


def _part(kind: str, values: Sequence[float], low: str, high: str) -> float | None:
    least = _bound(values, low, -math.inf)
    most = _bound(values, high, math.inf)
    if kind == "WM":  # winsorized: values beyond the bounds are counted as the bounds
        return sum(min(max(value, least), most) for value in values) / len(values)
    inside = [value for value in values if least <= value <= most]
    match kind:
        case "TC":
            return float(len(inside))
        case "TS":
            return sum(inside)
        case "PR":
            return 100 * len(inside) / len(values)
    return sum(inside) / len(inside) if inside else None


def _bound(values: Sequence[float], text: str, otherwise: float) -> float:
    if not text:
        return otherwise
    return _percentile(values, float(text[:-1])) if text.endswith("%") else float(text)
