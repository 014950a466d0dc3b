"""SSE-C is switched off for new buckets, and a key of KMS must exist.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html (since April 2026)
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from course.lab.asked import asked
from course.lab.place import place_of
from course.lab.replies import Reply, answer
from course.lab.s3.objects import bucket_named
from course.lab.wire import afterwards, answer_first, ask_moto

_WRITES: Final = ("PutObject", "CopyObject", "CreateMultipartUpload")
_BLOCKED: Final = "lab_blocked_encryption"


@answer_first
def _encryption(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "s3" or operation not in (*_WRITES, "GetBucketEncryption"):
        return None
    call = asked(operation)
    found = bucket_named(call.params.get("Bucket", "")) if call else None
    if call is None or found is None:
        return None
    if operation == "GetBucketEncryption":
        return _told(found[0], request)
    if call.params.get("SSECustomerKey") and _blocked(found[0]):
        reply = Reply("AccessDenied", "The bucket blocks uploads with server-side encryption with customer-provided "
                      "keys (SSE-C): BlockedEncryptionTypes of its encryption configuration.", 403)  # fmt: skip
        return answer(request, "s3", "rest-xml", reply)[0]
    named = str(call.params.get("SSEKMSKeyId") or _default_key(call.params, found[0]))
    if named and not _exists(named, request):
        reply = Reply("KMS.NotFoundException", f"Invalid keyId '{named}'")
        return answer(request, "s3", "rest-xml", reply)[0]
    return None


@afterwards("s3")
def _set(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if operation != "PutBucketEncryption" or response.status_code >= 300:
        return
    call = asked(operation)
    found = bucket_named(call.params["Bucket"]) if call else None
    if call is None or found is None:
        return
    for rule in call.params["ServerSideEncryptionConfiguration"].get("Rules", []):
        chosen = (rule.get("BlockedEncryptionTypes") or {}).get("EncryptionType")
        if chosen:
            found[0].__dict__[_BLOCKED] = list(chosen)


def _blocked(bucket: Any) -> bool:
    return "SSE-C" in bucket.__dict__.get(_BLOCKED, ["SSE-C"])


def _told(bucket: Any, request: AWSPreparedRequest) -> AWSResponse:
    """Moto's answer, and in it what is blocked."""
    response = ask_moto("s3", "GetBucketEncryption", request)
    if response.status_code >= 300:
        return response
    kinds = bucket.__dict__.get(_BLOCKED, ["SSE-C"])
    told = "".join(f"<EncryptionType>{kind}</EncryptionType>" for kind in kinds)
    text = response.content.decode().replace(
        "</Rule>", f"<BlockedEncryptionTypes>{told}</BlockedEncryptionTypes></Rule>"
    )
    raw: Any = MockRawResponse(text)
    headers: Any = response.headers
    return AWSResponse(response.url, response.status_code, headers, raw)


def _default_key(params: Mapping[str, Any], bucket: Any) -> str:
    if params.get("ServerSideEncryption") or params.get("SSECustomerKey"):
        return ""
    rules = (bucket.encryption or {}).get("Rule") or {}
    rule = rules[0] if isinstance(rules, list) and rules else rules
    default = rule.get("ApplyServerSideEncryptionByDefault", {}) if isinstance(rule, Mapping) else {}
    return str(default.get("KMSMasterKeyID") or "") if isinstance(default, Mapping) else ""


def _exists(named: str, request: AWSPreparedRequest) -> bool:
    if "alias/aws/" in named:
        return True
    place = place_of(request)
    if named.startswith("arn:"):
        _, _, _, region, account, rest = named.split(":", 5)
        place = type(place)(account, region)
        named = rest.partition("key/")[2] or rest
    try:
        place.backend("kms").describe_key(named)
    except Exception:  # moto has several errors for a key that is not there
        return False
    return True
