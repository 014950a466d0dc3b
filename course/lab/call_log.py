"""The API calls that the account has answered."""

from __future__ import annotations

import datetime as dt
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


_calls = Calls()


def calls() -> Calls:
    """All calls since the account was opened or emptied."""
    return Calls(_calls)


@contextmanager
def watching() -> Iterator[Calls]:
    """Collect the calls made inside the block.

    >>> with watching() as made:
    ...     sqs.list_queues()
    >>> len(made.of("ListQueues"))
    1
    """
    made, before = Calls(), len(_calls)
    try:
        yield made
    finally:
        made.extend(_calls[before:])


def record(service: str, operation: str, status: int) -> None:
    """Note a call; the wire does this for each request."""
    _calls.append(Call(clock.now(), service, operation, status))


def forget() -> None:
    """Forget all calls, when the account is emptied."""
    _calls.clear()
