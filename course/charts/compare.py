"""Several values for each thing: side by side, stacked to a total, or then and now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch

from course.charts import alt_text, lettering, ticks
from course.charts.chart import Chart
from course.charts.inputs import ChartError, number, table
from course.charts.palette import ACCENT, INK, MAIN, MUTED, PAPER, QUIET, ink_on, series_colour
from course.charts.row_plot import Rows
from course.charts.sheet import KeyEntry, Sheet
from course.charts.style import BODY, SMALL, WIDTH, house_style
from course.charts.units import axis_title, say

_MOST_SERIES = 6
_TIMES, _DIVIDED = "\N{MULTIPLICATION SIGN}", "\N{DIVISION SIGN}"


def _numbers(data: Any, form: str) -> tuple[list[str], list[str], list[list[float]]]:
    rows, columns, cells = table(data, form)
    if len(columns) > _MOST_SERIES:
        raise ChartError(f"{form}: {len(columns)} series are too many to tell apart; show at most {_MOST_SERIES}")
    values = [
        [
            math.nan if cell is None else number(cell, f"{form}: {row!r}, {column!r}")
            for column, cell in zip(columns, line, strict=True)
        ]
        for row, line in zip(rows, cells, strict=True)
    ]
    return rows, columns, values


def _in_words(rows: Sequence[str], columns: Sequence[str], values: Sequence[Sequence[float]], unit: str | None) -> str:
    said = []
    for row, line in zip(rows, values, strict=True):
        cells = [f"{c} {say(v, unit)}" for c, v in zip(columns, line, strict=True) if not math.isnan(v)]
        said.append(f"{row}: " + ", ".join(cells))
    return alt_text.listing(said) + "."


def _bare(axes: Axes, rows: Rows) -> None:
    rows.label(axes)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    axes.grid(visible=False)
    axes.axvline(0, color="#9aa5b4", linewidth=0.9, zorder=3)


@house_style()
def compare(
    data: Any,
    *,
    headline: str,
    unit: str | None = None,
    label: str = "",
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
) -> Chart:
    """Grouped bars: {thing: {series: value}} or a DataFrame; the key keeps the order of the bars.

    >>> compare({"reads": {"eventual": 0.5, "strong": 1}, "writes": {"eventual": 1, "strong": 1}},
    ...         headline="Only reads get cheaper with eventual consistency", unit="capacity units")
    """
    names, columns, values = _numbers(data, "compare")
    thick = 0.17
    most = max(sum(not math.isnan(value) for value in line) for line in values)
    rows = Rows(names, least=thick * most + 0.16)
    key = [KeyEntry(column, series_colour(index)) for index, column in enumerate(columns)]
    measured = axis_title(label, unit) or unit or label
    sheet = Sheet(
        "Grouped bar chart",
        headline=headline,
        subtitle=subtitle or measured,
        height=rows.total + 0.05,
        source=source,
        data=data,
        key=key,
        alt=alt,
    )
    axes = sheet.axes()
    flat = [value for line in values for value in line if not math.isnan(value)]
    low, high = min([*flat, 0.0]), max([*flat, 0.0]) or 1.0
    words = max((lettering.width(say(value, unit), SMALL) for value in flat if value < 0), default=0.0)
    axes.set_xlim(low - (high - low) * (words + 0.15) / 4.0 * (low < 0), high)
    for line, centre in zip(values, rows.centres, strict=True):
        present = [(index, value) for index, value in enumerate(line) if not math.isnan(value)]
        for order, (index, value) in enumerate(present):
            place = centre + ((len(present) - 1) / 2 - order) * thick
            axes.barh(place, value, height=thick * 0.86, color=series_colour(index), zorder=2)
            axes.annotate(
                say(value, unit),
                (value, place),
                xytext=(4 if value >= 0 else -4, 0),
                fontsize=SMALL,
                color=INK,
                textcoords="offset points",
                va="center_baseline",
                ha="left" if value >= 0 else "right",
                annotation_clip=False,
            )
    _bare(axes, rows)
    return sheet.finish(axes, _in_words(names, columns, values, unit))


@house_style()
def stack(
    data: Any,
    *,
    headline: str,
    unit: str | None = None,
    label: str = "",
    total: bool = True,
    share: bool = False,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
) -> Chart:
    """Bars made of parts, such as the lines of a bill: {bar: {part: value}} or a DataFrame. The total is at the end.

    `share=True` stretches every bar to 100%.

    >>> stack({"static site": {"storage": 0.5, "transfer": 8.1}}, unit="USD per month",
    ...       headline="Transfer, not storage, makes the bill")
    """
    names, columns, values = _numbers(data, "stack")
    values = [[0.0 if math.isnan(value) else value for value in line] for line in values]
    if any(value < 0 for line in values for value in line):
        raise ChartError("stack: parts below zero cannot be stacked; use charts.compare")
    sums = [sum(line) for line in values]
    drawn = (
        [[v / s * 100 if s else 0.0 for v in line] for line, s in zip(values, sums, strict=True)] if share else values
    )
    rows = Rows(names, least=0.36)
    key = [KeyEntry(column, series_colour(index)) for index, column in enumerate(columns)]
    measured = axis_title(label, unit) or unit or label
    sheet = Sheet(
        "Stacked bar chart",
        headline=headline,
        subtitle=subtitle or measured,
        height=rows.total + 0.05,
        source=source,
        data=data,
        key=key,
        alt=alt,
    )
    axes = sheet.axes()
    longest = max(sum(line) for line in drawn) or 1.0
    axes.set_xlim(0, longest)
    inch = (WIDTH - 1.0 - max(lettering.widest("\n".join(lines), BODY) for lines in rows.lines)) / longest
    for line, real, centre, whole in zip(drawn, values, rows.centres, sums, strict=True):
        left = 0.0
        for index, (value, amount) in enumerate(zip(line, real, strict=True)):
            fill = series_colour(index)
            axes.barh(centre, value, left=left, height=0.24, color=fill, edgecolor=PAPER, linewidth=0.8, zorder=2)
            words = f"{value:.0f}%" if share else say(amount, unit)
            if value * inch > lettering.width(words, SMALL) + 0.08:
                axes.text(
                    left + value / 2,
                    centre,
                    words,
                    ha="center",
                    va="center_baseline",
                    fontsize=SMALL,
                    color=ink_on(fill),
                    zorder=4,
                )
            left += value
        if total:
            axes.annotate(
                say(whole, unit),
                (left, centre),
                xytext=(5, 0),
                textcoords="offset points",
                fontsize=BODY,
                color=INK,
                fontweight="bold",
                va="center_baseline",
                annotation_clip=False,
            )
    _bare(axes, rows)
    said = _in_words(names, columns, values, unit)
    return sheet.finish(axes, said + " Totals: " + alt_text.values(list(zip(names, sums, strict=True)), unit) + ".")


@house_style()
def then_and_now(
    data: Any,
    *,
    headline: str,
    then: str,
    now: str,
    unit: str | None = None,
    label: str = "",
    log: bool | None = None,
    factor: bool = True,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
) -> Chart:
    """What a value was and what it is: {thing: (then, now)}. A ring for then, a dot for now, an arrow between.

    The axis is logarithmic when the values span more than a factor of 50, unless `log` says otherwise.
    `factor` adds how many times larger or smaller it became.

    >>> then_and_now({"SQS message": (256 * 1024, 1024 * 1024)}, then="2024", now="2026", unit="bytes",
    ...              headline="A message may be four times as large as the books say")
    """
    rows_data = dict(data.items()) if hasattr(data, "items") else dict(data)
    names = [str(name) for name in rows_data]
    spans = [
        (number(old, f"then_and_now: {n}"), number(new, f"then_and_now: {n}")) for n, (old, new) in rows_data.items()
    ]
    flat = [value for span in spans for value in span if math.isfinite(value)]
    wide = log if log is not None else min(flat) > 0 and max(flat) / min(flat) > 50
    if wide and min(flat) <= 0:
        raise ChartError("then_and_now: a log axis has no zero; pass log=False")
    rows = Rows(names, least=0.34)
    measured = axis_title(label, unit) or unit or label
    key = [KeyEntry(then, MUTED, "ring"), KeyEntry(now, MAIN, "dot")]
    sheet = Sheet(
        "Then and now",
        headline=headline,
        subtitle=subtitle or measured,
        height=rows.total + 0.35,
        source=source,
        data=rows_data,
        key=key,
        alt=alt,
    )
    axes = sheet.axes()
    if wide:
        axes.set_xscale("log")
        axes.set_xlim(min(flat) / 1.8, max(flat) * 1.8)
    else:
        axes.set_xlim(min(0.0, min(flat)), max(flat) * 1.08)
    rows.label(axes)
    for (old, new), centre in zip(spans, rows.centres, strict=True):
        _arrow(axes, old, new, centre, unit, factor)
    low, high = axes.get_xlim()
    ticks.apply(axes.xaxis, low, high, unit, log=wide, count=6)
    axes.grid(visible=False)
    axes.grid(axis="x", color="#e3e8ee", linewidth=0.8)
    said = [f"{n} from {say(old, unit)} to {say(new, unit)}" for n, (old, new) in zip(names, spans, strict=True)]
    return sheet.finish(axes, f"{then} against {now}: " + alt_text.listing(said) + ".")


def _arrow(axes: Axes, old: float, new: float, centre: float, unit: str | None, factor: bool) -> None:
    ends = f"{say(old, unit)} → {say(new, unit)}"
    if math.isinf(new):
        new = axes.get_xlim()[1]
    elif factor and old > 0 and new > 0 and old != new:
        times = new / old if new > old else old / new
        ends += f"  ({_TIMES if new > old else _DIVIDED}{times:.3g})"
    colour = MAIN if new >= old else ACCENT
    axes.add_patch(
        FancyArrowPatch(
            (old, centre),
            (new, centre),
            arrowstyle="-|>",
            mutation_scale=9,
            color=QUIET,
            linewidth=2,
            shrinkA=4,
            shrinkB=5,
            zorder=2,
        )
    )
    axes.plot(
        [old], [centre], "o", markersize=7, markerfacecolor=PAPER, markeredgecolor=MUTED, markeredgewidth=1.6, zorder=4
    )
    axes.plot([new], [centre], "o", markersize=7, color=colour, zorder=4)
    axes.annotate(
        ends,
        (max(old, new), centre),
        xytext=(9, 0),
        textcoords="offset points",
        fontsize=BODY,
        color=INK,
        va="center_baseline",
        annotation_clip=False,
        zorder=5,
    )
