"""Which requests share a copy: the cache key, made of the path and of what the cache policy adds.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-the-cache-key.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

from course.lab.apigateway.exchange import Headers

Config = Mapping[str, Any]
Pairs = tuple[tuple[str, str], ...]
_ENCODING: Final = "accept-encoding"


class Key(NamedTuple):
    """A cache key. The host is no part: each distribution has copies of its own, whatever alias it was called by."""

    path: str
    query: str
    headers: Pairs
    cookies: Pairs
    options: bool
    """Whether it is the answer to OPTIONS, which is kept apart."""


def key_of(method: str, path: str, query: str, headers: Headers, keyed: Config) -> Key:
    """The cache key of a request under the parameters of a cache policy."""
    return Key(
        path,
        kept_query(query, keyed["QueryStringsConfig"]),
        tuple(sorted(keyed_headers(headers, keyed).items())),
        tuple(sorted(kept_cookies(headers, keyed["CookiesConfig"]).items())),
        method == "OPTIONS",
    )


def keyed_headers(headers: Headers, keyed: Config) -> dict[str, str]:
    """The headers that count, and the encodings that the viewer can read if copies are kept compressed."""
    config = keyed["HeadersConfig"]
    wanted = items(config, "Headers") if config["HeaderBehavior"] == "whitelist" else []
    found = {name.lower(): headers[name] for name in wanted if name in headers}
    encodings = normal_encodings(headers.get("Accept-Encoding", ""), keyed)
    return found | ({_ENCODING: encodings} if encodings else {})


def normal_encodings(accepted: str, keyed: Config) -> str:
    """Accept-Encoding in few variants: what browsers write differently means the same to CloudFront."""
    says = {part.partition(";")[0].strip().lower() for part in accepted.split(",")}
    able = [("br", "EnableAcceptEncodingBrotli"), ("gzip", "EnableAcceptEncodingGzip")]
    return ",".join(word for word, setting in able if word in says and keyed.get(setting))


def kept_query(query: str, config: Config) -> str:
    """The parameters that a policy lets through, in the order in which they were sent."""
    keep = chooser(config["QueryStringBehavior"], items(config, "QueryStrings"))
    return "&".join(part for part in query.split("&") if part and keep(unquote_plus(part.partition("=")[0])))


def kept_cookies(headers: Headers, config: Config) -> dict[str, str]:
    """The cookies that a policy lets through."""
    keep = chooser(config["CookieBehavior"], items(config, "Cookies"))
    return {name: value for name, value in cookies_of(headers).items() if keep(name)}


def cookies_of(headers: Headers) -> dict[str, str]:
    """The viewer's cookies."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("Cookie", "")).items()}
    except CookieError:
        return {}


def chooser(behaviour: str, names: list[str]) -> Callable[[str], bool]:
    """The four ways in which policies choose by name."""
    if behaviour == "whitelist":
        return lambda name: name in names
    if behaviour == "allExcept":
        return lambda name: name not in names
    return lambda name: behaviour == "all"


def items(config: Config, noun: str) -> list[str]:
    """The names in one of CloudFront's lists."""
    return list((config.get(noun) or {}).get("Items") or [])
