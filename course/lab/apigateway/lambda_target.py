"""Call a Lambda function on behalf of an API: who it is, whether the API may, how long it took.

Permissions: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from moto.awslambda_simple.models import lambda_simple_backends

import course.lab.lambda_functions  # noqa: F401  (puts the lab's Lambda in moto's place)
from course.lab.lambda_answers import Refused as RefusedByLambda
from course.lab.lambda_invoke import run
from course.lab.lambda_permission import allows
from course.lab.lambda_versions import Target, find

_SERVICE = "apigateway.amazonaws.com"
_FUNCTION = re.compile(r"arn:aws[a-z-]*:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:(?P<name>[^/]+)")


class NotInvoked(Exception):
    """The function did not run, and why: for the log of the API's owner."""


@dataclass(frozen=True)
class Ran:
    """What came of an invocation."""

    payload: bytes
    failed: bool
    milliseconds: float

    @property
    def result(self) -> Any:
        """The function's answer, or its error, as Python."""
        return json.loads(self.payload or b"null")


def function_arn(uri: str) -> str:
    """The function in an integration's URI, with its qualifier; empty if the URI names none."""
    found = _FUNCTION.search(uri or "")
    return found.group(0) if found else ""


def invoke(uri: str, event: Any, source_arn: str, credentials: str = "") -> Ran:
    """Invoke the function that the URI names.

    The function's resource policy must let API Gateway in, or `credentials` must be a role that may invoke it.
    """
    backend, target = _admitted(uri, source_arn, credentials)
    try:
        outcome = run(backend, target, event)
    except RefusedByLambda as refused:
        raise NotInvoked(f"Lambda invocation failed with status: {refused.status}. {refused.message}") from None
    return Ran(outcome.payload, outcome.failed, outcome.duration)


def start(uri: str, source_arn: str, credentials: str = "") -> Any:
    """Check that the function may be invoked, and give the Lambda backend that keeps asynchronous events for it."""
    return _admitted(uri, source_arn, credentials)[0]


def _admitted(uri: str, source_arn: str, credentials: str) -> tuple[Any, Target]:
    """The function that the URI names, if the API may invoke it."""
    found = _FUNCTION.search(uri or "")
    if found is None:
        raise NotInvoked(f"Invalid function ARN or invalid URI: {uri}")
    backend = lambda_simple_backends[found["account"]][found["region"]]
    try:
        target = find(backend, found.group(0))
    except RefusedByLambda as missing:
        raise NotInvoked(f"Invalid permissions on Lambda function ({missing.message})") from None
    if credentials:
        _role_may(credentials, target)
    elif not allows(backend, target, _SERVICE, source_arn, source_arn.split(":")[4]):
        raise NotInvoked("Invalid permissions on Lambda function")
    return backend, target


def _role_may(role_arn: str, target: Target) -> None:
    if why := role_problem(role_arn, "lambda:InvokeFunction", target.arn):
        raise NotInvoked(why)


def role_problem(role_arn: str, action: str, resource: str) -> str:
    """Why a role cannot be used by API Gateway for this action; empty if it can."""
    from course.lab.iam.callers import find_role, of_role
    from course.lab.iam.evaluation import Policies, decide
    from course.lab.iam.request import Principal, Request

    role = find_role(role_arn)
    trust = role.assume_role_policy_document if role else None
    if role is None or not trust or not _trusts(trust, Principal("service", _SERVICE), role_arn):
        return f"API Gateway does not have permission to assume the provided role {role_arn}"
    caller = of_role(role)
    decision = decide(
        Request(caller.principal, action, resource, resource_account=role.account_id),
        Policies(identity=caller.identity, boundary=caller.boundary, scps=caller.scps),
    )
    return "" if decision.allowed else f"{caller.principal.arn} is not authorized to perform: {action} on {resource}"


def _trusts(document: Any, service: Any, role_arn: str) -> bool:
    from course.lab.iam.evaluation import evaluate
    from course.lab.iam.request import Request

    account = role_arn.split(":")[4]
    return evaluate(Request(service, "sts:AssumeRole", role_arn, resource_account=account), trust=document).allowed
