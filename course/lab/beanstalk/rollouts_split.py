"""Traffic splitting at the load balancer: a second target group gets a share of the requests.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from course.lab.beanstalk import fleet
from course.lab.beanstalk.rollouts_fleet import client

if TYPE_CHECKING:
    from course.lab.beanstalk.store import Environment

_COPIED: Final = (
    "Protocol", "Port", "VpcId", "HealthCheckProtocol", "HealthCheckPort", "HealthCheckEnabled", "HealthCheckPath",
    "HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds", "HealthyThresholdCount", "UnhealthyThresholdCount",
    "Matcher", "TargetType",
)  # fmt: skip


def second_target_group(env: Environment, name: str) -> str:
    """A target group like the environment's, to which no request goes yet; its ARN."""
    balancing, own = client(env, "elbv2"), _own(env)
    found = balancing.describe_target_groups(TargetGroupArns=[own])["TargetGroups"][0]
    settings = {key: found[key] for key in _COPIED if found.get(key) is not None}
    made = balancing.create_target_group(Name=name[-32:].strip("-"), **settings)["TargetGroups"][0]
    attributes = balancing.describe_target_group_attributes(TargetGroupArn=own)["Attributes"]
    kept = [one for one in attributes if one["Key"] in ("deregistration_delay.timeout_seconds", "stickiness.enabled")]
    if kept:
        balancing.modify_target_group_attributes(TargetGroupArn=made["TargetGroupArn"], Attributes=kept)
    arn = str(made["TargetGroupArn"])
    share(env, arn, 0)
    # Moto tells of the balancer of a target group only if it is the listener's only one.
    env.place.backend("elbv2").target_groups[arn].load_balancer_arns = list(found["LoadBalancerArns"])
    return arn


def share(env: Environment, second: str, percent: int) -> None:
    """Send this many per cent of the requests to the second target group."""
    weights = [{"TargetGroupArn": _own(env), "Weight": 100 - percent}, {"TargetGroupArn": second, "Weight": percent}]
    _forward(env, [{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}])


def unite(env: Environment, second: str) -> None:
    """Send all requests to the environment's own target group again, and end the second one."""
    _forward(env, [{"Type": "forward", "TargetGroupArn": _own(env)}])
    balancing = client(env, "elbv2")
    with suppress(balancing.exceptions.TargetGroupNotFoundException):
        balancing.delete_target_group(TargetGroupArn=second)


def _own(env: Environment) -> str:
    return str(fleet.target_groups(env)[0])


def _forward(env: Environment, actions: list[dict[str, Any]]) -> None:
    """Change what the listeners do that forward to the environment's target group."""
    balancing, own = client(env, "elbv2"), _own(env)
    (group,) = balancing.describe_target_groups(TargetGroupArns=[own])["TargetGroups"]
    for balancer in group["LoadBalancerArns"]:
        for listener in balancing.describe_listeners(LoadBalancerArn=balancer)["Listeners"]:
            if own in str(listener["DefaultActions"]):
                balancing.modify_listener(ListenerArn=listener["ListenerArn"], DefaultActions=actions)
