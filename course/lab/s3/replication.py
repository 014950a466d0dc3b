"""Replication: new versions are copied to the destination bucket when the account settles.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html

What was there before the rule is not copied, nor what was itself a copy. Delete markers follow where the rule says so;
deleted versions never do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.s3.models import FakeDeleteMarker, FakeKey, s3_backends

from course.lab.agenda import Delivery, add_source, note
from course.lab.asked import asked
from course.lab.clock import clock
from course.lab.replies import Reply, answer
from course.lab.s3.objects import bucket_named, tags_of
from course.lab.wire import afterwards, answer_first

_WRITES = ("PutObject", "CopyObject", "CompleteMultipartUpload", "DeleteObject", "PutObjectTagging")


@dataclass
class _Copy:
    """A version on its way."""

    source: str
    key: str
    version: str
    at: float


@afterwards("s3")
def _written(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """A new version of a bucket with a rule waits to be copied."""
    call = asked(operation) if operation in _WRITES else None
    found = bucket_named(str(call.params.get("Bucket", ""))) if call else None
    if call is None or found is None or response.status_code >= 300:
        return
    bucket, newest = found[0], found[0].keys.get(call.params["Key"])
    # Who deletes a version deletes it here alone.
    if not getattr(bucket, "replication", None) or call.params.get("VersionId") or newest is None:
        return
    if _rule(bucket, newest, found[1]) is not None:
        newest.__dict__["lab_replication"] = "PENDING"
        waiting: list[_Copy] = bucket.__dict__.setdefault("lab_copies", [])
        waiting.append(_Copy(bucket.name, newest.name, newest.version_id, clock.now().timestamp()))


@answer_first
def _destinations_keep_versions(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html"""
    call = asked(operation) if service == "s3" and operation == "PutBucketReplication" else None
    for rule in call.params["ReplicationConfiguration"]["Rules"] if call else []:
        found = bucket_named(rule["Destination"]["Bucket"].rpartition(":")[2])
        if found is not None and not found[0].is_versioned:
            reply = Reply("InvalidRequest", "Destination bucket must have versioning enabled.")
            return answer(request, "s3", "rest-xml", reply)[0]
    return None


@afterwards("s3")
def _status(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """Reading a replicated object tells how far it has come."""
    call = asked(operation) if operation in ("HeadObject", "GetObject") else None
    found = bucket_named(str(call.params.get("Bucket", ""))) if call else None
    if call is None or found is None or response.status_code >= 300:
        return
    key = found[1].get_object(found[0].name, call.params["Key"], version_id=call.params.get("VersionId"))
    if key is not None and "lab_replication" in key.__dict__:
        response.headers["x-amz-replication-status"] = key.__dict__["lab_replication"]


class _Copies:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((copy.at for bucket in _busy() for copy in bucket.__dict__["lab_copies"]), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for bucket in _busy():
            for copy in bucket.__dict__.pop("lab_copies"):
                made.append(_made(bucket, copy))
        return made


def _busy() -> list[Any]:
    return [
        bucket
        for account in s3_backends.values()
        for backend in account.values()
        for bucket in backend.buckets.values()
        if bucket.__dict__.get("lab_copies")
    ]


def _made(bucket: Any, copy: _Copy) -> Delivery:
    found = bucket_named(bucket.name)
    version = next((one for one in bucket.keys.getlist(copy.key, []) if one.version_id == copy.version), None)
    rule = _rule(bucket, version, found[1]) if found and version is not None else None
    if rule is None or version is None or found is None:
        return note(f"replication of {bucket.name}", copy.key, "nothing to copy any more")
    target = rule["Destination"]["Bucket"].rpartition(":")[2]
    place = bucket_named(target)
    if place is None or place[0].versioning_status != "Enabled":
        if isinstance(version, FakeKey):
            version.__dict__["lab_replication"] = "FAILED"
        return note(f"replication of {bucket.name}", copy.key, f"failed: {target} cannot take it")
    if isinstance(version, FakeDeleteMarker):
        place[1].delete_object(target, copy.key)
        return note(f"replication of {bucket.name}", f"{target}/{copy.key}", "delete marker copied")
    _copy(version, found[1], place[1], target, rule)
    version.__dict__["lab_replication"] = "COMPLETED"
    return note(f"replication of {bucket.name}", f"{target}/{copy.key}", "copied")


def _copy(version: FakeKey, source: Any, target: Any, bucket: str, rule: Any) -> None:
    storage = rule["Destination"].get("StorageClass") or version.storage_class
    made = target.put_object(bucket, version.name, version.value, storage=storage, etag=version.etag.strip('"'),
                             encryption=version.encryption, kms_key_id=version.kms_key_id)  # fmt: skip
    made.set_metadata(dict(version.metadata))
    made._version_id = version.version_id  # a copy keeps the id of its version
    made.__dict__["lab_replication"] = "REPLICA"
    if tags := tags_of(source, version):
        target.tagger.tag_resource(made.arn, [{"Key": key, "Value": value} for key, value in tags.items()])


def _rule(bucket: Any, version: Any, backend: Any) -> Any:
    """The rule with the highest priority that takes this version."""
    if version.__dict__.get("lab_replication") == "REPLICA":
        return None
    rules = [one for one in bucket.replication["Rule"] if one.get("Status") == "Enabled"]
    for rule in sorted(rules, key=lambda one: -int(one.get("Priority") or 0)):
        if isinstance(version, FakeDeleteMarker):
            marker = (rule.get("DeleteMarkerReplication") or {}).get("Status") == "Enabled"
            if not marker and "Filter" in rule:
                continue
        if _fits(rule, version, backend):
            return rule
    return None


def _fits(rule: Any, version: Any, backend: Any) -> bool:
    chosen = rule.get("Filter") or {}
    both = chosen.get("And") or {}
    prefix = rule.get("Prefix") or chosen.get("Prefix") or both.get("Prefix") or ""
    wanted = both.get("Tag") or chosen.get("Tag") or []
    wanted = wanted if isinstance(wanted, list) else [wanted]
    tags = tags_of(backend, version) if wanted and isinstance(version, FakeKey) else {}
    return version.name.startswith(prefix) and all(tags.get(one["Key"]) == one.get("Value", "") for one in wanted)


add_source(_Copies())
