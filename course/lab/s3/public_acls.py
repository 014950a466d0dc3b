"""ACLs that let strangers in, where a bucket still has ACLs.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html

BlockPublicAcls refuses them, IgnorePublicAcls keeps them without effect, and a Deny of a policy stands above them.
"""

from __future__ import annotations

from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.iam.api_call import ApiCall
from course.lab.iam.guard import decision_behind
from course.lab.replies import Reply, answer
from course.lab.s3.objects import bucket_named, current
from course.lab.wire import answer_first

_PUBLIC: Final = ("public-read", "public-read-write", "authenticated-read")
_GROUP: Final = "http://acs.amazonaws.com/groups/global/AllUsers"
_WRITES: Final = ("PutObjectAcl", "PutBucketAcl", "PutObject", "CopyObject", "CreateMultipartUpload")
_READS: Final = ("GetObject", "HeadObject")


@answer_first
def _blocked(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "s3" and operation in _WRITES else None
    found = bucket_named(str(call.params.get("Bucket", ""))) if call else None
    if call is None or found is None or not _is_on(found[0], "block_public_acls"):
        return None
    grants = str(call.params.get("GrantRead", "")) + str(call.params.get("AccessControlPolicy", ""))
    if call.params.get("ACL") not in _PUBLIC and _GROUP not in grants:
        return None
    return answer(request, "s3", "rest-xml", Reply("AccessDenied", "Access Denied", 403))[0]


def open_to(call: ApiCall, refusal: AWSResponse) -> bool:
    """Whether an ACL lets a stranger read the object that no policy opened."""
    found = bucket_named(str(call.params.get("Bucket", "")))
    if call.signed or call.operation not in _READS or found is None:
        return False
    decision = decision_behind(refusal.headers.get("x-amz-request-id", ""))
    if decision is None or decision.outcome == "explicitDeny":
        return False
    bucket = found[0]
    if bucket.ownership_rule == "BucketOwnerEnforced" or _is_on(bucket, "ignore_public_acls"):
        return False
    stored = current(bucket, str(call.params.get("Key", "")))
    return stored is not None and stored.acl is not None and bool(stored.acl.public_read)


def _is_on(bucket: Any, switch: str) -> bool:
    block = bucket.public_access_block
    return block is not None and str(getattr(block, switch)).lower() == "true"
