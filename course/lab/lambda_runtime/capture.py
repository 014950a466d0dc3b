"""Collect what a handler prints and logs, as Lambda does for CloudWatch Logs.

The runtime's own log handler: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

from __future__ import annotations

import io
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Printed(io.TextIOBase):
    """Stands in for sys.stdout and sys.stderr."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self.request_id = ""

    def write(self, text: str) -> int:
        self._text.append(str(text))
        return len(text)

    def writable(self) -> bool:
        return True

    def take(self) -> list[str]:
        """The lines so far, and begin anew."""
        lines = "".join(self._text).splitlines()
        self._text.clear()
        return lines


class _AwsHandler(logging.Handler):
    """Writes [LEVEL], time, request id and message, with tabs between them."""

    def __init__(self, printed: Printed) -> None:
        super().__init__()
        self._printed = printed
        self.setFormatter(_AwsFormat(printed))

    def emit(self, record: logging.LogRecord) -> None:
        self._printed.write(self.format(record) + "\n")


class _AwsFormat(logging.Formatter):
    def __init__(self, printed: Printed) -> None:
        super().__init__("%(message)s")
        self._printed = printed

    def format(self, record: logging.LogRecord) -> str:
        moment = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z"
        message = super().format(record).replace("\n", "\r")  # one event, not one a line
        return f"[{record.levelname}]\t{moment}\t{self._printed.request_id}\t{message}"


class LogSetup:
    """The root logger of one execution environment; what the handler changes in it stays for warm calls."""

    def __init__(self) -> None:
        self.printed = Printed()
        self._level = logging.WARNING
        self._handlers: list[logging.Handler] = [_AwsHandler(self.printed)]

    @contextmanager
    def active(self) -> Iterator[Printed]:
        """Everything printed or logged inside the block lands in `printed`, nothing in the notebook."""
        root = logging.getLogger()
        outside = (sys.stdout, sys.stderr, root.level, root.handlers)
        sys.stdout, sys.stderr = self.printed, self.printed
        root.handlers = self._handlers
        root.setLevel(self._level)
        try:
            yield self.printed
        finally:
            self._handlers, self._level = root.handlers, root.level
            sys.stdout, sys.stderr, level, root.handlers = outside
            root.setLevel(level)
