"""The routing policies: which record of a group answers.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html

Where AWS draws at random the lab draws evenly: each share comes out as its weight says, and a run repeats exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from course.lab.dns import cidr
from course.lab.dns.askers import Asker
from course.lab.dns.geography import biased, kilometres, spot_of
from course.lab.dns.record import Record

_MOST_VALUES: Final = 8
Healthy = Callable[[Record], bool]


@dataclass(frozen=True)
class Question:
    """What a policy goes by: who asks, who is well, and a draw between 0 and 1."""

    asker: Asker
    healthy: Healthy
    draw: float


def choose(group: Sequence[Record], question: Question) -> list[Record]:
    """The records of a group that answer: none, one, or up to eight of a multivalue group."""
    return _POLICIES[group[0].policy](group, question)


def _simple(group: Sequence[Record], question: Question) -> list[Record]:
    return list(group[:1])


def _weighted(group: Sequence[Record], question: Question) -> list[Record]:
    """Records of weight 0 answer once no other is well, or if all have it."""
    some = [one for one in group if one.rule > 0]
    none = [one for one in group if one.rule == 0]
    pool = [one for one in some if question.healthy(one)] or [one for one in none if question.healthy(one)]
    pool = pool or some or none
    weights = [one.rule for one in pool] if any(one.rule for one in pool) else [1] * len(pool)
    mark = question.draw * sum(weights)
    for record, weight in zip(pool, weights, strict=True):
        mark -= weight
        if mark < 0:
            return [record]
    return [pool[-1]]


def _failover(group: Sequence[Record], question: Question) -> list[Record]:
    order = sorted(group, key=lambda one: str(one.rule) != "PRIMARY")
    return _first_well(order, question)


def _latency(group: Sequence[Record], question: Question) -> list[Record]:
    return _first_well(sorted(group, key=lambda one: question.asker.latency(str(one.rule))), question)


def _geoproximity(group: Sequence[Record], question: Question) -> list[Record]:
    spot = question.asker.spot
    if spot is None:
        return _first_well(group, question)

    def far(record: Record) -> float:
        return biased(kilometres(spot, spot_of(record.rule)), int(record.rule.get("Bias") or 0))

    return _first_well(sorted(group, key=far), question)


def _geolocation(group: Sequence[Record], question: Question) -> list[Record]:
    """The smallest area first; without a default, whoever matches nothing gets no answer."""
    asker = question.asker
    levels: list[Callable[[Any], bool]] = [
        lambda at: (
            bool(asker.state) and (at.get("CountryCode"), at.get("SubdivisionCode")) == (asker.country, asker.state)
        ),
        lambda at: bool(asker.country) and at.get("CountryCode") == asker.country and not at.get("SubdivisionCode"),
        lambda at: bool(asker.continent) and at.get("ContinentCode") == asker.continent,
        lambda at: at.get("CountryCode") == "*",
    ]
    order = [one for fits in levels for one in group if fits(one.rule)]
    return _first_well(order, question)


def _ip_based(group: Sequence[Record], question: Question) -> list[Record]:
    """The most specific block that holds the address; then the default location, an asterisk."""
    order = []
    for collection in dict.fromkeys(one.rule["CollectionId"] for one in group):
        for location in [*cidr.locations_of(collection, question.asker.ip), "*"]:
            order += [
                one for one in group if (one.rule["CollectionId"], one.rule["LocationName"]) == (collection, location)
            ]
    return _first_well(order, question)


def _multivalue(group: Sequence[Record], question: Question) -> list[Record]:
    pool = [one for one in group if question.healthy(one)] or list(group)
    begin = int(question.draw * len(pool))
    return [*pool[begin:], *pool[:begin]][:_MOST_VALUES]


def _first_well(order: Sequence[Record], question: Question) -> list[Record]:
    """Where nobody is well everybody counts as well, and the first one answers."""
    return [next((one for one in order if question.healthy(one)), order[0])] if order else []


_POLICIES: Final = {
    "simple": _simple,
    "weighted": _weighted,
    "failover": _failover,
    "latency": _latency,
    "geolocation": _geolocation,
    "geoproximity": _geoproximity,
    "IP-based": _ip_based,
    "multivalue answer": _multivalue,
}
