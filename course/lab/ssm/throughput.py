"""How many reads Parameter Store answers in a second.

https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html

A notebook is no fleet of servers, and how many calls it makes in a second depends on the machine. So reads are counted
only inside `one_moment()`, where time stands still for Parameter Store except when the lab's clock is moved.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.clock import clock
from course.lab.place import Place, place_of
from course.lab.ssm import settings
from course.lab.wire import answer_first, json_error

_SHARED: Final = 40  # of the three together
_FAST: Final = {"GetParameter": 10_000, "GetParameters": 1_000, "GetParametersByPath": 100}
_SLACK: Final = 1e-6  # a tenth of a second ten times is less than one


class _Moment:
    """Seconds since the block began, as far as the lab's clock was moved, and the reads of the present one."""

    def __init__(self) -> None:
        self.passed = 0.0
        self._second = 0
        self._reads: Counter[tuple[Place, str]] = Counter()

    def admits(self, place: Place, operation: str) -> bool:
        second = int(self.passed + _SLACK)
        if second != self._second:
            self._second = second
            self._reads.clear()
        fast = settings.is_fast(place)
        bucket = (place, operation if fast else "all")
        if self._reads[bucket] >= (_FAST[operation] if fast else _SHARED):
            return False
        self._reads[bucket] += 1
        return True


_moments: list[_Moment] = []


@contextmanager
def one_moment() -> Iterator[None]:
    """Inside the block only the lab's clock makes a second pass, so that reads count against the throughput.

    >>> with one_moment():
    ...     for _ in range(41):
    ...         once.get_parameter(Name="/shop/price")  # a client that does not retry
    Traceback (most recent call last):
    ...
    botocore.exceptions.ClientError: An error occurred (ThrottlingException) ... Rate exceeded
    """
    moment, advance = _Moment(), clock.advance

    def count(**step: float) -> None:
        moment.passed += dt.timedelta(**step).total_seconds()
        advance(**step)

    clock.advance = count  # type: ignore[method-assign]
    _moments.append(moment)
    try:
        yield
    finally:
        _moments.remove(moment)
        clock.advance = advance  # type: ignore[method-assign]


@answer_first
def _throttle(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "ssm" or operation not in _FAST or not _moments:
        return None
    if _moments[-1].admits(place_of(request), operation):
        return None
    return json_error(request, "ThrottlingException", "Rate exceeded")
