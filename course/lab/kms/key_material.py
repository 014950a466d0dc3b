"""Private keys of every spec that the installed `cryptography` can make, and keys of KMS that moto does not know.

https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from course.lab.wire import Unsupported

_CURVES: Final[dict[str, type[ec.EllipticCurve]]] = {
    "ECC_NIST_P256": ec.SECP256R1,
    "ECC_NIST_P384": ec.SECP384R1,
    "ECC_NIST_P521": ec.SECP521R1,
    "ECC_SECG_P256K1": ec.SECP256K1,
}
# Specs that moto refuses. The key is made under another spec, and its private half exchanged.
UNKNOWN_TO_MOTO: Final = ("ECC_NIST_EDWARDS25519", "ML_DSA_44", "ML_DSA_65", "ML_DSA_87", "ML_KEM_768", "ML_KEM_1024")


@dataclass(frozen=True)
class PrivateKey:
    """Takes the place of moto's private key; `private_key` is the library's, as it is there."""

    private_key: Any

    def public_key(self) -> bytes:
        """The public half as DER-encoded SubjectPublicKeyInfo."""
        written: bytes = self.private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return written


def make_private_key(spec: str) -> Any:
    """A new private key of the library `cryptography`."""
    if spec.startswith("RSA_"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(spec[4:]))
    if spec in _CURVES:
        return ec.generate_private_key(_CURVES[spec]())
    if spec == "ECC_NIST_EDWARDS25519":
        return ed25519.Ed25519PrivateKey.generate()
    return _post_quantum(spec)()


def _post_quantum(spec: str) -> Callable[[], Any]:
    """ML-DSA signs, ML-KEM encapsulates; both came to `cryptography` late and may be missing there."""
    module = "mldsa" if spec.startswith("ML_DSA") else "mlkem"
    try:
        made: Any = getattr(__import__(f"cryptography.hazmat.primitives.asymmetric.{module}", fromlist=["x"]),
                            f"{spec.replace('_', '')}PrivateKey")  # fmt: skip
    except (ImportError, AttributeError):
        raise Unsupported(
            f"The lab cannot make keys of spec {spec}: the installed Python package 'cryptography' does not know "
            "them. On AWS the call works; here take another spec, such as RSA_2048 or ECC_NIST_P256."
        ) from None
    make: Callable[[], Any] = made.generate
    return make
