"""HTTP APIs in front of other services: SQS-SendMessage, EventBridge-PutEvents and the like, without code.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
"""

from __future__ import annotations

import json
from typing import Any, Final

import boto3
from botocore.exceptions import ClientError, ParamValidationError

from course.lab.apigateway import http_api_mapping, lambda_target
from course.lab.apigateway.exchange import Answer, Headers
from course.lab.apigateway.http_api_call import HttpCall, failed

# Subtype -> boto3's client, method, and IAM's prefix.
_ACTIONS: Final = {
    "SQS-SendMessage": ("sqs", "send_message", "sqs:SendMessage"),
    "SQS-ReceiveMessage": ("sqs", "receive_message", "sqs:ReceiveMessage"),
    "SQS-DeleteMessage": ("sqs", "delete_message", "sqs:DeleteMessage"),
    "SQS-PurgeQueue": ("sqs", "purge_queue", "sqs:PurgeQueue"),
    "EventBridge-PutEvents": ("events", "put_events", "events:PutEvents"),
    "Kinesis-PutRecord": ("kinesis", "put_record", "kinesis:PutRecord"),
    "StepFunctions-StartExecution": ("stepfunctions", "start_execution", "states:StartExecution"),
    "StepFunctions-StopExecution": ("stepfunctions", "stop_execution", "states:StopExecution"),
}


def answer(call: HttpCall, integration: Any) -> Answer:
    """Make the service's API call with the mapped parameters."""
    subtype = integration.integration_subtype
    if subtype not in _ACTIONS:
        raise failed(f"The lab does not know the integration subtype {subtype}")
    service, method, action = _ACTIONS[subtype]
    parameters = {
        name: value
        for name, source in (integration.request_parameters or {}).items()
        if (value := http_api_mapping.filled(source, call.select)) is not None
    }
    region = str(parameters.pop("Region", call.place.region))
    resource = _resource(service, parameters, region, call.place.account)
    if why := lambda_target.role_problem(integration.credentials_arn or "", action, resource):
        raise failed(why)
    client: Any = boto3.client(service, region_name=region)  # type: ignore[call-overload]
    try:
        said = getattr(client, method)(**_shaped(method, parameters))
    except (ClientError, ParamValidationError) as refused:
        raise failed(str(refused)) from None
    said.pop("ResponseMetadata", None)
    content = json.dumps(said, default=str).encode()
    return Answer(200, Headers({"Content-Type": "application/json"}), content)


def _resource(service: str, parameters: dict[str, str], region: str, account: str) -> str:
    start = f"arn:aws:{service}:{region}:{account}:"
    if service == "sqs":
        return start + parameters.get("QueueUrl", "").rpartition("/")[2]
    if service == "kinesis":
        return f"{start}stream/{parameters.get('StreamName', '')}"
    if service == "events":
        return f"{start}event-bus/{parameters.get('EventBusName', 'default')}"
    return parameters.get("StateMachineArn") or parameters.get("ExecutionArn") or "*"


def _shaped(method: str, parameters: dict[str, str]) -> dict[str, Any]:
    if method == "put_events":
        entry: dict[str, Any] = dict(parameters)
        if "Resources" in entry:
            entry["Resources"] = json.loads(entry["Resources"])
        return {"Entries": [entry]}
    if method in ("start_execution", "stop_execution"):
        return {name[:1].lower() + name[1:]: value for name, value in parameters.items()}
    whole = ("DelaySeconds", "MaxNumberOfMessages", "VisibilityTimeout", "WaitTimeSeconds")
    return {name: int(value) if name in whole else value for name, value in parameters.items()}
