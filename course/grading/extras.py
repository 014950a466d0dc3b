"""Which of a section's lessons need an optional part of the course that is not installed here."""

from __future__ import annotations

import re
from pathlib import Path

_USES_CDK = re.compile(r"^[ \"]*(import aws_cdk|from aws_cdk|from course\.lab import cdk)\b", re.MULTILINE)


def missing(root: Path, section: str) -> str:
    """Return one line of warning if a lesson of the section uses CDK and the extra is not installed, otherwise "".

    >>> missing(Path("course-folder"), "06-messaging")
    ''
    """
    lessons = sorted(Path(root, "source", section).glob("*.ipynb"))
    using = [path.stem for path in lessons if _USES_CDK.search(path.read_text(errors="replace"))]
    if not using:
        return ""
    from course.lab.cdk.node import INSTALL, installed

    if installed():
        return ""
    return (
        f"Warning: {section}/{', '.join(using)} may be solved with CDK, and the extra 'cdk' is not installed here: "
        f"such answers would count zero. Install it before you grade: {INSTALL}"
    )
