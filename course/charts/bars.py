"""Ranked bars: one value for each thing, the value written at the bar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from course.charts import alt_text, lettering
from course.charts.chart import Chart
from course.charts.inputs import ChartError, named_values
from course.charts.palette import ACCENT, INK, MAIN, MUTED, QUIET
from course.charts.row_plot import Levels, Rows, check_names
from course.charts.sheet import Sheet
from course.charts.style import BODY, house_style
from course.charts.units import axis_title, say


@house_style()
def bars(
    data: Any,
    *,
    headline: str,
    unit: str | None = None,
    label: str = "",
    highlight: Sequence[str] = (),
    sort: bool = True,
    reference: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
    errors: Mapping[str, float] | None = None,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
) -> Chart:
    """One bar for each name, longest on top (`sort=False` keeps the order given).

    `highlight` colours some bars and greys the others; `reference` draws {words: value} lines; `texts` replaces the
    value written at a bar; `errors` adds {name: plus-minus} whiskers. What is measured stands under the headline.

    >>> bars({"Standard": 0.023, "Glacier Deep Archive": 0.00099}, unit="USD per GB-month",
    ...      headline="Deep Archive stores a gigabyte for a twentieth of the price")
    """
    values = named_values(data, "bars")
    if sort:
        values = sorted(values, key=lambda pair: -pair[1])
    names = [name for name, _ in values]
    for option in (highlight, texts or {}, errors or {}):
        check_names(names, list(option), "bars")
    if any(abs(value) == float("inf") for _, value in values):
        raise ChartError("bars: a value without limit cannot be drawn to scale; use charts.limits")
    rows = Rows(names)
    measured = axis_title(label, unit) or unit or label
    sheet = Sheet(
        "Bar chart",
        headline=headline,
        subtitle=subtitle or measured,
        height=rows.total + 0.05 + 0.3 * bool(reference),
        source=source,
        data=data,
        alt=alt,
    )
    axes = sheet.axes()
    draw_bars(axes, rows, values, unit, highlight, texts or {}, errors or {})
    Levels(sheet, axes, reference, "bars")
    said = alt_text.values(values, unit)
    return sheet.finish(axes, f"{measured + ': ' if measured else ''}{said}.")


def draw_bars(
    axes: Axes,
    rows: Rows,
    values: Sequence[tuple[str, float]],
    unit: str | None,
    highlight: Sequence[str],
    texts: Mapping[str, str],
    errors: Mapping[str, float],
) -> None:
    """Bars with their values, no value axis: the numbers stand where the eye already is."""
    widths = [value for _, value in values]
    low, high = min([*widths, 0.0]), max([*widths, 0.0])
    whiskers = [value + errors.get(name, 0.0) for name, value in values]
    top = max(high, *whiskers) or (1.0 if low == 0 else 0.0)
    # Values below zero are written left of their bar: keep that much room between bar and name.
    words = max((lettering.width(say(value, unit), BODY) for value in widths if value < 0), default=0.0)
    axes.set_xlim(low - (top - low) * (words + 0.15) / 4.0 * (low < 0), top)
    for (name, value), centre, height in zip(values, rows.centres, rows.heights, strict=True):
        colour = MAIN if not highlight else ACCENT if name in highlight else QUIET
        axes.barh(
            centre, value, height=min(0.2, height * 0.66), color=colour, linewidth=0.6, edgecolor=colour, zorder=2
        )
        spread = errors.get(name, 0.0)
        if spread:
            axes.errorbar(value, centre, xerr=spread, color=INK, linewidth=1.2, capsize=3, zorder=3)
        axes.annotate(
            texts.get(name, say(value, unit)),
            (value + (spread if value >= 0 else -spread), centre),
            xytext=(5 if value >= 0 else -5, 0),
            textcoords="offset points",
            ha="left" if value >= 0 else "right",
            va="center_baseline",
            fontsize=BODY,
            color=INK if not highlight or name in highlight else MUTED,
            fontweight="bold" if name in highlight else "normal",
            annotation_clip=False,
            zorder=5,
        )
    rows.label(axes)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.grid(visible=False)
    axes.axvline(0, color="#9aa5b4", linewidth=0.9, zorder=3)
