"""Which partition keys and which attributes a call names: dynamodb:LeadingKeys and dynamodb:Attributes of policies.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html

This file knows requests and nothing of tables; whoever asks says what a table's partition key is called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

PartitionKey = Callable[[str], str | None]
"""The name of a table's partition key, by the table's name or ARN; None for a table that is not there."""

_NAME = re.compile(r"[#A-Za-z_][\w]*")
_VALUE = re.compile(r":\w+")
_LOGIC = ("and", "or", "not", "between", "in", "set", "remove", "add", "delete")
_FUNCTIONS = ("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size")
_WORDS = frozenset((*_LOGIC, *_FUNCTIONS, "if_not_exists", "list_append"))
_EXPRESSIONS = (
    "ProjectionExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ConditionExpression",
    "UpdateExpression",
)


def leading_keys(params: Mapping[str, Any], partition_key: PartitionKey) -> list[str]:
    """The partition key values of all items that a call names. A scan names none."""
    found: list[str] = []
    for table, part in _parts(params):
        name = partition_key(table)
        if name is None:
            continue
        item = part.get("Key") or part.get("Item") or {}
        if name in item:
            found.append(_plain(item[name]))
        elif part.get("KeyConditionExpression"):
            found += _queried(part, name)
    return list(dict.fromkeys(found))


def attributes(params: Mapping[str, Any]) -> list[str]:
    """All attributes that a call names: in items, keys and expressions. A read without a projection names its keys."""
    found: set[str] = set()
    for _, part in _parts(params):
        found |= set(part.get("Item") or {}) | set(part.get("Key") or {}) | set(part.get("AttributesToGet") or ())
        names = part.get("ExpressionAttributeNames") or {}
        for expression in _EXPRESSIONS:
            # Values go first, so that :owner is not taken for an attribute; of a path the first step counts.
            text = re.sub(r"[.\[][^\s,)=<>]*", "", _VALUE.sub(" ", str(part.get(expression) or "")))
            words = (word for word in _NAME.findall(text) if word.lower() not in _WORDS)
            found |= {str(names.get(word, word)) for word in words}
    return sorted(found)


def select(operation: str, params: Mapping[str, Any]) -> str | None:
    """What a read asks for: without a projection it is every attribute, whether the call says so or not.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html (Select)
    """
    if operation not in ("GetItem", "BatchGetItem", "Query", "Scan"):
        return None
    if params.get("Select"):
        return str(params["Select"])
    named = all(part.get("ProjectionExpression") or part.get("AttributesToGet") for _, part in _parts(params))
    return "SPECIFIC_ATTRIBUTES" if named else "ALL_ATTRIBUTES"


def _parts(params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What a call asks of each table: itself, or each entry of a batch or a transaction."""
    if "RequestItems" in params:
        for table, wanted in params["RequestItems"].items():
            if isinstance(wanted, Mapping):  # BatchGetItem
                shared = {name: value for name, value in wanted.items() if name != "Keys"}
                yield from ((table, {**shared, "Key": key}) for key in wanted.get("Keys") or ())
            else:
                for write in wanted:
                    yield from ((table, body) for body in write.values())
    elif "TransactItems" in params:
        for entry in params["TransactItems"]:
            yield from ((str(body.get("TableName", "")), body) for body in entry.values())
    elif "TableName" in params:
        yield str(params["TableName"]), params


def _queried(part: Mapping[str, Any], name: str) -> list[str]:
    names = part.get("ExpressionAttributeNames") or {}
    values = part.get("ExpressionAttributeValues") or {}
    pairs = re.findall(r"([#\w]+)\s*=\s*(:\w+)", str(part["KeyConditionExpression"]))
    return [_plain(values[value]) for key, value in pairs if names.get(key, key) == name and value in values]


def _plain(value: Any) -> str:
    """{"S": "a"} as clients send it, or the plain value of a resource."""
    return str(next(iter(value.values()))) if isinstance(value, Mapping) and value else str(value)
