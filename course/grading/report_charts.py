"""The pictures of a report, in the course's house style; each says its finding in the headline."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from statistics import median

from course import charts
from course.charts import Chart
from course.grading.report_data import Section
from course.grading.report_statistics import Item, SlowCell, percents

MOST_ROWS = 12
_WINDOW = 14 * 24.0
"""Hours around the due date that are drawn to scale."""


def scores(section: Section) -> Chart | None:
    """Draw how the scores are spread."""
    values = percents(section)
    if not values:
        return None
    middle = median(values)
    return charts.histogram(
        values,
        bins=list(range(0, 101, 10)) if max(values) <= 100 else 10,
        headline=f"Half of the class has {middle:.0f} % of the points or more",
        label="share of the points (%)",
        y_label="submissions",
        events={"median": round(middle)},
    )


def outcomes(items: Sequence[Item], lesson: str) -> Chart | None:
    """Draw for the exercises of one lesson how many solved, missed or skipped them."""
    found = [item for item in items if item.submissions]
    if not found:
        return None
    hardest = min(found, key=lambda item: item.difficulty or 0)
    easiest = max(found, key=lambda item: item.difficulty or 0)
    headline = (
        f"{lesson}: “{hardest.exercise.name}” is the hardest, “{easiest.exercise.name}” the easiest"
        if hardest is not easiest
        else f"{lesson}: {hardest.solved} of {hardest.submissions} solved “{hardest.exercise.name}”"
    )
    parts = {
        item.exercise.name: {
            "solved": item.solved,
            "partly": item.partly,
            "wrong": item.wrong,
            "not tried": item.untried,
        }
        for item in found
    }
    if not any(part["partly"] for part in parts.values()):
        for part in parts.values():
            del part["partly"]
    return charts.stack(parts, headline=headline, label="submissions, percent of the class", share=True, total=False)


def discrimination(items: Sequence[Item], lesson: str) -> Chart | None:
    """Draw difficulty against discrimination."""
    points = {
        item.exercise.name: (100 * item.difficulty, item.discrimination)
        for item in items
        if item.difficulty is not None and item.discrimination is not None
    }
    if not points:
        return None
    below = [name for name, (_, value) in points.items() if value < 0]
    best = max(points, key=lambda name: points[name][1])
    headline = (
        f"{lesson}: look at “{below[0]}”, which those who do well elsewhere fail"
        if below
        else f"{lesson}: “{best}” tells strong from weak best"
    )
    return charts.scatter(
        points,
        headline=headline,
        x_label="points gained by the class (%): further right is easier",
        y_label="discrimination",
    )


def slowest(cells: Sequence[SlowCell]) -> Chart | None:
    """Draw the slowest cells."""
    shown = [cell for cell in cells if cell.median > 0][:MOST_ROWS]
    if not shown:
        return None
    names = {f"{each.cell.notebook}: {each.cell.kind} {each.cell.name}": each for each in shown}
    first = shown[0]
    return charts.bars(
        {name: round(each.median, 2) for name, each in names.items()},
        unit="s",
        label="median time of the cell",
        headline=f"The slowest cell, in {first.cell.notebook}, takes {charts.say(round(first.median, 2), 's')}",
    )


def handing_in(section: Section) -> Chart | None:
    """Draw when work came in, before and after the due date."""
    if section.due is None:
        return None
    hours = [
        (learner.handed_in - section.due).total_seconds() / 3600 for learner in section.learners if learner.handed_in
    ]
    if len(hours) < 2:
        return None
    late = sum(learner.hours_late > 0 for learner in section.learners)
    shown = [min(max(hour, -_WINDOW), _WINDOW) for hour in hours]
    unit, size = ("days", 24) if max(map(abs, shown)) > 96 else ("hours", 6)
    far = " (further ones at the edge)" if shown != hours else ""
    first, last = floor(min(shown) / size), max(ceil(max(shown) / size), floor(min(shown) / size) + 1)
    step = 1 if unit == "days" else size
    return charts.histogram(
        [hour / size * step for hour in shown],
        bins=[place * step for place in range(min(first, 0), max(last, 1) + 1)],
        headline=f"{late} of {len(hours)} handed in late" if late else "Everybody handed in on time",
        label=f"{unit} before (\N{MINUS SIGN}) and after the due date{far}",
        y_label="submissions",
        events={"due at": 0},
    )
