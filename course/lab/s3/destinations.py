"""Does a destination of event notifications let S3 in? S3 asks when a notification is set, and refuses it if not.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from course.lab.s3.objects import bucket_named

_S3: Final = "s3.amazonaws.com"


def lets_in(arn: str, bucket: str) -> bool:
    """Whether the queue, topic or function is there, and its policy lets S3 in for this bucket."""
    parts = arn.split(":", 5)
    found = bucket_named(bucket)
    ask = _KINDS.get(parts[2]) if len(parts) == 6 else None
    return bool(ask and found and ask(arn, parts, f"arn:aws:s3:::{bucket}", found[1].account_id))


def _queue(arn: str, parts: list[str], source: str, account: str) -> bool:
    from moto.sqs.models import sqs_backends

    queue = sqs_backends[parts[4]][parts[3]].queues.get(parts[5])
    if queue is None or parts[5].endswith(".fifo"):
        return False
    return _allows("sqs:SendMessage", arn, source, account)


def _topic(arn: str, parts: list[str], source: str, account: str) -> bool:
    from moto.sns.models import sns_backends

    topic: Any = sns_backends[parts[4]][parts[3]].topics.get(arn)
    if topic is None or arn.endswith(".fifo"):
        return False
    return _allows("sns:Publish", arn, source, account)


def _function(arn: str, parts: list[str], source: str, account: str) -> bool:
    from course.lab import lambda_permission

    return lambda_permission.lets_in(arn, _S3, source, account)


_KINDS: Final[dict[str, Callable[[str, list[str], str, str], bool]]] = {
    "sqs": _queue,
    "sns": _topic,
    "lambda": _function,
}


def _allows(action: str, arn: str, source: str, account: str) -> bool:
    from course.lab.iam.services import service_may

    return service_may(_S3, action, arn, source, {"aws:SourceAccount": account}).allowed
