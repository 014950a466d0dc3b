"""The metrics of load balancers, in AWS/ApplicationELB and AWS/NetworkELB.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html

AWS publishes each value under several sets of dimensions; the store finds the finest set under fewer (store.py).
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.clock import clock
from course.lab.elb.target_groups import LabTargetGroup, balancers_of, zone_of

_NAMESPACES: Final = {"application": "AWS/ApplicationELB", "network": "AWS/NetworkELB", "gateway": "AWS/GatewayELB"}
_SECONDS: Final = ("TargetResponseTime",)
_BYTES: Final = ("ProcessedBytes",)


def full_name(arn: str) -> str:
    """What the dimension LoadBalancer or TargetGroup holds: the end of the ARN, `app/shop/0123456789abcdef`."""
    return arn.rpartition(":")[2].removeprefix("loadbalancer/")


def count(balancer: Any, zone: str, values: dict[str, float], group: LabTargetGroup | None = None) -> None:
    """Publish values of this moment, of a balancer in one zone, and of the target group if one took part."""
    dimensions = {"LoadBalancer": full_name(balancer.arn), "AvailabilityZone": zone}
    if group is not None:
        dimensions["TargetGroup"] = full_name(group.arn)
    _put(balancer, dimensions, values)


def per_target(balancer: Any, group: LabTargetGroup, targets: int) -> None:
    """RequestCountPerTarget: AWS publishes the requests divided by the healthy targets."""
    dimensions = {"LoadBalancer": full_name(balancer.arn), "TargetGroup": full_name(group.arn)}
    _put(balancer, dimensions, {"RequestCountPerTarget": 1 / max(1, targets)})


def next_minute() -> float | None:
    """When the hosts are counted next; None if there is nothing to count."""
    from course.lab.elb.health import groups as all_groups

    if not any(group.targets for group in all_groups()):
        return None
    return float((clock.now().timestamp() // 60 + 1) * 60)


def count_hosts(groups: list[LabTargetGroup]) -> None:
    """HealthyHostCount and UnHealthyHostCount, once for each minute and each zone that has targets."""
    from course.lab.elb import health

    minute = clock.now().timestamp() // 60
    for group in groups:
        if not group.targets or group.target_type == "lambda" or group.__dict__.get("lab_counted") == minute:
            continue
        group.__dict__["lab_counted"] = minute
        hosts: dict[str, list[int]] = {}
        for key, target in group.targets.items():
            state = health.state_of(group, key)[0]
            row = hosts.setdefault(zone_of(group, target), [0, 0])
            row[0] += state == "healthy"
            row[1] += state == "unhealthy"
        for balancer in balancers_of(health.kept_of(group), group):
            for zone, (well, ill) in hosts.items():
                count(balancer, zone, {"HealthyHostCount": well, "UnHealthyHostCount": ill}, group)


def _put(balancer: Any, dimensions: dict[str, str], values: dict[str, float]) -> None:
    from moto.cloudwatch.models import cloudwatch_backends

    now = clock.now().replace(tzinfo=None)
    rows = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    data = [
        {
            "MetricName": name,
            "Value": value,
            "Unit": "Seconds" if name in _SECONDS else "Bytes" if name in _BYTES else "Count",
            "Timestamp": now,
            "Dimensions": rows,
        }
        for name, value in values.items()
    ]
    account, region = balancer.arn.split(":")[4], balancer.arn.split(":")[3]
    cloudwatch_backends[account][region].put_metric_data(_NAMESPACES[balancer.type], data)
