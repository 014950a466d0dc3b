"""What the learner has solved: kept in small files beside their notebooks, shown as a picture.

One file a lesson, `.course/progress/<section>/<lesson>.json`, in the nearest folder above that has `.course` (made
by `course start`), else in the current folder. Grading never writes here.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, get_args

from course.lessons.current import current_lesson

State = Literal["right", "not yet", "not tried"]
Records = dict[str, dict[str, str]]

_FOLDER = ".course"
_RANK = {"not tried": 0, "not yet": 1, "right": 2}
_SECTION = re.compile(r"\d\d-")

# What this process saw: all there is where nothing may be written.
_seen: dict[str, Records] = {}


def record(lesson: str, exercise: str, state: State) -> None:
    """Remember the outcome of one check. A read-only folder is no reason to stop a lesson."""
    if not lesson:
        return
    entry = {exercise: {"state": state, "at": _now()}}
    _seen[lesson] = _merged(_seen.get(lesson, {}), entry)
    if _grading():
        return
    path = _file(progress_folder(), lesson)
    try:
        _write(path, _merged(_read(path), entry))
    except OSError:
        return


def records_of(lesson: str, folder: Path | None = None) -> Records:
    """The remembered outcomes of a lesson, by exercise; with `folder` only what is written there."""
    if folder is not None:
        return _read(_file(folder, lesson))
    saved = {} if _grading() else _read(_file(progress_folder(), lesson))
    return _merged(saved, _seen.get(lesson, {}))


def progress_folder(start: Path | None = None) -> Path:
    """The folder that keeps the progress for notebooks below `start` (default: the current folder)."""
    here = (start or Path.cwd()).resolve()
    for folder in [here, *here.parents]:
        if (folder / _FOLDER).is_dir():
            return folder / _FOLDER / "progress"
    home = here.parent if _SECTION.match(here.name) else here  # the sections of a course lie side by side
    return home / _FOLDER / "progress"


def progress(lesson: str = "") -> Any:
    """Show how far this lesson is solved, as a picture. The last cell of each lesson calls it."""
    from course.lessons.progress_picture import lesson_picture

    return lesson_picture(lesson or current_lesson())


def save_progress(target: str | Path, folder: Path | None = None) -> int:
    """Write all progress into one file, to take along (from Binder, or to another machine).

    >>> save_progress("my-progress.json")
    """
    root = folder or progress_folder()
    lessons = {lesson: _read(_file(root, lesson)) for lesson in _lessons_in(root)}
    _write(Path(target), {"course-progress": 1, "lessons": lessons})
    return len(lessons)


def load_progress(source: str | Path, folder: Path | None = None) -> int:
    """Bring back what `save_progress` wrote. Where both know an exercise, the better try counts."""
    try:
        data = json.loads(Path(source).read_text(encoding="utf-8"))
        lessons = {lesson: _sound(records) for lesson, records in data["lessons"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ValueError(
            f"{source} is not a progress file. Choose one that `course progress --save` wrote."
        ) from problem
    root = folder or progress_folder()
    for lesson, records in lessons.items():
        path = _file(root, lesson)
        _write(path, _merged(_read(path), records))
    return len(lessons)


def _merged(old: Records, new: Records) -> Records:
    """The best try of each exercise, of equals the later: who has solved something may go on to experiment."""
    merged = dict(old)
    for exercise, entry in new.items():
        known = merged.get(exercise, entry)
        if (_RANK[entry["state"]], entry["at"]) >= (_RANK[known["state"]], known["at"]):
            merged[exercise] = entry
    return merged


def _now() -> str:
    """The real time: the lab's clock may have been pushed forward by years."""
    import time_machine

    hatch = time_machine.escape_hatch
    now = hatch.datetime.datetime.now(dt.UTC) if hatch.is_travelling() else dt.datetime.now(dt.UTC)
    return str(now.isoformat(timespec="seconds"))


def _grading() -> bool:
    return "NBGRADER_EXECUTION" in os.environ


def _lessons_in(root: Path) -> Iterable[str]:
    return [path.relative_to(root).with_suffix("").as_posix() for path in sorted(root.glob("*/[!.]*.json"))]


def _file(root: Path, lesson: str) -> Path:
    section, _, name = lesson.partition("/")
    if not section or not name or {section, name} & {"..", "."} or "/" in name or "\\" in lesson:
        raise ValueError(f"'{lesson}' is not a lesson's name. It looks like '06-messaging/01-sqs'.")
    return root / section / f"{name}.json"


def _read(path: Path) -> Records:
    """What the file holds; a missing or damaged one holds nothing."""
    try:
        return _sound(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return {}


def _sound(data: Any) -> Records:
    return {
        str(exercise): {"state": entry["state"], "at": str(entry["at"])}
        for exercise, entry in data.items()
        if entry["state"] in get_args(State)
    }


def _write(path: Path, data: object) -> None:
    """Write whole or not at all: another notebook may read at the same moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(path)
