"""`course grade SECTION`: grade all submissions of a section."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from course.grading.services import services_in
from course.grading.warm import Warm, WarmError

if TYPE_CHECKING:
    from course.grading.ledger import Result

HELP = """Grade what learners handed in for a section (submitted/STUDENT/SECTION/), with nbgrader's own steps, scores
and gradebook, in a sandbox, on all cores. What has not changed since it was graded is not run again. May be stopped at
any time and started again. Exit code: 0 all graded, 1 some need a look, 2 nothing could be done."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("section", metavar="SECTION", help="for example 06-messaging")
    parser.add_argument("--jobs", type=int, metavar="N", help="notebooks at the same time (default: all cores)")
    parser.add_argument("--force", action="store_true", help="grade unchanged submissions again, too")
    parser.add_argument(
        "--no-sandbox", action="store_true", help="run submissions with all your rights; trust them all"
    )
    parser.add_argument(
        "--db", metavar="URL", default="", help="gradebook (default: gradebook.db in the course folder)"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Grade; return the exit code."""
    from course.lessons.places import course_root

    begin = time.monotonic()
    root = course_root()
    with Warm(jobs=1, sandbox=not args.no_sandbox, services=_services(root, args.section)) as warm:
        warm.launch()  # it starts on one core while we load nbgrader on another
        from course.grading.run import GradingError, grade_section

        try:
            results = grade_section(root, args.section, jobs=args.jobs, force=args.force, database=args.db, warm=warm)
        except (GradingError, WarmError) as error:
            print(error, file=sys.stderr)
            return 2
    seconds = time.monotonic() - begin
    if args.json:
        print(json.dumps({"section": args.section, "seconds": seconds, "results": [asdict(r) for r in results]}))
    else:
        _print(results, seconds)
    return 0 if all(result.graded for result in results) else 1


def _services(root: Path, section: str) -> tuple[str, ...]:
    """Return the parts of moto that the section's notebooks name."""
    texts = [path.read_text(errors="replace") for path in sorted(Path(root, "source", section).glob("*.ipynb"))]
    return services_in("\n".join(texts))


def _print(results: list[Result], seconds: float) -> None:
    width = max(len(result.student) for result in results) + 2
    print(f"{'student':<{width}}{'outcome':<12}{'score':>14}  remark")
    for result in results:
        score = f"{result.score:g} of {result.max_score:g}"
        remarks = [result.reason] if result.reason else []
        if result.unchanged:
            remarks.append("unchanged")
        if result.late_seconds > 0:
            remarks.append(f"late by {result.late_seconds / 3600:.1f} h")
        print(f"{result.student:<{width}}{result.outcome:<12}{score:>14}  {'; '.join(remarks)}".rstrip())
    run = [result for result in results if not result.unchanged]
    print(f"\n{len(results)} submissions, {len(run)} graded now in {seconds:.1f} s.")
