"""What the operations of Step Functions share: how they refuse, and what they are asked."""

from __future__ import annotations

from typing import Any

Params = dict[str, Any]


class Refused(Exception):
    """Step Functions says no."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
