"""The second argument of a handler.

https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from course.lab.clock import clock


@dataclass
class Identity:
    """Who called, for mobile apps with Cognito; empty otherwise."""

    cognito_identity_id: str | None = None
    cognito_identity_pool_id: str | None = None


@dataclass
class Context:
    """What a handler can know about its invocation."""

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    deadline: float = field(repr=False)
    identity: Identity = field(default_factory=Identity)
    client_context: Any = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the timeout, on the lab's clock."""
        return max(0, round((self.deadline - clock.now().timestamp()) * 1000))

    def log(self, message: str) -> None:
        """Write to the function's log."""
        print(message)
