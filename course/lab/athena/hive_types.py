"""The types of Athena's DDL, as DuckDB and as results name them.

https://docs.aws.amazon.com/athena/latest/ug/data-types.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from course.lab.athena.reasons import Refused

_IN_DUCKDB: Final = {
    "boolean": "BOOLEAN",
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "binary": "BLOB",
}
_IN_HIVE: Final = {
    "BOOLEAN": "boolean", "TINYINT": "tinyint", "SMALLINT": "smallint", "INTEGER": "int", "BIGINT": "bigint",
    "HUGEINT": "bigint", "UBIGINT": "bigint", "UINTEGER": "bigint", "FLOAT": "float", "DOUBLE": "double",
    "VARCHAR": "string", "DATE": "date", "TIMESTAMP": "timestamp", "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP_MS": "timestamp", "TIMESTAMP_S": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamp",
    "BLOB": "binary",
}  # fmt: skip
_IN_RESULTS: Final = {"int": "integer", "string": "varchar", "binary": "varbinary"}


def in_duckdb(hive: str) -> str:
    """DuckDB's name for a type of DDL; also tells that a text is a type at all."""
    name = re.sub(r"\s+", "", hive.lower())
    if name in _IN_DUCKDB:
        return _IN_DUCKDB[name]
    if re.fullmatch(r"(var)?char\(\d+\)|varchar|char", name):
        return "VARCHAR"
    if re.fullmatch(r"decimal(\(\d+(,\d+)?\))?", name):
        return name.upper()
    if inner := re.fullmatch(r"array<(.+)>", name):
        return f"{in_duckdb(inner[1])}[]"
    if inner := re.fullmatch(r"map<([^,]+),(.+)>", name):
        return f"MAP({in_duckdb(inner[1])}, {in_duckdb(inner[2])})"
    if inner := re.fullmatch(r"struct<(.+)>", name):
        fields = (field.split(":", 1) for field in split_top(inner[1]))
        return "STRUCT(" + ", ".join(f'"{field}" {in_duckdb(kind)}' for field, kind in fields) + ")"
    raise Refused(f"FAILED: ParseException: cannot recognize input near '{hive}' in column type")


def in_hive(duckdb: str) -> str:
    """The type of DDL in which DuckDB's type is kept."""
    if duckdb in _IN_HIVE:
        return _IN_HIVE[duckdb]
    if duckdb.startswith("DECIMAL"):
        return duckdb.lower()
    if duckdb.endswith("[]"):
        return f"array<{in_hive(duckdb[:-2])}>"
    return "string"


def in_results(duckdb: str) -> str:
    """The type as ColumnInfo names it."""
    hive = in_hive(duckdb)
    if duckdb.startswith(("STRUCT", "MAP")):
        return "row" if duckdb.startswith("STRUCT") else "map"
    return _IN_RESULTS.get(hive, hive.split("(")[0].split("<")[0])


def extremes(duckdb: str) -> list[Any]:
    """The least and the greatest value of a type in SQL: a column of which nothing is known may hold them all."""
    if duckdb in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT"):
        most = {"TINYINT": 7, "SMALLINT": 15, "INTEGER": 31, "BIGINT": 63}[duckdb]
        return [f"{-(2**most)}", f"{2**most - 1}"]
    if duckdb in ("FLOAT", "DOUBLE"):
        return ["'-infinity'", "'infinity'"]
    if duckdb == "VARCHAR":
        return ["''", "repeat(chr(1114111), 4)"]
    if duckdb in ("DATE", "TIMESTAMP"):
        return ["'-infinity'", "'infinity'"]
    if duckdb == "BOOLEAN":
        return ["false", "true"]
    if found := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", duckdb):
        digits = "9" * (int(found[1]) - int(found[2])) or "0"
        return [f"-{digits}", digits]
    return ["NULL", "NULL"]


def split_top(text: str) -> list[str]:
    """Split at the commas that stand in no bracket and no quotes."""
    parts, depth, quote, begin = [], 0, "", 0
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"`":
            quote = sign
        elif sign in "(<[":
            depth += 1
        elif sign in ")>]":
            depth -= 1
        elif sign == "," and depth == 0:
            parts.append(text[begin:at].strip())
            begin = at + 1
    return [part for part in [*parts, text[begin:].strip()] if part]
