"""SSE-C: the customer brings the key with every request, and S3 forgets it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import unquote

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.replies import Reply, answer
from course.lab.s3.objects import bucket_named
from course.lab.wire import afterwards, answer_first


@answer_first
def _without_its_key(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "s3" or operation not in ("GetObject", "HeadObject", "CopyObject"):
        return None
    call = asked(operation)
    if call is None:
        return None
    copies = operation == "CopyObject"
    given = call.params.get("CopySourceSSECustomerKey" if copies else "SSECustomerKey")
    kept = _kept(_source(call.params.get("CopySource")) if copies else _object(call.params))
    if not kept:
        return None
    if not given:
        return _refused(request, "InvalidRequest", 400, "The object was stored using a form of Server Side Encryption. "
                        "The correct parameters must be provided to retrieve the object.")  # fmt: skip
    return None if _digest(given) == kept else _refused(request, "AccessDenied", 403, "Access Denied")


@afterwards("s3")
def _with_its_key(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if operation not in ("PutObject", "GetObject", "HeadObject") or response.status_code >= 300:
        return
    call = asked(operation)
    key = _object(call.params) if call else None
    if call is None or key is None:
        return
    if operation == "PutObject" and call.params.get("SSECustomerKey"):
        key.__dict__["lab_customer_key"] = _digest(call.params["SSECustomerKey"])
        key.encryption = None
    if kept := _kept(key):
        response.headers["x-amz-server-side-encryption-customer-algorithm"] = "AES256"
        response.headers["x-amz-server-side-encryption-customer-key-MD5"] = kept
        response.headers.pop("x-amz-server-side-encryption", None)


def _kept(key: Any) -> str:
    """The digest of the key that an object was stored with; empty for all others."""
    return str(key.__dict__.get("lab_customer_key", "")) if key is not None else ""


def _object(params: Any) -> Any:
    found = bucket_named(params.get("Bucket", ""))
    if found is None:
        return None
    version = params.get("VersionId")
    return found[1].get_object(params["Bucket"], params.get("Key", ""), version_id=version)


def _source(source: Any) -> Any:
    if isinstance(source, str):
        bucket, _, rest = source.lstrip("/").partition("/")
        key, _, version = rest.partition("?versionId=")
        source = {"Bucket": bucket, "Key": unquote(key), "VersionId": version or None}
    return _object(source or {})


def _digest(key: Any) -> str:
    """botocore has already encoded the key when the request goes out; the caller may have too."""
    raw = key.encode() if isinstance(key, str) else key
    try:
        decoded = base64.b64decode(raw, validate=True)
    except ValueError:
        decoded = b""
    return base64.b64encode(hashlib.md5(decoded if len(decoded) == 32 else raw).digest()).decode()


def _refused(request: AWSPreparedRequest, code: str, status: int, message: str) -> AWSResponse:
    return answer(request, "s3", "rest-xml", Reply(code, message, status))[0]
