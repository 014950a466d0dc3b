"""A web ACL's rules in order of priority, to a verdict.

https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-processing-order.html
Count never ends the search; allow, block, CAPTCHA and challenge do. A client of the lab never solves a puzzle.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.apigateway.exchange import Sent
from course.lab.place import Place
from course.lab.waf.components import BODY
from course.lab.waf.managed import GROUPS
from course.lab.waf.statements import Inspection, Statement, matches

DEFAULT: Final = "Default_Action"


@dataclass
class Verdict:
    """What becomes of a request, through which rule, and which rules only counted it."""

    action: str
    metric: str
    settings: dict[str, Any]
    inside: str = ""
    """The rule within a group."""
    counted: list[tuple[str, str]] = field(default_factory=list)
    """Metric names of the rules that counted it, and the rule within their group."""


def judge(acl: Any, place: Place, sent: Sent) -> Verdict:
    """What the web ACL makes of a request."""
    config = ((acl.association_config or {}).get("RequestBody") or {}).get("API_GATEWAY") or {}
    most = int(config.get("DefaultSizeInspectionLimit", "KB_16").removeprefix("KB_")) * 1024 if config else BODY
    seen = Inspection(place, sent, "", most)
    counted: list[tuple[str, str]] = []
    for rule in sorted(acl.rules, key=lambda one: one.priority):
        seen.rule = f"{acl.arn} {rule.name}"
        metric = rule.visibility_config["MetricName"]
        action, inside = _of_group(rule, seen, counted) if _group(rule.statement) else _of_rule(rule, seen)
        if not action:
            continue
        if "Count" in action:
            counted.append((metric, inside))
            continue
        (name, settings), *_ = action.items()
        return Verdict(name, metric, settings or {}, inside, counted)
    (name, settings), *_ = acl.default_action.items()
    return Verdict(name, acl.visibility_config["MetricName"], settings or {}, "", counted)


def _of_rule(rule: Any, seen: Inspection) -> tuple[dict[str, Any], str]:
    if not matches(rule.statement, seen):
        return {}, ""
    seen.labels |= {one["Name"] for one in rule.rule_labels or []}
    return dict(rule.action), ""


def _group(statement: Statement) -> Any:
    return statement.get("ManagedRuleGroupStatement") or statement.get("RuleGroupReferenceStatement")


def _of_group(rule: Any, seen: Inspection, counted: list[tuple[str, str]]) -> tuple[dict[str, Any], str]:
    """The first rule of a group that ends the search; OverrideAction Count makes that a count."""
    given = _group(rule.statement)
    inner = given.get("ScopeDownStatement")
    if inner and not matches(inner, seen):
        return {}, ""
    changed = {one["Name"]: one["ActionToUse"] for one in given.get("RuleActionOverrides") or []}
    changed |= {one["Name"]: {"Count": {}} for one in given.get("ExcludedRules") or []}
    metric = rule.visibility_config["MetricName"]
    for name, action in _matching(given, seen):
        action = changed.get(name, action)
        if "Count" in action:
            counted.append((metric, name))
            continue
        return ({"Count": {}} if "Count" in (rule.override_action or {}) else action), name
    return {}, ""


def _matching(given: Any, seen: Inspection) -> list[tuple[str, dict[str, Any]]]:
    """The rules of the group that match, in their order, with their actions."""
    found: list[tuple[str, dict[str, Any]]] = []
    if "Name" in given:
        group = GROUPS[given["Name"]]
        for one in group.rules:
            if one.test(seen.sent):
                seen.labels.add(f"awswaf:managed:aws:{group.label}:{one.name}")
                found.append((one.name, {"Block": {}}))
        return found
    own = seen.place.backend("wafv2").rule_groups.get(given["ARN"])
    outer = seen.rule
    for one in sorted(own.rules if own else [], key=lambda rule: rule.priority):
        seen.rule = f"{outer} {one.name}"
        if matches(one.statement, seen):
            seen.labels |= {label["Name"] for label in one.rule_labels or []}
            found.append((one.name, dict(one.action)))
    seen.rule = outer
    return found
