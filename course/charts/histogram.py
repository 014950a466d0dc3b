"""How often each value came up: latencies, sizes, shares of a weighted split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from course.charts import alt_text
from course.charts.chart import Chart
from course.charts.inputs import ChartError, Series, number
from course.charts.line_plot import LinePlot, read_marks
from course.charts.palette import MAIN, PAPER
from course.charts.sheet import Sheet
from course.charts.style import house_style
from course.charts.units import say


@house_style()
def histogram(
    data: Sequence[Any],
    *,
    headline: str,
    unit: str | None = None,
    label: str = "",
    y_label: str = "how many",
    bins: int | Sequence[float] | None = None,
    events: Mapping[str, Any] | None = None,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
    height: float = 2.6,
) -> Chart:
    """Counts of values in equal bins, or between the edges given; `events` marks {words: value}, such as a p99.

    >>> histogram([12, 14, 13, 95, 13], unit="ms", label="duration", headline="One call in five pays for a cold start")
    """
    values = [number(value, "histogram") for value in data]
    if not values:
        raise ChartError("histogram: the data is empty; pass at least one value")
    marks = read_marks(events, "histogram")
    counts, edges = np.histogram(values, bins=bins if bins is not None else min(30, max(6, int(len(values) ** 0.5))))
    sheet = Sheet("Histogram", headline=headline, subtitle=subtitle, height=height, source=source, data=data, alt=alt)
    plot = LinePlot(sheet, sheet.axes(), x_unit=unit, y_unit=None)
    plot.range_x(min([float(edges[0])] + [at for _, at in marks]), max([float(edges[-1])] + [at for _, at in marks]))
    plot.axes.bar(
        edges[:-1], counts, width=np.diff(edges), align="edge", color=MAIN, edgecolor=PAPER, linewidth=0.8, zorder=2
    )
    for words, at in marks:
        plot.event(f"{words} {say(at, unit)}", at)
    plot.range_y([float(count) for count in counts])
    plot.titles(label, y_label)
    plot.settle_on(sheet)
    fullest = int(np.argmax(counts))
    ordered = sorted(values)
    summary = (
        f"{len(values):,} values from {say(ordered[0], unit)} to {say(ordered[-1], unit)}, median "
        f"{say(float(np.median(values)), unit)}; most often between {say(float(edges[fullest]), unit)} and "
        f"{say(float(edges[fullest + 1]), unit)} ({counts[fullest]:,} times)."
    )
    if marks:
        summary += " Marked: " + alt_text.values(marks, unit) + "."
    return sheet.finish(
        plot.axes, summary, [Series("counts", tuple(map(float, edges[:-1])), tuple(map(float, counts)))]
    )
