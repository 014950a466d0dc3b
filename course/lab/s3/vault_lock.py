"""Vault Lock of the old Glacier service: a policy that nobody can change any more.

https://docs.aws.amazon.com/amazonglacier/latest/dev/vault-lock.html
https://docs.aws.amazon.com/amazonglacier/latest/dev/vault-lock-how-to-api.html

Moto keeps vaults and archives; here are the four calls of the lock, and what a locked policy refuses to delete.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse
from moto.moto_api._internal import mock_random

from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.place import place_of
from course.lab.wire import answer_first

_CALLS: Final = ("InitiateVaultLock", "AbortVaultLock", "CompleteVaultLock", "GetVaultLock", "DeleteArchive")
_LOCK: Final = "lab_lock"


@answer_first
def _vault(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "glacier" and operation in _CALLS else None
    if call is None:
        return None
    vaults = place_of(request).backend("glacier").vaults
    name = str(call.params["vaultName"])
    vault = vaults.get(name)
    if vault is None:
        return _error(request, "ResourceNotFoundException", f"Vault not found for ARN: {name}", 404)
    lock = _current(vault)
    match operation:
        case "InitiateVaultLock":
            return _initiate(vault, lock, call.params, request)
        case "DeleteArchive":
            return _delete(vault, lock, str(call.params["archiveId"]), request)
    if not lock:
        return _error(request, "ResourceNotFoundException", f"No vault lock policy is set for {name}", 404)
    if operation == "GetVaultLock":
        return _answer(request, 200, {key: value for key, value in lock.items() if key != "LockId"})
    if lock["State"] == "Locked":
        return _error(request, "AccessDeniedException", "The vault is locked; its policy cannot be changed", 403)
    if operation == "AbortVaultLock":
        del vault.__dict__[_LOCK]
        return _answer(request, 204, {})
    if call.params["lockId"] != lock["LockId"]:
        return _error(request, "InvalidParameterValueException", "The lock id is not that of the lock in progress", 400)
    lock["State"] = "Locked"
    lock.pop("ExpirationDate")
    return _answer(request, 204, {})


def _initiate(vault: Any, lock: dict[str, Any], params: Any, request: AWSPreparedRequest) -> AWSResponse:
    if lock:
        return _error(request, "AccessDeniedException", f"The vault lock is {lock['State']}", 403)
    from course import facts

    window = dt.timedelta(hours=float(facts.limit("glacier", "vault-lock-test-window")))
    made = {
        "Policy": (params.get("policy") or {}).get("Policy", ""),
        "State": "InProgress",
        "CreationDate": _written(clock.now()),
        "ExpirationDate": _written(clock.now() + window),
        "LockId": mock_random.get_random_hex(24),
    }
    vault.__dict__[_LOCK] = made
    return _answer(request, 201, {}, {"x-amz-lock-id": made["LockId"]})


def _current(vault: Any) -> dict[str, Any]:
    """The lock as it is now: one that nobody completed within its window is gone."""
    lock: dict[str, Any] = vault.__dict__.get(_LOCK) or {}
    if lock.get("State") == "InProgress" and _read(lock["ExpirationDate"]) <= clock.now():
        vault.__dict__.pop(_LOCK)
        return {}
    return lock


def _delete(vault: Any, lock: dict[str, Any], archive: str, request: AWSPreparedRequest) -> AWSResponse | None:
    """During the test window the policy holds already, which is what the window is for."""
    kept = vault.archives.get(archive)
    if not lock or kept is None:
        return None
    from course.lab.iam.document import parse_policy
    from course.lab.iam.evaluation import Policies, decide
    from course.lab.iam.request import Principal, Request

    place = place_of(request)
    made = dt.datetime.fromisoformat(kept["creation_date"].replace("Z", ""))
    now = clock.now().astimezone().replace(tzinfo=None)  # moto writes local time
    age: Any = {"glacier:ArchiveAgeInDays": str((now - made).days)}
    caller = Principal("root", f"arn:aws:iam::{place.account}:root")
    asked_for = Request(caller, "glacier:DeleteArchive", vault.arn, age, place.account)
    decision = decide(asked_for, Policies(resource=parse_policy(lock["Policy"], "resource", "policy")))
    if decision.allowed or "explicit deny" not in decision.why:
        return None
    return _error(
        request, "AccessDeniedException", f"Not authorized to perform: glacier:DeleteArchive {decision.why}", 403
    )


def _written(time: dt.datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _read(time: str) -> dt.datetime:
    return dt.datetime.fromisoformat(time)


def _answer(
    request: AWSPreparedRequest, status: int, body: dict[str, Any], more: dict[str, str] | None = None
) -> AWSResponse:
    raw: Any = MockRawResponse(json.dumps(body) if body else "")
    headers: Any = {"Content-Type": "application/json", **(more or {})}
    return AWSResponse(request.url, status, headers, raw)


def _error(request: AWSPreparedRequest, code: str, message: str, status: int) -> AWSResponse:
    raw: Any = MockRawResponse(json.dumps({"code": code, "message": message, "type": "Client"}))
    headers: Any = {"Content-Type": "application/json", "x-amzn-errortype": code}
    return AWSResponse(request.url, status, headers, raw)
