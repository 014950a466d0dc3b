"""Answers in the wire format of Lambda's API (REST with JSON), and reading its requests."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse


class Refused(Exception):
    """A call that AWS refuses: an error code, a message and a status."""

    def __init__(self, code: str, message: str, status: int = 400, **more: str) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.more = code, message, status, more


def answer(request: AWSPreparedRequest, body: bytes, status: int = 200, **headers: str) -> AWSResponse:
    """A good answer; header names are given with underscores."""
    raw: Any = MockRawResponse(body)
    named: Any = {name.replace("_", "-"): value for name, value in headers.items()}
    named |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return AWSResponse(request.url, status, named, raw)


def answer_json(request: AWSPreparedRequest, body: dict[str, Any], status: int = 200) -> AWSResponse:
    """A good answer with a JSON body."""
    return answer(request, json.dumps(body).encode(), status)


def refuse(request: AWSPreparedRequest, refused: Refused) -> AWSResponse:
    """The refusal as boto3 expects it: a ClientError with this code."""
    body = {"Type": "User", "Message": refused.message, "message": refused.message, **refused.more}
    return answer(request, json.dumps(body).encode(), refused.status, x_amzn_ErrorType=refused.code)


def path_parts(request: AWSPreparedRequest) -> list[str]:
    """The parts of the request's path, decoded."""
    return [unquote(part) for part in urlsplit(request.url).path.strip("/").split("/")]


def query(request: AWSPreparedRequest, name: str) -> str | None:
    """A parameter of the request's query."""
    return parse_qs(urlsplit(request.url).query).get(name, [None])[0]


def body_of(request: AWSPreparedRequest) -> dict[str, Any]:
    """The request's JSON body."""
    raw: Any = request.body or b"{}"
    body: dict[str, Any] = json.loads(raw)
    return body


def bytes_of(request: AWSPreparedRequest) -> bytes:
    """The request's body as it is."""
    body: Any = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    return body.encode() if isinstance(body, str) else bytes(body)


def region_of(request: AWSPreparedRequest) -> str:
    """The Region in the request's host name."""
    return (urlsplit(request.url).hostname or "lambda.us-east-1").split(".")[1]
