"""Service graphs: nodes, edges and what was counted on them.

https://docs.aws.amazon.com/xray/latest/api/API_GetServiceGraph.html
https://docs.aws.amazon.com/xray/latest/devguide/xray-api-gettingdata.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.service import Call, Refusal
from course.lab.xray.filter_syntax import BadFilter
from course.lab.xray.filters import Filter
from course.lab.xray.settings import filters_of_groups
from course.lab.xray.store import traces_of
from course.lab.xray.summaries import ids_of, within
from course.lab.xray.trace import Part, Trace

_CLIENT: Final = "client"
_PERIODS: Final = (60, 300)


@dataclass
class _Node:
    number: int
    name: str
    type: str
    parts: list[Part] = field(default_factory=list)
    calls: dict[int, list[Part]] = field(default_factory=dict)
    is_root: bool = False

    def spans(self) -> list[Part]:
        """All that tells when it was busy: its own parts, or those that it called."""
        return self.parts or [one for called in self.calls.values() for one in called]


def get_service_graph(call: Call) -> dict[str, Any]:
    """The services of all traces in a time frame."""
    start, end = within(call)
    chosen = [one for one in traces_of(call.place).kept() if int(start) <= one.begun <= end]
    return {
        "StartTime": call.given["StartTime"],
        "EndTime": call.given["EndTime"],
        "Services": _services(_of_group(chosen, call), call.place.account),
        "ContainsOldGroupVersions": False,
    }


def get_trace_graph(call: Call) -> dict[str, Any]:
    """The services of these traces."""
    found = (traces_of(call.place).found(one) for one in ids_of(call.given))
    return {"Services": _services([one for one in found if one is not None], call.place.account)}


def get_time_series(call: Call) -> dict[str, Any]:
    """What was counted at the entry points, or at what an expression selects, minute by minute."""
    start, end = within(call)
    period = int(call.given.get("Period") or 60)
    if period not in _PERIODS:
        raise Refusal("InvalidRequestException", f"Period must be one of {', '.join(map(str, _PERIODS))}.")
    chosen = _of_group(traces_of(call.place).kept(), call)
    if expression := call.given.get("EntitySelectorExpression"):
        try:
            wanted = Filter(expression, filters_of_groups(call.place))
            chosen = [one for one in chosen if wanted.matches(one)]
        except BadFilter as wrong:
            raise Refusal("InvalidRequestException", f"Invalid filter expression: {wrong}.") from None
    by_time: dict[int, list[Part]] = {}
    for one in chosen:
        if int(start) <= one.begun <= end and one.root and one.root.end is not None:
            by_time.setdefault(int(one.begun) // period * period, []).append(one.root)
    return {
        "TimeSeriesServiceStatistics": [
            {
                "Timestamp": moment,
                "ServiceSummaryStatistics": _statistics(parts),
                "ResponseTimeHistogram": _histogram(parts),
            }
            for moment, parts in sorted(by_time.items())
        ],
        "ContainsOldGroupVersions": False,
    }


def _of_group(traces: Iterable[Trace], call: Call) -> list[Trace]:
    """Those of the group that the call names."""
    group = call.given.get("GroupName") or call.given.get("GroupARN")
    groups = filters_of_groups(call.place)
    if not group or str(group).endswith("Default"):
        return list(traces)
    if group not in groups:
        raise Refusal("InvalidRequestException", f"Group not found: {group}")
    return [one for one in traces if not groups[group] or Filter(groups[group]).matches(one)]


def _services(traces: Iterable[Trace], account: str) -> list[dict[str, Any]]:
    nodes: dict[tuple[str, str], _Node] = {}

    def node(name: str, kind: str) -> _Node:
        return nodes.setdefault((name, kind), _Node(len(nodes), name, kind))

    for trace in traces:
        for edge in trace.edges():
            target = node(*edge.target.key)
            target.parts.append(edge.target)
            if edge.source is None:
                target.is_root = True
                caller = node(edge.target.name, _CLIENT)
            else:
                caller = node(*edge.source.key)
            caller.calls.setdefault(target.number, []).append(edge.target)
    return [_told(one, account) for one in nodes.values()]


def _told(node: _Node, account: str) -> dict[str, Any]:
    spans = node.spans()
    said: dict[str, Any] = {
        "ReferenceId": node.number,
        "Name": node.name,
        "Names": [node.name],
        "AccountId": account,
        "State": "active" if any(not one.is_inferred for one in node.parts) else "unknown",
        **_period(spans),
        "Edges": [
            {
                "ReferenceId": number,
                **_period(called),
                "SummaryStatistics": _statistics(called),
                "ResponseTimeHistogram": _histogram(called),
                "Aliases": [],
            }
            for number, called in sorted(node.calls.items())
        ],
    }
    if node.type:
        said["Type"] = node.type
    if node.is_root:
        said["Root"] = True
    if node.parts:
        said["SummaryStatistics"] = _statistics(node.parts)
        said["DurationHistogram"] = said["ResponseTimeHistogram"] = _histogram(node.parts)
    return said


def _period(parts: list[Part]) -> dict[str, float]:
    return {"StartTime": min(one.start for one in parts), "EndTime": max(one.end or one.start for one in parts)}


def _statistics(parts: list[Part]) -> dict[str, Any]:
    """Counts of those that have ended; a throttled request is an error, and counted apart within the errors."""
    done = [one for one in parts if one.end is not None]
    throttled = sum(one.is_throttled for one in done)
    errors = sum(one.is_error for one in done)
    faults = sum(one.is_fault for one in done)
    return {
        "OkCount": sum(one.is_ok for one in done),
        "ErrorStatistics": {"ThrottleCount": throttled, "OtherCount": errors - throttled, "TotalCount": errors},
        "FaultStatistics": {"OtherCount": faults, "TotalCount": faults},
        "TotalCount": len(done),
        "TotalResponseTime": round(sum(one.seconds for one in done), 3),
    }


def _histogram(parts: list[Part]) -> list[dict[str, Any]]:
    counts = Counter(round(one.seconds, 3) for one in parts if one.end is not None)
    return [{"Value": value, "Count": count} for value, count in sorted(counts.items())]
