"""Archived objects come back by the clock: a restore takes its hours, and the copy goes when its days are over.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html

AWS names ranges of time; the lab takes the longest of each, which is what a design must count on.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse
from moto.s3 import notifications
from moto.s3.models import FakeKey

from course.lab.agenda import Delivery, add_source, note
from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.replies import Reply, answer
from course.lab.s3.objects import bucket_named, buckets
from course.lab.wire import afterwards, answer_first

_DAY: Final = 86_400
# By class and tier: the name of the limit in the course's facts, and the seconds of its unit.
_TIMES: Final = {
    "GLACIER": {
        "Expedited": ("retrieval-time-flexible-expedited-max", 60),
        "Standard": ("retrieval-time-flexible-standard-max", 3600),
        "Bulk": ("retrieval-time-flexible-bulk-max", 3600),
    },
    "DEEP_ARCHIVE": {
        "Standard": ("retrieval-time-deep-archive-standard-max", 3600),
        "Bulk": ("retrieval-time-deep-archive-bulk-max", 3600),
    },
}
_READY, _DAYS, _GONE = "lab_restore_ready", "lab_restore_days", "lab_restore_gone"
_RESTORED: Final = "lab_restored"  # on a bucket: its objects of which a restore was asked for


@answer_first
def _restore(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "s3" and operation == "RestoreObject" else None
    key = _object(call.params) if call else None
    if call is None or key is None or key.storage_class not in _TIMES:
        return None  # moto says what is wrong
    wanted = call.params.get("RestoreRequest") or {}
    tier = (wanted.get("GlacierJobParameters") or {}).get("Tier") or wanted.get("Tier") or "Standard"
    times = _TIMES[key.storage_class]
    if tier not in times:
        return _refused(request, Reply("InvalidArgument", f"{tier} retrieval option is not supported by the storage "
                                       f"class {key.storage_class}"))  # fmt: skip
    if not wanted.get("Days"):
        return _refused(request, Reply("MalformedXML", "The XML you provided was not well-formed or did not validate "
                                       "against our published schema: a restore needs Days"))  # fmt: skip
    if _READY in key.__dict__:
        return _refused(request, Reply("RestoreAlreadyInProgress", "Object restore is already in progress", 409))
    if key.expiry_date is not None:
        _keep(key, int(wanted["Days"]))  # the copy is there: only its end moves
        return _answer(request, 200)
    key.__dict__[_READY] = clock.now().timestamp() + _seconds(*times[tier])
    key.__dict__[_DAYS] = int(wanted["Days"])
    _of_bucket(key.bucket_name).append(key)
    _tell(key, notifications.S3NotificationEvent.OBJECT_RESTORE_POST_EVENT)
    return _answer(request, 202)


@afterwards("s3")
def _show(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    call = asked(operation) if operation == "HeadObject" and response.status_code < 300 else None
    key = _object(call.params) if call else None
    if key is not None and _READY in key.__dict__:
        response.headers["x-amz-restore"] = 'ongoing-request="true"'


class _Restores:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((at for at, _, _ in _due()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for at, bucket, key in sorted(_due(), key=lambda one: one[0]):
            if at > now:
                continue
            if _READY in key.__dict__:
                del key.__dict__[_READY]
                _keep(key, key.__dict__.pop(_DAYS))
                _tell(key, notifications.S3NotificationEvent.OBJECT_RESTORE_COMPLETED_EVENT)
                made.append(note(f"restore of {bucket.name}", key.name, f"can be read until {key.expiry_date}"))
            else:
                key.set_expiry(None)
                del key.__dict__[_GONE]
                made.append(note(f"restore of {bucket.name}", key.name, "the temporary copy is gone"))
        return made


def _due() -> Iterator[tuple[float, Any, Any]]:
    for bucket, _ in buckets():
        for key in bucket.__dict__.get(_RESTORED, ()):
            at = key.__dict__.get(_READY) or key.__dict__.get(_GONE)
            if at is not None:
                yield at, bucket, key


def _of_bucket(name: str) -> list[Any]:
    found = bucket_named(name)
    keys: list[Any] = found[0].__dict__.setdefault(_RESTORED, []) if found else []
    return keys


def _keep(key: Any, days: int) -> None:
    """The copy stays for whole days and ends at the midnight (UTC) after them."""
    ends = math.ceil((clock.now().timestamp() + days * _DAY) / _DAY) * _DAY
    key._expiry = dt.datetime.fromtimestamp(ends, dt.UTC).replace(tzinfo=None)
    key._status = "RESTORED"
    key.__dict__[_GONE] = float(ends)


def _seconds(limit: str, unit: int) -> float:
    from course import facts  # only who restores needs the tables

    return float(facts.limit("s3", limit)) * unit


def _tell(key: Any, event: Any) -> None:
    found = bucket_named(key.bucket_name)
    if found is not None:
        notifications.send_event(key.account_id, event, found[0], key=key)


def _object(params: Any) -> Any:
    found = bucket_named(params.get("Bucket", ""))
    if found is None:
        return None
    key = found[1].get_object(params["Bucket"], params.get("Key", ""), version_id=params.get("VersionId"))
    return key if isinstance(key, FakeKey) else None


def _answer(request: AWSPreparedRequest, status: int) -> AWSResponse:
    raw: Any = MockRawResponse("")
    headers: Any = {"Content-Length": "0"}
    return AWSResponse(request.url, status, headers, raw)


def _refused(request: AWSPreparedRequest, reply: Reply) -> AWSResponse:
    return answer(request, "s3", "rest-xml", reply)[0]


add_source(_Restores())
