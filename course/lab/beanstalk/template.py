"""The template of an environment's stack, with the names that Elastic Beanstalk gives its resources.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customize-containers-format-resources-eb.html
"""

from __future__ import annotations

import base64
import copy
import importlib.util
from typing import Any, Final

from course.lab.beanstalk import ebextensions, options
from course.lab.beanstalk.network import Network, network_of
from course.lab.beanstalk.store import Environment, Settings, Version

_DATABASE: Final = "course.lab.beanstalk.rollouts_database"
_AVAILABLE: Final = "ami-12c6146b"
_LABELS: Final = ("elasticbeanstalk:environment-name", "elasticbeanstalk:environment-id", "Name")


def template(environment: Environment, version: Version | None) -> dict[str, Any]:
    """What CloudFormation is to make."""
    settings = options.effective(environment, version)
    network = network_of(environment, settings)
    parts = _instances(environment, settings, network)
    if environment.tier == "Worker":
        parts |= _queues(settings)
    elif is_single(settings):
        parts["AWSEBEIP"] = {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}}
    else:
        parts |= _balancer(settings, network)
    if importlib.util.find_spec(_DATABASE) is not None:
        parts |= importlib.import_module(_DATABASE).resources(environment)
    if version is not None:
        for name, part in ebextensions.read(version.bundle).resources.items():
            parts[name] = _merged(parts[name], part) if name in parts else part
    return {"Description": f"AWS Elastic Beanstalk environment (Name: '{environment.name}'  Id: "
            f"'{environment.env_id}')", "Resources": parts}  # fmt: skip


def is_single(settings: Settings) -> bool:
    return settings.get((options.ENVIRONMENT, "EnvironmentType")) == "SingleInstance"


def balancer_type(settings: Settings) -> str:
    """classic, application or network."""
    return settings.get((options.ENVIRONMENT, "LoadBalancerType")) or "classic"


def _merged(ours: Any, theirs: Any) -> Any:
    """A resource of Elastic Beanstalk with what a configuration file sets in it."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        joined = copy.deepcopy(ours)
        for name, part in theirs.items():
            joined[name] = _merged(ours[name], part) if name in ours else part
        return joined
    return theirs


def _instances(environment: Environment, settings: Settings, network: Network) -> dict[str, Any]:
    def launch(name: str) -> str:
        return settings.get((options.LAUNCH, name), "")

    single = is_single(settings)
    least, most = ("1", "1") if single else (settings[options.GROUP, "MinSize"], settings[options.GROUP, "MaxSize"])
    kinds = settings.get(("aws:ec2:instances", "InstanceTypes"), "").split(",")
    direct = environment.settings.get((options.LAUNCH, "InstanceType"))
    types = environment.settings.get(("aws:ec2:instances", "InstanceTypes"))
    kind = (types or "").split(",")[0].strip() or direct or launch("InstanceType") or kinds[0]
    data: dict[str, Any] = {
        "ImageId": launch("ImageId") or _AVAILABLE,
        "InstanceType": kind,
        "SecurityGroupIds": [{"Fn::GetAtt": ["AWSEBSecurityGroup", "GroupId"]}, *_several(launch("SecurityGroups"))],
        "IamInstanceProfile": {"Name": launch("IamInstanceProfile").rpartition("/")[2]},
        "UserData": base64.b64encode(b"#!/bin/bash\n# The agent of Elastic Beanstalk begins here.\n").decode(),
        "MetadataOptions": {"HttpTokens": "required" if launch("DisableIMDSv1") == "true" else "optional"},
    }
    if launch("EC2KeyName"):
        data["KeyName"] = launch("EC2KeyName")
    door: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}
    if single or balancer_type(settings) == "network" or environment.tier == "Worker":
        door["CidrIp"] = "0.0.0.0/0"
    else:
        door["SourceSecurityGroupId"] = {"Fn::GetAtt": ["AWSEBLoadBalancerSecurityGroup", "GroupId"]}
    group: dict[str, Any] = {
        "MinSize": least,
        "MaxSize": most,
        "Cooldown": settings[options.GROUP, "Cooldown"],
        "VPCZoneIdentifier": network.instances,
        "LaunchTemplate": {
            "LaunchTemplateId": {"Ref": "AWSEBEC2LaunchTemplate"},
            "Version": {"Fn::GetAtt": ["AWSEBEC2LaunchTemplate", "LatestVersionNumber"]},
        },
        "Tags": [
            {"Key": name, "Value": value, "PropagateAtLaunch": True}
            for name, value in (
                dict(zip(_LABELS, (environment.name, environment.env_id, environment.name), strict=True))
                | environment.tags
            ).items()
        ],
    }
    if environment.tier != "Worker" and not single:
        if balancer_type(settings) == "classic":
            group["LoadBalancerNames"] = [{"Ref": "AWSEBLoadBalancer"}]
        else:
            names = [_group_name(one) for one in _processes(settings)]
            group["TargetGroupARNs"] = [{"Ref": name} for name in names]
    return {
        "AWSEBSecurityGroup": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": f"SecurityGroup for ElasticBeanstalk environment {environment.name}.",
                "VpcId": network.vpc,
                "SecurityGroupIngress": [] if environment.tier == "Worker" else [door],
            },
        },
        "AWSEBEC2LaunchTemplate": {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": data}},
        "AWSEBAutoScalingGroup": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group},
    }


def _several(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip().startswith("sg-")]


# The balancer ----------------------------------------------------------------------------------------------


def _balancer(settings: Settings, network: Network) -> dict[str, Any]:
    kind = balancer_type(settings)
    scheme = "internal" if settings.get(("aws:ec2:vpc", "ELBScheme")) == "internal" else "internet-facing"
    if kind == "classic":
        return _classic(settings, network, scheme)
    listeners = _listeners(settings)
    balancer: dict[str, Any] = {"Type": kind, "Scheme": scheme, "Subnets": network.balancer}
    parts: dict[str, Any] = {}
    if kind == "application":
        balancer["SecurityGroups"] = [{"Fn::GetAtt": ["AWSEBLoadBalancerSecurityGroup", "GroupId"]}]
        parts["AWSEBLoadBalancerSecurityGroup"] = _door(network, sorted(listeners))
    balancer["LoadBalancerAttributes"] = _attributes(settings, kind)
    parts["AWSEBV2LoadBalancer"] = {
        "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": balancer,
    }  # fmt: skip
    for process in _processes(settings):
        parts[_group_name(process)] = _target_group(settings, network, process, kind)
    for port, listener in listeners.items():
        name = "AWSEBV2LoadBalancerListener" + ("" if port == 80 else str(port))
        parts[name] = _listener(port, listener, kind)
        parts |= _rules(settings, port, listener, name)
    return parts


def _attributes(settings: Settings, kind: str) -> list[dict[str, str]]:
    found = {}
    own = "aws:elbv2:loadbalancer"
    if settings.get((own, "IdleTimeout")) and kind == "application":
        found["idle_timeout.timeout_seconds"] = settings[own, "IdleTimeout"]
    if settings.get((own, "AccessLogsS3Enabled")) == "true":
        found |= {
            "access_logs.s3.enabled": "true",
            "access_logs.s3.bucket": settings.get((own, "AccessLogsS3Bucket"), ""),
            "access_logs.s3.prefix": settings.get((own, "AccessLogsS3Prefix"), ""),
        }
    return [{"Key": key, "Value": value} for key, value in found.items()]


def _door(network: Network, ports: list[int]) -> dict[str, Any]:
    return {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {
            "GroupDescription": "Load Balancer Security Group",
            "VpcId": network.vpc,
            "SecurityGroupIngress": [
                {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "0.0.0.0/0"} for port in ports
            ],
        },
    }


def _processes(settings: Settings) -> list[str]:
    start = options.PROCESS.removesuffix("default")
    return sorted({"default", *(one.removeprefix(start) for one in options.named(settings, start))})


def _group_name(process: str) -> str:
    return "AWSEBV2LoadBalancerTargetGroup" + ("" if process == "default" else process.title().replace("-", ""))


def _of(settings: Settings, namespace: str, name: str) -> str:
    """An option of a namespace with a name of its own; its default is that of the kind."""
    option = options.find(namespace, name)
    return settings.get((namespace, name)) or (option.default if option is not None else "")


def _target_group(settings: Settings, network: Network, process: str, kind: str) -> dict[str, Any]:
    namespace = options.PROCESS.removesuffix("default") + process

    def of(name: str) -> str:
        return _of(settings, namespace, name)

    protocol = "TCP" if kind == "network" else of("Protocol")
    found: dict[str, Any] = {
        "VpcId": network.vpc,
        "Port": int(of("Port")),
        "Protocol": protocol,
        "HealthyThresholdCount": int(of("HealthyThresholdCount")),
        "UnhealthyThresholdCount": int(of("UnhealthyThresholdCount")),
        "HealthCheckIntervalSeconds": int(of("HealthCheckInterval")),
        "TargetGroupAttributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": of("DeregistrationDelay")}],
    }
    if kind == "application":
        found |= {
            "HealthCheckPath": health_path(settings, namespace),
            "HealthCheckTimeoutSeconds": int(of("HealthCheckTimeout")),
            "Matcher": {"HttpCode": of("MatcherHTTPCode")},
        }
        if of("StickinessEnabled") == "true":
            found["TargetGroupAttributes"] += [
                {"Key": "stickiness.enabled", "Value": "true"},
                {"Key": "stickiness.type", "Value": "lb_cookie"},
                {"Key": "stickiness.lb_cookie.duration_seconds", "Value": of("StickinessLBCookieDuration")},
            ]
    return {"Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": found}


def health_path(settings: Settings, namespace: str = options.PROCESS) -> str:
    """Where health checks look; the old option for the whole application steps in for the default."""
    old = settings.get(("aws:elasticbeanstalk:application", "Application Healthcheck URL"), "")
    path = _of(settings, namespace, "HealthCheckPath")
    return old if path in ("", "/") and old.startswith("/") else path


def _listeners(settings: Settings) -> dict[int, dict[str, str]]:
    """The options of each listener that is on, by its port."""
    found: dict[int, dict[str, str]] = {}
    for namespace in {options.LISTENER, *options.named(settings, "aws:elbv2:listener:")}:
        port = 80 if namespace == options.LISTENER else int(namespace.rpartition(":")[2])
        names = ("ListenerEnabled", "Protocol", "DefaultProcess", "Rules", "SSLCertificateArns", "SSLPolicy")
        row = {name: _of(settings, namespace, name) for name in names}
        if row["ListenerEnabled"] == "true":
            found[port] = row
    return found


def _listener(port: int, row: dict[str, str], kind: str) -> dict[str, Any]:
    protocol = row["Protocol"] if kind == "application" else "TCP"
    found: dict[str, Any] = {
        "LoadBalancerArn": {"Ref": "AWSEBV2LoadBalancer"},
        "Port": port,
        "Protocol": protocol,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": {"Ref": _group_name(row["DefaultProcess"])}}],
    }
    if protocol == "HTTPS":
        found["Certificates"] = [{"CertificateArn": one} for one in row["SSLCertificateArns"].split(",") if one]
        if row["SSLPolicy"]:
            found["SslPolicy"] = row["SSLPolicy"]
    return {"Type": "AWS::ElasticLoadBalancingV2::Listener", "Properties": found}


def _rules(settings: Settings, port: int, row: dict[str, str], listener: str) -> dict[str, Any]:
    found = {}
    for rule in [one.strip() for one in row["Rules"].split(",") if one.strip()]:
        namespace = f"aws:elbv2:listenerrule:{rule}"
        conditions = [
            {"Field": field, "Values": [one.strip() for one in text.split(",")]}
            for field, text in (("host-header", _of(settings, namespace, "HostHeaders")),
                                ("path-pattern", _of(settings, namespace, "PathPatterns")))
            if text
        ]  # fmt: skip
        found[f"AWSEBV2LoadBalancerListenerRule{rule.title()}{port}"] = {
            "Type": "AWS::ElasticLoadBalancingV2::ListenerRule",
            "Properties": {
                "ListenerArn": {"Ref": listener},
                "Priority": int(_of(settings, namespace, "Priority") or 1),
                "Conditions": conditions,
                "Actions": [
                    {
                        "Type": "forward",
                        "TargetGroupArn": {"Ref": _group_name(_of(settings, namespace, "Process") or "default")},
                    }
                ],
            },
        }
    return found


def _classic(settings: Settings, network: Network, scheme: str) -> dict[str, Any]:
    return {
        "AWSEBLoadBalancerSecurityGroup": _door(network, [80]),
        "AWSEBLoadBalancer": {
            "Type": "AWS::ElasticLoadBalancing::LoadBalancer",
            "Properties": {
                "Scheme": scheme,
                "Subnets": network.balancer,
                "SecurityGroups": [{"Fn::GetAtt": ["AWSEBLoadBalancerSecurityGroup", "GroupId"]}],
                "Listeners": [{"LoadBalancerPort": "80", "InstancePort": "80", "Protocol": "HTTP"}],
            },
        },
    }


def _queues(settings: Settings) -> dict[str, Any]:
    """The queue of a worker environment with its dead-letter queue, unless it reads one that exists."""
    if settings.get((options.WORKER, "WorkerQueueURL")):
        return {}
    return {
        "AWSEBWorkerDeadLetterQueue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"MessageRetentionPeriod": int(settings[options.WORKER, "RetentionPeriod"])},
        },
        "AWSEBWorkerQueue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "VisibilityTimeout": int(settings[options.WORKER, "VisibilityTimeout"]),
                "MessageRetentionPeriod": int(settings[options.WORKER, "RetentionPeriod"]),
                "RedrivePolicy": {
                    "deadLetterTargetArn": {"Fn::GetAtt": ["AWSEBWorkerDeadLetterQueue", "Arn"]},
                    "maxReceiveCount": int(settings[options.WORKER, "MaxRetries"]),
                },
            },
        },
    }
