"""Permissions boundaries of users, which moto does not keep (it keeps those of roles).

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

from typing import Any

from moto.iam.models import IAMBackend, User, iam_backends

from course.lab.iam.api_call import ApiCall
from course.lab.iam.callers import caller_of, user_boundaries
from course.lab.iam.fault import Fault
from course.lab.iam.managed import bring_in


def put(call: ApiCall) -> dict[str, Any]:
    """iam.put_user_permissions_boundary"""
    backend = _backend(call)
    user = _user(backend, str(call.params["UserName"]))
    user_boundaries(backend)[user.name] = _policy_arn(call, backend)
    return {}


def delete(call: ApiCall) -> dict[str, Any]:
    """iam.delete_user_permissions_boundary"""
    backend = _backend(call)
    user = _user(backend, str(call.params["UserName"]))
    if user_boundaries(backend).pop(user.name, None) is None:
        raise Fault("NoSuchEntity", f"User {user.name} does not have a permission boundary set.", 404)
    return {}


def create_user(call: ApiCall) -> dict[str, Any] | None:
    """iam.create_user with PermissionsBoundary; without one moto goes on."""
    if not call.params.get("PermissionsBoundary"):
        return None
    backend = _backend(call)
    arn = _policy_arn(call, backend)
    name = str(call.params["UserName"])
    if name in backend.users:
        raise Fault("EntityAlreadyExists", f"User with name {name} already exists.", 409)
    tags = list(call.params.get("Tags") or [])
    user = backend.create_user(call.region, name, str(call.params.get("Path", "/")), tags)
    user_boundaries(backend)[name] = arn
    return {"User": _described(user, arn)}


def get_user(call: ApiCall) -> dict[str, Any] | None:
    """iam.get_user of a user with a boundary; moto answers for the others."""
    backend = _backend(call)
    name = call.params.get("UserName")
    if not name:
        principal = caller_of(call.access_key_id).principal
        name = principal.name if principal.kind == "user" else ""
    arn = user_boundaries(backend).get(str(name))
    if arn is None or name not in backend.users:
        return None
    return {"User": _described(backend.users[str(name)], arn)}


def delete_user(call: ApiCall) -> None:
    """The boundary goes with the user; moto deletes the user itself."""
    backend = _backend(call)
    name = str(call.params.get("UserName", ""))
    user = backend.users.get(name)
    if user is not None and not (user.policies or user.managed_policies or user.access_keys):
        user_boundaries(backend).pop(name, None)


def _described(user: User, arn: str) -> dict[str, Any]:
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.create_date,
        "Tags": user.tags or [],
        "PermissionsBoundary": {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": arn,
        },
    }


def _backend(call: ApiCall) -> IAMBackend:
    return iam_backends[call.account]["aws"]


def _user(backend: IAMBackend, name: str) -> User:
    if name not in backend.users:
        raise Fault("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    return backend.users[name]


def _policy_arn(call: ApiCall, backend: IAMBackend) -> str:
    arn = str(call.params["PermissionsBoundary"])
    bring_in(call.account, arn)
    if arn not in backend.managed_policies:
        raise Fault("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)
    return arn
