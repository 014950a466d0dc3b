"""`course facts`: look prices and limits up in a terminal.

Examples:

    course facts sqs visibility            every fact whose service, name, unit or note holds these words
    course facts --service sqs --kind price
    course facts --old 24                  facts whose source is older than 24 months
    course facts --status memory           facts nobody could verify
    course facts sqs --json                the same as JSON, for other programs
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import date

from course.facts.fact import COLUMNS, Row
from course.facts.store import STATUSES, key, near_names, rows, services, slug

HELP = "search prices and limits, with their source and date"
_DETAILS_UP_TO = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `course facts`."""
    parser.add_argument("words", nargs="*", help="words that the service, name, unit or note must hold")
    parser.add_argument("--service", help="only this service, such as sqs")
    parser.add_argument("--kind", choices=("price", "limit"), help="only prices or only limits")
    parser.add_argument("--status", choices=STATUSES, help="only facts with this status")
    parser.add_argument("--old", type=int, metavar="MONTHS", help="only facts whose source is older")
    parser.add_argument("--retired", action="store_true", help="only values that no longer hold")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print what matches; 1 if nothing does, 2 if there is no such service."""
    if args.service and key(args.service) not in {key(name) for name in services()}:
        near = ", ".join(near_names(args.service, services())) or ", ".join(services())
        print(f"course facts: no facts about {args.service!r}. Did you mean {near}?", file=sys.stderr)
        return 2
    found = [row for row in rows() if _matches(row, args)]
    if args.json:
        print(json.dumps([{column: getattr(row, column) for column in COLUMNS} for row in found], indent=1))
        return 0 if found else 1
    if not found:
        print(f"course facts: nothing matches. {_advice(args)}", file=sys.stderr)
        return 1
    for row in found:
        print(_line(row))
        if len(found) <= _DETAILS_UP_TO:
            print(_details(row))
    print(_summary(found))
    return 0


def months_old(as_of: str, today: date | None = None) -> int:
    """The age of a date of the form YYYY, YYYY-MM or YYYY-MM-DD in full months; a bare year counts from December."""
    now = today or date.today()
    parts = [int(part) for part in as_of.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return max(0, (now.year - year) * 12 + now.month - month)


def _matches(row: Row, args: argparse.Namespace) -> bool:
    if args.service and key(args.service) != key(row.service):
        return False
    if args.kind and args.kind != row.kind:
        return False
    if args.status and args.status != row.status:
        return False
    if args.retired and not row.until:
        return False
    if args.old is not None and months_old(row.as_of) <= args.old:
        return False
    text = f"{row.service} {slug(row.service)} {row.name} {slug(row.name)} {row.unit} {row.note}".lower()
    return all(word.lower() in text for word in args.words)


def _line(row: Row) -> str:
    value = f"{float(row.value):,.10g}" if abs(float(row.value)) >= 1 else row.value
    where = "" if row.region == "all" else f" [{row.region}]"
    tier = f" from {float(row.tier_from):,.0f}" if float(row.tier_from or 0) else ""
    until = f" (until {row.until})" if row.until else ""
    return f"{row.service} {slug(row.name)}{tier}: {value} {row.unit}{where}{until}  {row.as_of}, {row.status}"


def _details(row: Row) -> str:
    lines = [f"    source  {row.source}"]
    if row.note:
        lines.append(f"    note    {row.note}")
    if row.model:
        lines.append(f"    model   {row.model}")
    function = "facts.price" if row.kind == "price" else "facts.limit"
    lines.append(f'    code    {function}("{slug(row.service)}", "{slug(row.name)}")')
    return "\n".join(lines)


def _summary(found: list[Row]) -> str:
    counts = Counter(row.status for row in found)
    by_status = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    return f"{len(found)} facts: {by_status}"


def _advice(args: argparse.Namespace) -> str:
    known = [f"{slug(row.service)} {slug(row.name)}" for row in rows()]
    near = near_names(" ".join(args.words), known) if args.words else []
    if near:
        return f"Near: {'; '.join(near)}"
    return f"Drop a word or an option, or see the services: {', '.join(services())}"
