"""Subscription filters: events that fit go on to a function, a stream, or a destination of another account.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions.html

On AWS events arrive within seconds; here when they are written.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from typing import Any, Final

from course.lab import agenda
from course.lab.iam.document import MalformedPolicy, parse_policy
from course.lab.iam.evaluation import Policies, decide
from course.lab.iam.request import Request, principal_from
from course.lab.iam.services import role_may, service_may_assume
from course.lab.logs.pattern import read
from course.lab.place import Place

_PUTS: Final = {"kinesis": "kinesis:PutRecord", "firehose": "firehose:PutRecordBatch"}
_CALLED: Final = {"kinesis": "Kinesis stream", "firehose": "Firehose stream"}
_EVERYTHING: Final = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def deliver(backend: Any, group: Any, stream: str, events: Sequence[Any]) -> None:
    """Send new events to all who subscribed to the group."""
    for one in list(group.subscription_filters.values()):
        fits = read(one.filter_pattern or "").fits
        chosen = [event for event in events if fits(event.message)]
        if not chosen:
            continue
        arn = one.destination_arn
        listed = [
            {"id": str(event.event_id), "timestamp": event.timestamp, "message": event.message} for event in chosen
        ]
        if ":lambda:" in arn:
            _functions(backend).send_log_event(arn, one.name, group.name, stream, listed)
            continue
        if ":destination:" in arn:
            destination = destination_at(arn)
            if destination is None:
                agenda.remember(agenda.note(f"log group {group.name}", arn, "lost: there is no such destination"))
                continue
            arn = destination.target_arn
        data = {
            "messageType": "DATA_MESSAGE",
            "owner": backend.account_id,
            "logGroup": group.name,
            "logStream": stream,
            "subscriptionFilters": [one.name],
            "logEvents": listed,
        }
        _put(arn, gzip.compress(json.dumps(data).encode(), mtime=0), stream, group.name)


def refusal(asked_for: dict[str, Any], place: Place) -> tuple[str, str] | None:
    """Why a subscription to a stream or a destination cannot be made."""
    arn = str(asked_for.get("destinationArn", ""))
    if ":destination:" in arn:
        return _refused_by_owner(arn, place)
    service = arn.split(":")[2] if arn.count(":") > 4 else ""
    if service not in _PUTS:
        return None
    source = f"arn:aws:logs:{place.region}:{place.account}:log-group:{asked_for.get('logGroupName')}:*"
    return _unreachable(service, arn, str(asked_for.get("roleArn") or ""), source)


def refused_destination(asked_for: dict[str, Any], place: Place) -> tuple[str, str] | None:
    """Why a destination cannot be made: its stream is not there, or its role may not write to it."""
    arn = str(asked_for.get("targetArn", ""))
    service = arn.split(":")[2] if arn.count(":") > 4 else ""
    if service not in _PUTS:
        return "InvalidParameterException", f"A destination leads to a Kinesis or Firehose stream, not to '{arn}'."
    if service == "kinesis" and not _stream_at(arn):
        return "InvalidParameterException", "Could not deliver test message to specified destination. " \
            "Check if the destination is valid."  # fmt: skip
    source = f"arn:aws:logs:{place.region}:{place.account}:destination:{asked_for.get('destinationName')}"
    return _unreachable(service, arn, str(asked_for.get("roleArn") or ""), source)


def destination_at(arn: str) -> Any:
    """The destination with this ARN, in whatever account; None if there is none."""
    _, _, _, region, account, *_ = arn.split(":")
    return Place(account, region).backend("logs").destinations.get(arn)


def _refused_by_owner(arn: str, place: Place) -> tuple[str, str] | None:
    destination = destination_at(arn)
    if destination is None:
        return "ResourceNotFoundException", "The specified destination does not exist."
    region, owner = arn.split(":")[3:5]
    if region != place.region:
        return "InvalidParameterException", "The destination must be in the Region of the log group."
    try:
        policy = parse_policy(destination.access_policy, "resource") if destination.access_policy else None
    except MalformedPolicy:
        policy = None
    who = principal_from(f"arn:aws:iam::{place.account}:root")
    context: Any = {"aws:PrincipalAccount": place.account}
    request = Request(who, "logs:PutSubscriptionFilter", arn, context, owner)
    policies = Policies(identity=(parse_policy(_EVERYTHING),), resource=policy, resource_must_allow=True)
    if decide(request, policies).allowed:
        return None
    message = (
        f"User with accountId: {place.account} is not authorized to perform: logs:PutSubscriptionFilter on resource: "
        f"{arn}"
    )
    return "AccessDeniedException", message


def _unreachable(service: str, arn: str, role: str, source: str) -> tuple[str, str] | None:
    """CloudWatch Logs tries its way with a test message before it takes a subscription."""
    called = _CALLED[service]
    if not role:
        return "InvalidParameterException", f"destinationArn for vendor {service} requires a roleArn"
    if not service_may_assume("logs.amazonaws.com", role, source).allowed:
        message = (
            f"Could not deliver test message to specified {called}: CloudWatch Logs cannot assume the role {role}."
        )
        return "InvalidParameterException", message
    if not role_may(role, _PUTS[service], arn).allowed:
        message = (
            f"Could not deliver test message to specified {called}. The role may not {_PUTS[service]} on it, or the "
            "stream is not in ACTIVE state."
        )
        return "InvalidParameterException", message
    return None


def _put(arn: str, data: bytes, stream: str, group: str) -> None:
    """Write one record; what fails is told by `settle()`."""
    _, _, service, region, account, name = arn.split(":", 5)
    backend = Place(account, region).backend(service)
    try:
        if service == "kinesis":
            # By default the events of a log stream stay together, in one shard.
            backend.put_record(arn, None, stream, "", base64.b64encode(data).decode())
        else:
            backend.put_record(name.partition("/")[2], {"Data": data})
    except Exception as wrong:
        agenda.remember(agenda.note(f"log group {group}", arn, f"not delivered ({type(wrong).__name__})"))


def _stream_at(arn: str) -> bool:
    _, _, _, region, account, name = arn.split(":", 5)
    return name.partition("/")[2] in Place(account, region).backend("kinesis").streams


def _functions(backend: Any) -> Any:
    from moto.awslambda.utils import get_backend

    return get_backend(backend.account_id, backend.region_name)
