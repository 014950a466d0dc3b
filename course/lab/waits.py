"""boto3's own pauses, before a retry and in its waiters, cost no time in the lab: the clock moves on instead.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
https://docs.aws.amazon.com/boto3/latest/guide/clients.html
"""

from __future__ import annotations

import threading
import time
from typing import Any

from botocore import endpoint, waiter
from botocore.retries import bucket

from course.lab.clock import clock
from course.lab.wire import at_close


class _LabTime:
    """The module `time`, but for sleep."""

    def sleep(self, seconds: float) -> None:
        clock.advance(seconds=seconds)

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


class _LabCondition(threading.Condition):
    """In adaptive mode a call waits on this until its client may send again."""

    def wait(self, timeout: float | None = None) -> bool:
        if timeout is None:
            return super().wait()
        self.release()  # what falls due meanwhile may call with the same client
        try:
            clock.advance(seconds=timeout)
        finally:
            self.acquire()
        return False


class _LabThreading:
    """The module `threading`, but for conditions."""

    Condition = _LabCondition

    def __getattr__(self, name: str) -> Any:
        return getattr(threading, name)


def move_the_clock() -> None:
    """From now on retries and waiters wait on the lab's clock."""
    endpoint.time = waiter.time = _LabTime()  # type: ignore[attr-defined]
    bucket.threading = _LabThreading()  # type: ignore[attr-defined]


@at_close
def _wait_again() -> None:
    endpoint.time = waiter.time = time  # type: ignore[attr-defined]
    bucket.threading = threading  # type: ignore[attr-defined]
