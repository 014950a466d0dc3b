"""The operations of KMS that use keys, as the lab answers them. Moto keeps the keys themselves.

DryRun: everything is checked and nothing is given.
https://docs.aws.amazon.com/kms/latest/developerguide/testing-permissions.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from course.lab.kms import data_keys, encryption, macs, public_keys, signatures
from course.lab.service import Call, Refusal, serve

_Operation = Callable[[Call], Mapping[str, Any]]

_OPERATIONS: Final[dict[str, _Operation]] = {
    "Encrypt": encryption.encrypt,
    "Decrypt": encryption.decrypt,
    "ReEncrypt": encryption.re_encrypt,
    "GenerateDataKey": data_keys.generate_data_key,
    "GenerateDataKeyWithoutPlaintext": data_keys.generate_data_key_without_plaintext,
    "GenerateDataKeyPair": data_keys.generate_data_key_pair,
    "GenerateDataKeyPairWithoutPlaintext": data_keys.generate_data_key_pair_without_plaintext,
    "GenerateRandom": data_keys.generate_random,
    "Sign": signatures.sign,
    "Verify": signatures.verify,
    "GenerateMac": macs.generate_mac,
    "VerifyMac": macs.verify_mac,
    "GetPublicKey": public_keys.get_public_key,
    "DeriveSharedSecret": public_keys.derive_shared_secret,
    "Encapsulate": public_keys.encapsulate,
    "Decapsulate": public_keys.decapsulate,
}


def _tried(operation: _Operation) -> _Operation:
    def try_first(call: Call) -> Mapping[str, Any]:
        answer = operation(call)
        if call.given.get("DryRun"):
            raise Refusal("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.",
                          412)  # fmt: skip
        return answer

    return try_first


serve("kms", {name: _tried(operation) for name, operation in _OPERATIONS.items()})
