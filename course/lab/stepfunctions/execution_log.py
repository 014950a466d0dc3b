"""What executions leave in CloudWatch: their history as log events, and metrics.

An express execution has no other history: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
Metrics: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from moto.cloudwatch.models import cloudwatch_backends
from moto.logs.models import logs_backends
from moto.moto_api._internal import mock_random

from course.lab.clock import clock

_FATAL: Final = ("ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut")
_DATA: Final = ("input", "inputDetails", "output", "outputDetails", "parameters")
_ENDS: Final = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "ABORTED": "ExecutionsAborted",
    "TIMED_OUT": "ExecutionsTimedOut",
}


def write(run: Any, event: dict[str, Any]) -> None:
    """Write an event of the history into the log group of the machine, if its level asks for that."""
    config = run.machine.logging
    if not _wanted(str(config.get("level", "OFF")), event["type"]):
        return
    details: dict[str, Any] = next((value for value in event.values() if isinstance(value, dict)), {})
    if not config.get("includeExecutionData"):
        details = {name: value for name, value in details.items() if name not in _DATA}
    line = {
        "id": str(event["id"]),
        "type": event["type"],
        "details": details,
        "previous_event_id": str(event["previousEventId"]),
        "event_timestamp": str(int(event["timestamp"] * 1000)),
        "execution_arn": run.arn,
    }
    for destination in config.get("destinations") or ():
        arn = (destination.get("cloudWatchLogsLogGroup") or {}).get("logGroupArn", "")
        if arn.count(":") >= 6:
            _put(run, arn, json.dumps(line))


def _wanted(level: str, kind: str) -> bool:
    if level == "ERROR":
        return kind in _FATAL or kind.endswith(("Failed", "TimedOut", "Aborted"))
    return level == "ALL" or (level == "FATAL" and kind in _FATAL)


def _put(run: Any, arn: str, line: str) -> None:
    _, _, _, region, account, _, group = arn.split(":")[:7]
    logs: Any = logs_backends[account][region]
    if group not in logs.groups:
        return  # as on AWS: the machine runs, the log is lost
    streams = run.__dict__.setdefault("lab_streams", {})
    if group not in streams:
        streams[group] = f"states/{run.machine.name}/{run.started:%Y-%m-%d-%H-%M}/{mock_random.get_random_hex(8)}"
        logs.create_log_stream(group, streams[group])
    logs.put_log_events(group, streams[group], [{"timestamp": int(clock.now().timestamp() * 1000), "message": line}])


def count_start(run: Any) -> None:
    """One more execution."""
    _count(run, ExecutionsStarted=1.0)


def count_end(run: Any) -> None:
    """How an execution ended, and after which time."""
    took = (run.stopped - run.started).total_seconds() * 1000
    _count(run, **{_ENDS[run.status]: 1.0, "ExecutionTime": took})


def _count(run: Any, **values: float) -> None:
    _, _, _, region, account, _ = run.machine.arn.split(":", 5)
    data = [
        {
            "MetricName": name,
            "Value": value,
            "Unit": "Milliseconds" if name == "ExecutionTime" else "Count",
            "Timestamp": clock.now().replace(tzinfo=None),  # moto keeps UTC without saying so
            "Dimensions": [{"Name": "StateMachineArn", "Value": run.machine.arn}],
        }
        for name, value in values.items()
    ]
    cloudwatch_backends[account][region].put_metric_data("AWS/States", data)
