"""Learn to build on AWS in notebooks, against a simulated account.

A lesson begins with

>>> from course import charts, check, facts, lab, lesson, progress, question, solution
>>> lesson("06-messaging/01-sqs")
>>> lab.start()
"""

from __future__ import annotations

from course.lessons.checks import NotTried, NotYet, check
from course.lessons.current import lesson
from course.lessons.outline import outline
from course.lessons.progress import load_progress, progress, save_progress
from course.lessons.questions import question
from course.lessons.solutions import solution

__all__ = [
    "NotTried",
    "NotYet",
    "check",
    "lesson",
    "load_progress",
    "outline",
    "progress",
    "question",
    "save_progress",
    "solution",
]
