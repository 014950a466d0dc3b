"""Retention: a message leaves its queue when it is as old as the queue keeps messages.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-queue-parameters.html

Moto keeps old messages, and one at the head of a queue hides all behind it. To see whether a message is too old it
counts the whole queue for every message received; here old ones go first, so nothing is left to see.
"""

from __future__ import annotations

from typing import Any

from moto.core.utils import unix_time
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from course.lab.stand_in import stand_in


class LabSqs(SQSBackend):
    """Moto's backend, whose queues hold no message that is too old."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.sqs.models"

    def receive_message(self, queue_name: str, *args: Any, **more: Any) -> list[Message]:
        _drop_old(self.get_queue(queue_name))
        return super().receive_message(queue_name, *args, **more)

    def get_queue_attributes(self, queue_name: str, attribute_names: list[str]) -> dict[str, Any]:
        _drop_old(self.get_queue(queue_name))
        if not attribute_names:
            return super().get_queue_attributes(queue_name, attribute_names)
        # Moto works all of them out three times for each name that is asked for.
        known = super().get_queue_attributes(queue_name, ["All", *attribute_names])
        if "All" in attribute_names:
            return known
        return {name: known[name] for name in attribute_names if known.get(name) is not None}

    def is_message_valid_based_on_retention_period(self, queue_name: str, message: Message) -> bool:
        return True


def _drop_old(queue: Queue) -> None:
    kept: Any = queue
    oldest = 1000 * (unix_time() - int(kept.message_retention_period))
    if any(message.sent_timestamp <= oldest for message in queue._messages):  # type: ignore[operator]
        gone = {message for message in queue._messages if message.sent_timestamp <= oldest}  # type: ignore[operator]
        queue._messages = [message for message in queue._messages if message not in gone]
        queue._pending_messages -= gone


install = stand_in(sqs_backends, LabSqs)
