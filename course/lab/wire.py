"""The place where boto3's requests meet the simulated account.

botocore emits `before-send.<service>.<operation>` for every request and takes the first answer it gets.
Moto answers there; we stand in front of it, so that parts of the lab can answer or refuse a call first, and
so that what nobody answers ends in plain words instead of an odd 404 or a look at the real AWS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.handlers import BUILTIN_HANDLERS
from moto.core.models import botocore_stubber

Answer = Callable[[str, str, AWSPreparedRequest], AWSResponse | None]

_first: list[Answer] = []
_open = False


class Unsupported(NotImplementedError):
    """A call that the lab does not simulate."""


def answer_first(handler: Answer) -> Answer:
    """Register a part of the lab: it sees (service, operation, request) before moto and may answer.

    Returning None passes the request on. Handlers run in the order of registration.
    """
    if handler not in _first:
        _first.append(handler)
    return handler


def open_wire() -> None:
    """Begin to answer boto3."""
    global _open
    _open = True


def close_wire() -> None:
    """Leave boto3 alone again."""
    global _open
    _open = False


def _answer(event_name: str, request: AWSPreparedRequest, **kwargs: Any) -> AWSResponse | None:
    if not _open:
        return None
    _, service, operation = event_name.split(".", 2)
    for handler in _first:
        response = handler(service, operation, request)
        if response is not None:
            return response
    try:
        response = botocore_stubber(event_name, request)
    except NotImplementedError as missing:
        raise Unsupported(_not_yet(service, operation)) from missing
    if response is None or (response.status_code == 404 and response.content == b"Not yet implemented"):
        raise Unsupported(_not_yet(service))
    return response


def _not_yet(service: str, operation: str = "") -> str:
    what = f"{operation} of {service}" if operation else service
    return (
        f"The lab does not simulate {what} yet. Your call may be right for AWS; for this exercise look for "
        "another way, or read the lesson's 'Lab and AWS' notes."
    )


# Sessions copy this list when they are made; in front of moto's own entry, so that our answer comes first.
BUILTIN_HANDLERS.insert(0, ("before-send", _answer))
