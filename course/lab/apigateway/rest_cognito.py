"""Cognito authorizers: a token of a user pool opens the method.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
"""

from __future__ import annotations

from typing import Any

from course.lab.apigateway import rest_lambda_authorizer, tokens
from course.lab.apigateway.refused import Refused, misconfigured
from course.lab.apigateway.rest_call import Call


def admit(call: Call, authorizer: Any) -> None:
    """Verify the token in the identity source; with scopes an access token, else an ID token."""
    source = authorizer.identity_source or "method.request.header.Authorization"
    name = source.removeprefix("method.request.").partition(".")[2]
    token = call.sent.headers.get(name, "").removeprefix("Bearer ").strip()
    pattern = authorizer.identity_validation_expression
    pools = [arn.rpartition("/")[2] for arn in authorizer.provider_arns or []]
    if not pools:
        raise misconfigured("The authorizer names no user pool")
    try:
        claims = tokens.verified_by_pools(token, pools)
    except tokens.BadToken as bad:
        # AWS tells an expired token apart only in its message.
        message = "The incoming token has expired" if bad.expired else None
        raise Refused("UNAUTHORIZED", message, log=f"Token refused: {bad}") from None
    if pattern and not rest_lambda_authorizer.fits(pattern, str(claims.get("aud") or claims.get("client_id") or "")):
        raise Refused("UNAUTHORIZED", log="The audience does not match the identity validation expression")
    _check_scopes(call, claims)
    call.authorizer = {"claims": {name: _text(value) for name, value in claims.items()}}


def _check_scopes(call: Call, claims: dict[str, Any]) -> None:
    wanted = call.here.method.authorization_scopes or []
    if not wanted:
        if claims.get("token_use") != "id":
            raise Refused("UNAUTHORIZED", log="An access token needs a method with scopes")
        return
    if claims.get("token_use") != "access":
        raise Refused("UNAUTHORIZED", log="Scopes need an access token")
    if not set(str(claims.get("scope", "")).split()) & set(wanted):
        raise Refused("ACCESS_DENIED", "Access to the resource is denied", log="None of the method's scopes")


def _text(value: Any) -> str:
    """Claims arrive as texts."""
    if isinstance(value, list):
        return ",".join(str(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)
