"""Enhanced fan-out: SubscribeToShard pushes records to one registered consumer as an event stream.

https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
On AWS a subscription stays open for five minutes and waits for records. The lab's tells what is there, and what is
put while it is read, and ends when nothing more waits: waiting would never end in a process that also writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.eventstream import EventStreamEncoder

from course.lab.clock import clock
from course.lab.kinesis_limits import MIB
from course.lab.kinesis_reading import Position, behind, children, is_at_end, shown, size, waiting

_OPEN_FOR: Final = 300.0
_EVENT_BYTES: Final = 2 * MIB  # what a consumer gets of a shard in a second


class _Pushed:
    """The body of the answer, made as it is read."""

    def __init__(self, stream: Any, position: Position) -> None:
        self._stream, self._position = stream, position

    def stream(self, *args: Any, **kwargs: Any) -> Iterator[bytes]:
        encode, begin = EventStreamEncoder().encode_message, clock.now().timestamp()
        yield encode(_headers("initial-response", "application/x-amz-json-1.1"), b"{}")
        position, first = self._position, True
        while clock.now().timestamp() - begin < _OPEN_FOR:
            left = waiting(self._stream, position)
            taken: list[Any] = []
            total = 0
            for record in left:
                total += size(record)
                if taken and total > _EVENT_BYTES:
                    break
                taken.append(record)
            position = replace(position, after=taken[-1].sequence_number if taken else position.after)
            ended = is_at_end(self._stream, position)
            if not taken and not first:
                return
            first = False
            event: dict[str, Any] = {
                "Records": [shown(record) for record in taken],
                "MillisBehindLatest": behind(left, taken),
            }
            if ended:
                event["ChildShards"] = children(self._stream, position.shard)
            else:
                event["ContinuationSequenceNumber"] = str(position.after)
            yield encode(_headers("SubscribeToShardEvent", "application/json"), json.dumps(event).encode())
            if ended:
                return

    def close(self) -> None:
        """The reader hangs up."""


def subscribe(request: AWSPreparedRequest, stream: Any, position: Position) -> AWSResponse:
    """An open subscription."""
    raw: Any = _Pushed(stream, position)
    headers: Any = {"Content-Type": "application/vnd.amazon.eventstream"}
    return AWSResponse(request.url, 200, headers, raw)


def _headers(kind: str, content: str) -> dict[str, Any]:
    return {":message-type": "event", ":event-type": kind, ":content-type": content}
