"""Where a task goes: resources, constraints, strategies, and a choice among what is left.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.ecs import query
from course.lab.ecs.resources import Needs, Room

MOST_STRATEGIES: Final = 5
MOST_CONSTRAINTS: Final = 10
DISTINCT: Final = "DistinctInstance placement constraint unsatisfied."
MEMBER: Final = "MemberOf placement constraint unsatisfied."


@dataclass
class Host:
    """A container instance, as placement sees it."""

    arn: str
    instance_id: str
    attributes: Mapping[str, str | None]
    room: Room
    connected: bool = True
    active: bool = True
    groups: list[str] = field(default_factory=list)
    """The group of each task that runs there."""
    tasks: int = 0

    def subject(self) -> query.Subject:
        """What the cluster query language asks about."""
        told = {
            "ec2InstanceId": self.instance_id,
            "agentConnected": str(self.connected).lower(),
            "runningTasksCount": str(self.tasks),
        }
        return query.Subject(self.attributes, told, frozenset(self.groups))

    def field_of(self, name: str) -> str:
        """What a spread groups by: instanceId, host or an attribute."""
        if name in ("instanceId", "host"):
            return self.instance_id
        return str(self.attributes.get(name.removeprefix("attribute:")) or "")


@dataclass(frozen=True)
class Wish:
    """A task that seeks a place."""

    needs: Needs
    group: str
    constraints: Sequence[Mapping[str, Any]] = ()
    strategies: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Misfit:
    """An instance that cannot take a task, and why."""

    host: Host
    reason: str


def place(wish: Wish, hosts: Iterable[Host]) -> tuple[Host | None, list[Misfit]]:
    """The instance for a task; where there is none, why each instance is none."""
    hosts = list(hosts)
    fits, misfits = [], []
    for host in hosts:
        if reason := why_not(wish, host):
            misfits.append(Misfit(host, reason))
        else:
            fits.append(host)
    return (best(wish, fits, hosts) if fits else None), misfits


def why_not(wish: Wish, host: Host) -> str:
    """The reason why an instance cannot take a task; empty if it can."""
    if not host.active:
        return "INACTIVE"
    if not host.connected:
        return "AGENT"
    if lacking := host.room.lacks(wish.needs):
        return lacking
    for constraint in wish.constraints:
        if constraint["type"] == "distinctInstance" and wish.group in host.groups:
            return DISTINCT
        if constraint["type"] == "memberOf" and not query.matches(str(constraint["expression"]), host.subject()):
            return MEMBER
    return ""


def best(wish: Wish, fits: Sequence[Host], hosts: Sequence[Host]) -> Host:
    """The strategies narrow the choice among those that fit down, one after the other.

    Among equals AWS promises nothing; here it is the first, so that the same calls have the same end.
    """
    left = list(fits)
    for strategy in wish.strategies:
        if strategy["type"] == "random":
            return mock_random.choice(left)
        left = _narrowed(strategy, wish, left, hosts)
    return left[0]


def _narrowed(strategy: Mapping[str, Any], wish: Wish, fits: list[Host], hosts: Sequence[Host]) -> list[Host]:
    by = str(strategy.get("field") or "")
    match strategy["type"]:
        case "binpack":
            free = {host.arn: _free(host, by) for host in fits}
            return [host for host in fits if free[host.arn] == min(free.values())]
        case "spread":
            count: dict[str, int] = {}
            for host in hosts:
                # Tasks of its own group count, also on instances that are full by now.
                there = count.get(host.field_of(by), 0)
                count[host.field_of(by)] = there + host.groups.count(wish.group)
            fewest = min(count[host.field_of(by)] for host in fits)
            return [host for host in fits if count[host.field_of(by)] == fewest]
    return fits


def to_remove(strategies: Sequence[Mapping[str, Any]], tasks: Mapping[str, Host | None]) -> str:
    """Which of a service's tasks stops when one has to: the one whose loss keeps the balance of the strategies.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html
    """
    left = list(tasks)
    for strategy in strategies or ({"type": "spread", "field": "attribute:ecs.availability-zone"},):
        where = {name: tasks[name] for name in left}
        by = str(strategy.get("field") or "")
        if strategy["type"] == "spread":
            keys = {name: host.field_of(by) if host else "" for name, host in where.items()}
            count = {key: list(keys.values()).count(key) for key in keys.values()}
            left = [name for name in left if count[keys[name]] == max(count.values())]
        elif strategy["type"] == "binpack":
            # The instance with the most room is the first that may become empty.
            free = {name: _free(host, by) for name, host in where.items()}
            left = [name for name in left if free[name] == max(free.values())]
    return left[-1]


def _free(host: Host | None, by: str) -> int:
    if host is None:
        return 0
    return host.room.cpu if by.lower() == "cpu" else host.room.memory


def fault(constraints: Sequence[Mapping[str, Any]], strategies: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with the placement of a call; empty if nothing is."""
    if len(strategies) > MOST_STRATEGIES:
        return f"Placement strategies cannot have more than {MOST_STRATEGIES} entries."
    if len(constraints) > MOST_CONSTRAINTS:
        return f"Placement constraints cannot have more than {MOST_CONSTRAINTS} entries."
    for strategy in strategies:
        kind, by = strategy.get("type"), str(strategy.get("field") or "")
        if kind not in ("random", "spread", "binpack"):
            return f"Placement strategy type '{kind}' is invalid."
        if kind == "random" and by:
            return "Placement strategy random does not take a field."
        if kind == "binpack" and by.lower() not in ("cpu", "memory"):
            return f"Placement strategy binpack takes the field cpu or memory, not '{by}'."
        if kind == "spread" and by not in ("instanceId", "host") and not by.startswith("attribute:"):
            return f"Placement strategy spread takes instanceId, host or attribute:NAME, not '{by}'."
    for constraint in constraints:
        expression = constraint.get("expression")
        if constraint.get("type") not in ("distinctInstance", "memberOf"):
            return f"Placement constraint type '{constraint.get('type')}' is invalid."
        if constraint["type"] == "distinctInstance" and expression:
            return "Placement constraint distinctInstance does not take an expression."
        if constraint["type"] == "memberOf":
            try:
                query.parse(str(expression or ""))
            except query.WrongQuery as wrong:
                return f"Invalid expression: {wrong}"
    return ""
