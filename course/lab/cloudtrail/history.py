"""The event history: management events of the last 90 days, in every account and without a trail.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from course.lab.clock import clock
from course.lab.cloudtrail.identity import name_of
from course.lab.cloudtrail.records import as_line, record_of, resources_of
from course.lab.cloudtrail.seen import Seen, all_seen
from course.lab.place import Place
from course.lab.service import Call, Refusal

DAYS: Final = 90
_PAGE: Final = 50


def lookup_events(call: Call) -> dict[str, Any]:
    """The newest events first, those that have one attribute if one is given."""
    given = call.given
    attributes = given.get("LookupAttributes") or []
    if len(attributes) > 1:
        raise Refusal("InvalidLookupAttributesException", "You can only specify one lookup attribute.")
    most = given.get("MaxResults", _PAGE)
    if not 1 <= most <= _PAGE:
        raise Refusal("InvalidMaxResultsException", f"MaxResults must be between 1 and {_PAGE}.")
    start, end = _time(given.get("StartTime")), _time(given.get("EndTime"))
    if start and end and start > end:
        raise Refusal("InvalidTimeRangeException", "StartTime is after EndTime.")
    before = _turned(given.get("NextToken"))
    found = [
        seen
        for seen in _history(call.place)
        if seen.number < before and _between(seen, start, end) and _has(attributes, seen)
    ]
    answer: dict[str, Any] = {"Events": [_shown(seen) for seen in found[:most]]}
    if most < len(found):
        answer["NextToken"] = f"events-before-{found[most - 1].number}"
    return answer


def _history(place: Place) -> list[Seen]:
    oldest = clock.now() - dt.timedelta(days=DAYS)
    return [
        seen
        for seen in reversed(all_seen())
        if not seen.is_data and seen.at >= oldest and (seen.account, seen.region) == (place.account, place.region)
    ]


def _turned(token: str | None) -> float:
    """Before which event a page begins: looking things up makes events, too, so places in the list would shift."""
    if not token:
        return math.inf
    head, _, number = token.rpartition("-")
    if head != "events-before" or not number.isdigit():
        raise Refusal("InvalidNextTokenException", "The NextToken is not valid.")
    return int(number)


def _time(given: Any) -> dt.datetime | None:
    if isinstance(given, (int, float)):
        return dt.datetime.fromtimestamp(given, dt.UTC)
    if isinstance(given, str):
        given = dt.datetime.fromisoformat(given)
    if isinstance(given, dt.datetime):
        return given if given.tzinfo else given.replace(tzinfo=dt.UTC)
    return None


def _between(seen: Seen, start: dt.datetime | None, end: dt.datetime | None) -> bool:
    return (start is None or seen.at >= start) and (end is None or seen.at <= end)


# What each attribute is compared with.
_ATTRIBUTES: Final[Mapping[str, Callable[[Seen], tuple[str, ...]]]] = {
    "EventId": lambda seen: (record_of(seen)["eventID"],),
    "EventName": lambda seen: (record_of(seen)["eventName"],),
    "ReadOnly": lambda seen: (str(record_of(seen)["readOnly"]).lower(),),
    "Username": lambda seen: (name_of(seen.identity),),
    "ResourceType": lambda seen: tuple(kind for kind, _ in resources_of(seen)),
    "ResourceName": lambda seen: tuple(name for _, name in resources_of(seen)),
    "EventSource": lambda seen: (record_of(seen)["eventSource"],),
    "AccessKeyId": lambda seen: (str(seen.identity.get("accessKeyId", "")),),
}


def _has(attributes: list[Mapping[str, str]], seen: Seen) -> bool:
    return all(one["AttributeValue"] in _ATTRIBUTES[one["AttributeKey"]](seen) for one in attributes)


def _shown(seen: Seen) -> dict[str, Any]:
    record = record_of(seen)
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": str(record["readOnly"]).lower(),
        "AccessKeyId": seen.identity.get("accessKeyId", ""),
        "EventTime": seen.at,
        "EventSource": record["eventSource"],
        "Username": name_of(seen.identity),
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in resources_of(seen)],
        "CloudTrailEvent": as_line(record),
    }
