"""Deployments of stacks as work that waits on the lab's clock."""

from __future__ import annotations

from course.lab.cloudformation.store import Stack
from course.lab.courses import Course, begin


def run(stack: Stack, course: Course) -> None:
    """Begin a deployment; it ends at once unless something in it waits."""
    stack.running = begin(stack.place, "cloudformation", stack.name, course, lambda: stack.status)


def go_on(stack: Stack) -> None:
    """Look at once whether what a stack waits for has come."""
    if stack.running is not None and stack.running.wait is not None and (stack.running.wait.ready() or stack.cancelled):
        stack.running.go_on()


def is_busy(stack: Stack) -> bool:
    """Whether a deployment of the stack is under way."""
    return stack.running is not None and not stack.running.over
