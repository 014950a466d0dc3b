"""What the functions of a template give: Ref, Fn::GetAtt, Fn::Sub, Fn::If and the others.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.cloudformation.refusal import Refusal

_NO_VALUE: Final = object()
LATER: Final = "{{changeSet:KNOWN_AFTER_APPLY}}"
_IN_SUB: Final = re.compile(r"\$\{(!?)([^}]*)\}")
_DYNAMIC: Final = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]+)\}\}")


@dataclass
class Scope:
    """All that the functions of one template may refer to."""

    parameters: dict[str, Any]
    pseudo: dict[str, Any]
    mappings: dict[str, Any] = field(default_factory=dict)
    conditions: dict[str, Any] = field(default_factory=dict)
    reference: Callable[[str], Any] = lambda name: LATER
    attribute: Callable[[str, str], Any] = lambda name, attribute: LATER
    imported: Callable[[str], Any] = lambda name: LATER
    secret: Callable[[str, str], str] = lambda service, path: LATER
    zones: Callable[[str], list[str]] = lambda region: [f"{region}{letter}" for letter in "abc"]

    def holds(self, name: str) -> bool:
        """Whether a condition of the template is true."""
        if name not in self.conditions:
            raise Refusal(f"Template format error: Unresolved condition dependency {name}")
        return bool(resolve(self.conditions[name], self))

    def ref(self, name: str) -> Any:
        """What Ref gives."""
        if name == "AWS::NoValue":
            return _NO_VALUE
        for known in (self.pseudo, self.parameters):
            if name in known:
                return known[name]
        return self.reference(name)


def resolve(value: Any, scope: Scope) -> Any:
    """The value with all functions replaced by what they give."""
    found = _resolve(value, scope)
    return None if found is _NO_VALUE else found


def _resolve(value: Any, scope: Scope) -> Any:
    if isinstance(value, str):
        return _DYNAMIC.sub(lambda found: scope.secret(found[1], found[2]), value)
    if isinstance(value, list):
        return [one for one in (_resolve(item, scope) for item in value) if one is not _NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, given = next(iter(value.items()))
        if name == "Ref":
            return scope.ref(given)
        if name == "Condition" and isinstance(given, str):
            return scope.holds(given)
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](given, scope)
        if name.startswith("Fn::"):
            raise Refusal(f"Template error: {name} is not a function that CloudFormation knows.")
    found = {key: _resolve(item, scope) for key, item in value.items()}
    return {key: item for key, item in found.items() if item is not _NO_VALUE}


def _get_att(given: Any, scope: Scope) -> Any:
    parts = given.split(".", 1) if isinstance(given, str) else given
    if not isinstance(parts, list) or len(parts) != 2:
        raise Refusal("Template error: Fn::GetAtt object requires two non-empty parameters, the resource name and "
                      "the resource attribute")  # fmt: skip
    return scope.attribute(str(parts[0]), str(resolve(parts[1], scope)))


def _sub(given: Any, scope: Scope) -> str:
    text, own = (given, {}) if isinstance(given, str) else (given[0], resolve(given[1], scope))

    def put(found: re.Match[str]) -> str:
        literal, name = found[1], found[2].strip()
        if literal:
            return "${" + found[2] + "}"
        if name in own:
            return as_text(own[name])
        if "." in name:
            return as_text(scope.attribute(*name.split(".", 1)))
        return as_text(scope.ref(name))

    return str(_resolve(_IN_SUB.sub(put, text), scope))


def as_text(value: Any) -> str:
    """A value inside a text, as CloudFormation writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(as_text(one) for one in value)
    return str(value)


def _join(given: Any, scope: Scope) -> str:
    if not isinstance(given, list) or len(given) != 2:
        raise Refusal('Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a '
                      'list of strings to be joined or a function that returns a list of strings')  # fmt: skip
    parts = resolve(given[1], scope)
    joined = as_text(given[0]).join(as_text(one) for one in (parts if isinstance(parts, list) else [parts]))
    return str(_resolve(joined, scope))  # a dynamic reference may have been put together


def _select(given: Any, scope: Scope) -> Any:
    index, items = int(resolve(given[0], scope)), resolve(given[1], scope)
    if items == LATER:
        return LATER
    if not 0 <= index < len(items):
        raise Refusal(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
    return items[index]


def _split(given: Any, scope: Scope) -> list[str]:
    return as_text(resolve(given[1], scope)).split(given[0])


def _find_in_map(given: Any, scope: Scope) -> Any:
    name, first, second = (as_text(resolve(one, scope)) for one in given[:3])
    try:
        return resolve(scope.mappings[name][first][second], scope)
    except KeyError:
        if len(given) > 3 and "DefaultValue" in given[3]:
            return resolve(given[3]["DefaultValue"], scope)
        raise Refusal(f"Template error: Unable to get mapping for {name}::{first}::{second}") from None


def _if(given: Any, scope: Scope) -> Any:
    return _resolve(given[1] if scope.holds(given[0]) else given[2], scope)


def _equals(given: Any, scope: Scope) -> bool:
    one, other = (resolve(item, scope) for item in given)
    return as_text(one) == as_text(other)


def _cidr(given: Any, scope: Scope) -> list[str]:
    block, count, *bits = (resolve(one, scope) for one in given)
    network = ipaddress.ip_network(str(block))
    subnets = network.subnets(new_prefix=32 - int(bits[0] if bits else 8))
    return [str(subnet) for subnet, _ in zip(subnets, range(int(count)), strict=False)]


def _import(given: Any, scope: Scope) -> Any:
    return scope.imported(as_text(resolve(given, scope)))


def _length(given: Any, scope: Scope) -> int:
    return len(resolve(given, scope))


_FUNCTIONS: Final[dict[str, Callable[[Any, Scope], Any]]] = {
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::Equals": _equals,
    "Fn::And": lambda given, scope: all(resolve(one, scope) for one in given),
    "Fn::Or": lambda given, scope: any(resolve(one, scope) for one in given),
    "Fn::Not": lambda given, scope: not resolve(given[0], scope),
    "Fn::Base64": lambda given, scope: base64.b64encode(as_text(resolve(given, scope)).encode()).decode(),
    "Fn::GetAZs": lambda given, scope: scope.zones(as_text(resolve(given, scope)) or scope.pseudo["AWS::Region"]),
    "Fn::Cidr": _cidr,
    "Fn::ImportValue": _import,
    "Fn::Length": _length,
    "Fn::ToJsonString": lambda given, scope: json.dumps(resolve(given, scope), separators=(",", ":")),
}


def names_in(value: Any) -> set[str]:
    """The names that Ref, Fn::GetAtt and Fn::Sub mention: parameters, resources and `AWS::` names."""
    if isinstance(value, list):
        return {name for one in value for name in names_in(one)}
    if not isinstance(value, dict):
        return set()
    if len(value) == 1:
        function, given = next(iter(value.items()))
        if function == "Ref" and isinstance(given, str):
            return {given}
        if function == "Fn::GetAtt":
            return {(given if isinstance(given, list) else given.split(".", 1))[0]}
        if function == "Fn::Sub":
            text, own = (given, {}) if isinstance(given, str) else (given[0], given[1])
            mentioned = {found[2].strip().split(".")[0] for found in _IN_SUB.finditer(text) if not found[1]}
            return (mentioned - set(own)) | names_in(own)
    return {name for one in value.values() for name in names_in(one)}


def conditions_in(value: Any) -> set[str]:
    """The conditions that Fn::If and Condition mention."""
    if isinstance(value, list):
        return {name for one in value for name in conditions_in(one)}
    if not isinstance(value, dict):
        return set()
    found = {name for one in value.values() for name in conditions_in(one)}
    if "Fn::If" in value and isinstance(value["Fn::If"], list):
        found.add(str(value["Fn::If"][0]))
    if isinstance(value.get("Condition"), str):
        found.add(value["Condition"])
    return found
