"""AWS's own scalars, and what a value of each has to look like.

https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

_ZONE: Final = r"(Z|[+-]\d{2}:\d{2}(:\d{2})?)"
_DATE: Final = r"-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME: Final = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"


def _like(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _is_json(value: Any) -> bool:
    try:
        json.loads(value)
    except (TypeError, ValueError):
        return False
    return True


def _is_address(value: Any) -> bool:
    try:
        ipaddress.ip_interface(str(value))
    except ValueError:
        return False
    return True


def _is_url(value: Any) -> bool:
    parts = urlsplit(value) if isinstance(value, str) else None
    return parts is not None and bool(parts.scheme) and bool(parts.netloc or parts.scheme == "mailto")


_FITS: Final[dict[str, Callable[[Any], bool]]] = {
    "AWSDate": _like(f"{_DATE}{_ZONE}?"),
    "AWSTime": _like(f"{_TIME}{_ZONE}?"),
    "AWSDateTime": _like(f"{_DATE}T{_TIME}{_ZONE}"),
    "AWSTimestamp": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "AWSEmail": _like(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "AWSJSON": _is_json,
    "AWSURL": _is_url,
    "AWSPhone": _like(r"\+?[\d\s().-]{3,}"),
    "AWSIPAddress": _is_address,
}
NAMES: Final = tuple(_FITS)


def equip(schema: Any) -> None:
    """Give the scalars of a schema their rules."""
    for name in NAMES:
        scalar = schema.type_map.get(name)
        if scalar is not None:
            _equip(scalar, name)


def _equip(scalar: Any, name: str) -> None:
    def read(value: Any) -> Any:
        if not _FITS[name](value):
            raise ValueError(f"Unable to turn {value!r} into the scalar {name}.")
        return value

    def written(value: Any) -> Any:
        # What a resolver gives as an object or a list goes out as JSON text.
        return read(json.dumps(value, separators=(",", ":")) if name == "AWSJSON" and not _is_json(value) else value)

    # The names of graphql-core 3.2 and of 3.3, which keeps the old ones for a while.
    for old, new, function in (
        ("parse_value", "coerce_input_value", read),
        ("serialize", "coerce_output_value", written),
    ):
        setattr(scalar, old, function)
        if hasattr(scalar, new):
            setattr(scalar, new, function)
