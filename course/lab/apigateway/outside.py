"""Web sites beside the account, for HTTP integrations to call. The network is never asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from moto.core.models import DEFAULT_ACCOUNT_ID

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.apigateway.state import account_state

_JSON: Final = "application/json"


class NobodyThere(ConnectionError):
    """No host in the lab has this address."""


def add(url: str, function: Callable[[Sent], Any]) -> None:
    """Let a function answer for all addresses that begin with `url`; without a port in it, at every port."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError(f"{url} is no web address: begin with https://HOST.")
    site = _place(parts.hostname, parts.port, parts.path.rstrip("/"))
    account_state(DEFAULT_ACCOUNT_ID).sites[site] = function


def answer(sent: Sent) -> Answer:
    """What the site that is registered for the address says."""
    sites = account_state(DEFAULT_ACCOUNT_ID).sites
    for port in (sent.port, None):  # a site of this very port goes before a site of the whole host
        address = _place(sent.host, port, sent.path.rstrip("/"))
        for prefix in sorted(sites, key=len, reverse=True):
            if address == prefix or address.startswith(prefix + "/"):
                return read_answer(sites[prefix](sent))
    scheme, usual = ("https", 443) if sent.is_secure else ("http", 80)
    host = _place(sent.host, None if sent.port == usual else sent.port)
    raise NobodyThere(
        f"Nobody answers at {scheme}://{host}{sent.path}: the lab has no network. Give the address a function with "
        f'lab.http.serve("{scheme}://{host}", function).'
    )


def _place(host: str, port: int | None, path: str = "") -> str:
    """An address as a site is filed under: no scheme; brackets tell an IPv6 address from its port."""
    bare = f"[{host}]" if ":" in host else host
    return f"{bare.lower()}:{port}{path}" if port else f"{bare.lower()}{path}"


def read_answer(said: Any) -> Answer:
    """What a function said, as an HTTP answer: a body, a status with a body, or these with a dict of headers."""
    if isinstance(said, Answer):
        return said
    status: int = 200
    more: dict[str, str] = {}
    if isinstance(said, tuple):
        status, said, *rest = said
        more = rest[0] if rest else {}
    headers = Headers()
    if isinstance(said, bytes | str):
        headers["Content-Type"] = "text/plain"
        content = said.encode() if isinstance(said, str) else said
    else:
        headers["Content-Type"] = _JSON
        content = json.dumps(said).encode()
    headers["Content-Length"] = str(len(content))
    for name, value in more.items():
        headers[name] = value
    return Answer(int(status), headers, content)
