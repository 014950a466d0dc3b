"""GraphQL APIs: how they are authorised, and the address that each one has.

https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from moto.appsync.models import appsync_backends

from course.lab.appsync.store import Api, find, of
from course.lab.service import Call, Refusal

# Each way of authorisation and the settings that it cannot do without.
MODES: Final[dict[str, str]] = {
    "API_KEY": "",
    "AWS_IAM": "",
    "AMAZON_COGNITO_USER_POOLS": "userPoolConfig",
    "OPENID_CONNECT": "openIDConnectConfig",
    "AWS_LAMBDA": "lambdaAuthorizerConfig",
}
_KEPT: Final = ("introspectionConfig", "queryDepthLimit", "resolverCountLimit")
_BY_MOTO: Final = {
    "name": "name",
    "authenticationType": "authentication_type",
    "logConfig": "log_config",
    "userPoolConfig": "user_pool_config",
    "openIDConnectConfig": "open_id_connect_config",
    "additionalAuthenticationProviders": "additional_authentication_providers",
    "lambdaAuthorizerConfig": "lambda_authorizer_config",
    "xrayEnabled": "xray_enabled",
}


def create(call: Call) -> dict[str, Any]:
    """CreateGraphqlApi."""
    _check(call.given)
    wanted = {name: call.given.get(given) for given, name in _BY_MOTO.items()} | {
        "xray_enabled": bool(call.given.get("xrayEnabled")),
        "tags": dict(call.given.get("tags") or {}),
        "visibility": call.given.get("visibility"),
    }
    api = of(call.place, _backend(call).create_graphql_api(**wanted))
    api.state.settings = {name: call.given[name] for name in _KEPT if name in call.given}
    return {"graphqlApi": shown(api)}


def get(call: Call) -> dict[str, Any]:
    """GetGraphqlApi."""
    return {"graphqlApi": shown(find(call))}


def update(call: Call) -> dict[str, Any]:
    """UpdateGraphqlApi: what is not given goes back to its default, but for moto's own settings that stay."""
    api = find(call)
    _check(call.given)
    _backend(call).update_graphql_api(
        api_id=api.id, **{name: call.given.get(given) for given, name in _BY_MOTO.items()}
    )
    api.state.settings = {name: call.given[name] for name in _KEPT if name in call.given}
    return {"graphqlApi": shown(api)}


def listed(call: Call) -> dict[str, Any]:
    """ListGraphqlApis."""
    return {"graphqlApis": [shown(of(call.place, one)) for one in _backend(call).list_graphql_apis()]}


def modes(api: Api) -> list[dict[str, Any]]:
    """The API's ways of authorisation with their settings, the default first."""
    record = api.record
    first = {
        "authenticationType": record.authentication_type,
        "userPoolConfig": record.user_pool_config or {},
        "openIDConnectConfig": record.open_id_connect_config or {},
        "lambdaAuthorizerConfig": record.lambda_authorizer_config or {},
    }
    return [first, *(record.additional_authentication_providers or [])]


def shown(api: Api) -> dict[str, Any]:
    """An API as boto3 shows it."""
    record, name, region = api.record, api.state.host, api.place.region
    host, live = (f"{name}.appsync{kind}-api.{region}.amazonaws.com" for kind in ("", "-realtime"))
    found = {
        **{given: getattr(record, name) for given, name in _BY_MOTO.items()},
        "apiId": api.id,
        "arn": record.arn,
        "uris": {"GRAPHQL": api.address, "REALTIME": f"wss://{live}/graphql"},
        "dns": {"GRAPHQL": host, "REALTIME": live},
        "visibility": record.visibility,
        "apiType": "GRAPHQL",
        "tags": record.backend.list_tags_for_resource(record.arn),
        **api.state.settings,
    }
    return {name: value for name, value in found.items() if value is not None}


def _backend(call: Call) -> Any:
    return appsync_backends[call.place.account][call.place.region]


def _check(given: Mapping[str, Any]) -> None:
    """Each way must exist, have its settings, and be there once."""
    seen: list[str] = []
    for one in _ways(given):
        mode = one.get("authenticationType", "")
        if mode not in MODES:
            raise Refusal("BadRequestException", f"Invalid authentication type {mode}: one of {', '.join(MODES)}.")
        if MODES[mode] and not one.get(MODES[mode]):
            raise Refusal("BadRequestException", f"{MODES[mode]} is required with authentication type {mode}.")
        if mode in seen and mode in ("API_KEY", "AWS_IAM", "AWS_LAMBDA"):
            raise Refusal("BadRequestException", f"Authentication type {mode} can be given only once.")
        seen.append(mode)


def _ways(given: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield given
    yield from given.get("additionalAuthenticationProviders") or ()
