"""`course check`: does every lesson keep its promises? Form, answers, scores, messages."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course.grading.answers import Answer, Round, read_bank, rounds
from course.grading.trial import Graded, empty_gradebook, grade_rounds
from course.lessons.coverage import unknown_topics
from course.lessons.form import advice, complaints
from course.lessons.places import course_root
from course.lessons.source import Lesson, find_lessons, read_lesson

HELP = """Check lessons: their form, and by nbgrader's own grading that the course's solution gets full marks, the
untouched notebook gets none and runs to its end, other right answers pass, and wrong answers in tests/answers/ score
zero with the message expected, without costing any other exercise."""


@dataclass
class Report:
    """What was found about one lesson."""

    lesson: str
    exercises: int = 0
    right: int = 0
    wrong: int = 0
    notebooks: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", default="", metavar="SECTION[/LESSON]", help="default: all lessons")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="default: all cores")
    parser.add_argument("--draft", action="store_true", help="leave out the rules for finished lessons (counts, words)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    root = course_root()
    paths = find_lessons(root, args.what)
    reports = check_lessons(root, paths, args.jobs, args.draft)
    if args.json:
        print(json.dumps([asdict(report) for report in reports], indent=1))
    else:
        _print(reports)
    return 1 if any(report.problems for report in reports) else 0


def check_lessons(root: Path, paths: list[Path], jobs: int = 1, draft: bool = False) -> list[Report]:
    """Check lessons on `jobs` cores; the notebooks of one lesson are shared out among them too."""
    gradebook = empty_gradebook()
    plans = [_plan(root, path, draft) for path in paths]
    with ProcessPoolExecutor(max_workers=max(1, jobs)) as pool:
        waiting = [
            [pool.submit(_grade, root, path, plan[part::jobs], gradebook) for part in range(min(jobs, len(plan)))]
            for path, (_, _, plan) in zip(paths, plans, strict=True)
        ]
        for (lesson, report, plan), parts in zip(plans, waiting, strict=True):
            results: dict[str, Graded] = {}
            for part in parts:
                graded, seconds = part.result()
                results |= graded
                report.seconds = round(report.seconds + seconds, 1)
            for item in plan:
                report.problems += judge(lesson, item, results[item.name])
            report.problems = list(dict.fromkeys(report.problems))
    return [report for _, report, _ in plans]


def _plan(root: Path, path: Path, draft: bool) -> tuple[Lesson, Report, list[Round]]:
    """What can be said of a lesson without running it, and the notebooks to run; none if its form is broken."""
    lesson = read_lesson(path)
    broken = complaints(lesson)
    answers, thin = read_bank(root, lesson)
    unfinished = [] if draft else [*advice(lesson), *unknown_topics([lesson])]
    right = sum(answer.right for answer in answers)
    plan = [] if broken else rounds(lesson, answers)
    report = Report(
        lesson.name,
        exercises=len(lesson.exercises),
        right=right,
        wrong=len(answers) - right,
        notebooks=len(plan),
        problems=[*broken, *unfinished, *thin],
    )
    return lesson, report, plan


def _grade(root: Path, path: Path, plan: list[Round], gradebook: bytes) -> tuple[dict[str, Graded], float]:
    """Grade some notebooks of a lesson in a scratch course; returns the results and the seconds it took."""
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="course-check-") as scratch:
        results = grade_rounds(root, read_lesson(path), plan, Path(scratch), gradebook)
    return results, time.perf_counter() - begin


def judge(lesson: Lesson, item: Round, graded: Graded) -> list[str]:
    """What is wrong with the marks and words that the answers of one notebook got."""
    if item.name == "untouched":
        return _judge_untouched(lesson, graded)
    problems = []
    for name, answer in item.answers.items():
        score, most = graded.scores.get(name, (0.0, 0.0))
        said = graded.messages.get(name, "")
        if most == 0:
            problems.append(f"{answer.place}: '{name}' can earn no points; give its check cell points=")
        elif answer.right and score != most:
            problems.append(
                f"{answer.place}: right answer to '{name}' gets {score:g} of {most:g}. Its check says: {said}"
            )
        elif not answer.right:
            problems += _judge_wrong(answer, score, said)
    if item.name == "reference":
        problems += [f"{lesson.path}: {line}" for line in graded.stray]
    return problems


def _judge_wrong(answer: Answer, score: float, said: str) -> list[str]:
    where = f"{answer.place}: wrong answer to '{answer.exercise}'"
    if score:
        return [f"{where} gets {score:g} points; its check must refuse it"]
    if answer.says not in said:
        return [f"{where} is refused, but not with the words {answer.says!r}. Its check says: {said}"]
    return []


def _judge_untouched(lesson: Lesson, graded: Graded) -> list[str]:
    problems = [f"{lesson.path}: untouched notebook: {line}" for line in graded.stray]
    for name, (score, _) in graded.scores.items():
        if score:
            problems.append(f"{lesson.path}: untouched '{name}' gets {score:g} points; a stub must score zero")
        elif not graded.messages.get(name, "").strip():
            problems.append(f"{lesson.path}: untouched '{name}' says nothing to the learner")
    return problems


def _print(reports: list[Report]) -> None:
    width = max((len(report.lesson) for report in reports), default=10) + 2
    print(f"{'lesson':<{width}}{'exercises':>10}{'right':>7}{'wrong':>7}{'notebooks':>11}{'seconds':>9}  result")
    for report in reports:
        result = f"✗ {len(report.problems)} to mend" if report.problems else "✓"
        print(
            f"{report.lesson:<{width}}{report.exercises:>10}{report.right:>7}{report.wrong:>7}"
            f"{report.notebooks:>11}{report.seconds:>9.1f}  {result}"
        )
    for report in reports:
        for problem in report.problems:
            print(problem, file=sys.stderr)
