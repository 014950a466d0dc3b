"""`course report SECTION`: what the grading of a class has shown, as a page and tables."""

from __future__ import annotations

import argparse
import json
import os
import sys
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

from course.grading.command_errors import CommandError, check_section, section_name, with_next_step

if TYPE_CHECKING:
    from course.grading.report_data import Section

HELP = """Write what the grading of a section has shown: one HTML page with charts (scores, how hard each exercise is
and whom it tells apart, what failing tests said, slowest cells, late work) and CSV tables beside it. The page needs no
network and can be printed or mailed; it holds names and scores. Exit code: 0 written, 2 nothing could be done."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("section", metavar="SECTION", type=section_name, help="for example 06-messaging")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where to write (default: reports/SECTION)")
    parser.add_argument("--db", metavar="URL", default="", help="gradebook (default: the one in nbgrader_config.py)")
    parser.add_argument("--open", action="store_true", help="show the page in a browser")
    parser.add_argument("--json", action="store_true", help="print the main numbers as JSON")


def run(args: argparse.Namespace) -> int:
    """Write the report; return the exit code."""
    from course.grading.report_page import as_data
    from course.lessons.places import course_root

    try:
        page, section = report(course_root(), args.section, args.out, args.db)
    except CommandError as error:
        print(error, file=sys.stderr)
        if args.json:
            print(json.dumps({"section": args.section, "error": str(error)}))
        return 2
    if args.json:
        print(json.dumps({"page": str(page), **as_data(section)}))
    else:
        print(f"Report on {len(section.learners)} submissions: {page}")
    if args.open:
        show(page)
    return 0


def report(root: Path, name: str, out: Path | None = None, database: str = "") -> tuple[Path, Section]:
    """Write the report on a section of the course folder ``root``; return its page and what it is about."""
    from course.grading.report_data import read_section
    from course.grading.report_page import write_report

    check_section(root, name)
    section = read_section(root, name, database)
    if not section.learners and not section.ungraded:
        raise CommandError(
            f"Nobody has handed in '{name}' yet. Collect first (nbgrader collect), then course grade {name}."
        )
    folder = out or root / "reports" / name
    try:
        page = write_report(section, folder, root / "feedback")
        if out is None:  # names and scores do not belong into a repository
            (root / "reports" / ".gitignore").write_text("*\n")
    except OSError as error:
        said = with_next_step(f"The report cannot be written to {folder}: {error.strerror or error}.")
        raise CommandError(f"{said} Or choose another folder with --out.") from None
    return page, section


def show(page: Path) -> bool:
    """Open a page in a browser, where there is a desktop; a browser in a terminal would take the terminal over."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    return webbrowser.open(page.resolve().as_uri())
