"""ElastiCache with data behind its endpoints: life times, memory, replicas and the loss of a node."""

import threading

import boto3
import pytest
import redis

from course import lab


@pytest.fixture(autouse=True)
def account_of_its_own(monkeypatch):
    monkeypatch.delenv("COURSE_REDIS_URL", raising=False)
    lab.start()
    yield
    lab.stop()


def group(name="shop", nodes=1, **more):
    client = boto3.client("elasticache")
    client.create_replication_group(**({
        "ReplicationGroupId": name, "ReplicationGroupDescription": name, "NumCacheClusters": nodes, "Engine": "valkey",
        "CacheNodeType": "cache.t4g.micro", "AutomaticFailoverEnabled": nodes > 1} | more))  # fmt: skip
    return described(name)


def described(name="shop"):
    client = boto3.client("elasticache")
    return client.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]["NodeGroups"][0]


def policy(value, name="shop"):
    client = boto3.client("elasticache")
    own = lab.unique_name("policy")
    client.create_cache_parameter_group(
        CacheParameterGroupName=own, CacheParameterGroupFamily="valkey8", Description="eviction"
    )
    change = [{"ParameterName": "maxmemory-policy", "ParameterValue": value}]
    client.modify_cache_parameter_group(CacheParameterGroupName=own, ParameterNameValues=change)
    client.modify_replication_group(ReplicationGroupId=name, CacheParameterGroupName=own, ApplyImmediately=True)


def primary(endpoint=None, **more):
    return lab.redis(endpoint or described()["PrimaryEndpoint"], decode_responses=True, **more)


def test_the_client_is_that_of_redis_py_and_keeps_what_it_is_given():
    cache = primary(group()["PrimaryEndpoint"])
    assert isinstance(cache, redis.Redis)
    assert cache.set("photo", "sunset") is True
    assert cache.get("photo") == "sunset"
    assert cache.hset("user", mapping={"name": "Ada"}) == 1
    assert cache.zadd("likes", {"sunset": 3, "cat": 9}) == 2
    assert cache.zrevrange("likes", 0, 0) == ["cat"]


def test_a_pipeline_works():
    with primary(group()["PrimaryEndpoint"]).pipeline() as batch:
        batch.set("n", 1).incr("n").get("n")
        assert batch.execute() == [True, 2, "2"]


def test_two_caches_share_nothing():
    first, second = (primary(group(name)["PrimaryEndpoint"]) for name in ("one", "two"))
    first.set("a", 1)
    assert second.get("a") is None


def test_a_key_lives_by_the_clock_of_the_lab():
    cache = primary(group()["PrimaryEndpoint"])
    cache.set("session", "Ada", ex=60)
    lab.clock.advance(seconds=50)
    assert cache.get("session") == "Ada"
    lab.clock.advance(seconds=11)
    assert cache.get("session") is None


def test_reset_empties_the_caches():
    primary(group()["PrimaryEndpoint"]).set("a", 1)
    lab.reset()
    assert primary(group()["PrimaryEndpoint"]).get("a") is None


def test_an_unknown_endpoint_is_named():
    with pytest.raises(ValueError, match="PrimaryEndpoint"):
        lab.redis("localhost")


def test_a_group_with_encryption_wants_tls():
    endpoint = group(TransitEncryptionEnabled=True)["PrimaryEndpoint"]
    with pytest.raises(redis.ConnectionError, match="ssl=True"):
        lab.redis(endpoint)
    assert lab.redis(endpoint, ssl=True).ping()


def test_commands_of_the_operator_are_refused():
    with pytest.raises(redis.ResponseError, match="unknown command 'CONFIG'"):
        primary(group()["PrimaryEndpoint"]).config_get("*")


def fill(cache, keys, **life):
    for number in range(keys):
        cache.set(f"photo {number}", "x" * 1000, **life)


def test_allkeys_lru_lets_go_what_was_unused_for_longest():
    cache = primary(group()["PrimaryEndpoint"])
    policy("allkeys-lru")
    fill(cache, 300)
    cache.get("photo 0")
    for number in range(300, 500):
        cache.set(f"photo {number}", "x" * 1000)
        cache.get("photo 0")
    assert cache.get("photo 0") is not None
    assert cache.get("photo 1") is None
    told = cache.info()
    assert told["evicted_keys"] > 100
    assert told["used_memory"] <= told["maxmemory"] + 1100


def test_the_default_policy_spares_keys_without_a_life_time():
    cache = primary(group()["PrimaryEndpoint"])
    cache.set("keep", "me")
    fill(cache, 500, ex=3600)
    assert cache.get("keep") == "me"
    assert cache.info()["maxmemory_policy"] == "volatile-lru"


def test_without_anything_to_evict_a_write_is_refused_and_a_delete_is_not():
    cache = primary(group()["PrimaryEndpoint"])
    with pytest.raises(redis.OutOfMemoryError):
        fill(cache, 500)
    assert cache.get("photo 0")
    assert cache.delete("photo 0", "photo 1") == 2
    assert cache.set("photo 0", "back")


def test_noeviction_refuses_even_when_keys_have_a_life_time():
    cache = primary(group()["PrimaryEndpoint"])
    policy("noeviction")
    with pytest.raises(redis.OutOfMemoryError):
        fill(cache, 500, ex=60)


def test_volatile_ttl_lets_go_what_ends_soonest():
    cache = primary(group()["PrimaryEndpoint"])
    policy("volatile-ttl")
    cache.set("soon", "x" * 1000, ex=10)
    fill(cache, 500, ex=3600)
    assert cache.get("soon") is None


def test_what_has_ended_makes_room():
    cache = primary(group()["PrimaryEndpoint"])
    policy("noeviction")
    fill(cache, 300, ex=60)
    lab.clock.advance(seconds=61)
    fill(cache, 300, ex=60)
    assert cache.dbsize() == 300


def test_a_larger_node_holds_more():
    cache = primary(group()["PrimaryEndpoint"])
    small = cache.info()["maxmemory"]
    boto3.client("elasticache").modify_replication_group(
        ReplicationGroupId="shop", CacheNodeType="cache.t4g.small", ApplyImmediately=True
    )
    assert cache.info()["maxmemory"] > 2 * small


def test_hits_and_misses_are_counted():
    cache = primary(group()["PrimaryEndpoint"])
    cache.set("a", 1)
    cache.mget("a", "b", "c")
    cache.get("a")
    told = cache.info()
    assert (told["keyspace_hits"], told["keyspace_misses"]) == (2, 2)


def test_a_replica_follows_later_and_takes_no_writes():
    told = group(nodes=2)
    cache, replica = primary(told["PrimaryEndpoint"]), primary(told["NodeGroupMembers"][1]["ReadEndpoint"])
    cache.set("photo", "sunset")
    assert replica.get("photo") is None
    lab.settle()
    assert replica.get("photo") == "sunset"
    with pytest.raises(redis.ReadOnlyError):
        replica.set("photo", "cat")


def test_the_clock_brings_replicas_up_to_date_before_keys_end():
    told = group(nodes=2)
    cache, replica = primary(told["PrimaryEndpoint"]), primary(told["NodeGroupMembers"][1]["ReadEndpoint"])
    cache.set("session", "Ada", ex=60)
    lab.clock.advance(seconds=30)
    assert replica.get("session") == "Ada"
    lab.clock.advance(seconds=31)
    assert replica.get("session") is None


def test_a_failover_keeps_what_the_replica_has_and_loses_the_rest():
    told = group(nodes=2)
    cache = primary(told["PrimaryEndpoint"])
    cache.set("old", 1)
    lab.settle()
    cache.set("new", 1)
    boto3.client("elasticache").test_failover(ReplicationGroupId="shop", NodeGroupId="0001")
    assert cache.get("old") == "1"
    assert cache.get("new") is None
    assert cache.set("again", 1)
    roles = {member["CacheClusterId"]: member["CurrentRole"] for member in described()["NodeGroupMembers"]}
    assert roles == {"shop-001": "replica", "shop-002": "primary"}


def test_a_lost_node_answers_again_after_a_while():
    told = group(nodes=2)
    old = primary(told["NodeGroupMembers"][0]["ReadEndpoint"])
    boto3.client("elasticache").test_failover(ReplicationGroupId="shop", NodeGroupId="0001")
    with pytest.raises(redis.ConnectionError):
        old.get("a")
    lab.clock.advance(seconds=61)
    assert old.get("a") is None


def test_a_rebooted_single_node_comes_back_empty():
    client = boto3.client("elasticache")
    client.create_cache_cluster(CacheClusterId="one", Engine="redis", CacheNodeType="cache.t4g.micro", NumCacheNodes=1)
    node = client.describe_cache_clusters(CacheClusterId="one", ShowCacheNodeInfo=True)["CacheClusters"][0]
    cache = lab.redis(node["CacheNodes"][0]["Endpoint"])
    cache.set("a", 1)
    client.reboot_cache_cluster(CacheClusterId="one", CacheNodeIdsToReboot=["0001"])
    with pytest.raises(redis.ConnectionError):
        cache.get("a")
    lab.clock.advance(seconds=61)
    assert cache.get("a") is None


def test_a_new_replica_begins_with_a_copy():
    cache = primary(group(nodes=2)["PrimaryEndpoint"])
    cache.set("a", 1)
    boto3.client("elasticache").increase_replica_count(
        ReplicationGroupId="shop", NewReplicaCount=3, ApplyImmediately=True
    )
    members = described()["NodeGroupMembers"]
    assert len(members) == 4
    assert primary(members[3]["ReadEndpoint"]).get("a") == "1"


def test_the_reader_endpoint_asks_the_replicas_in_turn():
    cache = group(nodes=3)
    for _ in range(6):
        primary(cache["ReaderEndpoint"]).get("a")
    misses = [primary(member["ReadEndpoint"]).info()["keyspace_misses"] for member in cache["NodeGroupMembers"]]
    assert misses[0] == 0
    assert sum(misses) == 6


def test_no_thread_is_left_behind():
    before = threading.active_count()
    primary(group()["PrimaryEndpoint"]).set("a", 1)
    assert threading.active_count() == before
