"""JSON Web Tokens: signature by the issuer's public key (RS256), issuer and expiry by the lab's clock.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.cognitoidp.models import cognitoidp_backends

from course.lab.clock import clock


class BadToken(Exception):
    """A token that proves nothing."""

    def __init__(self, why: str, expired: bool = False) -> None:
        super().__init__(why)
        self.expired = expired


def verified_by_pools(token: str, pool_ids: list[str]) -> dict[str, Any]:
    """The claims of a token that one of these user pools gave out."""
    problem = BadToken("There is no such user pool")
    for pool_id in pool_ids:
        issuer = issuer_of(pool_id)
        if issuer is None:
            continue
        try:
            return verified(token, issuer)
        except BadToken as bad:
            problem = bad
            if bad.expired:
                break
    raise problem


def verified(token: str, issuer: str) -> dict[str, Any]:
    """The claims of a token of this issuer. Raises BadToken."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    keys = keys_of(issuer)
    if keys is None:
        raise BadToken(f"The keys of {issuer} cannot be had: the lab knows its own user pools only")
    try:
        claims = dict(jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims)
    except (JoseError, ValueError, KeyError, TypeError) as wrong:
        raise BadToken(f"{type(wrong).__name__}: {wrong}") from None
    now = clock.now().timestamp()
    if float(claims.get("exp") or 0) <= now:
        raise BadToken("The token has expired", expired=True)
    if float(claims.get("nbf") or 0) > now:
        raise BadToken("The token is not valid yet")
    if claims.get("iss") != issuer:
        raise BadToken(f"The token is of {claims.get('iss')}")
    return claims


def issuer_of(pool_id: str) -> str | None:
    """Who signs the tokens of a user pool."""
    region = pool_id.partition("_")[0]
    for account in list(cognitoidp_backends):
        if region in cognitoidp_backends[account] and pool_id in cognitoidp_backends[account][region].user_pools:
            return f"https://cognito-idp.{region}.amazonaws.com/{pool_id}"
    return None


def keys_of(issuer: str) -> Any:
    """The issuer's public keys, as its /.well-known/jwks.json gives them."""
    pool_id = issuer.rstrip("/").rpartition("/")[2]
    if issuer_of(pool_id) != issuer.rstrip("/"):
        return None
    from moto.cognitoidp.responses import CognitoIdpJsonWebKeyResponse

    return json.loads(CognitoIdpJsonWebKeyResponse().json_web_key)
