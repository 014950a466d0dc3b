"""Queue settings out of their range, and those that need or exclude one another; moto takes them as they come.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

from __future__ import annotations

from typing import Any

from moto.sqs.models import Queue

Refusal = tuple[str, str]  # error code, message

# The ranges stand in the API reference of CreateQueue, attribute by attribute.
_RANGES = {
    "DelaySeconds": (0, 900),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}


def refused_settings(asked: dict[str, Any], queue: Queue | None) -> Refusal | None:
    """Why AWS would not take these attributes for a new queue, or for this one; None if it would."""
    wanted = {name: str(value) for name, value in (asked.get("Attributes") or {}).items()}
    name = str(asked.get("QueueName", ""))
    if name.endswith(".fifo") and wanted.get("FifoQueue", "false") != "true":
        return "InvalidParameterValue", (
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )
    if wanted.get("KmsMasterKeyId") and wanted.get("SqsManagedSseEnabled") == "true":
        return "InvalidAttributeValue", (
            "You can use one type of server-side encryption (SSE) at one time. "
            "You can either enable KMS SSE or SQS SSE."
        )
    for name, (least, most) in _RANGES.items():
        value = wanted.get(name)
        if value is not None and not (value.isdigit() and least <= int(value) <= most):
            return "InvalidAttributeValue", f"Invalid value for the parameter {name}."
    return _half_high_throughput(wanted, queue)


def completed_settings(asked: dict[str, Any], queue: Queue | None) -> dict[str, Any] | None:
    """The same request with what follows from it; None if nothing does.

    A KMS key switches SSE-SQS off. A policy that the request does not name stays; moto would take it away.
    """
    wanted = asked.get("Attributes") or {}
    more = {}
    if wanted.get("KmsMasterKeyId") and "SqsManagedSseEnabled" not in wanted:
        more["SqsManagedSseEnabled"] = "false"
    if queue is not None and queue.policy and "Policy" not in wanted:
        more["Policy"] = queue.policy
    return {**asked, "Attributes": {**wanted, **more}} if more else None


def _half_high_throughput(wanted: dict[str, str], queue: Queue | None) -> Refusal | None:
    known = queue.attributes if queue is not None else {}
    allowed = {
        "DeduplicationScope": ("queue", "messageGroup"),
        "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
    }
    for name, values in allowed.items():
        if name in wanted and wanted[name] not in values:
            return "InvalidAttributeValue", f"Invalid value for the parameter {name}."
    scope = wanted.get("DeduplicationScope", known.get("DeduplicationScope", "queue"))
    limit = wanted.get("FifoThroughputLimit", known.get("FifoThroughputLimit", "perQueue"))
    if limit == "perMessageGroupId" and scope != "messageGroup":
        return "InvalidAttributeValue", (
            "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup."
        )
    return None
