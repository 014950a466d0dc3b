"""Container instances: the agent on an EC2 instance reads its configuration and registers with its cluster.

The agent is part of the ECS-optimized images. It reads /etc/ecs/ecs.config, which user data writes at the first boot,
and calls ECS with the role of the instance's profile.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_container_instance.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
"""

from __future__ import annotations

from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.agenda import Delivery, add_source, note
from course.lab.asked import asked
from course.lab.ecs import resources, tasks
from course.lab.place import Place, everywhere, place_of
from course.lab.wire import afterwards, answer_first

_CONFIG: Final = "/etc/ecs/ecs.config"
_IMAGES: Final = "/aws/service/ecs/optimized-ami"
_NEEDED: Final = ("ecs:DiscoverPollEndpoint", "ecs:RegisterContainerInstance", "ecs:Poll")
_ALIVE: Final = ("pending", "running")
_KEPT: Final = "lab_ecs_agent"  # on moto's instance: what its agent tried last, so that it tries again after a change


@answer_first
def _before_each_call(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    """Whoever asks ECS finds the agents that have joined, and misses those that are gone."""
    if service == "ecs":
        join_all(place_of(request))
    return None


@afterwards("ecs")
def _registered_by_hand(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """RegisterContainerInstance: the size of the instance's type, where moto has one size for all."""
    if operation != "RegisterContainerInstance" or response.status_code >= 400:
        return
    place = place_of(request)
    call = asked(operation)
    cluster = str((call.params.get("cluster") if call else None) or "default").rpartition("/")[2]
    for host in place.backend("ecs").container_instances.get(cluster, {}).values():
        if "lab_interfaces" not in host.__dict__:
            _complete(place, host, {})


@afterwards("ecs")
def _drained(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if operation in ("UpdateContainerInstancesState", "DeregisterContainerInstance"):
        from course.lab.ecs import services

        services.look_again(place_of(request))


def join_all(place: Place) -> list[Delivery]:
    """Let every agent that can reach its cluster join it; forget instances that are gone."""
    made = _forget_the_lost(place)
    for reservation in list(place.backend("ec2").reservations.values()):
        for instance in list(reservation.instances):
            if instance.state in _ALIVE and (joined := _join(place, instance)):
                made.append(note("ECS agent", instance.id, f"joined {joined}"))
    if made:
        from course.lab.ecs import services

        services.look_again(place)
    return made


def agent_log(instance_id: str) -> str:
    """What /var/log/ecs/ecs-agent.log of an instance says: the cluster that it joined, or why it has not.

    >>> agent_log(instance_id)
    'level=error msg="no cluster named shpo"'
    """
    from course.lab.imds import find_instance

    instance = find_instance(instance_id)
    backend = instance.ec2_backend
    trouble, cluster, _ = _trouble(Place(backend.account_id, backend.region_name), instance)
    if trouble:
        return f'level=error msg="{trouble}"'
    return f'level=info msg="Registration completed successfully" cluster="{cluster}"'


def _join(place: Place, instance: Any) -> str:
    kept = place.backend("ecs")
    if instance.__dict__.get(_KEPT) == "joined" or not _is_optimized(place, instance.image_id):
        return ""
    state = (_role_of(instance), tuple(kept.clusters))
    if instance.__dict__.get(_KEPT) == state and not state[0]:
        return ""
    instance.__dict__[_KEPT] = state
    trouble, cluster, config = _trouble(place, instance)
    if trouble:
        return ""
    instance.__dict__[_KEPT] = "joined"
    if cluster not in kept.clusters:
        kept.create_cluster(cluster)
    host = kept.register_container_instance(cluster, instance.id)
    _complete(place, host, config)
    return cluster


def _trouble(place: Place, instance: Any) -> tuple[str, str, dict[str, str]]:
    """What keeps an agent from joining, its cluster, and its configuration."""
    from course.lab.ec2.first_boot import first_boot
    from course.lab.iam.services import role_may

    if not _is_optimized(place, instance.image_id):
        return f"no agent is installed on image {instance.image_id}", "", {}
    config = resources.config_of(first_boot(instance.id).files.get(_CONFIG, ""))
    cluster = config.get("ECS_CLUSTER") or "default"
    role = _role_of(instance)
    if not role:
        return "no instance profile: the agent has no credentials", cluster, config
    arn = f"arn:aws:ecs:{place.region}:{place.account}:cluster/{cluster}"
    for action in _NEEDED:
        if not role_may(role, action, arn).allowed:
            return f"the role may not {action}", cluster, config
    found = place.backend("ecs").clusters.get(cluster)
    if found is None and (cluster != "default" or not role_may(role, "ecs:CreateCluster", arn).allowed):
        return f"no cluster named {cluster}", cluster, config
    return "", cluster, config


def _complete(place: Place, host: Any, config: dict[str, str]) -> None:
    """What the agent tells of its instance: size, reserved ports and memory, attributes."""
    instance = place.backend("ec2").get_instance(host.ec2_instance_id)
    reserved = config.get("ECS_RESERVED_MEMORY", "0")
    ports = tuple(int(port) for port in resources.listed(config.get("ECS_RESERVED_PORTS", "")))
    size = resources.measure(instance, int(reserved) if reserved.isdigit() else 0, ports)
    resources.register(host, size)
    host.attributes |= {
        "ecs.ami-id": instance.image_id,
        "ecs.cpu-architecture": "arm64" if "g." in instance.instance_type else "x86_64",
        "ecs.subnet-id": instance.subnet_id or "",
        "ecs.vpc-id": instance.vpc_id or "",
        "com.amazonaws.ecs.capability.docker-remote-api.1.25": None,
    }
    if config.get("ECS_ENABLE_TASK_IAM_ROLE", "true") == "true":
        host.attributes["com.amazonaws.ecs.capability.task-iam-role"] = None
    host.attributes |= _own_attributes(config.get("ECS_INSTANCE_ATTRIBUTES", ""))
    host.version_info = {"agentVersion": "1.107.0", "agentHash": "4023248", "dockerVersion": "DockerVersion: 25.0.16"}


def _own_attributes(text: str) -> dict[str, str]:
    import json

    try:
        found = json.loads(text.strip("'") or "{}")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _is_optimized(place: Place, image: str) -> bool:
    """Whether an image is one of those that AWS publishes with Docker and the agent."""
    known: set[str] = place.kept("ecs", "lab_optimized_images", lambda: _published(place))
    return image in known


def _published(place: Place) -> set[str]:
    kept = place.backend("ssm")._parameters
    names = [name for name in kept.get_keys_beginning_with(_IMAGES, True) if name.endswith("/image_id")]
    return {str(version.value) for name in names for version in kept[name]}


def _role_of(instance: Any) -> str:
    """The role of an instance's profile; empty without one."""
    from moto.ec2.models import ec2_backends
    from moto.iam.models import iam_backends

    associations = ec2_backends[instance.owner_id][instance.region_name].iam_instance_profile_associations
    if instance.id not in associations:
        return ""
    arn = associations[instance.id].iam_instance_profile.arn
    profiles = iam_backends[instance.owner_id]["aws"].instance_profiles.values()
    profile = next((one for one in profiles if one.arn == arn), None)
    return str(profile.roles[0].arn) if profile is not None and profile.roles else ""


def _forget_the_lost(place: Place) -> list[Delivery]:
    """Tasks on instances that were stopped or terminated have ended; a terminated instance leaves its cluster."""
    kept, ec2 = place.backend("ecs"), place.backend("ec2")
    made = []
    for cluster, hosts in list(kept.container_instances.items()):
        for key, host in list(hosts.items()):
            instance = ec2.get_instance_by_id(host.ec2_instance_id)
            state = instance.state if instance is not None else "terminated"
            up = state in _ALIVE
            if host.agent_connected == up and up:
                continue
            if host.agent_connected != up:
                made.append(note("ECS agent", host.ec2_instance_id, "connected" if up else f"lost: {state}"))
            host.agent_connected = up
            if not up:
                _end_tasks(place, cluster, host, f"Host EC2 (instance {host.ec2_instance_id}) {state}.")
            if state in ("shutting-down", "terminated"):
                hosts.pop(key, None)
                found = kept.clusters[cluster]
                found.registered_container_instances_count = max(0, found.registered_container_instances_count - 1)
    return made


def _end_tasks(place: Place, cluster: str, host: Any, reason: str) -> None:
    for task in list(place.backend("ecs").tasks.get(cluster, {}).values()):
        if task.container_instance_arn == host.container_instance_arn and task.last_status != "STOPPED":
            one = tasks.of(task) or tasks.LabTask(place, task)
            one.stop(reason, "TerminationNotice")
            one.kill()  # nobody is left to wait for it


class _Agents:
    """What the agenda asks: agents join and are lost while nobody calls ECS."""

    def next_due(self) -> float | None:
        return None

    def deliver(self, now: float) -> list[Delivery]:
        return [one for place in places() for one in join_all(place)]


def places() -> list[Place]:
    """Where there are clusters, or services of them."""
    return [Place(one.account_id, one.region_name) for one in everywhere("ecs") if one.clusters]


add_source(_Agents())
