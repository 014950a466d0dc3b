"""Tags: what a key and a value may be, and the prefix that AWS keeps for itself.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.replies import Reply, answer
from course.lab.wire import answer_first

_LONGEST_KEY: Final = 128
_LONGEST_VALUE: Final = 256
_RESERVED: Final = "aws:"


@answer_first
def _judge(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "ec2" else None
    if call is None:
        return None
    for tag in _tags(operation, call.params):
        if reply := _refusal(str(tag.get("Key", "")), str(tag.get("Value") or "")):
            return answer(request, "ec2", call.protocol, reply)[0]
    return None


def _tags(operation: str, given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if operation == "CreateTags":
        yield from given.get("Tags") or ()
    for one in given.get("TagSpecifications") or ():
        yield from one.get("Tags") or ()


def _refusal(key: str, value: str) -> Reply | None:
    if key.lower().startswith(_RESERVED):
        return Reply("InvalidParameterValue", f"Value ( {key} ) for parameter key is invalid. Tag keys starting with "
                     "'aws:' are reserved for internal use")  # fmt: skip
    if not key:
        return Reply("InvalidParameterValue", "Tag keys cannot be null or empty")
    if len(key) > _LONGEST_KEY:
        return Reply("InvalidParameterValue", f"Tag key exceeds the maximum length of {_LONGEST_KEY} characters")
    if len(value) > _LONGEST_VALUE:
        return Reply("InvalidParameterValue", f"Tag value exceeds the maximum length of {_LONGEST_VALUE} characters")
    return None
