"""AssumeRoleWithWebIdentity: a token of an identity provider against a role's trust policy.

The lab reads the token's claims and asks the trust policy as AWS does; it cannot check the provider's signature.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from typing import Any, Final

from moto.iam.models import iam_backends

from course.lab.iam.api_call import ApiCall
from course.lab.iam.callers import find_role
from course.lab.iam.document import parse_policy
from course.lab.iam.evaluation import evaluate
from course.lab.iam.fault import Fault
from course.lab.iam.request import ContextValue, Principal, Request

# Providers that trust policies name without an OIDC provider in the account.
_BUILT_IN: Final = ("cognito-identity.amazonaws.com", "accounts.google.com", "www.amazon.com", "graph.facebook.com")
_NOT_AUTHORIZED: Final = "Not authorized to perform sts:AssumeRoleWithWebIdentity"


def check_web_identity(call: ApiCall) -> None:
    """Refuse a token that the role's trust policy does not let in; moto makes the session otherwise."""
    role = find_role(str(call.params.get("RoleArn", "")))
    claims = _claims(str(call.params.get("WebIdentityToken", "")))
    issuer = str(claims.get("iss", "")).removeprefix("https://").rstrip("/")
    if role is None:
        raise Fault("AccessDenied", _NOT_AUTHORIZED, 403)
    if float(claims.get("exp", "inf")) <= time.time():
        raise Fault("ExpiredTokenException", f"Token expired: current date/time must be before {claims['exp']}")
    provider = issuer if issuer in _BUILT_IN else _registered(role.account_id, issuer, claims)
    context: dict[str, ContextValue] = {"sts:RoleSessionName": str(call.params.get("RoleSessionName", ""))}
    for claim in ("aud", "sub", "amr", "azp"):
        value = claims.get(claim)
        if value is not None:
            context[f"{issuer}:{claim}"] = tuple(map(str, value)) if isinstance(value, list) else str(value)
    decision = evaluate(
        Request(Principal("web-identity", provider), "sts:AssumeRoleWithWebIdentity", role.arn, context),
        trust=parse_policy(role.assume_role_policy_document, "trust", role.name),
    )
    if not decision.allowed:
        raise Fault("AccessDenied", _NOT_AUTHORIZED, 403, decision)


def _registered(account: str, issuer: str, claims: Mapping[str, Any]) -> str:
    """The ARN of the account's provider for this issuer; the account has to know it, and the token's audience.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
    """
    arn = f"arn:aws:iam::{account}:oidc-provider/{issuer}"
    provider = iam_backends[account]["aws"].open_id_providers.get(arn)
    if provider is None:
        raise Fault("InvalidIdentityToken", f"No OpenIDConnect provider found in your account for https://{issuer}")
    audience = claims.get("azp") or claims.get("aud") or ""
    named = set(audience) if isinstance(audience, list) else {str(audience)}
    if not named & set(provider.client_id_list):
        raise Fault("InvalidIdentityToken", "Incorrect token audience")
    return arn


def _claims(token: str) -> dict[str, Any]:
    parts = token.split(".")
    try:
        text = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = json.loads(text)
    except (IndexError, ValueError):
        claims = None
    if not isinstance(claims, dict):
        raise Fault("InvalidIdentityToken", "The ID Token provided is not a valid JWT.")
    return claims
