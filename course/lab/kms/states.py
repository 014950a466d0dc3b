"""What the state of a key forbids.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.kms.backend import install
from course.lab.place import Place, place_of
from course.lab.wire import answer_first, json_error

USES: Final = frozenset(
    {
        "Encrypt",
        "Decrypt",
        "ReEncrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateMac",
        "VerifyMac",
        "Sign",
        "Verify",
        "DeriveSharedSecret",
    }
)
_NOT_WHILE_DISABLED: Final = USES | {
    "CreateGrant",
    "GetPublicKey",
    "EnableKeyRotation",
    "DisableKeyRotation",
    "RotateKeyOnDemand",
    "ReplicateKey",
}
_NOT_WHILE_PENDING: Final = _NOT_WHILE_DISABLED | {
    "EnableKey",
    "DisableKey",
    "ScheduleKeyDeletion",
    "CreateAlias",
    "UpdateAlias",
    "TagResource",
    "UntagResource",
    "UpdateKeyDescription",
}
_PENDING: Final = ("PendingDeletion", "PendingReplicaDeletion")
# AWS runs its own keys: nobody else may change them.
_NOT_OF_AWS: Final = frozenset(
    {
        "ScheduleKeyDeletion",
        "DisableKey",
        "EnableKey",
        "PutKeyPolicy",
        "EnableKeyRotation",
        "DisableKeyRotation",
        "RotateKeyOnDemand",
        "UpdateKeyDescription",
        "TagResource",
    }
)
_BY_NAME: Final = ("KeyId", "TargetKeyId", "SourceKeyId", "DestinationKeyId")


@answer_first
def _state_allows(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "kms" or operation not in _NOT_WHILE_PENDING | _NOT_OF_AWS | {"CancelKeyDeletion"}:
        return None
    install()
    call = asked(operation)
    if call is None:
        return None
    for key in _keys(call.params, place_of(request)):
        refused = refusal(key, operation)
        if refused:
            return json_error(request, *refused)
    return None


def refusal(key: Any, operation: str) -> tuple[str, str] | None:
    """The error code and message with which KMS refuses an operation on a key in its state."""
    if operation in _NOT_OF_AWS and getattr(key, "key_manager", "") == "AWS":
        return "AccessDeniedException", f"{key.arn} is an AWS managed key; only AWS manages it."
    if operation == "CancelKeyDeletion":
        return None if key.key_state in _PENDING else (
            "KMSInvalidStateException", f"{key.arn} is not pending deletion.")  # fmt: skip
    if key.key_state in _PENDING and operation in _NOT_WHILE_PENDING:
        return "KMSInvalidStateException", f"{key.arn} is pending deletion."
    if key.key_state == "Disabled" and operation in _NOT_WHILE_DISABLED:
        return "DisabledException", f"{key.arn} is disabled."
    return None


def _keys(given: Mapping[str, Any], place: Place) -> Iterator[Any]:
    store = place.backend("kms")
    for parameter in _BY_NAME:
        name = given.get(parameter)
        if not name:
            continue
        try:
            yield store.keys[store.any_id_to_key_id(str(name))]
        except Exception:
            continue  # no such key: the operation says so
    sealed = given.get("CiphertextBlob")
    if isinstance(sealed, bytes | bytearray):
        found = store.keys.get(bytes(sealed)[:36].decode("ascii", "replace"))
        if found is not None:
            yield found
