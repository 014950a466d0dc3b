"""One request on its way through a REST API: where it goes, what is known of it, and the log of its execution.

$context: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.apigateway.exchange import Headers, Sent
from course.lab.apigateway.place import Place
from course.lab.apigateway.rest_routes import Found
from course.lab.apigateway.snapshot import Snapshot
from course.lab.clock import clock

_IDENTITY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)


@dataclass
class Call:
    """What is known of a request; each step adds to it."""

    place: Place
    sent: Sent
    stage: Any  # moto's Stage, or None in a test of a method
    snapshot: Snapshot
    variables: dict[str, str]
    deployment_id: str = ""
    is_canary: bool = False
    found: Found | None = None
    at: dt.datetime = field(default_factory=clock.now)
    request_id: str = field(default_factory=lambda: str(mock_random.uuid4()))
    extended_id: str = ""
    authorizer: dict[str, Any] = field(default_factory=dict)
    """What the authorizer said of the caller, for $context.authorizer and the event."""
    identity: dict[str, Any] = field(default_factory=dict)
    api_key: Any = None
    integration_ms: float = 0.0
    integration_status: str = "-"
    cache_hit: bool | None = None
    error: str | None = None
    """What the gateway said when it answered by itself."""
    handed_on: str = ""
    """The tracing header that the stage hands on; empty if it takes no part."""
    lines: list[str] = field(default_factory=list)
    """The execution log."""

    def __post_init__(self) -> None:
        digest = hashlib.sha256(self.request_id.encode()).hexdigest()
        self.extended_id = digest[:15] + "="
        self.trace_id = f"Root=1-{int(self.at.timestamp()):08x}-{digest[:24]}"

    def hand_on(self, header: str) -> None:
        """The tracing header for the backend and the client, where the stage takes part in the trace."""
        self.handed_on = self.trace_id = header

    def say(self, line: str) -> None:
        """Add a line to the execution log."""
        self.lines.append(f"({self.request_id}) {line}")

    @property
    def here(self) -> Found:
        """The method that answers; asked for only after it was found."""
        assert self.found is not None
        return self.found

    @property
    def path_parameters(self) -> dict[str, str]:
        """The values of the resource's path parameters."""
        return self.found.path_parameters if self.found else {}

    @property
    def arn(self) -> str:
        """The ARN of this very request, for policies."""
        return self.place.arn(self.sent.method, self.place.path)

    def headers_for_backend(self) -> Headers:
        """The request's headers, and those that API Gateway adds on the way."""
        headers = self.sent.headers.copy()
        headers.discard("Content-Length")
        headers["X-Amzn-Trace-Id"] = self.handed_on or headers.get("X-Amzn-Trace-Id", self.trace_id)
        forwarded = headers.get("X-Forwarded-For")
        headers["X-Forwarded-For"] = f"{forwarded}, {self.sent.source_ip}" if forwarded else self.sent.source_ip
        headers["X-Forwarded-Port"] = "443"
        headers["X-Forwarded-Proto"] = "https"
        return headers

    def request_context(self) -> dict[str, Any]:
        """The context as a Lambda function gets it."""
        identity: dict[str, Any] = dict.fromkeys(_IDENTITY)
        identity |= {"sourceIp": self.sent.source_ip, "userAgent": self.sent.headers.get("User-Agent")}
        identity |= self.identity
        if self.api_key is not None:
            identity |= {"apiKey": self.api_key.value, "apiKeyId": self.api_key.id}
        context: dict[str, Any] = {
            "accountId": self.place.account,
            "apiId": self.place.api_id,
            "deploymentId": self.deployment_id,
            "domainName": self.sent.host,
            "domainPrefix": self.sent.host.split(".")[0],
            "extendedRequestId": self.extended_id,
            "httpMethod": self.sent.method,
            "identity": identity,
            "path": f"{self.place.before}{self.place.path}",
            "protocol": "HTTP/1.1",
            "requestId": self.request_id,
            "requestTime": self.at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "requestTimeEpoch": int(self.at.timestamp() * 1000),
            "resourceId": self.found.route.resource_id if self.found else None,
            "resourcePath": self.found.route.path if self.found else None,
            "stage": self.place.stage,
        }
        if self.authorizer:
            context["authorizer"] = self.authorizer
        if self.is_canary:
            context["isCanaryRequest"] = True
        return context

    def template_context(self) -> dict[str, Any]:
        """The context as a mapping template sees it as $context."""
        context = self.request_context()
        context["isCanaryRequest"] = self.is_canary
        context["identity"] = {name: value for name, value in context["identity"].items() if value is not None}
        context.setdefault("authorizer", {})
        return context
