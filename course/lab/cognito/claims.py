"""What stands in a token, and what the PreTokenGeneration trigger makes of it.

Claims: https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
Trigger: https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.cognito import triggers
from course.lab.cognito.pools import Ask, attributes_of

SCOPE: Final = "aws.cognito.signin.user.admin"
# Claims that the pool alone writes; names that begin with cognito: or dev: belong to it too.
_FIXED: Final = frozenset(
    ("acr", "amr", "at_hash", "auth_time", "azp", "exp", "iat", "identities", "iss", "jti", "nbf", "nonce",
     "origin_jti", "sub", "token_use")
)  # fmt: skip
_FIXED_ID: Final = _FIXED | {"aud", "event_id"}
_FIXED_ACCESS: Final = _FIXED | {"client_id", "device_key", "event_id", "scope", "username", "version"}
_RESERVED: Final = ("cognito:", "dev:")
_YES_OR_NO: Final = ("email_verified", "phone_number_verified")


def of_user(ask: Ask, user: Any, source: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The user's claims in the ID token and in the access token, as the trigger wants them."""
    groups = _groups(user)
    identity: dict[str, Any] = {
        name: _value(name, value) for name, value in user.attribute_lookup.items() if _readable(ask.client, name)
    }
    identity["cognito:username"] = user.username
    access: dict[str, Any] = {"username": user.username, "scope": SCOPE}
    said = _asked(ask, user, source, groups)
    if said is not None:
        groups = _overridden(groups, said.get("groupOverrideDetails"))
        _change(identity, said.get("idTokenGeneration") or said, _FIXED_ID)
        generation = said.get("accessTokenGeneration") or {}
        _change(access, generation, _FIXED_ACCESS)
        access["scope"] = _scopes(generation)
    if groups["groupsToOverride"]:
        identity["cognito:groups"] = access["cognito:groups"] = groups["groupsToOverride"]
    if groups["iamRolesToOverride"]:
        identity["cognito:roles"] = groups["iamRolesToOverride"]
    if groups["preferredRole"]:
        identity["cognito:preferred_role"] = groups["preferredRole"]
    return identity, access


def _asked(ask: Ask, user: Any, source: str, groups: dict[str, Any]) -> dict[str, Any] | None:
    """What the trigger answers; in version 1 it speaks about the ID token alone."""
    newer = triggers.version_of(ask.pool, "PreTokenGeneration") != "1"
    name = "claimsAndScopeOverrideDetails" if newer else "claimsOverrideDetails"
    request: dict[str, Any] = {
        "userAttributes": attributes_of(user),
        "groupConfiguration": groups,
        "clientMetadata": ask.metadata,
    }
    if newer:
        request["scopes"] = [SCOPE]
    answered = triggers.run(ask, "PreTokenGeneration", source, user.username, request, {name: None})
    if answered is None:
        return None
    said = dict(answered.get(name) or {})
    if newer:
        return {"idTokenGeneration": {"claimsToAddOrOverride": {}}, **said}
    return {key: said[key] for key in said if key not in ("idTokenGeneration", "accessTokenGeneration")}


def _change(claims: dict[str, Any], said: dict[str, Any], fixed: frozenset[str]) -> None:
    """Suppress first, then add: a claim in both lists stays away, as AWS has it."""
    away = set(said.get("claimsToSuppress") or ())
    for name, value in (said.get("claimsToAddOrOverride") or {}).items():
        if name not in fixed and not name.startswith(_RESERVED):
            claims[name] = value
    for name in away - fixed:
        if not name.startswith(_RESERVED):
            claims.pop(name, None)


def _scopes(generation: dict[str, Any]) -> str:
    scopes = [SCOPE, *(generation.get("scopesToAdd") or ())]
    away = set(generation.get("scopesToSuppress") or ())
    return " ".join(dict.fromkeys(one for one in scopes if one not in away))


def _groups(user: Any) -> dict[str, Any]:
    """The groups, the best precedence (the lowest number) first; its role is the preferred one.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-user-groups.html
    """
    groups = sorted(user.groups, key=lambda one: (one.precedence is None, one.precedence or 0, one.group_name))
    roles = list(dict.fromkeys(one.role_arn for one in groups if one.role_arn))
    best = [one for one in groups if one.role_arn and one.precedence is not None]
    first = {one.role_arn for one in best if one.precedence == best[0].precedence}
    return {
        "groupsToOverride": [one.group_name for one in groups],
        "iamRolesToOverride": roles,
        # Two groups of the same precedence with different roles: there is no preferred one.
        "preferredRole": first.pop() if len(first) == 1 else None,
    }


def _overridden(groups: dict[str, Any], said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        return groups
    return {
        "groupsToOverride": list(said.get("groupsToOverride") or ()),
        "iamRolesToOverride": list(said.get("iamRolesToOverride") or ()),
        "preferredRole": said.get("preferredRole"),
    }


def _readable(client: Any, name: str) -> bool:
    """A client without ReadAttributes reads all of them."""
    chosen = client.get_readable_fields()
    return name != "sub" and (not chosen or name in chosen or name.removesuffix("_verified") in chosen)


def _value(name: str, value: str) -> Any:
    return str(value).lower() == "true" if name in _YES_OR_NO else value
