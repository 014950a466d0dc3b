"""A cluster for the tests: instances that join by their user data, and small task definitions."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import boto3

_IMAGE = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
_TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
MANAGED = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"


class Cluster:
    """A cluster by the name of shop."""

    def __init__(self) -> None:
        self.ecs, self.ec2, self.iam = boto3.client("ecs"), boto3.client("ec2"), boto3.client("iam")
        self.ecs.create_cluster(clusterName="shop")
        self.image = boto3.client("ssm").get_parameter(Name=_IMAGE)["Parameter"]["Value"]
        self.iam.create_role(RoleName="host", AssumeRolePolicyDocument=json.dumps({"Statement": [_TRUST]}))
        self.iam.attach_role_policy(RoleName="host", PolicyArn=MANAGED)
        self.iam.create_instance_profile(InstanceProfileName="host")
        self.iam.add_role_to_instance_profile(InstanceProfileName="host", RoleName="host")
        found = self.ec2.describe_subnets()["Subnets"]
        self.subnets = [one["SubnetId"] for one in sorted(found, key=lambda one: one["AvailabilityZone"])]
        self.vpc = found[0]["VpcId"]

    def launch(self, *subnets: int, config: str = "ECS_CLUSTER=shop", profile: str = "host", kind: str = "t3.medium",
               image: str = "") -> list[str]:  # fmt: skip
        """Launch an instance in each of these subnets; returns their ids."""
        script = "#!/bin/bash\n" + "".join(f"echo '{line}' >> /etc/ecs/ecs.config\n" for line in config.splitlines())
        more = {"IamInstanceProfile": {"Name": profile}} if profile else {}
        return [
            self.ec2.run_instances(ImageId=image or self.image, InstanceType=kind, MinCount=1, MaxCount=1,
                                   UserData=script, SubnetId=self.subnets[one], **more)["Instances"][0]["InstanceId"]
            for one in subnets
        ]  # fmt: skip

    def hosts(self, cluster: str = "shop") -> list[dict[str, Any]]:
        arns = self.ecs.list_container_instances(cluster=cluster)["containerInstanceArns"]
        if not arns:
            return []
        return self.ecs.describe_container_instances(cluster=cluster, containerInstances=arns)["containerInstances"]

    def define(self, family: str = "web", memory: int = 256, cpu: int = 128, host_port: int = 0, tag: str = "1",
               **more: Any) -> str:  # fmt: skip
        """Register a task definition with one container that listens on port 80; returns its ARN."""
        ports = [{"containerPort": 80, **({} if more.get("networkMode") == "awsvpc" else {"hostPort": host_port})}]
        web = {"name": "web", "image": f"web:{tag}", "memory": memory, "cpu": cpu, "portMappings": ports}
        made = self.ecs.register_task_definition(family=family, containerDefinitions=[web], **more)
        return made["taskDefinition"]["taskDefinitionArn"]

    def serve(self, count: int = 2, name: str = "web", **more: Any) -> dict[str, Any]:
        asked = {"taskDefinition": "web", "desiredCount": count, **more}
        return self.ecs.create_service(cluster="shop", serviceName=name, **asked)["service"]

    def service(self, name: str = "web") -> dict[str, Any]:
        return self.ecs.describe_services(cluster="shop", services=[name])["services"][0]

    def tasks(self, **more: Any) -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster="shop", **more)["taskArns"]
        return self.ecs.describe_tasks(cluster="shop", tasks=arns)["tasks"] if arns else []

    def revisions(self) -> Counter:
        """How many tasks run of each revision."""
        return Counter(int(one["taskDefinitionArn"].rpartition(":")[2]) for one in self.tasks())

    def per_host(self) -> list[int]:
        """How many tasks each instance runs, in ascending order."""
        return sorted(one["runningTasksCount"] for one in self.hosts())

    def events(self, name: str = "web") -> list[str]:
        return [one["message"] for one in self.service(name)["events"]]

    def balance(self, kind: str = "instance", delay: int = 0, name: str = "web", ports: int = 0) -> dict[str, str]:
        """A load balancer with a target group; returns both. Instances let it in from port `ports` on."""
        elb = boto3.client("elbv2")
        group = elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=self.vpc, TargetType=kind)
        arn = group["TargetGroups"][0]["TargetGroupArn"]
        elb.modify_target_group_attributes(
            TargetGroupArn=arn, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)}]
        )
        door = self.ec2.create_security_group(GroupName=f"{name}-door", Description="door", VpcId=self.vpc)["GroupId"]
        self.ec2.authorize_security_group_ingress(
            GroupId=door, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0"
        )
        own = self.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}])
        self.ec2.authorize_security_group_ingress(GroupId=own["SecurityGroups"][0]["GroupId"], IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": ports, "ToPort": ports or 65535,
             "UserIdGroupPairs": [{"GroupId": door}]}])  # fmt: skip
        made = elb.create_load_balancer(Name=name, Subnets=self.subnets[:2], SecurityGroups=[door])["LoadBalancers"][0]
        elb.create_listener(LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80,
                            DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}])  # fmt: skip
        return {"group": arn, "address": f"http://{made['DNSName']}"}

    def targets(self, arn: str) -> dict[tuple[str, int], str]:
        found = boto3.client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        return {(one["Target"]["Id"], one["Target"]["Port"]): one["TargetHealth"]["State"] for one in found}
