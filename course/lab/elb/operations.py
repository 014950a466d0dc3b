"""The calls of Elastic Load Balancing: what AWS refuses and moto lets pass, and what has to happen before and after.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.acm import regions  # noqa: F401  # judges the certificates of listeners
from course.lab.asked import asked
from course.lab.elb import access_logs, health, recall
from course.lab.elb.backend import CROSS_ZONE, install
from course.lab.elb.lambda_targets import SERVICE
from course.lab.elb.target_groups import groups_in
from course.lab.place import Place, place_of
from course.lab.replies import Reply, answer
from course.lab.wire import afterwards, answer_first

_ELB: Final = "elastic-load-balancing-v2"
_Params = Mapping[str, Any]
# Changes of the account after which targets may answer otherwise; what was until then has to be seen before.
_OF_MACHINES: Final = (
    "AuthorizeSecurityGroupIngress", "ModifyInstanceAttribute", "RevokeSecurityGroupIngress", "StartInstances",
    "StopInstances", "TerminateInstances",
)  # fmt: skip
_ALGORITHMS: Final = ("round_robin", "least_outstanding_requests", "weighted_random")
_GENEVE: Final = 6081
_OURS: Final = ("AWSALB", "AWSALBAPP", "AWSALBTG")
_RANGES: Final[dict[str, tuple[int, int]]] = {
    "deregistration_delay.timeout_seconds": (0, 3600),
    "stickiness.lb_cookie.duration_seconds": (1, 604_800),
    "stickiness.app_cookie.duration_seconds": (1, 604_800),
}


@answer_first
def _judge(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service == "ec2" and not operation.startswith(("Describe", "Get")):
        if operation in _OF_MACHINES:
            health.catch_up_all()
        recall.forget()
        return None
    if service != _ELB:
        return None
    install()
    health.touched()
    call = asked(operation)
    if not operation.startswith("Describe"):
        health.catch_up_all()
        recall.forget()
    if call is None or operation not in _RULES:
        return None
    reply = _RULES[operation](call.params, place_of(request))
    return answer(request, "elbv2", call.protocol, reply)[0] if reply is not None else None


@afterwards("ec2")
def _changed(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if not operation.startswith(("Describe", "Get")):
        recall.forget()


@afterwards(_ELB)
def _follow(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if response.status_code >= 400:
        return
    if operation == "CreateLoadBalancer":
        from course.lab.apigateway import requests_seam

        requests_seam.install()
    if not operation.startswith("Describe"):
        recall.forget()
        health.catch_up_all()  # a group that is used from now on is probed from now on
    call = asked(operation)
    if operation == "ModifyLoadBalancerAttributes" and call is not None:
        wanted = {one["Key"]: one["Value"] for one in call.params["Attributes"]}
        if wanted.get("access_logs.s3.enabled") == "true":
            balancer = place_of(request).backend("elbv2").load_balancers[call.params["LoadBalancerArn"]]
            access_logs.put_test_file(balancer, *_log_bucket(balancer, wanted))


def _create_load_balancer(params: _Params, place: Place) -> Reply | None:
    name = str(params.get("Name", ""))
    if name.startswith("internal-"):
        return Reply("ValidationError", f"Load balancer name '{name}' cannot begin with 'internal-'")
    if len(name) > 32:
        return Reply("ValidationError", f"Load balancer name '{name}' cannot be longer than '32' characters")
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", name):
        words = "can only contain alphanumeric characters and hyphens(-), and cannot begin or end with a hyphen"
        return Reply("ValidationError", f"Load balancer name '{name}' {words}")
    named = params.get("Subnets") or [one["SubnetId"] for one in params.get("SubnetMappings") or ()]
    ec2 = place.backend("ec2")
    subnets = [found for zone in ec2.subnets.values() for one, found in zone.items() if one in named]
    zones = [subnet.availability_zone for subnet in subnets]
    if len(set(zones)) < len(zones):
        words = "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        return Reply("InvalidConfigurationRequest", words)
    if params.get("Type", "application") == "application" and len(zones) == len(named) == 1:
        words = "At least two subnets in two different Availability Zones must be specified"
        return Reply("InvalidConfigurationRequest", words)
    return None


def _create_listener(params: _Params, place: Place) -> Reply | None:
    kept = place.backend("elbv2")
    balancer = kept.load_balancers.get(params.get("LoadBalancerArn"))
    if balancer is not None and any(int(one.port) == params.get("Port") for one in balancer.listeners.values()):
        return Reply("DuplicateListener", "A listener already exists on this port for this load balancer")
    return _policy(params) or _weights(params.get("DefaultActions") or [])


def _policy(params: _Params) -> Reply | None:
    from moto.elbv2.ssl_policies import SSL_POLICIES

    name = params.get("SslPolicy")
    if name and name not in SSL_POLICIES:
        return Reply("SSLPolicyNotFound", f"SSL policy '{name}' not found")
    return None


def _weights(actions: list[Any]) -> Reply | None:
    for arn, weight in groups_in(actions):
        if not 0 <= weight <= 999:
            return Reply("ValidationError", f"Weight '{weight}' of target group '{arn}' must be between '0' and '999'")
    return None


def _create_rule(params: _Params, place: Place) -> Reply | None:
    return _weights(params.get("Actions") or [])


def _modify_listener(params: _Params, place: Place) -> Reply | None:
    return _policy(params) or _weights(params.get("DefaultActions") or [])


def _group_attributes(params: _Params, place: Place) -> Reply | None:
    for one in params.get("Attributes") or ():
        key, value = str(one.get("Key")), str(one.get("Value"))
        if key in _RANGES:
            least, most = _RANGES[key]
            if not value.isdigit() or not least <= int(value) <= most:
                return _wrong(key, value, f"must be between '{least}-{most}' inclusive")
        if key == "slow_start.duration_seconds" and (
            not value.isdigit() or not (int(value) == 0 or 30 <= int(value) <= 900)
        ):
            return _wrong(key, value, "must be 0 or between '30-900' inclusive")
        if key == "load_balancing.algorithm.type" and value not in _ALGORITHMS:
            return _wrong(key, value, f"must be one of {', '.join(_ALGORITHMS)}")
        if key == "stickiness.app_cookie.cookie_name" and value.startswith(_OURS):
            return _wrong(key, value, f"is reserved: a name cannot begin with {', '.join(_OURS)}")
    return None


def _wrong(key: str, value: str, words: str) -> Reply:
    return Reply("ValidationError", f"'{key}' value '{value}' {words}")


def _balancer_attributes(params: _Params, place: Place) -> Reply | None:
    balancer = place.backend("elbv2").load_balancers.get(params.get("LoadBalancerArn"))
    if balancer is None:
        return None
    wanted = {str(one["Key"]): str(one["Value"]) for one in params.get("Attributes") or ()}
    if balancer.type == "application" and wanted.get(CROSS_ZONE, "true") != "true":
        words = f"Load balancer attribute '{CROSS_ZONE}' cannot be changed for load balancers of type 'application'"
        return Reply("InvalidConfigurationRequest", words)
    idle = wanted.get("idle_timeout.timeout_seconds", "60")
    if not idle.isdigit() or not 1 <= int(idle) <= 4000:
        return _wrong("idle_timeout.timeout_seconds", idle, "must be between '1-4000' inclusive")
    on = wanted.get("access_logs.s3.enabled", str(balancer.attrs.get("access_logs.s3.enabled", "false")))
    if on == "true" and any(key.startswith("access_logs.s3") for key in wanted):
        bucket, prefix = _log_bucket(balancer, wanted)
        if not bucket:
            words = "The value of 'access_logs.s3.bucket' cannot be empty when access logs are enabled"
            return Reply("InvalidConfigurationRequest", words)
        if "AWSLogs" in prefix:
            return Reply("InvalidConfigurationRequest", "The prefix of access logs cannot contain 'AWSLogs'")
        if why := access_logs.hindrance(balancer, bucket, prefix):
            return Reply("InvalidConfigurationRequest", why)
    return None


def _log_bucket(balancer: Any, wanted: Mapping[str, str]) -> tuple[str, str]:
    keys = ("access_logs.s3.bucket", "access_logs.s3.prefix")
    bucket, prefix = (wanted.get(key, str(balancer.attrs.get(key, ""))) for key in keys)
    return bucket, prefix


def _register_targets(params: _Params, place: Place) -> Reply | None:
    group = place.backend("elbv2").target_groups.get(params.get("TargetGroupArn"))
    targets = params.get("Targets") or []
    if group is None or group.target_type != "lambda":
        return None
    from course.lab.lambda_permission import lets_in

    if len({*(one["Id"] for one in targets), *(one["Id"] for one in group.targets.values())}) > 1:
        return Reply("TooManyTargets", f"The target group '{group.arn}' can have one Lambda function only")
    for target in targets:
        if not lets_in(str(target["Id"]), SERVICE, group.arn, place.account):
            words = f"elasticloadbalancing principal does not have permission to invoke {target['Id']}"
            return Reply("AccessDenied", f"{words} from target group {group.arn}", 403)
    return None


def _create_target_group(params: _Params, place: Place) -> Reply | None:
    if params.get("Protocol") == "GENEVE" and params.get("Port") not in (None, _GENEVE):
        return Reply("ValidationError", f"Port '{params['Port']}' must be '{_GENEVE}' for protocol 'GENEVE'")
    codes = str((params.get("Matcher") or {}).get("HttpCode") or "")
    if not re.fullmatch(r"\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*", codes):
        return None  # none, or one that moto judges
    most = 499 if params.get("Protocol") in ("HTTP", "HTTPS") or params.get("TargetType") == "lambda" else 599
    if any(not 200 <= int(one) <= most for one in re.findall(r"\d{3}", codes)):
        words = f"Health check matcher HTTP code '{codes}' must be within '200-{most}' inclusive"
        return Reply("ValidationError", words)
    return None


_RULES: Final[dict[str, Callable[[_Params, Place], Reply | None]]] = {
    "CreateListener": _create_listener,
    "CreateLoadBalancer": _create_load_balancer,
    "CreateRule": _create_rule,
    "CreateTargetGroup": _create_target_group,
    "ModifyListener": _modify_listener,
    "ModifyLoadBalancerAttributes": _balancer_attributes,
    "ModifyRule": _create_rule,
    "ModifyTargetGroup": _create_target_group,
    "ModifyTargetGroupAttributes": _group_attributes,
    "RegisterTargets": _register_targets,
}
