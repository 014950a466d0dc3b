"""What a container prints goes to CloudWatch Logs by the log driver awslogs, with the rights of the execution role.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from botocore.exceptions import ClientError

from course.lab.caller import Session
from course.lab.clock import clock

_FAILED: Final = (
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
    "failed to create "
    "Cloudwatch log stream: {}: exit status 1"
)

# A call takes 10,000 events and 1 MiB; a line of a program is short.
_MOST_EVENTS: Final = 1_000


class NoLog(Exception):
    """The log driver could not begin, so the container cannot."""


class Log:
    """The log of one container; None of its settings is looked at unless the driver is awslogs."""

    def __init__(self, session: Session, settings: Mapping[str, Any], container: str, task_id: str, key: str) -> None:
        options = dict(settings.get("options") or {})
        self.group = str(options.get("awslogs-group") or "")
        region = options.get("awslogs-region") or session.place.region
        prefix = options.get("awslogs-stream-prefix")
        self.stream = f"{prefix}/{container}/{task_id}" if prefix else key
        self._client = session.in_region(region).client("logs")
        self._makes_group = str(options.get("awslogs-create-group", "")).lower() == "true"
        self._last = 0

    def begin(self) -> None:
        """Make the stream, and the group if that is asked for. Raises NoLog."""
        try:
            if self._makes_group:
                with suppress(self._client.exceptions.ResourceAlreadyExistsException):
                    self._client.create_log_group(logGroupName=self.group)
            with suppress(self._client.exceptions.ResourceAlreadyExistsException):
                self._client.create_log_stream(logGroupName=self.group, logStreamName=self.stream)
        except ClientError as error:
            code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
            raise NoLog(_FAILED.format(f"{code}: {message}")) from None

    def write(self, lines: list[str]) -> None:
        """Lines that were printed now; without the right they are lost, as on AWS."""
        self._last = max(self._last, int(clock.now().timestamp() * 1000))
        events = [{"timestamp": self._last, "message": line or " "} for line in lines]
        for begin in range(0, len(events), _MOST_EVENTS):
            piece = events[begin : begin + _MOST_EVENTS]
            with suppress(ClientError):
                self._client.put_log_events(logGroupName=self.group, logStreamName=self.stream, logEvents=piece)


def log_of(session: Session, container: Mapping[str, Any], task_id: str, key: str) -> Log | None:
    """The log of a container definition; None without the driver awslogs."""
    settings = container.get("logConfiguration") or {}
    if settings.get("logDriver") != "awslogs":
        return None
    return Log(session, settings, str(container["name"]), task_id, key)
