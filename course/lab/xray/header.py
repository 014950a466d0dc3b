"""The tracing header, X-Amzn-Trace-Id, and how it travels from one part of the lab to the next.

https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from urllib.parse import unquote

from moto.moto_api._internal import mock_random

from course.lab.clock import clock

NAME = "X-Amzn-Trace-Id"


@dataclass(frozen=True)
class Header:
    """The trace, who calls, and whether the trace is recorded; None leaves that to whoever receives it."""

    root: str
    parent: str = ""
    sampled: bool | None = None

    def __str__(self) -> str:
        decided = "" if self.sampled is None else f";Sampled={int(self.sampled)}"
        return f"Root={self.root}{f';Parent={self.parent}' if self.parent else ''}{decided}"

    def to(self, parent: str, sampled: bool) -> Header:
        """As the segment `parent` hands it on."""
        return replace(self, parent=parent, sampled=sampled)


def read(text: str | bytes | None) -> Header | None:
    """The header in a text; None if it names no trace.

    >>> read("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1").sampled
    True
    """
    from course.lab.xray.documents import started

    plain = text.decode() if isinstance(text, bytes) else text or ""
    fields = dict(part.strip().partition("=")[::2] for part in unquote(plain).split(";"))
    if started(fields.get("Root", "")) is None:
        return None
    return Header(fields["Root"], fields.get("Parent", ""), {"1": True, "0": False}.get(fields.get("Sampled", "")))


def new_header() -> Header:
    """A trace that begins now."""
    return Header(f"1-{int(clock.now().timestamp()):08x}-{mock_random.get_random_hex(24)}")


def new_id() -> str:
    """An id for a segment."""
    return mock_random.get_random_hex(16)


_carried: ContextVar[Header | None] = ContextVar("tracing_header", default=None)


@contextmanager
def carrying(header: Header | None) -> Iterator[None]:
    """What the lab calls in this block is called with this header."""
    token = _carried.set(header)
    try:
        yield
    finally:
        _carried.reset(token)


def carried() -> Header | None:
    """The header of whoever calls."""
    return _carried.get()
