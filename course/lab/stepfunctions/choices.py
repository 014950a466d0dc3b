"""The rules of a Choice state.

https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from course.lab.stepfunctions.errors import StateError
from course.lab.stepfunctions.paths import MISSING

Read = Callable[[str], Any]
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "GreaterThan": operator.gt,
    "LessThanEquals": operator.le,
    "GreaterThanEquals": operator.ge,
}
_OPERATOR = re.compile(rf"^(String|Numeric|Boolean|Timestamp)({'|'.join(_COMPARE)})(Path)?$")
TESTS: Final = ("IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp")


def is_operator(name: str) -> bool:
    """Whether a rule may use this comparison."""
    return name == "StringMatches" or name in TESTS or _OPERATOR.match(name) is not None


def holds(rule: Mapping[str, Any], read: Read) -> bool:
    """Whether a rule is true; `read` gives the value at a path, or MISSING."""
    if "And" in rule:
        return all(holds(one, read) for one in rule["And"])
    if "Or" in rule:
        return any(holds(one, read) for one in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], read)
    name, wanted = next((key, value) for key, value in rule.items() if is_operator(key))
    value = read(rule["Variable"])
    if name == "IsPresent":
        return (value is not MISSING) is wanted
    if value is MISSING:
        raise StateError("States.Runtime", f"Invalid path '{rule['Variable']}': The choice state's condition path "
                         "references an invalid value.")  # fmt: skip
    if name in TESTS:
        return _TESTS[name](value) is wanted
    if name == "StringMatches":
        return isinstance(value, str) and _matches(value, wanted)
    kind, comparison, from_path = _OPERATOR.match(name).groups()  # type: ignore[union-attr]
    other = read(wanted) if from_path else wanted
    return _compared(kind, _COMPARE[comparison], value, other)


def _compared(kind: str, compare: Callable[[Any, Any], bool], value: Any, other: Any) -> bool:
    if kind == "Timestamp":
        value, other = _moment(value), _moment(other)
        return value is not None and other is not None and compare(value, other)
    fits = {"String": _is_string, "Numeric": _is_numeric, "Boolean": _is_boolean}[kind]
    return fits(value) and fits(other) and compare(value, other)


def _matches(value: str, pattern: str) -> bool:
    """A star stands for any letters; a star behind a backslash for itself."""
    parts = [re.escape(part.replace("\0", "*")) for part in pattern.replace(r"\*", "\0").split("*")]
    return re.fullmatch(".*".join(parts), value, re.DOTALL) is not None


def _moment(value: Any) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_numeric(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


_TESTS: Final[dict[str, Callable[[Any], bool]]] = {
    "IsNull": lambda value: value is None,
    "IsNumeric": _is_numeric,
    "IsString": _is_string,
    "IsBoolean": _is_boolean,
    "IsTimestamp": lambda value: _moment(value) is not None,
}
