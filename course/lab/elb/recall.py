"""What was worked out and holds until a call changes machines or balancers: health checks ask the same all the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Found = TypeVar("Found")
_changes = 0


def forget() -> None:
    """A call may have changed something."""
    global _changes
    _changes += 1


def changes() -> int:
    """A number that grows with each change."""
    return _changes


def recalled(owner: Any, name: str, key: Any, find: Callable[[], Found]) -> Found:
    """What `find` found, kept on the owner until something changes."""
    kept: dict[Any, Any] = owner.__dict__.setdefault("lab_recalled", {})
    if kept.get("changes") != _changes:
        kept.clear()
        kept["changes"] = _changes
    if (name, key) not in kept:
        kept[(name, key)] = find()
    found: Found = kept[(name, key)]
    return found
