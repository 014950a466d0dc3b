"""What CloudFormation refuses at once, before a stack begins to change."""

from __future__ import annotations

from course.lab import service


class Refusal(service.Refusal):
    """An answer with an error code, mostly ValidationError; the stack stays as it is."""

    def __init__(self, message: str, code: str = "ValidationError", status: int = 400) -> None:
        super().__init__(code, message, status)
