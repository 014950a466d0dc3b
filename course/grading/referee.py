"""nbgrader's grading in two halves: workers prepare, run and score a notebook; one writer owns the gradebook.

The steps are nbgrader's own preprocessors, in the order its configuration gives. Those that read the gradebook get a
`Pack` (the assignment's cells, taken out once) in a worker; the one that writes scores writes them down as a list.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import nbformat
from nbformat.notebooknode import NotebookNode, from_dict
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters.autograde import Autograde
from nbgrader.nbgraderformat import SCHEMA_VERSION, common
from nbgrader.preprocessors import (
    AssignLatePenalties,
    DeduplicateIds,
    Execute,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from nbgrader.utils import setenv
from traitlets.config import Config

from course.grading.execute import WarmExecute
from course.grading.unreadable import no_notebook
from course.grading.warm import Warm, WarmError

_SOURCE_CELL = ("name", "cell_type", "source", "locked", "checksum")


@dataclass(frozen=True)
class Pack:
    """What a worker must know of an assignment's notebook: plain data, so that it can travel."""

    assignment: str
    notebook: str
    kernelspec: str | None
    cells: dict[str, dict[str, Any]]
    points: dict[str, float]
    answers: tuple[str, ...]
    tasks: tuple[str, ...]

    @classmethod
    def read(cls, gradebook: Gradebook, assignment: str, notebook: str) -> Pack:
        """Take a notebook's cells out of the gradebook."""
        entry = gradebook.find_notebook(notebook, assignment)
        cells = {cell.name: {key: getattr(cell, key) for key in _SOURCE_CELL} for cell in entry.source_cells}
        points = {cell.name: float(cell.max_score) for cell in entry.grade_cells}
        answers = tuple(cell.name for cell in entry.solution_cells)
        tasks = tuple(cell.name for cell in entry.task_cells)
        points |= {cell.name: float(cell.max_score) for cell in entry.task_cells}
        return cls(assignment, notebook, entry.kernelspec, cells, points, answers, tasks)

    def metadata(self, name: str) -> dict[str, Any]:
        """Return nbgrader's metadata of a cell as the lesson has it."""
        cell = self.cells[name]
        task = name in self.tasks
        facts = {"grade_id": name, "schema_version": SCHEMA_VERSION, "task": task, "locked": cell["locked"]}
        facts |= {"solution": name in self.answers, "grade": name in self.points and not task}
        facts |= {"cell_type": cell["cell_type"], "checksum": cell["checksum"]}
        return facts | ({"points": self.points[name]} if name in self.points else {})


@dataclass
class Verdict:
    """What became of one notebook: its graded text and the scores, to be written into the gradebook."""

    notebook: str
    outcome: str
    reason: str = ""
    text: str = ""
    scores: dict[str, float | None] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)
    seconds: float = 0.0
    cell_seconds: float = 0.0
    slowest: list[tuple[float, str]] = field(default_factory=list)


class _PackedGradebook:
    """Answers nbgrader's questions about the assignment from a pack, and keeps the scores it is told."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self.scores: dict[str, SimpleNamespace] = {}
        self.comments: dict[str, SimpleNamespace] = {}
        self.db = SimpleNamespace(commit=lambda: None)

    def find_source_cell(self, name: str, notebook: str, assignment: str) -> SimpleNamespace:
        if name not in self._pack.cells:
            raise MissingEntry(f"No such source cell: {assignment}/{notebook}/{name}")
        return SimpleNamespace(**self._pack.cells[name])

    def find_graded_cell(self, name: str, notebook: str, assignment: str) -> SimpleNamespace:
        if name not in self._pack.points:
            raise MissingEntry(f"No such graded cell: {assignment}/{notebook}/{name}")
        return SimpleNamespace(name=name, max_score=self._pack.points[name])

    def find_grade(self, name: str, notebook: str, assignment: str, student: str) -> SimpleNamespace:
        if name not in self._pack.points:
            raise MissingEntry(f"No such grade: {assignment}/{notebook}/{name}")
        return self.scores.setdefault(name, SimpleNamespace(auto_score=None, manual_score=None))

    def find_comment(self, name: str, notebook: str, assignment: str, student: str) -> SimpleNamespace:
        if name not in self._pack.cells:
            raise MissingEntry(f"No such comment: {assignment}/{notebook}/{name}")
        return self.comments.setdefault(name, SimpleNamespace(auto_comment=None))


class _FromPack:
    """Mixed into nbgrader's steps: the same step, with the pack in place of a database connection."""

    gradebook: Any

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        facts = resources["nbgrader"]
        self.notebook_id, self.assignment_id = facts["notebook"], facts["assignment"]
        self.student_id, self.gradebook = facts["student"], facts["gradebook"]
        for index, cell in enumerate(nb.cells):
            nb.cells[index], resources = self.preprocess_cell(cell, resources, index)  # type: ignore[attr-defined]
        return nb, resources


class PackedOverwriteCells(_FromPack, OverwriteCells):
    """nbgrader's `OverwriteCells`, reading a pack."""


class PackedSaveAutoGrades(_FromPack, SaveAutoGrades):
    """nbgrader's `SaveAutoGrades`, keeping the scores."""


class PackedOverwriteKernelspec(OverwriteKernelspec):
    """nbgrader's `OverwriteKernelspec`, reading a pack."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Give the notebook the kernel of the lesson."""
        kernelspec = json.loads(resources["nbgrader"]["kernelspec"] or "null")
        if kernelspec:
            nb.metadata["kernelspec"] = kernelspec
        return nb, resources


_PACKED: dict[type, type] = {
    OverwriteCells: PackedOverwriteCells,
    OverwriteKernelspec: PackedOverwriteKernelspec,
    SaveAutoGrades: PackedSaveAutoGrades,
    Execute: WarmExecute,
}


Steps = tuple[list[Any], list[Any]]
"""nbgrader's steps before a notebook is run, and from there on."""


def restore_metadata(nb: NotebookNode, pack: Pack) -> None:
    """Give every cell of the lesson its own nbgrader metadata back, and take it from all others.

    nbgrader refuses a notebook in which a learner (or an editor) has changed a flag, copied a test cell or invented
    one; here such a notebook is graded for what it holds.
    """
    for cell in nb.cells:
        claimed = cell.metadata.get("nbgrader")
        name = claimed.get("grade_id") if isinstance(claimed, dict) else None
        if isinstance(name, str) and name in pack.cells:
            cell.metadata["nbgrader"] = from_dict(pack.metadata(name))
        elif claimed is not None:
            del cell.metadata["nbgrader"]


class _DropEmpty:
    """Removes the empty metadata that nbgrader's `DeduplicateIds` leaves on copies, and then stumbles over."""

    def __call__(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        for cell in nb.cells:
            if "nbgrader" in cell.metadata and not cell.metadata["nbgrader"]:
                del cell.metadata["nbgrader"]
        return nb, resources


def make_steps(config: Config) -> Steps:
    """Return nbgrader's autograding steps as ``config`` sets them up, for a worker."""
    autograde = Autograde(config=config)
    silent = logging.Logger("nbgrader in a worker", level=logging.CRITICAL)

    def made(step: Any) -> Any:
        return _PACKED.get(step, step)(config=config, log=silent)

    before = []
    for step in autograde.sanitize_preprocessors:
        before.append(made(step))
        if step is DeduplicateIds:
            before.append(_DropEmpty())
    after = [made(step) for step in autograde.autograde_preprocessors if step is not AssignLatePenalties]
    return before, after


def grade(text: str, pack: Pack, student: str, folder: str | None, warm: Warm, steps: Steps) -> Verdict:
    """Prepare, run and score one notebook. Never raises for what a submission does; `WarmError` if it cannot be run."""
    try:
        nb = nbformat.reads(text, as_version=4)
        nbformat.validate(nb)
    except Exception as error:
        return Verdict(pack.notebook, "unreadable", no_notebook(text, error))
    restore_metadata(nb, pack)
    gradebook = _PackedGradebook(pack)
    locked = {name: cell["source"] for name, cell in pack.cells.items() if cell["locked"]}
    facts = {"student": student, "assignment": pack.assignment, "notebook": pack.notebook, "gradebook": gradebook}
    facts |= {"kernelspec": pack.kernelspec, "locked_sources": locked, "db_url": ""}
    resources: dict[str, Any] = {"nbgrader": facts, "metadata": {"path": folder}, "unique_key": pack.notebook}
    before, after = steps
    try:
        for step in before:
            nb, resources = step(nb, resources)
        with setenv(NBGRADER_EXECUTION="autograde"):
            for step in after:
                if isinstance(step, WarmExecute):
                    step.warm = warm
                nb, resources = step(nb, resources)
    except WarmError:
        raise
    except Exception as error:
        return Verdict(pack.notebook, "refused", f"{type(error).__name__}: {error}".splitlines()[0][:300])
    course = resources.get("course", {})
    return Verdict(
        pack.notebook,
        course.get("outcome", "ran"),
        course.get("reason", ""),
        nbformat.writes(nb),
        {name: entry.auto_score for name, entry in gradebook.scores.items()},
        {name: entry.auto_comment for name, entry in gradebook.comments.items()},
        course.get("seconds", 0.0),
        course.get("cell_seconds", 0.0),
        course.get("slowest", []),
    )


def remember_valid_metadata() -> None:
    """Let nbgrader check each distinct cell metadata once per process: a class shares nearly all of them."""
    seen: set[str] = set()

    def validate(instance: Any, schema: dict[str, Any]) -> None:
        key = json.dumps(instance, sort_keys=True, default=repr)
        if key not in seen:
            jsonschema.validate(instance, schema)
            seen.add(key)

    common.jsonschema = SimpleNamespace(validate=validate, ValidationError=jsonschema.ValidationError)
