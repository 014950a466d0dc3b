"""Suspended versioning: earlier versions stay, and what is new is the version `null`.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectsfromVersioningSuspendedBuckets.html

Moto takes a suspended bucket for one that never had versions: it drops all versions of a key at the next write, and a
delete leaves no marker.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.s3.models import FakeDeleteMarker, FakeKey, S3Backend, s3_backends

from course.lab.asked import asked
from course.lab.s3.objects import bucket_named
from course.lab.stand_in import stand_in
from course.lab.wire import afterwards, answer_first, ask_moto, at_close

_NULL: Final = "null"
_TELL_A_VERSION: Final = ("PutObject", "CopyObject", "CompleteMultipartUpload", "DeleteObject")


class LabS3(S3Backend):
    """Moto's S3 with the third state of versioning, and without its own access logs."""

    def log_incoming_request(self, request: Any, bucket_name: str) -> None:
        """The lines come from access_logs.py: moto writes none for a denied request."""

    def put_object(self, bucket_name: str, key_name: str, *args: Any, **kwargs: Any) -> FakeKey:
        bucket = self.get_bucket(bucket_name)
        if not _is_suspended(bucket):
            made: FakeKey = super().put_object(bucket_name, key_name, *args, **kwargs)
            return made
        with _as_if_enabled(bucket):
            new: FakeKey = super().put_object(bucket_name, key_name, *args, **kwargs)
        kept = [one for one in _with_ids(bucket, key_name) if one is not new]
        new._version_id = _NULL
        bucket.keys.setlist(key_name, [*kept, new])
        return new

    def delete_object(
        self, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False
    ) -> tuple[bool, dict[str, Any]]:
        bucket = self.get_bucket(bucket_name)
        if not _is_suspended(bucket):
            return super().delete_object(bucket_name, key_name, version_id, bypass)
        with _as_if_enabled(bucket):
            done, told = super().delete_object(bucket_name, key_name, version_id, bypass)
        if version_id is None and done:
            # The marker is the new null version: it takes the place of the one before.
            marker = bucket.keys.getlist(key_name)[-1]
            marker._version_id = _NULL
            bucket.keys.setlist(key_name, [*_with_ids(bucket, key_name), marker])
            told["version-id"] = _NULL
        return done, told


@at_close
def _forget() -> None:
    """Close the files of all objects and free the names of all buckets before the backends go."""
    for account in s3_backends.values():
        for backend in account.values():
            backend.reset()
    s3_backends.bucket_accounts.clear()


_install = stand_in(s3_backends, LabS3)


@answer_first
def _first(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "s3":
        return None
    _install()
    call = asked(operation) if operation == "HeadObject" else None
    found = bucket_named(str(call.params.get("Bucket", ""))) if call else None
    if call is None or found is None or not call.params.get("VersionId") or not _is_suspended(found[0]):
        return None
    with _as_if_enabled(found[0]):  # moto answers 400 to a version of a suspended bucket
        return ask_moto(service, operation, request)


@afterwards("s3")
def _tell_the_version(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """A suspended bucket names the version `null`; moto says nothing."""
    call = asked(operation) if operation in _TELL_A_VERSION else None
    found = bucket_named(str(call.params.get("Bucket", ""))) if call else None
    if call is None or found is None or response.status_code >= 300 or not _is_suspended(found[0]):
        return
    response.headers.setdefault("x-amz-version-id", str(call.params.get("VersionId", _NULL)))


def _is_suspended(bucket: Any) -> bool:
    return getattr(bucket, "versioning_status", None) == "Suspended"


def _with_ids(bucket: Any, key_name: str) -> list[FakeKey | FakeDeleteMarker]:
    """The versions of a key that were written while versioning was on."""
    return [one for one in bucket.keys.getlist(key_name, []) if one.version_id != _NULL]


@contextmanager
def _as_if_enabled(bucket: Any) -> Iterator[None]:
    """Moto deletes single versions only where versioning is on."""
    bucket.versioning_status = "Enabled"
    try:
        yield
    finally:
        bucket.versioning_status = "Suspended"
