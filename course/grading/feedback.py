"""`course feedback SECTION`: a page for each learner that says what was right, what was not, and why."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from course.grading.command_errors import CommandError, section_name

if TYPE_CHECKING:
    from course.grading.feedback_class import Written

HELP = """Write each learner's feedback (feedback/STUDENT/SECTION/LESSON.html) with nbgrader's own feedback step, on all
cores. The pages open without network. Of hidden tests they show what a failed one said, not its code; --show changes
that. Pages are written anew at each run, with the grades and comments of now; hand them out with nbgrader
release_feedback. Exit code: 0 all written, 1 some could not be, 2 nothing could be done."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("section", metavar="SECTION", type=section_name, help="for example 06-messaging")
    parser.add_argument(
        "--show",
        choices=("hidden", "message", "full"),
        default="",
        help="of hidden tests: only whether they passed, what they said, or their code, too (default: message, or what "
        "c.HideHiddenTests.show in nbgrader_config.py says)",
    )
    parser.add_argument("--student", action="append", default=[], metavar="NAME", help="only this one; may be repeated")
    parser.add_argument("--jobs", type=int, metavar="N", help="learners at the same time (default: all cores)")
    parser.add_argument("--db", metavar="URL", default="", help="gradebook (default: the one in nbgrader_config.py)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Write the feedback; return the exit code."""
    from course.lessons.places import course_root

    root = course_root()
    try:
        written = write(root, args.section, args.show, tuple(args.student), args.jobs, args.db)
    except CommandError as error:
        print(error, file=sys.stderr)
        if args.json:
            print(json.dumps({"section": args.section, "error": str(error)}))
        return 2
    wrong = [each for each in written if each.problem]
    if args.json:
        results = [asdict(each) | {"folder": str(each.folder)} for each in written]
        print(json.dumps({"section": args.section, "results": results}))
    else:
        for each in wrong:
            print(f"{each.student}: no feedback: {each.problem}", file=sys.stderr)
        pages = sum(each.pages for each in written)
        print(f"{pages} pages for {len(written) - len(wrong)} learners: {root / 'feedback'}")
    return 1 if wrong else 0


def write(
    root: Path,
    section: str,
    show: str = "",
    students: tuple[str, ...] = (),
    jobs: int | None = None,
    database: str = "",
) -> list[Written]:
    """Write the feedback with a progress bar."""
    from course.grading.feedback_class import write_feedback
    from course.grading.progress_bar import ProgressBar

    bars: list[ProgressBar] = []
    written = write_feedback(
        root,
        section,
        show=show,
        students=students,
        jobs=jobs,
        database=database,
        begin=lambda total: bars.append(ProgressBar(total)),
        done=lambda each: bars[0].add("failed" if each.problem else "written"),
    )
    bars[0].finish()
    return written
