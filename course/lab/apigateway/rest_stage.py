"""A stage of a REST API: its canary, and the changes that are made to it by patches.

Patches: https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
"""

from __future__ import annotations

from typing import Any, Final

from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.models import Stage

from course.lab.apigateway.stage_settings import DEFAULTS

# https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html
_CACHE_SIZES: Final = ("0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237")
_LONGEST_TTL: Final = 3600
_LEVELS: Final = ("OFF", "ERROR", "INFO")
_COPIES: Final = {
    "/canarySettings/deploymentId": "/deploymentId",
    "/canarySettings/stageVariableOverrides": "/variables",
}


class LabStage(Stage):
    """A stage with a canary, whose settings are checked."""

    api: Any

    def to_json(self) -> dict[str, Any]:
        told = super().to_json()
        if canary := self.__dict__.get("lab_canary"):
            told["canarySettings"] = canary
        return told

    def apply_operations(self, patch_operations: list[dict[str, Any]]) -> Stage:
        for patch in patch_operations:
            self._check(patch)
        for patch in patch_operations:
            path = patch.get("path", "")
            if patch["op"] == "copy":
                self._copy(patch)
            elif path.startswith("/canarySettings"):
                self._change_canary(patch)
            elif patch["op"] == "remove" and path.count("/") == 2 and not path.startswith(("/variables", "/access")):
                self.method_settings.pop(path.lstrip("/"), None)
            else:
                super().apply_operations([patch])
        return self

    def _get_default_method_settings(self) -> dict[str, Any]:
        # A method's own settings begin with those of the stage.
        return {**DEFAULTS, **self.method_settings.get("*/*", {})}

    def _check(self, patch: dict[str, Any]) -> None:
        path, value = patch.get("path", ""), str(patch.get("value", ""))
        if path in ("/deploymentId", "/canarySettings/deploymentId") and patch["op"] == "replace":
            if value not in self.api.deployments:
                raise BadRequestException("Deployment id does not exist")
        elif path.endswith("/caching/ttlInSeconds") and not (value.isdigit() and int(value) <= _LONGEST_TTL):
            raise BadRequestException(f"Cache TTL must be between 0 and {_LONGEST_TTL} seconds")
        elif path == "/cacheClusterSize":
            check_cache_size(value)
        elif path.endswith("/logging/loglevel") and value not in _LEVELS:
            raise BadRequestException(f"Invalid logging level {value}. Must be one of: {', '.join(_LEVELS)}")

    def _change_canary(self, patch: dict[str, Any]) -> None:
        if patch["op"] == "remove" and patch["path"] == "/canarySettings":
            self.__dict__.pop("lab_canary", None)
            return
        canary = self.__dict__.setdefault(
            "lab_canary", {"deploymentId": self.deployment_id, "percentTraffic": 0.0, "useStageCache": False}
        )
        name = patch["path"].removeprefix("/canarySettings/")
        if name.startswith("stageVariableOverrides/"):
            overrides = canary.setdefault("stageVariableOverrides", {})
            key = name.partition("/")[2]
            if patch["op"] == "remove":
                overrides.pop(key, None)
            else:
                overrides[key] = patch["value"]
        elif patch["op"] == "remove":
            canary.pop(name, None)
        elif name == "percentTraffic":
            percent = float(patch["value"])
            if not 0 <= percent <= 100:
                raise BadRequestException("Percent traffic must be between 0.0 and 100.0")
            canary[name] = percent
        else:
            canary[name] = str(patch["value"]).lower() == "true" if name == "useStageCache" else patch["value"]

    def _copy(self, patch: dict[str, Any]) -> None:
        """Promotion: the canary's deployment or variables become the stage's."""
        source, target = patch.get("from", ""), patch.get("path", "")
        if _COPIES.get(source) != target:
            raise BadRequestException(
                f"Invalid copy operation with path: {target} and from {source}. Valid copy:path are "
                "[/deploymentId, /variables] and valid copy:from are "
                "[/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]"
            )
        canary = self.__dict__.get("lab_canary")
        if canary is None:
            raise BadRequestException("Promotion not available. Canary does not exist.")
        if target == "/deploymentId":
            self.deployment_id = canary["deploymentId"]
        else:
            self.variables.update(canary.get("stageVariableOverrides") or {})


def check_cache_size(size: str | None) -> None:
    """Refuse a cache of a size that is not sold."""
    if size and size not in _CACHE_SIZES:
        raise BadRequestException(f"Invalid cache cluster size {size}. Must be one of: {', '.join(_CACHE_SIZES)}")


def adopt(api: Any, stage: Any) -> LabStage:
    """Make a stage of moto one of the lab's."""
    stage.__class__ = LabStage
    stage.api = api
    adopted: LabStage = stage
    return adopted
