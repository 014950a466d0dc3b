"""Where custom resources and wait conditions send their answers: addresses that only take a PUT.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requests.html

On AWS these are presigned addresses of S3. Here urllib, urllib3, requests and all that is built on http.client reach
them without any network.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import urllib3.connection

from course.lab.line import Answer, Line
from course.lab.wire import is_open

_HOST: Final = "cloudformation-custom-resource-response-{region}.s3.amazonaws.com"
_boxes: dict[str, list[dict[str, Any]]] = {}
_patched = False


def open_box(region: str, name: str) -> str:
    """A new address; what is sent there waits in `letters(address)`."""
    _patch()
    address = f"https://{_HOST.format(region=region.replace('-', ''))}/{name}?X-Amz-Expires=7200"
    _boxes[address] = []
    return address


def letters(address: str) -> list[dict[str, Any]]:
    """What has come so far."""
    return _boxes[address]


def _send(host: str) -> Callable[[str, str, Mapping[str, str], bytes], Answer]:
    def send(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if method != "PUT":
            return Answer(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>")
        wanted = unquote(urlsplit(path).path)
        for address, box in _boxes.items():
            parts = urlsplit(address)
            if parts.netloc == host and unquote(parts.path) == wanted:
                try:
                    box.append(json.loads(body))
                except ValueError:
                    box.append({"Status": "FAILED", "Reason": "Response is not valid JSON"})
                return Answer(200)
        return Answer(403, "<Error><Code>AccessDenied</Code></Error>")

    return send


def _patch() -> None:
    """Stand in where connections are opened; all other hosts are left alone."""
    global _patched
    if _patched:
        return
    _patched = True
    plain: Any = http.client.HTTPSConnection.connect
    pooled: Any = urllib3.connection.HTTPSConnection.connect

    def connect_here(self: Any) -> None:
        if _is_ours(self.host):
            self.sock = Line(_send(self.host))
        else:
            plain(self)

    def connect_pooled_here(self: Any) -> None:
        if _is_ours(self.host):
            self.sock, self.is_verified = Line(_send(self.host)), True
        else:
            pooled(self)

    setattr(http.client.HTTPSConnection, "connect", connect_here)  # noqa: B010
    setattr(urllib3.connection.HTTPSConnection, "connect", connect_pooled_here)  # noqa: B010


def _is_ours(host: str) -> bool:
    return host.startswith("cloudformation-custom-resource-response-") and is_open()
