"""What a web ACL leaves behind: sampled requests of the last three hours, and metrics.

https://docs.aws.amazon.com/waf/latest/APIReference/API_GetSampledRequests.html
https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.apigateway.exchange import Sent
from course.lab.clock import clock
from course.lab.place import Place
from course.lab.waf.judge import Verdict

_METRICS: Final = {
    "Allow": "AllowedRequests",
    "Block": "BlockedRequests",
    "Count": "CountedRequests",
    "Captcha": "CaptchaRequests",
    "Challenge": "ChallengeRequests",
}
# A web ACL keeps no more samples than this for a rule.
_MOST: Final = 5000


@dataclass
class Sample:
    """A request that a rule saw."""

    at: dt.datetime
    action: str
    inside: str
    sent: Sent


@dataclass
class Samples:
    """The samples of a web ACL, by the metric name of the rule."""

    by_metric: dict[str, list[Sample]] = field(default_factory=dict)


def write(acl: Any, place: Place, sent: Sent, verdict: Verdict) -> None:
    """Note a request and what became of it."""
    kept = _samples(place, acl.arn)
    own = acl.visibility_config["MetricName"]
    configs = {one.visibility_config["MetricName"]: one.visibility_config for one in acl.rules}
    configs[own] = acl.visibility_config
    rows = [(metric, "Count", inside) for metric, inside in verdict.counted]
    rows.append((verdict.metric, verdict.action, verdict.inside))
    for metric, action, inside in rows:
        config = configs[metric]
        if config["SampledRequestsEnabled"] and len(kept.by_metric.setdefault(metric, [])) < _MOST:
            kept.by_metric[metric].append(Sample(clock.now(), action, inside, sent))
        if config["CloudWatchMetricsEnabled"]:
            _measure(place, own, metric, action)
    if acl.visibility_config["CloudWatchMetricsEnabled"]:
        _measure(place, own, "ALL", verdict.action)


def _measure(place: Place, acl: str, rule: str, action: str) -> None:
    from moto.cloudwatch.models import cloudwatch_backends

    dimensions = [{"Name": "WebACL", "Value": acl}, {"Name": "Region", "Value": place.region},
                  {"Name": "Rule", "Value": rule}]  # fmt: skip
    datum = {"MetricName": _METRICS[action], "Value": 1, "Unit": "Count", "Timestamp": clock.now().replace(tzinfo=None),
             "Dimensions": dimensions}  # fmt: skip
    cloudwatch_backends[place.account][place.region].put_metric_data("AWS/WAFV2", [datum])


def sampled(place: Place, arn: str, metric: str, window: Any, most: int) -> dict[str, Any]:
    """The answer of GetSampledRequests."""
    begin = max(window["StartTime"], clock.now() - dt.timedelta(hours=3))
    found = [one for one in _samples(place, arn).by_metric.get(metric, []) if begin <= one.at <= window["EndTime"]]
    return {
        "SampledRequests": [_shown(one) for one in found[-most:]],
        "PopulationSize": len(found),
        "TimeWindow": {"StartTime": begin, "EndTime": window["EndTime"]},
    }


def _shown(one: Sample) -> dict[str, Any]:
    sent = one.sent
    row = {
        "Request": {
            "ClientIP": sent.source_ip,
            "Country": sent.headers.get("CloudFront-Viewer-Country", "-"),
            "URI": sent.path + (f"?{sent.query}" if sent.query else ""),
            "Method": sent.method,
            "HTTPVersion": "HTTP/1.1",
            "Headers": [{"Name": name, "Value": value} for name, value in sent.headers.items()],
        },
        "Weight": 1,
        "Timestamp": one.at,
        "Action": one.action.upper(),
    }
    if one.inside:
        row["RuleNameWithinRuleGroup"] = one.inside
    if one.action == "Block":
        row["ResponseCodeSent"] = 403
    return row


def _samples(place: Place, arn: str) -> Samples:
    return place.kept("wafv2", "lab_samples", dict[str, Samples]).setdefault(arn, Samples())
