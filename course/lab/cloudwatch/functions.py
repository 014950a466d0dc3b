"""The functions of metric math.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from course.lab.cloudwatch.expressions import MathError
from course.lab.cloudwatch.series import Series, Value, across


@dataclass(frozen=True)
class Setting:
    """What functions may ask about: the range of time, all metrics of the request, searches and models."""

    start: float
    end: float
    period: int
    metrics: Callable[[str], list[Series]]
    search: Callable[[str, str, int], list[Series]]
    band: Callable[[str, float], list[Series]]


Function = Callable[[Setting, Sequence[Value]], Value]
_FUNCTIONS: dict[str, Function] = {}


def call(name: str, setting: Setting, given: Sequence[Value]) -> Value:
    """Work a function out."""
    if name not in _FUNCTIONS:
        raise MathError(f"Unsupported function {name}")
    try:
        return _FUNCTIONS[name](setting, given)
    except (IndexError, TypeError, AssertionError) as wrong:
        raise MathError(f"{name} cannot be called with these arguments") from wrong


def _function(*names: str) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        _FUNCTIONS.update(dict.fromkeys(names, function))
        return function

    return register


def _each(change: Callable[[Series], Series], value: Value) -> Value:
    if isinstance(value, list):
        return [change(one) for one in value]
    assert isinstance(value, Series)
    return change(value)


def _pointwise(name: str, change: Callable[[float], float]) -> None:
    def function(setting: Setting, given: Sequence[Value]) -> Value:
        (value,) = given
        if isinstance(value, float):
            return float(change(value))
        return _each(lambda one: one.mapped(lambda number: float(change(number))), value)

    _FUNCTIONS[name] = function


for _name, _change in {
    "ABS": abs, "CEIL": math.ceil, "FLOOR": math.floor, "LOG": math.log, "LOG10": math.log10,
}.items():  # fmt: skip
    _pointwise(_name, _change)  # type: ignore[arg-type]


def _reduced(name: str, take: Callable[[Sequence[float]], float]) -> None:
    """Over a series one number, over several series one series."""

    def function(setting: Setting, given: Sequence[Value]) -> Value:
        value = given[0] if len(given) == 1 else list(given)
        if isinstance(value, Series):
            if not value.values:
                raise MathError(f"{name} of no data points")
            return float(take(list(value.values.values())))
        assert isinstance(value, list)
        if value and all(isinstance(one, float) for one in value):
            return float(take([one for one in value if isinstance(one, float)]))
        return across(_all_series(value), lambda numbers: float(take(numbers)))

    _FUNCTIONS[name] = function


def _all_series(values: Iterable[Any]) -> list[Series]:
    found = list(values)
    assert all(isinstance(one, Series) for one in found)
    return found


for _name, _take in {
    "AVG": statistics.fmean, "MAX": max, "MIN": min, "SUM": math.fsum, "STDDEV": statistics.pstdev,
}.items():  # fmt: skip
    _reduced(_name, _take)  # type: ignore[arg-type]


@_function("DATAPOINT_COUNT")
def _datapoint_count(setting: Setting, given: Sequence[Value]) -> Value:
    (value,) = given
    if isinstance(value, Series):
        return float(len(value.values))
    assert isinstance(value, list)
    return across(value, lambda numbers: float(len(numbers)))


@_function("METRIC_COUNT")
def _metric_count(setting: Setting, given: Sequence[Value]) -> Value:
    return float(len(given[0])) if isinstance(given[0], list) else 1.0


@_function("METRICS")
def _metrics(setting: Setting, given: Sequence[Value]) -> Value:
    part = given[0] if given else ""
    assert isinstance(part, str)
    return setting.metrics(part)


@_function("SEARCH")
def _search(setting: Setting, given: Sequence[Value]) -> Value:
    words, statistic, *period = given
    assert isinstance(words, str)
    assert isinstance(statistic, str)
    return setting.search(words, statistic, int(period[0]) if period else setting.period)  # type: ignore[arg-type]


@_function("PERIOD")
def _period(setting: Setting, given: Sequence[Value]) -> Value:
    assert isinstance(given[0], Series)
    return float(given[0].period)


def _steps(make: Callable[[float, float, float], float]) -> Callable[[Series], Series]:
    """From each value, the one before it and the seconds between them."""

    def change(one: Series) -> Series:
        times = sorted(one.values)
        pairs = itertools.pairwise(times)
        return replace(one, values={
            late: make(one.values[early], one.values[late], late - early) for early, late in pairs})  # fmt: skip

    return change


@_function("DIFF")
def _diff(setting: Setting, given: Sequence[Value]) -> Value:
    return _each(_steps(lambda before, after, gap: after - before), given[0])


@_function("DIFF_TIME")
def _diff_time(setting: Setting, given: Sequence[Value]) -> Value:
    return _each(_steps(lambda before, after, gap: gap), given[0])


@_function("RATE")
def _rate(setting: Setting, given: Sequence[Value]) -> Value:
    return _each(_steps(lambda before, after, gap: (after - before) / gap), given[0])


@_function("RUNNING_SUM")
def _running_sum(setting: Setting, given: Sequence[Value]) -> Value:
    def change(one: Series) -> Series:
        total, found = 0.0, {}
        for at in sorted(one.values):
            total += one.values[at]
            found[at] = total
        return replace(one, values=found)

    return _each(change, given[0])


def grid(setting: Setting, period: int) -> list[float]:
    """The beginnings of all periods in the range of time."""
    count = math.ceil((setting.end - setting.start) / period)
    return [setting.start + number * period for number in range(count)]


@_function("TIME_SERIES")
def _time_series(setting: Setting, given: Sequence[Value]) -> Value:
    assert isinstance(given[0], float)
    return Series(dict.fromkeys(grid(setting, setting.period), given[0]), setting.period)


@_function("FILL")
def _fill(setting: Setting, given: Sequence[Value]) -> Value:
    value, filling = given
    return _each(lambda one: _filled(one, filling, setting), value)


def _filled(one: Series, filling: Value, setting: Setting) -> Series:
    known = sorted(one.values)
    found: dict[float, float] = {}
    for at in grid(setting, one.period):
        if at in one.values:
            found[at] = one.values[at]
            continue
        before = max((time for time in known if time < at), default=None)
        after = min((time for time in known if time > at), default=None)
        if isinstance(filling, float):
            found[at] = filling
        elif isinstance(filling, Series) and at in filling.values:
            found[at] = filling.values[at]
        elif filling == "REPEAT" and before is not None:
            found[at] = one.values[before]
        elif filling == "LINEAR" and before is not None and after is not None:
            share = (at - before) / (after - before)
            found[at] = one.values[before] + (one.values[after] - one.values[before]) * share
    return replace(one, values=found)


@_function("IF")
def _if(setting: Setting, given: Sequence[Value]) -> Value:
    condition, then, *otherwise = given
    other: Value | None = otherwise[0] if otherwise else None
    if isinstance(condition, float):
        chosen = then if condition else other
        return Series({}, setting.period) if chosen is None else chosen
    if isinstance(condition, list):
        raise MathError("IF takes one time series as its condition")
    assert isinstance(condition, Series)
    found: dict[float, float] = {}
    for at, holds in condition.values.items():
        chosen = then if holds else other
        value = chosen.values.get(at) if isinstance(chosen, Series) else chosen
        if isinstance(value, float):
            found[at] = value
    return replace(condition, values=found)


def _from_list(name: str, place: int) -> None:
    def function(setting: Setting, given: Sequence[Value]) -> Value:
        (many,) = given
        assert isinstance(many, list)
        return many[place]

    _FUNCTIONS[name] = function


_from_list("FIRST", 0)
_from_list("LAST", -1)


@_function("REMOVE_EMPTY")
def _remove_empty(setting: Setting, given: Sequence[Value]) -> Value:
    assert isinstance(given[0], list)
    return [one for one in given[0] if one.values]


@_function("SLICE")
def _slice(setting: Setting, given: Sequence[Value]) -> Value:
    many, start, *end = given
    assert isinstance(many, list)
    assert isinstance(start, float)
    return many[int(start) : int(end[0])] if end else many[int(start)]  # type: ignore[arg-type]


_ORDER: Final[dict[str, Callable[[Sequence[float]], float]]] = {
    "AVG": statistics.fmean, "MAX": max, "MIN": min, "SUM": math.fsum,
}  # fmt: skip


@_function("SORT")
def _sort(setting: Setting, given: Sequence[Value]) -> Value:
    many, by, way, *most = given
    assert isinstance(many, list)
    assert isinstance(by, str)
    ordered = sorted(
        (one for one in many if one.values),
        key=lambda one: _ORDER[by](list(one.values.values())),
        reverse=way == "DESC",
    )
    return ordered[: int(most[0])] if most else ordered  # type: ignore[arg-type]


@_function("ANOMALY_DETECTION_BAND")
def _band(setting: Setting, given: Sequence[Value]) -> Value:
    name, *width = given
    assert isinstance(name, str)
    return setting.band(name, width[0] if width else 2.0)  # type: ignore[arg-type]


def _calendar(name: str, read: Callable[[dt.datetime], float]) -> None:
    def function(setting: Setting, given: Sequence[Value]) -> Value:
        return _each(
            lambda one: replace(one, values={
                at: float(read(dt.datetime.fromtimestamp(at, dt.UTC))) for at in one.values}), given[0]
        )  # fmt: skip

    _FUNCTIONS[name] = function


for _name, _read in {
    "MINUTE": lambda at: at.minute,
    "HOUR": lambda at: at.hour,
    "DAY": lambda at: at.isoweekday(),
    "DATE": lambda at: at.day,
    "MONTH": lambda at: at.month,
    "YEAR": lambda at: at.year,
    "EPOCH": lambda at: at.timestamp(),
}.items():
    _calendar(_name, _read)
