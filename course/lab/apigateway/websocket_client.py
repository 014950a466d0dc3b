"""`lab.websocket`: a client of a WebSocket API, without a socket. What it gets is there at once, or it is not sent.

>>> with lab.websocket("wss://a1b2c3.execute-api.us-east-1.amazonaws.com/prod") as dana:
...     dana.send({"action": "say", "text": "hello"})
...     dana.receive()
'hello'
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from course.lab import wire
from course.lab.apigateway import front_door, websocket_connections, websocket_invoke
from course.lab.apigateway.exchange import headers_from, request_to
from course.lab.apigateway.websocket_connections import LARGEST, Connection


class HandshakeRefused(ConnectionError):
    """The API did not accept the connection; `status` is the HTTP status that it gave instead."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(f"The handshake ended with {status}: {why}")
        self.status = status


class ConnectionIsClosed(ConnectionError):
    """Nothing can be sent over a closed connection."""


class WebSocket:
    """An open connection; close it, or use it in a `with` block."""

    def __init__(self, url: str, headers: Mapping[str, Any] | None = None) -> None:
        if not wire.is_open():
            raise RuntimeError("The lab is not running, so no API can answer. Run lab.start() first.")
        if not url.startswith("wss://"):
            raise ValueError(f"{url} is no address of a WebSocket API: it has to begin with wss://.")
        sent = headers_from(headers)
        sent.setdefault("User-Agent", "lab-websocket/1.0")
        sent.setdefault("Sec-WebSocket-Version", "13")
        request = request_to("GET", "https" + url[3:], sent, b"")
        place = front_door.find(request)
        if place is None or place.kind != "WEBSOCKET":
            raise HandshakeRefused(403, "there is no WebSocket API at this address")
        self._connection = Connection(place, request)
        try:
            websocket_invoke.connected(self._connection)
        except websocket_invoke.Refused as refused:
            raise HandshakeRefused(refused.status, str(refused)) from None
        websocket_connections.keep(self._connection)

    @property
    def connection_id(self) -> str:
        """The id by which the backend knows this client."""
        return self._connection.id

    @property
    def is_open(self) -> bool:
        """Whether the connection still stands."""
        return self._connection.is_open

    @property
    def closed_with(self) -> tuple[int, str]:
        """Code and reason of the end; (0, "") while the connection stands."""
        return self._connection.closed_with

    def send(self, message: Any) -> None:
        """Send a text, or anything that becomes JSON."""
        if not self.is_open:
            code, why = self.closed_with
            raise ConnectionIsClosed(f"The connection was closed with {code} ({why}); open another one.")
        text = message if isinstance(message, str) else json.dumps(message)
        if len(text.encode()) > LARGEST:
            websocket_connections.close(self._connection, 1009, "Message too big")
            return
        websocket_invoke.received(self._connection, text)

    def receive(self) -> str | None:
        """The next message that has come in; None if none has."""
        return self._connection.inbox.popleft() if self._connection.inbox else None

    def received(self) -> list[str]:
        """All messages that have come in and were not taken yet."""
        found = list(self._connection.inbox)
        self._connection.inbox.clear()
        return found

    def close(self, code: int = 1000, why: str = "Connection Closed Normally") -> None:
        """End the connection; the API's $disconnect route is told."""
        websocket_connections.close(self._connection, code, why, by_client=True)

    def __enter__(self) -> WebSocket:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def websocket(url: str, *, headers: Mapping[str, Any] | None = None) -> Any:
    """Connect to a WebSocket API, or to the real-time endpoint of a GraphQL API (AppSync).

    Raises HandshakeRefused when the API does not accept the client.

    >>> dana = lab.websocket("wss://a1b2c3.execute-api.us-east-1.amazonaws.com/prod?room=7")
    """
    if ".appsync-realtime-api." in url:
        from course.lab.appsync.realtime import ConnectionRefused, Realtime

        try:
            return Realtime(url)
        except ConnectionRefused as nobody:
            raise HandshakeRefused(401, str(nobody)) from None
    return WebSocket(url, headers)
