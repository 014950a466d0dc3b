"""Numbers about a graded section: how hard each exercise is, whom it tells apart, what is said and what is slow."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from course.grading.report_data import Exercise, Learner, Section
from course.grading.report_notebooks import Cell

FEWEST = 10
"""With fewer submissions a correlation says nothing."""
HARD, EASY, FLAT = 0.3, 0.95, 0.15


@dataclass(frozen=True)
class Item:
    """One exercise in numbers; shares are of the submissions that count."""

    exercise: Exercise
    solved: int
    partly: int
    wrong: int
    untried: int
    difficulty: float | None
    """Mean share of the points: 1 means everybody has them all."""
    discrimination: float | None
    """Correlation with the points of the other exercises: how well it tells strong from weak."""

    @property
    def submissions(self) -> int:
        """Return how many were counted."""
        return self.solved + self.partly + self.wrong + self.untried

    @property
    def remark(self) -> str:
        """Return what an instructor should know, if anything."""
        if self.difficulty is None:
            return ""
        if self.discrimination is not None and self.discrimination < 0:
            return "Those who do well elsewhere fail it: look at its task and test."
        if self.difficulty < HARD:
            return "Few solve it: explain it again, or look at its task."
        if self.untried > self.submissions / 3:
            return "Many leave it untouched."
        if self.difficulty > EASY:
            return "Nearly everybody solves it."
        if self.discrimination is not None and self.discrimination < FLAT:
            return "It hardly tells strong from weak."
        return ""


@dataclass(frozen=True)
class Message:
    """What a test said to how many learners; `text` is the most frequent wording."""

    exercise: Exercise
    text: str
    learners: int
    wordings: int


@dataclass(frozen=True)
class SlowCell:
    """A cell that was among the slowest three of its notebook, and for how many learners."""

    cell: Cell
    median: float
    longest: float
    learners: int


def items(section: Section) -> list[Item]:
    """Return all exercises in numbers, in the order of the notebooks."""
    counted = section.counted
    return [_item(exercise, counted) for exercise in section.exercises]


def _item(exercise: Exercise, learners: Sequence[Learner]) -> Item:
    key, points = exercise.key, exercise.points
    scores = [learner.scores.get(key, 0.0) for learner in learners]
    solved = sum(score >= points for score in scores)
    untried = sum(key in learner.untried and not learner.scores.get(key) for learner in learners)
    partly = sum(0 < score < points for score in scores)
    rest = [sum(learner.scores.values()) - score for learner, score in zip(learners, scores, strict=True)]
    return Item(
        exercise,
        solved,
        partly,
        len(scores) - solved - partly - untried,
        untried,
        fmean(scores) / points if scores and points else None,
        correlation(scores, rest),
    )


def correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Return Pearson's correlation, or None where there is none to speak of."""
    if len(one) < FEWEST:
        return None
    mean_one, mean_other = fmean(one), fmean(other)
    spread_one = sum((value - mean_one) ** 2 for value in one)
    spread_other = sum((value - mean_other) ** 2 for value in other)
    if spread_one < 1e-12 or spread_other < 1e-12:
        return None
    both = sum((a - mean_one) * (b - mean_other) for a, b in zip(one, other, strict=True))
    return float(both / (spread_one * spread_other) ** 0.5)


_VALUES = re.compile(r"your answer gives .*?(?=, it should be|$)|'[^']*'|\"[^\"]*\"|https?://\S+|\d[\d,.]*")
_LINE = re.compile(r"\s*It happened in your line:.*$")


def messages(section: Section) -> list[Message]:
    """Return what tests said when they failed, most frequent first.

    Messages that differ only in the learner's values count as one.
    """
    groups: dict[tuple[Exercise, str], Counter[str]] = defaultdict(Counter)
    for learner in section.counted:
        for exercise in section.exercises:
            said = learner.messages.get(exercise.key)
            if said and exercise.key not in learner.untried and learner.scores.get(exercise.key, 0) < exercise.points:
                said = _LINE.sub("", said) or said
                groups[exercise, _VALUES.sub("…", said)][said] += 1
    found = [
        Message(exercise, wordings.most_common(1)[0][0], wordings.total(), len(wordings))
        for (exercise, _), wordings in groups.items()
    ]
    return sorted(found, key=lambda each: (-each.learners, each.exercise.key, each.text))


def slow_cells(section: Section) -> list[SlowCell]:
    """Return the cells that took longest, by their median over the learners whose runs name them."""
    times: dict[Cell, list[float]] = defaultdict(list)
    for learner in section.learners:
        for cell, seconds in learner.slow:
            times[cell].append(seconds)
    found = [SlowCell(cell, median(each), max(each), len(each)) for cell, each in times.items()]
    return sorted(found, key=lambda each: (-each.median, each.cell.notebook, each.cell.name))


def percents(section: Section) -> list[float]:
    """Return the score of each submission that counts, in percent."""
    whole = section.points
    return [100 * learner.points / whole for learner in section.counted] if whole else []
