"""Metrics Insights: SELECT over the metrics of a namespace.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from course.lab.cloudwatch import store
from course.lab.cloudwatch.expressions import MathError
from course.lab.cloudwatch.search import Span, of_points
from course.lab.cloudwatch.series import Series

_QUERY = re.compile(
    r"\s*SELECT\s+(?P<function>AVG|COUNT|MAX|MIN|SUM)\s*\(\s*(?P<metric>\"[^\"]+\"|\w+)\s*\)"
    r"\s+FROM\s+(?:SCHEMA\s*\((?P<schema>[^)]*)\)|(?P<namespace>\"[^\"]+\"|\w+))"
    r"(?:\s+WHERE\s+(?P<where>.+?))?(?:\s+GROUP\s+BY\s+(?P<group>.+?))?"
    r"(?:\s+ORDER\s+BY\s+(?P<order>\w+)\s*\(\s*\)\s*(?P<way>ASC|DESC)?)?(?:\s+LIMIT\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\s*(\"[^\"]+\"|[\w.]+)\s*(!=|=)\s*'([^']*)'\s*")
_STATISTICS: Final = {"AVG": "Average", "COUNT": "SampleCount", "MAX": "Maximum", "MIN": "Minimum", "SUM": "Sum"}
_ORDERS: Final[dict[str, Any]] = {
    "AVG": lambda values: sum(values) / len(values), "COUNT": len, "MAX": max, "MIN": min, "SUM": sum,
}  # fmt: skip


def select(backend: Any, text: str, span: Span) -> list[Series]:
    """A time series for each group, or one over all metrics."""
    query = _QUERY.fullmatch(text)
    if query is None:
        raise MathError("Syntax error in the Metrics Insights query")
    namespace, wanted = _source(query)
    metric = query["metric"].strip('"')
    conditions = _conditions(query["where"] or "")
    by = [name.strip().strip('"') for name in (query["group"] or "").split(",") if name.strip()]
    groups: dict[tuple[str, ...], list[store.Points]] = {}
    for own, name, points in store.metrics(backend):
        has = dict(points.dimensions)
        if (own, name) != (namespace, metric) or (wanted is not None and set(has) != wanted):
            continue
        if all((has.get(key) == value) is equal for key, equal, value in conditions) and set(by) <= set(has):
            groups.setdefault(tuple(has[key] for key in by), []).append(points)
    kind = _STATISTICS[query["function"].upper()]
    found = [of_points(groups[key], kind, span, " ".join(key) or "Query1") for key in sorted(groups)]
    found = [one for one in found if one.values]
    if query["order"]:
        rank = _ORDERS.get(query["order"].upper())
        if rank is None:
            raise MathError(f"Unknown function {query['order']} in ORDER BY")
        down = (query["way"] or "ASC").upper() == "DESC"
        found.sort(key=lambda one: rank(list(one.values.values())), reverse=down)
    return found[: int(query["limit"])] if query["limit"] else found[:500]


def _source(query: re.Match[str]) -> tuple[str, set[str] | None]:
    if query["namespace"]:
        return query["namespace"].strip('"'), None
    namespace, *dimensions = (part.strip().strip('"') for part in query["schema"].split(","))
    return namespace, set(dimensions)


def _conditions(text: str) -> list[tuple[str, bool, str]]:
    """`name = 'value'` and `name != 'value'`, joined by AND: OR is not in the language of this lab."""
    found = []
    for part in re.split(r"\s+AND\s+", text, flags=re.IGNORECASE) if text.strip() else []:
        condition = _CONDITION.fullmatch(part)
        if condition is None:
            raise MathError(f"Syntax error in WHERE at '{part.strip()}'")
        found.append((condition[1].strip('"'), condition[2] == "=", condition[3]))
    return found
