"""Git itself on a repository's clone address: clone, fetch and push by dulwich, without a network.

>>> porcelain.clone(repository["cloneUrlHttp"], "here")        # with any other address dulwich goes its own way
https://docs.aws.amazon.com/codecommit/latest/userguide/how-to-connect.html

A push is made with the notebook's own credentials and sets off triggers and events as on AWS.
"""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any, Final
from urllib.parse import ParseResult

import boto3
import dulwich.client
from dulwich.client import LocalGitClient
from dulwich.errors import NotGitRepository

from course.lab.caller import Session
from course.lab.codecommit.pushes import happened
from course.lab.codecommit.store import Repository, kept
from course.lab.place import Place
from course.lab.wire import is_open

_HOST: Final = re.compile(r"git-codecommit\.([a-z0-9-]+)\.amazonaws\.com")
_Http: Final = dulwich.client.HttpGitClient


class _CodeCommit(LocalGitClient):
    """Git's side of the repositories of one Region."""

    def __init__(self, region: str) -> None:
        super().__init__()
        found: Any = boto3.Session().get_credentials()
        sts: Any = boto3.client("sts")
        self._session = Session(
            Place(sts.get_caller_identity()["Account"], region), found.access_key, found.secret_key, found.token or ""
        )

    def get_url(self, path: str) -> str:
        """The address, as `porcelain.push` says it."""
        return f"https://git-codecommit.{self._session.place.region}.amazonaws.com{path}"

    def _repository(self, path: str | bytes) -> Repository:
        name = (path.decode() if isinstance(path, bytes) else path).rstrip("/").rsplit("/v1/repos/", 1)[-1]
        known = kept(self._session.place).repositories
        if name not in known:
            raise NotGitRepository(f"repository {name} does not exist in {self._session.place.region}")
        return known[name]

    def _open_repo(self, path: str | bytes) -> nullcontext[Any]:  # type: ignore[override]
        return nullcontext(self._repository(path).git)

    def send_pack(self, path: str | bytes, *given: Any, **more: Any) -> Any:
        """Push; what moved is told to triggers and rules."""
        one = self._repository(path)
        before = one.branches()
        said = super().send_pack(path, *given, **more)
        after = one.branches()
        for branch in sorted({*before, *after}):
            old, new = before.get(branch, ""), after.get(branch, "")
            if old != new:
                kind = "referenceDeleted" if not new else "referenceUpdated" if old else "referenceCreated"
                happened(one, self._session, kind, branch, new or old, old if new else "")
        return said


class _Door(_Http):  # type: ignore[misc, valid-type]
    """Dulwich's HTTP client, but for the addresses of CodeCommit while the lab is open."""

    @classmethod
    def from_parsedurl(cls, parsedurl: ParseResult, **given: Any) -> Any:
        """The client that speaks with the host of an address."""
        found = _HOST.fullmatch(parsedurl.hostname or "")
        if found and is_open():
            return _CodeCommit(found[1])
        return _Http.from_parsedurl(parsedurl, **given)


dulwich.client.HttpGitClient = _Door
