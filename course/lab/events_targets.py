"""Hand an event to a target of a rule, by the service in its ARN.

Targets: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
Policies of targets: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
Dead-letter queue: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, Final

from moto.awslambda_simple.models import lambda_simple_backends
from moto.moto_api._internal import mock_random

from course.lab import agenda
from course.lab.clock import clock
from course.lab.events_input import at_path

_EVENTS: Final = "events.amazonaws.com"


class Undeliverable(Exception):
    """The target cannot take the event; the text is AWS's kind of error."""


class _NotLetIn(Undeliverable):
    """The target is there, and its policy does not let EventBridge in."""


def deliver(rule: Any, target: dict[str, Any], text: str, event: dict[str, Any]) -> None:
    """Send the text to the target. What fails goes to the target's dead-letter queue, if it has one."""
    _, _, service, _, _, name = target["Arn"].split(":", 5)
    send = _SENDERS.get(service)
    shown = f"{_CALLED.get(service, service)} {name.rpartition('/')[2].rpartition(':')[2] or name}"
    if service == "logs":
        shown = f"log group {name.removeprefix('log-group:').removesuffix(':*')}"
    try:
        if send is None:
            raise Undeliverable(f"the lab does not deliver to {service} yet")
        queued = send(rule, target, text, event)
    except Exception as lost:  # moto's errors have many classes; on AWS none of them reaches the sender of the event
        why = str(lost) or type(lost).__name__
        code = "NO_PERMISSIONS" if isinstance(lost, _NotLetIn) else "NO_RESOURCE"
        after = _to_dead_letters(rule, target, event, code, why)
        agenda.remember(agenda.note(f"rule {rule.name}", shown, f"failed, {why}{after}"))
        return
    if not queued:
        agenda.remember(agenda.note(f"rule {rule.name}", shown, "delivered"))


def _to_function(rule: Any, target: dict[str, Any], text: str, event: dict[str, Any]) -> bool:
    import course.lab.lambda_functions  # noqa: F401  # a stack may have made the function: no call has loaded it yet
    from course.lab.lambda_push import push

    _, _, _, region, account, _ = target["Arn"].split(":", 5)
    backend = lambda_simple_backends[account][region]
    payload = json.loads(text)
    push(backend, target["Arn"], None, payload, "events.amazonaws.com", rule.arn, f"rule {rule.name}")
    return True  # told of when the function has run


def _to_queue(rule: Any, target: dict[str, Any], text: str, event: dict[str, Any]) -> bool:
    from moto.sqs.models import sqs_backends

    _, _, _, region, account, name = target["Arn"].split(":", 5)
    if why := _queue_refusal(rule, target["Arn"]):
        raise _NotLetIn(why)
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    sqs_backends[account][region].send_message(name, text, group_id=group)
    return False


def _queue_refusal(rule: Any, arn: str) -> str:
    from moto.sqs.models import sqs_backends

    from course.lab.queue_permission import refusal

    _, _, _, region, account, name = arn.split(":", 5)
    queue = sqs_backends[account][region].queues.get(name)
    return refusal(queue, _EVENTS, rule.arn, rule.account_id) if queue is not None else ""


def _to_topic(rule: Any, target: dict[str, Any], text: str, event: dict[str, Any]) -> bool:
    from moto.sns.models import sns_backends

    import course.lab.sns  # noqa: F401  # a stack may have made the topic: no call has loaded it yet
    from course.lab.iam.services import service_may

    asked = service_may(_EVENTS, "sns:Publish", target["Arn"], rule.arn)
    if not asked.allowed:
        raise _NotLetIn(f"its policy does not let {_EVENTS} publish: {asked.why.removeprefix('because ')}")
    _, _, _, region, account, _ = target["Arn"].split(":", 5)
    sns_backends[account][region].publish(text, arn=target["Arn"])
    return False


def _to_stream(rule: Any, target: dict[str, Any], text: str, event: dict[str, Any]) -> bool:
    from moto.kinesis.models import kinesis_backends

    _, _, _, region, account, name = target["Arn"].split(":", 5)
    path = (target.get("KinesisParameters") or {}).get("PartitionKeyPath")
    key = str(at_path(event, path)) if path else event["id"]
    data = base64.b64encode(text.encode()).decode()
    backend: Any = kinesis_backends[account][region]
    backend.put_record(target["Arn"], name.partition("/")[2], key, None, data)
    return False


def _to_state_machine(rule: Any, target: dict[str, Any], text: str, event: dict[str, Any]) -> bool:
    import boto3

    client = boto3.client("stepfunctions", region_name=target["Arn"].split(":")[3])
    client.start_execution(stateMachineArn=target["Arn"], name=str(mock_random.uuid4()), input=text)
    return False


def _to_pipeline(rule: Any, target: dict[str, Any], text: str, event: dict[str, Any]) -> bool:
    from course.lab.codepipeline import running
    from course.lab.codepipeline.store import kept
    from course.lab.place import Place

    _, _, _, region, account, name = target["Arn"].split(":", 5)
    pipeline = kept(Place(account, region)).pipelines.get(name)
    if pipeline is None:
        raise Undeliverable(f"there is no pipeline {name}")
    running.start(pipeline, {"triggerType": "CloudWatchEvent", "triggerDetail": rule.arn})
    return False


def _to_log_group(rule: Any, target: dict[str, Any], text: str, event: dict[str, Any]) -> bool:
    from moto.logs.models import logs_backends

    _, _, _, region, account, name = target["Arn"].split(":", 5)
    group = name.removeprefix("log-group:").removesuffix(":*")
    logs: Any = logs_backends[account][region]
    stream = str(mock_random.uuid4())
    logs.create_log_stream(group, stream)
    logs.put_log_events(group, stream, [{"timestamp": int(clock.now().timestamp() * 1000), "message": text}])
    return False


def _to_bus(rule: Any, target: dict[str, Any], text: str, event: dict[str, Any]) -> bool:
    from course.lab.events_router import route

    _, _, _, region, account, _ = target["Arn"].split(":", 5)
    if account != rule.account_id and (why := _bus_refusal(target["Arn"], event, rule.account_id)):
        raise Undeliverable(why)
    route(account, region, target["Arn"].rpartition("/")[2], json.loads(text))
    return False


def _bus_refusal(arn: str, event: dict[str, Any], sender: str) -> str:
    """Why a bus of another account takes no events from this one; its policy has to let the account in.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
    """
    from moto.events.models import events_backends

    from course.lab.iam.callers import root_of
    from course.lab.iam.document import MalformedPolicy, parse_policy
    from course.lab.iam.evaluation import Policies, decide
    from course.lab.iam.request import Request
    from course.lab.iam.resources import policy_from

    _, _, _, region, account, _ = arn.split(":", 5)
    bus = events_backends[account][region].event_buses.get(arn.rpartition("/")[2])
    if bus is None:
        return f"there is no event bus {arn.rpartition('/')[2]}"
    everything = parse_policy('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')
    context = {"events:source": str(event.get("source")), "events:detail-type": str(event.get("detail-type"))}
    request = Request(root_of(sender), "events:PutEvents", arn, context, account)
    try:
        # Moto writes a principal of "*" as an ARN that fits nobody.
        policy = policy_from((bus.policy or "").replace('"arn:aws:iam::*:root"', '"*"'), bus.name)
    except MalformedPolicy as wrong:
        return str(wrong)
    allowed = decide(request, Policies(identity=(everything,), resource=policy)).allowed
    return "" if allowed else f"its policy does not let account {sender} put events: see put_permission"


_SENDERS: Final[dict[str, Callable[[Any, dict[str, Any], str, dict[str, Any]], bool]]] = {
    "lambda": _to_function,
    "sqs": _to_queue,
    "sns": _to_topic,
    "kinesis": _to_stream,
    "states": _to_state_machine,
    "codepipeline": _to_pipeline,
    "logs": _to_log_group,
    "events": _to_bus,
}
_CALLED: Final = {
    "lambda": "function",
    "sqs": "queue",
    "sns": "topic",
    "kinesis": "stream",
    "states": "state machine",
    "codepipeline": "pipeline",
    "events": "event bus",
}


def _to_dead_letters(rule: Any, target: dict[str, Any], event: dict[str, Any], code: str, why: str) -> str:
    arn = (target.get("DeadLetterConfig") or {}).get("Arn")
    if not arn:
        return ""
    if closed := _queue_refusal(rule, arn):
        return f", and its dead-letter queue does not take the event: {closed}"
    from course.lab.lambda_destinations import send

    facts = {"RULE_ARN": rule.arn, "TARGET_ARN": target["Arn"], "ERROR_CODE": code, "ERROR_MESSAGE": why}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in facts.items()}
    return send(arn, json.dumps(event), attributes)
