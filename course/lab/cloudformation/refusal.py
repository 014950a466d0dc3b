"""What CloudFormation refuses at once, before a stack begins to change."""

from __future__ import annotations


class Refusal(Exception):
    """An answer with an error code; the stack stays as it is."""

    def __init__(self, message: str, code: str = "ValidationError", status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status
