"""What happens to a packet at each kind of gateway.

https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
https://docs.aws.amazon.com/vpc/latest/peering/invalid-peering-configurations.html
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
"""

from __future__ import annotations

from typing import Any

from course.lab.network.model import Interface, Outside, Packet, is_private
from course.lab.network.parties import interface_at, interface_with_public, of_eni
from course.lab.network.routes import in_vpc, name_of_target
from course.lab.network.trip import Trip
from course.lab.place import Place


def cross(trip: Trip, card: Interface, packet: Packet, route: Any) -> None:
    """Follow a route from an interface."""
    if route.local:
        _within(trip, card, packet)
    elif route.nat_gateway is not None:
        _nat_gateway(trip, card, packet, route.nat_gateway)
    elif route.vpc_pcx is not None:
        _peering(trip, card, packet, route.vpc_pcx)
    elif route.interface is not None or route.instance is not None:
        eni = route.interface or route.instance.nics[0]
        trip.arrive(of_eni(card.place.backend("ec2"), eni), packet, from_subnet=card.subnet.id)
    elif route.gateway is not None and route.gateway.id.startswith("igw-"):
        _internet_gateway(trip, card, packet, route.gateway)
    elif route.gateway is not None and route.gateway.id.startswith("vgw-"):
        _private_gateway(trip, card, packet, route.gateway)
    elif route.gateway is not None and route.gateway.id.startswith("vpce-"):
        _gateway_endpoint(trip, packet, route.gateway)
    else:
        trip.stop(name_of_target(route), "the lab does not follow this kind of target")


def _within(trip: Trip, card: Interface, packet: Packet) -> None:
    near = interface_at(card.place.backend("ec2"), card.vpc, packet.target)
    if near is None:
        trip.stop(card.vpc, f"no interface has the address {packet.target}")
        return
    trip.arrive(near, packet, from_subnet=card.subnet.id)


def _internet_gateway(trip: Trip, card: Interface, packet: Packet, gateway: Any) -> None:
    if is_private(packet.target):
        trip.stop(gateway.id, f"{packet.target} is a private address, which the internet does not carry")
    public = card.public.get(packet.source)
    if public is None:
        trip.stop(gateway.id, f"{card.owner} has no public address, so the gateway has nothing to translate it to")
        return
    if trip.reply and trip.entrances and gateway.id not in trip.entrances:
        trip.stop(gateway.id, "the connection did not come in by this gateway")
    trip.met(gateway.id, f"the sender {packet.source} becomes the public address {public}")
    _on_the_internet(trip, packet.sent_from(public, packet.source_port))


def _on_the_internet(trip: Trip, packet: Packet) -> None:
    """A packet with a public sender looks for a public receiver."""
    for end in (trip.source, trip.target):
        if isinstance(end, Outside) and end.address == packet.target and not end.vpns:
            trip.met("internet", f"arrives at {end.owner}")
            return
    inside = interface_with_public(packet.target)
    if inside is None:
        trip.stop("internet", f"nobody has the public address {packet.target}")
        return
    _enter(trip, inside, packet)


def _enter(trip: Trip, card: Interface, packet: Packet) -> None:
    """From the internet through the gateway of the interface's VPC. No route table has a say on the way in."""
    ec2 = card.place.backend("ec2")
    gateway = next((one for one in ec2.internet_gateways.values() if getattr(one.vpc, "id", "") == card.vpc), None)
    if gateway is None:
        trip.stop(card.vpc, "has no internet gateway attached")
        return
    private = next(inside for inside, public in card.public.items() if public == packet.target)
    trip.entrances.add(gateway.id)
    trip.met(gateway.id, f"the public address {packet.target} becomes {private}")
    trip.arrive(card, packet.sent_to(private, packet.port))


def _nat_gateway(trip: Trip, card: Interface, packet: Packet, nat: Any) -> None:
    if trip.reply:
        # It knows no such connection: the request came in another way.
        trip.stop(nat.id, "knows nothing of this connection, which did not begin through it")
    ec2 = card.place.backend("ec2")
    gate = of_eni(ec2, nat._eni)
    if any(one.device.id == gate.id for one in trip.translations):
        trip.stop(nat.id, "its own subnet sends the packet back to it: a NAT gateway needs a public subnet")
    if gate.subnet.id != card.subnet.id:
        trip.pass_acl(gate, packet, out=False)
    trip.saw(gate, packet, True)
    trip.translate(gate, packet, f"{nat.connectivity_type} NAT gateway in {gate.subnet.id}")


def _peering(trip: Trip, card: Interface, packet: Packet, connection: Any) -> None:
    ours, theirs = connection.vpc, connection.peer_vpc
    if card.vpc not in (ours.id, theirs.id):
        trip.stop(connection.id, f"does not join {card.vpc}")
    other = theirs if card.vpc == ours.id else ours
    ec2 = Place(other.ec2_backend.account_id, other.ec2_backend.region_name).backend("ec2")
    if not in_vpc(card.place.backend("ec2"), card.vpc, packet.source):
        trip.stop(connection.id, "peering is not transitive: it carries only what begins in one of its two VPCs")
    if not in_vpc(ec2, other.id, packet.target):
        trip.stop(
            connection.id,
            f"peering is not transitive: {packet.target} is not in {other.id}, and from there it goes no further",
        )
    trip.met(connection.id, f"into {other.id}")
    near = interface_at(ec2, other.id, packet.target)
    if near is None:
        trip.stop(other.id, f"no interface has the address {packet.target}")
        return
    trip.arrive(near, packet)


def _private_gateway(trip: Trip, card: Interface, packet: Packet, gateway: Any) -> None:
    """To the network on premises."""
    if not in_vpc(card.place.backend("ec2"), card.vpc, packet.source):
        trip.stop(gateway.id, "carries only what begins in its own VPC")
    for end in (trip.source, trip.target):
        vpns = end.vpns if isinstance(end, Outside) and end.address == packet.target else ()
        for vpn in vpns:
            if vpn.vpn_gateway_id == gateway.id:
                trip.met(gateway.id, f"through {vpn.id} to {packet.target} on premises")
                return
    trip.stop(gateway.id, f"no VPN connection has a route to {packet.target}")


def _gateway_endpoint(trip: Trip, packet: Packet, endpoint: Any) -> None:
    for end in (trip.source, trip.target):
        if isinstance(end, Outside) and end.address == packet.target:
            trip.endpoint = endpoint
            trip.met(endpoint.id, f"privately to {endpoint.service_name}")
            return
    trip.stop(endpoint.id, f"{packet.target} is not an address of {endpoint.service_name}")


def from_outside(trip: Trip, party: Outside, packet: Packet) -> None:
    """A packet from a host that is in no VPC."""
    if trip.endpoint is not None:
        _back_through_endpoint(trip, packet)
    elif party.vpns:
        _from_premises(trip, party, packet)
    elif is_private(packet.target):
        trip.stop("internet", f"{packet.target} is a private address, which the internet does not carry")
    else:
        _on_the_internet(trip, packet)


def _back_through_endpoint(trip: Trip, packet: Packet) -> None:
    source = trip.source
    if isinstance(source, Interface):
        trip.met(trip.endpoint.id, "the reply comes back through the endpoint")
        trip.arrive(source, packet)


def _from_premises(trip: Trip, party: Outside, packet: Packet) -> None:
    """Through the VPN whose VPC has the address; where several networks have it, through the one that is meant."""
    found = []
    for vpn in party.vpns:
        ec2 = vpn.ec2_backend
        gateway = ec2.vpn_gateways.get(vpn.vpn_gateway_id)
        for vpc, attachment in gateway.attachments.items() if gateway is not None else ():
            near = interface_at(ec2, vpc, packet.target) if attachment.state == "attached" else None
            if near is not None:
                found.append((vpn, gateway, vpc, near))
    if not found:
        trip.stop(", ".join(vpn.id for vpn in party.vpns), f"leads to no VPC that has the address {packet.target}")
    meant = trip.target.id if isinstance(trip.target, Interface) else ""
    vpn, gateway, vpc, near = next((one for one in found if one[3].id == meant), found[0])
    if meant and near.id != meant:
        trip.stop(vpn.id, f"leads into {vpc}, where {packet.target} is {near.id}; {meant} lies behind no VPN")
    trip.met(vpn.id, f"through {gateway.id} into {vpc}")
    trip.arrive(near, packet)
