"""A function's traces in CloudWatch: log streams and metrics.

Logs: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
Metrics: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random

from course.lab.clock import clock


def stream_name(version: str) -> str:
    """A name for the log stream of a new execution environment."""
    return f"{clock.now():%Y/%m/%d}/[{version}]{mock_random.get_random_hex(32)}"


def write(function: Any, stream: str, lines: list[str]) -> None:
    """Put an invocation's lines into the function's log group."""
    logs: Any = logs_backends[function.account_id][function.region]
    group = function.logs_group_name
    logs.ensure_log_group(group)
    if stream not in logs.groups[group].streams:
        logs.create_log_stream(group, stream)
    now = int(clock.now().timestamp() * 1000)
    logs.put_log_events(group, stream, [{"timestamp": now, "message": line} for line in lines])


def count(function: Any, qualifier: str, executed: str = "", **values: float) -> None:
    """Publish metrics of an invocation, under the function and the version or alias that was invoked.

    AWS publishes four sets: over all functions, by function, by version or alias, and by the version that an alias with
    weights led to. Moto's statistics of fewer dimensions include those of more, so the finest set serves all of them.
    """
    name = function.function_name
    dimensions = [{"Name": "FunctionName", "Value": name}]
    if qualifier:
        dimensions.append({"Name": "Resource", "Value": f"{name}:{qualifier}"})
    if executed:
        dimensions.append({"Name": "ExecutedVersion", "Value": executed})
    data = [
        {
            "MetricName": metric,
            "Value": value,
            "Unit": "Milliseconds" if metric == "Duration" else "Count",
            "Timestamp": clock.now().replace(tzinfo=None),  # moto keeps UTC without saying so
            "Dimensions": dimensions,
        }
        for metric, value in values.items()
    ]
    cloudwatch_backends[function.account_id][function.region].put_metric_data("AWS/Lambda", data)
