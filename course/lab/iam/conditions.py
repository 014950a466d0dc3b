"""Condition blocks: every operator, its set forms and IfExists.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final, Literal

from course.lab.iam.dates import seconds_of
from course.lab.iam.patterns import arn_pieces_match, pieces_of, wildcard
from course.lab.iam.variables import Context, has_variable, resolve, resolve_text, variable_names

Quantifier = Literal["", "ForAnyValue", "ForAllValues"]

# (value in the policy, value in the request, context, variables on?) -> do they match?
_Compare = Callable[[str, str, Context, bool], bool]


@dataclass(frozen=True, slots=True)
class Operator:
    """One row of AWS's operator tables: how two values compare, and whether the answer is turned round."""

    name: str
    compare: _Compare
    negated: bool = False
    takes_variables: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator, one key and its values, as they stand in a statement."""

    quantifier: Quantifier
    operator: str
    if_exists: bool
    key: str
    values: tuple[str, ...]

    @property
    def written(self) -> str:
        """The operator as the policy writes it, such as `ForAnyValue:StringLikeIfExists`."""
        prefix = f"{self.quantifier}:" if self.quantifier else ""
        return f"{prefix}{self.operator}{'IfExists' if self.if_exists else ''}"

    def keys_used(self) -> tuple[str, ...]:
        """Every condition key that this condition reads, as written, those in variables included."""
        inside = [name for value in self.values for name in variable_names(value)]
        return (self.key, *inside)


def split_operator(written: str) -> tuple[Quantifier, str, bool] | None:
    """Take `ForAllValues:StringEqualsIfExists` apart; None if there is no such operator.

    >>> split_operator("ForAnyValue:StringLike")
    ('ForAnyValue', 'StringLike', False)
    """
    quantifier: Quantifier = ""
    name = written
    head, colon, tail = written.partition(":")
    if colon:
        if head.lower() == "foranyvalue":
            quantifier = "ForAnyValue"
        elif head.lower() == "forallvalues":
            quantifier = "ForAllValues"
        else:
            return None
        name = tail
    if_exists = name.lower().endswith("ifexists")
    if if_exists:
        name = name[: -len("IfExists")]
    known = _BY_LOWER_NAME.get(name.lower())
    if known is None or (if_exists and known == "Null"):
        return None
    return quantifier, known, if_exists


def holds(condition: Condition, context: Context, variables: bool = True) -> bool:
    """Decide one condition for a request context (keys in lower case).

    Several values of one key are joined by OR, those of a negated operator by NOR.
    """
    values = context.get(condition.key.lower())
    if condition.operator == "Null":
        # An empty value counts as null (the page "Condition", "The request context").
        absent = not values or not any(values)
        return any(_as_bool(wanted) is absent for wanted in condition.values)
    if not values:
        return _when_missing(condition)
    operator = OPERATORS[condition.operator]
    variables = variables and operator.takes_variables

    def satisfied(value: str) -> bool:
        matched = any(operator.compare(wanted, value, context, variables) for wanted in condition.values)
        return matched is not operator.negated

    # An empty text counts as no value at all for the set operators.
    if condition.quantifier and not any(values):
        return condition.quantifier == "ForAllValues"
    if condition.quantifier == "ForAllValues":
        return all(satisfied(value) for value in values)
    if condition.quantifier == "ForAnyValue" or not operator.negated:
        return any(satisfied(value) for value in values)
    return all(satisfied(value) for value in values)


def _when_missing(condition: Condition) -> bool:
    """A key that the request does not carry never matches, so only the negated operators are true."""
    if condition.if_exists or condition.quantifier == "ForAllValues":
        return True
    if condition.quantifier == "ForAnyValue":
        return False
    return OPERATORS[condition.operator].negated


# Comparisons --------------------------------------------------------------------------------------------


def _string_equals(wanted: str, value: str, context: Context, variables: bool) -> bool:
    return _literal(wanted, context, variables) == value


def _string_equals_ignore_case(wanted: str, value: str, context: Context, variables: bool) -> bool:
    literal = _literal(wanted, context, variables)
    return literal is not None and literal.casefold() == value.casefold()


def _string_like(wanted: str, value: str, context: Context, variables: bool) -> bool:
    pieces = resolve(wanted, context) if variables and has_variable(wanted) else pieces_of(wanted)
    return pieces is not None and wildcard(pieces).fullmatch(value) is not None


def _arn_like(wanted: str, value: str, context: Context, variables: bool) -> bool:
    pieces = resolve(wanted, context) if variables and has_variable(wanted) else pieces_of(wanted)
    return pieces is not None and value.count(":") >= 5 and arn_pieces_match(pieces, value)


def _literal(wanted: str, context: Context, variables: bool) -> str | None:
    return resolve_text(wanted, context) if variables and has_variable(wanted) else wanted


def _numeric(holds_for: Callable[[Decimal, Decimal], bool]) -> _Compare:
    def compare(wanted: str, value: str, context: Context, variables: bool) -> bool:
        left, right = _number(value), _number(wanted)
        return left is not None and right is not None and holds_for(left, right)

    return compare


def _date(holds_for: Callable[[Decimal, Decimal], bool]) -> _Compare:
    def compare(wanted: str, value: str, context: Context, variables: bool) -> bool:
        left, right = seconds_of(value), seconds_of(wanted)
        return left is not None and right is not None and holds_for(left, right)

    return compare


def _bool(wanted: str, value: str, context: Context, variables: bool) -> bool:
    literal = _literal(wanted, context, variables)
    return literal is not None and _as_bool(literal) is not None and _as_bool(literal) is _as_bool(value)


def _binary(wanted: str, value: str, context: Context, variables: bool) -> bool:
    left, right = _decoded(wanted), _decoded(value)
    return left is not None and left == right


def _ip_address(wanted: str, value: str, context: Context, variables: bool) -> bool:
    network, address = _network(wanted), _network(value)
    if network is None or address is None or network.version != address.version:
        return False
    return address.subnet_of(network)  # type: ignore[arg-type]


@lru_cache(maxsize=512)
def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None


def _as_bool(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.strip().lower())


@lru_cache(maxsize=512)
def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


@lru_cache(maxsize=512)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    # Without a prefix the address stands for itself (/32, /128).
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def _family(prefix: str, make: Callable[[Callable[[Decimal, Decimal], bool]], _Compare]) -> list[Operator]:
    equal = make(lambda left, right: left == right)
    return [
        Operator(f"{prefix}Equals", equal),
        Operator(f"{prefix}NotEquals", equal, negated=True),
        Operator(f"{prefix}LessThan", make(lambda left, right: left < right)),
        Operator(f"{prefix}LessThanEquals", make(lambda left, right: left <= right)),
        Operator(f"{prefix}GreaterThan", make(lambda left, right: left > right)),
        Operator(f"{prefix}GreaterThanEquals", make(lambda left, right: left >= right)),
    ]


def _pair(positive: str, negative: str, compare: _Compare, takes_variables: bool) -> list[Operator]:
    return [
        Operator(positive, compare, takes_variables=takes_variables),
        Operator(negative, compare, negated=True, takes_variables=takes_variables),
    ]


OPERATORS: Final[Mapping[str, Operator]] = {
    operator.name: operator
    for operator in [
        *_pair("StringEquals", "StringNotEquals", _string_equals, True),
        *_pair("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _string_equals_ignore_case, True),
        *_pair("StringLike", "StringNotLike", _string_like, True),
        *_family("Numeric", _numeric),
        *_family("Date", _date),
        Operator("Bool", _bool, takes_variables=True),
        Operator("BinaryEquals", _binary),
        *_pair("IpAddress", "NotIpAddress", _ip_address, False),
        # ArnEquals and ArnLike are the same operator under two names.
        *_pair("ArnEquals", "ArnNotEquals", _arn_like, True),
        *_pair("ArnLike", "ArnNotLike", _arn_like, True),
    ]
}

_BY_LOWER_NAME: Final = {name.lower(): name for name in [*OPERATORS, "Null"]}
