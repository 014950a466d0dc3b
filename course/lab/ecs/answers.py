"""RunTask, StartTask, StopTask, DescribeTasks and ListTasks.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.ec2.models.elastic_network_interfaces import NetworkInterface

from course.lab.clock import clock
from course.lab.ecs import launch, roles, shown, tasks
from course.lab.service import Call, Refusal, serve


def _run(call: Call) -> Mapping[str, Any]:
    return _started(call, "RunTask")


def _start(call: Call) -> Mapping[str, Any]:
    return _started(call, "StartTask")


def _started(call: Call, operation: str) -> Mapping[str, Any]:
    place, given = call.place, call.given
    launch.cluster_of(place, given.get("cluster"))
    definition = launch.definition_of(place, str(given["taskDefinition"]))
    if given.get("launchType") == "FARGATE" and "FARGATE" not in (definition.requires_compatibilities or ["FARGATE"]):
        raise Refusal("InvalidParameterException", "Task definition does not support launch_type FARGATE.")
    known = {one["name"] for one in definition.container_definitions}
    for one in (given.get("overrides") or {}).get("containerOverrides") or ():
        if one.get("name") not in known:
            words = f"Override for container named {one.get('name')} is not a container in the TaskDefinition."
            raise Refusal("InvalidParameterException", words)
    for which in ("task", "execution"):
        override = (given.get("overrides") or {}).get(f"{which}RoleArn")
        roles.check_trust(str(override or getattr(definition, f"{which}_role_arn", None) or ""))
    made, failures = launch.start(place, operation, given)
    rows = []
    for task in made:
        task.last_status = "PROVISIONING"
        row = shown.task(task, tags=True, definition=definition)
        row["containers"] = [{**one, "lastStatus": "PENDING"} for one in row["containers"]]
        rows.append({**row, "createdAt": clock.now()})
    for task in made:
        tasks.begin(place, task)
    return {"tasks": rows, "failures": failures}


def _find(call: Call, named: str) -> Any | None:
    cluster = launch.cluster_of(call.place, call.given.get("cluster"))
    for arn, task in call.place.backend("ecs").tasks.get(cluster, {}).items():
        if named == arn or named == task.id:
            return task
    return None


def _stop(call: Call) -> Mapping[str, Any]:
    task = _find(call, str(call.given["task"]))
    if task is None:
        raise Refusal("InvalidParameterException", "The referenced task was not found.")
    one = tasks.of(task) or tasks.LabTask(call.place, task)
    one.stop(str(call.given.get("reason") or "Task stopped by user"), tasks.USER)
    return {"task": shown.task(task, True, one.definition)}


def _describe(call: Call) -> Mapping[str, Any]:
    launch.cluster_of(call.place, call.given.get("cluster"))
    found, failures = [], []
    if not call.given.get("tasks"):
        raise Refusal("InvalidParameterException", "Tasks cannot be empty.")
    with_tags = "TAGS" in (call.given.get("include") or ())
    for named in call.given["tasks"]:
        task = _find(call, str(named))
        if task is None:
            arn = named if str(named).startswith("arn:") else (
                f"arn:aws:ecs:{call.place.region}:{call.place.account}:task/{named}"
            )  # fmt: skip
            failures.append({"arn": arn, "reason": "MISSING"})
            continue
        one = tasks.of(task)
        found.append(shown.task(task, with_tags, one.definition if one else None))
    return {"tasks": found, "failures": failures}


def _list(call: Call) -> Mapping[str, Any]:
    """Without a word on the state, tasks that run or shall run."""
    given = call.given
    cluster = launch.cluster_of(call.place, given.get("cluster"))
    wanted = given.get("desiredStatus", "RUNNING")
    found = []
    for task in call.place.backend("ecs").tasks.get(cluster, {}).values():
        family = task.task_definition_arn.rpartition("/")[2].partition(":")[0]
        instance = str(given.get("containerInstance") or "").rpartition("/")[2]
        service = str(given.get("serviceName") or "").rpartition("/")[2]
        if (
            task.desired_status == wanted
            and (not given.get("family") or family == given["family"])
            and (not given.get("startedBy") or task.started_by == given["startedBy"])
            and (not service or task.group == f"service:{service}")
            and (not instance or str(task.container_instance_arn).endswith(instance))
            and (not given.get("launchType") or task.launch_type == given["launchType"])
        ):
            found.append(task.task_arn)
    first = int(given.get("nextToken") or 0)
    most = int(given.get("maxResults") or 100)
    rest = {"nextToken": str(first + most)} if first + most < len(found) else {}
    return {"taskArns": found[first : first + most], **rest}


# In a VPC without DNS host names moto gives an interface no name at all, and then trips over that.
if not hasattr(NetworkInterface, "private_dns_name"):
    setattr(NetworkInterface, "private_dns_name", "")  # noqa: B010

serve("ecs", {"RunTask": _run, "StartTask": _start, "StopTask": _stop, "DescribeTasks": _describe, "ListTasks": _list})
