"""A small site to try balancers on: a network, servers in it, and balancers before them."""

from __future__ import annotations

from typing import Any

import boto3

from course import lab


class Site:
    """The default network, and what tests put into it."""

    def __init__(self) -> None:
        self.ec2, self.elb = boto3.client("ec2"), boto3.client("elbv2")
        self.vpc = self.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        found = self.ec2.describe_subnets()["Subnets"]
        self.subnets = [one["SubnetId"] for one in sorted(found, key=lambda one: one["AvailabilityZone"])]
        self.image = self.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        self.open = self.security_group(("0.0.0.0/0",), 80, 443, 8080)

    def security_group(self, sources: tuple[str, ...], *ports: int) -> str:
        name = lab.unique_name("group")
        made = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"]
        for port in ports:
            rule: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
            rule["IpRanges"] = [{"CidrIp": one} for one in sources if "/" in one]
            rule["UserIdGroupPairs"] = [{"GroupId": one} for one in sources if "/" not in one]
            self.ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
        return str(made)

    def server(self, page: Any = None, *, zone: int = 0, port: int = 80, group: str = "", seconds: float = 0.0) -> str:
        """An instance that says its name, or what the page says."""
        made = self.ec2.run_instances(
            ImageId=self.image, MinCount=1, MaxCount=1, SubnetId=self.subnets[zone],
            SecurityGroupIds=[group or self.open],
        )["Instances"][0]["InstanceId"]  # fmt: skip
        lab.serve(made, port, page or (lambda request: made), seconds=seconds)
        return str(made)

    def targets(self, *servers: str, kind: str = "instance", protocol: str = "HTTP", **more: Any) -> str:
        """A target group, named by its ARN; its balancer comes later."""
        port = {} if kind == "lambda" else {"Protocol": protocol, "Port": 80, "VpcId": self.vpc}
        made = self.elb.create_target_group(Name=lab.unique_name("web"), TargetType=kind, **port, **more)
        arn = made["TargetGroups"][0]["TargetGroupArn"]
        if servers:
            self.elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": one} for one in servers])
        return str(arn)

    def balancer(self, *actions: Any, kind: str = "application", protocol: str = "HTTP", port: int = 80, zones: int = 2,
                 **more: Any) -> Balancer:  # fmt: skip
        """A balancer with one listener; a target group's ARN stands for forwarding to it."""
        groups = {"SecurityGroups": [self.open]} if kind == "application" else {}
        made = self.elb.create_load_balancer(
            Name=lab.unique_name("shop"), Type=kind, Subnets=self.subnets[:zones], **groups
        )["LoadBalancers"][0]  # fmt: skip
        listener = self.elb.create_listener(
            LoadBalancerArn=made["LoadBalancerArn"], Protocol=protocol, Port=port,
            DefaultActions=[forward(one) for one in actions], **more,
        )["Listeners"][0]["ListenerArn"]  # fmt: skip
        lab.clock.advance(seconds=31)
        return Balancer(made, listener)

    def attributes(self, group: str, **values: Any) -> None:
        """Attributes of a target group; a double underscore stands for a dot."""
        rows = [{"Key": key.replace("__", "."), "Value": str(value)} for key, value in values.items()]
        self.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=rows)

    def states(self, group: str) -> dict[str, tuple[str, str]]:
        """State and reason by target."""
        found = self.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return {
            one["Target"]["Id"]: (one["TargetHealth"]["State"], one["TargetHealth"].get("Reason", "")) for one in found
        }


class Balancer:
    """A balancer as its clients see it."""

    def __init__(self, made: Any, listener: str) -> None:
        self.arn, self.name, self.listener = made["LoadBalancerArn"], made["DNSName"], listener

    def get(self, path: str = "/", **more: Any) -> Any:
        return lab.http("GET", f"http://{self.name}{path}", **more)

    def who(self, times: int, **more: Any) -> list[str]:
        return [self.get(**more).body for _ in range(times)]

    def rule(self, site: Site, priority: int, condition: Any, action: Any) -> None:
        site.elb.create_rule(
            ListenerArn=self.listener, Priority=priority, Conditions=[condition], Actions=[forward(action)]
        )


def forward(action: Any) -> Any:
    return {"Type": "forward", "TargetGroupArn": action} if isinstance(action, str) else action
