"""Keys to take away: data keys, data key pairs, random bytes.

https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKeyPair.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateRandom.html
"""

from __future__ import annotations

import os
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from course.lab.kms.algorithms import ENCRYPT, SYMMETRIC
from course.lab.kms.encryption import Answer, material_id, seal
from course.lab.kms.key_material import make_private_key
from course.lab.kms.named_keys import key_for
from course.lab.service import Call, Refusal

_LENGTHS: Final = {"AES_128": 16, "AES_256": 32}


def generate_data_key(call: Call) -> Answer:
    """A fresh key, once open and once under the KMS key. KMS forgets both."""
    spec, number = call.given.get("KeySpec"), call.given.get("NumberOfBytes")
    if bool(spec) == bool(number):
        raise Refusal("ValidationException", "Please specify either number of bytes or key spec.")
    if spec and spec not in _LENGTHS:
        raise Refusal(
            "ValidationException",
            f"1 validation error detected: Value '{spec}' at 'keySpec' failed to satisfy constraint: Member must "
            "satisfy enum value set: [AES_256, AES_128]",
        )
    key = _wrapping_key(call, "GenerateDataKey")
    plaintext = os.urandom(_LENGTHS[spec] if spec else int(number or 0))
    wrapped = seal(key, SYMMETRIC, plaintext, call.given.get("EncryptionContext"))
    return {"Plaintext": plaintext, "CiphertextBlob": wrapped, "KeyId": key.arn, "KeyMaterialId": material_id(key)}


def generate_data_key_without_plaintext(call: Call) -> Answer:
    """The wrapped key alone, for whoever needs it later."""
    return _without(generate_data_key(call), "Plaintext")


def generate_data_key_pair(call: Call) -> Answer:
    """A key pair for use outside KMS: the private half open (PKCS #8) and wrapped, the public half open."""
    key, spec = _wrapping_key(call, "GenerateDataKeyPair"), call.given["KeyPairSpec"]
    private: Any = make_private_key(spec)
    plaintext = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return {
        "PrivateKeyPlaintext": plaintext,
        "PrivateKeyCiphertextBlob": seal(key, SYMMETRIC, plaintext, call.given.get("EncryptionContext")),
        "PublicKey": private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "KeyPairSpec": spec,
        "KeyId": key.arn,
        "KeyMaterialId": material_id(key),
    }


def generate_data_key_pair_without_plaintext(call: Call) -> Answer:
    """The same without the open private key."""
    return _without(generate_data_key_pair(call), "PrivateKeyPlaintext")


def generate_random(call: Call) -> Answer:
    """1 to 1,024 random bytes, under no key."""
    number = call.given.get("NumberOfBytes")
    if not number:
        raise Refusal("ValidationException", "NumberOfBytes is required: 1 to 1024.")
    return {"Plaintext": os.urandom(int(number))}


def _wrapping_key(call: Call, operation: str) -> Any:
    """Data keys are wrapped by symmetric keys only."""
    return key_for(call.place, call.given["KeyId"], operation, ENCRYPT, SYMMETRIC)


def _without(answer: Answer, name: str) -> Answer:
    return {key: value for key, value in answer.items() if key != name}
