"""MFA Delete: nobody but root, with a code, deletes a version for good or changes the state of versioning.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMFADelete.html

The `MFA` parameter is the serial number of root's device, a space, and its code. No call of IAM gives root
a device (people do it in the console): in the lab a virtual device that belongs to no user is root's.
"""

from __future__ import annotations

import hmac
import time
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.iam.models import iam_backends

from course.lab.asked import asked
from course.lab.iam.api_call import signature_of
from course.lab.iam.callers import caller_of
from course.lab.iam.mfa import mfa_code
from course.lab.replies import Reply, answer
from course.lab.s3.objects import bucket_named
from course.lab.wire import afterwards, answer_first

_STEP: Final = 30
_NEEDED: Final = Reply("AccessDenied", "Mfa Authentication must be used for this request", 403)
_NO_LIFECYCLE: Final = Reply(
    "InvalidBucketState", "Lifecycle configuration is currently not supported on this bucket with MFA delete.", 409
)


@answer_first
def _guarded(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "s3" else None
    found = bucket_named(str(call.params.get("Bucket", ""))) if call else None
    if call is None or found is None:
        return None
    bucket, params = found[0], call.params
    is_on = _is_on(bucket)
    refusal: Reply | None = None
    if operation == "PutBucketVersioning":
        asks = params.get("VersioningConfiguration", {})
        if (is_on or "MFADelete" in asks) and not _passes(request, params.get("MFA"), bucket.account_id):
            refusal = _NEEDED
    elif is_on and _deletes_for_good(operation, params):
        refusal = None if _passes(request, params.get("MFA"), bucket.account_id) else _NEEDED
    elif is_on and operation == "PutBucketLifecycleConfiguration":
        refusal = _NO_LIFECYCLE
    return answer(request, "s3", "rest-xml", refusal)[0] if refusal else None


@afterwards("s3")
def _kept(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    call = asked(operation) if operation in ("PutBucketVersioning", "GetBucketVersioning") else None
    found = bucket_named(str(call.params.get("Bucket", ""))) if call else None
    if call is None or found is None or response.status_code >= 300:
        return
    if operation == "PutBucketVersioning":
        wanted = call.params.get("VersioningConfiguration", {}).get("MFADelete")
        if wanted:
            found[0].__dict__["lab_mfa_delete"] = wanted
    elif setting := found[0].__dict__.get("lab_mfa_delete"):
        before, end, after = response.content.rpartition(b"</")
        response.__dict__["_content"] = before + f"<MfaDelete>{setting}</MfaDelete>".encode() + end + after


def _is_on(bucket: Any) -> bool:
    return bool(bucket.__dict__.get("lab_mfa_delete") == "Enabled")


def _deletes_for_good(operation: str, params: Any) -> bool:
    if operation == "DeleteObject":
        return bool(params.get("VersionId"))
    if operation == "DeleteObjects":
        return any(entry.get("VersionId") for entry in params.get("Delete", {}).get("Objects", []))
    return False


def _passes(request: AWSPreparedRequest, given: Any, account: str) -> bool:
    """Whether root asks, with the code that its device shows at this moment."""
    caller = caller_of(signature_of(request).access_key_id).principal
    serial, _, code = str(given or "").partition(" ")
    backend = iam_backends[account]["aws"]
    device = backend.virtual_mfa_devices.get(serial)
    if caller.kind != "root" or device is None or any(serial in user.mfa_devices for user in backend.users.values()):
        return False
    # A code of the step before or after still counts.
    moments = (time.time() + shift * _STEP for shift in (-1, 0, 1))
    return any(hmac.compare_digest(mfa_code(device.base32_string_seed, moment), code) for moment in moments)
