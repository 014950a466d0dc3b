"""Curves, and the points where one becomes cheaper (faster, smaller) than another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.charts import alt_text
from course.charts.chart import Chart
from course.charts.inputs import ChartError, Series, are_dates, named_series, number
from course.charts.line_plot import LinePlot, looks, read_marks, room_for_labels
from course.charts.moments import when
from course.charts.palette import mix
from course.charts.sheet import Sheet
from course.charts.style import house_style
from course.charts.units import kind_of, say

_MOST_MARKS = 4


@dataclass(frozen=True)
class Crossing:
    """Where two curves meet: `lower_before` is the lower one to the left, `lower_after` to the right."""

    x: float
    y: float
    lower_before: str
    lower_after: str


def _at(series: Series, grid: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    inside: np.ndarray[Any, Any] = np.interp(grid, series.x, series.y)
    inside[(grid < series.x[0]) | (grid > series.x[-1])] = np.nan
    return inside


def crossings(
    lines: Mapping[str, Any], x: Any = None, *, cheapest: bool = True, against: str | None = None
) -> list[Crossing]:
    """Where curves cross, from left to right, taking them as straight between their points.

    With `cheapest` only the crossings at which the lowest curve of all changes: those decide what to choose. With
    `against` instead every crossing with that one curve.
    Curves that touch without crossing, or run together, do not cross.

    >>> crossings({"Lambda": lambda n: 2 * n, "EC2": lambda n: 10}, x=(0, 10))[0].x
    5.0
    """
    series = named_series(lines, "crossings", x)
    grid = np.unique(np.concatenate([one.x for one in series]))
    heights = {one.name: _at(one, grid) for one in series}
    found = []
    for index, one in enumerate(series):
        for other in series[index + 1 :]:
            found += _meetings(one.name, other.name, grid, heights)
    if against is not None:
        if against not in heights:
            raise ChartError(f"crossings: against names {against!r}, but the curves are {list(heights)}")
        found = [c for c in found if against in (c.lower_before, c.lower_after)]
    elif cheapest:
        found = [c for c in found if _is_lowest(c, series)]
    return sorted(found, key=lambda crossing: crossing.x)


def _meetings(
    one: str, other: str, grid: np.ndarray[Any, Any], heights: dict[str, np.ndarray[Any, Any]]
) -> list[Crossing]:
    gap = heights[one] - heights[other]
    size = np.nanmax(np.abs(np.concatenate([heights[one], heights[other]])))
    signs = np.where(np.abs(gap) <= 1e-12 * size, 0, np.sign(gap))
    found = []
    before: int | None = None  # the last place where one curve was clearly below the other
    for place in range(len(grid)):
        if math.isnan(gap[place]) or signs[place] == 0:
            continue
        if before is not None and signs[before] != signs[place]:
            at = _zero(grid, gap, before, place)
            level = float(np.interp(at, grid, heights[one]))
            low, high = (one, other) if signs[before] < 0 else (other, one)
            found.append(Crossing(at, level, low, high))
        before = place
    return found


def _zero(grid: np.ndarray[Any, Any], gap: np.ndarray[Any, Any], before: int, after: int) -> float:
    """The x of the crossing; the first common point when the curves run together for a while."""
    if after > before + 1:
        return float(grid[before + 1])
    return float(grid[before] + (grid[after] - grid[before]) * gap[before] / (gap[before] - gap[after]))


def _is_lowest(crossing: Crossing, series: Sequence[Series]) -> bool:
    for one in series:
        if one.name in {crossing.lower_before, crossing.lower_after}:
            continue
        level = float(_at(one, np.array([crossing.x]))[0])
        if not math.isnan(level) and level < crossing.y - 1e-9 * abs(crossing.y):
            return False
    return True


@house_style()
def curves(
    data: Any,
    *,
    headline: str,
    x: Any = None,
    x_label: str = "",
    y_label: str = "",
    x_unit: str | None = None,
    y_unit: str | None = None,
    breakeven: bool | str = False,
    against: str | None = None,
    log_x: bool = False,
    log_y: bool = False,
    highlight: Sequence[str] = (),
    bands: Mapping[str, Any] | None = None,
    thresholds: Mapping[str, Any] | None = None,
    events: Mapping[str, Any] | None = None,
    notes: Sequence[tuple[Any, Any, str]] = (),
    y_max: float | None = None,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
    height: float = 3.1,
) -> Chart:
    """Lines over a common x, named at their ends; `breakeven=True` computes and marks where the lowest one changes.

    `data` is {name: (x, y)}, {name: function} with `x=(low, high)`, or a DataFrame (index = x, a column a line).
    `breakeven="same speed"` uses other words at the mark, `against` marks every crossing with one curve; the points
    are in `chart.findings`. `bands` are
    {words: (x, low, high)}, `thresholds` {words: y}, `events` {words: x}, `notes` [(x, y, words)].

    >>> curves({"Lambda": lambda n: 0.2 * n, "EC2": lambda n: 7.6}, x=(0, 80), breakeven=True,
    ...        headline="Above 38 million requests a month the instance is cheaper",
    ...        x_label="million requests per month", y_unit="USD per month")
    """
    series = named_series(data, "curves", x)
    if x_unit is None and are_dates(series[0].x if x is None else x):
        x_unit = "date"
    levels, moments = read_marks(thresholds, "curves"), read_marks(events, "curves")
    _positive_for_log(series, log_x, "log_x", "x")
    names = [one.name for one in series] + [words for words, _ in levels]
    sheet = Sheet("Line chart", headline=headline, subtitle=subtitle, height=room_for_labels(names, height),
                  source=source, data=[data, thresholds], alt=alt)  # fmt: skip
    plot = LinePlot(sheet, sheet.axes(), x_unit=x_unit, y_unit=y_unit, log_x=log_x, log_y=log_y)
    low, high = min(one.x[0] for one in series), max(one.x[-1] for one in series)
    plot.range_x(low, high)
    spans = _read_bands(bands)
    for (words, xs, lower, upper), look in zip(spans, looks(series), strict=False):
        plot.axes.fill_between(xs, lower, upper, color=mix(look.colour, "#ffffff", 0.8), linewidth=0, zorder=1)
        middle = len(xs) * 3 // 4
        plot.note(xs[middle], (lower[middle] + upper[middle]) / 2, words, mark=False)
    for one, look in zip(series, looks(series, highlight), strict=True):
        plot.draw(one, look)
    for words, level in levels:
        plot.threshold(words, level)
    for words, moment in moments:
        plot.event(words, moment)
    found = crossings({one.name: (one.x, one.y) for one in series}, against=against) if breakeven else []
    word = breakeven if isinstance(breakeven, str) else "break-even"
    for crossing in _marked(found):
        where = _with_unit(crossing.x, x_unit, x_label)
        plot.note(crossing.x, crossing.y, f"{word} at {where}, {_with_unit(crossing.y, y_unit, '')}")
    for note_x, note_y, words in notes:
        plot.note(number(note_x, "curves: note"), number(note_y, "curves: note"), words)
    upper_edges = [value for _, _, _, upper in spans for value in upper]
    plot.range_y([y for one in series for y in one.y] + [level for _, level in levels] + upper_edges, y_max)
    plot.titles(x_label, y_label)
    if log_x:
        plot.axes.grid(axis="x", color="#e3e8ee", linewidth=0.8)
    plot.settle_on(sheet)
    summary = alt_text.listing([alt_text.line(one, x_unit, y_unit) for one in series])
    if found:
        summary += ". " + "; ".join(
            f"{word} of {c.lower_before} and {c.lower_after} at {_with_unit(c.x, x_unit, x_label)}"
            for c in _marked(found)
        )
    return sheet.finish(plot.axes, summary + ".", found)


def _with_unit(value: float, unit: str | None, label: str) -> str:
    """`12.7 million requests`, `$7.60`, `15 min`: a count alone would leave the reader guessing."""
    if unit == "date":
        return when(value, unit)
    return f"{say(value, unit)} {unit or label}".strip() if kind_of(unit) == "count" else say(value, unit)


def _marked(found: Sequence[Crossing]) -> list[Crossing]:
    """Of a staircase that crosses a line again and again, the first and the last crossing say enough."""
    return list(found) if len(found) <= _MOST_MARKS else [found[0], found[-1]]


def _positive_for_log(series: Sequence[Series], log: bool, option: str, what: str) -> None:
    for one in series if log else ():
        if min(one.x) <= 0:
            raise ChartError(f"curves: {option} needs {what} above 0, but {one.name!r} starts at {min(one.x):g}")


def _read_bands(bands: Mapping[str, Any] | None) -> list[tuple[str, list[float], list[float], list[float]]]:
    return [
        (str(words), *([number(value, f"curves: band {words!r}") for value in column] for column in columns))  # type: ignore[misc]
        for words, columns in (bands or {}).items()
    ]
