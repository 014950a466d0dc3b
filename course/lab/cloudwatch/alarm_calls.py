"""The API of alarms: made, described, set and deleted.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.agenda import remember
from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.cloudwatch import composite, detectors, history
from course.lab.cloudwatch.alarms import again_at_next_period, change
from course.lab.cloudwatch.evaluation import UNKNOWN, Verdict, queries_of
from course.lab.paging import page
from course.lab.place import place_of
from course.lab.service import Call, Refusal
from course.lab.wire import answer_first, ask_moto

_AT_ONCE: Final = 50
_MOST_DELETED: Final = 100


@answer_first
def _put_metric_alarm(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    """A new alarm knows nothing yet, and a changed one keeps its state; moto begins with OK each time."""
    call = asked(operation) if (service, operation) == ("cloudwatch", "PutMetricAlarm") else None
    if call is None:
        return None
    backend = place_of(request).backend("cloudwatch")
    before = backend.alarms.get(call.params.get("AlarmName"))
    response = ask_moto(service, operation, request)
    if response.status_code == 200:
        _begin(backend.alarms[call.params["AlarmName"]], backend, before, call.params)
    return response


def _begin(alarm: Any, backend: Any, before: Any, given: Mapping[str, Any]) -> None:
    own: dict[str, Any] = alarm.__dict__
    own["lab_asked"], own["lab_turned"] = dict(given), clock.now()
    if before is None:
        alarm.state_value, alarm.state_updated_timestamp = UNKNOWN, clock.now()
    else:
        for name in ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp"):
            setattr(alarm, name, getattr(before, name))
        own["lab_turned"] = before.__dict__.get("lab_turned", clock.now())
    if alarm.rule:
        own["lab_held_until"] = clock.now().timestamp()  # looked at when things are next delivered
    else:
        again_at_next_period(alarm)
        for query in queries_of(alarm):
            if "ANOMALY_DETECTION_BAND" in str(query.get("Expression")):
                for used in queries_of(alarm):
                    if "MetricStat" in used:
                        detectors.watch(backend, used["MetricStat"]["Metric"], used["MetricStat"]["Stat"])
    done = "created" if before is None else "updated"
    history.write(backend, alarm, "ConfigurationUpdate", f'Alarm "{alarm.name}" {done}', {"type": done.title()})


def put_composite(call: Call) -> None:
    """PutCompositeAlarm."""
    given = call.given
    backend = call.place.backend("cloudwatch")
    name = given["AlarmName"]
    before = backend.alarms.get(name)
    if before is not None and not before.rule:
        raise Refusal("ValidationError", f"An alarm of another type with the name {name} exists.")
    composite.check(given["AlarmRule"], backend.alarms)
    kinds = ("AlarmActions", "OKActions", "InsufficientDataActions")
    for action in [one for kind in kinds for one in given.get(kind) or ()]:
        if action.split(":")[2] in ("autoscaling", "automate", "swf"):
            raise Refusal("ValidationError", f"Composite alarms do not support the action {action}")
    if given.get("ActionsSuppressor") and None in (
        given.get("ActionsSuppressorWaitPeriod"), given.get("ActionsSuppressorExtensionPeriod"),
    ):  # fmt: skip
        raise Refusal("ValidationError", "ActionsSuppressor needs a wait period and an extension period")
    plain: dict[str, Any] = dict.fromkeys((
        "namespace", "metric_name", "comparison_operator", "evaluation_periods", "period", "threshold", "statistic"
    ))  # fmt: skip
    alarm = backend.put_metric_alarm(
        **plain, name=name, description=given.get("AlarmDescription"), dimensions=[],
        alarm_actions=given.get("AlarmActions") or [], ok_actions=given.get("OKActions"),
        insufficient_data_actions=given.get("InsufficientDataActions"),
        actions_enabled=given.get("ActionsEnabled", True), rule=given["AlarmRule"], tags=given.get("Tags"),
    )  # fmt: skip
    _begin(alarm, backend, before, given)


def describe(call: Call) -> Mapping[str, Any]:
    """DescribeAlarms."""
    given = call.given
    alarms = call.place.backend("cloudwatch").alarms
    kinds = given.get("AlarmTypes") or ["MetricAlarm"]
    names = given.get("AlarmNames")
    family = _family(given, alarms)
    found = [
        alarm
        for name, alarm in sorted(alarms.items())
        if ("CompositeAlarm" if alarm.rule else "MetricAlarm") in kinds
        and (not names or name in names)
        and name.startswith(given.get("AlarmNamePrefix") or "")
        and given.get("StateValue") in (None, alarm.state_value)
        and _acts(alarm, given.get("ActionPrefix"))
        and (family is None or name in family)
    ]
    size = int(given.get("MaxRecords") or max(_AT_ONCE, len(names or ())))
    shown, more = page(found, given.get("NextToken"), size)
    return {
        "MetricAlarms": [_shown(alarm) for alarm in shown if not alarm.rule],
        "CompositeAlarms": [_shown_composite(alarm) for alarm in shown if alarm.rule],
        **more,
    }


def _family(given: Mapping[str, Any], alarms: Mapping[str, Any]) -> set[str] | None:
    if child := given.get("ParentsOfAlarmName"):
        return {name for name, alarm in alarms.items() if alarm.rule and child in composite.children(alarm.rule)}
    if parent := given.get("ChildrenOfAlarmName"):
        return set(composite.children(alarms[parent].rule)) if parent in alarms and alarms[parent].rule else set()
    return None


def _acts(alarm: Any, prefix: str | None) -> bool:
    actions = [*(alarm.alarm_actions or ()), *(alarm.ok_actions or ()), *(alarm.insufficient_data_actions or ())]
    return prefix is None or any(action.startswith(prefix) for action in actions)


def describe_for_metric(call: Call) -> Mapping[str, Any]:
    """DescribeAlarmsForMetric."""
    given = call.given
    wanted = {(one["Name"], one["Value"]) for one in given.get("Dimensions") or ()}

    def fits(alarm: Any) -> bool:
        same = (alarm.namespace, alarm.metric_name) == (given["Namespace"], given["MetricName"])
        optional = (("Statistic", alarm.statistic), ("ExtendedStatistic", alarm.extended_statistic),
                    ("Period", alarm.period), ("Unit", alarm.unit))  # fmt: skip
        exact = {(one.name, one.value) for one in alarm.dimensions} == wanted
        return same and exact and all(given.get(key) in (None, own) for key, own in optional)

    alarms = call.place.backend("cloudwatch").alarms.values()
    return {"MetricAlarms": [_shown(alarm) for alarm in alarms if not alarm.rule and fits(alarm)]}


def _shown(alarm: Any) -> dict[str, Any]:
    return _without_nothing({
        **_common(alarm),
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "Statistic": alarm.statistic,
        "ExtendedStatistic": alarm.extended_statistic,
        "Dimensions": [{"Name": one.name, "Value": one.value} for one in alarm.dimensions],
        "Period": None if queries_of(alarm) else alarm.period,
        "Unit": alarm.unit,
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm,
        "Threshold": alarm.threshold,
        "ComparisonOperator": alarm.comparison_operator,
        "TreatMissingData": alarm.treat_missing_data,
        "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile,
        "Metrics": [{"ReturnData": True, **query} for query in queries_of(alarm)] or None,
        "ThresholdMetricId": alarm.threshold_metric_id,
    })  # fmt: skip


def _shown_composite(alarm: Any) -> dict[str, Any]:
    asked_for = alarm.__dict__.get("lab_asked", {})
    by = alarm.__dict__.get("lab_suppressed_by")
    suppressor = ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
    return _without_nothing({
        **_common(alarm),
        "AlarmRule": alarm.rule,
        **{key: asked_for.get(key) for key in suppressor},
        "ActionsSuppressedBy": by,
        "ActionsSuppressedReason": f"Actions suppressed by {by}" if by else None,
    })  # fmt: skip


def _common(alarm: Any) -> dict[str, Any]:
    return {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.alarm_arn,
        "AlarmDescription": alarm.description,
        "AlarmConfigurationUpdatedTimestamp": _utc(alarm.configuration_updated_timestamp),
        "ActionsEnabled": alarm.actions_enabled,
        "OKActions": list(alarm.ok_actions or ()),
        "AlarmActions": list(alarm.alarm_actions or ()),
        "InsufficientDataActions": list(alarm.insufficient_data_actions or ()),
        "StateValue": alarm.state_value,
        "StateReason": alarm.state_reason,
        "StateReasonData": alarm.state_reason_data,
        "StateUpdatedTimestamp": _utc(alarm.state_updated_timestamp),
        "StateTransitionedTimestamp": alarm.__dict__.get("lab_turned") or _utc(alarm.state_updated_timestamp),
    }


def _without_nothing(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value is not None}


def _utc(at: dt.datetime) -> dt.datetime:
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def set_state(call: Call) -> None:
    """SetAlarmState: with its actions, until the alarm is next evaluated."""
    given = call.given
    backend = call.place.backend("cloudwatch")
    alarm = backend.alarms.get(given["AlarmName"])
    if alarm is None:
        raise Refusal("ResourceNotFound", f"There is no alarm {given['AlarmName']}.", 404)
    if given.get("StateReasonData"):
        try:
            json.loads(given["StateReasonData"])
        except ValueError as wrong:
            raise Refusal("InvalidFormat", "StateReasonData is not JSON.") from wrong
    if given["StateValue"] != alarm.state_value:
        remember(change(alarm, backend, Verdict(given["StateValue"], given["StateReason"])))
    else:
        alarm.state_reason, alarm.state_updated_timestamp = given["StateReason"], clock.now()
    if given.get("StateReasonData"):
        alarm.state_reason_data = given["StateReasonData"]
    if alarm.rule:
        composite.set_by_hand(alarm, backend)
    else:
        again_at_next_period(alarm)
    for delivery in composite.follow(backend, clock.now().timestamp()):
        remember(delivery)


def delete(call: Call) -> None:
    """DeleteAlarms: all of them, or none."""
    names = call.given["AlarmNames"]
    backend = call.place.backend("cloudwatch")
    if len(names) > _MOST_DELETED:
        message = f"The collection AlarmNames must not have a size greater than {_MOST_DELETED}."
        raise Refusal("ValidationError", message)
    missing = [name for name in names if name not in backend.alarms]
    if missing:
        raise Refusal("ResourceNotFound", f"There is no alarm {', '.join(missing)}.", 404)
    parents = [
        alarm.name
        for alarm in backend.alarms.values()
        if alarm.rule and alarm.name not in names and set(composite.children(alarm.rule)) & set(names)
    ]
    if parents:
        raise Refusal("ValidationError", f"The alarms are used by composite alarms: {', '.join(sorted(parents))}.")
    for name in names:
        alarm = backend.alarms.pop(name)
        history.write(backend, alarm, "ConfigurationUpdate", f'Alarm "{name}" deleted', {"type": "Delete"})
