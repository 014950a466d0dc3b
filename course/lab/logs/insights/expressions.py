"""Expressions of queries: read once, then asked of every record.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Filter.html

A comparison with a field that a record lacks never holds.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from course.lab.logs.insights.aggregates import AGGREGATES
from course.lab.logs.insights.functions import FUNCTIONS, PERIOD, period
from course.lab.logs.insights.reader import Reader
from course.lab.logs.insights.values import Moment, below, number, same, text

Record = Mapping[str, Any]
Expression = Callable[[Record], Any]

_ARITHMETIC: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod,
    "^": operator.pow,
}  # fmt: skip
_COMPARED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": same,
    "!=": lambda one, other: not same(one, other),
    "<": below,
    ">": lambda one, other: below(other, one),
    "<=": lambda one, other: not below(other, one),
    ">=": lambda one, other: not below(one, other),
}


def read_condition(reader: Reader) -> Expression:
    """`or` joins `and`, which joins `not` and comparisons."""
    some = [_every(reader)]
    while reader.word("or"):
        some.append(_every(reader))
    return some[0] if len(some) == 1 else lambda record: any(_true(one(record)) for one in some)


def read_value(reader: Reader) -> Expression:
    """Sums of products of powers."""
    return _joined(reader, r"[+-]", lambda inner: _joined(inner, r"[*/%]", lambda last: _joined(last, r"\^", _atom)))


def fits(condition: Expression, record: Record) -> bool:
    """Whether a record meets a condition."""
    return _true(condition(record))


def _every(reader: Reader) -> Expression:
    every = [_one(reader)]
    while reader.word("and"):
        every.append(_one(reader))
    return every[0] if len(every) == 1 else lambda record: all(_true(one(record)) for one in every)


def _one(reader: Reader) -> Expression:
    if reader.word("not"):
        inner = _one(reader)
        return lambda record: not _true(inner(record))
    value = read_value(reader)
    if sign := reader.match(r"!=|<=|>=|==|=~|=|<|>"):
        if sign == "=~":
            return _like(value, reader, wanted=True)
        other, compare = read_value(reader), _COMPARED["=" if sign == "==" else sign]
        return lambda record: _both(compare, value(record), other(record))
    negated = reader.word("not")
    if reader.word("like"):
        return _like(value, reader, wanted=not negated)
    if reader.word("in"):
        return _among(value, reader, wanted=not negated)
    if negated:
        raise reader.fault()
    return value


def _both(compare: Callable[[Any, Any], bool], one: Any, other: Any) -> bool:
    return one is not None and other is not None and compare(one, other)


def _like(value: Expression, reader: Reader, wanted: bool) -> Expression:
    """A regular expression between slashes, or a text that occurs."""
    found = reader.regex()
    if found is None:
        part = reader.string()
        if part is None:
            raise reader.fault()
        found = re.compile(re.escape(part))

    def holds(record: Record) -> bool:
        one = value(record)
        return one is not None and (found.search(text(one)) is not None) is wanted

    return holds


def _among(value: Expression, reader: Reader, wanted: bool) -> Expression:
    reader.need("[")
    members = [read_value(reader)]
    while reader.sign(","):
        members.append(read_value(reader))
    reader.need("]")

    def holds(record: Record) -> bool:
        one = value(record)
        return one is not None and any(same(one, member(record)) for member in members) is wanted

    return holds


def _joined(reader: Reader, signs: str, part: Callable[[Reader], Expression]) -> Expression:
    value = part(reader)
    while sign := reader.match(signs):
        value = _calculated(_ARITHMETIC[sign], value, part(reader))
    return value


def _calculated(act: Callable[[Any, Any], Any], one: Expression, other: Expression) -> Expression:
    def acts(record: Record) -> Any:
        first, second = number(one(record)), number(other(record))
        if first is None or second is None:
            return None
        try:
            return act(first + 0, second + 0)  # a date becomes a plain number
        except (ZeroDivisionError, OverflowError):
            return None

    return acts


def _atom(reader: Reader) -> Expression:
    if reader.sign("("):
        inner = read_condition(reader)
        reader.need(")")
        return inner
    if reader.sign("-"):
        return _calculated(operator.sub, lambda record: 0, _atom(reader))
    written = reader.string()
    if written is not None:
        return lambda record: written
    if digits := reader.match(r"\d+\.?\d*(?:e[+-]?\d+)?(?![\w])"):
        value = number(digits)
        return lambda record: value
    start = reader.at
    name = reader.name()
    if reader.text[start] != "`" and reader.sign("("):
        return _called(reader, name, start)
    if name.lower() in ("true", "false"):
        truth = int(name.lower() == "true")
        return lambda record: truth
    return lambda record: record.get(name)


def _called(reader: Reader, name: str, start: int) -> Expression:
    if name.lower() == "bin":
        return _binned(reader)
    if name.lower() in AGGREGATES and reader.on_aggregate is not None:
        return reader.on_aggregate(name.lower(), start)
    act = FUNCTIONS.get(name.lower())
    if act is None:
        reader.at = start
        if name.lower() in AGGREGATES:
            raise reader.fault(f"{name} belongs into the stats command; unexpected symbol found {name}")
        raise reader.fault(f"the function {name} is unknown to the lab")
    given: list[Expression] = []
    while not reader.sign(")"):
        if given:
            reader.need(",")
        if lasting := reader.match(PERIOD):
            given.append(_constant(period(lasting)))
        else:
            given.append(read_condition(reader))

    def acts(record: Record) -> Any:
        try:
            return act(*(one(record) for one in given))
        except TypeError:
            return None  # too few or too many arguments

    return acts


def _constant(value: Any) -> Expression:
    return lambda record: value


def _binned(reader: Reader) -> Expression:
    """The time of a record, rounded down: `bin(5m)`."""
    lasting = reader.match(PERIOD)
    if not lasting:
        raise reader.fault()
    reader.need(")")
    length = period(lasting)

    def acts(record: Record) -> Moment | None:
        at = number(record.get("@timestamp"))
        return None if at is None else Moment(int(at) // length * length)

    return acts


def _true(value: Any) -> bool:
    return bool(number(value)) if number(value) is not None else bool(value)
