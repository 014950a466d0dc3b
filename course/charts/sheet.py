"""The page of a chart: headline and subtitle on top, source at the bottom, and between them the room for the picture.

Everything is laid out in inches from measured text, so the page grows with a long headline and nothing is ever cut.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from course.charts import alt_text, lettering, sources
from course.charts.chart import Chart, Finisher
from course.charts.inputs import ChartError
from course.charts.palette import GRID, INK, MUTED, RULE
from course.charts.style import (
    BODY,
    DPI,
    HEADLINE,
    LINE_HEIGHT,
    MARGIN,
    SOURCE,
    SUBTITLE,
    TICK,
    WIDTH,
)

_KEY_GAP = 0.22
_SWATCH = 0.16


@dataclass(frozen=True)
class KeyEntry:
    """One word of the key line: used where a direct label finds no room."""

    label: str
    colour: str
    shape: str = "box"
    """`box`, `line`, `dashed`, `dot`, `ring`."""
    hatch: str = ""
    edge: str | None = None


class Sheet:
    """One page being laid out. A form opens it, draws into `axes()` or `canvas()`, and calls `finish()`."""

    def __init__(
        self,
        form: str,
        *,
        headline: str,
        height: float,
        source: Any = None,
        data: Any = None,
        subtitle: str = "",
        key: Sequence[KeyEntry] = (),
        alt: str | None = None,
        width: float = WIDTH,
    ) -> None:
        if not isinstance(headline, str) or not headline.strip():
            raise ChartError(f"{form}: the headline is empty; say in one sentence what the chart shows")
        self.form = form
        self.headline = headline.strip()
        self.alt = alt
        self.width = width
        self.inner_width = width - 2 * MARGIN
        self._head = lettering.balanced(self.headline, self.inner_width, HEADLINE, bold=True)
        self._sub = lettering.wrap(subtitle, self.inner_width, SUBTITLE) if subtitle else []
        self._foot = lettering.wrap(text, self.inner_width, SOURCE) if (text := sources.footer(source, data)) else []
        self._key_rows = self._arrange_key(key)
        self.top = MARGIN + lettering.height(len(self._head), HEADLINE) + 0.05
        if self._sub:
            self.top += lettering.height(len(self._sub), SUBTITLE) + 0.04
        key_top = self.top
        self.top += 0.21 * len(self._key_rows) + (0.06 if self._key_rows else 0.03)
        self.bottom = MARGIN + (lettering.height(len(self._foot), SOURCE) + 0.06 if self._foot else 0)
        self.height = self.top + height + self.bottom
        self.figure = Figure(figsize=(width, self.height), dpi=DPI, facecolor="white")
        FigureCanvasAgg(self.figure)
        self.finishers: list[Finisher] = []
        self.start_over: list[Callable[[], object]] = []
        self._grid: list[list[Axes]] = []
        self._gaps = (0.0, 0.0)
        self._write()
        self._draw_key(key_top)

    # -- head and foot

    def _write(self) -> None:
        below = MARGIN
        for lines, size, colour, weight in (
            (self._head, HEADLINE, INK, "bold"),
            (self._sub, SUBTITLE, MUTED, "normal"),
        ):
            if lines:
                self.words(MARGIN, below, "\n".join(lines), size, colour, weight=weight)
                below += lettering.height(len(lines), size) + 0.05
        if self._foot:
            start = self.height - MARGIN - lettering.height(len(self._foot), SOURCE) + 0.02
            self.words(MARGIN, start, "\n".join(self._foot), SOURCE, MUTED)

    def words(self, x: float, below: float, text: str, size: float, colour: str, **settings: Any) -> None:
        """Text at `x` inches from the left and `below` inches from the top of the page."""
        self.figure.text(
            x / self.width,
            1 - below / self.height,
            text,
            size=size,
            color=colour,
            va=settings.pop("va", "top"),
            linespacing=LINE_HEIGHT,
            **settings,
        )

    def _arrange_key(self, key: Sequence[KeyEntry]) -> list[list[KeyEntry]]:
        rows: list[list[KeyEntry]] = []
        used = self.inner_width + 1
        for entry in key:
            needs = _SWATCH + 0.06 + lettering.width(entry.label, BODY) + _KEY_GAP
            if used + needs - _KEY_GAP > self.inner_width:
                rows.append([])
                used = 0.0
            rows[-1].append(entry)
            used += needs
        return rows

    def _draw_key(self, below: float) -> None:
        for row in self._key_rows:
            x, middle = MARGIN, below + 0.11
            for entry in row:
                self._swatch(entry, x, middle)
                self.words(x + _SWATCH + 0.06, middle, entry.label, BODY, INK, va="center_baseline")
                x += _SWATCH + 0.06 + lettering.width(entry.label, BODY) + _KEY_GAP
            below += 0.21

    def _swatch(self, entry: KeyEntry, x: float, middle: float) -> None:
        left, centre = x / self.width, 1 - middle / self.height
        if entry.shape == "box":
            mark: Artist = Rectangle(
                (left, centre - 0.055 / self.height),
                _SWATCH / self.width,
                0.11 / self.height,
                facecolor=entry.colour,
                edgecolor=entry.edge or entry.colour,
                hatch=entry.hatch or None,
                linewidth=0.8,
                transform=self.figure.transFigure,
            )
        else:
            marker = {"dot": "o", "ring": "o"}.get(entry.shape, "")
            ends = [left + _SWATCH / 2 / self.width] if marker else [left, left + _SWATCH / self.width]
            mark = Line2D(
                ends,
                [centre] * len(ends),
                color=entry.colour,
                linewidth=2.2,
                linestyle="--" if entry.shape == "dashed" else "-",
                marker=marker or None,
                markersize=6.5,
                markerfacecolor="white" if entry.shape == "ring" else entry.colour,
                markeredgewidth=1.6,
                transform=self.figure.transFigure,
            )
        self.figure.add_artist(mark)

    # -- the room between

    def canvas(self) -> Axes:
        """Axes over the whole room whose coordinates are inches, from its lower left corner. For drawings."""
        high = self.height - self.top - self.bottom
        axes = self.figure.add_axes(
            (MARGIN / self.width, self.bottom / self.height, self.inner_width / self.width, high / self.height)
        )
        axes.set_xlim(0, self.inner_width)
        axes.set_ylim(0, high)
        axes.set_axis_off()
        return axes

    def axes(self) -> Axes:
        """The only axes of this page, in house style."""
        return self.grid(1, 1)[0][0]

    def grid(self, rows: int, columns: int, gaps: tuple[float, float] = (0.3, 0.3)) -> list[list[Axes]]:
        """Axes in rows and columns; `fit` gives all of them the same size."""
        self._gaps = gaps
        self._grid = [
            [
                self.figure.add_axes(
                    (column / columns, 1 - (row + 1) / rows, 0.9 / columns, 0.8 / rows), label=f"{row},{column}"
                )
                for column in range(columns)
            ]
            for row in range(rows)
        ]
        for line in self._grid:
            for axes in line:
                dress(axes)
        for line in self._grid:
            for axes in line:
                self.start_over.append(partial(axes.set_position, axes.get_position().bounds))
        self.finishers.append(self.fit)
        return self._grid

    def fit(self) -> list[Artist]:
        """Give the axes all the room that their labels leave. A finisher: runs before every drawing."""
        for _ in range(2):  # tick labels may change with the size: the second pass knows it
            self._fit_once()
        return []

    def _fit_once(self) -> None:
        renderer = self.figure.canvas.get_renderer()  # type: ignore[attr-defined]
        over = [0.0, 0.0, 0.0, 0.0]
        shown = [axes for line in self._grid for axes in line if axes.get_visible()]
        for axes in shown:
            inner = axes.get_window_extent(renderer)
            outer = axes.get_tightbbox(renderer) or inner
            sides = (inner.x0 - outer.x0, inner.y0 - outer.y0, outer.x1 - inner.x1, outer.y1 - inner.y1)
            over = [max(old, new / DPI) for old, new in zip(over, sides, strict=True)]
        rows, columns = len(self._grid), len(self._grid[0])
        wide = (self.inner_width - self._gaps[0] * (columns - 1)) / columns
        high = (self.height - self.top - self.bottom - self._gaps[1] * (rows - 1)) / rows
        for row, line in enumerate(self._grid):
            for column, axes in enumerate(line):
                left = MARGIN + column * (wide + self._gaps[0])
                bottom = self.height - self.top - row * (high + self._gaps[1]) - high
                axes.set_position(
                    (
                        (left + over[0]) / self.width,
                        (bottom + over[1]) / self.height,
                        max(0.3, wide - over[0] - over[2]) / self.width,
                        max(0.2, high - over[1] - over[3]) / self.height,
                    )
                )

    def finish(self, axes: Axes | list[Axes], summary: str, findings: Sequence[Any] = ()) -> Chart:
        """The chart; `summary` are the data in words, used when the author gave no alt text."""
        alt = self.alt if self.alt is not None else alt_text.compose(self.form, self.headline, summary)
        return Chart(
            self.figure,
            axes,
            headline=self.headline,
            alt=alt,
            finishers=self.finishers,
            findings=findings,
            start_over=self.start_over,
        )


def dress(axes: Axes) -> None:
    """Axes in house style: one base line, faint rules, small quiet ticks."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.tick_params(length=0, labelsize=TICK, labelcolor=MUTED, pad=4)
    axes.tick_params(axis="x", pad=6)  # clear of the lowest y label
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=GRID, linewidth=0.8)


def axis_words(axes: Axes, x: str, y: str, lift: float = 0.0) -> None:
    """The axis titles: x to the right under the axis, y upright above the axis (and `lift` points more)."""
    if x:
        axes.set_xlabel(x, fontsize=TICK, color=MUTED, loc="right", labelpad=3)
    if y:
        axes.set_title(y, fontsize=TICK, color=MUTED, loc="left", pad=7 + lift, x=0.0)
