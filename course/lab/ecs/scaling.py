"""Service Auto Scaling: Application Auto Scaling changes the desired count of a service.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html
https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-step-scaling-policies.html
https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.moto_api._internal import mock_random

from course.lab import tracking_alarms
from course.lab.agenda import Delivery, add_source, note
from course.lab.asked import asked
from course.lab.caller import Session, session_of
from course.lab.clock import clock
from course.lab.ecs import scheduler
from course.lab.place import Place, everywhere
from course.lab.replies import written
from course.lab.service import Call, serve
from course.lab.wire import answer_first, ask_moto

# https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html
_METRICS: Final = {
    "ECSServiceAverageCPUUtilization": ("AWS/ECS", "CPUUtilization", "Average"),
    "ECSServiceAverageMemoryUtilization": ("AWS/ECS", "MemoryUtilization", "Average"),
    "ALBRequestCountPerTarget": ("AWS/ApplicationELB", "RequestCountPerTarget", "Sum"),
}
_COOLDOWN: Final = 300.0
_DIMENSION: Final = "ecs:service:DesiredCount"


@dataclass(frozen=True)
class _Adjustment:
    """What a step policy says, by the names that groups of EC2 instances use."""

    adjustment_type: str
    min_adjustment_magnitude: int


@answer_first
def _put(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    """PutScalingPolicy: target tracking makes the two alarms that watch its metric."""
    if service != "application-auto-scaling" or operation != "PutScalingPolicy":
        return None
    call = asked(operation)
    if call is None or call.params.get("ServiceNamespace") != "ecs":
        return None
    session = session_of(request)
    kept = session.place.backend("applicationautoscaling")
    for one in kept.policies.values():
        if _is_meant(one, call.params):
            _forget_alarms(session, one)
    response = ask_moto(service, operation, request)
    if response.status_code >= 400:
        return response
    policy = next(one for one in kept.policies.values() if _is_meant(one, call.params))
    _forget_alarms(session, policy)  # moto watches another metric, with a threshold of its own
    policy.alarms = _make_alarms(session, policy)
    said = {"PolicyARN": policy.policy_arn, "Alarms": [tracking_alarms.named(alarm) for alarm in policy.alarms]}
    return written(request, "application-autoscaling", operation, call.protocol, said)


def _is_meant(policy: Any, given: Mapping[str, Any]) -> bool:
    return (policy.policy_name, policy.resource_id) == (given["PolicyName"], given["ResourceId"])


def _forget_alarms(session: Session, policy: Any) -> None:
    alarms = session.place.backend("cloudwatch").alarms
    for alarm in policy.alarms:
        alarms.pop(alarm.name, None)
    policy.alarms = []


def _make_alarms(session: Session, policy: Any) -> list[Any]:
    wanted = policy.target_tracking_scaling_policy_configuration
    if not wanted:
        return []
    _, cluster, name = policy.resource_id.split("/")
    own = {"ClusterName": cluster, "ServiceName": name}
    return tracking_alarms.make(session, policy.policy_arn, policy.resource_id, own, wanted, _METRICS)


# What alarms and schedules do --------------------------------------------------------------------------------


def by_alarm(place: Place, arn: str, value: float, threshold: float, now: float, alarm: str) -> str:
    """Do what a policy says when its alarm rings; returns what was done, nothing while the service rests."""
    policy = next((one for one in place.backend("applicationautoscaling").policies.values()
                   if arn.startswith(one.policy_arn)), None)  # fmt: skip
    target = _target_of(place, policy.resource_id) if policy is not None else None
    service = _service_of(place, policy.resource_id) if policy is not None else None
    if policy is None or target is None or service is None:
        raise LookupError(f"no policy {arn}")
    before = int(service.desired_count)
    wanted = _wanted(policy, value, threshold, before)
    wanted = min(max(wanted, int(target.min_capacity)), int(target.max_capacity))
    if wanted == before or _rests(target, policy, wanted > before, now):
        return ""
    cause = f"monitor alarm {alarm} in state ALARM triggered policy {policy.policy_name}"
    change(place, target, service, wanted, cause)
    target.__dict__["lab_scaled"] = (now, wanted > before)
    return f"{policy.policy_name}: {service.name} {before} -> {wanted}"


def _wanted(policy: Any, value: float, threshold: float, current: int) -> int:
    from course.lab.autoscaling.adjusting import adjusted, step

    if tracked := policy.target_tracking_scaling_policy_configuration:
        # The average falls in proportion to the tasks that share the load; rather one task too many.
        share = math.ceil(current * value / float(tracked["TargetValue"]) - 1e-9) if current else 1
        return max(current, share) if value > float(tracked["TargetValue"]) else min(current, share)
    steps = policy.step_scaling_policy_configuration
    size = step(steps.get("StepAdjustments") or (), value - threshold)
    if size is None:
        return current
    kind = _Adjustment(steps.get("AdjustmentType", ""), int(steps.get("MinAdjustmentMagnitude") or 0))
    return adjusted(kind, size, current)


def _rests(target: Any, policy: Any, out: bool, now: float) -> bool:
    """Whether the service rests from the last change. Scaling out does not wait for scaling in."""
    suspended = target.suspended_state or {}
    if suspended.get("DynamicScalingOutSuspended" if out else "DynamicScalingInSuspended"):
        return True
    last = target.__dict__.get("lab_scaled")
    if last is None or (out and not last[1]):
        return False
    settings = policy.target_tracking_scaling_policy_configuration or policy.step_scaling_policy_configuration or {}
    name = "ScaleOutCooldown" if last[1] else "ScaleInCooldown"
    pause = settings.get(name, settings.get("Cooldown", _COOLDOWN))
    return bool(now < last[0] + float(pause))


def change(place: Place, target: Any, service: Any, wanted: int, cause: str) -> None:
    """Set the desired count of a service, and write the activity down."""
    service.desired_count = wanted
    scheduler.tend(place, service)
    now = clock.now()
    _activities(place).insert(0, {
        "ActivityId": str(mock_random.uuid4()), "ServiceNamespace": "ecs", "ResourceId": target.resource_id,
        "ScalableDimension": _DIMENSION, "Description": f"Setting desired count to {wanted}.", "Cause": cause,
        "StartTime": now, "EndTime": now, "StatusCode": "Successful",
        "StatusMessage": f"Successfully set desired count to {wanted}. Change successfully fulfilled by ecs.",
    })  # fmt: skip


def _activities(place: Place) -> list[dict[str, Any]]:
    return place.kept("applicationautoscaling", "lab_activities", list[dict[str, Any]])


def _describe(call: Call) -> dict[str, Any]:
    """DescribeScalingActivities: what was changed and why, the newest first."""
    found = [
        one for one in _activities(call.place)
        if one["ServiceNamespace"] == call.given["ServiceNamespace"]
        and call.given.get("ResourceId") in (None, one["ResourceId"])
    ]  # fmt: skip
    return {"ScalingActivities": found[: call.given.get("MaxResults", 50)]}


serve("application-auto-scaling", {"DescribeScalingActivities": _describe}, api="application-autoscaling")


def _target_of(place: Place, resource: str) -> Any:
    targets = place.backend("applicationautoscaling").targets
    return (targets.get(_DIMENSION) or {}).get(resource)


def _service_of(place: Place, resource: str) -> Any:
    _, cluster, name = resource.split("/")
    found = place.backend("ecs").services.get(f"{cluster}:{name}")
    return found if found is not None and found.status == "ACTIVE" else None


class _Schedules:
    """What the agenda asks: scheduled actions of services."""

    def next_due(self) -> float | None:
        return min((at for _, action in _actions() if (at := _due(action)) is not None), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for place, action in _actions():
            due = _due(action)
            if due is None or due > now:
                continue
            action.__dict__["lab_ran"] = dt.datetime.fromtimestamp(due, dt.UTC)
            action.__dict__.pop("lab_due", None)
            if told := _run(place, action):
                made.append(note(f"scheduled action {action.scheduled_action_name}", action.resource_id, told))
        return made


def _actions() -> list[tuple[Place, Any]]:
    return [
        (Place(kept.account_id, kept.region_name), one)
        for kept in everywhere("applicationautoscaling")
        for one in kept.scheduled_actions
        if one.service_namespace == "ecs"
    ]


def _due(action: Any) -> float | None:
    from course.lab.scheduler_times import next_time

    held = action.__dict__
    if held.get("lab_plan") != (action.schedule, action.timezone):
        held["lab_plan"] = (action.schedule, action.timezone)
        held["lab_ran"] = clock.now()
        held.pop("lab_due", None)
    if "lab_due" not in held:
        held["lab_due"] = next_time(action.schedule, action.timezone or "UTC", held["lab_ran"])
    return held["lab_due"].timestamp() if held["lab_due"] else None


def _run(place: Place, action: Any) -> str:
    """New bounds for the target; the count follows them at once."""
    target, service = _target_of(place, action.resource_id), _service_of(place, action.resource_id)
    if target is None or service is None or (target.suspended_state or {}).get("ScheduledScalingSuspended"):
        return ""
    bounds = action.scalable_target_action
    least, most = _bound(bounds, "MinCapacity", "min_capacity"), _bound(bounds, "MaxCapacity", "max_capacity")
    target.update(least, most, None)
    before = int(service.desired_count)
    wanted = min(max(before, int(target.min_capacity)), int(target.max_capacity))
    if wanted != before:
        change(place, target, service, wanted, f"scheduled action name {action.scheduled_action_name} was triggered")
    return f"{target.min_capacity} to {target.max_capacity} tasks: {before} -> {wanted}"


def _bound(bounds: Any, name: str, attribute: str) -> int | None:
    found = bounds.get(name) if isinstance(bounds, dict) else getattr(bounds, attribute, None)
    return None if found is None else int(found)


add_source(_Schedules())
