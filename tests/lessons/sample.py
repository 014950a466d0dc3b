"""A small course in a temporary folder, for tests that build and grade."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def sample_course(folder: Path, name: str = "06-messaging/07-sample") -> Path:
    """A course with one lesson, made by `course new`."""
    from course.lessons.skeleton import new_lesson

    shutil.copyfile(ROOT / "nbgrader_config.py", folder / "nbgrader_config.py")
    (folder / "release").mkdir()
    new_lesson(folder, name)
    return folder
