"""What some learners of the made-up class do instead of the exercises: mishaps and tricks, one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

HOSTILE_NAME = "<img src=x onerror=alert(1)>"
"""A folder's name can be markup; a page that shows it must not become it."""


@dataclass(frozen=True)
class Trick:
    """Something done to a filled-in notebook; `wrong` says whether its answers are wrong ones to start with."""

    story: str
    change: Callable[[NotebookNode], None]
    wrong: bool = True


def _insert(code: str) -> Callable[[NotebookNode], None]:
    def change(notebook: NotebookNode) -> None:
        answer = next(i for i, cell in enumerate(notebook.cells) if cell.metadata.get("exercise"))
        notebook.cells.insert(answer, new_code_cell(code))

    return change


def _each_answer(code: str) -> Callable[[NotebookNode], None]:
    def change(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            if cell.metadata.get("exercise"):
                cell.source = f"{cell.source}\n{code}"

    return change


def _drop_tests(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if not cell.metadata.get("nbgrader", {}).get("grade")]


def _raise_points(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = "print('all tests passed')\n100"
            cell.metadata.nbgrader.points = 100


def _rename_metadata(notebook: NotebookNode) -> None:
    """Copy and paste in an editor: the first answer is there twice."""
    answer = next(i for i, cell in enumerate(notebook.cells) if cell.metadata.get("exercise"))
    notebook.cells.insert(
        answer + 1, new_code_cell(notebook.cells[answer].source, metadata=notebook.cells[answer].metadata)
    )


TRICKS: dict[str, Trick] = {
    "patches": Trick(
        "replaces the checks by functions that accept everything",
        _insert(
            "import course.lessons.checks as checks\n"
            "checks.Expect.__call__ = checks.Expect.equal = checks.Expect.close = lambda *a, **k: None"
        ),
    ),
    "searches": Trick(
        "looks for the gradebook, the solutions and the network",
        _insert(
            "import os, socket\n"
            "found = [os.path.join(place, name) for top in ('/home', '/root', '/tmp', '/srv', os.getcwd())\n"
            "         for place, _, names in os.walk(top) for name in names if name.endswith(('.db', '.ipynb'))]\n"
            "print(found or 'nothing found')\n"
            "try:\n"
            "    socket.create_connection(('192.0.2.1', 80), timeout=1)\n"
            "except OSError as error:\n"
            "    print(error)"
        ),
    ),
    "script": Trick(
        "writes markup and a script into every message and output",
        _each_answer(
            "def _shout(*a, **k):\n"
            "    raise ValueError('<script>alert(1)</script><img src=x onerror=alert(2)>')\n"
            "for _name, _value in list(globals().items()):\n"
            "    if getattr(_value, '__module__', '') == '__main__' and callable(_value) and _name[0] != '_':\n"
            "        globals()[_name] = _shout\n"
            "from IPython.display import HTML\n"
            'display(HTML(\'<script>document.title="hacked"</script><h1 style="position:fixed">100 points</h1>\'))'
        ),
    ),
    "exits": Trick("ends the process in the middle", _insert("import os\nos._exit(0)"), wrong=False),
    "deletes": Trick("deletes the test cells", _drop_tests),
    "rewrites": Trick("rewrites the test cells and their points", _raise_points),
    "mistypes": Trick("leaves a syntax error in every answer", _each_answer("def oops(:")),
    "copies": Trick("has a cell twice, as copy and paste leaves it", _rename_metadata, wrong=False),
}
