"""Multi-Region keys: one id and one material in several Regions; policy, state, aliases and tags are each one's own.

https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdatePrimaryRegion.html
"""

from __future__ import annotations

import copy
import json
from typing import Any

from course.lab.clock import clock
from course.lab.kms import states  # noqa: F401  (it refuses before this answers)
from course.lab.kms.backend import install
from course.lab.kms.key_policy import check
from course.lab.kms.materials import turning_of
from course.lab.place import Place, everywhere
from course.lab.service import Call, Refusal, serve


def family_of(key: Any) -> list[Any]:
    """The key itself and all that share its id and material, in whatever Region."""
    if not key.multi_region:
        return [key]
    return [
        store.keys[key.id] for store in everywhere("kms") if key.id in store.keys and store.account_id == key.account_id
    ]


def replicas_of(key: Any) -> list[Any]:
    """The replicas of a primary key; none for any other."""
    if not key.multi_region or not _is_primary(key):
        return []
    return [one for one in family_of(key) if one is not key]


def replicate(call: Call) -> dict[str, Any]:
    """A related key in another Region."""
    install()
    key, region = _multi_region(call), call.given["ReplicaRegion"]
    if not _is_primary(key):
        raise Refusal("UnsupportedOperationException", f"{key.arn} is not a multi-region primary key.")
    target = Place(call.place.account, region).backend("kms")
    if region == call.place.region or key.id in target.keys:
        raise Refusal("AlreadyExistsException", f"A related key {key.id} already exists in {region}.")
    arn = key.arn.replace(f":{call.place.region}:", f":{region}:", 1)
    policy = call.given.get("Policy")
    if policy:
        check(policy, call.session.key, arn, bool(call.given.get("BypassPolicyLockoutSafetyCheck")))
    twin = copy.copy(key)
    turning_of(key)  # made before it is shared
    twin.__dict__ |= {"lab_turning": turning_of(key), "region": region, "arn": arn, "grants": {}, "aliases": {}}
    twin.policy = policy or key.generate_default_policy()
    twin.description = call.given.get("Description", key.description)
    twin.creation_date = clock.now().timestamp()
    target.keys[key.id] = twin
    tags = call.given.get("Tags") or []
    if tags:
        target.tagger.tag_resource(key.id, tags)
    _tell_all(key)
    shown = json.loads(json.dumps(twin.to_dict()["KeyMetadata"], default=str))
    return {"ReplicaKeyMetadata": shown, "ReplicaPolicy": twin.policy, "ReplicaTags": tags}


def update_primary(call: Call) -> None:
    """The primary and one of its replicas change places."""
    key, region = _multi_region(call), call.given["PrimaryRegion"]
    chosen = next((one for one in family_of(key) if one.region == region), None)
    if chosen is None:
        raise Refusal("NotFoundException", f"There is no related key {key.id} in {region}.")
    _tell_all(chosen)


def _tell_all(primary: Any) -> None:
    """Every key of the family says who is the primary and where the replicas are."""
    family = family_of(primary)
    replicas = [{"Arn": one.arn, "Region": one.region} for one in family if one is not primary]
    for one in family:
        one.multi_region_configuration = {
            "MultiRegionKeyType": "PRIMARY" if one is primary else "REPLICA",
            "PrimaryKey": {"Arn": primary.arn, "Region": primary.region},
            "ReplicaKeys": replicas,
        }


def _is_primary(key: Any) -> bool:
    return bool(key.multi_region_configuration["PrimaryKey"]["Arn"] == key.arn)


def _multi_region(call: Call) -> Any:
    store = call.place.backend("kms")
    name = store.get_key_id(call.given["KeyId"])
    key = store.keys.get(name)
    if key is None:
        raise Refusal("NotFoundException", f"Key '{call.given['KeyId']}' does not exist")
    if not key.multi_region:
        raise Refusal("UnsupportedOperationException", f"{key.arn} is not a multi-region key.")
    return key


serve("kms", {"ReplicateKey": replicate, "UpdatePrimaryRegion": update_primary})
