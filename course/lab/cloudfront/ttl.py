"""How long an answer of the origin is kept.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html#ExpirationDownloadDist
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from course.lab.apigateway.exchange import Headers
from course.lab.clock import clock

_NEVER: Final = ("no-cache", "no-store", "private")


class Times(NamedTuple):
    """The three times of a cache policy, in seconds."""

    least: float
    usual: float
    most: float


def seconds_for(headers: Headers, times: Times) -> float:
    """For how long an answer with these headers is fresh; 0 if each request has to ask the origin."""
    directives = _directives(headers.get("Cache-Control", ""))
    if times.most == 0:
        return 0
    if any(word in directives for word in _NEVER):
        return times.least  # with a minimum above zero even these answers are kept that long
    asked = _asked_for(directives, headers)
    if asked is None:
        return max(times.least, times.usual)
    return min(max(asked, times.least), times.most)


def may_be_kept(headers: Headers, times: Times) -> bool:
    """Whether a copy may be stored at all, be it only to ask whether it is still good."""
    if times.most == 0:
        return False
    return times.least > 0 or not any(word in _directives(headers.get("Cache-Control", "")) for word in _NEVER)


def _asked_for(directives: dict[str, str], headers: Headers) -> float | None:
    """What the origin asks for: s-maxage before max-age before Expires; None if it says nothing."""
    for name in ("s-maxage", "max-age"):
        if directives.get(name, "").isdigit():
            return float(directives[name])
    if "Expires" in headers:
        try:
            return max(0.0, (parsedate_to_datetime(headers["Expires"]) - clock.now()).total_seconds())
        except (TypeError, ValueError):
            return 0.0  # a date that nobody can read has passed
    return None


def _directives(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.split(",") if part.strip())
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
