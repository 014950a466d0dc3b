"""The end of a key: a waiting period, a way back, and then nothing under it can be read any more.

https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-delete.html
On AWS a key may go up to a day later than its date; here it goes on time.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.kms import states  # noqa: F401  (it refuses before this answers)
from course.lab.kms.backend import install
from course.lab.kms.materials import deleted_keys
from course.lab.kms.replicas import replicas_of
from course.lab.place import everywhere
from course.lab.service import Call, Refusal, serve

_WINDOW: Final = (7, 30)


def schedule(call: Call) -> dict[str, Any]:
    """From 7 to 30 days, 30 if nothing is said."""
    install()
    key = _key(call)
    days = call.given.get("PendingWindowInDays", _WINDOW[1])
    if not _WINDOW[0] <= days <= _WINDOW[1]:
        raise Refusal("ValidationException", "PendingWindowInDays must be between 7 and 30 (inclusive).")
    key.enabled = False
    key.__dict__["lab_window"] = days
    if replicas_of(key):
        key.key_state = "PendingReplicaDeletion"  # the days begin when the last replica is gone
        return {"KeyId": key.arn, "KeyState": key.key_state, "PendingWindowInDays": days}
    _begin(key)
    date = key.deletion_date.replace(tzinfo=dt.UTC)
    return {"KeyId": key.arn, "DeletionDate": date, "KeyState": key.key_state, "PendingWindowInDays": days}


def cancel(call: Call) -> dict[str, Any]:
    """The key is there again, disabled."""
    key = _key(call)
    key.key_state, key.enabled, key.deletion_date = "Disabled", False, None
    return {"KeyId": key.arn}


def _begin(key: Any) -> None:
    key.key_state = "PendingDeletion"
    moment = clock.now() + dt.timedelta(days=key.__dict__["lab_window"])
    key.deletion_date = moment.replace(tzinfo=None)


def _key(call: Call) -> Any:
    store = call.place.backend("kms")
    name = store.get_key_id(call.given["KeyId"])
    if name not in store.keys:
        where = f"arn:aws:kms:{call.place.region}:{call.place.account}:key/{name}"
        raise Refusal("NotFoundException", f"Key '{where}' does not exist")
    return store.keys[name]


class _Deletions:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((_at(key) for _, key in _pending()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for store, key in _pending():
            if _at(key) <= now:
                store.delete_key(key.id)
                deleted_keys(store).add(key.id)
                made.append(note("waiting period", key.arn, "deleted; nothing under it can be read any more"))
        for store in everywhere("kms"):
            for key in store.keys.values():
                if key.key_state == "PendingReplicaDeletion" and not replicas_of(key):
                    _begin(key)
                    made.append(note("last replica gone", key.arn, "the waiting period begins"))
        return made


def _pending() -> list[tuple[Any, Any]]:
    return [
        (store, key)
        for store in everywhere("kms")
        for key in store.keys.values()
        if key.key_state == "PendingDeletion" and key.deletion_date is not None
    ]


def _at(key: Any) -> float:
    moment: dt.datetime = key.deletion_date.replace(tzinfo=dt.UTC)
    return moment.timestamp()


add_source(_Deletions())
serve("kms", {"ScheduleKeyDeletion": schedule, "CancelKeyDeletion": cancel})
