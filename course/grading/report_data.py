"""What is known of a section's grading, from the gradebook, the notes of `course grade` and the graded notebooks."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.api import Assignment, Grade, Gradebook, MissingEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from course.grading.command_errors import CommandError, course_config, with_next_step, without_password
from course.grading.ledger import GRADED
from course.grading.report_notebooks import Cell, GradedNotebook, read_graded, read_note

Key = tuple[str, str]
"""An exercise: notebook and the id of its test cell."""


@dataclass(frozen=True)
class Exercise:
    """One graded cell of the section."""

    notebook: str
    test: str
    points: float

    @property
    def name(self) -> str:
        """Return the exercise's name as learners know it."""
        return self.test.removesuffix("-check")

    @property
    def key(self) -> Key:
        """Return what scores and messages are kept under."""
        return self.notebook, self.test


@dataclass
class Learner:
    """One submission."""

    name: str
    outcome: str = "ran"
    reason: str = ""
    handed_in: datetime | None = None
    hours_late: float = 0.0
    penalty: float = 0.0
    needs_grading: int = 0
    seconds: float = 0.0
    scores: dict[Key, float] = field(default_factory=dict)
    messages: dict[Key, str] = field(default_factory=dict)
    untried: set[Key] = field(default_factory=set)
    slow: list[tuple[Cell, float]] = field(default_factory=list)

    @property
    def points(self) -> float:
        """Return the score, less what lateness costs."""
        return max(0.0, sum(self.scores.values()) - self.penalty)

    @property
    def counts(self) -> bool:
        """Return whether the grading stands, so that statistics may use it."""
        return self.outcome in GRADED


@dataclass
class Section:
    """All that the report shows, before any statistics."""

    name: str
    course: str
    due: datetime | None
    exercises: list[Exercise]
    learners: list[Learner]
    missing: list[str]
    """Students of the gradebook who handed in nothing."""
    ungraded: list[str]
    """Submissions that wait for `course grade`."""

    @property
    def points(self) -> float:
        """Return the points that can be had."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def counted(self) -> list[Learner]:
        """Return the submissions that statistics rest on."""
        return [learner for learner in self.learners if learner.counts]


def read_section(root: Path, section: str, database: str = "") -> Section:
    """Read what is known of ``section`` in the course folder ``root``; `CommandError` if that is nothing."""
    warnings.filterwarnings("ignore", category=SAWarning)  # nbgrader's models, which work all the same
    config = course_config(root)
    config.CourseDirectory.assignment_id = section
    if database:
        config.CourseDirectory.db_url = database
    coursedir = CourseDirectory(config=config)
    expect_database(coursedir.db_url)
    try:
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            return _read(gradebook, coursedir, section)
    except MissingEntry:
        raise CommandError(
            f"The gradebook {without_password(coursedir.db_url)} does not know '{section}'. Check the name, or "
            f"grade it first: course grade {section}"
        ) from None
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise CommandError(with_next_step(f"The gradebook {coursedir.db_url} cannot be read: {said}.")) from None


def expect_database(url: str) -> None:
    """Refuse a SQLite file that is not there: looking at it would make it, empty."""
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise CommandError(
            f"There is no gradebook {url.removeprefix('sqlite:///')}. Grade first (course grade), or name it with --db."
        )


def _read(gradebook: Gradebook, coursedir: CourseDirectory, section: str) -> Section:
    assignment = gradebook.find_assignment(section)
    learners = {learner.name: learner for learner in _learners(gradebook, assignment.id)}
    exercises = [
        Exercise(notebook.name, cell.name, float(cell.max_score))
        for notebook in sorted(assignment.notebooks, key=lambda each: each.name)
        for cell in [*notebook.grade_cells, *notebook.task_cells]
    ]
    _add_scores(gradebook, assignment, learners)
    order: dict[Key, int] = {}
    names = sorted({exercise.notebook for exercise in exercises})
    for learner in learners.values():
        folder = Path(coursedir.format_path(coursedir.autograded_directory, learner.name, section))
        _add_run(learner, folder, [read_graded(folder / f"{name}.ipynb") for name in names], order)
    exercises.sort(key=lambda each: (each.notebook, order.get(each.key, len(order)), each.test))
    waiting = set(_handed_in(coursedir, section)) - learners.keys()
    known = {student.id for student in gradebook.students}
    return Section(
        section,
        coursedir.course_id or "",
        assignment.duedate,
        exercises,
        sorted(learners.values(), key=lambda learner: learner.name.casefold()),
        missing=sorted(known - learners.keys() - waiting),
        ungraded=sorted(waiting),
    )


def _learners(gradebook: Gradebook, assignment: str) -> Iterator[Learner]:
    query = gradebook.db.query(SubmittedAssignment).filter(SubmittedAssignment.assignment_id == assignment)
    for entry in query:
        yield Learner(entry.student_id, handed_in=entry.timestamp, hours_late=float(entry.total_seconds_late) / 3600)


def _add_scores(gradebook: Gradebook, assignment: Assignment, learners: dict[str, Learner]) -> None:
    """Take all scores in two queries: thousands of submissions are nothing to them."""
    cells = {
        cell.id: (notebook.name, cell.name)
        for notebook in assignment.notebooks
        for cell in [*notebook.grade_cells, *notebook.task_cells]
    }
    mine = SubmittedAssignment.assignment_id == assignment.id
    submissions = gradebook.db.query(
        SubmittedAssignment.student_id, SubmittedNotebook.id, SubmittedNotebook.late_submission_penalty
    ).filter(mine, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    owner = {}
    for student, notebook, penalty in submissions:
        owner[notebook] = learners[student]
        learners[student].penalty += float(penalty or 0)
    grades = gradebook.db.query(Grade.notebook_id, Grade.cell_id, Grade.score, Grade.needs_manual_grade).filter(
        mine, SubmittedNotebook.assignment_id == SubmittedAssignment.id, Grade.notebook_id == SubmittedNotebook.id
    )
    for notebook, cell, score, needs in grades:
        owner[notebook].scores[cells[cell]] = float(score or 0)
        owner[notebook].needs_grading += bool(needs)


def _add_run(learner: Learner, folder: Path, notebooks: list[GradedNotebook], order: dict[Key, int]) -> None:
    """Add what the run has left in the ``autograded`` folder."""
    note = read_note(folder)
    learner.outcome, learner.reason = note.outcome, note.reason
    learner.seconds = note.seconds
    for notebook in notebooks:
        for test in notebook.tests:
            order.setdefault((notebook.name, test), len(order))
        for test, message in notebook.messages.items():
            learner.messages[notebook.name, test] = message
        learner.untried |= {(notebook.name, test) for test in notebook.untried}
        learner.slow += [(notebook.cell(line), seconds) for seconds, line in note.slowest.get(notebook.name, [])]


def _handed_in(coursedir: CourseDirectory, section: str) -> Iterator[str]:
    submitted = Path(coursedir.format_path(coursedir.submitted_directory, "", ""))
    for folder in submitted.glob(f"*/{section}") if submitted.is_dir() else []:
        if not folder.parent.name.startswith("."):
            yield folder.parent.name.encode("utf-8", "replace").decode()
