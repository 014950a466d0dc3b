"""Lambda reads a queue: batches, windows, partial failures.

Batches and windows: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
Errors: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
Filters: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
"""

from __future__ import annotations

import json
from typing import Any

from moto.sqs.models import sqs_backends

from course.lab import lambda_invoke, lambda_versions
from course.lab.agenda import Delivery, note
from course.lab.events_pattern import matches_any
from course.lab.lambda_answers import Refused


def next_due(backend: Any, mapping: Any) -> float | None:
    """When a batch is complete: it is full, or its window is over since its first message became visible."""
    queue = _queue(backend, mapping)
    if queue is None:
        return None
    # Moto shows a hidden message strictly after its time.
    visible = sorted(max(m.visible_at + 1, m.delayed_until, float(m.sent_timestamp or 0)) / 1000 for m in _free(queue))
    if not visible:
        return None
    window = float(mapping.max_batch_window or 0)
    size = int(mapping.batch_size)
    by_count = visible[size - 1] if len(visible) >= size else float("inf")
    return float(min(visible[0] + window, by_count))


def deliver(backend: Any, mapping: Any, now: float) -> list[Delivery]:
    """Read one batch that is due, and delete what was handled."""
    due = next_due(backend, mapping)
    if due is None or due > now:
        return []
    queue = _queue(backend, mapping)
    sqs: Any = sqs_backends[backend.account_id][backend.region_name]
    shown = f"queue {queue.name}"
    dead_before = len(queue.dead_letter_queue._messages) if queue.dead_letter_queue else 0
    batch = sqs.receive_message(queue.name, int(mapping.batch_size), 0, int(queue.visibility_timeout), ["All"])
    made = _moved(queue, shown, dead_before)
    records = [(message, _record(backend, queue, message)) for message in batch]
    wanted = [(m, record) for m, record in records if matches_any(mapping.filter_criteria, _as_filtered(record))]
    for message, _ in records:
        if not any(message is kept for kept, _ in wanted):
            sqs.delete_message(queue.name, message.receipt_handle)  # what the filter drops is deleted
    if len(wanted) < len(records):
        made.append(note(shown, "filter", f"{len(records) - len(wanted)} messages dropped"))
    if not wanted:
        return made
    try:
        target = lambda_versions.find(backend, mapping.function_arn, None)
        outcome = lambda_invoke.run(backend, target, {"Records": [record for _, record in wanted]})
    except Refused as refused:
        return [
            *made,
            note(shown, mapping.function_arn.split(":", 6)[-1], f"{refused.message}; the batch stays hidden"),
        ]
    failed = {m.id for m, _ in wanted} if outcome.failed else _reported(mapping, outcome.payload, wanted, queue)
    for message, _ in wanted:
        if message.id not in failed:
            sqs.delete_message(queue.name, message.receipt_handle)
    said = f"{len(wanted)} messages, {outcome.said}"
    if failed:
        said += f"; {len(failed)} come back after the visibility timeout of {queue.visibility_timeout} s"
    return [*made, note(shown, target.function.function_name, said)]


def _free(queue: Any) -> list[Any]:
    """Messages that could be read now or later; of a FIFO group with one in flight none can."""
    if not queue.fifo_queue:
        return list(queue._messages)
    busy: dict[str, float] = {}
    for message in queue._messages:
        if message in queue.pending_messages and not message.visible:
            busy[message.group_id] = max(busy.get(message.group_id, 0), message.visible_at)
    return [m for m in queue._messages if m.group_id not in busy or m in queue.pending_messages]


def _moved(queue: Any, shown: str, before: int) -> list[Delivery]:
    dead = queue.dead_letter_queue
    if dead is None or len(dead._messages) <= before:
        return []
    moved = len(dead._messages) - before
    return [note(shown, f"queue {dead.name}", f"{moved} messages moved after maxReceiveCount")]


def _reported(mapping: Any, payload: bytes, wanted: list[Any], queue: Any) -> set[str]:
    """The messages that the function reported as failed; an answer that cannot be understood fails all."""
    ids = {message.id for message, _ in wanted}
    if "ReportBatchItemFailures" not in (mapping.function_response_types or []):
        return set()
    result = json.loads(payload)
    if not isinstance(result, dict) or not result.get("batchItemFailures"):
        return set() if result is None or isinstance(result, dict) else ids
    named = [one.get("itemIdentifier") if isinstance(one, dict) else None for one in result["batchItemFailures"]]
    return ids if not set(named) <= ids else {str(name) for name in named}


def _queue(backend: Any, mapping: Any) -> Any:
    return sqs_backends[backend.account_id][backend.region_name].queues.get(mapping.event_source_arn.rpartition(":")[2])


def _as_filtered(record: dict[str, Any]) -> dict[str, Any]:
    """What a filter pattern sees: the body as JSON if it is JSON."""
    try:
        return {**record, "body": json.loads(record["body"])}
    except ValueError:
        return record


def _record(backend: Any, queue: Any, message: Any) -> dict[str, Any]:
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    if queue.fifo_queue:
        attributes |= {
            "SequenceNumber": str(message.sequence_number),
            "MessageGroupId": message.group_id,
            "MessageDeduplicationId": message.deduplication_id,
        }
    record: dict[str, Any] = {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": {name: _attribute(one) for name, one in message.message_attributes.items()},
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.queue_arn,
        "awsRegion": backend.region_name,
    }
    if message.message_attributes:
        record["md5OfMessageAttributes"] = message.attribute_md5
    return record


def _attribute(one: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": one["DataType"]}
    if "StringValue" in one:
        shown["stringValue"] = one["StringValue"]
    if "BinaryValue" in one:
        value = one["BinaryValue"]
        shown["binaryValue"] = value if isinstance(value, str) else value.decode("ascii", "replace")
    return shown
