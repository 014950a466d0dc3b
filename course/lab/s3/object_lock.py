"""Object Lock: what nobody may weaken, and what the bucket must keep while it is on.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html

Moto refuses to delete a locked version. Here are the doors around it: a lock that is shortened, versioning that is
suspended, a default rule for a bucket that is in use already, and the lifecycle, which passes locked versions by.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.replies import Reply, answer
from course.lab.s3.objects import bucket_named
from course.lab.wire import answer_first

_LOCKED: Final = "Access Denied because object protected by object lock."


@answer_first
def _locks(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "s3" else None
    found = bucket_named(call.params.get("Bucket", "")) if call else None
    if call is None or found is None:
        return None
    bucket, backend = found
    match operation:
        case "PutObjectRetention":
            reply = _retention(bucket, backend, call.params)
        case "PutBucketVersioning":
            reply = _versioning(bucket, call.params)
        case "PutObjectLockConfiguration":
            return _configure(bucket, call.params, request)
        case "PutObject" | "CopyObject":
            if operation == "CopyObject" and bucket.object_lock_enabled:
                # Moto wants a checksum from every write to such a bucket; a copy has none to send.
                request.headers["Content-MD5"] = "of the copy"
            reply = _until(call.params.get("ObjectLockRetainUntilDate"))
        case _:
            return None
    return answer(request, "s3", "rest-xml", reply)[0] if reply else None


def free_at(version: Any) -> float:
    """From when a version may be deleted, in seconds since 1970; infinity under a legal hold."""
    if getattr(version, "lock_legal_status", None) == "ON":
        return math.inf
    until = _time(getattr(version, "lock_until", None))
    return until.timestamp() if until is not None else 0.0


def _retention(bucket: Any, backend: Any, params: Any) -> Reply | None:
    if not bucket.object_lock_enabled:
        return Reply("InvalidRequest", "Bucket is missing Object Lock Configuration")
    version = backend.get_object(bucket.name, params.get("Key", ""), version_id=params.get("VersionId"))
    if version is None:
        return None  # moto says that it is not there
    wanted = params.get("Retention") or {}
    until, held = _time(wanted.get("RetainUntilDate")), _time(version.lock_until)
    if wanted and (refused := _until(until)):
        return refused
    if held is None or held <= clock.now():
        return None
    weaker = until is None or until < held
    if version.lock_mode == "COMPLIANCE" and (weaker or wanted.get("Mode") != "COMPLIANCE"):
        return Reply("AccessDenied", _LOCKED, 403)
    if version.lock_mode == "GOVERNANCE" and weaker and not params.get("BypassGovernanceRetention"):
        return Reply("AccessDenied", _LOCKED, 403)
    return None


def _until(given: Any) -> Reply | None:
    until = _time(given)
    if until is not None and until <= clock.now():
        return Reply("InvalidArgument", "The retain until date must be in the future!")
    return None


def _versioning(bucket: Any, params: Any) -> Reply | None:
    wanted = (params.get("VersioningConfiguration") or {}).get("Status")
    if bucket.object_lock_enabled and wanted != "Enabled":
        return Reply("InvalidBucketState", "An Object Lock configuration is present on this bucket, so the versioning "
                     "state cannot be changed.", 409)  # fmt: skip
    return None


def _configure(bucket: Any, params: Any, request: AWSPreparedRequest) -> AWSResponse | None:
    """Moto sets a rule only while a bucket is empty. Since November 2023 AWS does so at any time."""
    if not bucket.is_versioned or not bucket.keys.item_size():
        return None
    default = ((params.get("ObjectLockConfiguration") or {}).get("Rule") or {}).get("DefaultRetention") or {}
    bucket.object_lock_enabled = True
    bucket.default_lock_mode = default.get("Mode") or ""
    bucket.default_lock_days, bucket.default_lock_years = default.get("Days") or 0, default.get("Years") or 0
    raw: Any = MockRawResponse("")
    headers: Any = {"Content-Length": "0"}
    return AWSResponse(request.url, 200, headers, raw)


def _time(given: Any) -> dt.datetime | None:
    if not given:
        return None
    time = given if isinstance(given, dt.datetime) else dt.datetime.fromisoformat(str(given))
    return time if time.tzinfo else time.astimezone(dt.UTC)
