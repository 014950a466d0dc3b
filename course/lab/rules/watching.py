"""Rules of CloudWatch and its logs: what metrics, alarms, queries and log events may be.

Each function is named by what AWS wants, and carries the page that says so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest
from botocore.utils import parse_to_aware_datetime

from course.lab.asked import Asked
from course.lab.clock import clock
from course.lab.replies import Reply
from course.lab.rules.register import Register
from course.lab.rules.requests import Params, Rule

_RULES: Final[Register[Rule]] = Register()
_rule = _RULES.rule
_MOST_METRICS, _MOST_VALUES, _MOST_QUERIES = 1_000, 150, 500
_SHORT: Final = (1, 5, 10, 20, 30)
_BAND: Final = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")


def broken(call: Asked, request: AWSPreparedRequest) -> Reply | None:
    """The refusal of the first rule that the request breaks."""
    for rule in _RULES.for_call(call):
        if reply := rule(call.params):
            return reply
    return None


@_rule("cloudwatch", "PutMetricData")
def _names_of_services_are_theirs(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Namespace"""
    namespace = str(asked.get("Namespace", ""))
    if namespace.startswith("AWS/"):
        return Reply("InvalidParameterValue", f"The value {namespace} for parameter Namespace is invalid.")
    return None


@_rule("cloudwatch", "PutMetricData")
def _sizes_of_a_request(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"""
    data = asked.get("MetricData") or []
    if len(data) > _MOST_METRICS:
        message = f"The collection MetricData must not have a size greater than {_MOST_METRICS}."
        return Reply("InvalidParameterValue", message)
    for number, datum in enumerate(data, 1):
        where = f"MetricData.member.{number}"
        if len(datum.get("Values") or ()) > _MOST_VALUES:
            message = f"The collection {where}.Values must not have a size greater than {_MOST_VALUES}."
            return Reply("InvalidParameterValue", message)
        if datum.get("StorageResolution") not in (None, 1, 60):
            return Reply("InvalidParameterValue", f"The parameter {where}.StorageResolution must be 1 or 60.")
        twice = [
            name for name, times in Counter(one["Name"] for one in datum.get("Dimensions") or ()).items() if times > 1
        ]
        if twice:
            return Reply("InvalidParameterValue", f"The collection {where}.Dimensions names {twice[0]} more than once.")
    return None


@_rule("cloudwatch", "PutMetricData")
def _timestamps_of_two_weeks(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html"""
    now = clock.now()
    for number, datum in enumerate(asked.get("MetricData") or [], 1):
        if datum.get("Timestamp") is None:
            continue
        at = parse_to_aware_datetime(datum["Timestamp"])
        where = f"The parameter MetricData.member.{number}.Timestamp must specify a time"
        if at < now - dt.timedelta(days=14):
            return Reply("InvalidParameterValue", f"{where} no more than two weeks in the past.")
        if at > now + dt.timedelta(hours=2):
            return Reply("InvalidParameterValue", f"{where} no more than two hours in the future.")
    return None


def _is_period(value: Any) -> bool:
    return isinstance(value, int) and value > 0 and (value in _SHORT or value % 60 == 0)


@_rule("cloudwatch", "GetMetricStatistics")
def _periods_of_statistics(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html"""
    if not _is_period(asked.get("Period")):
        message = "The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60"
        return Reply("InvalidParameterValue", message)
    plain, extended = asked.get("Statistics"), asked.get("ExtendedStatistics")
    if not plain and not extended:
        message = "Must specify either Statistics or ExtendedStatistics"
        return Reply("InvalidParameterCombination", message)
    if plain and extended:
        return Reply("InvalidParameterCombination", "Statistics and ExtendedStatistics cannot be given together")
    for name in extended or ():
        if not _is_statistic(name):
            return Reply(
                "InvalidParameterValue", f"The value {name} for parameter ExtendedStatistics is not supported."
            )
    return None


def _is_statistic(name: str) -> bool:
    from course.lab.cloudwatch.statistics import is_statistic

    return is_statistic(name)


@_rule("cloudwatch", "GetMetricData")
def _queries_are_in_order(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html"""
    queries = asked.get("MetricDataQueries") or []
    if len(queries) > _MOST_QUERIES:
        message = f"The collection MetricDataQueries must not have a size greater than {_MOST_QUERIES}."
        return Reply("ValidationError", message)
    return next(_faulty_queries(queries, "MetricDataQueries"), None)


def _faulty_queries(queries: list[dict[str, Any]], where: str) -> Iterator[Reply]:
    seen: set[str] = set()
    for number, query in enumerate(queries, 1):
        own, name = f"{where}.member.{number}", str(query.get("Id"))
        if not re.fullmatch(r"[a-z][A-Za-z0-9_]*", name):
            yield Reply("ValidationError", f"The value {name} for parameter {own}.Id is not matching the pattern "
                        "^[a-z][a-zA-Z0-9_]*$.")  # fmt: skip
        if name in seen:
            yield Reply("ValidationError", f"The values for parameter id in {where} are not unique.")
        seen.add(name)
        if ("MetricStat" in query) is ("Expression" in query):
            yield Reply("ValidationError", f"The parameter {own} must have either Expression or MetricStat.")
            continue
        if "MetricStat" in query:
            asked = query["MetricStat"]
            if not _is_period(asked["Period"]):
                yield Reply("ValidationError", f"The parameter {own}.MetricStat.Period must be 1, 5, 10, 20, 30, or a "
                            "multiple of 60.")  # fmt: skip
            if not _is_statistic(asked["Stat"]):
                yield Reply("ValidationError", f"The value {asked['Stat']} for parameter {own}.MetricStat.Stat is not "
                            "supported.")  # fmt: skip
        elif fault := _unreadable(str(query["Expression"])):
            yield Reply("ValidationError", f"Error in expression '{name}' [{fault}]")


def _unreadable(text: str) -> str:
    from course.lab.cloudwatch.expressions import MathError, parse

    if text.lstrip().upper().startswith("SELECT"):
        return ""
    try:
        parse(text)
    except MathError as wrong:
        return str(wrong)
    return ""


@_rule("cloudwatch", "PutMetricAlarm")
def _alarm_periods(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    period, times = asked.get("Period"), asked.get("EvaluationPeriods", 1)
    if not isinstance(period, int) or not isinstance(times, int):
        return None
    if period not in (10, 20, 30) and (period <= 0 or period % 60):
        return Reply("ValidationError", "Period must be 10, 20, 30 or a multiple of 60")
    window = 604_800 if period >= 3600 else 86_400
    if period * times > window:
        return Reply(
            "ValidationError",
            f"Metrics cannot be checked across more than {'seven days' if window > 86_400 else 'a day'} "
            "(EvaluationPeriods * Period must be <= "
            f"{window}).",
        )
    return None


@_rule("cloudwatch", "PutMetricAlarm")
def _datapoints_within_the_periods(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html"""
    needed, times = asked.get("DatapointsToAlarm"), asked.get("EvaluationPeriods")
    if isinstance(needed, int) and isinstance(times, int) and needed > times:
        return Reply("ValidationError", "DatapointsToAlarm must be less than or equal to EvaluationPeriods")
    return None


@_rule("cloudwatch", "PutMetricAlarm")
def _an_alarm_watches_one_thing(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    if asked.get("EvaluationCriteria"):
        return None
    queries, metric = asked.get("Metrics"), asked.get("MetricName")
    if bool(queries) is bool(metric):
        return Reply("ValidationError", "Exactly one of MetricName and Metrics must be specified")
    band = asked.get("ComparisonOperator") in _BAND
    if band is not bool(asked.get("ThresholdMetricId")):
        return Reply("ValidationError", "ThresholdMetricId and a comparison with a band belong together")
    if not band and asked.get("Threshold") is None:
        return Reply("ValidationError", "The parameter Threshold must be specified")
    if queries:
        if fault := next(_faulty_queries(list(queries), "Metrics"), None):
            return fault
        returned = [
            one["Id"] for one in queries if one.get("ReturnData", True) and one["Id"] != asked.get("ThresholdMetricId")
        ]
        if len(returned) != 1:
            return Reply("ValidationError", "Exactly one element of the metrics list should return data.")
        return None
    if bool(asked.get("Statistic")) is bool(asked.get("ExtendedStatistic")):
        return Reply("ValidationError", "Exactly one of Statistic and ExtendedStatistic must be specified")
    if asked.get("Period") is None:
        return Reply("ValidationError", "The parameter Period must be specified")
    return None


@_rule("logs", "PutLogEvents")
def _log_events_of_one_day(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html"""
    events = asked.get("logEvents") or []
    times = [event["timestamp"] for event in events]
    if times and max(times) - min(times) > 24 * 3_600_000:
        return Reply(
            "InvalidParameterException",
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        )
    size = sum(len(event["message"].encode()) + 26 for event in events)
    if size > 1_048_576:
        return Reply("InvalidParameterException", f"Upload too large: {size} bytes exceeds limit of 1048576")
    return None


# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
_RETENTIONS: Final = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)


@_rule("logs", "PutRetentionPolicy")
def _logs_are_kept_for_certain_days(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
    days = asked.get("retentionInDays")
    if days in _RETENTIONS:
        return None
    listed = ", ".join(map(str, _RETENTIONS))
    return Reply(
        "InvalidParameterException",
        f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: Member must "
        f"satisfy enum value set: [{listed}]",
    )


@_rule("logs", "PutMetricFilter")
def _metric_filters_have_three_dimensions(asked: Params) -> Reply | None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_MetricTransformation.html"""
    for one in asked.get("metricTransformations") or ():
        if len(one.get("dimensions") or {}) > 3:
            return Reply("InvalidParameterException", "A metric transformation can have at most 3 dimensions.")
    return None
