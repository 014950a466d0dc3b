"""An error that the lab answers with instead of moto."""

from __future__ import annotations

from course.lab.iam.evaluation import Decision


class Fault(Exception):
    """Becomes a ClientError with this code and message."""

    def __init__(self, code: str, message: str, status: int = 400, decision: Decision | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.decision = decision
