"""JSONPath as Amazon States Language uses it: into the input, the context object (`$$`) and variables (`$name`).

https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jsonpath_ng.ext.parser import parse

from course.lab.stepfunctions.errors import StateError

MISSING: Final = object()
_VARIABLE = re.compile(r"^\$([A-Za-z_]\w*)(.*)$", re.DOTALL)
_STEP = re.compile(r"\.([A-Za-z_][\w-]*)|\[(\d+)\]|\[['\"]([^'\"]+)['\"]\]")


def read(path: str, data: Any, context: Any, variables: Mapping[str, Any]) -> Any:
    """The value at a path; MISSING if there is none. A path that may find several values gives a list."""
    root, rest = _rooted(path, data, context, variables)
    if root is MISSING:
        return MISSING
    try:
        expression = _parsed(f"${rest}")
    except Exception as wrong:
        raise StateError("States.Runtime", f"Invalid path '{path}': {wrong}") from None
    found = [match.value for match in expression.find(root)]
    if not _is_definite(rest):
        return copy.deepcopy(found)
    return copy.deepcopy(found[0]) if found else MISSING


def write(path: str, data: Any, value: Any) -> Any:
    """The data with the value put at a reference path; objects on the way are made."""
    if path == "$":
        return value
    steps = _steps(path)
    if not isinstance(data, dict):
        raise StateError(
            "States.ResultPathMatchFailure",
            f'Unable to apply step "{path.removeprefix("$.")}" to input: it is not an object.',
        )
    whole = copy.deepcopy(data)
    place: Any = whole
    for step in steps[:-1]:
        if isinstance(step, int):
            place = _element(place, step, path)
            continue
        if not isinstance(place, dict):
            raise StateError("States.ResultPathMatchFailure", f"Unable to apply ReferencePath {path} to the input.")
        place = place.setdefault(step, {})
    last = steps[-1]
    if isinstance(last, int):
        _element(place, last, path)
        place[last] = value
    elif isinstance(place, dict):
        place[last] = value
    else:
        raise StateError("States.ResultPathMatchFailure", f"Unable to apply ReferencePath {path} to the input.")
    return whole


def _rooted(path: str, data: Any, context: Any, variables: Mapping[str, Any]) -> tuple[Any, str]:
    if path.startswith("$$"):
        return context, path[2:]
    named = _VARIABLE.match(path)
    if named:
        return variables.get(named.group(1), MISSING), named.group(2)
    return data, path[1:]


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    rest = path[1:]
    while rest:
        found = _STEP.match(rest)
        if found is None:
            raise StateError("States.Runtime", f"'{path}' is not a reference path.")
        name, number, quoted = found.groups()
        steps.append(int(number) if number is not None else name or quoted)
        rest = rest[found.end() :]
    return steps


def _element(place: Any, index: int, path: str) -> Any:
    if not isinstance(place, list) or index >= len(place):
        raise StateError("States.ResultPathMatchFailure", f"Unable to apply ReferencePath {path} to the input.")
    return place[index]


def _is_definite(path: str) -> bool:
    return ".." not in path and "*" not in path and "?" not in path and ":" not in path and "," not in path


@cache
def _parsed(path: str) -> Any:
    return parse(path)
