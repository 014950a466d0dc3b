"""Encrypted data: the caller needs the key too, unless it is one of AWS's own keys (aws/s3, aws/sqs ...).

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from course.lab.iam.api_call import ApiCall, Check
from course.lab.iam.arns import key_arn
from course.lab.iam.resources import backend, bucket_owner


def key_checks(call: ApiCall) -> list[Check]:
    """The questions about KMS keys that a call raises."""
    found = _BY_SERVICE.get(call.service)
    return list(found(call)) if found else []


def _check(call: ApiCall, action: str, key: Any) -> Iterator[Check]:
    name = str(key or "")
    if name and "alias/aws/" not in name:
        via = {"kms:ViaService": f"{call.service}.{call.region}.amazonaws.com", "kms:CallerAccount": call.account}
        yield Check(f"kms:{action}", key_arn(call, name), via)


def _s3(call: ApiCall) -> Iterator[Check]:
    bucket, key = str(call.params.get("Bucket", "")), str(call.params.get("Key", ""))
    owner = bucket_owner(bucket)
    if not owner or not key:
        return
    held = backend("s3", owner).buckets[bucket]
    if call.operation in ("PutObject", "CopyObject", "CreateMultipartUpload"):
        kind = call.params.get("ServerSideEncryption")
        named = call.params.get("SSEKMSKeyId")
        yield from _check(call, "GenerateDataKey", named if kind else _default_key(held.encryption))
    elif call.operation == "GetObject":
        stored = held.keys.get(key)
        yield from _check(call, "Decrypt", getattr(stored, "kms_key_id", None))


def _default_key(encryption: Any) -> str:
    """The key of a bucket's default encryption."""
    rules = (encryption or {}).get("Rule") or {}
    rule = rules[0] if isinstance(rules, list) and rules else rules
    default = rule.get("ApplyServerSideEncryptionByDefault", {}) if isinstance(rule, Mapping) else {}
    return str(default.get("KMSMasterKeyID") or "")


def _sqs(call: ApiCall) -> Iterator[Check]:
    name = str(call.params.get("QueueUrl", "")).rsplit("/", 1)[-1]
    queue = backend("sqs", call.account, call.region).queues.get(name)
    key = getattr(queue, "kms_master_key_id", None)
    if call.operation in ("SendMessage", "SendMessageBatch"):
        yield from _check(call, "GenerateDataKey", key)
        yield from _check(call, "Decrypt", key)
    elif call.operation == "ReceiveMessage":
        yield from _check(call, "Decrypt", key)


def _secretsmanager(call: ApiCall) -> Iterator[Check]:
    if call.operation not in ("GetSecretValue", "PutSecretValue", "BatchGetSecretValue"):
        return
    named = str(call.params.get("SecretId", ""))
    name = named.split(":secret:")[-1][:-7] if named.startswith("arn:") else named
    secret = backend("secretsmanager", call.account, call.region).secrets.get(name)
    action = "Decrypt" if "Get" in call.operation else "GenerateDataKey"
    yield from _check(call, action, getattr(secret, "kms_key_id", None))


def _ssm(call: ApiCall) -> Iterator[Check]:
    if call.operation == "PutParameter" and call.params.get("Type") == "SecureString":
        # An advanced value is too long for KMS and is encrypted under a data key.
        action = "GenerateDataKey" if call.params.get("Tier") == "Advanced" else "Encrypt"
        yield from _check(call, action, call.params.get("KeyId"))
    if call.operation.startswith("GetParameter") and call.params.get("WithDecryption"):
        yield from _parameters_to_read(call)


def _parameters_to_read(call: ApiCall) -> Iterator[Check]:
    store = backend("ssm", call.account, call.region)
    names = [str(name) for name in call.params.get("Names") or [call.params.get("Name", "")]]
    if call.operation == "GetParametersByPath":
        below = str(call.params.get("Path", "")).rstrip("/") + "/"
        names = list(store._parameters.get_keys_beginning_with(below, bool(call.params.get("Recursive"))))
    keys = set()
    for name in names:
        if name.startswith(_SECRET):
            # https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
            secrets = backend("secretsmanager", call.account, call.region).secrets
            secret = secrets.get(name.removeprefix(_SECRET).split(":")[0])
            if secret is not None:
                yield Check("secretsmanager:GetSecretValue", secret.arn)
                keys.add(secret.kms_key_id)
            continue
        parameter = store.get_parameter(name)
        if parameter is not None and parameter.parameter_type == "SecureString":
            keys.add(parameter.keyid)
    for key in sorted(filter(None, keys)):
        yield from _check(call, "Decrypt", key)


_SECRET: Final = "/aws/reference/secretsmanager/"
_BY_SERVICE: Final[Mapping[str, Callable[[ApiCall], Iterator[Check]]]] = {
    "s3": _s3,
    "sqs": _sqs,
    "secretsmanager": _secretsmanager,
    "ssm": _ssm,
}
