"""Kinesis and Firehose: behaviours of AWS that the lab shows and bare moto does not, each with its source.

When a twin fails, moto has caught up: delete our code. `KEPT` are behaviours of moto that the lab must keep.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_API = "https://docs.aws.amazon.com/kinesis/latest/APIReference"
_GUIDE = "https://docs.aws.amazon.com/streams/latest/dev"
_HOSE = "https://docs.aws.amazon.com/firehose/latest/dev"
_FIRST = "shardId-000000000000"
_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/s"
_ROLE = "arn:aws:iam::123456789012:role/delivery"

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED)
kept = collect(KEPT)


def client(service: str = "kinesis") -> Any:
    return boto3.client(service, region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}))


def stream(shards: int = 1) -> Any:
    kinesis = client()
    kinesis.create_stream(StreamName="s", ShardCount=shards)
    return kinesis


def put(count: int, size: int = 1, key: str = "a") -> dict[str, Any]:
    records = [{"Data": b"x" * size, "PartitionKey": key}] * count
    answer: dict[str, Any] = client().put_records(StreamName="s", Records=records)
    return answer


def token(shard: str = _FIRST, kind: str = "TRIM_HORIZON") -> str:
    found = client().get_shard_iterator(StreamName="s", ShardId=shard, ShardIteratorType=kind)["ShardIterator"]
    return str(found)


def read(shard: str = _FIRST, **more: Any) -> Any:
    return client().get_records(ShardIterator=token(shard), **more)


def split() -> None:
    client().split_shard(StreamName="s", ShardToSplit=_FIRST, NewStartingHashKey=str(2**127))


@behaviour(f"{_GUIDE}/service-sizes-and-limits.html")
def a_shard_takes_a_thousand_records_a_second(world: World) -> bool:
    stream()
    failed = [put(500)["FailedRecordCount"] for _ in range(3)]
    world.advance(1)
    return [*failed, put(500)["FailedRecordCount"]] == [0, 0, 500, 0]


@behaviour(f"{_GUIDE}/service-sizes-and-limits.html")
def a_shard_takes_a_mebibyte_a_second(world: World) -> bool:
    stream()
    return bool(put(12, 100_000)["FailedRecordCount"] == 2)


@behaviour(f"{_API}/API_PutRecords.html")
def a_refused_entry_has_a_code_of_its_own(world: World) -> bool:
    stream()
    answers = put(12, 100_000)["Records"]
    return "SequenceNumber" in answers[0] and answers[-1]["ErrorCode"] == "ProvisionedThroughputExceededException"


@behaviour(f"{_API}/API_PutRecord.html")
def one_record_too_many_is_an_error(world: World) -> bool:
    kinesis = stream()
    put(500)
    put(500)
    refused = code_of(kinesis.put_record, StreamName="s", Data=b"x", PartitionKey="a")
    return refused == "ProvisionedThroughputExceededException"


@behaviour(f"{_API}/API_PutRecord.html")
def the_key_counts_as_data(world: World) -> bool:
    kinesis = stream()
    return code_of(kinesis.put_record, StreamName="s", Data=b"x" * 2**20, PartitionKey="a") == "ValidationException"


@behaviour(f"{_GUIDE}/large-records.html")
def larger_records_can_be_allowed(world: World) -> bool:
    kinesis = stream()
    kinesis.update_max_record_size(StreamARN=_ARN, MaxRecordSizeInKiB=10_240)
    return "SequenceNumber" in kinesis.put_record(StreamName="s", Data=b"x" * 9 * 2**20, PartitionKey="a")


@behaviour(f"{_API}/API_GetRecords.html")
def a_shard_is_read_five_times_a_second(world: World) -> bool:
    kinesis = stream()
    for _ in range(5):
        read()
    return code_of(kinesis.get_records, ShardIterator=token()) == "ProvisionedThroughputExceededException"


@behaviour(f"{_API}/API_GetRecords.html")
def an_iterator_expires_after_five_minutes(world: World) -> bool:
    kinesis = stream()
    old = token()
    world.advance(301)
    return code_of(kinesis.get_records, ShardIterator=old) == "ExpiredIteratorException"


@behaviour(f"{_GUIDE}/kinesis-extended-retention.html")
def records_expire(world: World) -> bool:
    stream()
    put(1)
    world.advance(25 * 3600)
    return read()["Records"] == []


@behaviour(f"{_GUIDE}/kinesis-using-sdk-java-after-resharding.html")
def after_a_split_new_records_go_to_a_child(world: World) -> bool:
    stream()
    split()
    return bool(put(1)["Records"][0]["ShardId"] == "shardId-000000000001")


@behaviour(f"{_API}/API_GetRecords.html")
def a_closed_shard_ends_and_names_its_children(world: World) -> bool:
    stream()
    put(1)
    split()
    answer = read()
    return len(answer["Records"]) == 1 and "NextShardIterator" not in answer and len(answer["ChildShards"]) == 2


@behaviour(f"{_GUIDE}/kinesis-using-sdk-java-after-resharding.html")
def a_merge_copies_nothing(world: World) -> bool:
    kinesis = stream(2)
    put(3)
    kinesis.merge_shards(StreamName="s", ShardToMerge=_FIRST, AdjacentShardToMerge="shardId-000000000001")
    return read("shardId-000000000002")["Records"] == [] and len(read()["Records"]) == 3


@behaviour(f"{_API}/API_MergeShards.html")
def neighbours_merge_in_any_order(world: World) -> bool:
    kinesis = stream(2)
    kinesis.merge_shards(StreamName="s", ShardToMerge="shardId-000000000001", AdjacentShardToMerge=_FIRST)
    return len(kinesis.list_shards(StreamName="s")["Shards"]) == 3


@behaviour(f"{_GUIDE}/key-concepts.html")
def sequence_numbers_go_on_rising_in_a_child(world: World) -> bool:
    stream()
    before = put(3)["Records"][-1]["SequenceNumber"]
    split()
    after = put(1)["Records"][0]
    return int(after["SequenceNumber"]) > int(before) and after["ShardId"] != _FIRST


@behaviour(f"{_API}/API_ListShards.html")
def open_shards_can_be_listed_alone(world: World) -> bool:
    kinesis = stream()
    split()
    return len(kinesis.list_shards(StreamName="s", ShardFilter={"Type": "AT_LATEST"})["Shards"]) == 2


@behaviour(f"{_API}/API_StreamDescriptionSummary.html")
def the_summary_counts_open_shards(world: World) -> bool:
    kinesis = stream()
    split()
    return bool(kinesis.describe_stream_summary(StreamName="s")["StreamDescriptionSummary"]["OpenShardCount"] == 2)


@behaviour(f"{_API}/API_UpdateShardCount.html")
def scaling_at_most_doubles(world: World) -> bool:
    kinesis = stream(2)
    asked = {"StreamName": "s", "TargetShardCount": 5, "ScalingType": "UNIFORM_SCALING"}
    return code_of(kinesis.update_shard_count, **asked) == "LimitExceededException"


@behaviour(f"{_API}/API_UpdateShardCount.html")
def scaling_is_uniform(world: World) -> bool:
    kinesis = stream(2)
    kinesis.update_shard_count(StreamName="s", TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    ranges = [
        one["HashKeyRange"]
        for one in kinesis.list_shards(StreamName="s")["Shards"]
        if "EndingSequenceNumber" not in one["SequenceNumberRange"]
    ]
    shares = [(int(one["EndingHashKey"]) - int(one["StartingHashKey"])) / 2**128 for one in ranges]
    return len(shares) == 3 and all(0.33 < share < 0.34 for share in shares)


@behaviour(f"{_API}/API_RegisterStreamConsumer.html")
def twenty_consumers_are_enough(world: World) -> bool:
    kinesis = stream()
    made = [code_of(kinesis.register_stream_consumer, StreamARN=_ARN, ConsumerName=f"c{n}") for n in range(21)]
    return made == [""] * 20 + ["LimitExceededException"]


@behaviour(f"{_API}/API_DeregisterStreamConsumer.html")
def a_consumer_leaves_alone(world: World) -> bool:
    kinesis = stream()
    for name in ("one", "two"):
        kinesis.register_stream_consumer(StreamARN=_ARN, ConsumerName=name)
    kinesis.deregister_stream_consumer(StreamARN=_ARN, ConsumerName="one")
    return [c["ConsumerName"] for c in kinesis.list_stream_consumers(StreamARN=_ARN)["Consumers"]] == ["two"]


@behaviour(f"{_API}/API_SubscribeToShard.html")
def a_subscription_pushes_records(world: World) -> bool:
    kinesis = stream()
    put(2)
    consumer = kinesis.register_stream_consumer(StreamARN=_ARN, ConsumerName="maps")["Consumer"]["ConsumerARN"]
    where = {"ConsumerARN": consumer, "ShardId": _FIRST, "StartingPosition": {"Type": "TRIM_HORIZON"}}
    [event] = kinesis.subscribe_to_shard(**where)["EventStream"]
    return len(event["SubscribeToShardEvent"]["Records"]) == 2


@kept(f"{_GUIDE}/key-concepts.html")
def the_md5_of_the_key_chooses_the_shard(world: World) -> bool:
    stream(4)
    keys = [f"truck_{n}" for n in range(30)]
    records = [{"Data": b"x", "PartitionKey": key} for key in keys]
    answers = client().put_records(StreamName="s", Records=records)["Records"]
    expected = [int(hashlib.md5(key.encode()).hexdigest(), 16) * 4 // 2**128 for key in keys]
    return [int(answer["ShardId"][-1]) for answer in answers] == expected


@kept(f"{_API}/API_PutRecords.html")
def at_most_500_entries(world: World) -> bool:
    kinesis = stream()
    records = [{"Data": b"x", "PartitionKey": "a"}] * 501
    return code_of(kinesis.put_records, StreamName="s", Records=records) == "ValidationException"


@kept(f"{_API}/API_MergeShards.html")
def only_neighbours_merge(world: World) -> bool:
    kinesis = stream(3)
    pair = {"ShardToMerge": _FIRST, "AdjacentShardToMerge": "shardId-000000000002"}
    return code_of(kinesis.merge_shards, StreamName="s", **pair) == "InvalidArgumentException"


@kept(f"{_API}/API_IncreaseStreamRetentionPeriod.html")
def retention_ends_at_a_year(world: World) -> bool:
    kinesis = stream()
    longer = kinesis.increase_stream_retention_period
    longer(StreamName="s", RetentionPeriodHours=8760)
    return code_of(longer, StreamName="s", RetentionPeriodHours=8761) == "InvalidArgumentException"


def hose(**settings: Any) -> Any:
    client("s3").create_bucket(Bucket="lake")
    firehose, more = client("firehose"), settings.pop("more", {})
    destination = {
        "RoleARN": _ROLE,
        "BucketARN": "arn:aws:s3:::lake",
        "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
        **settings,
    }
    firehose.create_delivery_stream(DeliveryStreamName="h", ExtendedS3DestinationConfiguration=destination, **more)
    return firehose


def objects(prefix: str = "") -> list[bytes]:
    s3 = client("s3")
    found = s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])
    return [s3.get_object(Bucket="lake", Key=one["Key"])["Body"].read() for one in found]


@behaviour(f"{_HOSE}/create-configure-backup.html")
def records_wait_for_the_interval(world: World) -> bool:
    firehose = hose()
    firehose.put_record(DeliveryStreamName="h", Record={"Data": b"a"})
    world.advance(50)
    early = objects()
    firehose.put_record(DeliveryStreamName="h", Record={"Data": b"b"})
    world.advance(20)
    return early == [] and objects() == [b"ab"]


@behaviour(f"{_HOSE}/create-configure-backup.html")
def a_full_buffer_is_one_object(world: World) -> bool:
    firehose = hose()
    for _ in range(3):
        firehose.put_record(DeliveryStreamName="h", Record={"Data": b"x" * 400_000})
    world.settle()
    return [len(one) for one in objects()] == [1_200_000]


@behaviour(f"{_HOSE}/writing-with-kinesis-streams.html")
def a_stream_is_a_source(world: World) -> bool:
    kinesis = stream()
    source = {"KinesisStreamARN": _ARN, "RoleARN": _ROLE}
    hose(more={"DeliveryStreamType": "KinesisStreamAsSource", "KinesisStreamSourceConfiguration": source})
    kinesis.put_record(StreamName="s", Data=b"a", PartitionKey="a")
    world.advance(61)
    return objects() == [b"a"]


@behaviour(f"{_HOSE}/limits.html")
def a_record_has_at_most_1000_kib(world: World) -> bool:
    too_large = {"DeliveryStreamName": "h", "Record": {"Data": b"x" * 1_024_001}}
    return code_of(hose().put_record, **too_large) == "ValidationException"


@behaviour(f"{_HOSE}/limits.html")
def a_batch_has_at_most_500_records(world: World) -> bool:
    batch = {"DeliveryStreamName": "h", "Records": [{"Data": b"x"}] * 501}
    return code_of(hose().put_record_batch, **batch) == "ValidationException"


@behaviour("https://docs.aws.amazon.com/firehose/latest/APIReference/API_BufferingHints.html")
def hints_have_bounds(world: World) -> bool:
    return code_of(hose, BufferingHints={"SizeInMBs": 5, "IntervalInSeconds": 901}) == "ValidationException"


_TRANSFORM = """
import base64
def handler(event, context):
    answers = []
    for record in event["records"]:
        text = base64.b64decode(record["data"]).decode()
        result = {"good": "Ok", "dull": "Dropped"}.get(text, "ProcessingFailed")
        answers.append({"recordId": record["recordId"], "result": result, "data": record["data"]})
    return {"records": answers}
"""


def _function() -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = client("iam").create_role(
        RoleName="worker", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        opened.writestr("app.py", _TRANSFORM)
    made = client("lambda").create_function(
        FunctionName="change",
        Role=role,
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    return str(made["FunctionArn"])


@behaviour(f"{_HOSE}/data-transformation-status-model.html")
def a_function_passes_drops_and_fails_records(world: World) -> bool:
    parameters = [{"ParameterName": "LambdaArn", "ParameterValue": _function()}]
    processing = {"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": parameters}]}
    firehose = hose(Prefix="good/", ErrorOutputPrefix="errors/", ProcessingConfiguration=processing)
    records = [{"Data": text} for text in (b"good", b"dull", b"bad")]
    firehose.put_record_batch(DeliveryStreamName="h", Records=records)
    world.advance(61)
    [error] = objects("errors/")
    return objects("good/") == [b"good"] and base64.b64decode(json.loads(error)["rawData"]) == b"bad"


@pytest.mark.parametrize("one", CLOSED + KEPT, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_it_too(one, in_bare_moto):
    assert one.shows(in_bare_moto), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
