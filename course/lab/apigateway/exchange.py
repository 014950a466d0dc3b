"""An HTTP request that a client of the lab sends, and the answer it gets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from urllib3 import HTTPHeaderDict

Headers = HTTPHeaderDict
"""Names in any case; a name may come several times: `headers.getlist("set-cookie")`."""

# Where the lab's own clients call from: an address of the range kept for documentation (RFC 5737).
CLIENT_ADDRESS = "203.0.113.7"


@dataclass(frozen=True)
class Sent:
    """A request as it arrives at a host."""

    method: str
    host: str
    path: str
    """As sent, percent-encoded, from the first slash on."""
    query: str = ""
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    source_ip: str = CLIENT_ADDRESS
    vpc_endpoint: str = ""
    """The interface endpoint through which it came, if it came out of a VPC."""
    is_secure: bool = True
    """Whether it came over TLS."""
    port: int = 443
    """The port that it was sent to."""
    patience: float | None = None
    """After how many seconds the client gives up; None if it waits as long as it takes."""

    @property
    def url(self) -> str:
        """The whole address."""
        return f"https://{self.host}{self.path}" + (f"?{self.query}" if self.query else "")

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The query's parameters, decoded, each with all its values."""
        found: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query, keep_blank_values=True):
            found.setdefault(name, []).append(value)
        return found

    @property
    def decoded_path(self) -> str:
        """The path without its percent signs."""
        return unquote(self.path)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Answer:
    """What came back: `status`, `headers`, `body` (text), `content` (bytes) and `json()`."""

    status: int
    headers: Headers = field(default_factory=Headers)
    content: bytes = b""

    @property
    def body(self) -> str:
        """The body as text."""
        return self.content.decode("utf-8", "replace")

    @property
    def ok(self) -> bool:
        """Whether the status says that it went well."""
        return self.status < 400

    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.content)

    def __repr__(self) -> str:
        return f"{self.status} {reason(self.status)}\n{self.body}".rstrip()


def reason(status: int) -> str:
    """The words that go with a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def headers_from(given: Mapping[str, Any] | Iterable[tuple[str, Any]] | None) -> Headers:
    """Headers from a dict (values may be lists) or from pairs."""
    found = Headers()
    # A signed AWSRequest carries its headers in an email message, which has items and is no Mapping.
    pairs: Any = given or ()
    if hasattr(pairs, "items"):
        pairs = pairs.items()
    for name, value in pairs:
        for one in value if isinstance(value, list | tuple) else [value]:
            found.add(_text(name), _text(one))
    return found


def request_to(
    method: str, url: str, headers: Headers, body: bytes, source_ip: str = CLIENT_ADDRESS, vpc_endpoint: str = ""
) -> Sent:
    """A request for a URL, with the headers that every client sends."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http", "wss") or not parts.hostname:
        raise ValueError(f"{url} is no address that a request can be sent to: it has to begin with https://HOST/.")
    sent = headers.copy()
    sent.setdefault("Host", parts.netloc)
    if body:
        sent.setdefault("Content-Length", str(len(body)))
    path, is_secure = parts.path or "/", parts.scheme != "http"
    port = parts.port or (443 if is_secure else 80)
    return Sent(method.upper(), parts.hostname, path, parts.query, sent, body, source_ip, vpc_endpoint, is_secure, port)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
