"""A deleted secret waits for its recovery window to end; then it is gone.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from course.lab.agenda import Delivery, add_source, note
from course.lab.place import everywhere


class _Deletions:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((secret.deleted_date for _, secret in _waiting()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        due = [(backend, secret) for backend, secret in _waiting() if secret.deleted_date <= now]
        for backend, secret in due:
            backend.secrets.pop(secret.name)
        return [note("recovery window", f"secret {secret.name}", "over; deleted") for _, secret in due]


def _waiting() -> Iterator[tuple[Any, Any]]:
    for backend in everywhere("secretsmanager"):
        for secret in list(dict.values(backend.secrets)):
            if getattr(secret, "deleted_date", None):
                yield backend, secret


add_source(_Deletions())
