"""Which lesson this notebook is."""

from __future__ import annotations

_current = ""


def lesson(name: str) -> None:
    """Say which lesson this notebook is, so that checks and progress know where they belong.

    >>> lesson("06-messaging/01-sqs")
    """
    global _current
    _current = name


def current_lesson() -> str:
    """The lesson named by the set-up cell, or nothing outside a lesson."""
    return _current
