"""What happens over time: backlogs, load against capacity, stacked shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from course.charts import alt_text
from course.charts.chart import Chart
from course.charts.inputs import ChartError, Series, are_dates, named_series, number
from course.charts.line_plot import (
    LinePlot,
    Look,
    looks,
    read_marks,
    read_spans,
    room_for_labels,
    state_key,
)
from course.charts.palette import ACCENT, MAIN, mix
from course.charts.sheet import KeyEntry, Sheet
from course.charts.style import house_style
from course.charts.units import say

_SHORT = mix(ACCENT, "#ffffff", 0.55)
_IDLE = "#dfe6f3"


@house_style()
def over_time(
    data: Any,
    *,
    headline: str,
    x: Any = None,
    x_unit: str | None = "seconds",
    y_unit: str | None = None,
    x_label: str = "",
    y_label: str = "",
    stacked: bool = False,
    states: Sequence[tuple[Any, Any, str]] = (),
    thresholds: Mapping[str, Any] | None = None,
    events: Mapping[str, Any] | None = None,
    notes: Sequence[tuple[Any, Any, str]] = (),
    highlight: Sequence[str] = (),
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
    height: float = 2.9,
) -> Chart:
    """Lines over time, or with `stacked=True` areas on top of one another; `events` and `states` mark what happened.

    >>> over_time({"messages waiting": backlog}, x=minutes, x_unit="minutes", events={"workers added": 12},
    ...           headline="Ten more workers clear the backlog in a quarter of an hour")
    """
    series = named_series(data, "over_time", x)
    if are_dates(series[0].x if x is None else x):
        x_unit = "date"
    levels, moments, spans = (
        read_marks(thresholds, "over_time"), read_marks(events, "over_time"), read_spans(states, "over_time"),
    )  # fmt: skip
    low = min(one.x[0] for one in series)
    high = max([one.x[-1] for one in series] + [end for _, end, _ in spans])
    names = [one.name for one in series] + [words for words, _ in levels]
    sheet = Sheet("Line chart over time" if not stacked else "Stacked areas over time", headline=headline,
                  subtitle=subtitle, height=room_for_labels(names, height), source=source, data=[data, thresholds],
                  alt=alt, key=state_key(spans, low, high))  # fmt: skip
    plot = LinePlot(sheet, sheet.axes(), x_unit=x_unit, y_unit=y_unit)
    plot.range_x(low, high)
    plot.states(spans)
    tops = _stack(plot, series) if stacked else [y for one in series for y in one.y]
    for one, look in zip(series, looks(series, highlight), strict=True):
        if not stacked:
            plot.draw(one, look)
    for words, level in levels:
        plot.threshold(words, level)
    for words, moment in moments:
        plot.event(words, moment)
    for note_x, note_y, words in notes:
        plot.note(number(note_x, "over_time: note"), number(note_y, "over_time: note"), words)
    plot.range_y(tops + [level for _, level in levels])
    plot.titles(x_label, y_label)
    plot.settle_on(sheet)
    summary = alt_text.listing([alt_text.line(one, x_unit, y_unit) for one in series])
    for words, moment in moments:
        summary += f". {words} at {say(moment, x_unit)}"
    return sheet.finish(plot.axes, summary + ".")


def _stack(plot: LinePlot, series: Sequence[Series]) -> list[float]:
    """Areas from the bottom up, each named at the middle of its right edge."""
    base = np.zeros(len(series[0].x))
    for one, look in zip(series, looks(series), strict=True):
        if one.x != series[0].x:
            raise ChartError(f"over_time: stacked areas need the same x; {one.name!r} has its own")
        top = base + np.array(one.y)
        plot.axes.fill_between(one.x, base, top, color=look.colour, linewidth=0.8, edgecolor="white", zorder=2)
        plot.name_end(one.name, float(base[-1] + top[-1]) / 2, look.colour)
        base = top
    return [float(value) for value in base]


@house_style()
def capacity(
    demand: Any,
    supply: Any,
    *,
    headline: str,
    demand_name: str = "demand",
    supply_name: str = "capacity",
    short: str = "too little",
    idle: str = "idle",
    x_unit: str | None = "hours",
    y_unit: str | None = None,
    x_label: str = "",
    y_label: str = "",
    step: bool = True,
    events: Mapping[str, Any] | None = None,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
    height: float = 3.0,
) -> Chart:
    """What was asked for against what was there, both as (times, values); the gap between them is shaded and named.

    `chart.findings` is [units short x time, units idle x time], the two shaded areas.

    >>> capacity((hours, load), (hours, instances), headline="A fixed fleet is idle at night and short at noon",
    ...          y_label="requests per second")
    """
    wanted = named_series({demand_name: demand}, "capacity")[0]
    there = named_series({supply_name: supply}, "capacity")[0]
    moments = read_marks(events, "capacity")
    low, high = min(wanted.x[0], there.x[0]), max(wanted.x[-1], there.x[-1])
    grid = np.linspace(low, high, 1201)
    asked = np.interp(grid, wanted.x, wanted.y)
    places = np.clip(np.searchsorted(there.x, grid, side="right") - 1, 0, None)
    given = np.array(there.y)[places] if step else np.interp(grid, there.x, there.y)
    missing, spare = np.clip(asked - given, 0, None), np.clip(given - asked, 0, None)
    width = (high - low) / (len(grid) - 1)
    areas = [float(missing.sum() * width), float(spare.sum() * width)]
    key = [KeyEntry(idle, _IDLE)] if areas[1] > 0 else []
    key += [KeyEntry(short, _SHORT, hatch="////", edge=ACCENT)] if areas[0] > 0 else []
    sheet = Sheet("Capacity chart", headline=headline, subtitle=subtitle, height=height, source=source,
                  data=[demand, supply], alt=alt, key=key)  # fmt: skip
    plot = LinePlot(sheet, sheet.axes(), x_unit=x_unit, y_unit=y_unit)
    plot.range_x(low, high)
    plot.axes.fill_between(grid, asked, given, where=list(given > asked), color=_IDLE, linewidth=0, zorder=1)
    plot.axes.fill_between(grid, given, asked, where=list(asked > given), facecolor=_SHORT, hatch="////",
                           edgecolor=ACCENT, linewidth=0, zorder=1)  # fmt: skip
    plot.draw(Series(supply_name, (*there.x, high), (*there.y, there.y[-1])), Look(MAIN, 2.2), step=step)
    plot.draw(wanted, Look("#1b2330", 1.6))
    for words, moment in moments:
        plot.event(words, moment)
    plot.range_y([*wanted.y, *there.y])
    plot.titles(x_label, y_label)
    plot.settle_on(sheet)
    summary = (
        f"{alt_text.line(wanted, x_unit, y_unit)}; {alt_text.line(there, x_unit, y_unit)}. "
        f"{short.capitalize()} for {np.mean(missing > 0):.0%} of the time, {idle} for {np.mean(spare > 0):.0%}."
    )
    return sheet.finish(plot.axes, summary, areas)
