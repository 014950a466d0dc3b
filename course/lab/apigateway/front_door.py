"""Which API, stage and kind of API does a URL mean?

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains.html
"""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any, Final

from moto.core.models import DEFAULT_ACCOUNT_ID

from course.lab import pace
from course.lab.apigateway import outside
from course.lab.apigateway.exchange import Answer, Headers, Sent, reason
from course.lab.apigateway.place import Place

_HOST = re.compile(r"(?P<api>[a-z0-9-]+)\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com")
_MODELS: Final = frozenset(("moto.apigateway.models", "moto.apigatewayv2.models"))
# Other services that answer over plain HTTP, asked in this order; each says None to a host that is not its own.
_DOORS: Final = (
    "course.lab.s3.door",
    "course.lab.lambda_url_door",
    "course.lab.cognito.door",
    "course.lab.appsync.door",
    "course.lab.codeartifact.index_door",
    "course.lab.elb_door",
    "course.lab.cloudfront.door",
)


def answer(sent: Sent) -> Answer:
    """The answer of whoever has the address; to HEAD it has no body."""
    with pace.one_call():
        given = _answer(sent)
    return Answer(given.status, given.headers, b"") if sent.method == "HEAD" else given


def _answer(sent: Sent) -> Answer:
    place = find(sent)
    if place is None:
        if _HOST.fullmatch(sent.host.lower()):
            # AWS says the same to an unknown id as to an unknown stage: it does not tell who is there.
            return said_plainly(403, "Forbidden", "ForbiddenException")
        for door in _DOORS:
            given: Answer | None = importlib.import_module(door).answer(sent)
            if given is not None:
                return given
        return outside.answer(sent)
    if place.kind == "REST":
        from course.lab.apigateway import rest_invoke

        return rest_invoke.answer(place, sent)
    if place.kind == "HTTP":
        from course.lab.apigateway import http_api_invoke

        return http_api_invoke.answer(place, sent)
    from course.lab.apigateway import websocket_connections

    return websocket_connections.answer_callback(place, sent)


def find(sent: Sent) -> Place | None:
    """The API behind a host name, and the path that is left for it; None if the host is not API Gateway's."""
    if _MODELS.isdisjoint(sys.modules):
        return None  # nobody has made an API yet, and moto's part for them takes a second to load
    from moto.apigateway.models import apigateway_backends
    from moto.apigatewayv2.models import apigatewayv2_backends

    host = sent.host.lower()
    found = _HOST.fullmatch(host)
    if found is None:
        return _by_own_domain(host, sent.path)
    if found["region"] not in apigateway_backends[DEFAULT_ACCOUNT_ID]:
        return None
    for account in list(apigateway_backends):
        rest = apigateway_backends[account][found["region"]].apis.get(found["api"])
        if rest is not None:
            return _rest(rest, account, found["region"], sent.path)
    for account in list(apigatewayv2_backends):
        api = apigatewayv2_backends[account][found["region"]].apis.get(found["api"])
        if api is not None:
            return _of_version_2(api, account, found["region"], sent.path)
    return None


def _rest(api: Any, account: str, region: str, path: str) -> Place:
    stage, _, rest = path.lstrip("/").partition("/")
    return Place("REST", api, account, region, stage, f"/{rest}", f"/{stage}")


def _of_version_2(api: Any, account: str, region: str, path: str) -> Place:
    stage, _, rest = path.lstrip("/").partition("/")
    if api.protocol_type == "HTTP" and stage not in api.stages:
        return Place("HTTP", api, account, region, "$default", path, "")
    return Place(api.protocol_type, api, account, region, stage, f"/{rest}", f"/{stage}")


def _by_own_domain(host: str, path: str) -> Place | None:
    """A custom domain name: its base path mappings say which API and stage is meant; the longest one wins."""
    from moto.apigateway.models import apigateway_backends

    first, _, rest = path.lstrip("/").partition("/")
    for account in list(apigateway_backends):
        for region, backend in apigateway_backends[account].items():
            mappings: Any = backend.base_path_mappings.get(host, {})
            for base, left in ((first, f"/{rest}"), ("(none)", path)):
                mapping = mappings.get(base)
                api = backend.apis.get(mapping.rest_api_id) if mapping else None
                if mapping is None or api is None:
                    continue
                mapped = "" if base == "(none)" else f"/{base}"
                if mapping.stage:
                    return Place("REST", api, account, region, mapping.stage, left, mapped)
                stage, _, below = left.lstrip("/").partition("/")
                return Place("REST", api, account, region, stage, f"/{below}", f"{mapped}/{stage}")
    return _by_own_domain_v2(host, path)


def _by_own_domain_v2(host: str, path: str) -> Place | None:
    from moto.apigatewayv2.models import apigatewayv2_backends

    for account in list(apigatewayv2_backends):
        for region, backend in apigatewayv2_backends[account].items():
            mappings = sorted(
                (one for one in backend.api_mappings.values() if one.domain_name == host),
                key=lambda one: -len(one.api_mapping_key or ""),
            )
            for mapping in mappings:
                base = f"/{mapping.api_mapping_key}" if mapping.api_mapping_key else ""
                api: Any = backend.apis.get(mapping.api_id)
                if api is not None and (path == base or path.startswith(f"{base}/")):
                    return Place(api.protocol_type, api, account, region, mapping.stage, path[len(base) :] or "/", base)
    return None


def said_plainly(status: int, message: str, kind: str) -> Answer:
    """An answer of the service itself, before any API is known."""
    content = f'{{"message":"{message or reason(status)}"}}'.encode()
    headers = Headers({"Content-Type": "application/json", "x-amzn-ErrorType": kind})
    headers["Content-Length"] = str(len(content))
    return Answer(status, headers, content)
