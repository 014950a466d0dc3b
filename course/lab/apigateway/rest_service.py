"""AWS integrations with other services: an API that sends to a queue or writes to a table without any code.

The request to the service is signed by the role in the integration's `credentials`, which has to be allowed to.
https://docs.aws.amazon.com/apigateway/latest/developerguide/integrating-api-with-aws-services.html
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any, Final
from urllib.parse import parse_qsl

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from moto.moto_api._internal import mock_random

from course.lab.apigateway.exchange import Answer, Headers
from course.lab.apigateway.lambda_target import role_problem
from course.lab.apigateway.parameter_mapping import ToBackend
from course.lab.apigateway.refused import misconfigured
from course.lab.apigateway.rest_call import Call
from course.lab.apigateway.stage_variables import filled
from course.lab.lambda_role import credentials

_URI = re.compile(
    r"arn:aws[a-z-]*:apigateway:(?P<region>[a-z0-9-]+):(?P<service>[a-z0-9.-]+):(?P<kind>path|action)/(?P<rest>.+)"
)
_CLIENTS: Final = {"states": "stepfunctions", "monitoring": "cloudwatch"}
# Services that take a form and, asked for JSON, wrap their answer in the action's name.
_FORMS: Final = ("sqs", "sns")


def ask(call: Call, integration: Any, body: str, values: ToBackend) -> Answer:
    """Make the service's API call that the integration describes."""
    found = _URI.fullmatch(filled(integration.uri or "", call.variables))
    if found is None:
        raise misconfigured(f"AWS ARN for integration must contain path or action: {integration.uri}")
    service = found["service"].rpartition(".")[2]
    parameters = _parameters(service, found["rest"], found["kind"], body, values, found["region"])
    action = parameters.pop("Action", "")
    if not action:
        raise misconfigured(f"No action of {service} in the integration's URI, body or parameters")
    role = filled(integration.credentials or "", call.variables)
    _check_role(role, service, action, parameters, found["region"], call.place.account)
    client = _client(role, service, found["region"], call)
    call.say(f"Endpoint request: {service} {action}")
    try:
        said = getattr(client, xform_name(action))(**_cast(client, action, parameters))
        status = 200
    except ClientError as refused:
        status = int(refused.response["ResponseMetadata"]["HTTPStatusCode"])
        said = _error(service, dict(refused.response["Error"]))
    except (ParamValidationError, AttributeError) as wrong:
        status, said = 400, _error(service, {"Code": "ValidationException", "Message": str(wrong)})
    else:
        said.pop("ResponseMetadata", None)
        if service in _FORMS:
            asked = {"RequestId": str(mock_random.uuid4())}
            said = {f"{action}Response": {f"{action}Result": said, "ResponseMetadata": asked}}
    content = json.dumps(said, default=_plain, separators=(",", ":")).encode()
    return Answer(status, Headers({"Content-Type": "application/json"}), content)


def _parameters(service: str, rest: str, kind: str, body: str, values: ToBackend, region: str) -> dict[str, Any]:
    found: dict[str, Any] = dict(values.querystring)
    target = next((one for name, one in values.header.items() if name.lower() == "x-amz-target"), "")
    kind_of_body = next((one for name, one in values.header.items() if name.lower() == "content-type"), "")
    if body.strip().startswith("{") and "form" not in kind_of_body:
        try:
            found |= json.loads(body)
        except ValueError as wrong:
            raise misconfigured(f"The body for {service} is no JSON: {wrong}") from None
    elif body.strip():
        found |= dict(parse_qsl(body.strip(), keep_blank_values=True))
    if kind == "action":
        action, _, query = rest.partition("&")
        found |= {**dict(parse_qsl(query)), "Action": action}
    elif service == "sqs":
        found["QueueUrl"] = f"https://sqs.{region}.amazonaws.com/{rest.strip('/')}"
    if target:
        found["Action"] = target.rpartition(".")[2]
    found.pop("Version", None)
    return _with_attributes(found)


def _with_attributes(flat: dict[str, Any]) -> dict[str, Any]:
    """Forms number message attributes: MessageAttribute.1.Name, MessageAttributes.entry.1.Value.StringValue."""
    attributes: dict[str, dict[str, Any]] = {}
    for name in [name for name in flat if name.startswith("MessageAttribute") and "." in name]:
        number, _, key = name.replace(".entry", "").partition(".")[2].partition(".")
        attributes.setdefault(number, {})[key.removeprefix("Value.")] = flat.pop(name)
    if attributes:
        flat["MessageAttributes"] = {one.pop("Name"): one for one in attributes.values()}
    return flat


def _cast(client: Any, action: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Forms know texts only; boto3 wants numbers where the service does."""
    members = client.meta.service_model.operation_model(action).input_shape.members
    whole: dict[str, Any] = {"integer": int, "long": int, "boolean": lambda value: str(value).lower() == "true"}
    return {
        name: whole[members[name].type_name](value)
        if isinstance(value, str) and name in members and members[name].type_name in whole
        else value
        for name, value in parameters.items()
    }


def _check_role(role: str, service: str, action: str, parameters: dict[str, Any], region: str, account: str) -> None:
    if not role:
        raise misconfigured("API Gateway needs a role in the integration's credentials to call another service")
    start = f"arn:aws:{service}:{region}:{account}:"
    resources = {
        "sqs": lambda: start + str(parameters.get("QueueUrl", "")).rpartition("/")[2],
        "dynamodb": lambda: f"{start}table/{parameters.get('TableName', '')}",
        "sns": lambda: str(parameters.get("TopicArn") or parameters.get("TargetArn") or "*"),
        "states": lambda: str(parameters.get("stateMachineArn") or parameters.get("executionArn") or "*"),
    }
    resource = resources[service]() if service in resources else f"{start}*"
    if why := role_problem(role, f"{service}:{action}", resource):
        raise misconfigured(why)


def _client(role: str, service: str, region: str, call: Call) -> Any:
    from types import SimpleNamespace

    session = SimpleNamespace(
        account_id=call.place.account,
        partition="aws",
        region=region,
        function_name="BackplaneAssumeRoleSession",
        role=role,
    )
    keys = credentials(session)
    return boto3.client(
        _CLIENTS.get(service, service),  # type: ignore[call-overload]
        region_name=region,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=keys["AWS_SESSION_TOKEN"],
    )


def _error(service: str, error: dict[str, Any]) -> dict[str, Any]:
    if service in _FORMS:
        return {"Error": {**error, "Type": "Sender"}, "RequestId": str(mock_random.uuid4())}
    return {"__type": error.get("Code"), "message": error.get("Message")}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.timestamp()
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
