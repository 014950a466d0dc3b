"""Event patterns of EventBridge and filters of event source mappings: read, checked and matched.

Operators: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
Filters: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html

>>> matches(parse_pattern('{"detail": {"total": [{"numeric": [">", 100]}]}}'), {"detail": {"total": 250}})
True
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any, Final

_MISSING: Final = object()
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
_TEXT: Final = ("prefix", "suffix", "wildcard", "equals-ignore-case")


class InvalidPattern(ValueError):
    """A pattern that AWS refuses; the text says why and where."""


@lru_cache(maxsize=256)
def parse_pattern(text: str) -> dict[str, Any]:
    """Read and check a pattern. Raises InvalidPattern with the reason and the position."""
    try:
        pattern = json.loads(text)
    except json.JSONDecodeError as wrong:
        raise _wrong(f"Unexpected character or end of text: {wrong.msg}", text, wrong.pos) from None
    if not isinstance(pattern, dict):
        raise _wrong("Filter is not an object", text, 0)
    _check(pattern, text)
    return pattern


def matches(pattern: dict[str, Any], event: Any) -> bool:
    """Whether the event fits the pattern; an empty pattern fits everything."""
    if isinstance(event, list):  # of an array it is enough that one member fits
        return any(matches(pattern, member) for member in event) or (not event and matches(pattern, {}))
    fields = event if isinstance(event, dict) else {}
    for name, wanted in pattern.items():
        if name == "$or" and isinstance(wanted, list):
            if not any(matches(choice, event) for choice in wanted):
                return False
        elif isinstance(wanted, dict):
            if not matches(wanted, fields.get(name, {})):
                return False
        elif not _leaf(wanted, fields.get(name, _MISSING)):
            return False
    return True


def matches_any(criteria: dict[str, Any] | None, record: dict[str, Any]) -> bool:
    """Whether a record passes the filters of an event source mapping: without any, or if one fits."""
    filters = (criteria or {}).get("Filters") or []
    return not filters or any(matches(parse_pattern(one.get("Pattern") or "{}"), record) for one in filters)


def _leaf(wanted: list[Any], found: Any) -> bool:
    return any(_fits(one, found) for one in wanted)


def _fits(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, dict) and "exists" in wanted:
        there = found is not _MISSING and not isinstance(found, dict)  # exists looks at leaves only
        return there is bool(wanted["exists"])
    if found is _MISSING:
        return False
    if isinstance(found, list):
        return any(_fits(wanted, member) for member in found)
    if isinstance(wanted, dict):
        (name, value), *_ = wanted.items()
        return _operator(name, value, found)
    return _same(wanted, found)


def _operator(name: str, value: Any, found: Any) -> bool:
    if name == "anything-but":
        if isinstance(value, dict):
            (inner, texts), *_ = value.items()
            return not any(_operator(inner, text, found) for text in _listed(texts))
        return not any(_same(one, found) for one in _listed(value))
    if name == "numeric":
        if isinstance(found, bool) or not isinstance(found, int | float):
            return False
        return all(_COMPARE[sign](found, number) for sign, number in zip(value[::2], value[1::2], strict=True))
    if not isinstance(found, str):
        return False
    if name == "cidr":
        try:
            return ip_address(found) in ip_network(value, strict=False)
        except ValueError:
            return False
    if name in ("prefix", "suffix"):
        if isinstance(value, dict):
            value, found = value["equals-ignore-case"].lower(), found.lower()
        return bool(found.startswith(value) if name == "prefix" else found.endswith(value))
    if name == "wildcard":
        return re.fullmatch(_as_regex(value), found, re.DOTALL) is not None
    return found.lower() == str(value).lower()  # equals-ignore-case


def _as_regex(wildcard: str) -> str:
    parts = re.findall(r"\\[\\*]|\*|[^*\\]+|\\", wildcard)
    return "".join(".*" if part == "*" else re.escape(part[-1] if part[0] == "\\" else part) for part in parts)


def _same(wanted: Any, found: Any) -> bool:
    """JSON equality: true is not 1, but 300 is 300.0."""
    return bool(wanted == found) and isinstance(wanted, bool) is isinstance(found, bool)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _check(pattern: dict[str, Any], text: str) -> None:
    if not pattern:
        return
    for name, wanted in pattern.items():
        where = _position(text, name)
        if name == "$or" and isinstance(wanted, list) and all(isinstance(one, dict) for one in wanted):
            if len(wanted) < 2:
                raise _wrong("There must have at least 2 Objects in $or relationship.", text, where)
            for one in wanted:
                _check(one, text)
        elif isinstance(wanted, dict):
            if not wanted:
                raise _wrong("Empty objects are not allowed", text, where)
            _check(wanted, text)
        elif not isinstance(wanted, list):
            raise _wrong(f'"{name}" must be an object or an array', text, where)
        elif not wanted:
            raise _wrong("Empty arrays are not allowed", text, where)
        else:
            for one in wanted:
                _check_leaf(one, text, where)


def _check_leaf(wanted: Any, text: str, where: int) -> None:
    if isinstance(wanted, list):
        raise _wrong("Match value must be String, number, true, false, or null", text, where)
    if not isinstance(wanted, dict):
        return
    if len(wanted) != 1:
        raise _wrong("Only one key allowed in match expression", text, where)
    (name, value), *_ = wanted.items()
    where = _position(text, name)
    if name == "exists":
        good = isinstance(value, bool)
    elif name == "numeric":
        good = _good_range(value)
    elif name == "anything-but":
        good = _good_exception(value)
    elif name == "cidr":
        good = _good_network(value)
    elif name in ("prefix", "suffix"):
        good = isinstance(value, str) or (isinstance(value, dict) and list(value) == ["equals-ignore-case"])
    elif name in _TEXT:
        good = isinstance(value, str)
    else:
        raise _wrong(f"Unrecognized match type {name}", text, where)
    if not good:
        raise _wrong(f"Value of {name} is not valid: {json.dumps(value)}", text, where)


def _good_range(value: Any) -> bool:
    if not isinstance(value, list) or len(value) not in (2, 4):
        return False
    signs, numbers = value[::2], value[1::2]
    known = all(sign in _COMPARE for sign in signs)
    return known and all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers)


def _good_exception(value: Any) -> bool:
    if isinstance(value, dict):
        return len(value) == 1 and next(iter(value)) in _TEXT
    values = _listed(value)
    return bool(values) and all(isinstance(one, str | int | float) for one in values)


def _good_network(value: Any) -> bool:
    try:
        ip_network(value, strict=False)
    except ValueError:
        return False
    return True


def _position(text: str, name: str) -> int:
    return max(text.find(json.dumps(name)), 0)


def _wrong(reason: str, text: str, position: int) -> InvalidPattern:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return InvalidPattern(
        f'Event pattern is not valid. Reason: {reason}\n at [Source: (String)"{text}"; line: {line}, column: {column}]'
    )
