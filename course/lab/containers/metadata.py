"""What a container reaches without a network: credentials of its task's role, the task's metadata, its neighbours.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html
Containers of one task that have the network mode awsvpc reach each other at 127.0.0.1.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

import urllib3.connection

from course.lab.apigateway.exchange import Sent, headers_from
from course.lab.line import Answer, Line

if TYPE_CHECKING:
    from course.lab.containers.room import Container

ADDRESS: Final = "169.254.170.2"
_SELF: Final = ("127.0.0.1", "localhost")


class Place(Protocol):
    """What answers at the address of ECS."""

    def answer(self, path: str) -> Mapping[str, Any] | None:
        """The document at a path; None if there is none."""


@contextmanager
def reached(place: Place | None, neighbours: Callable[[], list[Container]], mine: Callable[[], bool]) -> Iterator[None]:
    """Inside the block the container's connections to ECS and to its neighbours are answered."""
    connect: Callable[[Any], None] = http.client.HTTPConnection.connect
    new_connection: Callable[[Any], Any] = urllib3.connection.HTTPConnection._new_conn

    def line_to(host: str, port: int) -> Line | None:
        if not mine():
            return None
        if host == ADDRESS and place is not None:
            return Line(lambda method, path, headers, body: _told(place, path))
        if host in _SELF:
            return _to_neighbour(neighbours(), host, port)
        return None

    def connect_here(self: Any) -> None:
        found = line_to(self.host, int(self.port))
        if found is None:
            connect(self)
        else:
            self.sock = found

    def new_connection_here(self: Any) -> Any:
        return line_to(self.host, int(self.port or 80)) or new_connection(self)

    setattr(http.client.HTTPConnection, "connect", connect_here)  # noqa: B010
    setattr(urllib3.connection.HTTPConnection, "_new_conn", new_connection_here)  # noqa: B010
    try:
        yield
    finally:
        setattr(http.client.HTTPConnection, "connect", connect)  # noqa: B010
        setattr(urllib3.connection.HTTPConnection, "_new_conn", new_connection)  # noqa: B010


def _told(place: Place, path: str) -> Answer:
    found = place.answer(path.partition("?")[0])
    if found is None:
        return Answer(404, json.dumps({"code": "NotFound", "message": f"nothing at {path}"}))
    return Answer(200, json.dumps(found, default=str), {"Content-Type": "application/json"})


def _to_neighbour(neighbours: list[Container], host: str, port: int) -> Line:
    container = next((one for one in neighbours if port in one.servers), None)
    if container is None:
        raise ConnectionRefusedError(111, "Connection refused")

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        where, _, query = path.partition("?")
        sent = Sent(
            method, host, where, query, headers_from(dict(headers)), body, "127.0.0.1", is_secure=False, port=port
        )
        said = container.ask(port, sent)
        kept = {name: value for name, value in said.headers.items() if name.lower() != "content-length"}
        return Answer(said.status, said.content.decode("utf-8", "replace"), kept)

    return Line(send)
