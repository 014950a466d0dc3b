"""Which kind of key may do what: the table behind every refusal of a key that is used for something else.

https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html (KeyUsage)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

ENCRYPT: Final = "ENCRYPT_DECRYPT"
SIGN: Final = "SIGN_VERIFY"
MAC: Final = "GENERATE_VERIFY_MAC"
AGREE: Final = "KEY_AGREEMENT"
ENCAPSULATE: Final = "ENCAPSULATE_DECAPSULATE"

SYMMETRIC: Final = "SYMMETRIC_DEFAULT"
_OAEP: Final = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
_RSA_SIGNATURES: Final = tuple(
    f"RSASSA_{scheme}_SHA_{bits}" for scheme in ("PKCS1_V1_5", "PSS") for bits in (256, 384, 512)
)


@dataclass(frozen=True)
class Spec:
    """What a key spec may be used for, and with which algorithms."""

    usages: tuple[str, ...]
    algorithms: dict[str, tuple[str, ...]]

    @property
    def is_symmetric(self) -> bool:
        """No public half: an AES or an HMAC key."""
        return (ENCRYPT in self.usages and self.algorithms[ENCRYPT] == (SYMMETRIC,)) or MAC in self.usages


def _one(usage: str, *algorithms: str) -> Spec:
    return Spec((usage,), {usage: algorithms})


def _curve(bits: int) -> Spec:
    return Spec((SIGN, AGREE), {SIGN: (f"ECDSA_SHA_{bits}",), AGREE: ("ECDH",)})


_RSA: Final = Spec((ENCRYPT, SIGN), {ENCRYPT: _OAEP, SIGN: _RSA_SIGNATURES})

SPECS: Final[dict[str, Spec]] = {
    SYMMETRIC: _one(ENCRYPT, SYMMETRIC),
    "RSA_2048": _RSA,
    "RSA_3072": _RSA,
    "RSA_4096": _RSA,
    "ECC_NIST_P256": _curve(256),
    "ECC_NIST_P384": _curve(384),
    "ECC_NIST_P521": _curve(512),
    "ECC_SECG_P256K1": _one(SIGN, "ECDSA_SHA_256"),
    "ECC_NIST_EDWARDS25519": _one(SIGN, "ED25519_SHA_512", "ED25519_PH_SHA_512"),
    "HMAC_224": _one(MAC, "HMAC_SHA_224"),
    "HMAC_256": _one(MAC, "HMAC_SHA_256"),
    "HMAC_384": _one(MAC, "HMAC_SHA_384"),
    "HMAC_512": _one(MAC, "HMAC_SHA_512"),
    "ML_DSA_44": _one(SIGN, "ML_DSA_SHAKE_256"),
    "ML_DSA_65": _one(SIGN, "ML_DSA_SHAKE_256"),
    "ML_DSA_87": _one(SIGN, "ML_DSA_SHAKE_256"),
    "ML_KEM_512": _one(ENCAPSULATE, "ML_KEM"),
    "ML_KEM_768": _one(ENCAPSULATE, "ML_KEM"),
    "ML_KEM_1024": _one(ENCAPSULATE, "ML_KEM"),
}

# The list in which a key's description names its algorithms.
_NAMED: Final = {
    ENCRYPT: "EncryptionAlgorithms",
    SIGN: "SigningAlgorithms",
    MAC: "MacAlgorithms",
    AGREE: "KeyAgreementAlgorithms",
    ENCAPSULATE: "EncapsulationAlgorithms",
}


def usage_of(key: Any) -> str:
    """What a key is for. Moto leaves it out where the caller did."""
    return key.key_usage or ENCRYPT


def algorithms_of(key: Any) -> tuple[str, ...]:
    """The algorithms that a key knows for the one thing it is for; empty if the lab does not know its spec."""
    spec = SPECS.get(key.key_spec)
    return spec.algorithms.get(usage_of(key), ()) if spec is not None else ()


def described(key: Any) -> dict[str, list[str]]:
    """The algorithms of a key as DescribeKey and GetPublicKey give them: under one name, and no other."""
    return {_NAMED[usage_of(key)]: list(algorithms_of(key))} if algorithms_of(key) else {}


LISTS: Final = tuple(_NAMED.values())
