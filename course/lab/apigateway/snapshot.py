"""A deployment: a picture of the API as it was when somebody deployed it. Later changes do nothing until redeployed.

https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Route:
    """A resource with its methods."""

    path: str  # with its parameters, such as /pets/{petId}
    resource_id: str
    methods: dict[str, Any]  # HTTP method or ANY -> moto's Method

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The parts of the path."""
        return tuple(part for part in self.path.split("/") if part)


@dataclass(frozen=True)
class Snapshot:
    """Everything of a REST API that a deployment holds."""

    routes: tuple[Route, ...]
    authorizers: dict[str, Any]
    validators: dict[str, Any]
    models: dict[str, Any]
    gateway_responses: dict[str, Any]
    policy: str
    binary_media_types: tuple[str, ...]
    api_key_source: str


def take(api: Any) -> Snapshot:
    """A picture of the API now."""
    routes = tuple(
        Route(resource.get_path(), resource.id, copy.deepcopy(resource.resource_methods))
        for resource in api.resources.values()
    )
    return Snapshot(
        routes,
        copy.deepcopy(api.authorizers),
        copy.deepcopy(api.request_validators),
        copy.deepcopy(api.models),
        copy.deepcopy(api.gateway_responses),
        api.policy or "",
        tuple(api.binaryMediaTypes or ()),
        api.api_key_source,
    )


def of_deployment(api: Any, deployment_id: str) -> Snapshot | None:
    """The picture that belongs to a deployment; None if there is no such deployment."""
    deployment = api.deployments.get(deployment_id)
    if deployment is None:
        return None
    # A stack can deploy before this part of the lab is loaded; its picture is taken at the first request.
    snapshot: Snapshot = deployment.__dict__.get("lab_snapshot") or take(api)
    deployment.__dict__["lab_snapshot"] = snapshot
    return snapshot
