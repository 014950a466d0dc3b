"""Lambda triggers of a user pool: invoked at once, with five seconds to answer.

https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.cognito.pools import Ask
from course.lab.cognito.refused import Refused

_SERVICE: Final = "cognito-idp.amazonaws.com"
_PATIENCE: Final = 5000  # milliseconds
_TRIES: Final = 3
_VERSIONS: Final = {"V1_0": "1", "V2_0": "2", "V3_0": "3"}


def function_for(pool: Any, trigger: str) -> str:
    """The ARN of the function that a pool has for a trigger; empty if it has none."""
    settings = pool.extended_config.get("LambdaConfig") or {}
    if trigger == "PreTokenGeneration":
        newer = settings.get("PreTokenGenerationConfig") or {}
        return str(newer.get("LambdaArn") or settings.get(trigger) or "")
    return str(settings.get(trigger) or "")


def version_of(pool: Any, trigger: str) -> str:
    """The version of the event that a trigger wants."""
    settings = pool.extended_config.get("LambdaConfig") or {}
    newer = settings.get(f"{trigger}Config") or {}
    return _VERSIONS.get(str(newer.get("LambdaVersion", "")), "1")


def run(
    ask: Ask, trigger: str, source: str, username: str, request: dict[str, Any], response: dict[str, Any]
) -> dict[str, Any] | None:
    """Invoke the pool's function for a trigger: its `response`, or None if the pool has no such function.

    `source` is what comes after the trigger's name in triggerSource, such as SignUp. Raises Refused with the
    function's error message if it fails: that is how a function says no.
    """
    arn = function_for(ask.pool, trigger)
    if not arn:
        return None
    name = "TokenGeneration" if trigger == "PreTokenGeneration" else trigger
    event = {
        "version": version_of(ask.pool, trigger),
        "triggerSource": f"{name}_{source}",
        "region": ask.pool.region,
        "userPoolId": ask.pool.id,
        "userName": username,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": ask.client_id},
        "request": request,
        "response": response,
    }
    said = _invoked(ask.pool, trigger, arn, event)
    if not isinstance(said, dict) or not isinstance(said.get("response"), dict):
        raise Refused("InvalidLambdaResponseException", "Unrecognizable lambda output")
    found: dict[str, Any] = said["response"]
    return found


def _invoked(pool: Any, trigger: str, arn: str, event: dict[str, Any]) -> Any:
    from moto.awslambda_simple.models import lambda_simple_backends

    import course.lab.lambda_functions  # noqa: F401  (puts the lab's Lambda in moto's place)
    from course.lab import lambda_invoke, lambda_versions
    from course.lab.lambda_answers import Refused as RefusedByLambda
    from course.lab.lambda_permission import allows

    region, account = arn.split(":")[3:5]
    try:
        backend = lambda_simple_backends[account][region]
        target = lambda_versions.find(backend, arn)
    except (RefusedByLambda, KeyError):
        raise _unexpected(trigger, "ResourceNotFoundException.") from None
    if not allows(backend, target, _SERVICE, pool.arn, pool.account_id):
        raise _unexpected(trigger, "AccessDeniedException.")
    for _ in range(_TRIES):
        try:
            outcome = lambda_invoke.run(backend, target, event)
        except RefusedByLambda as refused:
            raise _unexpected(trigger, f"{refused.code}.") from None
        if outcome.duration <= _PATIENCE:
            break
    else:
        raise _unexpected(trigger, "Socket timeout while invoking Lambda function.")
    said = json.loads(outcome.payload or b"null")
    if outcome.failed:
        message = said.get("errorMessage", "") if isinstance(said, dict) else ""
        raise Refused("UserLambdaValidationException", f"{trigger} failed with error {message}.")
    return said


def _unexpected(trigger: str, error: str) -> Refused:
    return Refused("UnexpectedLambdaException", f"{trigger} invocation failed due to error {error}")
