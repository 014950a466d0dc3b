"""Moto's EC2 with the network that AWS gives: defaults of new networks, free addresses, routes that go black.

Defaults: https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html
Groups: https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
ACLs: https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html
Addresses: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
Routes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html
"""

from __future__ import annotations

from ipaddress import IPv4Network, ip_address
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.route_tables import Route
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.utils import random_public_ip

from course.lab.asked import asked
from course.lab.network.routes import why_gone
from course.lab.place import place_of
from course.lab.stand_in import stand_in
from course.lab.wire import afterwards, answer_first

_LAST_RULE = 32_767


class LabRoute(Route):
    """A route that knows when its target is gone."""

    @property
    def state(self) -> str:
        return "blackhole" if why_gone(self) else "active"


class LabEc2(EC2Backend):
    """Moto's backend, with networks as AWS makes them."""

    # Moto finds a backend's URLs beside the module of its class.
    __module__ = "moto.ec2.models"

    @classmethod
    def get_vpc_pcx_refs(cls) -> Any:
        # Moto keeps them by class; backends that were there before the lab's class are under moto's.
        for one in (cls, EC2Backend):
            for reference in one.vpc_pcx_refs[one]:
                if (backend := reference()) is not None:
                    yield backend

    def create_vpc(self, cidr_block: str, *args: Any, **kwargs: Any) -> Any:
        vpc = super().create_vpc(_canonical(cidr_block), *args, **kwargs)
        complete_vpc(self, vpc)
        return vpc

    def create_subnet(self, vpc_id: str, cidr_block: str, *args: Any, **kwargs: Any) -> Any:
        return super().create_subnet(vpc_id, _canonical(cidr_block), *args, **kwargs)

    def delete_subnet(self, subnet_id: str) -> Any:
        """Its associations with a route table and an ACL go with it."""
        deleted = super().delete_subnet(subnet_id)
        for table in self.route_tables.values():
            table._associations = {key: at for key, at in table._associations.items() if at != subnet_id}
        for acl in self.network_acls.values():
            acl._associations = {key: one for key, one in acl._associations.items() if one.subnet_id != subnet_id}
        return deleted

    def create_network_acl(self, vpc_id: str, tags: Any = None, default: bool = False) -> Any:
        acl = super().create_network_acl(vpc_id, tags, default)
        for egress in () if default else (True, False):
            self.create_network_acl_entry(
                acl.id, _LAST_RULE, "-1", "deny", egress, "0.0.0.0/0", None, None, None, None, None
            )
        return acl

    def create_route(self, *args: Any, **kwargs: Any) -> Any:
        route = super().create_route(*args, **kwargs)
        _as_ours(route)
        return route

    def create_network_interface(
        self, subnet: Any, private_ip_address: Any, private_ip_addresses: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Moto makes up addresses that are not of the subnet, or that AWS keeps for itself."""
        subnet = self.get_subnet(subnet) if isinstance(subnet, str) else subnet
        wanted = private_ip_address[0] if isinstance(private_ip_address, list) else private_ip_address
        more = int(kwargs.pop("secondary_ips_count", None) or 0)
        if not private_ip_addresses and (not wanted or ip_address(wanted) not in subnet.cidr):
            wanted = subnet.get_available_subnet_ip(None)
        eni = super().create_network_interface(subnet, wanted, private_ip_addresses, *args, **kwargs)
        for address in _addresses(eni):
            subnet._subnet_ips.setdefault(address, eni)
        self._add_addresses(eni, more)
        return eni

    def assign_private_ip_addresses(
        self, eni_id: str, private_ip_addresses: Any = None, secondary_ips_count: int | None = None
    ) -> Any:
        eni = super().assign_private_ip_addresses(eni_id, private_ip_addresses, None)
        self._add_addresses(eni, int(secondary_ips_count or 0))
        return eni

    def _add_addresses(self, eni: Any, how_many: int) -> None:
        for _ in range(how_many):
            address = eni.subnet.get_available_subnet_ip(eni)
            eni.private_ip_addresses.append({"Primary": False, "PrivateIpAddress": address})

    def delete_network_interface(self, eni_id: str) -> None:
        eni = self.get_network_interface(eni_id)
        super().delete_network_interface(eni_id)
        for address in _addresses(eni):
            eni.subnet.del_subnet_ip(address)

    def allocate_address(self, domain: str, address: str | None = None, tags: Any = None) -> Any:
        """Moto's are of the loopback block."""
        return super().allocate_address(domain, address or random_public_ip(), tags)

    def create_nat_gateway(
        self, subnet_id: str, allocation_id: str, tags: Any = None, connectivity_type: str | None = None
    ) -> Any:
        made = super().create_nat_gateway(subnet_id, allocation_id, tags, connectivity_type or "public")
        made.private_ip = made._eni.private_ip_address
        made._eni.status, made._eni.interface_type = "in-use", "nat_gateway"
        return made

    def delete_nat_gateway(self, nat_gateway_id: str) -> Any:
        nat = super().delete_nat_gateway(nat_gateway_id)
        for address in self.addresses:
            if getattr(address.eni, "id", None) == nat._eni.id:
                address.eni = address.association_id = None
        if nat._eni.id in self.enis:
            self.delete_network_interface(nat._eni.id)
        return nat

    def create_flow_logs(self, *args: Any, **kwargs: Any) -> Any:
        """Moto takes a folder in a bucket for a part of the bucket's name."""
        whole = str(kwargs.get("log_destination") or "")
        if kwargs.get("log_destination_type") != "s3" or "/" not in whole:
            return super().create_flow_logs(*args, **kwargs)
        kwargs["log_destination"] = whole.partition("/")[0]
        made, refused = super().create_flow_logs(*args, **kwargs)
        for log in made:
            log.log_destination = whole
        return made, refused

    def create_vpc_endpoint(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["endpoint_type"] = kwargs.get("endpoint_type") or "Gateway"
        made = super().create_vpc_endpoint(*args, **kwargs)
        groups = [self.get_security_group_from_id(one) for one in made.security_group_ids]
        for name in made.network_interface_ids:
            self.enis[name].status, self.enis[name].interface_type = "in-use", "vpc_endpoint"
            self.enis[name]._group_set = groups or self.enis[name]._group_set
        return made


def complete_vpc(ec2: Any, vpc: Any) -> None:
    """What AWS adds to a new VPC, and to the default one."""
    group = ec2.get_security_group_from_name("default", vpc_id=vpc.id)
    if group is not None and not group.ingress_rules:
        own = {"GroupId": group.id, "UserId": ec2.account_id}
        group.ingress_rules.append(
            SecurityGroupRule(ec2, "-1", group.id, None, None, None, source_group=own, is_egress=False)
        )
    if not vpc.is_default or any(getattr(one.vpc, "id", "") == vpc.id for one in ec2.internet_gateways.values()):
        return
    gateway = ec2.create_internet_gateway()
    ec2.attach_internet_gateway(gateway.id, vpc.id)
    main = next(one for one in ec2.route_tables.values() if one.vpc_id == vpc.id and one.main_association_id)
    ec2.create_route(main.id, "0.0.0.0/0", gateway_id=gateway.id)


def _as_ours(route: Any) -> None:
    route.__class__ = LabRoute


def _addresses(eni: Any) -> set[str]:
    return {eni.private_ip_address, *(one["PrivateIpAddress"] for one in eni.private_ip_addresses)} - {None}


def _canonical(block: str) -> str:
    """Host bits go: 100.68.0.18/18 becomes 100.68.0.0/18."""
    try:
        return str(IPv4Network(block, strict=False)) if block else block
    except ValueError:
        return block  # moto refuses it


_put_in_place = stand_in(ec2_backends, LabEc2)


def install() -> None:
    """Put the lab's class in place; backends that were there already get what they lack."""
    if ec2_backends.backend is LabEc2:
        return
    _put_in_place()
    for account in ec2_backends.values():
        for backend in account.values():
            for vpc in backend.vpcs.values():
                complete_vpc(backend, vpc)
            for table in backend.route_tables.values():
                for route in table.routes:
                    _as_ours(route)


@answer_first
def _first(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service == "ec2":
        install()
    return None


@afterwards("ec2")
def _clear_up(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """The primary interface of an instance goes with it; an Elastic IP remembers for which address it stands."""
    call = asked(operation) if operation in ("TerminateInstances", "AssociateAddress") else None
    if call is None or response.status_code >= 400:
        return
    ec2 = place_of(request).backend("ec2")
    if operation == "AssociateAddress":
        for address in ec2.addresses:
            if address.allocation_id == call.params.get("AllocationId"):
                address.lab_private_ip = call.params.get("PrivateIpAddress")
        return
    for name in call.params.get("InstanceIds") or ():
        instance = ec2.get_instance_by_id(name)
        primary = instance.nics.get(0) if instance is not None else None
        if primary is not None and primary.id in ec2.enis:
            ec2.delete_network_interface(primary.id)
