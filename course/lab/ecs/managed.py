"""Managed scaling: a capacity provider sizes its Auto Scaling group so that tasks find room.

CapacityProviderReservation is 100 times the instances that are needed, divided by those that run; ECS steers it to
targetCapacity. Here the number is taken once a minute: the group grows after one minute with too few instances, and
shrinks after fifteen with too many.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html
https://aws.amazon.com/blogs/containers/deep-dive-on-amazon-ecs-cluster-auto-scaling/
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.ecs import capacity, instances, launch, resources, scheduler
from course.lab.place import Place, everywhere

_MINUTE: Final = 60.0
_BEFORE_SHRINKING: Final = 15


@dataclass(frozen=True)
class Need:
    """What a provider has and needs: instances that run, that are in use, and that waiting tasks ask for."""

    running: int
    used: int
    wanted: int

    @property
    def reservation(self) -> float:
        """CapacityProviderReservation, in percent.

        >>> Need(running=4, used=4, wanted=2).reservation
        150.0
        """
        needed = self.used + self.wanted
        if not self.running:
            return 200.0 if needed else 100.0
        return 100.0 * needed / self.running

    def size(self, target: int) -> int:
        """How many instances bring the reservation to its target."""
        return math.ceil((self.used + self.wanted) * 100 / target)


def need_of(place: Place, cluster: str, provider: str) -> Need:
    """What a provider of a cluster has and needs now."""
    own = [host for host in launch.hosts_of(place, cluster)
           if capacity.provider_of(place, cluster, host.instance_id) == provider and host.connected]  # fmt: skip
    # A daemon runs on every instance and keeps none of them.
    daemons = {f"service:{one.name}" for one in place.backend("ecs").services.values()
               if one.scheduling_strategy == "DAEMON"}  # fmt: skip
    used = [host for host in own if any(group not in daemons for group in host.groups)]
    waiting = _waiting(place, cluster, provider)
    return Need(len(own), len(used), _pack(place, provider, waiting, [host for host in own if host not in used]))


def _waiting(place: Place, cluster: str, provider: str) -> list[resources.Needs]:
    """What tasks that found no room need."""
    found = []
    for service in place.backend("ecs").services.values():
        if service.cluster_name != cluster or not scheduler.is_ours(service):
            continue
        live = scheduler.tasks_of(place, service)
        missing = max(0, int(service.desired_count) - len(live))
        there = Counter(one.capacity_provider_name for one in live)
        strategy = service.capacity_provider_strategy
        names = capacity.split(missing, strategy, there) if strategy else []
        needs = resources.needs_of(launch.definition_of(place, service.task_definition)) if names else None
        found += [needs for name in names if name == provider and needs]
    return found


def _pack(place: Place, provider: str, waiting: list[resources.Needs], idle: list[Any]) -> int:
    """How many fresh instances of the group's type the waiting tasks fill; idle ones are as good."""
    size = _size(place, provider)
    boxes: list[resources.Room] = []
    for needs in sorted(waiting, key=lambda one: -one.memory):
        fits = next((box for box in boxes if not box.lacks(needs)), None)
        if fits is None:
            fits = resources.Room(
                size["cpu"], size["memory"], {(port, "tcp") for port in size["ports"]}, size["interfaces"]
            )
            if fits.lacks(needs):
                continue  # no instance of this type can ever run it
            boxes.append(fits)
        fits.cpu, fits.memory = fits.cpu - needs.cpu, fits.memory - needs.memory
        fits.taken |= set(needs.fixed)
        fits.interfaces -= int(needs.interface)
    return len(boxes)


@dataclass(frozen=True)
class _Type:
    instance_type: str


def _size(place: Place, provider: str) -> dict[str, Any]:
    group = _group(place, provider)
    template = getattr(group, "ec2_launch_template", None) or getattr(group, "launch_template", None)
    if template is not None:
        kind = str(template.latest_version().data.get("InstanceType", "t3.medium"))
    else:
        kind = str(getattr(getattr(group, "launch_config", None), "instance_type", "t3.medium"))
    return resources.measure(_Type(kind))


def _group(place: Place, provider: str) -> Any:
    kept = place.backend("ecs").capacity_providers.get(provider)
    return place.backend("autoscaling").autoscaling_groups.get(capacity.group_of(kept))


class _Providers:
    """What the agenda asks: once a minute, for providers whose groups are not as they should be."""

    def next_due(self) -> float | None:
        due = [_look(place, cluster, provider).get("due") for place, cluster, provider in _managed()]
        return min((at for at in due if at is not None), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for place, cluster, provider in _managed():
            held = _look(place, cluster, provider)
            if held.get("due") is not None and held["due"] <= now:
                held["due"] = None
                if told := _steer(place, cluster, provider, held):
                    made.append(note(f"capacity provider {provider}", cluster, told))
        return made


def _look(place: Place, cluster: str, provider: str) -> dict[str, Any]:
    """Whether the group has another size than it should, and since when."""
    kept = place.kept("ecs", "lab_managed", dict[str, dict[str, Any]]).setdefault(f"{cluster}/{provider}", {})
    settings = place.backend("ecs").capacity_providers[provider].auto_scaling_group_provider["managedScaling"]
    group, need = _group(place, provider), need_of(place, cluster, provider)
    wanted = min(max(need.size(int(settings["targetCapacity"])), int(group.min_size)), int(group.max_size))
    minutes = 1 if wanted > group.desired_capacity else _BEFORE_SHRINKING
    if wanted == group.desired_capacity:
        kept["due"], kept["wanted"] = None, None
    elif kept.get("due") is None or (kept.get("wanted") or 0) != wanted:
        shrinking = kept.get("due") if kept.get("wanted") and minutes > 1 else None
        kept["due"] = shrinking or clock.now().timestamp() + minutes * _MINUTE
    kept["wanted"] = None if wanted == group.desired_capacity else wanted
    return kept


def _steer(place: Place, cluster: str, provider: str, held: dict[str, Any]) -> str:
    group, wanted = _group(place, provider), held.get("wanted")
    settings = place.backend("ecs").capacity_providers[provider].auto_scaling_group_provider
    if wanted is None:
        return ""
    before = int(group.desired_capacity)
    least, most = (
        int(settings["managedScaling"]["minimumScalingStepSize"]),
        int(settings["managedScaling"]["maximumScalingStepSize"]),
    )
    if wanted > before:
        wanted = min(before + max(least, min(most, wanted - before)), int(group.max_size))
    else:
        wanted = max(before - most, wanted)
    if settings.get("managedTerminationProtection") == "ENABLED":
        _protect_the_busy(place, cluster, group)
    group.set_desired_capacity(wanted)
    instances.join_all(place)
    return f"{group.name} {before} -> {wanted}"


def _protect_the_busy(place: Place, cluster: str, group: Any) -> None:
    """Instances that run tasks may not be taken away when the group shrinks."""
    busy = {host.instance_id for host in launch.hosts_of(place, cluster) if host.tasks}
    for one in group.instance_states:
        one.protected_from_scale_in = one.instance.id in busy


def _managed() -> list[tuple[Place, str, str]]:
    found = []
    for kept in everywhere("ecs"):
        place = Place(kept.account_id, kept.region_name)
        for cluster in kept.clusters.values():
            for name in cluster.capacity_providers or ():
                provider = kept.capacity_providers.get(name)
                scaled = provider is not None and (provider.auto_scaling_group_provider or {}).get("managedScaling", {})
                if scaled and scaled.get("status") == "ENABLED" and _group(place, name) is not None:
                    found.append((place, cluster.name, name))
    return found


add_source(_Providers())
