"""A canary: part of a stage's requests goes to another deployment, with stage variables of its own.

https://docs.aws.amazon.com/apigateway/latest/developerguide/canary-release.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.moto_api._internal import mock_random


@dataclass(frozen=True)
class Chosen:
    """The deployment that one request goes to."""

    deployment_id: str
    variables: dict[str, str]
    is_canary: bool = False


def choose(stage: Any) -> Chosen:
    """Draw between the stage and its canary, from the lab's seeded random numbers: every run draws the same."""
    variables = dict(stage.variables or {})
    settings: dict[str, Any] | None = stage.__dict__.get("lab_canary")
    if settings and mock_random.random() * 100 < float(settings.get("percentTraffic") or 0):
        overrides = settings.get("stageVariableOverrides") or {}
        return Chosen(str(settings["deploymentId"]), {**variables, **overrides}, True)
    return Chosen(str(stage.deployment_id), variables)
