"""Turn a lesson into the notebook that nbgrader works on: same lesson, same bytes."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.lessons.source import Cell, Lesson

_KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def to_notebook(lesson: Lesson) -> NotebookNode:
    """The source notebook of a lesson, with nbgrader's metadata and stable cell ids."""
    notebook: NotebookNode = new_notebook(
        metadata={
            "course": _course_metadata(lesson),
            "kernelspec": _KERNEL,
            "language_info": {"name": "python"},
        }
    )
    notebook.nbformat_minor = 5
    used: set[str] = set()
    for cell in lesson.cells:
        node = _node(cell)
        node["id"] = _cell_id(cell, used)
        notebook.cells.append(node)
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> bool:
    """Write a notebook if its bytes differ from what is there; tells whether it wrote."""
    text = nbformat.writes(notebook) + "\n"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def grade_id(role: str, name: str) -> str:
    """nbgrader's name of a cell: `visibility-timeout` is the answer, `visibility-timeout-check` its test."""
    return {"check": f"{name}-check", "setup": f"{name}-setup"}.get(role, name)


def _course_metadata(lesson: Lesson) -> dict[str, Any]:
    header = lesson.header
    return {
        "title": header.title,
        "minutes": header.minutes,
        "services": list(header.services),
        "topics": list(header.topics),
        "exam": list(header.exam),
        **({"practises": {k: list(v) for k, v in header.practises.items()}} if header.practises else {}),
    }


def _node(cell: Cell) -> NotebookNode:
    new: Any = new_code_cell if cell.kind == "code" else new_markdown_cell
    metadata: dict[str, Any] = dict(cell.tags)
    if cell.role in ("setup", "exercise", "check", "answer"):
        metadata["nbgrader"] = _nbgrader(cell)
    if cell.role == "check":
        # "Run all cells" goes on behind an exercise that is not solved yet.
        metadata["tags"] = ["raises-exception"]
    node: NotebookNode = new(cell.source, metadata=metadata)
    return node


def _nbgrader(cell: Cell) -> dict[str, Any]:
    solution = cell.role in ("exercise", "answer")
    metadata: dict[str, Any] = {
        "grade": cell.role == "check",
        "grade_id": grade_id(cell.role, cell.name),
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if cell.role == "check":
        metadata["points"] = cell.tags.get("points", 1)
    return metadata


def _cell_id(cell: Cell, used: set[str]) -> str:
    """A readable id for cells with a name, a hash of the content for the others; never twice the same."""
    if cell.role:
        wanted = grade_id(cell.role, cell.name) if cell.role != "question" else f"{cell.name}-question"
        wanted = re.sub(r"[^a-zA-Z0-9-_]", "-", wanted)[:64]
    else:
        wanted = hashlib.sha256(f"{cell.kind}\n{cell.source}".encode()).hexdigest()[:8]
    found, number = wanted, 2
    while found in used:
        found, number = f"{wanted[:60]}-{number}", number + 1
    used.add(found)
    return found
