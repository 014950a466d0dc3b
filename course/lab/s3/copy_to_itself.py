"""A copy of an object onto itself must change something.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html

Moto knows the rule but lets every copy in an encrypted bucket pass, and all buckets are encrypted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.replies import Reply, answer
from course.lab.wire import answer_first

_CHANGES: Final = ("StorageClass", "ServerSideEncryption", "SSEKMSKeyId", "SSECustomerKey", "WebsiteRedirectLocation")
_ILLEGAL: Final = Reply(
    "InvalidRequest",
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's "
    "metadata, storage class, website redirect location or encryption attributes.",
)


@answer_first
def _unchanged(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "s3" and operation == "CopyObject" else None
    if call is None or call.params.get("MetadataDirective") == "REPLACE":
        return None
    if any(call.params.get(name) for name in _CHANGES):
        return None
    source = _source(call.params.get("CopySource", ""))
    target = (str(call.params.get("Bucket", "")), str(call.params.get("Key", "")))
    # An older version copied onto its key becomes the newest: that changes the object.
    return answer(request, "s3", "rest-xml", _ILLEGAL)[0] if source == (*target, "") else None


def _source(given: Any) -> tuple[str, str, str]:
    """Bucket, key and version of a copy source, which is a text or a dictionary."""
    if isinstance(given, Mapping):
        return str(given.get("Bucket", "")), str(given.get("Key", "")), str(given.get("VersionId") or "")
    path, _, version = str(given).partition("?versionId=")
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    return bucket, key, version
