"""A repository: moto's record of it, and what the lab keeps beside that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.lab.place import Place
from course.lab.service import Call, Refusal


def repository(call: Call) -> Any:
    """The repository that a call is about, in the registry that it names."""
    return find(Place(str(call.given.get("registryId") or call.place.account), call.place.region),
                str(call.given["repositoryName"]))  # fmt: skip


def find(place: Place, name: str) -> Any:
    """A repository by its name. Raises RepositoryNotFoundException."""
    found = place.backend("ecr").repositories.get(name)
    if found is None:
        raise Refusal(
            "RepositoryNotFoundException",
            f"The repository with name '{name}' does not exist in the registry with id '{place.account}'",
        )
    return found


def contents(repository: Any) -> dict[str, bytes]:
    """The bytes of its layers and configurations, by digest."""
    kept: dict[str, bytes] = repository.__dict__.setdefault("lab_contents", {})
    return kept


def named(repository: Any, wanted: Mapping[str, str]) -> Any | None:
    """The image that has this tag, this digest, or both."""
    tag, digest = wanted.get("imageTag"), wanted.get("imageDigest")
    for one in repository.images:
        if (tag or digest) and (not tag or tag in one.image_tags) and (not digest or digest == one.get_image_digest()):
            return one
    return None
