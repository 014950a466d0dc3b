"""How long a key and how large an object's own metadata may be.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.replies import Reply, answer
from course.lab.wire import answer_first

_LONGEST_KEY: Final = 1024
_MOST_METADATA: Final = 2048
_WRITES: Final = ("PutObject", "CopyObject", "CreateMultipartUpload")


@answer_first
def _too_much(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "s3" and operation in _WRITES else None
    if call is None:
        return None
    reply: Reply | None = None
    if len(str(call.params.get("Key", "")).encode()) > _LONGEST_KEY:
        reply = Reply("KeyTooLongError", "Your key is too long")
    elif metadata_bytes(call.params.get("Metadata") or {}) > _MOST_METADATA:
        reply = Reply("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
    return answer(request, "s3", "rest-xml", reply)[0] if reply else None


def metadata_bytes(metadata: Mapping[str, str]) -> int:
    """The bytes of all names and values in UTF-8, as S3 counts them (without the prefix x-amz-meta-)."""
    return sum(len(name.encode()) + len(value.encode()) for name, value in metadata.items())
