"""`course coverage`: which topics of the syllabus are taught and practised, and which are not."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from course.lessons.places import course_root
from course.lessons.source import Lesson, find_lessons, read_lesson

HELP = """Compare the lessons' headers with the list of topics (course/lessons/topics.csv).

A topic is taught when a lesson names it under `topics`, and practised when an exercise names it under `practises`.
Every topic is to be taught, and two thirds of those with something to practise practised, section by section."""

TOPICS = Path(__file__).with_name("topics.csv")
PRACTISED_SHARE = 2 / 3


@dataclass(frozen=True)
class Topic:
    """One line of the syllabus."""

    id: str
    section: str
    service: str
    title: str
    practice: bool


@dataclass(frozen=True)
class Coverage:
    """What the lessons of one section cover."""

    section: str
    topics: int
    taught: int
    to_practise: int
    practised: int
    missing: tuple[str, ...]
    not_practised: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.missing and self.practised >= PRACTISED_SHARE * self.to_practise


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("section", nargs="?", default="", metavar="SECTION", help="a section (default: all)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    lessons = [read_lesson(path) for path in find_lessons(course_root())]
    result = [part for part in coverage(lessons) if args.section in part.section]
    if args.json:
        print(json.dumps([{**vars(part), "complete": part.complete} for part in result], indent=1))
    else:
        _print(result, verbose=bool(args.section))
    for line in unknown_topics(lessons):
        print(line, file=sys.stderr)
    return 0 if all(part.complete for part in result) else 1


def read_topics() -> list[Topic]:
    """The list of topics, in the order of the syllabus."""
    with TOPICS.open(encoding="utf-8", newline="") as file:
        return [
            Topic(row["id"], row["section"], row["service"], row["title"], row["practice"] == "yes")
            for row in csv.DictReader(file)
        ]


def coverage(lessons: Iterable[Lesson]) -> list[Coverage]:
    """Coverage of each section by the given lessons; any lesson may teach a topic of any section."""
    known = list(lessons)
    taught = {topic for lesson in known for topic in lesson.header.topics}
    practised = {topic for lesson in known for topics in lesson.header.practises.values() for topic in topics}
    topics = read_topics()
    result = []
    for section in sorted({topic.section for topic in topics}):
        here = [topic for topic in topics if topic.section == section]
        to_practise = [topic.id for topic in here if topic.practice]
        result.append(
            Coverage(
                section=section,
                topics=len(here),
                taught=sum(topic.id in taught for topic in here),
                to_practise=len(to_practise),
                practised=sum(topic in practised for topic in to_practise),
                missing=tuple(topic.id for topic in here if topic.id not in taught),
                not_practised=tuple(topic for topic in to_practise if topic not in practised),
            )
        )
    return result


def unknown_topics(lessons: Iterable[Lesson]) -> list[str]:
    """Headers that name topics which the syllabus does not have, or practise what they do not teach."""
    known = {topic.id for topic in read_topics()}
    lines = []
    for lesson in lessons:
        header = lesson.header
        practised = {topic for topics in header.practises.values() for topic in topics}
        lines += [
            f"{lesson.path}: topic '{topic}' is not in {TOPICS.name}; see `course coverage {lesson.section}`"
            for topic in sorted((set(header.topics) | practised) - known)
        ]
        lines += [
            f"{lesson.path}: header practises '{name}', but there is no such exercise"
            for name in sorted(set(header.practises) - set(lesson.exercises))
        ]
    return lines


def _print(result: list[Coverage], verbose: bool) -> None:
    print(f"{'section':<16}{'topics':>8}{'taught':>8}{'practised':>12}  ")
    for part in result:
        sign = "✓" if part.complete else "·"
        print(f"{part.section:<16}{part.topics:>8}{part.taught:>8}{part.practised:>6} of {part.to_practise:<4} {sign}")
    if not verbose:
        return
    for part in result:
        for topic in part.missing:
            print(f"not taught:    {topic}")
        for topic in part.not_practised:
            if topic not in part.missing:
                print(f"not practised: {topic}")
