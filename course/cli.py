"""The `course` command: one subcommand a module, loaded only when it is called."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from typing import Protocol, cast

from course.lessons.source import LessonError


class Command(Protocol):
    """What a subcommand's module offers."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, args: argparse.Namespace) -> int: ...


# name -> (module, the line shown by `course --help`)
COMMANDS = {
    "start": ("course.lessons.learner", "open the lessons in JupyterLab and begin to learn"),
    "progress": ("course.lessons.progress_command", "show what you have solved; save it to a file, load it"),
    "facts": ("course.facts.command", "look up prices and limits, with source and date"),
    "new": ("course.lessons.skeleton", "write the skeleton of a new lesson"),
    "build": ("course.lessons.build", "make the notebooks from the lessons' text"),
    "check": ("course.grading.check", "grade the answer banks and check the form of lessons"),
    "coverage": ("course.lessons.coverage", "list topics of the syllabus that no lesson teaches yet"),
    "grade": ("course.grading.command", "grade a class, safely and fast"),
    "report": ("course.grading.report", "show what grading a class has found, as a page with charts"),
    "feedback": ("course.grading.feedback", "write each learner's feedback, to be opened offline"),
    "demo": ("course.grading.demo", "make a class of thirty, grade it, and show the report"),
}


def main(argv: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    parser = argparse.ArgumentParser(
        prog="course",
        description="Learn to build on AWS in notebooks, against a simulated account.",
        epilog="course COMMAND --help tells more about one command.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (module, line) in COMMANDS.items():
        sub = commands.add_parser(name, help=line, formatter_class=argparse.RawDescriptionHelpFormatter)
        if name in arguments[:1]:
            command = _load(module)
            sub.description = command.HELP
            command.add_arguments(sub)
            sub.set_defaults(run=command.run)
    args = parser.parse_args(arguments)
    try:
        code: int = args.run(args)
        return code
    except LessonError as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader, `head` for one, has seen enough. What Python would still write at exit goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _load(module: str) -> Command:
    return cast(Command, importlib.import_module(module))
