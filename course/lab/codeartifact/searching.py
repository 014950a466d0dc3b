"""Finding a version in a repository and in those behind it, and who keeps it then.

A repository asks its upstreams in their listed order. What is found upstream stays for good in the repository that was
asked, and in the one whose connection fetched it from outside; those between pass it on and keep nothing.
https://docs.aws.amazon.com/codeartifact/latest/ug/repo-upstream-behavior.html
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Final

from moto.moto_api._internal import mock_random

from course.lab.codeartifact import public
from course.lab.codeartifact.announcing import announce
from course.lab.codeartifact.store import Domain, Name, Repository, Version

_MOST: Final = 25


def order(domain: Domain, repository: Repository) -> Iterator[Repository]:
    """The repositories in the order in which they are searched, 25 at most."""
    seen: list[str] = []
    waiting = [repository.name]
    while waiting and len(seen) < _MOST:
        name = waiting.pop(0)
        if name in seen or name not in domain.repositories:
            continue
        seen.append(name)
        yield domain.repositories[name]
        waiting = domain.repositories[name].upstreams + waiting


def offered(domain: Domain, repository: Repository, name: Name) -> list[str]:
    """All versions of a package that a client of the repository sees."""
    found: list[str] = []
    for one in order(domain, repository):
        found += [number for number, version in one.packages.get(name, {}).items() if version.status == "Published"]
        if one.connection and public.FORMATS[one.connection] == name[0]:
            found += public.versions(one.connection, name[2])
    return list(dict.fromkeys(found))


def fetch(domain: Domain, repository: Repository, name: Name, number: str) -> Version | None:
    """What a client gets that asks for a version; None if there is none anywhere."""
    for one in order(domain, repository):
        found = one.packages.get(name, {}).get(number)
        if found is None and one.connection and public.FORMATS[one.connection] == name[0]:
            found = _from_outside(domain, one, name, number)
        if found is not None:
            if found.status not in ("Published", "Unlisted"):
                return None
            if one is not repository:
                keep(domain, repository, name, copy.deepcopy(found))
            return found
    return None


def keep(domain: Domain, repository: Repository, name: Name, version: Version) -> None:
    """Keep a version in a repository, and tell so."""
    known = repository.packages.setdefault(name, {})
    kind = "Updated" if version.number in known else "Created"
    known[version.number] = version
    announce(domain, repository, name, version, kind)


def _from_outside(domain: Domain, one: Repository, name: Name, number: str) -> Version | None:
    if number not in public.versions(one.connection, name[2]):
        return None
    assets = {file: domain.keep(body) for file, body in public.assets(one.connection, name[2], number).items()}
    found = Version(number, mock_random.get_random_hex(32), assets, origin="EXTERNAL")
    keep(domain, one, name, found)
    return found
