"""Cross-origin requests of an HTTP API: the service answers pre-flight requests and adds the headers itself.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from course.lab.apigateway.exchange import Answer, Headers, Sent


def preflight(settings: dict[str, Any] | None, sent: Sent) -> Answer | None:
    """The answer to a pre-flight request, also where no route has OPTIONS."""
    if not settings or sent.method != "OPTIONS" or not sent.headers.get("Origin"):
        return None
    if "Access-Control-Request-Method" not in sent.headers:
        return None
    headers = Headers()
    if origin := _origin(settings, sent):
        headers["Access-Control-Allow-Origin"] = origin
        for name, key in (("Methods", "allowMethods"), ("Headers", "allowHeaders")):
            if settings.get(key):
                headers[f"Access-Control-Allow-{name}"] = ",".join(settings[key])
        if settings.get("maxAge") is not None:
            headers["Access-Control-Max-Age"] = str(settings["maxAge"])
        _credentials(settings, headers)
    return Answer(204, headers, b"")


def add(settings: dict[str, Any] | None, sent: Sent, given: Answer) -> Answer:
    """The answer with the headers of the configuration; those of the backend are ignored then."""
    if not settings:
        return given
    headers = Headers()
    for name, value in given.headers.iteritems():
        if not name.lower().startswith("access-control-"):
            headers.add(name, value)
    if origin := _origin(settings, sent):
        headers["Access-Control-Allow-Origin"] = origin
        if settings.get("exposeHeaders"):
            headers["Access-Control-Expose-Headers"] = ",".join(settings["exposeHeaders"])
        _credentials(settings, headers)
    return Answer(given.status, headers, given.content)


def _origin(settings: dict[str, Any], sent: Sent) -> str:
    """What the browser may be told: its own origin, if it is among the allowed ones."""
    origin = sent.headers.get("Origin", "")
    allowed = settings.get("allowOrigins") or []
    if not origin:
        return ""
    if "*" in allowed:
        return "*"
    return origin if any(fnmatchcase(origin, one) for one in allowed) else ""


def _credentials(settings: dict[str, Any], headers: Headers) -> None:
    if settings.get("allowCredentials"):
        headers["Access-Control-Allow-Credentials"] = "true"
