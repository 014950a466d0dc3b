"""RSA keys encrypt with OAEP, and little: what a block of the key's length leaves after the padding.

https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html#rsa-encryption-algorithms
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from course.lab.service import Refusal


def most(key: Any, algorithm: str) -> int:
    """How many bytes fit: 190 under RSA_2048 with SHA-256, 470 under RSA_4096 with SHA-1."""
    size: int = key.private_key.private_key.key_size
    padding_bytes: int = 2 * _digest(algorithm).digest_size + 2
    return size // 8 - padding_bytes


def close(key: Any, algorithm: str, plaintext: bytes) -> bytes:
    """Encrypt with the public key, as anybody who has it can do without AWS."""
    if len(plaintext) > most(key, algorithm):
        raise Refusal(
            "ValidationException",
            f"Algorithm {algorithm} and key spec {key.key_spec} cannot encrypt data larger than "
            f"{most(key, algorithm)} bytes.",
        )
    sealed: bytes = key.private_key.private_key.public_key().encrypt(plaintext, _oaep(algorithm))
    return sealed


def open_(key: Any, algorithm: str, ciphertext: bytes) -> bytes:
    """Decrypt with the private key, which only KMS has."""
    try:
        plaintext: bytes = key.private_key.private_key.decrypt(ciphertext, _oaep(algorithm))
    except ValueError:
        raise Refusal("InvalidCiphertextException", "") from None
    return plaintext


def _digest(algorithm: str) -> Any:
    return hashes.SHA1() if algorithm.endswith("SHA_1") else hashes.SHA256()


def _oaep(algorithm: str) -> padding.OAEP:
    return padding.OAEP(padding.MGF1(_digest(algorithm)), _digest(algorithm), label=None)
