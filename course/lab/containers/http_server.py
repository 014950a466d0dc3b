"""Python's own web servers (`http.server`, `wsgiref.simple_server`) inside a container, without sockets.

A server that a program starts is known by its port; requests are read and answered by the program's own handler class.
"""

from __future__ import annotations

import io
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.containers.process import current

_ONE_BY_ONE: Final = ("Transfer-Encoding", "Connection")


class Listens(Protocol):
    """Whoever is told that a program listens."""

    def listen(self, port: int, server: Any) -> None:
        """A server of the program takes requests from now on; None: no more."""


class _Line:
    """What a handler takes for its socket."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self.sent = bytearray()

    def makefile(self, mode: str = "rb", buffering: int | None = None) -> io.BytesIO:
        return io.BytesIO(self._request)

    def sendall(self, data: Any) -> None:
        self.sent += bytes(data)

    def settimeout(self, seconds: float | None) -> None:
        """Nothing here takes time."""

    def setsockopt(self, *settings: object) -> None:
        """There is no socket."""

    def shutdown(self, how: int = 0) -> None:
        """Nothing is open."""

    def close(self) -> None:
        """Nothing is open."""


def answer(server: Any, sent: Sent) -> Answer:
    """What the program's handler answers. ConnectionResetError if it hangs up without a word."""
    line = _Line(_written(sent))
    try:
        server.RequestHandlerClass(line, (sent.source_ip, 40_000), server)
    except Exception:
        server.handle_error(line, (sent.source_ip, 40_000))
    if not line.sent:
        raise ConnectionResetError("the program closed the connection without an answer")
    return _read(bytes(line.sent))


def _written(sent: Sent) -> bytes:
    path = sent.path + (f"?{sent.query}" if sent.query else "")
    lines = [f"{sent.method} {path} HTTP/1.1"]
    names = {name.lower() for name in sent.headers}
    if "host" not in names:
        lines.append(f"Host: {sent.host}")
    lines += [f"{name}: {value}" for name, value in sent.headers.items() if name.lower() != "content-length"]
    lines.append(f"Content-Length: {len(sent.body)}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1", "replace") + sent.body


def _read(raw: bytes) -> Answer:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    status = first.split(" ", 2)[1] if " " in first else "200"
    headers = Headers()
    for line in lines:
        name, _, value = line.partition(":")
        if name not in _ONE_BY_ONE:
            headers.add(name.strip(), value.strip())
    if "Content-Length" not in headers:
        headers["Content-Length"] = str(len(body))
    return Answer(int(status), headers, body)


@contextmanager
def in_place(container: Listens, taken: Callable[[int], bool]) -> Iterator[None]:
    """Inside the block servers of this program open no sockets."""
    kept = (socketserver.TCPServer.__init__, socketserver.BaseServer.serve_forever, socketserver.BaseServer.shutdown,
            socketserver.TCPServer.server_close)  # fmt: skip

    def begin(self: Any, address: Any, handler: Any, bind_and_activate: bool = True) -> None:
        if current() is None:
            kept[0](self, address, handler, bind_and_activate)
            return
        socketserver.BaseServer.__init__(self, address, handler)
        self.server_name, self.server_port = address[0] or "0.0.0.0", int(address[1])
        if taken(self.server_port):
            raise OSError(98, "Address already in use")
        if hasattr(self, "setup_environ"):
            self.setup_environ()

    def serve(self: Any, poll_interval: float = 0.5) -> None:
        process = current()
        if process is None or not hasattr(self, "server_port"):
            kept[1](self, poll_interval)
            return
        self._lab_down = False
        container.listen(self.server_port, self)
        try:
            while not self._lab_down:
                process.pause(None)
        finally:
            container.listen(self.server_port, None)

    def shutdown(self: Any) -> None:
        self._lab_down = True

    def close(self: Any) -> None:
        """There is no socket."""

    socketserver.TCPServer.__init__ = begin  # type: ignore[method-assign, assignment]
    socketserver.BaseServer.serve_forever = serve  # type: ignore[method-assign]
    socketserver.BaseServer.shutdown = shutdown  # type: ignore[method-assign]
    socketserver.TCPServer.server_close = close  # type: ignore[method-assign]
    try:
        yield
    finally:
        (socketserver.TCPServer.__init__, socketserver.BaseServer.serve_forever,  # type: ignore[method-assign]
         socketserver.BaseServer.shutdown, socketserver.TCPServer.server_close) = kept  # type: ignore[method-assign]  # fmt: skip
