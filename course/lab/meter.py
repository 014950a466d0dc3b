"""What AWS would bill of the calls that the account answers; billing.py prices it.

Names of services and prices are those of `course.facts`. Counted are requests and what they carry. Hours (instances,
provisioned capacity) and storage depend on how long things stay, and are not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

Params = Mapping[str, Any]
Use = tuple[str, str, float, int | None]
"""Service, price, quantity, and the size in bytes of each unit where AWS counts by size."""

_used: Counter[tuple[str, str, int | None]] = Counter()

# https://aws.amazon.com/s3/pricing/: deleting is free
_S3_WRITES: Final = (
    "Put",
    "Copy",
    "Create",
    "Upload",
    "Complete",
    "List",
    "Restore",
)
_S3_FREE: Final = ("Delete", "Abort")
# https://aws.amazon.com/kms/pricing/: uses of keys are billed
_KMS_BILLED: Final = ("Encrypt", "Decrypt", "ReEncrypt", "Generate", "Sign", "Verify")

# https://aws.amazon.com/cloudwatch/pricing/: these requests are billed by the thousand
_CLOUDWATCH_BILLED: Final = (
    "GetMetricStatistics", "ListMetrics", "PutMetricData", "GetDashboard", "ListDashboards", "PutDashboard",
    "DeleteDashboards",
)  # fmt: skip


def use(service: str, price: str, quantity: float = 1, size: int | None = None) -> None:
    """Count something that AWS bills."""
    _used[service, price, size] += quantity  # type: ignore[assignment]


def used() -> dict[tuple[str, str, int | None], float]:
    """All that was counted since the account was opened or emptied."""
    return dict(_used)


def forget() -> None:
    """Count from nothing again, when the account is emptied."""
    _used.clear()


@contextmanager
def stopped() -> Iterator[None]:
    """Count nothing inside the block: its calls are the lab's own."""
    before = dict(_used)
    try:
        yield
    finally:
        _used.clear()
        _used.update(before)


def measure(service: str, operation: str, params: Params) -> None:
    """Count what a call that went through is billed for."""
    for what, price, quantity, size in _uses(service, operation, params):
        use(what, price, quantity, size)


def _uses(service: str, operation: str, params: Params) -> Iterator[Use]:
    match service:
        case "sqs":
            kind = "fifo" if str(params.get("QueueUrl") or params.get("QueueName")).endswith(".fifo") else "standard"
            bodies = [params, *(params.get("Entries") or ())]
            yield "SQS", f"{kind}-requests", 1, sum(_bytes(one.get("MessageBody")) for one in bodies)
        case "sns" if operation == "Publish":
            kind = "fifo" if str(params.get("TopicArn")).endswith(".fifo") else "standard"
            yield "SNS", f"{kind}-publish", 1, None if kind == "fifo" else _bytes(params.get("Message"))
        case "sns" if operation == "PublishBatch":
            kind = "fifo" if str(params.get("TopicArn")).endswith(".fifo") else "standard"
            for entry in params.get("PublishBatchRequestEntries") or ():
                yield "SNS", f"{kind}-publish", 1, None if kind == "fifo" else _bytes(entry.get("Message"))
        case "eventbridge" if operation == "PutEvents":
            for entry in params.get("Entries") or ():
                yield "EventBridge", "custom-events", 1, _bytes(entry.get("Detail"))
        case "kinesis" if operation in ("PutRecord", "PutRecords"):
            for record in params.get("Records") or [params]:
                yield "Kinesis", "put-payload-units", 1, _bytes(record.get("Data"))
        case "s3" if not operation.startswith(_S3_FREE):
            price = "put-copy-post-list" if operation.startswith(_S3_WRITES) else "get-and-others"
            yield "S3", f"standard-{price}-requests", 1, None
        case "kms" if operation.startswith(_KMS_BILLED):
            yield "KMS", "requests", 1, None
        case "cloudwatch" if operation == "GetMetricData":
            metrics = [one for one in params.get("MetricDataQueries") or () if "MetricStat" in one]
            yield "CloudWatch", "get-metric-data", len(metrics), None
        case "cloudwatch" if operation in _CLOUDWATCH_BILLED:
            yield "CloudWatch", "api-requests", 1, None
        case "cloudwatch-logs" if operation == "PutLogEvents":
            # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html: 26 bytes each
            size = sum(_bytes(one.get("message")) + 26 for one in params.get("logEvents") or ())
            yield "CloudWatch Logs", "ingest-standard", size / 2**30, None
        case "secrets-manager":
            yield "Secrets Manager", "api-calls", 1, None


def _bytes(value: Any) -> int:
    if value is None:
        return 0
    return len(value.encode() if isinstance(value, str) else value)
