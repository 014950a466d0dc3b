"""JSONPath, as $input.json('$.a'), $input.path('$.a') and parameter mappings use it.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any


def find(body: str, path: str) -> Any:
    """What the path finds: nothing is None, several things are a list. A body that is no JSON is found whole."""
    try:
        value = json.loads(body) if body.strip() else {}
    except ValueError:
        return body if path in ("", "$") else None
    if path in ("", "$"):
        return value
    found = [match.value for match in _parsed(path).find(value)]
    if not found:
        return None
    return found[0] if len(found) == 1 and not _is_many(path) else found


def _is_many(path: str) -> bool:
    return any(sign in path for sign in ("*", "..", "?(", ":")) or "," in path.partition("[")[2]


@lru_cache(maxsize=256)
def _parsed(path: str) -> Any:
    from jsonpath_ng.ext.parser import parse  # loaded by the first template that asks for a path

    return parse(path if path.startswith("$") else f"$.{path}")
