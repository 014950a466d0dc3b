"""Sampling rules: which requests are recorded.

https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
https://docs.aws.amazon.com/xray/latest/api/API_SamplingRule.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from course.lab.clock import clock
from course.lab.place import Place
from course.lab.service import Call, Refusal

DEFAULT: Final = "Default"
_MOST: Final = 25  # besides the default rule
_TEXTS: Final = ("ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath", "ResourceARN")
_REQUIRED: Final = (*_TEXTS, "Priority", "FixedRate", "ReservoirSize", "Version")


@dataclass(frozen=True)
class Asked:
    """What a rule looks at in a request."""

    service: str
    kind: str = ""
    host: str = ""
    method: str = ""
    path: str = ""
    arn: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Rule:
    """A rule with its times."""

    settings: dict[str, Any]
    created: float
    modified: float

    def fits(self, asked: Asked) -> bool:
        """Whether the request is one that the rule is about."""
        pairs = zip(_TEXTS, (asked.service, asked.kind, asked.host, asked.method, asked.path, asked.arn), strict=True)
        texts = all(fits(str(self.settings[name]), value) for name, value in pairs)
        wanted = self.settings.get("Attributes") or {}
        return texts and all(fits(value, asked.attributes.get(name, "")) for name, value in wanted.items())

    def told(self) -> dict[str, Any]:
        """As a record of the API."""
        return {"SamplingRule": self.settings, "CreatedAt": self.created, "ModifiedAt": self.modified}


@dataclass
class Rules:
    """All rules of a Region."""

    by_name: dict[str, Rule]

    def in_order(self) -> list[Rule]:
        """By priority, lowest number first; of equals the one whose name comes first."""
        return sorted(self.by_name.values(), key=lambda one: (one.settings["Priority"], one.settings["RuleName"]))

    def first(self, asked: Asked) -> Rule:
        """The rule that decides; the default one fits everything."""
        return next(one for one in self.in_order() if one.fits(asked))


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(one) or re.escape(one) for one in pattern), re.IGNORECASE | re.DOTALL)


def fits(pattern: str, value: str) -> bool:
    """Whether a value fits a rule's text, where * stands for any characters and ? for one, in any case.

    >>> fits("/history/*", "/history/7")
    True
    """
    return pattern == "*" or bool(_pattern(pattern).fullmatch(value))


def rules_of(place: Place) -> Rules:
    """The rules there; a new account has the default one."""
    return place.kept("xray", "lab_rules", lambda: Rules({DEFAULT: _default(place)}))


def _default(place: Place) -> Rule:
    settings = {
        "RuleName": DEFAULT,
        "RuleARN": f"arn:aws:xray:{place.region}:{place.account}:sampling-rule/{DEFAULT}",
        "Priority": 10_000,
        "FixedRate": 0.05,
        "ReservoirSize": 1,
        "Version": 1,
        "Attributes": {},
        **dict.fromkeys(_TEXTS, "*"),
    }
    return Rule(settings, 0.0, 0.0)


def get_sampling_rules(call: Call) -> dict[str, Any]:
    """All of them, the default one too."""
    return {"SamplingRuleRecords": [one.told() for one in rules_of(call.place).in_order()]}


def create_sampling_rule(call: Call) -> dict[str, Any]:
    """A new rule."""
    rules, given = rules_of(call.place), dict(call.given["SamplingRule"])
    name = str(given.get("RuleName") or "")
    if not name:
        raise _invalid("RuleName is required.")
    if given.get("RuleARN"):
        raise _invalid("RuleARN must not be given for a new rule.")
    missing = [one for one in _REQUIRED if given.get(one) is None]
    if missing:
        raise _invalid(f"Missing required fields: {', '.join(missing)}.")
    if name in rules.by_name:
        raise _invalid(f"Sampling rule already exists: {name}")
    if given["Version"] != 1:
        raise _invalid("Version must be 1.")
    _check(given)
    if len(rules.by_name) > _MOST:
        raise Refusal("RuleLimitExceededException", f"You have reached the maximum of {_MOST} sampling rules.")
    arn = f"arn:aws:xray:{call.place.region}:{call.place.account}:sampling-rule/{name}"
    now = clock.now().timestamp()
    rules.by_name[name] = Rule({"Attributes": {}, **given, "RuleARN": arn}, now, now)
    return {"SamplingRuleRecord": rules.by_name[name].told()}


def update_sampling_rule(call: Call) -> dict[str, Any]:
    """Other settings; of the default rule its rate and reservoir alone."""
    given = {name: value for name, value in call.given["SamplingRuleUpdate"].items() if value is not None}
    rule = _found(given, call.place)
    changes = {name: value for name, value in given.items() if name not in ("RuleName", "RuleARN")}
    if rule.settings["RuleName"] == DEFAULT and set(changes) - {"FixedRate", "ReservoirSize"}:
        raise _invalid("Only FixedRate and ReservoirSize of the default rule can be changed.")
    _check({**rule.settings, **changes})
    rule.settings |= changes
    rule.modified = clock.now().timestamp()
    return {"SamplingRuleRecord": rule.told()}


def delete_sampling_rule(call: Call) -> dict[str, Any]:
    """A rule goes; the default one stays."""
    rule = _found(call.given, call.place)
    name = rule.settings["RuleName"]
    if name == DEFAULT:
        raise _invalid("The default rule cannot be deleted.")
    del rules_of(call.place).by_name[name]
    return {"SamplingRuleRecord": rule.told()}


def _found(given: Mapping[str, Any], place: Place) -> Rule:
    name, arn = given.get("RuleName"), given.get("RuleARN")
    if bool(name) == bool(arn):
        raise _invalid("Specify a rule by either name or ARN, but not both.")
    for one in rules_of(place).by_name.values():
        if name == one.settings["RuleName"] or arn == one.settings["RuleARN"]:
            return one
    raise _invalid(f"Sampling rule does not exist: {name or arn}")


def _check(settings: Mapping[str, Any]) -> None:
    if not 1 <= settings["Priority"] <= 9999 and settings["RuleName"] != DEFAULT:
        raise _invalid("Priority must be between 1 and 9999.")
    if not 0 <= settings["FixedRate"] <= 1:
        raise _invalid("FixedRate must be between 0 and 1.")
    if settings["ReservoirSize"] < 0:
        raise _invalid("ReservoirSize must not be negative.")
    if len(settings.get("Attributes") or {}) > 5:
        raise _invalid("A rule can have up to 5 attributes.")


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidRequestException", message)
