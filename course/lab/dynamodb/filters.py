"""Filters on key attributes: a query looks those up, so it refuses to filter by them.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.FilterExpression.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from course.lab.replies import Reply

# Attributes at the top: not values (:v), not parts of a path (a.b), not functions (size(...)).
_ATTRIBUTE: Final = re.compile(r"(?<![:\w#.])(#?[A-Za-z_][\w\-]*)(?!\s*\()(?![\w\-])")


def on_a_key(asked: dict[str, Any], table: Any) -> Reply | None:
    """The refusal of a query whose filter names a key attribute of the table or index that it reads."""
    index = next((one for one in table.all_indexes() if one.name == asked.get("IndexName")), None)
    keys = {key["AttributeName"] for key in (index.schema if index else table.schema)}
    names = asked.get("ExpressionAttributeNames") or {}
    named = {names.get(one, one) for one in _ATTRIBUTE.findall(str(asked.get("FilterExpression") or ""))}
    if found := sorted(keys & named):
        return Reply(
            "ValidationException",
            f"Filter Expression can only contain non-primary key attributes: Primary key attribute: {', '.join(found)}",
        )
    return None
