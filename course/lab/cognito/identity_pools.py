"""Identity pools in the lab: an identity for whoever proves a login, and credentials of a role of the account.

Moto takes any login for right, and its credentials belong to nobody.
https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/Welcome.html
https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flow.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.cognitoidentity.models import cognitoidentity_backends
from moto.moto_api._internal import mock_random

from course.lab.asked import asked
from course.lab.cognito import classic_flow, open_id
from course.lab.cognito.refused import Refused, invalid, not_authorized, not_found
from course.lab.wire import answer_first, ask_moto, json_answer, json_error


@dataclass
class Identity:
    """Somebody, known or not, and the logins that were linked to them."""

    id: str
    logins: set[str] = field(default_factory=set)


@answer_first
def _identity_pools(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "cognito-identity" else None
    if call is None:
        return None
    if operation in _SETTINGS:
        return _set(operation, dict(call.params), request)
    if operation not in _OPERATIONS:
        return None
    try:
        return json_answer(request, _OPERATIONS[operation](dict(call.params)))
    except Refused as refused:
        return json_error(request, refused.code, refused.message)


def _set(operation: str, told: dict[str, Any], request: AWSPreparedRequest) -> AWSResponse:
    """Keep what moto drops of a pool's settings: whether the classic flow is allowed."""
    response = ask_moto("cognito-identity", operation, request)
    if response.status_code == 200:
        shown = json.loads(response.content)
        pool = _pool(str(shown["IdentityPoolId"]))[1]
        if operation != "DescribeIdentityPool":
            pool.__dict__["lab_classic"] = told.get("AllowClassicFlow")
        if pool.__dict__.get("lab_classic") is not None:
            return json_answer(request, {**shown, "AllowClassicFlow": pool.__dict__["lab_classic"]})
    return response


def _get_open_id_token(told: dict[str, Any]) -> dict[str, Any]:
    from course.lab.cognito import roles

    pool, identity = _identity(str(told["IdentityId"]))
    classic_flow.check_open(pool)
    context = roles.context_of(pool.identity_pool_id, identity.id, _login_of(pool, identity, told))
    return {"IdentityId": identity.id, "Token": open_id.token(context)}


def _get_id(told: dict[str, Any]) -> dict[str, Any]:
    backend, pool = _pool(str(told["IdentityPoolId"]))
    logins = _logins(pool, told)
    known = _identities(pool)
    keys = {one.key for one in logins}
    found = next((one for one in known.values() if one.logins & keys), None)
    if found is None:
        found = Identity(f"{backend.region_name}:{mock_random.uuid4()}")
        known[found.id] = found
        kept = backend.pools_identities[pool.identity_pool_id]["Identities"]
        kept.append({"IdentityId": found.id})  # what moto lists
    found.logins |= keys
    return {"IdentityId": found.id}


def _get_credentials(told: dict[str, Any]) -> dict[str, Any]:
    from course.lab.cognito import roles

    pool, identity = _identity(str(told["IdentityId"]))
    login = _login_of(pool, identity, told)
    settings = pool.__dict__.get("lab_roles") or {}
    arn = roles.role_for(settings, login, told.get("CustomRoleArn"))
    session = roles.credentials(arn, roles.context_of(pool.identity_pool_id, identity.id, login))
    keys = {
        "AccessKeyId": session.access_key_id,
        "SecretKey": session.secret_access_key,
        "SessionToken": session.session_token,
        "Expiration": session.expires.timestamp(),
    }
    return {"IdentityId": identity.id, "Credentials": keys}


def _login_of(pool: Any, identity: Identity, told: dict[str, Any]) -> Any | None:
    """The login by which an identity comes now; somebody with a login must bring one, and the right one."""
    logins = _logins(pool, told)
    if not logins:
        if identity.logins:
            raise not_authorized(f"Access to Identity '{identity.id}' is forbidden.")
        return None
    keys = {one.key for one in logins}
    taken = any(one.logins & keys for one in _identities(pool).values() if one is not identity)
    if taken or (identity.logins and not identity.logins & keys):
        raise not_authorized(
            "Logins don't match. Please include at least one valid login for this identity or identity pool."
        )
    identity.logins |= keys
    return logins[0]


def _logins(pool: Any, told: dict[str, Any]) -> list[Any]:
    from course.lab.cognito.logins import checked

    found = [checked(pool, provider, token) for provider, token in (told.get("Logins") or {}).items()]
    if not found and not pool.allow_unauthenticated_identities:
        raise not_authorized("Unauthenticated access is not supported for this identity pool.")
    return found


def _describe(told: dict[str, Any]) -> dict[str, Any]:
    _, identity = _identity(str(told["IdentityId"]))
    return {"IdentityId": identity.id, "Logins": sorted({one.partition(" ")[0] for one in identity.logins})}


def _set_roles(told: dict[str, Any]) -> dict[str, Any]:
    pool = _pool(str(told["IdentityPoolId"]))[1]
    for mapping in (told.get("RoleMappings") or {}).values():
        if not mapping.get("AmbiguousRoleResolution"):
            raise invalid("AmbiguousRoleResolution is required for role mappings of type Token or Rules.")
        if mapping["Type"] == "Rules" and not mapping.get("RulesConfiguration"):
            raise invalid("RulesConfiguration is required for role mappings of type Rules.")
    kept = {"Roles": dict(told["Roles"]), "RoleMappings": dict(told.get("RoleMappings") or {})}
    pool.__dict__["lab_roles"] = kept
    return {}


def _get_roles(told: dict[str, Any]) -> dict[str, Any]:
    pool = _pool(str(told["IdentityPoolId"]))[1]
    kept = pool.__dict__.get("lab_roles") or {}
    return {"IdentityPoolId": pool.identity_pool_id, **{name: value for name, value in kept.items() if value}}


def _pool(pool_id: str) -> tuple[Any, Any]:
    """An identity pool, in whatever account: these calls are not signed."""
    for account in list(cognitoidentity_backends):
        for backend in list(cognitoidentity_backends[account].values()):
            if pool_id in backend.identity_pools:
                return backend, backend.identity_pools[pool_id]
    raise not_found(f"IdentityPool '{pool_id}' not found.")


def _identity(identity_id: str) -> tuple[Any, Identity]:
    for account in list(cognitoidentity_backends):
        for backend in list(cognitoidentity_backends[account].values()):
            for pool in backend.identity_pools.values():
                if identity_id in _identities(pool):
                    return pool, _identities(pool)[identity_id]
    raise not_found(f"Identity '{identity_id}' not found.")


def _identities(pool: Any) -> dict[str, Identity]:
    found: dict[str, Identity] = pool.__dict__.setdefault("lab_identities", {})
    return found


_SETTINGS: Final = ("CreateIdentityPool", "UpdateIdentityPool", "DescribeIdentityPool")
_OPERATIONS: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "GetId": _get_id,
    "GetCredentialsForIdentity": _get_credentials,
    "GetOpenIdToken": _get_open_id_token,
    "DescribeIdentity": _describe,
    "SetIdentityPoolRoles": _set_roles,
    "GetIdentityPoolRoles": _get_roles,
}
