"""Values inside a template: how they look in the output, and when they count as equal.

Lists and maps that came from JSON print as API Gateway prints them: a map as {name=Rex}, a list as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Tool:
    """An object that a template is given, such as $input: its methods and properties, and nothing else."""

    methods: Mapping[str, Callable[..., Any]]
    properties: Mapping[str, Any] = field(default_factory=dict)


class JsonList(list[Any]):
    """A list that came from JSON."""


def from_json(value: Any) -> Any:
    """A value that came from JSON, for use in a template."""
    if isinstance(value, dict):
        return {name: from_json(one) for name, one in value.items()}
    if isinstance(value, list):
        return JsonList(from_json(one) for one in value)
    return value


def text(value: Any) -> str:
    """The value as it goes out; null leaves nothing behind."""
    if value is None or isinstance(value, Tool):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, JsonList):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}={_inside(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inside(one) for one in value) + "]"
    return str(value)


def _inside(value: Any) -> str:
    return "null" if value is None else text(value)


def is_true(value: Any) -> bool:
    """Everything counts as true but false and null: an empty string too."""
    return value is not None and value is not False


def equal(left: Any, right: Any) -> bool:
    """Numbers by value, values of different types by their text."""
    if left is None or right is None:
        return left is right
    if isinstance(left, bool) or isinstance(right, bool) or type(left) is not type(right):
        if isinstance(left, int | float) and isinstance(right, int | float):
            return left == right
        return text(left) == text(right)
    return bool(left == right)
