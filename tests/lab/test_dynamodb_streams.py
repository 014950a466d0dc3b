"""Streams, filters and settings of tables in the lab."""

import boto3
import pytest
import time_machine
from botocore.config import Config
from botocore.exceptions import ClientError

from course import lab


@pytest.fixture
def dynamodb():
    lab.start()
    yield boto3.client("dynamodb")
    lab.stop()


def make(dynamodb, **more):
    dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in {"id", "at", *more.pop("names", ())}
        ],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def with_stream(dynamodb, view="NEW_AND_OLD_IMAGES"):
    make(dynamodb, StreamSpecification={"StreamEnabled": True, "StreamViewType": view})


def put(dynamodb, at="1", **more):
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "a"}, "at": {"S": at}, **more})


def records(dynamodb):
    streams = boto3.client("dynamodbstreams")
    arn = dynamodb.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]


def test_records_are_gone_after_a_day(dynamodb):
    with_stream(dynamodb)
    put(dynamodb, "1")
    lab.clock.advance(hours=20)
    put(dynamodb, "2")
    lab.clock.advance(hours=5)
    assert [one["dynamodb"]["Keys"]["at"]["S"] for one in records(dynamodb)] == ["2"]


def test_a_write_that_changes_nothing_makes_no_record(dynamodb):
    with_stream(dynamodb)
    put(dynamodb)
    put(dynamodb)
    assert [one["eventName"] for one in records(dynamodb)] == ["INSERT"]


def test_an_update_of_a_missing_item_makes_one_record(dynamodb):
    with_stream(dynamodb)
    dynamodb.update_item(
        TableName="orders",
        Key={"id": {"S": "a"}, "at": {"S": "1"}},
        UpdateExpression="ADD paid :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    (record,) = records(dynamodb)
    assert record["eventName"] == "INSERT"
    assert record["dynamodb"]["NewImage"]["paid"] == {"N": "1"}


def test_a_query_does_not_filter_by_its_keys(dynamodb):
    make(dynamodb)
    ask = {
        "TableName": "orders",
        "KeyConditionExpression": "id = :a",
        "ExpressionAttributeValues": {":a": {"S": "a"}, ":b": {"S": "b"}},
    }
    with pytest.raises(ClientError, match="Primary key attribute: at"):
        dynamodb.query(**ask, FilterExpression="#a > :b", ExpressionAttributeNames={"#a": "at"})
    dynamodb.query(**ask, FilterExpression="begins_with(place.id, :b) AND attribute_exists(atlas)")


def test_the_class_of_a_table_is_shown(dynamodb):
    make(dynamodb, TableClass="STANDARD_INFREQUENT_ACCESS")
    shown = dynamodb.describe_table(TableName="orders")["Table"]["TableClassSummary"]
    assert shown["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    changed = dynamodb.update_table(TableName="orders", TableClass="STANDARD")["TableDescription"]
    assert changed["TableClassSummary"]["TableClass"] == "STANDARD"


def test_a_sixth_local_index_is_refused(dynamodb):
    names = [f"n{number}" for number in range(6)]
    indexes = [
        {
            "IndexName": f"by-{name}",
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": name, "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
        for name in names
    ]
    with pytest.raises(ClientError, match="per-table limit of 5"):
        make(dynamodb, names=names, LocalSecondaryIndexes=indexes)


def indexed_by_state(dynamodb, units=None):
    """A table with a global index by state; of so many units, the table having plenty."""
    impatient = boto3.client("dynamodb", config=Config(retries={"max_attempts": 0}))
    index = {
        "IndexName": "by-state",
        "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    capacity = {"BillingMode": "PAY_PER_REQUEST"}
    if units:
        capacity = {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 100}}
        index["ProvisionedThroughput"] = {"ReadCapacityUnits": 5, "WriteCapacityUnits": units}
    impatient.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "state")],
        GlobalSecondaryIndexes=[index],
        **capacity,
    )

    def write(number, state=None, size=10):
        more = {"state": {"S": state}} if state else {}
        try:
            impatient.put_item(TableName="orders", Item={"id": {"S": str(number)}, "text": {"S": "x" * size}, **more})
        except ClientError as error:
            told = error.response
            return (told.get("ThrottlingReasons") or told.get("throttlingReasons"))[0]["reason"]
        return "written"

    return write


def test_an_index_without_units_holds_up_the_writes_that_change_it(dynamodb):
    write = indexed_by_state(dynamodb, units=2)
    with time_machine.travel(lab.clock.now(), tick=False):
        answers = [write(number, "new", 1500) for number in range(8)]
    assert answers[0] == "written"
    assert answers[-1] == "IndexWriteProvisionedThroughputExceeded"
    assert write(99) == "written"  # it has no state, so the index does not hold it


def test_a_hot_key_of_an_index_holds_up_the_table(dynamodb):
    write = indexed_by_state(dynamodb)
    with time_machine.travel(lab.clock.now(), tick=False):
        answers = [write(number, "new", 390_000) for number in range(8)]
    assert answers[0] == "written"
    assert answers[-1] == "IndexWriteKeyRangeThroughputExceeded"
    assert write(99, "sent") == "written"
