"""Boxes and arrows: a graph, laid out in layers and drawn on a sheet. Used by flow charts and state machines."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from course.charts import lettering
from course.charts.chart import Chart
from course.charts.layered_layout import Box, Placed, Route, arrange
from course.charts.layout_check import ROOM
from course.charts.palette import FAINT, INK, MUTED, PAPER, RULE, mix
from course.charts.sheet import KeyEntry, Sheet
from course.charts.style import BODY, LINE_HEIGHT, MARGIN, SMALL, WIDTH

_INNER = WIDTH - 2 * MARGIN
# Frames of groups: how far they reach beyond their boxes, and above them with the title.
_FRAME, _TITLE = 0.11, 0.22


@dataclass(frozen=True)
class Node:
    """One box: its text, its shape (`box`, `round`, `choice`, `start`, `end`), its colour and its group."""

    name: str
    text: str
    shape: str = "box"
    colour: str = RULE
    group: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Edge:
    """One arrow."""

    source: str
    target: str
    label: str = ""
    dashed: bool = False
    colour: str = MUTED


def draw_graph(
    form: str,
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    *,
    headline: str,
    direction: str = "auto",
    key: Sequence[KeyEntry] = (),
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
    summary: str = "",
) -> Chart:
    """The graph as a chart; `direction` is `right`, `down` or `auto`: to the right when it fits, else down."""
    across, placed, texts, size = _choose(nodes, edges, direction)
    length, breadth = placed.length, placed.breadth
    wide, high = (length, breadth) if across else (breadth, length)
    members = [[placed.boxes[node.name] for node in nodes if node.group == group]
               for group in dict.fromkeys(node.group for node in nodes if node.group)]  # fmt: skip
    left, right, above, below = _beyond(members, across, wide, high)
    wide, high = left + wide + right, above + high + below
    sheet = Sheet(
        form,
        headline=headline,
        height=high + 0.12,
        source=source,
        subtitle=subtitle,
        key=key,
        alt=alt,
        width=max(WIDTH, wide + 2 * MARGIN + 0.1),
    )
    axes = sheet.canvas()
    pen = _Pen(axes, across, (sheet.inner_width - wide) / 2 + left, high + 0.06 - above)
    for group in dict.fromkeys(node.group for node in nodes if node.group):
        pen.frame(group, [placed.boxes[node.name] for node in nodes if node.group == group])
    ports = _ports(placed)
    for number, (route, edge) in enumerate(zip(placed.routes, [e for e in edges if e.source != e.target], strict=True)):
        pen.arrow(placed, route, edge, ports[number], size)
    for node in nodes:
        pen.node(node, placed.boxes[node.name], texts[node.name], size)
    return sheet.finish(axes, summary)


def _beyond(
    members: Sequence[Sequence[Box]], across: bool, wide: float, high: float
) -> tuple[float, float, float, float]:
    """How far the frames of groups reach beyond the boxes: on the left, on the right, above and below."""
    corners = [(0.0, 0.0, wide, high)]
    for boxes in members:
        along = [(b.along - b.length / 2, b.along + b.length / 2) for b in boxes]
        aside = [(b.across - b.breadth / 2, b.across + b.breadth / 2) for b in boxes]
        x, y = (along, aside) if across else (aside, along)
        corners.append((min(x)[0] - _FRAME, high - max(end for _, end in y) - _FRAME,
                        max(end for _, end in x) + _FRAME, high - min(y)[0] + _TITLE))  # fmt: skip
    return (-min(one[0] for one in corners), max(one[2] for one in corners) - wide,
            max(one[3] for one in corners) - high, -min(one[1] for one in corners))  # fmt: skip


def _choose(
    nodes: Sequence[Node], edges: Sequence[Edge], direction: str
) -> tuple[bool, Placed, dict[str, list[str]], float]:
    """The first of some layouts that fits the page: wide boxes before narrow ones, rightward before downward."""
    tries = [
        (True, 1.35),
        (True, 1.15),
        (True, 1.0),
        (False, 1.5),
        (False, 1.2),
        (True, 0.86),
        (False, 1.0),
        (False, 0.82),
        (True, 0.74),
        (False, 0.7),
    ]
    wanted = {"right": [t for t in tries if t[0]], "down": [t for t in tries if not t[0]]}.get(direction, tries)
    best = None
    for across, room in wanted:
        for size in (BODY, SMALL):
            placed, texts = _try(nodes, edges, across, room, size, 0.34)
            over = (placed.length if across else placed.breadth) - _INNER
            if best is None or over < best[0]:
                best = (over, across, placed, texts, size, room)
            if over <= 0:
                break
        if best is not None and best[0] <= 0:
            break
    assert best is not None
    over, across, placed, texts, size, room = best
    if across and over < -0.3 and len(placed.layers) > 1:
        real = sum(1 for layer in placed.layers if any(placed.boxes[name].real for name in layer)) - 1
        placed, texts = _try(nodes, edges, across, room, size, 0.34 + min(0.4, -over * 0.7 / max(1, real)))
    return across, placed, texts, size


def _try(
    nodes: Sequence[Node], edges: Sequence[Edge], across: bool, room: float, size: float, gap: float
) -> tuple[Placed, dict[str, list[str]]]:
    boxes, texts = [], {}
    for node in nodes:
        least = min(1.4, lettering.longest_piece(node.text, size) + 0.01)
        lines = lettering.balanced(node.text, max(least, room - 0.14 - (0.18 if node.shape == "choice" else 0)), size)
        wide = max(lettering.width(line, size) for line in lines) + 0.2 + (0.22 if node.shape == "choice" else 0)
        wide, high = max(wide, 0.55), lettering.height(len(lines), size) + 0.16
        if node.shape in {"start", "end"}:
            wide = high = 0.2
        texts[node.name] = lines
        boxes.append(Box(node.name, *((wide, high) if across else (high, wide)), group=node.group))
    labels = {}
    for edge in edges:
        if edge.label:
            lines = _label_lines(edge.label, across)
            wide = max(lettering.width(line, SMALL) for line in lines) + 0.1
            high = lettering.height(len(lines), SMALL) + 0.04
            labels[edge.label] = (wide, high) if across else (high, wide)
    tight = room < 0.9
    placed = arrange(
        boxes,
        [(e.source, e.target, e.label) for e in edges],
        labels,
        gap=0.26 if tight else gap,
        space=0.12 if tight else 0.2,
        pad=0.12 if tight else 0.16,
    )
    return placed, texts


def _label_lines(label: str, across: bool) -> list[str]:
    return lettering.balanced(label, 0.95 if across else 1.35, SMALL)


def _ports(placed: Placed) -> list[tuple[float, float]]:
    """For each route the offsets at its two ends, so that arrows of one box do not start at one point."""
    leaving: dict[tuple[str, int], list[tuple[float, int]]] = {}
    for number, route in enumerate(placed.routes):
        leaving.setdefault((route.through[0], 1), []).append((placed.boxes[route.through[1]].across, number))
        leaving.setdefault((route.through[-1], -1), []).append((placed.boxes[route.through[-2]].across, number))
    offsets: dict[tuple[int, int], float] = {}
    for (name, side), ends in leaving.items():
        room = min(placed.boxes[name].breadth * 0.6, 0.16 * (len(ends) - 1))
        for place, (_, number) in enumerate(sorted(ends)):
            share = place / (len(ends) - 1) - 0.5 if len(ends) > 1 else 0.0
            offsets[(number, side)] = share * room
    return [(offsets[(n, 1)], offsets[(n, -1)]) for n in range(len(placed.routes))]


class _Pen:
    """Draws in layout coordinates: `along` and `across` become x and y, either way round."""

    def __init__(self, axes: Axes, across: bool, left: float, top: float) -> None:
        self.axes, self.rightward, self.left, self.top = axes, across, left, top

    def point(self, along: float, across: float) -> tuple[float, float]:
        if self.rightward:
            return self.left + along, self.top - across
        return self.left + across, self.top - along

    def frame(self, title: str, boxes: Sequence[Box]) -> None:
        pad, head = _FRAME, _TITLE
        (x0, y0), (x1, y1) = (
            self.point(min(b.along - b.length / 2 for b in boxes), min(b.across - b.breadth / 2 for b in boxes)),
            self.point(max(b.along + b.length / 2 for b in boxes), max(b.across + b.breadth / 2 for b in boxes)),
        )
        low, high = min(y0, y1) - pad, max(y0, y1) + head
        words = lettering.fitting(title, max(x1 - x0 + 2 * pad - 0.1, 0.9), SMALL, 1, bold=True)[0]
        wide = max(x1 - x0 + 2 * pad, lettering.width(words, SMALL, bold=True) + 0.14)
        self.axes.add_patch(
            FancyBboxPatch(
                (x0 - pad, low),
                wide,
                high - low,
                boxstyle="round,pad=0,rounding_size=0.06",
                facecolor=FAINT,
                edgecolor=RULE,
                linewidth=0.9,
                linestyle=(0, (4, 2)),
                zorder=0,
            )
        )
        self.axes.text(
            x0 - pad + 0.07,
            high - 0.04,
            words,
            fontsize=SMALL,
            fontweight="bold",
            color=MUTED,
            va="top",
            zorder=7,
            bbox={"facecolor": FAINT, "edgecolor": "none", "pad": 0.5},
        )

    def node(self, node: Node, box: Box, lines: Sequence[str], size: float) -> None:
        x, y = self.point(box.along, box.across)
        wide, high = (box.length, box.breadth) if self.rightward else (box.breadth, box.length)
        fill = mix(node.colour, PAPER, 0.85) if node.colour != RULE else PAPER
        look: dict[str, Any] = {
            "facecolor": fill,
            "edgecolor": node.colour,
            "linewidth": 1.8 if node.strong else 1.2,
            "zorder": 4,
        }
        if node.shape in {"start", "end"}:
            self.axes.add_patch(
                Circle(
                    (x, y),
                    0.085,
                    facecolor=INK if node.shape == "start" else PAPER,
                    edgecolor=INK,
                    linewidth=1.4,
                    zorder=4,
                )
            )
            if node.shape == "end":
                self.axes.add_patch(Circle((x, y), 0.05, facecolor=INK, linewidth=0, zorder=5))
            return
        if node.shape == "choice":
            tip = 0.14
            corners = [
                (x - wide / 2, y),
                (x - wide / 2 + tip, y + high / 2),
                (x + wide / 2 - tip, y + high / 2),
                (x + wide / 2, y),
                (x + wide / 2 - tip, y - high / 2),
                (x - wide / 2 + tip, y - high / 2),
            ]
            self.axes.add_patch(Polygon(corners, **look))
        else:
            rounding = min(wide, high) / 2 if node.shape == "round" else 0.05
            self.axes.add_patch(
                FancyBboxPatch(
                    (x - wide / 2, y - high / 2), wide, high, boxstyle=f"round,pad=0,rounding_size={rounding}", **look
                )
            )
        self.axes.text(
            x,
            y,
            "\n".join(lines),
            ha="center",
            va="center",
            fontsize=size,
            color=INK,
            linespacing=LINE_HEIGHT,
            fontweight="bold" if node.strong else "normal",
            zorder=6,
            gid=f"{ROOM}{x - wide / 2},{y - high / 2},{x + wide / 2},{y + high / 2}",
        )

    def arrow(self, placed: Placed, route: Route, edge: Edge, ports: tuple[float, float], size: float) -> None:
        boxes = [placed.boxes[name] for name in route.through]
        thick = [max(placed.boxes[name].length for name in placed.layers[box.layer]) for box in boxes]
        head = 0.085
        first, last = boxes[0], boxes[-1]
        start = (first.along + first.length / 2 + (head if route.flipped else 0), first.across + ports[0])
        end = (last.along - last.length / 2 - (0 if route.flipped else head), last.across + ports[1])
        stops = [start, (max(start[0], first.along + thick[0] / 2), start[1])]
        for box, wide in zip(boxes[1:-1], thick[1:-1], strict=True):
            stops += [(box.along - wide / 2, box.across), (box.along + wide / 2, box.across)]
        stops += [(min(end[0], last.along - thick[-1] / 2), end[1]), end]
        points, codes = [self.point(*stops[0])], [Path.MOVETO]
        for number, ((a0, c0), (a1, c1)) in enumerate(itertools.pairwise(stops)):
            if number % 2 == 0:  # through a layer: straight, so that no box is touched
                points.append(self.point(a1, c1))
                codes.append(Path.LINETO)
            else:
                middle = (a0 + a1) / 2
                points += [self.point(middle, c0), self.point(middle, c1), self.point(a1, c1)]
                codes += [Path.CURVE4] * 3
        self.axes.add_patch(
            PathPatch(
                Path(points, codes),
                facecolor="none",
                edgecolor=edge.colour,
                linewidth=1.3,
                linestyle=(0, (4, 2.5)) if edge.dashed else "-",
                zorder=2,
                capstyle="butt",
            )
        )
        tip, base = (start[0] - head, start[0]) if route.flipped else (end[0] + head, end[0])
        level = start[1] if route.flipped else end[1]
        corners = [self.point(tip, level), self.point(base, level - 0.042), self.point(base, level + 0.042)]
        self.axes.add_patch(Polygon(corners, facecolor=edge.colour, edgecolor="none", zorder=3))
        if edge.label:
            self._label(boxes, edge)

    def _label(self, boxes: Sequence[Box], edge: Edge) -> None:
        holder = max(boxes[1:-1], key=lambda box: box.length * box.breadth)
        x, y = self.point(holder.along, holder.across)
        self.axes.text(
            x,
            y,
            "\n".join(_label_lines(edge.label, self.rightward)),
            ha="center",
            va="center",
            fontsize=SMALL,
            color=INK,
            linespacing=LINE_HEIGHT,
            zorder=5,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.6},
        )


def summary_of(nodes: Sequence[Node], edges: Sequence[Edge], most: int = 20) -> str:
    """The arrows in words."""
    text: Mapping[str, str] = {node.name: " ".join(node.text.split()) or node.shape for node in nodes}
    said = [f"{text[e.source]} to {text[e.target]}" + (f" ({e.label})" if e.label else "") for e in edges]
    shown = said if len(said) <= most else [*said[: most - 1], f"and {len(said) - most + 1} more"]
    return f"{len(nodes)} boxes, {len(edges)} arrows: " + "; ".join(shown) + "."
