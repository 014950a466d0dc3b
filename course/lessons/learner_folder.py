"""The learner's folder: copies of the released lessons, kept up to date without ever touching the learner's work.

`.course/copied.json` in the folder remembers for each copy two fingerprints: of the release it came from, and of
what a learner could change in it. A notebook that was only run counts as unchanged; a word more in a cell does not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course.lessons.places import release_folder
from course.lessons.source import LessonError

_MARK = ".course"
_RECORD = "copied.json"


@dataclass
class Changes:
    """What bringing the folder up to date did; names are paths inside the folder."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)  # the learner's own file -> the new version beside it


def bring_up_to_date(folder: Path, root: Path, today: dt.date | None = None) -> Changes:
    """Copy what is new in the release of the course at `root`; keep whatever the learner changed.

    A copy that the learner deleted comes back: that is how to begin a lesson afresh.
    """
    release = release_folder(root)
    files = _released_files(release)
    if not files:
        raise LessonError(
            f"There are no released lessons in {release}. "
            "In a clone of the course run `course build`; else install the course again."
        )
    _must_not_be_the_course(folder, root)
    try:
        (folder / _MARK / "progress").mkdir(parents=True, exist_ok=True)
        record = _read_record(folder)
        changes = Changes()
        try:
            for name in files:
                _bring(name, release / name, folder, record, changes, today or dt.date.today())
        finally:
            _write(folder / _MARK / _RECORD, (json.dumps(record, indent=1, sort_keys=True) + "\n").encode())
    except OSError as problem:
        raise LessonError(
            f"The lessons cannot be copied to {folder}: {problem.strerror or problem} ({problem.filename}). "
            "Choose a folder that you may write to, as in `course start --dir ~/aws-course`."
        ) from problem
    return changes


def _bring(
    name: str, source: Path, folder: Path, record: dict[str, dict[str, str]], changes: Changes, today: dt.date
) -> None:
    data, target = source.read_bytes(), folder / name
    release, known = _hash(data), record.get(name, {})
    if not target.exists():
        _write(target, data)
        changes.new.append(name)
    else:
        mine = target.read_bytes()
        if mine != data:
            if known.get("release") == release:
                return  # nothing new; the learner's changes stay
            if _content(name, mine) != known.get("content"):
                _lay_beside(name, data, folder, record, changes, today)
                return
            _write(target, data)
            changes.updated.append(name)
    record[name] = {"release": release, "content": _content(name, data)}


def _lay_beside(
    name: str, data: bytes, folder: Path, record: dict[str, dict[str, str]], changes: Changes, today: dt.date
) -> None:
    """Each new version is laid beside the learner's own once, also when the learner throws it away."""
    known = record.setdefault(name, {})
    if known.get("laid beside") == _hash(data):
        return
    path = Path(name)
    number, place = 1, path.with_name(f"{path.stem}.new-{today.isoformat()}{path.suffix}")
    while (folder / place).exists() and (folder / place).read_bytes() != data:
        number += 1
        place = path.with_name(f"{path.stem}.new-{today.isoformat()}-{number}{path.suffix}")
    _write(folder / place, data)
    known["laid beside"] = _hash(data)
    changes.beside[name] = place.as_posix()


def _released_files(release: Path) -> list[str]:
    return [
        path.relative_to(release).as_posix()
        for path in sorted(release.glob("[0-9][0-9]-*/**/*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(release).parts)
    ]


def _must_not_be_the_course(folder: Path, root: Path) -> None:
    """Copies among the originals would soon be mistaken for them."""
    own = [root, *(root / part for part in ("source", "release", "course", "submitted", "autograded", "feedback"))]
    if any(folder == place or (place != root and place in folder.parents) for place in own):
        raise LessonError(
            f"{folder} belongs to the course itself. Choose a folder for your own copies, "
            "as in `course start --dir work`."
        )


def _content(name: str, data: bytes) -> str:
    """A fingerprint of what a learner can change: of a notebook its cells' text and pictures, not its outputs."""
    if not name.endswith(".ipynb"):
        return _hash(data)
    try:
        cells = json.loads(data)["cells"]
        return _hash(json.dumps([_written(cell) for cell in cells], sort_keys=True).encode())
    except (ValueError, KeyError, TypeError, AttributeError):
        return _hash(data)


def _written(cell: dict[str, Any]) -> list[Any]:
    source = cell["source"]
    text = source if isinstance(source, str) else "".join(source)
    return [cell["cell_type"], text, cell.get("attachments") or {}]


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _read_record(folder: Path) -> dict[str, dict[str, str]]:
    try:
        record = json.loads((folder / _MARK / _RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}  # lost knowledge makes us careful: every file that differs is then kept
    return record if isinstance(record, dict) else {}


def _write(path: Path, data: bytes) -> None:
    """Write whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)
