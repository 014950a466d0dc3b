"""What SNS knows of a message and does not tell Lambda in moto: topic, subscription, id and attributes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import wraps
from typing import Any

from moto.sns.models import Subscription

from course.lab.wire import is_open


@dataclass(frozen=True)
class Publishing:
    """The message that a subscription is delivering right now."""

    topic_arn: str
    subscription_arn: str
    message_id: str
    attributes: dict[str, Any]


_now = threading.local()
_publish = Subscription.publish


def publishing() -> Publishing:
    """The message that this thread is delivering."""
    found: Publishing = _now.publishing
    return found


@wraps(_publish)
def _noticed(self: Any, message: str, message_id: str, **more: Any) -> None:
    if is_open():
        attributes = more.get("message_attributes") or {}
        _now.publishing = Publishing(self.topic.arn, self.arn, message_id, attributes)
    _publish(self, message, message_id, **more)


Subscription.publish = _noticed  # type: ignore[method-assign, assignment]
