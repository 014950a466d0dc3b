"""Tables one can see: features, truth tables of policies, prices over two sizes; a word or number in every cell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from course.charts import alt_text, lettering
from course.charts.chart import Chart
from course.charts.inputs import ChartError, table
from course.charts.layout_check import ROOM
from course.charts.palette import INK, MEANINGS, MUTED, PAPER, ink_on, shade
from course.charts.sheet import Sheet
from course.charts.style import BODY, LINE_HEIGHT, MARGIN, SMALL, WIDTH, house_style
from course.charts.units import say

# What a cell's first word usually means. `meanings=` overrides and extends it.
_MEANINGS: dict[str, str] = {
    "yes": "good",
    "allow": "good",
    "allowed": "good",
    "ok": "good",
    "true": "good",
    "full": "good",
    "on": "good",
    "no": "off",
    "none": "off",
    "never": "off",
    "false": "off",
    "off": "off",
    "—": "empty",
    "-": "empty",
    "": "empty",
    "deny": "bad",
    "denied": "bad",
    "error": "bad",
    "fails": "bad",
    "lost": "bad",
    "partial": "warn",
    "some": "warn",
    "maybe": "warn",
    "limited": "warn",
    "depends": "warn",
    "implicit": "warn",
    "you": "busy",
    "aws": "strong",
    "both": "warn",
}
_NAME_ROOM = 1.9
_CELL_LINES = 3


@house_style()
def heatmap(
    data: Any,
    *,
    headline: str,
    unit: str | None = None,
    rows_are: str = "",
    columns_are: str = "",
    meanings: Mapping[str, str] | None = None,
    log: bool = False,
    mark: Sequence[tuple[Any, Any]] = (),
    subtitle: str = "",
    source: Any = None,
    alt: str | None = None,
) -> Chart:
    """{row: {column: word or number}} or a DataFrame. Numbers are shaded from low to high, words by what they mean.

    `meanings` maps a word to one of good, bad, warn, busy, off, strong, plain, empty; a cell is looked up whole, then
    by its first word. `mark` outlines cells, `log` shades numbers by their size. None is an empty cell.

    >>> heatmap({"identity: allow": {"no boundary": "allow", "boundary: none": "deny"}},
    ...         headline="A boundary that says nothing takes the permission away")
    """
    rows, columns, cells = table(data, "heatmap")
    for name in (meanings or {}).values():
        if name not in MEANINGS:
            raise ChartError(f"heatmap: meaning {name!r} is unknown; use one of {sorted(MEANINGS)}")
    inner = WIDTH - 2 * MARGIN
    names_wide = min(_NAME_ROOM, max(lettering.width(name, BODY) for name in rows) + 0.02)
    cell_wide = min(1.5, (inner - names_wide - 0.12) / len(columns))
    numbers = [float(c) for line in cells for c in line if _is_number(c) and math.isfinite(float(c))]
    heads = [lettering.balanced(column, cell_wide - 0.08, SMALL, bold=True) for column in columns]
    says = [[_wording(cell, unit) for cell in line] for line in cells]
    room = cell_wide - 0.1
    texts = [[lettering.wrap(words, room, SMALL) for words in line] for line in says]
    dense = numbers and any(len(lines) > 1 for line in texts for lines in line)
    name_lines = [lettering.balanced(name, names_wide, BODY) for name in rows]
    high = [
        max(
            [lettering.height(len(names), BODY), *([0.0] if dense else [lettering.height(len(t), SMALL) for t in line])]
        )
        + 0.12
        for names, line in zip(name_lines, texts, strict=True)
    ]
    high = [max(0.3, value) for value in high]
    above = lettering.height(max(len(lines) for lines in heads), SMALL) + 0.08 + (0.2 if columns_are else 0.0)
    below = 0.42 if dense else 0.05
    sheet = Sheet(
        "Table as a heat map",
        headline=headline,
        subtitle=subtitle,
        height=above + sum(high) + below,
        source=source,
        data=data,
        alt=alt,
    )
    axes = sheet.canvas()
    top = sum(high) + below
    left = names_wide + 0.12
    _heads(axes, heads, left, top, cell_wide, columns_are, rows_are)
    scale = _scale(numbers, log)
    y = top
    for row, (names, line) in enumerate(zip(name_lines, cells, strict=True)):
        y -= high[row]
        axes.text(
            names_wide,
            y + high[row] / 2,
            "\n".join(names),
            ha="right",
            va="center",
            fontsize=BODY,
            color=INK,
            linespacing=LINE_HEIGHT,
        )
        for column, cell in enumerate(line):
            x = left + column * cell_wide
            fill = _fill(cell, scale, meanings or {})
            axes.add_patch(Rectangle((x, y), cell_wide, high[row], facecolor=fill, edgecolor=PAPER, linewidth=2))
            if not dense:
                axes.text(
                    x + cell_wide / 2,
                    y + high[row] / 2,
                    "\n".join(texts[row][column]),
                    ha="center",
                    va="center",
                    fontsize=SMALL,
                    color=ink_on(fill),
                    linespacing=LINE_HEIGHT,
                    gid=f"{ROOM}{x},{y},{x + cell_wide},{y + high[row]}",
                )
    for row_name, column_name in mark:
        _outline(axes, rows, columns, row_name, column_name, left, top, cell_wide, high)
    if dense:
        _colour_scale(axes, min(numbers), max(numbers), unit, left)
    said = []
    for row_label, words in zip(rows, says, strict=True):
        pairs = [f"{column} {word}" for column, word in zip(columns, words, strict=True) if word]
        said.append(f"{row_label}: " + ", ".join(pairs))
    return sheet.finish(axes, alt_text.listing(said) + ".")


def _is_number(cell: Any) -> bool:
    return isinstance(cell, Real) and not isinstance(cell, bool)


def _wording(cell: Any, unit: str | None) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return say(float(cell), unit) if _is_number(cell) else str(cell)


def _scale(numbers: Sequence[float], log: bool) -> Any:
    if not numbers:
        return lambda value: 0.0
    low, high = min(numbers), max(numbers)
    if log and low <= 0:
        raise ChartError("heatmap: log=True needs numbers above zero")
    if high == low:
        return lambda value: 0.3
    if log:
        return lambda value: (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))
    return lambda value: (value - low) / (high - low)


def _fill(cell: Any, scale: Any, meanings: Mapping[str, str]) -> str:
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return MEANINGS["plain"]
    if _is_number(cell):
        return shade(0.85 * scale(float(cell)))
    known = {**_MEANINGS, **{word.lower(): meaning for word, meaning in meanings.items()}}
    words = ("yes" if cell else "no") if isinstance(cell, bool) else str(cell).lower()
    first = words.replace(",", " ").replace(":", " ").split(" ")[0]
    return MEANINGS[known.get(words, known.get(first, "plain"))]


def _heads(
    axes: Axes, heads: list[list[str]], left: float, top: float, wide: float, columns_are: str, rows_are: str
) -> None:
    for column, lines in enumerate(heads):
        axes.text(
            left + (column + 0.5) * wide,
            top + 0.05,
            "\n".join(lines),
            ha="center",
            va="bottom",
            fontsize=SMALL,
            fontweight="bold",
            color=INK,
            linespacing=LINE_HEIGHT,
        )
    if rows_are:
        axes.text(left - 0.12, top + 0.05, rows_are, ha="right", va="bottom", fontsize=SMALL, color=MUTED)
    if columns_are:
        lift = lettering.height(max(len(lines) for lines in heads), SMALL) + 0.09
        axes.text(left, top + lift, columns_are, ha="left", va="bottom", fontsize=SMALL, color=MUTED)


def _outline(
    axes: Axes,
    rows: list[str],
    columns: list[str],
    row: Any,
    column: Any,
    left: float,
    top: float,
    wide: float,
    high: list[float],
) -> None:
    if str(row) not in rows or str(column) not in columns:
        raise ChartError(f"heatmap: mark {(row, column)!r} is no cell; rows are {rows}, columns are {columns}")
    r, c = rows.index(str(row)), columns.index(str(column))
    y = top - sum(high[: r + 1])
    axes.add_patch(
        Rectangle(
            (left + c * wide + 0.02, y + 0.02),
            wide - 0.04,
            high[r] - 0.04,
            fill=False,
            edgecolor=INK,
            linewidth=2,
            zorder=5,
        )
    )


def _colour_scale(axes: Axes, low: float, high: float, unit: str | None, left: float) -> None:
    """Small cells hold no number: then a scale says what the shades mean."""
    for step in range(24):
        axes.add_patch(
            Rectangle((left + step * 0.08, 0.1), 0.085, 0.12, facecolor=shade(0.85 * step / 23), linewidth=0)
        )
    axes.text(left - 0.06, 0.16, say(low, unit), ha="right", va="center_baseline", fontsize=SMALL, color=MUTED)
    words = say(high, unit) + (f" {unit}" if unit and not say(high, unit).startswith("$") else "")
    axes.text(left + 24 * 0.08 + 0.07, 0.16, words, ha="left", va="center_baseline", fontsize=SMALL, color=MUTED)
