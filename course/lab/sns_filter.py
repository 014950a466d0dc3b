"""Filter policies of subscriptions: what SNS accepts as one, and which messages pass.

Policies: https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
Constraints: https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.events_pattern import InvalidPattern, matches, parse_pattern

ATTRIBUTES: Final = "MessageAttributes"
BODY: Final = "MessageBody"

_MOST_KEYS: Final = 5
_MOST_COMBINATIONS: Final = 150
_LARGEST: Final = 256 * 1024
_FARTHEST: Final = 10**9


class InvalidFilter(ValueError):
    """A filter policy that SNS refuses; the text says why."""


def checked_filter(text: str, scope: str) -> dict[str, Any]:
    """Read a filter policy and refuse what SNS refuses.

    >>> checked_filter('{"kind": ["order"]}', ATTRIBUTES)
    {'kind': ['order']}
    """
    if len(text.encode()) > _LARGEST:
        raise InvalidFilter("Filter policy is too large")
    try:
        policy = parse_pattern(text)
    except InvalidPattern as wrong:
        raise InvalidFilter(str(wrong).removeprefix("Event pattern is not valid. Reason: ")) from None
    keys, combinations = _measured(policy, scope, 1)
    if keys > _MOST_KEYS:
        raise InvalidFilter(f"Filter policy can not have more than {_MOST_KEYS} keys")
    if combinations > _MOST_COMBINATIONS:
        raise InvalidFilter("Filter policy is too complex")
    return policy


def passes(policy: dict[str, Any] | None, scope: str, message: str, attributes: dict[str, Any] | None) -> bool:
    """Whether a message gets through; without a policy everything does."""
    if not policy:
        return True
    if scope != BODY:
        return matches(policy, _as_values(attributes or {}))
    try:
        body = json.loads(message)
    except ValueError:
        return False
    return isinstance(body, dict) and matches(policy, body)


def _measured(policy: dict[str, Any], scope: str, depth: int) -> tuple[int, int]:
    """Keys with values, and the product of their numbers of values; nested keys count by their depth."""
    keys, combinations = 0, 1
    for name, wanted in policy.items():
        if name == "$or" and isinstance(wanted, list) and all(isinstance(one, dict) for one in wanted):
            # Each choice adds to what can match: https://docs.aws.amazon.com/sns/latest/dg/and-or-logic.html
            parts = [_measured(one, scope, depth) for one in wanted]
            keys += len({key for one in wanted for key in one})
            combinations *= sum(part[1] for part in parts)
        elif isinstance(wanted, dict):
            if scope != BODY:
                raise InvalidFilter("Filter policy scope MessageAttributes does not support nested filter policy")
            inner_keys, inner = _measured(wanted, scope, depth + 1)
            keys += inner_keys
            combinations *= inner
        else:
            keys += 1
            combinations *= len(wanted) * depth
            _check_numbers(wanted)
    return keys, combinations


def _check_numbers(wanted: list[Any]) -> None:
    for one in wanted:
        numbers = one.get("numeric", []) if isinstance(one, dict) else [one]
        for number in numbers if isinstance(numbers, list) else []:
            if isinstance(number, int | float) and not isinstance(number, bool) and abs(number) > _FARTHEST:
                raise InvalidFilter(f"Value of numeric must be between -1.0E9 and 1.0E9, inclusive: {number}")


def _as_values(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes as plain values; a Number compares as a number, a String.Array by its members, Binary not at all."""
    values: dict[str, Any] = {}
    for name, attribute in attributes.items():
        kind, value = str(attribute["Type"]), attribute["Value"]
        if kind == "String.Array":
            try:
                members = json.loads(value)
            except ValueError:
                continue
            values[name] = members if isinstance(members, list) else [members]
        elif kind.startswith("Number"):
            values[name] = float(value)
        elif kind.startswith("String"):
            values[name] = value
    return values
