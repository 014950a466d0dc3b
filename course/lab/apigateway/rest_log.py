"""What a stage tells CloudWatch: metrics, access logs, and the log of each execution.

Metrics: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
Logs: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
Variables: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.logs.models import logs_backends

from course.lab.apigateway import stage_settings
from course.lab.apigateway.exchange import Answer
from course.lab.apigateway.place import Place
from course.lab.apigateway.rest_call import Call
from course.lab.clock import clock

_VARIABLE = re.compile(r"\$context((?:\.[A-Za-z][\w-]*)+)")


def write(call: Call, given: Answer) -> None:
    """Count the request and write its lines."""
    latency = max(call.integration_ms, (clock.now() - call.at).total_seconds() * 1000)
    _count(call, given, latency)
    access = call.stage.access_log_settings or {}
    if access.get("destinationArn"):
        put_line(call.place, access["destinationArn"], access_line(access.get("format") or "", call, given, latency))
    _write_execution(call, given)


def access_line(form: str, call: Call, given: Answer, latency: float) -> str:
    """A line of the access log; what is not known is a hyphen."""
    context = call.template_context()
    context |= {
        "status": given.status,
        "responseLength": len(given.content),
        "responseLatency": round(latency),
        "integrationLatency": round(call.integration_ms) or "-",
        "integrationStatus": call.integration_status,
        "integration": {"status": call.integration_status, "latency": round(call.integration_ms)},
        "error": {"message": call.error or "-"},
    }

    def value(found: re.Match[str]) -> str:
        one: Any = context
        for part in found[1].split(".")[1:]:
            one = one.get(part) if isinstance(one, dict) else None
        return "-" if one is None else one if isinstance(one, str) else json.dumps(one)

    return _VARIABLE.sub(value, form)


def put_line(place: Place, destination_arn: str, line: str, stream: str = "") -> None:
    """Write a line into a log group."""
    write_lines(place, destination_arn.split(":log-group:")[-1].removesuffix(":*"), [line], stream)


def write_lines(place: Place, group: str, lines: list[str], stream: str = "") -> None:
    """Write lines into a log group, which has to exist for access logs on AWS; here it is made."""
    logs: Any = logs_backends[place.account][place.region]
    logs.ensure_log_group(group)
    stream = stream or place.stage
    if stream not in logs.groups[group].streams:
        logs.create_log_stream(group, stream)
    now = int(clock.now().timestamp() * 1000)
    logs.put_log_events(group, stream, [{"timestamp": now, "message": line} for line in lines])


def _count(call: Call, given: Answer, latency: float) -> None:
    values: dict[str, float] = {
        "Count": 1,
        "4XXError": float(400 <= given.status < 500),
        "5XXError": float(given.status >= 500),
        "Latency": latency,
    }
    if call.integration_status != "-":
        values["IntegrationLatency"] = call.integration_ms
    if call.cache_hit is not None:
        values["CacheHitCount" if call.cache_hit else "CacheMissCount"] = 1
    # AWS publishes by API and by stage. Moto's statistics of fewer dimensions include those of more.
    dimensions = [{"Name": "ApiName", "Value": call.place.api.name}, {"Name": "Stage", "Value": call.place.stage}]
    if call.found is not None:
        settings, _ = stage_settings.of_method(
            call.stage, call.found.route.path, call.sent.method, call.found.method_key
        )
        if settings["metricsEnabled"]:
            dimensions += [
                {"Name": "Method", "Value": call.sent.method},
                {"Name": "Resource", "Value": call.found.route.path},
            ]
    publish(call.place, dimensions, values)


def publish(place: Place, dimensions: list[dict[str, str]], values: dict[str, float]) -> None:
    """Publish metrics of one request."""
    data = [
        {
            "MetricName": name,
            "Value": value,
            "Unit": "Milliseconds" if "Latency" in name else "Count",
            "Timestamp": clock.now().replace(tzinfo=None),  # moto keeps UTC without saying so
            "Dimensions": dimensions,
        }
        for name, value in values.items()
    ]
    cloudwatch_backends[place.account][place.region].put_metric_data("AWS/ApiGateway", data)


def _write_execution(call: Call, given: Answer) -> None:
    path, method, key = ("", "", "")
    if call.found is not None:
        path, method, key = call.found.route.path, call.sent.method, call.found.method_key
    settings, _ = stage_settings.of_method(call.stage, path, method, key)
    level = settings.get("loggingLevel", "OFF")
    if level == "OFF" or (level == "ERROR" and given.ok):
        return
    lines = execution_lines(call, given)
    write_lines(call.place, f"API-Gateway-Execution-Logs_{call.place.api_id}/{call.place.stage}", lines)


def execution_lines(call: Call, given: Answer) -> list[str]:
    """The log of one execution, from the method request to the status."""
    start = f"({call.request_id}) "
    return [
        f"{start}Extended Request Id: {call.extended_id}",
        f"{start}HTTP Method: {call.sent.method}, Resource Path: {call.place.path}",
        f"{start}Method request path: {json.dumps(call.path_parameters)}",
        f"{start}Method request body before transformations: {call.sent.text}",
        *call.lines,
        f"{start}Method response body after transformations: {given.body}",
        f"{start}Method completed with status: {given.status}",
    ]
