"""`course progress`: what is solved, in the terminal."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from course.lessons.progress import State, load_progress, progress_folder, save_progress
from course.lessons.source import LessonError
from course.lessons.standing import SIGNS, Standing, right, standings

HELP = """Show what you have solved, for all lessons or exercise by exercise for one.

Where your folder does not last (on Binder, or on a lent machine), --save FILE takes your progress along and
--load FILE brings it back. Where both know an exercise, the later try counts."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("lesson", nargs="?", default="", metavar="LESSON", help="a lesson or a section")
    parser.add_argument("--dir", type=Path, help="your folder (default: this one, or work/ in it)")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write all progress into FILE")
    parser.add_argument("--load", type=Path, metavar="FILE", help="bring back the progress from FILE")


def run(args: argparse.Namespace) -> int:
    folder = _folder(args.dir)
    try:
        if args.load:
            print(f"Progress of {_lessons(load_progress(args.load, folder))} loaded from {args.load}.")
        if args.save:
            print(f"Progress of {_lessons(save_progress(args.save, folder))} saved in {args.save}.")
    except ValueError as problem:
        raise LessonError(str(problem)) from problem
    except OSError as problem:
        raise LessonError(f"{problem.filename}: {problem.strerror}. Choose another file.") from problem
    if (args.load or args.save) and not args.json:
        return 0
    chosen = _chosen(standings(folder), args.lesson)
    if args.json:
        print(json.dumps([as_data(each) for each in chosen], indent=1, ensure_ascii=False))
    else:
        print("\n".join(table(chosen, each_task=bool(args.lesson))))
    return 0


def as_data(standing: Standing) -> dict[str, Any]:
    """One lesson for programs."""
    return {
        "lesson": standing.name,
        "title": standing.title,
        "minutes": standing.minutes,
        "right": right(standing.states),
        "tasks": len(standing.states),
        "exercises": standing.exercises,
        "questions": standing.questions,
    }


def table(lessons: list[Standing], each_task: bool = False) -> list[str]:
    """The lines printed for people."""
    if not lessons:
        return ["There are no lessons yet."]
    name_width = max(len(each.name) for each in lessons)
    title_width = max(len(each.title) for each in lessons)
    lines = [f"{'lesson':<{name_width}}  {'title':<{title_width}}  {'minutes':>7}  {'exercises':>9}  {'questions':>9}"]
    for each in lessons:
        lines.append(
            f"{each.name:<{name_width}}  {each.title:<{title_width}}  {each.minutes:>7}  "
            f"{_of(each.exercises):>9}  {_of(each.questions):>9}  {_signs(each.states)}".rstrip()
        )
        if each_task:
            lines += [f"  {SIGNS[state]} {state:<9}  {name}" for name, state in each.states.items()]
    done = f"{sum(each.done for each in lessons)} of {_lessons(len(lessons))} done"
    tasks = f"{sum(right(each.states) for each in lessons)} of {sum(len(each.states) for each in lessons)} tasks right"
    left = sum(each.minutes for each in lessons if not each.done)
    lines += ["", f"{done}, {tasks}, about {left} minutes to go."]
    return [*lines, "  ".join(f"{sign} {state}" for state, sign in SIGNS.items())]


def _chosen(lessons: list[Standing], wanted: str) -> list[Standing]:
    wanted = wanted.strip("/").removesuffix(".ipynb")
    chosen = [each for each in lessons if wanted in ("", each.name, each.section)]
    chosen = chosen or [each for each in lessons if wanted in each.name]
    if not chosen and wanted:
        known = ", ".join(dict.fromkeys(each.section for each in lessons)) or "none yet"
        raise LessonError(f"No lesson is called '{wanted}'. Sections: {known}.")
    return chosen


def _folder(given: Path | None) -> Path:
    if given is not None:
        if not given.is_dir():
            raise LessonError(f"There is no folder {given}. `course start --dir {given}` makes it.")
        return progress_folder(given)
    here = progress_folder()
    work = Path("work")
    return here if here.parent.is_dir() or not (work / ".course").is_dir() else progress_folder(work)


def _of(states: dict[str, State]) -> str:
    return f"{right(states)} of {len(states)}"


def _signs(states: dict[str, State]) -> str:
    return "".join(SIGNS[state] for state in states.values())


def _lessons(number: int) -> str:
    return f"{number} lesson{'' if number == 1 else 's'}"
