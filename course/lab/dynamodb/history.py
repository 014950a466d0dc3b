"""What a table with point-in-time recovery remembers: every change, so that any moment can be had again.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.clock import clock
from course.lab.dynamodb.changes import items_of, name_of, on_change
from course.lab.dynamodb.sizes import Attributes

LAG: Final = dt.timedelta(minutes=5)
"""The latest moment that can be restored lies this far back."""


@dataclass(frozen=True)
class Change:
    """One item that was written."""

    at: float
    key: Attributes
    before: Attributes | None
    after: Attributes | None


@dataclass
class History:
    """The changes of a table since its recovery was switched on."""

    since: float
    changes: list[Change] = field(default_factory=list)


def begin(table: Any) -> None:
    """Remember from now on, unless that has begun already."""
    table.__dict__.setdefault("lab_history", History(clock.now().timestamp()))


def end(table: Any) -> None:
    """Forget all."""
    table.__dict__.pop("lab_history", None)


def window(table: Any) -> tuple[float, float] | None:
    """The earliest and the latest moment that can be restored; None without point-in-time recovery."""
    history: History | None = table.__dict__.get("lab_history")
    if history is None:
        return None
    days = table.continuous_backups["PointInTimeRecoveryDescription"].get("RecoveryPeriodInDays", 35)
    now = clock.now()
    earliest = max(history.since, (now - dt.timedelta(days=days)).timestamp())
    return earliest, max(earliest, (now - LAG).timestamp())


def holds(table: Any, moment: float) -> bool:
    """Whether a moment lies in the window. Requests name whole seconds, so the window begins with its second."""
    found = window(table)
    return found is not None and int(found[0]) <= moment <= found[1]


def items_at(table: Any, moment: float) -> list[Attributes]:
    """The items as they were at a moment: today's, with all later changes undone."""
    items = items_of(table)
    for change in reversed(_history(table).changes):
        if change.at <= moment:
            break
        if change.before is None:
            items.pop(name_of(change.key), None)
        else:
            items[name_of(change.key)] = change.before
    return list(items.values())


def changes_between(table: Any, begin: float, end: float) -> list[Change]:
    """What each item was and became from one moment to another, whatever happened to it in between."""
    net: dict[str, Change] = {}
    for change in _history(table).changes:
        if begin <= change.at < end:
            name = name_of(change.key)
            before = net[name].before if name in net else change.before
            net[name] = Change(change.at, change.key, before, change.after)
    return [change for change in net.values() if change.before != change.after]


def _history(table: Any) -> History:
    found: History = table.__dict__["lab_history"]
    return found


@on_change
def remember(table: Any, key: Attributes, before: Attributes | None, after: Attributes | None) -> None:
    """Note a change of an item now, if the table remembers."""
    if "lab_history" in table.__dict__:
        _history(table).changes.append(Change(clock.now().timestamp(), key, before, after))
