"""The result of a query: a CSV object in S3, and rows in pages.

https://docs.aws.amazon.com/athena/latest/ug/querying.html#query-results-specify-location
https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
from dataclasses import dataclass, field
from typing import Any

from course.lab.athena.hive_types import in_results
from course.lab.paging import page


@dataclass
class Result:
    """Columns and rows as Athena shows them; None is null."""

    columns: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)
    has_header: bool = False  # a SELECT's first row are the names


def of_query(columns: list[tuple[str, str]], rows: list[tuple[Any, ...]]) -> Result:
    """The result of a SELECT."""
    named = [(_name(name, number), in_results(kind)) for number, (name, kind) in enumerate(columns)]
    return Result(named, [[shown(value) for value in row] for row in rows], has_header=True)


def of_words(*lines: str, columns: tuple[str, ...] = ("result",)) -> Result:
    """What SHOW and DESCRIBE answer."""
    return Result([(name, "string") for name in columns], [line.split("\t") for line in lines])  # type: ignore[misc]


def _name(name: str, number: int) -> str:
    """A column that the query gave no name is _col0, _col1 ..."""
    is_name = re.fullmatch(r"[A-Za-z_][\w .-]*", name) and name.lower() not in ("null", "true", "false")
    return name.lower() if is_name else f"_col{number}"


def shown(value: Any) -> str | None:
    """A value as text."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(shown(one) or "null" for one in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{shown(key)}={shown(one) or 'null'}" for key, one in value.items()) + "}"
    if isinstance(value, (bytes, bytearray)):
        return value.hex(" ")
    return str(value)


def _float(value: float) -> str:
    """As Java writes a double."""
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value) if "e" not in repr(value) else f"{value:f}"
    digits, _, power = f"{value:.16e}".partition("e")
    short = repr(float(digits))
    for places in range(1, 17):
        if float(f"{value:.{places}e}") == value:
            short = f"{value:.{places}e}".partition("e")[0]
            break
    return f"{short}E{int(power)}"


def as_csv(result: Result) -> bytes:
    """The object that a SELECT leaves: every value in quotes, null as nothing."""

    def line(values: list[str | None]) -> str:
        return ",".join("" if one is None else '"' + one.replace('"', '""') + '"' for one in values) + "\n"

    return "".join([line([name for name, _ in result.columns]), *map(line, result.rows)]).encode()


def as_text(result: Result) -> bytes:
    """The object that other statements leave."""
    return "".join("\t".join(one or "" for one in row) + "\n" for row in result.rows).encode()


def result_set(result: Result, token: str | None, most: int) -> tuple[dict[str, Any], dict[str, str]]:
    """A page of the ResultSet, and the token of the next."""
    header: list[list[str | None]] = [[name for name, _ in result.columns]] if result.has_header else []
    shown, more = page(header + result.rows, token, most)
    told = [{"Data": [{} if one is None else {"VarCharValue": one} for one in row]} for row in shown]
    info = [
        {"CatalogName": "hive", "SchemaName": "", "TableName": "", "Name": name, "Label": name, "Type": kind,
         "Precision": 0, "Scale": 0, "Nullable": "UNKNOWN", "CaseSensitive": kind in ("varchar", "string")}
        for name, kind in result.columns
    ]  # fmt: skip
    return {"Rows": told, "ResultSetMetadata": {"ColumnInfo": info}}, more
