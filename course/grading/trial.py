"""Grade notebooks in a scratch course, by nbgrader's own converters and gradebook."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from course.grading.answers import Round, filled
from course.grading.execute import autograde_preprocessors
from course.grading.shown_only import leave_out_shows
from course.lessons.notebook import to_notebook, write_notebook
from course.lessons.release import alembic_on_path, convert, load_config, release_section
from course.lessons.source import Lesson


@dataclass
class Graded:
    """What became of one notebook."""

    scores: dict[str, tuple[float, float]] = field(default_factory=dict)  # exercise -> (score, out of)
    messages: dict[str, str] = field(default_factory=dict)  # exercise -> what its check said when it failed
    stray: list[str] = field(default_factory=list)  # errors and warnings outside check cells

    @property
    def total(self) -> float:
        return sum(score for score, _ in self.scores.values())


def empty_gradebook() -> bytes:
    """An empty gradebook as a file's content. Making one takes nbgrader seconds, copying it none."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gradebook.db"
        alembic_on_path()
        with Gradebook(f"sqlite:///{path}"):
            pass
        return path.read_bytes()


def grade_rounds(root: Path, lesson: Lesson, rounds: list[Round], scratch: Path, gradebook: bytes) -> dict[str, Graded]:
    """Release the lesson into `scratch`, submit each round as a student, autograde all; returns results by round.

    `gradebook` is the content of an empty gradebook, as `empty_gradebook()` makes it.
    """
    (scratch / "gradebook.db").write_bytes(gradebook)
    shutil.copyfile(root / "nbgrader_config.py", scratch / "nbgrader_config.py")
    section, _, name = lesson.name.partition("/")
    write_notebook(to_notebook(lesson), scratch / "source" / section / f"{name}.ipynb")
    database = f"sqlite:///{scratch / 'gradebook.db'}"
    release_section(scratch, section, database=database)
    released = scratch / "release" / section / f"{name}.ipynb"
    for item in rounds:
        notebook = filled(nbformat.read(released, as_version=4), item.answers)
        if item.name.startswith("round-"):  # the whole notebook runs as `untouched` and as `reference`
            leave_out_shows(notebook)
        write_notebook(notebook, scratch / "submitted" / item.name / section / f"{name}.ipynb")
    _autograde(scratch, section, database)
    with Gradebook(database) as book:
        return {item.name: _result(scratch, book, section, name, item.name) for item in rounds}


def _autograde(scratch: Path, section: str, database: str) -> None:
    config = load_config(scratch)
    config.CourseDirectory.db_url = database
    config.CourseDirectory.assignment_id = section
    config.Autograde.autograde_preprocessors = autograde_preprocessors()
    convert(Autograde(coursedir=CourseDirectory(config=config), config=config))


def _result(scratch: Path, book: Gradebook, section: str, name: str, student: str) -> Graded:
    graded = Graded()
    for grade in book.find_submission_notebook(name, section, student).grades:
        graded.scores[grade.name.removesuffix("-check")] = (grade.auto_score or 0.0, grade.max_score)
    notebook = nbformat.read(scratch / "autograded" / student / section / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _read_outputs(cell, graded)
    return graded


def _read_outputs(cell: NotebookNode, graded: Graded) -> None:
    role = cell.metadata.get("nbgrader", {})
    name = role.get("grade_id", "").removesuffix("-check") if role.get("grade") else ""
    for output in cell.outputs:
        if output.output_type == "error" and name:
            graded.messages[name] = f"{output.evalue}" if output.ename in ("NotYet", "NotTried") else _raw(output)
        elif output.output_type == "error":
            graded.stray.append(f"{_raw(output)} (cell that begins: {cell.source.splitlines()[0]!r})")
        elif output.output_type == "stream" and output.name == "stderr" and not name:
            graded.stray.append(f"warning: {output.text.strip().splitlines()[-1]}")


def _raw(output: NotebookNode) -> str:
    return f"{output.ename}: {output.evalue}"
