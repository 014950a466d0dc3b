"""FIFO queues beyond moto: the deduplication window outlives the message, its scope counts, sequence numbers rise.

Moto forgets a deduplication id when its message is deleted, ignores the scope, and gives random sequence numbers.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

import itertools
from typing import Final

from moto.core.utils import unix_time_millis
from moto.sqs import models
from moto.sqs.models import Message, Queue

_WINDOW: Final = models.DEDUPLICATION_TIME_IN_SECONDS * 1000
_FIRST_NUMBER: Final = 18_850_000_000_000_000_000  # AWS's numbers have 20 digits; only their order means something
_numbers = itertools.count(_FIRST_NUMBER, 256)
_moto_adds = Queue.add_message


def _add_message(queue: Queue, message: Message) -> None:
    """Put a message into a queue, unless a FIFO queue has seen its deduplication id within the window."""
    if queue.fifo_queue:
        if message.approximate_receive_count:
            # On its way into a dead-letter queue: there two messages must not fall together by chance.
            message.deduplication_id = message.id
        first = _seen_before(queue, message)
        if first is not None:
            message.id, message.sequence_number = first
            return
        message.sequence_number = str(next(_numbers))
        _remember(queue, message)
    _moto_adds(queue, message)


def withheld(queue: Queue) -> set[str]:
    """The message groups of which a message is in flight: SQS hands out nothing more of them."""
    if not queue.fifo_queue:
        return set()
    return {message.group_id for message in queue.pending_messages if message.group_id and not message.visible}


def _seen_before(queue: Queue, message: Message) -> tuple[str, str] | None:
    found = _ledger(queue).get(_key(queue, message))
    if found is None or unix_time_millis() - found[0] >= _WINDOW:
        return None
    return found[1], found[2]


def _remember(queue: Queue, message: Message) -> None:
    if message.deduplication_id:
        _ledger(queue)[_key(queue, message)] = (unix_time_millis(), message.id, message.sequence_number or "")


def _key(queue: Queue, message: Message) -> tuple[str, str]:
    by_group = queue.deduplication_scope == "messageGroup"  # type: ignore[attr-defined]
    return (message.group_id or "") if by_group else "", message.deduplication_id or ""


def _ledger(queue: Queue) -> dict[tuple[str, str], tuple[float, str, str]]:
    if not hasattr(queue, "sent_before"):
        queue.sent_before = {}  # type: ignore[attr-defined]
    ledger: dict[tuple[str, str], tuple[float, str, str]] = queue.sent_before  # type: ignore[attr-defined]
    return ledger


Queue.add_message = _add_message  # type: ignore[method-assign,assignment]
models.DEDUPLICATION_TIME_IN_SECONDS = 0  # the lab keeps the window, so moto's own is closed
