"""`lab.http`: send an HTTP request to a deployed API, or to a web site that exists only in the lab. No sockets.

>>> lab.http("GET", "https://a1b2c3.execute-api.us-east-1.amazonaws.com/prod/pets", headers={"Accept": "*/*"})
200 OK
[{"name": "Rex"}]
"""

from __future__ import annotations

import json as json_text
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from course.lab import wire
from course.lab.apigateway import front_door, outside
from course.lab.apigateway.exchange import CLIENT_ADDRESS, Answer, Sent, headers_from, request_to

_AGENT: Final = "lab-http/1.0"


class Http:
    """Sends requests; `serve` puts a web site beside the account for HTTP integrations to call."""

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, Any] | None = None,
        body: str | bytes | None = None,
        json: Any = None,
        source_ip: str = CLIENT_ADDRESS,
        vpc_endpoint: str = "",
        timeout: float | None = None,
    ) -> Answer:
        """Send a request and give the answer; a status of 400 or more is an answer too, not an exception.

        `json` is sent as a JSON body. `source_ip` is where the client seems to call from; `vpc_endpoint` is the id of
        the interface endpoint if it calls out of a VPC. With `timeout` the client gives up after so many seconds of the
        lab's clock: TimeoutError. Only what stands behind a load balancer takes that long.
        """
        if not wire.is_open():
            raise RuntimeError("The lab is not running, so no API can answer. Run lab.start() first.")
        sent = headers_from(headers)
        if json is not None:
            body = json_text.dumps(json)
            sent.setdefault("Content-Type", "application/json")
        sent.setdefault("User-Agent", _AGENT)
        sent.setdefault("Accept", "*/*")
        content = body.encode() if isinstance(body, str) else body or b""
        asked = request_to(method, url, sent, content, source_ip, vpc_endpoint)
        return front_door.answer(asked if timeout is None else replace(asked, patience=timeout))

    def serve(self, url: str, function: Callable[[Sent], Any]) -> None:
        """Answer every address that begins with `url` by a function, until the account is emptied.

        The function gets the request (method, path, query, headers, text) and returns a text, something that becomes
        JSON, a status with one of these, or an Answer.

        >>> lab.http.serve("https://vet.example.com", lambda request: (200, {"asked": request.path}))
        >>> lab.http("GET", "https://vet.example.com/dogs").json()
        {'asked': '/dogs'}
        """
        outside.add(url, function)

    def __repr__(self) -> str:
        return 'lab.http("GET", url, headers={...}, body="...") sends a request to a deployed API.'


http = Http()
