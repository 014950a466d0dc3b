"""The items of a Map: from its input, or from S3, one by one or in batches.

Inline: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
ItemReader: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
ItemBatcher: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from course.lab.stepfunctions import dataflow, integrations
from course.lab.stepfunctions.errors import StateError
from course.lab.stepfunctions.executions import Frame

State = Mapping[str, Any]


def items_of(frame: Frame, state: State, data: Any) -> list[Any]:
    """What the Map iterates over."""
    if "ItemReader" in state:
        return _read(frame, state["ItemReader"], data)
    if dataflow.is_jsonata(frame, state):
        found = dataflow.expression(frame, state, state["Items"], data) if "Items" in state else data
    else:
        found = dataflow.required(frame, state.get("ItemsPath", "$"), data)
    if not isinstance(found, list):
        raise StateError("States.Runtime", "Reference path 'ItemsPath' must point to array.")
    return found


def selected(frame: Frame, state: State, data: Any, index: int, item: Any) -> Any:
    """The input of an iteration."""
    branch = frame.branch({"Index": index, "Value": item})
    for field in ("ItemSelector", "Parameters"):
        if field in state:
            if dataflow.is_jsonata(frame, state):
                return dataflow.arguments(branch, state, data, field)
            return dataflow.filled(branch, state[field], data)
    return item


def batches(frame: Frame, batcher: State, items: list[Any], data: Any) -> list[Any]:
    """The inputs of iterations that take several items each."""
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
