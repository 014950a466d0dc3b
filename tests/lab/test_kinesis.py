"""Kinesis in the lab: limits by the clock, resharding that keeps records where they are, iterators, fan-out."""

import hashlib
import json
import time
from itertools import pairwise

import boto3
import pytest

from course import lab


@pytest.fixture
def kinesis():
    lab.start()
    yield boto3.client("kinesis")
    lab.stop()


def make(kinesis, shards=1, **settings):
    name = lab.unique_name("stream")
    kinesis.create_stream(StreamName=name, ShardCount=shards, **settings)
    return name


def arn(kinesis, name):
    return kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"]


def put(kinesis, name, count, key="a", size=10):
    records = [{"Data": b"x" * size, "PartitionKey": key} for _ in range(count)]
    return kinesis.put_records(StreamName=name, Records=records)["FailedRecordCount"]


def shards(kinesis, name, **wanted):
    return kinesis.list_shards(StreamName=name, **wanted)["Shards"]


def iterator(kinesis, name, shard="shardId-000000000000", kind="TRIM_HORIZON", **more):
    return kinesis.get_shard_iterator(StreamName=name, ShardId=shard, ShardIteratorType=kind, **more)["ShardIterator"]


def read(kinesis, name, shard="shardId-000000000000", kind="TRIM_HORIZON", **more):
    records = kinesis.get_records(ShardIterator=iterator(kinesis, name, shard, kind, **more))["Records"]
    return [record["Data"].decode() for record in records]


def code(call, **parameters):
    with pytest.raises(boto3.client("kinesis").exceptions.ClientError) as refused:
        call(**parameters)
    return refused.value.response["Error"]["Code"]


def once(service="kinesis"):
    """A client that does not try again."""
    from botocore.config import Config

    return boto3.client(service, config=Config(retries={"total_max_attempts": 1}))


def test_a_shard_takes_a_thousand_records_a_second(kinesis):
    name = make(kinesis)
    failed = [put(kinesis, name, 500) for _ in range(3)]
    assert failed == [0, 0, 500]
    lab.clock.advance(seconds=1)
    assert put(kinesis, name, 500) == 0


def test_a_shard_takes_a_mebibyte_a_second(kinesis):
    name = make(kinesis)
    assert put(kinesis, name, 12, size=100_000) == 2


def test_refused_entries_say_which_shard_was_full(kinesis):
    name = make(kinesis, shards=2)
    put(kinesis, name, 500)
    put(kinesis, name, 500)
    other = next(str(n) for n in range(99) if int(hashlib.md5(str(n).encode()).hexdigest(), 16) >= 2**127)
    answer = kinesis.put_records(StreamName=name, Records=[{"Data": b"1", "PartitionKey": "a"},
                                                           {"Data": b"2", "PartitionKey": other}])  # fmt: skip
    refused, taken = answer["Records"]
    assert answer["FailedRecordCount"] == 1 and taken["ShardId"] == "shardId-000000000001"
    assert (
        refused["ErrorCode"] == "ProvisionedThroughputExceededException"
        and "shardId-000000000000" in refused["ErrorMessage"]
    )


def test_put_record_is_refused_and_boto3_tries_again_without_real_time(kinesis, monkeypatch):
    name = make(kinesis)
    put(kinesis, name, 500)
    put(kinesis, name, 500)
    assert (
        code(once().put_record, StreamName=name, Data=b"x", PartitionKey="a")
        == "ProvisionedThroughputExceededException"
    )
    patient = boto3.client(
        "kinesis", config=boto3.session.Config(retries={"total_max_attempts": 9, "mode": "standard"})
    )
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    put_at_last = patient.put_record(StreamName=name, Data=b"x", PartitionKey="a")
    assert put_at_last["ResponseMetadata"]["RetryAttempts"] > 0 and slept == []


def test_the_size_of_a_record_is_limited_and_the_limit_can_be_raised(kinesis):
    name = make(kinesis)
    record = {"StreamName": name, "Data": b"x" * (2**20 - 1), "PartitionKey": "a"}
    kinesis.put_record(**record)
    lab.clock.advance(seconds=1)
    assert code(kinesis.put_record, **{**record, "Data": b"x" * 2**20}) == "ValidationException", "the key counts too"
    kinesis.update_max_record_size(StreamARN=arn(kinesis, name), MaxRecordSizeInKiB=10_240)
    kinesis.put_record(**{**record, "Data": b"x" * (9 * 2**20)})
    assert put(kinesis, name, 1) == 1, "nine seconds of the shard are used"
    lab.clock.advance(seconds=10)
    assert put(kinesis, name, 1) == 0


def test_a_request_may_have_ten_mebibytes(kinesis):
    name = make(kinesis, shards=1)
    assert put(kinesis, name, 9, size=2**20 - 1) == 8
    records = [{"Data": b"x" * 2**20, "PartitionKey": "a"}] * 11
    kinesis.update_max_record_size(StreamARN=arn(kinesis, name), MaxRecordSizeInKiB=2048)
    assert code(kinesis.put_records, StreamName=name, Records=records) == "InvalidArgumentException"


def test_a_shard_is_read_five_times_a_second(kinesis):
    name, client = make(kinesis), once()
    token = iterator(kinesis, name)
    for _ in range(5):
        client.get_records(ShardIterator=token)
    assert code(client.get_records, ShardIterator=token) == "ProvisionedThroughputExceededException"
    lab.clock.advance(seconds=1)
    client.get_records(ShardIterator=token)


def test_ten_mebibytes_keep_a_shard_for_five_seconds(kinesis):
    name, client = make(kinesis), once()
    for _ in range(12):
        put(kinesis, name, 1, size=2**20 - 1)
        lab.clock.advance(seconds=1)
    token = iterator(kinesis, name)
    assert len(client.get_records(ShardIterator=token)["Records"]) == 10
    lab.clock.advance(seconds=4)
    assert code(client.get_records, ShardIterator=token) == "ProvisionedThroughputExceededException"
    lab.clock.advance(seconds=1.1)
    client.get_records(ShardIterator=token)


def test_an_iterator_lasts_five_minutes(kinesis):
    name = make(kinesis)
    token = iterator(kinesis, name)
    lab.clock.advance(minutes=4, seconds=58)
    kinesis.get_records(ShardIterator=token)
    lab.clock.advance(seconds=5)
    assert code(kinesis.get_records, ShardIterator=token) == "ExpiredIteratorException"


def test_records_expire_when_retention_ends(kinesis):
    name = make(kinesis)
    kinesis.put_record(StreamName=name, Data=b"old", PartitionKey="a")
    lab.clock.advance(hours=23)
    kinesis.put_record(StreamName=name, Data=b"new", PartitionKey="a")
    assert read(kinesis, name) == ["old", "new"]
    lab.clock.advance(hours=2)
    assert read(kinesis, name) == ["new"]
    kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=48)
    assert read(kinesis, name) == ["new"], "a longer retention does not bring back what has expired"
    lab.clock.advance(hours=24)
    assert read(kinesis, name) == ["new"]


def test_iterators_start_where_their_type_says(kinesis):
    name = make(kinesis)
    numbers = []
    for text in "abc":
        put_one = kinesis.put_record(StreamName=name, Data=text.encode(), PartitionKey="k")
        numbers.append(put_one["SequenceNumber"])
        lab.clock.advance(seconds=60)
    assert numbers == sorted(numbers) and len(numbers[0]) == 56
    assert read(kinesis, name, kind="AT_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[1]) == ["b", "c"]
    assert read(kinesis, name, kind="AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[1]) == ["c"]
    since = lab.clock.now().timestamp() - 90
    assert read(kinesis, name, kind="AT_TIMESTAMP", Timestamp=since) == ["c"]
    assert read(kinesis, name, kind="LATEST") == []
    foreign = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": "7"}
    asked = kinesis.get_shard_iterator
    assert code(asked, StreamName=name, ShardId="shardId-000000000000", **foreign) == "InvalidArgumentException"


def test_lag_is_the_age_of_what_waits(kinesis):
    name = make(kinesis)
    for _ in range(2):
        kinesis.put_record(StreamName=name, Data=b"x", PartitionKey="k")
        lab.clock.advance(seconds=30)
    answer = kinesis.get_records(ShardIterator=iterator(kinesis, name), Limit=1)
    assert 29_000 <= answer["MillisBehindLatest"] <= 32_000
    answer = kinesis.get_records(ShardIterator=answer["NextShardIterator"])
    assert answer["MillisBehindLatest"] == 0


def test_a_split_closes_the_parent_and_keeps_its_records(kinesis):
    name = make(kinesis)
    kinesis.put_record(StreamName=name, Data=b"before", PartitionKey="a")
    kinesis.split_shard(StreamName=name, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127))
    where = kinesis.put_record(StreamName=name, Data=b"after", PartitionKey="a")["ShardId"]
    assert where == "shardId-000000000001", "new records go to a child"
    assert read(kinesis, name) == ["before"] and read(kinesis, name, where) == ["after"]
    answer = kinesis.get_records(ShardIterator=iterator(kinesis, name))
    assert "NextShardIterator" not in answer, "a closed shard ends"
    assert [child["ShardId"] for child in answer["ChildShards"]] == ["shardId-000000000001", "shardId-000000000002"]
    parent, *children = shards(kinesis, name)
    assert "EndingSequenceNumber" in parent["SequenceNumberRange"]
    assert {child["ParentShardId"] for child in children} == {parent["ShardId"]}
    assert len(shards(kinesis, name, ShardFilter={"Type": "AT_LATEST"})) == 2
    summary = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    assert summary["OpenShardCount"] == 2


def test_a_closed_shard_goes_when_its_records_have_expired(kinesis):
    name = make(kinesis)
    kinesis.split_shard(StreamName=name, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127))
    assert len(shards(kinesis, name)) == 3
    lab.clock.advance(hours=25)
    assert len(shards(kinesis, name)) == 2


def test_a_merge_joins_neighbours_and_copies_nothing(kinesis):
    name = make(kinesis, shards=3)
    put(kinesis, name, 3)
    pair = {"StreamName": name, "ShardToMerge": "shardId-000000000001", "AdjacentShardToMerge": "shardId-000000000000"}
    assert code(kinesis.merge_shards, **{**pair, "ShardToMerge": "shardId-000000000002"}) == "InvalidArgumentException"
    kinesis.merge_shards(**pair)
    child = shards(kinesis, name)[-1]
    assert child["ParentShardId"] == "shardId-000000000001" and child["AdjacentParentShardId"] == "shardId-000000000000"
    assert child["HashKeyRange"]["StartingHashKey"] == "0"
    assert read(kinesis, name, child["ShardId"]) == [] and len(read(kinesis, name)) == 3
    assert code(kinesis.merge_shards, **pair) == "InvalidArgumentException", "closed shards are not merged again"


@pytest.mark.parametrize("target", [2, 3, 5, 6])
def test_uniform_scaling_makes_equal_shards(kinesis, target):
    name = make(kinesis, shards=3)
    kinesis.update_shard_count(StreamName=name, TargetShardCount=target, ScalingType="UNIFORM_SCALING")
    ranges = sorted(
        (int(s["HashKeyRange"]["StartingHashKey"]), int(s["HashKeyRange"]["EndingHashKey"]))
        for s in shards(kinesis, name, ShardFilter={"Type": "AT_LATEST"})
    )
    assert len(ranges) == target and ranges[0][0] == 0 and ranges[-1][1] == 2**128 - 1
    assert all(end + 1 == begin for (_, end), (begin, _) in pairwise(ranges))
    sizes = [end - begin for begin, end in ranges]
    assert max(sizes) - min(sizes) <= 2**21


def test_scaling_at_most_doubles_or_halves_ten_times_a_day(kinesis):
    name = make(kinesis, shards=2)
    scale = {"StreamName": name, "ScalingType": "UNIFORM_SCALING"}
    assert code(once().update_shard_count, TargetShardCount=5, **scale) == "LimitExceededException"
    for step in range(10):
        kinesis.update_shard_count(TargetShardCount=3 - step % 2, **scale)
    assert code(once().update_shard_count, TargetShardCount=3, **scale) == "LimitExceededException"
    lab.clock.advance(hours=25)
    kinesis.update_shard_count(TargetShardCount=3, **scale)


def test_on_demand_streams_are_not_resharded_by_hand(kinesis):
    name = lab.unique_name("stream")
    kinesis.create_stream(StreamName=name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    cut = {"StreamName": name, "ShardToSplit": "shardId-000000000000", "NewStartingHashKey": "99"}
    assert code(kinesis.split_shard, **cut) == "ValidationException"


def test_a_stream_has_at_most_twenty_consumers(kinesis):
    stream = arn(kinesis, make(kinesis))
    for number in range(20):
        kinesis.register_stream_consumer(StreamARN=stream, ConsumerName=f"c{number}")
    assert code(once().register_stream_consumer, StreamARN=stream, ConsumerName="c20") == "LimitExceededException"
    assert code(kinesis.register_stream_consumer, StreamARN=stream, ConsumerName="c1") == "ResourceInUseException"
    kinesis.deregister_stream_consumer(StreamARN=stream, ConsumerName="c0")
    left = [one["ConsumerName"] for one in kinesis.list_stream_consumers(StreamARN=stream)["Consumers"]]
    assert len(left) == 19 and "c0" not in left


def test_a_subscription_pushes_records_and_names_the_children(kinesis):
    name = make(kinesis)
    consumer = kinesis.register_stream_consumer(StreamARN=arn(kinesis, name), ConsumerName="maps")["Consumer"]
    subscribe = {"ConsumerARN": consumer["ConsumerARN"], "ShardId": "shardId-000000000000"}
    kinesis.put_record(StreamName=name, Data=json.dumps({"n": 1}).encode(), PartitionKey="a")
    [event] = kinesis.subscribe_to_shard(**subscribe, StartingPosition={"Type": "TRIM_HORIZON"})["EventStream"]
    pushed = event["SubscribeToShardEvent"]
    assert json.loads(pushed["Records"][0]["Data"]) == {"n": 1} and pushed["MillisBehindLatest"] == 0
    kinesis.put_record(StreamName=name, Data=b"two", PartitionKey="a")
    after = {"Type": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": pushed["ContinuationSequenceNumber"]}
    kinesis.split_shard(StreamName=name, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127))
    [event] = kinesis.subscribe_to_shard(**subscribe, StartingPosition=after)["EventStream"]
    pushed = event["SubscribeToShardEvent"]
    assert [record["Data"] for record in pushed["Records"]] == [b"two"] and len(pushed["ChildShards"]) == 2


def test_pushing_leaves_the_shared_reads_alone(kinesis):
    name, client = make(kinesis), once()
    consumer = kinesis.register_stream_consumer(StreamARN=arn(kinesis, name), ConsumerName="maps")["Consumer"]
    for _ in range(9):
        where = {"ConsumerARN": consumer["ConsumerARN"], "ShardId": "shardId-000000000000"}
        list(client.subscribe_to_shard(**where, StartingPosition={"Type": "LATEST"})["EventStream"])
    for _ in range(5):
        client.get_records(ShardIterator=iterator(kinesis, name))


def test_an_unknown_consumer_cannot_subscribe(kinesis):
    nobody = f"{arn(kinesis, make(kinesis))}/consumer/nobody:1700000000"
    assert code(kinesis.subscribe_to_shard, ConsumerARN=nobody, ShardId="shardId-000000000000",
                StartingPosition={"Type": "LATEST"}) == "ResourceNotFoundException"  # fmt: skip


def test_streams_are_listed_in_pages(kinesis):
    names = sorted(make(kinesis) for _ in range(7))
    pages = list(kinesis.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 3}))
    assert len(pages) == 3 and [name for page in pages for name in page["StreamNames"]] == names
    first = kinesis.list_streams(Limit=2)
    assert first["HasMoreStreams"] and first["StreamSummaries"][0]["StreamStatus"] == "ACTIVE"
    assert kinesis.list_streams(ExclusiveStartStreamName=names[-2])["StreamNames"] == names[-1:]
