"""Domains, repositories and package versions.

https://docs.aws.amazon.com/codeartifact/latest/ug/codeartifact-concepts.html
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Any

from course.lab.clock import clock
from course.lab.place import Place, everywhere

Name = tuple[str, str, str]
"""Format, namespace and name of a package."""


@dataclass
class Version:
    """One version of a package as a repository holds it; `assets` maps names to content hashes of the domain."""

    number: str
    revision: str
    assets: dict[str, str]
    origin: str = "INTERNAL"
    status: str = "Published"
    published: dt.datetime = field(default_factory=clock.now)


@dataclass
class Repository:
    """A repository of a domain."""

    name: str
    description: str = ""
    upstreams: list[str] = field(default_factory=list)
    connection: str = ""
    policy: str = ""
    packages: dict[Name, dict[str, Version]] = field(default_factory=dict)
    created: dt.datetime = field(default_factory=clock.now)


@dataclass
class Domain:
    """A domain with its repositories. All assets lie here once, by the hash of their content."""

    name: str
    place: Place
    key: str
    repositories: dict[str, Repository] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    policy: str = ""
    tokens: dict[str, tuple[dt.datetime, str]] = field(default_factory=dict)
    """When each token ends, and whose account asked for it."""
    created: dt.datetime = field(default_factory=clock.now)

    def keep(self, content: bytes) -> str:
        """Keep an asset's content; equal content is kept once."""
        found = hashlib.sha256(content).hexdigest()
        self.contents[found] = content
        return found

    def size(self) -> int:
        """The bytes that are billed: those of contents that some version still has, each once."""
        used = {one for repository in self.repositories.values() for versions in repository.packages.values()
                for version in versions.values() for one in version.assets.values()}  # fmt: skip
        return sum(len(self.contents[one]) for one in used)

    def arn(self, kind: str = "domain", rest: str = "") -> str:
        return f"arn:aws:codeartifact:{self.place.region}:{self.place.account}:{kind}/{self.name}{rest}"


def domains(place: Place) -> dict[str, Domain]:
    """The domains of an account in a Region."""
    # Moto knows no CodeArtifact; what the lab keeps goes with moto's record of CodeBuild when the account is emptied.
    return place.kept("codebuild", "lab_codeartifact", dict[str, Domain])


def find_domain(name: str, account: str, region: str) -> Domain | None:
    """A domain by what stands in the name of its host."""
    for backend in everywhere("codebuild"):
        known: dict[str, Domain] = backend.__dict__.get("lab_codeartifact", {})
        found = known.get(name)
        if found is not None and (found.place.account, found.place.region) == (account, region):
            return found
    return None


def hashes(content: bytes) -> dict[str, Any]:
    """What an asset's description says about its content."""
    kinds = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}
    return {kind: hashlib.new(code, content).hexdigest() for kind, code in kinds.items()}
