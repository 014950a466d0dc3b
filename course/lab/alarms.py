"""CloudWatch alarms that watch: evaluated on the lab's clock, with their actions and their history.

Evaluation: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
Missing data: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
Actions: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html

Alarms of one metric and a plain statistic are watched. AWS looks a little further back than the evaluation periods when
data points are missing; here only those periods count.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.cloudwatch.models import MetricDatum, Statistics, cloudwatch_backends

from course.lab.agenda import Delivery, add_source, note
from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.place import Place, place_of
from course.lab.wire import afterwards

_COMPARE: Final[dict[str, Callable[[float, float], bool]]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_UNKNOWN: Final = "INSUFFICIENT_DATA"


@afterwards("cloudwatch")
def _begin(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """A new alarm knows nothing yet; moto begins with OK."""
    call = asked(operation) if operation == "PutMetricAlarm" else None
    alarms = place_of(request).backend("cloudwatch").alarms if call else {}
    alarm = alarms.get(call.params.get("AlarmName")) if call else None
    if alarm is not None and response.status_code == 200 and "lab_begun" not in alarm.__dict__:
        alarm.__dict__["lab_begun"] = True
        alarm.state_value, alarm.state_updated_timestamp = _UNKNOWN, clock.now()


class _Watch:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((at for alarm, backend in _watched() if (at := _next(alarm, backend)) is not None), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for alarm, backend in _watched():
            while (at := _next(alarm, backend)) is not None and at <= now:
                alarm.__dict__["lab_looked"] = at
                state, reason = _state(alarm, backend, at)
                if state != alarm.state_value:
                    made.append(_change(alarm, Place(backend.account_id, backend.region_name), state, reason))
        return made


def _watched() -> Iterator[tuple[Any, Any]]:
    for account in cloudwatch_backends.values():
        for backend in account.values():
            for alarm in backend.alarms.values():
                if alarm.metric_name and alarm.comparison_operator in _COMPARE and alarm.statistic:
                    yield alarm, backend


def _next(alarm: Any, backend: Any) -> float | None:
    """The next moment at which the alarm may see something else: a period ends that holds data, or data grow old."""
    since = alarm.__dict__.get("lab_looked", alarm.configuration_updated_timestamp.replace(tzinfo=dt.UTC).timestamp())
    found = []
    for datum in _data(alarm, backend):
        ends = math.floor(_seconds(datum) / alarm.period + 1) * alarm.period
        # The datum is in the window of so many evaluations; after the last one it is gone.
        steps = max(0, math.ceil((since - ends + 1) / alarm.period))
        if steps <= alarm.evaluation_periods:
            found.append(ends + steps * alarm.period)
    return min((at for at in found if at > since), default=None)


def _state(alarm: Any, backend: Any, at: float) -> tuple[str, str]:
    values = [_value(alarm, backend, at - (back + 1) * alarm.period) for back in range(alarm.evaluation_periods)]
    known = [value for value in values if value is not None]
    treat = alarm.treat_missing_data or "missing"
    if not known and treat == "missing":
        return _UNKNOWN, f"Insufficient Data: {len(values)} datapoints were unknown."
    if not known and treat == "ignore":
        return alarm.state_value, alarm.state_reason
    breaching = [value for value in known if _COMPARE[alarm.comparison_operator](value, alarm.threshold)]
    missing = len(values) - len(known)
    count = len(breaching) + (missing if treat == "breaching" else 0)
    needed = alarm.datapoints_to_alarm or alarm.evaluation_periods
    verdict = "ALARM" if count >= needed else "OK"
    relation = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", alarm.comparison_operator.removesuffix("Threshold")).lower()
    shown = ", ".join(f"{value:g}" for value in known) or "none"
    return verdict, (
        f"Threshold Crossed: {count} out of the last {len(values)} datapoints [{shown}] breach the threshold "
        f"({relation} {alarm.threshold:g}); {needed} are needed for an alarm."
    )


def _value(alarm: Any, backend: Any, begin: float) -> float | None:
    inside = [datum for datum in _data(alarm, backend) if begin <= _seconds(datum) < begin + alarm.period]
    if not inside:
        return None
    statistics = Statistics([alarm.statistic], dt.datetime.fromtimestamp(begin, dt.UTC))
    statistics.metric_data = inside
    value = statistics.get_statistics_for_type(alarm.statistic)
    return float(value) if value is not None else None


def _data(alarm: Any, backend: Any) -> list[Any]:
    dimensions = [{"Name": one.name, "Value": one.value} for one in alarm.dimensions]
    return [datum for datum in backend.metric_data if datum.filter(alarm.namespace, alarm.metric_name, dimensions, [])]


def _seconds(datum: MetricDatum) -> float:
    at = datum.timestamp
    return float((at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp())


def _change(alarm: Any, place: Place, state: str, reason: str) -> Delivery:
    before = alarm.state_value
    alarm.update_state(reason, "{}", state)
    alarm.state_updated_timestamp = clock.now()
    actions = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}.get(state, alarm.insufficient_data_actions)
    told = [_act(action, alarm, place, before) for action in (actions or []) if alarm.actions_enabled]
    _announce(alarm, place, before)
    return note(f"alarm {alarm.name}", state, ", ".join(told) or f"was {before}")


def _act(action: str, alarm: Any, place: Place, before: str) -> str:
    """Tell a topic or a function; other actions are named, and left alone."""
    service = action.split(":")[2]
    message = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": place.account,
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": f"{clock.now():%Y-%m-%dT%H:%M:%S.000+0000}",
        "Region": place.region,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "Trigger": {
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "Statistic": alarm.statistic.upper(),
            "Dimensions": [{"name": one.name, "value": one.value} for one in alarm.dimensions],
            "Period": alarm.period,
            "EvaluationPeriods": alarm.evaluation_periods,
            "ComparisonOperator": alarm.comparison_operator,
            "Threshold": alarm.threshold,
        },
    }
    name = action.rpartition(":")[2]
    try:
        if service == "sns":
            sns = boto3.client("sns", region_name=action.split(":")[3])
            subject = f'{alarm.state_value}: "{alarm.name}" in {place.region}'
            sns.publish(TopicArn=action, Subject=subject[:100], Message=json.dumps(message))
        elif service == "lambda":
            event = {"source": "aws.cloudwatch", "alarmArn": alarm.alarm_arn, "accountId": place.account,
                     "region": place.region, "alarmData": {"alarmName": alarm.name, "state": {
                         "value": alarm.state_value, "reason": alarm.state_reason}}}  # fmt: skip
            functions = boto3.client("lambda", region_name=action.split(":")[3])
            functions.invoke(FunctionName=action, InvocationType="Event", Payload=json.dumps(event))
        else:
            return f"the lab does not run the action {service}"
    except Exception as lost:
        return f"{name} could not be told ({type(lost).__name__})"
    return f"told {name}"


def _announce(alarm: Any, place: Place, before: str) -> None:
    from course.lab.events_router import put

    detail = {
        "alarmName": alarm.name,
        "state": {"value": alarm.state_value, "reason": alarm.state_reason},
        "previousState": {"value": before},
    }
    put(place.account, place.region, "default", source="aws.cloudwatch",
        detail_type="CloudWatch Alarm State Change", detail=detail, resources=[alarm.alarm_arn])  # fmt: skip


add_source(_Watch())
