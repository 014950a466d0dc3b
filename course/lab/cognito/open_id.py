"""OpenID tokens of identities: what an identity pool says about a visitor, signed, for the classic flow.

https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_GetOpenIdToken.html
https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html (basic flow)
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, Final

from course.lab.clock import clock
from course.lab.iam.request import ContextValue

SERVICE: Final = "cognito-identity.amazonaws.com"
ISSUER: Final = f"https://{SERVICE}"
# Identity pools sign with SHA-512, user pools with SHA-256.
ALGORITHM: Final = "RS512"
_LIFE: Final = 600
_CLAIMS: Final = ("aud", "sub", "amr")


class BadToken(Exception):
    """Not a token of an identity pool, or no longer."""

    def __init__(self, problem: str, *, expired: bool = False) -> None:
        super().__init__(problem)
        self.expired = expired


def token(context: Mapping[str, ContextValue]) -> str:
    """A token for an identity, given the condition keys that policies know it by; it counts for ten minutes."""
    from joserfc import jwt

    now = int(clock.now().timestamp())
    said: dict[str, Any] = {name: context[f"{SERVICE}:{name}"] for name in _CLAIMS}
    claims = {**said, "amr": list(said["amr"]), "iss": ISSUER, "iat": now, "exp": now + _LIFE}
    header = {"alg": ALGORITHM, "kid": _key().kid, "typ": "JWS"}
    return str(jwt.encode(header, claims, _key(), algorithms=[ALGORITHM]))


def read(text: str) -> dict[str, Any]:
    """The claims of a token that counts. Raises BadToken."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    try:
        claims = dict(jwt.decode(text, _key(), algorithms=[ALGORITHM]).claims)
    except (JoseError, ValueError, KeyError, TypeError) as wrong:
        raise BadToken(f"{type(wrong).__name__}: {wrong}") from None
    if float(claims["exp"]) <= clock.now().timestamp():
        raise BadToken("The token has expired", expired=True)
    return claims


def context_of(claims: Mapping[str, Any]) -> dict[str, ContextValue]:
    """The condition keys that a token stands for."""
    found: dict[str, ContextValue] = {f"{SERVICE}:{name}": claims[name] for name in _CLAIMS}
    found[f"{SERVICE}:amr"] = tuple(claims["amr"])
    return found


@functools.cache
def _key() -> Any:
    from joserfc.jwk import RSAKey

    return RSAKey.generate_key(2048, {"kid": "us-east-11"}, private=True)
