"""Things by two of their numbers, each with its name beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.artist import Artist

from course.charts import alt_text
from course.charts.chart import Chart
from course.charts.inputs import ChartError, number, pairs
from course.charts.line_plot import LinePlot
from course.charts.palette import GRID, PAPER, series_colour
from course.charts.placement import Note, Obstacles, place_notes
from course.charts.sheet import KeyEntry, Sheet
from course.charts.style import SMALL, house_style
from course.charts.units import say

_MARKS = ("o", "s", "^", "D", "v", "P")
_MOST_NAMES = 30


@house_style()
def scatter(
    data: Any,
    *,
    headline: str,
    x_label: str = "",
    y_label: str = "",
    x_unit: str | None = None,
    y_unit: str | None = None,
    groups: Mapping[str, str] | None = None,
    names: bool | None = None,
    log_x: bool = False,
    log_y: bool = False,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
    height: float = 3.6,
) -> Chart:
    """{name: (x, y)} as named points; `groups` gives {name: group} a colour and a shape. Above 30 points no names.

    >>> scatter({"c5.large": (2, 4), "r5.large": (2, 16)}, x_label="vCPU", y_label="memory", y_unit="GiB",
    ...         headline="Same vCPU, four times the memory")
    """
    points = [(n, number(v[0], f"scatter: {n!r}"), number(v[1], f"scatter: {n!r}")) for n, v in pairs(data, "scatter")]
    if (log_x and min(x for _, x, _ in points) <= 0) or (log_y and min(y for _, _, y in points) <= 0):
        raise ChartError("scatter: a log axis needs values above zero; leave log_x or log_y out")
    kinds = list(dict.fromkeys((groups or {}).get(name, "") for name, _, _ in points))
    key = [KeyEntry(kind or "other", series_colour(i), "dot") for i, kind in enumerate(kinds)] if len(kinds) > 1 else []
    sheet = Sheet(
        "Scatter plot", headline=headline, subtitle=subtitle, height=height, source=source, data=data, key=key, alt=alt
    )
    plot = LinePlot(sheet, sheet.axes(), x_unit=x_unit, y_unit=y_unit, log_x=log_x, log_y=log_y)
    xs, ys = [x for _, x, _ in points], [y for _, _, y in points]
    plot.range_x(min(xs) / 1.5 if log_x else min(0.0, *xs), max(xs) * (1.8 if log_x else 1.08))
    plot.axes.grid(axis="x", color=GRID, linewidth=0.8)
    for index, kind in enumerate(kinds):
        some = [(x, y) for name, x, y in points if (groups or {}).get(name, "") == kind]
        plot.axes.plot(
            [x for x, _ in some],
            [y for _, y in some],
            linestyle="none",
            marker=_MARKS[index % 6],
            markersize=7.5,
            color=series_colour(index),
            markeredgecolor=PAPER,
            zorder=3,
            clip_on=False,
        )
    plot.range_y(ys)
    plot.titles(x_label, y_label)
    plot.settle_on(sheet)
    if names if names is not None else len(points) <= _MOST_NAMES:
        sheet.finishers.append(lambda: _name(plot, points))
    said = alt_text.listing([f"{name} {say(x, x_unit)}, {say(y, y_unit)}" for name, x, y in points])
    return sheet.finish(plot.axes, f"{x_label} and {y_label}: {said}.".strip())


def _name(plot: LinePlot, points: list[tuple[str, float, float]]) -> list[Artist]:
    obstacles = Obstacles()
    for _, x, y in points:
        px, py = plot.axes.transData.transform((x, y))
        obstacles.points += [(px + dx, py + dy) for dx in (-4, 0, 4) for dy in (-4, 0, 4)]
    return place_notes(plot.axes, [Note(x, y, name) for name, x, y in points], obstacles, SMALL)
