"""One request at an edge location, and what is known of it on its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.cloudfront.behaviours import Behaviour
from course.lab.cloudfront.edges import Edge
from course.lab.cloudfront.records import Distribution

Config = Mapping[str, Any]


@dataclass
class Visit:
    """A viewer's request."""

    record: Distribution
    config: Config
    edge: Edge
    country: str
    sent: Sent
    behaviour: Behaviour
    id: str = field(default_factory=lambda: f"{mock_random.uuid4().hex}==")
    asked_origin: int = 0
    """How often an origin was asked for it."""

    def as_path(self, path: str) -> Sent:
        """The viewer's request for another path."""
        return replace(self.sent, path=path)

    def header(self, name: str) -> str | None:
        """A header of the viewer, or one that CloudFront makes about the viewer."""
        made = {
            "cloudfront-viewer-country": self.country,
            "cloudfront-viewer-address": f"{self.sent.source_ip}:50412",
            "cloudfront-forwarded-proto": "https" if self.sent.is_secure else "http",
        }
        return made.get(name.lower()) or self.sent.headers.get(name)

    def headers(self) -> Headers:
        """The viewer's headers together with CloudFront's own about the viewer."""
        found = self.sent.headers.copy()
        for name in ("CloudFront-Viewer-Country", "CloudFront-Viewer-Address", "CloudFront-Forwarded-Proto"):
            value = self.header(name)
            if value:
                found[name] = value
        return found


@dataclass(frozen=True)
class Outcome:
    """An answer, and what CloudFront says about it in X-Cache."""

    answer: Answer
    word: str
    age: int | None = None


class Stopped(Exception):
    """The request goes no further; this is the answer."""

    def __init__(self, answer: Answer, word: str = "Error") -> None:
        super().__init__(word)
        self.outcome = Outcome(answer, word)
