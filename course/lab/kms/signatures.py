"""Sign and Verify: RSA, elliptic curves, Ed25519 and ML-DSA, of messages and of digests.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_Verify.html
https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
A signature that does not fit is an error, not an answer. PSS uses a salt as long as the digest.
"""

from __future__ import annotations

from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from course.lab.kms.algorithms import SIGN
from course.lab.kms.encryption import Answer, octets
from course.lab.kms.named_keys import key_for
from course.lab.service import Call, Refusal
from course.lab.wire import Unsupported

_HASHES: Final[dict[str, Any]] = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
_MU: Final = 64


def sign(call: Call) -> Answer:
    """A signature of a message up to 4,096 bytes, or of the digest of a longer one."""
    algorithm = call.given["SigningAlgorithm"]
    key = key_for(call.place, call.given["KeyId"], "Sign", SIGN, algorithm)
    message, kind = _message(call, algorithm)
    return {"KeyId": key.arn, "Signature": _signed(key, message, kind, algorithm), "SigningAlgorithm": algorithm}


def verify(call: Call) -> Answer:
    """SignatureValid, which is always true: otherwise KMSInvalidSignatureException."""
    algorithm = call.given["SigningAlgorithm"]
    key = key_for(call.place, call.given["KeyId"], "Verify", SIGN, algorithm)
    message, kind = _message(call, algorithm)
    try:
        _verified(key, octets(call.given["Signature"]), message, kind, algorithm)
    except InvalidSignature:
        raise Refusal("KMSInvalidSignatureException", "") from None
    return {"KeyId": key.arn, "SignatureValid": True, "SigningAlgorithm": algorithm}


def _message(call: Call, algorithm: str) -> tuple[bytes, str]:
    message, kind = octets(call.given["Message"]), call.given.get("MessageType") or "RAW"
    if algorithm == "ED25519_PH_SHA_512":
        raise Unsupported(
            "The lab does not sign with ED25519_PH_SHA_512: Python's package 'cryptography' has Ed25519 without "
            "pre-hashing only. On AWS the call works; here take ED25519_SHA_512 with MessageType RAW."
        )
    wanted = _lengths(algorithm).get(kind)
    if wanted is None:
        raise Refusal("ValidationException", f"MessageType {kind} is not valid with {algorithm}.")
    if wanted and len(message) != wanted:
        raise Refusal("ValidationException", f"Digest is invalid length for algorithm {algorithm}.")
    return message, kind


def _lengths(algorithm: str) -> dict[str, int]:
    """The kinds of message that an algorithm takes, and how long each must be; 0 is any length."""
    if algorithm.startswith("ML_DSA"):
        return {"RAW": 0, "EXTERNAL_MU": _MU}
    if algorithm.startswith("ED25519"):
        return {"RAW": 0}
    return {"RAW": 0, "DIGEST": _hash(algorithm).digest_size}


def _hash(algorithm: str) -> Any:
    return _HASHES[algorithm[-3:]]()


def _signed(key: Any, message: bytes, kind: str, algorithm: str) -> bytes:
    private = key.private_key.private_key
    signature: bytes
    if algorithm.startswith(("ML_DSA", "ED25519")):
        signature = private.sign_mu(message) if kind == "EXTERNAL_MU" else private.sign(message)
    else:
        signature = private.sign(message, *_ways(algorithm, kind))
    return signature


def _verified(key: Any, signature: bytes, message: bytes, kind: str, algorithm: str) -> None:
    public = key.private_key.private_key.public_key()
    if algorithm.startswith(("ML_DSA", "ED25519")):
        check = public.verify_mu if kind == "EXTERNAL_MU" else public.verify
        check(signature, message)
    else:
        public.verify(signature, message, *_ways(algorithm, kind))


def _ways(algorithm: str, kind: str) -> tuple[Any, ...]:
    """Padding and hash as the library wants them."""
    digest: Any = _hash(algorithm)
    how: Any = Prehashed(digest) if kind == "DIGEST" else digest
    if algorithm.startswith("ECDSA"):
        return (ec.ECDSA(how),)
    if "PSS" in algorithm:
        return padding.PSS(padding.MGF1(digest), digest.digest_size), how
    return padding.PKCS1v15(), how
