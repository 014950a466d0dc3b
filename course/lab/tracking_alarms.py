"""The two alarms that target tracking makes for itself, for groups of instances and for services of tasks.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.caller import Session

Metrics = Mapping[str, tuple[str, str, str]]  # type of a predefined metric: namespace, name, statistic

# Up after 3 minutes above the target, down after 15 minutes below nine tenths of it.
_UP, _DOWN, _SLACK = 3, 15, 0.9
_WARNING: Final = "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy"


def make(
    session: Session, policy: str, resource: str, own: Mapping[str, str], wanted: Mapping[str, Any], known: Metrics
) -> list[Any]:
    """Make the alarms of a policy (its ARN) for a resource, and give moto's records of them.

    `own` are the dimensions by which the resource is measured.
    """
    watched = _watched(wanted, own, known)
    if watched is None:
        return []
    target = float(wanted["TargetValue"])
    kinds = [("AlarmHigh", "GreaterThanThreshold", target, _UP)]
    if not wanted.get("DisableScaleIn"):
        kinds.append(("AlarmLow", "LessThanThreshold", target * _SLACK, _DOWN))
    cloudwatch, made = session.client("cloudwatch"), []
    for word, comparison, threshold, periods in kinds:
        name = f"TargetTracking-{resource}-{word}-{mock_random.uuid4()}"
        cloudwatch.put_metric_alarm(
            AlarmName=name, ComparisonOperator=comparison, Threshold=threshold, EvaluationPeriods=periods, Period=60,
            AlarmActions=[policy], AlarmDescription=f"{_WARNING} {policy}.", **watched)  # fmt: skip
        made.append(session.place.backend("cloudwatch").alarms[name])
    return made


def named(alarm: Any) -> dict[str, str]:
    """An alarm as the answers of PutScalingPolicy name it."""
    return {"AlarmName": alarm.name, "AlarmARN": alarm.alarm_arn}


def _watched(wanted: Mapping[str, Any], own: Mapping[str, str], known: Metrics) -> dict[str, Any] | None:
    """The metric that is tracked; metric math in a customized metric is left to AWS."""
    if custom := wanted.get("CustomizedMetricSpecification"):
        if "MetricName" not in custom:
            return None
        found = {key: custom[key] for key in ("Namespace", "MetricName", "Statistic", "Unit") if key in custom}
        return {**found, "Dimensions": custom.get("Dimensions") or []}
    chosen = wanted["PredefinedMetricSpecification"]
    namespace, metric, statistic = known[chosen["PredefinedMetricType"]]
    if namespace == "AWS/ApplicationELB":
        # The label is app/<name>/<id>/targetgroup/<name>/<id>.
        balancer, _, group = str(chosen.get("ResourceLabel")).partition("/targetgroup/")
        own = {"LoadBalancer": balancer, "TargetGroup": f"targetgroup/{group}"}
    dimensions = [{"Name": name, "Value": value} for name, value in own.items()]
    return {"Namespace": namespace, "MetricName": metric, "Statistic": statistic, "Dimensions": dimensions}
