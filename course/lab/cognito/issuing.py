"""Tokens of a user pool: issued, refreshed, revoked, and run out, by the lab's clock.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html
https://docs.aws.amazon.com/cognito/latest/developerguide/token-revocation.html
"""

from __future__ import annotations

import base64
import json
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.cognito import claims
from course.lab.cognito.pools import Ask, Grant, find_user, pool_of_access_token, state_of
from course.lab.cognito.refused import Refused, not_authorized

_SECONDS: Final = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
_HOUR: Final = 3600
_REFRESH: Final = 30 * 86_400


def issue(ask: Ask, user: Any, source: str = "Authentication", scopes: str = "", nonce: str = "") -> dict[str, Any]:
    """A new sign-in: the AuthenticationResult with all three tokens.

    With scopes, as the pool's domain gives them, the access token has these, and an ID token comes with openid alone.
    """
    now = int(clock.now().timestamp())
    token = str(mock_random.token_urlsafe(96))
    grant = Grant(
        ask.client_id,
        user.username,
        str(mock_random.uuid4()),
        now,
        now + lifetime(ask.client, "Refresh", _REFRESH, "days"),
        scopes=scopes,
    )
    found = _tokens(ask, user, grant, source, nonce)
    state_of(ask.pool).grants[token] = grant
    return {**found, "RefreshToken": token}


def issue_to_client(ask: Ask, scopes: str) -> dict[str, Any]:
    """An access token for an app that acts for itself: no user, no ID token, nothing to refresh.

    https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints-oauth-grants.html
    """
    now, life = int(clock.now().timestamp()), lifetime(ask.client, "Access", _HOUR)
    said = {
        "sub": ask.client_id,
        "token_use": "access",
        "scope": scopes,
        "auth_time": now,
        "iss": f"https://cognito-idp.{ask.pool.region}.amazonaws.com/{ask.pool.id}",
        "exp": now + life,
        "iat": now,
        "version": 2,
        "client_id": ask.client_id,
    }
    return {"AccessToken": _signed(ask.pool, said), "ExpiresIn": life, "TokenType": "Bearer"}


def refresh(ask: Ask, token: str) -> dict[str, Any]:
    """New ID and access tokens for a refresh token."""
    grant = state_of(ask.pool).grants.get(token)
    if grant is None or grant.client_id != ask.client_id:
        raise not_authorized("Invalid Refresh Token")
    if grant.revoked:
        raise not_authorized("Refresh Token has been revoked")
    if grant.until <= clock.now().timestamp():
        raise not_authorized("Refresh Token has expired")
    user = find_user(ask.pool, grant.username)
    if user is None:
        raise not_authorized("Invalid Refresh Token")
    if not user.enabled:
        raise not_authorized("User is disabled.")
    return _tokens(ask, user, grant, "RefreshTokens")


def revoke(ask: Ask, token: str) -> None:
    """Revoke a refresh token and the access tokens that came from it."""
    if ask.client.extended_config.get("EnableTokenRevocation") is False:
        raise Refused("UnsupportedOperationException", "Token revocation is not enabled for this client.")
    grant = state_of(ask.pool).grants.get(token)
    if grant is None:
        return  # revoking what is not there succeeds
    if grant.client_id != ask.client_id:
        raise Refused("UnauthorizedException", "Client is not authorized to revoke this token.")
    grant.revoked = True


def sign_out(pool: Any, username: str) -> None:
    """Revoke all tokens of a user. Whoever only checks signatures takes an access token until it runs out."""
    for grant in state_of(pool).grants.values():
        if grant.username == username:
            grant.revoked = True


def check_access(token: str) -> tuple[Any, Any]:
    """The pool and the user of an access token that still counts, for calls of the API."""
    pool, user, said = of_access(token)
    if claims.SCOPE not in str(said.get("scope", "")).split():
        raise not_authorized("Access Token does not have required scopes")
    return pool, user


def of_access(token: str) -> tuple[Any, Any, dict[str, Any]]:
    """The pool, the user and the claims of an access token that still counts."""
    pool = pool_of_access_token(token)
    said = _read(token)
    if float(said["exp"]) <= clock.now().timestamp():
        raise not_authorized("Access Token has expired")
    grants = state_of(pool).grants.values()
    if any(one.revoked for one in grants if one.origin == said.get("origin_jti")):
        raise not_authorized("Access Token has been revoked")
    user = find_user(pool, str(said["sub"]))
    if user is None:
        raise Refused("UserNotFoundException", "User does not exist.")
    if not user.enabled:
        raise not_authorized("User is disabled.")
    return pool, user, said


def lifetime(client: Any, kind: str, default: int, unit: str = "hours") -> int:
    """How long a client's Access, Id or Refresh tokens count, in seconds.

    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_TokenValidityUnitsType.html
    """
    settings = client.extended_config
    number = settings.get(f"{kind}TokenValidity")
    named = (settings.get("TokenValidityUnits") or {}).get(f"{kind}Token") or unit
    return int(number) * _SECONDS[named] if number else default


def _tokens(ask: Ask, user: Any, grant: Grant, source: str, nonce: str = "") -> dict[str, Any]:
    identity, access = claims.of_user(ask, user, source)
    if grant.scopes:
        added = [one for one in str(access["scope"]).split() if one != claims.SCOPE]
        access["scope"] = " ".join(dict.fromkeys([*grant.scopes.split(), *added]))
    if nonce:
        identity["nonce"] = nonce
    now, event = int(clock.now().timestamp()), str(mock_random.uuid4())
    shared = {
        "sub": user.id,
        "iss": f"https://cognito-idp.{ask.pool.region}.amazonaws.com/{ask.pool.id}",
        "origin_jti": grant.origin,
        "event_id": event,
        "auth_time": grant.signed_in,
        "iat": now,
    }
    access_life = lifetime(ask.client, "Access", _HOUR)
    access |= {**shared, "client_id": ask.client_id, "token_use": "access", "exp": now + access_life}
    identity |= {**shared, "aud": ask.client_id, "token_use": "id"}
    identity["exp"] = now + lifetime(ask.client, "Id", _HOUR)
    access_token, id_token = _signed(ask.pool, access), _signed(ask.pool, identity)
    # Moto finds the user of a call by these.
    ask.pool.access_tokens[access_token] = (ask.client_id, user.username)
    ask.pool.id_tokens[id_token] = (ask.client_id, user.username)
    found = {"AccessToken": access_token, "IdToken": id_token, "ExpiresIn": access_life, "TokenType": "Bearer"}
    if grant.scopes and "openid" not in grant.scopes.split():
        del found["IdToken"]
    return found


def _signed(pool: Any, said: dict[str, Any]) -> str:
    from joserfc import jwt

    header = {"kid": "dummy", "alg": "RS256"}  # the kid of the key in the pool's published set, which is moto's
    return str(jwt.encode(header, {**said, "jti": str(mock_random.uuid4())}, pool.json_web_key))


def _read(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return said
