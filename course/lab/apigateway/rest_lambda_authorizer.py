"""Lambda authorizers (CUSTOM): a function of the API's owner says who calls and what they may do.

Input: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
Output: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from course.lab.apigateway import lambda_target, policy_check, rest_lambda_proxy
from course.lab.apigateway.refused import Refused
from course.lab.apigateway.rest_call import Call
from course.lab.apigateway.stage_variables import filled
from course.lab.apigateway.state import state_of
from course.lab.clock import clock

_TTL: Final = 300
_DENIED: Final = "User is not authorized to access this resource"


@dataclass(frozen=True)
class _Kept:
    said: dict[str, Any]
    until: float


def admit(call: Call, authorizer: Any) -> None:
    """Ask the authorizer, or remember what it said, and let its policy decide."""
    _denied_beforehand(call)
    identity = _identity(call, authorizer)
    ttl = _TTL if authorizer.authorizer_result_ttl is None else int(authorizer.authorizer_result_ttl)
    kept = state_of(call.place.account, call.place.region).kept_decisions
    key = (call.place.api_id, call.place.stage, authorizer.id, *identity)
    now = clock.now().timestamp()
    found: _Kept | None = kept.get(key)
    if found is None or found.until <= now or ttl == 0:
        said = ask(call, authorizer)
        if ttl and identity:
            kept[key] = _Kept(said, now + ttl)
    else:
        said = found.said
    _decide(call, said)


def ask(call: Call, authorizer: Any) -> dict[str, Any]:
    """What the function says; it may also raise 'Unauthorized'."""
    uri = filled(authorizer.authorizer_uri or "", call.variables)
    source = (
        f"arn:aws:execute-api:{call.place.region}:{call.place.account}:{call.place.api_id}/authorizers/{authorizer.id}"
    )
    try:
        ran = lambda_target.invoke(uri, event_of(call, authorizer), source, authorizer.authorizer_credentials or "")
    except lambda_target.NotInvoked as not_run:
        raise Refused("AUTHORIZER_CONFIGURATION_ERROR", log=f"Authorizer: {not_run}") from None
    said = ran.result
    if ran.failed:
        if isinstance(said, dict) and said.get("errorMessage") == "Unauthorized":
            raise Refused("UNAUTHORIZED")
        raise Refused("AUTHORIZER_CONFIGURATION_ERROR", log=f"Authorizer failed: {ran.payload.decode()}")
    if not _is_answer(said):
        raise Refused("AUTHORIZER_CONFIGURATION_ERROR", log=f"Invalid authorizer response: {ran.payload.decode()}")
    answer: dict[str, Any] = said
    return answer


def event_of(call: Call, authorizer: Any) -> dict[str, Any]:
    """What the function gets: the token, or the whole request."""
    if authorizer.type == "TOKEN":
        token = _source_value(call, _sources(authorizer)[0])
        return {"type": "TOKEN", "methodArn": call.arn, "authorizationToken": token}
    event = rest_lambda_proxy.event_of(call)
    for name in ("body", "isBase64Encoded"):
        event.pop(name)
    for name in ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables"):
        event[name] = event[name] or {}
    return {"type": "REQUEST", "methodArn": call.arn, **event}


def _identity(call: Call, authorizer: Any) -> tuple[str, ...]:
    """The values of the identity sources: without them nobody is asked."""
    sources = _sources(authorizer)
    values = tuple(_source_value(call, source) for source in sources)
    if any(not value for value in values):
        raise Refused("UNAUTHORIZED", log="An identity source is missing")
    pattern = authorizer.identity_validation_expression
    if authorizer.type == "TOKEN" and pattern and not fits(pattern, values[0]):
        raise Refused("UNAUTHORIZED", log="The token does not match the identity validation expression")
    return values


def fits(pattern: str, text: str) -> bool:
    """Whether the whole text fits an identity validation expression; one that is no pattern fits nothing."""
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return False


def _sources(authorizer: Any) -> list[str]:
    written = authorizer.identity_source or (
        "method.request.header.Authorization" if authorizer.type == "TOKEN" else ""
    )
    return [source.strip() for source in written.split(",") if source.strip()]


def _source_value(call: Call, source: str) -> str:
    if source.startswith("stageVariables."):
        return call.variables.get(source.partition(".")[2], "")
    if source.startswith("context."):
        value: Any = call.template_context()
        for part in source.split(".")[1:]:
            value = value.get(part) if isinstance(value, dict) else None
        return str(value or "")
    where, _, name = source.removeprefix("method.request.").partition(".")
    if where == "querystring":
        return ",".join(call.sent.parameters.get(name, []))
    return call.sent.headers.get(name, "")


def _is_answer(said: Any) -> bool:
    """A principal, a policy, and a context of plain values."""
    if not isinstance(said, dict) or not said.get("principalId") or not isinstance(said.get("policyDocument"), dict):
        return False
    context = said.get("context") or {}
    return isinstance(context, dict) and not any(isinstance(value, dict | list) for value in context.values())


def _decide(call: Call, said: dict[str, Any]) -> None:
    from course.lab.iam.document import MalformedPolicy
    from course.lab.iam.evaluation import evaluate
    from course.lab.iam.request import Principal, Request

    account = call.place.account
    who = Principal("user", f"arn:aws:iam::{account}:user/{said['principalId']}", account)
    request = Request(who, "execute-api:Invoke", call.arn, policy_check.context_of(call), account)
    try:
        decision = evaluate(
            request, identity=[said["policyDocument"]], resource=policy_check.resource_policy(call)
        )  # fmt: skip
    except MalformedPolicy as wrong:
        raise Refused("AUTHORIZER_CONFIGURATION_ERROR", log=f"Invalid policy document: {wrong}") from None
    call.authorizer = {name: _text(value) for name, value in (said.get("context") or {}).items()}
    call.authorizer |= {"principalId": str(said["principalId"]), "integrationLatency": 0}
    call.identity["usageIdentifierKey"] = said.get("usageIdentifierKey")
    if decision.outcome == "explicitDeny":
        raise Refused("ACCESS_DENIED", f"{_DENIED} with an explicit deny in an identity-based policy")
    if not decision.allowed:
        raise Refused("ACCESS_DENIED", _DENIED)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _denied_beforehand(call: Call) -> None:
    """An explicit deny of the resource policy ends the matter before the function is asked."""
    policy = policy_check.resource_policy(call)
    if policy is None:
        return
    from course.lab.iam.evaluation import evaluate
    from course.lab.iam.request import ANONYMOUS, Request

    request = Request(ANONYMOUS, "execute-api:Invoke", call.arn, policy_check.context_of(call), call.place.account)
    if evaluate(request, resource=policy).outcome == "explicitDeny":
        raise policy_check.denied(call, "anonymous", True)
