"""ElastiCache: behaviours of AWS that the lab shows and bare moto does not.

A behaviour is a function that returns whether AWS's behaviour was seen; an error counts as not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, collect

_DOCS = "https://docs.aws.amazon.com/AmazonElastiCache/latest"
CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED, _DOCS)


def elasticache() -> Any:
    return boto3.client("elasticache", region_name="us-east-1")


def group(**layout: Any) -> Any:
    client = elasticache()
    client.create_replication_group(**({
        "ReplicationGroupId": "shop", "ReplicationGroupDescription": "shop", "CacheNodeType": "cache.t4g.micro",
        "Engine": "valkey", "NumCacheClusters": 2, "AutomaticFailoverEnabled": True} | layout))  # fmt: skip
    return client.describe_replication_groups()["ReplicationGroups"][0]


def refused(call: Callable[..., Any], **parameters: Any) -> bool:
    try:
        call(**parameters)
    except ClientError:
        return True
    return False


@behaviour("APIReference/API_CreateReplicationGroup.html")
def the_number_of_cache_clusters_counts(world: World) -> bool:
    return len(group(NumCacheClusters=3)["MemberClusters"]) == 3


@behaviour("APIReference/API_CreateReplicationGroup.html")
def automatic_failover_needs_a_replica(world: World) -> bool:
    return refused(group, NumCacheClusters=1)


@behaviour("APIReference/API_CreateReplicationGroup.html")
def a_shard_has_five_replicas_at_most(world: World) -> bool:
    return refused(group, NumCacheClusters=7)


@behaviour("APIReference/API_CreateReplicationGroup.html")
def ninety_nodes_are_the_default_ceiling(world: World) -> bool:
    return refused(group, NumCacheClusters=1, NumNodeGroups=91, ClusterMode="enabled")


@behaviour("APIReference/API_NodeGroup.html")
def a_group_has_a_reader_endpoint(world: World) -> bool:
    return bool(group()["NodeGroups"][0]["ReaderEndpoint"]["Address"])


@behaviour("APIReference/API_TestFailover.html")
def a_failover_makes_the_replica_the_primary(world: World) -> bool:
    group()
    elasticache().test_failover(ReplicationGroupId="shop", NodeGroupId="0001")
    members = elasticache().describe_replication_groups()["ReplicationGroups"][0]["NodeGroups"][0]["NodeGroupMembers"]
    return [member["CurrentRole"] for member in members] == ["replica", "primary"]


@behaviour("APIReference/API_IncreaseReplicaCount.html")
def replicas_can_be_added(world: World) -> bool:
    group()
    elasticache().increase_replica_count(ReplicationGroupId="shop", NewReplicaCount=2, ApplyImmediately=True)
    return len(elasticache().describe_replication_groups()["ReplicationGroups"][0]["MemberClusters"]) == 3


@behaviour("dg/ParameterGroups.Creating.html")
def a_parameter_group_can_be_made(world: World) -> bool:
    elasticache().create_cache_parameter_group(
        CacheParameterGroupName="own", CacheParameterGroupFamily="valkey8", Description="own"
    )
    return bool(elasticache().describe_cache_parameters(CacheParameterGroupName="own")["Parameters"])


@behaviour("dg/Endpoints.html")
def a_memcached_cluster_tells_its_endpoints(world: World) -> bool:
    elasticache().create_cache_cluster(
        CacheClusterId="plain", Engine="memcached", CacheNodeType="cache.t4g.micro", NumCacheNodes=3
    )
    told = elasticache().describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"][0]
    return told["ConfigurationEndpoint"]["Port"] == 11211 and len(told["CacheNodes"]) == 3


@behaviour("APIReference/API_DeleteReplicationGroup.html")
def a_deleted_group_is_gone(world: World) -> bool:
    group()
    elasticache().delete_replication_group(ReplicationGroupId="shop")
    world.advance(600)
    return elasticache().describe_replication_groups()["ReplicationGroups"] == []


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
