"""The comparisons that filter patterns make: `= "ERR*"`, `!= 200`, `>= 100`, `= %5\\d\\d%`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any, Final

Test = Callable[[Any], bool]

_ORDER: Final[dict[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


class Fault(ValueError):
    """A pattern that AWS would refuse, and why."""


def read_test(written: str) -> Test:
    """Understand an operator and what follows it."""
    parts = re.fullmatch(r"(!=|>=|<=|=|>|<)\s*(\S.*)", written.strip(), re.DOTALL)
    if parts is None:
        raise Fault(f"Invalid metric filter pattern: no comparison in '{written}'")
    sign, wanted = parts[1], parts[2].strip()
    if sign in _ORDER:
        return _ordered(_ORDER[sign], wanted)
    same = _same(wanted)
    return same if sign == "=" else lambda value: not same(value)


def _ordered(compare: Callable[[float, float], bool], wanted: str) -> Test:
    limit = _number(wanted)
    if limit is None:
        raise Fault(f"Invalid metric filter pattern: '{wanted}' is no number to compare with")

    def test(value: Any) -> bool:
        number = _number(value)
        return number is not None and compare(number, limit)

    return test


def _same(wanted: str) -> Test:
    if len(wanted) > 1 and wanted.startswith("%") and wanted.endswith("%"):
        try:
            regex = re.compile(wanted[1:-1])
        except re.error as fault:
            raise Fault(f"Invalid regular expression '{wanted[1:-1]}': {fault}") from None
        return lambda value: regex.search(_text(value)) is not None
    number, quoted = _number(wanted), wanted.startswith('"')
    text = wanted[1:-1] if quoted and wanted.endswith('"') else wanted
    shape = re.compile(re.escape(text).replace(r"\*", ".*"), re.DOTALL)

    def test(value: Any) -> bool:
        if number is not None and not quoted and (found := _number(value)) is not None:
            return found == number
        return shape.fullmatch(_text(value)) is not None

    return test


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
