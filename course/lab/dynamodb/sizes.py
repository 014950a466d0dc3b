"""The size of an item as DynamoDB counts it.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

Attributes = Mapping[str, Mapping[str, Any]]


def item_size(attributes: Attributes) -> int:
    """Bytes of all names and values; attributes as the API writes them, such as `{"id": {"S": "7"}}`."""
    return sum(len(name.encode()) + _value_size(value) for name, value in attributes.items())


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, inner),) = value.items()
    match kind:
        case "S":
            return len(str(inner).encode())
        case "N":
            return _number_size(str(inner))
        case "B":
            return _binary_size(inner)
        case "BOOL" | "NULL":
            return 1
        case "SS":
            return sum(len(one.encode()) for one in inner)
        case "NS":
            return sum(_number_size(str(one)) for one in inner)
        case "BS":
            return sum(_binary_size(one) for one in inner)
        case "L":
            return 3 + sum(1 + _value_size(one) for one in inner)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value_size(one) for name, one in inner.items())
    raise ValueError(f"{kind} is not a type of DynamoDB.")


def _number_size(text: str) -> int:
    """About one byte for two significant digits, and one more; another one for the sign of a negative number."""
    digits = text.lstrip("+-").lower().partition("e")[0].replace(".", "").strip("0") or "0"
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")


def _binary_size(inner: Any) -> int:
    return len(inner) if isinstance(inner, bytes) else len(base64.b64decode(inner))
