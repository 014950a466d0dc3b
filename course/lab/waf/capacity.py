"""What rules cost in web ACL capacity units (WCU).

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements-match.html
https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from course.lab.waf.managed import GROUPS

MOST: Final = 5000
_FLAT: Final = {
    "IPSetReferenceStatement": 1,
    "GeoMatchStatement": 1,
    "LabelMatchStatement": 1,
    "SizeConstraintStatement": 1,
    "RegexMatchStatement": 3,
    "RegexPatternSetReferenceStatement": 25,
    "XssMatchStatement": 40,
}
_POSITIONS: Final = {"EXACTLY": 2, "STARTS_WITH": 2, "ENDS_WITH": 2, "CONTAINS": 10, "CONTAINS_WORD": 10}
_TRANSFORMATION: Final = 10
_RATE: Final = 2
_CUSTOM_KEY: Final = 30


def of_rules(rules: Iterable[Mapping[str, Any]], groups: Mapping[str, int]) -> int:
    """The capacity of rules as boto3 gives them; `groups` has the capacity of the account's own rule groups by ARN."""
    return sum(_of(rule["Statement"], groups) for rule in rules)


def _of(statement: Mapping[str, Any], groups: Mapping[str, int]) -> int:
    (kind, given), *_ = ((name, value) for name, value in statement.items() if value is not None)
    if kind in ("AndStatement", "OrStatement"):
        return sum(_of(one, groups) for one in given["Statements"])
    if kind == "NotStatement":
        return _of(given["Statement"], groups)
    if kind == "ManagedRuleGroupStatement":
        return GROUPS[given["Name"]].capacity + _scope(given, groups)
    if kind == "RuleGroupReferenceStatement":
        return groups.get(given["ARN"], 0)
    if kind == "RateBasedStatement":
        return _RATE + _CUSTOM_KEY * len(given.get("CustomKeys") or []) + _scope(given, groups)
    base = _FLAT.get(kind, 0)
    if kind == "ByteMatchStatement":
        base = _POSITIONS[given["PositionalConstraint"]]
    elif kind == "SqliMatchStatement":
        base = 30 if given.get("SensitivityLevel") == "HIGH" else 20
    field = given.get("FieldToMatch") or {}
    base *= 2 if "JsonBody" in field else 1
    base += 10 if "AllQueryArguments" in field else 0
    steps = [one for one in given.get("TextTransformations") or [] if one["Type"] != "NONE"]
    return base + _TRANSFORMATION * len(steps)


def _scope(given: Mapping[str, Any], groups: Mapping[str, int]) -> int:
    inner = given.get("ScopeDownStatement")
    return _of(inner, groups) if inner else 0
