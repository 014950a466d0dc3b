"""What a user pool publishes over HTTP: its public keys, and where they are.

https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from course.lab.apigateway.exchange import Answer, Headers, Sent

_HOST: Final = re.compile(r"cognito-idp\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")
_KEYS: Final = "/.well-known/jwks.json"
_SETTINGS: Final = "/.well-known/openid-configuration"


def answer(sent: Sent) -> Answer | None:
    """The public keys of a pool; None if the host is not Cognito's."""
    if not _HOST.fullmatch(sent.host.lower()):
        return None
    from course.lab.apigateway.tokens import keys_of

    for ending in (_KEYS, _SETTINGS):
        issuer = f"https://{sent.host.lower()}{sent.path.removesuffix(ending)}"
        keys = keys_of(issuer) if sent.path.endswith(ending) else None
        if keys is not None:
            return _json(200, keys if ending == _KEYS else _settings(issuer))
    return _json(404, {"message": "Not Found"})


def _settings(issuer: str) -> dict[str, Any]:
    return {
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer,
        "jwks_uri": f"{issuer}{_KEYS}",
        "subject_types_supported": ["public"],
    }


def _json(status: int, said: Any) -> Answer:
    content = json.dumps(said).encode()
    headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(content))})
    return Answer(status, headers, content)
