"""Log events as records of a query, with the fields that Logs Insights finds in them.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from course.lab.logs.insights.values import Moment

_MOST_FIELDS: Final = 200
_LAMBDA: Final = "/aws/lambda/"
_REQUEST: Final = re.compile(r"(?:^|\s)(?:RequestId: )?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_MEASURED: Final = {
    "@duration": (r"\tDuration: ([\d.]+) ms", 1),
    "@billedDuration": (r"Billed Duration: ([\d.]+) ms", 1),
    "@initDuration": (r"Init Duration: ([\d.]+) ms", 1),
    "@memorySize": (r"Memory Size: (\d+) MB", 1_000_000),
    "@maxMemoryUsed": (r"Max Memory Used: (\d+) MB", 1_000_000),
}


def record(account: str, group: str, stream: str, event: Any) -> dict[str, Any]:
    """An event with its own fields and those found in its message."""
    found = dict(_found(group, event.message))
    where = f"{group}@{stream}@{event.event_id}"
    return found | {
        "@timestamp": Moment(event.timestamp),
        "@ingestionTime": Moment(event.ingestion_time),
        "@message": event.message,
        "@logStream": stream,
        "@log": f"{account}:{group}",
        "@ptr": base64.b64encode(where.encode()).decode(),
    }


def place_of_record(pointer: str) -> tuple[str, str, str]:
    """Group, stream and id of the event that a pointer names."""
    group, stream, event_id = base64.b64decode(pointer).decode().rsplit("@", 2)
    return group, stream, event_id


def _found(group: str, message: str) -> Iterator[tuple[str, Any]]:
    for_lambda = group.startswith(_LAMBDA)
    if for_lambda:
        yield from _of_lambda(message)
    fragment = message[message.find("{") :] if for_lambda and "{" in message else message
    try:
        value, _ = json.JSONDecoder().raw_decode(fragment.lstrip())
    except ValueError:
        return
    if isinstance(value, dict) and (for_lambda or message.strip().endswith("}")):
        for number, pair in enumerate(_flat(value)):
            if number >= _MOST_FIELDS:
                return
            yield pair


def _flat(value: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """`{"user": {"id": 7}, "tags": ["a"]}` as `user.id` and `tags.0`. What is null is missing."""
    pairs = value.items() if isinstance(value, dict) else ((str(place), one) for place, one in enumerate(value))
    for name, one in pairs:
        if isinstance(one, dict | list):
            yield from _flat(one, f"{above}{name}.")
        elif one is not None:
            yield f"{above}{name}", int(one) if isinstance(one, bool) else one


def _of_lambda(message: str) -> Iterator[tuple[str, Any]]:
    kind = re.match(r"(START|END|REPORT|INIT_START)\b", message)
    if kind:
        yield "@type", kind[1]
    request = _REQUEST.search(message)
    if request:
        yield "@requestId", request[1]
    if kind and kind[1] == "REPORT":
        for name, (pattern, factor) in _MEASURED.items():
            if measured := re.search(pattern, message):
                yield name, float(measured[1]) * factor
