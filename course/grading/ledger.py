"""Writes results where nbgrader looks for them: the gradebook and the ``autograded`` folder. One process does this.

The order makes a kill at any moment harmless: scores are committed first, the folder with the note of what was graded
appears last and in one step. Whatever lacks the note is graded again, with the same result.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import find_all_files

from course.grading.referee import Pack, Verdict
from course.grading.submission import Submission

NOTE = ".course-grade.json"
GRADED = ("ran", "stopped", "tampered")
"""Outcomes that stand; the others leave something for a person to do."""


@dataclass
class Result:
    """One submission's line in the summary."""

    student: str
    outcome: str
    reason: str = ""
    score: float = 0.0
    max_score: float = 0.0
    seconds: float = 0.0
    cell_seconds: float = 0.0
    late_seconds: float = 0.0
    notebooks: list[dict[str, Any]] = field(default_factory=list)
    unchanged: bool = False

    @property
    def graded(self) -> bool:
        """Return whether the outcome stands, or leaves something for a person to do."""
        return self.outcome in GRADED


class Ledger:
    """The gradebook and the autograded folder of one section."""

    def __init__(self, coursedir: CourseDirectory, section: str, config: Any) -> None:
        self.coursedir = coursedir
        self.section = section
        self._config = config
        self.gradebook = Gradebook(coursedir.db_url, coursedir.course_id)
        assignment = self.gradebook.find_assignment(section)
        names = [notebook.name for notebook in assignment.notebooks]
        self.packs = {name: Pack.read(self.gradebook, section, name) for name in names}
        entered = self.gradebook.db.query(SubmittedAssignment.student_id)
        self._entered = {student for (student,) in entered.filter_by(assignment_id=assignment.id)}

    def close(self) -> None:
        """Let go of the gradebook."""
        self.gradebook.close()

    def source_notebook(self, name: str) -> Path:
        """Return where the instructor's own notebook lies, if it is there."""
        directory = self.coursedir.source_directory
        return Path(self.coursedir.format_path(directory, ".", self.section)) / f"{name}.ipynb"

    def note_of(self, submission: Submission, fingerprint: str) -> Result | None:
        """Return the result noted for exactly this submission, if there is one and this gradebook has it, too."""
        if submission.student not in self._entered:
            return None  # the gradebook is another one, or was made anew
        try:
            note = json.loads((self._target(submission) / NOTE).read_text())
            if note["fingerprint"] != fingerprint:
                return None
            return Result(**{**note["result"], "unchanged": True})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def record(self, submission: Submission, verdicts: dict[str, Verdict], fingerprint: str) -> Result:
        """Write one submission's scores and files; return its line."""
        outcome, reason = _worst(submission, verdicts)
        result = Result(submission.student, outcome, reason)
        result.seconds = round(sum(verdict.seconds for verdict in verdicts.values()), 3)
        result.cell_seconds = round(sum(verdict.cell_seconds for verdict in verdicts.values()), 3)
        result.notebooks = [
            {
                "notebook": verdict.notebook,
                "outcome": verdict.outcome,
                "reason": verdict.reason,
                "slowest": verdict.slowest,
            }
            for verdict in verdicts.values()
        ]
        self._write_scores(submission, verdicts, result)
        self._write_files(submission, verdicts, fingerprint, result)
        return result

    def _target(self, submission: Submission) -> Path:
        directory = self.coursedir.autograded_directory
        return Path(self.coursedir.format_path(directory, submission.student, self.section))

    def _write_scores(self, submission: Submission, verdicts: dict[str, Verdict], result: Result) -> None:
        gradebook, student = self.gradebook, submission.student
        try:
            gradebook.find_student(student)
        except MissingEntry:
            gradebook.add_student(student)
        timestamp = self.coursedir.get_existing_timestamp(str(submission.folder))
        facts = {"timestamp": timestamp} if timestamp else {}
        entry = gradebook.update_or_create_submission(self.section, student, **facts)
        for notebook in entry.notebooks:
            verdict = verdicts.get(notebook.name)
            for grade in notebook.grades:
                _set_grade(grade, verdict)
            for comment in notebook.comments:
                comment.auto_comment = verdict.comments.get(comment.name) if verdict else None
            notebook.late_submission_penalty = None
        gradebook.db.commit()
        result.late_seconds = float(entry.total_seconds_late)
        if result.late_seconds > 0:
            self._penalise(student, verdicts)
        gradebook.db.expire_all()
        result.score, result.max_score = float(entry.score), float(entry.max_score)

    def _penalise(self, student: str, verdicts: dict[str, Verdict]) -> None:
        """Let nbgrader's own step, with the class's plugin, take off what lateness costs."""
        step = AssignLatePenalties(config=self._config)
        for name in verdicts:
            facts = {"notebook": name, "assignment": self.section, "student": student}
            step.preprocess(_Empty(), {"nbgrader": facts | {"db_url": self.coursedir.db_url}})

    def _write_files(
        self, submission: Submission, verdicts: dict[str, Verdict], fingerprint: str, result: Result
    ) -> None:
        target = self._target(submission)
        fresh = target.with_name(f".{target.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        ignored = [*self.coursedir.ignore, "*.ipynb"]
        if not submission.problem:
            _copy(submission.folder, fresh, ignored)
        source = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", self.section))
        if source.is_dir():
            _copy(source, fresh, ignored)
        for verdict in verdicts.values():
            if verdict.text:
                (fresh / f"{verdict.notebook}.ipynb").write_text(verdict.text + "\n", encoding="utf-8")
        note = {"fingerprint": fingerprint, "result": asdict(result)}
        (fresh / NOTE).write_text(json.dumps(note))
        if target.exists():
            shutil.rmtree(target)
        fresh.rename(target)


class _Empty:
    """A notebook without cells, for a step that only looks at the gradebook."""

    cells: tuple[()] = ()


def _worst(submission: Submission, verdicts: dict[str, Verdict]) -> tuple[str, str]:
    """Return the outcome of a submission: that of its least fortunate notebook."""
    if submission.problem:
        return "refused", submission.problem
    if not verdicts:
        return "empty", "there is no notebook of this section in the folder"
    order = ("ran", "tampered", "stopped", "refused", "unreadable", "failed")
    worst = max(verdicts.values(), key=lambda verdict: order.index(verdict.outcome))
    return worst.outcome, f"{worst.notebook}: {worst.reason}" if worst.reason else ""


def _set_grade(grade: Any, verdict: Verdict | None) -> None:
    """Set one grade as nbgrader's `SaveAutoGrades` would; what was not handed in or could not run gets nothing."""
    if verdict is None:
        grade.auto_score, grade.needs_manual_grade = 0, False
    elif verdict.outcome in GRADED:
        if grade.name in verdict.scores:
            grade.auto_score = verdict.scores[grade.name]
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
        else:
            grade.auto_score, grade.needs_manual_grade = 0, False  # the cell was deleted
    else:
        grade.auto_score, grade.needs_manual_grade = 0, True


def _copy(source: Path, target: Path, ignored: list[str]) -> None:
    for name in find_all_files(str(source), ignored):
        path = Path(name)
        if path.is_symlink():
            continue
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
