"""Segments for the tests: a shop whose site calls an API, which reads a table."""

from __future__ import annotations

import datetime as dt
import json
from itertools import count
from typing import Any

import boto3

from course import lab

_numbers = count(1)


def client() -> Any:
    made: Any = boto3.client
    return made("xray", region_name="us-east-1")


def new_id() -> str:
    return f"{next(_numbers):016x}"


def new_trace(at: float | None = None) -> str:
    moment = lab.clock.now().timestamp() if at is None else at
    return f"1-{int(moment):08x}-{next(_numbers):024x}"


def segment(name: str = "site", seconds: float = 0.5, **more: Any) -> dict[str, Any]:
    now = lab.clock.now().timestamp()
    made = {"id": new_id(), "name": name, "trace_id": new_trace(), "start_time": now, "end_time": now + seconds}
    return {**made, **more}


def http(status: int, method: str = "GET", url: str = "https://shop.example/orders") -> dict[str, Any]:
    return {"request": {"url": url, "method": method}, "response": {"status": status}}


def put(*segments: dict[str, Any]) -> list[dict[str, Any]]:
    documents = [json.dumps(one) for one in segments]
    return list(client().put_trace_segments(TraceSegmentDocuments=documents)["UnprocessedTraceSegments"])


def site_and_api(status: int = 200, **more: Any) -> str:
    """A trace: the site calls the API, the API reads a table. Returns its id."""
    call = new_id()
    site = segment("site", 1.0, origin="AWS::EC2::Instance", http=http(200), **more)
    start, trace = site["start_time"], site["trace_id"]
    site["subsegments"] = [
        {"id": call, "name": "api", "namespace": "remote", "start_time": start, "end_time": start + 0.9}
    ]
    read = {"id": new_id(), "name": "DynamoDB", "namespace": "aws", "start_time": start, "end_time": start + 0.2}
    api = segment("api", 0.8, trace_id=trace, parent_id=call, http=http(status))
    api["subsegments"] = [{**read, "aws": {"table_name": "orders", "operation": "GetItem"}}]
    assert put(site, api) == []
    return str(trace)


def frame(minutes: float = 10) -> dict[str, dt.datetime]:
    now = lab.clock.now()
    return {"StartTime": now - dt.timedelta(minutes=minutes), "EndTime": now + dt.timedelta(minutes=1)}


def found(expression: str = "", **more: Any) -> list[str]:
    """The ids of the traces that match."""
    asked = {**frame(), **more, **({"FilterExpression": expression} if expression else {})}
    pages = client().get_paginator("get_trace_summaries").paginate(**asked)
    return [one["Id"] for page in pages for one in page["TraceSummaries"]]
