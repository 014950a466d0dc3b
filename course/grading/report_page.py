"""A section's report as one HTML page and tables beside it."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from course.charts import Chart
from course.grading import report_charts, report_statistics, report_tables
from course.grading.report_data import Learner, Section
from course.grading.report_statistics import Item, Message, SlowCell
from course.grading.report_text import plain

TEMPLATES = Path(__file__).parent / "templates"
MOST_MESSAGES, MOST_CELLS = 20, 15

NEXT_STEP = {
    "empty": "Ask for the notebook.",
    "unreadable": "Ask for the file again; it may have been cut off on its way.",
    "refused": "Put right what is named, then grade again.",
    "failed": "Grade again; if it stays, report it to the course's maintainers.",
    "tampered": "Look at the notebook, and talk.",
    "stopped": "Look at the notebook: what ended it costs the tests after it.",
}


@dataclass(frozen=True)
class Picture:
    """A chart inside the page."""

    headline: str
    alt: str
    data: str
    width: int
    height: int


@dataclass(frozen=True)
class Lesson:
    """One notebook of the section."""

    name: str
    items: list[Item]
    outcomes: Picture | None
    discrimination: Picture | None


@dataclass(frozen=True)
class Look:
    """Something that waits for a person."""

    name: str
    what: str
    step: str


@dataclass(frozen=True)
class Row:
    """One submission in the table of all."""

    name: str
    outcome: str
    stands: bool
    points: str
    percent: str
    share: float
    late: str
    remark: str
    feedback: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """All that the template shows."""

    section: Section
    made: str
    figures: list[tuple[str, str]]
    look: list[Look]
    missing: list[str]
    counted: int
    fewest: int
    scores: Picture | None
    lessons: list[Lesson]
    messages: list[Message]
    more_messages: int
    cells: list[SlowCell]
    slowest: Picture | None
    handing_in: Picture | None
    late: list[Learner]
    rows: list[Row]
    csv: list[str]
    parts: tuple[tuple[str, str], ...] = (
        ("look", "Needs a look"),
        ("scores", "Scores"),
        ("exercises", "Exercises"),
        ("messages", "Messages"),
        ("slowest", "Slowest cells"),
        ("late", "Late work"),
        ("everybody", "Everybody"),
    )


def write_report(section: Section, folder: Path, feedback: Path | None = None, now: datetime | None = None) -> Path:
    """Write ``index.html`` and the CSV tables into ``folder``; return the page's path.

    ``feedback`` is nbgrader's folder of feedback pages, to be linked where they are there.

    >>> write_report(read_section(root, "06-messaging"), root / "reports" / "06-messaging")
    PosixPath('.../reports/06-messaging/index.html')
    """
    folder.mkdir(parents=True, exist_ok=True)
    items = report_statistics.items(section)
    messages = report_statistics.messages(section)
    cells = report_statistics.slow_cells(section)
    tables = report_tables.write_tables(section, items, messages, cells, folder)
    page = Page(
        section,
        f"{now or datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        list(_figures(section)),
        list(_look(section)),
        [plain(name, 80) for name in section.missing],
        len(section.counted),
        report_statistics.FEWEST,
        _picture(report_charts.scores(section)),
        list(_lessons(items)),
        messages[:MOST_MESSAGES],
        len(messages[MOST_MESSAGES:]),
        cells[:MOST_CELLS],
        _picture(report_charts.slowest(cells)),
        _picture(report_charts.handing_in(section)),
        sorted((each for each in section.learners if each.hours_late > 0), key=lambda each: -each.hours_late),
        [_row(each, section, folder, feedback) for each in section.learners],
        tables,
    )
    text = (
        _environment()
        .get_template("report.html.j2")
        .render(page=page, css=(TEMPLATES / "report.css").read_text(encoding="utf-8"))
    )
    target = folder / "index.html"
    fresh = folder / ".index.html.new"
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(target)
    return target


def duration(hours: float) -> str:
    """Return a length of time in words.

    >>> duration(53.2)
    '2 d 5 h'
    """
    minutes = max(1, round(hours * 60))
    days, rest = divmod(minutes, 24 * 60)
    if days:
        return f"{days} d {rest // 60} h"
    return f"{rest // 60} h {rest % 60:02d} min" if rest >= 60 else f"{rest} min"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"plain": lambda text: plain(text, 80), "duration": duration}
    return environment


def _picture(chart: Chart | None) -> Picture | None:
    if chart is None:
        return None
    width, height = chart.size
    return Picture(chart.headline, chart.alt, base64.b64encode(chart.png()).decode(), width, height)


def _figures(section: Section) -> Iterator[tuple[str, str]]:
    percents = report_statistics.percents(section)
    yield "submissions", str(len(section.learners) + len(section.ungraded))
    yield "graded", str(len(section.counted))
    yield "need a look", str(sum(1 for _ in _look(section)))
    yield "late", str(sum(each.hours_late > 0 for each in section.learners))
    yield "median", f"{median(percents):.0f} %" if percents else "none"
    yield "exercises", str(len(section.exercises))


def _look(section: Section) -> Iterator[Look]:
    """What does not stand first, then what a person should know of."""
    for learner in sorted(section.learners, key=lambda each: each.counts):
        name = plain(learner.name, 80)
        if learner.outcome in NEXT_STEP:
            what = f"{learner.outcome}: {plain(learner.reason, 160)}" if learner.reason else learner.outcome
            yield Look(name, what, NEXT_STEP[learner.outcome])
        elif learner.needs_grading:
            number = learner.needs_grading
            what = f"{number} {'answers wait' if number > 1 else 'answer waits'}"
            yield Look(name, f"{what} for a grade by hand", "Grade it in the formgrader (nbgrader formgrader).")
    for waiting in section.ungraded:
        yield Look(plain(waiting, 80), "handed in, not graded yet", f"course grade {section.name}")


def _lessons(items: list[Item]) -> Iterator[Lesson]:
    for name, group in groupby(items, key=lambda item: item.exercise.notebook):
        mine = list(group)
        outcomes = _picture(report_charts.outcomes(mine, name))
        yield Lesson(name, mine, outcomes, _picture(report_charts.discrimination(mine, name)))


def _row(learner: Learner, section: Section, folder: Path, feedback: Path | None) -> Row:
    share = learner.points / section.points if section.points else 0.0
    remarks = [plain(learner.reason, 120)] if learner.reason else []
    if learner.penalty:
        remarks.append(f"{learner.penalty:g} points taken off for lateness.")
    return Row(
        plain(learner.name, 80),
        learner.outcome,
        learner.counts,
        f"{learner.points:g}",
        f"{100 * share:.0f}",
        share,
        duration(learner.hours_late) if learner.hours_late > 0 else "",
        " ".join(remarks),
        list(_feedback(learner, section, folder, feedback)),
    )


def _feedback(learner: Learner, section: Section, folder: Path, feedback: Path | None) -> Iterator[tuple[str, str]]:
    if feedback is None:
        return
    mine = feedback / learner.name / section.name
    for page in sorted(mine.glob("*.html")):
        yield page.stem, quote(os.path.relpath(page, folder))


def as_data(section: Section) -> dict[str, Any]:
    """Return the report's main numbers for programs."""
    return {
        "section": section.name,
        "submissions": len(section.learners) + len(section.ungraded),
        "graded": len(section.counted),
        "points": section.points,
        "percents": report_statistics.percents(section),
        "need_a_look": [{"student": each.name, "what": each.what} for each in _look(section)],
        "exercises": [
            {
                "notebook": item.exercise.notebook,
                "exercise": item.exercise.name,
                "difficulty": item.difficulty,
                "discrimination": item.discrimination,
            }
            for item in report_statistics.items(section)
        ],
    }
