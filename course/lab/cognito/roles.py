"""Which role the credentials of an identity are for, and the credentials.

https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html
https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from moto.iam.models import iam_backends

from course.lab.cognito.logins import Login
from course.lab.cognito.refused import Refused, not_authorized
from course.lab.iam import sessions
from course.lab.iam.callers import find_role
from course.lab.iam.evaluation import evaluate
from course.lab.iam.request import ContextValue, Principal, Request

_SERVICE: Final = "cognito-identity.amazonaws.com"
_ACTION: Final = "sts:AssumeRoleWithWebIdentity"
_NAME: Final = "CognitoIdentityCredentials"
_LIFE: Final = dt.timedelta(hours=1)
_MATCHES: Final[dict[str, Callable[[str, str], bool]]] = {
    "Equals": lambda claim, value: claim == value,
    "Contains": lambda claim, value: value in claim,
    "StartsWith": lambda claim, value: claim.startswith(value),
    "NotEqual": lambda claim, value: claim != value,
}


def role_for(settings: dict[str, Any], login: Login | None, wanted: str | None) -> str:
    """The ARN of the role: of guests, of members, or the one that the pool's mapping finds for this member."""
    roles = settings.get("Roles") or {}
    if login is None:
        return _set(roles.get("unauthenticated"))
    mappings = settings.get("RoleMappings") or {}
    mapping = mappings.get(f"{login.provider}:{login.client_id}") or mappings.get(login.provider)
    if mapping is None:
        if wanted is not None:
            raise not_authorized("Access to Role is forbidden.")
        return _set(roles.get("authenticated"))
    found = _by_token(login, wanted) if mapping["Type"] == "Token" else _by_rules(mapping, login)
    if found is not None:
        return found
    if mapping.get("AmbiguousRoleResolution") != "AuthenticatedRole":
        raise not_authorized("Access to Role is forbidden.")
    return _set(roles.get("authenticated"))


def credentials(
    role_arn: str,
    context: dict[str, ContextValue],
    *,
    name: str = _NAME,
    life: dt.timedelta = _LIFE,
    policies: tuple[str, ...] | None = None,
) -> sessions.Session:
    """Temporary credentials of the role, if its trust policy lets this identity in."""
    role = find_role(role_arn)
    request = Request(Principal("web-identity", _SERVICE), _ACTION, role_arn, context)
    if role is None or not evaluate(request, trust=role.assume_role_policy_document).allowed:
        raise _misconfigured()
    key, now = iam_backends[role.account_id]["aws"].create_temp_access_key(), sessions.now()
    return sessions.remember(
        sessions.Session(
            "role-session",
            f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/{name}",
            role.account_id,
            role.arn,
            f"{role.id}:{name}",
            now,
            now + life,
            policies,
            context=context,
            access_key_id=key.access_key_id,
            secret_access_key=key.secret_access_key,
            session_token=sessions.new_token(),
        )
    )


def context_of(pool_id: str, identity_id: str, login: Login | None) -> dict[str, ContextValue]:
    """The condition keys that policies and trust policies know an identity by.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
    """
    amr: tuple[str, ...] = ("unauthenticated",)
    if login is not None:
        amr = ("authenticated", login.provider)
        if login.provider.startswith("cognito-idp."):
            amr = (*amr, f"{login.provider}:CognitoSignIn:{login.claims['sub']}")
    return {f"{_SERVICE}:aud": pool_id, f"{_SERVICE}:sub": identity_id, f"{_SERVICE}:amr": amr}


def _by_token(login: Login, wanted: str | None) -> str | None:
    """The roles of the user's groups: the one that is asked for, the preferred one, or the only one."""
    allowed = [str(one) for one in login.claims.get("cognito:roles") or ()]
    if wanted is not None:
        if wanted not in allowed:
            raise not_authorized("Access to Role is forbidden.")
        return wanted
    preferred = login.claims.get("cognito:preferred_role")
    if preferred:
        return str(preferred)
    return allowed[0] if len(allowed) == 1 else None


def _by_rules(mapping: dict[str, Any], login: Login) -> str | None:
    """The first rule that fits wins."""
    for rule in (mapping.get("RulesConfiguration") or {}).get("Rules") or ():
        claim = login.claims.get(rule["Claim"])
        values = [str(one) for one in (claim if isinstance(claim, list) else [claim]) if one is not None]
        if any(_MATCHES[rule["MatchType"]](value, str(rule["Value"])) for value in values):
            return str(rule["RoleARN"])
    return None


def _set(role: str | None) -> str:
    if not role:
        raise _misconfigured()
    return role


def _misconfigured() -> Refused:
    return Refused(
        "InvalidIdentityPoolConfigurationException",
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
    )
