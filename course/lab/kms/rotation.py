"""Rotation: every year or whatever period is chosen, or on demand; the key keeps its id, ARN and aliases.

https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-enable.html
https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-on-demand.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
On AWS a rotation takes a while; here it is done at once.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from course.lab.agenda import Delivery, add_source, note
from course.lab.kms import states  # noqa: F401  (it refuses before this answers)
from course.lab.kms.backend import install
from course.lab.kms.materials import DEFAULT_PERIOD, MOST_ON_DEMAND, Material, Turning, turning_of
from course.lab.place import everywhere
from course.lab.service import Call, Refusal, serve


def enable(call: Call) -> None:
    """Rotate every 90 to 2,560 days, counted from now."""
    key = _turning_key(call)
    period = call.given.get("RotationPeriodInDays") or turning_of(key).period or DEFAULT_PERIOD
    turning_of(key).start(period)
    key.key_rotation_status = True


def disable(call: Call) -> None:
    """No more automatic rotations; what was rotated stays readable."""
    key = _turning_key(call)
    turning_of(key).stop()
    key.key_rotation_status = False


def status(call: Call) -> dict[str, Any]:
    """Whether and when the key turns."""
    key = _key(call)
    if not key.can_turn and key.origin == "AWS_KMS":
        return {"KeyRotationEnabled": False, "KeyId": key.arn}
    turning = turning_of(key)
    told: dict[str, Any] = {"KeyRotationEnabled": bool(turning.period), "KeyId": key.arn}
    if turning.period:
        told["RotationPeriodInDays"] = turning.period
        if key.key_state == "Enabled":
            told["NextRotationDate"] = _date(turning.next_at)
    return told


def on_demand(call: Call) -> dict[str, Any]:
    """Now, and up to 25 times in the life of a key; the automatic schedule stays as it is."""
    key = _turning_key(call)
    if turning_of(key).on_demand >= MOST_ON_DEMAND:
        raise Refusal(
            "LimitExceededException",
            f"The on-demand rotations limit has been reached for the given keyId {key.arn}: {MOST_ON_DEMAND}.",
        )
    turning_of(key).rotate("ON_DEMAND")
    return {"KeyId": key.arn}


def rotations(call: Call) -> dict[str, Any]:
    """The rotations that were done; with IncludeKeyMaterial=ALL_KEY_MATERIAL also the first material."""
    key = _turning_key(call)
    turning = turning_of(key)
    everything = call.given.get("IncludeKeyMaterial") == "ALL_KEY_MATERIAL"
    chosen = [one for one in turning.materials if everything or one.kind]
    return {"Rotations": [_told(key, turning, one) for one in chosen], "Truncated": False}


def _told(key: Any, turning: Turning, material: Material) -> dict[str, Any]:
    shown: dict[str, Any] = {"KeyId": key.arn, "KeyMaterialId": material.material_id}
    shown["KeyMaterialState"] = "CURRENT" if material is turning.current else "NON_CURRENT"
    if material.rotated_at is not None:
        shown |= {"RotationDate": _date(material.rotated_at), "RotationType": material.kind}
    return shown


def _turning_key(call: Call) -> Any:
    key = _key(call)
    if not key.can_turn:
        raise Refusal("UnsupportedOperationException", f"{key.arn} does not support this operation: rotate it by hand.")
    return key


def _key(call: Call) -> Any:
    install()
    store = call.place.backend("kms")
    key = store.keys.get(store.get_key_id(call.given["KeyId"]))
    if key is None:
        raise Refusal("NotFoundException", f"Key '{call.given['KeyId']}' does not exist")
    return key


def _date(at: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(at, dt.UTC)


class _Rotations:
    """What the agenda asks. Disabled keys wait; a key that was due turns once it is enabled again."""

    def next_due(self) -> float | None:
        return min((turning.next_at for _, turning in _turning()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for key, turning in _turning():
            if turning.next_at <= now:
                turning.rotate("AUTOMATIC")
                made.append(note("rotation", key.arn, "new key material; the old one still decrypts"))
        return made


def _turning() -> list[tuple[Any, Turning]]:
    """Keys that turn by themselves; of a family of multi-Region keys the one that is found first."""
    found: dict[int, tuple[Any, Turning]] = {}
    for store in everywhere("kms"):
        for key in store.keys.values():
            turning = key.__dict__.get("lab_turning")
            if turning is not None and turning.period and key.key_state == "Enabled":
                found.setdefault(id(turning), (key, turning))
    return list(found.values())


add_source(_Rotations())
serve(
    "kms",
    {
        "EnableKeyRotation": enable,
        "DisableKeyRotation": disable,
        "GetKeyRotationStatus": status,
        "RotateKeyOnDemand": on_demand,
        "ListKeyRotations": rotations,
    },
)
