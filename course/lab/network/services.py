"""Ends that are no instances: databases, load balancers, functions in a VPC, and AWS's services."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any, Final

from moto.core.models import DEFAULT_ACCOUNT_ID

from course.lab.network.model import Interface, Outside, Party
from course.lab.network.routes import prefixes
from course.lab.place import Place, everywhere

_WEB: Final = frozenset({80, 443})
# Public addresses of services other than S3 and DynamoDB are made up of RFC 5737's block.
_SERVICES: Final = ip_network("198.51.100.0/24")


def service_named(name: str, source: Party) -> Party | None:
    """A service of AWS as the source finds it: an endpoint in its VPC with private DNS, or the public addresses."""
    ec2 = source.place.backend("ec2") if isinstance(source, Interface) else _any_ec2()
    endpoint = ec2.vpc_end_points.get(name)
    if endpoint is not None:
        return _first_interface(ec2, endpoint, source)
    from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES, COVERED_ENDPOINT_SERVICES

    if name not in COVERED_ENDPOINT_SERVICES and name not in AWS_ENDPOINT_SERVICES:
        return None
    for endpoint in ec2.vpc_end_points.values():
        if isinstance(source, Interface) and _answers_to(ec2, endpoint, source, name):
            return _first_interface(ec2, endpoint, source)
    return Outside(f"{name} in {ec2.region_name}", address_of_service(ec2, name), _WEB, service=name)


def _any_ec2() -> Any:
    return Place(DEFAULT_ACCOUNT_ID, "us-east-1").backend("ec2")


def _answers_to(ec2: Any, endpoint: Any, source: Interface, name: str) -> bool:
    """Whether the service's own name leads to this endpoint.

    https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
    """
    vpc = ec2.vpcs.get(endpoint.vpc_id)
    return bool(
        endpoint.vpc_id == source.vpc
        and endpoint.network_interface_ids
        and endpoint.state == "available"
        and endpoint.service_name == f"com.amazonaws.{ec2.region_name}.{name}"
        and endpoint.private_dns_enabled
        and vpc.enable_dns_support in (True, "true")
        and vpc.enable_dns_hostnames in (True, "true")
    )


def _first_interface(ec2: Any, endpoint: Any, source: Party) -> Party | None:
    from course.lab.network.parties import of_eni

    cards = [of_eni(ec2, ec2.enis[one]) for one in endpoint.network_interface_ids if one in ec2.enis]
    if isinstance(source, Interface):
        zone = source.subnet.availability_zone
        cards.sort(key=lambda card: card.subnet.availability_zone != zone)
    return cards[0] if cards else None


def endpoint_of(party: Party) -> Any:
    """The interface endpoint that a party is; None if it is none."""
    if not isinstance(party, Interface):
        return None
    endpoints = party.place.backend("ec2").vpc_end_points.values()
    return next((one for one in endpoints if party.id in (one.network_interface_ids or ())), None)


def address_of_service(ec2: Any, name: str) -> str:
    """A public address of a service in a Region: of the prefix list that AWS keeps, where it keeps one."""
    for one in ec2.managed_prefix_lists.values():
        if one.prefix_list_name == f"com.amazonaws.{ec2.region_name}.{name}" and prefixes(ec2, one.id):
            return str(prefixes(ec2, one.id)[0][10])
    return str(_SERVICES[100 + zlib.crc32(name.encode()) % 100])


def managed_named(name: str) -> Interface | None:
    """A database, a balancer or a function by its name, its ARN or its address in the DNS."""
    for ec2 in everywhere("ec2"):
        for one, names in _managed(ec2):
            if name in names:
                return one
    return None


def managed_interfaces(ec2: Any) -> Iterator[Interface]:
    """The interfaces of all of them in one Region."""
    return (one for one, _ in _managed(ec2))


def _managed(ec2: Any) -> Iterator[tuple[Interface, set[str]]]:
    place = Place(ec2.account_id, ec2.region_name)
    yield from _databases(ec2, place)
    yield from _balancers(ec2, place)
    yield from _functions(ec2, place)


def _databases(ec2: Any, place: Place) -> Iterator[tuple[Interface, set[str]]]:
    for name, database in place.backend("rds").databases.items():
        group = getattr(database, "db_subnet_group", None)
        subnets = list(getattr(group, "_subnets", ()) or ()) or list(ec2.get_default_subnets().values())
        if not subnets:
            continue
        groups = tuple(filter(None, map(ec2.get_security_group_from_id, database.vpc_security_group_ids)))
        card = _card(f"eni-rds-{name}", f"database {name}", place, subnets[0], groups, {int(database.port)})
        yield card, {name, str(database.address), database.db_instance_arn}


def _balancers(ec2: Any, place: Place) -> Iterator[tuple[Interface, set[str]]]:
    for arn, balancer in place.backend("elbv2").load_balancers.items():
        if not balancer.subnets:
            continue
        groups = tuple(filter(None, map(ec2.get_security_group_from_id, balancer.security_groups or ())))
        ports = {int(one.port) for one in balancer.listeners.values() if one.port}
        subnet = balancer.subnets[0]
        subnet = ec2.get_subnet(subnet) if isinstance(subnet, str) else subnet
        public = balancer.scheme == "internet-facing"
        made = _card(f"eni-elb-{balancer.name}", f"load balancer {balancer.name}", place, subnet, groups, ports, public)
        yield made, {arn, balancer.name, balancer.dns_name}


def _functions(ec2: Any, place: Place) -> Iterator[tuple[Interface, set[str]]]:
    from moto.awslambda_simple.models import lambda_simple_backends

    functions: Any = lambda_simple_backends[place.account][place.region]
    for function in functions.list_functions():
        wanted = function._vpc_config or {}
        subnets = wanted.get("SubnetIds")
        if not subnets:
            continue
        ids = wanted.get("SecurityGroupIds") or ()
        groups = tuple(filter(None, map(ec2.get_security_group_from_id, ids)))
        name = function.function_name
        card = _card(f"eni-lambda-{name}", f"function {name}", place, ec2.get_subnet(subnets[0]), groups, set())
        yield card, {name, function.function_arn}


def _card(
    name: str, owner: str, place: Place, subnet: Any, groups: tuple[Any, ...], ports: set[int], public: bool = False
) -> Interface:
    # Moto gives these no interface: an address far up in the subnet, which instances reach last.
    size = subnet.cidr.num_addresses
    address = str(subnet.cidr[size - 2 - zlib.crc32(name.encode()) % max(1, size // 4)])
    known = {address: f"192.0.2.{1 + zlib.crc32(name.encode()) % 250}"} if public else {}
    return Interface(name, owner, place, subnet, (address,), known, groups, listens=frozenset(ports))
