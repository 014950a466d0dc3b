"""The course at a glance: a row for each section, a cell for each lesson, and how far the learner has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.patches import FancyBboxPatch

from course.charts import lettering
from course.charts.chart import Chart
from course.charts.inputs import ChartError
from course.charts.layout_check import ROOM
from course.charts.palette import INK, MAIN, MUTED, PAPER, RULE, mix
from course.charts.sheet import KeyEntry, Sheet
from course.charts.style import BODY, LINE_HEIGHT, MARGIN, SMALL, TICK, WIDTH, house_style

STATES: tuple[str, ...] = ("not started", "begun", "done")
# Fill, border, text colour, sign: the sign and the weight of the border tell them apart without colour.
_LOOKS: dict[str, tuple[str, str, str, str]] = {
    "not started": (PAPER, RULE, MUTED, "○"),
    "begun": (mix(MAIN, PAPER, 0.82), MAIN, INK, "◐"),
    "done": (MAIN, MAIN, PAPER, "✔"),
}
_NAME_ROOM = 1.25
_MOST = 6


@house_style()
def progress(
    sections: Mapping[str, Any] | Sequence[tuple[str, Any]],
    *,
    headline: str,
    details: Mapping[str, str] | None = None,
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
) -> Chart:
    """{section: {lesson: state}} with the states `not started`, `begun`, `done`, as cells in rows.

    `details` adds {lesson: words} under the name, for example `5 of 8`. More than six lessons continue below.

    >>> progress({"04 Storage": {"S3 objects": "done", "S3 security": "begun", "EBS, EFS, FSx": "not started"}},
    ...          headline="One lesson of three done")
    """
    read = [
        (str(name), {str(k): str(v) for k, v in dict(lessons).items()})
        for name, lessons in (sections.items() if isinstance(sections, Mapping) else sections)
    ]
    if not read:
        raise ChartError("progress: no sections; pass {section: {lesson: state}}")
    for name, lessons in read:
        for lesson, state in lessons.items():
            if state not in STATES:
                raise ChartError(f"progress: {name}, {lesson!r} has the state {state!r}; use one of {STATES}")
    columns = min(_MOST, max(len(lessons) for _, lessons in read) or 1)
    inner = WIDTH - 2 * MARGIN
    longest = max(lettering.longest_piece(lesson, SMALL) for _, lessons in read for lesson in lessons) + 0.4
    columns = max(1, min(columns, int((inner - _NAME_ROOM - 0.1) / longest)))
    wide = min(1.6, (inner - _NAME_ROOM - 0.1) / columns)
    cells = [
        [
            (lesson, state, _lines(lesson, (details or {}).get(lesson, ""), wide - 0.36))
            for lesson, state in lessons.items()
        ]
        for _, lessons in read
    ]
    names = [lettering.balanced(name, _NAME_ROOM, BODY, bold=True) for name, _ in read]
    bands = [[row[start : start + columns] for start in range(0, max(1, len(row)), columns)] for row in cells]
    heights = [
        [max([0.36, *(lettering.height(len(lines), SMALL) + 0.14 for _, _, lines in band)]) for band in row]
        for row in bands
    ]
    tall = [
        max(sum(high), lettering.height(len(name), BODY) + 0.1) + 0.07
        for high, name in zip(heights, names, strict=True)
    ]
    key = [KeyEntry(f"{sign} {state}", fill, edge=edge) for state, (fill, edge, _, sign) in _LOOKS.items()]
    sheet = Sheet(
        "Progress map", headline=headline, subtitle=subtitle, height=sum(tall) + 0.04, source=source, key=key, alt=alt
    )
    axes = sheet.canvas()
    top = sum(tall) + 0.04
    for title, row, high, whole in zip(names, bands, heights, tall, strict=True):
        axes.text(
            0,
            top - high[0] / 2 if len(title) < 3 else top - 0.02,
            "\n".join(title),
            va="center" if len(title) < 3 else "top",
            fontsize=BODY,
            fontweight="bold",
            color=INK,
            linespacing=LINE_HEIGHT,
        )
        y = top
        for band, cell_high in zip(row, high, strict=True):
            y -= cell_high
            for place, (_, state, lines) in enumerate(band):
                _cell(axes, _NAME_ROOM + 0.1 + place * wide, y, wide - 0.07, cell_high - 0.06, state, lines)
        top -= whole
    counts = {state: sum(s == state for _, lessons in read for s in lessons.values()) for state in STATES}
    said = [f"{name}: " + ", ".join(f"{lesson} {state}" for lesson, state in lessons.items()) for name, lessons in read]
    summary = ", ".join(f"{count} {state}" for state, count in counts.items()) + ". " + "; ".join(said) + "."
    return sheet.finish(axes, summary)


def _lines(lesson: str, detail: str, room: float) -> list[str]:
    lines = lettering.balanced(lesson, room, SMALL)
    return [*lines, detail] if detail else lines


def _cell(axes: Any, x: float, y: float, wide: float, high: float, state: str, lines: Sequence[str]) -> None:
    fill, edge, ink, sign = _LOOKS[state]
    axes.add_patch(
        FancyBboxPatch(
            (x, y),
            wide,
            high,
            boxstyle="round,pad=0,rounding_size=0.05",
            facecolor=fill,
            edgecolor=edge,
            linewidth=1.1,
            linestyle=(0, (3, 2)) if state == "not started" else "-",
        )
    )
    axes.text(x + 0.13, y + high / 2, sign, ha="center", va="center_baseline", fontsize=TICK, color=ink)
    axes.text(
        x + 0.25,
        y + high / 2,
        "\n".join(lines),
        ha="left",
        va="center",
        fontsize=SMALL,
        color=ink,
        linespacing=LINE_HEIGHT,
        gid=f"{ROOM}{x},{y},{x + wide},{y + high}",
    )
