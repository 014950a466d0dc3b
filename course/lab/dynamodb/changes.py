"""Who wants to know of writes: a table tells its listeners which item was what before, and what it is now."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from course.lab.dynamodb.sizes import Attributes
from course.lab.dynamodb.tables import attributes_of
from course.lab.dynamodb.units import key_names

Listener = Callable[[Any, Attributes, Attributes | None, Attributes | None], None]

_listeners: list[Listener] = []


def on_change(listener: Listener) -> Listener:
    """Register who is told (table, key, before, after) of each item that a write has changed."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def tell(table: Any, key: Attributes, before: Attributes | None, after: Attributes | None) -> None:
    """Say that an item was written; a write that leaves it as it was is no change."""
    if before == after:
        return
    for listener in _listeners:
        listener(table, key, before, after)


def name_of(key: Attributes) -> str:
    """A key as one text, by which items can be looked up."""
    return json.dumps(key, sort_keys=True)


def key_of(table: Any, item: Attributes) -> Attributes:
    """The key of an item."""
    return {name: item[name] for name in key_names(table)}


def items_of(table: Any) -> dict[str, Attributes]:
    """All items of a table, by their keys."""
    found = (attributes_of(item) for item in table.all_items())
    return {name_of(key_of(table, item)): item for item in found}
