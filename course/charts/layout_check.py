"""Finds the faults of layout a glance would find: cut texts, texts on texts, texts larger than their box."""

from __future__ import annotations

from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

_SLACK = 1.0
"""Pixels: neighbouring letters may touch, not overlap."""
ROOM = "room:"
"""A text whose gid is `room:x0,y0,x1,y1` (data of its axes) promises to stay inside that box."""


def visible_texts(figure: Figure) -> list[tuple[Text, Bbox]]:
    """Every text that is drawn, with its extent in pixels."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    figure.draw_without_rendering()  # ticks get their final texts only while drawing
    drawn = []
    hidden = {
        id(text)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        if not (axes.axison and axes.get_visible() and axis.get_visible())
        for text in axis.findobj(Text)
    }
    unused = {id(text) for axes in figure.axes for text in _unused_ticks(axes)}
    for text in figure.findobj(Text):
        if not isinstance(text, Text) or not text.get_visible() or not text.get_text().strip():
            continue
        if id(text) in hidden or id(text) in unused:
            continue
        drawn.append((text, text.get_window_extent(renderer)))
    return drawn


def _unused_ticks(axes: Axes) -> list[Text]:
    """Texts of ticks outside the view: matplotlib keeps them, and does not draw them."""
    spare = []
    for axis in (axes.xaxis, axes.yaxis):
        shown = {id(tick) for tick in axis._update_ticks()}  # type: ignore[union-attr]
        for tick in [*axis.majorTicks, *axis.minorTicks]:
            if id(tick) not in shown or not tick.get_visible():
                spare += [tick.label1, tick.label2]
            else:
                spare += [label for label in (tick.label1, tick.label2) if not label.get_visible()]
    return spare


def _shrunk(box: Bbox) -> Bbox:
    return Bbox.from_extents(box.x0 + _SLACK, box.y0 + _SLACK, box.x1 - _SLACK, box.y1 - _SLACK)


def _says(text: Text) -> str:
    words = " ".join(text.get_text().split())
    return repr(words if len(words) <= 40 else words[:39] + "…")


def problems(figure: Figure) -> list[str]:
    """One sentence for each fault."""
    page = figure.bbox
    found = []
    drawn = visible_texts(figure)
    for text, box in drawn:
        if box.x0 < page.x0 - 0.5 or box.y0 < page.y0 - 0.5 or box.x1 > page.x1 + 0.5 or box.y1 > page.y1 + 0.5:
            found.append(f"text {_says(text)} is cut off at the edge of the chart; shorten it")
        gid = text.get_gid() or ""
        if gid.startswith(ROOM) and text.axes is not None:
            x0, y0, x1, y1 = (float(part) for part in gid.removeprefix(ROOM).split(","))
            (a, b), (c, d) = text.axes.transData.transform([(x0, y0), (x1, y1)])
            room = Bbox.from_extents(min(a, c) - 1, min(b, d) - 2, max(a, c) + 1, max(b, d) + 2)
            if box.x0 < room.x0 or box.x1 > room.x1 or box.y0 < room.y0 or box.y1 > room.y1:
                found.append(f"text {_says(text)} is larger than its box; shorten it")
    for (one, first), (other, second) in combinations(drawn, 2):
        if _shrunk(first).overlaps(_shrunk(second)):
            found.append(f"texts {_says(one)} and {_says(other)} overlap; shorten or move one")
    return found
