"""Capacity providers: who runs the tasks, in which proportion.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/clusters.html#capacity-providers
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from course.lab.ecs.records import plain
from course.lab.place import Place
from course.lab.service import Call, Refusal, serve

OWN: Final = ("FARGATE", "FARGATE_SPOT")
_MOST_BASE, _MOST_WEIGHT = 100_000, 1_000
_MOST_PROVIDERS: Final = 20


def split(count: int, strategy: Sequence[Mapping[str, Any]], there: Mapping[str, int] | None = None) -> list[str]:
    """The provider of each of so many new tasks: bases first, then by weight.

    ``there`` is how many tasks each provider runs already.

    >>> Counter(split(10, [{"capacityProvider": "FARGATE", "base": 2, "weight": 1},
    ...                    {"capacityProvider": "FARGATE_SPOT", "weight": 3}]))
    Counter({'FARGATE_SPOT': 6, 'FARGATE': 4})
    """
    running = Counter(there or {})
    chosen = []
    for _ in range(count):
        name = _next(strategy, running)
        running[name] += 1
        chosen.append(name)
    return chosen


def _next(strategy: Sequence[Mapping[str, Any]], running: Counter[str]) -> str:
    for one in strategy:
        if running[one["capacityProvider"]] < int(one.get("base") or 0):
            return str(one["capacityProvider"])

    def share(one: Mapping[str, Any]) -> float:
        """How full the provider would be, in weights, with one task more."""
        beyond = max(0, running[one["capacityProvider"]] - int(one.get("base") or 0))
        return (beyond + 1) / weight_of(one, strategy)

    weighed = [one for one in strategy if weight_of(one, strategy) > 0]
    return str(min(weighed or strategy, key=share if weighed else lambda one: 0)["capacityProvider"])


def weight_of(one: Mapping[str, Any], strategy: Sequence[Mapping[str, Any]]) -> int:
    """The weight of an entry: 0 if it says none, but a strategy of one entry needs none."""
    return int(one.get("weight") or 0) or (1 if len(strategy) == 1 else 0)


def fault(place: Place, cluster: str, strategy: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with a strategy; empty if nothing is."""
    known = place.backend("ecs").clusters[cluster].capacity_providers or []
    if sum(1 for one in strategy if int(one.get("base") or 0)) > 1:
        return "Only one capacity provider in a capacity provider strategy can have a base value defined."
    if len(strategy) > 1 and not any(int(one.get("weight") or 0) for one in strategy):
        return "At least one capacity provider in a strategy must have a weight greater than 0."
    names = [one["capacityProvider"] for one in strategy]
    for one in strategy:
        if not 0 <= int(one.get("base") or 0) <= _MOST_BASE or not 0 <= int(one.get("weight") or 0) <= _MOST_WEIGHT:
            return f"A base lies between 0 and {_MOST_BASE}, a weight between 0 and {_MOST_WEIGHT}."
        if one["capacityProvider"] not in known:
            return (f"The specified capacity provider '{one['capacityProvider']}' is not associated with cluster "
                    f"'{cluster}'. Specify a valid capacity provider and try again.")  # fmt: skip
    if any(name in OWN for name in names) and not all(name in OWN for name in names):
        return "A capacity provider strategy cannot contain a mix of Fargate and Auto Scaling group providers."
    return ""


def provider_of(place: Place, cluster: str, instance_id: str) -> str:
    """The provider whose Auto Scaling group an instance belongs to; empty without one."""
    kept = place.backend("ecs")
    groups = place.backend("autoscaling").autoscaling_groups
    for name in kept.clusters[cluster].capacity_providers or ():
        group = groups.get(group_of(kept.capacity_providers.get(name)))
        if group and any(one.instance.id == instance_id for one in group.instance_states):
            return str(name)
    return ""


def group_of(provider: Any) -> str:
    """The name of a provider's Auto Scaling group, whether it was given by name or by ARN."""
    if provider is None or not provider.auto_scaling_group_provider:
        return ""
    return str(provider.auto_scaling_group_provider["autoScalingGroupArn"]).rpartition("/")[2]


def _describe(call: Call) -> dict[str, Any]:
    """DescribeCapacityProviders: AWS's own and those of the account."""
    kept = call.place.backend("ecs")
    arn = f"arn:aws:ecs:{call.place.region}:{call.place.account}:capacity-provider/"
    known: dict[str, Any] = {
        name: {"capacityProviderArn": arn + name, "name": name, "status": "ACTIVE"} for name in OWN
    } | kept.capacity_providers
    asked = [name.rpartition("/")[2] for name in call.given.get("capacityProviders") or known]
    return {
        "capacityProviders": [plain("CapacityProvider", known[name]) for name in asked if name in known],
        "failures": [{"arn": arn + name, "reason": "MISSING"} for name in asked if name not in known],
    }


def _create(call: Call) -> dict[str, Any]:
    name, given = call.given["name"], call.given.get("autoScalingGroupProvider")
    if name.lower().startswith(("aws", "ecs", "fargate")):
        raise Refusal("InvalidParameterException", f"The capacity provider name '{name}' begins with a reserved word.")
    kept = call.place.backend("ecs")
    if given is None:
        raise Refusal("InvalidParameterException", "The Auto Scaling group provider cannot be empty.")
    groups = call.place.backend("autoscaling").autoscaling_groups
    group = groups.get(str(given["autoScalingGroupArn"]).rpartition("/")[2])
    if group is None:
        raise Refusal("ClientException", "The specified Auto Scaling group does not exist.")
    if name in kept.capacity_providers:
        raise Refusal("ClientException", f"A capacity provider with the name '{name}' already exists.")
    _check_scaling(given, group)
    details = {**given, "managedScaling": dict(given.get("managedScaling") or {})}
    made = kept.create_capacity_provider(name, details, call.given.get("tags"))
    return {"capacityProvider": plain("CapacityProvider", made)}


def _check_scaling(given: Mapping[str, Any], group: Any) -> None:
    scaling = given.get("managedScaling") or {}
    if given.get("managedTerminationProtection") == "ENABLED":
        if scaling.get("status") != "ENABLED":
            words = "Managed termination protection can only be enabled together with managed scaling."
            raise Refusal("InvalidParameterException", words)
        if not group.new_instances_protected_from_scale_in:
            words = (
                "The managed termination protection setting for the capacity provider is invalid. To enable managed "
                "termination protection for a capacity provider, the Auto Scaling group must have instance protection "
                "from scale in enabled."
            )
            raise Refusal("InvalidParameterException", words)
    if not 1 <= int(scaling.get("targetCapacity", 100)) <= 100:
        raise Refusal("InvalidParameterException", "targetCapacity must be between 1 and 100.")


def _put(call: Call) -> dict[str, Any]:
    """PutClusterCapacityProviders: which providers a cluster may use, and by which strategy it does."""
    from course.lab.ecs.launch import cluster_of

    kept, name = call.place.backend("ecs"), cluster_of(call.place, call.given["cluster"])
    asked, strategy = list(call.given["capacityProviders"]), list(call.given["defaultCapacityProviderStrategy"])
    for one in asked:
        if one not in OWN and one not in kept.capacity_providers:
            raise Refusal("InvalidParameterException", f"The specified capacity provider '{one}' was not found.")
    if len(asked) > _MOST_PROVIDERS:
        raise Refusal("InvalidParameterException", f"A cluster can have {_MOST_PROVIDERS} capacity providers.")
    cluster = kept.clusters[name]
    before, cluster.capacity_providers = cluster.capacity_providers, asked
    if wrong := fault(call.place, name, strategy):
        cluster.capacity_providers = before
        raise Refusal("InvalidParameterException", wrong)
    cluster.default_capacity_provider_strategy = strategy
    return {"cluster": plain("Cluster", cluster)}


serve(
    "ecs",
    {"DescribeCapacityProviders": _describe, "CreateCapacityProvider": _create, "PutClusterCapacityProviders": _put},
)
