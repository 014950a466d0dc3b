"""`requests.get(invoke_url)` answers from a deployed stage.

Moto keeps requests away from the network with the `responses` library (https://github.com/getsentry/responses); our
callbacks for API Gateway's host names go into its registry, in front of moto's own.
"""

from __future__ import annotations

import re
from typing import Any, Final

import responses
from moto.core.models import responses_mock

from course.lab.apigateway.exchange import headers_from, request_to
from course.lab.wire import is_open

_HOSTS: Final = re.compile(
    r"https?://(([a-z0-9-]+\.execute-api\.[a-z0-9-]+|([a-z0-9.-]+\.)?s3(-website)?([.-][a-z0-9-]+)?)\.amazonaws\.com"
    r"|[a-z0-9]+\.lambda-url\.[a-z0-9-]+\.on\.aws"
    r"|[a-z]{26}\.appsync-api\.[a-z0-9-]+\.amazonaws\.com(?=(:443)?/graphql)"
    r"|([^/@]+@)?[a-z0-9-]+-\d{12}\.d\.codeartifact\.[a-z0-9-]+\.amazonaws\.com"
    r"|[a-z0-9-]+\.([a-z0-9-]+\.elb|elb\.[a-z0-9-]+)\.amazonaws\.com(?=[:/?#]|$)(:\d+)?"
    r"|[a-z0-9]+\.cloudfront\.net"
    r"|[a-z0-9-]+\.auth\.[a-z0-9-]+\.amazoncognito\.com)"
    r"(:443)?([/?#]|$)"
)
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_DEFAULTS: Final = {"Host", "Content-Length"}


_known: Any = None


def install() -> None:
    """Register with the mock; an emptied account has emptied its registry too."""
    global _known
    registry: Any = responses_mock.get_registry()
    if registry is _known or not is_open():
        return
    for method in _METHODS:
        # Moto's registry prefers plain callbacks to its own ones.
        responses_mock.add(responses.CallbackResponse(method, _HOSTS, callback=_answer))
    _known = registry


def _answer(request: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    from course.lab.apigateway import front_door

    headers = headers_from((name, value) for name, value in request.headers.items() if name not in _DEFAULTS)
    body = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    content = body.encode() if isinstance(body, str) else bytes(body)
    given = front_door.answer(request_to(request.method, request.url, headers, content))
    return given.status, list(given.headers.iteritems()), given.content
