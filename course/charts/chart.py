"""A finished chart: shows itself in a notebook, saves itself, and can check its own layout."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from course.charts import layout_check
from course.charts.style import DPI, FONT, SHOWN_PIXELS_PER_INCH, house_style

Finisher = Callable[[], Sequence[Artist]]
"""Runs when all sizes are known; returns what it added, so that the next drawing can start clean."""

_COLOURS = 128


class Chart:
    """What every form returns. The last line of a cell is enough to show it.

    >>> chart = charts.bars({"Standard": 0.023, "Glacier": 0.0036}, headline="...", unit="USD per GB-month")
    >>> chart.axes.axvline(0.01)        # additions: plain matplotlib
    >>> chart.save("storage.png")
    """

    def __init__(
        self,
        figure: Figure,
        axes: Axes | list[Axes],
        *,
        headline: str,
        alt: str,
        finishers: Sequence[Finisher] = (),
        findings: Sequence[Any] = (),
        start_over: Sequence[Callable[[], object]] = (),
    ) -> None:
        self.figure = figure
        """The matplotlib figure; never registered with pyplot, so it needs no closing."""
        self.axes: Any = axes
        """The matplotlib axes, for additions; a list of them for small multiples."""
        self.headline = headline
        self.alt = alt
        """Text for screen readers."""
        self.findings = list(findings)
        """What the form computed on the way: the break-even points of `curves`, empty for most forms."""
        self._finishers = list(finishers)
        self._start_over = list(start_over)
        self._added: list[Artist] = []

    def settle(self) -> None:
        """Place everything for the sizes as they are now. Called before every drawing; calling it again is harmless."""
        with house_style():
            for text in self.figure.findobj(Text):
                _plain(text)
            for forget in self._start_over:  # the result must not depend on how often the chart was drawn before
                forget()
            for _ in range(2):  # what the first round moves may need room: the second one knows it
                for artist in self._added:
                    artist.remove()
                self._added = []
                for finisher in self._finishers:
                    self._added += finisher()
            for text in self.figure.findobj(Text):
                _plain(text)

    def png(self) -> bytes:
        """The picture. The same chart gives the same bytes, today and on another machine with the same matplotlib."""
        self.settle()
        full = io.BytesIO()
        with house_style():
            self.figure.savefig(full, format="png", dpi=DPI, facecolor="white", metadata={"Software": None})
        # Flat colours need no 24 bits: a palette makes notebooks and the repository three times smaller.
        picture = Image.open(full).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        small = io.BytesIO()
        picture.save(small, format="png", optimize=True)
        return small.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write the chart as .png, .svg or .pdf, by the name's ending, and return the path."""
        target = Path(path)
        if target.suffix == ".png":
            target.write_bytes(self.png())
        elif target.suffix in {".svg", ".pdf"}:
            self.settle()
            stamp = {"Date": None} if target.suffix == ".svg" else {"CreationDate": None, "ModDate": None}
            with house_style():
                self.figure.savefig(target, metadata=stamp, facecolor="white")
        else:
            raise ValueError(f"chart.save({str(path)!r}): unknown ending {target.suffix!r}; use .png, .svg or .pdf")
        return target

    def problems(self) -> list[str]:
        """What a reader would stumble over: texts cut off at the edge or over one another. Empty when all is well."""
        self.settle()
        with house_style():
            return layout_check.problems(self.figure)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels at which a notebook shows the chart."""
        wide, high = self.figure.get_size_inches()
        return round(wide * SHOWN_PIXELS_PER_INCH), round(high * SHOWN_PIXELS_PER_INCH)

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
        """HTML with the alt text for notebooks, a PNG for converters that know no HTML, plain text for terminals."""
        picture = base64.b64encode(self.png()).decode("ascii")
        wide, high = self.size
        tag = (
            f'<img src="data:image/png;base64,{picture}" alt="{html.escape(self.alt, quote=True)}" '
            f'width="{wide}" height="{high}" style="max-width: 100%; height: auto">'
        )
        bundle = {"text/html": tag, "image/png": picture, "text/plain": repr(self)}
        return bundle, {"image/png": {"alt": self.alt, "width": wide, "height": high}}

    def __repr__(self) -> str:
        return f"{self.headline}\n{self.alt}"


def _plain(text: Text) -> None:
    """The house font, and `$` as a dollar sign instead of the start of a formula."""
    text.set_fontfamily(FONT)
    text.set_parse_math(False)
