"""The steps of a pipe after reading: shape, enrichment, target.

Enrichment: https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html
Input templates: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
Targets: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from course.lab import events_as_role
from course.lab.events_as_role import Parcel
from course.lab.events_input import at_path, input_for
from course.lab.events_targets import Undeliverable

_IN_ONE_CALL: Final = ("lambda", "states")  # targets that get the whole batch as one array


class Failed(Exception):
    """The enrichment or the target did not take the batch; the text says why."""


@dataclass
class Item:
    """One record on its way: as it is passed on, and as filters and templates see it."""

    text: str
    seen: dict[str, Any]
    at: float = 0.0
    handle: str = ""
    name: str = ""


def of_queue(message: Any, record: dict[str, Any]) -> Item:
    """A message; filters and templates see into a body that is JSON."""
    try:
        seen = {**record, "body": json.loads(record["body"])}
    except ValueError:
        seen = record
    return Item(_json(record), seen, handle=message.receipt_handle, name=message.id)


def of_stream(record: Any) -> Item:
    """A record of a stream; Kinesis records are flat in a pipe, and their data is base64."""
    event = record.event
    if "kinesis" in event:
        event = {**event["kinesis"], **{key: value for key, value in event.items() if key != "kinesis"}}
        seen = {**event, "data": _decoded(event["data"])}
        return Item(_json(event), seen, at=record.at, name=record.sequence)
    return Item(_json(event), event, at=record.at, name=record.sequence)


def through(pipe: Any, items: list[Item]) -> tuple[str, list[Item]]:
    """Enrich and deliver a batch; says what was done, and which items are done with. Raises Failed."""
    texts, seen = [item.text for item in items], [item.seen for item in items]
    if pipe.enrichment:
        sent = _shaped(pipe.enrichment_parameters, texts, seen)
        seen = _enriched(pipe, sent)
        texts = [_json(one) for one in seen]
        if not texts:
            return f"{len(items)} records, the enrichment returned nothing: the target was not called", items
    texts = _shaped(pipe.target_parameters, texts, seen)
    to = events_as_role.shown(pipe.target)
    kept = _hand_over(pipe, texts, seen)
    done = [item for item in items if item.name not in kept]
    return f"{len(texts)} records to {to}" + (f", {len(kept)} failed there" if kept else ""), done


def _shaped(parameters: dict[str, Any] | None, texts: list[str], seen: list[Any]) -> list[str]:
    """Apply an input template to each record."""
    template = (parameters or {}).get("InputTemplate")
    if not template:
        return texts
    paths: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        paths.setdefault(f"p{len(paths)}", found[1])
        return f"<{next(name for name, path in paths.items() if path == found[1])}>"

    plain = re.sub(r"<(\$[^>]*)>", named, template)
    transformer = {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": plain}}
    return [input_for(transformer, one, "", "", "") for one in seen]


def _enriched(pipe: Any, texts: list[str]) -> list[Any]:
    answer = _call(pipe, pipe.enrichment, texts)
    if answer in (None, "", [], {}):
        return []
    return answer if isinstance(answer, list) else [answer]


def _hand_over(pipe: Any, texts: list[str], seen: list[Any]) -> set[str]:
    """Deliver to the target; returns the names of records that a function reported as failed."""
    parameters = pipe.target_parameters or {}
    service = pipe.target.split(":")[2]
    how = (parameters.get("LambdaFunctionParameters") or {}).get("InvocationType", "REQUEST_RESPONSE")
    if service == "lambda" and how == "REQUEST_RESPONSE":
        answer = _call(pipe, pipe.target, texts)
        reported = answer.get("batchItemFailures") if isinstance(answer, dict) else None
        return {str(one.get("itemIdentifier")) for one in reported or []}
    whole = service in _IN_ONE_CALL
    packed = [f"[{','.join(texts)}]"] if whole else texts
    try:
        for number, text in enumerate(packed):
            event = {} if whole else seen[number]
            events_as_role.deliver(pipe.role_arn, _parcel(pipe, parameters, text, event))
    except Undeliverable as lost:
        raise Failed(f"{events_as_role.shown(pipe.target)} did not take it, {lost}") from None
    return set()


def _call(pipe: Any, arn: str, texts: list[str]) -> Any:
    """Call a function with the batch and wait for its answer."""
    from moto.awslambda_simple.models import lambda_simple_backends

    import course.lab.lambda_functions  # noqa: F401  # a stack may have made the function: no call has loaded it yet
    from course.lab import lambda_invoke, lambda_versions
    from course.lab.lambda_answers import Refused

    _, _, service, region, account, *rest = arn.split(":")
    name = events_as_role.shown(arn)
    if service != "lambda":
        raise Failed(f"the lab's pipes call functions, not {service}")
    try:
        events_as_role.require(pipe.role_arn, "lambda:InvokeFunction", arn)
        backend = lambda_simple_backends[account][region]
        target = lambda_versions.find(backend, rest[1], rest[2] if len(rest) > 2 else None)
        outcome = lambda_invoke.run(backend, target, json.loads(f"[{','.join(texts)}]"))
    except Undeliverable as lacking:
        raise Failed(str(lacking)) from None
    except Refused as refused:
        raise Failed(f"{name}: {refused.message}") from None
    except ValueError:
        raise Failed(f"{name}: the input template does not make JSON") from None
    if outcome.failed:
        raise Failed(f"{name} {outcome.said}")
    return json.loads(outcome.payload)


def _parcel(pipe: Any, parameters: dict[str, Any], text: str, event: Any) -> Parcel:
    queue = parameters.get("SqsQueueParameters") or {}
    bus = parameters.get("EventBridgeEventBusParameters") or {}
    stream = parameters.get("KinesisStreamParameters") or {}
    return Parcel(
        pipe.target,
        text,
        f"pipe {pipe.name}",
        group=_value(queue.get("MessageGroupId"), event),
        deduplication=_value(queue.get("MessageDeduplicationId"), event),
        partition_key=_value(stream.get("PartitionKey"), event) or "",
        event_source=bus.get("Source") or f"Pipe {pipe.name}",
        detail_type=bus.get("DetailType") or "Event from pipe",
    )


def _value(setting: str | None, event: Any) -> str | None:
    """A setting may be a path into the record, such as $.body.customer."""
    if setting is None or not setting.startswith("$"):
        return setting
    found = at_path(event, setting)
    return None if found is None else str(found)


def _decoded(data: str) -> Any:
    text = base64.b64decode(data).decode("utf-8", "replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
