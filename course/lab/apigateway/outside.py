"""Web sites beside the account, for HTTP integrations to call. The network is never asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from moto.core.models import DEFAULT_ACCOUNT_ID

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.apigateway.state import account_state

_JSON: Final = "application/json"


class NobodyThere(ConnectionError):
    """No host in the lab has this address."""


def add(url: str, function: Callable[[Sent], Any]) -> None:
    """Let a function answer for all addresses that begin with `url`."""
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"{url} is no web address: begin with https://.")
    account_state(DEFAULT_ACCOUNT_ID).sites[_bare(url)] = function


def answer(sent: Sent) -> Answer:
    """What the site that is registered for the address says."""
    sites = account_state(DEFAULT_ACCOUNT_ID).sites
    address = _bare(sent.url.partition("?")[0])
    for prefix in sorted(sites, key=len, reverse=True):
        if address == prefix or address.startswith(prefix + "/"):
            return _read(sites[prefix](sent))
    raise NobodyThere(
        f"Nobody answers at {sent.url.partition('?')[0]}: the lab has no network. Give the address a function with "
        f'lab.http.serve("https://{sent.host}", function).'
    )


def _bare(url: str) -> str:
    return url.partition("://")[2].rstrip("/")


def _read(said: Any) -> Answer:
    if isinstance(said, Answer):
        return said
    status = 200
    if isinstance(said, tuple):
        status, said = said
    headers = Headers()
    if isinstance(said, bytes | str):
        headers["Content-Type"] = "text/plain"
        content = said.encode() if isinstance(said, str) else said
    else:
        headers["Content-Type"] = _JSON
        content = json.dumps(said).encode()
    headers["Content-Length"] = str(len(content))
    return Answer(int(status), headers, content)
