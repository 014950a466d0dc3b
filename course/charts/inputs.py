"""What a chart accepts: dicts, lists of pairs, and pandas objects, read into plain Python.

pandas is recognised by what its objects can do and is never imported here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.charts.moments import day_number


class ChartError(ValueError):
    """Data or settings a chart cannot be drawn from; the message says what to change."""


@dataclass(frozen=True)
class Series:
    """One named line: equally many x and y."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


def number(value: Any, where: str) -> float:
    """A float; dates become matplotlib day numbers; facts and numpy numbers are numbers."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            try:
                value = dt.datetime.fromisoformat(value)
            except ValueError:
                raise ChartError(f"{where}: {value!r} is neither a number nor a date; pass a number") from None
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    if isinstance(value, dt.date | dt.datetime) or hasattr(value, "isoformat"):
        return day_number(value)
    if value is None:
        return math.inf  # a quota of None is no quota
    return float(value)


def are_dates(values: Iterable[Any]) -> bool:
    """Whether the values are dates or ISO texts, so that the axis must be a calendar."""
    found = list(values)
    if not found:
        return False
    first = found[0]
    if isinstance(first, str):
        try:
            dt.datetime.fromisoformat(first)
        except ValueError:
            return False
        return True
    return hasattr(first, "isoformat")


def pairs(data: Any, form: str) -> list[tuple[str, Any]]:
    """(name, value) pairs of a dict, a list of pairs, a Series, or the first two columns of a DataFrame."""
    if hasattr(data, "itertuples") and hasattr(data, "columns"):
        if len(data.columns) == 1:
            return [(str(name), value) for name, value in zip(data.index, data.iloc[:, 0], strict=True)]
        return [(str(row[0]), row[1]) for row in data.itertuples(index=False)]
    if isinstance(data, Mapping) or hasattr(data, "items"):
        found = [(str(name), value) for name, value in data.items()]
    else:
        found = [(str(name), value) for name, value in data]
    if not found:
        raise ChartError(f"{form}: the data is empty; pass at least one (name, value) pair")
    return found


def named_values(data: Any, form: str) -> list[tuple[str, float]]:
    """(name, number) pairs."""
    return [(name, number(value, f"{form}: {name!r}")) for name, value in pairs(data, form)]


def table(data: Any, form: str) -> tuple[list[str], list[str], list[list[Any]]]:
    """Row names, column names and cells of a DataFrame or of {row: {column: cell}}."""
    if hasattr(data, "itertuples") and hasattr(data, "columns"):
        cells = [list(row) for row in data.itertuples(index=False)]
        return [str(name) for name in data.index], [str(name) for name in data.columns], cells
    if not isinstance(data, Mapping) or not data:
        raise ChartError(f"{form}: expected {{row: {{column: value}}}} or a DataFrame, got {type(data).__name__}")
    columns: list[str] = []
    for row, cells_of in data.items():
        if not isinstance(cells_of, Mapping):
            raise ChartError(f"{form}: row {row!r} is {cells_of!r}; expected {{column: value}}")
        columns += [str(column) for column in cells_of if str(column) not in columns]
    rows = [{str(column): cell for column, cell in cells_of.items()} for cells_of in data.values()]
    return [str(row) for row in data], columns, [[row.get(column) for column in columns] for row in rows]


def _series(name: str, x: Iterable[Any], y: Iterable[Any], form: str) -> Series:
    xs = tuple(number(value, f"{form}: x of {name!r}") for value in x)
    ys = tuple(number(value, f"{form}: y of {name!r}") for value in y)
    if len(xs) != len(ys) or not xs:
        raise ChartError(f"{form}: {name!r} has {len(xs)} x and {len(ys)} y values; pass equally many, at least one")
    return Series(name, xs, ys)


def named_series(data: Any, form: str, x: Any = None) -> list[Series]:
    """Series of {name: (x, y)}, {name: [(x, y), ...]}, {name: y} or {name: function} with shared `x`, or a DataFrame.

    A DataFrame's index is the x, its columns are the lines. A shared `x` of two numbers is a range: functions are
    then computed at 400 points of it.
    """
    if hasattr(data, "itertuples") and hasattr(data, "columns"):
        return [_series(str(name), data.index, data[name], form) for name in data.columns]
    if not isinstance(data, Mapping) and hasattr(data, "items") and hasattr(data, "index"):
        return [_series(str(data.name or ""), data.index, data, form)]
    if not isinstance(data, Mapping):
        data = {"": data}
    shared: Sequence[Any] | None = list(x) if x is not None else None
    found = []
    for name, values in data.items():
        if isinstance(values, Callable):  # type: ignore[arg-type]
            if shared is None:
                raise ChartError(f"{form}: {name!r} is a function; pass x=(lowest, highest) as well")
            xs = [float(v) for v in np.linspace(shared[0], shared[1], 401)] if len(shared) == 2 else shared
            found.append(_series(str(name), xs, [values(value) for value in xs], form))
            continue
        listed = list(values)
        if shared is not None and len(listed) == len(shared) and not hasattr(listed[0], "__len__"):
            found.append(_series(str(name), shared, listed, form))
        elif len(listed) == 2 and hasattr(listed[0], "__len__") and not isinstance(listed[0], str):
            xs, ys = listed
            as_points = len(xs) == 2 and len(ys) == 2 and isinstance(values, list)
            if as_points:  # [(x, y), (x, y)]: a list of two points, not a tuple of two columns
                xs, ys = zip(*listed, strict=True)
            found.append(_series(str(name), xs, ys, form))
        else:
            try:
                xs, ys = zip(*listed, strict=True)
            except (TypeError, ValueError):
                raise ChartError(
                    f"{form}: {name!r} is {len(listed)} values without x; pass (x, y), points, or x=[...]"
                ) from None
            found.append(_series(str(name), xs, ys, form))
    if not found:
        raise ChartError(f"{form}: the data is empty; pass at least one line")
    return found
