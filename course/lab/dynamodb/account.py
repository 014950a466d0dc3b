"""A request on its way through DynamoDB: may it run now, what did it use, and what does the answer say of that?

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse
from moto.dynamodb.models.dynamo_type import DynamoType

from course.lab import meter
from course.lab.dynamodb import changes, filters, limits
from course.lab.dynamodb.sizes import Attributes, item_size
from course.lab.dynamodb.tables import LabTable, adopt, attributes_of, begin_reading, was_read
from course.lab.dynamodb.throttling import Buckets, Throttle, is_provisioned
from course.lab.dynamodb.units import Consistency, Used, key_names, read_units, sizes, write_units
from course.lab.place import place_of
from course.lab.replies import Reply
from course.lab.wire import answer_first, ask_moto, json_error

_READS: Final = ("GetItem", "BatchGetItem", "TransactGetItems")
_PAGES: Final = ("Query", "Scan")
_WRITES: Final = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")


@dataclass
class Touch:
    """One item that a request reads or writes."""

    table: LabTable
    key: Attributes
    put: Attributes | None = None
    consistency: Consistency = "eventual"
    before: Attributes | None = None
    is_update: bool = False
    """What the item will be is not known before it is done."""
    entry: tuple[str, Any] | None = None
    """Where a batch lists it: the table as the batch names it, and the key or the write."""

    @property
    def partition(self) -> str:
        """The value of the partition key."""
        return f"{self.table.name}/{json.dumps(self.key[self.table.hash_key_attr], sort_keys=True)}"


@dataclass
class Bill:
    """What a request used, by table and by partition key."""

    tables: dict[str, Used] = field(default_factory=dict)
    keys: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, touch: Touch, used: Used) -> None:
        """Count the units of one item."""
        self.tables.setdefault(touch.table.name, Used()).add(used)
        self.keys.setdefault(touch.table.name, Counter())[touch.partition] += used.table  # type: ignore[assignment]


@answer_first
def _dynamodb(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service == "dynamodb" and operation == "Query":
        asked = json.loads(request.body)  # type: ignore[arg-type]
        table = place_of(request).backend("dynamodb").tables.get(_name(asked.get("TableName", "")))
        if table is not None and (refusal := filters.on_a_key(asked, table)):
            return json_error(request, refusal.code, refusal.message)
    if service == "dynamodb" and operation == "UpdateItem":
        _name_no_changes(request)
    return serve(service, operation, request)


def _name_no_changes(request: AWSPreparedRequest) -> None:
    """An update that changes nothing makes the item if it is not there; moto wants the empty list of changes."""
    asked = json.loads(request.body)  # type: ignore[arg-type]
    if not {"UpdateExpression", "AttributeUpdates"} & set(asked):
        request.body = json.dumps({**asked, "AttributeUpdates": {}}).encode()


def serve(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    """Answer a read or a write of items; None for anything else, and for what moto refuses."""
    if service != "dynamodb" or operation not in (*_READS, *_PAGES, *_WRITES):
        return None
    asked = json.loads(request.body)  # type: ignore[arg-type]
    backend = place_of(request).backend("dynamodb")
    if operation in _PAGES:
        return _page(operation, asked, backend, request)
    try:
        touches = list(_touches(operation, asked, backend))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # no such table, or keys that do not fit it: moto says so as AWS does
    if operation in _READS:
        return _read(operation, asked, touches, request)
    return _write(operation, asked, touches, backend, request)


def _page(operation: str, asked: dict[str, Any], backend: Any, request: AWSPreparedRequest) -> AWSResponse | None:
    found = backend.tables.get(_name(asked.get("TableName", "")))
    if found is None:
        return None
    table, index = adopt(found), str(asked.get("IndexName") or "")
    globally = index in [one.name for one in table.global_indexes or []]
    if throttle := _buckets(table).refuses(table, "Read", [], index if globally else ""):
        return _throttled(request, throttle)
    begin_reading()
    response = ask_moto("dynamodb", operation, request)
    if response.status_code != 200:
        return response
    units = read_units(sizes(was_read()), "strong" if asked.get("ConsistentRead") else "eventual")
    keys = {}
    if operation == "Query" and not index and (first := next(iter(was_read()), None)):
        keys = {Touch(table, first).partition: units}
        if throttle := _buckets(table).refuses(table, "Read", list(keys)):
            return _throttled(request, throttle)
    used = Used(0.0 if index else units)
    if index:
        (used.globally if globally else used.local)[index] = units  # type: ignore[assignment]
    _buckets(table).take(table, "Read", used, keys)
    _bill("read", table, used)
    return _told(request, response, operation, asked, {table.name: used}, {})


def _read(operation: str, asked: dict[str, Any], touches: list[Touch], request: AWSPreparedRequest) -> AWSResponse:
    bill, refused = Bill(), []
    throttle: Throttle | None = None
    for touch in touches:
        found = _buckets(touch.table).refuses(touch.table, "Read", [touch.partition])
        if found is not None:
            throttle = found
            refused.append(touch)
            continue
        size = item_size(touch.before) if touch.before is not None else 0
        units = read_units(size, touch.consistency)
        _take("Read", touch, Used(units))
        _bill("read", touch.table, Used(units))
        bill.add(touch, Used(units))
    if throttle and (len(refused) == len(touches) or operation != "BatchGetItem"):
        return _throttled(request, throttle)
    left: dict[str, Any] = {}
    for touch in refused:
        name, key = touch.entry  # type: ignore[misc]
        left.setdefault(name, {**asked["RequestItems"][name], "Keys": []})["Keys"].append(key)
        asked["RequestItems"][name]["Keys"].remove(key)
    if refused:
        _ask_for(request, asked)
    response = ask_moto("dynamodb", operation, request)
    if response.status_code != 200:
        return response
    return _told(request, response, operation, asked, bill.tables, {"UnprocessedKeys": left} if left else {})


def _write(
    operation: str, asked: dict[str, Any], touches: list[Touch], backend: Any, request: AWSPreparedRequest
) -> AWSResponse:
    transaction = operation == "TransactWriteItems"
    tokens: limits.Tokens = backend.__dict__.setdefault("lab_tokens", {})
    refusal = limits.too_large([touch.put for touch in touches if touch.put is not None], transaction)
    known = limits.seen_before(tokens, asked) if transaction else None
    if isinstance(known, Reply):
        refusal = known
    elif known is not None:
        return _answer(request, known)
    if refusal is not None:
        return json_error(request, refusal.code, refusal.message)
    refused = []
    throttle: Throttle | None = None
    for touch in touches:
        found = _refuses_write(touch)
        if found is not None:
            throttle = found
            refused.append(touch)
        elif operation == "BatchWriteItem":
            _take("Write", touch, write_units(touch.table, touch.before, touch.put), touch.put)
    if throttle and (len(refused) == len(touches) or operation != "BatchWriteItem"):
        return _throttled(request, throttle)
    left: dict[str, Any] = {}
    for touch in refused:
        name, write = touch.entry  # type: ignore[misc]
        left.setdefault(name, []).append(write)
        asked["RequestItems"][name].remove(write)
    if refused:
        asked["RequestItems"] = {name: writes for name, writes in asked["RequestItems"].items() if writes}
        _ask_for(request, asked)
    response = ask_moto("dynamodb", operation, request)
    bill = Bill()
    for touch in touches:
        if touch in refused:
            continue
        after = _find(touch.table, touch.key)
        used = write_units(touch.table, touch.before, after, transaction)
        if operation != "BatchWriteItem":
            _take("Write", touch, used, after)
        _bill("write", touch.table, used)
        bill.add(touch, used)
        changes.tell(touch.table, touch.key, touch.before, after)
    if response.status_code != 200:
        return response
    if transaction:
        limits.remember(tokens, asked, response.content)
    return _told(request, response, operation, asked, bill.tables, {"UnprocessedItems": left} if left else {})


def _touches(operation: str, asked: dict[str, Any], backend: Any) -> Iterator[Touch]:
    """The items that a request names, each as it is before the request."""
    for touch in _named(operation, asked, backend):
        touch.key = {name: touch.key[name] for name in key_names(touch.table)}
        touch.before = _find(touch.table, touch.key)
        yield touch


def _named(operation: str, asked: dict[str, Any], backend: Any) -> Iterable[Touch]:
    def table(name: str) -> LabTable:
        return adopt(backend.tables[_name(name)])

    match operation:
        case "PutItem":
            yield Touch(table(asked["TableName"]), asked["Item"], asked["Item"])
        case "GetItem":
            consistency: Consistency = "strong" if asked.get("ConsistentRead") else "eventual"
            yield Touch(table(asked["TableName"]), asked["Key"], consistency=consistency)
        case "UpdateItem" | "DeleteItem":
            yield Touch(table(asked["TableName"]), asked["Key"], is_update=operation == "UpdateItem")
        case "BatchGetItem":
            for name, wanted in asked["RequestItems"].items():
                consistency = "strong" if wanted.get("ConsistentRead") else "eventual"
                for key in wanted["Keys"]:
                    yield Touch(table(name), key, consistency=consistency, entry=(name, key))
        case "BatchWriteItem":
            for name, writes in asked["RequestItems"].items():
                for write in writes:
                    item = write.get("PutRequest", {}).get("Item")
                    yield Touch(table(name), item or write["DeleteRequest"]["Key"], item, entry=(name, write))
        case "TransactGetItems":
            for one in asked["TransactItems"]:
                yield Touch(table(one["Get"]["TableName"]), one["Get"]["Key"], consistency="transactional")
        case "TransactWriteItems":
            for one in asked["TransactItems"]:
                ((kind, action),) = one.items()
                item = action.get("Item")
                yield Touch(table(action["TableName"]), item or action["Key"], item, is_update=kind == "Update")


def _find(table: LabTable, key: Attributes) -> Attributes | None:
    names = key_names(table)
    values = [DynamoType(dict(key[name])) for name in names]
    item = table.get_item(values[0], values[1] if len(values) > 1 else None)
    return attributes_of(item) if item is not None else None


def _refuses_write(touch: Touch) -> Throttle | None:
    """Whether the table, an index that changes, or a partition of either has no units left."""
    buckets, table = _buckets(touch.table), touch.table
    after = touch.before if touch.is_update else touch.put
    if touch.is_update:
        changed = [index.name for index in table.global_indexes or []]
    else:
        changed = list(write_units(table, touch.before, after).globally)
    if throttle := buckets.refuses(table, "Write", [touch.partition], written=changed):
        return throttle
    for index, key in _index_partitions(table, after, changed):
        if throttle := buckets.refuses_key(table, "Write", key, index):
            return throttle
    return None


def _index_partitions(table: LabTable, item: Attributes | None, indexes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The partitions of indexes where an item's entries lie."""
    for index in table.global_indexes or []:
        attributes = [key["AttributeName"] for key in index.schema if key["KeyType"] == "HASH"]
        if item is not None and index.name in indexes and all(name in item for name in attributes):
            yield index.name, json.dumps([item[name] for name in attributes], sort_keys=True)


def _take(kind: str, touch: Touch, used: Used, after: Attributes | None = None) -> None:
    buckets = _buckets(touch.table)
    buckets.take(touch.table, kind, used, {touch.partition: used.table})
    for index, key in _index_partitions(touch.table, after, used.globally):
        buckets.take_key(kind, key, used.globally[index], index)


def _bill(kind: str, table: LabTable, used: Used) -> None:
    """On demand, units are what AWS bills; provisioned tables cost by the hour."""
    if not is_provisioned(table):
        meter.use("DynamoDB", f"on-demand-{kind}-request-units", used.total)


def _buckets(table: LabTable) -> Buckets:
    """The buckets live on moto's table and go with it."""
    found: Buckets = table.__dict__.setdefault("lab_buckets", Buckets())
    return found


def _name(table: str) -> str:
    """Requests name a table by its name or its ARN."""
    return table.rpartition("/")[2]


def _ask_for(request: AWSPreparedRequest, asked: dict[str, Any]) -> None:
    request.body = json.dumps(asked).encode()


def _told(
    request: AWSPreparedRequest,
    response: AWSResponse,
    operation: str,
    asked: dict[str, Any],
    tables: dict[str, Used],
    more: dict[str, Any],
) -> AWSResponse:
    """The answer with what the request used, if it was asked for, and what was left undone."""
    answer = {**json.loads(response.content), **more}
    answer.pop("ConsumedCapacity", None)
    detail = asked.get("ReturnConsumedCapacity", "NONE")
    if detail != "NONE":
        transaction = {"TransactGetItems": "Read", "TransactWriteItems": "Write"}.get(operation, "")
        shown = [used.shown(name, detail, transaction) for name, used in tables.items()]
        several = operation.startswith(("Batch", "Transact"))
        answer["ConsumedCapacity"] = shown if several else shown[0]
    return _answer(request, json.dumps(answer).encode())


def _answer(request: AWSPreparedRequest, body: bytes, status: int = 200) -> AWSResponse:
    raw: Any = MockRawResponse(body)
    headers: Any = {"Content-Type": "application/x-amz-json-1.0"}
    return AWSResponse(request.url, status, headers, raw)


def _throttled(request: AWSPreparedRequest, throttle: Throttle) -> AWSResponse:
    if throttle.provisioned:
        code = "ProvisionedThroughputExceededException"
        message = (
            "The level of configured provisioned throughput for the table was exceeded. Consider increasing your "
            "provisioning level with the UpdateTable API."
        )
    else:
        code = "ThrottlingException"
        message = "Throughput exceeds the current capacity of your table or index. Please retry."
    reasons = [{"reason": throttle.reason, "resource": throttle.resource}]
    # The two exceptions spell the member differently.
    member = "ThrottlingReasons" if throttle.provisioned else "throttlingReasons"
    told = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message, member: reasons}
    return _answer(request, json.dumps(told).encode(), 400)
