"""The lab's classes in moto's place.

Moto makes a backend for each account and Region when that is first used, of the class that its dictionary of backends
names. While the lab is open that is the lab's class, and backends that are there already become ones; when it closes,
moto is as it came.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course.lab.wire import at_close, is_open


def stand_in(backends: Any, ours: type) -> Callable[[], None]:
    """Prepare a class of the lab for moto's; the function that comes back puts it in place, as often as it is called.

    >>> install = stand_in(firehose_backends, LabFirehose)
    """
    motos = backends.backend

    def install() -> None:
        if backends.backend is ours or not is_open():
            return
        backends.backend = ours
        for account in backends.values():
            account.backend = ours
            for backend in account.values():
                backend.__class__ = ours

    @at_close
    def _uninstall() -> None:
        backends.backend = motos
        backends.clear()

    return install
