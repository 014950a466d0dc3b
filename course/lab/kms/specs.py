"""CreateKey: a spec and a usage that go together; and what a key's description says about its algorithms.

https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
"""

from __future__ import annotations

import json
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.kms.models import Key

from course.lab.asked import asked
from course.lab.kms.algorithms import ENCRYPT, LISTS, SPECS, SYMMETRIC, described, usage_of
from course.lab.kms.key_material import UNKNOWN_TO_MOTO, PrivateKey, make_private_key
from course.lab.place import place_of
from course.lab.wire import Unsupported, answer_first, at_close, is_open, json_answer, json_error

_described_by_moto = Key.to_dict


@answer_first
def _specs_and_usages(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "kms":
        return None
    _describe_fully()
    call = asked(operation) if operation == "CreateKey" else None
    if call is None:
        return None
    spec = call.params.get("KeySpec") or call.params.get("CustomerMasterKeySpec") or SYMMETRIC
    usage = call.params.get("KeyUsage")
    refused = _refusal(spec, usage)
    if refused:
        return json_error(request, "ValidationException", refused)
    if spec in ("SM2", "ML_KEM_512"):
        raise Unsupported(
            f"The lab has no keys of spec {spec}. On AWS the call may be right ("
            f"{'in China Regions' if spec == 'SM2' else 'everywhere else'}); here take "
            f"{'an RSA or ECC spec' if spec == 'SM2' else 'ML_KEM_768'}."
        )
    return _of_a_new_spec(request, dict(call.params), spec) if spec in UNKNOWN_TO_MOTO else None


def _refusal(spec: str, usage: str | None) -> str:
    known = SPECS.get(spec)
    if known is None:
        return ""
    if usage is None and spec != SYMMETRIC:
        return "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
    if (usage or ENCRYPT) not in known.usages:
        return f"KeyUsage {usage} is not compatible with KeySpec {spec}"
    return ""


def _of_a_new_spec(request: AWSPreparedRequest, given: dict[str, Any], spec: str) -> AWSResponse:
    store = place_of(request).backend("kms")
    private = make_private_key(spec)
    key = store.create_key(
        given.get("Policy"), given["KeyUsage"], "ECC_NIST_P256", given.get("Description"), given.get("Tags"),
        bool(given.get("MultiRegion")), given.get("Origin") or "AWS_KMS",
    )  # fmt: skip
    key.key_spec, key.private_key = spec, PrivateKey(private)
    return json_answer(request, json.loads(json.dumps(key.to_dict(), default=float)))


def _to_dict(key: Any) -> dict[str, Any]:
    told: dict[str, Any] = _described_by_moto(key)
    metadata = told["KeyMetadata"]
    for name in LISTS:
        metadata.pop(name, None)
    metadata |= {"KeyUsage": usage_of(key), **described(key)}
    return told


def _describe_fully() -> None:
    if is_open():
        Key.to_dict = _to_dict  # type: ignore[method-assign,assignment]


@at_close
def _as_it_came() -> None:
    Key.to_dict = _described_by_moto  # type: ignore[method-assign]
