"""Publish to a topic: what SNS refuses, deduplication of FIFO topics, and a copy for every subscription that wants one.

Publish: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
FIFO deduplication: https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html
FIFO subscriptions: https://docs.aws.amazon.com/sns/latest/dg/fifo-message-delivery.html
"""

from __future__ import annotations

import hashlib
import itertools
import json
from typing import Any, Final

from moto.moto_api._internal import mock_random
from moto.sns.exceptions import InvalidParameterValue, SNSException

from course.lab.clock import clock
from course.lab.sns_delivery import deliver
from course.lab.sns_envelope import Publication
from course.lab.sns_filter import ATTRIBUTES, passes

DEFAULT_SIZE: Final = 262_144

_WINDOW: Final = 300.0
_LONGEST_SUBJECT: Final = 100
_LONGEST_ID: Final = 128
_FIRST_NUMBER: Final = 10_000_000_000_000_000_000  # 20 digits, as on AWS; only their order means something
_numbers = itertools.count(_FIRST_NUMBER)


class BatchRequestTooLong(SNSException):
    code = "BatchRequestTooLong"


def publish(
    topic: Any,
    message: str,
    subject: str | None,
    attributes: dict[str, Any] | None,
    group: str | None,
    deduplication: str | None,
    structure: str | None,
) -> Publication:
    """Check a message, and hand it to every subscription whose filter lets it through."""
    attributes = attributes or {}
    _check(topic, message, subject, attributes, structure)
    _check_fifo(topic, group, deduplication)
    publication = Publication(
        topic,
        str(mock_random.uuid4()),
        message,
        clock.now(),
        subject,
        attributes,
        group,
        by_protocol=structure == "json",
    )
    if topic.fifo_topic:
        publication.deduplication = deduplication or hashlib.sha256(message.encode()).hexdigest()
        if first := _seen_before(topic, publication):
            return first  # accepted, and delivered to nobody
        publication.sequence = str(next(_numbers))
    for subscription in subscriptions_of(topic):
        if subscription.attributes.get("PendingConfirmation"):
            continue
        scope = subscription.attributes.get("FilterPolicyScope") or ATTRIBUTES
        if passes(subscription._filter_policy, scope, publication.text_for(subscription.protocol), attributes):
            deliver(subscription, publication)
    topic.sent_notifications.append((publication.message_id, message, subject, attributes, group))
    return publication


def subscriptions_of(topic: Any) -> list[Any]:
    """All subscriptions of a topic; moto delivers to the first hundred only."""
    return [one for one in topic.sns_backend.subscriptions.values() if one.topic is topic]


def check_batch(topic: Any, entries: list[dict[str, Any]]) -> None:
    """A batch may be no larger than one message."""
    if sum(_size(str(one.get("Message", "")), one.get("MessageAttributes") or {}) for one in entries) > largest(topic):
        raise BatchRequestTooLong(f"Batch requests cannot be longer than {largest(topic)} bytes.")


def largest(topic: Any) -> int:
    """How many bytes a message of this topic may have."""
    return int(getattr(topic, "maximum_message_size", DEFAULT_SIZE))


def _check(topic: Any, message: str, subject: str | None, attributes: dict[str, Any], structure: str | None) -> None:
    if not message:
        raise InvalidParameterValue("Invalid parameter: Empty message")
    if subject is not None and (len(subject) > _LONGEST_SUBJECT or "\n" in subject or not subject):
        raise InvalidParameterValue("Invalid parameter: Subject")
    if _size(message, attributes) > largest(topic):
        raise InvalidParameterValue("Invalid parameter: Message too long")
    if structure is None:
        return
    if structure != "json":
        raise InvalidParameterValue("Invalid parameter: Invalid Message Structure parameter: " + structure)
    try:
        texts = json.loads(message)
    except ValueError:
        raise InvalidParameterValue(
            "Invalid parameter: Message Structure - JSON message body failed to parse"
        ) from None
    if not isinstance(texts, dict) or not isinstance(texts.get("default"), str):
        raise InvalidParameterValue("Invalid parameter: Message Structure - No default entry in JSON message body")


def _check_fifo(topic: Any, group: str | None, deduplication: str | None) -> None:
    for name, value in (("MessageGroupId", group), ("MessageDeduplicationId", deduplication)):
        if value is not None and not 0 < len(value) <= _LONGEST_ID:
            raise InvalidParameterValue(f"Invalid parameter: {name} Reason: it can have 1 to {_LONGEST_ID} characters")
    if not topic.fifo_topic:
        if deduplication:
            raise InvalidParameterValue(
                "Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId "
                "parameter that is not valid for this topic type"
            )
        return
    if not group:
        raise InvalidParameterValue("Invalid parameter: The MessageGroupId parameter is required for FIFO topics")
    if not deduplication and not topic.content_based_deduplication:
        raise InvalidParameterValue(
            "Invalid parameter: The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )


def _size(message: str, attributes: dict[str, Any]) -> int:
    """Bytes of the body and of the attributes' names, types and values together."""
    parts = [message, *attributes]
    for one in attributes.values():
        parts += [str(one["Type"]), str(one["Value"])]
    return sum(len(part.encode()) for part in parts)


def _seen_before(topic: Any, publication: Publication) -> Publication | None:
    """The message that had this deduplication id within five minutes; its scope is the topic or the group."""
    by_group = getattr(topic, "fifo_throughput_scope", "Topic") == "MessageGroup"
    key = (publication.group if by_group else "", publication.deduplication)
    ledger: dict[Any, Publication] = topic.__dict__.setdefault("lab_published", {})
    first = ledger.get(key)
    if first is not None and (publication.at - first.at).total_seconds() < _WINDOW:
        return first
    ledger[key] = publication
    return None
