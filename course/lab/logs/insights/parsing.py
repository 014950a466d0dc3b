"""The command `parse`: fields cut out of a text, by a pattern with stars or by a regular expression.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Parse.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from course.lab.logs.insights.reader import Reader
from course.lab.logs.insights.values import text

Cut = Callable[[dict[str, Any]], dict[str, Any]]


def read_parse(reader: Reader) -> Cut:
    """`parse @message "* took * ms" as path, ms`, or `parse @message /(?<path>\\S+) took/`."""
    field = "@message"  # where none is named
    if not re.match(r"[\"'/]", reader.text[reader.at :]):
        field = reader.name()
    regex, names = reader.regex(), []
    if regex is None:
        pattern = reader.string()
        if pattern is None:
            raise reader.fault()
        start = reader.at
        if not reader.word("as"):
            raise reader.fault()
        names = [reader.name()]
        while reader.sign(","):
            names.append(reader.name())
        if len(names) != pattern.count("*"):
            reader.at = start
            raise reader.fault(f"the pattern has {pattern.count('*')} stars, but {len(names)} names follow it")
        regex = _of_stars(pattern)
    else:
        names = list(regex.groupindex)
        if reader.word("as"):  # names for groups that have none
            names = [reader.name()]
            while reader.sign(","):
                names.append(reader.name())
        if not names or len(names) > regex.groups:
            raise reader.fault("the expression of parse needs named groups, (?<name>...)")
    return _cut(field, regex, names)


def _of_stars(pattern: str) -> re.Pattern[str]:
    """Each star takes as little as it can, the last one what is left if nothing follows it."""
    parts = [re.escape(one) for one in pattern.split("*")]
    tail = "$" if pattern.endswith("*") else ""
    return re.compile("(.*?)".join(parts) + tail, re.DOTALL)


def _cut(field: str, regex: re.Pattern[str], names: list[str]) -> Cut:
    def cut(record: dict[str, Any]) -> dict[str, Any]:
        value = record.get(field)
        found = None if value is None else regex.search(text(value))
        if found is None:
            return record
        return record | {name: part for name, part in zip(names, found.groups(), strict=False) if part is not None}

    return cut
