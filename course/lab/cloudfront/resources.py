"""Small resources of CloudFront that are made, read, changed by their ETags and deleted when nothing uses them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from course.lab.clock import clock
from course.lab.cloudfront.records import distributions, token
from course.lab.place import Place
from course.lab.service import Call, Refusal

Config = Mapping[str, Any]


@dataclass
class Kept:
    """A resource."""

    config: Config
    id: str = field(default_factory=token)
    etag: str = field(default_factory=token)
    changed: dt.datetime = field(default_factory=lambda: clock.now())


def distributions_with(account: str, one: Kept, uses: Callable[[Config], set[str]]) -> list[str]:
    """The distributions that name a resource."""
    return [found.id for found in distributions(account) if one.id in uses(found.config)]


@dataclass(frozen=True)
class Kind:
    """A kind of resource: its names in the API, what is refused, and what uses it."""

    noun: str
    config: str
    word: str
    """How errors name it."""
    check: Callable[[Call, Config], None]
    in_use: Callable[[str, Kept], list[str]]

    def held(self, account: str) -> dict[str, Kept]:
        """The account's resources of this kind, by their ids."""
        return Place(account, "aws").kept("cloudfront", f"lab_{self.noun}", dict[str, Kept])

    def create(self, call: Call) -> Config:
        """Make one; the same caller reference does not make another."""
        given = call.given[self.config]
        self.check(call, given)
        mine = self.held(call.place.account)
        if any(one.config["CallerReference"] == given["CallerReference"] for one in mine.values()):
            raise Refusal(f"{self.word}AlreadyExists", "The caller reference is taken.", 409)
        made = mine.setdefault((new := Kept(given)).id, new)
        return {self.noun: self._shown(made), "ETag": made.etag, "Location": made.id}

    def get(self, call: Call) -> Config:
        """Read one."""
        one = self._named(call)
        return {self.noun: self._shown(one), "ETag": one.etag}

    def get_config(self, call: Call) -> Config:
        """Read its configuration."""
        one = self._named(call)
        return {self.config: one.config, "ETag": one.etag}

    def update(self, call: Call) -> Config:
        """Put another configuration in the place of the one with this ETag."""
        one = self._at_its_etag(call)
        self.check(call, call.given[self.config])
        one.config, one.etag, one.changed = call.given[self.config], token(), clock.now()
        return {self.noun: self._shown(one), "ETag": one.etag}

    def delete(self, call: Call) -> None:
        """Delete one that nothing uses."""
        one = self._at_its_etag(call)
        users = self.in_use(call.place.account, one)
        if users:
            raise Refusal(f"{self.word}InUse", f"It is used by {', '.join(users)}.", 409)
        del self.held(call.place.account)[one.id]

    def _shown(self, one: Kept) -> Config:
        return {"Id": one.id, "LastModifiedTime": one.changed, self.config: one.config}

    def _named(self, call: Call) -> Kept:
        found = self.held(call.place.account).get(str(call.given["Id"]))
        if found is None:
            raise Refusal(f"NoSuch{self.word}", f"{call.given['Id']} does not exist.", 404)
        return found

    def _at_its_etag(self, call: Call) -> Kept:
        found = self._named(call)
        if not call.given.get("IfMatch"):
            raise Refusal("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
        if call.given["IfMatch"] != found.etag:
            raise Refusal("PreconditionFailed", "The If-Match version is not the current one.", 412)
        return found
