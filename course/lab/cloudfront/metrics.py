"""What CloudFront counts, in AWS/CloudFront of us-east-1, and what it bills.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
"""

from __future__ import annotations

from course.lab import meter
from course.lab.clock import clock
from course.lab.cloudfront.visit import Outcome, Visit

_HITS = ("Hit", "RefreshHit")


def count(visit: Visit, outcome: Outcome) -> None:
    """Count one answer. The hit rate is one of the additional metrics, which a monitoring subscription switches on."""
    from moto.cloudwatch.models import cloudwatch_backends

    status, size = outcome.answer.status, len(outcome.answer.content)
    values = {
        "Requests": (1.0, "None"),
        "BytesDownloaded": (float(size), "None"),
        "BytesUploaded": (float(len(visit.sent.body)), "None"),
        "4xxErrorRate": (100.0 * (400 <= status < 500), "Percent"),
        "5xxErrorRate": (100.0 * (status >= 500), "Percent"),
        "TotalErrorRate": (100.0 * (status >= 400), "Percent"),
    }
    if visit.record.monitored and status < 400 and outcome.word in (*_HITS, "Miss"):
        values["CacheHitRate"] = (100.0 * (outcome.word in _HITS), "Percent")
    rows = [{"Name": "DistributionId", "Value": visit.record.id}, {"Name": "Region", "Value": "Global"}]
    data = [
        {"MetricName": name, "Value": value, "Unit": unit, "Timestamp": clock.now().replace(tzinfo=None),
         "Dimensions": rows}
        for name, (value, unit) in values.items()
    ]  # fmt: skip
    cloudwatch_backends[visit.record.account]["us-east-1"].put_metric_data("AWS/CloudFront", data)
    scheme, where = "https" if visit.sent.is_secure else "http", visit.edge.billed_as
    meter.use("CloudFront", f"{scheme}-requests-{where}")
    meter.use("CloudFront", f"data-out-to-internet-{where}", size / 1e9)
