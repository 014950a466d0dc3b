"""Who sends a request to a GraphQL API, in each of the five ways of authorisation.

https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.apigateway import signature, tokens
from course.lab.apigateway.exchange import Sent
from course.lab.appsync import apis, keys
from course.lab.appsync.context import UNAUTHORIZED, Failure, turned_away
from course.lab.appsync.lambda_authorizer import ask as ask_function
from course.lab.appsync.store import Api

_SIGNED: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Caller:
    """Somebody who was let in."""

    mode: str
    identity: dict[str, Any] | None = None
    """$context.identity."""
    groups: frozenset[str] = frozenset()
    denies_by_default: bool = False
    """A user pool whose fields are closed unless a directive opens them."""
    denied: frozenset[str] = frozenset()
    """Fields that a Lambda authorizer took away: Type.field, or their ARNs."""
    signer: Any = field(default=None, compare=False)
    """Of a signed request: the principal with its policies."""


def caller_of(api: Api, sent: Sent, asked: Mapping[str, Any]) -> Caller:
    """Who sent it. Raises Failure for nobody: the request ends with status 401."""
    ways = {way["authenticationType"]: way for way in reversed(apis.modes(api))}
    header = sent.headers.get("Authorization", "")
    if "x-api-key" in sent.headers:
        if "API_KEY" in ways and keys.opens(api, sent.headers["x-api-key"]):
            return Caller("API_KEY")
        raise turned_away()
    if header.startswith(_SIGNED):
        if "AWS_IAM" not in ways:
            raise turned_away()
        return _signer(api, sent)
    if not header:
        raise turned_away("Valid authorization header not provided.")
    if "AWS_LAMBDA" in ways and (len(ways) == 1 or not _is_token(header)):
        return _by_function(api, ways["AWS_LAMBDA"]["lambdaAuthorizerConfig"], header, sent, asked)
    return _by_token(api, header.removeprefix("Bearer ").strip(), sent)


def _signer(api: Api, sent: Sent) -> Caller:
    from course.lab.iam.callers import caller_of as signer_of

    try:
        signer = signer_of(signature.checked(sent, api.place.region, "appsync"))
    except signature.BadSignature as bad:
        raise Failure(bad.message or "Valid authorization header not provided.", bad.error or UNAUTHORIZED) from None
    who = signer.principal
    identity = {
        "accountId": who.account,
        "cognitoIdentityPoolId": None,
        "cognitoIdentityId": None,
        "sourceIp": [sent.source_ip],
        "username": who.user_id or who.account,
        "userArn": who.arn,
        "cognitoIdentityAuthType": None,
        "cognitoIdentityAuthProvider": None,
    }
    return Caller("AWS_IAM", identity, signer=signer)


def _by_token(api: Api, token: str, sent: Sent) -> Caller:
    if not _is_token(token):
        raise turned_away("Unable to parse JWT token.")
    problem = turned_away()
    for way in apis.modes(api):
        issuer = _issuer(way)
        if not issuer:
            continue
        try:
            claims = tokens.verified(token, issuer)
        except tokens.BadToken as bad:
            problem = turned_away("Token has expired.") if bad.expired else problem
            continue
        return _owner(way, claims, issuer, sent)
    raise problem


def _owner(way: Mapping[str, Any], claims: dict[str, Any], issuer: str, sent: Sent) -> Caller:
    mode = way["authenticationType"]
    if mode == "OPENID_CONNECT":
        return Caller(mode, {"claims": claims, "issuer": issuer, "sub": claims.get("sub")})
    groups = claims.get("cognito:groups")
    default = way["userPoolConfig"].get("defaultAction") or "ALLOW"
    identity = {
        "sub": claims.get("sub"),
        "issuer": issuer,
        "username": claims.get("cognito:username") or claims.get("username"),
        "claims": claims,
        "sourceIp": [sent.source_ip],
        "defaultAuthStrategy": default,
        "groups": groups,
    }
    return Caller(mode, identity, frozenset(groups or ()), default == "DENY")


def _issuer(way: Mapping[str, Any]) -> str:
    if way["authenticationType"] == "AMAZON_COGNITO_USER_POOLS":
        return tokens.issuer_of(way["userPoolConfig"]["userPoolId"]) or ""
    if way["authenticationType"] == "OPENID_CONNECT":
        return str(way["openIDConnectConfig"]["issuer"])
    return ""


def _is_token(header: str) -> bool:
    return header.removeprefix("Bearer ").count(".") == 2


def _by_function(api: Api, settings: Mapping[str, Any], header: str, sent: Sent, asked: Mapping[str, Any]) -> Caller:
    said = ask_function(api, settings, header, sent, asked)
    context = said.get("resolverContext") or {}
    return Caller("AWS_LAMBDA", {"resolverContext": context}, denied=frozenset(said.get("deniedFields") or ()))
