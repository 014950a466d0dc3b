"""What all charts with one thing per row share: names at the left, wrapped, and a height that follows from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator
from matplotlib.transforms import Affine2D, ScaledTranslation, blended_transform_factory

from course.charts import lettering
from course.charts.inputs import ChartError, number
from course.charts.palette import INK, MUTED
from course.charts.placement import spread
from course.charts.sheet import Sheet
from course.charts.style import BODY, DPI, LINE_HEIGHT, SMALL

NAME_ROOM = 2.1


class Rows:
    """The rows of a chart from top to bottom: their names, heights and positions in inches."""

    def __init__(self, names: Sequence[str], *, least: float = 0.29, room: float = NAME_ROOM, gap: float = 0.1) -> None:
        self.lines = [lettering.balanced(name, room, BODY) for name in names]
        self.heights = [max(least, lettering.height(len(lines), BODY) + gap) for lines in self.lines]
        self.total = sum(self.heights)
        self.centres: list[float] = []
        below = self.total
        for height in self.heights:
            self.centres.append(below - height / 2)
            below -= height

    def label(self, axes: Axes) -> None:
        """Write the names at the left of the axes, whose y is then in inches."""
        axes.set_ylim(0, self.total)
        axes.yaxis.set_major_locator(FixedLocator(self.centres))
        axes.yaxis.set_major_formatter(FixedFormatter(["\n".join(lines) for lines in self.lines]))
        axes.tick_params(axis="y", labelsize=BODY, labelcolor=INK, pad=6)
        for label in axes.get_yticklabels():
            label.set_linespacing(LINE_HEIGHT)


def check_names(known: Sequence[str], wanted: Sequence[str], option: str) -> None:
    """Raise when an option names a row that is not there."""
    for name in wanted:
        if name not in known:
            raise ChartError(f"{option}: no row is called {name!r}; rows are {list(known)}")


class Levels:
    """Upright reference lines with their names above the axes, spread so that none covers another."""

    def __init__(self, sheet: Sheet, axes: Axes, levels: Mapping[str, Any] | None, form: str) -> None:
        self.axes = axes
        self._marks: list[tuple[float, Text, float]] = []
        points = Affine2D().scale(1 / 72) + sheet.figure.dpi_scale_trans + ScaledTranslation(0, 1, axes.transAxes)  # type: ignore[arg-type]
        for words, value in (levels or {}).items():
            place = number(value, f"{form}: {words!r}")
            axes.axvline(place, color=MUTED, linewidth=1.0, linestyle=(0, (4, 3)), zorder=4)
            lines = lettering.balanced(str(words), 1.25, SMALL)
            text = axes.text(
                0.5, 4, "\n".join(lines), transform=blended_transform_factory(axes.transAxes, points), fontsize=SMALL,
                color=INK, ha="center", va="bottom", linespacing=LINE_HEIGHT, clip_on=False,
            )  # fmt: skip
            self._marks.append((place, text, (max(lettering.width(line, SMALL) for line in lines) + 0.1) * DPI))
            sheet.start_over.append(partial(text.set_position, text.get_position()))
        if self._marks:
            sheet.finishers += [self.settle, sheet.fit, self.settle]

    def settle(self) -> list[Artist]:
        """Spread the names."""
        window = self.axes.get_window_extent()
        wanted = [float(self.axes.transData.transform((place, 0))[0]) for place, _, _ in self._marks]
        sizes = [size for _, _, size in self._marks]
        edge = self.axes.figure.bbox
        for (_, text, _), centre in zip(self._marks, spread(wanted, sizes, edge.x0 + 4, edge.x1 - 4), strict=True):
            text.set_x((centre - window.x0) / window.width)
        return []
