"""Where the course lies on disk."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def course_root() -> Path:
    """The folder with source/ and release/: the current one or one above it, else where the package lies."""
    here = Path.cwd().resolve()
    for folder in [here, *here.parents]:
        if (folder / "nbgrader_config.py").is_file() and (folder / "release").is_dir():
            return folder
    return _PACKAGE.parent


def release_folder(root: Path) -> Path:
    """The folder of released lessons: `release/` of the course, else the copy that a built package carries."""
    folder, carried = root / "release", _PACKAGE / "_release"
    return folder if folder.is_dir() or not carried.is_dir() else carried


def released_lessons(root: Path) -> list[Path]:
    """The learner's notebooks, in order."""
    return sorted(release_folder(root).glob("[0-9][0-9]-*/[0-9][0-9]-*.ipynb"))
