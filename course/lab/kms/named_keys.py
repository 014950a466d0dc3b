"""The key that a call names, and whether it is one for that.

https://docs.aws.amazon.com/kms/latest/developerguide/find-cmk-id-arn.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html (Errors)
"""

from __future__ import annotations

from typing import Any

from course.lab.kms.algorithms import algorithms_of, usage_of
from course.lab.place import Place
from course.lab.service import Refusal


def named_key(place: Place, name: str) -> Any:
    """The key with this id, ARN, alias or ARN of an alias, in the account and Region that the call goes to."""
    store = place.backend("kms")
    if name.startswith("arn:"):
        region, account = name.split(":")[3:5]
        if region != place.region:
            raise Refusal("NotFoundException", f"Invalid arn {region}")
        if account != place.account:
            raise Refusal("NotFoundException", f"Key '{name}' does not exist")
    try:
        return store.keys[store.any_id_to_key_id(name)]
    except Exception:
        raise Refusal("NotFoundException", _missing(place, name)) from None


def _missing(place: Place, name: str) -> str:
    here = f"arn:aws:kms:{place.region}:{place.account}:"
    if "alias/" in name:
        return f"Alias {name if name.startswith('arn:') else here + name} is not found."
    return f"Key '{name if name.startswith('arn:') else here + 'key/' + name}' does not exist"


def key_for(place: Place, name: str, operation: str, usage: str, algorithm: str | None = None) -> Any:
    """The named key, if it is made for this usage and knows the algorithm."""
    key = named_key(place, name)
    if usage_of(key) != usage:
        raise Refusal(
            "InvalidKeyUsageException", f"{key.arn} key usage is {usage_of(key)} which is not valid for {operation}."
        )
    if algorithm is not None and algorithm not in algorithms_of(key):
        raise Refusal(
            "InvalidKeyUsageException", f"Algorithm {algorithm} is incompatible with key spec {key.key_spec}."
        )
    return key
