# ruff: noqa: E501
"""Submissions that are broken, or whose notebook file has been tampered with: how to make each, and what becomes of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

WRONG = "def double(x):\n    return 9"


@dataclass(frozen=True)
class Broken:
    """One file: made from the right solution, or from the solution with a wrong `double`."""

    name: str
    outcome: str
    points: float
    make: Callable[[NotebookNode, NotebookNode], NotebookNode | str | bytes]


def _cell(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def _without(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    notebook.cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") != grade_id]
    return notebook


def _with_source(notebook: NotebookNode, grade_id: str, source: str) -> NotebookNode:
    _cell(notebook, grade_id).source = source
    return notebook


def _with_meta(notebook: NotebookNode, name: str, **values: object) -> NotebookNode:
    _cell(notebook, name).metadata["nbgrader"].update(values)
    return notebook


def _with_cell(notebook: NotebookNode, cell: NotebookNode, at: int | None = None) -> NotebookNode:
    notebook.cells.insert(len(notebook.cells) if at is None else at, cell)
    return notebook


def _with_outputs(notebook: NotebookNode) -> NotebookNode:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [new_output("execute_result", {"text/plain": "2"}, execution_count=1)]
            cell.execution_count = 1
    return notebook


def _without_metadata(notebook: NotebookNode) -> NotebookNode:
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def _as_markdown(notebook: NotebookNode) -> NotebookNode:
    cell = _cell(notebook, "double-check")
    cell.cell_type = "markdown"
    del cell["outputs"], cell["execution_count"]
    return notebook


def _with_kernel(notebook: NotebookNode, name: str, language: str) -> NotebookNode:
    notebook.metadata["kernelspec"] = {"name": name, "display_name": name, "language": language}
    return notebook


def _without_ids(notebook: NotebookNode) -> str:
    plain = json.loads(nbformat.writes(notebook))
    for cell in plain["cells"]:
        cell.pop("id", None)
    return json.dumps(plain)


def _version_3(notebook: NotebookNode) -> str:
    return nbformat.writes(nbformat.convert(copy.deepcopy(notebook), 3), version=3)


def _twice(notebook: NotebookNode) -> NotebookNode:
    again = copy.deepcopy(_cell(notebook, "double-check"))
    again.source, again.id = "pass", "again"
    return _with_cell(notebook, again)


def _own_test(notebook: NotebookNode) -> NotebookNode:
    own = new_code_cell("2.0", metadata=copy.deepcopy(_cell(notebook, "double-check").metadata))
    own.metadata["nbgrader"].update(grade_id="my-own-check", points=100)
    return _with_cell(notebook, own)


def _raw_json(change: Callable[[dict], object]) -> Callable[[NotebookNode, NotebookNode], str]:
    def make(right: NotebookNode, wrong: NotebookNode) -> str:
        plain = json.loads(nbformat.writes(right))
        change(plain)
        return json.dumps(plain)

    return make


BROKEN = [
    Broken("right", "ran", 6, lambda right, wrong: right),
    Broken("wrong", "ran", 4, lambda right, wrong: wrong),
    Broken("test-emptied", "ran", 4, lambda right, wrong: _with_source(wrong, "double-check", "pass")),
    Broken("test-deleted", "ran", 4, lambda right, wrong: _without(wrong, "double-check")),
    Broken("test-of-a-right-answer-deleted", "ran", 4, lambda right, wrong: _without(right, "double-check")),
    Broken("points-raised", "ran", 6, lambda right, wrong: _with_meta(right, "double-check", points=200)),
    Broken("points-negative", "ran", 4, lambda right, wrong: _with_meta(wrong, "double-check", points=-5)),
    Broken("test-unlocked", "ran", 4, lambda r, w: _with_meta(_with_source(w, "double-check", "1"), "double-check", locked=False)),
    Broken("test-no-longer-graded", "ran", 4, lambda right, wrong: _with_meta(wrong, "double-check", grade=False)),
    Broken("test-marked-as-answer", "ran", 4, lambda right, wrong: _with_meta(wrong, "double-check", solution=True)),
    Broken("test-renamed", "ran", 4, lambda right, wrong: _with_meta(wrong, "double-check", grade_id="other")),
    Broken("test-takes-another-name", "ran", 4, lambda right, wrong: _with_meta(wrong, "double-check", grade_id="plain-check")),
    Broken("test-as-markdown", "ran", 4, lambda right, wrong: _as_markdown(wrong)),
    Broken("test-twice", "ran", 4, lambda right, wrong: _twice(wrong)),
    Broken("own-test-with-100-points", "ran", 6, lambda right, wrong: _own_test(right)),
    Broken("outputs-written-by-hand", "ran", 4, lambda right, wrong: _with_outputs(wrong)),
    Broken("skip-execution-tag", "ran", 4, lambda r, w: (_cell(w, "double-check").metadata.update(tags=["skip-execution"]), w)[1]),
    Broken("set-up-emptied", "ran", 6, lambda right, wrong: _with_source(right, "setup", "import os; os._exit(1)")),
    Broken("set-up-deleted", "ran", 1, lambda right, wrong: _without(right, "setup")),
    Broken("cells-reversed", "ran", 0, lambda r, w: (setattr(r, "cells", r.cells[::-1]), r)[1]),
    Broken("all-metadata-deleted", "ran", 0, lambda right, wrong: _without_metadata(right)),
    Broken("no-cells", "ran", 0, lambda right, wrong: (setattr(right, "cells", []), right)[1]),
    Broken("other-kernel", "ran", 6, lambda right, wrong: _with_kernel(right, "ir", "R")),
    Broken("no-kernel-named", "ran", 6, lambda right, wrong: (right.metadata.pop("kernelspec"), right)[1]),
    Broken("nbformat-3", "ran", 6, lambda right, wrong: _version_3(right)),
    Broken("cells-without-ids", "ran", 6, lambda right, wrong: _without_ids(right)),
    Broken("nbformat-4-0", "ran", 6, _raw_json(lambda nb: (nb.update(nbformat_minor=0), [c.pop("id", 0) for c in nb["cells"]]))),
    Broken("nbformat-from-the-future", "unreadable", 0, _raw_json(lambda nb: nb.update(nbformat=9))),
    Broken("cells-are-no-list", "unreadable", 0, _raw_json(lambda nb: nb.update(cells="x"))),
    Broken("a-cell-without-a-type", "unreadable", 0, _raw_json(lambda nb: nb["cells"][0].pop("cell_type"))),
    Broken("source-is-a-number", "unreadable", 0, _raw_json(lambda nb: nb["cells"][1].update(source=5))),
    Broken("old-nbgrader-metadata", "ran", 6, lambda r, w: _with_meta(r, "double-check", schema_version=1)),
    Broken("nbgrader-metadata-is-text", "ran", 4, lambda r, w: (_cell(r, "double-check").metadata.update(nbgrader="x"), r)[1]),
    Broken("not-json", "unreadable", 0, lambda right, wrong: "this is no notebook"),
    Broken("empty-file", "unreadable", 0, lambda right, wrong: ""),
    Broken("a-list", "unreadable", 0, lambda right, wrong: "[]"),
    Broken("cut-off", "unreadable", 0, lambda right, wrong: nbformat.writes(right)[:700]),
    Broken("not-utf-8", "unreadable", 0, lambda right, wrong: b"\xff\xfe\x00\x01" * 50),
    Broken("deeply-nested", "unreadable", 0, lambda right, wrong: "[" * 100_000),
    Broken("twenty-megabytes", "refused", 0, lambda right, wrong: " " * (21 << 20)),
]  # fmt: skip
