"""Flow logs: what passes or is stopped at an interface, delivered when an aggregation interval is over.

https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html
https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html
https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html

AWS delivers some minutes after the interval; the lab at its end. Records without traffic (NODATA) are left out.
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.agenda import Delivery, add_source
from course.lab.agenda import note as told
from course.lab.call_log import unseen
from course.lab.caller import session_of_role
from course.lab.clock import clock
from course.lab.iam.services import role_may, service_may_assume
from course.lab.network.flow_records import Flow, headline, line
from course.lab.network.model import Sighting
from course.lab.place import Place, everywhere

_KEPT: Final = "lab_flows"
_SERVICE: Final = "vpc-flow-logs.amazonaws.com"
# Interfaces of Nitro instances have intervals of a minute at most; these families are older.
_BEFORE_NITRO: Final = re.compile(r"(t1|t2|m[1-4]|c[134]|r[34]|x1e?|i[23]|d2|h1|f1|g[23]|p[23])\.")


def note(sightings: list[Sighting], complete: bool, sends: int, receives: int) -> None:
    """Keep what the flow logs of the interfaces want to know."""
    now = int(clock.now().timestamp())
    for one in sightings:
        for log in _logs_of(one):
            flows: dict[Any, Flow] = log.__dict__.setdefault(_KEPT, {})
            made = Flow(one, now, now)
            flow = flows.setdefault(made.key, made)
            flow.add(sends if one.way == "there" else receives, complete, now)


def _logs_of(one: Sighting) -> Iterator[Any]:
    card = one.interface
    places = {card.id, card.subnet.id, card.vpc}
    wanted = {"ALL", "ACCEPT" if one.accepted else "REJECT"}
    for log in card.place.backend("ec2").flow_logs.values():
        if log.resource_id in places and log.traffic_type in wanted:
            yield log


def _due(log: Any, flow: Flow) -> float:
    kind = flow.first.interface.instance_type
    interval = int(log.max_aggregation_interval)
    if kind and not _BEFORE_NITRO.match(kind):
        interval = min(60, interval)
    return flow.start + interval


class _FlowLogs:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        waiting = (_due(log, flow) for log in _all() for flow in log.__dict__.get(_KEPT, {}).values())
        return min(waiting, default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for log in _all():
            flows = log.__dict__.get(_KEPT, {})
            due = [flow for flow in flows.values() if _due(log, flow) <= now]
            for flow in due:
                del flows[flow.key]
            if due:
                made.append(_deliver(log, sorted(due, key=lambda flow: flow.start)))
        return made


def _all() -> list[Any]:
    return [log for ec2 in everywhere("ec2") for log in ec2.flow_logs.values()]


def _deliver(log: Any, flows: list[Flow]) -> Delivery:
    if log.log_destination_type == "s3":
        target, failed = _to_bucket(log, flows)
    elif log.log_destination_type == "cloud-watch-logs":
        target, failed = _to_log_group(log, flows)
    else:
        target, failed = _to_stream(log, flows)
    log.deliver_logs_status = "FAILED" if failed else "SUCCESS"
    log.deliver_logs_error_message = failed or None
    return told(f"flow log {log.id}", target, failed or f"{len(flows)} records")


def _to_log_group(log: Any, flows: list[Flow]) -> tuple[str, str]:
    group = log.log_group_name or log.log_destination.split(":log-group:")[1].removesuffix(":*")
    ec2, role = log.ec2_backend, log.deliver_logs_permission_arn
    arn = f"arn:aws:logs:{ec2.region_name}:{ec2.account_id}:log-group:{group}"
    if not _role_works(role, arn):
        return group, "Access error"
    streams = defaultdict(list)
    for flow in flows:
        event = {"timestamp": flow.start * 1000, "message": line(flow, log.log_format)}
        streams[f"{flow.first.interface.id}-{log.traffic_type.lower()}"].append(event)
    with unseen():
        place = Place(ec2.account_id, ec2.region_name)
        logs = session_of_role(place, role, "vpc-flow-logs").client("logs")
        try:
            if not _named(logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"], group):
                if not role_may(role, "logs:CreateLogGroup", arn).allowed:
                    return group, "Access error"
                logs.create_log_group(logGroupName=group)
            for stream, events in streams.items():
                known = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)["logStreams"]
                if not _named(known, stream):
                    logs.create_log_stream(logGroupName=group, logStreamName=stream)
                logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
        except logs.exceptions.ClientError:
            return group, "Access error"
    return group, ""


def _named(found: list[Any], name: str) -> bool:
    return any(name in (one.get("logGroupName"), one.get("logStreamName")) for one in found)


def _role_works(role: str, group: str) -> bool:
    """Whether the service may take the role, and the role may write."""
    try:
        trusted = service_may_assume(_SERVICE, role).allowed
        return trusted and all(
            role_may(role, action, f"{group}:*").allowed for action in ("logs:CreateLogStream", "logs:PutLogEvents")
        )
    except LookupError:
        return False


def _to_bucket(log: Any, flows: list[Flow]) -> tuple[str, str]:
    ec2 = log.ec2_backend
    bucket, _, prefix = log.log_destination.split(":::")[1].partition("/")
    from moto.s3.models import s3_backends

    s3: Any = s3_backends[ec2.account_id][ec2.partition]
    if bucket not in s3.buckets:
        return bucket, "Access error"
    now = clock.now().astimezone(dt.UTC)
    folder = f"AWSLogs/{ec2.account_id}/vpcflowlogs/{ec2.region_name}/{now:%Y/%m/%d}"
    name = f"{ec2.account_id}_vpcflowlogs_{ec2.region_name}_{log.id}_{now:%Y%m%dT%H%MZ}"
    key = f"{prefix.rstrip('/')}/{folder}" if prefix else folder
    lines = [headline(log.log_format), *(line(flow, log.log_format) for flow in flows)]
    body = gzip.compress("\n".join(lines).encode() + b"\n", mtime=0)
    s3.put_object(bucket, f"{key}/{name}_{mock_random.get_random_hex(8)}.log.gz", body)
    return bucket, ""


def _to_stream(log: Any, flows: list[Flow]) -> tuple[str, str]:
    """To Amazon Data Firehose, one record a flow."""
    import boto3

    name = str(log.log_destination).split("deliverystream/")[-1]
    with unseen():
        firehose = boto3.client("firehose", region_name=log.ec2_backend.region_name)
        try:
            records: Any = [{"Data": line(flow, log.log_format).encode() + b"\n"} for flow in flows]
            firehose.put_record_batch(DeliveryStreamName=name, Records=records)
        except firehose.exceptions.ClientError as refused:
            return name, f"failed: {refused.response['Error']['Code']}"
    return name, ""


add_source(_FlowLogs())
