"""Who does what when: deployments, hooks, traces, the visibility of messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from course.charts import alt_text, lettering, ticks
from course.charts.chart import Chart
from course.charts.inputs import ChartError, are_dates, number
from course.charts.moments import when
from course.charts.palette import GRID, INK, MEANINGS, PAPER, RULE, SERIES, ink_on, mix
from course.charts.placement import Note, Obstacles, place_notes
from course.charts.row_plot import Levels, Rows
from course.charts.sheet import KeyEntry, Sheet
from course.charts.style import DPI, SMALL, house_style

# Kinds of bars: fill, hatch, border. The hatch tells them apart in grey.
_LOOKS: dict[str, tuple[str, str, str]] = {
    "work": (SERIES[0], "", SERIES[0]),
    "wait": (PAPER, "////", RULE),
    "good": (SERIES[2], "", SERIES[2]),
    "bad": (SERIES[5], "", SERIES[5]),
    "warn": (MEANINGS["warn"], "", "#b98a2c"),
    "busy": (MEANINGS["busy"], "", SERIES[0]),
    "off": (MEANINGS["off"], "", RULE),
}
_EXTRA = ((SERIES[1], ""), (SERIES[3], ""), (SERIES[4], ""), (mix(SERIES[2], PAPER, 0.6), ".."))


@dataclass(frozen=True)
class _Bar:
    row: str
    start: float
    end: float
    text: str
    kind: str


@house_style()
def gantt(
    data: Any,
    *,
    headline: str,
    unit: str = "seconds",
    label: str = "",
    kinds: Mapping[str, str] | None = None,
    marks: Sequence[tuple[str, Any, str]] = (),
    events: Mapping[str, Any] | None = None,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
) -> Chart:
    """Bars over time: [(row, start, end), (row, start, end, text), (row, start, end, text, kind)] or a DataFrame so.

    Rows appear in the order of their first bar. Kinds are work, wait, good, bad, warn, busy, off, or words of your own
    (`kinds={"in flight": "busy"}` gives them a look); more than one kind makes a key. `marks` are (row, time, text)
    diamonds, `events` {words: time} lines through all rows.

    >>> gantt([("message", 0, 5, "visible", "good"), ("message", 5, 35, "in flight", "wait")],
    ...       headline="A received message hides for thirty seconds")
    """
    rows_of = data.itertuples(index=False) if hasattr(data, "itertuples") else data
    read = [_bar(tuple(entry)) for entry in rows_of]
    if not read:
        raise ChartError("gantt: no bars; pass at least one (row, start, end)")
    if are_dates(
        [tuple(entry)[1] for entry in (data.itertuples(index=False) if hasattr(data, "itertuples") else data)]
    ):
        unit = "date"
    points = [(str(row), number(at, f"gantt: mark {text!r}"), text) for row, at, text in marks]
    names = list(dict.fromkeys([bar.row for bar in read] + [row for row, _, _ in points]))
    looks = _looks(read, kinds or {})
    rows = Rows(names, least=0.36)
    shown = [kind for kind in looks if kind]
    key = (
        [KeyEntry(kind, looks[kind][0], hatch=looks[kind][1], edge=looks[kind][2]) for kind in shown]
        if len(shown) > 1
        else []
    )
    texts = {bar.text for bar in read}
    key = [] if set(shown) <= texts else key  # the bars say it themselves
    low = min([bar.start for bar in read] + [at for _, at, _ in points])
    high = max([bar.end for bar in read] + [at for _, at, _ in points])
    sheet = Sheet(
        "Gantt chart",
        headline=headline,
        subtitle=subtitle,
        height=rows.total + 0.35 + 0.3 * bool(events),
        source=source,
        data=data,
        key=key,
        alt=alt,
    )
    axes = sheet.axes()
    axes.set_xlim(low, high + (high - low) * 0.005)
    axes.grid(visible=False)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    rows.label(axes)
    centre = dict(zip(names, rows.centres, strict=True))
    for bar in read:
        fill, hatch, edge = looks[bar.kind]
        axes.barh(
            centre[bar.row],
            bar.end - bar.start,
            left=bar.start,
            height=0.24,
            facecolor=fill,
            hatch=hatch or None,
            edgecolor=edge,
            linewidth=0.9,
            zorder=2,
        )
    for row, at, _ in points:
        axes.plot(
            [at], [centre[row]], marker="D", markersize=7, color=INK, markeredgecolor=PAPER, zorder=5, clip_on=False
        )
    if label:
        axes.set_xlabel(label, fontsize=8.4, color="#55606f", loc="right", labelpad=3)
    sheet.start_over.append(partial(_tick, sheet, axes, unit))
    sheet.finishers += [partial(_tick, sheet, axes, unit), sheet.fit]
    Levels(sheet, axes, events, "gantt")
    sheet.finishers.append(lambda: _write(axes, read, points, centre, looks))
    said = [
        f"{bar.row}: {bar.text or bar.kind or 'busy'} from {when(bar.start, unit)} to {when(bar.end, unit)}"
        for bar in read
    ] + [f"{row}: {text} at {when(at, unit)}" for row, at, text in points]
    return sheet.finish(axes, alt_text.listing(said) + ".")


def _bar(entry: tuple[Any, ...]) -> _Bar:
    if not 3 <= len(entry) <= 5:
        raise ChartError(f"gantt: bar {entry!r} has {len(entry)} parts; pass (row, start, end[, text[, kind]])")
    row, start, end = str(entry[0]), number(entry[1], f"gantt: {entry[0]!r}"), number(entry[2], f"gantt: {entry[0]!r}")
    if end < start:
        raise ChartError(f"gantt: the bar {entry!r} ends before it starts; swap start and end")
    return _Bar(
        row, start, end, str(entry[3] or "") if len(entry) > 3 else "", str(entry[4] or "") if len(entry) > 4 else ""
    )


def _looks(bars: Sequence[_Bar], kinds: Mapping[str, str]) -> dict[str, tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    spare = iter(_EXTRA)
    for bar in bars:
        if bar.kind in found:
            continue
        wanted = kinds.get(bar.kind, bar.kind or "work")
        if wanted in _LOOKS:
            found[bar.kind] = _LOOKS[wanted]
        else:
            fill, hatch = next(spare, (SERIES[0], ""))
            found[bar.kind] = (fill, hatch, fill)
    return found


def _tick(sheet: Sheet, axes: Axes, unit: str) -> list[Artist]:
    low, high = axes.get_xlim()
    wide = axes.get_position().width * sheet.width
    for count in range(10, 1, -1):
        places = ticks.positions(low, high, unit, count=count)
        words = ticks.labels(places, unit)
        if max((lettering.width(word, 8.4) for word in words), default=0.0) + 0.16 <= wide / max(1, len(places) - 1):
            break
    ticks.apply(axes.xaxis, low, high, unit, count=count)
    return []


def _write(
    axes: Axes,
    bars: Sequence[_Bar],
    points: Sequence[tuple[str, float, str]],
    centre: Mapping[str, float],
    looks: Mapping[str, tuple[str, str, str]],
) -> list[Artist]:
    """Texts inside their bars; where a bar is too short, beside it, around everything else."""
    obstacles = Obstacles()
    notes, added = [], []
    for bar in bars:
        (x0, y0), (x1, y1) = axes.transData.transform(
            [(bar.start, centre[bar.row] - 0.12), (bar.end, centre[bar.row] + 0.12)]
        )
        fill, hatch, _ = looks[bar.kind]
        inside = bar.text and (x1 - x0) / DPI > lettering.width(bar.text, SMALL) + 0.06
        if inside:
            behind = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8} if hatch else None
            added.append(
                axes.text(
                    (bar.start + bar.end) / 2,
                    centre[bar.row],
                    bar.text,
                    ha="center",
                    va="center_baseline",
                    fontsize=SMALL,
                    color=INK if hatch else ink_on(fill),
                    zorder=4,
                    bbox=behind,
                )
            )
        elif bar.text:
            side = _free_side(axes, bar, bars, points, lettering.width(bar.text, SMALL) + 0.12)
            if side is None:
                notes.append(Note((bar.start + bar.end) / 2, centre[bar.row], bar.text))
                continue
            added.append(
                axes.annotate(
                    bar.text,
                    (bar.end if side == "left" else bar.start, centre[bar.row]),
                    fontsize=SMALL,
                    xytext=(4 if side == "left" else -4, 0),
                    textcoords="offset points",
                    color=INK,
                    ha=side,
                    va="center_baseline",
                    zorder=4,
                )
            )
    for bar in bars:
        (x0, y0), (x1, y1) = axes.transData.transform(
            [(bar.start, centre[bar.row] - 0.12), (bar.end, centre[bar.row] + 0.12)]
        )
        obstacles.points += [(x, y) for x in _between(x0, x1) for y in (y0 + 2, (y0 + y1) / 2, y1 - 2)]
    renderer = axes.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    obstacles.boxes += [text.get_window_extent(renderer) for text in added]
    notes += [Note(at, centre[row], text) for row, at, text in points]
    return [*added, *place_notes(axes, notes, obstacles, SMALL)]


def _free_side(
    axes: Axes, bar: _Bar, bars: Sequence[_Bar], points: Sequence[tuple[str, float, str]], wide: float
) -> str | None:
    """How to align a text beside its bar: `left` when it fits behind, `right` when it fits before, else None."""
    low, high = axes.get_xlim()
    inch = axes.get_window_extent().width / DPI / (high - low)
    near = [(other.start, other.end) for other in bars if other.row == bar.row and other is not bar]
    near += [(at, at) for row, at, _ in points if row == bar.row]
    behind = min([start for start, _ in near if start >= bar.end], default=high) - bar.end
    before = bar.start - max([end for _, end in near if end <= bar.start], default=low)
    return "left" if behind * inch >= wide else "right" if before * inch >= wide else None


def _between(low: float, high: float) -> list[float]:
    pieces = max(1, int((high - low) / 8))
    return [low + (high - low) * n / pieces for n in range(pieces + 1)]
