"""Goes on with deployments that wait, when a signal comes or when the clock passes the end of their patience."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from course.lab.agenda import Delivery, add_source, note
from course.lab.cloudformation.store import Stack, every_stack


def run(stack: Stack, course: Generator[Any, None, None]) -> None:
    """Begin a deployment; it ends at once unless something in it waits."""
    stack.course = course
    go_on(stack)


def go_on(stack: Stack) -> None:
    """Go on with what the stack was doing until it waits again or is done."""
    course, stack.waits = stack.course, None
    if course is None:
        return
    try:
        stack.waits = next(course)
    except StopIteration:
        stack.course = None
    except BaseException:
        stack.course = None
        raise


class _Waiting:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        waits = [stack.waits for stack in every_stack() if stack.waits is not None]
        return 0.0 if any(wait.ready() for wait in waits) else min((wait.until for wait in waits), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for stack in every_stack():
            if stack.waits is not None and (stack.waits.ready() or stack.waits.until <= now):
                go_on(stack)
                made.append(note("CloudFormation", stack.name, stack.status))
        return made


def is_busy(stack: Stack) -> bool:
    """Whether a deployment of the stack is under way."""
    return stack.course is not None


add_source(_Waiting())
