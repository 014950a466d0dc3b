"""Putting labels where they hide nothing: ends of lines in a column, notes beside points."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from course.charts import lettering
from course.charts.palette import INK, MUTED
from course.charts.style import BODY, DPI, LINE_HEIGHT


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Centres as near as possible to `wanted` so that things of these `sizes` neither overlap nor leave low..high.

    >>> spread([1.0, 1.0], [2.0, 2.0], 0.0, 10.0)
    [1.0, 3.0]
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    # Blocks of touching things; a block stands at the mean of what its members want, and grows as long as it collides.
    blocks: list[tuple[float, float, list[int]]] = []  # (start, length, members)
    for index in order:
        members, length = [index], sizes[index]
        start = wanted[index] - length / 2
        start = min(max(start, low), high - length)
        while blocks and blocks[-1][0] + blocks[-1][1] > start + 1e-9:
            _, earlier_length, earlier = blocks.pop()
            members = earlier + members
            length += earlier_length
            offset, ideal = 0.0, 0.0
            for member in members:
                ideal += wanted[member] - sizes[member] / 2 - offset
                offset += sizes[member]
            start = min(max(ideal / len(members), low), max(low, high - length))
        blocks.append((start, length, members))
    centres = [0.0] * len(wanted)
    for start, _, members in blocks:
        for member in members:
            centres[member] = start + sizes[member] / 2
            start += sizes[member]
    return centres


@dataclass(frozen=True)
class Note:
    """A text that belongs to a point of the axes."""

    x: float
    y: float
    text: str
    colour: str = INK
    bold: bool = False
    room: float = 1.9
    """Inches before the text is broken."""


@dataclass
class Obstacles:
    """What a note must not cover, in pixels."""

    boxes: list[Bbox] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)

    def add_line(self, axes: Axes, xs: Sequence[float], ys: Sequence[float], *, step: bool = False) -> None:
        """A line of the chart, as points a few pixels apart."""
        corners: list[tuple[float, float]] = []
        for x, y in zip(xs, ys, strict=True):
            if not (math.isfinite(x) and math.isfinite(y)):
                continue
            if step and corners:
                corners.append((x, corners[-1][1]))
            corners.append((x, y))
        pixels = [tuple(point) for point in axes.transData.transform(corners)] if corners else []
        for (x0, y0), (x1, y1) in itertools.pairwise(pixels):
            pieces = max(1, min(400, int(math.hypot(x1 - x0, y1 - y0) / 6)))
            self.points += [(x0 + (x1 - x0) * n / pieces, y0 + (y1 - y0) * n / pieces) for n in range(pieces + 1)]

    def cost(self, box: Bbox) -> float:
        """How bad it would be to put text here."""
        boxes = sum(1 for other in self.boxes if box.overlaps(other))
        points = sum(1 for x, y in self.points if box.x0 < x < box.x1 and box.y0 < y < box.y1)
        return 1000.0 * boxes + 40.0 * points


_DIRECTIONS = tuple((math.cos(math.radians(a)), math.sin(math.radians(a))) for a in range(0, 360, 30))
_DISTANCES = (7.0, 13.0, 22.0, 34.0, 50.0, 70.0, 95.0, 125.0, 160.0)


def place_notes(axes: Axes, notes: Sequence[Note], obstacles: Obstacles, size: float = BODY) -> list[Artist]:
    """Write every note at the nearest place where it covers nothing, with a thin line when that is not at its point."""
    renderer = axes.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    window = axes.get_window_extent(renderer)
    added: list[Artist] = []
    scale = DPI / 72
    anchors = [tuple(axes.transData.transform((note.x, note.y))) for note in notes]
    for px, py in anchors:
        obstacles.boxes.append(Bbox.from_extents(px - 5 * scale, py - 5 * scale, px + 5 * scale, py + 5 * scale))
    for note, (px, py) in zip(notes, anchors, strict=True):
        lines = lettering.balanced(note.text, note.room, size, note.bold)
        wide = max(lettering.width(line, size, note.bold) for line in lines) * DPI + 4
        high = lettering.height(len(lines), size) * DPI + 2
        best: tuple[float, Bbox, float] | None = None
        for distance in _DISTANCES:
            for dx, dy in _DIRECTIONS:
                # The box touches the circle around the point from outside, on the side of this direction.
                cx = px + dx * (distance * scale + wide / 2 * abs(dx))
                cy = py + dy * (distance * scale + high / 2) if abs(dy) > 0.4 else py + dy * distance * scale
                if abs(dy) <= 0.4:
                    cx = px + math.copysign(distance * scale + wide / 2, dx)
                box = Bbox.from_extents(cx - wide / 2, cy - high / 2, cx + wide / 2, cy + high / 2)
                outside = (
                    max(0, window.x0 - box.x0) + max(0, box.x1 - window.x1)
                    + max(0, window.y0 - box.y0) + max(0, box.y1 - window.y1)
                )  # fmt: skip
                cost = obstacles.cost(box) + 60 * outside + distance * 1.4 + 1.5 * (1 - dy)
                if best is None or cost < best[0]:
                    best = (cost, box, distance)
            if best is not None and best[0] < distance * 1.4 + 4:
                break
        assert best is not None
        _, box, distance = best
        obstacles.boxes.append(box)
        added += _write(axes, note, lines, box, (px, py), distance, size)
    return added


def _write(
    axes: Axes, note: Note, lines: list[str], box: Bbox, anchor: tuple[float, ...], distance: float, size: float
) -> list[Artist]:
    figure = axes.figure
    x, y = figure.transFigure.inverted().transform(((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2))
    text = Text(
        x, y, "\n".join(lines), transform=figure.transFigure, ha="center", va="center", color=note.colour,
        fontsize=size, fontweight="bold" if note.bold else "normal", linespacing=LINE_HEIGHT, zorder=9,
    )  # fmt: skip
    figure.add_artist(text)
    added: list[Artist] = [text]
    if distance > 14:
        from matplotlib.lines import Line2D

        near = (min(max(anchor[0], box.x0 + 3), box.x1 - 3), min(max(anchor[1], box.y0 + 2), box.y1 - 2))
        ends = figure.transFigure.inverted().transform([anchor, near])
        line = Line2D(ends[:, 0], ends[:, 1], transform=figure.transFigure, color=MUTED, linewidth=0.7, zorder=8)
        figure.add_artist(line)
        added.append(line)
    return added
