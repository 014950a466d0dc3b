"""The four statements of PartiQL, each as the request that does the same.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from course.lab.dynamodb.partiql_words import Condition, Given, Malformed, Placeholders, Template, Value, Words

_RANGES = ("=", "<", "<=", ">", ">=", "BETWEEN", "begins_with")


class MissingKey(ValueError):
    """A write that does not name one item by its whole key."""


class MissingTable(LookupError):
    """A table or an index that does not exist."""


@dataclass(frozen=True)
class Inner:
    """The request that a statement stands for."""

    operation: str
    table: str
    asked: dict[str, Any]
    key: dict[str, Value] = field(default_factory=dict)
    """The key of the item that the statement names; empty if it may name several."""

    @property
    def names_one_item(self) -> bool:
        return bool(self.key)


def translate(statement: str, parameters: Sequence[Value], tables: Mapping[str, Any]) -> Inner:
    """Read a statement against the tables there are."""
    words = Words(statement, parameters)
    match words.need("SELECT", "INSERT", "UPDATE", "DELETE"):
        case "SELECT":
            inner = _select(words, tables)
        case "INSERT":
            inner = _insert(words, tables)
        case "UPDATE":
            inner = _update(words, tables)
        case _:
            inner = _delete(words, tables)
    words.end()
    return inner


def _select(words: Words, tables: Mapping[str, Any]) -> Inner:
    wanted: list[Template] = []
    if not words.take("*"):
        wanted.append(words.path())
        while words.take(","):
            wanted.append(words.path())
    words.need("FROM")
    name, index = words.table()
    table = _known(tables, name)
    keys = _index_keys(table, index) if index else _keys(table)
    terms = words.condition().terms() if words.take("WHERE") else []
    backwards = False
    if words.take("ORDER"):
        words.need("BY")
        words.path()
        backwards = words.take("ASC", "DESC") == "DESC"
    asked: dict[str, Any] = {"TableName": name} | ({"IndexName": index} if index else {})
    places = Placeholders()
    if wanted:
        asked["ProjectionExpression"] = ", ".join(places.write(path) for path in wanted)
    narrow = _key_terms(terms, keys)
    operation = "Query" if narrow else "Scan"
    if narrow:
        asked["KeyConditionExpression"] = " AND ".join(places.write(term.template) for term in narrow)
        asked["ScanIndexForward"] = not backwards
    elif backwards:
        raise Malformed("ORDER BY needs an equality on the partition key in the WHERE clause")
    if others := [term for term in terms if term not in narrow]:
        asked["FilterExpression"] = " AND ".join(_written(places, others))
    try:
        key = {} if index or others else _whole_key(table, terms)[0]
    except MissingKey:
        key = {}
    return Inner(operation, name, asked | places.shown(), key)


def _insert(words: Words, tables: Mapping[str, Any]) -> Inner:
    words.need("INTO")
    name, _ = words.table()
    table = _known(tables, name)
    words.need("VALUE")
    item = words.value().get("M")
    if item is None:
        raise Malformed("expected an item such as {'id': 'a'}")
    places = Placeholders()
    absent = {"ConditionExpression": "attribute_not_exists(#key)"}
    places.names["#key"] = table.hash_key_attr
    return Inner("PutItem", name, {"TableName": name, "Item": item, **absent} | places.shown())


def _update(words: Words, tables: Mapping[str, Any]) -> Inner:
    name, _ = words.table()
    table = _known(tables, name)
    changes: dict[str, list[Template]] = {}
    clause = words.need("SET", "REMOVE")
    while clause:
        verb, change = _change(words) if clause == "SET" else ("REMOVE", words.path())
        changes.setdefault(verb, []).append(change)
        clause = clause if words.take(",") else words.take("SET", "REMOVE")
    words.need("WHERE")
    key, others = _whole_key(table, words.condition().terms())
    returned = _returned(words)
    places = Placeholders()
    expression = " ".join(
        f"{verb} {', '.join(places.write(change) for change in made)}" for verb, made in changes.items()
    )
    places.names["#key"] = table.hash_key_attr
    conditions = ["attribute_exists(#key)", *_written(places, others)]
    asked = {"TableName": name, "Key": key, "UpdateExpression": expression}
    asked |= {"ConditionExpression": " AND ".join(conditions)} | returned
    return Inner("UpdateItem", name, asked | places.shown(), key)


def _change(words: Words) -> tuple[str, Template]:
    """What stands after SET: a value, a sum, or a function of lists and sets."""
    path = words.path()
    words.need("=")
    if function := words.take("LIST_APPEND", "SET_ADD", "SET_DELETE"):
        words.need("(")
        old = words.path()
        words.need(",")
        value = words.value()
        words.need(")")
        if function == "LIST_APPEND":
            return "SET", [*path, " = list_append(", *old, ", ", Given(value), ")"]
        return ("ADD" if function == "SET_ADD" else "DELETE"), [*path, " ", Given(value)]
    operands = [_operand(words)]
    if sign := words.take("+", "-"):
        operands += [[f" {sign} "], _operand(words)]
    return "SET", [*path, " = ", *(piece for operand in operands for piece in operand)]


def _operand(words: Words) -> Template:
    try:
        return [Given(words.value())]
    except Malformed:
        return words.path()


def _delete(words: Words, tables: Mapping[str, Any]) -> Inner:
    words.need("FROM")
    name, _ = words.table()
    table = _known(tables, name)
    words.need("WHERE")
    key, others = _whole_key(table, words.condition().terms())
    asked = {"TableName": name, "Key": key} | _returned(words)
    places = Placeholders()
    if others:
        # A missing item is no error, an item that does not fit is one.
        places.names["#key"] = table.hash_key_attr
        fits = " AND ".join(_written(places, others))
        asked["ConditionExpression"] = f"attribute_not_exists(#key) OR {fits}"  # AND binds more tightly
    return Inner("DeleteItem", name, asked | places.shown(), key)


def _written(places: Placeholders, terms: list[Condition]) -> list[str]:
    """Terms that can be joined by AND: one that is an OR of others gets its parentheses."""
    written = [places.write(term.template) for term in terms]
    return [f"({one})" if " OR " in one and not one.startswith("(") else one for one in written]


def _returned(words: Words) -> dict[str, Any]:
    if not words.take("RETURNING"):
        return {}
    which, age = words.need("ALL", "MODIFIED"), words.need("OLD", "NEW")
    words.need("*")
    return {"ReturnValues": f"{'ALL' if which == 'ALL' else 'UPDATED'}_{age}"}


def _whole_key(table: Any, terms: list[Condition]) -> tuple[dict[str, Value], list[Condition]]:
    """The key that the terms name, and the other terms."""
    named = {term.attribute: term for term in terms if term.operator == "=" and term.attribute in _keys(table)}
    if set(named) != set(_keys(table)):
        raise MissingKey
    return {name: term.values[0] for name, term in named.items()}, [
        term for term in terms if term not in named.values()
    ]


def _key_terms(terms: list[Condition], keys: list[str]) -> list[Condition]:
    """The terms that a query can look up: the partition key, and a range of the sort key."""
    partition = next((term for term in terms if term.attribute == keys[0] and term.operator == "="), None)
    if partition is None:
        return []
    sort = next((term for term in terms if keys[1:] == [term.attribute] and term.operator in _RANGES), None)
    return [partition, sort] if sort else [partition]


def _known(tables: Mapping[str, Any], name: str) -> Any:
    if name not in tables:
        raise MissingTable("Requested resource not found")
    return tables[name]


def _keys(table: Any) -> list[str]:
    return [name for name in (table.hash_key_attr, table.range_key_attr) if name]


def _index_keys(table: Any, index: str) -> list[str]:
    found = next((one for one in table.all_indexes() if one.name == index), None)
    if found is None:
        raise MissingTable(f"The table does not have the specified index: {index}")
    return [key["AttributeName"] for key in sorted(found.schema, key=lambda key: key["KeyType"])]
