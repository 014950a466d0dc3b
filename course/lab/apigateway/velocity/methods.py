"""The methods of Java's String, List, Map and numbers that templates call."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from course.lab.apigateway.velocity.values import equal, text

Method = Callable[..., Any]


class NoSuchMethod(Exception):
    """The value has no method of this name."""


def call(value: Any, name: str, arguments: list[Any]) -> Any:
    """Call a method of a value."""
    if isinstance(value, str):
        table = _STRING
    elif isinstance(value, list):
        table = _LIST
    elif isinstance(value, dict):
        table = _MAP
    else:
        table = _ANY
    method = table.get(name) or _ANY.get(name)
    if method is None:
        raise NoSuchMethod(name)
    return method(value, *arguments)


def _pattern(written: Any) -> str:
    return str(written)


def _replacement(written: Any) -> str:
    """Java says $1 where Python says \\g<1>."""
    return re.sub(r"\$(\d)", r"\\g<\1>", str(written).replace("\\", "\\\\"))


def _split(value: str, by: str, most: int = 0) -> list[str]:
    parts = re.split(_pattern(by), value, maxsplit=max(0, most - 1))
    while most == 0 and len(parts) > 1 and parts[-1] == "":
        parts.pop()  # Java drops empty parts at the end
    return parts


def _put(value: dict[str, Any], key: Any, new: Any) -> Any:
    old = value.get(key)
    value[key] = new
    return old


def _put_all(value: dict[str, Any], more: dict[str, Any]) -> None:
    value.update(more)


def _add(value: list[Any], *what: Any) -> bool:
    if len(what) == 2:
        value.insert(int(what[0]), what[1])
    else:
        value.append(what[0])
    return True


def _add_all(value: list[Any], more: Any) -> bool:
    value.extend(more)
    return True


def _remove(value: list[Any], what: Any) -> Any:
    if isinstance(what, int) and not isinstance(what, bool):
        return value.pop(what) if what < len(value) else None
    found = what in value
    if found:
        value.remove(what)
    return found


def _set(value: list[Any], index: int, new: Any) -> Any:
    old, value[index] = value[index], new
    return old


def _at(value: list[Any], index: Any) -> Any:
    return value[int(index)] if 0 <= int(index) < len(value) else None


def _index(value: list[Any], what: Any) -> int:
    return value.index(what) if what in value else -1


_ANY: Final[dict[str, Method]] = {
    "toString": lambda value: text(value),
    "equals": lambda value, other: type(value) is type(other) and equal(value, other),
    "intValue": lambda value: int(value),
    "longValue": lambda value: int(value),
    "doubleValue": lambda value: float(value),
    "parseInt": lambda value, written: int(written),
    "isNull": lambda value: value is None,
}
_STRING: Final[dict[str, Method]] = {
    "length": len,
    "isEmpty": lambda value: value == "",
    "contains": lambda value, part: text(part) in value,
    "startsWith": lambda value, part: value.startswith(part),
    "endsWith": lambda value, part: value.endswith(part),
    "indexOf": lambda value, part: value.find(part),
    "lastIndexOf": lambda value, part: value.rfind(part),
    "substring": lambda value, first, last=None: value[first:last],
    "charAt": lambda value, index: value[index],
    "replace": lambda value, old, new: value.replace(str(old), str(new)),
    "replaceAll": lambda value, old, new: re.sub(_pattern(old), _replacement(new), value),
    "replaceFirst": lambda value, old, new: re.sub(_pattern(old), _replacement(new), value, count=1),
    "matches": lambda value, pattern: re.fullmatch(_pattern(pattern), value) is not None,
    "split": _split,
    "concat": lambda value, more: value + text(more),
    "toLowerCase": lambda value: value.lower(),
    "toUpperCase": lambda value: value.upper(),
    "trim": lambda value: value.strip(),
    "equalsIgnoreCase": lambda value, other: value.lower() == str(other).lower(),
    "compareTo": lambda value, other: (value > other) - (value < other),
}
_LIST: Final[dict[str, Method]] = {
    "size": len,
    "isEmpty": lambda value: not value,
    "get": _at,
    "add": _add,
    "addAll": _add_all,
    "contains": lambda value, what: what in value,
    "indexOf": _index,
    "remove": _remove,
    "set": _set,
    "subList": lambda value, first, last: value[first:last],
    "clear": lambda value: value.clear(),
}
_MAP: Final[dict[str, Method]] = {
    "size": len,
    "isEmpty": lambda value: not value,
    "get": lambda value, key: value.get(key),
    "getOrDefault": lambda value, key, other: value.get(key, other),
    "put": _put,
    "putAll": _put_all,
    "remove": lambda value, key: value.pop(key, None),
    "containsKey": lambda value, key: key in value,
    "containsValue": lambda value, what: what in value.values(),
    "keySet": list,
    "values": lambda value: list(value.values()),
    "entrySet": lambda value: [{"key": key, "value": one} for key, one in value.items()],
    "getKey": lambda value: value.get("key"),
    "getValue": lambda value: value.get("value"),
}
