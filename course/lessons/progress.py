"""What the learner has solved: kept in small files beside their notebooks, shown as a picture.

One file a lesson, `.course/progress/<section>/<lesson>.json`, in the nearest folder above that has `.course` (made
by `course start`), else in the current folder. Grading never writes here.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, cast

from course.lessons.current import current_lesson

State = Literal["right", "not yet", "not tried"]
Records = dict[str, dict[str, str]]

_FOLDER = ".course"


def record(lesson: str, exercise: str, state: State) -> None:
    """Remember the outcome of one check. A read-only folder is no reason to stop a lesson."""
    if not lesson or "NBGRADER_EXECUTION" in os.environ:
        return
    path = _file(progress_folder(), lesson)
    records = _read(path)
    if records.get(exercise, {}).get("state") == "right" and state == "not tried":
        return  # opening a solved lesson afresh must not take the mark away
    records[exercise] = {"state": state, "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}
    try:
        _write(path, records)
    except OSError:
        return


def records_of(lesson: str, folder: Path | None = None) -> Records:
    """The remembered outcomes of a lesson, by exercise."""
    return _read(_file(folder or progress_folder(), lesson))


def progress_folder(start: Path | None = None) -> Path:
    """The folder that keeps the progress for notebooks below `start` (default: the current folder)."""
    here = (start or Path.cwd()).resolve()
    for folder in [here, *here.parents]:
        if (folder / _FOLDER).is_dir():
            return folder / _FOLDER / "progress"
    return here / _FOLDER / "progress"


def progress(lesson: str = "") -> Any:
    """Show how far this lesson is solved, as a picture. The last cell of each lesson calls it."""
    from course.lessons.progress_picture import lesson_picture

    return lesson_picture(lesson or current_lesson())


def save_progress(target: str | Path, folder: Path | None = None) -> int:
    """Write all progress into one file, to take along (from Binder, or to another machine)."""
    root = folder or progress_folder()
    lessons = {lesson: _read(_file(root, lesson)) for lesson in _lessons_in(root)}
    _write(Path(target), {"course-progress": 1, "lessons": lessons})
    return len(lessons)


def load_progress(source: str | Path, folder: Path | None = None) -> int:
    """Bring back what `save_progress` wrote. Where both know an exercise, the later outcome stays."""
    try:
        data = json.loads(Path(source).read_text(encoding="utf-8"))
        lessons: dict[str, Records] = data["lessons"]
    except (ValueError, KeyError, TypeError) as problem:
        raise ValueError(f"{source} is not a progress file. Choose one written by save_progress().") from problem
    root = folder or progress_folder()
    for lesson, records in lessons.items():
        path = _file(root, lesson)
        merged = _read(path)
        for exercise, entry in records.items():
            if entry.get("at", "") >= merged.get(exercise, {}).get("at", ""):
                merged[exercise] = entry
        _write(path, merged)
    return len(lessons)


def _lessons_in(root: Path) -> Iterable[str]:
    return [path.relative_to(root).with_suffix("").as_posix() for path in sorted(root.glob("*/*.json"))]


def _file(root: Path, lesson: str) -> Path:
    section, _, name = lesson.partition("/")
    if not name or {section, name} & {"..", "."} or "/" in name:
        raise ValueError(f"'{lesson}' is not a lesson's name. It looks like '06-messaging/01-sqs'.")
    return root / section / f"{name}.json"


def _read(path: Path) -> Records:
    try:
        return cast(Records, json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _write(path: Path, data: object) -> None:
    """Write whole or not at all: another notebook may read at the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(path)
