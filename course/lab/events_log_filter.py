"""Filter patterns of log subscriptions: terms, and comparisons of JSON fields.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
Regular expressions (%...%) and space-delimited fields ([...]) are not read here: they let everything pass.

>>> passes('ERROR -Timeout', "ERROR no stock")
True
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from typing import Any, Final

from course.lab.events_input import at_path

_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def passes(pattern: str, message: str) -> bool:
    """Whether a log event goes on to the subscriber."""
    pattern = pattern.strip()
    if not pattern or pattern.startswith(("[", "%")):
        return True
    if pattern.startswith("{"):
        return _fields(pattern.strip("{} "), message)
    return _terms(pattern, message)


def _terms(pattern: str, message: str) -> bool:
    """All plain terms, none with a minus, and one of those with a question mark. Upper and lower case differ."""
    found = re.findall(r'([?-]?)(?:"([^"]*)"|(\S+))', pattern)
    terms = [(sign, quoted or plain) for sign, quoted, plain in found]
    optional = [text for sign, text in terms if sign == "?"]
    needed = [text for sign, text in terms if not sign]
    if any(text in message for sign, text in terms if sign == "-"):
        return False
    if optional and not needed:
        return any(text in message for text in optional)
    return all(text in message for text in needed)


def _fields(pattern: str, message: str) -> bool:
    try:
        event = json.loads(message)
    except ValueError:
        return False
    return any(all(_compare(one, event) for one in part.split("&&")) for part in pattern.split("||"))


def _compare(comparison: str, event: Any) -> bool:
    parts = re.fullmatch(r"\(?\s*(\$\S+)\s*(!=|>=|<=|=|>|<)\s*(.+?)\s*\)?", comparison.strip())
    if parts is None or not isinstance(event, dict):
        return False
    found, wanted = at_path(event, parts[1]), parts[3].strip('"')
    if found is None:
        return False
    if isinstance(found, int | float) and not isinstance(found, bool):
        try:
            return _COMPARE[parts[2]](found, float(wanted))
        except ValueError:
            return False
    if parts[2] not in ("=", "!="):
        return False
    fits = re.fullmatch(re.escape(wanted).replace(r"\*", ".*"), str(found)) is not None
    return fits is (parts[2] == "=")
