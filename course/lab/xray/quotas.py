"""What samplers report, and the part of a reservoir that each may use.

A reservoir is shared by all services that use its rule. Each reports every ten seconds and is told its own part;
until then it borrows one request a second. https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sampling.html
How X-Ray divides a reservoir is not documented; the lab gives each client that reported lately the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.clock import clock
from course.lab.place import Place
from course.lab.service import Call, Refusal
from course.lab.xray.rules import rules_of

_INTERVAL: Final = 10
_GOOD_FOR: Final = 300
_LATELY: Final = 3 * _INTERVAL
_MOST: Final = 25


@dataclass
class Statistics:
    """Decisions by one rule."""

    rule: str
    at: float
    requests: int
    sampled: int
    borrowed: int


@dataclass
class Reports:
    """What is known of samplers."""

    minutes: dict[tuple[str, int], Statistics] = field(default_factory=dict)
    clients: dict[str, dict[str, float]] = field(default_factory=dict)

    def count(self, one: Statistics) -> None:
        """Add to the sums of the rule's minute."""
        minute = int(one.at) // 60 * 60
        sums = self.minutes.setdefault((one.rule, minute), Statistics(one.rule, minute, 0, 0, 0))
        sums.requests += one.requests
        sums.sampled += one.sampled
        sums.borrowed += one.borrowed

    def quota(self, rule: str, client: str, reservoir: int) -> int:
        """The client's part of the reservoir; what does not divide goes to those who came first."""
        now = clock.now().timestamp()
        known = self.clients.setdefault(rule, {})
        known[client] = now
        active = [name for name, seen in known.items() if now - seen <= _LATELY]
        share, left = divmod(reservoir, len(active))
        return share + (active.index(client) < left)


def statistics_of(place: Place) -> Reports:
    """The reports of a Region."""
    return place.kept("xray", "lab_reports", Reports)


def get_sampling_targets(call: Call) -> dict[str, Any]:
    """Take reports, and say what each sampler may use."""
    documents = call.given["SamplingStatisticsDocuments"]
    if len(documents) > _MOST:
        raise Refusal("InvalidRequestException", f"SamplingStatisticsDocuments can have up to {_MOST} items.")
    rules, reports = rules_of(call.place), statistics_of(call.place)
    targets, unprocessed = [], []
    for one in documents:
        rule = rules.by_name.get(one["RuleName"])
        if rule is None:
            message = f"Sampling rule does not exist: {one['RuleName']}"
            unprocessed.append({"RuleName": one["RuleName"], "ErrorCode": "RuleNotFound", "Message": message})
            continue
        reports.count(_reported(one))
        targets.append(
            {
                "RuleName": one["RuleName"],
                "FixedRate": rule.settings["FixedRate"],
                "ReservoirQuota": reports.quota(one["RuleName"], one["ClientID"], rule.settings["ReservoirSize"]),
                "ReservoirQuotaTTL": clock.now() + dt.timedelta(seconds=_GOOD_FOR),
                "Interval": _INTERVAL,
            }
        )
    return {
        "SamplingTargetDocuments": targets,
        "LastRuleModification": max(one.modified for one in rules.by_name.values()),
        "UnprocessedStatistics": unprocessed,
    }


def _reported(one: Mapping[str, Any]) -> Statistics:
    sums = (int(one.get(name) or 0) for name in ("RequestCount", "SampledCount", "BorrowCount"))
    return Statistics(one["RuleName"], clock.now().timestamp(), *sums)


def get_sampling_statistic_summaries(call: Call) -> dict[str, Any]:
    """The sums of each rule's minutes."""
    found = sorted(statistics_of(call.place).minutes.values(), key=lambda one: (one.at, one.rule))
    return {
        "SamplingStatisticSummaries": [
            {
                "RuleName": one.rule,
                "Timestamp": one.at,
                "RequestCount": one.requests,
                "BorrowCount": one.borrowed,
                "SampledCount": one.sampled,
            }
            for one in found
        ]
    }
