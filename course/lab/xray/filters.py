"""Whether a trace matches a filter expression.

Keywords outside of service() and edge() look at the trace as its client saw it, that is at its root segment.
https://docs.aws.amazon.com/xray/latest/devguide/xray-console-filters.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from course.lab.xray.filter_syntax import BadFilter, Between, Both, Either, Named, Node, Not, Service, Test, parse
from course.lab.xray.trace import Part, Trace

Groups = Mapping[str, str]
"""The filter expressions of groups, by name and by ARN."""


class Filter:
    """A parsed expression. Making one raises BadFilter."""

    def __init__(self, expression: str, groups: Groups | None = None) -> None:
        self._node = parse(expression)
        self._groups: dict[Any, Filter] = {}
        for one in _tests(self._node):
            if one.keyword.startswith("group."):
                if one.value not in (groups or {}):
                    raise BadFilter(f"There is no group {one.value}")
                # A group's own expression names no groups.
                self._groups[one.value] = Filter((groups or {})[str(one.value)] or "duration >= 0")

    def matches(self, trace: Trace) -> bool:
        """Whether the trace is one of those."""
        return self._trace(self._node, trace)

    def _trace(self, node: Node, trace: Trace) -> bool:
        if isinstance(node, Both):
            return all(self._trace(one, trace) for one in node.terms)
        if isinstance(node, Either):
            return any(self._trace(one, trace) for one in node.terms)
        if isinstance(node, Not):
            return not self._trace(node.term, trace)
        if isinstance(node, Service):
            parts = [one for one in trace.parts() if _is_called(one, node.named)]
            return any(node.inner is None or _part(node.inner, one) for one in parts)
        if isinstance(node, Between):
            return any(
                edge.source is not None
                and _is_called(edge.source, node.source)
                and _is_called(edge.target, node.target)
                and (node.inner is None or _part(node.inner, edge.target))
                for edge in trace.edges()
            )
        if node.keyword.startswith("group."):
            return self._groups[node.value].matches(trace)
        return any(_compares(node, value) for value in _of_trace(node.keyword, trace))


def _tests(node: Node) -> Iterator[Test]:
    """The comparisons outside of braces."""
    if isinstance(node, Test):
        yield node
    for one in getattr(node, "terms", [node.term] if isinstance(node, Not) else []):
        yield from _tests(one)


def _of_trace(keyword: str, trace: Trace) -> list[Any]:
    """The values that a keyword has in a trace."""
    if keyword.startswith("annotation."):
        return [value for key, value, _ in trace.annotations() if key == keyword.partition(".")[2]]
    if keyword == "duration":
        return [trace.seconds]
    if keyword == "partial":
        return [trace.is_partial]
    if keyword == "inferred":
        return [any(one.is_inferred for one in trace.parts())]
    if keyword in ("user", "availabilityzone", "instance.id", "resource.arn"):
        return [value for body in trace.bodies() if (value := _OF_BODY[keyword](body)) is not None]
    if keyword == "throttle":  # one of the segments: https://docs.aws.amazon.com/xray/latest/api/API_TraceSummary.html
        return [any(one.is_throttled for one in trace.parts() if not one.is_inferred)]
    return _of_part(keyword, trace.root) if trace.root else []


def _of_part(keyword: str, part: Part) -> list[Any]:
    if keyword in _OF_PART:
        return [_OF_PART[keyword](part)]
    value = _OF_BODY[keyword](part.body) if keyword in _OF_BODY else None
    return [] if value is None else [value]


_OF_PART: Final[dict[str, Callable[[Part], Any]]] = {
    "ok": lambda one: one.is_ok,
    "error": lambda one: one.is_error,
    "throttle": lambda one: one.is_throttled,
    "fault": lambda one: one.is_fault,
    "partial": lambda one: one.end is None,
    "inferred": lambda one: one.is_inferred,
    "root": lambda one: one.is_root,
    "responsetime": lambda one: one.seconds,
    "duration": lambda one: one.seconds,
    "name": lambda one: one.name,
    "type": lambda one: one.type,
}


def _request(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda body: ((body.get("http") or {}).get("request") or {}).get(name)


_OF_BODY: Final[dict[str, Callable[[Mapping[str, Any]], Any]]] = {
    "http.status": lambda body: ((body.get("http") or {}).get("response") or {}).get("status"),
    "http.url": _request("url"),
    "http.method": _request("method"),
    "http.useragent": _request("user_agent"),
    "http.clientip": _request("client_ip"),
    "user": lambda body: body.get("user"),
    "message": lambda body: next((one.get("message") for one in _exceptions(body)), None),
    "availabilityzone": lambda body: ((body.get("aws") or {}).get("ec2") or {}).get("availability_zone"),
    "instance.id": lambda body: ((body.get("aws") or {}).get("ec2") or {}).get("instance_id"),
    "resource.arn": lambda body: (body.get("aws") or {}).get("resource_arn") or body.get("resource_arn"),
}


def _exceptions(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    cause = body.get("cause")
    return list(cause.get("exceptions") or []) if isinstance(cause, Mapping) else []


def _part(node: Node, part: Part) -> bool:
    """Whether one service's share of a trace matches what stands in braces."""
    if isinstance(node, Both):
        return all(_part(one, part) for one in node.terms)
    if isinstance(node, Either):
        return any(_part(one, part) for one in node.terms)
    if isinstance(node, Not):
        return not _part(node.term, part)
    assert isinstance(node, Test)  # the grammar lets nothing else stand within braces
    return any(_compares(node, value) for value in _of_part(node.keyword, part))


def _is_called(part: Part, named: Named) -> bool:
    return (not named.name or part.name == named.name) and (not named.type or part.type == named.type)


def _compares(test: Test, found: Any) -> bool:
    wanted = test.value
    if not test.operator:
        return found if isinstance(found, bool) else True
    if isinstance(wanted, bool) != isinstance(found, bool) or isinstance(wanted, str) != isinstance(found, str):
        return test.operator == "!="
    compare: dict[str, Callable[[], bool]] = {
        "=": lambda: found == wanted,
        "!=": lambda: found != wanted,
        "<": lambda: found < wanted,
        "<=": lambda: found <= wanted,
        ">": lambda: found > wanted,
        ">=": lambda: found >= wanted,
        "CONTAINS": lambda: wanted in found,
        "BEGINSWITH": lambda: found.startswith(wanted),
        "ENDSWITH": lambda: found.endswith(wanted),
    }
    return bool(compare[test.operator]())
