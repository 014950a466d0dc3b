"""The API calls that the account has answered."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.clock import clock
from course.lab.cloudtrail.seen import forget as forget_seen
from course.lab.cloudtrail.seen import look

_SHOWN: Final = 30
_KEY = re.compile(r"Credential=([^/,&]+)(?:/|%2F)")
_CODE = re.compile(rb'<Code>([^<]+)</Code>|"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"')


@dataclass(frozen=True)
class Call:
    """One request that boto3 sent and the lab answered."""

    at: dt.datetime
    service: str
    operation: str
    status: int
    access_key_id: str = ""
    error: str = ""
    """The error code of a refusal; empty if the call went through."""

    @property
    def ok(self) -> bool:
        return self.status < 400

    @property
    def outcome(self) -> str:
        """`ok`, or the error code."""
        return "ok" if self.ok else self.error or str(self.status)

    @property
    def principal(self) -> str:
        """Who called: `root`, `user/dana`, `assumed-role/deployer/session`, or `anonymous` without a signature."""
        if not self.access_key_id:
            return "anonymous"
        from course.lab.iam.callers import caller_of

        arn = caller_of(self.access_key_id).principal.arn
        return arn.rpartition(":")[2] if arn else "unknown key"


class Calls(list[Call]):
    """A list of calls that shows as a table and can be narrowed to operations: `made.of("ReceiveMessage")`."""

    def of(self, *operations: str) -> Calls:
        return Calls(call for call in self if call.operation in operations)

    def frame(self) -> Any:
        """The calls as a pandas DataFrame."""
        import pandas

        return pandas.DataFrame(self._rows(), columns=list(_COLUMNS))

    def _rows(self) -> list[tuple[str, ...]]:
        return [(f"{one.at:%H:%M:%S}", one.service, one.operation, one.principal, one.outcome) for one in self]

    def __repr__(self) -> str:
        if not self:
            return "No calls."
        rows = [_COLUMNS, *self[-_SHOWN:]._rows()]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
        lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([*lines, *self._left_out()])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
        rows = ["".join(f"<td>{html.escape(text)}</td>" for text in row) for row in self[-_SHOWN:]._rows()]
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{''.join(self._left_out())}"

    def _left_out(self) -> list[str]:
        earlier = len(self) - _SHOWN
        return [f"({earlier} earlier calls are not shown)"] if earlier > 0 else []

    def __getitem__(self, which: Any) -> Any:
        found = super().__getitem__(which)
        return Calls(found) if isinstance(which, slice) else found


_COLUMNS: Final = ("time", "service", "operation", "principal", "outcome")


class TooManyCalls(RuntimeError):
    """Code under watch made more calls than its watcher allows: most likely a loop that never ends."""


_calls = Calls()
_unseen: list[bool] = []
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


def record(service: str, operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """Note a call; the wire does this for each request."""
    if _unseen:
        return
    status = response.status_code
    code = "" if status < 400 else _code_of(response)
    _calls.append(Call(clock.now(), service, operation, status, _signer_of(request), code))
    look(service, operation, request, response, code)
    if _allowed and len(_calls) > min(_allowed):
        last = ", ".join(sorted({call.operation for call in _calls[-20:]}))
        raise TooManyCalls(f"This code goes on and on with {last}: does its loop never end?")


@contextmanager
def unseen() -> Iterator[None]:
    """Leave the calls made inside the block out of the log: they are the lab's own."""
    _unseen.append(True)
    try:
        yield
    finally:
        _unseen.pop()


def forget() -> None:
    """Forget all calls, when the account is emptied."""
    _calls.clear()
    forget_seen()


def _signer_of(request: AWSPreparedRequest) -> str:
    header = request.headers.get("Authorization") or request.url
    found = _KEY.search(header.decode() if isinstance(header, bytes) else str(header))
    return found.group(1) if found else ""


def _code_of(response: AWSResponse) -> str:
    told = response.headers.get("x-amzn-errortype") or ""
    if told:
        return str(told).partition(":")[0].rpartition("#")[2]
    found = _CODE.search(response.content)
    return (found.group(1) or found.group(2)).decode() if found else ""
