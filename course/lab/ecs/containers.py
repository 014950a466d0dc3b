"""A container of a task: prepared, started, checked, stopped.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
"""

from __future__ import annotations

import signal
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.caller import Session
from course.lab.clock import clock
from course.lab.containers import programs
from course.lab.containers.disk import Disk
from course.lab.containers.image import Image
from course.lab.containers.room import Container
from course.lab.ecs import logging, preparing

if TYPE_CHECKING:
    from course.lab.ecs.tasks import LabTask

_CANNOT_START: Final = "CannotStartContainerError: Error response from daemon: "


class LabContainer:
    """A container: what its definition says, and the program once there is one.

    `state` is "waiting", "running" or "over".
    """

    def __init__(self, task: LabTask, said: Mapping[str, Any], shown: Any) -> None:
        overrides = (task.task.overrides or {}).get("containerOverrides") or ()
        self.task, self.said, self.shown = task, said, shown
        self.override: Mapping[str, Any] = next((one for one in overrides if one.get("name") == said["name"]), {})
        self.name = str(said["name"])
        self.essential = bool(said.get("essential", True))
        self.check: Mapping[str, Any] | None = said.get("healthCheck")
        self.health = "UNKNOWN"
        self.state = "waiting"
        self.exit_code: int | None = None
        self.reason = ""
        self.program: Container | None = None
        self.image: Image | None = None
        self._log: logging.Log | None = None
        self._variables: dict[str, str] = {}
        self._failures, self._checked, self._started = 0, 0.0, 0.0
        shown.image = str(said["image"])
        shown.last_status, shown.health_status, shown.exitCode = "PENDING", "UNKNOWN", None
        shown.container_arn = f"arn:aws:ecs:{task.place.region}:{task.place.account}:container/" + "/".join(
            (task.task.cluster_name, task.task.id, shown.container_arn.rpartition("/")[2])
        )
        shown.task_arn = task.task.task_arn
        shown.runtime_id = f"{task.task.id.replace('-', '')}-{zlib.crc32(self.name.encode())}"
        if task.address:
            attachment = task.task.attachments[0]["id"]
            shown.network_interfaces = [{"attachmentId": attachment, "privateIpv4Address": task.address}]

    @property
    def stop_timeout(self) -> float:
        """How long it may take to end; nothing for one that runs no program."""
        return float(self.said.get("stopTimeout") or 30) if self.program else 0.0

    @property
    def is_running(self) -> bool:
        """Whether its program runs."""
        return self.state == "running"

    # Beginning ----------------------------------------------------------------------------------------------

    def prepare(self, session: Session, interface: str) -> None:
        """Pull, look up, begin the log. Raises NotReady or NoLog."""
        self.image, digest = preparing.image(session, str(self.said["image"]), interface)
        if digest:
            self.shown.image_digest = digest
        if self.image is None:
            return  # a placeholder
        self._variables = preparing.environment(session, self.said, self.override)
        self._log = logging.log_of(session, self.said, self.task.task.id, self.shown.runtime_id)
        if self._log is not None:
            self._log.begin()

    def _neighbour(self, name: str) -> LabContainer | None:
        return next((one for one in self.task.containers if one.name == name), None)

    def is_free(self) -> bool:
        """Whether everything that it depends on is as it wishes."""
        return all(self._met(one) for one in self.said.get("dependsOn") or ())

    def _met(self, wish: Mapping[str, Any]) -> bool:
        other, condition = self._neighbour(str(wish["containerName"])), wish["condition"]
        if other is None:
            return True
        if condition == "START":
            return other.state != "waiting"
        if condition == "HEALTHY":
            return other.health == "HEALTHY"
        return other.state == "over" and (condition == "COMPLETE" or other.exit_code == 0)

    def blocked(self) -> str:
        """Why it can never start; empty if it still may."""
        for wish in self.said.get("dependsOn") or ():
            other, condition = self._neighbour(str(wish["containerName"])), wish["condition"]
            if other is None:
                continue
            if condition == "SUCCESS" and other.state == "over" and other.exit_code != 0:
                return self._told(other, "did not exit successfully")
            if condition == "HEALTHY" and (other.health == "UNHEALTHY" or other.state == "over"):
                return self._told(other, "is not healthy")
        return ""

    def _told(self, other: LabContainer, what: str) -> str:
        self.reason = self.shown.reason = (
            f"dependency graph: container {self.name} depends on {other.name}, which {what}"
        )
        return self.reason

    def start(self) -> None:
        """Run the program, if the image holds one."""
        self.state, self.shown.last_status = "running", "RUNNING"
        self._started = self._checked = clock.now().timestamp()
        self.task.look_running()
        if self.image is None or not self.is_running:
            return
        settings, task = self.image.settings, self.task
        entry = self.said.get("entryPoint") or list(settings.entry_point)
        default = [] if self.said.get("entryPoint") else list(settings.command)
        command = self.override.get("command") or self.said.get("command") or default
        self.check = self.check or None
        region = task.place.region
        variables = {
            **settings.environment, "HOSTNAME": (task.address and f"ip-{task.address.replace('.', '-')}") or self.name,
            "AWS_REGION": region, "AWS_DEFAULT_REGION": region,
            "AWS_EXECUTION_ENV": "AWS_ECS_FARGATE" if task.is_fargate else "AWS_ECS_EC2",
            **task.endpoint.variables, **self._variables,
        }  # fmt: skip
        mounts = task.volumes.mounts(self.said) if task.volumes else []
        disk = Disk.of(self.image, mounts, bool(self.said.get("readonlyRootFilesystem")))
        self.program = Container(
            self.name, disk, [*entry, *command], variables, str(self.said.get("workingDirectory") or settings.folder),
            neighbours=self._neighbours, wanted=lambda: task.is_there, ended=self._ended, listens=self._listens,
            speaks=self._speaks, answers=task.endpoint,
        )  # fmt: skip
        self.program.process.has_init = bool((self.said.get("linuxParameters") or {}).get("initProcessEnabled"))
        self._nobody_listens()
        try:
            self.program.start()
        except programs.StartFailed as error:
            self.reason = self.shown.reason = f"{_CANNOT_START}{error}"
            self.program = None
            self._over(programs.NOT_FOUND)

    def _neighbours(self) -> list[Container]:
        if self.task.address:
            return [one.program for one in self.task.containers if one.program is not None]
        return [self.program] if self.program is not None else []

    # Output and requests ------------------------------------------------------------------------------------

    def _speaks(self, program: Container, lines: list[str]) -> None:
        if self._log is not None:
            self._log.write(lines)

    def _places(self, port: int) -> list[tuple[str, int]]:
        """Where a port of the container is reached: at the task's address, or at ports of its instance."""
        if self.task.address:
            return [(self.task.address, port)]
        host = self.task.host
        if host is None:
            return []
        found = []
        for one in self.task.bindings:
            if (one["container"], one["containerPort"]) == (self.name, port):
                found.append((str(host.ec2_instance_id), int(one["hostPort"])))
        return found

    def _nobody_listens(self) -> None:
        for one in self.said.get("portMappings") or ():
            self._listens(int(one["containerPort"]), False)

    def _listens(self, port: int, does: bool) -> None:
        from course.lab.elb.servers import serve

        for address, outside in self._places(port):
            serve(address, outside, self._asks(port) if does else None)

    def _asks(self, port: int) -> Any:
        def page(sent: Sent) -> Answer:
            if self.program is None:
                raise ConnectionRefusedError
            return self.program.ask(port, sent)

        return page

    # Health -------------------------------------------------------------------------------------------------

    def next_check(self) -> float | None:
        """When the health check comes next."""
        if not self.check or not self.is_running or self.program is None:
            return None
        return self._checked + float(self.check.get("interval") or 30)

    def run_check(self, at: float) -> None:
        """One health check."""
        assert self.check is not None
        self._checked = at
        if self._passes(list(self.check["command"])):
            self._failures, self.health = 0, "HEALTHY"
        elif at - self._started > float(self.check.get("startPeriod") or 0):
            self._failures += 1
            if self._failures >= int(self.check.get("retries") or 3):
                self.health = "UNHEALTHY"
        self.shown.health_status = self.health
        self.task.look()

    def _passes(self, command: list[str]) -> bool:
        assert self.program is not None
        kind, *words = command
        line = " ".join(words) if kind in ("CMD-SHELL", "CMD") else " ".join(command)
        if url := programs.asked_url(line):
            host, _, path = url.removeprefix("http://").partition("/")
            port = int(host.partition(":")[2] or 80)
            sent = Sent("GET", "localhost", f"/{path}", "", Headers(), b"", "127.0.0.1", is_secure=False, port=port)
            try:
                return self.program.ask(port, sent).status < 400
            except (ConnectionError, TimeoutError):
                return False
        if kind == "CMD":
            return self.program.run_beside(words) == 0
        return self.program.run_beside(["/bin/sh", "-c", line]) == 0

    # Ending -------------------------------------------------------------------------------------------------

    def terminate(self) -> None:
        """SIGTERM; what runs no program is over at once."""
        if self.state == "waiting":
            self.state, self.shown.last_status = "over", "STOPPED"
        elif self.is_running and self.program is None:
            self._over(0)
        elif self.is_running and self.program is not None:
            self.program.process.send(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        if self.is_running and self.program is not None:
            self.program.process.kill()

    def _ended(self, program: Container) -> None:
        self._over(int(program.exit_code or 0))

    def _over(self, code: int) -> None:
        if self.state == "over":
            return
        self.state, self.exit_code = "over", code
        self.shown.last_status, self.shown.exitCode = "STOPPED", code
        self.shown.exit_code = code
        if self.task.status != "PROVISIONING":
            self.task.container_ended(self)

    def close(self) -> None:
        """The task is over: its disk goes."""
        self.program = None

    def metadata(self) -> dict[str, Any]:
        """What the metadata endpoint says of it."""
        return {
            "Name": self.name, "Image": str(self.said["image"]), "DesiredStatus": self.task.task.desired_status,
            "KnownStatus": "RUNNING" if self.is_running else "STOPPED" if self.state == "over" else "PENDING",
        }  # fmt: skip
