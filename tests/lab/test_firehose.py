"""Firehose in the lab: buffers by size and time, a stream as source, functions on the way, limits."""

import base64
import gzip
import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import account, make

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:worker"
ROLE = "arn:aws:iam::123456789012:role/delivery"


@pytest.fixture(autouse=True)
def firehose():
    with account():
        boto3.client("s3").create_bucket(Bucket="lake")
        yield boto3.client("firehose")


def stream(firehose, seconds=60, mb=1, source=None, **destination):
    name = lab.unique_name("hose")
    more = {}
    if source:
        more = {
            "DeliveryStreamType": "KinesisStreamAsSource",
            "KinesisStreamSourceConfiguration": {"KinesisStreamARN": source, "RoleARN": ROLE},
        }
    settings = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "Prefix": f"{name}/", **destination}
    hints = {"SizeInMBs": mb, "IntervalInSeconds": seconds}
    firehose.create_delivery_stream(
        DeliveryStreamName=name, ExtendedS3DestinationConfiguration={"BufferingHints": hints, **settings}, **more
    )
    return name


def put(firehose, name, *texts):
    records = [{"Data": text.encode()} for text in texts]
    firehose.put_record_batch(DeliveryStreamName=name, Records=records)


def objects(prefix=""):
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])
    return {one["Key"]: s3.get_object(Bucket="lake", Key=one["Key"])["Body"].read() for one in found}


def through(settings=None):
    parameters = {"LambdaArn": FUNCTION, **(settings or {})}
    named = [{"ParameterName": key, "ParameterValue": value} for key, value in parameters.items()]
    return {"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": named}]}


def errors():
    lines = b"".join(objects("errors/").values()).decode().splitlines()
    return [json.loads(line) for line in lines]


def code(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return refused.value.response["Error"]["Code"]


def test_records_wait_for_the_interval(firehose):
    name = stream(firehose, seconds=60)
    put(firehose, name, "a", "b")
    lab.settle()
    lab.clock.advance(seconds=58)
    assert objects() == {}
    lab.clock.advance(seconds=3)
    assert list(objects().values()) == [b"ab"], "records are joined as they are: no newline of Firehose's own"
    assert [one.outcome for one in lab.deliveries()] == ["2 records in one object"]


def test_a_full_buffer_does_not_wait(firehose):
    name = stream(firehose, seconds=900)
    for _ in range(3):
        put(firehose, name, "x" * 400_000)
    lab.settle()
    assert [len(content) for content in objects().values()] == [1_200_000]


def test_the_interval_counts_from_the_first_record(firehose):
    name = stream(firehose, seconds=60)
    put(firehose, name, "a")
    lab.clock.advance(seconds=50)
    put(firehose, name, "b")
    lab.clock.advance(seconds=11)
    put(firehose, name, "c")
    lab.clock.advance(seconds=61)
    assert sorted(objects().values()) == [b"ab", b"c"]


def test_names_have_the_hour_the_stream_and_its_version(firehose):
    name = stream(firehose)
    put(firehose, name, "a")
    lab.clock.advance(seconds=61)
    [key] = objects()
    hour = lab.clock.now()
    assert key.startswith(f"{name}/{hour:%Y/%m/%d}/") and f"/{name}-1-{hour:%Y-%m-%d}-" in key


def test_prefixes_may_have_expressions(firehose):
    name = stream(firehose, Prefix="day=!{timestamp:yyyy-MM-dd}/")
    put(firehose, name, "a")
    lab.clock.advance(seconds=61)
    assert next(iter(objects())).startswith(f"day={lab.clock.now():%Y-%m-%d}/{name}-1-")


def test_objects_can_be_compressed(firehose):
    name = stream(firehose, CompressionFormat="GZIP")
    put(firehose, name, "a", "b")
    lab.clock.advance(seconds=61)
    [(key, content)] = objects().items()
    assert key.endswith(".gz") and gzip.decompress(content) == b"ab"


def test_a_delimiter_can_be_asked_for(firehose):
    name = stream(
        firehose, ProcessingConfiguration={"Enabled": True, "Processors": [{"Type": "AppendDelimiterToRecord"}]}
    )
    put(firehose, name, "a", "b")
    lab.clock.advance(seconds=61)
    assert list(objects().values()) == [b"a\nb\n"]


def test_a_kinesis_stream_is_read_from_its_end(firehose):
    kinesis = boto3.client("kinesis")
    kinesis.create_stream(StreamName="trucks", ShardCount=2)
    kinesis.put_record(StreamName="trucks", Data=b"before", PartitionKey="a")
    name = stream(firehose, source="arn:aws:kinesis:us-east-1:123456789012:stream/trucks")
    for text in "abc":
        kinesis.put_record(StreamName="trucks", Data=text.encode(), PartitionKey=text)
    lab.clock.advance(seconds=61)
    assert list(objects().values()) == [b"abc"]
    assert code(firehose.put_record, DeliveryStreamName=name, Record={"Data": b"x"}) == "InvalidArgumentException"


def test_a_function_may_change_drop_and_fail_records(firehose):
    make("""
        import base64
        def handler(event, context):
            answers = []
            for record in event["records"]:
                text = base64.b64decode(record["data"]).decode()
                result = {"good": "Ok", "dull": "Dropped"}.get(text, "ProcessingFailed")
                data = base64.b64encode(text.upper().encode() + b"\\n").decode()
                answers.append({"recordId": record["recordId"], "result": result, "data": data})
            return {"records": answers}
    """)
    name = stream(
        firehose, ProcessingConfiguration=through(), ErrorOutputPrefix="errors/!{firehose:error-output-type}/"
    )
    put(firehose, name, "good", "dull", "bad", "good")
    lab.clock.advance(seconds=61)
    assert list(objects(f"{name}/").values()) == [b"GOOD\nGOOD\n"]
    [error] = errors()
    assert error["errorCode"] == "Lambda.ProcessingFailedStatus" and base64.b64decode(error["rawData"]) == b"bad"
    assert next(iter(objects("errors/"))).startswith("errors/processing-failed/")


EACH = "{{'records': [{{'recordId': r['recordId'], {0}}} for r in event['records']]}}"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("{'records': []}", "Lambda.MissingRecordId"),
        (EACH.format("'result': 'ok', 'data': ''"), "Lambda.FunctionError"),
        (EACH.format("'result': 'Ok', 'data': 'not base64!'"), "Lambda.FunctionError"),
        ("event['records']", "Lambda.JsonProcessingException"),
        ("1 / 0", "Lambda.FunctionError"),
    ],
)
def test_a_function_that_breaks_the_contract_fails_its_records(firehose, answer, expected):
    make(f"""
        def handler(event, context):
            return {answer}
    """)
    name = stream(firehose, ProcessingConfiguration=through(), ErrorOutputPrefix="errors/")
    put(firehose, name, "a", "b")
    lab.clock.advance(seconds=61)
    assert [error["errorCode"] for error in errors()] == [expected] * 2
    assert objects(f"{name}/") == {}


def test_sources_can_be_backed_up(firehose):
    name = stream(firehose, S3BackupMode="Enabled", S3BackupConfiguration={
        "RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "Prefix": "raw/"})  # fmt: skip
    put(firehose, name, "a")
    lab.clock.advance(seconds=61)
    assert list(objects("raw/").values()) == [b"a"] and list(objects(f"{name}/").values()) == [b"a"]


def test_a_missing_bucket_is_tried_again(firehose):
    name = stream(firehose, BucketARN="arn:aws:s3:::later")
    put(firehose, name, "a")
    lab.clock.advance(seconds=61)
    assert "tried again" in lab.deliveries()[-1].outcome
    boto3.client("s3").create_bucket(Bucket="later")
    lab.clock.advance(seconds=61)
    assert lab.deliveries()[-1].outcome == "1 records in one object"


@pytest.mark.parametrize("hints", [{"SizeInMBs": 129}, {"IntervalInSeconds": 901}])
def test_hints_have_bounds(firehose, hints):
    settings = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "BufferingHints": hints}
    create = firehose.create_delivery_stream
    assert code(create, DeliveryStreamName="x", ExtendedS3DestinationConfiguration=settings) == "ValidationException"


def test_records_and_batches_have_limits(firehose):
    name = stream(firehose)
    one = {"Data": b"x"}
    assert (
        code(firehose.put_record, DeliveryStreamName=name, Record={"Data": b"x" * 1_024_001}) == "ValidationException"
    )
    firehose.put_record(DeliveryStreamName=name, Record={"Data": b"x" * 1_024_000})
    batch = firehose.put_record_batch
    assert code(batch, DeliveryStreamName=name, Records=[one] * 501) == "ValidationException"
    assert code(batch, DeliveryStreamName=name, Records=[{"Data": b"x" * 1_000_000}] * 5) == "InvalidArgumentException"


def test_what_is_not_simulated_says_so(firehose):
    with pytest.raises(lab.Unsupported, match="DynamicPartitioning"):
        stream(firehose, DynamicPartitioningConfiguration={"Enabled": True})
