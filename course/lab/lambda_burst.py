"""Calls that arrive at the same moment.

Handlers take turns in this process (lambda_runtime/invocation.py), so whether two calls overlap would depend on how
fast the computer starts threads. Here all of them arrive before the first handler begins: how many are throttled is
certain.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from course.lab.lambda_runtime import invocation

_PATIENCE: Final = 20.0  # real seconds for all calls to arrive
_real_sleep = time.sleep


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Make all calls at the same moment; gives, in their order, what each returned or the exception that it raised.

    >>> answers = at_once([lambda: functions.invoke(FunctionName="ride")] * 20)  # doctest: +SKIP
    """
    found: list[Any] = [None] * len(calls)

    def one(place: int) -> None:
        try:
            found[place] = calls[place]()
        except Exception as error:
            found[place] = error

    threads = [threading.Thread(target=one, args=(place,), daemon=True) for place in range(len(calls))]
    with invocation.held_back() as arrived:
        for thread in threads:
            thread.start()
        until = time.monotonic() + _PATIENCE
        while sum(thread.is_alive() for thread in threads) > arrived() and time.monotonic() < until:
            _real_sleep(0.002)
    for thread in threads:
        thread.join()
    return found
