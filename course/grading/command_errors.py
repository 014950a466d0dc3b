"""What stops `course grade`, `report` and `feedback` before they begin or in mid-run: one line with the next step."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitlets.config import Config


class CommandError(Exception):
    """The command cannot go on; the message names the cause and the next step."""


_NEXT_STEPS: tuple[tuple[str, str], ...] = (
    ("database is locked", "Another program writes to it: close the formgrader or wait for the other run."),
    ("unable to open database file", "Check that its folder is there and may be written, or name another with --db."),
    ("file is not a database", "It is damaged: put a copy back, or move it away and release the section again."),
    ("malformed", "It is damaged: put a copy back, or move it away and release the section again."),
    ("no such table", "It is no gradebook, or an old one: run nbgrader db upgrade, or name another with --db."),
    ("readonly", "Make the file and its folder writable for you."),
    ("No space left|disk is full|disk I/O error|File too large|quota exceeded", "Make room: df -h shows what is full."),
    ("Permission denied|Read-only file system", "Make the folder writable for you."),
    ("Connection refused|could not (connect|translate)|Name or service", "Check that the server is up, and --db."),
    ("password authentication failed|role .* does not exist", "Check user and password in --db."),
    ("No module named 'psycopg", "Install the extra: pip install 'course[postgres]'."),
)  # fmt: skip
_PASSWORD = re.compile(r"(://[^:@\s]*):[^@\s]*@")


def section_name(text: str) -> str:
    """Return a section's name as it was typed, without the slash that a shell adds to a folder."""
    return text.rstrip("/") or text


def with_next_step(message: str) -> str:
    """Return an error's line with the next step for its cause, and without a password that a URL holds.

    >>> with_next_step("The gradebook postgresql://ada:secret@host/db failed: database is locked.")
    'The gradebook postgresql://ada:***@host/db failed: database is locked. Another program writes to it: ...'
    """
    line = without_password(" ".join(message.split()))
    for pattern, step in _NEXT_STEPS:
        if re.search(pattern, line, re.IGNORECASE):
            return f"{line.rstrip('.')}. {step}"
    return line


def without_password(url: str) -> str:
    """Return a database's URL as it may be shown."""
    return _PASSWORD.sub(r"\1:***@", url)


def course_config(root: Path) -> Config:
    """Return nbgrader's configuration of the course in ``root``."""
    from course.lessons.release import load_config

    try:
        return load_config(root)
    except Exception as error:  # it is a program of the instructor's: anything may go wrong in it
        said = " ".join(str(error).split()) or type(error).__name__
        raise CommandError(f"{root / 'nbgrader_config.py'} cannot be used: {said}. Mend it there.") from error


def check_section(root: Path, section: str) -> None:
    """Refuse what can be no section's name, and say which sections there are when this is none of them."""
    known = known_sections(root)
    first, _, rest = section.partition("/")
    if rest and first in known:
        raise CommandError(f"'{section}' is a lesson; a section is graded as a whole: {first}")
    if not re.fullmatch(r"[^/\\\0]+", section) or section.strip(". ") == "":
        raise CommandError(f"'{section}' is no section's name. {_there_are(known, root)}")
    if section not in known:
        close = difflib.get_close_matches(section, known, 1, 0.5)
        asked = f" Did you mean {close[0]}?" if close else ""
        raise CommandError(
            f"There are no submissions of '{section}', and no such section.{asked} {_there_are(known, root)}"
        )


def known_sections(root: Path) -> list[str]:
    """Return the sections that the course folder knows of: written, released or handed in."""
    places = [root / "source", root / "release", *_folders(root / "submitted")]
    return sorted({folder.name for place in places for folder in _folders(place)})


def _folders(place: Path) -> list[Path]:
    try:
        return [entry for entry in place.iterdir() if entry.is_dir() and not entry.name.startswith(".")]
    except OSError:
        return []


def _there_are(known: list[str], root: Path) -> str:
    if not known:
        return f"{root} holds no section; run the command in the course's folder."
    return f"There are {', '.join(known)}." if len(known) > 1 else f"There is {known[0]}."
