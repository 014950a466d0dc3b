"""Calls that arrive at the same moment.

Handlers take turns in this process (lambda_runtime/invocation.py), so calls from threads would overlap as the computer
likes. Here each call keeps its place and its environment until all are answered, as if none had ended before the last
began: how many are throttled or start cold is certain.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from course.lab import lambda_invoke


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make all calls at the same moment; gives, in their order, what each returned or the exception that it raised.

    >>> answers = at_once([lambda: functions.invoke(FunctionName="ride")] * 20)  # doctest: +SKIP
    """
    found: list[Any] = []
    with lambda_invoke.overlapping():
        for call in calls:
            try:
                found.append(call())
            except Exception as error:
                found.append(error)
    return found
