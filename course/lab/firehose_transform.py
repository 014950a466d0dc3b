"""A function that changes records on their way: what it gets, what it must return, what happens when it does not.

https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html
https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any, Final

from moto.awslambda_simple.models import lambda_simple_backends
from moto.moto_api._internal import mock_random

from course.lab import lambda_invoke, lambda_versions
from course.lab.clock import clock
from course.lab.firehose_buffer import MIB, Waiting
from course.lab.lambda_answers import Refused

_RETRIES: Final = 3


@dataclass
class Transformed:
    """What came of a batch."""

    good: list[bytes] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    dropped: int = 0


def processors(destination: dict[str, Any], kind: str) -> list[dict[str, str]]:
    """The parameters of each processor of a kind."""
    asked = destination.get("ProcessingConfiguration") or {}
    return [
        {one["ParameterName"]: one["ParameterValue"] for one in processor.get("Parameters") or []}
        for processor in (asked.get("Processors") or [] if asked.get("Enabled", True) else [])
        if processor.get("Type") == kind
    ]


def transform(delivery_stream: Any, destination: dict[str, Any], records: list[Waiting]) -> Transformed:
    """Send a batch through the destination's function, if it has one."""
    found = processors(destination, "Lambda")
    if not found:
        return Transformed([record.data for record in records])
    made, settings = Transformed(), found[0]
    for some in _chunks(records, int(float(settings.get("BufferSizeInMBs", 1)) * MIB)):
        _one_call(delivery_stream, settings, some, made)
    return made


def _one_call(delivery_stream: Any, settings: dict[str, str], records: list[Waiting], made: Transformed) -> None:
    arn = settings["LambdaArn"]
    code, message, attempts, answers = _invoke(
        delivery_stream, arn, records, int(settings.get("NumberOfRetries", _RETRIES))
    )
    for record in records:
        answer = answers.get(record.number)
        wrong = (code, message) if code else _wrong(answer)
        if wrong is not None:
            made.failed.append(_failure(record, arn, attempts, *wrong))
        elif answer and answer["result"] == "Dropped":
            made.dropped += 1
        elif answer:
            made.good.append(base64.b64decode(answer.get("data") or ""))


def _wrong(answer: Any) -> tuple[str, str] | None:
    """What is the matter with the answer for one record."""
    if answer is None:
        return "Lambda.MissingRecordId", "One or more record Ids were not returned. Ensure that the Lambda function " \
                                         "returns all received record Ids."  # fmt: skip
    result = answer.get("result")
    if result == "ProcessingFailed":
        return "Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record"
    if result not in ("Ok", "Dropped"):
        return "Lambda.FunctionError", f"The result {result!r} is not one of Ok, Dropped, ProcessingFailed."
    try:
        base64.b64decode(answer.get("data") or "", validate=True)
    except (binascii.Error, ValueError, TypeError):
        return "Lambda.FunctionError", "The data of the record is not encoded in base64."
    return None


def _invoke(
    delivery_stream: Any, arn: str, records: list[Waiting], retries: int
) -> tuple[str, str, int, dict[str, dict[str, Any]]]:
    """Error code and message (empty if all went well), attempts, and the answer for each record."""
    import course.lab.lambda_functions  # noqa: F401  # a stack may have made the function: no call has loaded it yet

    region, account = arn.split(":")[3:5]
    backend = lambda_simple_backends[account][region]
    event = _event(delivery_stream, region, records)
    for attempt in range(1, retries + 2):
        try:
            outcome = lambda_invoke.run(backend, lambda_versions.find(backend, arn), event)
        except Refused as refused:
            code, message = "Lambda.InvokeLimitExceeded", refused.message
            continue
        if outcome.failed:
            return "Lambda.FunctionError", f"The function was called, and {outcome.said}.", attempt, {}
        try:
            answers = {one["recordId"]: one for one in json.loads(outcome.payload)["records"]}
        except (ValueError, KeyError, TypeError):
            return "Lambda.JsonProcessingException", "The response has no list of records with their ids.", attempt, {}
        return "", "", attempt, answers
    return code, message, retries + 1, {}


def _event(delivery_stream: Any, region: str, records: list[Waiting]) -> dict[str, Any]:
    event: dict[str, Any] = {
        "invocationId": str(mock_random.uuid4()),
        "deliveryStreamArn": delivery_stream.delivery_stream_arn,
        "region": region,
        "records": [],
    }
    if delivery_stream.source:
        event["sourceKinesisStreamArn"] = delivery_stream.source["KinesisStreamARN"]
    for record in records:
        shown: dict[str, Any] = {
            "recordId": record.number,
            "approximateArrivalTimestamp": int(record.at * 1000),
            "data": base64.b64encode(record.data).decode(),
        }
        if record.source:
            shown["kinesisRecordMetadata"] = record.source
        event["records"].append(shown)
    return event


def _failure(record: Waiting, arn: str, attempts: int, code: str, message: str) -> dict[str, Any]:
    return {
        "attemptsMade": attempts,
        "arrivalTimestamp": int(record.at * 1000),
        "errorCode": code,
        "errorMessage": message,
        "attemptEndingTimestamp": int(clock.now().timestamp() * 1000),
        "rawData": base64.b64encode(record.data).decode(),
        "lambdaArn": arn,
    }


def _chunks(records: list[Waiting], size: int) -> list[list[Waiting]]:
    found: list[list[Waiting]] = []
    total = 0
    for record in records:
        total += len(record.data)
        if not found or total > size:
            found.append([])
            total = len(record.data)
        found[-1].append(record)
    return found
