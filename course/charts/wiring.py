"""Lines between boxes that run around all other boxes, like wires on a board: a shortest path on a fine grid."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from typing import Protocol

_CELL = 0.05
_BEND = 6.0
_BLOCKED = 400.0
_TITLE = 25.0
_SHARED = 5.0
_FRAME = 3.0
_PORT = 60.0
_OUTSIDE = 40.0
_HEAD = 0.12
_SHARES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9)


class Boxed(Protocol):
    """Anything with a place and a size in inches."""

    name: str
    x: float
    y: float
    wide: float
    high: float

    @property
    def title(self) -> tuple[float, float] | None:
        """Width and height of an area's title; None for a single thing."""


class Wiring:
    """Routes one link after another; each pays for crossing titles, earlier wires and, most of all, boxes."""

    def __init__(self, wide: float, high: float, things: Sequence[Boxed], areas: Sequence[Boxed]) -> None:
        self.columns, self.rows = int(wide / _CELL) + 1, int(high / _CELL) + 1
        self.price = [[1.0] * self.columns for _ in range(self.rows)]
        self._things = list(things)
        self._areas = [area for area in areas if area.title is not None]
        self._labels: list[tuple[float, float, float, float]] = []
        self._wires: list[list[tuple[float, float]]] = []
        for thing in things:
            self._charge(
                thing.x - 0.05, thing.y - 0.05, thing.x + thing.wide + 0.05, thing.y + thing.high + 0.05, _BLOCKED
            )
        self._titles: list[tuple[float, float, float, float]] = []
        for area in areas:
            top, right = area.y + area.high, area.x + area.wide
            for x0, y0, x1, y1 in (  # along a frame a wire could be taken for the frame
                (area.x, area.y, right, area.y), (area.x, top, right, top),
                (area.x, area.y, area.x, top), (right, area.y, right, top),
            ):  # fmt: skip
                self._charge(x0 - 0.05, y0 - 0.05, x1 + 0.05, y1 + 0.05, _FRAME)
            if area.title is not None:
                wide, high = area.title
                box = (area.x + 0.1, top - 0.1 - high, area.x + 0.2 + wide, top - 0.04)
                self._titles.append(box)
                self._charge(*box, _TITLE)

    def _charge(self, x0: float, y0: float, x1: float, y1: float, price: float) -> None:
        for row in range(max(0, int(y0 / _CELL)), min(self.rows, int(y1 / _CELL) + 1)):
            for column in range(max(0, int(x0 / _CELL)), min(self.columns, int(x1 / _CELL) + 1)):
                self.price[row][column] += price

    def route(self, source: Boxed, target: Boxed) -> list[tuple[float, float]]:
        """The corners of the cheapest path from the edge of one box to the edge of the other."""
        starts, ends = self._ports(source), self._ports(target)
        low_row, high_row, low_column, high_column = self._common(source, target)
        goal = dict(ends)
        queue: list[tuple[float, int, int, int, int]] = []
        cost: dict[tuple[int, int, int], float] = {}
        came: dict[tuple[int, int, int], tuple[int, int, int] | None] = {}
        first: dict[tuple[int, int], tuple[float, float]] = {}
        for number, ((row, column), point) in enumerate(starts):
            first[(row, column)] = point
            heading = (
                0 if point[1] == row * _CELL or abs(point[0] - column * _CELL) > abs(point[1] - row * _CELL) else 1
            )
            state = (row, column, heading)
            cost[state] = self._aside(number, len(starts)) + self.price[row][column]
            came[state] = None
            heapq.heappush(queue, (cost[state], row, column, heading, 0))
        found = None
        while queue:
            paid, row, column, heading, _ = heapq.heappop(queue)
            if paid > cost[(row, column, heading)]:
                continue
            if (row, column) in goal:
                found = (row, column, heading)
                break
            for d_row, d_column, turn in ((1, 0, 1), (-1, 0, 1), (0, 1, 0), (0, -1, 0)):
                near = (row + d_row, column + d_column, turn)
                if not (0 <= near[0] < self.rows and 0 <= near[1] < self.columns):
                    continue
                inside = low_row < near[0] < high_row and low_column < near[1] < high_column
                price = (
                    paid
                    + (0.0 if inside else _OUTSIDE)
                    + self.price[near[0]][near[1]]
                    + (_BEND if turn != heading else 0.0)
                )
                if price < cost.get(near, float("inf")):
                    cost[near] = price
                    came[near] = (row, column, heading)
                    heapq.heappush(queue, (price, *near, 0))
        assert found is not None
        cells: list[tuple[int, int]] = []
        step: tuple[int, int, int] | None = found
        while step is not None:
            cells.append(step[:2])
            step = came[step]
        cells.reverse()
        for row, column in (cells[0], cells[-1]):
            self.price[row][column] += _PORT
        for row, column in cells:
            self.price[row][column] += _SHARED
            for side in (-1, 1):  # and a little beside it, so that parallel wires keep a distance
                if 0 <= column + side < self.columns:
                    self.price[row][column + side] += _SHARED / 3
                if 0 <= row + side < self.rows:
                    self.price[row + side][column] += _SHARED / 3
        middle = [(column * _CELL, row * _CELL) for row, column in cells]
        self._wires.append(_corners([first[cells[0]], *middle, goal[cells[-1]]]))
        return self._wires[-1]

    def _common(self, source: Boxed, target: Boxed) -> tuple[int, int, int, int]:
        """Rows and columns of the smallest area that holds both: a wire inside a VPC must not seem to leave it."""
        both = [area for area in self._areas if _holds(area, source) and _holds(area, target)]
        if not both:
            return -1, self.rows, -1, self.columns
        area = min(both, key=lambda one: one.wide * one.high)
        edges = (area.y, area.y + area.high, area.x, area.x + area.wide)
        low_row, high_row, low_column, high_column = (round(edge / _CELL) for edge in edges)
        return low_row, high_row, low_column, high_column

    @staticmethod
    def _aside(number: int, count: int) -> float:
        """Ports in the middle of a side are preferred to those near its corners."""
        return 0.0 if number % 3 == 1 or count < 3 else 1.5

    def _ports(self, box: Boxed) -> list[tuple[tuple[int, int], tuple[float, float]]]:
        """Cells just outside the box, each with the point of the edge that it belongs to."""
        found = []
        for share in (0.25, 0.5, 0.75):
            x, y = box.x + box.wide * share, box.y + box.high * share
            for px, py, dx, dy in (
                (x, box.y, 0, -1), (x, box.y + box.high, 0, 1), (box.x, y, -1, 0), (box.x + box.wide, y, 1, 0),
            ):  # fmt: skip
                column, row = round((px + dx * 0.13) / _CELL), round((py + dy * 0.13) / _CELL)
                if 0 <= row < self.rows and 0 <= column < self.columns:
                    edge = (column * _CELL, py) if dy else (px, row * _CELL)  # straight out of the box
                    found.append(((row, column), edge))
        return found

    def label(self, points: Sequence[tuple[float, float]], wide: float, high: float) -> tuple[float, float]:
        """Where along the wire a text of this size covers least; ask when all wires are routed."""
        things = [(t.x - 0.04, t.y - 0.04, t.x + t.wide + 0.04, t.y + t.high + 0.04) for t in self._things]
        heads = [_around(*wire[-1]) for wire in self._wires]
        best = (float("inf"), points[0])
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            long = abs(x1 - x0) + abs(y1 - y0)
            for share in _SHARES:
                x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
                x = min(max(x, wide / 2), self.columns * _CELL - wide / 2)
                box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
                cost = 40.0 * sum(_meet(box, other) for other in self._labels)
                cost += 30.0 * sum(_meet(box, other) for other in things)
                cost += 25.0 * sum(_meet(box, other) for other in heads)
                cost += 12.0 * sum(_meet(box, other) for other in self._titles)
                cost += 3.0 * sum(self._crosses(box, wire) for wire in self._wires if wire is not points)
                cost += abs(share - 0.5) - min(2.0, long)
                best = min(best, (cost, (x, y)))
        x, y = best[1]
        self._labels.append((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))
        return x, y

    @staticmethod
    def _crosses(box: tuple[float, float, float, float], wire: Sequence[tuple[float, float]]) -> bool:
        """Whether a wire of straight stretches runs through a box."""
        return any(
            _meet(box, (min(x0, x1) - 0.01, min(y0, y1) - 0.01, max(x0, x1) + 0.01, max(y0, y1) + 0.01))
            for (x0, y0), (x1, y1) in itertools.pairwise(wire)
        )


def _around(x: float, y: float) -> tuple[float, float, float, float]:
    """The room of an arrow's head."""
    return x - _HEAD, y - _HEAD, x + _HEAD, y + _HEAD


def _holds(area: Boxed, box: Boxed) -> bool:
    return area.x <= box.x and box.x + box.wide <= area.x + area.wide and area.y <= box.y <= area.y + area.high


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _corners(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points without those in the middle of a straight stretch."""
    kept = [points[0]]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        straight_x = abs(before[0] - here[0]) < 1e-9 and abs(here[0] - after[0]) < 1e-9
        straight_y = abs(before[1] - here[1]) < 1e-9 and abs(here[1] - after[1]) < 1e-9
        if not (straight_x or straight_y):
            kept.append(here)
    return [*kept, points[-1]]
