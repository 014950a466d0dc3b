"""Where the course lies on disk."""

from __future__ import annotations

from pathlib import Path


def course_root() -> Path:
    """The folder with source/ and release/: the current one or one above it, else where the package lies."""
    here = Path.cwd().resolve()
    for folder in [here, *here.parents]:
        if (folder / "nbgrader_config.py").is_file() and (folder / "release").is_dir():
            return folder
    return Path(__file__).resolve().parents[2]


def released_lessons(root: Path) -> list[Path]:
    """The learner's notebooks, in order."""
    return sorted(root.glob("release/[0-9][0-9]-*/[0-9][0-9]-*.ipynb"))
