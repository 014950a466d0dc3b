"""Data types: Parameter Store looks at a value when it is put, and keeps it as text all the same.

https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-data-types.html
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from moto.ssm.exceptions import SSMException


def check(data_type: str, value: str) -> None:
    """Refuse a value that is not of its type."""
    if data_type in _UNCHECKED:
        return
    if data_type not in _READ:
        raise SSMException(
            "ValidationException",
            f"The following data type is not supported: {data_type} (Data type names are all lowercase.)",
        )
    try:
        good = _READ[data_type](value)
    except ValueError:
        good = False
    if good is False:
        raise SSMException("ValidationException", f"Parameter value is not valid for the data type {data_type}.")


def _fits(pattern: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(pattern, value) is not None


def _url(value: str) -> bool:
    parts = urlsplit(value)
    return bool(parts.scheme and parts.netloc)


# Whether an AMI is there is checked later, by the service; integrations belong to other tools.
_UNCHECKED: Final = ("text", "aws:ec2:image", "aws:ssm:integration", "jsonc")
_READ: Final[dict[str, Callable[[str], Any]]] = {
    "aws:region": _fits(r"[a-z]{2}(-[a-z]+)+-\d"),
    "aws:account:id": _fits(r"\d{12}"),
    "boolean": _fits(r"(?i)true|false"),
    "integer": _fits(r"[+-]?\d+"),
    "float": lambda value: float(value) is not None,
    "binary": lambda value: base64.b64decode(value, validate=True) is not None,
    "hostname": _fits(
        r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
    ),
    "email": _fits(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "ipv4-address": lambda value: ipaddress.IPv4Address(value) is not None,
    "ipv6-address": lambda value: ipaddress.IPv6Address(value) is not None,
    "url": _url,
    "json": lambda value: (json.loads(value), True)[1],
}
