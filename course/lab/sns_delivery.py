"""Deliver a message of a topic to one subscription; what cannot be delivered goes to its dead-letter queue.

A queue or function that is gone, or whose policy does not let SNS in, is a client-side error: SNS does not try again.
Web hooks are tried again by their delivery policy (sns_retries.py).

Dead-letter queues: https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
Attributes: https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab import agenda, queue_permission
from course.lab.sns_envelope import Publication, envelope, queue_attributes

_SNS: Final = "sns.amazonaws.com"
_MOST_ATTRIBUTES_RAW: Final = 10


class Undeliverable(Exception):
    """The endpoint does not take the message; the text says why."""


def deliver(subscription: Any, publication: Publication) -> None:
    """Hand the message to the endpoint, or to the subscription's dead-letter queue."""
    send = _SENDERS.get(subscription.protocol)
    if send is None:
        return
    try:
        send(subscription, publication)
    except Undeliverable as lost:
        give_up(subscription, publication, str(lost))


def give_up(subscription: Any, publication: Publication, why: str) -> None:
    """The message cannot reach this endpoint: keep it in the dead-letter queue, if there is one."""
    arn = _dead_letter_arn(subscription)
    outcome = f"not delivered, {why}"
    if not arn:
        outcome += "; lost, the subscription has no dead-letter queue"
    else:
        try:
            _send_to_queue(arn, subscription, publication)
            outcome += f"; kept in {arn.rpartition(':')[2]}"
        except Undeliverable as lost:
            outcome += f"; lost, dead-letter queue {arn.rpartition(':')[2]}: {lost}"
    tell(subscription, publication, outcome)


def tell(subscription: Any, publication: Publication, outcome: str) -> None:
    """Have the next settle() tell of this delivery."""
    target = f"{_CALLED.get(subscription.protocol, '')} {_short(subscription.endpoint)}".strip()
    agenda.remember(agenda.note(f"topic {publication.topic.name}", target, outcome))


def _to_queue(subscription: Any, publication: Publication) -> None:
    _send_to_queue(subscription.endpoint, subscription, publication)


def _send_to_queue(arn: str, subscription: Any, publication: Publication) -> None:
    from moto.sqs.models import sqs_backends

    _, _, _, region, account, name = arn.split(":", 5)
    backend: Any = sqs_backends[account][region]
    queue = backend.queues.get(name)
    if queue is None:
        raise Undeliverable(f"there is no queue {name}")
    topic = publication.topic
    if why := queue_permission.refusal(queue, _SNS, topic.arn, topic.account_id):
        raise Undeliverable(why)
    raw = bool(subscription.attributes.get("RawMessageDelivery"))
    attributes = queue_attributes(publication) if raw else {}
    if len(attributes) > _MOST_ATTRIBUTES_RAW:
        raise Undeliverable(f"raw delivery of {len(attributes)} attributes, a queue takes {_MOST_ATTRIBUTES_RAW}")
    text = publication.text_for("sqs") if raw else envelope(publication, subscription)
    queue.add_message(_as_message(queue, publication, text, attributes))


def _as_message(queue: Any, publication: Publication, text: str, attributes: dict[str, Any]) -> Any:
    """The message in the queue. Moto's send_message counts all messages first, which is slow in a long queue."""
    from moto.sqs.models import Message

    message = Message(str(mock_random.uuid4()), text)
    message.group_id = publication.group  # in a standard queue it only makes the queue fair
    if queue.fifo_queue:
        message.deduplication_id = publication.deduplication
    message.message_attributes = attributes
    message.mark_sent(delay_seconds=int(queue.delay_seconds or 0))
    return message


def _to_function(subscription: Any, publication: Publication) -> None:
    from moto.awslambda_simple.models import lambda_simple_backends

    import course.lab.lambda_functions  # noqa: F401  # a stack may have made the function: no call has loaded it yet
    from course.lab import lambda_permission, lambda_versions
    from course.lab.lambda_answers import Refused

    _, _, _, region, account, _, name, *version = subscription.endpoint.split(":")
    qualifier = version[0] if version else None
    backend = lambda_simple_backends[account][region]
    try:
        target = lambda_versions.find(backend, name, qualifier)
    except Refused as missing:
        raise Undeliverable(missing.message) from None
    topic = publication.topic
    if not lambda_permission.allows(backend, target, "sns.amazonaws.com", topic.arn, account):
        raise Undeliverable("refused, its resource policy does not let sns.amazonaws.com invoke it: see add_permission")
    subscription.publish(  # moto hands it to the function; lambda_topics.py adds what moto leaves out
        publication.text_for("lambda"),
        publication.message_id,
        subject=publication.subject,
        message_attributes=publication.attributes,
    )


def _to_stream(subscription: Any, publication: Publication) -> None:
    """Amazon Data Firehose, and through it S3 and others."""
    from moto.firehose.models import firehose_backends

    _, _, _, region, account, name = subscription.endpoint.split(":", 5)
    raw = bool(subscription.attributes.get("RawMessageDelivery"))
    text = publication.text_for("firehose") if raw else envelope(publication, subscription)
    backend: Any = firehose_backends[account][region]
    try:
        backend.put_record(name.partition("/")[2], {"Data": base64.b64encode(text.encode()).decode()})
    except Exception as missing:  # moto's errors have many classes; none of them reaches the publisher on AWS
        raise Undeliverable(str(missing) or type(missing).__name__) from None


def _to_phone_app(subscription: Any, publication: Publication) -> None:
    from moto.sns.exceptions import SNSException

    backend = publication.topic.sns_backend
    try:
        backend.get_endpoint(subscription.endpoint).publish(publication.text_for("application"))
    except SNSException as refused:
        raise Undeliverable(str(refused.message)) from None


def _to_mailbox(subscription: Any, publication: Publication) -> None:
    tell(subscription, publication, f"mailed: {publication.text_for(subscription.protocol)[:60]}")


def _to_phone(subscription: Any, publication: Publication) -> None:
    tell(subscription, publication, f"texted: {publication.text_for('sms')[:60]}")


def _to_web_hook(subscription: Any, publication: Publication) -> None:
    from course.lab.sns_retries import post

    post(subscription, publication)


_SENDERS: Final[dict[str, Callable[[Any, Publication], None]]] = {
    "sqs": _to_queue,
    "lambda": _to_function,
    "firehose": _to_stream,
    "application": _to_phone_app,
    "email": _to_mailbox,
    "email-json": _to_mailbox,
    "sms": _to_phone,
    "http": _to_web_hook,
    "https": _to_web_hook,
}
_CALLED: Final = {"sqs": "queue", "lambda": "function", "firehose": "delivery stream", "application": "app endpoint"}


def _dead_letter_arn(subscription: Any) -> str:
    policy = subscription.attributes.get("RedrivePolicy")
    return str(json.loads(policy).get("deadLetterTargetArn", "")) if policy else ""


def _short(endpoint: str) -> str:
    if "://" in endpoint or not endpoint.startswith("arn:"):
        return endpoint
    name = endpoint.split(":", 5)[-1].rpartition("/")[2]
    return name.removeprefix("function:")
