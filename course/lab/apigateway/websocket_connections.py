"""Connections of a WebSocket API: opened by clients, written to by the backend, closed by either, or by time.

Connect, disconnect: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
Callbacks: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
Limits: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from moto.apigateway.models import apigateway_backends
from moto.moto_api._internal import mock_random

from course.lab import agenda, meter
from course.lab.agenda import Delivery
from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.apigateway.place import Place
from course.lab.apigateway.state import state_of
from course.lab.clock import clock

LARGEST: Final = 128 * 1024
_STEP: Final = 32 * 1024
_IDLE: Final = 600
_LONGEST: Final = 7200


class Gone(Exception):
    """The connection is closed, or never was."""


class TooLarge(Exception):
    """More than a message may hold."""


@dataclass
class Connection:
    """One client's connection, as the service sees it."""

    place: Place
    opening: Sent
    id: str = ""
    connected_at: dt.datetime = field(default_factory=clock.now)
    last_active: dt.datetime = field(default_factory=clock.now)
    inbox: deque[str] = field(default_factory=deque)
    authorizer: dict[str, Any] = field(default_factory=dict)
    is_open: bool = False
    closed_with: tuple[int, str] = (0, "")

    def __post_init__(self) -> None:
        digits = mock_random.get_random_hex(22)
        self.id = base64.b64encode(bytes.fromhex(digits)).decode().replace("/", "_").replace("+", "-")

    @property
    def ends_at(self) -> float:
        """When the service closes it, if nothing more is sent: after 10 idle minutes, or 2 hours."""
        idle = self.last_active.timestamp() + _IDLE
        return min(idle, self.connected_at.timestamp() + _LONGEST)

    def touch(self) -> None:
        """Something was sent."""
        self.last_active = clock.now()


def keep(connection: Connection) -> None:
    """The connection is established: the backend can write to it from now on."""
    connection.is_open = True
    _all(connection.place)[connection.id] = connection


def find(account: str, region: str, api_id: str, stage: str, connection_id: str) -> Connection:
    """An open connection of a stage. Raises Gone."""
    found: Connection | None = state_of(account, region).connections.get(connection_id)
    if found is None or not found.is_open or (found.place.api_id, found.place.stage) != (api_id, stage):
        raise Gone(connection_id)
    return found


def post(connection: Connection, data: bytes) -> None:
    """Send a message to the client."""
    if len(data) > LARGEST:
        raise TooLarge(f"{len(data)} bytes")
    connection.inbox.append(data.decode("utf-8", "replace"))
    bill(len(data))
    connection.touch()


def bill(size: int) -> None:
    """A message costs by steps of 32 KB. https://aws.amazon.com/api-gateway/pricing/"""
    meter.use("API Gateway", "websocket-messages", max(1, math.ceil(size / _STEP)))


def close(connection: Connection, code: int, why: str, by_client: bool = False) -> None:
    """End the connection, and tell the backend by its $disconnect route."""
    from course.lab.apigateway import websocket_invoke

    if not connection.is_open:
        return
    connection.is_open, connection.closed_with = False, (code, why)
    _all(connection.place).pop(connection.id, None)
    minutes = math.ceil((clock.now() - connection.connected_at).total_seconds() / 60)
    meter.use("API Gateway", "websocket-connection-minutes", max(1, minutes))
    websocket_invoke.disconnected(connection, code, why, by_client)


def shown(connection: Connection) -> dict[str, Any]:
    """What GetConnection tells."""
    agent = connection.opening.headers.get("User-Agent", "")
    return {
        "connectedAt": connection.connected_at.isoformat().replace("+00:00", "Z"),
        "lastActiveAt": connection.last_active.isoformat().replace("+00:00", "Z"),
        "identity": {"sourceIp": connection.opening.source_ip, "userAgent": agent},
    }


def answer_callback(place: Place, sent: Sent) -> Answer:
    """A signed HTTP request to https://API/STAGE/@connections/ID; anything else wants a WebSocket."""
    from course.lab.apigateway import signature

    head, _, connection_id = place.path.partition("/@connections/")
    if head or not connection_id:
        return _said(426, "Upgrade Required")
    try:
        signature.checked(sent, place.region)
    except signature.BadSignature as bad:
        return _said(403, str(bad))
    try:
        from urllib.parse import unquote

        connection = find(place.account, place.region, place.api_id, place.stage, unquote(connection_id))
        if sent.method == "POST":
            post(connection, sent.body)
        elif sent.method == "DELETE":
            close(connection, 1000, "Going away")
        else:
            return Answer(200, Headers({"Content-Type": "application/json"}), json.dumps(shown(connection)).encode())
    except Gone:
        return Answer(410, Headers({"x-amzn-ErrorType": "GoneException"}), b"")
    except TooLarge:
        return _said(413, "Payload too large")
    return Answer(204 if sent.method == "DELETE" else 200, Headers(), b"")


def _said(status: int, message: str) -> Answer:
    content = json.dumps({"message": message}).encode()
    return Answer(status, Headers({"Content-Type": "application/json"}), content)


def _all(place: Place) -> dict[str, Connection]:
    found: dict[str, Connection] = state_of(place.account, place.region).connections
    return found


class _Timeouts:
    """Closes connections when their time is over, as the clock passes it."""

    def next_due(self) -> float | None:
        return min((one.ends_at for one in _everywhere()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for one in _everywhere():
            if one.ends_at <= now:
                why = "Idle connection timeout" if one.ends_at - one.connected_at.timestamp() < _LONGEST else "Expired"
                close(one, 1001, "Going away")
                made.append(agenda.note(f"connection {one.id}", f"API {one.place.api_id}", f"closed: {why}"))
        return made


def _everywhere() -> list[Connection]:
    return [
        connection
        for account in list(apigateway_backends.values())
        for backend in list(account.values())
        if "lab_state" in backend.__dict__
        for connection in list(backend.__dict__["lab_state"].connections.values())
    ]


agenda.add_source(_Timeouts())
