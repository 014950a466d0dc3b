"""Leaves out of a notebook what only shows something and takes most of the time: no check uses a name made there."""

from __future__ import annotations

import ast

from nbformat import NotebookNode


def leave_out_shows(notebook: NotebookNode) -> None:
    """Empty the demonstration cells without which all exercises and checks can run."""
    for place in _spare(notebook.cells):
        notebook.cells[place].source = ""


def _spare(cells: list[NotebookNode]) -> list[int]:
    demos, needed = [], set[str]()
    for place, cell in enumerate(cells):
        if cell.cell_type != "code":
            continue
        if "nbgrader" in cell.metadata or cell.metadata.get("exercise") or cell.metadata.get("answer"):
            needed |= _names(cell.source)[1]
        else:
            demos.append((place, *_names(cell.source)))
    spare = demos
    while True:
        used = [demo for demo in spare if demo[1] & needed]
        if not used:
            return [place for place, _, _ in spare]
        spare = [demo for demo in spare if demo not in used]
        for _, _, wants in used:
            needed |= wants


def _names(source: str) -> tuple[set[str], set[str]]:
    """The names that code binds, and those that it uses."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic, or a learner's mistake
        return set(), set()
    binds: set[str] = set()
    uses: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (uses if isinstance(node.ctx, ast.Load) else binds).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            binds.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            binds |= {(name.asname or name.name).partition(".")[0] for name in node.names}
    # A check names what it needs as a text: check("double", needs="double").
    uses |= {
        word.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for word in ast.walk(call)
        if isinstance(word, ast.Constant) and isinstance(word.value, str) and word.value.isidentifier()
    }
    return binds, uses
