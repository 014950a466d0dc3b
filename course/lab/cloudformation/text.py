"""Templates as text: JSON, or YAML with its short forms (`!Ref`, `!Sub`), read into plain dictionaries.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import yaml

from course.lab.cloudformation.refusal import Refusal

_SECTIONS: Final = {
    "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions",
    "Transform", "Resources", "Outputs", "Hooks", "Globals",
}  # fmt: skip
_PARTS: Final = {
    "Type", "Properties", "DependsOn", "Condition", "Metadata", "DeletionPolicy", "UpdateReplacePolicy",
    "CreationPolicy", "UpdatePolicy", "Connectors", "IgnoreGlobals",
}  # fmt: skip
_LONGEST: Final = 51_200
_LONGEST_IN_S3: Final = 1_048_576
_SHORT: Final = (
    "Base64", "Cidr", "FindInMap", "GetAZs", "If", "And", "Or", "Not", "Equals", "ImportValue", "Join", "Length",
    "Select", "Split", "Sub", "ToJsonString", "Transform",
)  # fmt: skip


class _Loader(yaml.SafeLoader):
    """YAML 1.1 as CloudFormation reads it: a date such as 2012-10-17 stays a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _plain(loader: Any, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


def _get_att(loader: Any, node: yaml.Node) -> dict[str, Any]:
    value = _plain(loader, node)
    return {"Fn::GetAtt": value.split(".", 1) if isinstance(value, str) else value}


_Loader.add_constructor("!Ref", lambda loader, node: {"Ref": _plain(loader, node)})
_Loader.add_constructor("!Condition", lambda loader, node: {"Condition": _plain(loader, node)})
_Loader.add_constructor("!GetAtt", _get_att)


def _short(name: str) -> Callable[[Any, yaml.Node], dict[str, Any]]:
    return lambda loader, node: {f"Fn::{name}": _plain(loader, node)}


for _name in _SHORT:
    _Loader.add_constructor(f"!{_name}", _short(_name))


def read(text: str, in_s3: bool = False) -> dict[str, Any]:
    """The template as a dictionary; raises Refusal with AWS's words if it cannot be one."""
    if len(text.encode()) > (_LONGEST_IN_S3 if in_s3 else _LONGEST):
        raise Refusal(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have "
            f"length less than or equal to {_LONGEST}"
            if not in_s3
            else f"Template may not exceed {_LONGEST_IN_S3} bytes in size."
        )
    parsed = _json(text) if text.lstrip().startswith("{") else _yaml(text)
    if not isinstance(parsed, dict):
        raise Refusal("Template format error: unsupported structure.")
    return _checked(parsed)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Refusal(
            f"Template format error: JSON not well-formed. (line {error.lineno}, column {error.colno})"
        ) from None


def _yaml(text: str) -> Any:
    try:
        return yaml.load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise Refusal(f"Template format error: YAML not well-formed.{place}") from None
    except yaml.YAMLError:
        raise Refusal("Template format error: YAML not well-formed.") from None


def _checked(template: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(str(name) for name in template if name not in _SECTIONS)
    if unknown:
        raise Refusal(f"Invalid template property or properties [{', '.join(unknown)}]")
    for section in ("Parameters", "Mappings", "Conditions", "Resources", "Outputs"):
        if section in template and not isinstance(template[section], dict):
            if template[section] is None:
                raise Refusal(f"[/{section}] 'null' values are not allowed in templates")
            raise Refusal(f"Template format error: {section} is not an object.")
    if not template.get("Resources"):
        raise Refusal("Template format error: At least one Resources member must be defined.")
    for name, resource in template["Resources"].items():
        if not name.startswith("Fn::ForEach::"):
            _check_resource(name, resource)
    return template


def _check_resource(name: str, resource: Any) -> None:
    if not name.isalnum():
        raise Refusal(f"Template format error: Resource name {name} is non alphanumeric.")
    if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
        raise Refusal(f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member.")
    unknown = [part for part in resource if part not in _PARTS]
    if unknown:
        raise Refusal(f"Invalid template resource property '{unknown[0]}'")


def snippet(text: str) -> Any:
    """A part of a template, such as AWS::Include puts in."""
    return _yaml(text)
