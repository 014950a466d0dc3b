"""The parts of a request that a statement inspects, and the transformations before it looks.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-fields-list.html
https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-transformation.html
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote_plus

from course.lab.apigateway.exchange import Sent

# How much of a body the web ACL of an API Gateway stage reads unless AssociationConfig says more.
BODY: Final = 16 * 1024


class Oversize(Exception):
    """The component is larger than what WAF reads, and the rule says what to do then."""

    def __init__(self, matches: bool) -> None:
        super().__init__()
        self.matches = matches


def texts(field: Mapping[str, Any], sent: Sent, most: int = BODY) -> list[str]:
    """The texts of the component; for headers, cookies and query arguments there may be several or none."""
    (kind, given), *_ = field.items()
    given = given or {}
    if kind == "UriPath":
        return [sent.path]
    if kind == "QueryString":
        return [sent.query]
    if kind == "Method":
        return [sent.method]
    if kind == "SingleHeader":
        return list(sent.headers.getlist(given["Name"]))
    if kind in ("SingleQueryArgument", "AllQueryArguments"):
        return _arguments(sent, given.get("Name", "").lower())
    if kind == "Headers":
        return _pairs([(n, v) for n, v in sent.headers.items()], given)
    if kind == "Cookies":
        return _pairs(_cookies(sent), given)
    if kind in ("Body", "JsonBody"):
        body = _body(sent, given, most)
        return [body] if kind == "Body" else list(_leaves(body, given.get("MatchScope", "ALL")))
    raise KeyError(kind)


def transformed(text: str, steps: list[Mapping[str, Any]]) -> str:
    """The text after the transformations, in order of their priority."""
    for step in sorted(steps, key=lambda one: one["Priority"]):
        text = TRANSFORMATIONS[step["Type"]](text)
    return text


def _arguments(sent: Sent, name: str) -> list[str]:
    return [part.partition("=")[2] for part in sent.query.split("&")
            if part and (not name or part.partition("=")[0].lower() == name)]  # fmt: skip


def _cookies(sent: Sent) -> list[tuple[str, str]]:
    parts = "; ".join(sent.headers.getlist("Cookie")).split(";")
    return [(name.strip(), value) for name, _, value in (part.partition("=") for part in parts) if name.strip()]


def _pairs(pairs: list[tuple[str, str]], given: Mapping[str, Any]) -> list[str]:
    """Names, values or both of the headers or cookies that the pattern takes in."""
    pattern, scope = given.get("MatchPattern") or {"All": {}}, given.get("MatchScope", "ALL")
    found: list[str] = []
    for name, value in pairs:
        low = name.lower()
        if "IncludedHeaders" in pattern or "IncludedCookies" in pattern:
            wanted = pattern.get("IncludedHeaders") or pattern.get("IncludedCookies") or []
            if low not in [one.lower() for one in wanted]:
                continue
        left_out = pattern.get("ExcludedHeaders") or pattern.get("ExcludedCookies") or []
        if low in [one.lower() for one in left_out]:
            continue
        found += {"KEY": [name], "VALUE": [value]}.get(scope, [name, value])
    return found


def _body(sent: Sent, given: Mapping[str, Any], most: int) -> str:
    if len(sent.body) > most:
        handling = given.get("OversizeHandling", "CONTINUE")
        if handling != "CONTINUE":
            raise Oversize(handling == "MATCH")
    return sent.body[:most].decode("utf-8", "replace")


def _leaves(body: str, scope: str) -> Iterator[str]:
    """Keys and values of a JSON body; a body that is none is looked at as it is."""
    try:
        begun = [json.loads(body)]
    except ValueError:
        yield body
        return
    while begun:
        one = begun.pop()
        if isinstance(one, dict):
            if scope in ("ALL", "KEY"):
                yield from map(str, one)
            begun += one.values()
        elif isinstance(one, list):
            begun += one
        elif scope in ("ALL", "VALUE"):
            yield str(one)


def _base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text


TRANSFORMATIONS: Final[dict[str, Callable[[str], str]]] = {
    "NONE": str,
    "LOWERCASE": str.lower,
    "URL_DECODE": unquote_plus,
    "URL_DECODE_UNI": unquote_plus,
    "HTML_ENTITY_DECODE": html.unescape,
    "COMPRESS_WHITE_SPACE": lambda text: re.sub(r"\s+", " ", text),
    "REMOVE_NULLS": lambda text: text.replace("\0", ""),
    "REPLACE_NULLS": lambda text: text.replace("\0", " "),
    "REPLACE_COMMENTS": lambda text: re.sub(r"/\*.*?(\*/|$)", " ", text, flags=re.S),
    "NORMALIZE_PATH": lambda text: posixpath.normpath(text) if text else text,
    "BASE64_DECODE": _base64,
}
