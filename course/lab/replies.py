"""Errors and answers in AWS's wire formats."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

# Services that changed from the query protocol to JSON or CBOR and keep their old error codes.
_ONCE_QUERY: Final = ("sqs", "cloudwatch")


@dataclass(frozen=True)
class Reply:
    """An error before it gets its wire format."""

    code: str
    message: str
    status: int = 400


def answer(request: AWSPreparedRequest, service: str, protocol: str, reply: Reply) -> tuple[AWSResponse, str]:
    """Write the error as the protocol wants it; also returns the request id."""
    request_id = str(uuid.uuid4())
    headers: dict[str, str] = {"x-amzn-RequestId": request_id, "x-amz-request-id": request_id}
    code, message = escape(reply.code), escape(reply.message)
    body: str | bytes
    if request.method == "HEAD":
        body = ""  # S3 answers HEAD without a body, so boto3 only sees the status
    elif protocol == "ec2":
        body = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    elif service == "s3":
        body = (
            f"<Error><Code>{code}</Code><Message>{message}</Message>"
            f"<RequestId>{request_id}</RequestId><HostId>lab</HostId></Error>"
        )
    elif protocol in ("query", "rest-xml"):
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    else:
        headers["x-amzn-errortype"] = reply.code
        if service in _ONCE_QUERY:
            headers["x-amzn-query-error"] = f"{reply.code};Sender"
        told = {"__type": reply.code, "message": reply.message, "Message": reply.message}
        if protocol == "smithy-rpc-v2-cbor":
            headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
            body = _cbor(told)
        else:
            headers["Content-Type"] = "application/x-amz-json-1.0"
            body = json.dumps(told)
    raw: Any = MockRawResponse(body)
    sent: Any = headers
    return AWSResponse(request.url, reply.status, sent, raw), request_id


def written(
    request: AWSPreparedRequest, api: str, operation: str, protocol: str, said: Mapping[str, Any]
) -> AWSResponse:
    """A good answer as the protocol wants it, by the rules of botocore's model: the wire format that boto3 reads."""
    model = get_service_model(api).operation_model(operation)
    made = get_serializer_class(api, protocol)(model).serialize(dict(said))
    raw: Any = MockRawResponse(made["body"])
    headers: Any = dict(made["headers"])
    return AWSResponse(request.url, made["status_code"], headers, raw)


def _cbor(words: dict[str, str]) -> bytes:
    """A map of texts in CBOR (RFC 8949): a head for the map, and a head with the length before each text."""
    pairs = [text.encode() for pair in words.items() for text in pair]
    return bytes([0xA0 + len(words)]) + b"".join(b"\x7a" + len(text).to_bytes(4, "big") + text for text in pairs)
