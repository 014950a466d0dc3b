"""What a stage of an HTTP or WebSocket API serves: the API as it is now (auto-deploy), or as it was deployed.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.clock import clock


@dataclass(frozen=True)
class Picture:
    """Routes, integrations and authorizers of an API, by their ids."""

    routes: dict[str, Any]
    integrations: dict[str, Any]
    authorizers: dict[str, Any]

    def integration_of(self, route: Any) -> Any | None:
        """The integration that a route leads to."""
        return self.integrations.get(str(route.target or "").removeprefix("integrations/"))


def of_stage(api: Any, stage: Any) -> Picture | None:
    """What the stage serves; None if nothing was deployed to it."""
    if stage.auto_deploy:
        return Picture(api.routes, api.integrations, api.authorizers)
    deployment = deployments(api).get(stage.__dict__.get("lab_deployment", ""))
    picture: Picture | None = deployment["picture"] if deployment else None
    return picture


def deployments(api: Any) -> dict[str, dict[str, Any]]:
    """The API's deployments, oldest first."""
    found: dict[str, dict[str, Any]] = api.__dict__.setdefault("lab_deployments", {})
    return found


def deploy(api: Any, description: str = "") -> str:
    """Take a picture of the API, and give its id."""
    made = mock_random.get_random_hex(6)
    deployments(api)[made] = {
        "DeploymentId": made,
        "Description": description,
        "CreatedDate": clock.now(),
        "DeploymentStatus": "DEPLOYED",
        "picture": Picture(
            copy.deepcopy(api.routes), copy.deepcopy(api.integrations), copy.deepcopy(api.authorizers)
        ),
    }  # fmt: skip
    return made
