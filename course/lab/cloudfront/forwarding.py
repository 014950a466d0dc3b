"""What an edge location sends to the origin: no more than the cache key and the origin request policy name.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/controlling-origin-requests.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from course.lab.apigateway.exchange import Headers
from course.lab.cloudfront import signed
from course.lab.cloudfront.cache_key import (
    chooser,
    items,
    kept_cookies,
    kept_query,
    keyed_headers,
)
from course.lab.cloudfront.visit import Visit

Config = Mapping[str, Any]
_BODY: Final = ("Content-Type", "Content-Length", "Content-Encoding")
# Headers that belong to a connection, or that CloudFront writes itself.
_NEVER: Final = ("connection", "upgrade", "via", "x-amz-cf-id", "x-forwarded-for", "cookie", "accept-encoding")


@dataclass
class OriginRequest:
    """A request as it goes to an origin."""

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    domain: str = ""
    """Another origin's name, if a function at the edge says so."""


def request_for(visit: Visit) -> OriginRequest:
    """What goes to the origin for a viewer's request."""
    sent, keyed, more = visit.sent, visit.behaviour.keyed, visit.behaviour.origin_request
    query = signed.without_signature(sent.query) if signed.is_asked(visit.behaviour.config) else sent.query
    headers = _headers(visit, keyed, more)
    cookies = kept_cookies(sent.headers, keyed["CookiesConfig"])
    if more:
        cookies |= kept_cookies(sent.headers, more["CookiesConfig"])
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return OriginRequest(sent.method, sent.path, _query(query, keyed, more), headers, sent.body)


def _headers(visit: Visit, keyed: Config, more: Config) -> Headers:
    sent = visit.sent
    found = Headers({"User-Agent": "Amazon CloudFront"})
    for name, value in keyed_headers(visit.headers(), keyed).items():
        found[_as_written(name)] = value
    for name in _named(visit, more):
        told = visit.header(name)
        if told is not None and name.lower() not in _NEVER:
            found[name] = told
    for name in _BODY:
        if sent.body and name in sent.headers:
            found[name] = sent.headers[name]
    before = sent.headers.get("X-Forwarded-For")
    found["X-Forwarded-For"] = f"{before}, {sent.source_ip}" if before else sent.source_ip
    found["X-Amz-Cf-Id"] = visit.id
    found["Via"] = f"2.0 {visit.record.id.lower()}.cloudfront.net (CloudFront)"
    return found


def _named(visit: Visit, more: Config) -> list[str]:
    """The headers that the origin request policy lets through."""
    if not more:
        return []
    config = more["HeadersConfig"]
    mode, named = config["HeaderBehavior"], items(config, "Headers")
    if mode == "whitelist":
        return named
    everything = list(visit.sent.headers)
    if mode == "allExcept":
        keep = chooser("allExcept", [name.lower() for name in named])
        return [name for name in everything if keep(name.lower())]
    if mode == "allViewer":
        return everything
    return [*everything, *named] if mode == "allViewerAndWhitelistCloudFront" else []


def _query(query: str, keyed: Config, more: Config) -> str:
    if not more:
        return kept_query(query, keyed["QueryStringsConfig"])
    both = {*kept_query(query, keyed["QueryStringsConfig"]).split("&"),
            *kept_query(query, more["QueryStringsConfig"]).split("&")}  # fmt: skip
    return "&".join(part for part in query.split("&") if part in both)


def _as_written(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-")) if name.islower() else name
