"""Whether a statement matches a request.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-list.html
"""

from __future__ import annotations

import base64
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any, Final

from course.lab.apigateway.exchange import Sent
from course.lab.place import Place
from course.lab.waf import patterns, rates
from course.lab.waf.components import Oversize, texts, transformed

Statement = Mapping[str, Any]

_COUNTRY: Final = "CloudFront-Viewer-Country"
_SIZES: Final[dict[str, Callable[[int, int], bool]]] = {
    "EQ": operator.eq, "NE": operator.ne, "LE": operator.le, "LT": operator.lt, "GE": operator.ge, "GT": operator.gt,
}  # fmt: skip


@dataclass
class Inspection:
    """A request under inspection by the rules of a web ACL."""

    place: Place
    sent: Sent
    rule: str
    body_limit: int
    labels: set[str] = field(default_factory=set)


def matches(statement: Statement, seen: Inspection) -> bool:
    """Whether it matches; each kind of statement has a function below."""
    (kind, given), *_ = ((name, value) for name, value in statement.items() if value is not None)
    return KINDS[kind](given, seen)


def _and(given: Statement, seen: Inspection) -> bool:
    return all(matches(one, seen) for one in given["Statements"])


def _or(given: Statement, seen: Inspection) -> bool:
    return any(matches(one, seen) for one in given["Statements"])


def _not(given: Statement, seen: Inspection) -> bool:
    return not matches(given["Statement"], seen)


def _ip_set(given: Statement, seen: Inspection) -> bool:
    config = given.get("IPSetForwardedIPConfig")
    source = rates.forwarded(config, seen.sent) if config else seen.sent.source_ip
    found = seen.place.backend("wafv2").ip_sets.get(given["ARN"])
    try:
        address = ip_address(source or "")
    except ValueError:
        return bool(config and config.get("FallbackBehavior") == "MATCH" and source)
    return any(address in ip_network(one) for one in (found.addresses if found else []))


def _geo(given: Statement, seen: Inspection) -> bool:
    return seen.sent.headers.get(_COUNTRY, "").upper() in given["CountryCodes"]


def _label(given: Statement, seen: Inspection) -> bool:
    key = given["Key"]
    if given["Scope"] == "NAMESPACE":
        return any(label.startswith(key) or f":{key}" in label for label in seen.labels)
    return any(label == key or label.endswith(f":{key}") for label in seen.labels)


def _rate(given: Statement, seen: Inspection) -> bool:
    inner = given.get("ScopeDownStatement")
    if inner and not matches(inner, seen):
        return False
    return rates.is_over(seen.place, seen.rule, given, seen.sent)


def _any_text(given: Statement, seen: Inspection, test: Callable[[str], bool]) -> bool:
    try:
        found = texts(given["FieldToMatch"], seen.sent, seen.body_limit)
    except Oversize as over:
        return over.matches
    return any(test(transformed(text, given["TextTransformations"])) for text in found)


def _bytes(given: Statement, seen: Inspection) -> bool:
    wanted = searched(given["SearchString"])
    tests: dict[str, Callable[[str], bool]] = {
        "EXACTLY": lambda text: text == wanted,
        "STARTS_WITH": lambda text: text.startswith(wanted),
        "ENDS_WITH": lambda text: text.endswith(wanted),
        "CONTAINS": lambda text: wanted in text,
        "CONTAINS_WORD": lambda text: re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text) is not None,
    }
    return _any_text(given, seen, tests[given["PositionalConstraint"]])


def searched(given: str | bytes) -> str:
    """The search string as text: moto keeps what came over the wire, base64 of the bytes."""
    return base64.b64decode(given).decode("utf-8", "replace")


def _regex(given: Statement, seen: Inspection) -> bool:
    return _any_text(given, seen, lambda text: re.search(given["RegexString"], text) is not None)


def _regex_set(given: Statement, seen: Inspection) -> bool:
    found = seen.place.backend("wafv2").regex_pattern_sets.get(given["ARN"])
    expressions = [one["RegexString"] for one in found.regular_expressions] if found else []
    return _any_text(given, seen, lambda text: any(re.search(one, text) for one in expressions))


def _size(given: Statement, seen: Inspection) -> bool:
    compare = _SIZES[given["ComparisonOperator"]]
    return _any_text(given, seen, lambda text: compare(len(text.encode()), given["Size"]))


def _sql(given: Statement, seen: Inspection) -> bool:
    level = given.get("SensitivityLevel", "LOW")
    return _any_text(given, seen, lambda text: patterns.has_sql(text, level))


def _script(given: Statement, seen: Inspection) -> bool:
    return _any_text(given, seen, patterns.has_script)


KINDS: Final[dict[str, Callable[[Statement, Inspection], bool]]] = {
    "AndStatement": _and,
    "OrStatement": _or,
    "NotStatement": _not,
    "IPSetReferenceStatement": _ip_set,
    "GeoMatchStatement": _geo,
    "LabelMatchStatement": _label,
    "RateBasedStatement": _rate,
    "ByteMatchStatement": _bytes,
    "RegexMatchStatement": _regex,
    "RegexPatternSetReferenceStatement": _regex_set,
    "SizeConstraintStatement": _size,
    "SqliMatchStatement": _sql,
    "XssMatchStatement": _script,
}
