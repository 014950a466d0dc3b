"""`course grade SECTION`: grade all submissions of a section."""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from course.grading.command_errors import CommandError, check_section, course_config, section_name, with_next_step
from course.grading.extras import missing
from course.grading.report_text import columns, padded, plain
from course.grading.services import services_in
from course.grading.warm import Warm, WarmError

if TYPE_CHECKING:
    from course.grading.ledger import Result

HELP = """Grade what learners handed in for a section (submitted/STUDENT/SECTION/), with nbgrader's own steps, scores
and gradebook, in a sandbox, on all cores. What has not changed since it was graded is not run again. May be stopped at
any time and started again.

Exit code: 0 all graded; 1 some need a look, the table says why; 2 nothing could be done or the run broke off, with the
reason; 130 stopped by Ctrl-C. What was graded before is kept in every case."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("section", metavar="SECTION", type=section_name, help="for example 06-messaging")
    parser.add_argument("--jobs", type=_positive, metavar="N", help="notebooks at the same time (default: all cores)")
    parser.add_argument("--force", action="store_true", help="grade unchanged submissions again, too")
    parser.add_argument(
        "--no-sandbox", action="store_true", help="run submissions with all your rights; trust them all"
    )
    parser.add_argument(
        "--db", metavar="URL", default="", help="gradebook (default: gradebook.db in the course folder)"
    )
    parser.add_argument(
        "--scheduler", metavar="URL", default="", help="grade on the Dask cluster with this scheduler (tcp://HOST:8786)"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Grade; return the exit code."""
    from course.lessons.places import course_root

    begin = time.monotonic()
    root = course_root()
    try:
        check_section(root, args.section)
        if not args.scheduler and (warning := missing(root, args.section)):  # a cluster's workers have their own extras
            print(warning, file=sys.stderr)
        results = grade(
            root,
            args.section,
            jobs=args.jobs,
            force=args.force,
            database=args.db,
            sandbox=not args.no_sandbox,
            scheduler=args.scheduler,
        )
    except CommandError as error:
        print(error, file=sys.stderr)
        if args.json:
            print(json.dumps({"section": args.section, "error": str(error)}))
        return 2
    seconds = time.monotonic() - begin
    if args.json:
        print(json.dumps(as_data(args.section, results, seconds)))
    else:
        print("\n".join(table(results)))
        print("\n" + "\n".join(summary(args.section, results, seconds)))
    return 0 if all(result.graded for result in results) else 1


def grade(
    root: Path,
    section: str,
    *,
    jobs: int | None = None,
    force: bool = False,
    database: str = "",
    sandbox: bool = True,
    scheduler: str = "",
) -> list[Result]:
    """Grade a section with a progress bar; `CommandError` when that cannot be done.

    >>> grade(Path("course-folder"), "06-messaging")[0].outcome
    'ran'
    """
    warm = Warm(jobs=1, sandbox=sandbox, services=_services(root, section))
    try:
        if not scheduler:
            warm.launch()  # it starts on one core while we load nbgrader on another
        from nbgrader.api import InvalidEntry

        from course.grading.run import GradingError, grade_section

        course_config(root)
        logging.getLogger("tornado.application").setLevel(logging.CRITICAL)  # nbgrader logs tracebacks there
        try:
            return grade_section(
                root, section, jobs=jobs, force=force, database=database, warm=warm, scheduler=scheduler
            )
        except (GradingError, WarmError) as error:
            raise CommandError(with_next_step(str(error))) from error
        except InvalidEntry as error:  # nbgrader's word for a row that the database did not take
            kept = "What was graded so far is kept; mend the cause and start the same command again."
            said = str(error).splitlines()[0]
            raise CommandError(with_next_step(f"The gradebook failed: {said}. {kept}")) from error
    finally:
        warm.close()


def as_data(section: str, results: list[Result], seconds: float) -> dict[str, object]:
    """Return the result for programs."""
    return {
        "section": section,
        "seconds": seconds,
        "outcomes": Counter(result.outcome for result in results),
        "results": [asdict(result) for result in results],
    }


def table(results: list[Result]) -> list[str]:
    """Return the summary table: one line a submission."""
    names = [plain(result.student, 40) for result in results]
    width = max([len("student"), *map(columns, names)]) + 2
    lines = [f"{padded('student', width)}{'outcome':<12}{'score':>14}  remark"]
    for name, result in zip(names, results, strict=True):
        score = f"{result.score:g} of {result.max_score:g}"
        remarks = [plain(result.reason, 160)] if result.reason else []
        if result.unchanged:
            remarks.append("unchanged")
        if result.late_seconds > 0:
            remarks.append(f"late by {result.late_seconds / 3600:.1f} h")
        lines.append(f"{padded(name, width)}{result.outcome:<12}{score:>14}  {'; '.join(remarks)}".rstrip())
    return lines


def summary(section: str, results: list[Result], seconds: float) -> list[str]:
    """Return what the run comes to, and what to do next."""
    counts = Counter(result.outcome for result in results)
    now = sum(not result.unchanged for result in results)
    said = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
    lines = [f"{len(results)} submissions ({said}), {now} graded now in {seconds:.1f} s."]
    scores = [result.score for result in results if result.graded]
    if scores:
        most = max(result.max_score for result in results)
        lines.append(f"Median score {median(scores):g} of {most:g}.")
    look = sum(not result.graded for result in results)
    if look:
        lines.append(f"{look} {'needs' if look == 1 else 'need'} a look: see the remarks.")
    lines.append(f"Next: course report {section} (charts), course feedback {section} (pages for learners).")
    return lines


def _services(root: Path, section: str) -> tuple[str, ...]:
    """Return the parts of moto that the section's notebooks name."""
    texts = [path.read_text(errors="replace") for path in sorted(Path(root, "source", section).glob("*.ipynb"))]
    return services_in("\n".join(texts))


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: at least one notebook must be graded at a time")
    return number
