"""Values that do not fit the type of their record. (Addresses are judged in course/lab/rules/records.py.)

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

_TEXTS: Final = ("TXT", "SPF")
_ONE_VALUE: Final = ("CNAME", "SOA")
_LONGEST_TEXT: Final = 255
# How many fields a value has, and which of them are numbers.
_FIELDS: Final = {"MX": (2, (0,)), "SRV": (4, (0, 1, 2)), "CAA": (3, (0,))}
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')


def faults(changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What is wrong with the values of a batch."""
    for change in changes:
        record = change["ResourceRecordSet"]
        values = [one["Value"] for one in record.get("ResourceRecords") or ()]
        if record["Type"] in _ONE_VALUE and len(values) > 1:
            yield f"RRSet of type {record['Type']} with DNS name {record['Name']} must have a single value"
        for value in values:
            if fault := _fault(record["Type"], value):
                yield f"Invalid Resource Record: 'FATAL problem: {fault} encountered with '{value}''"


def _fault(kind: str, value: str) -> str:
    if kind in _TEXTS:
        if _QUOTED.sub("", value).strip() or not _QUOTED.search(value):
            return "InvalidCharacterString (Value should be enclosed in quotation marks)"
        if any(len(text) > _LONGEST_TEXT for text in _QUOTED.findall(value)):
            return "CharacterStringTooLong (Value is too long)"
    if kind in _FIELDS:
        count, numbers = _FIELDS[kind]
        fields = value.split(maxsplit=count - 1) if kind == "CAA" else value.split()
        if len(fields) != count or not all(fields[place].isdigit() for place in numbers):
            return f"{kind}RRDATAIllegal (Value does not have the {count} fields of a {kind} record)"
    return ""
