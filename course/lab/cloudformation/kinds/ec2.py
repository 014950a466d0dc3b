"""EC2 and its networks; types that are not here are made by moto's own record of them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html
"""

from __future__ import annotations

import base64
from typing import Any, Final

from course.lab.cloudformation.kinds.called import Called
from course.lab.cloudformation.kinds.kind import Kind, Making, call


class SecurityGroup(Kind):
    """AWS::EC2::SecurityGroup. Ref gives its id."""

    def create(self, making: Making) -> str:
        given, ec2 = making.properties, making.client("ec2")
        params: dict[str, Any] = {
            "GroupName": given.get("GroupName") or making.name(255),
            "Description": given["GroupDescription"],
        }
        if "VpcId" in given:
            params["VpcId"] = given["VpcId"]
        group = str(ec2.create_security_group(**params)["GroupId"])
        making.physical_id = group
        if making.tags:
            ec2.create_tags(Resources=[group], Tags=making.tag_list)
        if "SecurityGroupEgress" in given:
            self._each(making, "revoke_security_group_egress", [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}])
        self._each(making, "authorize_security_group_ingress", given.get("SecurityGroupIngress", []))
        self._each(making, "authorize_security_group_egress", given.get("SecurityGroupEgress", []))
        return group

    def _each(self, making: Making, method: str, rules: list[dict[str, Any]]) -> None:
        permissions = [_permission(rule) for rule in rules]
        if permissions:
            getattr(making.client("ec2"), method)(GroupId=making.physical_id, IpPermissions=permissions)

    def update(self, making: Making) -> None:
        for prop, word in (("SecurityGroupIngress", "ingress"), ("SecurityGroupEgress", "egress")):
            old, new = making.before.get(prop, []), making.properties.get(prop, [])
            self._each(making, f"revoke_security_group_{word}", [one for one in old if one not in new])
            self._each(making, f"authorize_security_group_{word}", [one for one in new if one not in old])

    def delete(self, making: Making) -> None:
        making.client("ec2").delete_security_group(GroupId=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        found = making.client("ec2").describe_security_groups(GroupIds=[making.physical_id])["SecurityGroups"][0]
        return {"GroupId": making.physical_id, "VpcId": found.get("VpcId", "")}

    def actual(self, making: Making) -> dict[str, Any] | None:
        ec2 = making.client("ec2")
        try:
            found = ec2.describe_security_groups(GroupIds=[making.physical_id])["SecurityGroups"][0]
        except ec2.exceptions.ClientError:
            return None
        wanted = making.properties.get("SecurityGroupIngress", [])
        now = [_rule(one, source) for one in found["IpPermissions"] for source in one["IpRanges"]]
        order = {_key(rule): place for place, rule in enumerate(wanted)}
        now.sort(key=lambda rule: order.get(_key(rule), len(order)))
        now = [{name: value for name, value in rule.items() if name in wanted[place]} if place < len(wanted) else rule
               for place, rule in enumerate(now)]  # fmt: skip
        return {"SecurityGroupIngress": now}


def _key(rule: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(rule.get(name, "")) for name in ("IpProtocol", "FromPort", "ToPort", "CidrIp"))


def _rule(permission: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    rule = {name: permission[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in permission}
    return rule | {"CidrIp": source["CidrIp"]} | ({"Description": source["Description"]} if source.get("Description")
                                                  else {})  # fmt: skip


def _permission(rule: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"IpProtocol": str(rule["IpProtocol"])}
    found |= {name: int(rule[name]) for name in ("FromPort", "ToPort") if name in rule}
    said = {"Description": rule["Description"]} if "Description" in rule else {}
    if "CidrIp" in rule:
        found["IpRanges"] = [{"CidrIp": rule["CidrIp"], **said}]
    if "CidrIpv6" in rule:
        found["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **said}]
    for name in ("SourceSecurityGroupId", "DestinationSecurityGroupId"):
        if name in rule:
            found["UserIdGroupPairs"] = [{"GroupId": rule[name], **said}]
    return found


class Tagged(Called):
    """A thing of a network that takes its tags at birth, as EC2 wants them."""

    def _params(self, client: Any, operation: str, making: Making) -> dict[str, Any]:
        found = super()._params(client, operation, making)
        found.pop("Tags", None)
        if operation == self.creates and making.tags:
            found["TagSpecifications"] = [{"ResourceType": self.at, "Tags": making.tag_list}]
        return found

    def attributes(self, making: Making) -> dict[str, Any]:
        return dict.fromkeys(self.gives, making.physical_id)

    def actual(self, making: Making) -> dict[str, Any] | None:
        return {}


class Switched(Tagged):
    """One that is made first and gets its switches then, as in an update."""

    def create(self, making: Making) -> str:
        making.physical_id = super().create(making)
        self.update(making)
        return making.physical_id

    def must_replace(self, making: Making, changed: set[str]) -> bool:
        return False


class Vpc(Switched):
    """AWS::EC2::VPC."""

    def update(self, making: Making) -> None:
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            if name in making.properties:
                on = str(making.properties[name]).lower() == "true"
                making.client("ec2").modify_vpc_attribute(VpcId=making.physical_id, **{name: {"Value": on}})

    def attributes(self, making: Making) -> dict[str, Any]:
        ec2 = making.client("ec2")
        found = ec2.describe_vpcs(VpcIds=[making.physical_id])["Vpcs"][0]
        groups = ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [making.physical_id]}, {"Name": "group-name", "Values": ["default"]}]
        )["SecurityGroups"]
        return {
            "VpcId": making.physical_id,
            "CidrBlock": found["CidrBlock"],
            "DefaultSecurityGroup": groups[0]["GroupId"] if groups else "",
        }


class Subnet(Switched):
    """AWS::EC2::Subnet."""

    def update(self, making: Making) -> None:
        if "MapPublicIpOnLaunch" in making.properties:
            on = str(making.properties["MapPublicIpOnLaunch"]).lower() == "true"
            making.client("ec2").modify_subnet_attribute(SubnetId=making.physical_id, MapPublicIpOnLaunch={"Value": on})

    def attributes(self, making: Making) -> dict[str, Any]:
        found = making.client("ec2").describe_subnets(SubnetIds=[making.physical_id])["Subnets"][0]
        return {"SubnetId": making.physical_id, "AvailabilityZone": found["AvailabilityZone"], "VpcId": found["VpcId"]}


class Attachment(Kind):
    """AWS::EC2::VPCGatewayAttachment."""

    def create(self, making: Making) -> str:
        given = making.properties
        making.client("ec2").attach_internet_gateway(InternetGatewayId=given["InternetGatewayId"], VpcId=given["VpcId"])
        return f"IGW|{given['VpcId']}"

    def delete(self, making: Making) -> None:
        given = making.properties
        making.client("ec2").detach_internet_gateway(InternetGatewayId=given["InternetGatewayId"], VpcId=given["VpcId"])

    def must_replace(self, making: Making, changed: set[str]) -> bool:
        return True


class Route(Kind):
    """AWS::EC2::Route."""

    def create(self, making: Making) -> str:
        call(making.client("ec2"), "CreateRoute", making.properties)
        given = making.properties
        return f"{given['RouteTableId']}|{given.get('DestinationCidrBlock', given.get('DestinationIpv6CidrBlock'))}"

    def update(self, making: Making) -> None:
        call(making.client("ec2"), "ReplaceRoute", making.properties)

    def delete(self, making: Making) -> None:
        keep = ("RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock")
        making.client("ec2").delete_route(
            **{name: making.properties[name] for name in keep if name in making.properties}
        )


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


class Instance(Kind):
    """AWS::EC2::Instance. Ref gives its id."""

    _APART = (
        "Tags", "IamInstanceProfile", "AvailabilityZone", "Tenancy", "SecurityGroups", "Monitoring", "SourceDestCheck",
    )  # fmt: skip

    def create(self, making: Making) -> str:
        given, ec2 = making.properties, making.client("ec2")
        params = {key: value for key, value in given.items() if key not in self._APART}
        if "UserData" in params:
            params["UserData"] = base64.b64decode(params["UserData"]).decode()
        if "AvailabilityZone" in given:
            params["Placement"] = {"AvailabilityZone": given["AvailabilityZone"]}
        if "IamInstanceProfile" in given:
            params["IamInstanceProfile"] = {"Name": given["IamInstanceProfile"]}
        if "SecurityGroups" in given:
            params["SecurityGroups"] = given["SecurityGroups"]
        params.setdefault("ImageId", "ami-12c6146b")
        tags = {**making.tags}
        if tags:
            params["TagSpecifications"] = [{"ResourceType": "instance", "Tags": making.tag_list}]
        if _is_true(given.get("Monitoring")):
            params["Monitoring"] = {"Enabled": True}
        made = call(ec2, "RunInstances", {**params, "MinCount": 1, "MaxCount": 1})
        instance = str(made["Instances"][0]["InstanceId"])
        if "SourceDestCheck" in given:  # RunInstances does not take it
            on = _is_true(given["SourceDestCheck"])
            ec2.modify_instance_attribute(InstanceId=instance, SourceDestCheck={"Value": on})
        return instance

    def update(self, making: Making) -> None:
        given, ec2, own = making.properties, making.client("ec2"), {"InstanceId": making.physical_id}
        if given.get("InstanceType") != making.before.get("InstanceType"):
            ec2.stop_instances(InstanceIds=[making.physical_id])
            ec2.modify_instance_attribute(**own, InstanceType={"Value": given["InstanceType"]})
            ec2.start_instances(InstanceIds=[making.physical_id])
        if given.get("SecurityGroupIds") != making.before.get("SecurityGroupIds") and "SecurityGroupIds" in given:
            ec2.modify_instance_attribute(**own, Groups=given["SecurityGroupIds"])

    def delete(self, making: Making) -> None:
        making.client("ec2").terminate_instances(InstanceIds=[making.physical_id])

    def attributes(self, making: Making) -> dict[str, Any]:
        found = making.client("ec2").describe_instances(InstanceIds=[making.physical_id])
        row = found["Reservations"][0]["Instances"][0]
        return {
            "InstanceId": making.physical_id,
            "AvailabilityZone": row["Placement"]["AvailabilityZone"],
            "PrivateIp": row.get("PrivateIpAddress", ""),
            "PublicIp": row.get("PublicIpAddress", ""),
            "PrivateDnsName": row.get("PrivateDnsName", ""),
            "PublicDnsName": row.get("PublicDnsName", ""),
            "VpcId": row.get("VpcId", ""),
        }


class Volume(Tagged):
    """AWS::EC2::Volume. Its deletion policy may be a snapshot."""

    def delete(self, making: Making) -> None:
        if making.part.get("DeletionPolicy") == "Snapshot":
            making.client("ec2").create_snapshot(VolumeId=making.physical_id)
        making.client("ec2").delete_volume(VolumeId=making.physical_id)


class VolumeAttachment(Kind):
    """AWS::EC2::VolumeAttachment: a volume plugged into an instance."""

    def create(self, making: Making) -> str:
        call(making.client("ec2"), "AttachVolume", making.properties)
        return f"{making.properties['VolumeId']}|{making.properties['InstanceId']}"

    def delete(self, making: Making) -> None:
        volume, _, instance = making.physical_id.partition("|")
        making.client("ec2").detach_volume(VolumeId=volume, InstanceId=instance)


KINDS: Final[dict[str, Kind]] = {
    "AWS::EC2::SecurityGroup": SecurityGroup(),
    "AWS::EC2::VPC": Vpc(
        "ec2", "CreateVpc", id="Vpc.VpcId", deletes="DeleteVpc", key="VpcId", at="vpc", drifts=False,
    ),
    "AWS::EC2::Subnet": Subnet(
        "ec2", "CreateSubnet", id="Subnet.SubnetId", deletes="DeleteSubnet", key="SubnetId", at="subnet", drifts=False,
    ),
    "AWS::EC2::InternetGateway": Tagged(
        "ec2", "CreateInternetGateway", id="InternetGateway.InternetGatewayId", deletes="DeleteInternetGateway",
        key="InternetGatewayId", at="internet-gateway", gives={"InternetGatewayId": ""},
    ),
    "AWS::EC2::RouteTable": Tagged(
        "ec2", "CreateRouteTable", id="RouteTable.RouteTableId", deletes="DeleteRouteTable", key="RouteTableId",
        at="route-table", gives={"RouteTableId": ""},
    ),
    "AWS::EC2::SubnetRouteTableAssociation": Called(
        "ec2", "AssociateRouteTable", id="AssociationId", deletes="DisassociateRouteTable", key="AssociationId",
    ),
    "AWS::EC2::VPCGatewayAttachment": Attachment(),
    "AWS::EC2::Route": Route(),
    "AWS::EC2::Instance": Instance(),
    "AWS::EC2::VolumeAttachment": VolumeAttachment(),
    "AWS::EC2::Volume": Volume(
        "ec2", "CreateVolume", id="VolumeId", key="VolumeId", at="volume", gives={"VolumeId": ""},
    ),
}  # fmt: skip
