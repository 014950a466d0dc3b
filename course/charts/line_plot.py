"""What all charts with lines share: ranges, ticks that fit, names at the ends of lines, thresholds, events, states."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation, Transform, blended_transform_factory

from course.charts import lettering, ticks
from course.charts.inputs import ChartError, Series, number
from course.charts.palette import GRID, INK, MEANINGS, MUTED, RULE, as_text, ink_on, series_colour
from course.charts.placement import Note, Obstacles, place_notes, spread
from course.charts.sheet import KeyEntry, Sheet, axis_words
from course.charts.style import BODY, DPI, LINE_HEIGHT, SMALL, WIDTH
from course.charts.units import axis_title, say

LABEL_ROOM = 1.45
STRIP = 0.2

_STATE_MEANING = {
    "ok": "good", "healthy": "good", "alarm": "bad", "in alarm": "bad", "unhealthy": "bad", "rollback": "bad",
    "insufficient data": "off", "insufficient_data": "off", "cooldown": "warn", "warm-up": "warn", "throttled": "warn",
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How one series is drawn."""

    colour: str
    width: float = 2.0
    style: str = "-"


def looks(series: Sequence[Series], highlight: Sequence[str] = ()) -> list[Look]:
    """Colours in order; with `highlight`, all other lines step back into grey."""
    unknown = set(highlight) - {one.name for one in series}
    if unknown:
        raise ChartError(f"highlight: no line is called {sorted(unknown)[0]!r}; lines are {[s.name for s in series]}")
    found, bright = [], 0
    for index, one in enumerate(series):
        if highlight and one.name not in highlight:
            found.append(Look(RULE, 1.4))
            continue
        place = bright if highlight else index
        bright += 1
        found.append(Look(series_colour(place), 2.4 if highlight else 2.0, "-" if place < 6 else "--"))
    return found


def state_fill(state: str) -> str:
    """The fill of a named state; unknown ones are pale blue, so their word can be read."""
    return MEANINGS[_STATE_MEANING.get(state.lower(), "busy")]


class LinePlot:
    """One set of axes with lines. Built before the page has its size; the finishers do what needs the size."""

    def __init__(
        self,
        sheet: Sheet,
        axes: Axes,
        *,
        x_unit: str | None,
        y_unit: str | None,
        log_x: bool = False,
        log_y: bool = False,
    ) -> None:
        self.sheet, self.axes = sheet, axes
        self.x_unit, self.y_unit = x_unit, y_unit
        self.log_x, self.log_y = log_x, log_y
        self._lines: list[tuple[Series, bool]] = []
        self._ends: list[tuple[float, Text, float]] = []
        self._notes: list[Note] = []
        self._levels: list[float] = []
        self._tops: list[tuple[float, Text, float]] = []
        self._strip_height = 0.0
        self._top_room = 0.0

    # -- drawing

    def draw(self, series: Series, look: Look, *, step: bool = False, label: bool = True, value: bool = False) -> None:
        """A line, and its name at its right end."""
        self.axes.plot(
            series.x,
            series.y,
            color=look.colour,
            linewidth=look.width,
            linestyle=look.style,
            drawstyle="steps-post" if step else "default",
            solid_capstyle="butt" if step else "round",
            solid_joinstyle="miter" if step else "round",
            zorder=3 if look.width >= 2 else 2,
        )
        self._lines.append((series, step))
        if label and series.name:
            self.name_end(series.name, series.y[-1], as_text(look.colour) if look.colour != RULE else MUTED)

    def name_end(self, words: str, y: float, colour: str) -> None:
        """A label in the column right of the axes, at the height of `y`."""
        lines = lettering.balanced(words, LABEL_ROOM, BODY)
        shift = ScaledTranslation(8 / 72, 0, self.axes.figure.dpi_scale_trans)
        text = self.axes.text(
            1.0, 0.5, "\n".join(lines), transform=self.axes.transAxes + shift, fontsize=BODY, color=colour,
            va="center", ha="left", linespacing=LINE_HEIGHT, clip_on=False,
        )  # fmt: skip
        self._ends.append((y, text, lettering.height(len(lines), BODY) * DPI))

    def threshold(self, words: str, y: float) -> None:
        """A dashed level with its name at the right."""
        self._levels.append(y)
        self.axes.axhline(y, color=INK, linewidth=1.1, linestyle=(0, (4, 3)), zorder=2.5)
        self.name_end(f"{words} {say(y, self.y_unit)}" if words else say(y, self.y_unit), y, INK)

    def note(self, x: float, y: float, words: str, *, mark: bool = True, bold: bool = False) -> None:
        """A text beside a point, placed where it covers nothing."""
        if mark:
            self.axes.plot(
                [x], [y], marker="o", markersize=6.5, markerfacecolor="white", markeredgecolor=INK,
                markeredgewidth=1.5, linestyle="none", zorder=6, clip_on=False,
            )  # fmt: skip
        self._notes.append(Note(x, y, words, bold=bold))

    def event(self, words: str, x: float) -> None:
        """A moment: a thin upright line with its name above the axes."""
        self.axes.axvline(x, color=MUTED, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1.5)
        lines = lettering.balanced(words, 1.2, SMALL)
        text = self.axes.text(
            0.5, 6, "\n".join(lines), transform=self._above(), fontsize=SMALL, color=INK, va="bottom", ha="center",
            linespacing=LINE_HEIGHT, clip_on=False,
        )  # fmt: skip
        self._tops.append((x, text, (max(lettering.width(line, SMALL) for line in lines) + 0.08) * DPI))
        self._top_room = max(self._top_room, lettering.height(len(lines), SMALL) + 0.12)

    def states(self, spans: Sequence[tuple[float, float, str]]) -> None:
        """Named states over time, as a strip above the axes."""
        if not spans:
            return
        over = blended_transform_factory(self.axes.transData, self._inches_above())
        self._strip_height = STRIP + 0.05
        for start, end, state in spans:
            fill = state_fill(state)
            self.axes.add_patch(
                Rectangle(
                    (start, 0.05),
                    end - start,
                    STRIP,
                    transform=over,
                    facecolor=fill,
                    edgecolor="white",
                    linewidth=1.2,
                    clip_on=False,
                    zorder=4,
                )
            )
            if self._inches_wide(start, end) > lettering.width(state, SMALL) + 0.04:
                self.axes.text(
                    (start + end) / 2, 0.05 + STRIP / 2, state, transform=over, fontsize=SMALL,
                    color=ink_on(fill), ha="center", va="center_baseline", clip_on=False, zorder=5,
                )  # fmt: skip

    def _inches_wide(self, start: float, end: float) -> float:
        low, high = self.axes.get_xlim()
        return (end - start) / (high - low) * (WIDTH - 2.3)

    def _inches_above(self) -> Transform:
        figure = self.axes.figure
        return figure.dpi_scale_trans + ScaledTranslation(0, 1, self.axes.transAxes)  # type: ignore[arg-type]

    def _above(self) -> Transform:
        points = self.axes.figure.dpi_scale_trans
        up = ScaledTranslation(0, self._strip_height, points)
        return blended_transform_factory(self.axes.transAxes, self._points_above() + up)

    def _points_above(self) -> Transform:
        from matplotlib.transforms import Affine2D

        return Affine2D().scale(1 / 72) + self._inches_above()

    # -- ranges and ticks

    def range_x(self, low: float, high: float) -> None:
        """Show exactly low..high."""
        if self.log_x:
            self.axes.set_xscale("log")
        pad = (high - low) * 0.04 if low == high else 0.0
        self.axes.set_xlim(low - pad, high + pad if high > low else high + 1)

    def range_y(self, values: Sequence[float], top: float | None = None) -> None:
        """From zero (or the smallest, on a log axis) to a little above the largest."""
        finite = [value for value in values if math.isfinite(value)]
        if self.log_y:
            positive = [value for value in finite if value > 0]
            if not positive:
                raise ChartError("log_y: every value is zero or less; leave log_y out")
            self.axes.set_yscale("log")
            self.axes.set_ylim(min(positive) / 1.6, (top or max(positive)) * 1.6)
            return
        low, high = min([*finite, 0.0]), max([*finite, 0.0])
        if high == low:
            high = low + 1.0
        self.axes.set_ylim(low * 1.06, top if top is not None else high + (high - low) * 0.06)

    def titles(self, x_label: str | None, y_label: str | None) -> None:
        """Axis titles with their units."""
        room = (self._strip_height + self._top_room) * 72
        axis_words(self.axes, axis_title(x_label, self.x_unit), axis_title(y_label, self.y_unit), lift=room)

    def tick(self) -> list[Artist]:
        """As many ticks as fit without touching."""
        low, high = self.axes.get_xlim()
        wide = self.axes.get_position().width * self.sheet.width
        high_inches = self.axes.get_position().height * self.sheet.height
        for count in range(10, 1, -1):
            places = ticks.positions(low, high, self.x_unit, log=self.log_x, count=count)
            words = ticks.labels(places, self.x_unit, log=self.log_x)
            if not places or max(lettering.width(word, 8.4) for word in words) + 0.16 <= wide / max(1, len(places) - 1):
                break
        ticks.apply(self.axes.xaxis, low, high, self.x_unit, log=self.log_x, count=count)
        bottom, top = self.axes.get_ylim()
        rows = max(2, min(7, int(high_inches / 0.36)))
        ticks.apply(self.axes.yaxis, bottom, top, self.y_unit, log=self.log_y, count=rows)
        return []

    # -- what needs the final size

    def settle(self) -> list[Artist]:
        """Spread the labels of line ends and events, then place the notes around everything else."""
        added = [*self._settle_ends(), *self._settle_tops()]
        obstacles = Obstacles()
        for series, step in self._lines:
            obstacles.add_line(self.axes, series.x, series.y, step=step)
        obstacles.points += self._level_points()
        renderer = self.axes.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        obstacles.boxes += [text.get_window_extent(renderer) for _, text, _ in (*self._ends, *self._tops)]
        return [*added, *place_notes(self.axes, self._notes, obstacles)]

    def _level_points(self) -> list[tuple[float, float]]:
        window = self.axes.get_window_extent()
        points: list[tuple[float, float]] = []
        for level in self._levels:
            y = float(self.axes.transData.transform((self.axes.get_xlim()[0], level))[1])
            points += [(window.x0 + step, y) for step in range(0, int(window.width), 8)]
        return points

    def _settle_ends(self) -> list[Artist]:
        if not self._ends:
            return []
        window = self.axes.get_window_extent()
        low, high = self.axes.get_ylim()
        wanted = [
            float(self.axes.transData.transform((self.axes.get_xlim()[1], min(max(y, low), high)))[1])
            for y, _, _ in self._ends
        ]
        sizes = [size for _, _, size in self._ends]
        centres = spread(wanted, sizes, window.y0 - 3, window.y1 + 0.08 * DPI)
        added: list[Artist] = []
        for (_, text, _), at, centre in zip(self._ends, wanted, centres, strict=True):
            text.set_y((centre - window.y0) / window.height)
            if abs(centre - at) > 4:
                step = 6.5 / 72 * DPI / window.width
                added.append(
                    Line2D(
                        [1.0, 1.0 + step],
                        [(at - window.y0) / window.height, (centre - window.y0) / window.height],
                        transform=self.axes.transAxes,
                        color=text.get_color(),
                        linewidth=0.8,
                        clip_on=False,
                    )
                )
                self.axes.add_artist(added[-1])
        return added

    def _settle_tops(self) -> list[Artist]:
        window = self.axes.get_window_extent()
        wanted = [float(self.axes.transData.transform((x, 1))[0]) for x, _, _ in self._tops]
        sizes = [size for _, _, size in self._tops]
        page = self.sheet.figure.bbox
        centres = spread(wanted, sizes, page.x0 + 4, page.x1 - 4)
        added: list[Artist] = []
        lift, base = 0.06 * DPI / window.height, 1.0 + self._strip_height * DPI / window.height
        for (_, text, _), at, centre in zip(self._tops, wanted, centres, strict=True):
            text.set_x((centre - window.x0) / window.width)
            ends = [(at - window.x0) / window.width, (centre - window.x0) / window.width]
            line = Line2D(
                ends, [base, base + lift], transform=self.axes.transAxes, color=MUTED, linewidth=0.9, clip_on=False
            )
            self.axes.add_artist(line)
            added.append(line)
        return added

    def settle_on(self, sheet: Sheet) -> None:
        """Register the finishers in the order in which they need each other."""
        for _, text, _ in (*self._ends, *self._tops):
            sheet.start_over.append(partial(text.set_position, text.get_position()))
        sheet.start_over.append(self.tick)
        sheet.finishers.append(self.tick)
        sheet.finishers.append(sheet.fit)
        sheet.finishers.append(self.settle)


def room_for_labels(names: Sequence[str], height: float) -> float:
    """The height of a chart that must hold these labels in its right margin."""
    lines = sum(len(lettering.balanced(name, LABEL_ROOM, BODY)) for name in names if name)
    return max(height, lettering.height(lines, BODY) + 0.7)


def state_key(spans: Sequence[tuple[float, float, str]], low: float, high: float) -> list[KeyEntry]:
    """Key entries for states whose word fits into none of their spans."""
    entries, seen = [], set()
    for _, _, state in spans:
        widest = max((end - start) / (high - low) * (WIDTH - 2.3) for start, end, name in spans if name == state)
        if state not in seen and widest <= lettering.width(state, SMALL) + 0.04:
            entries.append(KeyEntry(state, state_fill(state), edge=RULE))
        seen.add(state)
    return entries


def read_spans(spans: Any, form: str) -> list[tuple[float, float, str]]:
    """(start, end, state) triples as numbers."""
    return [(number(a, f"{form}: state"), number(b, f"{form}: state"), str(name)) for a, b, name in spans or ()]


def read_marks(marks: Mapping[str, Any] | None, form: str) -> list[tuple[str, float]]:
    """{words: value} as pairs."""
    return [(str(words), number(value, f"{form}: {words!r}")) for words, value in (marks or {}).items()]


def soften_grid(axes: Axes) -> None:
    """Faint rules on both axes, for log-log plots."""
    axes.grid(axis="both", color=GRID, linewidth=0.8)
