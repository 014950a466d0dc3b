"""What http.client and urllib3 take for a connection: the request is collected, and answered without any network."""

from __future__ import annotations

import http.client
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message


@dataclass(frozen=True)
class Answer:
    """What comes back over the line."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Send = Callable[[str, str, Mapping[str, str], bytes], Answer | None]
"""Answers (method, path, headers in lower case, body); None means that no answer ever comes."""


class Line:
    """A socket to nowhere: it collects the request, and makes the answer when that is read."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._sent = bytearray()

    def sendall(self, data: bytes) -> None:
        self._sent += data

    def makefile(self, mode: str = "rb", buffering: int | None = None) -> io.BytesIO:
        head = io.BytesIO(bytes(self._sent))
        method, path, _ = head.readline().decode("latin-1").split(" ", 2)
        headers: Message = http.client.parse_headers(head)
        found = self._send(method, path, {name.lower(): value for name, value in headers.items()}, head.read())
        if found is None:
            return _Lost()
        body = found.body.encode()
        lines = [f"HTTP/1.1 {found.status} {http.client.responses[found.status]}"]
        sent = {"Content-Type": "text/plain", "Content-Length": str(len(body)), "Connection": "close"}
        lines += [f"{name}: {value}" for name, value in {**sent, **found.headers}.items()]
        return io.BytesIO("\r\n".join([*lines, "", ""]).encode() + body)

    def settimeout(self, seconds: float | None) -> None:
        """Nothing here takes time."""

    def setsockopt(self, *settings: object) -> None:
        """There is no socket."""

    def close(self) -> None:
        """Nothing is open."""


class _Lost(io.BytesIO):
    """An answer that never comes; nobody has to wait for it."""

    def readline(self, size: int | None = -1) -> bytes:
        raise TimeoutError("timed out")
