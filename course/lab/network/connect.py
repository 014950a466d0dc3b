"""`lab.connect`: try a connection, and see what becomes of it.

>>> lab.connect("internet", web, 443)
connected: the internet reaches i-0abc... on tcp port 443
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from course.lab.account import ACCOUNT_ID
from course.lab.network import flow_logs, operations, services
from course.lab.network.model import CLIENT_PORT, Interface, Outside, Packet, Party, Sighting, Step, Stopped
from course.lab.network.parties import address_for, source_named, target_named
from course.lab.network.trip import Trip, begin
from course.lab.place import everywhere

CONNECTED: Final = "connected"
TIME_OUT: Final = "time-out"
REFUSED: Final = "refused"
_PROTOCOLS: Final = ("tcp", "udp", "icmp")


@dataclass(frozen=True)
class Connection:
    """What became of a connection; it is true if packets went there and back and somebody answered."""

    source: str
    target: str
    port: int | None
    protocol: str
    outcome: str
    """What the client sees: `connected`, `time-out` or `refused`."""
    steps: tuple[Step, ...]
    endpoint: str = ""
    """The VPC endpoint through which it went."""
    policy: str = field(default="", repr=False)
    """The policy of that endpoint, as JSON."""

    def __bool__(self) -> bool:
        return self.outcome == CONNECTED

    def permits(self, action: str, resource: str) -> bool:
        """Whether the policy of the endpoint lets such a request of the account through; without one everything.

        An endpoint's policy is no firewall: packets pass, and the service answers AccessDenied.

        >>> lab.connect(inner, "s3").permits("s3:GetObject", "arn:aws:s3:::records/a.pdf")
        False
        """
        if not self.endpoint:
            return True
        from course.lab.iam.document import parse_policy
        from course.lab.iam.evaluation import Policies, decide
        from course.lab.iam.request import Principal, Request

        who = Principal("root", f"arn:aws:iam::{ACCOUNT_ID}:root", ACCOUNT_ID)
        # The caller's own permissions are another question: here only the endpoint has a say.
        own = parse_policy('{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}')
        policies = Policies(identity=(own,), resource=parse_policy(self.policy, "resource"), resource_must_allow=True)
        return decide(Request(who, action, resource, {}, ACCOUNT_ID), policies).allowed

    @property
    def stopped_at(self) -> str:
        """The id of what stopped it, such as a group, an ACL, a route table; empty if nothing did."""
        return next((step.at.split(" ")[0] for step in self.steps if not step.passes), "")

    @property
    def way(self) -> str:
        """On which way it was stopped: `there`, `back`, or empty."""
        return next((step.way for step in self.steps if not step.passes), "")

    @property
    def why(self) -> str:
        """The reason in words; empty if nothing stopped it."""
        return next((step.says for step in self.steps if not step.passes), "")

    @property
    def hops(self) -> list[str]:
        """The ids of everything that the packets met, in order."""
        return [step.at.split(" ")[0] for step in self.steps]

    def __str__(self) -> str:
        what = self.protocol if self.port is None else f"{self.protocol} port {self.port}"
        head = f"{self.outcome}: {self.source} -> {self.target}, {what}"
        return "\n".join([head, *(f"  {step}" for step in self.steps)])

    def __repr__(self) -> str:
        return str(self)


def connect(
    source: str,
    target: str,
    port: int | None = 443,
    protocol: str = "tcp",
    *,
    source_port: int = CLIENT_PORT,
    sends: int = 0,
    receives: int = 0,
) -> Connection:
    """Try a connection from `source` to `target`, as the account's networks are now.

    Each may be an instance, an interface, an IPv4 address, "internet", a database, a load balancer or a function; the
    target also a service such as "s3". Programs listen on every port of an instance until `listen` says otherwise.
    `sends` and `receives` are bytes of payload, for flow logs. The connection is tried and leaves nothing behind but
    records where flow logs are on.

    >>> lab.connect(web, database, 3306).why
    'no inbound rule of i-0123 (db) allows tcp port 3306 from 10.0.1.10'
    """
    if protocol not in _PROTOCOLS:
        raise ValueError(f"connect: the protocol {protocol!r} is not one of {', '.join(_PROTOCOLS)}.")
    if protocol == "icmp":
        port = None
    elif not isinstance(port, int) or not 0 < port < 65_536:
        raise ValueError(f"connect: the port {port!r} is not a whole number from 1 to 65535.")
    operations.backend.install()
    begins = source_named(str(source))
    ends = target_named(str(target), begins)
    trip = Trip(begins, ends)
    outcome = _outcome(trip, begins, ends, str(target), port, protocol, source_port)
    flow_logs.note(_merged(trip.sightings), outcome == CONNECTED, sends, receives)
    through = trip.endpoint or services.endpoint_of(ends)
    name, policy = ("", "") if through is None else (str(through.id), str(through.policy_document))
    return Connection(begins.owner, ends.owner, port, protocol, outcome, tuple(trip.steps), name, policy)


def _outcome(
    trip: Trip, source: Party, target: Party, called: str, port: int | None, protocol: str, source_port: int
) -> str:
    try:
        if isinstance(source, Interface) and source.asleep:
            trip.stop(source.id, f"nothing is sent: {source.asleep}")
        there = _first_packet(trip, source, target, called, port, protocol, source_port)
        begin(trip, source, there)
        silent = isinstance(target, Interface) and bool(target.asleep)
        if isinstance(target, Interface) and silent:
            trip.stop(target.id, f"nobody answers: {target.asleep}")
        listening = port is None or target.listens is None or port in target.listens
        if not listening and protocol == "udp":
            trip.stop(_id(target), f"no program listens on udp port {port}, and UDP says nothing")
        trip.way = "back"
        arrived = _as_it_arrived(trip, there)
        begin(trip, target, arrived.reply())
    except Stopped:
        return TIME_OUT
    if not listening:
        trip.steps.append(
            Step("back", _id(target), f"no program listens on port {port}, so the host refuses", passes=False)
        )
        return REFUSED
    return CONNECTED


def _first_packet(
    trip: Trip, source: Party, target: Party, called: str, port: int | None, protocol: str, source_port: int
) -> Packet:
    sender = source.address
    if isinstance(target, Outside):
        receiver: str | None = target.address
    elif called in target.addresses or called in target.public.values():
        receiver = called
    else:
        receiver = address_for(target, source)
    if receiver is None:
        trip.stop(_id(target), f"{target.owner} has no public address that {source.owner} could call")
        raise AssertionError("unreachable")
    return Packet(sender, receiver, protocol, None if protocol == "icmp" else source_port, port)


def _as_it_arrived(trip: Trip, there: Packet) -> Packet:
    """The packet as the other end sees it, after every translation on the way."""
    target = trip.target
    if isinstance(target, Interface):
        return next(one.packet for one in reversed(trip.sightings) if one.interface.id == target.id)
    last = trip.sightings[-1] if trip.sightings else None
    if last is None:
        return there
    packet = last.packet
    public = last.interface.public.get(packet.source)
    if public is not None and trip.endpoint is None and not target.vpns:
        packet = packet.sent_from(public, packet.source_port)
    return packet


def _merged(sightings: list[Sighting]) -> list[Sighting]:
    """A packet that leaves an interface may be judged twice; the last verdict stands."""
    kept: dict[tuple[str, str, str], Sighting] = {}
    for one in sightings:
        kept[one.interface.id, str(one.packet), one.way] = one
    return list(kept.values())


def _id(party: Party) -> str:
    return party.id if isinstance(party, Interface) else party.address


def listen(instance_id: str, *ports: int) -> None:
    """Say on which ports programs of an instance listen; without ports on none. Others refuse a connection.

    >>> lab.listen(web, 80, 443)
    """
    for ec2 in everywhere("ec2"):
        instance = ec2.get_instance_by_id(instance_id)
        if instance is not None:
            instance.lab_listens = frozenset(ports)
            return
    raise ValueError(f"listen: no instance has the id {instance_id!r}.")
