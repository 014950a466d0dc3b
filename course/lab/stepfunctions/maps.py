"""Parallel and Map: branches and iterations, inline and distributed.

Parallel: https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
Map: https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html
Distributed: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any, Final

from course.lab.stepfunctions import dataflow, integrations, machine
from course.lab.stepfunctions.errors import StateError
from course.lab.stepfunctions.executions import Frame
from course.lab.stepfunctions.kernel import Branch, Fork

State = Mapping[str, Any]
# An inline Map runs at most 40 iterations at once: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
_INLINE_AT_ONCE: Final = 40
_DISTRIBUTED_AT_ONCE: Final = 10_000


def parallel(frame: Frame, state: State, data: Any) -> Branch:
    """All branches get the same input; gives the list of their outputs."""
    frame.note("ParallelStateStarted")

    def branch(definition: State) -> Any:
        return lambda: machine.run(frame.branch(), definition, data)

    try:
        results = yield Fork([branch(definition) for definition in state["Branches"]])
    except StateError as error:
        frame.last = len(frame.execution.events)
        frame.note("ParallelStateFailed")
        raise _of_a_branch(error) from None
    frame.last = len(frame.execution.events)
    frame.note("ParallelStateSucceeded")
    return results


def each(frame: Frame, name: str, state: State, data: Any) -> Branch:
    """One iteration for each item; gives the list of their outputs."""
    processor = state.get("ItemProcessor") or state["Iterator"]
    distributed = (processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED"
    items = _items(frame, state, data)
    frame.note("MapStateStarted", {"length": len(items)})
    prepared = [_selected(frame, state, data, index, item) for index, item in enumerate(items)]
    if batcher := state.get("ItemBatcher"):
        prepared = _batches(frame, batcher, prepared, data)
    most = int(dataflow.expression(frame, state, state.get("MaxConcurrency", 0), data) or 0)
    if "MaxConcurrencyPath" in state:
        most = int(dataflow.required(frame, state["MaxConcurrencyPath"], data))
    at_once = min(most or _DISTRIBUTED_AT_ONCE, _DISTRIBUTED_AT_ONCE if distributed else _INLINE_AT_ONCE)
    tolerance = _Tolerance(state, len(prepared)) if distributed else None

    def iteration(index: int, given: Any) -> Any:
        item = {"Index": index, "Value": items[index] if index < len(items) else given}
        return lambda: _iteration(frame.branch(item), name, processor, index, given)

    branches = [iteration(index, given) for index, given in enumerate(prepared)]
    try:
        results = yield Fork(branches, at_once, tolerance.count if tolerance else None)
    except StateError as error:
        frame.last = len(frame.execution.events)
        frame.note("MapStateFailed")
        raise _of_a_branch(error) from None
    frame.last = len(frame.execution.events)
    frame.note("MapStateSucceeded")
    if tolerance:
        results = [result for result in results if result is not _FAILED]
    if writer := state.get("ResultWriter"):
        return _written(frame, writer, results, data)
    return results


def _iteration(frame: Frame, name: str, processor: State, index: int, given: Any) -> Branch:
    details = {"name": name, "index": index}
    frame.note("MapIterationStarted", details)
    try:
        result = yield from machine.run(frame, processor, given)
    except StateError:
        frame.execution.note("MapIterationFailed", frame.last, details)
        raise
    frame.execution.note("MapIterationSucceeded", frame.last, details)
    return result


def _of_a_branch(error: StateError) -> StateError:
    """A Catch of Parallel and Map sees the error of the branch that failed."""
    return StateError(error.error, error.cause, error.of_task)


_FAILED: Final = object()


class _Tolerance:
    """How many iterations of a distributed Map may fail: none, unless it says more."""

    def __init__(self, state: State, total: int) -> None:
        self._total = total
        percentage = state.get("ToleratedFailurePercentage")
        self._most = float(state.get("ToleratedFailureCount", 0))
        if percentage is not None:
            self._most = max(self._most, total * float(percentage) / 100)
        self._failed = 0

    def count(self, index: int, error: StateError) -> Any:
        """One more failure; too many end the Map."""
        self._failed += 1
        if self._failed > self._most:
            raise StateError(
                "States.ExceedToleratedFailureThreshold",
                f"The specified tolerated failure threshold was exceeded: {self._failed} of {self._total} failed; "
                f"the last one with {error.error}.",
            )
        return _FAILED


def _items(frame: Frame, state: State, data: Any) -> list[Any]:
    if "ItemReader" in state:
        return _read(frame, state["ItemReader"], data)
    if dataflow.is_jsonata(frame, state):
        found = dataflow.expression(frame, state, state["Items"], data) if "Items" in state else data
    else:
        found = dataflow.required(frame, state.get("ItemsPath", "$"), data)
    if not isinstance(found, list):
        raise StateError("States.Runtime", "Reference path 'ItemsPath' must point to array.")
    return found


def _selected(frame: Frame, state: State, data: Any, index: int, item: Any) -> Any:
    branch = frame.branch({"Index": index, "Value": item})
    for field in ("ItemSelector", "Parameters"):
        if field in state:
            if dataflow.is_jsonata(frame, state):
                return dataflow.arguments(branch, state, data, field)
            return dataflow.filled(branch, state[field], data)
    return item


def _batches(frame: Frame, batcher: State, items: list[Any], data: Any) -> list[Any]:
    size = int(batcher.get("MaxItemsPerBatch") or len(items) or 1)
    shared = {"BatchInput": dataflow.filled(frame, batcher["BatchInput"], data)} if "BatchInput" in batcher else {}
    return [{**shared, "Items": items[at : at + size]} for at in range(0, len(items), size)]


def _read(frame: Frame, reader: State, data: Any) -> list[Any]:
    """Items from S3: a JSON array, JSON lines, CSV, or the list of the objects."""
    given = dataflow.filled(frame, reader.get("Parameters") or reader.get("Arguments") or {}, data)
    s3 = integrations.client(frame, "s3")
    config = reader.get("ReaderConfig") or {}
    try:
        if reader["Resource"].endswith(":listObjectsV2"):
            pages = s3.get_paginator("list_objects_v2").paginate(**given)
            items: list[Any] = [
                {name: one[name] for name in ("Key", "Size", "ETag", "StorageClass") if name in one}
                for page in pages
                for one in page.get("Contents", [])
            ]
        else:
            items = _parsed(s3.get_object(**given)["Body"].read().decode(), config)
    except StateError:
        raise
    except Exception as wrong:
        raise StateError("States.ItemReaderFailed", str(wrong)) from None
    return items[: int(config["MaxItems"])] if "MaxItems" in config else items


def _parsed(text: str, config: State) -> list[Any]:
    match config.get("InputType", "JSON"):
        case "CSV":
            names = config.get("CSVHeaders") if config.get("CSVHeaderLocation") == "GIVEN" else None
            return list(csv.DictReader(io.StringIO(text), fieldnames=names))
        case "JSONL":
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        case _:
            found = json.loads(text)
            if not isinstance(found, list):
                raise StateError("States.ItemReaderFailed", "The object holds no JSON array.")
            return found


def _written(frame: Frame, writer: State, results: list[Any], data: Any) -> dict[str, Any]:
    given = dataflow.filled(frame, writer.get("Parameters") or writer.get("Arguments") or {}, data)
    key = f"{given.get('Prefix', '').rstrip('/')}/{frame.execution.name}/SUCCEEDED_0.json".lstrip("/")
    integrations.client(frame, "s3").put_object(Bucket=given["Bucket"], Key=key, Body=json.dumps(results).encode())
    return {"MapRunArn": frame.execution.arn, "ResultWriterDetails": {"Bucket": given["Bucket"], "Key": key}}
