"""CPU, memory and ports: what a container instance has, what a task needs, and what is left.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Resource.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.place import Place

# The agent's and Docker's own ports, and SSH.
AGENT_PORTS: Final = (22, 2375, 2376, 51678, 51679)
# The ephemeral range of the kernel of Amazon Linux, from which Docker takes the host ports that nobody named.
DYNAMIC: Final = range(32768, 61000)
# The kernel keeps about this much of an instance's memory for itself, so the agent registers less than the type has.
_KERNEL_SHARE, _KERNEL_MIB = 0.03, 60


@dataclass(frozen=True)
class Port:
    """A port mapping of a container; `host` is None where Docker chooses, in bridge mode."""

    container: str
    inside: int
    host: int | None
    protocol: str


@dataclass(frozen=True)
class Needs:
    """What a task takes of an instance: CPU units, MiB, host ports, and perhaps a network interface."""

    cpu: int
    memory: int
    ports: tuple[Port, ...] = ()
    interface: bool = False

    @property
    def fixed(self) -> tuple[tuple[int, str], ...]:
        """The host ports that are named, with their protocols."""
        return tuple((port.host, port.protocol) for port in self.ports if port.host is not None)


@dataclass
class Room:
    """What an instance has left."""

    cpu: int
    memory: int
    taken: set[tuple[int, str]] = field(default_factory=set)
    interfaces: int = 0

    def lacks(self, needs: Needs) -> str:
        """Which resource is too small for a task, in the words of a failure; empty if it fits."""
        if needs.memory > self.memory:
            return "RESOURCE:MEMORY"
        if needs.cpu > self.cpu:
            return "RESOURCE:CPU"
        if any(port in self.taken for port in needs.fixed):
            return "RESOURCE:PORTS"
        if needs.interface and self.interfaces < 1:
            return "RESOURCE:ENI"
        return ""


def needs_of(definition: Any, overrides: dict[str, Any] | None = None) -> Needs:
    """What a task of moto's task definition needs, with the overrides of a call."""
    cpu = memory = 0
    ports: list[Port] = []
    said = {one.get("name"): one for one in (overrides or {}).get("containerOverrides") or ()}
    mode = definition.network_mode or "bridge"
    for container in definition.container_definitions:
        one = {(key[:1].lower() + key[1:]): value for key, value in container.items()}
        one |= {key: value for key, value in said.get(one.get("name"), {}).items() if key in _SIZES}
        cpu += int(one.get("cpu") or 0)
        memory += int(one.get("memoryReservation") or one.get("memory") or 0)
        for mapping in one.get("portMappings") or ():
            port = {(key[:1].lower() + key[1:]): value for key, value in mapping.items()}
            inside, named = int(port.get("containerPort") or 0), int(port.get("hostPort") or 0)
            host = named or (None if mode == "bridge" else inside)
            ports.append(Port(str(one.get("name")), inside, host, str(port.get("protocol") or "tcp")))
    # A size of the whole task goes before the sum of its containers.
    cpu = units((overrides or {}).get("cpu") or definition.cpu) or cpu
    memory = mebibytes((overrides or {}).get("memory") or definition.memory) or memory
    own = mode == "awsvpc"
    return Needs(cpu, memory, () if own else tuple(ports), own)


_SIZES: Final = ("cpu", "memory", "memoryReservation")


def units(size: Any) -> int:
    """CPU units of a size such as '256', '.25 vCPU' or '1 vcpu'; 0 if there is none."""
    found = re.fullmatch(r"\s*([\d.]+)\s*(vcpu)?\s*", str(size or ""), re.IGNORECASE)
    return int(float(found.group(1)) * (1024 if found.group(2) else 1)) if found else 0


def mebibytes(size: Any) -> int:
    """MiB of a size such as '512', '0.5 GB' or '1GB'; 0 if there is none."""
    found = re.fullmatch(r"\s*([\d.]+)\s*(gb)?\s*", str(size or ""), re.IGNORECASE)
    return int(float(found.group(1)) * (1024 if found.group(2) else 1)) if found else 0


def measure(instance: Any, reserved_memory: int = 0, reserved_ports: tuple[int, ...] = ()) -> dict[str, Any]:
    """What the agent on one of moto's EC2 instances registers."""
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    found = INSTANCE_TYPES.get(instance.instance_type) or {}
    cores = int((found.get("VCpuInfo") or {}).get("DefaultVCpus", 2))
    whole = int((found.get("MemoryInfo") or {}).get("SizeInMiB", 4096))
    interfaces = int((found.get("NetworkInfo") or {}).get("MaximumNetworkInterfaces", 2)) - 1
    memory = int(whole * (1 - _KERNEL_SHARE)) - _KERNEL_MIB - reserved_memory
    return {"cpu": cores * 1024, "memory": memory, "interfaces": interfaces, "ports": [*AGENT_PORTS, *reserved_ports]}


def register(host: Any, size: dict[str, Any]) -> None:
    """Write what an instance has into moto's container instance."""
    host.__dict__["lab_interfaces"] = size["interfaces"]
    for rows in (host.registered_resources, host.remaining_resources):
        for row in rows:
            match row["name"]:
                case "CPU":
                    row["integerValue"] = size["cpu"]
                case "MEMORY":
                    row["integerValue"] = size["memory"]
                case "PORTS":
                    row["stringSetValue"] = [str(port) for port in size["ports"]]


def room_of(host: Any) -> Room:
    """What is left on moto's container instance."""
    rows = {row["name"]: row for row in host.remaining_resources}
    taken = {(int(port), "tcp") for port in rows["PORTS"]["stringSetValue"]}
    taken |= {(int(port), "udp") for port in rows["PORTS_UDP"]["stringSetValue"]}
    interfaces = int(host.__dict__.get("lab_interfaces", 2))
    return Room(rows["CPU"]["integerValue"], rows["MEMORY"]["integerValue"], taken, interfaces)


def take(host: Any, task: Any, needs: Needs) -> None:
    """Give a task its share of an instance; Docker chooses the host ports that nobody named."""
    taken = room_of(host).taken
    bound = []
    for port in needs.ports:
        number = port.host
        if number is None:
            number = next(one for one in DYNAMIC if (one, port.protocol) not in taken)
        taken.add((number, port.protocol))
        bound.append({"containerName": port.container, "containerPort": port.inside, "hostPort": number,
                      "protocol": port.protocol, "bindIP": "0.0.0.0"})  # fmt: skip
    task.__dict__["lab_ports"] = bound
    task.__dict__["lab_needs"] = needs
    _book(host, task, 1)


def give_back(place: Place, task: Any) -> None:
    """What a task held is free again; nothing happens the second time."""
    if task.__dict__.get("lab_given_back"):
        return
    task.__dict__["lab_given_back"] = True
    kept = place.backend("ecs")
    if task.container_instance_arn and "lab_needs" in task.__dict__:
        hosts = kept.container_instances.get(task.cluster_name, {})
        if host := hosts.get(task.container_instance_arn.rpartition("/")[2]):
            _book(host, task, -1)
    cluster = kept.clusters.get(task.cluster_name)
    if cluster is not None:
        cluster.running_tasks_count = max(0, cluster.running_tasks_count - 1)
    _free_interfaces(place, task)


def _book(host: Any, task: Any, sign: int) -> None:
    needs: Needs = task.__dict__["lab_needs"]
    rows = {row["name"]: row for row in host.remaining_resources}
    rows["CPU"]["integerValue"] -= sign * needs.cpu
    rows["MEMORY"]["integerValue"] -= sign * needs.memory
    for port in task.__dict__["lab_ports"]:
        held = rows["PORTS_UDP" if port["protocol"] == "udp" else "PORTS"]["stringSetValue"]
        if sign > 0:
            held.append(str(port["hostPort"]))
        elif str(port["hostPort"]) in held:
            held.remove(str(port["hostPort"]))
    if needs.interface:
        host.__dict__["lab_interfaces"] = int(host.__dict__.get("lab_interfaces", 2)) - sign
    host.running_tasks_count = max(0, host.running_tasks_count + sign)


def _free_interfaces(place: Place, task: Any) -> None:
    """The network interface of a task goes with it."""
    interfaces = place.backend("ec2").enis
    for attachment in task.attachments:
        attachment["status"] = "DELETED"
        for row in attachment["details"]:
            if row["name"] == "networkInterfaceId":
                interfaces.pop(row["value"], None)


def address_of(task: Any) -> str:
    """The private address of a task with a network interface of its own; empty for others."""
    rows = [row for attachment in task.attachments for row in attachment["details"]]
    return next((str(row["value"]) for row in rows if row["name"] == "privateIPv4Address"), "")


def config_of(text: str) -> dict[str, str]:
    """The settings in an /etc/ecs/ecs.config; a line that is no `NAME=value` is none."""
    found = {}
    for line in text.splitlines():
        name, sign, value = line.strip().partition("=")
        if sign and not name.startswith("#"):
            found[name.strip()] = value.strip()
    return found


def listed(text: str) -> list[Any]:
    """A list in JSON, as the agent's settings have them; empty where it is none."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return found if isinstance(found, list) else []
