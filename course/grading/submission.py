"""What was handed in: one folder for each student, looked at with suspicion before anything in it is read."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

LARGEST_NOTEBOOK = 20 * 1024 * 1024


@dataclass(frozen=True)
class Submission:
    """One student's work on a section. ``problem`` says why it cannot be graded, if so."""

    student: str
    folder: Path
    notebooks: dict[str, Path] = field(default_factory=dict)
    problem: str = ""

    def fingerprint(self, assignment: str) -> str:
        """Return a digest of all that the grade depends on: the files and the ``assignment``'s own digest."""
        digest = hashlib.sha256(assignment.encode())
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                digest.update(os.fsencode(path.relative_to(self.folder)) + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()


def find_submissions(submitted: Path, section: str) -> list[Submission]:
    """Return every submission of a section, sorted by student; also those that must be refused."""
    if not submitted.is_dir():
        return []
    found = []
    for entry in sorted(os.scandir(submitted), key=lambda entry: os.fsencode(entry.name)):
        folder = Path(entry.path) / section
        if not (entry.is_dir() or entry.is_symlink()):
            continue
        if os.path.lexists(folder):
            found.append(_look_at(entry.name, folder, entry.is_symlink() or folder.is_symlink()))
    return found


def _look_at(student: str, folder: Path, linked: bool) -> Submission:
    printable = student.encode("utf-8", "replace").decode()
    problem = _name_problem(student)
    if linked:
        problem = "the folder is a link; put the files themselves there"
    elif not problem and not folder.is_dir():
        problem = "there is a file where the section's folder should be"
    if problem:
        return Submission(printable, folder, problem=problem)
    notebooks = {}
    try:
        for path in sorted(folder.rglob("*")):
            kind = path.lstat().st_mode
            if stat.S_ISLNK(kind):
                return Submission(student, folder, problem=f"'{path.name}' is a link; put the file itself there")
            if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
                return Submission(student, folder, problem=f"'{path.name}' is neither a file nor a folder")
            if path.suffix == ".ipynb" and path.parent == folder and stat.S_ISREG(kind):
                if path.lstat().st_size > LARGEST_NOTEBOOK:
                    return Submission(student, folder, problem=f"'{path.name}' is larger than 20 MB; clear its outputs")
                notebooks[path.stem] = path
    except OSError as error:
        return Submission(student, folder, problem=f"cannot be read: {error.strerror}")
    return Submission(student, folder, notebooks)


def _name_problem(student: str) -> str:
    """Return what nbgrader could not cope with in a student's name."""
    try:
        student.encode()
    except UnicodeEncodeError:
        return "the folder's name is not valid text; rename it"
    if student.startswith("."):
        return "the folder's name begins with a dot, which hides it from nbgrader; rename it"
    if student != student.strip():
        return "the folder's name begins or ends with a space; rename it"
    if any(ord(letter) < 32 for letter in student) or len(student) > 128:
        return "the folder's name is too long or holds control characters; rename it"
    return ""
