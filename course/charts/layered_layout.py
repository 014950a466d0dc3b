"""Where the boxes of a graph stand: in layers along the arrows, with few crossings, groups kept together.

The method is the layered one of Sugiyama: break cycles, give every node a layer, thread long edges through the layers
between, order the layers by medians and swaps, then straighten. Groups are kept in bands of their own: all nodes live
in one global order in which a group is one run, so a group's frame never holds a stranger.
Coordinates: `along` the arrows and `across` them, in inches; the caller turns them into x and y.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from course.charts.placement import spread

_WEAK = 0.14
"""Inches across that a passing edge needs."""


@dataclass
class Box:
    """A node or the label of an edge, with its size; the layout fills in `layer`, `along` and `across` (its middle)."""

    name: str
    length: float
    """Size along the arrows."""
    breadth: float
    """Size across them."""
    group: str = ""
    real: bool = True
    layer: int = 0
    along: float = 0.0
    across: float = 0.0


@dataclass
class Route:
    """An edge and the boxes it passes, from its source to its target; `flipped` when it was turned to break a cycle."""

    source: str
    target: str
    label: str = ""
    through: list[str] = field(default_factory=list)
    flipped: bool = False


@dataclass
class Placed:
    """The finished layout."""

    boxes: dict[str, Box]
    routes: list[Route]
    layers: list[list[str]]
    length: float
    breadth: float


def arrange(
    boxes: Sequence[Box],
    edges: Sequence[tuple[str, str, str]],
    labels: Mapping[str, tuple[float, float]],
    *,
    gap: float = 0.34,
    space: float = 0.2,
    pad: float = 0.16,
) -> Placed:
    """Lay out `boxes` and `edges` (source, target, label); `labels` gives the (length, breadth) of each label text.

    `gap` is the room between layers, `space` between neighbours in a layer, `pad` between a frame and its nodes.
    """
    found = {box.name: box for box in boxes}
    routes = [Route(source, target, label) for source, target, label in edges if source != target]
    _break_cycles(list(found), routes)
    labelled = any(route.label for route in routes)
    _choose_layers(found, routes, 2 if labelled else 1)
    layers = _thread(found, routes, labels)
    order = _best_order(found, routes, layers)
    for layer in layers:
        layer.sort(key=order.__getitem__)
    length = _place_along(found, layers, gap)
    breadth = _place_across(found, routes, layers, order, space, pad)
    return Placed(found, routes, layers, length, breadth)


def _ends(route: Route) -> tuple[str, str]:
    return (route.target, route.source) if route.flipped else (route.source, route.target)


def _break_cycles(names: list[str], routes: list[Route]) -> None:
    """Turn the edges that lead back to a node on the way to themselves, in the order in which nodes were given."""
    leaving: dict[str, list[Route]] = {name: [] for name in names}
    for route in routes:
        leaving[route.source].append(route)
    state: dict[str, int] = {}

    def visit(name: str) -> None:
        state[name] = 1
        for route in leaving[name]:
            if state.get(route.target) == 1:
                route.flipped = True
            elif route.target not in state:
                visit(route.target)
        state[name] = 2

    targets = {route.target for route in routes}
    for name in [*(n for n in names if n not in targets), *names]:
        if name not in state:
            visit(name)


def _choose_layers(boxes: dict[str, Box], routes: list[Route], step: int) -> None:
    """Longest path from the sources; then nodes with room move next to their only neighbours."""
    pairs = [_ends(route) for route in routes]
    for _ in range(len(boxes) + 1):
        moved = False
        for source, target in pairs:
            if boxes[target].layer < boxes[source].layer + step:
                boxes[target].layer = boxes[source].layer + step
                moved = True
        if not moved:
            break
    for name, box in sorted(boxes.items(), key=lambda item: -item[1].layer):
        after = [boxes[target].layer for source, target in pairs if source == name]
        before = [boxes[source].layer for source, target in pairs if target == name]
        if after and len(after) > len(before):
            box.layer = min(after) - step


def _thread(boxes: dict[str, Box], routes: list[Route], labels: Mapping[str, tuple[float, float]]) -> list[list[str]]:
    """Give every layer that an edge passes a small box for it; the label sits in the middle one."""
    for number, route in enumerate(routes):
        source, target = _ends(route)
        first, last = boxes[source].layer, boxes[target].layer
        group = boxes[source].group if boxes[source].group == boxes[target].group else ""
        middle = first + 1 if not route.flipped else last - 1
        names = []
        for layer in range(first + 1, last):
            name = f"\x00{number}:{layer}"
            length, breadth = labels[route.label] if route.label and layer == middle else (0.0, _WEAK)
            boxes[name] = Box(name, length, breadth, group, real=False, layer=layer)
            names.append(name)
        route.through = [source, *names, target]
    layers: list[list[str]] = [[] for _ in range(max((box.layer for box in boxes.values()), default=0) + 1)]
    for name, box in boxes.items():
        layers[box.layer].append(name)
    return layers


def _best_order(boxes: dict[str, Box], routes: list[Route], layers: list[list[str]]) -> dict[str, int]:
    """A global order with few crossings in which every group is one run."""
    links: dict[str, list[str]] = {name: [] for name in boxes}
    segments: list[list[tuple[str, str]]] = [[] for _ in layers]
    for route in routes:
        for one, other in zip(route.through, route.through[1:], strict=False):
            links[one].append(other)
            links[other].append(one)
            segments[boxes[one].layer].append((one, other))
    order = {name: float(index) for index, name in enumerate(_depth_first(boxes, routes))}
    best, fewest = _runs(boxes, order), float("inf")
    for sweep in range(24):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            for name in layer:
                near = sorted(
                    order[other]
                    for other in links[name]
                    if (boxes[other].layer < boxes[name].layer) == (sweep % 2 == 0)
                )
                if near:
                    order[name] = (near[(len(near) - 1) // 2] + near[len(near) // 2]) / 2 + order[name] * 1e-4
        tried = _runs(boxes, order)
        count = _crossings(segments, tried)
        if count < fewest:
            best, fewest = tried, count
        order = {name: float(place) for name, place in tried.items()}
    return _swap(boxes, segments, layers, best)


def _depth_first(boxes: dict[str, Box], routes: list[Route]) -> list[str]:
    after: dict[str, list[str]] = {name: [] for name in boxes}
    for route in routes:
        for one, other in zip(route.through, route.through[1:], strict=False):
            after[one].append(other)
    seen: dict[str, None] = {}

    def visit(name: str) -> None:
        if name not in seen:
            seen[name] = None
            for other in after[name]:
                visit(other)

    for name in sorted(boxes, key=lambda n: boxes[n].layer):
        visit(name)
    return list(seen)


def _runs(boxes: dict[str, Box], order: Mapping[str, float]) -> dict[str, int]:
    """Ranks by `order`, the members of a group side by side at the group's mean."""
    members: dict[str, list[str]] = {}
    for name in boxes:
        members.setdefault(boxes[name].group or name, []).append(name)
    means = {key: sum(order[name] for name in names) / len(names) for key, names in members.items()}
    ranked = sorted(boxes, key=lambda n: (means[boxes[n].group or n], boxes[n].group or n, order[n], n))
    return {name: place for place, name in enumerate(ranked)}


def _crossings(segments: Sequence[Sequence[tuple[str, str]]], order: Mapping[str, int]) -> int:
    total = 0
    for layer in segments:
        pairs = sorted((order[one], order[other]) for one, other in layer)
        for index, (a, b) in enumerate(pairs):
            total += sum(1 for c, d in pairs[index + 1 :] if a < c and b > d)
    return total


def _swap(
    boxes: dict[str, Box], segments: list[list[tuple[str, str]]], layers: list[list[str]], order: dict[str, int]
) -> dict[str, int]:
    """Exchange neighbours (nodes of one group, or whole groups) as long as that saves crossings."""
    count = _crossings(segments, order)
    for _ in range(4):
        before = count
        for layer in layers:
            placed = sorted(layer, key=order.__getitem__)
            for one, other in itertools.pairwise(placed):
                tried = dict(order)
                if boxes[one].group == boxes[other].group:
                    tried[one], tried[other] = order[other], order[one]
                else:
                    tried = _runs(boxes, _exchanged(boxes, order, one, other))
                fewer = _crossings(segments, tried)
                if fewer < count:
                    order, count = tried, fewer
        if count == before or count == 0:
            break
    return order


def _exchanged(boxes: dict[str, Box], order: Mapping[str, int], one: str, other: str) -> dict[str, float]:
    first = {n for n in boxes if n == one or (boxes[one].group and boxes[n].group == boxes[one].group)}
    second = {n for n in boxes if n == other or (boxes[other].group and boxes[n].group == boxes[other].group)}
    a, b = sum(order[n] for n in first) / len(first), sum(order[n] for n in second) / len(second)
    return {n: order[n] + (b - a if n in first else a - b if n in second else 0.0) for n in boxes}


def _place_along(boxes: dict[str, Box], layers: list[list[str]], gap: float) -> float:
    at = 0.0
    for number, layer in enumerate(layers):
        thick = max((boxes[name].length for name in layer), default=0.0)
        for name in layer:
            boxes[name].along = at + thick / 2
        nodes_here = any(boxes[name].real for name in layer)
        labels_here = thick > 0 and not nodes_here
        nodes_next = number + 1 < len(layers) and any(boxes[name].real for name in layers[number + 1])
        # A layer of labels only, or of nothing, shares the gap between two layers of nodes.
        at += thick + (gap if nodes_here and nodes_next else gap * 0.6 if labels_here or nodes_here else gap * 0.4)
    return at


def _place_across(
    boxes: dict[str, Box],
    routes: list[Route],
    layers: list[list[str]],
    order: Mapping[str, int],
    space: float,
    pad: float,
) -> float:
    """Straight edges as far as order and sizes allow: every layer is spread around what its neighbours want."""
    links: dict[str, list[tuple[str, float]]] = {name: [] for name in boxes}
    for route in routes:
        for one, other in zip(route.through, route.through[1:], strict=False):
            weight = 4.0 if not (boxes[one].real and boxes[other].real) else 1.0
            links[one].append((other, weight))
            links[other].append((one, weight))
    bands = _bands(boxes, layers, order, space, pad)
    total = max((end for _, end in bands.values()), default=1.0)
    for layer in layers:
        for name in layer:
            low, high = bands[boxes[name].group]
            boxes[name].across = (low + high) / 2
    walls = _walls(boxes, order, bands)
    for sweep in range(41):  # down and up in turn, ending downwards: a chain then hangs straight under its first box
        for layer in layers if sweep % 2 == 0 else list(reversed(layers)):
            _settle_layer(
                boxes,
                layer,
                links,
                bands,
                walls[boxes[layer[0]].layer] if layer else {},
                space,
                pad,
                downward=sweep % 2 == 0,
            )
    low = min(box.across - box.breadth / 2 - (pad + 0.2 if box.group else 0) for box in boxes.values())
    high = max(box.across + box.breadth / 2 + (pad if box.group else 0) for box in boxes.values())
    for box in boxes.values():
        box.across -= low
    return min(high - low, total)


def _needs(boxes: dict[str, Box], names: Sequence[str], space: float) -> float:
    return sum(boxes[name].breadth + space * (1.0 if boxes[name].real else 0.4) for name in names)


def _bands(
    boxes: dict[str, Box], layers: list[list[str]], order: Mapping[str, int], space: float, pad: float
) -> dict[str, tuple[float, float]]:
    """The stretch across that each group has for itself; nodes without a group may use the whole breadth between."""
    rank = {box.group: order[name] for name, box in sorted(boxes.items(), key=lambda item: -order[item[0]])}
    groups = sorted((group for group in rank if group), key=rank.__getitem__)
    whole = max((_needs(boxes, layer, space) for layer in layers), default=1.0)
    if not groups:
        return {"": (0.0, whole)}
    bands: dict[str, tuple[float, float]] = {}
    at = 0.0
    passed: set[str] = set()
    for group in groups:
        first = min(order[name] for name in boxes if boxes[name].group == group)
        between = {name for name in boxes if not boxes[name].group and order[name] < first} - passed
        passed |= between
        loose = max(_needs(boxes, [n for n in layer if n in between], space) for layer in layers)
        inner = max(_needs(boxes, [n for n in layer if boxes[n].group == group], space) for layer in layers)
        start = at + loose + (pad if bands or loose else 0.0)
        bands[group] = (start, start + inner + 2 * pad + 0.2)
        at = bands[group][1]
    last = groups[-1]
    after = [
        n for n in boxes if not boxes[n].group and order[n] > max(order[m] for m in boxes if boxes[m].group == last)
    ]
    tail = max((_needs(boxes, [n for n in layer if n in after], space) for layer in layers), default=0.0)
    bands[""] = (0.0, max(whole, at + tail + (pad if tail else 0.0)))
    return bands


def _walls(
    boxes: dict[str, Box], order: Mapping[str, int], bands: Mapping[str, tuple[float, float]]
) -> dict[int, dict[str, tuple[float, float]]]:
    """Per layer, between which frames each loose node must stay: a frame also closes the layers it merely crosses."""
    found: dict[int, dict[str, tuple[float, float]]] = {}
    spans = {}
    for group in bands:
        members = [name for name in boxes if group and boxes[name].group == group]
        if members:
            numbers = [boxes[name].layer for name in members]
            spans[group] = (min(numbers), max(numbers), min(order[name] for name in members))
    for name, box in boxes.items():
        low, high = bands.get("", (0.0, 0.0))
        for group, (first, last, rank) in spans.items():
            if not box.group and first <= box.layer <= last:
                if rank < order[name]:
                    low = max(low, bands[group][1] + 0.06)
                else:
                    high = min(high, bands[group][0] - 0.06)
        found.setdefault(box.layer, {})[name] = (low, high)
    return found


def _settle_layer(
    boxes: dict[str, Box],
    layer: list[str],
    links: Mapping[str, list[tuple[str, float]]],
    bands: Mapping[str, tuple[float, float]],
    walls: Mapping[str, tuple[float, float]],
    space: float,
    pad: float,
    downward: bool,
) -> None:
    """Spread one layer between its neighbours' wishes; groups stay inside their bands, loose nodes outside of them."""
    start = 0
    while start < len(layer):
        group, wall = boxes[layer[start]].group, walls[layer[start]]
        stop = start
        while stop < len(layer) and boxes[layer[stop]].group == group and walls[layer[stop]] == wall:
            stop += 1
        run = layer[start:stop]
        low, high = (bands[group][0] + pad + 0.2, bands[group][1] - pad) if group else wall
        sizes = [boxes[name].breadth + space * (1.0 if boxes[name].real else 0.4) for name in run]
        wanted = []
        for name, size in zip(run, sizes, strict=True):
            own = boxes[name].layer
            near = [(other, weight) for other, weight in links[name] if (boxes[other].layer < own) == downward]
            total = sum(weight for _, weight in near)
            middle = sum(boxes[other].across * weight for other, weight in near) / total if near else boxes[name].across
            wanted.append(min(max(middle, low + size / 2), max(high - size / 2, low + size / 2)))
        for name, centre in zip(run, _in_order(wanted, sizes, low, max(high, low + sum(sizes))), strict=True):
            boxes[name].across = centre
        start = stop


def _in_order(wanted: list[float], sizes: list[float], low: float, high: float) -> list[float]:
    """`spread` sorts by wish; here the order is fixed, so wishes that contradict it are first levelled."""
    levelled: list[tuple[float, int]] = []
    for wish in wanted:
        levelled.append((wish, 1))
        while len(levelled) > 1 and levelled[-2][0] >= levelled[-1][0]:
            (b, m), (a, n) = levelled.pop(), levelled.pop()
            levelled.append(((a * n + b * m) / (n + m), n + m))
    flat = [wish for wish, times in levelled for _ in range(times)]
    return spread([wish + index * 1e-9 for index, wish in enumerate(flat)], sizes, low, high)
