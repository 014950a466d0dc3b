"""SNS beyond moto: the seams where the lab's parts take moto's place.

Moto delivers whatever the queue's policy says, knows no dead-letter queues of subscriptions, keeps a subscription whose
filter policy it refused, confirms every address by itself, and lets a publisher fail when a subscriber is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

from moto.core.responses import ActionResult
from moto.core.utils import camelcase_to_underscores
from moto.sns.exceptions import SNSException, SNSInvalidParameter
from moto.sns.models import SNSBackend, Topic
from moto.sns.responses import SNSResponse

from course.lab import lambda_topics, sns_publish, sns_subscriptions
from course.lab.wire import is_open

__all__ = ["lambda_topics"]  # tells Lambda what moto leaves out of a topic's message

Ours = TypeVar("Ours", bound=Callable[..., Any])

_MOST_FIFO_TOPICS: Final = 1_000
_SMALLEST, _LARGEST = 1_024, 1_048_576


class TopicLimitExceeded(SNSException):
    code = "TopicLimitExceeded"


def _in_the_lab(owner: Any, name: str) -> Callable[[Ours], Ours]:
    """Replace a method of moto while the lab is open; without the lab moto stays as it comes."""
    original = getattr(owner, name)

    def replace(ours: Ours) -> Ours:
        @wraps(original)
        def chosen(self: Any, *args: Any, **more: Any) -> Any:
            return ours(self, original, *args, **more) if is_open() else original(self, *args, **more)

        setattr(owner, name, chosen)
        return ours

    return replace


@_in_the_lab(SNSBackend, "create_topic")
def _create_topic(self: Any, moto: Any, name: str, attributes: Any = None, tags: Any = None) -> Any:
    wanted = attributes or {}
    for key, value in wanted.items():
        _check_topic_attribute(key, value)
    fifo = bool(wanted.get("FifoTopic"))
    if fifo and sum(one.fifo_topic for one in self.topics.values()) >= _MOST_FIFO_TOPICS:
        raise TopicLimitExceeded(f"An account can have {_MOST_FIFO_TOPICS} FIFO topics in a Region")
    if not fifo and wanted.get("ContentBasedDeduplication"):
        raise SNSInvalidParameter("Invalid parameter: Attributes Reason: Content-based deduplication can only be set "
                                  "for FIFO topics")  # fmt: skip
    return moto(self, name, attributes, tags)


@_in_the_lab(SNSBackend, "set_topic_attribute")
def _set_topic_attribute(self: Any, moto: Any, topic_arn: str, attribute_name: str, attribute_value: Any) -> None:
    for known in ("MaximumMessageSize", "FifoThroughputScope", "SignatureVersion"):
        if camelcase_to_underscores(known) == attribute_name:
            _check_topic_attribute(known, attribute_value)
    moto(self, topic_arn, attribute_name, attribute_value)


def _check_topic_attribute(name: str, value: Any) -> None:
    good = True
    if name == "MaximumMessageSize":
        good = str(value).isdigit() and _SMALLEST <= int(value) <= _LARGEST
    elif name == "FifoThroughputScope":
        good = value in ("Topic", "MessageGroup")
    elif name == "SignatureVersion":
        good = str(value) in ("1", "2")
    if not good:
        raise SNSInvalidParameter(f"Invalid parameter: Attributes Reason: {name}: {value} is not valid")


@_in_the_lab(SNSBackend, "publish")
def _publish(self: Any, moto: Any, message: str, arn: str | None, phone_number: str | None = None,
             subject: str | None = None, message_attributes: Any = None, group_id: str | None = None,
             deduplication_id: str | None = None, message_structure: str | None = None) -> str:  # fmt: skip
    topic = self.topics.get(arn) if arn and not phone_number else None
    if topic is None:
        moto_answer: str = moto(
            self, message, arn, phone_number, subject, message_attributes, group_id, deduplication_id, message_structure
        )
        return moto_answer
    publication = sns_publish.publish(
        topic, message, subject, message_attributes, group_id, deduplication_id, message_structure
    )
    self.__dict__["lab_sequence"] = publication.sequence
    return publication.message_id


@_in_the_lab(SNSBackend, "publish_batch")
def _publish_batch(self: Any, moto: Any, topic_arn: str, publish_batch_request_entries: Any) -> Any:
    sns_publish.check_batch(self.get_topic(topic_arn), publish_batch_request_entries)
    return moto(self, topic_arn, publish_batch_request_entries)


@_in_the_lab(Topic, "publish")
def _topic_publish(self: Any, moto: Any, message: str, subject: str | None = None, message_attributes: Any = None,
                   group_id: str | None = None, deduplication_id: str | None = None,
                   message_structure: str | None = None) -> str:  # fmt: skip
    publication = sns_publish.publish(
        self, message, subject, message_attributes, group_id, deduplication_id, message_structure
    )
    return publication.message_id


@_in_the_lab(SNSResponse, "publish")
def _publish_answer(self: Any, moto: Any) -> Any:
    self.backend.__dict__.pop("lab_sequence", None)
    answer = moto(self)
    if sequence := self.backend.__dict__.pop("lab_sequence", None):
        answer = ActionResult({"MessageId": answer.result["MessageId"], "SequenceNumber": sequence})
    return answer


@_in_the_lab(SNSResponse, "subscribe")
def _subscribe(self: Any, moto: Any) -> Any:
    backend = self.backend
    attributes = self._get_param("Attributes", {})
    topic = backend.get_topic(self._get_param("TopicArn"))
    sns_subscriptions.check_endpoint(
        topic, self._get_param("Protocol"), self._get_param("Endpoint") or "", attributes or {}
    )
    before = set(backend.subscriptions)
    try:
        answer = moto(self)
    except SNSException:
        for arn in set(backend.subscriptions) - before:
            del backend.subscriptions[arn]  # what is refused does not come into being
        raise
    subscription = backend.subscriptions[answer.result["SubscriptionArn"]]
    sns_subscriptions.ask_to_confirm(subscription)
    pending = subscription.attributes.get("PendingConfirmation")
    if pending and not self._get_bool_param("ReturnSubscriptionArn"):
        answer = ActionResult({"SubscriptionArn": sns_subscriptions.PENDING})
    return answer


@_in_the_lab(SNSResponse, "confirm_subscription")
def _confirm(self: Any, moto: Any) -> Any:
    topic = self.backend.get_topic(self._get_param("TopicArn"))
    return ActionResult({"SubscriptionArn": sns_subscriptions.confirm(topic, self._get_param("Token"))})


@_in_the_lab(SNSBackend, "set_subscription_attributes")
def _set_subscription_attributes(self: Any, moto: Any, arn: str, name: str, value: Any) -> None:
    subscription = self.subscriptions.get(arn)
    known = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")
    if subscription is None or name not in known:
        moto(self, arn, name, value)
    else:
        sns_subscriptions.set_attribute(subscription, name, value)


@_in_the_lab(SNSBackend, "list_subscriptions")
def _list_subscriptions(self: Any, moto: Any, *args: Any, **more: Any) -> Any:
    found, token = moto(self, *args, **more)
    return sns_subscriptions.as_listed(found), token


@_in_the_lab(SNSBackend, "list_subscriptions_by_topic")
def _list_by_topic(self: Any, moto: Any, *args: Any, **more: Any) -> Any:
    found, token = moto(self, *args, **more)
    return sns_subscriptions.as_listed(found), token


@_in_the_lab(SNSResponse, "get_topic_attributes")
def _topic_attributes(self: Any, moto: Any) -> Any:
    answer = moto(self)
    topic = self.backend.get_topic(self._get_param("TopicArn"))
    held = sns_publish.subscriptions_of(topic)
    pending = sum(bool(one.attributes.get("PendingConfirmation")) for one in held)
    shown = answer.result["Attributes"]
    shown |= {"SubscriptionsPending": pending, "SubscriptionsConfirmed": len(held) - pending}
    for name in ("MaximumMessageSize", "FifoThroughputScope", "SignatureVersion"):
        if hasattr(topic, camelcase_to_underscores(name)):
            shown[name] = getattr(topic, camelcase_to_underscores(name))
    return answer
