"""Pictures of charts that need not be painted again.

A class runs the same demonstrations: most charts in most notebooks are the same chart. Painting, colour reduction and
compression take two thirds of a chart's time. Here the drawing commands of a settled chart are digested (everything
that is handed to the painter: paths, colours, texts, places), and where the warm process has met the same commands in
the lesson's own rehearsal the finished picture is taken from there. A chart that differs in anything is painted.

Most of the rest goes into settling the chart, which works out where everything has its place. A chart as its form made
it, whose figure nobody has asked for, is looked up before that (`chart_state`); it is settled when somebody asks.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
import numpy
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2DBase, AffineBase, BboxBase, TransformedPath

import course.charts.chart as chart_module
from course.charts.style import DPI, house_style
from course.grading import chart_state

SETTINGS = ("text.hinting", "text.hinting_factor", "agg.path.chunksize")
"""What the painter reads from matplotlib's settings and is not told in its commands."""

known: dict[bytes, bytes] = {}
"""Finished pictures by the digest of their drawing commands."""


def remember_charts() -> None:
    """Let charts look among the known pictures before they are painted, and add those that are new."""
    chart: Any = chart_module.Chart
    paint: Callable[[Any], bytes] = chart.png
    size: Any = chart.size

    def png(self: Any) -> bytes:
        """Return the picture; the same chart gives the same bytes."""
        state = (
            None if "_lent" in vars(self) or library is None or not library.unchanged() else chart_state.digest(self)
        )
        if state is not None and state in known:
            vars(self)["_owed"] = True
            return known[state]
        with _at_home(self):
            self.settle()
            key = digest(self.figure)
            picture = None if key is None else known.get(key)
            if picture is None:
                vars(self)["settle"] = _nothing  # it has just been done
                try:
                    picture = paint(self)
                finally:
                    del vars(self)["settle"]
        for name in (state, key):
            if name is not None:
                known[name] = picture
        return picture

    def size_of(self: Any) -> Any:
        """Width and height in pixels at which a notebook shows the chart."""
        with _at_home(self):
            return size.fget(self)

    chart.png, chart.size = png, property(size_of, doc=size.__doc__)
    chart.figure, chart.axes = _Lent("figure"), _Lent("axes")


def note_libraries() -> None:
    """Take the code that paints as right from now on; called when all is warm."""
    global library
    library = chart_state.LibraryState()


library: chart_state.LibraryState | None = None


class _Lent:
    """A chart's figure or axes. Whoever asks for them finds them settled, as after any drawing, and may change them."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, chart: Any, owner: type | None = None) -> Any:
        if chart is None:
            return self
        held = vars(chart)
        if "_home" not in held:
            held["_lent"] = True
            if held.pop("_owed", False):
                chart.settle()
        return held[self._name]

    def __set__(self, chart: Any, value: Any) -> None:
        vars(chart)[self._name] = value


@contextmanager
def _at_home(chart: Any) -> Iterator[None]:
    """Let the chart's own methods look at its figure without that counting as lent."""
    held = vars(chart)
    inner = "_home" in held
    held["_home"] = True
    try:
        yield
    finally:
        if not inner:
            del held["_home"]


def _nothing() -> None:
    """Stand in for a step that has been taken."""


def digest(figure: Figure) -> bytes | None:
    """Return a digest of all that a painter is told to paint ``figure``; None for what it cannot tell apart."""
    if figure.dpi != DPI:
        return None
    try:
        with house_style():
            recorder = _Recorder(figure.bbox.width, figure.bbox.height, figure.dpi)
            settings: Any = matplotlib.rcParams
            recorder.note(*(settings[name] for name in SETTINGS))
            figure.draw(recorder)
    except _Unknown:
        return None
    return recorder.written.digest() if recorder.exact else None


class _Unknown(Exception):
    """A drawing command that cannot be written down exactly."""


class _Recorder(RendererAgg):
    """Matplotlib's own painter, which writes down what it is told in place of painting."""

    def __init__(self, width: float, height: float, dpi: float) -> None:
        super().__init__(width, height, dpi)  # type: ignore[no-untyped-call]
        self.exact = True
        self.written = hashlib.blake2b(digest_size=32)
        self.note(int(width), int(height), dpi)
        kinds = ("image", "markers", "path_collection", "quad_mesh", "gouraud_triangles")
        for name in (f"draw_{kind}" for kind in kinds):
            vars(self)[name] = self._noting(name)

    def note(self, *values: Any) -> None:
        """Write down values."""
        for value in values:
            _write(value, self.written.update)

    def _noting(self, name: str) -> Callable[..., None]:
        def noted(*values: Any, **named: Any) -> None:
            self.note(name, *values, *named.items())

        return noted

    def draw_path(self, gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:
        """Note a path."""
        self.note("path", gc, path, transform, rgbFace)

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        """Note a text."""
        shaping = None if mtext is None else (mtext.get_fontfeatures(), mtext.get_language())
        self.note("text", gc, x, y, s, prop, angle, ismath, shaping)

    def start_filter(self) -> None:
        """Note that a filter paints with code of its own, which cannot be written down."""
        self.exact = False

    def stop_filter(self, post_processing: Any) -> None:
        """Nothing was painted that could be filtered."""


def _write(value: Any, write: Callable[[bytes], None]) -> None:
    """Write a value down so that no two different ones read the same."""
    if value is None or isinstance(value, (str, int, float, bytes)):
        write(f"{type(value).__name__}:{value!r};".encode())
    elif isinstance(value, (numpy.ndarray, numpy.generic)):
        if value.dtype == object:
            raise _Unknown
        write(f"array:{value.dtype.str}:{value.shape}:".encode() + value.tobytes())
    elif isinstance(value, enum.Enum):
        write(f"enum:{value.name};".encode())
    elif isinstance(value, (list, tuple)):
        write(f"list:{len(value)}:".encode())
        for part in value:
            _write(part, write)
    elif isinstance(value, Path):
        simplified = (value.should_simplify, value.simplify_threshold)
        _write(("path", value.vertices, value.codes, *simplified), write)
    elif isinstance(value, (Affine2DBase, AffineBase)):
        _write(("affine", value.get_matrix()), write)
    elif isinstance(value, BboxBase):
        _write(("box", value.bounds), write)
    elif isinstance(value, TransformedPath):
        _write(value.get_transformed_path_and_affine(), write)
    elif isinstance(value, (GraphicsContextBase, FontProperties)):
        _write((type(value).__name__, *vars(value).items()), write)
    else:
        raise _Unknown
