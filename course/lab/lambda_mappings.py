"""Event source mappings: what AWS checks, and the pollers that read queues and streams.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.awslambda_simple.models import lambda_simple_backends
from moto.dynamodb.models import dynamodb_backends
from moto.kinesis.models import kinesis_backends
from moto.sqs.models import sqs_backends

from course.lab import lambda_invoke, lambda_queues, lambda_streams, lambda_versions
from course.lab.agenda import Delivery, add_source
from course.lab.events_pattern import InvalidPattern, parse_pattern
from course.lab.lambda_answers import Refused


def check(backend: Any, spec: dict[str, Any]) -> None:
    """What depends on the queue and the function; the rest is in lambda_limits.py."""
    from moto.awslambda.exceptions import ConflictException, InvalidParameterValueException

    for one in (spec.get("FilterCriteria") or {}).get("Filters") or []:
        try:
            parse_pattern(one.get("Pattern") or "{}")
        except InvalidPattern as wrong:
            raise InvalidParameterValueException(f"Invalid filter pattern definition. {wrong}") from None
    arn = spec.get("EventSourceArn") or ""
    try:
        target = lambda_versions.find(backend, spec.get("FunctionName") or "", None)
    except Refused:
        return  # moto refuses it as AWS does
    for mapping in backend._event_source_mappings.values():
        if mapping.event_source_arn == arn and mapping.function_arn == target.arn:
            raise ConflictException(
                f'The event source arn (" {arn} ") and function (" {target.function.function_name} ") provided mapping '
                f"already exists. Please update or delete the existing mapping with UUID {mapping.uuid}"
            )
    if ":sqs:" in arn:
        queue = sqs_backends[backend.account_id][backend.region_name].queues.get(arn.rpartition(":")[2])
        if queue is not None and int(queue.visibility_timeout) < int(target.function.timeout):  # type: ignore[attr-defined]
            raise InvalidParameterValueException(
                f"Queue visibility timeout: {queue.visibility_timeout} seconds is less than "  # type: ignore[attr-defined]
                f"Function timeout: {target.function.timeout} seconds"
            )


def stream_of_consumer(backend: Any, arn: str) -> str:
    """The stream that a registered consumer reads; empty for an ARN that is none of a consumer.

    https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html (dedicated-throughput consumers)
    """
    for stream in kinesis_backends[backend.account_id][backend.region_name].streams.values():
        if any(consumer.consumer_arn == arn for consumer in stream.consumers):
            return str(stream.arn)
    return ""


def take_over(backend: Any, mapping: Any, spec: dict[str, Any]) -> None:
    """Switch off moto's own push, and note where reading starts."""
    target = lambda_versions.find(backend, spec["FunctionName"], None)
    mapping.function_arn = target.arn
    account, region, arn = backend.account_id, backend.region_name, mapping.event_source_arn
    for queue in sqs_backends[account][region].queues.values():
        queue.lambda_event_source_mappings.clear()
    for table in dynamodb_backends[account][region].tables.values():
        table.lambda_event_source_mappings.clear()
    for stream in kinesis_backends[account][region].streams.values():
        stream.lambda_event_source_mappings.clear()
    if ":sqs:" not in arn:
        lambda_invoke.state_of(backend).positions[mapping.uuid] = lambda_streams.start(backend, mapping)


class _Pollers:
    """All mappings of the account that are switched on."""

    def next_due(self) -> float | None:
        times = [
            due for backend, mapping in _enabled() if (due := _reader(mapping).next_due(backend, mapping)) is not None
        ]
        return min(times, default=None)

    def deliver(self, now: float) -> list[Delivery]:
        return [one for backend, mapping in list(_enabled()) for one in _reader(mapping).deliver(backend, mapping, now)]


def _reader(mapping: Any) -> Any:
    return lambda_queues if ":sqs:" in mapping.event_source_arn else lambda_streams


def _enabled() -> Iterator[tuple[Any, Any]]:
    for account in list(lambda_simple_backends.values()):
        for backend in account.values():
            for mapping in list(backend._event_source_mappings.values()):
                if mapping.enabled:
                    yield backend, mapping


add_source(_Pollers())
