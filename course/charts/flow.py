"""Flow and architecture diagrams: what calls, feeds or triggers what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from course.charts.chart import Chart
from course.charts.graph_drawing import Edge, Node, draw_graph, summary_of
from course.charts.inputs import ChartError
from course.charts.palette import ACCENT, INK, MUTED, PAPER, RULE, SERIES, mix, series_colour
from course.charts.sheet import KeyEntry
from course.charts.style import house_style

# Kinds every architecture has; other kinds get the next free colour. The key line names them.
_KINDS: dict[str, str] = {
    "compute": SERIES[1], "storage": SERIES[2], "database": SERIES[0], "messaging": SERIES[3], "network": SERIES[4],
    "security": SERIES[5], "client": INK, "user": INK,
}  # fmt: skip


@house_style()
def flow(
    edges: Iterable[Sequence[str]],
    *,
    headline: str,
    nodes: Mapping[str, str] | Sequence[str] = (),
    kinds: Mapping[str, str] | None = None,
    groups: Mapping[str, Iterable[str]] | None = None,
    highlight: Sequence[str] = (),
    dashed: Iterable[tuple[str, str]] = (),
    direction: str = "auto",
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
) -> Chart:
    """Boxes and arrows, laid out by themselves: [(from, to), (from, to, words on the arrow), ...].

    `nodes` are {name: text} for texts other than the names (or names without arrows), `kinds` {name: kind} colours and
    names what a box is, `groups` {title: names} draws frames, `dashed` are arrows for the exception. `direction` is
    `right`, `down` or `auto`.

    >>> flow([("user", "API", "GET /photos"), ("API", "function"), ("function", "table")],
    ...      kinds={"function": "compute", "table": "database"}, headline="One request passes three services")
    """
    arrows = [tuple(str(part) for part in edge) for edge in edges]
    for arrow in arrows:
        if len(arrow) not in (2, 3):
            raise ChartError(f"flow: edge {arrow!r} has {len(arrow)} parts; pass (from, to) or (from, to, words)")
    texts = dict(nodes) if isinstance(nodes, Mapping) else {name: name for name in nodes}
    names = list(dict.fromkeys([name for arrow in arrows for name in arrow[:2]] + list(texts)))
    if not names:
        raise ChartError("flow: no boxes; pass at least one edge or node")
    group_of = {str(name): title for title, members in (groups or {}).items() for name in members}
    for option, given in (("kinds", kinds or {}), ("groups", group_of), ("highlight", highlight)):
        for name in given:
            if name not in names:
                raise ChartError(f"flow: {option} names {name!r}, but no box has this name; boxes are {names}")
    colours = _colours(kinds or {})
    loops: dict[str, list[str]] = {}
    for arrow in arrows:
        if arrow[0] == arrow[1]:
            loops.setdefault(arrow[0], []).append(arrow[2] if len(arrow) == 3 else "again")
    boxes = [
        Node(
            name,
            "\n".join([texts.get(name, name), *(f"↻ {words}" for words in loops.get(name, []))]),
            colour=ACCENT
            if name in highlight and name not in (kinds or {})
            else colours.get((kinds or {}).get(name, ""), RULE),
            group=group_of.get(name, ""),
            strong=name in highlight,
        )
        for name in names
    ]
    broken = {tuple(pair) for pair in dashed}
    lines = [
        Edge(a[0], a[1], a[2] if len(a) == 3 else "", dashed=(a[0], a[1]) in broken, colour=MUTED)
        for a in arrows
        if a[0] != a[1]
    ]
    key = [KeyEntry(kind, mix(colour, PAPER, 0.85), edge=colour) for kind, colour in colours.items()]
    return draw_graph("Diagram", boxes, lines, headline=headline, direction=direction, key=key, subtitle=subtitle,
                      source=source, alt=alt, summary=summary_of(boxes, lines))  # fmt: skip


def _colours(kinds: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in kinds.values():
        if kind not in found:
            taken = set(found.values())
            free = [c for c in (series_colour(i) for i in range(6)) if c not in taken]
            found[kind] = _KINDS.get(kind, free[0] if free else RULE)
    return found
