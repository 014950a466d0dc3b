"""Methods, integrations and their responses of a REST API, changed by patches: what moto cannot do.

Which paths there are: https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from moto.apigateway.exceptions import BadRequestException, NotFoundException

from course.lab.apigateway import rest_checks
from course.lab.lambda_answers import Refused

_SHORTEST_MS: Final = 50
_LONGEST_MS: Final = 29_000


def _milliseconds(value: str) -> int:
    if not value.isdigit() or not _SHORTEST_MS <= int(value) <= _LONGEST_MS:
        raise Refused("BadRequestException", f"Timeout should be between {_SHORTEST_MS} ms and {_LONGEST_MS} ms")
    return int(value)


def _truth(value: str) -> bool:
    return value.lower() == "true"


@dataclass(frozen=True)
class Patchable:
    """What patches may change: the attribute of moto's object behind each path, and how its value is read."""

    values: Mapping[str, tuple[str, Callable[[str], Any]]] = field(default_factory=dict)
    maps: Mapping[str, tuple[str, Callable[[str], Any]]] = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)

    def apply(self, thing: Any, patches: list[dict[str, Any]]) -> None:
        """Carry out every patch, in order."""
        for patch in patches:
            self._apply(thing, patch["op"], str(patch.get("path", "")), str(patch.get("value") or ""))

    def _apply(self, thing: Any, op: str, path: str, value: str) -> None:
        name, _, rest = path.lstrip("/").partition("/")
        key = rest.replace("~1", "/").replace("~0", "~")
        if op not in ("add", "replace", "remove"):
            raise Refused("BadRequestException", f"Invalid patch operation '{op}' specified.")
        if name in self.values and not rest:
            attribute, read = self.values[name]
            setattr(thing, attribute, None if op == "remove" else read(value))
        elif name in self.maps and rest:
            attribute, read = self.maps[name]
            entries = {k: v for k, v in (getattr(thing, attribute) or {}).items() if k != key}
            setattr(thing, attribute, entries if op == "remove" else {**entries, key: read(value)})
        elif name in self.lists:
            attribute, one = self.lists[name], key or value
            others = [other for other in (getattr(thing, attribute) or []) if other != one]
            setattr(thing, attribute, others if op == "remove" else [*others, one])
        else:
            known = ", ".join(f"/{one}" for one in (*self.values, *self.maps, *self.lists))
            raise Refused(
                "BadRequestException",
                f"Invalid patch path  '{path}' specified for op '{op}'. Must be one of: [{known}]",
            )


METHOD: Final = Patchable(
    values={
        "authorizationType": ("authorization_type", str),
        "authorizerId": ("authorizer_id", str),
        "apiKeyRequired": ("api_key_required", _truth),
        "operationName": ("operation_name", str),
        "requestValidatorId": ("request_validator_id", str),
    },
    maps={"requestParameters": ("request_parameters", _truth), "requestModels": ("request_models", str)},
    lists={"authorizationScopes": "authorization_scopes"},
)
METHOD_RESPONSE: Final = Patchable(
    maps={"responseParameters": ("response_parameters", _truth), "responseModels": ("response_models", str)}
)
INTEGRATION: Final = Patchable(
    values={
        "uri": ("uri", str),
        "httpMethod": ("http_method", str),
        "credentials": ("credentials", str),
        "timeoutInMillis": ("timeout_in_millis", _milliseconds),
        "passthroughBehavior": ("passthrough_behaviour", str),
        "contentHandling": ("content_handling", str),
        "cacheNamespace": ("cache_namespace", str),
        "connectionType": ("connection_type", str),
    },
    maps={"requestTemplates": ("request_templates", str), "requestParameters": ("request_parameters", str)},
    lists={"cacheKeyParameters": "cache_key_parameters"},
)
INTEGRATION_RESPONSE: Final = Patchable(
    values={"selectionPattern": ("selection_pattern", str), "contentHandling": ("content_handling", str)},
    maps={"responseTemplates": ("response_templates", str), "responseParameters": ("response_parameters", str)},
)


def update_method(backend: Any, told: dict[str, Any]) -> dict[str, Any]:
    """UpdateMethod."""
    method = _method(backend, told)
    METHOD.apply(method, told["patchOperations"])
    return _said(method)


def update_method_response(backend: Any, told: dict[str, Any]) -> dict[str, Any]:
    """UpdateMethodResponse."""
    found = _method(backend, told).method_responses.get(told["statusCode"])
    if found is None:
        raise Refused("NotFoundException", "Invalid Response status code specified", 404)
    METHOD_RESPONSE.apply(found, told["patchOperations"])
    return _said(found)


def update_integration(backend: Any, told: dict[str, Any]) -> dict[str, Any]:
    """UpdateIntegration."""
    method = _method(backend, told)
    integration = _integration(method)
    INTEGRATION.apply(integration, told["patchOperations"])
    with _refusing():
        rest_checks.request_mappings(method, integration.request_parameters)
        rest_checks.cache_keys(method, integration.cache_key_parameters)
    return _said(integration)


def update_integration_response(backend: Any, told: dict[str, Any]) -> dict[str, Any]:
    """UpdateIntegrationResponse."""
    method = _method(backend, told)
    found = (_integration(method).integration_responses or {}).get(told["statusCode"])
    if found is None:
        raise Refused("NotFoundException", "Invalid Response status code specified", 404)
    INTEGRATION_RESPONSE.apply(found, told["patchOperations"])
    with _refusing():
        rest_checks.response_mappings(method, told["statusCode"], found.response_parameters)
    return _said(found)


@contextmanager
def _refusing() -> Iterator[None]:
    """What moto's classes refuse, refused in the lab's way."""
    try:
        yield
    except (BadRequestException, NotFoundException) as wrong:
        raise Refused("BadRequestException", str(wrong.message)) from None


def _method(backend: Any, told: dict[str, Any]) -> Any:
    api = backend.apis.get(told["restApiId"])
    resource = api.resources.get(told["resourceId"]) if api else None
    method = resource.resource_methods.get(told["httpMethod"]) if resource else None
    if method is None:
        what = "API" if api is None else "Resource" if resource is None else "Method"
        raise Refused("NotFoundException", f"Invalid {what} identifier specified", 404)
    return method


def _integration(method: Any) -> Any:
    if method.method_integration is None:
        raise Refused("NotFoundException", "Invalid Integration identifier specified", 404)
    return method.method_integration


def _said(thing: Any) -> dict[str, Any]:
    return {name: value for name, value in thing.to_json().items() if value is not None}
