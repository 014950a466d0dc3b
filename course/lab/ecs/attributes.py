"""Attributes of container instances, and instances found by the cluster query language.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAttributes.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListAttributes.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListContainerInstances.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from course.lab.ecs import instances, launch, query, services
from course.lab.place import Place
from course.lab.service import Call, Refusal, serve

_MOST: Final = 10


def _put(call: Call) -> dict[str, Any]:
    cluster = launch.cluster_of(call.place, call.given.get("cluster"))
    given = call.given["attributes"]
    _check(given)
    for one in given:
        host = _host(call.place, cluster, one)
        if one["name"].startswith("ecs."):
            raise Refusal("InvalidParameterException", f"The attribute name {one['name']} begins with a reserved word.")
        host.attributes[one["name"]] = one.get("value")
    services.look_again(call.place)
    return {"attributes": [_shown(one, _host(call.place, cluster, one)) for one in given]}


def _delete(call: Call) -> dict[str, Any]:
    cluster = launch.cluster_of(call.place, call.given.get("cluster"))
    given = call.given["attributes"]
    _check(given)
    for one in given:
        _host(call.place, cluster, one).attributes.pop(one["name"], None)
    return {"attributes": [_shown(one, _host(call.place, cluster, one)) for one in given]}


def _list(call: Call) -> dict[str, Any]:
    cluster = launch.cluster_of(call.place, call.given.get("cluster"))
    name, value = call.given.get("attributeName"), call.given.get("attributeValue")
    found = []
    for host in call.place.backend("ecs").container_instances.get(cluster, {}).values():
        for key, held in host.attributes.items():
            if name in (None, key) and value in (None, held):
                found.append(_shown({"name": key, "value": held}, host))
    return {"attributes": found}


def _instances(call: Call) -> dict[str, Any]:
    """ListContainerInstances, with its filter."""
    instances.join_all(call.place)
    cluster = launch.cluster_of(call.place, call.given.get("cluster"))
    kept = call.place.backend("ecs").container_instances.get(cluster, {})
    status = {host.container_instance_arn: host.status for host in kept.values()}
    try:
        test = query.parse(call.given["filter"]) if call.given.get("filter") else None
    except query.WrongQuery as wrong:
        raise Refusal("InvalidParameterException", f"Invalid expression: {wrong}") from wrong
    found = [
        host.arn
        for host in launch.hosts_of(call.place, cluster)
        if call.given.get("status") in (None, status[host.arn]) and (test is None or test(host.subject()))
    ]
    first, most = int(call.given.get("nextToken") or 0), int(call.given.get("maxResults") or 100)
    rest = {"nextToken": str(first + most)} if first + most < len(found) else {}
    return {"containerInstanceArns": found[first : first + most], **rest}


def _check(given: Any) -> None:
    if not 1 <= len(given) <= _MOST:
        raise Refusal("InvalidParameterException", f"Between 1 and {_MOST} attributes can be given.")


def _host(place: Place, cluster: str, one: Mapping[str, Any]) -> Any:
    kept = place.backend("ecs").container_instances.get(cluster, {})
    found = kept.get(str(one.get("targetId") or "").rpartition("/")[2])
    if found is None:
        raise Refusal("TargetNotFoundException", "The specified target wasn't found.")
    return found


def _shown(one: Mapping[str, Any], host: Any) -> dict[str, Any]:
    said = {key: one[key] for key in ("name", "value") if one.get(key) is not None}
    return {**said, "targetType": "container-instance", "targetId": host.container_instance_arn}


serve(
    "ecs",
    {"PutAttributes": _put, "DeleteAttributes": _delete, "ListAttributes": _list, "ListContainerInstances": _instances},
)
