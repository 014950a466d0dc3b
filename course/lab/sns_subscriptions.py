"""Subscriptions: which endpoints a topic takes, their attributes, confirmation, and the quotas.

Subscribe: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
Attributes: https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
Quotas: https://docs.aws.amazon.com/general/latest/gr/sns.html
"""

from __future__ import annotations

import copy
import json
from typing import Any, Final

from moto.moto_api._internal import mock_random
from moto.sns.exceptions import SNSException, SNSInvalidParameter

from course.lab import agenda
from course.lab.sns_filter import ATTRIBUTES, BODY, InvalidFilter, checked_filter
from course.lab.sns_publish import DEFAULT_SIZE, largest, subscriptions_of

PENDING: Final = "pending confirmation"

_PROTOCOLS: Final = ("sqs", "lambda", "firehose", "application", "http", "https", "email", "email-json", "sms")
_CONFIRMED_BY_THE_OWNER: Final = ("http", "https", "email", "email-json")
_LARGE_MESSAGES: Final = ("sqs", "lambda", "firehose")
_MOST_OF_LARGE_TOPIC: Final = 100
_MOST_OF_FIFO_TOPIC: Final = 100
_MOST_FILTERS: Final = 200


class SubscriptionLimitExceeded(SNSException):
    code = "SubscriptionLimitExceeded"


class FilterPolicyLimitExceeded(SNSException):
    code = "FilterPolicyLimitExceeded"


def check_endpoint(topic: Any, protocol: str, endpoint: str, attributes: dict[str, Any]) -> None:
    """Refuse what a topic of this kind cannot have as a subscription."""
    if protocol not in _PROTOCOLS:
        raise SNSInvalidParameter(f"Invalid parameter: Amazon SNS does not support this protocol string: {protocol}")
    if topic.fifo_topic and protocol != "sqs":
        raise SNSInvalidParameter(
            "Invalid parameter: Invalid parameter: Endpoint Reason: Please use SQS endpoints with FIFO SNS topics"
        )
    if protocol in ("sqs", "lambda", "firehose", "application") and not endpoint.startswith("arn:"):
        raise SNSInvalidParameter(f"Invalid parameter: {protocol.upper()} endpoint ARN")
    if protocol.startswith("http") and not endpoint.startswith(f"{protocol}://"):
        raise SNSInvalidParameter("Invalid parameter: Endpoint must match the specified protocol")
    if protocol.startswith("email") and "@" not in endpoint:
        raise SNSInvalidParameter("Invalid parameter: Email address")
    if protocol == "firehose" and not attributes.get("SubscriptionRoleArn"):
        raise SNSInvalidParameter("Invalid parameter: Attributes Reason: SubscriptionRoleArn must be set for firehose")
    held = subscriptions_of(topic)
    if any(one.endpoint == endpoint and one.protocol == protocol for one in held):
        return
    if topic.fifo_topic and len(held) >= _MOST_OF_FIFO_TOPIC:
        raise SubscriptionLimitExceeded(f"FIFO topics can have {_MOST_OF_FIFO_TOPIC} subscriptions")
    if largest(topic) > DEFAULT_SIZE and (protocol not in _LARGE_MESSAGES or len(held) >= _MOST_OF_LARGE_TOPIC):
        raise SNSInvalidParameter(
            "Invalid parameter: a topic with a MaximumMessageSize above 256 KiB takes up to "
            f"{_MOST_OF_LARGE_TOPIC} subscriptions, of queues, functions and delivery streams"
        )


def ask_to_confirm(subscription: Any) -> None:
    """Mail and web addresses get messages only after their owner has confirmed."""
    if subscription.protocol not in _CONFIRMED_BY_THE_OWNER or "lab_token" in subscription.__dict__:
        return
    subscription.lab_token = mock_random.get_random_hex(64)
    subscription.attributes |= {"PendingConfirmation": True, "ConfirmationWasAuthenticated": False}
    agenda.remember(
        agenda.note(
            f"topic {subscription.topic.name}",
            subscription.endpoint,
            f"asked to confirm, Token={subscription.lab_token}",
        )
    )


def confirm(topic: Any, token: str) -> str:
    """The owner of an address says yes; returns the subscription's ARN."""
    found = next((one for one in subscriptions_of(topic) if getattr(one, "lab_token", "") == token), None)
    if found is None:
        raise SNSInvalidParameter("Invalid parameter: Token")
    found.attributes |= {"PendingConfirmation": False, "ConfirmationWasAuthenticated": True}
    return str(found.arn)


def as_listed(subscriptions: list[Any]) -> list[Any]:
    """Lists do not tell the ARN of what is not confirmed."""
    shown = []
    for one in subscriptions:
        if one.attributes.get("PendingConfirmation"):
            one = copy.copy(one)
            one.arn = "PendingConfirmation"
        shown.append(one)
    return shown


def set_attribute(subscription: Any, name: str, value: Any) -> None:
    """Change an attribute, or refuse a value that SNS refuses; then nothing changes."""
    if name == "FilterPolicy":
        _set_filter(subscription, value)
    elif name == "FilterPolicyScope":
        if value not in (ATTRIBUTES, BODY):
            raise SNSInvalidParameter(f"Invalid parameter: FilterPolicyScope: Invalid value [{value}]")
        if held := subscription.attributes.get("FilterPolicy"):
            _checked(held, value)
    elif name == "RedrivePolicy" and value:
        _check_redrive(subscription, value)
    elif name == "RawMessageDelivery" and value and subscription.protocol not in ("sqs", "http", "https", "firehose"):
        raise SNSInvalidParameter(
            f"Invalid parameter: Attributes Reason: Delivery protocol [{subscription.protocol}] does not support raw "
            "message delivery."
        )
    subscription.attributes[name] = value


def _set_filter(subscription: Any, text: str) -> None:
    scope = subscription.attributes.get("FilterPolicyScope") or ATTRIBUTES
    policy = _checked(text, scope) if text else None
    others = [one for one in subscriptions_of(subscription.topic) if one is not subscription and one._filter_policy]
    if policy and len(others) >= _MOST_FILTERS:
        raise FilterPolicyLimitExceeded(f"A topic can have {_MOST_FILTERS} filter policies")
    subscription._filter_policy = policy or None


def _checked(text: str, scope: str) -> dict[str, Any]:
    try:
        return checked_filter(text, scope)
    except InvalidFilter as wrong:
        raise SNSInvalidParameter(f"Invalid parameter: FilterPolicy: {wrong}") from None


def _check_redrive(subscription: Any, text: str) -> None:
    try:
        policy = json.loads(text)
        arn = policy["deadLetterTargetArn"]
        _, _, service, region, account, name = arn.split(":", 5)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SNSInvalidParameter("Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn") from None
    topic = subscription.topic
    if (service, region, account) != ("sqs", topic.sns_backend.region_name, topic.account_id):
        raise SNSInvalidParameter(
            "Invalid parameter: RedrivePolicy: deadLetterTargetArn must be a queue of the same account and Region"
        )
    if topic.fifo_topic and not name.endswith(".fifo"):
        raise SNSInvalidParameter(
            "Invalid parameter: RedrivePolicy: must use a FIFO queue as DLQ for a subscription to a FIFO topic"
        )
    if not topic.fifo_topic and name.endswith(".fifo"):
        raise SNSInvalidParameter(
            "Invalid parameter: RedrivePolicy: must use a standard queue as DLQ for a subscription to a standard topic"
        )
