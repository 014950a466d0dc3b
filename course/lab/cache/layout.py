"""Layouts that ElastiCache refuses and moto lets pass.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/quota-limits.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from course.lab.replies import Reply

_MOST_REPLICAS: Final = 5
_MOST_NODES: Final = 90  # until AWS raises the quota, to 500 at most
_MOST_MEMCACHED: Final = 40


def refusal(operation: str, params: Mapping[str, Any]) -> Reply | None:
    """What AWS says to a layout that it does not build."""
    if operation == "CreateReplicationGroup":
        return _group(params)
    if operation == "CreateCacheCluster":
        return _cluster(params)
    return None


def _group(params: Mapping[str, Any]) -> Reply | None:
    if params.get("Engine", "redis") not in ("redis", "valkey"):
        return Reply("InvalidParameterValue", f"Engine {params['Engine']} does not support replication groups.")
    shards = params.get("NumNodeGroups", 1)
    replicas = params.get("ReplicasPerNodeGroup", params.get("NumCacheClusters", 1) - 1)
    if not 0 <= replicas <= _MOST_REPLICAS:
        return Reply("InvalidParameterValue", f"A shard has 0 to {_MOST_REPLICAS} replicas, not {replicas}.")
    if shards * (replicas + 1) > _MOST_NODES:
        size = f"{shards} shards of {replicas + 1} nodes"
        return Reply("NodeQuotaForClusterExceeded", f"{size} exceed the quota of {_MOST_NODES} nodes per cluster.")
    failover = params.get("AutomaticFailoverEnabled", False)
    if shards > 1 and not failover:
        return Reply("InvalidParameterCombination", "Several node groups need AutomaticFailoverEnabled.")
    if failover and replicas == 0 and shards == 1 and params.get("ClusterMode") != "enabled":
        return Reply("InvalidParameterCombination", "Automatic failover needs at least one replica.")
    if params.get("MultiAZEnabled") and not failover:
        return Reply("InvalidParameterCombination", "Multi-AZ needs AutomaticFailoverEnabled.")
    return None


def _cluster(params: Mapping[str, Any]) -> Reply | None:
    nodes = params.get("NumCacheNodes", 1)
    most = _MOST_MEMCACHED if params.get("Engine") == "memcached" else 1
    if params.get("Engine") == "valkey":
        return Reply("InvalidParameterValue", "Valkey is created as a replication group, also with a single node.")
    if not 1 <= nodes <= most:
        return Reply("InvalidParameterValue", f"NumCacheNodes must be between 1 and {most} for this engine.")
    return None
