"""`course new`: a lesson skeleton that already builds and passes `course check`."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from course.lessons.places import course_root
from course.lessons.source import LessonError

HELP = """Write the skeleton of a new lesson: its text and its answer bank. Both already pass `course build` and
`course check --draft LESSON`, which leaves out what only a finished lesson has. Replace the sample exercise with your
own; docs/authors.md tells how."""

_NAME = re.compile(r"^(?P<section>\d\d-[a-z0-9-]+)/(?P<lesson>\d\d-[a-z0-9-]+)$")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NN-SECTION/NN-LESSON", help="for example 06-messaging/04-name")


def run(args: argparse.Namespace) -> int:
    for path in new_lesson(course_root(), args.name):
        print(f"wrote {path}")
    print(f"Next: edit it, then `course build {args.name}` and `course check --draft {args.name}`.")
    return 0


def new_lesson(root: Path, name: str) -> list[Path]:
    """Write lesson and answers; refuses to touch what exists."""
    match = _NAME.match(name.removesuffix(".py"))
    if match is None:
        raise LessonError(f"'{name}' is not a lesson's name. Write NN-section/NN-lesson, like 06-messaging/04-name.")
    name = match.group()
    files = {
        root / "source" / f"{name}.py": "lesson.py.txt",
        root / "tests" / "answers" / f"{name}.py": "answers.py.txt",
    }
    for path in files:
        if path.exists():
            raise LessonError(f"{path} exists already; nothing was written.")
    title = match["lesson"][3:].replace("-", " ").capitalize()
    for path, template in files.items():
        text = Path(__file__).with_name("templates").joinpath(template).read_text(encoding="utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("{{name}}", name).replace("{{title}}", title), encoding="utf-8")
    return list(files)
