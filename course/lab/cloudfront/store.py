"""The copies that one edge location holds.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from course.lab.apigateway.exchange import Answer
from course.lab.clock import clock
from course.lab.cloudfront.cache_key import Key


@dataclass
class Copy:
    """A copy of an answer, and how long it is fresh."""

    answer: Answer
    stored: dt.datetime
    seconds: float

    @property
    def age(self) -> int:
        return int((clock.now() - self.stored).total_seconds())

    @property
    def is_fresh(self) -> bool:
        return clock.now() < self.stored + dt.timedelta(seconds=self.seconds)


@dataclass
class EdgeCache:
    """The copies of one distribution at one edge location, by their cache keys."""

    copies: dict[Key, Copy] = field(default_factory=dict)
    errors: dict[Key, Copy] = field(default_factory=dict)
    """Errors beside the last good copy, which is served while the origin is ill."""

    def put(self, key: Key, answer: Answer, seconds: float) -> None:
        """Keep a good answer."""
        self.errors.pop(key, None)
        self.copies[key] = Copy(answer, clock.now(), seconds)

    def refresh(self, key: Key, seconds: float) -> Copy:
        """The origin said that the copy is still good."""
        kept = self.copies[key]
        self.errors.pop(key, None)
        kept.stored, kept.seconds = clock.now(), seconds
        return kept

    def put_error(self, key: Key, answer: Answer, seconds: float) -> None:
        """Remember an error, so that the origin is left in peace for a while."""
        self.errors[key] = Copy(answer, clock.now(), seconds)

    def forget(self, key: Key) -> None:
        """Drop what is held for a key."""
        self.copies.pop(key, None)
        self.errors.pop(key, None)
