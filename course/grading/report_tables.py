"""The report's numbers as CSV, for spreadsheets and programs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from course.grading.report_data import Section
from course.grading.report_statistics import Item, Message, SlowCell
from course.grading.report_text import not_a_formula, plain


def write_tables(
    section: Section, items: Sequence[Item], messages: Sequence[Message], cells: Sequence[SlowCell], folder: Path
) -> list[str]:
    """Write the tables into ``folder``; return their names."""
    whole = section.points
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]] = {
        "students.csv": (
            ("student", "outcome", "reason", "points", "max_points", "percent", "penalty", "hours_late", "to_grade",
             "seconds"),
            (
                (each.name, each.outcome, each.reason, each.points, whole, 100 * each.points / whole if whole else None,
                 each.penalty, round(each.hours_late, 2), each.needs_grading, each.seconds)
                for each in section.learners
            ),
        ),
        "scores.csv": (
            ("student", *(f"{each.notebook}/{each.name}" for each in section.exercises)),
            (
                (each.name, *(each.scores.get(exercise.key) for exercise in section.exercises))
                for each in section.learners
            ),
        ),
        "exercises.csv": (
            ("notebook", "exercise", "points", "solved", "partly", "wrong", "not_tried", "difficulty",
             "discrimination"),
            (
                (each.exercise.notebook, each.exercise.name, each.exercise.points, each.solved, each.partly, each.wrong,
                 each.untried, each.difficulty, each.discrimination)
                for each in items
            ),
        ),
        "messages.csv": (
            ("learners", "notebook", "exercise", "message", "wordings"),
            (
                (each.learners, each.exercise.notebook, each.exercise.name, each.text, each.wordings)
                for each in messages
            ),
        ),
        "cells.csv": (
            ("notebook", "kind", "cell", "median_seconds", "longest_seconds", "learners"),
            (
                (each.cell.notebook, each.cell.kind, each.cell.name, each.median, each.longest, each.learners)
                for each in cells
            ),
        ),
    }  # fmt: skip
    for name, (head, rows) in tables.items():
        # The mark at the start tells Excel that the file is UTF-8; everybody else skips it.
        with (folder / name).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([_field(value) for value in head])
            writer.writerows([_field(value) for value in row] for row in rows)
    return list(tables)


def _field(value: object) -> object:
    if isinstance(value, float):
        return round(value, 4)
    return not_a_formula(plain(value)) if isinstance(value, str) else value
