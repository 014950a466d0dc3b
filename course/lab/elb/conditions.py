"""Listener rules: which of them a request meets first.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Any, Final
from urllib.parse import parse_qsl

from course.lab.apigateway.exchange import Sent


def rule_for(listener: Any, sent: Sent) -> tuple[Any, int]:
    """The rule of the lowest priority that fits, the default rule at last; and how many were looked at."""
    own = [rule for rule in listener.rules.values() if not rule.is_default]
    looked = 0
    for rule in sorted(own, key=lambda one: int(one.priority)):
        looked += 1
        if all(_fits(condition, sent) for condition in rule.conditions):
            return rule, looked
    return next(rule for rule in listener.rules.values() if rule.is_default), looked


def _fits(condition: dict[str, Any], sent: Sent) -> bool:
    """All values of a condition are alternatives."""
    return _KINDS[condition["Field"]](condition, sent)


def _host(condition: dict[str, Any], sent: Sent) -> bool:
    said = sent.headers.get("Host", sent.host).partition(":")[0]
    return _any_like(_values(condition, "HostHeaderConfig"), said.lower(), lower=True) or _any_regex(
        condition, "HostHeaderConfig", said
    )


def _path(condition: dict[str, Any], sent: Sent) -> bool:
    values = _values(condition, "PathPatternConfig")
    return _any_like(values, sent.path) or _any_regex(condition, "PathPatternConfig", sent.path)


def _header(condition: dict[str, Any], sent: Sent) -> bool:
    config = condition["HttpHeaderConfig"]
    given = sent.headers.getlist(config["HttpHeaderName"])
    values = [str(value).lower() for value in config.get("Values") or ()]
    return any(
        _any_like(values, one.lower(), lower=True) or _any_regex(condition, "HttpHeaderConfig", one) for one in given
    )


def _method(condition: dict[str, Any], sent: Sent) -> bool:
    return sent.method in _values(condition, "HttpRequestMethodConfig")


def _query(condition: dict[str, Any], sent: Sent) -> bool:
    """Keys and values are compared without case; a row without a key looks at the values alone."""
    pairs = [(key.lower(), value.lower()) for key, value in parse_qsl(sent.query, keep_blank_values=True)]
    for row in condition["QueryStringConfig"]["Values"]:
        wanted = str(row.get("Value", "")).lower()
        for key, value in pairs:
            if (not row.get("Key") or _like(str(row["Key"]).lower(), key)) and _like(wanted, value):
                return True
    return False


def _source(condition: dict[str, Any], sent: Sent) -> bool:
    """The address that the balancer sees, never one that X-Forwarded-For tells."""
    address = ip_address(sent.source_ip)
    networks = [ip_network(value, strict=False) for value in _values(condition, "SourceIpConfig")]
    return any(address.version == network.version and address in network for network in networks)


_KINDS: Final[dict[str, Callable[[dict[str, Any], Sent], bool]]] = {
    "host-header": _host,
    "path-pattern": _path,
    "http-header": _header,
    "http-request-method": _method,
    "query-string": _query,
    "source-ip": _source,
}


def _values(condition: dict[str, Any], config: str) -> list[str]:
    """The values stand in the config of the kind, or in the older field Values."""
    return [str(one) for one in (condition.get(config) or {}).get("Values") or condition.get("Values") or ()]


def _any_like(patterns: Iterable[str], text: str, *, lower: bool = False) -> bool:
    return any(_like(pattern.lower() if lower else pattern, text) for pattern in patterns)


def _any_regex(condition: dict[str, Any], config: str, text: str) -> bool:
    return any(re.search(one, text) for one in (condition.get(config) or {}).get("RegexValues") or ())


def _like(pattern: str, text: str) -> bool:
    return _expression(pattern).fullmatch(text) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    """`*` stands for any characters, `?` for exactly one, a backslash takes their meaning away."""
    parts = re.findall(r"\\[*?\\]|.", pattern, re.DOTALL)
    made = {"*": ".*", "?": "."}
    return re.compile("".join(made.get(one, re.escape(one[-1])) for one in parts), re.DOTALL)
