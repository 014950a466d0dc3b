"""VPC: behaviours of AWS that the lab shows and bare moto does not, each with its source.

When a twin fails, moto has caught up: delete our code. `KEPT` are behaviours of moto that the lab must keep.
"""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_VPC = "https://docs.aws.amazon.com/vpc/latest"
_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference"

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED, _VPC)
kept = collect(KEPT, _VPC)


def ec2() -> Any:
    return boto3.client("ec2", region_name="us-east-1")


def vpc(block: str = "10.0.0.0/16") -> str:
    return str(ec2().create_vpc(CidrBlock=block)["Vpc"]["VpcId"])


def subnet(home: str, block: str = "10.0.1.0/24", zone: str = "us-east-1a") -> str:
    made = ec2().create_subnet(VpcId=home, CidrBlock=block, AvailabilityZone=zone)
    return str(made["Subnet"]["SubnetId"])


def attached(home: str) -> str:
    name = str(ec2().create_internet_gateway()["InternetGateway"]["InternetGatewayId"])
    ec2().attach_internet_gateway(InternetGatewayId=name, VpcId=home)
    return name


def table(home: str) -> str:
    return str(ec2().create_route_table(VpcId=home)["RouteTable"]["RouteTableId"])


def group(home: str, name: str = "web") -> str:
    return str(ec2().create_security_group(GroupName=name, Description=name, VpcId=home)["GroupId"])


def machine(home: str, **more: Any) -> str:
    image = ec2().describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    wanted = {"ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": home} | more
    return str(ec2().run_instances(**wanted)["Instances"][0]["InstanceId"])


def is_refused(code: str, words: str, operation: str, **parameters: Any) -> bool:
    """Whether a call is refused with this code, and with these words in the message."""
    try:
        getattr(ec2(), operation)(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"] == code and words in error.response["Error"]["Message"]
    return False


@behaviour("userguide/default-security-group.html")
def the_default_group_admits_its_own_members(world: World) -> bool:
    wanted = [{"Name": "vpc-id", "Values": [vpc()]}]
    (only,) = ec2().describe_security_groups(Filters=wanted)["SecurityGroups"]
    (rule,) = only["IpPermissions"]
    return bool(rule["IpProtocol"] == "-1" and rule["UserIdGroupPairs"][0]["GroupId"] == only["GroupId"])


@behaviour("userguide/default-vpc.html")
def the_default_vpc_reaches_the_internet(world: World) -> bool:
    home = ec2().describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    gateways = ec2().describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [home]}])
    tables = ec2().describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [home]}])["RouteTables"]
    to = [route.get("GatewayId") for one in tables for route in one["Routes"]]
    return gateways["InternetGateways"][0]["InternetGatewayId"] in to


@behaviour("userguide/vpc-cidr-blocks.html")
def blocks_are_written_without_host_bits(world: World) -> bool:
    made = ec2().create_vpc(CidrBlock="10.68.0.18/18")["Vpc"]
    inside = ec2().create_subnet(VpcId=made["VpcId"], CidrBlock="10.68.1.9/24")["Subnet"]
    return bool((made["CidrBlock"], inside["CidrBlock"]) == ("10.68.0.0/18", "10.68.1.0/24"))


@behaviour("userguide/subnet-sizing.html")
def a_subnet_has_sixteen_addresses_at_least(world: World) -> bool:
    return code_of(ec2().create_subnet, VpcId=vpc(), CidrBlock="10.0.0.0/29") == "InvalidSubnet.Range"


@behaviour("userguide/subnet-sizing.html")
def a_full_subnet_takes_nobody(world: World) -> bool:
    home = subnet(vpc(), "10.0.1.0/28")
    image = ec2().describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    wanted = {"ImageId": image, "InstanceType": "t3.micro", "SubnetId": home}
    ec2().run_instances(MinCount=11, MaxCount=11, **wanted)
    return code_of(ec2().run_instances, MinCount=1, MaxCount=1, **wanted) == "InsufficientFreeAddressesInSubnet"


@behaviour("userguide/subnet-sizing.html")
def reserved_addresses_are_not_given(world: World) -> bool:
    home = subnet(vpc())
    codes = [
        code_of(ec2().create_network_interface, SubnetId=home, PrivateIpAddress=f"10.0.{place}")
        for place in ("1.0", "1.1", "1.2", "1.3", "1.255", "2.9")
    ]
    return codes == ["InvalidParameterValue"] * 6


@behaviour("userguide/vpc-nat-gateway.html")
def a_nat_gateway_has_an_address_of_its_subnet(world: World) -> bool:
    address = ec2().allocate_address(Domain="vpc")["AllocationId"]
    made = ec2().create_nat_gateway(SubnetId=subnet(vpc()), AllocationId=address)["NatGateway"]
    return bool(made["NatGatewayAddresses"][0]["PrivateIp"].startswith("10.0.1."))


@behaviour(f"{_API}/API_CreateNatGateway.html")
def a_public_nat_gateway_wants_an_address(world: World) -> bool:
    return code_of(ec2().create_nat_gateway, SubnetId=subnet(vpc())) == "MissingParameter"


@behaviour("userguide/custom-network-acl.html")
def a_new_acl_denies_visibly(world: World) -> bool:
    made = ec2().create_network_acl(VpcId=vpc())["NetworkAcl"]["Entries"]
    return sorted((one["RuleNumber"], one["RuleAction"], one["Egress"]) for one in made) == [
        (32767, "deny", False),
        (32767, "deny", True),
    ]


def entry(acl: str, number: int) -> str:
    wanted = {"Protocol": "-1", "RuleAction": "allow", "Egress": False, "CidrBlock": "0.0.0.0/0"}
    return code_of(ec2().create_network_acl_entry, NetworkAclId=acl, RuleNumber=number, **wanted)


@behaviour(f"{_API}/API_CreateNetworkAclEntry.html")
def acl_rules_are_numbered_up_to_32766(world: World) -> bool:
    made = ec2().create_network_acl(VpcId=vpc())["NetworkAcl"]["NetworkAclId"]
    return [entry(made, 32_766), entry(made, 40_000)] == ["", "InvalidParameterValue"]


@behaviour("userguide/amazon-vpc-limits.html")
def an_acl_has_twenty_rules_a_direction(world: World) -> bool:
    made = ec2().create_network_acl(VpcId=vpc())["NetworkAcl"]["NetworkAclId"]
    return [entry(made, 10 * n) for n in range(1, 22)] == [""] * 20 + ["NetworkAclEntryLimitExceeded"]


@behaviour("userguide/default-network-acl.html")
def the_default_acl_stays(world: World) -> bool:
    wanted = [{"Name": "vpc-id", "Values": [vpc()]}]
    (only,) = ec2().describe_network_acls(Filters=wanted)["NetworkAcls"]
    return is_refused("InvalidParameterValue", "default", "delete_network_acl", NetworkAclId=only["NetworkAclId"])


@behaviour("userguide/VPC_Internet_Gateway.html")
def a_network_has_one_internet_gateway(world: World) -> bool:
    home = vpc()
    attached(home)
    second = ec2().create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    return code_of(ec2().attach_internet_gateway, InternetGatewayId=second, VpcId=home) == "InvalidParameterValue"


@behaviour(f"{_API}/errors-overview.html")
def a_route_leads_to_a_gateway_of_its_network(world: World) -> bool:
    loose = ec2().create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    wanted = {"RouteTableId": table(vpc()), "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": loose}
    return is_refused("InvalidParameterValue", "different networks", "create_route", **wanted)


@behaviour("userguide/VPC_Route_Tables.html")
def the_local_route_stays(world: World) -> bool:
    wanted = {"RouteTableId": table(vpc()), "DestinationCidrBlock": "10.0.0.0/16"}
    return is_refused("InvalidParameterValue", "local route", "delete_route", **wanted)


@behaviour(f"{_API}/API_Route.html")
def a_route_to_something_gone_is_a_blackhole(world: World) -> bool:
    home = vpc()
    gateway, its = attached(home), table(home)
    ec2().create_route(RouteTableId=its, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2().detach_internet_gateway(InternetGatewayId=gateway, VpcId=home)
    routes = ec2().describe_route_tables(RouteTableIds=[its])["RouteTables"][0]["Routes"]
    return [one["State"] for one in routes] == ["active", "blackhole"]


@behaviour("userguide/delete-internet-gateway.html")
def a_gateway_stays_while_public_addresses_need_it(world: World) -> bool:
    home = vpc()
    gateway, inside = attached(home), subnet(home)
    card = {"DeviceIndex": 0, "SubnetId": inside, "AssociatePublicIpAddress": True}
    image = ec2().describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ec2().run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, NetworkInterfaces=[card])
    wanted = {"InternetGatewayId": gateway, "VpcId": home}
    return code_of(ec2().detach_internet_gateway, **wanted) == "DependencyViolation"


@behaviour("userguide/subnet-deleting.html")
def a_subnet_with_machines_stays(world: World) -> bool:
    home = subnet(vpc())
    name = machine(home)
    before = code_of(ec2().delete_subnet, SubnetId=home)
    ec2().terminate_instances(InstanceIds=[name])
    return [before, code_of(ec2().delete_subnet, SubnetId=home)] == ["DependencyViolation", ""]


@behaviour("userguide/subnet-deleting.html")
def a_subnet_takes_its_associations_along(world: World) -> bool:
    home = vpc()
    inside, its = subnet(home), table(home)
    ec2().associate_route_table(RouteTableId=its, SubnetId=inside)
    ec2().delete_subnet(SubnetId=inside)
    return code_of(ec2().delete_route_table, RouteTableId=its) == ""


@behaviour("userguide/delete-vpc.html")
def a_network_with_a_gateway_stays(world: World) -> bool:
    home = vpc()
    gateway = attached(home)
    before = code_of(ec2().delete_vpc, VpcId=home)
    ec2().detach_internet_gateway(InternetGatewayId=gateway, VpcId=home)
    return [before, code_of(ec2().delete_vpc, VpcId=home)] == ["DependencyViolation", ""]


@behaviour("userguide/deleting-security-groups.html")
def a_group_that_others_name_stays(world: World) -> bool:
    home = vpc()
    named, names = group(home, "application"), group(home, "data")
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": named}]}
    ec2().authorize_security_group_ingress(GroupId=names, IpPermissions=[rule])
    return code_of(ec2().delete_security_group, GroupId=named) == "DependencyViolation"


@behaviour("userguide/deleting-security-groups.html")
def the_default_group_stays(world: World) -> bool:
    wanted = [{"Name": "vpc-id", "Values": [vpc()]}]
    (only,) = ec2().describe_security_groups(Filters=wanted)["SecurityGroups"]
    return code_of(ec2().delete_security_group, GroupId=only["GroupId"]) == "CannotDelete"


@behaviour(f"{_API}/API_CreateSecurityGroup.html")
def a_group_is_not_named_like_an_id(world: World) -> bool:
    wanted = {"GroupName": "sg-web", "Description": "x", "VpcId": vpc()}
    return code_of(ec2().create_security_group, **wanted) == "InvalidParameterValue"


@behaviour(f"{_API}/API_IpPermission.html")
def a_port_is_below_65536(world: World) -> bool:
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 70_000, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    wanted = {"GroupId": group(vpc()), "IpPermissions": [rule]}
    return code_of(ec2().authorize_security_group_ingress, **wanted) == "InvalidParameterValue"


@behaviour("userguide/amazon-vpc-limits.html")
def an_interface_has_five_groups(world: World) -> bool:
    home = vpc()
    groups = [group(home, f"g{n}") for n in range(6)]
    wanted = {"SubnetId": subnet(home), "Groups": groups}
    return code_of(ec2().create_network_interface, **wanted) == "SecurityGroupsPerInterfaceLimitExceeded"


@behaviour("userguide/vpc-security-groups.html")
def a_machine_wears_groups_of_its_own_network(world: World) -> bool:
    image = ec2().describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    wanted = {"ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    far = group(vpc("10.9.0.0/16"))
    return code_of(ec2().run_instances, SubnetId=subnet(vpc()), SecurityGroupIds=[far], **wanted) == "InvalidParameter"


def moved(zone: str, index: int) -> str:
    """The code of attaching an interface of a zone to a machine in us-east-1a."""
    home = vpc()
    near, far = subnet(home), subnet(home, "10.0.2.0/24", zone)
    card = ec2().create_network_interface(SubnetId=far)["NetworkInterface"]["NetworkInterfaceId"]
    wanted = {"NetworkInterfaceId": card, "InstanceId": machine(near), "DeviceIndex": index}
    return code_of(ec2().attach_network_interface, **wanted)


@behaviour("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network-interface-attachments.html")
def an_interface_stays_in_its_zone(world: World) -> bool:
    return [moved("us-east-1a", 1), moved("us-east-1b", 1)] == ["", "InvalidParameterCombination"]


@behaviour("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network-interface-attachments.html")
def one_interface_a_device_index(world: World) -> bool:
    return moved("us-east-1a", 0) == "InvalidParameterValue"


@behaviour("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html")
def an_instance_type_has_so_many_interfaces(world: World) -> bool:
    inside = subnet(vpc())
    name, codes = machine(inside), []
    for index in (1, 2):
        card = ec2().create_network_interface(SubnetId=inside)["NetworkInterface"]["NetworkInterfaceId"]
        wanted = {"NetworkInterfaceId": card, "InstanceId": name, "DeviceIndex": index}
        codes.append(code_of(ec2().attach_network_interface, **wanted))
    return codes == ["", "AttachmentLimitExceeded"]


@behaviour("privatelink/gateway-endpoints.html")
def gateway_endpoints_are_for_two_services(world: World) -> bool:
    home = vpc()
    codes = [
        code_of(ec2().create_vpc_endpoint, VpcId=home, ServiceName=f"com.amazonaws.us-east-1.{name}")
        for name in ("s3", "dynamodb", "sqs", "bogus")
    ]
    return codes == ["", "", "InvalidParameter", "InvalidServiceName"]


@behaviour("privatelink/privatelink-access-aws-services.html")
def private_dns_wants_dns_host_names(world: World) -> bool:
    home = vpc()
    wanted = {"ServiceName": "com.amazonaws.us-east-1.sqs", "VpcEndpointType": "Interface", "SubnetIds": [subnet(home)]}
    before = code_of(ec2().create_vpc_endpoint, VpcId=home, **wanted)
    ec2().modify_vpc_attribute(VpcId=home, EnableDnsHostnames={"Value": True})
    return [before, code_of(ec2().create_vpc_endpoint, VpcId=home, **wanted)] == ["InvalidParameter", ""]


@behaviour(f"{_API}/API_EnableVgwRoutePropagation.html")
def routes_of_a_vpn_are_propagated(world: World) -> bool:
    home = vpc()
    its = table(home)
    gateway = ec2().create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2().attach_vpn_gateway(VpnGatewayId=gateway, VpcId=home)
    office = ec2().create_customer_gateway(Type="ipsec.1", PublicIp="203.0.113.9", BgpAsn=65000)["CustomerGateway"]
    made = ec2().create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=office["CustomerGatewayId"], VpnGatewayId=gateway
    )["VpnConnection"]["VpnConnectionId"]
    ec2().create_vpn_connection_route(VpnConnectionId=made, DestinationCidrBlock="192.168.0.0/16")
    ec2().enable_vgw_route_propagation(RouteTableId=its, GatewayId=gateway)
    routes = ec2().describe_route_tables(RouteTableIds=[its])["RouteTables"][0]["Routes"]
    return ("192.168.0.0/16", gateway) in [(one.get("DestinationCidrBlock"), one.get("GatewayId")) for one in routes]


@kept("userguide/vpc-cidr-blocks.html")
def a_network_is_between_16_and_28(world: World) -> bool:
    return [code_of(ec2().create_vpc, CidrBlock=f"10.0.0.0/{n}") for n in (15, 29)] == ["InvalidVpc.Range"] * 2


@kept("userguide/subnet-sizing.html")
def five_addresses_of_a_subnet_are_taken(world: World) -> bool:
    made = ec2().create_subnet(VpcId=vpc(), CidrBlock="10.0.0.0/28")["Subnet"]
    return bool(made["AvailableIpAddressCount"] == 11)


@kept("userguide/vpc-security-groups.html")
def a_new_group_lets_nothing_in_and_all_out(world: World) -> bool:
    (made,) = ec2().describe_security_groups(GroupIds=[group(vpc())])["SecurityGroups"]
    return not made["IpPermissions"] and made["IpPermissionsEgress"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]


_CLOSED = [one.shows.__name__ for one in CLOSED]
_KEPT = [one.shows.__name__ for one in KEPT]


@pytest.mark.parametrize("one", CLOSED + KEPT, ids=_CLOSED + _KEPT)
def test_the_lab_shows_it(one: Behaviour, in_the_lab: World) -> None:
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=_CLOSED)
def test_bare_moto_does_not(one: Behaviour, in_bare_moto: World) -> None:
    assert not one.is_seen(in_bare_moto), f"moto shows it now: delete our code ({one.source})"


@pytest.mark.parametrize("one", KEPT, ids=_KEPT)
def test_bare_moto_shows_what_is_kept(one: Behaviour, in_bare_moto: World) -> None:
    assert one.is_seen(in_bare_moto), f"moto does it otherwise now ({one.source})"
