"""What leaves KMS: public keys; and secrets that two sides agree on with them.

https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_DeriveSharedSecret.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_Encapsulate.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_Decapsulate.html
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from course.lab.kms.algorithms import AGREE, ENCAPSULATE, SPECS, described, usage_of
from course.lab.kms.encryption import Answer, octets
from course.lab.kms.named_keys import key_for, named_key
from course.lab.service import Call, Refusal


def get_public_key(call: Call) -> Answer:
    """The public half of a pair, with all that a stranger needs to use it."""
    key = named_key(call.place, call.given["KeyId"])
    spec = SPECS.get(key.key_spec)
    if spec is not None and spec.is_symmetric:
        raise Refusal(
            "UnsupportedOperationException",
            f"{key.arn} key spec is {key.key_spec} which is not valid for GetPublicKey.",
        )
    return {
        "KeyId": key.arn,
        "PublicKey": key.private_key.public_key(),
        "KeySpec": key.key_spec,
        "CustomerMasterKeySpec": key.key_spec,
        "KeyUsage": usage_of(key),
        **described(key),
    }


def derive_shared_secret(call: Call) -> Answer:
    """ECDH: our private key and the peer's public key make the secret that the peer makes from the other two."""
    algorithm = call.given["KeyAgreementAlgorithm"]
    key = key_for(call.place, call.given["KeyId"], "DeriveSharedSecret", AGREE, algorithm)
    ours: Any = key.private_key.private_key
    theirs = _peer(octets(call.given["PublicKey"]), ours.curve.name)
    secret = ours.exchange(ec.ECDH(), theirs)
    return {"KeyId": key.arn, "SharedSecret": secret, "KeyAgreementAlgorithm": algorithm, "KeyOrigin": key.origin}


def _peer(der: bytes, curve: str) -> Any:
    try:
        found = load_der_public_key(der)
    except ValueError:
        found = None
    if not isinstance(found, ec.EllipticCurvePublicKey) or found.curve.name != curve:
        raise Refusal("ValidationException", f"PublicKey must be a DER-encoded public key of the same curve ({curve}).")
    return found


def encapsulate(call: Call) -> Answer:
    """ML-KEM: a secret, and the box with it that only the private key opens."""
    algorithm = call.given["EncapsulationAlgorithm"]
    key = key_for(call.place, call.given["KeyId"], "Encapsulate", ENCAPSULATE, algorithm)
    secret, box = key.private_key.private_key.public_key().encapsulate()
    return {
        "KeyId": key.arn,
        "SharedSecret": secret,
        "SharedSecretCiphertextBlob": box,
        "EncapsulationAlgorithm": algorithm,
    }


def decapsulate(call: Call) -> Answer:
    """The secret from its box. A wrong box of the right length gives a wrong secret, and no error."""
    algorithm = call.given["EncapsulationAlgorithm"]
    key = key_for(call.place, call.given["KeyId"], "Decapsulate", ENCAPSULATE, algorithm)
    try:
        secret = key.private_key.private_key.decapsulate(octets(call.given["SharedSecretCiphertextBlob"]))
    except ValueError:
        raise Refusal("InvalidCiphertextException", "") from None
    return {"KeyId": key.arn, "SharedSecret": secret, "EncapsulationAlgorithm": algorithm}
