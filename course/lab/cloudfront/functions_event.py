"""The event that a CloudFront Function gets, version 1.0, and what of it comes back.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/functions-event-structure.html
Cookies, query strings and headers are objects by name: `{"value": "a"}`, and `multiValue` where a name comes twice.
"""

from __future__ import annotations

import base64
import fnmatch
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from course.lab.apigateway.exchange import Answer, Headers, Sent, reason
from course.lab.cloudfront.visit import Visit

Config = Mapping[str, Any]
Rows = list[tuple[str, str]]

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-function-restrictions-all.html
_NEVER: Final = (
    "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "trailer",
    "upgrade", "x-accel-*", "x-amz-cf-*", "x-cache", "x-edge-*", "x-forwarded-proto", "x-real-ip",
)  # fmt: skip
_FIXED_IN_REQUEST: Final = ("content-length", "host", "transfer-encoding", "via")
_FIXED_IN_RESPONSE: Final = ("transfer-encoding", "via")


class Invalid(Exception):
    """The function returned what CloudFront cannot use."""


def event_for(visit: Visit, point: str, answer: Answer | None = None) -> dict[str, Any]:
    """The event at a point of the way."""
    event: dict[str, Any] = {
        "version": "1.0",
        "context": {
            "distributionDomainName": visit.record.domain, "distributionId": visit.record.id, "eventType": point,
            "requestId": visit.id,
        },
        "viewer": {"ip": visit.sent.source_ip},
        "request": _request(visit.sent),
    }  # fmt: skip
    if answer is not None:
        event["response"] = _response(answer)
    return event


def is_response(returned: Any) -> bool:
    """Whether a function at the viewer's request made an answer itself."""
    return isinstance(returned, dict) and "statusCode" in returned


def request_from(returned: Any, sent: Sent) -> Sent:
    """The viewer's request as a function changed it."""
    if not isinstance(returned, dict) or "uri" not in returned:
        raise Invalid("The function must return the request, with its uri, or a response with a statusCode.")
    uri = returned["uri"]
    if not isinstance(uri, str) or not uri.startswith("/") or "?" in uri:
        raise Invalid(f"The uri must begin with / and have no query string: {uri!r}. Queries go to querystring.")
    if returned.get("method", sent.method) != sent.method:
        raise Invalid("A function cannot change the method.")
    before = dict(_one_by_name(sent.headers.items()))
    rows = [(name, value) for name, value in _rows(returned.get("headers"), "headers") if name != "cookie"]
    _only_allowed(rows, before | {"host": sent.host}, _FIXED_IN_REQUEST)
    headers = Headers()
    for name, value in rows:
        if name != "host":
            headers.add(_as_sent(name), value)
    cookies = _rows(returned.get("cookies"), "cookies")
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies)
    query = "&".join(
        f"{name}={value}" if value else name for name, value in _rows(returned.get("querystring"), "query")
    )
    return replace(sent, path=uri, query=query, headers=headers)


def answer_from(returned: Any, before: Answer | None = None) -> Answer:
    """The answer that a function made, or changed from another one."""
    if not isinstance(returned, dict) or "statusCode" not in returned:
        raise Invalid("The function must return a response: an object with a statusCode.")
    status = returned["statusCode"]
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
        raise Invalid(f"statusCode must be a number from 200 to 599: {status!r}.")
    rows = _rows(returned.get("headers"), "headers")
    _only_allowed(rows, dict(_one_by_name(before.headers.items())) if before else {}, _FIXED_IN_RESPONSE)
    content = before.content if before else b""
    if "body" in returned:
        content = _body(returned["body"])
    headers = Headers()
    for name, value in rows:
        headers.add(_as_sent(name), value)
    for name, one in (returned.get("cookies") or {}).items():
        for single in one.get("multiValue") or [one]:
            told = f"{name}={single['value']}"
            headers.add("Set-Cookie", told + (f"; {single['attributes']}" if single.get("attributes") else ""))
    headers["Content-Length"] = str(len(content))
    return Answer(status, headers, content)


def _request(sent: Sent) -> dict[str, Any]:
    headers = {"host": {"value": sent.host}, **_object(_one_by_name(sent.headers.items()))}
    cookies = [part.strip().partition("=") for part in sent.headers.get("Cookie", "").split(";") if part.strip()]
    queries = [part.partition("=") for part in sent.query.split("&") if part]
    headers.pop("cookie", None)
    return {
        "method": sent.method,
        "uri": sent.path,
        "querystring": _object((name, value) for name, _, value in queries),
        "headers": headers,
        "cookies": _object((name, value) for name, _, value in cookies),
    }


def _response(answer: Answer) -> dict[str, Any]:
    rows = [(name.lower(), value) for name, value in answer.headers.items()]
    cookies: dict[str, Any] = {}
    for name, value in rows:
        if name == "set-cookie":
            pair, _, attributes = value.partition(";")
            key, _, text = pair.partition("=")
            cookies[key.strip()] = {"value": text, **({"attributes": attributes.strip()} if attributes else {})}
    return {
        "statusCode": answer.status,
        "statusDescription": reason(answer.status),
        "headers": _object((name, value) for name, value in rows if name != "set-cookie"),
        "cookies": cookies,
    }


def _one_by_name(rows: Iterable[tuple[str, str]]) -> Rows:
    return [(name.lower(), value) for name, value in rows]


def _object(rows: Iterable[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in rows:
        if name in found:
            found[name].setdefault("multiValue", [{"value": found[name]["value"]}]).append({"value": value})
        else:
            found[name] = {"value": value}
    return found


def _rows(given: Any, what: str) -> Rows:
    rows: Rows = []
    try:
        for name, one in (given or {}).items():
            if what == "headers" and name != name.lower():
                raise Invalid(f"Names of headers are in small letters in the event: {name!r}.")
            for single in one.get("multiValue") or [one]:
                if not isinstance(single["value"], str):
                    raise Invalid(f"The value of {name!r} in {what} must be a string: {single['value']!r}.")
                rows.append((name, single["value"]))
    except (AttributeError, KeyError, TypeError):
        raise Invalid(f'The {what} have a wrong form: {{"name": {{"value": "text"}}}}.') from None
    return rows


def _only_allowed(rows: Rows, before: Mapping[str, str], fixed: tuple[str, ...]) -> None:
    after = dict(rows)
    for name in after:
        if any(fnmatch.fnmatchcase(name, never) for never in _NEVER) and after[name] != before.get(name):
            raise Invalid(f"A function may not set the header {name}.")
    for name in fixed:
        if name in after and after[name] != before.get(name):
            raise Invalid(f"A function may read the header {name} and not change it.")


def _as_sent(name: str) -> str:
    """Back in HTTP, each word of a header's name begins with a capital."""
    return re.sub(r"(^|-)[a-z]", lambda found: found[0].upper(), name)


def _body(given: Any) -> bytes:
    if isinstance(given, str):
        return given.encode()
    try:
        data, encoding = str(given["data"]), given.get("encoding", "text")
        if encoding not in ("text", "base64"):
            raise Invalid(f"A body's encoding is text or base64: {encoding!r}.")
        return base64.b64decode(data) if encoding == "base64" else data.encode()
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Invalid('A body is {"encoding": "text", "data": "..."}.') from None
