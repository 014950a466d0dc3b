"""One trace as a whole: the services that took part, and who called whom.

Services that send no segments are inferred from the subsegments of their callers.
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-subsegments
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from course.lab.xray.documents import MOST_ANNOTATIONS, Document, began, subsegments

# For calls of AWS: the field of `aws` that names what was called, and the type of what is inferred from it.
_INFERRED: Final = {
    "DynamoDB": ("table_name", "AWS::DynamoDB::Table"),
    "SQS": ("queue_url", "AWS::SQS::Queue"),
    "SNS": ("topic_arn", "AWS::SNS"),
    "S3": ("bucket_name", "AWS::S3::Bucket"),
    "Lambda": ("function_name", "AWS::Lambda"),
}


@dataclass(frozen=True)
class Part:
    """A service's share of a trace: a segment, or what was inferred from a subsegment."""

    name: str
    type: str
    body: Mapping[str, Any]
    is_inferred: bool = False
    is_root: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """The node of the service map that it belongs to."""
        return self.name, self.type

    @property
    def start(self) -> float:
        """When it began."""
        return float(self.body["start_time"])

    @property
    def end(self) -> float | None:
        """When it ended; None while it goes on."""
        end = self.body.get("end_time")
        return None if end is None else float(end)

    @property
    def seconds(self) -> float:
        """How long it took; 0 while it goes on."""
        return 0.0 if self.end is None else self.end - self.start

    @property
    def status(self) -> int | None:
        """The status of its HTTP response."""
        found = ((self.body.get("http") or {}).get("response") or {}).get("status")
        return int(found) if isinstance(found, int | float) else None

    @property
    def is_throttled(self) -> bool:
        """Whether it was asked too often."""
        return bool(self.body.get("throttle")) or self.status == 429

    @property
    def is_error(self) -> bool:
        """Whether the caller was at fault: status 400 to 499."""
        return bool(self.body.get("error")) or self.is_throttled or 400 <= (self.status or 0) < 500

    @property
    def is_fault(self) -> bool:
        """Whether the service was at fault: status 500 to 599."""
        return bool(self.body.get("fault")) or 500 <= (self.status or 0) < 600

    @property
    def is_ok(self) -> bool:
        """Whether it went well."""
        return not self.is_error and not self.is_fault


@dataclass(frozen=True)
class Edge:
    """One service called another; `None` as the caller is the client."""

    source: Part | None
    target: Part


@dataclass
class Trace:
    """All that was sent with one trace id."""

    id: str
    documents: dict[str, Document] = field(default_factory=dict)
    changed: float = 0.0
    revision: int = 0
    _drawn: list[Edge] | None = None

    def put(self, document: Document, now: float) -> None:
        """Add a document, or let it replace an earlier one of the same id."""
        earlier = self.documents.get(document.id)
        if earlier is None or document.is_complete or not earlier.is_complete:
            self.documents[document.id] = document
        self.changed, self.revision, self._drawn = now, self.revision + 1, None

    @property
    def begun(self) -> float:
        """The time in its id, or of its first segment."""
        return began(self.id, min(float(one.body["start_time"]) for one in self.documents.values()))

    @property
    def segments(self) -> list[Document]:
        """The segments, in the order of their start."""
        return sorted(
            (one for one in self.documents.values() if not one.is_subsegment),
            key=lambda one: (float(one.body["start_time"]), one.id),
        )

    def bodies(self) -> Iterator[Mapping[str, Any]]:
        """Every segment and subsegment."""
        for one in self.documents.values():
            yield one.body
            yield from subsegments(one.body)

    def annotations(self) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
        """The annotations that are indexed: key, value, and the segment or subsegment that has it."""
        every = ((key, value, body) for body in self.bodies() for key, value in (body.get("annotations") or {}).items())
        yield from islice(every, MOST_ANNOTATIONS)

    @property
    def seconds(self) -> float:
        """From the start of the first to the end of the last that has ended."""
        ends = [float(one["end_time"]) for one in self.bodies() if one.get("end_time") is not None]
        starts = [float(one["start_time"]) for one in self.bodies()]
        return max(max(ends) - min(starts), 0.0) if ends else 0.0

    @property
    def is_partial(self) -> bool:
        """Whether something is still in progress."""
        return any(one.get("in_progress") for one in self.bodies())

    @property
    def root(self) -> Part | None:
        """The segment with which it began."""
        return next((one for one in self.parts() if one.is_root), None)

    def parts(self) -> list[Part]:
        """The services that took part, in the order of their start; inferred ones after their callers."""
        return [one.target for one in self.edges()]

    def edges(self) -> list[Edge]:
        """Who called whom; each part is the target of one edge."""
        if self._drawn is None:
            self._drawn = self._draw()
        return self._drawn

    def _draw(self) -> list[Edge]:
        owner = self._owners()
        segments = sorted(self.segments, key=lambda one: (float(one.body["start_time"]), self._depth(one, owner)))
        first = next((one.id for one in segments if one.parent_id not in owner), "")
        made = {
            one.id: Part(str(one.body["name"]), str(one.body.get("origin") or ""), one.body, is_root=one.id == first)
            for one in segments
        }
        found = []
        called = {one.parent_id for one in segments if one.parent_id}
        for one in segments:
            found.append(Edge(made.get(owner.get(one.parent_id, "")), made[one.id]))
            for inner in self.bodies():
                identity = str(inner["id"])
                if owner.get(identity) == one.id and identity != one.id and identity not in called:
                    found += [Edge(made[one.id], part) for part in _inferred(inner)]
        return found

    def _depth(self, segment: Document, owner: dict[str, str]) -> int:
        """How many segments stand between it and the first: callers come before those they call."""
        seen = {segment.id}
        while (above := owner.get(segment.parent_id)) is not None and above not in seen:
            seen.add(above)
            segment = self.documents[above]
        return len(seen)

    def _owners(self) -> dict[str, str]:
        """For each segment and subsegment the segment that it is in."""
        owner = {}
        for one in self.segments:
            owner[one.id] = one.id
            owner |= {str(inner["id"]): one.id for inner in subsegments(one.body)}
        alone = [one for one in self.documents.values() if one.is_subsegment]
        for _ in alone:  # one may hang on another
            for one in alone:
                if one.parent_id in owner and one.id not in owner:
                    owner[one.id] = owner[one.parent_id]
                    owner |= {str(inner["id"]): owner[one.id] for inner in subsegments(one.body)}
        return owner


def _inferred(inner: Mapping[str, Any]) -> list[Part]:
    """The service behind a subsegment: one of AWS, or another one; nothing for work of the segment's own."""
    name, space = str(inner["name"]), inner.get("namespace")
    if space == "aws":
        named_by, kind = _INFERRED.get(name, ("", f"AWS::{name}"))
        return [Part(str((inner.get("aws") or {}).get(named_by) or name), kind, inner, is_inferred=True)]
    return [Part(name, "remote", inner, is_inferred=True)] if space == "remote" else []
