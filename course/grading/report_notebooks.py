"""What a graded notebook and the note beside it tell: failing messages, untried exercises, slow cells."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.grading.ledger import NOTE
from course.grading.report_text import plain

_FRIENDLY = ("NotYet", "NotTried", "Tampered", "Stopped")
"""Errors whose message says everything; of others the kind is said, too."""


@dataclass(frozen=True)
class Cell:
    """A place in a notebook, in words: what kind of cell, and its name or first line."""

    notebook: str
    kind: str
    name: str


@dataclass
class GradedNotebook:
    """One learner's notebook after grading."""

    name: str
    tests: list[str] = field(default_factory=list)
    messages: dict[str, str] = field(default_factory=dict)
    untried: set[str] = field(default_factory=set)
    places: dict[str, Cell] = field(default_factory=dict)

    def cell(self, first_line: str) -> Cell:
        """Return the place of the cell that begins with this line."""
        return self.places.get(first_line) or Cell(self.name, "cell", plain(first_line, 60))


@dataclass
class Note:
    """What `course grade` noted about a submission."""

    outcome: str = "ran"  # without a note nbgrader itself has graded it
    reason: str = ""
    seconds: float = 0.0
    slowest: dict[str, list[tuple[float, str]]] = field(default_factory=dict)


def read_note(folder: Path) -> Note:
    """Read the note of `course grade`, if there is one."""
    try:
        result = json.loads((folder / NOTE).read_text(encoding="utf-8"))["result"]
        slowest = {
            str(each["notebook"]): [(float(seconds), str(line)) for seconds, line in each.get("slowest", [])]
            for each in result.get("notebooks", [])
        }
        return Note(str(result["outcome"]), str(result.get("reason", "")), float(result.get("seconds", 0)), slowest)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Note()


def read_graded(path: Path) -> GradedNotebook:
    """Read a graded notebook; one that is missing or broken tells nothing."""
    graded = GradedNotebook(path.stem)
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return graded
    for cell in cells:
        _read_cell(cell, graded)
    return graded


def first_line(source: Any) -> str:
    """Return the line by which a run's note names a cell."""
    text = "".join(source) if isinstance(source, list) else str(source)
    return text.lstrip().partition("\n")[0][:80]


def _read_cell(cell: dict[str, Any], graded: GradedNotebook) -> None:
    role = cell.get("metadata", {}).get("nbgrader") or {}
    name = str(role.get("grade_id", ""))
    if cell.get("cell_type") == "code":
        line = first_line(cell.get("source", ""))
        graded.places.setdefault(line, _place(graded.name, name, role, line))
    if not role.get("grade"):
        return
    graded.tests.append(name)
    errors = [output for output in cell.get("outputs", []) if output.get("output_type") == "error"]
    if errors:  # whatever the submission shows comes before the verdict
        graded.messages[name] = message_of(errors[-1])
        if errors[-1].get("ename") == "NotTried":
            graded.untried.add(name)


def _place(notebook: str, name: str, role: dict[str, Any], line: str) -> Cell:
    # The first line of a test may belong to its hidden part: cells of the lesson are named by their id.
    if role.get("grade") and not role.get("solution"):
        return Cell(notebook, "test", name.removesuffix("-check"))
    if role.get("solution"):
        return Cell(notebook, "answer", name)
    return Cell(notebook, "cell", plain(line, 60))


def message_of(error: dict[str, Any]) -> str:
    """Return what a failed test said; never its code, which only the traceback holds."""
    kind, said = plain(error.get("ename", "")), plain(error.get("evalue", ""))
    if kind in _FRIENDLY:
        return said or kind
    if not said:
        return f"{kind} (the test gives no message)" if kind == "AssertionError" else kind
    return said if kind == "AssertionError" else f"{kind}: {said}"
