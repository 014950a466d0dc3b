"""Networks for the tests: a VPC with a public and a private subnet, and machines in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3

Everywhere = "0.0.0.0/0"


def ec2() -> Any:
    return boto3.client("ec2", region_name="us-east-1")


@dataclass
class Site:
    vpc: str
    gateway: str
    public: str
    private: str
    public_table: str
    main_table: str


def site(first: str = "10.0") -> Site:
    """A VPC with a public subnet x.y.1.0/24 and a private one x.y.2.0/24, which uses the main table."""
    vpc = ec2().create_vpc(CidrBlock=f"{first}.0.0/16")["Vpc"]["VpcId"]
    public, private = (
        ec2().create_subnet(VpcId=vpc, CidrBlock=f"{first}.{n}.0/24", AvailabilityZone="us-east-1a")["Subnet"][
            "SubnetId"
        ]
        for n in (1, 2)
    )
    gateway = ec2().create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2().attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2().create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2().create_route(RouteTableId=table, DestinationCidrBlock=Everywhere, GatewayId=gateway)
    ec2().associate_route_table(RouteTableId=table, SubnetId=public)
    return Site(vpc, gateway, public, private, table, main_table(vpc))


def main_table(vpc: str) -> str:
    wanted = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    return str(ec2().describe_route_tables(Filters=wanted)["RouteTables"][0]["RouteTableId"])


def group(vpc: str, name: str, *ports: int, source: str = Everywhere) -> str:
    """A security group that admits TCP ports from a block or from another group."""
    made = ec2().create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
    who = (
        {"UserIdGroupPairs": [{"GroupId": source}]} if source.startswith("sg-") else {"IpRanges": [{"CidrIp": source}]}
    )
    for port in ports:
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port} | who
        ec2().authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
    return str(made)


@cache
def _image() -> str:
    """An image; the lab knows the same ones in every account."""
    return str(ec2().describe_images(Owners=["amazon"])["Images"][0]["ImageId"])


def machine(subnet: str, *groups: str, public: bool = False) -> str:
    image = _image()
    card = {"DeviceIndex": 0, "SubnetId": subnet, "Groups": list(groups), "AssociatePublicIpAddress": public}
    made = ec2().run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro", NetworkInterfaces=[card])
    return str(made["Instances"][0]["InstanceId"])


def card_of(instance: str) -> dict[str, Any]:
    found = ec2().describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return dict(found["NetworkInterfaces"][0])


def nat(subnet: str) -> str:
    address = ec2().allocate_address(Domain="vpc")["AllocationId"]
    return str(ec2().create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"])


def acl(vpc: str, subnet: str, *rules: tuple[int, bool, str, int, int]) -> str:
    """A network ACL of a subnet; rules are (number, outbound?, allow or deny, first port, last port)."""
    made = str(ec2().create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"])
    for number, egress, action, first, last in rules:
        ec2().create_network_acl_entry(
            NetworkAclId=made, RuleNumber=number, Protocol="6", RuleAction=action, Egress=egress,
            CidrBlock=Everywhere, PortRange={"From": first, "To": last},
        )  # fmt: skip
    wanted = [{"Name": "association.subnet-id", "Values": [subnet]}]
    known = ec2().describe_network_acls(Filters=wanted)["NetworkAcls"][0]["Associations"]
    (association,) = (one["NetworkAclAssociationId"] for one in known if one["SubnetId"] == subnet)
    ec2().replace_network_acl_association(AssociationId=association, NetworkAclId=made)
    return made


def joined(one: str, other: str) -> str:
    """An active peering connection."""
    made = ec2().create_vpc_peering_connection(VpcId=one, PeerVpcId=other)["VpcPeeringConnection"]
    name = str(made["VpcPeeringConnectionId"])
    ec2().accept_vpc_peering_connection(VpcPeeringConnectionId=name)
    return name


def route(table: str, block: str, **target: str) -> None:
    ec2().create_route(RouteTableId=table, DestinationCidrBlock=block, **target)
