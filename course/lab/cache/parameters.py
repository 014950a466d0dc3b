"""Parameter groups: what a node does when its memory is full, and how much of it is reserved.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from course.lab.cache.node import DEFAULT_POLICY, RESERVED_PERCENT
from course.lab.replies import Reply

Params = Mapping[str, Any]

_POLICIES: Final = (
    "volatile-lru", "allkeys-lru", "volatile-lfu", "allkeys-lfu", "volatile-random", "allkeys-random", "volatile-ttl",
    "noeviction",
)  # fmt: skip
_DEFAULTS: Final = {"maxmemory-policy": DEFAULT_POLICY, "reserved-memory-percent": str(RESERVED_PERCENT)}


class Wrong(Exception):
    """A refusal about parameter groups."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        self.reply = Reply(code, message, status)


def check_named(backend: Any, params: Params) -> None:
    """A group that a request names must be there, and be made for the engine that shall use it."""
    name = params.get("CacheParameterGroupName")
    if not name or "CacheParameterGroupFamily" in params or name.startswith("default."):
        return
    family, engine = _find(backend, name)["family"], _engine(backend, params)
    if engine and not family.startswith(engine):
        raise Wrong(
            "InvalidParameterCombination", f"Expected a parameter group of {engine} but found one of family {family}"
        )


def _engine(backend: Any, params: Params) -> str | None:
    """The engine of the cluster that a request makes or changes; none if it is about neither."""
    for kind, known in (("ReplicationGroupId", backend.replication_groups), ("CacheClusterId", backend.cache_clusters)):
        if params.get(kind) in known:
            engine: str = known[params[kind]].engine
            return engine
        if kind in params:
            return str(params.get("Engine", "redis"))
    return None


def assign(backend: Any, cluster: Any, params: Params) -> None:
    """Put a cluster under the parameter group that a request names.

    A change without `ApplyImmediately` waits for the next reboot of the nodes:
    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroup.html
    """
    name = params.get("CacheParameterGroupName", "")
    own = name and not name.startswith("default.")
    values = _find(backend, name)["values"] if own else {}
    if "lab_parameters" not in cluster.__dict__:
        cluster.lab_parameters = values
    elif name:
        cluster.lab_waiting_parameters = values
    if str(params.get("ApplyImmediately", "")).lower() == "true":
        apply_waiting(cluster)


def apply_waiting(cluster: Any) -> None:
    """Let a cluster take over the parameter group that it was given before."""
    cluster.lab_parameters = cluster.__dict__.pop("lab_waiting_parameters", cluster.lab_parameters)


def _groups(backend: Any) -> dict[str, dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = backend.__dict__.setdefault("lab_parameter_groups", {})
    return groups


def _find(backend: Any, name: str) -> dict[str, Any]:
    if name not in _groups(backend):
        raise Wrong("CacheParameterGroupNotFound", f"CacheParameterGroup not found: {name}", 404)
    return _groups(backend)[name]


def _create(backend: Any, params: Params) -> str:
    name = params["CacheParameterGroupName"]
    if name in _groups(backend):
        raise Wrong("CacheParameterGroupAlreadyExists", f"Parameter group {name} already exists.")
    group = _groups(backend)[name] = {"family": params["CacheParameterGroupFamily"], "values": {},
                                      "description": params["Description"]}  # fmt: skip
    return f"<CacheParameterGroup>{_about(name, group)}</CacheParameterGroup>"


def _modify(backend: Any, params: Params) -> str:
    name = params["CacheParameterGroupName"]
    if name.startswith("default."):
        raise Wrong("InvalidParameterValue", f"Cannot modify the default parameter group {name}. Create your own.")
    group = _find(backend, name)
    for change in params["ParameterNameValues"]:
        key, value = change["ParameterName"], change["ParameterValue"]
        if key == "maxmemory":
            raise Wrong("InvalidParameterValue", "The parameter maxmemory cannot be modified.")
        if key == "maxmemory-policy" and value not in _POLICIES:
            raise Wrong(
                "InvalidParameterValue", f"{value} is not a maxmemory-policy; use one of {', '.join(_POLICIES)}."
            )
        group["values"][key] = value
    return f"<CacheParameterGroupName>{escape(name)}</CacheParameterGroupName>"


def _describe_groups(backend: Any, params: Params) -> str:
    wanted = params.get("CacheParameterGroupName")
    if wanted:
        _find(backend, wanted)
    rows = [f"<CacheParameterGroup>{_about(name, group)}</CacheParameterGroup>"
            for name, group in _groups(backend).items() if wanted in (None, name)]  # fmt: skip
    return f"<CacheParameterGroups>{''.join(rows)}</CacheParameterGroups>"


def _describe(backend: Any, params: Params) -> str:
    name = params["CacheParameterGroupName"]
    own = {} if name.startswith("default.") else _find(backend, name)["values"]
    rows = [
        f"<Parameter><ParameterName>{escape(key)}</ParameterName><ParameterValue>{escape(value)}</ParameterValue>"
        f"<Source>{'user' if key in own else 'system'}</Source></Parameter>"
        for key, value in (_DEFAULTS | own).items()
    ]
    return f"<Parameters>{''.join(rows)}</Parameters>"


def _delete(backend: Any, params: Params) -> str:
    _find(backend, params["CacheParameterGroupName"])
    del _groups(backend)[params["CacheParameterGroupName"]]
    return ""


def _about(name: str, group: Mapping[str, Any]) -> str:
    return (
        f"<CacheParameterGroupName>{escape(name)}</CacheParameterGroupName>"
        f"<CacheParameterGroupFamily>{escape(group['family'])}</CacheParameterGroupFamily>"
        f"<Description>{escape(group['description'])}</Description>"
    )


OPERATIONS: Final[dict[str, Callable[[Any, Params], str]]] = {
    "CreateCacheParameterGroup": _create,
    "ModifyCacheParameterGroup": _modify,
    "DescribeCacheParameterGroups": _describe_groups,
    "DescribeCacheParameters": _describe,
    "DeleteCacheParameterGroup": _delete,
}
