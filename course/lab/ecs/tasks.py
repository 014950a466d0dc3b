"""A task: containers that belong together, from their preparation to their end.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html

>>> tasks.on_change(callback)      # callback(place, moto_task, one)
>>> tasks.begin(place, moto_task)  # its containers start
>>> tasks.of(moto_task).stop("Scaling activity", "ServiceSchedulerInitiated")

A task starts at once and without the clock; what its programs wait for, and how it ends, takes time on the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from moto.ec2.utils import random_public_ip

from course.lab import agenda
from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.ecs import preparing, roles
from course.lab.ecs.containers import LabContainer
from course.lab.ecs.logging import NoLog
from course.lab.ecs.resources import address_of, give_back
from course.lab.ecs.volumes import NoVolume, Volumes
from course.lab.lambda_runtime.stoppable import inside_a_run
from course.lab.place import Place, everywhere

FAILED: Final = "TaskFailedToStart"
ESSENTIAL: Final = "EssentialContainerExited"
USER: Final = "UserInitiated"
_KEPT: Final = "lab_task"

Hook = Callable[[Place, Any, "LabTask"], None]
_hooks: list[Hook] = []


def on_change(hook: Hook) -> Hook:
    """Register what happens when a task runs, begins to stop, has stopped, or its health is another."""
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


def of(task: Any) -> LabTask | None:
    """What the lab knows of one of moto's tasks; None for a task that bare moto made."""
    found: LabTask | None = task.__dict__.get(_KEPT)
    return found


def begin(place: Place, task: Any) -> LabTask:
    """Start the containers of a task that has its place. Inside a Lambda function they start with lab.settle()."""
    made = task.__dict__[_KEPT] = LabTask(place, task)
    if inside_a_run():
        made.due = clock.now().timestamp()
    else:
        made.start()
    return made


class LabTask:
    """A task of moto's, with the containers that run in it."""

    def __init__(self, place: Place, task: Any) -> None:
        self.place, self.task = place, task
        self.definition = _definition(place, task.task_definition_arn)
        self.status = "PROVISIONING"
        self.stop_code = self.stopped_reason = ""
        self.due: float | None = None
        self.kill_at: float | None = None
        self._health = "UNKNOWN"
        self.volumes: Volumes | None = None
        task.created_at = clock.now()
        task.desired_status = "RUNNING"
        task.stopped_reason, task.stop_code = None, None
        self.is_fargate = task.launch_type == "FARGATE" or str(task.capacity_provider_name).startswith("FARGATE")
        self.task_role = roles.chosen(task, self.definition, "task")
        self.endpoint = roles.Endpoint(place, self.task_role, task.id, self._metadata)
        self.containers = [LabContainer(self, one, shown) for one, shown in _pairs(self.definition, task)]
        self._give_public_address()
        self._state("PROVISIONING")

    def _give_public_address(self) -> None:
        """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html (assignPublicIp)"""
        asked = (getattr(self.task, "network_configuration", None) or {}).get("awsvpcConfiguration") or {}
        card = self.place.backend("ec2").enis.get(self.interface)
        if card is None:
            return
        card.description = (
            f"arn:aws:ecs:{self.place.region}:{self.place.account}:attachment/{self.task.attachments[0]['id']}"
        )
        if self.is_fargate and asked.get("assignPublicIp") == "ENABLED" and not card.public_ip:
            card.public_ip = random_public_ip()

    @property
    def public_address(self) -> str:
        """Its public address, if it was given one."""
        card = self.place.backend("ec2").enis.get(self.interface)
        return str(getattr(card, "public_ip", None) or "")

    @property
    def address(self) -> str:
        """Its private address; empty without a network interface of its own."""
        return str(address_of(self.task))

    @property
    def interface(self) -> str:
        """The id of its network interface."""
        return self._detail("networkInterfaceId")

    @property
    def bindings(self) -> list[dict[str, Any]]:
        """Which port of which container is which port of the host."""
        return [
            {
                "container": one["containerName"],
                **{name: one[name] for name in ("containerPort", "hostPort", "protocol")},
            }
            for one in self.task.__dict__.get("lab_ports", ())
        ]

    @property
    def health(self) -> str:
        """UNHEALTHY if an essential container is, HEALTHY if all that are checked are."""
        states = [one.health for one in self.containers if one.essential and one.check]
        return (
            "UNHEALTHY" if "UNHEALTHY" in states else "HEALTHY" if states and set(states) == {"HEALTHY"} else "UNKNOWN"
        )

    @property
    def host(self) -> Any:
        """The container instance it runs on; None on Fargate."""
        known = self.place.backend("ecs").container_instances.get(self.task.cluster_name, {})
        return known.get(str(self.task.container_instance_arn or "").rpartition("/")[2])

    @property
    def is_there(self) -> bool:
        """Whether the account that it is in has not been emptied."""
        tasks = self.place.backend("ecs").tasks.get(self.task.cluster_name, {})
        return tasks.get(self.task.task_arn) is self.task

    def _detail(self, name: str) -> str:
        rows = [row for one in self.task.attachments for row in one["details"]]
        return next((str(row["value"]) for row in rows if row["name"] == name), "")

    # Beginning ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Prepare everything, then start the containers in their order."""
        self.due = None
        self._state("PENDING")
        self.task.pull_started_at = clock.now()
        role = roles.chosen(self.task, self.definition, "execution")
        session = roles.session(self.place, role, self.task.id) if role else roles.nobody(self.place)
        try:
            # The network of Fargate is looked at; on an instance it is the instance that pulls.
            outside = self.interface if self.is_fargate else ""
            self.volumes = Volumes(self.place, self.definition, self.interface, self._detail("subnetId"), self.host)
            for one in self.containers:
                one.prepare(session, outside)
        except (preparing.NotReady, NoLog, NoVolume) as error:
            self._fail(str(error))
            return
        self.task.pull_stopped_at = clock.now()
        self.task.connectivity, self.task.connectivity_at = "CONNECTED", clock.now()
        self.start_ready()
        if self.status == "PENDING" and self.task.desired_status == "RUNNING":
            self.look()

    def start_ready(self) -> None:
        """Start the containers whose dependencies are as they wish."""
        again = True
        while again and self.task.desired_status == "RUNNING":
            again = False
            for one in self.containers:
                if one.state != "waiting":
                    continue
                why = one.blocked()
                if why:
                    self._fail(f"Task failed to start: {why}")
                    return
                if one.is_free():
                    again = True
                    one.start()
        self.look()

    def look_running(self) -> None:
        """It runs when its essential containers do."""
        begins = self.status in ("PROVISIONING", "PENDING") and self.task.desired_status == "RUNNING"
        if begins and all(one.state != "waiting" for one in self.containers if one.essential):
            self.task.started_at = clock.now()
            self._state("RUNNING")

    def look(self) -> None:
        """Is it running now, or over?"""
        self.look_running()
        if self._health != self.health:
            self._health = self.health
            self.task.health_status = self._health
            self._tell()
        if self.status != "STOPPED" and self.task.desired_status == "STOPPED" and self._all_over():
            self._end()

    def container_ended(self, container: LabContainer) -> None:
        """A container's program has ended."""
        if self.task.desired_status == "RUNNING":
            if container.essential:
                self.stop("Essential container in task exited", ESSENTIAL)
                return
            if all(one.state == "over" for one in self.containers):
                self.stop("All containers in task exited", ESSENTIAL)
                return
            self.start_ready()
        self.look()

    # Ending -------------------------------------------------------------------------------------------------

    def _fail(self, reason: str) -> None:
        self.stop(reason, FAILED)

    def stop(self, reason: str, code: str = USER) -> None:
        """Let it end: SIGTERM now, SIGKILL when the time is over."""
        if self.task.desired_status == "STOPPED":
            return
        self.due = None
        self.stopped_reason, self.stop_code = reason, code
        self.task.desired_status = "STOPPED"
        self.task.stopped_reason, self.task.stop_code, self.task.stopping_at = reason, code, clock.now()
        patience = max([one.stop_timeout for one in self.containers if one.is_running], default=0.0)
        self.kill_at = clock.now().timestamp() + patience
        if self.status == "RUNNING":
            self._state("DEACTIVATING")
        for one in self.containers:
            one.terminate()
        self.look()

    def kill(self) -> None:
        """The time is over."""
        for one in self.containers:
            one.kill()
        self.look()

    def _all_over(self) -> bool:
        return not any(one.is_running for one in self.containers)

    def _end(self) -> None:
        self.kill_at = None
        self.task.execution_stopped_at = self.task.stopped_at = clock.now()
        for one in self.containers:
            one.close()
        give_back(self.place, self.task)
        self.volumes = None
        self._state("STOPPED")

    def _state(self, status: str) -> None:
        self.status = self.task.last_status = status
        self._tell()

    def _tell(self) -> None:
        if self.status in ("PROVISIONING", "PENDING"):
            return
        for hook in list(_hooks):
            hook(self.place, self.task, self)

    def _metadata(self, path: str) -> dict[str, Any] | None:
        """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html"""
        family, _, revision = self.task.task_definition_arn.rpartition("/")[2].partition(":")
        rows = [one.metadata() for one in self.containers]
        if path == "task":
            return {
                "Cluster": self.task.cluster_arn, "TaskARN": self.task.task_arn, "Family": family, "Revision": revision,
                "DesiredStatus": self.task.desired_status, "KnownStatus": self.status, "Containers": rows,
                "LaunchType": "FARGATE" if self.is_fargate else "EC2",
                "Limits": {"CPU": int(self.task.cpu or 0) / 1024, "Memory": int(self.task.memory or 0)},
            }  # fmt: skip
        return rows[0] if path == "" and rows else None


def _definition(place: Place, arn: str) -> Any:
    family, _, revision = arn.rpartition("/")[2].partition(":")
    return place.backend("ecs").task_definitions[family][int(revision)]


def _pairs(definition: Any, task: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Each container's definition beside moto's record of the container."""
    shown = {one.name: one for one in task.containers}
    for one in definition.container_definitions:
        lower = {(name[:1].lower() + name[1:]): value for name, value in one.items()}
        yield lower, shown[lower["name"]]


def everything() -> list[LabTask]:
    """All tasks everywhere that have not stopped."""
    found = []
    for backend in everywhere("ecs"):
        for rows in backend.tasks.values():
            found += [one for task in rows.values() if (one := of(task)) is not None and one.status != "STOPPED"]
    return found


class _Tasks:
    """What the agenda asks: tasks to start, to kill, and health checks."""

    def next_due(self) -> float | None:
        times = [time for one in everything() for time in (one.due, one.kill_at) if time is not None]
        times += [time for one in everything() for inner in one.containers if (time := inner.next_check()) is not None]
        return min(times, default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for one in everything():
            if one.due is not None and one.due <= now:
                one.start()
                made.append(note("ECS", one.task.task_arn, f"started: {one.status}"))
            if one.kill_at is not None and one.kill_at <= now:
                one.kill()
                one.kill_at = None
                made.append(note("ECS", one.task.task_arn, "stopped"))
            for inner in one.containers:
                at = inner.next_check()
                if at is not None and at <= now:
                    before = inner.health
                    with agenda.working():
                        inner.run_check(at)
                    if inner.health != before:
                        made.append(note("health check", inner.name, inner.health))
                        one.start_ready()
        return made


add_source(_Tasks())
