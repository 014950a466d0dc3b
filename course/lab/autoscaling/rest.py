"""Cooldown and warm-up: when a group may scale again, and from which size it reckons.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-cooldowns.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html

A simple policy waits for the cooldown of the whole group. Step scaling goes on while instances warm up, but reckons
from the size before them, so that a worse alarm adds only what is still missing; nothing is removed meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

_COOLS: Final = "lab_cools_until"
_WARMS: Final = "lab_warms"


@dataclass(frozen=True)
class Warming:
    """Instances of a policy that warm up: until when, and how many members there were before them."""

    until: float
    before: int


def cooldown_of(group: Any, policy: Any) -> int:
    """Seconds that the group rests after this simple policy."""
    own = policy.cooldown
    return int(group.default_cooldown if own is None else own)


def warmup_of(group: Any, policy: Any) -> int:
    """Seconds until an instance counts: the policy's own, the group's default, or else the cooldown."""
    own = policy.estimated_instance_warmup
    default = group.__dict__.get("default_instance_warmup")
    for seconds in (own, default):
        if seconds is not None and int(seconds) >= 0:
            return int(seconds)
    return int(group.default_cooldown)


def cools(group: Any, now: float) -> bool:
    """Whether the group still rests from a simple policy."""
    return bool(now < group.__dict__.get(_COOLS, 0))


def warming(group: Any, policy: Any, now: float) -> Warming | None:
    """What warms up because of this policy."""
    found: Warming | None = group.__dict__.get(_WARMS, {}).get(policy.name)
    return found if found is not None and now < found.until else None


def scaled(group: Any, policy: Any, before: int, now: float) -> None:
    """A policy has changed the size of the group."""
    if (policy.policy_type or "SimpleScaling") == "SimpleScaling":
        group.__dict__[_COOLS] = now + cooldown_of(group, policy)
    elif group.desired_capacity > before:
        still = warming(group, policy, now)
        first = still.before if still else before
        group.__dict__.setdefault(_WARMS, {})[policy.name] = Warming(now + warmup_of(group, policy), first)
