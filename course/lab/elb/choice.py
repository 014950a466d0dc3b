"""Which target gets the next request: weights between groups, the group's algorithm, zones, slow start.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/disable-cross-zone.html

AWS draws lots between weights; the lab deals the requests out in turn, so that shares come out exact.
"""

from __future__ import annotations

from typing import Any

from course.lab.clock import clock
from course.lab.elb import health
from course.lab.elb.target_groups import LabTargetGroup, groups_in, zone_of


def group_for(kept: Any, rule: Any, action: Any) -> LabTargetGroup | None:
    """The target group whose turn it is by the weights; None if all weights are 0."""
    rows = [(arn, weight) for arn, weight in groups_in([action]) if weight > 0]
    if not rows:
        return None
    if len(rows) == 1:
        only: LabTargetGroup = kept.target_groups[rows[0][0]]
        return only
    credit: dict[str, int] = rule.__dict__.setdefault("lab_credit", {})
    for arn, weight in rows:
        credit[arn] = credit.get(arn, 0) + weight
    chosen = max(rows, key=lambda row: credit[row[0]])[0]
    credit[chosen] -= sum(weight for _, weight in rows)
    dealt: LabTargetGroup = kept.target_groups[chosen]
    return dealt


def crosses_zones(balancer: Any, group: LabTargetGroup) -> bool:
    """Whether a node sends to targets of other zones: the group says, or leaves it to its balancer."""
    said = group.setting("load_balancing.cross_zone.enabled", "use_load_balancer_configuration")
    if said == "use_load_balancer_configuration":
        said = str(balancer.attrs.get("load_balancing.cross_zone.enabled", "false"))
    return said.lower() == "true"


def candidates(balancer: Any, group: LabTargetGroup, zone: str) -> list[str]:
    """The keys of the targets that a node in this zone may choose from."""
    keys, all_ill = health.usable(group)
    if crosses_zones(balancer, group):
        return keys
    own = [key for key in keys if zone_of(group, group.targets[key]) in (zone, "all")]
    if not own and not all_ill:
        # A zone without a healthy target fails open for itself.
        ill = [key for key in group.targets if health.state_of(group, key)[0] in ("unhealthy", "initial")]
        own = [key for key in ill if zone_of(group, group.targets[key]) == zone]
    return own


def zones_in_dns(balancer: Any, groups: list[LabTargetGroup], zones: list[str]) -> list[str]:
    """The zones whose nodes DNS hands out: those that have somebody healthy to send to, or all if none has."""
    well: set[str] = set()
    for group in groups:
        if group.target_type != "instance" or crosses_zones(balancer, group):
            return zones
        keys, all_ill = health.usable(group)
        if not all_ill:
            well |= {zone_of(group, group.targets[key]) for key in keys}
    return [zone for zone in zones if zone in well] or zones


def pick(group: LabTargetGroup, keys: list[str], zone: str = "") -> str:
    """One of these targets, by the group's algorithm; nodes that keep to their zone go round for themselves."""
    now = clock.now().timestamp()
    keys = [key for key in keys if _admits(group, key, now)] or keys
    if group.setting("load_balancing.algorithm.type") == "least_outstanding_requests":
        least = min(group.conditions[key].busy(now) for key in keys)
        keys = [key for key in keys if group.conditions[key].busy(now) == least]
    order = list(group.targets)
    last = group.turns.get(zone, 0)
    chosen = min(keys, key=lambda key: (order.index(key) - last) % len(order))
    group.turns[zone] = (order.index(chosen) + 1) % len(order)
    return chosen


def _admits(group: LabTargetGroup, key: str, now: float) -> bool:
    """In slow start a target's share grows evenly from nothing to full.

    Of each hundred requests that would be its, it takes as many as the per cent of the time that is over.
    """
    ramp = float(group.setting("slow_start.duration_seconds", "0"))
    one = group.conditions[key]
    if not ramp or one.healthy_since is None or now - one.healthy_since >= ramp:
        return True
    credit: dict[str, float] = group.__dict__.setdefault("lab_slow", {})
    credit[key] = credit.get(key, 0.0) + (now - one.healthy_since) / ramp
    if credit[key] >= 1:
        credit[key] -= 1
        return True
    return False
