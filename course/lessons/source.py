"""Read lessons as authored: percent scripts under `source/`, one file a lesson, the one truth.

A lesson is a list of cells; tags in the cell marker say what a cell is for:

    # %% setup="queue"                     locked: makes what the exercise needs
    # %% exercise="visibility-timeout"     the learner writes here
    # %% check="visibility-timeout" points=2
    # %% [markdown] question="poison"      a scenario question with options and reasons
    # %% answer="poison"                   the answer to it
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

ROLES = ("setup", "exercise", "check", "question", "answer")


class LessonError(ValueError):
    """A lesson's file is not in the form that the course needs. The message names file, place and remedy."""


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson."""

    kind: str  # "code" or "markdown"
    source: str
    tags: dict[str, Any] = field(default_factory=dict)
    line: int = 0

    @property
    def role(self) -> str:
        """What the cell is for: one of ROLES, or nothing."""
        return next((role for role in ROLES if role in self.tags), "")

    @property
    def name(self) -> str:
        """The id that goes with the role."""
        return str(self.tags.get(self.role, ""))


@dataclass(frozen=True)
class Header:
    """What the first lines of a lesson say about it."""

    title: str
    minutes: int
    services: tuple[str, ...]
    topics: tuple[str, ...]
    exam: tuple[str, ...]
    practises: dict[str, tuple[str, ...]]  # exercise -> the topics it practises


@dataclass(frozen=True)
class Lesson:
    """A lesson as authored."""

    path: Path
    name: str  # "06-messaging/01-sqs"
    header: Header
    cells: tuple[Cell, ...]

    @property
    def section(self) -> str:
        return self.name.partition("/")[0]

    @cached_property
    def exercises(self) -> tuple[str, ...]:
        """Ids of the exercises, in order (questions not counted)."""
        return tuple(cell.name for cell in self.cells if cell.role == "exercise")

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """Ids of the scenario questions, in order."""
        return tuple(cell.name for cell in self.cells if cell.role == "question")

    def cell(self, role: str, name: str) -> Cell | None:
        """The cell with this role and id."""
        return next((cell for cell in self.cells if cell.role == role and cell.name == name), None)


def read_lesson(path: Path) -> Lesson:
    """Read one lesson file."""
    name = f"{path.parent.name}/{path.stem}"
    header, cells = _split(path, path.read_text(encoding="utf-8"))
    return Lesson(path, name, _header(path, header), tuple(cells))


def read_cells(path: Path) -> list[Cell]:
    """The cells of a percent script that has no lesson header (answer banks are written so)."""
    return _split(path, path.read_text(encoding="utf-8"))[1]


def find_lessons(root: Path, only: str = "") -> list[Path]:
    """Lesson files below `source/`; `only` narrows to a section or to one lesson, also by a part of its name."""
    paths = sorted(root.glob("source/[0-9][0-9]-*/[0-9][0-9]-*.py"))
    if not only:
        return paths
    section, _, lesson = only.removeprefix("source/").removesuffix(".py").strip("/").partition("/")
    found = [p for p in paths if section == p.parent.name and (not lesson or lesson == p.stem)]
    if not found:
        found = [p for p in paths if section in p.parent.name and lesson in p.stem]
    if not found:
        known = ", ".join(sorted({p.parent.name for p in paths})) or "none yet"
        raise LessonError(f"No lesson is called '{only}'. Sections here: {known}. `course new {only}` would begin one.")
    return found


def _split(path: Path, text: str) -> tuple[dict[str, Any], list[Cell]]:
    import jupytext

    notebook = jupytext.reads(text, fmt={"extension": ".py", "format_name": "percent"})
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith("# %%")]
    if len(lines) != len(notebook.cells):
        lines = [0] * len(notebook.cells)
    cells = [
        Cell(
            cell.cell_type,
            cell.source,
            {k: v for k, v in cell.metadata.items() if k != "lines_to_next_cell"},
            line,
        )
        for cell, line in zip(notebook.cells, lines, strict=True)
    ]
    return dict(notebook.metadata), cells


def _header(path: Path, metadata: dict[str, Any]) -> Header:
    data = metadata.get("course")
    if not isinstance(data, dict):
        raise LessonError(f"{path}: has no header; begin the file as `course new` does (jupyter: course: title: ...)")
    missing = {"title", "minutes", "services", "topics", "exam"} - set(data)
    if missing:
        raise LessonError(f"{path}: the header lacks {', '.join(sorted(missing))}")
    for key in ("services", "topics", "exam"):
        if not isinstance(data[key], list):
            raise LessonError(
                f"{path}: header '{key}' must be a list, like [sqs, sns]; it is {yaml.safe_dump(data[key])}"
            )
    practises = {name: tuple(topics) for name, topics in (data.get("practises") or {}).items()}
    return Header(
        title=str(data["title"]),
        minutes=int(data["minutes"]),
        services=tuple(map(str, data["services"])),
        topics=tuple(map(str, data["topics"])),
        exam=tuple(map(str, data["exam"])),
        practises=practises,
    )
