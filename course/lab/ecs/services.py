"""ECS: services start their tasks, and calls that moto breaks on are answered as AWS answers them.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html

The containers themselves do not run: there is no Docker. A service on EC2 starts only what finds a container instance.
"""

from __future__ import annotations

import json
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.caller import Session, session_of
from course.lab.place import place_of
from course.lab.replies import Reply, answer
from course.lab.wire import afterwards, answer_first

_STARTING: Final = ("RunTask", "CreateService", "UpdateService")
_SCALING: Final = ("CreateService", "UpdateService")


@answer_first
def _complete(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    """Security groups may be left out: then the VPC's default one is taken. Moto wants them."""
    call = asked(operation) if service == "ecs" and operation in _STARTING else None
    if call is None:
        return None
    network = (call.params.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    place = place_of(request)
    if network and "securityGroups" not in network:
        subnets = {name: one for zone in place.backend("ec2").subnets.values() for name, one in zone.items()}
        vpcs = [subnets[name].vpc_id for name in network.get("subnets") or () if name in subnets]
        groups = [
            name for vpc in vpcs[:1] for name, one in place.backend("ec2").groups[vpc].items() if one.name == "default"
        ]
        sent = json.loads(str(request.body, "utf-8") if isinstance(request.body, bytes) else str(request.body))
        sent["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] = groups
        request.body = json.dumps(sent).encode()
    if operation == "RunTask" and call.params.get("launchType", "EC2") == "EC2":
        kept = place.backend("ecs")
        cluster = str(call.params.get("cluster") or "default").rpartition("/")[2]
        if cluster in kept.clusters and not kept.container_instances.get(cluster) and not call.params.get(
            "capacityProviderStrategy"
        ):  # fmt: skip
            message = "No Container Instances were found in your cluster."
            return answer(request, "ecs", call.protocol, Reply("InvalidParameterException", message))[0]
    return None


@afterwards("ecs")
def _run_what_is_wanted(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    call = asked(operation) if operation in _SCALING else None
    if call is None or response.status_code >= 400:
        return
    session = session_of(request)
    name = call.params.get("serviceName") or call.params.get("service")
    cluster = str(call.params.get("cluster") or "default").rpartition("/")[2]
    wanted = session.place.backend("ecs").services.get(f"{cluster}:{str(name).rpartition('/')[2]}")
    if wanted is not None and (wanted.deployment_controller or {}).get("type", "ECS") == "ECS":
        scale(wanted, session)


def scale(service: Any, session: Session) -> None:
    """Start or stop tasks until as many run as are desired."""
    kept = session.place.backend("ecs")
    group = f"service:{service.name}"
    tasks = kept.tasks.setdefault(service.cluster_name, {})
    old = [one for one in tasks.values() if one.group == group and one.desired_status == "RUNNING"]
    fresh = [one for one in old if one.task_definition_arn == service.task_definition]
    ecs = session.client("ecs")
    missing = service.desired_count - len(fresh)
    while missing > 0:
        started = _start(ecs, service, group, min(missing, 10))
        if not started:
            break
        missing -= started
    # Tasks of an older definition go once those of the new one are there.
    for task in [one for one in old if one not in fresh] + (fresh[missing:] if missing < 0 else []):
        ecs.stop_task(
            cluster=service.cluster_name, task=task.task_arn, reason="Scaling activity initiated by deployment"
        )
    service.running_count = service.desired_count - max(0, missing)
    service.pending_count = max(0, missing)
    for deployment in service.deployments[:1]:
        done = "COMPLETED" if not service.pending_count else "IN_PROGRESS"
        words = done.lower().replace("_", " ")
        deployment |= {"runningCount": service.running_count, "pendingCount": service.pending_count,
                       "desiredCount": service.desired_count, "rolloutState": done,
                       "rolloutStateReason": f"ECS deployment {deployment['id']} {words}."}  # fmt: skip


def _start(ecs: Any, service: Any, group: str, count: int) -> int:
    more: dict[str, Any] = {"launchType": service.launch_type} if service.launch_type else {}
    if service.deployments and service.deployments[0].get("networkConfiguration"):
        more["networkConfiguration"] = service.deployments[0]["networkConfiguration"]
    try:
        ran = ecs.run_task(cluster=service.cluster_name, taskDefinition=service.task_definition, count=count,
                           group=group, startedBy=f"ecs-svc/{service.name}", **more)  # fmt: skip
    except Exception:
        return 0  # no instance has room: the tasks stay pending
    return len(ran["tasks"])
