"""What AWS refuses in networks and moto lets pass, beside what stands in the way of a deletion.

Each rule is named by what AWS wants, and carries the page that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Network, ip_address
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.network import dependencies
from course.lab.place import place_of
from course.lab.replies import Reply, answer
from course.lab.wire import answer_first

Params = Mapping[str, Any]
Rule = Callable[[Params, Any], Reply | None]

_RULES: Final[dict[str, list[Rule]]] = {}
_SMALLEST: Final = 28
_GROUPS_AN_INTERFACE: Final = 5
_ENTRIES_A_DIRECTION: Final = 20
_LAST_ENTRY: Final = 32_766
_GATEWAY_SERVICES: Final = ("s3", "s3express", "dynamodb")


def _rule(*operations: str) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        for operation in operations:
            _RULES.setdefault(operation, []).append(rule)
        return rule

    return register


@answer_first
def _refuse(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "ec2" or (operation not in _RULES and operation not in dependencies.RULES):
        return None
    call = asked(operation)
    if call is None or call.params.get("DryRun"):
        return None
    ec2 = place_of(request).backend("ec2")
    for rule in (*_RULES.get(operation, ()), *dependencies.RULES.get(operation, ())):
        if reply := rule(call.params, ec2):
            return answer(request, "ec2", call.protocol, reply)[0]
    return None


def _invalid(message: str) -> Reply:
    return Reply("InvalidParameterValue", message)


@_rule("CreateSubnet")
def _subnet_is_not_too_small(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""
    block = str(asked.get("CidrBlock") or "")
    try:
        size = IPv4Network(block, strict=False).prefixlen
    except ValueError:
        return None  # moto answers as AWS does
    return Reply("InvalidSubnet.Range", f"The CIDR '{block}' is invalid.") if size > _SMALLEST else None


@_rule("RunInstances", "CreateNetworkInterface")
def _subnet_has_free_addresses(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    cards = asked.get("NetworkInterfaces") or [asked]
    for name in {card.get("SubnetId") for card in cards} - {None}:
        subnet = _subnet(ec2, name)
        wanted = int(asked.get("MaxCount") or 1) + int(asked.get("SecondaryPrivateIpAddressCount") or 0)
        if subnet is not None and subnet.available_ip_address_count < wanted:
            return Reply(
                "InsufficientFreeAddressesInSubnet",
                f"There are not enough free addresses in subnet '{name}' to satisfy the requested number of instances.",
            )
    return None


@_rule("CreateNetworkInterface", "RunInstances")
def _address_is_free_in_the_subnet(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""
    for card in asked.get("NetworkInterfaces") or [asked]:
        subnet, wanted = _subnet(ec2, card.get("SubnetId")), card.get("PrivateIpAddress")
        if subnet is None or not wanted:
            continue
        if ip_address(wanted) not in subnet.cidr:
            return _invalid("Address does not fall within the subnet's address range")
        place = int(ip_address(wanted)) - int(subnet.cidr.network_address)
        if place < 4 or place == subnet.cidr.num_addresses - 1:
            return _invalid("Address is in subnet's reserved address range")
        if any(wanted == one["PrivateIpAddress"] for eni in _in(ec2, subnet) for one in eni.private_ip_addresses):
            return Reply("InvalidIPAddress.InUse", "Address is in use.")
    return None


@_rule("CreateRoute", "ReplaceRoute")
def _gateway_is_of_this_network(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    table, name = ec2.route_tables.get(asked.get("RouteTableId")), str(asked.get("GatewayId") or "")
    if table is None:
        return None
    gateway = ec2.internet_gateways.get(name)
    other = gateway is not None and getattr(gateway.vpc, "id", None) != table.vpc_id
    private = ec2.vpn_gateways.get(name)
    if private is not None:
        attached = private.attachments.get(table.vpc_id)
        other = attached is None or attached.state != "attached"
    nat = ec2.nat_gateways.get(asked.get("NatGatewayId"))
    if nat is not None and nat.vpc_id != table.vpc_id:
        other, name = True, nat.id
    if not other:
        return None
    return _invalid(f"route table {table.id} and network gateway {name} belong to different networks")


@_rule("DeleteRoute")
def _local_route_stays(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html"""
    table, block = ec2.route_tables.get(asked.get("RouteTableId")), asked.get("DestinationCidrBlock")
    if table is None or not any(one.local and one.destination_cidr_block == block for one in table.routes):
        return None
    return _invalid(f"cannot remove local route {block} in route table {table.id}")


@_rule("AttachInternetGateway")
def _one_internet_gateway_a_network(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html"""
    for one in ec2.internet_gateways.values():
        if getattr(one.vpc, "id", None) == asked.get("VpcId") and one.id != asked.get("InternetGatewayId"):
            return _invalid(f"Network {asked['VpcId']} already has an internet gateway attached")
    return None


@_rule("CreateNatGateway")
def _a_public_gateway_has_an_address(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html"""
    if asked.get("ConnectivityType") == "private" or asked.get("AllocationId"):
        return None
    return Reply("MissingParameter", "The request must contain the parameter AllocationId")


@_rule("CreateSecurityGroup")
def _group_name_is_no_id(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html"""
    name = str(asked.get("GroupName") or "")
    if not name.startswith("sg-"):
        return None
    return _invalid(f"Invalid value '{name}' for groupName. Group names may not be in the format sg-*.")


@_rule("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")
def _ports_are_ports(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html"""
    for rule in asked.get("IpPermissions") or [asked]:
        if str(rule.get("IpProtocol")).lower() not in ("tcp", "udp", "6", "17"):
            continue
        for port in (rule.get("FromPort"), rule.get("ToPort")):
            if port is not None and not 0 <= int(port) <= 65_535:
                return _invalid(f"TCP/UDP port ({port}) out of range")
    return None


@_rule("RunInstances", "CreateNetworkInterface", "ModifyNetworkInterfaceAttribute", "ModifyInstanceAttribute")
def _five_groups_an_interface(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups"""
    named = [asked.get("Groups"), asked.get("SecurityGroupIds")]
    named += [card.get("Groups") for card in asked.get("NetworkInterfaces") or ()]
    if all(len(groups or ()) <= _GROUPS_AN_INTERFACE for groups in named):
        return None
    return Reply(
        "SecurityGroupsPerInterfaceLimitExceeded",
        "The maximum number of security groups per interface has been reached.",
    )


@_rule("RunInstances", "CreateNetworkInterface")
def _groups_are_of_this_network(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html"""
    for subnet, groups in _cards(asked, ec2):
        for name in groups:
            group = ec2.get_security_group_from_id(name)
            if group is not None and group.vpc_id != subnet.vpc_id:
                return Reply(
                    "InvalidParameter",
                    f"Security group {name} and subnet {subnet.id} belong to different networks.",
                )
    return None


def _cards(asked: Params, ec2: Any) -> Iterator[tuple[Any, list[str]]]:
    for card in asked.get("NetworkInterfaces") or [asked]:
        subnet = _subnet(ec2, card.get("SubnetId"))
        if subnet is not None:
            yield subnet, list(card.get("Groups") or card.get("SecurityGroupIds") or ())


@_rule("CreateNetworkAclEntry")
def _entries_are_few_and_numbered(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html"""
    number = int(asked.get("RuleNumber") or 0)
    if not 1 <= number <= _LAST_ENTRY:
        return _invalid(f"Invalid value '{number}' for ruleNumber. Must be between 1 and {_LAST_ENTRY}")
    acl = ec2.network_acls.get(asked.get("NetworkAclId"))
    egress = bool(asked.get("Egress"))
    there = [one for one in acl.entries if bool(one.egress) is egress] if acl else []
    if sum(int(one.rule_number) <= _LAST_ENTRY for one in there) < _ENTRIES_A_DIRECTION:
        return None
    return Reply("NetworkAclEntryLimitExceeded", "The maximum number of network acl entries has been reached.")


@_rule("AttachNetworkInterface")
def _interface_is_free_and_near(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network-interface-attachments.html"""
    eni, instance = ec2.enis.get(asked.get("NetworkInterfaceId")), ec2.get_instance_by_id(asked.get("InstanceId"))
    if eni is None or instance is None:
        return None
    if eni.attachment_id:
        return Reply("InvalidNetworkInterface.InUse", f"Interface: [{eni.id}] in use.")
    if instance.nics and eni.subnet.availability_zone != instance.nics[min(instance.nics)].subnet.availability_zone:
        return Reply(
            "InvalidParameterCombination",
            "You may not attach a network interface to an instance if they are not in the same availability zone",
        )
    index = int(asked.get("DeviceIndex") or 0)
    if index in instance.nics:
        return _invalid(f"Instance '{instance.id}' already has an interface attached at device index '{index}'.")
    return _room_for_one_more(instance)


def _room_for_one_more(instance: Any) -> Reply | None:
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    most = INSTANCE_TYPES.get(instance.instance_type, {}).get("NetworkInfo", {}).get("MaximumNetworkInterfaces")
    if most is None or len(instance.nics) < most:
        return None
    return Reply(
        "AttachmentLimitExceeded",
        f"Interface count {len(instance.nics) + 1} exceeds the limit for {instance.instance_type}",
    )


@_rule("CreateVpcEndpoint")
def _endpoint_type_fits_the_service(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html"""
    name, kind = str(asked.get("ServiceName") or ""), asked.get("VpcEndpointType") or "Gateway"
    prefix = f"com.amazonaws.{ec2.region_name}."
    if not name.startswith(prefix):
        return None
    from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES, COVERED_ENDPOINT_SERVICES

    service = name.removeprefix(prefix)
    if service not in AWS_ENDPOINT_SERVICES and service not in COVERED_ENDPOINT_SERVICES:
        return Reply("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")
    if kind == "Gateway" and service not in _GATEWAY_SERVICES:
        return Reply(
            "InvalidParameter", "Endpoint type (Gateway) does not match available service types ([Interface])."
        )
    return None


@_rule("CreateVpcEndpoint")
def _private_dns_wants_dns(asked: Params, ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html"""
    vpc = ec2.vpcs.get(asked.get("VpcId"))
    if vpc is None or asked.get("VpcEndpointType") != "Interface" or asked.get("PrivateDnsEnabled") is False:
        return None
    if all(str(flag).lower() == "true" for flag in (vpc.enable_dns_support, vpc.enable_dns_hostnames)):
        return None
    return Reply(
        "InvalidParameter",
        "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
        f"{vpc.id}",
    )


def _subnet(ec2: Any, name: Any) -> Any:
    return next((by_id[name] for by_id in ec2.subnets.values() if name in by_id), None)


def _in(ec2: Any, subnet: Any) -> Iterator[Any]:
    return (eni for eni in ec2.enis.values() if eni.subnet.id == subnet.id)
