"""Public keys and key groups: who may sign URLs and cookies.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.lab.clock import clock
from course.lab.cloudfront.cache_key import items
from course.lab.cloudfront.records import distributions, token
from course.lab.place import Place
from course.lab.service import Call, Refusal

Config = Mapping[str, Any]
_MOST_IN_A_GROUP = 5


def group(account: str, group_id: str) -> Any | None:
    """A key group of the account."""
    return Place(account, "aws").backend("cloudfront").key_groups.get(group_id)


def key(account: str, key_id: str) -> str | None:
    """A public key of the account, as PEM."""
    found = Place(account, "aws").backend("cloudfront").public_keys.get(key_id)
    return str(found.encoded_key) if found is not None else None


def active(config: Config, account: str) -> Config:
    """The keys that may sign for a distribution, as the API shows them."""
    behaviours = [config["DefaultCacheBehavior"], *(config["CacheBehaviors"].get("Items") or [])]
    named = sorted({one for behaviour in behaviours for one in items(behaviour, "TrustedKeyGroups")})
    rows = []
    for one in named:
        found = group(account, one)
        ids = list(found.items) if found is not None else []
        rows.append({"KeyGroupId": one, "KeyPairIds": {"Quantity": len(ids), "Items": ids}})
    return {"Enabled": bool(rows), "Quantity": len(rows)} | ({"Items": rows} if rows else {})


def check_key(config: Config) -> None:
    """Refuse what is no public key: RSA of 2048 bits or a curve P-256, in PEM."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        loaded = load_pem_public_key(config["EncodedKey"].encode())
    except ValueError:
        raise Refusal("InvalidArgument", "Your request contains empty/invalid/out of limits RSA Encoded Key") from None
    good = (isinstance(loaded, rsa.RSAPublicKey) and loaded.key_size == 2048) or (
        isinstance(loaded, ec.EllipticCurvePublicKey) and loaded.curve.name == "secp256r1"
    )
    if not good:
        raise Refusal("InvalidArgument", "A public key is RSA with 2048 bits, or ECDSA on the curve P-256.")


def update_group(call: Call) -> Config:
    """UpdateKeyGroup: the way to rotate, by adding the new key before taking the old one away."""
    found = _changeable(call)
    config = call.given["KeyGroupConfig"]
    check_group(config, call.place.account)
    found.items, found.name, found.etag = list(config["Items"]), config["Name"], token()
    return {"KeyGroup": {"Id": found.id, "LastModifiedTime": clock.now(), "KeyGroupConfig": config},
            "ETag": found.etag}  # fmt: skip


def delete_group(call: Call) -> None:
    """DeleteKeyGroup."""
    found = _changeable(call)
    for one in distributions(call.place.account):
        if any(row["KeyGroupId"] == found.id for row in active(one.config, one.account).get("Items", [])):
            raise Refusal("ResourceInUse", f"The key group is used by distribution {one.id}.", 409)
    del Place(call.place.account, "aws").backend("cloudfront").key_groups[found.id]


def check_group(config: Config, account: str) -> None:
    """Refuse a group of too many keys or of keys that are not there."""
    ids = list(config["Items"])
    if len(ids) > _MOST_IN_A_GROUP:
        raise Refusal("TooManyPublicKeysInKeyGroup", f"A key group holds {_MOST_IN_A_GROUP} public keys at most.")
    for one in ids:
        if key(account, one) is None:
            raise Refusal("InvalidArgument", f"The public key {one} does not exist.")


def _changeable(call: Call) -> Any:
    found = group(call.place.account, str(call.given["Id"]))
    if found is None:
        raise Refusal("NoSuchResource", "The key group does not exist.", 404)
    if call.given.get("IfMatch") != found.etag:
        raise Refusal("PreconditionFailed", "The If-Match version is not the current one.", 412)
    return found
