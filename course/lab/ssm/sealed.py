"""Secure strings: what lies in the store is ciphertext under a KMS key, bound to the parameter by its ARN.

https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html

A standard value is encrypted by KMS itself. An advanced one is too long for that and is encrypted under a data key,
which lies beside it.
"""

from __future__ import annotations

import base64
import os
from typing import Any, Final

from moto.ssm.exceptions import SSMException
from moto.ssm.utils import parameter_arn

from course.lab.place import Place

DEFAULT_KEY: Final = "alias/aws/ssm"
_STATES: Final = {"Disabled": "disabled", "PendingDeletion": "pending deletion"}
_NONCE: Final = 12
_DATA_KEY: Final = 32
_LENGTH: Final = 4


def seal(place: Place, name: str, value: str, key: str, tier: str) -> str:
    """Ciphertext in base64."""
    from course.lab.kms import backend, encryption
    from course.lab.kms.algorithms import SYMMETRIC

    backend.install()
    bound = {"PARAMETER_ARN": parameter_arn(place.account, place.region, name)}
    found = _usable(place, key)
    if tier == "Standard":
        return base64.b64encode(encryption.seal(found, SYMMETRIC, value.encode(), bound)).decode()
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    data_key, nonce = os.urandom(_DATA_KEY), os.urandom(_NONCE)
    wrapped = encryption.seal(found, SYMMETRIC, data_key, bound)
    body = AESGCM(data_key).encrypt(nonce, value.encode(), name.encode())
    return base64.b64encode(len(wrapped).to_bytes(_LENGTH, "big") + wrapped + nonce + body).decode()


def unseal(place: Place, name: str, sealed: str, key: str, tier: str) -> str:
    """The value again; raises InvalidKeyId when its key is disabled, or is gone."""
    from course.lab.kms import encryption
    from course.lab.kms.algorithms import SYMMETRIC

    _usable(place, key)
    bound = {"PARAMETER_ARN": parameter_arn(place.account, place.region, name)}
    blob = base64.b64decode(sealed)

    def opened(closed: bytes) -> bytes:
        return encryption.unseal(place, "Decrypt", None, SYMMETRIC, closed, bound).plaintext

    if tier == "Standard":
        return opened(blob).decode()
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    end = _LENGTH + int.from_bytes(blob[:_LENGTH], "big")
    nonce, body = blob[end : end + _NONCE], blob[end + _NONCE :]
    return AESGCM(opened(blob[_LENGTH:end])).decrypt(nonce, body, name.encode()).decode()


def _usable(place: Place, key: str) -> Any:
    """A symmetric key that works; Parameter Store says InvalidKeyId for all that is wrong with one."""
    from course.lab.kms.named_keys import named_key
    from course.lab.service import Refusal

    try:
        found = named_key(place, key)
    except Refusal:
        raise SSMException("InvalidKeyId", f"Invalid keyId {key}") from None
    if found.key_state != "Enabled":
        raise SSMException("InvalidKeyId", f"{found.arn} is {_STATES.get(found.key_state, found.key_state)}.")
    if found.key_spec != "SYMMETRIC_DEFAULT":
        raise SSMException("InvalidKeyId", f"{found.arn} is not a symmetric encryption key.")
    return found
