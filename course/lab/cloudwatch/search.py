"""Metrics found by words: the SEARCH function.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
Understood are a schema of namespace and dimension names, `Name=value` in several forms, words, AND, OR and NOT.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Final

from course.lab.cloudwatch import store
from course.lab.cloudwatch.expressions import MathError
from course.lab.cloudwatch.series import Series
from course.lab.cloudwatch.statistics import statistic

_SCHEMA = re.compile(r"\s*\{([^}]*)\}(.*)", re.DOTALL)
_TERM = re.compile(r'\s*(?:(\(|\))|(AND|OR|NOT)\b|:?(?:(\w+|"[^"]+")\s*=\s*)?("[^"]*"|[^\s()=]+))')
_MOST: Final = 100


@dataclass(frozen=True)
class Span:
    """The range of time to read, in periods."""

    start: float
    end: float
    now: float
    period: int


def search(backend: Any, words: str, name: str, span: Span) -> list[Series]:
    """A time series for each metric that the words fit."""
    namespace, wanted, terms = _read(words)
    found = []
    for own, metric, points in store.metrics(backend):
        if namespace and (own != namespace or {key for key, _ in points.dimensions} != wanted):
            continue
        text = {"MetricName": metric, "Namespace": own, **dict(points.dimensions)}
        if _fits(terms, text) and (series := of_points([points], name, span, metric)).values:
            label = " ".join([*(value for _, value in sorted(points.dimensions)), metric])
            found.append(Series(series.values, span.period, label))
    return sorted(found, key=lambda one: one.label)[:_MOST]


def of_points(sets: list[store.Points], name: str, span: Span, label: str) -> Series:
    """A statistic over several sets of data points."""
    held: dict[float, list[Any]] = {}
    for points in sets:
        moments = points.moments(span.start, span.end)
        for at, datum in zip(moments, points.between(span.start, span.end), strict=True):
            begin = span.start + math.floor((at - span.start) / span.period) * span.period
            held.setdefault(begin, []).append(datum)
    values = {at: value for at in sorted(held) if (value := statistic(name, held[at])) is not None}
    return Series(values, span.period, label)


def _read(words: str) -> tuple[str, set[str], list[tuple[str, str, str]]]:
    schema = _SCHEMA.fullmatch(words)
    namespace, wanted, rest = "", set[str](), words
    if schema is not None:
        namespace, *dimensions = (part.strip().strip('"') for part in schema.group(1).split(","))
        wanted, rest = set(dimensions), schema.group(2)
    terms, at = [], 0
    while rest[at:].strip():
        term = _TERM.match(rest, at)
        if term is None:
            raise MathError(f"SEARCH cannot read '{rest[at:].strip()}'")
        bracket, joint, key, value = term.groups()
        terms.append((bracket or joint or "", (key or "").strip('"'), value or ""))
        at = term.end()
    return namespace, wanted, terms


def _fits(terms: list[tuple[str, str, str]], text: dict[str, str]) -> bool:
    """Whether the terms hold; terms that stand side by side must all hold."""
    waiting = list(terms)

    def either() -> bool:
        holds = both()
        while waiting and waiting[0][0] == "OR":
            waiting.pop(0)
            holds = both() or holds
        return holds

    def both() -> bool:
        holds = True
        while waiting and waiting[0][0] not in ("OR", ")"):
            if waiting[0][0] == "AND":
                waiting.pop(0)
            holds = one() and holds
        return holds

    def one() -> bool:
        joint, key, value = waiting.pop(0)
        if joint == "NOT":
            return not one()
        if joint == "(":
            inside = either()
            if waiting:
                waiting.pop(0)
            return inside
        return _holds(key, value, text)

    return either() if waiting else True


def _holds(key: str, value: str, text: dict[str, str]) -> bool:
    exact = value.startswith('"')
    word = value.strip('"')
    places = [text[key]] if key in text else [] if key else [*text.values()]
    if exact:
        return word in places
    return any(word.lower() in place.lower() for place in places)
