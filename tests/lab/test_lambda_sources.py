"""Queues, streams, topics, buckets and logs that feed functions."""

import base64
import gzip
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import account, bodies, got, make, permit, queue, role


@pytest.fixture(autouse=True)
def client():
    with account():
        yield boto3.client("lambda")


def send(url, *texts, **more):
    for text in texts:
        boto3.client("sqs").send_message(QueueUrl=url, MessageBody=text, **more)


def connect(arn, **settings):
    return boto3.client("lambda").create_event_source_mapping(FunctionName="worker", EventSourceArn=arn, **settings)[
        "UUID"
    ]


def batches():
    return [[record["body"] for record in event["Records"]] for event in got()]


PICKY = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
        return {"batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in event["Records"]
                                      if one["body"].startswith("bad")]}
"""
FAILS = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
        raise ValueError("no")
"""


def test_a_queue_is_read_in_batches_and_emptied():
    make()
    url, arn = queue("jobs")
    connect(arn, BatchSize=2)
    send(url, "a", "b", "c")
    assert [one.outcome for one in lab.settle()] == ["2 messages, succeeded", "1 messages, succeeded"]
    assert batches() == [["a", "b"], ["c"]] and bodies(url) == []


def test_a_record_of_a_queue_has_aws_fields():
    make()
    url, arn = queue("jobs")
    connect(arn)
    send(url, "a", MessageAttributes={"kind": {"DataType": "String", "StringValue": "x"}})
    lab.settle()
    record = got()[0]["Records"][0]
    assert (record["eventSource"], record["eventSourceARN"], record["awsRegion"]) == ("aws:sqs", arn, "us-east-1")
    assert record["messageAttributes"]["kind"]["stringValue"] == "x"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert abs(int(record["attributes"]["SentTimestamp"]) / 1000 - lab.clock.now().timestamp()) < 60


def test_a_batching_window_collects_messages():
    make()
    url, arn = queue("jobs")
    connect(arn, BatchSize=100, MaximumBatchingWindowInSeconds=60)
    send(url, "a")
    assert lab.settle() == []
    lab.clock.advance(seconds=30)
    send(url, "b")
    lab.clock.advance(seconds=29)
    assert batches() == []
    lab.clock.advance(seconds=2)
    assert batches() == [["a", "b"]]


def test_after_an_error_messages_come_back_when_their_visibility_ends():
    make(FAILS)
    url, arn = queue("jobs", VisibilityTimeout="60")
    connect(arn)
    send(url, "a")
    lab.settle()
    assert len(batches()) == 1 and bodies(url) == []
    lab.clock.advance(seconds=59)
    assert len(batches()) == 1
    lab.clock.advance(seconds=2)
    assert len(batches()) == 2


def test_a_poison_message_ends_in_the_dead_letter_queue():
    make(FAILS)
    dead, dead_arn = queue("dead")
    url, arn = queue("jobs", RedrivePolicy=json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2}))
    connect(arn)
    send(url, "poison")
    lab.clock.advance(minutes=5)
    assert len(batches()) == 2 and bodies(dead) == ["poison"]
    assert any("moved after maxReceiveCount" in one.outcome for one in lab.deliveries())


def test_only_reported_messages_come_back():
    make(PICKY)
    url, arn = queue("jobs")
    connect(arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    send(url, "a", "bad", "c")
    lab.clock.advance(seconds=32)
    assert batches() == [["a", "bad", "c"], ["bad"]]


def test_without_the_response_type_the_report_counts_for_nothing():
    make(PICKY)
    url, arn = queue("jobs")
    connect(arn)
    send(url, "a", "bad")
    lab.clock.advance(minutes=5)
    assert batches() == [["a", "bad"]]


def test_a_filter_drops_messages_from_the_queue():
    make()
    url, arn = queue("jobs")
    connect(arn, FilterCriteria={"Filters": [{"Pattern": '{"body": {"total": [{"numeric": [">", 100]}]}}'}]})
    send(url, '{"total": 250}', '{"total": 5}', "no json")
    lab.settle()
    assert batches() == [['{"total": 250}']] and bodies(url) == []


def test_an_invalid_filter_is_refused():
    make()
    _, arn = queue("jobs")
    with pytest.raises(ClientError, match="Invalid filter pattern"):
        connect(arn, FilterCriteria={"Filters": [{"Pattern": '{"body": "x"}'}]})


def test_a_fifo_group_waits_for_its_failed_message_and_others_go_on():
    make("""
        import json
        def handler(event, context):
            print("GOT " + json.dumps(event))
            if event["Records"][0]["body"] == "a1": raise ValueError
    """)
    url, arn = queue("jobs.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    connect(arn, BatchSize=1)
    for group, text in (("a", "a1"), ("a", "a2"), ("b", "b1")):
        send(url, text, MessageGroupId=group)
    lab.settle()
    assert batches() == [["a1"], ["b1"]]
    lab.clock.advance(seconds=31)
    assert batches() == [["a1"], ["b1"], ["a1"]]


def test_a_disabled_mapping_reads_nothing_and_an_enabled_one_catches_up(client):
    make()
    url, arn = queue("jobs")
    uuid = connect(arn, Enabled=False)
    send(url, "a")
    assert lab.settle() == []
    client.update_event_source_mapping(UUID=uuid, Enabled=True)
    lab.settle()
    assert batches() == [["a"]]
    client.delete_event_source_mapping(UUID=uuid)
    send(url, "b")
    assert lab.settle() == []


def table():
    made = boto3.client("dynamodb").create_table(
        TableName="orders", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )  # fmt: skip
    return made["TableDescription"]["LatestStreamArn"]


def put(*ids):
    for one in ids:
        boto3.client("dynamodb").put_item(TableName="orders", Item={"id": {"S": one}})


def changes():
    return [[record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]] for event in got()]


def test_a_table_stream_from_its_beginning_or_from_now():
    make()
    arn = table()
    put("old")
    connect(arn, StartingPosition="LATEST")
    assert lab.settle() == []
    put("new")
    lab.settle()
    assert changes() == [["new"]]


def test_a_record_of_a_table_has_images_and_types():
    make()
    connect(table(), StartingPosition="TRIM_HORIZON")
    put("1")
    boto3.client("dynamodb").delete_item(TableName="orders", Key={"id": {"S": "1"}})
    lab.settle()
    first, second = got()[0]["Records"]
    assert (first["eventName"], second["eventName"], first["eventSource"]) == ("INSERT", "REMOVE", "aws:dynamodb")
    assert first["dynamodb"]["NewImage"] == {"id": {"S": "1"}} and second["dynamodb"]["OldImage"] == {"id": {"S": "1"}}


def test_a_table_filter_looks_at_the_kind_of_change():
    make()
    connect(
        table(), StartingPosition="TRIM_HORIZON", FilterCriteria={"Filters": [{"Pattern": '{"eventName": ["REMOVE"]}'}]}
    )
    put("1")
    boto3.client("dynamodb").delete_item(TableName="orders", Key={"id": {"S": "1"}})
    lab.settle()
    assert [record["eventName"] for event in got() for record in event["Records"]] == ["REMOVE"]


def test_a_failing_batch_blocks_the_shard_until_its_retries_end():
    make(FAILS)
    lost, lost_arn = queue("lost")
    connect(table(), StartingPosition="TRIM_HORIZON", BatchSize=1, MaximumRetryAttempts=2,
            DestinationConfig={"OnFailure": {"Destination": lost_arn}})  # fmt: skip
    put("1", "2")
    lab.clock.advance(minutes=5)
    assert changes() == [["1"]] * 3 + [["2"]] * 3
    record = json.loads(bodies(lost)[0])
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert record["DDBStreamBatchInfo"]["batchSize"] == 1 and "requestPayload" not in record


def test_a_record_too_old_is_given_up():
    make(FAILS)
    connect(table(), StartingPosition="TRIM_HORIZON", MaximumRecordAgeInSeconds=60)
    put("1")
    lab.clock.advance(minutes=10)
    assert "too old" in lab.deliveries()[-1].outcome


def stream(shards=1):
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=shards)
    return kinesis.describe_stream(StreamName="clicks")["StreamDescription"]["StreamARN"]


def click(*texts):
    for text in texts:
        boto3.client("kinesis").put_record(StreamName="clicks", Data=text.encode(), PartitionKey=text)


def clicks():
    return [[base64.b64decode(r["kinesis"]["data"]).decode() for r in event["Records"]] for event in got()]


def test_bisecting_finds_the_poison_record():
    make("""
        import base64, json
        def handler(event, context):
            print("GOT " + json.dumps(event))
            if any(base64.b64decode(one["kinesis"]["data"]) == b"bad" for one in event["Records"]): raise ValueError
    """)
    connect(stream(), StartingPosition="TRIM_HORIZON", BisectBatchOnFunctionError=True, MaximumRetryAttempts=0)
    click("a", "b", "bad", "c")
    lab.clock.advance(minutes=1)
    assert clicks() == [["a", "b", "bad", "c"], ["a", "b"], ["bad", "c"], ["bad"], ["c"]]


def test_reported_failures_of_a_stream_start_again_at_the_first():
    make("""
        import json
        def handler(event, context):
            print("GOT " + json.dumps(event))
            if len(event["Records"]) == 3:
                return {"batchItemFailures": [{"itemIdentifier": event["Records"][1]["kinesis"]["sequenceNumber"]}]}
    """)
    connect(stream(), StartingPosition="TRIM_HORIZON", FunctionResponseTypes=["ReportBatchItemFailures"])
    click("a", "b", "c")
    lab.clock.advance(seconds=5)
    assert clicks() == [["a", "b", "c"], ["b", "c"]]


def test_each_shard_has_its_own_position():
    make()
    connect(stream(shards=4), StartingPosition="TRIM_HORIZON")
    click(*"abcdefgh")
    lab.settle()
    assert len(clicks()) > 1 and sorted(one for batch in clicks() for one in batch) == list("abcdefgh")


def test_a_kinesis_filter_reads_the_data_as_json():
    make()
    connect(
        stream(), StartingPosition="TRIM_HORIZON", FilterCriteria={"Filters": [{"Pattern": '{"data": {"n": [2]}}'}]}
    )
    click('{"n": 1}', '{"n": 2}', "text")
    lab.settle()
    assert clicks() == [['{"n": 2}']]


def test_a_registered_consumer_reads_for_a_function():
    make()
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    arn = kinesis.describe_stream(StreamName="clicks")["StreamDescription"]["StreamARN"]
    consumer = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="fast")["Consumer"]["ConsumerARN"]
    made = boto3.client("lambda").create_event_source_mapping(
        FunctionName="worker", EventSourceArn=consumer, StartingPosition="TRIM_HORIZON"
    )
    assert made["EventSourceArn"] == consumer
    kinesis.put_record(StreamName="clicks", Data=b"hi", PartitionKey="a")
    lab.settle()
    (event,) = got()
    assert event["Records"][0]["eventSourceARN"] == consumer


def test_a_topic_reaches_a_function_with_attributes_and_subject():
    arn = make()
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    permit("sns.amazonaws.com", topic)
    sns.publish(TopicArn=topic, Message="hi", Subject="s",
                MessageAttributes={"kind": {"DataType": "String", "StringValue": "x"}})  # fmt: skip
    lab.settle()
    record = got()[0]["Records"][0]
    assert record["EventSource"] == "aws:sns" and record["Sns"]["TopicArn"] == topic
    assert (record["Sns"]["Message"], record["Sns"]["Subject"]) == ("hi", "s")
    assert record["Sns"]["MessageAttributes"] == {"kind": {"Type": "String", "Value": "x"}}


def test_without_permission_a_topic_reaches_nobody_and_settle_says_why():
    arn = make()
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="hi")
    assert "does not let sns.amazonaws.com invoke it" in lab.settle()[0].outcome
    assert got() == []


def test_a_bucket_notifies_by_prefix_and_suffix():
    arn = make()
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="pictures")
    permit("s3.amazonaws.com", "arn:aws:s3:::pictures")
    rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".jpg"}]
    sends = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
    wanted = {"LambdaFunctionConfigurations": [sends]}
    s3.put_bucket_notification_configuration(Bucket="pictures", NotificationConfiguration=wanted)
    for key in ("in/my cat.jpg", "in/a.txt", "out/a.jpg"):
        s3.put_object(Bucket="pictures", Key=key, Body=b"x")
    lab.settle()
    (record,) = [record for event in got() for record in event["Records"]]
    assert record["s3"]["object"]["key"] == "in/my+cat.jpg"
    assert record["eventName"] == "ObjectCreated:Put" and record["s3"]["object"]["sequencer"]


def test_a_log_group_feeds_a_function():
    arn = make()
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="app")
    logs.create_log_stream(logGroupName="app", logStreamName="one")
    errors = {"logGroupName": "app", "filterName": "errors", "filterPattern": "ERROR", "destinationArn": arn}
    with pytest.raises(ClientError, match=r"InvalidParameterException.*given CloudWatch Logs permission"):
        logs.put_subscription_filter(**errors)
    permit("logs.amazonaws.com", "arn:aws:logs:us-east-1:123456789012:log-group:app:*")
    logs.put_subscription_filter(**errors)
    now = int(lab.clock.now().timestamp() * 1000)
    lines = [{"timestamp": now, "message": text} for text in ("ERROR 7", "INFO 8")]
    logs.put_log_events(logGroupName="app", logStreamName="one", logEvents=lines)
    lab.settle()
    data = json.loads(gzip.decompress(base64.b64decode(got()[0]["awslogs"]["data"])))
    assert data["logGroup"] == "app" and data["subscriptionFilters"] == ["errors"]
    assert [one["message"] for one in data["logEvents"]] == ["ERROR 7"]


def test_a_state_machine_calls_functions_and_catches_their_errors():
    import time

    double = make("def handler(e, c): return {'n': e['n'] * 2}", "double")
    fails = make("def handler(e, c): raise KeyError('x')", "fails")
    states = {
        "Double": {"Type": "Task", "Resource": double, "Next": "Fail"},
        "Fail": {"Type": "Task", "Resource": fails, "End": True,
                 "Catch": [{"ErrorEquals": ["KeyError"], "ResultPath": "$.error", "Next": "Done"}]},
        "Done": {"Type": "Pass", "End": True},
    }  # fmt: skip
    client = boto3.client("stepfunctions")
    definition = json.dumps({"StartAt": "Double", "States": states})
    machine = client.create_state_machine(name="m", roleArn=role(), definition=definition)["stateMachineArn"]
    run = client.start_execution(stateMachineArn=machine, name="one", input='{"n": 4}')["executionArn"]
    deadline = time.monotonic() + 20
    while (found := client.describe_execution(executionArn=run))["status"] == "RUNNING" and time.monotonic() < deadline:
        time.sleep(0.05)
    output = json.loads(found["output"])
    assert output["n"] == 8 and output["error"]["Error"] == "KeyError"


def test_a_mapping_is_found_by_the_functions_name_and_by_its_arn(client):
    arn = make()
    _, source = queue("orders")
    mapping = client.create_event_source_mapping(FunctionName=arn, EventSourceArn=source)["UUID"]
    for named in ("worker", arn):
        assert [
            one["UUID"] for one in client.list_event_source_mappings(FunctionName=named)["EventSourceMappings"]
        ] == [mapping]
    make(name="other")
    assert client.list_event_source_mappings(FunctionName="other")["EventSourceMappings"] == []
