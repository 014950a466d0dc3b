"""The calls of KMS that S3 makes for objects under SSE-KMS: one for each object, or few with a Bucket Key.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html

Such calls are noted like any other, in the name of who asked S3 (CloudTrail shows them so), they are billed and count
for the quota. S3 keeps a bucket-level key for a limited time, for each requester; AWS does not say how long.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from course.lab.asked import asked
from course.lab.call_log import record
from course.lab.clock import clock
from course.lab.kms import quotas
from course.lab.kms.states import refusal
from course.lab.meter import measure
from course.lab.place import Place, place_of
from course.lab.replies import Reply, answer
from course.lab.s3.objects import bucket_named
from course.lab.wire import afterwards, answer_first

_WRITES: Final = ("PutObject", "CopyObject", "CreateMultipartUpload")
_KEPT_FOR: Final = 300.0  # seconds; our choice
_KMS: Final = ("aws:kms", "aws:kms:dsse")
_OWN: Final = "alias/aws/s3"


@answer_first
def _before(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "s3" or operation not in (*_WRITES, "GetObject"):
        return None
    call = asked(operation)
    use = _use(operation, call.params) if call else None
    if use is None or not _calls_kms(use, request, operation):
        return None
    place, name = _home(use[1], request)
    key = _key(place, name)
    if key is None:
        return None if operation in _WRITES else _no(request, "KMS.NotFoundException", f"Key '{name}' does not exist")
    action = "Decrypt" if operation == "GetObject" else "GenerateDataKey"
    refused = refusal(key, action)
    if refused:
        return _no(request, f"KMS.{refused[0]}", refused[1])
    if not quotas.take(place):
        return _no(request, quotas.CODE, f"{quotas.WORDS} (Service: AWSKMS; Status Code: 400)")
    return None


@afterwards("s3")
def _after(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if operation not in (*_WRITES, "GetObject") or response.status_code >= 300:
        return
    call = asked(operation)
    use = _use(operation, call.params) if call else None
    if use is None or not _calls_kms(use, request, operation):
        return
    bucket, name, through_bucket_key = use
    action = "Decrypt" if operation == "GetObject" else "GenerateDataKey"
    if through_bucket_key:
        _held(bucket)[name, _who(request), action] = clock.now().timestamp() + _KEPT_FOR
    raw: Any = MockRawResponse("{}")
    record("kms", action, request, AWSResponse("https://kms.amazonaws.com/", 200, {}, raw))  # type: ignore[arg-type]
    measure("kms", action, {})


def _use(operation: str, given: Mapping[str, Any]) -> tuple[Any, str, bool] | None:
    """The bucket, the name of the key, and whether a Bucket Key stands between; None without SSE-KMS."""
    found = bucket_named(given.get("Bucket", ""))
    if found is None:
        return None
    bucket: Any = found[0]
    if operation == "GetObject":
        stored = bucket.keys.get(given.get("Key"))
        if stored is None or getattr(stored, "encryption", None) not in _KMS:
            return None
        return bucket, stored.kms_key_id or _OWN, _true(stored.bucket_key_enabled)
    rule = _default(bucket)
    default = rule.get("ApplyServerSideEncryptionByDefault") or {}
    kind = given.get("ServerSideEncryption") or ("" if given.get("SSECustomerKey") else default.get("SSEAlgorithm"))
    if kind not in _KMS:
        return None
    named = given.get("SSEKMSKeyId") or default.get("KMSMasterKeyID") or _OWN
    enabled = given.get("BucketKeyEnabled", rule.get("BucketKeyEnabled"))
    return bucket, str(named), kind == "aws:kms" and _true(enabled)


def _default(bucket: Any) -> Mapping[str, Any]:
    rules = (bucket.encryption or {}).get("Rule") or {}
    rule = rules[0] if isinstance(rules, list) and rules else rules
    return rule if isinstance(rule, Mapping) else {}


def _true(value: Any) -> bool:
    return str(value).lower() == "true"


def _calls_kms(use: tuple[Any, str, bool], request: AWSPreparedRequest, operation: str) -> bool:
    """Always, but while S3 keeps a bucket-level key for this requester."""
    bucket, name, through_bucket_key = use
    if not through_bucket_key:
        return True
    action = "Decrypt" if operation == "GetObject" else "GenerateDataKey"
    until: float = _held(bucket).get((name, _who(request), action), 0.0)
    return clock.now().timestamp() >= until


def _held(bucket: Any) -> dict[tuple[str, str, str], float]:
    held: dict[tuple[str, str, str], float] = bucket.__dict__.setdefault("lab_bucket_keys", {})
    return held


def _who(request: AWSPreparedRequest) -> str:
    from course.lab.iam.api_call import signature_of

    return signature_of(request).access_key_id


def _home(name: str, request: AWSPreparedRequest) -> tuple[Place, str]:
    """Where the key is; one without an ARN is in the caller's account."""
    place = place_of(request)
    if name.startswith("arn:"):
        return Place(name.split(":")[4], name.split(":")[3]), name
    return place, name


def _key(place: Place, name: str) -> Any:
    store = place.backend("kms")
    try:
        return store.keys[store.any_id_to_key_id(name)]
    except Exception:  # moto has several errors for a key that is not there
        return None


def _no(request: AWSPreparedRequest, code: str, words: str) -> AWSResponse:
    return answer(request, "s3", "rest-xml", Reply(code, words))[0]
