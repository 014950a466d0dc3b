"""Deliver with the permissions of a role: what EventBridge Scheduler and EventBridge Pipes do.

The role must let the service in (trust policy), and its own policies must allow the action on the target.

Scheduler: https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
Pipes: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.events_targets import Undeliverable
from course.lab.iam.callers import find_role, of_role
from course.lab.iam.document import MalformedPolicy, parse_policy
from course.lab.iam.evaluation import Policies, decide
from course.lab.iam.request import Principal, Request

_ACTIONS: Final = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "kinesis": "kinesis:PutRecord",
    "events": "events:PutEvents",
    "states": "states:StartExecution",
}
_CALLED: Final = {
    "sqs": "queue",
    "sns": "topic",
    "lambda": "function",
    "kinesis": "stream",
    "events": "event bus",
    "states": "state machine",
}


@dataclass(frozen=True)
class Parcel:
    """What is delivered, and the few settings that some targets need."""

    arn: str
    text: str
    source: str  # how deliveries show the sender
    group: str | None = None
    deduplication: str | None = None
    partition_key: str = ""
    event_source: str = ""
    detail_type: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)


def trusts(role_arn: str, service: str) -> bool:
    """Whether the role exists and lets the service assume it."""
    role = find_role(role_arn)
    if role is None:
        return False
    try:
        trust = parse_policy(role.assume_role_policy_document, "trust", role.name)
    except MalformedPolicy:
        return False
    request = Request(Principal("service", service), "sts:AssumeRole", role.arn, {}, role.account_id)
    return decide(request, Policies(resource=trust, resource_must_allow=True)).allowed


def require(role_arn: str, action: str, resource: str) -> None:
    """Raise Undeliverable unless the role's policies allow the action."""
    role = find_role(role_arn)
    if role is None:
        raise Undeliverable(f"there is no role {role_arn.rpartition('/')[2]}")
    caller = of_role(role)
    owner = resource.split(":")[4] if resource.count(":") > 4 else ""
    request = Request(caller.principal, action, resource, {}, owner or caller.principal.account)
    policies = Policies(identity=caller.identity, boundary=caller.boundary, scps=caller.scps)
    decision = decide(request, policies)
    if not decision.allowed and request.cross_account:
        return  # the other account's policy has a word as well; the lab does not ask it here
    if not decision.allowed:
        raise Undeliverable(f"role {role.name} may not {action}: {decision.why.removeprefix('because ')}")


def deliver(role_arn: str, parcel: Parcel) -> bool:
    """Hand the parcel over; True if the target tells of its arrival itself. Raises Undeliverable."""
    service = parcel.arn.split(":")[2]
    if service not in _SENDERS:
        raise Undeliverable(f"the lab does not deliver to {service} yet")
    require(role_arn, _ACTIONS[service], parcel.arn)
    try:
        return _SENDERS[service](parcel)
    except Undeliverable:
        raise
    except Exception as lost:  # moto's errors have many classes
        raise Undeliverable(str(getattr(lost, "message", "") or lost) or type(lost).__name__) from None


def shown(arn: str) -> str:
    """How deliveries name a target."""
    service, name = arn.split(":")[2], arn.split(":", 5)[-1]
    return f"{_CALLED.get(service, service)} {name.rpartition('/')[2].removeprefix('function:').rpartition(':')[2]}"


def _to_queue(parcel: Parcel) -> bool:
    from moto.sqs.models import sqs_backends

    _, _, _, region, account, name = parcel.arn.split(":", 5)
    sqs_backends[account][region].send_message(
        name, parcel.text, parcel.attributes or None, group_id=parcel.group, deduplication_id=parcel.deduplication
    )
    return False


def _to_topic(parcel: Parcel) -> bool:
    from moto.sns.models import sns_backends

    import course.lab.sns  # noqa: F401  # so that the lab delivers, also when no call has loaded it yet

    _, _, _, region, account, _ = parcel.arn.split(":", 5)
    sns_backends[account][region].publish(parcel.text, arn=parcel.arn)
    return False


def _to_function(parcel: Parcel) -> bool:
    from moto.awslambda_simple.models import lambda_simple_backends

    import course.lab.lambda_functions  # noqa: F401  # a stack may have made the function: no call has loaded it yet
    from course.lab.lambda_answers import Refused
    from course.lab.lambda_async import accept

    _, _, _, region, account, _, name, *version = parcel.arn.split(":")
    try:
        accept(
            lambda_simple_backends[account][region],
            name,
            version[0] if version else None,
            json.loads(parcel.text),
            parcel.source,
        )
    except Refused as missing:
        raise Undeliverable(missing.message) from None
    return True


def _to_stream(parcel: Parcel) -> bool:
    from moto.kinesis.models import kinesis_backends

    _, _, _, region, account, name = parcel.arn.split(":", 5)
    data = base64.b64encode(parcel.text.encode()).decode()
    backend: Any = kinesis_backends[account][region]
    backend.put_record(parcel.arn, name.partition("/")[2], parcel.partition_key or "none", None, data)
    return False


def _to_bus(parcel: Parcel) -> bool:
    from course.lab.events_router import put

    _, _, _, region, account, _ = parcel.arn.split(":", 5)
    try:
        detail = json.loads(parcel.text)
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        raise Undeliverable("the detail of an event must be a JSON object")
    put(account, region, parcel.arn, source=parcel.event_source, detail_type=parcel.detail_type, detail=detail,
        resources=[])  # fmt: skip
    return False


def _to_state_machine(parcel: Parcel) -> bool:
    import boto3

    client = boto3.client("stepfunctions", region_name=parcel.arn.split(":")[3])
    client.start_execution(stateMachineArn=parcel.arn, name=str(mock_random.uuid4()), input=parcel.text)
    return False


_SENDERS: Final[dict[str, Callable[[Parcel], bool]]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "lambda": _to_function,
    "kinesis": _to_stream,
    "events": _to_bus,
    "states": _to_state_machine,
}
