"""Who a login of an identity pool proves: tokens are checked, not believed.

https://docs.aws.amazon.com/cognito/latest/developerguide/external-identity-providers.html
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-integrating-user-pools-with-identity-pools.html
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from course.lab.clock import clock
from course.lab.cognito.pools import find_user, state_of
from course.lab.cognito.refused import Refused, not_authorized


@dataclass(frozen=True)
class Login:
    """Somebody whom a provider vouches for."""

    provider: str
    claims: dict[str, Any]

    @property
    def client_id(self) -> str:
        """The app that the token is for."""
        return str(self.claims.get("aud", ""))

    @property
    def key(self) -> str:
        """The user, among all providers."""
        return f"{self.provider} {self.claims['sub']}"


def checked(pool: Any, provider: str, token: str) -> Login:
    """The login, if its token is right and of a provider of this identity pool."""
    audiences = [
        one.get("ClientId") for one in pool.cognito_identity_providers or [] if one.get("ProviderName") == provider
    ]
    if audiences:
        return _of_user_pool(pool, provider, token, audiences)
    app = (pool.supported_login_providers or {}).get(provider)
    if app is None:
        raise not_authorized("Token is not from a supported provider of this identity pool.")
    return _of_stranger(provider, token, app)


def _of_user_pool(pool: Any, provider: str, token: str, audiences: list[Any]) -> Login:
    from course.lab.apigateway.tokens import BadToken, verified

    claims = claims_of(token)
    _check_time(claims)
    if claims.get("iss") != f"https://{provider}":
        raise not_authorized("Invalid login token. Issuer doesn't match providerName")
    try:
        claims = verified(token, f"https://{provider}")
    except BadToken:
        raise not_authorized("Invalid login token. Couldn't verify signed token.") from None
    if claims.get("token_use") != "id":
        raise not_authorized("Invalid login token. Not a valid OpenId Connect identity token.")
    if claims.get("aud") not in audiences:
        raise not_authorized("Invalid login token. Incorrect token audience.")
    for one in pool.cognito_identity_providers:
        if one.get("ProviderName") == provider and one.get("ClientId") == claims["aud"]:
            _ask_server(one, provider, claims)
    return Login(provider, claims)


def _ask_server(settings: dict[str, Any], provider: str, claims: dict[str, Any]) -> None:
    """ServerSideTokenCheck: the user must still be there, enabled, and not signed out."""
    if not settings.get("ServerSideTokenCheck"):
        return
    from moto.cognitoidp.models import cognitoidp_backends

    pool_id = provider.rpartition("/")[2]
    for account in list(cognitoidp_backends):
        for backend in list(cognitoidp_backends[account].values()):
            pool = backend.user_pools.get(pool_id)
            if pool is None:
                continue
            user = find_user(pool, str(claims["sub"]))
            revoked = any(one.revoked for one in state_of(pool).grants.values() if one.origin == claims["origin_jti"])
            if user is None or not user.enabled or revoked:
                raise not_authorized("Invalid login token. The user is no longer signed in.")


def _of_stranger(provider: str, token: str, app: str) -> Login:
    """Google and the like: the lab reads the token's claims, but cannot have the provider's keys."""
    claims = claims_of(token)
    _check_time(claims)
    if claims.get("aud") not in app.split(","):
        raise not_authorized("Invalid login token. Incorrect token audience.")
    if not claims.get("sub"):
        raise not_authorized("Invalid login token. Not a valid OpenId Connect identity token.")
    return Login(provider, claims)


def _check_time(claims: dict[str, Any]) -> None:
    now, end = int(clock.now().timestamp()), int(float(claims.get("exp") or 0))
    if end <= now:
        raise not_authorized(f"Invalid login token. Token expired: {end} >= {now}")


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, whoever signed it."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        claims = None
    if not isinstance(claims, dict):
        raise Refused("NotAuthorizedException", "Invalid login token. Not a valid OpenId Connect identity token.")
    return claims
