"""The API calls that the account has answered."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from course.lab.clock import clock


@dataclass(frozen=True)
class Call:
    """One request that boto3 sent and the lab answered."""

    at: dt.datetime
    service: str
    operation: str
    status: int

    @property
    def ok(self) -> bool:
        return self.status < 400


class Calls(list[Call]):
    """A list of calls that can be narrowed to an operation: `made.of("ReceiveMessage")`."""

    def of(self, *operations: str) -> Calls:
        return Calls(call for call in self if call.operation in operations)


class TooManyCalls(RuntimeError):
    """Code under watch made more calls than its watcher allows: most likely a loop that never ends."""


_calls = Calls()
_used: Counter[tuple[str, str]] = Counter()
_allowed: list[int] = []  # up to which number of calls each watcher lets the code go


def calls() -> Calls:
    """All calls since the account was opened or emptied."""
    return Calls(_calls)


@contextmanager
def watching(most: int = 10_000) -> Iterator[Calls]:
    """Collect the calls made inside the block, and end it with an error after `most` of them.

    >>> with watching() as made:
    ...     sqs.list_queues()
    >>> len(made.of("ListQueues"))
    1
    """
    made, before = Calls(), len(_calls)
    _allowed.append(before + most)
    try:
        yield made
    finally:
        _allowed.pop()
        made.extend(_calls[before:])


def record(service: str, operation: str, status: int) -> None:
    """Note a call; the wire does this for each request."""
    _calls.append(Call(clock.now(), service, operation, status))
    if _allowed and len(_calls) > min(_allowed):
        last = ", ".join(sorted({call.operation for call in _calls[-20:]}))
        raise TooManyCalls(f"This code goes on and on with {last}: does its loop never end?")


def use(service: str, what: str, quantity: float) -> None:
    """Count something that AWS bills and that the number of calls does not tell, such as capacity units."""
    _used[service, what] += quantity  # type: ignore[assignment]


def usage() -> dict[tuple[str, str], float]:
    """What was used since the account was opened or emptied, by service and kind."""
    return dict(_used)


def forget() -> None:
    """Forget all calls, when the account is emptied."""
    _calls.clear()
    _used.clear()
