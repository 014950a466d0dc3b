"""What a user pool answers over HTTP: its public keys, and the OAuth 2.0 endpoints of its domain.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-userpools-server-contract-reference.html
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any, Final

from course.lab.apigateway.exchange import Answer, Headers, Sent

_HOST: Final = re.compile(r"cognito-idp\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")
_KEYS: Final = "/.well-known/jwks.json"
_SETTINGS: Final = "/.well-known/openid-configuration"


def answer(sent: Sent) -> Answer | None:
    """What Cognito says at this address; None if the host is not Cognito's."""
    if not _HOST.fullmatch(sent.host.lower()):
        return _at_domain(sent)
    from course.lab.apigateway.tokens import keys_of

    for ending in (_KEYS, _SETTINGS):
        issuer = f"https://{sent.host.lower()}{sent.path.removesuffix(ending)}"
        keys = keys_of(issuer) if sent.path.endswith(ending) else None
        if keys is not None:
            return _json(200, keys if ending == _KEYS else _settings(issuer))
    return _json(404, {"message": "Not Found"})


def _at_domain(sent: Sent) -> Answer | None:
    """The domain of a user pool: sign-in pages and tokens."""
    if "moto.cognitoidp.models" not in sys.modules and not sent.host.lower().endswith(".amazoncognito.com"):
        return None  # nobody has made a pool yet, and moto's part for them takes time to load
    from course.lab.cognito import oauth, sign_in_page, token_endpoint

    pool = oauth.pool_at(sent.host)
    if pool is None:
        return _json(404, {"message": "Not Found"}) if oauth.is_domain(sent.host) else None
    endpoints = {
        ("GET", "/oauth2/authorize"): sign_in_page.authorize,
        ("GET", "/login"): sign_in_page.login,
        ("POST", "/login"): sign_in_page.login,
        ("GET", "/logout"): sign_in_page.logout,
        ("POST", "/oauth2/token"): token_endpoint.tokens,
        ("POST", "/oauth2/revoke"): token_endpoint.revoke,
        ("GET", "/oauth2/userInfo"): token_endpoint.user_info,
        ("POST", "/oauth2/userInfo"): token_endpoint.user_info,
    }
    ask = endpoints.get((sent.method, sent.path))
    if ask is None:
        return _json(405 if sent.path in {path for _, path in endpoints} else 404, {"message": "Not Found"})
    try:
        return ask(pool, sent)
    except oauth.OAuthError as wrong:
        more = {"error_description": wrong.description} if wrong.description else {}
        return oauth.as_json(wrong.status, {"error": wrong.error, **more})


def _settings(issuer: str) -> dict[str, Any]:
    from course.lab.cognito.oauth import domain_of

    host = domain_of(issuer.rpartition("/")[2])
    endpoints = {
        "authorization_endpoint": f"https://{host}/oauth2/authorize",
        "end_session_endpoint": f"https://{host}/logout",
        "revocation_endpoint": f"https://{host}/oauth2/revoke",
        "token_endpoint": f"https://{host}/oauth2/token",
        "userinfo_endpoint": f"https://{host}/oauth2/userInfo",
    }
    return {
        **(endpoints if host else {}),
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer,
        "jwks_uri": f"{issuer}{_KEYS}",
        "subject_types_supported": ["public"],
    }


def _json(status: int, said: Any) -> Answer:
    content = json.dumps(said).encode()
    headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(content))})
    return Answer(status, headers, content)
