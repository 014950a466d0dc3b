"""Event notifications that S3 refuses: rules that overlap, queues that it cannot or may not write to.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html

Records also tell the version and a sequencer, by which events of one key can be put in order:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.s3 import notifications
from moto.s3.models import FakeDeleteMarker

from course.lab.asked import asked
from course.lab.replies import Reply, answer
from course.lab.s3.objects import bucket_named
from course.lab.wire import afterwards, answer_first, at_close, is_open

_CANNOT: Final = "Unable to validate the following destination configurations"
_OVERLAP: Final = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are "
    "overlapping for the same event type."
)
_GROUPS: Final = ("QueueConfigurations", "TopicConfigurations", "LambdaFunctionConfigurations")
_DELETED: Final = notifications.S3NotificationEvent.OBJECT_REMOVED_DELETE_EVENT
_MARKED: Final = notifications.S3NotificationEvent.OBJECT_REMOVED_DELETE_MARKER_CREATED_EVENT
_motos_event: Final = notifications._get_s3_event
_sequence = itertools.count(0x5F00000000000000)


@answer_first
def _rules(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "s3":
        return None
    if is_open() and notifications._get_s3_event is not _event:
        notifications._get_s3_event = _event
    call = asked(operation) if operation == "PutBucketNotificationConfiguration" else None
    if call is None:
        return None
    wanted = call.params.get("NotificationConfiguration") or {}
    rules = [one for group in _GROUPS for one in wanted.get(group) or []]
    reply = None
    if any(overlap(one, other) for one, other in itertools.combinations(rules, 2)):
        reply = Reply("InvalidArgument", _OVERLAP)
    elif not call.params.get("SkipDestinationValidation"):
        queues = [str(one.get("QueueArn", "")) for one in wanted.get("QueueConfigurations") or []]
        if not all(_may_send(arn, str(call.params["Bucket"])) for arn in queues):
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


def _may_send(arn: str, bucket: str) -> bool:
    """Whether the queue is there, is a standard queue, and its policy lets S3 send for this bucket."""
    from moto.sqs.models import sqs_backends

    from course.lab.iam.document import MalformedPolicy, parse_policy
    from course.lab.iam.evaluation import Policies, decide
    from course.lab.iam.request import Principal, Request

    parts = arn.split(":")
    if len(parts) != 6 or parts[5].endswith(".fifo"):
        return False
    queue = sqs_backends[parts[4]][parts[3]].queues.get(parts[5])
    found = bucket_named(bucket)
    if queue is None or found is None:
        return False
    text = queue.policy.decode() if isinstance(queue.policy, bytes) else str(queue.policy or "")
    context: Any = {"aws:SourceArn": f"arn:aws:s3:::{bucket}", "aws:SourceAccount": found[1].account_id,
                    "aws:SecureTransport": True}  # fmt: skip
    asked_for = Request(Principal("service", "s3.amazonaws.com"), "sqs:SendMessage", arn, context, parts[4])
    try:
        policy = parse_policy(text, "resource", "policy") if text else None
    except MalformedPolicy:
        return False
    return bool(decide(asked_for, Policies(resource=policy)).allowed)


def _event(event_name: Any, bucket: Any, key: Any, notification_id: str) -> dict[str, Any]:
    made: dict[str, Any] = _motos_event(event_name, bucket, key, notification_id)
    for thing in _objects(made):
        thing["sequencer"] = f"{next(_sequence):018X}"
        version = getattr(key, "version_id", None)
        if version and version != "null":
            thing["versionId"] = version
        if not thing["eTag"]:
            del thing["eTag"], thing["size"]
    return made


def _objects(event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for record in event["Records"]:
        yield record["s3"]["object"]


@at_close
def _leave() -> None:
    notifications._get_s3_event = _motos_event
