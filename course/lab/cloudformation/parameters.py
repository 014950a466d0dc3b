"""Parameters: their types, what they allow, and values that come from Parameter Store.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from course.lab.cloudformation.refusal import Refusal

HIDDEN: Final = "****"
_MOST: Final = 200


def given_values(
    template: dict[str, Any], given: list[dict[str, Any]], before: dict[str, str] | None = None
) -> dict[str, str]:
    """The text of every parameter: as given, as in the stack before, or the default."""
    declared: dict[str, Any] = template.get("Parameters", {})
    if len(declared) > _MOST:
        raise Refusal(f"Template format error: Number of parameters: {len(declared)} is greater than {_MOST}")
    if any(not isinstance(rule, dict) or "Type" not in rule for rule in declared.values()):
        raise Refusal("Template format error: Every Parameters object must contain a Type member.")
    sent = {one["ParameterKey"]: one for one in given}
    unknown = [name for name in sent if name not in declared]
    if unknown:
        raise Refusal(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    values: dict[str, str] = {}
    for name, rule in declared.items():
        one = sent.get(name, {})
        if one.get("UsePreviousValue"):
            if name not in (before or {}):
                raise Refusal(f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a "
                              "parameter key not in the previous template")  # fmt: skip
            values[name] = (before or {})[name]
        elif "ParameterValue" in one:
            values[name] = one["ParameterValue"]
        elif "Default" in rule:
            values[name] = _text(rule["Default"])
    missing = [name for name in declared if name not in values]
    if missing:
        raise Refusal(f"Parameters: [{', '.join(missing)}] must have values")
    for name, value in values.items():
        _check(name, value, declared[name])
    return values


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check(name: str, value: str, rule: dict[str, Any]) -> None:
    kind = rule.get("Type", "String")
    if kind.startswith("AWS::SSM::Parameter::"):
        return
    for one in value.split(",") if kind in ("CommaDelimitedList",) or kind.startswith("List<") else [value]:
        _check_one(name, one.strip() if kind != "String" else one, rule, kind)


def _check_one(name: str, value: str, rule: dict[str, Any], kind: str) -> None:
    said = rule.get("ConstraintDescription")

    def no(reason: str, words: str) -> Refusal:
        return Refusal(f"Parameter '{name}' must {said}" if said and words != "number" else reason)

    if kind in ("Number", "List<Number>"):
        try:
            amount = float(value)
        except ValueError:
            raise no(f"Parameter '{name}' must be a number.", "number") from None
        if "MinValue" in rule and amount < float(rule["MinValue"]):
            raise no(f"Parameter '{name}' must be a number not less than {rule['MinValue']}", "value")
        if "MaxValue" in rule and amount > float(rule["MaxValue"]):
            raise no(f"Parameter '{name}' must be a number not greater than {rule['MaxValue']}", "value")
    allowed = [_text(one) for one in rule.get("AllowedValues", [])]
    if allowed and value not in allowed:
        raise no(f"Parameter '{name}' must be one of AllowedValues", "allowed")
    if "AllowedPattern" in rule and not re.fullmatch(rule["AllowedPattern"], value):
        raise no(f"Parameter '{name}' must match pattern {rule['AllowedPattern']}", "pattern")
    if "MinLength" in rule and len(value) < int(rule["MinLength"]):
        raise no(f"Parameter '{name}' must contain at least {rule['MinLength']} characters", "length")
    if "MaxLength" in rule and len(value) > int(rule["MaxLength"]):
        raise no(f"Parameter '{name}' must contain at most {rule['MaxLength']} characters", "length")


def as_values(template: dict[str, Any], texts: dict[str, str], stored: Callable[[str], str]) -> dict[str, Any]:
    """What Ref gives for each parameter; `stored` reads Parameter Store."""
    values: dict[str, Any] = {}
    for name, text in texts.items():
        kind = template["Parameters"][name].get("Type", "String")
        if kind.startswith("AWS::SSM::Parameter::Name"):
            values[name] = text
        elif kind.startswith("AWS::SSM::Parameter::"):
            found = stored(text)
            values[name] = found.split(",") if "List<" in kind or "CommaDelimitedList" in kind else found
        elif kind == "CommaDelimitedList" or kind.startswith("List<"):
            values[name] = [one.strip() for one in text.split(",")]
        else:
            values[name] = text
    return values


def shown(template: dict[str, Any], texts: dict[str, str], stored: dict[str, Any]) -> list[dict[str, str]]:
    """The parameters as DescribeStacks shows them: NoEcho ones are hidden."""
    rows = []
    for name, text in texts.items():
        rule = template.get("Parameters", {}).get(name, {})
        row = {"ParameterKey": name, "ParameterValue": HIDDEN if _hides(rule) else text}
        if rule.get("Type", "").startswith("AWS::SSM::Parameter::Value"):
            found = stored.get(name, "")
            row["ResolvedValue"] = ",".join(found) if isinstance(found, list) else found
        rows.append(row)
    return rows


def hidden_values(template: dict[str, Any], values: dict[str, Any]) -> set[str]:
    """The values of NoEcho parameters, which no event shows."""
    declared = template.get("Parameters", {})
    return {str(value) for name, value in values.items() if value and _hides(declared[name])}


def _hides(rule: dict[str, Any]) -> bool:
    return str(rule.get("NoEcho", False)).lower() == "true"
