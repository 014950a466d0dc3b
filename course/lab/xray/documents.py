"""A segment document: what it holds, and what X-Ray finds wrong with it.

Fields: https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
The codes of refused documents are not documented. Those of missing and invalid fields follow what X-Ray was seen to
answer (https://github.com/aws/aws-xray-daemon/issues/184, https://github.com/humanmade/aws-xray/issues/29).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

LARGEST: Final = 64 * 1024
MOST_ANNOTATIONS: Final = 50
_LONGEST_NAME: Final = 200
_LATE: Final = 7 * 86_400
_ID = re.compile(r"[0-9a-fA-F]{16}")
_TRACE_ID = re.compile(r"1-([0-9a-fA-F]{8})-[0-9a-fA-F]{24}")
# Unicode letters, numbers and whitespace, and these.
_NAME = re.compile(r"[\w\s.:/%&#=+\\\-@]+")


class Invalid(Exception):
    """A document that X-Ray does not take: the segment's id if it could be read, and an error code."""

    def __init__(self, code: str, segment_id: str = "", kind: str = "segment") -> None:
        super().__init__(code)
        self.code, self.segment_id, self.kind = code, segment_id, kind

    def told(self) -> dict[str, str]:
        """As an entry of UnprocessedTraceSegments."""
        said = {"ErrorCode": self.code, "Message": f"Invalid {self.kind}. ErrorCode: {self.code}"}
        return {"Id": self.segment_id, **said} if self.segment_id else said


@dataclass(frozen=True)
class Document:
    """A segment, or a subsegment that was sent by itself."""

    body: Mapping[str, Any]
    raw: str

    @property
    def id(self) -> str:
        """16 hexadecimal digits."""
        return str(self.body["id"])

    @property
    def trace_id(self) -> str:
        """The trace that it is a part of."""
        return str(self.body["trace_id"])

    @property
    def parent_id(self) -> str:
        """The segment or subsegment that called it; empty for the first of a trace."""
        return str(self.body.get("parent_id") or "")

    @property
    def is_subsegment(self) -> bool:
        """Whether it belongs into a segment that is sent apart from it."""
        return self.body.get("type") == "subsegment"

    @property
    def is_complete(self) -> bool:
        """Whether it has ended."""
        return not self.body.get("in_progress")


def started(trace_id: str) -> float | None:
    """The time that a trace id tells; None if it is no trace id."""
    found = _TRACE_ID.fullmatch(trace_id)
    return float(int(found[1], 16)) if found else None


def began(trace_id: str, first: float) -> float:
    """When a trace began whose first segment started then: the time in its id, if it is one.

    Ids made by OpenTelemetry are random throughout; X-Ray takes them in its own form without asking for the time.
    """
    told = started(trace_id)
    return told if told is not None and first - _LATE <= told <= first + 1 else first


def read(raw: str) -> Document:
    """Read and check a document. Raises Invalid."""
    try:
        body = json.loads(raw)
    except ValueError:
        raise Invalid("ParseError") from None
    if not isinstance(body, dict):
        raise Invalid("MissingId")
    kind = "subsegment" if body.get("type") == "subsegment" else "segment"
    _check(body, kind)
    identity = str(body["id"])
    trace_id = body.get("trace_id")
    if trace_id is None:
        raise Invalid("MissingTraceId", identity, kind)
    if not isinstance(trace_id, str) or started(trace_id) is None:
        raise Invalid("InvalidTraceId", identity, kind)
    if kind == "subsegment" and not body.get("parent_id"):
        raise Invalid("MissingParentId", identity, kind)
    if len(raw.encode()) > LARGEST:
        raise Invalid("SegmentTooLarge", identity, kind)
    return Document(body, raw)


def _check(body: Mapping[str, Any], kind: str) -> None:
    """What holds for segments and for the subsegments in them alike."""
    identity = body.get("id")
    if identity is None:
        raise Invalid("MissingId", kind=kind)
    if not isinstance(identity, str) or not _ID.fullmatch(identity):
        raise Invalid("InvalidId", str(identity), kind)
    name = body.get("name")
    if name is None:
        raise Invalid("MissingName", identity, kind)
    if not isinstance(name, str) or len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise Invalid("InvalidName", identity, kind)
    _check_times(body, identity, kind)
    parent = body.get("parent_id")
    if parent is not None and not (isinstance(parent, str) and _ID.fullmatch(parent)):
        raise Invalid("InvalidParentId", identity, kind)
    inner = body.get("subsegments") or []
    if not isinstance(inner, list) or not all(isinstance(one, dict) for one in inner):
        raise Invalid("InvalidSubsegments", identity, kind)
    for one in inner:
        _check(one, "subsegment")


def _check_times(body: Mapping[str, Any], identity: str, kind: str) -> None:
    start, end = body.get("start_time"), body.get("end_time")
    if start is None:
        raise Invalid("MissingStartTime", identity, kind)
    if not _is_number(start):
        raise Invalid("InvalidStartTime", identity, kind)
    if end is None and body.get("in_progress") is not True:
        raise Invalid("MissingEndTime", identity, kind)
    if end is not None and (not _is_number(end) or end < start):
        raise Invalid("InvalidEndTime", identity, kind)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def subsegments(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """All subsegments inside, however deep."""
    for one in body.get("subsegments") or []:
        yield one
        yield from subsegments(one)
