"""What a new bucket has on AWS and lacks in moto.

Public access blocked and ACLs switched off since April 2023:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
Encrypted since January 2023: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
Ownership: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
"""

from __future__ import annotations

from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.s3.models import PublicAccessBlock

from course.lab.apigateway import requests_seam
from course.lab.asked import asked
from course.lab.replies import Reply, answer
from course.lab.s3.objects import bucket_named
from course.lab.wire import afterwards, answer_first

_ENFORCED: Final = "BucketOwnerEnforced"
_ENCRYPTED: Final = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}}
# The owner of the bucket gets everything: the one ACL that says what is the case anyway.
_HARMLESS: Final = ("bucket-owner-full-control",)


@answer_first
def _acls(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "s3" else None
    if call is None:
        return None
    acl = call.params.get("ACL")
    match operation:
        case "CreateBucket" if acl and acl != "private":
            if call.params.get("ObjectOwnership", _ENFORCED) == _ENFORCED:
                return _refused(request, "InvalidBucketAclWithObjectOwnership",
                                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced "
                                "setting")  # fmt: skip
        case "PutObjectAcl" | "PutBucketAcl":
            return _refuse_acl(call.params, request)
        case "PutObject" | "CopyObject" | "CreateMultipartUpload" if acl and acl not in _HARMLESS:
            return _refuse_acl(call.params, request)
    return None


@afterwards("s3")
def _defaults(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    requests_seam.install()
    if operation not in ("CreateBucket", "DeleteBucketEncryption") or response.status_code >= 300:
        return
    call = asked(operation)
    found = bucket_named(call.params["Bucket"]) if call else None
    if call is None or found is None:
        return
    bucket = found[0]
    if operation == "DeleteBucketEncryption":
        bucket.encryption = _ENCRYPTED  # taking the bucket's own setting away leaves that of S3
    elif "lab_made" not in bucket.__dict__:  # us-east-1 says yes to a bucket that one has already
        bucket.__dict__["lab_made"] = True
        bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
        bucket.encryption = _ENCRYPTED
        bucket.ownership_rule = call.params.get("ObjectOwnership", _ENFORCED)


def _refuse_acl(params: Any, request: AWSPreparedRequest) -> AWSResponse | None:
    found = bucket_named(params.get("Bucket", ""))
    if found is None or found[0].ownership_rule != _ENFORCED:
        return None
    return _refused(request, "AccessControlListNotSupported", "The bucket does not allow ACLs")


def _refused(request: AWSPreparedRequest, code: str, message: str) -> AWSResponse:
    return answer(request, "s3", "rest-xml", Reply(code, message))[0]
