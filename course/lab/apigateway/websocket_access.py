"""Who may connect: WebSocket APIs authorize the $connect route only, by IAM or by a Lambda function.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-control-access.html
"""

from __future__ import annotations

from typing import Any

from course.lab.apigateway import lambda_target, signature
from course.lab.apigateway.v2_picture import Picture
from course.lab.apigateway.websocket_connections import Connection


def admit(connection: Connection, route: Any, picture: Picture, event: dict[str, Any]) -> int:
    """0 if the client may connect, else the status of the refusal."""
    kind = route.authorization_type or "NONE"
    if kind == "NONE":
        return 0
    if kind == "AWS_IAM":
        return _by_signature(connection)
    authorizer = picture.authorizers.get(route.authorizer_id or "")
    return 500 if authorizer is None else _by_function(connection, authorizer, event)


def _arn(connection: Connection) -> str:
    place = connection.place
    return f"arn:aws:execute-api:{place.region}:{place.account}:{place.api_id}/{place.stage}/$connect"


def _by_signature(connection: Connection) -> int:
    from course.lab.iam.callers import caller_of
    from course.lab.iam.evaluation import Policies, decide
    from course.lab.iam.request import Request

    place = connection.place
    try:
        key = signature.checked(connection.opening, place.region)
    except signature.BadSignature:
        return 403
    caller = caller_of(key)
    request = Request(caller.principal, "execute-api:Invoke", _arn(connection), caller.context, place.account)
    policies = Policies(
        identity=caller.identity, boundary=caller.boundary, session=caller.session, scps=caller.scps
    )  # fmt: skip
    return 0 if decide(request, policies).allowed else 403


def _by_function(connection: Connection, authorizer: Any, event: dict[str, Any]) -> int:
    from course.lab.iam.document import MalformedPolicy
    from course.lab.iam.evaluation import evaluate
    from course.lab.iam.request import Principal, Request

    written = authorizer.identity_source or []
    sources = [written] if isinstance(written, str) else list(written)
    if any(not _value(connection, source) for source in sources):
        return 401
    place = connection.place
    asked = {"type": "REQUEST", "methodArn": _arn(connection), **event}
    source = f"arn:aws:execute-api:{place.region}:{place.account}:{place.api_id}/authorizers/{authorizer.id}"
    try:
        ran = lambda_target.invoke(authorizer.authorizer_uri or "", asked, source, authorizer.auth_creds_arn or "")
    except lambda_target.NotInvoked:
        return 500
    said = ran.result
    if ran.failed:
        return 401 if isinstance(said, dict) and said.get("errorMessage") == "Unauthorized" else 500
    if not isinstance(said, dict) or not isinstance(said.get("policyDocument"), dict):
        return 500
    who = Principal("user", f"arn:aws:iam::{place.account}:user/{said.get('principalId')}", place.account)
    request = Request(who, "execute-api:Invoke", _arn(connection), {"aws:SourceIp": connection.opening.source_ip},
                      place.account)  # fmt: skip
    try:
        if not evaluate(request, identity=[said["policyDocument"]]).allowed:
            return 403
    except MalformedPolicy:
        return 500
    connection.authorizer = {"principalId": said.get("principalId"), **(said.get("context") or {})}
    return 0


def _value(connection: Connection, source: str) -> str:
    """`route.request.header.X` or `route.request.querystring.x`."""
    where, _, name = source.removeprefix("route.request.").partition(".")
    if where == "querystring":
        return ",".join(connection.opening.parameters.get(name, []))
    return connection.opening.headers.get(name, "")
