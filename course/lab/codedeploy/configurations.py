"""Deployment configurations: how many at a time, or how much traffic when.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
"""

from __future__ import annotations

from typing import Any, Final


def _servers(name: str, kind: str, value: int) -> dict[str, Any]:
    return {
        "deploymentConfigName": f"CodeDeployDefault.{name}",
        "computePlatform": "Server",
        "minimumHealthyHosts": {"type": kind, "value": value},
    }


def _traffic(platform: str, prefix: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"deploymentConfigName": f"CodeDeployDefault.{prefix}AllAtOnce", "trafficRoutingConfig": {"type": "AllAtOnce"}}
    ]
    canaries = (5, 10, 15, 30) if platform == "Lambda" else (5, 15)
    for minutes in canaries:
        found.append({
            "deploymentConfigName": f"CodeDeployDefault.{prefix}Canary10Percent{minutes}Minutes",
            "trafficRoutingConfig": {
                "type": "TimeBasedCanary",
                "timeBasedCanary": {"canaryPercentage": 10, "canaryInterval": minutes},
            },
        })  # fmt: skip
    steps = (1, 2, 3, 10) if platform == "Lambda" else (1, 3)
    for minutes in steps:
        found.append({
            "deploymentConfigName": f"CodeDeployDefault.{prefix}Linear10PercentEvery{minutes}Minute"
                                    f"{'s' if minutes > 1 or platform == 'ECS' else ''}",
            "trafficRoutingConfig": {
                "type": "TimeBasedLinear",
                "timeBasedLinear": {"linearPercentage": 10, "linearInterval": minutes},
            },
        })  # fmt: skip
    return [{**one, "computePlatform": platform} for one in found]


PREDEFINED: Final = {
    one["deploymentConfigName"]: one
    for one in [
        _servers("OneAtATime", "MOST_CONCURRENCY", 1),
        _servers("HalfAtATime", "FLEET_PERCENT", 50),
        _servers("AllAtOnce", "HOST_COUNT", 0),
        *_traffic("Lambda", "Lambda"),
        *_traffic("ECS", "ECS"),
    ]
}

DEFAULTS: Final = {
    "Server": "CodeDeployDefault.OneAtATime",
    "Lambda": "CodeDeployDefault.LambdaAllAtOnce",
    "ECS": "CodeDeployDefault.ECSAllAtOnce",
}


def steps(config: dict[str, Any]) -> list[tuple[float, float]]:
    """The traffic of the new version over time: (seconds after the first shift, share), the last one 1.

    >>> steps(PREDEFINED["CodeDeployDefault.LambdaCanary10Percent5Minutes"])
    [(0.0, 0.1), (300.0, 1.0)]
    """
    routing = config["trafficRoutingConfig"]
    if routing["type"] == "TimeBasedCanary":
        canary = routing["timeBasedCanary"]
        return [(0.0, canary["canaryPercentage"] / 100), (60.0 * canary["canaryInterval"], 1.0)]
    if routing["type"] == "TimeBasedLinear":
        linear, found = routing["timeBasedLinear"], []
        share, at = linear["linearPercentage"] / 100, 0.0
        while share < 1 - 1e-9:
            found.append((at, round(share, 4)))
            share, at = share + linear["linearPercentage"] / 100, at + 60.0 * linear["linearInterval"]
        return [*found, (at, 1.0)]
    return [(0.0, 1.0)]


def at_a_time(config: dict[str, Any], total: int) -> tuple[int, int]:
    """For servers: how many are taken at a time (none if too many must be healthy), and how many must be healthy.

    >>> at_a_time(PREDEFINED["CodeDeployDefault.HalfAtATime"], 9)
    (4, 5)
    """
    rule = config["minimumHealthyHosts"]
    if rule["type"] == "MOST_CONCURRENCY":
        healthy = total - rule["value"]
    elif rule["type"] == "FLEET_PERCENT":
        healthy = -(-total * rule["value"] // 100)
    else:
        healthy = min(rule["value"], total)
    return total - healthy, healthy
