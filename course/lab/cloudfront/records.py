"""What the lab keeps of a distribution, beside moto's own record of it.

A change reaches the edge locations after some minutes; until then they go on by the last one.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowToUpdateDistribution.html
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.cloudfront.store import EdgeCache
from course.lab.place import Place, everywhere

Config = Mapping[str, Any]
# AWS promises no time; a few minutes are usual.
SPREADS_IN: Final = dt.timedelta(minutes=4)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass
class Distribution:
    """A distribution of the account."""

    moto: Any
    account: str
    versions: list[tuple[dt.datetime, Config]]
    """When each configuration is everywhere, oldest first."""
    etag: str
    changed: dt.datetime
    caches: dict[str, EdgeCache] = field(default_factory=dict)
    monitored: bool = False
    """Whether the additional metrics, at a price, are switched on."""
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def id(self) -> str:
        return str(self.moto.distribution_id)

    @property
    def arn(self) -> str:
        return str(self.moto.arn)

    @property
    def domain(self) -> str:
        return str(self.moto.domain_name)

    @property
    def config(self) -> Config:
        """The newest configuration."""
        return self.versions[-1][1]

    @property
    def status(self) -> str:
        return "Deployed" if self.versions[-1][0] <= clock.now() else "InProgress"

    def at_the_edge(self) -> Config | None:
        """The configuration that edge locations go by now; None if none of them has got one yet."""
        there = [config for since, config in self.versions if since <= clock.now()]
        return there[-1] if there else None

    def change(self, config: Config) -> None:
        """Send a new configuration out."""
        self.versions = [one for one in self.versions if one[0] <= clock.now()][-1:]
        self.versions.append((clock.now() + SPREADS_IN, config))
        self.etag, self.changed = token(), clock.now()

    def cache(self, edge: str) -> EdgeCache:
        """What an edge location holds of it."""
        return self.caches.setdefault(edge, EdgeCache())


def distributions(account: str = "") -> list[Distribution]:
    """All distributions, of one account or of all."""
    backends = [Place(account, "aws").backend("cloudfront")] if account else everywhere("cloudfront")
    made = [one for backend in backends for one in backend.distributions.values()]
    return [one.__dict__["lab_record"] for one in made if "lab_record" in one.__dict__]


def token() -> str:
    """A random id in the form of CloudFront's."""
    return "E" + "".join(mock_random.choice(_LETTERS) for _ in range(13))
