"""Alarms tell topics and functions, scale groups and act on instances.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/UsingAlarmActions.html
"""

from __future__ import annotations

import json
from typing import Any

import boto3

from course.lab.clock import clock
from course.lab.cloudwatch import history
from course.lab.cloudwatch.scaling import scale
from course.lab.place import Place


def run(alarm: Any, backend: Any, before: str) -> list[str]:
    """Run the actions of the state that an alarm is in now, and say what came of each."""
    if not alarm.actions_enabled:
        return []
    place = Place(backend.account_id, backend.region_name)
    told = []
    for action in actions_of(alarm):
        try:
            outcome = _act(action, alarm, place, before)
        except Exception as lost:
            name = action.rpartition(":")[2]
            history.write(backend, alarm, "Action", f"Failed to execute action {action}",
                          {"actionState": "Failed", "notificationResource": action, "error": str(lost)})  # fmt: skip
            told.append(f"{name} could not be told ({type(lost).__name__})")
            continue
        if outcome:
            history.write(backend, alarm, "Action", f"Successfully executed action {action}",
                          {"actionState": "Succeeded", "notificationResource": action})  # fmt: skip
            told.append(outcome)
    return told


def scales_on(alarm: Any) -> bool:
    """Whether the state has an action that is repeated as long as the state lasts."""
    return bool(alarm.actions_enabled and any(":scalingPolicy:" in action for action in actions_of(alarm)))


def actions_of(alarm: Any) -> list[str]:
    """The actions of the state that an alarm is in."""
    by_state = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}
    return list(by_state.get(alarm.state_value, alarm.insufficient_data_actions) or ())


def _act(action: str, alarm: Any, place: Place, before: str) -> str:
    service, region = action.split(":")[2], action.split(":")[3]
    match service:
        case "sns":
            subject = f'{alarm.state_value}: "{alarm.name}" in {place.region}'[:100]
            message = json.dumps(_message(alarm, place, before))
            boto3.client("sns", region_name=region).publish(TopicArn=action, Subject=subject, Message=message)
            return f"told {action.rpartition(':')[2]}"
        case "lambda":
            payload = json.dumps(_event(alarm, place, before))
            functions = boto3.client("lambda", region_name=region)
            functions.invoke(FunctionName=action, InvocationType="Event", Payload=payload)
            return f"told {action.rpartition(':')[2]}"
        case "autoscaling":
            return scale(action, alarm, region)
        case "automate":
            return _on_instance(action.rpartition(":")[2], alarm, region)
        case "swf":
            return _on_instance(action.rpartition(".")[2], alarm, region)
    return f"the lab does not run the action {service}"


def _on_instance(what: str, alarm: Any, region: str) -> str:
    name = next(one.value for one in alarm.dimensions if one.name == "InstanceId")
    ec2 = boto3.client("ec2", region_name=region)
    match what.lower():
        case "stop":
            ec2.stop_instances(InstanceIds=[name])
        case "terminate":
            ec2.terminate_instances(InstanceIds=[name])
        case "reboot":
            ec2.reboot_instances(InstanceIds=[name])
        case "recover":
            pass  # new hardware, the same instance: id, addresses and metadata stay
        case other:
            raise LookupError(f"no action {other}")
    return f"{what} of {name}"


def _message(alarm: Any, place: Place, before: str) -> dict[str, Any]:
    """What a topic gets."""
    told = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": place.account,
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": f"{clock.now():%Y-%m-%dT%H:%M:%S.000+0000}",
        "Region": place.region,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
    }
    if alarm.rule:
        return {**told, "AlarmRule": alarm.rule}
    return {**told, "Trigger": {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "StatisticType": "Statistic" if alarm.statistic else "ExtendedStatistic",
        "Statistic": (alarm.statistic or "").upper() or alarm.extended_statistic,
        "Dimensions": [{"name": one.name, "value": one.value} for one in alarm.dimensions],
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data or "missing",
    }}  # fmt: skip


def _event(alarm: Any, place: Place, before: str) -> dict[str, Any]:
    """What a function gets."""
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.alarm_arn,
        "accountId": place.account,
        "time": f"{clock.now():%Y-%m-%dT%H:%M:%S.000+0000}",
        "region": place.region,
        "alarmData": {
            "alarmName": alarm.name,
            "state": {"value": alarm.state_value, "reason": alarm.state_reason},
            "previousState": {"value": before},
            "configuration": {"description": alarm.description},
        },
    }
