"""Which kind of statement a text is, and what DDL says.

https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from course.lab.athena.hive_types import in_duckdb, split_top
from course.lab.athena.reasons import Refused

_NAME: Final = r"[`\"]?(?P<{0}>[\w-]+)[`\"]?"
_TABLE: Final = rf"(?:[`\"]?awsdatacatalog[`\"]?\.)?(?:{_NAME.format('database')}\.)?{_NAME.format('table')}"
_FORMS: Final = {
    "create-table": rf"CREATE\s+EXTERNAL\s+TABLE\s+(?P<lenient>IF\s+NOT\s+EXISTS\s+)?{_TABLE}\s*(?P<rest>\(.*)",
    "create-as": rf"CREATE\s+TABLE\s+(?P<lenient>IF\s+NOT\s+EXISTS\s+)?{_TABLE}\s*"
                 r"(?:WITH\s*\((?P<options>.*?)\)\s*)?\bAS\b\s*(?P<rest>[\s(]*(?:SELECT|WITH)\b.*)",
    "insert": rf"INSERT\s+INTO\s+{_TABLE}\s+(?P<rest>[\s(]*(?:SELECT|WITH|VALUES)\b.*)",
    "repair": rf"MSCK\s+REPAIR\s+TABLE\s+{_TABLE}",
    "add-partition": rf"ALTER\s+TABLE\s+{_TABLE}\s+ADD\s+(?P<lenient>IF\s+NOT\s+EXISTS\s+)?(?P<rest>PARTITION.*)",
    "drop-partition": rf"ALTER\s+TABLE\s+{_TABLE}\s+DROP\s+(?P<lenient>IF\s+EXISTS\s+)?(?P<rest>PARTITION.*)",
    "drop-table": rf"DROP\s+TABLE\s+(?P<lenient>IF\s+EXISTS\s+)?{_TABLE}",
    "create-database": rf"CREATE\s+(?:DATABASE|SCHEMA)\s+(?P<lenient>IF\s+NOT\s+EXISTS\s+)?{_NAME.format('database')}"
                       r"(?P<rest>.*)",
    "drop-database": rf"DROP\s+(?:DATABASE|SCHEMA)\s+(?P<lenient>IF\s+EXISTS\s+)?{_NAME.format('database')}"
                     r"\s*(?P<cascade>CASCADE)?",
    "show-databases": r"SHOW\s+(?:DATABASES|SCHEMAS)",
    "show-tables": rf"SHOW\s+TABLES(?:\s+IN\s+{_NAME.format('database')})?",
    "show-partitions": rf"SHOW\s+PARTITIONS\s+{_TABLE}",
    "describe": rf"(?:DESCRIBE|DESC)\s+(?:FORMATTED\s+|EXTENDED\s+)?{_TABLE}",
    "query": r"(?P<rest>[\s(]*(?:SELECT|WITH|VALUES)\b.*)",
}  # fmt: skip
_STRING: Final = r"'((?:[^'\\]|\\.|'')*)'"
_SIGNS: Final = {r"\t": "\t", r"\n": "\n", r"\001": "\x01", r"\\": "\\"}


@dataclass(frozen=True)
class Statement:
    """A statement and its parts; what it does not have is empty."""

    kind: str
    database: str = ""
    table: str = ""
    rest: str = ""
    options: dict[str, str] = field(default_factory=dict)
    lenient: bool = False  # IF [NOT] EXISTS
    cascade: bool = False

    @property
    def is_ddl(self) -> bool:
        return self.kind not in ("query", "insert", "create-as")


def parse(text: str) -> Statement:
    """Tell what a text wants."""
    sql = _without_comments(text).strip().rstrip(";").strip()
    for kind, form in _FORMS.items():
        found = re.fullmatch(form, sql, re.IGNORECASE | re.DOTALL)
        if found:
            parts = {name: value for name, value in found.groupdict().items() if value}
            return Statement(
                kind,
                parts.get("database", "").lower(),
                parts.get("table", "").lower(),
                parts.get("rest", ""),
                _options(parts.get("options", "")),
                "lenient" in parts,
                "cascade" in parts,
            )
    first = sql.split(None, 1)[0] if sql else "<EOF>"
    raise Refused(
        f"line 1:1: mismatched input '{first}'. The lab knows SELECT, WITH, INSERT INTO, CREATE EXTERNAL TABLE, "
        "CREATE TABLE AS, ALTER TABLE ADD/DROP PARTITION, MSCK REPAIR TABLE, DROP, SHOW and DESCRIBE."
    )


@dataclass(frozen=True)
class NewTable:
    """What CREATE EXTERNAL TABLE says."""

    columns: dict[str, str]
    keys: dict[str, str]
    location: str
    serde: str
    stored_as: str
    serde_properties: dict[str, str]
    properties: dict[str, str]


def new_table(rest: str) -> NewTable:
    """Read the part of CREATE EXTERNAL TABLE after the name."""
    inside, after = _bracket(rest)
    keys: dict[str, str] = {}
    if found := re.search(r"\bPARTITIONED\s+BY\s*(?=\()", after, re.IGNORECASE):
        text, behind = _bracket(after[found.end() :])
        keys, after = _columns(text), after[: found.start()] + " " + behind
    columns = _columns(inside)
    for name in columns.keys() & keys.keys():
        raise Refused(f"FAILED: SemanticException [Error 10035]: Column repeated in partitioning columns: {name}")
    location = _one(rf"\bLOCATION\s+{_STRING}", after)
    if not location:
        raise Refused("FAILED: SemanticException: CREATE EXTERNAL TABLE needs LOCATION 's3://bucket/folder/'")
    if not location.startswith("s3://"):
        raise Refused(f"FAILED: SemanticException: {location} is not a path in S3 (s3://bucket/folder/)")
    signs = {
        "field.delim": _one(rf"\bFIELDS\s+TERMINATED\s+BY\s+{_STRING}", after),
        "escape.delim": _one(rf"\bESCAPED\s+BY\s+{_STRING}", after),
    }
    properties = {name: _SIGNS.get(sign, sign) for name, sign in signs.items() if sign}
    return NewTable(
        columns,
        keys,
        location,
        _one(rf"\bSERDE\s+{_STRING}", after),
        (re.search(r"\bSTORED\s+AS\s+(\w+)", after, re.IGNORECASE) or ["", ""])[1].lower(),
        properties | _pairs("SERDEPROPERTIES", after),
        _pairs("TBLPROPERTIES", after),
    )


def partitions(rest: str) -> list[tuple[dict[str, str], str]]:
    """The partitions of ALTER TABLE ADD or DROP: values by column, and the location if it is told."""
    made = []
    form = rf"PARTITION\s*\(([^)]*)\)\s*(?:LOCATION\s+{_STRING})?"
    for found in re.finditer(form, rest, re.IGNORECASE):
        pairs = (one.split("=", 1) for one in split_top(found[1]) if "=" in one)
        made.append(({key.strip(' `"').lower(): value.strip(" '\"") for key, value in pairs}, found[2] or ""))
    if not made:
        raise Refused("line 1:1: mismatched input. Write PARTITION (column = 'value')")
    return made


def location_of(rest: str) -> str:
    """The LOCATION of CREATE DATABASE."""
    return _one(rf"\bLOCATION\s+{_STRING}", rest)


def _one(form: str, text: str) -> str:
    found = re.search(form, text, re.IGNORECASE)
    return found[1].replace("''", "'") if found else ""


def _pairs(word: str, text: str) -> dict[str, str]:
    found = re.search(rf"\b{word}\s*(?=\()", text, re.IGNORECASE)
    if not found:
        return {}
    pairs = re.findall(rf"[\"']([^\"']+)[\"']\s*=\s*(?:{_STRING}|\"([^\"]*)\")", _bracket(text[found.end() :])[0])
    return {name: _SIGNS.get(one or other, one or other) for name, one, other in pairs}


def _columns(text: str) -> dict[str, str]:
    made: dict[str, str] = {}
    for one in split_top(text):
        found = re.fullmatch(r"[`\"]?([\w]+)[`\"]?\s*:?\s+(.+?)(?:\s+COMMENT\s+'.*')?", one, re.IGNORECASE | re.DOTALL)
        if not found:
            raise Refused(f"FAILED: ParseException: cannot recognize input near '{one}' in column specification")
        name, kind = found[1].lower(), re.sub(r"\s+", "", found[2].lower())
        in_duckdb(kind)
        if name in made:
            raise Refused(f"FAILED: SemanticException [Error 10036]: Duplicate column name: {name}")
        made[name] = kind
    return made


def _bracket(text: str) -> tuple[str, str]:
    """The inside of the bracket that text begins with, and what follows."""
    text, depth, quote = text.lstrip(), 0, ""
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"`":
            quote = sign
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0:
                return text[1:at], text[at + 1 :]
    raise Refused("line 1:1: mismatched input '<EOF>'. Expecting: ')'")


def _options(text: str) -> dict[str, str]:
    """The properties of CREATE TABLE AS: strings, and arrays as texts with commas."""
    made = {}
    for one in split_top(text):
        name, _, value = one.partition("=")
        value = value.strip()
        key = name.strip().lower()
        if listed := re.fullmatch(r"ARRAY\s*\[(.*)\]", value, re.IGNORECASE | re.DOTALL):
            value = ",".join(part.strip(" '\n") for part in listed[1].split(","))
        elif key == "partitioned_by":
            made[key] = value  # with its quotes: whoever runs the statement refuses it
            continue
        made[key] = value.strip("'")
    return made


def _without_comments(text: str) -> str:
    return re.sub(rf"({_STRING})|--[^\n]*|/\*.*?\*/", lambda found: found[1] or " ", text, flags=re.DOTALL)
