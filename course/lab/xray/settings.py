"""Groups of traces, and the key that traces are encrypted with.

https://docs.aws.amazon.com/xray/latest/devguide/xray-console-groups.html
https://docs.aws.amazon.com/xray/latest/devguide/xray-console-encryption.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.clock import clock
from course.lab.place import Place
from course.lab.service import Call, Refusal
from course.lab.xray.filter_syntax import BadFilter
from course.lab.xray.filters import Filter

_MOST_GROUPS: Final = 25
_DEFAULT: Final = "Default"
_UPDATING: Final = 60.0  # seconds until a new key is in use; AWS says "some time"


@dataclass
class Settings:
    """What is set for the traces of a Region."""

    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    key: str = ""
    key_since: float = 0.0


def settings_of(place: Place) -> Settings:
    """The settings there."""
    return place.kept("xray", "lab_settings", Settings)


def filters_of_groups(place: Place) -> Mapping[str, str]:
    """The expressions of groups, by name and by ARN."""
    found = {}
    for one in settings_of(place).groups.values():
        found[one["GroupName"]] = found[one["GroupARN"]] = one.get("FilterExpression", "")
    return found


def create_group(call: Call) -> dict[str, Any]:
    """A new group."""
    groups, name = settings_of(call.place).groups, str(call.given["GroupName"])
    if name in groups or name == _DEFAULT:
        raise _invalid(f"The group name already exists: {name}")
    if len(groups) >= _MOST_GROUPS:
        raise _invalid(f"Account has reached the limit of {_MOST_GROUPS} groups.")
    expression = str(call.given.get("FilterExpression") or "")
    _check(expression)
    arn = f"arn:aws:xray:{call.place.region}:{call.place.account}:group/{name}/{_suffix(name)}"
    groups[name] = {
        "GroupName": name,
        "GroupARN": arn,
        "FilterExpression": expression,
        "InsightsConfiguration": _insights(call.given),
    }
    return {"Group": groups[name]}


def update_group(call: Call) -> dict[str, Any]:
    """Another filter, or other insights."""
    found = _found(call)
    if call.given.get("FilterExpression") is not None:
        _check(str(call.given["FilterExpression"]))
        found["FilterExpression"] = call.given["FilterExpression"]
    if call.given.get("InsightsConfiguration"):
        found["InsightsConfiguration"] = _insights(call.given)
    return {"Group": found}


def get_group(call: Call) -> dict[str, Any]:
    """One group, by its name or ARN."""
    return {"Group": _found(call)}


def get_groups(call: Call) -> dict[str, Any]:
    """All groups; the default one holds all traces."""
    place = call.place
    arn = f"arn:aws:xray:{place.region}:{place.account}:group/{_DEFAULT}"
    default = {"GroupName": _DEFAULT, "GroupARN": arn, "InsightsConfiguration": _insights({})}
    return {"Groups": [default, *settings_of(place).groups.values()]}


def delete_group(call: Call) -> None:
    """A group goes, its traces stay."""
    del settings_of(call.place).groups[_found(call)["GroupName"]]


def _found(call: Call) -> dict[str, Any]:
    name, arn = call.given.get("GroupName"), call.given.get("GroupARN")
    for one in settings_of(call.place).groups.values():
        if name == one["GroupName"] or arn == one["GroupARN"]:
            return one
    raise _invalid(f"Group not found: {name or arn}")


def _suffix(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32].upper()


def _insights(given: Mapping[str, Any]) -> dict[str, bool]:
    asked = given.get("InsightsConfiguration") or {}
    return {name: bool(asked.get(name, False)) for name in ("InsightsEnabled", "NotificationsEnabled")}


def _check(expression: str) -> None:
    try:
        if expression:
            Filter(expression)
    except BadFilter as wrong:
        raise _invalid(f"Invalid filter expression: {wrong}.") from None


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidRequestException", message)


def put_encryption_config(call: Call) -> dict[str, Any]:
    """X-Ray's own key, or one of KMS that the caller names."""
    settings, kind, key = settings_of(call.place), call.given["Type"], str(call.given.get("KeyId") or "")
    if (kind == "KMS") != bool(key):
        raise _invalid("KeyId is required for type KMS." if kind == "KMS" else "KeyId is only allowed for type KMS.")
    arn = _key(key, call) if key else ""
    settings.key, settings.key_since = arn, clock.now().timestamp()
    return get_encryption_config(call)


def get_encryption_config(call: Call) -> dict[str, Any]:
    """Which key is in use, and whether it already is."""
    settings = settings_of(call.place)
    is_new = clock.now().timestamp() - settings.key_since < _UPDATING
    told: dict[str, Any] = {"Status": "UPDATING" if is_new else "ACTIVE", "Type": "KMS" if settings.key else "NONE"}
    return {"EncryptionConfig": {**told, "KeyId": settings.key} if settings.key else told}


def _key(key: str, call: Call) -> str:
    from botocore.exceptions import ClientError

    try:
        found = call.session.client("kms").describe_key(KeyId=key)["KeyMetadata"]
    except ClientError as refused:
        raise _invalid(f"The key cannot be used: {refused.response['Error']['Message']}") from None
    if not found["Enabled"]:
        raise _invalid("The key is disabled.")
    return str(found["Arn"])
