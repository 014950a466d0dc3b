"""Global tables: replicas in other Regions, written anywhere, brought into step a second later.

Replicas: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html
Conflicts: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html

This is multi-Region eventual consistency, the default: of two writes to one item the last one, by its time, is kept in
every Region. Strong consistency over Regions is left out.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from course.lab import meter
from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.dynamodb import history
from course.lab.dynamodb.changes import items_of, name_of, on_change
from course.lab.dynamodb.sizes import Attributes
from course.lab.dynamodb.units import key_names, write_units
from course.lab.place import place_of
from course.lab.wire import answer_first, ask_moto, json_error

LAG_SECONDS: Final = 1.0
"""AWS: usually within a second."""

_STREAM: Final = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


@dataclass(frozen=True)
class Waiting:
    """A write on its way to another Region."""

    due: float
    at: float
    region: str
    key: Attributes
    after: Attributes | None


@answer_first
def _replicas(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "dynamodb" or operation != "UpdateTable":
        return None
    asked: dict[str, Any] = json.loads(request.body)  # type: ignore[arg-type]
    table = place_of(request).backend("dynamodb").tables.get(asked["TableName"].rpartition("/")[2])
    updates = asked.get("ReplicaUpdates")
    if table is None or not updates:
        return None
    for update in updates:
        ((action, wanted),) = update.items()
        refused = _update(table, action, wanted["RegionName"])
        if refused:
            return json_error(request, "ValidationException", refused)
    rest = {name: value for name, value in asked.items() if name != "ReplicaUpdates"}
    inner: Any = copy.copy(request)
    inner.body = json.dumps(rest).encode()
    from course.lab.dynamodb.settings import described  # loaded after this file: its turn on the wire comes later

    return described(inner, ask_moto("dynamodb", "UpdateTable", inner), table)


def _update(table: Any, action: str, region: str) -> str:
    """Add or remove a replica; returns why that is refused."""
    regions = _regions(table)
    others = dynamodb_backends[table.account_id]
    if action == "Delete":
        if region not in regions or region == table.region_name:
            return f"Replica does not exist in Region {region}"
        regions.discard(region)
        others[region].tables.pop(table.name)
        return ""
    if action != "Create":
        return ""
    if region in regions or region == table.region_name:
        return f"Replica specified in the Replica Update or Replica Delete action already exists: {region}"
    if table.name in others[region].tables:
        return f"A table with the name {table.name} already exists in Region {region}"
    if (table.stream_specification or {}).get("StreamViewType") != "NEW_AND_OLD_IMAGES":
        table.set_stream_specification(dict(_STREAM))
    regions |= {table.region_name, region}
    others[region].tables[table.name] = _copy_of(table, region)
    return ""


def _copy_of(table: Any, region: str) -> Any:
    """The same table with its items and a stream of its own. Expiry, recovery and tags are set for each replica."""
    kept = {name: table.__dict__.pop(name) for name in list(table.__dict__) if name.startswith("lab_")}
    shard, table.stream_shard = table.stream_shard, None
    replica = copy.deepcopy(table)
    table.stream_shard = shard
    table.__dict__.update(kept)
    replica.region_name = region
    replica.table_arn = table.table_arn.replace(f":{table.region_name}:", f":{region}:")
    replica.tags = []
    replica.continuous_backups["PointInTimeRecoveryDescription"] = {"PointInTimeRecoveryStatus": "DISABLED"}
    replica.set_stream_specification(dict(_STREAM))
    replica.__dict__["lab_replicas"] = kept["lab_replicas"]
    return replica


def _regions(table: Any) -> set[str]:
    found: set[str] = table.__dict__.setdefault("lab_replicas", set())
    return found


@on_change
def _send(table: Any, key: Attributes, before: Attributes | None, after: Attributes | None) -> None:
    if not _regions(table):
        return
    now = clock.now().timestamp()
    _written(table)[name_of(key)] = now
    waiting: list[Waiting] = table.__dict__.setdefault("lab_waiting", [])
    waiting += [Waiting(now + LAG_SECONDS, now, region, key, after) for region in _regions(table) - {table.region_name}]


def _written(table: Any) -> dict[str, float]:
    """When each item was last written, in whatever Region."""
    found: dict[str, float] = table.__dict__.setdefault("lab_written", {})
    return found


class _Replication:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        return min((one.due for table in _senders() for one in table.__dict__["lab_waiting"]), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        made = []
        for table in _senders():
            due = [one for one in table.__dict__["lab_waiting"] if one.due <= now]
            table.__dict__["lab_waiting"] = [one for one in table.__dict__["lab_waiting"] if one.due > now]
            for one in due:
                made.append(note(f"{table.name} in {table.region_name}", one.region, _arrive(table, one)))
        return made


def _senders() -> Iterator[Any]:
    for account in dynamodb_backends.values():
        for backend in list(account.values()):
            yield from (table for table in backend.tables.values() if table.__dict__.get("lab_waiting"))


def _arrive(table: Any, one: Waiting) -> str:
    """Write the item in the other Region, unless it was written there later."""
    replica = dynamodb_backends[table.account_id][one.region].tables.get(table.name)
    if replica is None or one.region not in _regions(table):
        return "no replica any more"
    name = name_of(one.key)
    if _written(replica).get(name, 0.0) > one.at:
        return "older than what is there: dropped"
    _written(replica)[name] = one.at
    before = items_of(replica).get(name)
    if before == one.after:
        return "already there"
    if one.after is not None:
        replica.put_item(dict(one.after))
    else:
        values = [DynamoType(dict(one.key[part])) for part in key_names(replica)]
        replica.delete_item(values[0], values[1] if len(values) > 1 else None)
    used = write_units(replica, before, one.after)
    meter.use("DynamoDB", "on-demand-replicated-write-request-units-global-tables", used.total)
    history.remember(replica, one.key, before, one.after)  # recovery of a replica is its own
    return "replicated"


add_source(_Replication())
