"""Encrypt, Decrypt and ReEncrypt: symmetric keys and RSA keys.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html
A symmetric ciphertext carries the id of its key; an RSA ciphertext carries nothing, so its key must be named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from moto.kms import utils as moto_kms
from moto.kms.exceptions import InvalidCiphertextException
from moto.kms.models import kms_backends

from course.lab.kms import rsa_boxes
from course.lab.kms.algorithms import ENCRYPT, SYMMETRIC
from course.lab.kms.context import bound
from course.lab.kms.materials import deleted_keys, turning_of
from course.lab.kms.named_keys import key_for
from course.lab.place import Place
from course.lab.service import Call, Refusal

Answer = dict[str, Any]
_KEY_ID: Final = 36  # moto's ciphertexts begin with their key's id
_NOT_HERE: Final = (
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are "
    "not allowed to access."
)


@dataclass(frozen=True)
class Opened:
    """A ciphertext that was opened."""

    key: Any
    plaintext: bytes
    material: str = ""
    """The id of the key material that did it; empty for RSA."""


def octets(value: Any) -> bytes:
    """What a caller gave as bytes: boto3 takes text, too."""
    return value.encode() if isinstance(value, str) else bytes(value)


def encrypt(call: Call) -> Answer:
    """At most 4,096 bytes under a symmetric key; far less under an RSA key."""
    algorithm = call.given.get("EncryptionAlgorithm") or SYMMETRIC
    key = key_for(call.place, call.given["KeyId"], "Encrypt", ENCRYPT, algorithm)
    sealed = seal(key, algorithm, octets(call.given["Plaintext"]), call.given.get("EncryptionContext"))
    return {"CiphertextBlob": sealed, "KeyId": key.arn, "EncryptionAlgorithm": algorithm}


def decrypt(call: Call) -> Answer:
    """The plaintext, and the ARN of the key that it was under."""
    given = call.given
    algorithm = given.get("EncryptionAlgorithm") or SYMMETRIC
    sealed, context = octets(given["CiphertextBlob"]), given.get("EncryptionContext")
    opened = unseal(call.place, "Decrypt", given.get("KeyId"), algorithm, sealed, context)
    answer = {"Plaintext": opened.plaintext, "KeyId": opened.key.arn, "EncryptionAlgorithm": algorithm}
    return answer | ({"KeyMaterialId": opened.material} if opened.material else {})


def re_encrypt(call: Call) -> Answer:
    """From one key to another without the plaintext ever leaving."""
    given = call.given
    first = given.get("SourceEncryptionAlgorithm") or SYMMETRIC
    second = given.get("DestinationEncryptionAlgorithm") or SYMMETRIC
    target = key_for(call.place, given["DestinationKeyId"], "ReEncrypt", ENCRYPT, second)
    sealed, context = octets(given["CiphertextBlob"]), given.get("SourceEncryptionContext")
    opened = unseal(call.place, "ReEncrypt", given.get("SourceKeyId"), first, sealed, context)
    materials = {
        "SourceKeyMaterialId": opened.material,
        "DestinationKeyMaterialId": material_id(target) if second == SYMMETRIC else "",
    }
    return {name: value for name, value in materials.items() if value} | {
        "CiphertextBlob": seal(target, second, opened.plaintext, given.get("DestinationEncryptionContext")),
        "SourceKeyId": opened.key.arn,
        "KeyId": target.arn,
        "SourceEncryptionAlgorithm": first,
        "DestinationEncryptionAlgorithm": second,
    }


def seal(key: Any, algorithm: str, plaintext: bytes, context: Mapping[str, str] | None) -> bytes:
    """Ciphertext under a key."""
    if not plaintext:
        raise Refusal(
            "ValidationException",
            "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length "
            "greater than or equal to 1",
        )
    if algorithm != SYMMETRIC:
        _no_context(context)
        return rsa_boxes.close(key, algorithm, plaintext)
    return moto_kms.encrypt({key.id: key}, key.id, plaintext, bound(context))


def material_id(key: Any) -> str:
    """The id of the material that a symmetric key encrypts under now."""
    return turning_of(key).current.material_id


def unseal(
    place: Place, operation: str, name: str | None, algorithm: str, sealed: bytes, context: Mapping[str, str] | None
) -> Opened:
    """What is in a ciphertext, and by which key."""
    if algorithm != SYMMETRIC:
        _no_context(context)
        if not name:
            raise Refusal("ValidationException", f"KeyId is required when the encryption algorithm is {algorithm}.")
        key = key_for(place, name, operation, ENCRYPT, algorithm)
        return Opened(key, rsa_boxes.open_(key, algorithm, sealed))
    wanted = key_for(place, name, operation, ENCRYPT, algorithm) if name else None
    key = _key_inside(place, sealed)
    if wanted is not None and wanted.id != key.id:
        raise Refusal(
            "IncorrectKeyException",
            "The key ID in the request does not identify a CMK that can perform this operation.",
        )
    try:
        plaintext, material = place.backend("kms").decrypt_tracing(sealed, bound(context))
    except InvalidCiphertextException:
        raise Refusal("InvalidCiphertextException", "") from None
    return Opened(key, plaintext, material)


def _key_inside(place: Place, sealed: bytes) -> Any:
    """The key that a symmetric ciphertext names. One of another Region or account is known, and out of reach."""
    name = sealed[:_KEY_ID].decode("ascii", "replace")
    here = [key for key in place.backend("kms").keys.values() if key.id[:_KEY_ID] == name]
    if here:
        return here[0]
    if any(name == one[:_KEY_ID] for regions in kms_backends.values() for store in regions.values()
           for one in (*store.keys, *deleted_keys(store))):  # fmt: skip
        raise Refusal("AccessDeniedException", _NOT_HERE)
    raise Refusal("InvalidCiphertextException", "")


def _no_context(context: Mapping[str, str] | None) -> None:
    if context:
        raise Refusal("ValidationException", "EncryptionContext is supported only with symmetric encryption KMS keys.")
