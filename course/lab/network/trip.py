"""A packet's way there, and the reply's way back.

Security groups remember a connection, so they judge its first packet only; network ACLs judge every packet that
enters or leaves a subnet; every packet that leaves a subnet follows that subnet's route table, replies too.

https://docs.aws.amazon.com/vpc/latest/userguide/infrastructure-security.html#compare-security-groups-network-acls
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from course.lab.network import firewalls
from course.lab.network.model import NAT_PORT, Interface, Packet, Party, Sighting, Step, Stopped, label
from course.lab.network.parties import interface_at
from course.lab.network.routes import acl_of, best_route, in_vpc, name_of_target, table_of, why_gone, written


@dataclass(frozen=True)
class Translation:
    """What a NAT device remembers of a connection."""

    device: Interface
    inside: Packet
    """The packet as it came from inside."""
    address: str
    """The private address of the device, from which it goes on."""
    port: int | None


@dataclass
class Trip:
    """One connection on its way."""

    source: Party
    target: Party
    steps: list[Step] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    way: str = "there"
    translations: list[Translation] = field(default_factory=list)
    entrances: set[str] = field(default_factory=set)
    """How it came into the network of the target: ids of gateways, which replies have to pass too."""
    endpoint: Any = None
    """The endpoint through which a service was reached."""

    @property
    def reply(self) -> bool:
        """Whether the way back is under way."""
        return self.way == "back"

    def met(self, at: str, says: str) -> None:
        """The packet passes."""
        self.steps.append(Step(self.way, at, says))

    def stop(self, at: str, says: str) -> None:
        """The packet is dropped."""
        self.steps.append(Step(self.way, at, says, passes=False))
        raise Stopped(says)

    def leave(self, card: Interface, packet: Packet) -> None:
        """A packet leaves an interface: its groups, its subnet's ACL, its subnet's route table."""
        if card.guarded:
            self._group(card, packet, out=True)
        near = _neighbour(card, packet.target)
        if near is not None:
            # Within a subnet neither ACL nor table is asked.
            self.saw(card, packet, True)
            self.met(card.subnet.id, f"{packet.target} is in the same subnet: no route, no network ACL")
            self.arrive(near, packet, from_subnet=card.subnet.id)
            return
        self.pass_acl(card, packet, out=True)
        self.saw(card, packet, True)
        self.route(card, packet)

    def route(self, card: Interface, packet: Packet) -> None:
        """The route table of the interface's subnet decides where the packet goes."""
        from course.lab.network import crossing

        ec2 = card.place.backend("ec2")
        table, is_main = table_of(ec2, card.subnet)
        name = f"{table.id} (main)" if is_main else label(table)
        found = best_route(ec2, table, packet.target)
        if found is None:
            self.stop(name, f"no route fits {packet.target}, so the packet is dropped")
            return
        leads = f"{written(found.route)} -> {name_of_target(found.route)}"
        if gone := why_gone(found.route):
            self.stop(name, f"the best route, {leads}, is a blackhole: {gone}")
        self.met(name, f"the best route for {packet.target} is {leads}")
        crossing.cross(self, card, packet, found.route)

    def arrive(self, card: Interface, packet: Packet, from_subnet: str = "") -> None:
        """A packet comes to an interface: its subnet's ACL if it comes from outside of that, then its groups."""
        if from_subnet != card.subnet.id:
            self.pass_acl(card, packet, out=False)
        waiting = self._translation(card, packet)
        if waiting is not None:
            self.saw(card, packet, True)
            self._translate_back(waiting)
            return
        if card.guarded:
            self._group(card, packet, out=False)
        self.saw(card, packet, True)
        if packet.target not in card.addresses:
            self._pass_through(card, packet)
        elif not card.guarded:
            self.stop(card.owner, "a NAT gateway takes no connections from outside, only replies to those from inside")

    def _pass_through(self, card: Interface, packet: Packet) -> None:
        """An instance in the way: it forwards only with its source/destination check off."""
        if not card.forwards:
            self.stop(
                card.id, f"{card.owner} gets a packet for {packet.target}, and its source/destination check is on"
            )
        self.translate(card, packet, "masks the sender")

    def translate(self, device: Interface, packet: Packet, says: str) -> None:
        """A NAT device sends the packet on in its own name."""
        port = None if packet.port is None else NAT_PORT
        self.translations.append(Translation(device, packet, device.address, port))
        self.met(device.owner, f"{says}: {packet.source} becomes {device.address}")
        self.leave(device, packet.sent_from(device.address, port))

    def _translation(self, card: Interface, packet: Packet) -> Translation | None:
        if not self.reply:
            return None
        for one in self.translations:
            if one.device.id == card.id and (packet.target, packet.port) == (one.address, one.port):
                return one
        return None

    def _translate_back(self, waiting: Translation) -> None:
        packet = waiting.inside.reply()
        self.met(waiting.device.owner, f"knows the connection: {waiting.address} becomes {packet.target} again")
        self.leave(waiting.device, packet)

    def _group(self, card: Interface, packet: Packet, out: bool) -> None:
        side = "outbound" if out else "inbound"
        if self.reply:
            self.met(_names(card), f"{side} rules are not asked: the groups know the connection (stateful)")
            return
        remote = packet.target if out else packet.source
        peer = self._party_at(remote)
        found = firewalls.admitting_rule(card, packet, out, peer)
        if found is None:
            self.saw(card, packet, False)
            asks = packet.protocol if packet.port is None else f"{packet.protocol} port {packet.port}"
            way = f"to {remote}" if out else f"from {remote}"
            self.stop(_names(card), f"no {side} rule of {card.owner} allows {asks} {way}")
            return
        group, rule = found
        self.met(_name(group), f"{side} rule allows {firewalls.describe_rule(rule)}")

    def _party_at(self, address: str) -> Interface | None:
        ends = [self.source, self.target, *(one.device for one in self.translations)]
        return next((one for one in ends if isinstance(one, Interface) and address in one.addresses), None)

    def pass_acl(self, card: Interface, packet: Packet, out: bool) -> None:
        """The ACL of an interface's subnet judges a packet."""
        acl = acl_of(card.place.backend("ec2"), card.subnet)
        entry = firewalls.deciding_entry(acl, packet, out)
        says = firewalls.describe_entry(entry, out)
        if firewalls.allows(entry):
            self.met(label(acl, card.subnet), says)
            return
        self.saw(card, packet, False)
        port = "" if packet.port is None else f" for port {packet.port}"
        self.stop(
            label(acl, card.subnet),
            f"{says} (the packet is {packet.protocol}{port}, {packet.source} -> {packet.target})",
        )

    def saw(self, card: Interface, packet: Packet, accepted: bool) -> None:
        """What a flow log of this interface knows of the packet."""
        self.sightings.append(Sighting(card, packet, accepted, self.way))


def _neighbour(card: Interface, address: str) -> Interface | None:
    """The interface with this address in the same subnet."""
    ec2 = card.place.backend("ec2")
    near = interface_at(ec2, card.vpc, address) if in_vpc(ec2, card.vpc, address) else None
    return near if near is not None and near.subnet.id == card.subnet.id else None


def _names(card: Interface) -> str:
    return ", ".join(map(_name, card.groups)) or "no security group"


def _name(group: Any) -> str:
    return f"{group.id} ({group.name})"


def begin(trip: Trip, party: Party, packet: Packet) -> None:
    """Send a packet off from one of the ends."""
    from course.lab.network import crossing

    if isinstance(party, Interface):
        trip.leave(party, packet)
    else:
        crossing.from_outside(trip, party, packet)
