"""One request on its way through an HTTP API.

$context: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.apigateway import json_paths
from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.apigateway.place import Place
from course.lab.apigateway.v2_picture import Picture
from course.lab.apigateway.velocity.values import text
from course.lab.clock import clock

_TEXTS = ("text/", "application/json", "application/xml", "application/javascript")


class RefusedByHttpApi(Exception):
    """The service answers by itself; HTTP APIs have no gateway responses to change that."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None, log: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.headers, self.log = status, message, headers or {}, log

    def answer(self) -> Answer:
        """What the caller gets."""
        content = json.dumps({"message": self.message}, separators=(",", ":")).encode()
        return Answer(self.status, Headers({"Content-Type": "application/json", **self.headers}), content)


def failed(log: str) -> RefusedByHttpApi:
    """The API or its backend is at fault."""
    return RefusedByHttpApi(500, "Internal Server Error", log=log)


@dataclass
class HttpCall:
    """What is known of a request; each step adds to it."""

    place: Place
    sent: Sent
    stage: Any
    picture: Picture
    route: Any = None
    path_parameters: dict[str, str] = field(default_factory=dict)
    authorizer: dict[str, Any] = field(default_factory=dict)
    """`jwt`, `lambda` or `iam`, and what is known from it."""
    at: dt.datetime = field(default_factory=clock.now)
    request_id: str = ""
    error: str = ""

    def __post_init__(self) -> None:
        digest = hashlib.sha256(str(mock_random.uuid4()).encode()).digest()
        self.request_id = base64.b64encode(digest)[:15].decode() + "="

    @property
    def variables(self) -> dict[str, str]:
        """The stage's variables."""
        return dict(self.stage.stage_variables or {})

    @property
    def raw_path(self) -> str:
        """The path with the stage, if the stage is in the URL."""
        return f"{self.place.before}{self.place.path}"

    @property
    def source_arn(self) -> str:
        """The ARN by which the backend's policy knows the request."""
        if self.route.route_key == "$default":
            return self.place.arn("", "").rpartition("//")[0] + "/$default"
        return self.place.arn(self.sent.method, self.route.route_key.partition(" ")[2])

    def body(self) -> tuple[str, bool]:
        """The body for an event, and whether it is base64: everything that is no text is."""
        kind = self.sent.headers.get("Content-Type", "text/").lower()
        if kind.startswith(_TEXTS):
            return self.sent.text, False
        return base64.b64encode(self.sent.body).decode(), True

    def context(self) -> dict[str, Any]:
        """The request context of payload format 2.0."""
        found: dict[str, Any] = {
            "accountId": self.place.account,
            "apiId": self.place.api_id,
            "domainName": self.sent.host,
            "domainPrefix": self.sent.host.split(".")[0],
            "http": {
                "method": self.sent.method,
                "path": self.raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": self.sent.source_ip,
                "userAgent": self.sent.headers.get("User-Agent", ""),
            },
            "requestId": self.request_id,
            "routeKey": self.route.route_key if self.route else None,
            "stage": self.place.stage,
            "time": self.at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(self.at.timestamp() * 1000),
        }
        if self.authorizer:
            found["authorizer"] = self.authorizer
        return found

    def select(self, expression: str) -> str | None:
        """The value of `$request.header.x`, `$context.stage`, `$stageVariables.x`, or of a text with ${...} in it.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
        """
        name = expression.removeprefix("$").removeprefix("{").removesuffix("}")
        head, _, rest = name.partition(".")
        if head == "request":
            return self._of_request(rest)
        if head == "stageVariables":
            return self.variables.get(rest)
        if head == "context":
            return self._of_context(rest)
        return None

    def _of_request(self, name: str) -> str | None:
        where, _, key = name.partition(".")
        if where == "header":
            return ",".join(self.sent.headers.getlist(key)) or None
        if where == "querystring":
            return ",".join(self.sent.parameters.get(key, [])) or None
        if where == "path":
            return self.path_parameters.get(key) if key else self.place.path
        if where == "body":
            found = json_paths.find(self.sent.text, f"$.{key}" if key else "$")
            return None if found is None else text(found)
        return None

    def _of_context(self, name: str) -> str | None:
        known = self.context()
        flat = {
            "httpMethod": self.sent.method,
            "path": self.raw_path,
            "protocol": "HTTP/1.1",
            "requestTime": known["time"],
            "requestTimeEpoch": known["timeEpoch"],
            "identity": {"sourceIp": self.sent.source_ip, "userAgent": known["http"]["userAgent"]},
            "authorizer": {**self.authorizer.get("lambda", {}), **self.authorizer.get("jwt", {})},
        }
        value: Any = {**known, **flat}
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return None if value is None else text(value)
