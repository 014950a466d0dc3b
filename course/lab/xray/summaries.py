"""GetTraceSummaries and BatchGetTraces: find traces, then read them.

https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html
https://docs.aws.amazon.com/xray/latest/api/API_BatchGetTraces.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from course.lab import meter
from course.lab.clock import clock
from course.lab.paging import InvalidToken, page
from course.lab.service import Call, Refusal
from course.lab.xray.filter_syntax import BadFilter
from course.lab.xray.filters import Filter
from course.lab.xray.settings import filters_of_groups
from course.lab.xray.store import traces_of
from course.lab.xray.trace import Part, Trace

_PAGE: Final = 50  # AWS does not say how many a page holds
_MOST_IDS: Final = 5


def get_trace_summaries(call: Call) -> dict[str, Any]:
    """The traces of a time frame that match, a page at a time."""
    given = call.given
    chosen = _chosen(call)
    wanted = _wanted(given.get("FilterExpression") or "", call)
    found = [one for one in chosen if wanted is None or wanted.matches(one)]
    if not given.get("NextToken") and chosen:
        meter.use("X-Ray", "traces-retrieved-scanned", len(chosen))
    try:
        shown, more = page(found, given.get("NextToken"), _PAGE)
    except InvalidToken:
        shown, more = page(found, None, _PAGE)
    return {
        "TraceSummaries": [_summary(one, call.place.account) for one in shown],
        "ApproximateTime": clock.now(),
        "TracesProcessedCount": len(chosen),
        **more,
    }


def within(call: Call) -> tuple[float, float]:
    """The time frame that is asked for, in seconds."""
    start, end = (seconds(call.given[name]) for name in ("StartTime", "EndTime"))
    if end < start:
        raise Refusal("InvalidRequestException", "End time cannot be before start time.")
    return start, end


def seconds(moment: Any) -> float:
    """A time that boto3 was given, in seconds since 1970."""
    if isinstance(moment, str):
        moment = dt.datetime.fromisoformat(moment)
    if isinstance(moment, dt.datetime):
        return moment.timestamp()
    return float(moment)


def _chosen(call: Call) -> list[Trace]:
    start, end = within(call)
    kind = call.given.get("TimeRangeType") or "TraceId"
    found = []
    for one in traces_of(call.place).kept():
        at = {"TraceId": one.begun, "Event": one.changed, "Service": _ended(one)}[kind]
        if start <= at <= end or (kind == "TraceId" and int(start) <= at <= end):
            found.append(one)
    return found


def _ended(trace: Trace) -> float:
    return max((one.end or one.start for one in trace.parts()), default=0.0)


def _wanted(expression: str, call: Call) -> Filter | None:
    try:
        return Filter(expression, filters_of_groups(call.place)) if expression else None
    except BadFilter as wrong:
        raise Refusal("InvalidRequestException", f"Invalid filter expression: {wrong}.") from None


def _summary(trace: Trace, account: str) -> dict[str, Any]:
    root, parts = trace.root, trace.parts()
    said: dict[str, Any] = {
        "Id": trace.id,
        "StartTime": root.start if root else trace.begun,
        "Duration": round(trace.seconds, 3),
        "ResponseTime": round(root.seconds, 3) if root else 0.0,
        "HasFault": bool(root and root.is_fault),
        "HasError": bool(root and root.is_error),
        "HasThrottle": any(one.is_throttled for one in parts if not one.is_inferred),
        "IsPartial": trace.is_partial,
        "Http": _http(root),
        "Annotations": _annotations(trace, account),
        "Users": _users(trace, account),
        "ServiceIds": _ids(parts, account),
        "Revision": trace.revision,
    }
    if root:
        said["EntryPoint"] = _id(root, account)
    return said


def _http(root: Part | None) -> dict[str, Any]:
    http = (root.body.get("http") or {}) if root else {}
    request = http.get("request") or {}
    names = {"url": "HttpURL", "method": "HttpMethod", "user_agent": "UserAgent", "client_ip": "ClientIp"}
    said = {names[name]: value for name, value in request.items() if name in names}
    if root and root.status is not None:
        said["HttpStatus"] = root.status
    return said


def _id(part: Part, account: str) -> dict[str, Any]:
    return {"Name": part.name, "Names": [part.name], "AccountId": account, "Type": part.type or None}


def _ids(parts: list[Part], account: str) -> list[dict[str, Any]]:
    return [_id(one, account) for one in {part.key: part for part in parts}.values()]


def _annotations(trace: Trace, account: str) -> dict[str, Any]:
    said: dict[str, list[dict[str, Any]]] = {}
    for key, value, body in trace.annotations():
        kind = "BooleanValue" if isinstance(value, bool) else "StringValue" if isinstance(value, str) else "NumberValue"
        by = {"Name": body["name"], "Names": [body["name"]], "AccountId": account}
        said.setdefault(key, []).append({"AnnotationValue": {kind: value}, "ServiceIds": [by]})
    return said


def _users(trace: Trace, account: str) -> list[dict[str, Any]]:
    users = dict.fromkeys(str(one["user"]) for one in trace.bodies() if one.get("user"))
    return [{"UserName": name, "ServiceIds": _ids(trace.parts()[:1], account)} for name in users]


def batch_get_traces(call: Call) -> dict[str, Any]:
    """Up to five traces with their documents."""
    ids = ids_of(call.given)
    found = [(one, traces_of(call.place).found(one)) for one in ids]
    if read := sum(trace is not None for _, trace in found):
        meter.use("X-Ray", "traces-retrieved-scanned", read)
    return {
        "Traces": [_whole(trace) for _, trace in found if trace is not None],
        "UnprocessedTraceIds": [one for one, trace in found if trace is None],
    }


def ids_of(given: Mapping[str, Any]) -> list[str]:
    """The trace ids that are asked for: one to five."""
    ids = list(given["TraceIds"])
    if not 1 <= len(ids) <= _MOST_IDS:
        raise Refusal("InvalidRequestException", f"TraceIds must have between 1 and {_MOST_IDS} items.")
    return ids


def _whole(trace: Trace) -> dict[str, Any]:
    documents = sorted(trace.documents.values(), key=lambda one: float(one.body["start_time"]))
    segments = [{"Id": one.id, "Document": one.raw} for one in documents]
    return {"Id": trace.id, "Duration": round(trace.seconds, 3), "LimitExceeded": False, "Segments": segments}
