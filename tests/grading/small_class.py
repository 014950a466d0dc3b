"""A course folder with one small section, made by real nbgrader, for tests of grading."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.lessons.release import release_section

ROOT = Path(__file__).resolve().parents[2]
SECTION = "90-small"
LESSON = "01-one"

SETUP = "import json\nimport boto3\nfrom course import check, lab\nlab.start()"
DOUBLE = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
DOUBLE_TEST = """with check("double", needs="double") as expect:
    expect.equal(double(2), 4, "double(2)")
    ### BEGIN HIDDEN TESTS
    expect.equal(double(21), 42, "double(21)")
    ### END HIDDEN TESTS"""
QUEUE = """def make_queue(name):
    ### BEGIN SOLUTION
    return boto3.client("sqs").create_queue(QueueName=name, Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    ### END SOLUTION"""
QUEUE_TEST = """with check("queue", needs="make_queue") as expect:
    url = make_queue("secret-photos")
    ### BEGIN HIDDEN TESTS
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    expect.equal(found["VisibilityTimeout"], "60", "the visibility timeout")
    ### END HIDDEN TESTS"""
PLAIN = "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION"
PLAIN_TEST = """assert answer == 42, "the answer is wrong"
### BEGIN HIDDEN TESTS
assert sorted([answer, 1]) == [1, 42]
### END HIDDEN TESTS"""
POINTS = {"double": 2, "queue": 3, "plain": 1}


def meta(grade_id: str, **flags: Any) -> dict[str, Any]:
    """nbgrader's metadata of a cell."""
    facts = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": {**facts, "grade_id": grade_id, **flags}}


def source_notebook() -> NotebookNode:
    """The lesson as its author wrote it."""
    cells = [new_markdown_cell("# One"), new_code_cell(SETUP, metadata=meta("setup", locked=True))]
    for name, answer, test in (
        ("double", DOUBLE, DOUBLE_TEST),
        ("queue", QUEUE, QUEUE_TEST),
        ("plain", PLAIN, PLAIN_TEST),
    ):
        cells.append(new_code_cell(answer, metadata=meta(name, solution=True)))
        cells.append(new_code_cell(test, metadata=meta(f"{name}-check", grade=True, locked=True, points=POINTS[name])))
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


def release(folder: Path, database: str = "") -> Path:
    """Make the course folder and release the section; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / "nbgrader_config.py", folder / "nbgrader_config.py")
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write("\nc.Execute.timeout = 4\n")
    source = folder / "source" / SECTION / f"{LESSON}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(source_notebook(), source)
    release_section(folder, SECTION, database=database or f"sqlite:///{folder / 'gradebook.db'}")
    return folder


def solved(folder: Path, **answers: str) -> NotebookNode:
    """The released notebook with right answers, or with the given code in place of one."""
    notebook = nbformat.read(folder / "release" / SECTION / f"{LESSON}.ipynb", as_version=4)
    right = {"double": DOUBLE, "queue": QUEUE, "plain": PLAIN}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in right:
            cell.source = answers.get(name, right[name])
    return notebook


def hand_in(folder: Path, student: str, notebook: NotebookNode | str | bytes) -> Path:
    """Put a notebook (or any text) where nbgrader collects."""
    path = folder / "submitted" / student / SECTION / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(notebook, bytes):
        path.write_bytes(notebook)
    elif isinstance(notebook, str):
        path.write_text(notebook)
    else:
        nbformat.write(notebook, path)
    return path
