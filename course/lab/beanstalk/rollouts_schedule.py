"""The deployment policies as plans: what is done to which instances, one stage after the other.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rolling-version-deploy.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environmentmgmt-updates-immutable.html

A plan knows nothing of time, health or traffic: rollouts_stages.py carries it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

POLICIES: Final = ("AllAtOnce", "Rolling", "RollingWithAdditionalBatch", "Immutable", "TrafficSplitting")
IN_BATCHES: Final = ("Rolling", "RollingWithAdditionalBatch")
"""Policies that divide the fleet, which takes a load balancer in front of it."""
REPLACING: Final = ("Immutable", "TrafficSplitting")
"""Policies that put the new version on new instances only."""


@dataclass(frozen=True)
class Update:
    """Put the version on these instances; `away` takes them off the load balancer meanwhile."""

    members: tuple[str, ...]
    away: bool = True


@dataclass(frozen=True)
class Extra:
    """Launch so many instances with the new version beside the others, in the environment's own group."""

    count: int


@dataclass(frozen=True)
class Beside:
    """Launch so many instances with the new version in a temporary group; they serve once they are healthy."""

    count: int
    serving: bool = True


@dataclass(frozen=True)
class Split:
    """Send a share of the requests to the new instances for a while."""


@dataclass(frozen=True)
class TakeOver:
    """The new instances become the environment's, and these old ones end."""

    old: tuple[str, ...]


@dataclass(frozen=True)
class EndExtra:
    """The additional instances end."""


@dataclass(frozen=True)
class Replace:
    """End these instances and let the group launch others, then wait: so long, or until they are healthy."""

    members: tuple[str, ...]
    pause: float | None = None


Stage = Replace | Update | Extra | Beside | Split | TakeOver | EndExtra


def batch_size(kind: str, size: int, total: int) -> int:
    """How many instances a batch has; never none, never more than there are.

    AWS does not say how it rounds a percentage that leaves a fraction; the lab rounds down.

    >>> batch_size("Percentage", 25, 8)
    2
    """
    wanted = size if kind == "Fixed" else total * size // 100
    return max(1, min(wanted, total)) if total else 0


def batches(members: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """The members in batches of this size; the last one may be smaller."""
    return [tuple(members[start : start + size]) for start in range(0, len(members), max(1, size))]


def stages(policy: str, members: Sequence[str], batch: int) -> Iterator[Stage]:
    """What a deployment by this policy does to a fleet, in order.

    >>> [type(one).__name__ for one in stages("RollingWithAdditionalBatch", ["a", "b"], 1)]
    ['Extra', 'Update', 'Update', 'EndExtra']
    """
    everyone = tuple(members)
    if policy == "Immutable":
        yield Beside(1)
        if len(everyone) > 1:
            yield Beside(len(everyone) - 1)
        yield TakeOver(everyone)
    elif policy == "TrafficSplitting":
        yield Beside(len(everyone), serving=False)
        yield Split()
        yield TakeOver(everyone)
    elif policy in IN_BATCHES:
        if policy == "RollingWithAdditionalBatch":
            yield Extra(batch)
        yield from (Update(one) for one in batches(everyone, batch))
        if policy == "RollingWithAdditionalBatch":
            yield EndExtra()
    else:
        yield Update(everyone, away=False)


def replacements(kind: str, members: Sequence[str], batch: int, pause: float) -> Iterator[Stage]:
    """What a change of settings does that needs new instances; `kind` is the RollingUpdateType, empty for none.

    https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.rollingupdates.html

    >>> list(replacements("Time", ["a", "b"], 1, 300.0))
    [Replace(members=('a',), pause=300.0), Replace(members=('b',), pause=300.0)]
    """
    if kind == "Immutable":
        yield from stages("Immutable", members, batch)
    elif kind in ("Time", "Health"):
        yield from (Replace(one, pause if kind == "Time" else None) for one in batches(members, batch))
    else:
        yield Replace(tuple(members), 0.0)
