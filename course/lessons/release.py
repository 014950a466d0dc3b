"""How nbgrader makes a learner's notebook from a lesson; used by nbgrader_config.py and by `course build`."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
    SaveCells,
)
from traitlets.config import Config

from course.lessons.sealing import STUB, KeepBrokenCode, SealQuestions
from course.lessons.source import LessonError


def release_steps(config: Config) -> None:
    """Set nbgrader's steps from source to release: its own, plus the sealing of questions."""
    # A stub that runs: "Run all" in an untouched notebook reaches its end.
    config.ClearSolutions.code_stub = {"python": STUB}
    # Each clone holds release/ already; nbgrader would skip the section, and the gradebook would not learn of it.
    config.GenerateAssignment.force = True
    config.GenerateAssignment.preprocessors = [
        LockCells,
        ClearSolutions,
        KeepBrokenCode,
        SealQuestions,
        ClearOutput,
        CheckCellMetadata,
        ComputeChecksums,
        SaveCells,
        ClearHiddenTests,
        ClearMarkScheme,
        ComputeChecksums,
        CheckCellMetadata,
    ]


def load_config(root: Path) -> Config:
    """nbgrader's configuration of the course in `root`."""
    from traitlets.config.loader import PyFileConfigLoader

    alembic_on_path()
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    return config


def release_section(root: Path, section: str, to: Path | None = None, database: str = "", one: str = "") -> Path:
    """Make `release/<section>` (or the same below `to`) from the built notebooks of `source/<section>`, or from `one`.

    Without `database` nothing is written into the gradebook; with it nbgrader also notes the assignment there.
    """
    from nbgrader.converters import GenerateAssignment

    config = load_config(root)
    if to is not None:
        config.CourseDirectory.release_directory = str(to)
    if database:
        config.CourseDirectory.db_url = database
    else:
        config.GenerateAssignment.no_database = True
        config.GenerateAssignment.preprocessors = [
            step for step in config.GenerateAssignment.preprocessors if step is not SaveCells
        ]
    config.CourseDirectory.assignment_id = section
    config.CourseDirectory.notebook_id = one or "*"
    coursedir = CourseDirectory(config=config)
    converter = GenerateAssignment(coursedir=coursedir, config=config)
    convert(converter)
    return Path(coursedir.format_path(coursedir.release_directory, ".", section))


def convert(converter: Any) -> None:
    """Run one of nbgrader's converters quietly; if it fails, say what it logged."""
    from nbgrader.converters.base import NbGraderException

    logged = _Lines()
    log = converter.log
    level, propagate = log.level, log.propagate
    log.setLevel(logging.ERROR)
    log.propagate = False
    log.addHandler(logged)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SQLAlchemy's, about nbgrader's own models
            converter.start()
    except (NbGraderException, SystemExit) as problem:
        raise LessonError("nbgrader stopped:\n" + "\n".join(logged.lines or [str(problem)])) from problem
    finally:
        log.removeHandler(logged)
        log.setLevel(level)
        log.propagate = propagate


class _Lines(logging.Handler):
    """Keeps what was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, entry: logging.LogRecord) -> None:
        self.lines.append(entry.getMessage())


def alembic_on_path() -> None:
    """nbgrader calls `alembic` by name to make a gradebook; it lies beside this Python, maybe not on the path."""
    tools = str(Path(sys.executable).parent)
    if tools not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
