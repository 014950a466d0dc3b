"""Who may take a route of an HTTP API: JWT, Lambda and IAM authorization.

JWT: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
Lambda: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
IAM: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from course.lab.apigateway import http_api_lambda, lambda_target, signature, tokens
from course.lab.apigateway.http_api_call import HttpCall, RefusedByHttpApi, failed
from course.lab.apigateway.state import state_of
from course.lab.clock import clock

if TYPE_CHECKING:
    from course.lab.iam.callers import Caller


@dataclass(frozen=True)
class _Kept:
    said: dict[str, Any]
    until: float


def admit(call: HttpCall) -> None:
    """Let the request pass, or refuse it."""
    kind = call.route.authorization_type or "NONE"
    if kind == "NONE":
        return
    if kind == "AWS_IAM":
        _by_signature(call)
        return
    authorizer = call.picture.authorizers.get(call.route.authorizer_id or "")
    if authorizer is None:
        raise failed("The route's authorizer does not exist")
    if kind == "JWT":
        _by_token(call, authorizer)
    else:
        _by_function(call, authorizer)


def _sources(authorizer: Any) -> list[str]:
    written = authorizer.identity_source or []
    return [written] if isinstance(written, str) else list(written)


def _by_token(call: HttpCall, authorizer: Any) -> None:
    value = next((found for source in _sources(authorizer) if (found := call.select(source))), "")
    token = value[7:].strip() if value.lower().startswith("bearer ") else value.strip()
    if not token:
        raise RefusedByHttpApi(401, "Unauthorized", {"www-authenticate": "Bearer"})
    settings = authorizer.jwt_config or {}
    try:
        claims = tokens.verified(token, str(settings.get("issuer", "")))
        _check_audience(claims, settings.get("audience") or [])
    except tokens.BadToken as bad:
        said = f'Bearer scope="" error="invalid_token" error_description="{bad}"'
        raise RefusedByHttpApi(401, "Unauthorized", {"www-authenticate": said}) from None
    wanted = list(call.route.authorization_scopes or [])
    granted = str(claims.get("scope") or claims.get("scp") or "").split()
    if wanted and not set(wanted) & set(granted):
        said = f'Bearer scope="{" ".join(wanted)}" error="insufficient_scope"'
        raise RefusedByHttpApi(403, "Forbidden", {"www-authenticate": said})
    call.authorizer = {"jwt": {"claims": {name: _text(one) for name, one in claims.items()}, "scopes": wanted or None}}


def _check_audience(claims: dict[str, Any], wanted: list[str]) -> None:
    """`aud` counts if it is there, else `client_id`."""
    said = claims.get("aud") or claims.get("client_id")
    given = said if isinstance(said, list) else [said]
    if wanted and not set(given) & set(wanted):
        raise tokens.BadToken("invalid audience")


def _by_function(call: HttpCall, authorizer: Any) -> None:
    values = [call.select(source) for source in _sources(authorizer)]
    if any(not value for value in values):
        raise RefusedByHttpApi(401, "Unauthorized")
    kept = state_of(call.place.account, call.place.region).kept_decisions
    ttl = int(authorizer.auth_result_ttl or 0)
    key = (call.place.api_id, call.place.stage, authorizer.id, *(str(value) for value in values))
    now = clock.now().timestamp()
    found: _Kept | None = kept.get(key)
    if found is None or found.until <= now or not ttl:
        said = _ask(call, authorizer, [str(value) for value in values])
        if ttl and values:
            kept[key] = _Kept(said, now + ttl)
    else:
        said = found.said
    if not _allows(call, authorizer, said):
        raise RefusedByHttpApi(403, "Forbidden")
    call.authorizer = {"lambda": dict(said.get("context") or {})}


def _ask(call: HttpCall, authorizer: Any, values: list[str]) -> dict[str, Any]:
    place = call.place
    arn = place.arn(call.sent.method, place.path)
    if str(authorizer.auth_payload_format_version or "1.0") == "2.0":
        event = http_api_lambda.event_2(call, call.sent)
        event |= {"type": "REQUEST", "routeArn": arn, "identitySource": values or None}
    else:
        event = http_api_lambda.event_1(call, call.sent)
        event |= {"type": "REQUEST", "methodArn": arn, "identitySource": ",".join(values)}
        event["authorizationToken"] = ",".join(values)
    for name in ("body", "isBase64Encoded"):
        event.pop(name, None)
    source = f"arn:aws:execute-api:{place.region}:{place.account}:{place.api_id}/authorizers/{authorizer.id}"
    try:
        ran = lambda_target.invoke(authorizer.authorizer_uri or "", event, source, authorizer.auth_creds_arn or "")
    except lambda_target.NotInvoked as not_run:
        raise failed(f"Authorizer: {not_run}") from None
    said = ran.result
    if ran.failed:
        if isinstance(said, dict) and said.get("errorMessage") == "Unauthorized":
            raise RefusedByHttpApi(401, "Unauthorized")
        raise failed(f"Authorizer failed: {ran.payload.decode()}")
    if not isinstance(said, dict):
        raise failed("The authorizer's answer is no object")
    return said


def _allows(call: HttpCall, authorizer: Any, said: dict[str, Any]) -> bool:
    """A simple answer says isAuthorized; the other form is a policy."""
    if authorizer.enable_simple_response:
        if not isinstance(said.get("isAuthorized"), bool):
            raise failed("The authorizer's simple response has no isAuthorized")
        return bool(said["isAuthorized"])
    if not said.get("principalId") or not isinstance(said.get("policyDocument"), dict):
        raise failed("The authorizer's response has no principalId and policyDocument")
    from course.lab.iam.document import MalformedPolicy
    from course.lab.iam.evaluation import evaluate
    from course.lab.iam.request import Principal, Request

    place = call.place
    who = Principal("user", f"arn:aws:iam::{place.account}:user/{said['principalId']}", place.account)
    request = Request(who, "execute-api:Invoke", place.arn(call.sent.method, place.path), _context(call), place.account)
    try:
        return evaluate(request, identity=[said["policyDocument"]]).allowed
    except MalformedPolicy as wrong:
        raise failed(f"The authorizer's policy: {wrong}") from None


def _context(call: HttpCall) -> dict[str, str]:
    return {"aws:SourceIp": call.sent.source_ip, "aws:SecureTransport": "true"}


def _by_signature(call: HttpCall) -> None:
    from course.lab.iam.callers import caller_of
    from course.lab.iam.evaluation import Policies, decide
    from course.lab.iam.request import Request

    place = call.place
    try:
        key = signature.checked(call.sent, place.region)
    except signature.BadSignature as bad:
        raise RefusedByHttpApi(403, "Forbidden", log=bad.message or "") from None
    caller = caller_of(key)
    arn = place.arn(call.sent.method, place.path)
    request = Request(caller.principal, "execute-api:Invoke", arn, {**_context(call), **caller.context}, place.account)
    policies = Policies(
        identity=caller.identity, boundary=caller.boundary, session=caller.session, scps=caller.scps
    )  # fmt: skip
    if not decide(request, policies).allowed:
        raise RefusedByHttpApi(403, "Forbidden", log=f"{caller.principal.arn} may not invoke {arn}")
    call.authorizer = {"iam": iam_identity(caller, key)}


def iam_identity(caller: Caller, key: str) -> dict[str, Any]:
    """Who signed, as an event of format 2.0 tells the function."""
    who = caller.principal
    return {
        "accessKey": key,
        "accountId": who.account,
        "callerId": who.user_id or who.account,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": who.arn,
        "userId": who.user_id or who.account,
    }


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "[" + " ".join(str(one) for one in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)
