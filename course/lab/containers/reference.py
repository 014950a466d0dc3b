"""Names of images: `registry/repository:tag` or `registry/repository@sha256:...`.

https://docs.docker.com/reference/cli/docker/image/tag/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

HUB: Final = "docker.io"
PUBLIC: Final = "public.ecr.aws"
_ECR: Final = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com")
_PATH: Final = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_TAG: Final = re.compile(r"[\w][\w.-]{0,127}")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


class BadReference(ValueError):
    """No name of an image."""


@dataclass(frozen=True)
class Reference:
    """The name of an image, taken apart."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def is_ecr(self) -> bool:
        """Whether a private registry of Amazon ECR holds it."""
        return _ECR.fullmatch(self.registry) is not None

    @property
    def account(self) -> str:
        """The account of a private registry."""
        found = _ECR.fullmatch(self.registry)
        return found.group(1) if found else ""

    @property
    def region(self) -> str:
        """The Region of a private registry."""
        found = _ECR.fullmatch(self.registry)
        return found.group(2) if found else ""

    @property
    def local(self) -> str:
        """The name under which Docker keeps it on this machine."""
        short = (
            self.repository.removeprefix("library/") if self.registry == HUB else f"{self.registry}/{self.repository}"
        )
        return f"{short}@{self.digest}" if self.digest else f"{short}:{self.tag}"

    def with_tag(self, tag: str) -> Reference:
        """The same repository with another tag."""
        return replace(self, tag=tag, digest="")

    def __str__(self) -> str:
        end = f"@{self.digest}" if self.digest else f":{self.tag}"
        return f"{self.registry}/{self.repository}{end}"


def read(name: str) -> Reference:
    """Take a name apart: without a registry Docker Hub is meant, without a tag `latest`. Raises BadReference.

    >>> read("nginx").repository
    'library/nginx'
    """
    bare, at, digest = str(name).partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise BadReference("invalid reference format")
    first, slash, rest = bare.partition("/")
    has_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
    registry, path = (first, rest) if has_registry else (HUB, bare)
    path, colon, tag = path.partition(":")
    if (colon and not _TAG.fullmatch(tag)) or not _PATH.fullmatch(path):
        if path != path.lower():
            raise BadReference(f"invalid reference format: repository name ({path}) must be lowercase")
        raise BadReference("invalid reference format")
    if registry == HUB and "/" not in path:
        path = f"library/{path}"
    return Reference(registry, path, tag if tag or at else "latest", digest)
