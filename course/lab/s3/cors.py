"""CORS: which pages of other origins may read a bucket's answers.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.s3.hosts import Target
from course.lab.s3.objects import bucket_named


def preflight(sent: Sent, target: Target) -> Answer:
    """The browser asks first."""
    origin, method = sent.headers.get("Origin", ""), sent.headers.get("Access-Control-Request-Method", "")
    wanted = [
        one.strip().lower() for one in sent.headers.get("Access-Control-Request-Headers", "").split(",") if one.strip()
    ]
    rule = _rule(target, origin, method, wanted)
    if rule is None:
        words = "CORSResponse: This CORS request is not allowed."
        body = f"<Error><Code>AccessForbidden</Code><Message>{words}</Message></Error>"
        return Answer(403, Headers({"Content-Type": "application/xml"}), body.encode())
    headers = _allowed(rule, origin)
    if wanted:
        headers["Access-Control-Allow-Headers"] = ", ".join(wanted)
    if rule.max_age_seconds:
        headers["Access-Control-Max-Age"] = str(rule.max_age_seconds)
    return Answer(200, headers, b"")


def allow(sent: Sent, target: Target, given: Answer) -> Answer:
    """Tell the browser that the page may see this answer."""
    origin = sent.headers.get("Origin", "")
    rule = _rule(target, origin, sent.method, []) if origin else None
    if rule is None:
        return given
    headers = given.headers.copy()
    for name, value in _allowed(rule, origin).items():
        headers[name] = value  # moto may have said something too
    return Answer(given.status, headers, given.content)


def _allowed(rule: Any, origin: str) -> Headers:
    everybody = "*" in _list(rule.allowed_origins)
    headers = Headers({"Access-Control-Allow-Origin": "*" if everybody else origin})
    headers["Access-Control-Allow-Methods"] = ", ".join(_list(rule.allowed_methods))
    if rule.exposed_headers:
        headers["Access-Control-Expose-Headers"] = ", ".join(_list(rule.exposed_headers))
    headers["Vary"] = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
    return headers


def _rule(target: Target, origin: str, method: str, headers: list[str]) -> Any:
    """The first rule that fits."""
    found = bucket_named(target.bucket)
    for rule in found[0].cors if found else []:
        if (
            any(fnmatchcase(origin, one) for one in _list(rule.allowed_origins))
            and method in _list(rule.allowed_methods)
            and all(
                any(fnmatchcase(one, allowed.lower()) for allowed in _list(rule.allowed_headers)) for one in headers
            )
        ):
            return rule
    return None


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
