"""What metric math works with: numbers, time series and lists of time series."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from course.lab.cloudwatch.expressions import MathError


@dataclass(frozen=True)
class Series:
    """Values by time, in seconds since 1970."""

    values: dict[float, float] = field(default_factory=dict)
    period: int = 60
    label: str = ""

    def mapped(self, change: Callable[[float], float]) -> Series:
        return replace(self, values={at: change(value) for at, value in self.values.items()})


Value: TypeAlias = "float | str | Series | list[Series]"


def _true(value: bool) -> float:
    return 1.0 if value else 0.0


_OPERATIONS: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
    "==": lambda left, right: _true(left == right),
    "!=": lambda left, right: _true(left != right),
    "<": lambda left, right: _true(left < right),
    ">": lambda left, right: _true(left > right),
    "<=": lambda left, right: _true(left <= right),
    ">=": lambda left, right: _true(left >= right),
    "AND": lambda left, right: _true(bool(left) and bool(right)),
    "OR": lambda left, right: _true(bool(left) or bool(right)),
}


def combine(sign: str, left: Value, right: Value) -> Value:
    """One operation: number by number, time by time where both have a value, series by series."""
    if isinstance(left, str) or isinstance(right, str):
        raise MathError(f"'{sign}' works with numbers and time series, not with text")
    if isinstance(left, list) and isinstance(right, list):
        raise MathError(f"'{sign}' does not work between two lists of time series")
    if isinstance(left, list):
        return [_as_series(combine(sign, one, right)) for one in left]
    if isinstance(right, list):
        return [_as_series(combine(sign, left, one)) for one in right]
    do = _OPERATIONS[sign]
    if isinstance(left, Series) and isinstance(right, Series):
        both = left.values.keys() & right.values.keys()
        return _worked_out(left, {at: (left.values[at], right.values[at]) for at in sorted(both)}, do)
    if isinstance(left, Series):
        assert not isinstance(right, Series)
        return _worked_out(left, {at: (value, right) for at, value in left.values.items()}, do)
    if isinstance(right, Series):
        return _worked_out(right, {at: (left, value) for at, value in right.values.items()}, do)
    try:
        return float(do(left, right))
    except (ZeroDivisionError, OverflowError) as no:
        raise MathError(str(no)) from no


def _as_series(value: Value) -> Series:
    assert isinstance(value, Series)
    return value


def _worked_out(like: Series, pairs: dict[float, tuple[float, float]], do: Callable[[float, float], float]) -> Series:
    found: dict[float, float] = {}
    for at, (left, right) in pairs.items():
        try:
            value = do(left, right)
        except (ZeroDivisionError, OverflowError):
            continue  # no number, no data point
        if isinstance(value, int | float):
            found[at] = float(value)
    return replace(like, values=found)


def across(many: Iterable[Series], take: Callable[[list[float]], float]) -> Series:
    """One series from several: at each time what `take` makes of the values there are."""
    found: dict[float, list[float]] = {}
    period = 60
    for one in many:
        period = one.period
        for at, value in one.values.items():
            found.setdefault(at, []).append(value)
    return Series({at: take(found[at]) for at in sorted(found)}, period)
