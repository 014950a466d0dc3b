"""Packets, the interfaces that they pass, and the steps of their way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any, Final

from course.lab.place import Place

# Where replies go. Linux picks 32768-60999, Windows 49152-65535: this one is in both.
# https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
CLIENT_PORT: Final = 50_007
# A NAT gateway picks from 1024-65535.
NAT_PORT: Final = 1_107


@dataclass(frozen=True)
class Packet:
    """From where, to where. Ports are None for ICMP."""

    source: str
    target: str
    protocol: str
    source_port: int | None
    port: int | None

    def reply(self) -> Packet:
        """The packet that answers it."""
        return Packet(self.target, self.source, self.protocol, self.port, self.source_port)

    def sent_from(self, address: str, port: int | None) -> Packet:
        """The same with another sender, as after a translation."""
        return replace(self, source=address, source_port=port)

    def sent_to(self, address: str, port: int | None) -> Packet:
        """The same with another receiver."""
        return replace(self, target=address, port=port)

    def __str__(self) -> str:
        if self.port is None:
            return f"{self.protocol} {self.source} -> {self.target}"
        return f"{self.protocol} {self.source}:{self.source_port} -> {self.target}:{self.port}"


@dataclass(frozen=True)
class Interface:
    """A network card in a subnet: of an instance, a database, a balancer, a function, an endpoint, a NAT gateway."""

    id: str
    owner: str
    """What it belongs to, as a person calls it."""
    place: Place
    subnet: Any
    addresses: tuple[str, ...]
    """Private ones, the primary first."""
    public: dict[str, str] = field(default_factory=dict)
    """Public addresses by the private ones that they stand for."""
    groups: tuple[Any, ...] = ()
    guarded: bool = True
    """Whether security groups judge: they do not at NAT gateways."""
    forwards: bool = False
    """Whether it takes packets that are not for itself: source/destination check off."""
    asleep: str = ""
    """Why nobody is at home; empty if somebody is."""
    listens: frozenset[int] | None = None
    """The ports on which a program listens; None for all."""
    instance_type: str = ""

    @property
    def vpc(self) -> str:
        """The network that it is in."""
        return str(self.subnet.vpc_id)

    @property
    def address(self) -> str:
        """Its primary private address."""
        return self.addresses[0]

    @property
    def public_address(self) -> str | None:
        """The public address of the primary private one."""
        return self.public.get(self.address)


@dataclass(frozen=True)
class Outside:
    """A host that is in no VPC of the account: on the internet, at a service's public address, on premises."""

    owner: str
    address: str
    listens: frozenset[int] | None = None
    vpns: tuple[Any, ...] = ()
    """The VPN connections that lead to it."""
    service: str = ""


Party = Interface | Outside


@dataclass(frozen=True)
class Step:
    """One thing that a packet met."""

    way: str
    """`there` or `back`."""
    at: str
    """The id of what it met."""
    says: str
    passes: bool = True

    def __str__(self) -> str:
        return f"{'ok  ' if self.passes else 'STOP'} {self.way:5} {self.at}: {self.says}"


@dataclass(frozen=True)
class Sighting:
    """A packet at an interface, as a flow log sees it."""

    interface: Interface
    packet: Packet
    accepted: bool
    way: str


class Stopped(Exception):
    """The packet goes no further; the last step says why."""


def label(resource: Any, *others: Any) -> str:
    """The id of a resource, with its name, or that of the place where it stands, if it has one."""
    for one in (resource, *others):
        for tag in one.get_tags():
            if tag["key"] == "Name":
                return f"{resource.id} ({tag['value']})"
    return str(resource.id)


def is_private(address: str) -> bool:
    """Whether an address is of RFC 1918 or RFC 6598, which routers of the internet do not carry."""
    number = ip_address(address)
    return any(number in block for block in _PRIVATE)


def _blocks(*written: str) -> tuple[Any, ...]:
    from ipaddress import ip_network

    return tuple(ip_network(one) for one in written)


_PRIVATE: Final = _blocks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
