"""What a message may be: its size with attributes, their number, and a body that is not empty.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
"""

from __future__ import annotations

import base64
from typing import Any

from moto.sqs.models import Queue

Refusal = tuple[str, str]  # error code, message

_MOST_ATTRIBUTES = 10


def refused_message(asked: dict[str, Any], queue: Queue | None) -> Refusal | None:
    """Why AWS would not take this message; None if it would."""
    if not asked.get("MessageBody"):
        return "MissingParameter", "The request must contain the parameter MessageBody."
    attributes = asked.get("MessageAttributes") or {}
    if len(attributes) > _MOST_ATTRIBUTES:
        return "InvalidParameterValue", (
            f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{_MOST_ATTRIBUTES}]."
        )
    most = int(queue.maximum_message_size) if queue is not None else 0  # type: ignore[attr-defined]
    if queue is not None and size(asked) > most:
        return "InvalidParameterValue", (
            f"One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."
        )
    return None


def size(message: dict[str, Any]) -> int:
    """Bytes of the body and of each attribute's name, type and value: AWS counts them together."""
    total = len(str(message.get("MessageBody", "")).encode())
    for name, attribute in (message.get("MessageAttributes") or {}).items():
        total += len(name.encode()) + len(str(attribute.get("DataType", "")).encode())
        total += len(str(attribute.get("StringValue") or "").encode())
        total += len(base64.b64decode(attribute.get("BinaryValue") or ""))
    return total
