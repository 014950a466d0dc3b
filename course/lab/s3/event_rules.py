"""Event notifications that S3 refuses: rules that overlap, destinations that are missing or do not let S3 in.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html

Records also tell the version, who asked, and a sequencer, by which events of one key can be put in order; keys are
encoded as in a URL and keep their slashes, which moto encodes, too:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import quote_plus

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.moto_api._internal import mock_random
from moto.s3 import notifications
from moto.s3.models import FakeDeleteMarker

from course.lab.asked import asked
from course.lab.replies import Reply, answer
from course.lab.s3.destinations import lets_in
from course.lab.s3.objects import bucket_named
from course.lab.wire import afterwards, answer_first, at_close, is_open

_CANNOT: Final = "Unable to validate the following destination configurations"
_OVERLAP: Final = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are "
    "overlapping for the same event type."
)
_GROUPS: Final = ("QueueConfigurations", "TopicConfigurations", "LambdaFunctionConfigurations")
_DESTINATIONS: Final = ("QueueArn", "TopicArn", "LambdaFunctionArn")
_DELETED: Final = notifications.S3NotificationEvent.OBJECT_REMOVED_DELETE_EVENT
_MARKED: Final = notifications.S3NotificationEvent.OBJECT_REMOVED_DELETE_MARKER_CREATED_EVENT
_PUT: Final = notifications.S3NotificationEvent.OBJECT_CREATED_PUT_EVENT
_POST: Final = notifications.S3NotificationEvent.OBJECT_CREATED_POST_EVENT
_motos_event: Final = notifications._get_s3_event
_motos_send: Final = notifications.send_event
_from_a_form: ContextVar[bool] = ContextVar("from_a_form", default=False)
_sequence = itertools.count(0x5F00000000000000)


@answer_first
def _rules(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "s3":
        return None
    if is_open() and notifications._get_s3_event is not _event:
        notifications._get_s3_event = _event
        notifications.send_event = _send
    call = asked(operation) if operation == "PutBucketNotificationConfiguration" else None
    if call is None:
        return None
    wanted = call.params.get("NotificationConfiguration") or {}
    rules = [one for group in _GROUPS for one in wanted.get(group) or []]
    reply = None
    if any(overlap(one, other) for one, other in itertools.combinations(rules, 2)):
        reply = Reply("InvalidArgument", _OVERLAP)
    elif not call.params.get("SkipDestinationValidation"):
        arns = [str(one.get(name, "")) for name in _DESTINATIONS for group in _GROUPS for one in wanted.get(group) or []
                if name in one]  # fmt: skip
        if not all(lets_in(arn, str(call.params["Bucket"])) for arn in arns):
            reply = Reply("InvalidArgument", _CANNOT)
    if reply is not None:
        return answer(request, "s3", "rest-xml", reply)[0]
    if isinstance(request.body, bytes):  # moto knows the names of filters in lower case only
        for name in (b"Prefix", b"Suffix"):
            request.body = request.body.replace(b"<Name>" + name, b"<Name>" + name.lower())
    return None


@afterwards("s3")
def _removed(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """Moto is silent about delete markers, and about versions that leave others behind."""
    call = asked(operation) if operation in ("DeleteObject", "DeleteObjects") and response.status_code < 300 else None
    found = bucket_named(call.params.get("Bucket", "")) if call else None
    if call is None or found is None or found[0].notification_configuration is None:
        return
    bucket, backend = found
    entries = (call.params.get("Delete") or {}).get("Objects") or [call.params]
    for entry in entries:
        held = bucket.keys.getlist(entry["Key"], []) if bucket.versioning_status else []
        if not held:
            continue  # moto has told it
        event, version = _DELETED, entry.get("VersionId")
        if not version:
            if not isinstance(held[-1], FakeDeleteMarker):
                continue
            event, version = _MARKED, held[-1].version_id
        about = SimpleNamespace(name=entry["Key"], etag="", size=0, version_id=version)
        notifications.send_event(backend.account_id, event, bucket, about)


@contextmanager
def from_a_form() -> Iterator[None]:
    """What is written meanwhile came by a browser's form: its event is ObjectCreated:Post."""
    token = _from_a_form.set(True)
    try:
        yield
    finally:
        _from_a_form.reset(token)


def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether an object could raise an event for both rules."""
    if not any(_same(first, second) for first in one.get("Events", []) for second in other.get("Events", [])):
        return False
    (head, tail), (other_head, other_tail) = _filter(one), _filter(other)
    heads = head.startswith(other_head) or other_head.startswith(head)
    tails = tail.endswith(other_tail) or other_tail.endswith(tail)
    return heads and tails


def _same(first: str, second: str) -> bool:
    kinds = [name.removesuffix("*") if name.endswith("*") else name for name in (first, second)]
    return kinds[0].startswith(kinds[1]) or kinds[1].startswith(kinds[0])


def _filter(rule: Mapping[str, Any]) -> tuple[str, str]:
    parts = ((rule.get("Filter") or {}).get("Key") or {}).get("FilterRules") or []
    found = {str(part["Name"]).lower(): str(part["Value"]) for part in parts}
    return found.get("prefix", ""), found.get("suffix", "")


def _send(account_id: str, event_name: Any, bucket: Any, key: Any) -> None:
    _motos_send(account_id, _POST if event_name is _PUT and _from_a_form.get() else event_name, bucket, key)


def _event(event_name: Any, bucket: Any, key: Any, notification_id: str) -> dict[str, Any]:
    made: dict[str, Any] = _motos_event(event_name, bucket, key, notification_id)
    for record in made["Records"]:
        record["userIdentity"] = {"principalId": f"AWS:{bucket.account_id}"}
        record["requestParameters"] = {"sourceIPAddress": "127.0.0.1"}
        record["responseElements"] = {"x-amz-request-id": mock_random.get_random_hex(16).upper()}
        record["s3"]["bucket"]["ownerIdentity"] = {"principalId": "A3NL1KOZZKExample"}
        thing = record["s3"]["object"]
        thing["key"] = quote_plus(key.name, safe="/")
        thing["sequencer"] = f"{next(_sequence):018X}"
        version = getattr(key, "version_id", None)
        if version and version != "null":
            thing["versionId"] = version
        if str(event_name.value).startswith("s3:ObjectRemoved") or not thing["eTag"]:
            del thing["eTag"], thing["size"]
    return made


@at_close
def _leave() -> None:
    notifications._get_s3_event = _motos_event
    notifications.send_event = _motos_send
