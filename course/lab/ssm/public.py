"""Public parameters: what AWS publishes with several fields is JSON text, as for the ECS images; moto keeps a dict.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
"""

from __future__ import annotations

import json

from moto.ssm.models import ParameterDict


class PublicParameters(ParameterDict):
    """Moto's parameters; those that it loads from AWS's own list get their text."""

    def _load_tree_parameters(self, path: str) -> None:
        super()._load_tree_parameters(path)
        _write_as_text(self)


def adopt(kept: ParameterDict) -> None:
    """Make moto's parameters the lab's, with those that were loaded before."""
    if not isinstance(kept, PublicParameters):
        kept.__class__ = PublicParameters
        _write_as_text(kept)


def _write_as_text(kept: ParameterDict) -> None:
    for versions in kept.values():
        for version in versions:
            if not isinstance(version.value, str):
                version.value = json.dumps(version.value, separators=(",", ":"))
