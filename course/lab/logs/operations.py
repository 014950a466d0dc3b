"""What AWS refuses about filters, their destinations and log classes, and TestMetricFilter.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.logs import exports, groups, subscriptions
from course.lab.logs.backend import install
from course.lab.logs.insights import queries
from course.lab.logs.pattern import read
from course.lab.logs.tests_of_values import Fault
from course.lab.place import Place, place_of
from course.lab.service import serve
from course.lab.wire import answer_first, json_answer, json_error

_WITH_PATTERN: Final = ("PutMetricFilter", "PutSubscriptionFilter", "FilterLogEvents", "TestMetricFilter")
_MOST_FILTERS: Final = 100
_NO_PERMISSION: Final = (
    "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your "
    "function."
)


@answer_first
def _first(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "cloudwatch-logs":
        return None
    install()
    call = asked(operation)
    if call is None:
        return None
    place = place_of(request)
    group = place.backend("logs").groups.get(call.params.get("logGroupName"))
    if refused := groups.refusal(group, operation):
        return json_error(request, *refused)
    if operation == "StartQuery":
        for one in place.backend("logs").groups.values():
            groups.expire(one)
    if operation == "PutDestination" and (refused := subscriptions.refused_destination(dict(call.params), place)):
        return json_error(request, *refused)
    if operation not in _WITH_PATTERN:
        return None
    try:
        read(call.params.get("filterPattern") or "")
    except Fault as fault:
        return json_error(request, "InvalidParameterException", str(fault))
    if operation == "PutMetricFilter" and (refusal := _refusal(call.params, place)):
        return json_error(request, *refusal)
    if operation == "PutSubscriptionFilter" and group is not None:
        if not _lets_logs_in(call.params, place):
            return json_error(request, "InvalidParameterException", _NO_PERMISSION)
        if refused := subscriptions.refusal(dict(call.params), place):
            return json_error(request, *refused)
    return json_answer(request, _tried(call.params)) if operation == "TestMetricFilter" else None


def _refusal(asked_for: Mapping[str, Any], place: Place) -> tuple[str, str] | None:
    filters = place.backend("logs").filters
    for change in asked_for.get("metricTransformations") or ():
        if change.get("dimensions") and change.get("defaultValue") is not None:
            message = "Invalid metric transformation: dimensions and default value are mutually exclusive properties."
            return "InvalidParameterException", message
    group, name = asked_for.get("logGroupName"), asked_for.get("filterName")
    there = {one["filterName"] for one in filters.get_matching_filters(log_group_name=group)}
    if len(there | {name}) > _MOST_FILTERS:
        return "LimitExceededException", "Resource limit exceeded."
    filters.delete_filter(name, group)  # putting a filter again replaces it; moto would keep both
    return None


def _lets_logs_in(asked_for: Mapping[str, Any], place: Place) -> bool:
    """Whether a function that is to hear of a log group has a policy that allows it."""
    arn = str(asked_for.get("destinationArn", ""))
    if ":lambda:" not in arn:
        return True
    from course.lab.lambda_permission import lets_in

    source = f"arn:aws:logs:{place.region}:{place.account}:log-group:{asked_for.get('logGroupName')}:*"
    return lets_in(arn, "logs.amazonaws.com", source, place.account)


def _tried(asked_for: Mapping[str, Any]) -> dict[str, Any]:
    pattern = read(asked_for["filterPattern"])
    found = [(number, message, pattern.fields(message)) for number, message in enumerate(asked_for["logEventMessages"])]
    return {
        "matches": [
            {
                "eventNumber": number + 1,
                "eventMessage": message,
                "extractedValues": {selector: f"{value}" for selector, value in fields.items()},
            }
            for number, message, fields in found
            if fields is not None
        ]
    }


serve("cloudwatch-logs", queries.OPERATIONS | exports.OPERATIONS, api="logs")
