"""Why a query fails, in Athena's words.

Codes: https://docs.aws.amazon.com/athena/latest/ug/error-reference.html and Trino's StandardErrorCode. A text that is
no SQL is refused when it is sent; everything else makes the query FAILED, with a StateChangeReason.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final


class Refused(Exception):
    """The call itself is refused: InvalidRequestException."""


class Failed(Exception):
    """The query ends in FAILED with this reason."""


class Cancelled(Exception):
    """The query ends in CANCELLED with this reason; what was read so far is billed."""


# What DuckDB says -> what Athena says; {0} is the name in it, {at} the place.
_WORDS: Final = (
    (r'Referenced column "([^"]+)" not found|Table "[^"]+" does not have a column named "([^"]+)"',
     "COLUMN_NOT_FOUND: {at}: Column '{0}' cannot be resolved or requester is not authorized to access requested "
     "resources"),
    (r'Referenced table "([^"]+)" not found', "COLUMN_NOT_FOUND: {at}: Column prefix '{0}' cannot be resolved"),
    (r"Table with name ([^ ]+) does not exist", "TABLE_NOT_FOUND: {at}: Table 'awsdatacatalog.{database}.{0}' does not "
     "exist"),
    (r"(?:Scalar|Table|Aggregate|Macro)?\s*Function with name ([^ ]+) does not exist",
     "FUNCTION_NOT_FOUND: {at}: Function '{0}' not registered"),
    (r"given name and argument types '([^']+)'", "FUNCTION_NOT_FOUND: {at}: Unexpected parameters for function {0}"),
    (r'column "([^"]+)" must appear in the GROUP BY',
     "EXPRESSION_NOT_AGGREGATE: {at}: '{0}' must be an aggregate expression or appear in GROUP BY clause"),
    (r"Cannot mix values of type ([^ ]+)|Cannot compare values of type ([^ ]+)",
     "TYPE_MISMATCH: {at}: Cannot apply operator to type {0}"),
    (r"Could not convert string '([^']*)'", "INVALID_CAST_ARGUMENT: Cannot cast '{0}' to the wanted type"),
    (r"file system operations are disabled|is disabled (?:through|by) configuration|configuration has been locked",
     "SYNTAX_ERROR: {at}: A query reads tables of the catalogue and nothing else"),
)  # fmt: skip


def failed(error: Exception, sql: str, database: str, shift: int = 0) -> Failed:
    """What DuckDB's error is for Athena; `shift` characters stood before the query."""
    text, position = _told(error)
    position = max(0, position - shift)
    if type(error).__name__ in ("OutOfMemoryException", "InterruptException"):
        return Failed("Query exhausted resources at this scale factor")
    at = _place(sql, position)
    for pattern, words in _WORDS:
        found = re.search(pattern, text)
        if found:
            name = next((group for group in found.groups() if group), "")
            return Failed(words.format(name.strip('"').rstrip("!").lower(), at=at, database=database))
    return Failed(f"GENERIC_USER_ERROR: {at}: {text.splitlines()[0]}")


def refused(error: Exception, sql: str) -> Refused:
    """A text that cannot be parsed."""
    text, position = _told(error)
    found = re.search(r'at or near "([^"]*)"', text)
    near = f"mismatched input '{found[1]}'" if found else "mismatched input '<EOF>'"
    return Refused(f"{_place(sql, position)}: {near}. Check the statement around this place.")


def _told(error: Exception) -> tuple[str, int]:
    """DuckDB's sentence, and the place in the text that it points at."""
    said = str(error)
    try:
        told: dict[str, Any] = json.loads(said[said.index("{") :])
    except ValueError:
        return said.splitlines()[0], 0
    return str(told.get("exception_message", said)), int(told.get("position") or 0)


def _place(sql: str, position: int) -> str:
    before = sql[:position]
    return f"line {before.count(chr(10)) + 1}:{position - (before.rfind(chr(10)) + 1) + 1}"
