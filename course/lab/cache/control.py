"""ElastiCache's API beyond moto: layouts that AWS refuses, node endpoints, parameter groups, failover, reboot.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_TestFailover.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from course.lab.asked import asked
from course.lab.cache import parameters
from course.lab.cache.connect import shards
from course.lab.cache.group import RESTART_SECONDS, copy_data, shards_of
from course.lab.cache.layout import refusal
from course.lab.cache.node import Node
from course.lab.clock import clock
from course.lab.place import place_of
from course.lab.replies import Reply, answer
from course.lab.wire import afterwards, answer_first, ask_moto

Params = Mapping[str, Any]

CREATING_SECONDS: Final = 240  # on AWS some minutes, by the number of nodes


class Refused(Exception):
    """What the service says in place of doing it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        self.reply = Reply(code, message, status)


@answer_first
def _elasticache(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "elasticache" else None
    if call is None:
        return None
    backend = place_of(request).backend("elasticache")
    try:
        if reply := refusal(operation, call.params):
            raise Refused(reply.code, reply.message, reply.status)
        parameters.check_named(backend, call.params)
        _finish_creating(backend)
        if operation == "CreateReplicationGroup" and "ReplicasPerNodeGroup" not in call.params:
            _replicas_by_number(call.params, request)
            return ask_moto(service, operation, request)
        if operation in parameters.OPERATIONS:
            body = parameters.OPERATIONS[operation](backend, call.params)
        elif operation in _OPERATIONS:
            body = _OPERATIONS[operation](backend, call.params)
        else:
            return None
    except (Refused, parameters.Wrong) as refused:
        return answer(request, service, "query", refused.reply)[0]
    return _xml_answer(request, operation, body)


@afterwards("elasticache")
def _done(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    call = asked(operation)
    if call is None or response.status_code >= 400:
        return
    backend = place_of(request).backend("elasticache")
    name = call.params.get("ReplicationGroupId") or call.params.get("CacheClusterId", "")
    if operation == "DeleteReplicationGroup":
        backend.replication_groups.pop(name, None)
    elif operation == "DeleteCacheCluster":
        backend.cache_clusters.pop(name, None)
    elif operation == "CreateCacheCluster":
        _give_endpoints(backend.cache_clusters[name], backend.region_name)
        parameters.assign(backend, backend.cache_clusters[name], call.params)
    elif operation in ("CreateReplicationGroup", "ModifyReplicationGroup"):
        group = backend.replication_groups[name]
        for described in group.node_groups:
            if "reader_endpoint_address" in described:  # which moto keeps to itself
                described["reader_endpoint"] = {"address": described["reader_endpoint_address"], "port": group.port}
        parameters.assign(backend, group, call.params)
        if operation == "CreateReplicationGroup":
            group.status, group.lab_ready = "creating", clock.now().timestamp() + CREATING_SECONDS
        for node in (node for shard in shards_of(group) for node in shard.nodes):
            node.node_type, node.parameters = group.cache_node_type, group.lab_parameters


def _finish_creating(backend: Any) -> None:
    """Groups whose nodes have had the time to start are available."""
    for group in backend.replication_groups.values():
        if group.status == "creating" and group.lab_ready <= clock.now().timestamp():
            group.status = "available"


def _replicas_by_number(params: Params, request: AWSPreparedRequest) -> None:
    """Moto reads the number of replicas and not that of clusters: say it in its words."""
    replicas = int(params.get("NumCacheClusters", 1)) - 1
    body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
    request.body = f"{body}&ReplicasPerNodeGroup={replicas}"


def _give_endpoints(cluster: Any, region: str) -> None:
    """Each node has its address; a cluster of Memcached also one that tells clients about all nodes."""
    where = f"lab.{region[:3]}{region[-1]}.cache.amazonaws.com"
    memcached = cluster.engine == "memcached"
    port = cluster.port = 11211 if memcached and cluster.port == 6379 else cluster.port
    if memcached:
        cluster.configuration_endpoint = {"address": f"{cluster.cache_cluster_id}.cfg.{where}", "port": port}
    cluster.cache_nodes = [
        {
            "cache_node_id": f"{number:04}",
            "cache_node_status": "available",
            "endpoint": {"address": f"{cluster.cache_cluster_id}.{number:04}.{where}", "port": port},
        }
        for number in range(1, (cluster.num_cache_nodes or 1) + 1)
    ]


def _test_failover(backend: Any, params: Params) -> str:
    group = _group(backend, params)
    if group.automatic_failover != "enabled":
        raise Refused("InvalidReplicationGroupState", "Automatic failover must be enabled for this operation.")
    names = [described["node_group_id"] for described in group.node_groups]
    if params["NodeGroupId"] not in names:
        raise Refused("NodeGroupNotFoundFault", f"Node group {params['NodeGroupId']} not found.", 404)
    number = names.index(params["NodeGroupId"])
    described = group.node_groups[number]
    chosen = shards(group)[number].fail_over()
    parameters.apply_waiting(group)  # nodes start anew
    for node in (node for shard in shards(group) for node in shard.nodes):
        node.parameters = group.lab_parameters
    for member in described["node_group_members"]:
        member["current_role"] = "primary" if member["cache_cluster_id"] == chosen.name else "replica"
    return _group_xml(group)


def _reboot(backend: Any, params: Params) -> str:
    """A rebooted node has lost its data: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/nodes.rebooting.html"""
    name = params["CacheClusterId"]
    cluster = backend.describe_cache_clusters(name)[0]
    for shard in shards(cluster) if cluster.engine != "memcached" else []:
        shard.primary.empty()
        shard.primary.down_until = clock.now().timestamp() + RESTART_SECONDS
    return (
        f"<CacheCluster><CacheClusterId>{escape(name)}</CacheClusterId>"
        "<CacheClusterStatus>rebooting cache cluster nodes</CacheClusterStatus></CacheCluster>"
    )


def _change_replicas(backend: Any, params: Params) -> str:
    group = _group(backend, params)
    wanted = params.get("NewReplicaCount")
    if wanted is None:
        raise Refused("InvalidParameterCombination", "NewReplicaCount must be given.")
    if not 0 <= wanted <= 5 or (wanted == 0 and group.automatic_failover == "enabled"):
        raise Refused("InvalidParameterValue", f"{wanted} replicas are not possible in this replication group.")
    for shard, described in zip(shards(group), group.node_groups, strict=True):
        members = described["node_group_members"]
        while len(shard.replicas) > wanted:
            at = max(place for place, node in enumerate(shard.nodes) if node.role == "replica")
            group.member_clusters.remove(members[at]["cache_cluster_id"])
            del shard.nodes[at], members[at]
        while len(shard.replicas) < wanted:
            shard.catch_up()
            member = _member_like(members[-1], len(members) + 1)
            members.append(member)
            group.member_clusters.append(member["cache_cluster_id"])
            node = Node(member["cache_cluster_id"], group.cache_node_type, shard.primary.parameters, "replica")
            copy_data(shard.primary, node)
            shard.nodes.append(node)
    return _group_xml(group)


def _member_like(other: dict[str, Any], number: int) -> dict[str, Any]:
    old = other["cache_cluster_id"]
    name = f"{old[:-3]}{number:03}"
    endpoint = {**other["read_endpoint"], "address": other["read_endpoint"]["address"].replace(old, name, 1)}
    return {**other, "cache_cluster_id": name, "read_endpoint": endpoint, "current_role": "replica"}


_OPERATIONS: Final[dict[str, Callable[[Any, Params], str]]] = {
    "TestFailover": _test_failover,
    "RebootCacheCluster": _reboot,
    "IncreaseReplicaCount": _change_replicas,
    "DecreaseReplicaCount": _change_replicas,
}


def _group(backend: Any, params: Params) -> Any:
    return backend.describe_replication_groups(params["ReplicationGroupId"])[0]


def _group_xml(group: Any) -> str:
    name = escape(group.replication_group_id)
    told = f"<ReplicationGroupId>{name}</ReplicationGroupId><Status>modifying</Status>"
    return f"<ReplicationGroup>{told}</ReplicationGroup>"


def _xml_answer(request: AWSPreparedRequest, operation: str, body: str) -> AWSResponse:
    space = "http://elasticache.amazonaws.com/doc/2015-02-02/"
    raw: Any = MockRawResponse(
        f'<{operation}Response xmlns="{space}"><{operation}Result>{body}</{operation}Result>'
        f"<ResponseMetadata><RequestId>lab</RequestId></ResponseMetadata></{operation}Response>"
    )
    headers: Any = {"Content-Type": "text/xml"}
    return AWSResponse(request.url, 200, headers, raw)
