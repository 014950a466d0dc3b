"""How far a policy changes its group, and the change itself: by an alarm or by ExecutePolicy.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html
https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExecutePolicy.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from course.lab.autoscaling import rest
from course.lab.autoscaling.activities import because
from course.lab.autoscaling.policies import find
from course.lab.autoscaling.tracking import instances
from course.lab.clock import clock
from course.lab.service import Call, Refusal, serve


def by_alarm(group: Any, policy: Any, value: float, threshold: float, now: float, alarm: str) -> str:
    """Do what the policy says when its alarm rings; returns what was done, nothing while the group rests."""
    if group.is_suspended("AlarmNotification") or not policy.__dict__.get("enabled", True):
        return ""
    size = int(group.desired_capacity)
    kind = policy.policy_type or "SimpleScaling"
    warm = rest.warming(group, policy, now)
    if kind == "TargetTrackingScaling":
        if warm:
            return ""
        tracked = {"TargetTrackingConfiguration": policy.target_tracking_configuration.__dict__}
        wanted = instances(tracked, value, size)
    elif kind == "StepScaling":
        change = step(policy.step_adjustments or (), value - threshold)
        if change is None:
            return ""
        wanted = adjusted(policy, change, warm.before if warm else size)
        if warm and wanted < size:
            return ""
    else:
        if rest.cools(group, now):
            return ""
        wanted = adjusted(policy, int(policy.scaling_adjustment), size)
    reason = f"a monitor alarm {alarm} in state ALARM triggered policy {policy.name}"
    return _change(group, policy, wanted, now, reason)


def _change(group: Any, policy: Any, wanted: int, now: float, reason: str) -> str:
    before = int(group.desired_capacity)
    wanted = min(max(wanted, group.min_size), group.max_size)
    if wanted != before:
        with because(f"{reason} changing the desired capacity from {before} to {wanted}"):
            group.set_desired_capacity(wanted)
        rest.scaled(group, policy, before, now)
    return f"{policy.name}: {group.name} {before} -> {wanted}"


def step(steps: Sequence[Mapping[str, Any]], beyond: float) -> int | None:
    """The step into which the metric falls, by how far it is beyond the threshold."""
    for one in steps:
        low = _bound(one, "MetricIntervalLowerBound", -math.inf)
        high = _bound(one, "MetricIntervalUpperBound", math.inf)
        if low <= beyond < high or (beyond < 0 and low < beyond <= high):
            return int(one["ScalingAdjustment"])
    return None


def _bound(one: Mapping[str, Any], name: str, otherwise: float) -> float:
    return otherwise if one.get(name) is None else float(one[name])


def adjusted(policy: Any, change: int, current: int) -> int:
    """The size that a change of this policy leads to, before the group's bounds."""
    match policy.adjustment_type:
        case "ExactCapacity":
            return change
        case "PercentChangeInCapacity":
            share = current * change / 100
            # Between 0 and 1 it counts as 1, otherwise towards 0; a least magnitude may be asked for.
            whole = math.copysign(1, share) if 0 < abs(share) < 1 else math.trunc(share)
            least = int(policy.min_adjustment_magnitude or 0)
            return current + int(math.copysign(max(abs(whole), least), change))
    return current + change


def _execute(call: Call) -> None:
    """ExecutePolicy: as if the alarm had rung."""
    backend = call.place.backend("autoscaling")
    policy = find(backend.policies, call.given)
    if policy is None:
        raise Refusal("ValidationError", f"No such policy: {call.given['PolicyName']}")
    group = backend.autoscaling_groups[policy.auto_scaling_group_name]
    kind = policy.policy_type or "SimpleScaling"
    now, size = clock.now().timestamp(), int(group.desired_capacity)
    if kind == "SimpleScaling":
        if call.given.get("HonorCooldown") and rest.cools(group, now):
            raise Refusal("ScalingActivityInProgress", "Cannot execute policy. Cooldown is still in effect")
        wanted = adjusted(policy, int(policy.scaling_adjustment), size)
    elif kind == "StepScaling":
        value, threshold = call.given.get("MetricValue"), call.given.get("BreachThreshold")
        if value is None or threshold is None:
            raise Refusal("ValidationError", "MetricValue and BreachThreshold are required for step scaling policies")
        change = step(policy.step_adjustments or (), float(value) - float(threshold))
        wanted = size if change is None else adjusted(policy, change, size)
    else:
        raise Refusal("ValidationError", f"A policy of type {kind} cannot be executed")
    _change(group, policy, wanted, now, f"a user request executed policy {policy.name}")


serve("auto-scaling", {"ExecutePolicy": _execute}, api="autoscaling")
