"""DynamoDB in the lab: what requests use, when they are throttled, and what expires."""

import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from course import lab
from course.lab.dynamodb.sizes import item_size

KEY = {"id": {"S": "k"}, "at": {"S": "1"}}


@pytest.fixture
def dynamodb():
    lab.start()
    yield boto3.client("dynamodb", config=Config(retries={"max_attempts": 0}))
    lab.stop()


def make(dynamodb, name="orders", units=None, **more):
    index = more.pop("index", None)
    attributes = ["id", "at", *([index] if index else [])]
    throughput = {"ReadCapacityUnits": units, "WriteCapacityUnits": units} if units else None
    provisioned = {"ProvisionedThroughput": throughput} if units else {}
    if index:
        schema = [{"AttributeName": index, "KeyType": "HASH"}]
        projection = {"ProjectionType": "KEYS_ONLY"}
        entry = {"IndexName": "by-index", "KeySchema": schema, "Projection": projection, **provisioned}
        more["GlobalSecondaryIndexes"] = [entry]
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in attributes],
        BillingMode="PROVISIONED" if units else "PAY_PER_REQUEST",
        **provisioned,
        **more,
    )


def item(at="1", size=100, key="k", **more):
    return {"id": {"S": key}, "at": {"S": str(at)}, "text": {"S": "x" * size}, **more}


def put(dynamodb, detail="TOTAL", table="orders", **more):
    return dynamodb.put_item(TableName=table, Item=item(**more), ReturnConsumedCapacity=detail)["ConsumedCapacity"]


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ({"id": {"S": "abc"}}, 5),
        ({"id": {"S": "é"}}, 4),
        ({"n": {"N": "123"}}, 4),
        ({"n": {"N": "-123"}}, 5),
        ({"n": {"N": "1000"}}, 3),
        ({"yes": {"BOOL": True}}, 4),
        ({"b": {"B": "YWJj"}}, 4),
        ({"l": {"L": [{"S": "ab"}]}}, 7),
        ({"m": {"M": {"a": {"S": "b"}}}}, 7),
        ({"s": {"SS": ["a", "bc"]}}, 4),
    ],
)
def test_an_item_has_the_size_of_its_names_and_values(attributes, size):
    assert item_size(attributes) == size


def test_a_write_uses_a_unit_for_each_kib(dynamodb):
    make(dynamodb)
    assert [put(dynamodb, size=size)["CapacityUnits"] for size in (100, 1000, 1024, 5000)] == [1, 1, 2, 5]


def test_an_update_without_changes_makes_the_item_once(dynamodb):
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    make(dynamodb)
    made = dynamodb.update_item(TableName="orders", Key=KEY, ReturnValues="ALL_NEW")
    assert made["Attributes"] == KEY
    put(dynamodb, key="k", at="1")
    dynamodb.update_item(TableName="orders", Key=KEY)
    assert "text" in dynamodb.get_item(TableName="orders", Key=KEY)["Item"]


def test_a_smaller_version_costs_what_the_larger_one_did(dynamodb):
    make(dynamodb)
    put(dynamodb, size=5000)
    assert put(dynamodb, size=10)["CapacityUnits"] == 5


@pytest.mark.parametrize(("strong", "units"), [(False, 1), (True, 2)])
def test_a_read_uses_half_a_unit_for_each_4_kib_or_a_whole_one(dynamodb, strong, units):
    make(dynamodb)
    put(dynamodb, size=5000)
    got = dynamodb.get_item(TableName="orders", Key=KEY, ConsistentRead=strong, ReturnConsumedCapacity="TOTAL")
    assert got["ConsumedCapacity"] == {"TableName": "orders", "CapacityUnits": units}


def test_a_miss_uses_units_as_well(dynamodb):
    make(dynamodb)
    got = dynamodb.get_item(TableName="orders", Key=KEY, ReturnConsumedCapacity="TOTAL")
    assert got["ConsumedCapacity"]["CapacityUnits"] == 0.5


def test_a_filter_saves_nothing(dynamodb):
    make(dynamodb)
    for at in range(20):
        put(dynamodb, at=at, size=1000)
    page = dynamodb.scan(
        TableName="orders", FilterExpression="#at = :one", ExpressionAttributeNames={"#at": "at"},
        ExpressionAttributeValues={":one": {"S": "1"}}, ReturnConsumedCapacity="TOTAL")  # fmt: skip
    assert (page["Count"], page["ScannedCount"], page["ConsumedCapacity"]["CapacityUnits"]) == (1, 20, 2.5)


def test_a_query_rounds_once_and_a_batch_for_each_item(dynamodb):
    make(dynamodb)
    for at in range(8):
        put(dynamodb, at=at, size=400)
    page = dynamodb.query(TableName="orders", KeyConditionExpression="id = :k", ReturnConsumedCapacity="TOTAL",
                          ExpressionAttributeValues={":k": {"S": "k"}})  # fmt: skip
    assert page["ConsumedCapacity"]["CapacityUnits"] == 0.5
    keys = [{"id": {"S": "k"}, "at": {"S": str(at)}} for at in range(8)]
    batch = dynamodb.batch_get_item(RequestItems={"orders": {"Keys": keys}}, ReturnConsumedCapacity="TOTAL")
    assert batch["ConsumedCapacity"][0]["CapacityUnits"] == 4.0


def test_an_index_takes_part_only_when_what_it_holds_changes(dynamodb):
    make(dynamodb, index="state")
    written = [
        put(dynamodb, "INDEXES", state={"S": "open"}),
        put(dynamodb, "INDEXES", state={"S": "open"}, size=101),
        put(dynamodb, "INDEXES", state={"S": "paid"}),
        put(dynamodb, "INDEXES"),
    ]
    in_the_index = [one.get("GlobalSecondaryIndexes", {}).get("by-index", {"CapacityUnits": 0}) for one in written]
    assert [one["CapacityUnits"] for one in in_the_index] == [1, 0, 2, 1]


def test_a_transaction_uses_twice_the_units(dynamodb):
    make(dynamodb)
    write = {"Put": {"TableName": "orders", "Item": item()}}
    written = dynamodb.transact_write_items(TransactItems=[write], ReturnConsumedCapacity="TOTAL")
    read = dynamodb.transact_get_items(
        TransactItems=[{"Get": {"TableName": "orders", "Key": KEY}}], ReturnConsumedCapacity="TOTAL"
    )
    assert written["ConsumedCapacity"] == [{"TableName": "orders", "CapacityUnits": 2, "WriteCapacityUnits": 2}]
    assert read["ConsumedCapacity"] == [{"TableName": "orders", "CapacityUnits": 2, "ReadCapacityUnits": 2}]


def test_nothing_is_told_that_was_not_asked_for(dynamodb):
    make(dynamodb)
    assert "ConsumedCapacity" not in dynamodb.put_item(TableName="orders", Item=item())


def put_until_throttled(dynamodb, most=5000, **more):
    for count in range(most):
        try:
            dynamodb.put_item(TableName="orders", Item=item(at=count, **more))
        except ClientError as error:
            return count, error.response
    return most, {}


def test_a_provisioned_table_refuses_what_is_too_much(dynamodb):
    make(dynamodb, units=5)
    count, response = put_until_throttled(dynamodb)
    assert 5 <= count <= 7
    assert response["Error"]["Code"] == "ProvisionedThroughputExceededException"
    assert response["ThrottlingReasons"][0]["reason"] == "TableWriteProvisionedThroughputExceeded"


def test_unused_capacity_is_kept_for_five_minutes(dynamodb):
    make(dynamodb, units=5)
    put_until_throttled(dynamodb)
    lab.clock.advance(hours=1)
    count, _ = put_until_throttled(dynamodb)
    assert 1500 <= count <= 1500 + 5 * 60  # while the test runs, capacity comes back


def test_an_index_that_is_too_slow_throttles_its_table(dynamodb):
    make(dynamodb, units=5, index="state")
    table = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 500}
    dynamodb.update_table(TableName="orders", ProvisionedThroughput=table)
    count, response = put_until_throttled(dynamodb, state={"S": "open"})
    assert count <= 7
    assert response["ThrottlingReasons"][0]["resource"].endswith("/index/by-index")


def test_one_key_takes_a_thousand_writes_a_second_also_on_demand(dynamodb):
    make(dynamodb)
    size = 100 * 1024  # 101 units a write
    count, response = put_until_throttled(dynamodb, size=size)
    assert 10 <= count <= 13
    assert response["throttlingReasons"][0]["reason"] == "TableWriteKeyRangeThroughputExceeded"
    dynamodb.put_item(TableName="orders", Item=item(key="another", size=size))


def test_a_batch_hands_back_what_it_could_not_write(dynamodb):
    make(dynamodb, units=5)
    writes = [{"PutRequest": {"Item": item(at=at)}} for at in range(20)]
    left = dynamodb.batch_write_item(RequestItems={"orders": writes})["UnprocessedItems"]["orders"]
    assert len(left) == 15
    assert dynamodb.scan(TableName="orders")["Count"] == 5


def test_boto3_waits_for_capacity_on_the_clock_of_the_lab():
    lab.start()
    patient = boto3.client("dynamodb")
    make(patient, units=5)
    begun, real = lab.clock.now(), time.monotonic()
    for at in range(400):
        patient.put_item(TableName="orders", Item=item(at=at))
    waited = (lab.clock.now() - begun).total_seconds()
    assert waited >= 70
    assert time.monotonic() - real < waited / 2
    lab.stop()


def test_an_expired_item_is_read_until_it_is_swept_away(dynamodb):
    make(dynamodb)
    dynamodb.update_time_to_live(TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ends"})
    ends = int(lab.clock.now().timestamp()) + 60
    dynamodb.put_item(TableName="orders", Item={**KEY, "ends": {"N": str(ends)}})
    lab.clock.advance(minutes=2)
    lab.clock.advance(hours=6)
    assert "Item" not in dynamodb.get_item(TableName="orders", Key=KEY)


def test_an_item_that_ended_long_ago_stays_and_holds_nothing_up(dynamodb):
    make(dynamodb)
    dynamodb.update_time_to_live(TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ends"})
    now = int(lab.clock.now().timestamp())
    dynamodb.put_item(TableName="orders", Item={**KEY, "ends": {"N": "0"}})
    dynamodb.put_item(TableName="orders", Item={**KEY, "at": {"S": "later"}, "ends": {"N": str(now + 60)}})
    lab.clock.advance(hours=7)
    assert [one["ends"]["N"] for one in dynamodb.scan(TableName="orders")["Items"]] == ["0"]


def test_a_sweep_shows_in_the_stream_as_the_work_of_the_service(dynamodb):
    make(dynamodb, StreamSpecification={"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"})
    dynamodb.update_time_to_live(TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ends"})
    ends = int(lab.clock.now().timestamp()) + 60
    dynamodb.put_item(TableName="orders", Item={**KEY, "ends": {"N": str(ends)}})
    lab.clock.advance(hours=7)
    streams = boto3.client("dynamodbstreams")
    arn = dynamodb.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    start = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    records = streams.get_records(ShardIterator=streams.get_shard_iterator(**start)["ShardIterator"])["Records"]
    assert records[-1]["eventName"] == "REMOVE"
    assert records[-1]["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}


def test_the_same_transaction_sent_twice_counts_once(dynamodb):
    make(dynamodb)
    more = {"UpdateExpression": "ADD paid :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
    add = [{"Update": {"TableName": "orders", "Key": KEY, **more}}]
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=add, ClientRequestToken="order-7")
    assert dynamodb.get_item(TableName="orders", Key=KEY)["Item"]["paid"] == {"N": "1"}
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        dynamodb.transact_write_items(
            TransactItems=[{"Delete": {"TableName": "orders", "Key": KEY}}], ClientRequestToken="order-7"
        )
    lab.clock.advance(minutes=11)
    dynamodb.transact_write_items(TransactItems=add, ClientRequestToken="order-7")
    assert dynamodb.get_item(TableName="orders", Key=KEY)["Item"]["paid"] == {"N": "2"}


def test_an_item_has_at_most_400_kib(dynamodb):
    make(dynamodb)
    rest = 400 * 1024 - item_size(item(size=0))
    dynamodb.put_item(TableName="orders", Item=item(size=390 * 1024))
    with pytest.raises(ClientError, match="maximum allowed size"):
        dynamodb.put_item(TableName="orders", Item=item(size=rest + 1))
