"""The cache of a stage: answers to the same question are kept for the time to live.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from course.lab.apigateway import stage_settings
from course.lab.apigateway.exchange import Answer
from course.lab.apigateway.refused import Refused
from course.lab.apigateway.rest_call import Call
from course.lab.apigateway.state import state_of
from course.lab.clock import clock

_LARGEST: Final = 1_048_576
_WARNING: Final = "199 Cache-control headers were ignored because the caller was unauthorized."


@dataclass(frozen=True)
class _Kept:
    answer: Answer
    until: float


def through(call: Call, ask: Callable[[Call], Answer]) -> Answer:
    """The kept answer, or the backend's, which is then kept."""
    settings = _settings(call)
    if settings is None:
        return ask(call)
    kept = _answers(call)
    key, now = _key(call), clock.now().timestamp()
    ignored = False
    if _asks_anew(call):
        ignored = not _may_ask_anew(call, settings)
        if not ignored:
            kept.pop(key, None)
    found: _Kept | None = kept.get(key)
    call.cache_hit = found is not None and found.until > now
    if found is not None and call.cache_hit:
        given = found.answer
    else:
        given = ask(call)
        if given.status < 300 and len(given.content) <= _LARGEST:
            kept[key] = _Kept(given, now + float(settings["cacheTtlInSeconds"]))
    if ignored and settings["unauthorizedCacheControlHeaderStrategy"] == "SUCCEED_WITH_RESPONSE_HEADER":
        headers = given.headers.copy()
        headers["Warning"] = _WARNING
        given = Answer(given.status, headers, given.content)
    return given


def flush(account: str, region: str, api_id: str, stage: str) -> None:
    """Empty the cache of a stage."""
    kept = state_of(account, region).kept_answers
    for key in [key for key in kept if key[0] == api_id and key[1].split("|")[0] == stage]:
        del kept[key]


def _settings(call: Call) -> dict[str, Any] | None:
    """The method's settings, if its answers are kept."""
    if call.stage is None or not call.stage.cache_cluster_enabled:
        return None
    settings, is_own = stage_settings.of_method(
        call.stage, call.here.route.path, call.sent.method, call.here.method_key
    )
    if not settings["cachingEnabled"] or float(settings["cacheTtlInSeconds"]) <= 0:
        return None
    # The stage's switch is about GET only; another method needs one of its own.
    return settings if call.sent.method == "GET" or is_own else None


def _answers(call: Call) -> dict[Any, Any]:
    """Canary requests have a cache of their own, unless the canary uses the stage's."""
    shares = (call.stage.__dict__.get("lab_canary") or {}).get("useStageCache")
    whose = f"{call.place.stage}|canary" if call.is_canary and not shares else f"{call.place.stage}|"
    kept = state_of(call.place.account, call.place.region).kept_answers
    return kept.setdefault((call.place.api_id, whose), {})


def _key(call: Call) -> tuple[str, ...]:
    """Only parameters that are cache keys tell requests apart: without any, all of a method's requests are one."""
    integration = call.here.method.method_integration
    namespace = integration.cache_namespace or call.here.route.resource_id
    return (namespace, call.sent.method, *(f"{one}={_value(call, one)}" for one in integration.cache_key_parameters))


def _value(call: Call, source: str) -> str:
    parts = source.split(".", 3)
    where, name = (parts[2], parts[3]) if len(parts) == 4 else ("", "")
    if where == "querystring":
        return ",".join(call.sent.parameters.get(name, []))
    if where == "header":
        return call.sent.headers.get(name, "")
    return call.path_parameters.get(name, "")


def _asks_anew(call: Call) -> bool:
    return "max-age=0" in call.sent.headers.get("Cache-Control", "").replace(" ", "").lower()


def _may_ask_anew(call: Call, settings: dict[str, Any]) -> bool:
    """Who may invalidate: anybody, or only callers with execute-api:InvalidateCache."""
    if not settings["requireAuthorizationForCacheControl"]:
        return True
    from course.lab.apigateway import signed_access

    if signed_access.may(call, "execute-api:InvalidateCache"):
        return True
    if settings["unauthorizedCacheControlHeaderStrategy"] == "FAIL_WITH_403":
        raise Refused("ACCESS_DENIED", "Unauthorized cache-control header")
    return False
