"""Subscriptions: a client connects, starts them, and is sent what mutations answer.

A subscription gets the fields that the mutation's own document selected, and no others.
Protocol: https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
Filters: https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-data.html
"""

from __future__ import annotations

import base64
import json
import re
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final

from course.lab.apigateway.exchange import Sent, headers_from, request_to
from course.lab.appsync import store
from course.lab.appsync.callers import Caller, caller_of
from course.lab.appsync.context import Context, Failure, Outcome
from course.lab.appsync.resolving import from_parent
from course.lab.appsync.sdl import subscribed_to
from course.lab.appsync.selection import Document
from course.lab.appsync.store import Api
from course.lab.meter import use

HOST: Final = re.compile(
    r"wss://(?P<name>[a-z]{26})\.appsync-realtime-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/graphql"
)


class ConnectionRefused(ConnectionError):
    """The API let nobody in."""


@dataclass(frozen=True)
class _Subscription:
    document: Document
    caller: Caller
    sent: Sent
    field: str
    arguments: dict[str, Any]


class Realtime:
    """A connection to the real-time endpoint of a GraphQL API; `lab.websocket` makes one."""

    def __init__(self, url: str) -> None:
        found = HOST.match(url)
        api = store.at_host(found["name"], found["region"]) if found else None
        if api is None:
            raise ConnectionRefused(f"No GraphQL API answers at {url.partition('?')[0]}.")
        self._api, self.is_open = api, True
        self._inbox: deque[str] = deque()
        self._subscriptions: dict[str, _Subscription] = {}
        header = re.search(r"[?&]header=([^&]+)", url)
        try:
            caller_of(api, self._request(_decoded(header[1] if header else "")), {})
        except Failure as nobody:
            raise ConnectionRefused(f"{nobody.kind}: {nobody.message}") from None
        api.state.listeners.append(self)

    def send(self, message: Any) -> None:
        """Send a message of the protocol: connection_init, start or stop."""
        if not self.is_open:
            raise ConnectionError("The connection was closed; open another one.")
        told = json.loads(message) if isinstance(message, str) else message
        kind, key = told.get("type"), str(told.get("id", ""))
        if kind == "connection_init":
            self._put({"type": "connection_ack", "payload": {"connectionTimeoutMs": 300_000}})
        elif kind == "start":
            self._start(key, told.get("payload") or {})
        elif kind == "stop":
            self._subscriptions.pop(key, None)
            self._put({"type": "complete", "id": key})
        else:
            self._put({"type": "error", "payload": {"errors": [{"errorType": "UnsupportedOperation",
                       "message": f"unknown message type {kind}"}]}})  # fmt: skip

    def receive(self) -> str | None:
        """The next message that has come in; None if none has."""
        return self._inbox.popleft() if self._inbox else None

    def received(self) -> list[str]:
        """All messages that have come in and were not taken yet."""
        found = list(self._inbox)
        self._inbox.clear()
        return found

    def close(self) -> None:
        """End the connection and its subscriptions."""
        self.is_open = False
        if self in self._api.state.listeners:
            self._api.state.listeners.remove(self)

    def __enter__(self) -> Realtime:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def tell(self, mutation: str, value: dict[str, Any]) -> None:
        """Hand over what a mutation answered to the subscriptions that listen to it."""
        for key, one in self._subscriptions.items():
            field = one.document.schema.subscription_type.fields[one.field]  # type: ignore[union-attr]
            if mutation not in subscribed_to(field):
                continue
            if any(value.get(name) != wanted for name, wanted in one.arguments.items()):
                continue
            done = self._execution(one, _from_mutation).run({one.field: value})
            self._put({"id": key, "type": "data", "payload": done})
            use("AppSync", "real-time-updates", 1, len(json.dumps(done)))

    def _start(self, key: str, payload: dict[str, Any]) -> None:
        from graphql.execution import get_argument_values

        from course.lab.appsync import serving

        try:
            asked = json.loads(payload.get("data") or "{}")
            sent = self._request((payload.get("extensions") or {}).get("authorization") or {})
            caller = caller_of(self._api, sent, asked)
            document = serving.read(self._api, asked)
            if document.operation.operation.value != "subscription":
                raise Failure("Only subscriptions are started here.", "UnsupportedOperation")
            node: Any = document.operation.selection_set.selections[0]
            field = document.schema.subscription_type.fields[node.name.value]  # type: ignore[union-attr]
            arguments = dict(get_argument_values(field, node, document.variables))
            one = _Subscription(document, caller, sent, node.name.value, arguments)
            # The field's own resolver is asked once, now: it may refuse the subscription.
            tried = serving.execution(self._api, caller, document, sent).run()
        except Failure as wrong:
            return self._fail(key, [{"errorType": wrong.kind, "message": wrong.message}])
        except ValueError:
            return self._fail(key, [{"errorType": "BadRequestException", "message": "payload.data must be JSON text."}])
        if tried.get("errors") and (self._api.state.resolvers.get(_place(one)) or _is_refused(tried)):
            return self._fail(key, tried["errors"])
        self._subscriptions[key] = one
        return self._put({"type": "start_ack", "id": key})

    def _execution(self, one: _Subscription, resolve: Any) -> Any:
        from course.lab.appsync import serving

        made = serving.execution(self._api, one.caller, one.document, one.sent)
        made.resolve = resolve
        return made

    def _request(self, headers: dict[str, Any]) -> Sent:
        """The request that stands for a message: its headers say who sends it."""
        return request_to("POST", self._api.address, headers_from(headers), b"")

    def _fail(self, key: str, errors: list[dict[str, Any]]) -> None:
        self._put({"id": key, "type": "error", "payload": {"errors": errors}})

    def _put(self, message: dict[str, Any]) -> None:
        self._inbox.append(json.dumps(message))


def tell(api: Api, document: Document, done: dict[str, Any]) -> None:
    """Tell all that listen what a mutation has answered."""
    root: Any = document.schema.mutation_type
    for name, nodes in document.fields(root, [document.operation]).items():
        value = (done.get("data") or {}).get(name)
        if isinstance(value, dict):
            for listener in list(api.state.listeners):
                listener.tell(nodes[0].name.value, value)


def _from_mutation(contexts: list[Context]) -> list[Outcome]:
    return [Outcome(from_parent(one)) for one in contexts]


def _place(one: _Subscription) -> tuple[str, str]:
    return one.document.schema.subscription_type.name, one.field  # type: ignore[union-attr]


def _is_refused(tried: dict[str, Any]) -> bool:
    return any(one["errorType"] == "Unauthorized" for one in tried["errors"])


def _decoded(header: str) -> dict[str, Any]:
    from urllib.parse import unquote

    try:
        told = json.loads(base64.b64decode(unquote(header)))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
