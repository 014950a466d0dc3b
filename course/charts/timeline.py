"""Events down a line of time: dots true to scale, words spread so that all can be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.patches import Rectangle

from course.charts import alt_text, lettering, ticks
from course.charts.chart import Chart
from course.charts.inputs import ChartError, are_dates, number
from course.charts.moments import when
from course.charts.palette import ACCENT, GRID, INK, MAIN, MEANINGS, MUTED, PAPER, RULE
from course.charts.placement import spread
from course.charts.sheet import Sheet
from course.charts.style import BODY, LINE_HEIGHT, SMALL, TICK, house_style

_SPAN_ROOM = 1.35
_BAND = 0.16
_ELBOW = 0.42


@house_style()
def timeline(
    data: Any,
    *,
    headline: str,
    unit: str | None = None,
    spans: Sequence[tuple[Any, Any, str]] = (),
    highlight: Sequence[str] = (),
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
) -> Chart:
    """[(when, words), ...] from top to bottom: `when` are numbers in `unit`, dates, or ISO texts.

    `spans` are (start, end, words) beside the line; `highlight` names the words of events to set off.

    >>> timeline([("2006-03-14", "S3 opens"), ("2014-11-13", "Lambda is announced")],
    ...          headline="Eight years lie between the first bucket and the first function")
    """
    entries = [(when, str(words)) for when, words in (data.items() if hasattr(data, "items") else data)]
    if not entries:
        raise ChartError("timeline: no events; pass at least one (when, words)")
    if unit is None and are_dates([when for when, _ in entries]):
        unit = "date"
    events = sorted((number(when, f"timeline: {words!r}"), words) for when, words in entries)
    periods = [(number(a, "timeline: span"), number(b, "timeline: span"), str(w)) for a, b, w in spans]
    low = min([at for at, _ in events] + [start for start, _, _ in periods])
    high = max([at for at, _ in events] + [end for _, end, _ in periods])
    scale_high = high if high > low else low + 1.0
    heads = [when(at, unit) for at, _ in events]
    head_wide = max(lettering.width(head, BODY, bold=True) for head in heads)
    places = ticks.positions(low, scale_high, unit, count=6)
    marks = ticks.labels(places, unit)
    left = (_SPAN_ROOM if periods else 0.0) + max((lettering.width(mark, TICK) for mark in marks), default=0.0) + 0.12
    words_at = left + _BAND + _ELBOW + head_wide + 0.16
    room = 7.0 - words_at
    texts = [lettering.wrap(words, room, BODY) for _, words in events]
    sizes = [lettering.height(len(lines), BODY) + 0.07 for lines in texts]
    tall = max(sum(sizes), 1.6) + 0.1
    sheet = Sheet("Timeline", headline=headline, subtitle=subtitle, height=tall, source=source, data=data, alt=alt)
    axes = sheet.canvas()

    def down(at: float) -> float:
        return tall - 0.14 - (at - low) / (scale_high - low) * (tall - 0.28)

    axes.add_patch(Rectangle((left, 0.04), _BAND, tall - 0.08, facecolor=GRID, linewidth=0))
    for place, mark in zip(places, marks, strict=True):
        axes.text(left - 0.06, down(place), mark, ha="right", va="center_baseline", fontsize=TICK, color=MUTED)
        axes.plot([left, left + _BAND], [down(place)] * 2, color=RULE, linewidth=0.8)
    for index, (start, end, _) in enumerate(periods):
        fill = MEANINGS["busy" if index % 2 == 0 else "warn"]
        axes.add_patch(
            Rectangle((left, down(end)), _BAND, down(start) - down(end), facecolor=fill, edgecolor=PAPER, zorder=2)
        )
    _name_spans(axes, periods, down, tall)
    centres = spread([tall - down(at) for at, _ in events], sizes, 0.0, tall)
    for (at, words), head, lines, below in zip(events, heads, texts, centres, strict=True):
        y, dot = tall - below, down(at)
        colour = ACCENT if words in highlight else MAIN
        knee = left + _BAND + _ELBOW - 0.06
        axes.plot(
            [left + _BAND / 2, left + _BAND + 0.06, knee - 0.06, knee],
            [dot, dot, y, y],
            color=colour,
            linewidth=0.9,
            zorder=3,
        )
        axes.plot([left + _BAND / 2], [dot], "o", markersize=7, color=colour, markeredgecolor=PAPER, zorder=4)
        axes.text(
            left + _BAND + _ELBOW, y, head, ha="left", va="center_baseline", fontsize=BODY, fontweight="bold", color=INK
        )
        axes.text(
            words_at,
            y,
            "\n".join(lines),
            ha="left",
            va="center_baseline" if len(lines) == 1 else "center",
            fontsize=BODY,
            color=INK,
            linespacing=LINE_HEIGHT,
        )
    said = [f"{when(at, unit)} {words}" for at, words in events]
    said += [f"{when(start, unit)} to {when(end, unit)} {words}" for start, end, words in periods]
    return sheet.finish(axes, alt_text.listing(said, 20) + ".")


def _name_spans(axes: Any, periods: Sequence[tuple[float, float, str]], down: Any, tall: float) -> None:
    lines = [lettering.balanced(words, _SPAN_ROOM - 0.1, SMALL) for _, _, words in periods]
    sizes = [lettering.height(len(one), SMALL) + 0.06 for one in lines]
    wanted = [tall - (down(start) + down(end)) / 2 for start, end, _ in periods]
    for one, below in zip(lines, spread(wanted, sizes, 0.0, tall), strict=True):
        axes.text(
            0.0,
            tall - below,
            "\n".join(one),
            ha="left",
            va="center",
            fontsize=SMALL,
            color=INK,
            linespacing=LINE_HEIGHT,
        )
