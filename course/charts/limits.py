"""Limits side by side on a log axis: from milliseconds to years, from bytes to terabytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from course.charts import alt_text, ticks
from course.charts.chart import Chart
from course.charts.inputs import ChartError, number, pairs
from course.charts.palette import ACCENT, GRID, INK, MAIN, MUTED, PAPER, QUIET, mix
from course.charts.row_plot import Levels, Rows, check_names
from course.charts.sheet import KeyEntry, Sheet
from course.charts.style import BODY, house_style
from course.charts.units import axis_title, kind_of, say


@house_style()
def limits(
    data: Any,
    *,
    headline: str,
    unit: str | None = None,
    label: str = "",
    highlight: Sequence[str] = (),
    reference: Any = None,
    sort: bool = True,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
) -> Chart:
    """Limits on a log axis: {name: maximum}, {name: (lowest, highest)} or {name: (lowest, default, highest)}.

    None stands for 'no limit' and becomes an arrow. `reference` draws {words: value} lines across all rows.

    >>> limits({"Lambda": 900, "Step Functions": 31_536_000, "API Gateway": (0.05, 29)}, unit="seconds",
    ...        headline="Only Step Functions waits longer than a quarter of an hour")
    """
    read = [(name, _range(name, value)) for name, value in pairs(data, "limits")]
    if sort:
        read.sort(key=lambda pair: (pair[1][-1], pair[1][0]))
    names = [name for name, _ in read]
    check_names(names, list(highlight), "limits: highlight")
    marks = {str(words): number(value, "limits: reference") for words, value in (reference or {}).items()}
    flat = [value for _, values in read for value in values if math.isfinite(value) and value > 0] + list(
        marks.values()
    )
    if not flat:
        raise ChartError("limits: no value above zero; a log axis needs one")
    low, high = min(flat) / 2.2, max(flat) * 2.2
    rows = Rows(names)
    key = _key(read)
    # Where the ticks tell their units (15 min, 12 h), naming the unit of the numbers would contradict them.
    measured = axis_title(label, unit) or {"time": "time", "size": "size"}.get(str(kind_of(unit)), unit or "")
    sheet = Sheet(
        "Limits on a log scale",
        headline=headline,
        subtitle=subtitle or f"{measured}, log scale".lstrip(", "),
        height=rows.total + 0.34 + 0.3 * bool(marks),
        source=source,
        data=data,
        key=key,
        alt=alt,
    )
    axes = sheet.axes()
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    rows.label(axes)
    for (name, values), centre in zip(read, rows.centres, strict=True):
        _draw(axes, values, centre, low, high, unit, ACCENT if name in highlight else MAIN)
    ticks.apply(axes.xaxis, low, high, unit, log=True, count=6)
    axes.grid(visible=False)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    Levels(sheet, axes, marks, "limits")
    said = [f"{name} {_words(values, unit)}" for name, values in read]
    return sheet.finish(axes, alt_text.listing(said) + ".")


def _range(name: str, value: Any) -> tuple[float, ...]:
    parts = value if isinstance(value, tuple | list) else (value,)
    if not 1 <= len(parts) <= 3:
        raise ChartError(f"limits: {name!r} has {len(parts)} values; pass max, (min, max) or (min, default, max)")
    read = tuple(number(part, f"limits: {name!r}") for part in parts)
    if list(read) != sorted(read):
        raise ChartError(f"limits: {name!r} is {parts}; write the values in rising order")
    return read


def _words(values: tuple[float, ...], unit: str | None) -> str:
    if len(values) == 1:
        return say(values[0], unit)
    ends = f"{say(values[0], unit)} to {say(values[-1], unit)}"
    return ends if len(values) == 2 else f"{ends}, default {say(values[1], unit)}"


def _draw(
    axes: Axes, values: tuple[float, ...], centre: float, low: float, high: float, unit: str | None, colour: str
) -> None:
    inside = [min(max(value, low), high) for value in values]  # zero and infinity stand at the edges
    start = inside[0] if len(values) > 1 else low
    axes.plot(
        [start, inside[-1]],
        [centre, centre],
        color=mix(colour, PAPER, 0.72) if len(values) > 1 else QUIET,
        linewidth=6 if len(values) > 1 else 1.2,
        solid_capstyle="butt",
        zorder=2,
    )
    if len(values) > 1 and values[0] > 0:
        axes.plot([inside[0]], [centre], marker="|", markersize=9, markeredgewidth=2, color=colour, zorder=3)
    if len(values) == 3:
        axes.plot(
            [inside[1]],
            [centre],
            "o",
            markersize=6.5,
            markerfacecolor=PAPER,
            markeredgecolor=colour,
            markeredgewidth=1.8,
            zorder=4,
        )
    endless = math.isinf(values[-1])
    axes.plot(
        [inside[-1]],
        [centre],
        marker=">" if endless else ("|" if len(values) > 1 else "o"),
        markersize=9 if len(values) > 1 else 7.5,
        markeredgewidth=2 if len(values) > 1 else 0.5,
        color=MUTED if endless else colour,
        zorder=4,
        clip_on=False,
    )
    axes.annotate(
        _words(values, unit),
        (inside[-1], centre),
        xytext=(8, 0),
        textcoords="offset points",
        fontsize=BODY,
        color=INK,
        va="center_baseline",
        annotation_clip=False,
        zorder=5,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.0},
    )


def _key(read: Sequence[tuple[str, tuple[float, ...]]]) -> list[KeyEntry]:
    if any(len(values) == 3 for _, values in read):
        return [KeyEntry("allowed range", mix(MAIN, PAPER, 0.72)), KeyEntry("default", MAIN, "ring")]
    return []
