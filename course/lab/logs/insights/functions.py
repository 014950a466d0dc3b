"""The functions of expressions, as a table.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable
from typing import Any, Final

from course.lab.clock import clock
from course.lab.logs.insights.values import Moment, number, order, text

_MILLISECONDS: Final = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
PERIOD: Final = r"\d+\s*(?:ms|milliseconds?|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|hr|h|days?|d|weeks?|w)(?!\w)"


def period(written: str) -> int:
    """Milliseconds of `5m`, `1 hour`."""
    digits = "".join(one for one in written if one.isdigit())
    unit = written.strip("0123456789 ").lower()
    return int(digits) * _MILLISECONDS["ms" if unit.startswith(("ms", "milli")) else unit[0]]


def _numeric(act: Callable[..., Any]) -> Callable[..., Any]:
    def acts(*given: Any) -> Any:
        numbers = [number(one) for one in given]
        if None in numbers:
            return None
        try:
            return act(*numbers)
        except (ValueError, ZeroDivisionError, OverflowError):
            return None

    return acts


def _textual(act: Callable[..., Any]) -> Callable[..., Any]:
    def acts(*given: Any) -> Any:
        return None if None in given else act(*(text(one) for one in given))

    return acts


def _floor(at: Any, length: Any) -> Moment:
    return Moment(int(at) // int(length) * int(length))


def _ceiling(at: Any, length: Any) -> Moment:
    return Moment(-(-int(at) // int(length)) * int(length))


def _substr(whole: str, start: str, length: str = "") -> str:
    begin = int(start)
    return whole[begin : begin + int(length)] if length else whole[begin:]


def _in_subnet(address: str, subnet: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(subnet, strict=False)
    except ValueError:
        return False


def _empty(blank: bool) -> Callable[[Any], bool]:
    return lambda value: value is None or not (text(value).strip() if blank else text(value))


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "abs": _numeric(abs),
    "ceil": _numeric(math.ceil),
    "floor": _numeric(math.floor),
    "log": _numeric(math.log),
    "sqrt": _numeric(math.sqrt),
    "greatest": lambda *given: max((one for one in given if one is not None), key=order, default=None),
    "least": lambda *given: min((one for one in given if one is not None), key=order, default=None),
    "datefloor": _numeric(_floor),
    "dateceil": _numeric(_ceiling),
    "frommillis": _numeric(lambda at: Moment(int(at))),
    "tomillis": _numeric(int),
    "now": lambda: int(clock.now().timestamp()),
    "ispresent": lambda value: value is not None,
    "coalesce": lambda *given: next((one for one in given if one is not None), None),
    "isempty": _empty(blank=False),
    "isblank": _empty(blank=True),
    "concat": _textual(lambda *given: "".join(given)),
    "trim": _textual(str.strip),
    "ltrim": _textual(str.lstrip),
    "rtrim": _textual(str.rstrip),
    "strlen": _textual(len),
    "toupper": _textual(str.upper),
    "tolower": _textual(str.lower),
    "substr": _textual(_substr),
    "replace": _textual(str.replace),
    "strcontains": _textual(lambda whole, part: int(part in whole)),
    "isipinsubnet": _textual(_in_subnet),
    "isipv4insubnet": _textual(_in_subnet),
    "isipv6insubnet": _textual(_in_subnet),
}
