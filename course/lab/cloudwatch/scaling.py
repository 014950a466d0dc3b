"""Alarms that scale a group: simple policies, steps and targets, with cooldown or warm-up.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import boto3

from course.lab.clock import clock

# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-cooldowns.html
_REST: Final = 300
_JUST: Final = 30


def scale(action: str, alarm: Any, region: str) -> str:
    """Run the policy of this ARN; nothing while the group rests from the last time."""
    scaling = boto3.client("autoscaling", region_name=region)
    pages = scaling.get_paginator("describe_policies").paginate()
    policy = next((one for page in pages for one in page["ScalingPolicies"] if _is(one, action)), None)
    if policy is None:
        raise LookupError(f"no policy {action}")
    done: dict[str, float] = alarm.__dict__.setdefault("lab_scaled", {})
    now = _moment(alarm)
    steps = policy.get("PolicyType") == "StepScaling"
    rest: Any = policy.get("EstimatedInstanceWarmup" if steps else "Cooldown")
    if action in done and now - done[action] < (_REST if rest is None else rest):
        return ""
    (group,) = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[policy["AutoScalingGroupName"]])[
        "AutoScalingGroups"
    ]
    if policy.get("PolicyType") == "TargetTrackingScaling":
        from course.lab.autoscaling.tracking import instances

        wanted = instances(policy, float(alarm.__dict__.get("lab_value") or 0), group["DesiredCapacity"])
    else:
        adjustment = _step(policy, alarm) if steps else policy.get("ScalingAdjustment")
        if adjustment is None:
            return ""
        wanted = _wanted(policy, adjustment, group["DesiredCapacity"])
    wanted = min(max(wanted, group["MinSize"]), group["MaxSize"])
    done[action] = now
    if wanted != group["DesiredCapacity"]:
        scaling.set_desired_capacity(AutoScalingGroupName=policy["AutoScalingGroupName"], DesiredCapacity=wanted)
    return f"{policy['PolicyName']}: {policy['AutoScalingGroupName']} {group['DesiredCapacity']} -> {wanted}"


def _moment(alarm: Any) -> float:
    """When the alarm was evaluated: the end of a period, however long the work since took; else now."""
    now = clock.now().timestamp()
    looked = float(alarm.__dict__.get("lab_looked") or 0)
    return looked if 0 <= now - looked < _JUST else now


def _is(policy: Mapping[str, Any], action: str) -> bool:
    """Whether an ARN names this policy; the group and the policy stand at its end."""
    named = f":autoScalingGroupName/{policy['AutoScalingGroupName']}:policyName/{policy['PolicyName']}"
    return policy.get("PolicyARN") == action or action.endswith(named)


def _step(policy: Mapping[str, Any], alarm: Any) -> int | None:
    """The step into which the metric falls, by how far it is beyond the threshold."""
    beyond = float(alarm.__dict__.get("lab_value") or alarm.threshold) - float(alarm.threshold)
    for step in policy.get("StepAdjustments") or ():
        low = step.get("MetricIntervalLowerBound", -math.inf)
        high = step.get("MetricIntervalUpperBound", math.inf)
        if low <= beyond < high or (beyond < 0 and low < beyond <= high):
            return int(step["ScalingAdjustment"])
    return None


def _wanted(policy: Mapping[str, Any], adjustment: int, current: int) -> int:
    match policy.get("AdjustmentType"):
        case "ExactCapacity":
            return adjustment
        case "PercentChangeInCapacity":
            change = current * adjustment / 100
            # Between 0 and 1 it counts as 1, otherwise towards 0; a least magnitude may be asked for.
            whole = math.copysign(1, change) if 0 < abs(change) < 1 else math.trunc(change)
            least = policy.get("MinAdjustmentMagnitude") or 0
            return current + int(math.copysign(max(abs(whole), least), adjustment))
    return current + adjustment
