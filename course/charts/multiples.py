"""Small multiples: the same small chart for each case, on common axes, so that the eye does the comparing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from course.charts import alt_text, lettering
from course.charts.chart import Chart
from course.charts.inputs import ChartError, are_dates, named_series
from course.charts.line_plot import LinePlot, looks, read_marks
from course.charts.palette import INK, MUTED
from course.charts.sheet import KeyEntry, Sheet
from course.charts.style import BODY, TICK, house_style
from course.charts.units import axis_title, say


@house_style()
def multiples(
    panels: Mapping[str, Any],
    *,
    headline: str,
    x: Any = None,
    x_label: str = "",
    y_label: str = "",
    x_unit: str | None = None,
    y_unit: str | None = None,
    step: bool = False,
    fill: bool = False,
    thresholds: Mapping[str, Any] | None = None,
    columns: int | None = None,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
    panel_height: float = 1.25,
) -> Chart:
    """{title: lines} with lines as `curves` takes them; every panel has the same axes.

    `step` draws stairs, `fill` shades down to zero; `thresholds` are {words: y} in every panel. `chart.axes` is the
    list of panels.

    >>> multiples({"AllAtOnce": ([0, 1], [100, 100]), "Canary": ([0, 5], [10, 100])}, step=True, y_unit="percent",
    ...           x_unit="minutes", headline="A canary shows a bad version to one caller in ten")
    """
    if not isinstance(panels, Mapping) or not panels:
        raise ChartError("multiples: pass {title: lines}, at least one panel")
    read = {str(title): named_series(data, f"multiples, {title!r}", x) for title, data in panels.items()}
    names = list(dict.fromkeys(one.name for lines in read.values() for one in lines))
    everything = [one for lines in read.values() for one in lines]
    if x_unit is None and are_dates(everything[0].x):
        x_unit = "date"
    levels = read_marks(thresholds, "multiples")
    across = columns or (len(read) if len(read) <= 3 else 2 if len(read) == 4 else 3)
    rows = math.ceil(len(read) / across)
    look_of = dict(zip(names, looks([next(s for s in everything if s.name == n) for n in names]), strict=True))
    key = [KeyEntry(name, look_of[name].colour, "line") for name in names] if len(names) > 1 else []
    key += [KeyEntry(f"{words} {say(level, y_unit)}", INK, "dashed") for words, level in levels]
    title_lines = {title: lettering.balanced(title, 6.6 / across - 0.5, BODY, bold=True) for title in read}
    most = max(len(lines) for lines in title_lines.values())
    y_title = axis_title(y_label, y_unit)
    note = f"{y_title[:1].upper()}{y_title[1:]}" if y_title else ""
    room = panel_height + lettering.height(most, BODY) + 0.3
    sheet = Sheet(
        "Small multiples",
        headline=headline,
        subtitle=subtitle or note,
        height=rows * room + (rows - 1) * 0.16 + 0.2 * bool(x_label),
        source=source,
        data=panels,
        key=key,
        alt=alt,
    )
    grid = sheet.grid(rows, across, gaps=(0.16, 0.16))
    low, high = min(s.x[0] for s in everything), max(s.x[-1] for s in everything)
    values = [y for s in everything for y in s.y] + [level for _, level in levels]
    shown = []
    plots = []
    for place, (title, lines) in enumerate(read.items()):
        axes = grid[place // across][place % across]
        plot = LinePlot(sheet, axes, x_unit=x_unit, y_unit=y_unit)
        plot.range_x(low, high)
        for one in lines:
            if fill:
                axes.fill_between(
                    one.x,
                    0,
                    one.y,
                    step="post" if step else None,
                    color=look_of[one.name].colour,
                    alpha=0.18,
                    linewidth=0,
                )
            plot.draw(_held(one, high) if step else one, look_of[one.name], step=step, label=False)
        for _, level in levels:
            axes.axhline(level, color=INK, linewidth=1.0, linestyle=(0, (4, 3)))
        plot.range_y(values)
        axes.set_title("\n".join(title_lines[title]), loc="left", fontsize=BODY, fontweight="bold", color=INK, pad=5)
        if x_label and place // across == rows - 1:
            axes.set_xlabel(axis_title(x_label, x_unit), fontsize=TICK, color=MUTED, loc="right", labelpad=3)
        axes.tick_params(axis="y", labelleft=place % across == 0)
        shown.append(axes)
        plots.append(plot)
    for place in range(len(read), rows * across):
        grid[place // across][place % across].set_visible(False)
    sheet.start_over += [plot.tick for plot in plots]
    sheet.finishers += [plot.tick for plot in plots] + [sheet.fit]
    said = [
        f"{title}: " + "; ".join(alt_text.line(one, x_unit, y_unit) for one in lines) for title, lines in read.items()
    ]
    return sheet.finish(shown, alt_text.listing(said) + ".")


def _held(series: Any, end: float) -> Any:
    """A stair holds its last value to the right edge of its panel."""
    if series.x[-1] >= end:
        return series
    return type(series)(series.name, (*series.x, end), (*series.y, series.y[-1]))
