"""Putting no tags takes all away; moto stumbles over the empty set.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html
"""

from __future__ import annotations

import copy
from typing import Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.wire import answer_first, ask_moto

_REMOVAL: Final = {"PutObjectTagging": "DeleteObjectTagging", "PutBucketTagging": "DeleteBucketTagging"}


@answer_first
def _take_all_away(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "s3" and operation in _REMOVAL else None
    if call is None or (call.params.get("Tagging") or {}).get("TagSet") != []:
        return None
    removal = copy.copy(request)
    removal.method, removal.body = "DELETE", None
    return ask_moto(service, _REMOVAL[operation], removal)
