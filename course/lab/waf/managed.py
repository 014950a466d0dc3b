"""A small part of three of AWS's managed rule groups, by the names and in the order of AWS's list.

https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-use-case.html
AWS keeps the expressions behind them to itself; here those of patterns.py stand for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from course.lab.apigateway.exchange import Sent
from course.lab.waf import patterns
from course.lab.waf.components import TRANSFORMATIONS, texts

Test = Callable[[Sent], bool]


@dataclass(frozen=True)
class ManagedRule:
    """A rule of a managed group; all of these block."""

    name: str
    test: Test


@dataclass(frozen=True)
class Group:
    """A managed rule group and its capacity."""

    name: str
    capacity: int
    description: str
    label: str
    rules: tuple[ManagedRule, ...]


_DECODE: Final = TRANSFORMATIONS["URL_DECODE"]
_PARTS: Final[dict[str, dict[str, Any]]] = {
    "QUERYARGUMENTS": {"AllQueryArguments": {}},
    "BODY": {"Body": {"OversizeHandling": "CONTINUE"}},
    "URIPATH": {"UriPath": {}},
    "COOKIE": {"Cookies": {"MatchPattern": {"All": {}}, "MatchScope": "VALUE"}},
    "HEADER": {"Headers": {"MatchPattern": {"All": {}}, "MatchScope": "VALUE"}},
}


def _in(part: str, test: Callable[[str], bool], most: int = 16 * 1024) -> Test:
    return lambda sent: any(test(_DECODE(text)) for text in texts(_PARTS[part], sent, most))


def _for_parts(prefix: str, test: Callable[[str], bool], *parts: str) -> tuple[ManagedRule, ...]:
    return tuple(ManagedRule(f"{prefix}_{part}", _in(part, test)) for part in parts)


def _no_agent(sent: Sent) -> bool:
    return not sent.headers.get("User-Agent")


def _bad_agent(sent: Sent) -> bool:
    return any(word in sent.headers.get("User-Agent", "").lower() for word in ("nessus", "nmap", "sqlmap", "nikto"))


COMMON: Final = Group(
    "AWSManagedRulesCommonRuleSet",
    700,
    "Generally applicable to web applications.",
    "core-rule-set",
    (
        ManagedRule("NoUserAgent_HEADER", _no_agent),
        ManagedRule("UserAgent_BadBots_HEADER", _bad_agent),
        ManagedRule("SizeRestrictions_QUERYSTRING", lambda sent: len(sent.query) > 2048),
        ManagedRule("SizeRestrictions_Cookie_HEADER", lambda sent: len(sent.headers.get("Cookie", "")) > 10_240),
        ManagedRule("SizeRestrictions_BODY", lambda sent: len(sent.body) > 8_192),
        ManagedRule("SizeRestrictions_URIPATH", lambda sent: len(sent.path) > 1_024),
        *_for_parts("EC2MetaDataSSRF", patterns.has_metadata, "BODY", "COOKIE", "URIPATH", "QUERYARGUMENTS"),
        *_for_parts("GenericLFI", patterns.has_local_file, "QUERYARGUMENTS", "URIPATH", "BODY"),
        *_for_parts("RestrictedExtensions", patterns.has_extension, "URIPATH", "QUERYARGUMENTS"),
        *_for_parts("GenericRFI", patterns.has_remote_file, "QUERYARGUMENTS", "BODY", "URIPATH"),
        *_for_parts("CrossSiteScripting", patterns.has_script, "COOKIE", "QUERYARGUMENTS", "BODY", "URIPATH"),
    ),
)
_SQL: Final = Group(
    "AWSManagedRulesSQLiRuleSet",
    200,
    "Against SQL injection.",
    "sql-database",
    (
        ManagedRule("SQLi_QUERYARGUMENTS", _in("QUERYARGUMENTS", patterns.has_sql)),
        ManagedRule("SQLi_BODY", _in("BODY", patterns.has_sql)),
        ManagedRule("SQLi_COOKIE", _in("COOKIE", patterns.has_sql)),
    ),
)
_BAD_INPUTS: Final = Group(
    "AWSManagedRulesKnownBadInputsRuleSet",
    200,
    "Request patterns that are known to be invalid.",
    "known-bad-inputs",
    (
        ManagedRule("Host_localhost_HEADER", lambda sent: sent.headers.get("Host", "").startswith("localhost")),
        ManagedRule("PROPFIND_METHOD", lambda sent: sent.method == "PROPFIND"),
        *_for_parts("Log4JRCE", patterns.has_lookup, "QUERYARGUMENTS", "BODY", "URIPATH", "HEADER"),
    ),
)
GROUPS: Final[dict[str, Group]] = {one.name: one for one in (COMMON, _SQL, _BAD_INPUTS)}
