"""Headers that a response headers policy adds or takes away, on the way to the viewer.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from course.lab.apigateway.exchange import Answer
from course.lab.cloudfront.cache_key import items
from course.lab.cloudfront.visit import Visit

Config = Mapping[str, Any]


def add(visit: Visit, answer: Answer) -> Answer:
    """The answer with the headers that the behaviour's policy wants."""
    policy = visit.behaviour.response_headers
    if not policy:
        return answer
    headers = answer.headers.copy()
    for one in (policy.get("RemoveHeadersConfig") or {}).get("Items") or []:
        headers.discard(one["Header"])
    for name, value, wins in _wanted(policy, visit.sent.headers.get("Origin")):
        if wins or name not in headers:
            headers[name] = value
    return Answer(answer.status, headers, answer.content)


def _wanted(policy: Config, origin: str | None) -> Iterator[tuple[str, str, bool]]:
    for one in (policy.get("CustomHeadersConfig") or {}).get("Items") or []:
        yield one["Header"], one["Value"], bool(one["Override"])
    yield from _security(policy.get("SecurityHeadersConfig") or {})
    cors = policy.get("CorsConfig")
    if cors and origin is not None:
        yield from _cors(cors, origin)


def _security(config: Config) -> Iterator[tuple[str, str, bool]]:
    if one := config.get("StrictTransportSecurity"):
        more = ("; includeSubDomains" if one.get("IncludeSubdomains") else "") + (
            "; preload" if one.get("Preload") else ""
        )
        yield "Strict-Transport-Security", f"max-age={one['AccessControlMaxAgeSec']}{more}", bool(one["Override"])
    if one := config.get("ContentTypeOptions"):
        yield "X-Content-Type-Options", "nosniff", bool(one["Override"])
    if one := config.get("FrameOptions"):
        yield "X-Frame-Options", one["FrameOption"], bool(one["Override"])
    if one := config.get("ReferrerPolicy"):
        yield "Referrer-Policy", one["ReferrerPolicy"], bool(one["Override"])
    if one := config.get("ContentSecurityPolicy"):
        yield "Content-Security-Policy", one["ContentSecurityPolicy"], bool(one["Override"])
    if one := config.get("XSSProtection"):
        value = ("1; mode=block" if one.get("ModeBlock") else "1") if one["Protection"] else "0"
        yield "X-XSS-Protection", value, bool(one["Override"])


def _cors(config: Config, origin: str) -> Iterator[tuple[str, str, bool]]:
    allowed, wins = items(config, "AccessControlAllowOrigins"), bool(config["OriginOverride"])
    if "*" not in allowed and origin not in allowed:
        return
    yield "Access-Control-Allow-Origin", "*" if "*" in allowed else origin, wins
    if config.get("AccessControlAllowCredentials"):
        yield "Access-Control-Allow-Credentials", "true", wins
    exposed = items(config, "AccessControlExposeHeaders")
    if exposed:
        yield "Access-Control-Expose-Headers", ", ".join(exposed), wins
