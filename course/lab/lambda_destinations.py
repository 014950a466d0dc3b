"""Where the result of an asynchronous invocation, or a lost one, is sent.

Records: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
Dead-letter queue: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
"""

from __future__ import annotations

import json
from typing import Any

from course.lab.clock import clock


def succeeded(backend: Any, target: Any, settings: dict[str, Any], waiting: Any, outcome: Any) -> str:
    """Report a success to the OnSuccess destination, if there is one; says where to."""
    arn = (settings.get("DestinationConfig") or {}).get("OnSuccess", {}).get("Destination")
    if not arn:
        return ""
    return _told(backend, arn, _record(target, waiting, outcome, "Success"), "Success")


def failed(
    backend: Any, target: Any, settings: dict[str, Any], waiting: Any, outcome: Any | None, condition: str
) -> str:
    """Report a failure to the OnFailure destination, and the event to the dead-letter queue; says where to."""
    said = ""
    arn = (settings.get("DestinationConfig") or {}).get("OnFailure", {}).get("Destination")
    if arn:
        said += _told(backend, arn, _record(target, waiting, outcome, condition), "Failure")
    dead = (getattr(target.function, "dead_letter_config", None) or {}).get("TargetArn")
    if dead:
        message = outcome.fault.message if outcome is not None and outcome.fault else condition
        attributes = {
            "RequestID": {"DataType": "String", "StringValue": waiting.request_id},
            "ErrorCode": {"DataType": "Number", "StringValue": "200" if outcome is not None else "429"},
            "ErrorMessage": {"DataType": "String", "StringValue": message[:1024]},
        }
        said += send(dead, json.dumps(waiting.event), attributes)
    return said


def stamp() -> str:
    """The present moment as AWS writes it in records."""
    now = clock.now()
    return f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z"


def _record(target: Any, waiting: Any, outcome: Any | None, condition: str) -> dict[str, Any]:
    qualifier = target.qualifier or "$LATEST"
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": stamp(),
        "requestContext": {
            "requestId": waiting.request_id,
            "functionArn": f"{target.latest.function_arn}:{qualifier}",
            "condition": condition,
            "approximateInvokeCount": waiting.runs,
        },
        "requestPayload": waiting.event,
    }
    if outcome is not None:
        record["responseContext"] = {"statusCode": 200, "executedVersion": target.version}
        if outcome.failed:
            record["responseContext"]["functionError"] = "Unhandled"
        record["responsePayload"] = json.loads(outcome.payload)
    return record


def _told(backend: Any, arn: str, record: dict[str, Any], result: str) -> str:
    service = arn.split(":")[2]
    if service == "lambda":
        from course.lab.lambda_async import accept

        accept(backend, arn, None, record, "destination")
        return f"; record to {arn.split(':', 6)[-1]}"
    if service == "events":
        from course.lab.events_router import put

        region = arn.split(":")[3]
        put(
            backend.account_id,
            region,
            arn,
            source="lambda",
            detail_type=f"Lambda Function Invocation Result - {result}",
            detail=record,
            resources=[record["requestContext"]["functionArn"], arn],
        )
        return f"; record to {arn.split(':', 5)[-1]}"
    return send(arn, json.dumps(record), None)


def send(arn: str, body: str, attributes: dict[str, Any] | None) -> str:
    """Put a text into a queue or topic. A missing one loses it, as on AWS; the delivery says so."""
    _, _, service, region, account, name = arn.split(":", 5)
    try:
        if service == "sqs":
            from moto.sqs.models import sqs_backends

            sqs_backends[account][region].send_message(name, body, attributes)
        else:
            from moto.sns.models import sns_backends

            shown = {
                key: {"Type": one["DataType"], "Value": one["StringValue"]} for key, one in (attributes or {}).items()
            }
            sns_backends[account][region].publish(body, arn=arn, message_attributes=shown or None)
    except Exception as lost:
        return f"; lost, {name} cannot take it ({type(lost).__name__})"
    return f"; record to {name}"
