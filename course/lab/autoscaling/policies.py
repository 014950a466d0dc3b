"""Scaling policies: their ARNs, and the alarms that target tracking makes for itself.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html
https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab import tracking_alarms
from course.lab.asked import Asked, asked
from course.lab.autoscaling.group import policy_key
from course.lab.caller import Session, session_of
from course.lab.replies import Reply, answer, written
from course.lab.wire import answer_first, ask_moto

# https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PredefinedMetricSpecification.html
_METRICS: Final = {
    "ASGAverageCPUUtilization": ("AWS/EC2", "CPUUtilization", "Average"),
    "ASGAverageNetworkIn": ("AWS/EC2", "NetworkIn", "Average"),
    "ASGAverageNetworkOut": ("AWS/EC2", "NetworkOut", "Average"),
    "ALBRequestCountPerTarget": ("AWS/ApplicationELB", "RequestCountPerTarget", "Sum"),
}
_OPEN_END: Final = "There must be a step adjustment with an unspecified"


@answer_first
def _put(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "auto-scaling" or operation not in ("PutScalingPolicy", "DeletePolicy"):
        return None
    call = asked(operation)
    if call is None:
        return None
    session = session_of(request)
    before = find(_policies(session), call.params)
    if operation == "DeletePolicy":
        if before is None:
            return answer(request, "autoscaling", call.protocol, Reply("ValidationError", "Policy not found"))[0]
        _forget_alarms(session, before)
        del _policies(session)[policy_key(before.auto_scaling_group_name, before.name)]
        return written(request, "autoscaling", operation, call.protocol, {})
    if fault := _fault(call.params, session):
        return answer(request, "autoscaling", call.protocol, fault)[0]
    response = ask_moto(service, operation, request)
    return response if response.status_code >= 400 else _said(call, session, request, before)


def _said(call: Asked, session: Session, request: AWSPreparedRequest, before: Any) -> AWSResponse:
    policy = find(_policies(session), call.params)
    _forget_alarms(session, before)
    if "Cooldown" not in call.params:
        policy.cooldown = None  # moto gives it 300 seconds, which hides the cooldown of the group
    policy.__dict__["enabled"] = call.params.get("Enabled", True)
    alarms = []
    if call.params.get("PolicyType") == "TargetTrackingScaling":
        group, wanted = policy.auto_scaling_group_name, call.params["TargetTrackingConfiguration"]
        own = {"AutoScalingGroupName": group}
        made = tracking_alarms.make(session, policy.arn, group, own, wanted, _METRICS)
        alarms = [tracking_alarms.named(alarm) for alarm in made]
        policy.__dict__["lab_alarms"] = [one["AlarmName"] for one in alarms]
    said = {"PolicyARN": policy.arn, "Alarms": alarms}
    return written(request, "autoscaling", "PutScalingPolicy", call.protocol, said)


def _fault(given: Mapping[str, Any], session: Session) -> Reply | None:
    kind = given.get("PolicyType", "SimpleScaling")
    groups = session.place.backend("autoscaling").autoscaling_groups
    if given.get("AutoScalingGroupName") not in groups:
        return Reply("ValidationError", "Group " + str(given.get("AutoScalingGroupName")) + " not found")
    if kind == "SimpleScaling" and not (given.get("AdjustmentType") and given.get("ScalingAdjustment") is not None):
        return Reply("ValidationError", "SimpleScaling policies need AdjustmentType and ScalingAdjustment")
    if kind == "StepScaling" and not (given.get("AdjustmentType") and given.get("StepAdjustments")):
        return Reply("ValidationError", "StepScaling policies need AdjustmentType and StepAdjustments")
    if kind == "StepScaling" and (wrong := steps_fault(given["StepAdjustments"])):
        return Reply("ValidationError", wrong)
    if kind == "TargetTrackingScaling" and not given.get("TargetTrackingConfiguration"):
        return Reply("ValidationError", "TargetTrackingScaling policies need TargetTrackingConfiguration")
    return None


def steps_fault(steps: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with the bounds of the steps: they neither overlap nor leave a gap.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/step-scaling-create-policy.html
    """
    spans = sorted((one.get("MetricIntervalLowerBound", -math.inf), one.get("MetricIntervalUpperBound", math.inf))
                   for one in steps)  # fmt: skip
    if any(low >= high for low, high in spans):
        return "StepAdjustment lower bound must be less than its upper bound"
    for (_, high), (low, _) in pairwise(spans):
        if low < high:
            return "StepAdjustment intervals can't overlap"
        if low > high:
            return "StepAdjustment intervals can't have gaps between them"
    if any(high > 0 for _, high in spans) and spans[-1][1] != math.inf:
        return f"{_OPEN_END} upper bound when one adjustment has a positive upper bound"
    if any(low < 0 for low, _ in spans) and spans[0][0] != -math.inf:
        return f"{_OPEN_END} lower bound when one adjustment has a negative lower bound"
    return ""


def find(policies: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    """The policy that a call names, by its group and name or by its ARN; None if there is none."""
    name, group = str(given.get("PolicyName", "")), given.get("AutoScalingGroupName")
    for policy in policies.values():
        if policy.arn == name or (policy.name == name and group in (None, policy.auto_scaling_group_name)):
            return policy
    return None


def _policies(session: Session) -> dict[str, Any]:
    found: dict[str, Any] = session.place.backend("autoscaling").policies
    return found


def _forget_alarms(session: Session, policy: Any) -> None:
    names = policy.__dict__.pop("lab_alarms", []) if policy is not None else []
    alarms = session.place.backend("cloudwatch").alarms
    if known := [name for name in names if name in alarms]:
        session.client("cloudwatch").delete_alarms(AlarmNames=known)
