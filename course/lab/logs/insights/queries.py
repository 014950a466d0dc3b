"""StartQuery, GetQueryResults, StopQuery and the rest: queries of Logs Insights, as calls.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html

The work is done when the query is sent; it shows that at the second look, or half a minute later. The bytes scanned are
those of the messages in the range of time: what AWS bills, whether an event fits or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.logs.insights.commands import Table, read_query, run
from course.lab.logs.insights.reader import Malformed
from course.lab.logs.insights.records import place_of_record, record
from course.lab.logs.insights.values import text
from course.lab.place import Place
from course.lab.service import Call, Operation, Refusal

_PAGE: Final = 10_000
_TAKES: Final = 30.0
_MOST_GROUPS: Final = 50
_SECONDS_NOT_MILLISECONDS: Final = 10**11


@dataclass
class Query:
    """A query that was sent."""

    id: str
    text: str
    groups: list[str]
    began: float
    table: Table
    scanned: tuple[int, int]
    matched: int
    looks: int = 0
    stopped: bool = False

    @property
    def status(self) -> str:
        """As an observer sees it now."""
        if self.stopped:
            return "Cancelled"
        return "Complete" if self.looks > 1 or clock.now().timestamp() >= self.began + _TAKES else "Running"

    @property
    def rows(self) -> list[list[dict[str, str]]]:
        """What it found; a record of one event also has its pointer."""
        columns = self.table.columns or ("@timestamp", "@message")
        columns = (*columns, "@ptr") if self.table.of_events and "@ptr" not in columns else columns
        return [
            [{"field": name, "value": text(one[name])} for name in columns if one.get(name) is not None]
            for one in self.table.records
        ]


@dataclass
class _Kept:
    """The queries and the saved queries of an account in a Region."""

    queries: dict[str, Query] = field(default_factory=dict)
    saved: dict[str, dict[str, Any]] = field(default_factory=dict)


def _kept(place: Place) -> _Kept:
    return place.kept("logs", "lab_insights", _Kept)


def _start(call: Call) -> dict[str, Any]:
    given, place = call.given, call.place
    if given.get("queryLanguage", "CWLI") != "CWLI":
        raise Refusal("InvalidParameterException", f"The lab runs queries in CWLI, not in {given['queryLanguage']}.")
    names = _groups(given)
    groups = place.backend("logs").groups
    for name in names:
        if name not in groups:
            message = f"Log group '{name}' does not exist for account ID '{place.account}'"
            raise Refusal("ResourceNotFoundException", message)
    begin, end = (_milliseconds(given[name]) for name in ("startTime", "endTime"))
    if end < begin:
        raise Refusal("InvalidParameterException", "End time should not be before start time.")
    try:
        steps = read_query(given["queryString"])
    except Malformed as fault:
        raise Refusal("MalformedQueryException", str(fault)) from None
    records = [
        record(place.account, name, stream.log_stream_name, event)
        for name in names
        for stream in groups[name].streams.values()
        for event in stream.events
        if begin <= event.timestamp <= end + 999
    ]
    records.sort(key=lambda one: one["@timestamp"])
    size = sum(len(one["@message"].encode()) for one in records)
    table = run(steps, records)
    made = Query(
        id=str(mock_random.uuid4()),
        text=given["queryString"],
        groups=names,
        began=clock.now().timestamp(),
        table=table,
        scanned=(len(records), size),
        matched=len(table.records) if table.matched is None else table.matched,
    )
    _kept(place).queries[made.id] = made
    return {"queryId": made.id}


def _groups(given: Mapping[str, Any]) -> list[str]:
    """Names of the log groups, of which one parameter tells."""
    said = [name for name in ("logGroupName", "logGroupNames", "logGroupIdentifiers") if given.get(name)]
    if len(said) != 1:
        message = "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be given."
        raise Refusal("InvalidParameterException", message)
    found = given[said[0]]
    names = [found] if isinstance(found, str) else list(found)
    if len(names) > _MOST_GROUPS:
        raise Refusal("InvalidParameterException", f"A query can have at most {_MOST_GROUPS} log groups.")
    return [name.split(":log-group:")[-1].removesuffix(":*") for name in names]


def _milliseconds(at: int) -> int:
    """Times come in seconds; later versions of the API take milliseconds, too."""
    return at * 1000 if at < _SECONDS_NOT_MILLISECONDS else at


def _query(call: Call) -> Query:
    found = _kept(call.place).queries.get(call.given["queryId"])
    if found is None:
        raise Refusal("ResourceNotFoundException", f"Query {call.given['queryId']} does not exist.")
    return found


def _results(call: Call) -> dict[str, Any]:
    found = _query(call)
    found.looks += 1
    if found.status != "Complete":
        return {"results": [], "statistics": _statistics(0, 0, 0, 0), "status": found.status, "queryLanguage": "CWLI"}
    rows = found.rows
    begin = int(call.given.get("nextToken") or 0)
    answer: dict[str, Any] = {
        "results": rows[begin : begin + _PAGE],
        "statistics": _statistics(found.matched, *found.scanned, len(found.groups)),
        "status": "Complete",
        "queryLanguage": "CWLI",
    }
    if len(rows) > begin + _PAGE:
        answer["nextToken"] = str(begin + _PAGE)
    return answer


def _statistics(matched: int, scanned: int, size: int, groups: int) -> dict[str, float]:
    return {
        "recordsMatched": float(matched),
        "recordsScanned": float(scanned),
        "bytesScanned": float(size),
        "estimatedRecordsSkipped": 0.0,
        "estimatedBytesSkipped": 0.0,
        "logGroupsScanned": float(groups),
    }


def _stop(call: Call) -> dict[str, Any]:
    found = _query(call)
    if found.status != "Running":
        raise Refusal("InvalidParameterException", f"The specified query {found.id} is not running.")
    found.stopped = True
    return {"success": True}


def _describe(call: Call) -> dict[str, Any]:
    wanted, status = call.given.get("logGroupName"), call.given.get("status")
    return {
        "queries": [
            {
                "queryLanguage": "CWLI",
                "queryId": one.id,
                "queryString": one.text,
                "status": one.status,
                "createTime": int(one.began * 1000),
                "logGroupName": one.groups[0],
                "bytesScanned": float(one.scanned[1]),
            }
            for one in reversed(_kept(call.place).queries.values())
            if (not wanted or wanted in one.groups) and (not status or status == one.status)
        ]
    }


def _record(call: Call) -> dict[str, Any]:
    try:
        group, stream, wanted = place_of_record(call.given["logRecordPointer"])
        events = call.place.backend("logs").groups[group].streams[stream].events
        event = next(one for one in events if str(one.event_id) == wanted)
    except (KeyError, ValueError, StopIteration):
        raise Refusal("InvalidParameterException", "The log record pointer is not valid.") from None
    found = record(call.place.account, group, stream, event)
    return {"logRecord": {name: text(value) for name, value in found.items()}}


def _save(call: Call) -> dict[str, Any]:
    given, saved = call.given, _kept(call.place).saved
    try:
        read_query(given["queryString"])
    except Malformed as fault:
        raise Refusal("InvalidParameterException", str(fault)) from None
    name = given.get("queryDefinitionId") or str(mock_random.uuid4())
    if given.get("queryDefinitionId") and name not in saved:
        raise Refusal("ResourceNotFoundException", f"Query definition {name} does not exist.")
    saved[name] = {
        "queryLanguage": "CWLI",
        "queryDefinitionId": name,
        "name": given["name"],
        "queryString": given["queryString"],
        "lastModified": int(clock.now().timestamp() * 1000),
        "logGroupNames": list(given.get("logGroupNames") or ()),
    }
    return {"queryDefinitionId": name}


def _saved(call: Call) -> dict[str, Any]:
    prefix = call.given.get("queryDefinitionNamePrefix", "")
    found = _kept(call.place).saved.values()
    return {"queryDefinitions": [one for one in found if one["name"].startswith(prefix)]}


def _forget(call: Call) -> dict[str, Any]:
    found = _kept(call.place).saved.pop(call.given["queryDefinitionId"], None)
    if found is None:
        raise Refusal("ResourceNotFoundException", "The query definition does not exist.")
    return {"success": True}


OPERATIONS: Final[dict[str, Operation]] = {
    "StartQuery": _start,
    "GetQueryResults": _results,
    "StopQuery": _stop,
    "DescribeQueries": _describe,
    "GetLogRecord": _record,
    "PutQueryDefinition": _save,
    "DescribeQueryDefinitions": _saved,
    "DeleteQueryDefinition": _forget,
}
