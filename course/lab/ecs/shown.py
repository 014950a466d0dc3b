"""A task as DescribeTasks shows it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
"""

from __future__ import annotations

from typing import Any, Final

# Members of a task and of a container, each with the attribute of moto's object that holds it.
_TASK: Final = {
    "taskArn": "task_arn", "clusterArn": "cluster_arn", "taskDefinitionArn": "task_definition_arn",
    "containerInstanceArn": "container_instance_arn", "lastStatus": "last_status", "desiredStatus": "desired_status",
    "group": "group", "launchType": "launch_type", "capacityProviderName": "capacity_provider_name",
    "platformVersion": "platform_version", "startedBy": "started_by", "cpu": "cpu", "memory": "memory",
    "createdAt": "created_at", "startedAt": "started_at", "stoppingAt": "stopping_at", "stoppedAt": "stopped_at",
    "executionStoppedAt": "execution_stopped_at", "pullStartedAt": "pull_started_at",
    "pullStoppedAt": "pull_stopped_at", "connectivity": "connectivity", "connectivityAt": "connectivity_at",
    "stopCode": "stop_code", "stoppedReason": "stopped_reason", "healthStatus": "health_status",
    "availabilityZone": "availability_zone", "attachments": "attachments", "overrides": "overrides",
}  # fmt: skip
_CONTAINER: Final = {
    "containerArn": "container_arn", "taskArn": "task_arn", "name": "name", "image": "image",
    "imageDigest": "image_digest", "runtimeId": "runtime_id", "lastStatus": "last_status", "exitCode": "exitCode",
    "reason": "reason", "networkBindings": "network_bindings", "networkInterfaces": "network_interfaces",
    "healthStatus": "health_status", "memory": "memory", "cpu": "cpu",
}  # fmt: skip


def task(one: Any, tags: bool = False, definition: Any = None) -> dict[str, Any]:
    """A task of moto's as a dictionary."""
    found: dict[str, Any] = _members(one, _TASK)
    found["containers"] = [_container(container) for container in one.containers]
    found["healthStatus"] = found.get("healthStatus") or "UNKNOWN"
    found["version"] = 1
    found["attributes"] = [{"name": "ecs.cpu-architecture", "value": "x86_64"}]
    if one.launch_type == "FARGATE":
        found["platformFamily"] = "Linux"
        storage = getattr(definition, "ephemeral_storage", None) or {}
        found["ephemeralStorage"] = {"sizeInGiB": int(storage.get("sizeInGiB") or 20)}
    if tags:
        found["tags"] = one.tags
    return found


def _container(one: Any) -> dict[str, Any]:
    found = _members(one, _CONTAINER)
    for name in ("cpu", "memory"):
        if name in found:
            found[name] = str(found[name])
    return found


def _members(one: Any, names: dict[str, str]) -> dict[str, Any]:
    found = {name: getattr(one, attribute, None) for name, attribute in names.items()}
    return {name: value for name, value in found.items() if value not in (None, "")}
