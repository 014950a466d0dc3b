"""Feedback for a whole class: nbgrader's converter, on all cores, for every submission that has been graded."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.pool import Pool
from pathlib import Path

from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from course.grading.command_errors import CommandError, check_section, course_config
from course.grading.feedback_pages import feedback_steps
from course.grading.report_data import expect_database
from course.grading.report_text import plain
from course.grading.sandbox import die_with_parent


@dataclass(frozen=True)
class Written:
    """What became of one learner's feedback: its folder, or the problem."""

    student: str
    folder: Path
    pages: int = 0
    problem: str = ""


class _Converter(GenerateFeedback):
    """nbgrader's converter for exactly the folders it is told, whatever their names."""

    def tell(self, folder: Path) -> _Converter:
        self._folder = folder
        return self

    def init_notebooks(self) -> None:
        """Take the notebooks of the folder; nbgrader's own search reads names as patterns."""
        self.notebooks: list[str] = []
        self.assignments = {str(self._folder): [str(path) for path in self._folder.glob("*.ipynb")]}


def write_feedback(
    root: Path,
    section: str,
    *,
    show: str = "",
    students: tuple[str, ...] = (),
    jobs: int | None = None,
    database: str = "",
    begin: Callable[[int], None] = lambda total: None,
    done: Callable[[Written], None] = lambda written: None,
) -> list[Written]:
    """Write feedback pages for all graded submissions of ``section`` (or of some ``students``), replacing older ones.

    ``show`` says what is seen of hidden tests: ``"message"`` (the default), ``"hidden"`` or ``"full"``.
    ``begin`` is told how many there are, ``done`` what became of each.

    >>> write_feedback(Path("course-folder"), "06-messaging", show="hidden")[0].folder
    PosixPath('course-folder/feedback/ada/06-messaging')
    """
    check_section(root, section)
    config = course_config(root)
    config.CourseDirectory.assignment_id = section
    if database:
        config.CourseDirectory.db_url = database
    feedback_steps(config, show)
    config.GenerateFeedback.force = True
    coursedir = CourseDirectory(config=config)
    expect_database(coursedir.db_url)
    autograded = Path(coursedir.format_path(coursedir.autograded_directory, "", ""))
    found = [folder for folder in sorted(autograded.glob(f"*/{section}")) if any(folder.glob("*.ipynb"))]
    folders = [folder for folder in found if not students or folder.parent.name in students]
    unknown = sorted(set(students) - {folder.parent.name for folder in folders})
    if unknown:
        raise CommandError(
            f"Nothing of '{section}' is graded for {', '.join(unknown)}. Grade first: course grade {section}"
        )
    if not folders:
        raise CommandError(f"Nothing of '{section}' is graded in {autograded}. Grade first: course grade {section}")
    begin(len(folders))
    written = []
    with _pool(min(jobs or len(os.sched_getaffinity(0)), len(folders)), config) as pool:
        for each in pool.imap_unordered(_write, folders):
            written.append(each)
            done(each)
    return sorted(written, key=lambda each: each.student)


def _pool(jobs: int, config: Config) -> Pool:
    return multiprocessing.get_context("fork").Pool(jobs, _begin, (config,))


def _begin(config: Config) -> None:
    """Set a worker up: loading nbgrader's parts once is enough."""
    global _coursedir, _converter, _logged
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    _logged = _Logged()
    log = logging.Logger("nbgrader's feedback", level=logging.ERROR)
    log.addHandler(_logged)
    _coursedir = CourseDirectory(config=config)
    _converter = _Converter(coursedir=_coursedir, config=config, log=log)


def _write(folder: Path) -> Written:
    student = folder.parent.name
    target = Path(_coursedir.format_path(_coursedir.feedback_directory, student, folder.name))
    _logged.last = ""
    try:
        _converter.tell(folder).start()
    except Exception as error:  # whatever it is, the others go on
        problem = _logged.last or f"{type(error).__name__}: {error}"
        return Written(student, target, problem=plain(problem, 200))
    pages = len(list(target.glob("*.html")))
    return Written(student, target, pages, "" if pages else "nbgrader wrote no page")


class _Logged(logging.Handler):
    """Keeps the end of the last traceback that nbgrader logged."""

    last = ""

    def emit(self, entry: logging.LogRecord) -> None:
        text = entry.getMessage().strip()
        if text.startswith("Traceback"):
            self.last = text.splitlines()[-1]


_coursedir: CourseDirectory
_converter: _Converter
_logged: _Logged
