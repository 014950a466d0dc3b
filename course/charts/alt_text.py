"""Words for people who hear a chart instead of seeing it."""

from __future__ import annotations

from collections.abc import Sequence

from course.charts.inputs import Series
from course.charts.moments import when
from course.charts.units import say

MOST = 12
"""A list longer than this is cut and counted: nobody listens to forty numbers."""


def listing(parts: Sequence[str], most: int = MOST) -> str:
    """`a; b; c` or `a; b; and 7 more`."""
    if len(parts) <= most:
        return "; ".join(parts)
    return "; ".join([*parts[: most - 1], f"and {len(parts) - most + 1} more"])


def values(pairs: Sequence[tuple[str, float]], unit: str | None) -> str:
    """The bars of a chart in words."""
    return listing([f"{name} {say(value, unit)}" for name, value in pairs])


def line(series: Series, x_unit: str | None, y_unit: str | None) -> str:
    """Start, end, and the highest or lowest point when it is neither, of one line."""
    name = f"{series.name}: " if series.name else ""
    said = [f"{say(series.y[0], y_unit)} at {when(series.x[0], x_unit)}"]
    for extreme in (max, min):
        value = extreme(series.y)
        if value not in (series.y[0], series.y[-1]):
            word = "highest" if extreme is max else "lowest"
            said.append(f"{word} {say(value, y_unit)} at {when(series.x[series.y.index(value)], x_unit)}")
    if len(series.x) > 1:
        said.append(f"{say(series.y[-1], y_unit)} at {when(series.x[-1], x_unit)}")
    return name + ", ".join(said)


def compose(form: str, headline: str, summary: str) -> str:
    """The alt text of a chart whose author wrote none."""
    end = "" if headline.endswith((".", "!", "?")) else "."
    return f"{form}: {headline}{end} {summary}".strip()
