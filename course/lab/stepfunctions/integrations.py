"""Calls of other services from a Task: each through boto3, as the role of the state machine.

Optimised: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
All others: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError, UnknownServiceError
from botocore.model import ListShape, MapShape, Shape, StructureShape

from course.lab.role_session import role_session
from course.lab.stepfunctions.errors import StateError
from course.lab.stepfunctions.executions import Frame
from course.lab.stepfunctions.kernel import Await, Branch, Callback

# How the language calls a service, and how boto3 does; all others have one name.
_CLIENTS: Final = {"states": "stepfunctions", "sfn": "stepfunctions", "eventbridge": "events"}
_PREFIXES: Final = {
    "dynamodb": "DynamoDB",
    "events": "EventBridge",
    "lambda": "Lambda",
    "s3": "S3",
    "sns": "SNS",
    "sqs": "SQS",
    "states": "StepFunctions",
}
_SYNC: Final = ("sync", "sync:2")


@dataclass(frozen=True)
class Work:
    """A resource such as `arn:aws:states:::sqs:sendMessage.waitForTaskToken`, in its parts."""

    service: str
    action: str
    pattern: str
    sdk: bool

    @classmethod
    def of(cls, resource: str) -> Work:
        """Take a resource apart."""
        parts = resource.split(":")[5:] if resource.startswith("arn:") else []
        sdk = parts[:1] == ["aws-sdk"]
        parts = parts[1:] if sdk else [p for p in parts if p]
        if len(parts) < 2:
            raise StateError("States.Runtime", f"The resource provided '{resource}' is invalid.")
        action, _, pattern = ":".join(parts[1:]).partition(".")
        return cls(parts[0], action, pattern, sdk)

    @property
    def name(self) -> str:
        """The action as the history names it."""
        return f"{self.action}.{self.pattern}" if self.pattern else self.action

    def error(self, code: str) -> str:
        """How the language names an error of this service."""
        prefix = self.service.capitalize() if self.sdk else _PREFIXES.get(self.service, self.service.capitalize())
        prefix = {"Dynamodb": "DynamoDb"}.get(prefix, prefix)
        name = code.rpartition(".")[2]
        return f"{prefix}.{name if name.endswith('Exception') else f'{name}Exception'}"


def client(frame: Frame, service: str) -> Any:
    """A boto3 client that signs as the role of the state machine."""
    run = frame.execution
    kept: dict[str, Any] = run.__dict__.setdefault("lab_clients", {})
    name = _CLIENTS.get(service, service)
    if name not in kept:
        try:
            kept[name] = boto3.client(  # type: ignore[call-overload]
                name,
                region_name=run.machine.region,
                config=Config(retries={"max_attempts": 1, "mode": "standard"}),
                **_credentials(run.machine.role, run.name, run.machine.region),
            )
        except UnknownServiceError:
            raise StateError("States.Runtime", f"The service '{service}' does not exist.") from None
    return kept[name]


def invoke(frame: Frame, function: str, given: str) -> Any:
    """Run a function with this input; gives what it returns."""
    return _invoked(frame, {"FunctionName": function, "Payload": given})["Payload"]


def call(frame: Frame, work: Work, given: Mapping[str, Any]) -> Any:
    """Call a service; gives its answer with the names that the language uses."""
    if work.service == "lambda" and work.action == "invoke" and not work.sdk:
        payload = given.get("Payload", {})
        asked = {**given, "Payload": payload if isinstance(payload, str) else json.dumps(payload)}
        return _invoked(frame, asked)
    service = client(frame, work.service)
    method = xform_name(work.action)
    if not hasattr(service, method):
        raise StateError("States.Runtime", f"The service '{work.service}' has no action '{work.action}'.")
    model = service.meta.service_model.operation_model(f"{work.action[0].upper()}{work.action[1:]}")
    try:
        answer = getattr(service, method)(**_asked(dict(given), model.input_shape))
    except ClientError as refused:
        told = refused.response["Error"]
        raise StateError(work.error(told["Code"]), told.get("Message", ""), of_task=True) from None
    except (ParamValidationError, TypeError) as wrong:
        raise StateError("States.Runtime", f"The Parameters do not fit {work.name}: {wrong}") from None
    answer.pop("ResponseMetadata", None)
    return _told(answer, model.output_shape)


def until_done(frame: Frame, work: Work, answer: Mapping[str, Any], callback: Callback) -> Branch:
    """Wait for a job to end: a nested execution."""
    if work.service != "states" or work.pattern not in _SYNC:
        raise StateError("States.Runtime", f"The lab cannot wait for {work.service}:{work.name}.")
    from course.lab.stepfunctions import runs

    runs.when_over(answer["ExecutionArn"], lambda run: _ended(run, work, callback))
    try:
        return (yield Await(callback))
    except (GeneratorExit, StateError):
        # A parent that stops or gives up takes what it waits for along.
        nested = runs.find(answer["ExecutionArn"])
        if nested is not None:
            runs.abort(nested, None, None)
        raise


def _ended(run: Any, work: Work, callback: Callback) -> None:
    told = {
        "ExecutionArn": run.arn,
        "Input": run.input,
        "Name": run.name,
        "StartDate": int(run.started.timestamp() * 1000),
        "StateMachineArn": run.machine.arn,
        "Status": run.status,
        "StopDate": int(run.stopped.timestamp() * 1000),
    }
    if run.status != "SUCCEEDED":
        cause = json.dumps({**told, "Error": run.error, "Cause": run.cause})
        callback.fail(StateError("States.TaskFailed", cause, of_task=True))
        return
    callback.succeed({**told, "Output": run.output if work.pattern == "sync" else json.loads(run.output)})


def _invoked(frame: Frame, asked: Mapping[str, Any]) -> dict[str, Any]:
    work = Work("lambda", "invoke", "", False)
    try:
        answer = client(frame, "lambda").invoke(**asked)
    except ClientError as refused:
        told = refused.response["Error"]
        raise StateError(work.error(told["Code"]), told.get("Message", ""), of_task=True) from None
    payload = answer["Payload"].read().decode()
    found = json.loads(payload) if payload else None
    if answer.get("FunctionError"):
        error = found.get("errorType", "Lambda.Unknown") if isinstance(found, dict) else "Lambda.Unknown"
        raise StateError(error, payload, of_task=True)
    shown = {"ExecutedVersion": answer.get("ExecutedVersion", "$LATEST"), "Payload": found}
    return {**shown, "StatusCode": answer["StatusCode"]}


def _asked(given: Any, shape: Shape | None) -> Any:
    """Parameters under boto3's names; an object where the service wants text becomes JSON."""
    if isinstance(shape, StructureShape) and isinstance(given, dict):
        names = {str(name).lower(): str(name) for name in shape.members}
        found = {}
        for key, value in given.items():
            name: str = names.get(key.lower()) or key
            found[name] = _asked(value, shape.members.get(name, None))
        return found
    if isinstance(shape, ListShape) and isinstance(given, list):
        return [_asked(one, shape.member) for one in given]
    if isinstance(shape, MapShape) and isinstance(given, dict):
        return {key: _asked(value, shape.value) for key, value in given.items()}
    if shape is not None and shape.type_name in ("string", "blob") and isinstance(given, dict | list):
        return json.dumps(given)
    return given


def _told(answer: Any, shape: Shape | None) -> Any:
    """An answer with capital names, and nothing that JSON cannot hold."""
    if isinstance(shape, StructureShape) and isinstance(answer, dict):
        return {
            f"{key[0].upper()}{key[1:]}": _told(value, shape.members.get(key, None)) for key, value in answer.items()
        }
    if isinstance(shape, ListShape) and isinstance(answer, list):
        return [_told(one, shape.member) for one in answer]
    if isinstance(shape, MapShape) and isinstance(answer, dict):
        return {key: _told(value, shape.value) for key, value in answer.items()}
    if isinstance(answer, dt.datetime):
        return int(answer.timestamp() * 1000)
    if isinstance(answer, bytes):
        return answer.decode("utf-8", "replace")
    return answer.read().decode("utf-8", "replace") if hasattr(answer, "read") else answer


def _credentials(role: str, session: str, region: str) -> dict[str, str]:
    made = role_session(role.split(":")[4], region, role, session[:64])
    return {
        "aws_access_key_id": made.access_key_id,
        "aws_secret_access_key": made.secret_access_key,
        "aws_session_token": made.session_token,
    }
