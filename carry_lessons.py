"""A step of building the package: a wheel carries release/ along, for `course start` without a clone."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CarryLessons(BuildHookInterface):
    """An editable install reads release/ where it lies and carries nothing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"]["release"] = "course/_release"
