"""Errors inside an execution.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from typing import Final

ALL: Final = "States.ALL"
TASK_FAILED: Final = "States.TaskFailed"
TIMEOUT: Final = "States.Timeout"
HEARTBEAT: Final = "States.HeartbeatTimeout"
RUNTIME: Final = "States.Runtime"
TOO_MUCH: Final = "States.DataLimitExceeded"
# States.ALL does not stand for these: a Retry or Catch has to name them.
_BEYOND_ALL: Final = (TOO_MUCH, RUNTIME)
# States.TaskFailed stands for any error of a task but a timeout.
_TIMEOUTS: Final = (TIMEOUT, HEARTBEAT)


class StateError(Exception):
    """A state failed: the name of the error, and why."""

    def __init__(self, error: str, cause: str = "", of_task: bool = False) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause
        self.of_task = of_task

    def is_named_by(self, names: list[str]) -> bool:
        """Whether an ErrorEquals catches this error."""
        if self.error in names:
            return True
        if ALL in names and self.error not in _BEYOND_ALL:
            return True
        if TIMEOUT in names and self.error in _TIMEOUTS:
            return True
        return TASK_FAILED in names and self.of_task and self.error not in _TIMEOUTS

    def output(self) -> dict[str, str]:
        """What a Catch passes on."""
        return {"Error": self.error, "Cause": self.cause}
