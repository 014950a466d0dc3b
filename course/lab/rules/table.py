"""Limits of one parameter, from table.csv."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import jmespath
from botocore.awsrequest import AWSPreparedRequest

from course.lab.asked import Asked
from course.lab.replies import Reply

TABLE: Final = Path(__file__).with_name("table.csv")


@dataclass(frozen=True)
class Rule:
    """One row: AWS refuses the operation when the parameter is beyond the limit."""

    service: str
    operation: str
    parameter: str
    """A JMESPath over the parameters; a list means that each of its values is judged."""
    kind: str
    limit: str
    code: str
    message: str
    source: str

    def is_broken_by(self, value: Any) -> bool:
        return value is not None and not _KINDS[self.kind](value, self.limit)


def _size(value: Any) -> int:
    return len(value.encode() if isinstance(value, str) else value)


_KINDS: Final = {
    "most": lambda value, limit: float(value) <= float(limit),
    "bytes": lambda value, limit: _size(value) <= int(limit),
    "items": lambda value, limit: len(value) <= int(limit),
    "matches": lambda value, limit: re.fullmatch(limit, str(value)) is not None,
    "not": lambda value, limit: re.fullmatch(limit, str(value)) is None,
    "one of": lambda value, limit: str(value) in limit.split(),
}


@cache
def rules() -> dict[tuple[str, str], list[Rule]]:
    """All rows, by service and operation."""
    found: dict[tuple[str, str], list[Rule]] = defaultdict(list)
    with TABLE.open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            rule = Rule(**row)
            for operation in rule.operation.split():
                found[rule.service, operation].append(rule)
    return dict(found)


def broken(call: Asked, request: AWSPreparedRequest) -> Reply | None:
    """The refusal of the first row that these parameters break."""
    for rule in rules().get((call.model.service_model.service_name, call.model.name), ()):
        value = jmespath.search(rule.parameter, dict(call.params))
        single = not isinstance(value, list) or rule.kind == "items"
        for one in [value] if single else value:
            if rule.is_broken_by(one):
                size = _size(one) if rule.kind == "bytes" else one
                return Reply(rule.code, rule.message.format(value=size, limit=rule.limit))
    return None
