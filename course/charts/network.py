"""Network maps: what lies inside what (Region, VPC, subnet, instance), and who reaches whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Polygon

from course.charts import lettering
from course.charts.chart import Chart
from course.charts.inputs import ChartError
from course.charts.layout_check import ROOM
from course.charts.palette import ACCENT, INK, MUTED, PAPER, RULE, SERIES, mix
from course.charts.sheet import Sheet
from course.charts.style import LINE_HEIGHT, MARGIN, SMALL, WIDTH, house_style
from course.charts.wiring import Wiring

_GAP = 0.22
_BETWEEN = 0.3
_PAD = 0.18
_HEAD = 0.06
_LEAF_ROOM = 1.05
_FILLS = ("#f6f8fb", "#eaf0fa", "#fdfdfe", "#f3f5f9")


@dataclass
class Area:
    """A box with things in it, or a single thing; the layout fills in its place (left, bottom) and size."""

    name: str
    lines: list[str]
    children: list[Area] = field(default_factory=list)
    depth: int = 0
    rows: list[list[Area]] = field(default_factory=list)
    wide: float = 0.0
    high: float = 0.0
    x: float = 0.0
    y: float = 0.0

    @property
    def title(self) -> tuple[float, float] | None:
        """Width and height of the title; None for a single thing."""
        if not self.children:
            return None
        wide = max(lettering.width(line, SMALL, bold=True) for line in self.lines)
        return wide, lettering.height(len(self.lines), SMALL)

    def everything(self) -> list[Area]:
        """This area and all inside it."""
        return [self, *(one for child in self.children for one in child.everything())]


@house_style()
def network(
    places: Mapping[str, Any],
    *,
    headline: str,
    links: Sequence[Sequence[str]] = (),
    highlight: Sequence[str] = (),
    columns: int | None = None,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
) -> Chart:
    """Boxes in boxes: {"VPC 10.0.0.0/16": {"public subnet": ["NAT gateway", "ALB"], "private subnet": ["web 1"]}}.

    A mapping holds areas, a list holds things, None is a thing of its own (the internet). Names must be unique, because
    `links` use them: (from, to) or (from, to, words). `columns` sets how many areas stand side by side.

    >>> network({"internet": None, "VPC": {"public subnet": ["ALB"], "private subnet": ["web"]}},
    ...         links=[("internet", "ALB"), ("ALB", "web", "port 8080")], headline="Only the balancer is public")
    """
    areas = [_read(name, inside, 0) for name, inside in places.items()]
    known: dict[str, Area] = {}
    for area in (one for top in areas for one in top.everything()):
        if area.name in known:
            raise ChartError(f"network: two boxes are called {area.name!r}; give each its own name, links need it")
        known[area.name] = area
    for option, names in (("links", [n for link in links for n in link[:2]]), ("highlight", highlight)):
        for name in names:
            if name not in known:
                raise ChartError(f"network: {option} names {name!r}, which is no box; boxes are {list(known)}")
    inner = WIDTH - 2 * MARGIN
    for area in areas:
        _measure(area, inner, columns)
    rows = _in_rows(areas, inner)
    tall = sum(max(a.high for a in row) for row in rows) + _GAP * 1.3 * (len(rows) - 1) + 0.06
    sheet = Sheet("Network map", headline=headline, subtitle=subtitle, height=tall, source=source, alt=alt)
    axes = sheet.canvas()
    top = tall - 0.03
    for row in rows:
        used = sum(a.wide for a in row) + _GAP * (len(row) - 1)
        x = (inner - used) / 2
        for area in row:
            _place(area, x, top - area.high)
            x += area.wide + _GAP
        top -= max(a.high for a in row) + _GAP * 1.3
    for area in areas:
        _draw(axes, area, highlight)
    wiring = Wiring(inner, tall, [a for a in known.values() if not a.children], list(known.values()))
    # All wires first: words then find places where they cover none of them.
    routes = [_wire(axes, wiring, known[link[0]], known[link[1]]) for link in links]
    for link, points in zip(links, routes, strict=True):
        if len(link) > 2 and link[2]:
            _write(axes, wiring, points, link[2])
    said = [_in_words(area) for area in areas]
    if links:
        said.append("Links: " + ", ".join(f"{k[0]} to {k[1]}" + (f" ({k[2]})" if len(k) > 2 else "") for k in links))
    return sheet.finish(axes, ". ".join(said) + ".")


def _read(name: str, inside: Any, depth: int) -> Area:
    if inside is None or inside == []:
        return Area(str(name), lettering.balanced(str(name), _LEAF_ROOM, SMALL), depth=depth)
    if isinstance(inside, str):
        inside = [inside]
    children = (
        [_read(key, value, depth + 1) for key, value in inside.items()]
        if isinstance(inside, Mapping)
        else [_read(str(key), None, depth + 1) for key in inside]
    )
    return Area(str(name), [str(name)], children, depth)


def _measure(area: Area, room: float, columns: int | None) -> None:
    """Sizes from the inside out; children stand in as many columns as fit."""
    if not area.children:
        area.wide = max(0.6, max(lettering.width(line, SMALL) for line in area.lines) + 0.2)
        area.high = lettering.height(len(area.lines), SMALL) + 0.16
        return
    inside = room - 2 * _PAD
    for child in area.children:
        _measure(child, inside, None)
    _align(area.children, inside)
    rows = area.rows = _rows_of(area.children, inside, columns if any(c.children for c in area.children) else None)
    widest = max(sum(c.wide for c in row) + _GAP * (len(row) - 1) for row in rows)
    if any(c.children for c in area.children):  # areas side by side get equal height, so that they read as a grid
        for row in rows:
            extra = (widest - sum(c.wide for c in row) - _GAP * (len(row) - 1)) / len(row)
            for child in row:
                child.wide += extra if child.children else 0.0
                child.high = max(c.high for c in row) if child.children else child.high
    area.lines = lettering.wrap(area.name, max(widest, 1.3), SMALL, bold=True)
    title = max(lettering.width(line, SMALL, bold=True) for line in area.lines)
    area.wide = max(widest, title) + 2 * _PAD
    head = lettering.height(len(area.lines), SMALL) + _HEAD
    area.high = sum(max(c.high for c in row) for row in rows) + _BETWEEN * (len(rows) - 1) + 2 * _PAD + head


def _align(siblings: Sequence[Area], room: float) -> None:
    """Siblings with equally many areas inside (Availability Zones with subnets) become a grid with common columns."""
    zones = [area for area in siblings if area.children and all(child.children for child in area.children)]
    if len(zones) < 2 or len({len(zone.children) for zone in zones}) != 1:
        return
    widths = [max(zone.children[place].wide for zone in zones) for place in range(len(zones[0].children))]
    total = sum(widths) + _GAP * (len(widths) - 1) + 2 * _PAD
    if total > room:
        return
    for zone in zones:
        for child, wide in zip(zone.children, widths, strict=True):
            child.wide = wide
        zone.wide = max(zone.wide, total)


def _rows_of(children: Sequence[Area], room: float, columns: int | None) -> list[list[Area]]:
    rows: list[list[Area]] = [[]]
    for child in children:
        used = sum(c.wide + _GAP for c in rows[-1])
        full = used + child.wide > room or (columns is not None and len(rows[-1]) >= columns)
        if rows[-1] and (full or bool(rows[-1][0].children) != bool(child.children)):
            rows.append([])
        rows[-1].append(child)
    return rows


def _in_rows(areas: Sequence[Area], room: float) -> list[list[Area]]:
    """Single things stand in a row of their own above, large areas below."""
    rows: list[list[Area]] = []
    for area in areas:
        last = rows[-1] if rows else None
        used = sum(a.wide + _GAP for a in last) if last else 0.0
        if last and bool(last[0].children) == bool(area.children) and used + area.wide <= room:
            last.append(area)
        else:
            rows.append([area])
    return rows


def _place(area: Area, x: float, y: float) -> None:
    area.x, area.y = x, y
    if not area.children:
        return
    inside = area.wide - 2 * _PAD
    head = lettering.height(len(area.lines), SMALL) + _HEAD
    top = y + area.high - _PAD - head
    for row in area.rows:
        used = sum(c.wide for c in row) + _GAP * (len(row) - 1)
        left = x + _PAD + (inside - used) / 2
        for child in row:
            _place(child, left, top - child.high)
            left += child.wide + _GAP
        top -= max(c.high for c in row) + _BETWEEN


def _draw(axes: Axes, area: Area, highlight: Sequence[str]) -> None:
    bright = area.name in highlight
    if area.children:
        axes.add_patch(
            FancyBboxPatch(
                (area.x, area.y),
                area.wide,
                area.high,
                boxstyle="round,pad=0,rounding_size=0.07",
                facecolor=_FILLS[area.depth % len(_FILLS)],
                edgecolor=ACCENT if bright else RULE,
                linewidth=2 if bright else 1.0,
                linestyle="-" if area.depth % 2 == 0 else (0, (4, 2)),
                zorder=area.depth * 0.1,
            )
        )
        axes.text(
            area.x + _PAD,
            area.y + area.high - 0.09,
            "\n".join(area.lines),
            fontsize=SMALL,
            fontweight="bold",
            color=INK if area.depth == 0 else MUTED,
            va="top",
            linespacing=LINE_HEIGHT,
            zorder=3,
        )
        for child in area.children:
            _draw(axes, child, highlight)
        return
    colour = ACCENT if bright else SERIES[0]
    axes.add_patch(
        FancyBboxPatch(
            (area.x, area.y),
            area.wide,
            area.high,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor=mix(colour, PAPER, 0.82) if bright else PAPER,
            edgecolor=colour,
            linewidth=1.8 if bright else 1.2,
            zorder=4,
        )
    )
    axes.text(
        area.x + area.wide / 2,
        area.y + area.high / 2,
        "\n".join(area.lines),
        ha="center",
        va="center",
        fontsize=SMALL,
        color=INK,
        linespacing=LINE_HEIGHT,
        zorder=6,
        gid=f"{ROOM}{area.x},{area.y},{area.x + area.wide},{area.y + area.high}",
    )


def _wire(axes: Axes, wiring: Wiring, source: Area, target: Area) -> Sequence[tuple[float, float]]:
    points = wiring.route(source, target)
    axes.plot(
        [x for x, _ in points], [y for _, y in points], color=INK, linewidth=1.3, zorder=5, solid_joinstyle="round"
    )
    (x0, y0), (x1, y1) = points[-2], points[-1]
    reach = max(abs(x1 - x0), abs(y1 - y0)) or 1.0
    dx, dy = (x1 - x0) / reach, (y1 - y0) / reach
    back_x, back_y = x1 - dx * 0.1, y1 - dy * 0.1
    axes.add_patch(
        Polygon(
            [(x1, y1), (back_x - dy * 0.045, back_y + dx * 0.045), (back_x + dy * 0.045, back_y - dx * 0.045)],
            facecolor=INK,
            linewidth=0,
            zorder=5.5,
        )
    )
    return points


def _write(axes: Axes, wiring: Wiring, points: Sequence[tuple[float, float]], words: str) -> None:
    lines = lettering.balanced(words, 1.0, SMALL)
    wide = max(lettering.width(line, SMALL) for line in lines)
    x, y = wiring.label(points, wide + 0.06, lettering.height(len(lines), SMALL))
    axes.text(
        x,
        y,
        "\n".join(lines),
        ha="center",
        va="center",
        fontsize=SMALL,
        color=INK,
        linespacing=LINE_HEIGHT,
        zorder=7,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8},
    )


def _in_words(area: Area) -> str:
    if not area.children:
        return area.name
    return f"{area.name} holds " + ", ".join(
        child.name if not child.children else f"({_in_words(child)})" for child in area.children
    )
