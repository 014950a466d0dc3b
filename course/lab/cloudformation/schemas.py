"""What each type of resource has: properties, what is required, what forces a new resource.

These are AWS's own schemas of resource types, as cfn-lint carries them. Its files are read, and it is not imported.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _folder() -> Path:
    spec = importlib.util.find_spec("cfnlint")
    assert spec is not None and spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations))) / "data" / "schemas"


@cache
def _index(region: str) -> dict[str, str]:
    path = _folder() / "providers" / f"{region}.json"
    if not path.exists():
        path = _folder() / "providers" / "us-east-1.json"
    found: dict[str, str] = json.loads(path.read_text())
    return found


def exists(kind: str, region: str = "us-east-1") -> bool:
    """Whether CloudFormation has such a type in that Region."""
    return kind in _index(region) or kind in _index("us-east-1")


@cache
def schema(kind: str) -> dict[str, Any]:
    """The schema of a type; empty for custom resources and for what has none."""
    name = _index("us-east-1").get(kind)
    if name is None:
        return {}
    found: dict[str, Any] = json.loads((_folder() / "resources" / f"{name}.json").read_text())
    return found


def _paths(kind: str, name: str) -> set[str]:
    """Paths such as `KeySchema` or `Code/ZipFile`, without `/properties/` and `/*/`."""
    return {path.removeprefix("/properties/").replace("/*/", "/") for path in schema(kind).get(name, [])}


def replaces(kind: str, changed: str) -> bool:
    """Whether a change of this property (its first name) makes a new resource."""
    return any(path.split("/")[0] == changed for path in _paths(kind, "createOnlyProperties"))


def replaces_perhaps(kind: str, changed: str) -> bool:
    """Whether such a change makes a new resource only in some cases."""
    return any(path.split("/")[0] == changed for path in _paths(kind, "conditionalCreateOnlyProperties"))


def problems(kind: str, properties: dict[str, Any]) -> str:
    """What is wrong with a resource's properties, in CloudFormation's words; empty if nothing is."""
    known = schema(kind)
    if not known:
        return ""
    names = known.get("properties", {})
    read_only = {path for path in _paths(kind, "readOnlyProperties") if "/" not in path}
    wrong = [f"#: required key [{name}] not found" for name in known.get("required", []) if name not in properties]
    wrong += [
        f"#: extraneous key [{name}] is not permitted"
        for name in properties
        if name not in names and known.get("additionalProperties") is False
    ]
    if any(name in read_only for name in properties):
        found = sorted(name for name in properties if name in read_only)
        return f"Encountered unsupported property {found[0]}"
    for name, value in properties.items():
        wrong += _value_problems(f"#/{name}", names.get(name, {}), value, known)
    return "; ".join(wrong)


_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str, int, float, bool),  # CloudFormation turns numbers and booleans into texts
    "integer": (int, str),
    "number": (int, float, str),
    "boolean": (bool, str),
}


def _value_problems(path: str, rule: dict[str, Any], value: Any, known: dict[str, Any]) -> list[str]:
    while "$ref" in rule:
        target = rule["$ref"].split("/")
        if len(target) != 3 or target[1] not in ("definitions", "properties"):
            return []
        rule = known.get(target[1], {}).get(target[2], {})
    kinds = rule.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    allowed = tuple(one for kind in kinds for one in _KINDS.get(kind, (object,)))
    if allowed and not isinstance(value, allowed):
        if "object" in kinds and isinstance(value, str):
            return []  # JSON as a text, where an object is due
        return [f"{path}: expected type: {_of(kinds)}, found: {_found(value)}"]
    wrong: list[str] = []
    if isinstance(value, dict) and rule.get("properties"):
        wrong += [f"{path}: required key [{name}] not found" for name in rule.get("required", []) if name not in value]
        for name, inner in value.items():
            if name in rule["properties"]:
                wrong += _value_problems(f"{path}/{name}", rule["properties"][name], inner, known)
            elif rule.get("additionalProperties") is False:
                wrong.append(f"{path}: extraneous key [{name}] is not permitted")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            wrong += _value_problems(f"{path}/{number}", rule.get("items", {}), inner, known)
    elif "enum" in rule and str(value) not in [str(one) for one in rule["enum"]]:
        wrong.append(f"{path}: {value} is not a valid enum value")
    return wrong


def _of(kinds: list[str]) -> str:
    words = {"object": "JSONObject", "array": "JSONArray", "string": "String", "integer": "Integer", "number": "Number",
             "boolean": "Boolean"}  # fmt: skip
    return words.get(kinds[0], kinds[0])


def _found(value: Any) -> str:
    return {dict: "JSONObject", list: "JSONArray", str: "String", bool: "Boolean"}.get(type(value), "Integer")
