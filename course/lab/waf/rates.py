"""Requests counted by key over a window of the lab's clock.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html
AWS estimates the rate and looks every few seconds, so it reacts later; the lab counts every request at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, Final

from course.lab.apigateway.exchange import Sent
from course.lab.clock import clock
from course.lab.place import Place

_WINDOW: Final = 300

Counts = dict[tuple[str, str], deque[float]]


def is_over(place: Place, rule: str, given: Mapping[str, Any], sent: Sent) -> bool:
    """Count the request, and say whether its key is over the limit now."""
    key = _key(given, sent)
    if key is None:
        return False
    now = clock.now().timestamp()
    times = _counts(place).setdefault((rule, key), deque())
    times.append(now)
    _forget(times, now - given.get("EvaluationWindowSec", _WINDOW))
    return len(times) > int(given["Limit"])


def keys_over(place: Place, rule: str, given: Mapping[str, Any]) -> list[str]:
    """The keys that are over the limit at the moment."""
    begin = clock.now().timestamp() - given.get("EvaluationWindowSec", _WINDOW)
    found = []
    for (of, key), times in _counts(place).items():
        if of == rule:
            _forget(times, begin)
            if len(times) > given["Limit"]:
                found.append(key)
    return found


def _counts(place: Place) -> Counts:
    return place.kept("wafv2", "lab_rates", Counts)


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()


def _key(given: Mapping[str, Any], sent: Sent) -> str | None:
    """What the request is counted by; None if it has no such key."""
    kind = given["AggregateKeyType"]
    if kind == "CONSTANT":
        return "all"
    if kind == "IP":
        return sent.source_ip
    if kind == "FORWARDED_IP":
        return forwarded(given["ForwardedIPConfig"], sent)
    parts = [_part(one, sent) for one in given.get("CustomKeys", [])]
    return None if None in parts else " ".join(str(part) for part in parts)


def forwarded(config: Mapping[str, Any], sent: Sent) -> str | None:
    """The first address of the header that the rule trusts."""
    return sent.headers.get(config["HeaderName"], "").split(",")[0].strip() or None


def _part(one: Mapping[str, Any], sent: Sent) -> str | None:
    (kind, given), *_ = one.items()
    if kind == "IP":
        return sent.source_ip
    if kind == "HTTPMethod":
        return sent.method
    if kind == "UriPath":
        return sent.path
    if kind == "Header":
        value: str | None = sent.headers.get(given["Name"])
        return value
    values = sent.parameters.get((given or {}).get("Name", ""), [])
    return values[0] if values else None
