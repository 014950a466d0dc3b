"""`userIdentity`: who made a call, as records tell it.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.lab.clock import clock
from course.lab.iam.callers import caller_of

_known: dict[str, Mapping[str, Any]] = {}


def identity_of(key: str) -> Mapping[str, Any]:
    """Who signs with this access key; a key belongs to the same one for ever, also when that one is gone."""
    if key not in _known:
        told = _identity(key)
        if told["type"] == "Unknown":
            return told  # it may be made later
        _known[key] = told
    return _known[key]


def forget_identities() -> None:
    """Forget all, when the account is emptied."""
    _known.clear()


def _identity(key: str) -> dict[str, Any]:
    who = caller_of(key).principal
    told: dict[str, Any] = {
        "type": "Unknown",
        "principalId": who.user_id or who.account,
        "arn": who.arn,
        "accountId": who.account,
        "accessKeyId": key,
    }
    if who.kind == "root":
        return {**told, "type": "Root"}
    if who.kind == "user":
        return {**told, "type": "IAMUser", "userName": who.arn.rpartition("/")[2]}
    if who.kind == "role-session":
        return {**told, "type": "AssumedRole", "sessionContext": _session(who)}
    if who.kind == "federated-user":
        return {**told, "type": "FederatedUser"}
    if not key:
        return {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
    return told


def _session(who: Any) -> dict[str, Any]:
    issuer = {
        "type": "Role",
        "principalId": who.user_id.partition(":")[0],
        "arn": who.issuer_arn,
        "accountId": who.account,
        "userName": who.issuer_arn.rpartition("/")[2],
    }
    made = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
    return {"sessionIssuer": issuer, "attributes": {"creationDate": made, "mfaAuthenticated": "false"}}


def name_of(identity: Mapping[str, Any]) -> str:
    """The name under which the event history finds somebody: the user, the session of a role, or root."""
    if identity["type"] == "Root":
        return "root"
    return str(identity.get("userName") or str(identity.get("arn", "")).rpartition("/")[2])
