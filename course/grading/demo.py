"""`course demo`: a made-up class, graded, with its report: an instructor's first minute."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from course.grading.command_errors import CommandError, section_name, with_next_step

SECTION = "06-messaging"

HELP = """Make a class from the course's own answers (right and wrong, blank pages, late work, broken files, tricks),
grade it as `course grade` does, write everybody's feedback and show the report. Nothing of your own course is touched:
the class lives in a folder of its own, where all other commands work on it, the formgrader too.

It needs the course's repository: the answers are those of its tests (tests/answers). Exit code: 0 done, 2 it could not
be done."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "section", nargs="?", default=SECTION, metavar="SECTION", type=section_name, help=f"default: {SECTION}"
    )
    parser.add_argument("--students", type=_students, default=30, metavar="N", help="how many (default: 30)")
    parser.add_argument("--folder", type=Path, help="where to make the class: a new or empty folder (default: scratch)")
    parser.add_argument("--no-open", action="store_true", help="print the report's path, open no browser")


def run(args: argparse.Namespace) -> int:
    """Make the class, grade it, show the report; return the exit code."""
    from course.grading.report import show
    from course.lessons.places import course_root

    begin = time.monotonic()
    try:
        page = demo(course_root(), args.section, args.students, args.folder)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(with_next_step(f"The class cannot be made: {error}."), file=sys.stderr)
        return 2
    folder = page.parents[2]
    print(f"{args.students} submissions made, graded and reported on in {time.monotonic() - begin:.0f} s.")
    print(f"Report: {page}")
    print(f"The class: {folder} (delete it when you are done). There, try: nbgrader formgrader")
    if not args.no_open and not show(page):
        print("There is no desktop here to open it on.")
    return 0


def demo(root: Path, section: str, students: int, folder: Path | None = None) -> Path:
    """Make, grade and report on a class of ``students`` with lessons of the course in ``root``; return the page.

    >>> demo(course_root(), "06-messaging", 30)
    PosixPath('/tmp/course-demo-x1y2z3/reports/06-messaging/index.html')
    """
    from course.grading import feedback
    from course.grading.command import grade, table
    from course.grading.demo_class import fill_class, lessons_of, stories
    from course.grading.report import report
    from course.lessons.source import LessonError

    try:
        lessons = lessons_of(root, section)
    except LessonError as error:
        raise CommandError(str(error)) from None
    place = _place(folder)
    names = " and ".join(lesson.stem for lesson in lessons)
    _say(1, f"{students} learners hand in {names}: {place}")
    members = fill_class(root, place, section, students)
    _say(2, "grading, each notebook in a sandbox of its own")
    results = grade(place, section)
    print("\n".join([*table(results), "", "Who does what:", *(f"  {line}" for line in stories(members)), ""]))
    _say(3, "a page of feedback for each learner")
    feedback.write(place, section)
    _say(4, "the report")
    page, _section = report(place, section)
    return page


def _place(folder: Path | None) -> Path:
    """Return an empty folder; nothing that is there is ever written over."""
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="course-demo-"))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandError(f"{folder} is there already and not empty. Name a new folder, or delete it.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _say(step: int, what: str) -> None:
    print(f"[{step}/4] {what}", file=sys.stderr, flush=True)


def _students(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"{text}: choose from 1 to 1000 students")
    return number
