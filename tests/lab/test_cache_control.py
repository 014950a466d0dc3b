"""ElastiCache's API: layouts, endpoints, parameter groups."""

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    yield
    lab.stop()


def group(**layout):
    return boto3.client("elasticache").create_replication_group(**({
        "ReplicationGroupId": "shop", "ReplicationGroupDescription": "shop", "CacheNodeType": "cache.t4g.micro",
        "Engine": "valkey"} | layout))["ReplicationGroup"]  # fmt: skip


@pytest.mark.parametrize(
    ("layout", "code"),
    [
        ({"NumCacheClusters": 7, "AutomaticFailoverEnabled": True}, "InvalidParameterValue"),
        ({"NumNodeGroups": 1, "ReplicasPerNodeGroup": 6}, "InvalidParameterValue"),
        ({"NumNodeGroups": 16, "ReplicasPerNodeGroup": 5, "AutomaticFailoverEnabled": True},
         "NodeQuotaForClusterExceeded"),
        ({"NumNodeGroups": 2, "ReplicasPerNodeGroup": 1}, "InvalidParameterCombination"),
        ({"NumCacheClusters": 1, "AutomaticFailoverEnabled": True}, "InvalidParameterCombination"),
        ({"NumCacheClusters": 2, "MultiAZEnabled": True}, "InvalidParameterCombination"),
        ({"Engine": "memcached"}, "InvalidParameterValue"),
    ],
)  # fmt: skip
def test_a_layout_that_aws_does_not_build_is_refused(layout, code):
    with pytest.raises(ClientError) as refused:
        group(**layout)
    assert refused.value.response["Error"]["Code"] == code


def test_fifteen_shards_with_five_replicas_are_the_default_ceiling():
    made = group(NumNodeGroups=15, ReplicasPerNodeGroup=5, AutomaticFailoverEnabled=True, ClusterMode="enabled")
    assert len(made["MemberClusters"]) == 90


def test_the_number_of_clusters_is_the_primary_with_its_replicas():
    made = group(NumCacheClusters=3, AutomaticFailoverEnabled=True)
    assert made["MemberClusters"] == ["shop-001", "shop-002", "shop-003"]


def test_a_cluster_in_cluster_mode_is_explained():
    made = group(NumNodeGroups=2, ReplicasPerNodeGroup=1, AutomaticFailoverEnabled=True, ClusterMode="enabled")
    with pytest.raises(ValueError, match="RedisCluster"):
        lab.redis(made["ConfigurationEndpoint"])


def test_memcached_tells_its_nodes_and_is_not_run():
    client = boto3.client("elasticache")
    client.create_cache_cluster(
        CacheClusterId="plain", Engine="memcached", CacheNodeType="cache.t4g.micro", NumCacheNodes=3
    )
    told = client.describe_cache_clusters(CacheClusterId="plain", ShowCacheNodeInfo=True)["CacheClusters"][0]
    assert told["ConfigurationEndpoint"]["Port"] == 11211
    assert len({node["Endpoint"]["Address"] for node in told["CacheNodes"]}) == 3
    with pytest.raises(ValueError, match="Memcached"):
        lab.redis(told["ConfigurationEndpoint"])


@pytest.mark.parametrize(("engine", "nodes"), [("memcached", 41), ("memcached", 0), ("redis", 2), ("valkey", 1)])
def test_a_cluster_of_the_wrong_size_or_engine_is_refused(engine, nodes):
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        boto3.client("elasticache").create_cache_cluster(
            CacheClusterId="plain", Engine=engine, CacheNodeType="cache.t4g.micro", NumCacheNodes=nodes
        )


def test_a_deleted_group_is_gone():
    group()
    client = boto3.client("elasticache")
    client.delete_replication_group(ReplicationGroupId="shop")
    assert client.describe_replication_groups()["ReplicationGroups"] == []


def test_a_failover_needs_automatic_failover():
    group(NumCacheClusters=2)
    with pytest.raises(ClientError, match="InvalidReplicationGroupState"):
        boto3.client("elasticache").test_failover(ReplicationGroupId="shop", NodeGroupId="0001")


def test_replicas_come_and_go():
    group(NumCacheClusters=2, AutomaticFailoverEnabled=True)
    client = boto3.client("elasticache")
    count = lambda: len(client.describe_replication_groups()["ReplicationGroups"][0]["MemberClusters"])  # noqa: E731
    client.increase_replica_count(ReplicationGroupId="shop", NewReplicaCount=5, ApplyImmediately=True)
    assert count() == 6
    client.decrease_replica_count(ReplicationGroupId="shop", NewReplicaCount=1, ApplyImmediately=True)
    assert count() == 2
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        client.decrease_replica_count(ReplicationGroupId="shop", NewReplicaCount=0, ApplyImmediately=True)


def parameter_group(name="own"):
    client = boto3.client("elasticache")
    client.create_cache_parameter_group(
        CacheParameterGroupName=name, CacheParameterGroupFamily="valkey8", Description="eviction"
    )
    return client


def test_a_parameter_group_keeps_what_is_set():
    client = parameter_group()
    change = [{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}]
    client.modify_cache_parameter_group(CacheParameterGroupName="own", ParameterNameValues=change)
    told = client.describe_cache_parameters(CacheParameterGroupName="own")["Parameters"]
    assert {one["ParameterName"]: (one["ParameterValue"], one["Source"]) for one in told} == {
        "maxmemory-policy": ("allkeys-lru", "user"),
        "reserved-memory-percent": ("25", "system"),
    }
    names = [one["CacheParameterGroupName"] for one in client.describe_cache_parameter_groups()["CacheParameterGroups"]]
    assert names == ["own"]
    client.delete_cache_parameter_group(CacheParameterGroupName="own")
    assert client.describe_cache_parameter_groups()["CacheParameterGroups"] == []


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("own", "maxmemory-policy", "lru"),
        ("own", "maxmemory", "1"),
        ("default.valkey8", "maxmemory-policy", "noeviction"),
    ],
)
def test_some_changes_are_refused(group, name, value):
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        parameter_group().modify_cache_parameter_group(
            CacheParameterGroupName=group, ParameterNameValues=[{"ParameterName": name, "ParameterValue": value}]
        )


def test_a_group_that_names_an_unknown_parameter_group_is_refused():
    with pytest.raises(ClientError, match="CacheParameterGroupNotFound"):
        group(CacheParameterGroupName="missing")


def test_a_group_of_another_engine_is_refused():
    client = parameter_group()
    client.create_cache_parameter_group(
        CacheParameterGroupName="old", CacheParameterGroupFamily="redis7", Description="of Redis OSS"
    )
    group()
    with pytest.raises(ClientError, match="found one of family redis7"):
        client.modify_replication_group(ReplicationGroupId="shop", CacheParameterGroupName="old")


def test_a_changed_group_waits_for_the_next_start_of_the_nodes():
    client = parameter_group()
    change = [{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}]
    client.modify_cache_parameter_group(CacheParameterGroupName="own", ParameterNameValues=change)
    group(NumCacheClusters=2, AutomaticFailoverEnabled=True)
    found = client.describe_replication_groups(ReplicationGroupId="shop")["ReplicationGroups"][0]
    cache = lab.redis(found["NodeGroups"][0]["PrimaryEndpoint"])
    client.modify_replication_group(ReplicationGroupId="shop", CacheParameterGroupName="own")
    assert cache.info()["maxmemory_policy"] == "volatile-lru"
    client.test_failover(ReplicationGroupId="shop", NodeGroupId="0001")
    assert cache.info()["maxmemory_policy"] == "allkeys-lru"


def test_a_group_is_created_for_some_minutes():
    group()
    client = boto3.client("elasticache")

    def status():
        return client.describe_replication_groups(ReplicationGroupId="shop")["ReplicationGroups"][0]["Status"]

    assert status() == "creating"
    client.get_waiter("replication_group_available").wait(ReplicationGroupId="shop")
    assert status() == "available"
