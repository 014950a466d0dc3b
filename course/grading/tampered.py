"""The error of a test that cannot be believed; alone here, because a notebook may get hold of it."""

from __future__ import annotations


class Tampered(AssertionError):
    """The submission has replaced something that the test cell relies on."""

    def _render_traceback_(self) -> list[str]:
        return [f"✗ Not judged: {self}"]
