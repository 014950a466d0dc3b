"""Task definitions that ECS refuses and moto takes; and tasks' sizes where a container gives none.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html

The sizes of Fargate are a rule of course/lab/rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.containers.reference import BadReference
from course.lab.containers.reference import read as read_reference
from course.lab.replies import Reply, answer
from course.lab.wire import answer_first

Said = Mapping[str, Any]
_STORAGE: Final = (21, 200)
_MOST_FILES: Final = 10
_STOP_MAX: Final = 120


@answer_first
def _refuse(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "ecs" and operation == "RegisterTaskDefinition" else None
    if call is None:
        return None
    wrong = next(iter(_faults(call.params)), "")
    return answer(request, "ecs", call.protocol, Reply("ClientException", wrong))[0] if wrong else None


def _faults(said: Said) -> Iterable[str]:
    containers = said.get("containerDefinitions") or ()
    if "FARGATE" in (said.get("requiresCompatibilities") or ()):
        yield from _fargate(said, containers)
    if not any(one.get("essential", True) for one in containers):
        yield "A task definition must have at least one essential container."
    names = [one.get("name") for one in containers]
    for name in names:
        if names.count(name) > 1:
            yield f"Duplicate container name: {name}. Container names must be unique within a task definition."
    if said.get("networkMode") == "awsvpc":
        yield from _awsvpc(containers)
    volumes = {one.get("name") for one in said.get("volumes") or ()}
    for one in containers:
        yield from _container(one, volumes, said)
    yield from _dependencies(containers)


def _fargate(said: Said, containers: Iterable[Said]) -> Iterable[str]:
    for name in ("cpu", "memory"):
        if not said.get(name):
            yield f"Fargate requires that '{name}' be defined at the task level."
    if said.get("networkMode") != "awsvpc":
        yield "Fargate only supports network mode 'awsvpc'."
    if said.get("placementConstraints"):
        yield "Placement constraints are not supported with FARGATE launch type."
    size = (said.get("ephemeralStorage") or {}).get("sizeInGiB")
    if size is not None and not _STORAGE[0] <= size <= _STORAGE[1]:
        yield f"Invalid value {size} for ephemeralStorage. It must be between {_STORAGE[0]} and {_STORAGE[1]} GiB."
    for volume in said.get("volumes") or ():
        if volume.get("dockerVolumeConfiguration") or (volume.get("host") or {}).get("sourcePath"):
            what = "dockerVolumeConfiguration" if volume.get("dockerVolumeConfiguration") else "sourcePath"
            yield f"The Fargate launch type does not support {what} for volume {volume.get('name')}."
    if not said.get("executionRoleArn"):
        yield from _needs_execution_role(containers)
    for one in containers:
        if one.get("privileged"):
            yield "The Fargate launch type does not support privileged containers."
        if any(need.get("type") == "GPU" for need in one.get("resourceRequirements") or ()):
            yield "The Fargate launch type does not support GPU resources."
        if int(one.get("stopTimeout") or 0) > _STOP_MAX:
            yield f"The stop timeout of container {one['name']} must not be more than {_STOP_MAX} seconds on Fargate."


def _needs_execution_role(containers: Iterable[Said]) -> Iterable[str]:
    for one in containers:
        try:
            is_ecr = read_reference(str(one.get("image"))).is_ecr
        except BadReference:
            is_ecr = False
        if is_ecr:
            yield "Fargate requires task definition to have execution role ARN to support ECR images."
        if (one.get("logConfiguration") or {}).get("logDriver") == "awslogs":
            yield "Fargate requires task definition to have execution role ARN to support log driver awslogs."
        if one.get("secrets"):
            yield "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."


def _awsvpc(containers: Iterable[Said]) -> Iterable[str]:
    for one in containers:
        if one.get("links"):
            yield "Links are not supported when networkMode=awsvpc."
        for port in one.get("portMappings") or ():
            if port.get("hostPort") not in (None, 0, port.get("containerPort")):
                yield "When networkMode=awsvpc, the host ports and container ports in port mappings must match."


def _container(one: Said, volumes: set[Any], said: Said) -> Iterable[str]:
    for mount in one.get("mountPoints") or ():
        if mount.get("sourceVolume") not in volumes:
            yield f"Unknown volume '{mount.get('sourceVolume')}'."
    files = one.get("environmentFiles") or ()
    if len(files) > _MOST_FILES:
        yield f"Too many environment files in container {one['name']}. A container can have at most {_MOST_FILES}."
    for file in files:
        if file.get("type") != "s3" or not str(file.get("value", "")).endswith(".env"):
            yield "Invalid environment file: it must be the ARN of an S3 object whose name ends in .env, of type s3."
    given = {row["name"] for row in one.get("environment") or ()}
    for row in one.get("secrets") or ():
        if row["name"] in given:
            yield (
                "The secret name must be unique and not shared with any new or existing environment "
                "variables set on the "
                f"container, such as '{row['name']}'."
            )
    size, soft = one.get("memory"), one.get("memoryReservation")
    if size and soft and int(soft) > int(size):
        yield (
            f"Invalid setting for container '{one['name']}'. The hard memory limit must not be less than "
            f"the reservation."
        )
    if size and said.get("memory") and str(said["memory"]).isdigit() and int(size) > int(said["memory"]):
        yield f"Invalid setting for container '{one['name']}'. Its memory is more than that of the task."


def _dependencies(containers: Iterable[Said]) -> Iterable[str]:
    wants = {str(one["name"]): list(one.get("dependsOn") or ()) for one in containers}
    checked = {str(one["name"]) for one in containers if one.get("healthCheck")}
    essential = {str(one["name"]) for one in containers if one.get("essential", True)}
    for name, rows in wants.items():
        for row in rows:
            other, condition = str(row["containerName"]), row["condition"]
            if other not in wants:
                yield f"Container {name} depends on container {other}, which is not in the task definition."
            elif condition == "HEALTHY" and other not in checked:
                yield f"Container {name} depends on {other} to be HEALTHY, but {other} has no health check."
            elif condition in ("COMPLETE", "SUCCESS") and other in essential:
                yield f"A dependency with the condition {condition} cannot be on an essential container: {other}."
    for name in wants:
        if name in _reached(wants, name):
            yield f"Container dependencies must not be circular: {name} depends on itself."


def _reached(wants: Mapping[str, list[Said]], name: str) -> set[str]:
    found: set[str] = set()
    front = [str(row["containerName"]) for row in wants[name]]
    while front:
        one = front.pop()
        if one not in found:
            found.add(one)
            front += [str(row["containerName"]) for row in wants.get(one, ())]
    return found
