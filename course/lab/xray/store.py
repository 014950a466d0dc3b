"""The traces of an account in a Region, by the lab's clock.

Thirty days, and seven in which a trace may still grow: https://docs.aws.amazon.com/general/latest/gr/xray.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab import meter
from course.lab.clock import clock
from course.lab.place import Place
from course.lab.xray.documents import Document, Invalid, began, read
from course.lab.xray.trace import Trace

_DAY: Final = 86_400
_KEPT: Final = 30 * _DAY
_OPEN: Final = 7 * _DAY
_AHEAD: Final = 300  # clocks of computers differ


@dataclass
class Traces:
    """All traces, by their ids."""

    by_id: dict[str, Trace] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        """Keep a document; the complete segment takes the place of the one in progress."""
        now = clock.now().timestamp()
        trace = self.by_id.get(document.trace_id) or Trace(document.trace_id)
        begun = trace.begun if trace.documents else began(document.trace_id, float(document.body["start_time"]))
        if not now - _OPEN <= begun <= now + _AHEAD:  # what AWS calls this error is not documented
            raise Invalid("InvalidStartTime", document.id, "subsegment" if document.is_subsegment else "segment")
        if not trace.documents:
            meter.use("X-Ray", "traces-recorded")
        trace.put(document, now)
        self.by_id[trace.id] = trace

    def kept(self) -> Iterator[Trace]:
        """What is not older than thirty days, oldest first."""
        oldest = clock.now().timestamp() - _KEPT
        for one in [one for one in self.by_id.values() if one.begun < oldest]:
            del self.by_id[one.id]
        yield from sorted(self.by_id.values(), key=lambda one: (one.begun, one.id))

    def found(self, trace_id: str) -> Trace | None:
        """One trace."""
        return next((one for one in self.kept() if one.id == trace_id), None)


def traces_of(place: Place) -> Traces:
    """The traces kept there."""
    return place.kept("xray", "lab_traces", Traces)


def send(place: Place, documents: Iterable[str]) -> list[dict[str, Any]]:
    """Keep what is valid; tells what is not."""
    refused = []
    for raw in documents:
        try:
            traces_of(place).add(read(raw))
        except Invalid as invalid:
            refused.append(invalid.told())
    return refused
