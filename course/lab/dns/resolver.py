"""`lab.resolve` and `lab.resolver`: names are looked up as a resolver does it, with the names they lead to and a cache.

>>> lab.resolve("www.lumen.example", country="DE")
www.lumen.example.  60  A  192.0.2.10
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from course.lab import wire
from course.lab.clock import clock
from course.lab.dns import authority
from course.lab.dns.askers import Asker, asker
from course.lab.dns.names import absolute

_LONGEST_CHAIN: Final = 10


@dataclass(frozen=True)
class Line:
    """One line of an answer: a name, how many seconds it may be kept, its type, one value."""

    name: str
    ttl: int
    type: str
    value: str

    def __str__(self) -> str:
        return f"{self.name}  {self.ttl}  {self.type}  {self.value}"


@dataclass(frozen=True)
class Answer:
    """What a name resolves to.

    `values` are the values of the type that was asked for, `ttl` the seconds until the first part of the answer runs
    out, `lines` the whole answer with the names on the way, `steps` how it was found, `code` NOERROR, NXDOMAIN,
    SERVFAIL or TIMEOUT, `cached` whether nobody had to be asked.
    """

    name: str
    type: str
    code: str
    lines: tuple[Line, ...] = ()
    steps: tuple[str, ...] = ()
    cached: bool = False
    target: str = ""
    """Where the name leads in the end: the last name of a chain, or what its alias points to."""

    @property
    def values(self) -> list[str]:
        return [line.value for line in self.lines if line.type == self.type]

    @property
    def value(self) -> str:
        """The first value, as most clients take it; empty if there is none."""
        return next(iter(self.values), "")

    @property
    def ttl(self) -> int:
        return min((line.ttl for line in self.lines), default=0)

    def __repr__(self) -> str:
        told = [str(line) for line in self.lines]
        if not self.values:
            told.append(f"{self.name}  {self.type}  {self.code if self.code != 'NOERROR' else 'no such record'}")
        return "\n".join(told)


@dataclass
class _Kept:
    """An answer to one question in a cache."""

    said: authority.Said
    until: float


@dataclass
class Resolver:
    """A resolver with a cache, as every internet provider has one for all its customers.

    `asked` counts the questions that it had to put to name servers; these are the ones that are billed.
    """

    asker: Asker
    asked: int = 0
    _cache: dict[tuple[str, str], _Kept] = field(default_factory=dict)

    def resolve(self, name: str, type: str = "A") -> Answer:
        """Look a name up, in the cache first."""
        return look_up(name, type, self.asker, self)

    def __call__(self, name: str, type: str = "A") -> Answer:
        return self.resolve(name, type)

    @property
    def ip(self) -> str:
        """Its address, as Route 53 sees it."""
        return self.asker.ip

    def forget(self) -> None:
        """Empty the cache."""
        self._cache.clear()

    def remembered(self, name: str, kind: str) -> authority.Said | None:
        """What the cache holds, with the seconds that are left of it."""
        for wanted in (kind, "CNAME"):
            kept = self._cache.get((name, wanted))
            if kept is not None and kept.until > clock.now().timestamp():
                return replace(kept.said, ttl=round(kept.until - clock.now().timestamp()), steps=["from the cache"])
        return None

    def remember(self, name: str, kind: str, said: authority.Said) -> None:
        """Keep an answer for its time, a 'no' for the time that the zone's SOA record gives."""
        self.asked += 1
        if said.ttl > 0:
            self._cache[name, said.kind or kind] = _Kept(said, clock.now().timestamp() + said.ttl)

    def __repr__(self) -> str:
        where = self.asker.vpc or self.asker.country or self.asker.ip
        return f"<resolver at {where}: {len(self._cache)} answers kept, {self.asked} questions asked>"


def resolve(
    name: str,
    type: str = "A",
    *,
    country: str = "",
    state: str = "",
    region: str = "",
    ip: str = "",
    vpc: str = "",
    latency: Mapping[str, float] | None = None,
) -> Answer:
    """Look a name up without any cache, as somebody who asks from there.

    `country` is an ISO code ("DE"), `state` a state of the United States, `region` an AWS Region that the asker is near
    to, `ip` the client's address, `vpc` the VPC that a program runs in, `latency` milliseconds to Regions in place of
    the lab's model.
    """
    here = asker(country=country, state=state, region=region, ip=ip, vpc=vpc, latency=latency)
    return look_up(name, type, here, None)


def resolver(
    *,
    country: str = "",
    state: str = "",
    region: str = "",
    ip: str = "",
    vpc: str = "",
    latency: Mapping[str, float] | None = None,
) -> Resolver:
    """A resolver that stands there and keeps what it is told for the time to live.

    >>> provider = lab.resolver(country="DE")
    >>> provider.resolve("www.lumen.example").cached
    False
    """
    return Resolver(asker(country=country, state=state, region=region, ip=ip, vpc=vpc, latency=latency))


def look_up(name: str, kind: str, here: Asker, cache: Resolver | None) -> Answer:
    """Follow a name to its values."""
    if not wire.is_open():
        raise RuntimeError("The lab is not running, so no name resolves. Run lab.start() first.")
    first = now = absolute(name)
    kind = kind.upper()
    lines: list[Line] = []
    steps: list[str] = []
    asked = False
    for _ in range(_LONGEST_CHAIN):
        said = cache.remembered(now, kind) if cache else None
        if said is None:
            said, asked = authority.ask(now, kind, here), True
            if cache:
                cache.remember(now, kind, said)
        steps += said.steps
        lines += [Line(now, said.ttl, said.kind, value) for value in said.values]
        if said.kind != "CNAME" or kind == "CNAME" or not said.values:
            return Answer(first, kind, said.code, tuple(lines), tuple(steps), not asked, said.target or now)
        now = absolute(said.values[0])
    return Answer(first, kind, "SERVFAIL", tuple(lines), (*steps, "the names lead round in a circle"), not asked)
