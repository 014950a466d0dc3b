"""Seeing what happened: the calls made, and what they would have cost."""

import boto3
import pytest
from botocore.exceptions import ClientError

from course import facts, lab


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    yield
    lab.stop()


def test_a_call_tells_who_made_it_and_what_came_of_it():
    iam = boto3.client("iam")
    iam.create_user(UserName="dana")
    key = iam.create_access_key(UserName="dana")["AccessKey"]
    sqs = boto3.client("sqs", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
    with lab.enforce_iam(), lab.watching() as made, pytest.raises(ClientError):
        sqs.list_queues()
    assert [(one.principal, one.outcome) for one in made] == [("user/dana", "AccessDenied")]


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code"),
    [
        ("s3", "get_object", {"Bucket": "nobodys", "Key": "a"}, "NoSuchBucket"),
        ("dynamodb", "describe_table", {"TableName": "nobodys"}, "ResourceNotFoundException"),
        ("ec2", "describe_instances", {"InstanceIds": ["i-1234567890abcdef0"]}, "InvalidInstanceID.NotFound"),
        ("iam", "get_user", {"UserName": "nobody"}, "NoSuchEntity"),
    ],
)
def test_the_outcome_is_the_error_code_in_every_protocol(service, operation, parameters, code):
    with pytest.raises(ClientError):
        getattr(boto3.client(service), operation)(**parameters)
    assert lab.calls()[-1].outcome == code


def test_an_unsigned_call_is_anonymous():
    from botocore import UNSIGNED
    from botocore.config import Config

    boto3.client("s3").create_bucket(Bucket="pictures")
    boto3.client("s3", config=Config(signature_version=UNSIGNED)).list_objects_v2(Bucket="pictures")
    assert lab.calls()[-1].principal == "anonymous"


def test_calls_show_as_a_table():
    boto3.client("sqs").create_queue(QueueName="orders")
    text = repr(lab.calls())
    assert text.splitlines()[0].split() == ["time", "service", "operation", "principal", "outcome"]
    assert text.splitlines()[1].split()[1:] == ["sqs", "CreateQueue", "root", "ok"]
    assert "<td>CreateQueue</td>" in lab.calls()._repr_html_()
    assert list(lab.calls().frame().columns) == ["time", "service", "operation", "principal", "outcome"]


def test_a_long_table_shows_its_end():
    for _ in range(35):
        boto3.client("sqs").list_queues()
    assert repr(lab.calls()).endswith("(5 earlier calls are not shown)")
    assert len(lab.calls()[:3]) == 3


def test_no_calls():
    assert repr(lab.calls()) == "No calls."


def price(service, name):
    return facts.cost(service, name, 1_000_000).usd


def test_the_bill_prices_requests_by_the_facts():
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    lab.reset()
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x" * 70_000)
    assert lab.bill(times=1_000_000).usd == pytest.approx(3 * price("sqs", "standard-requests"))


def test_fifo_requests_cost_more():
    sqs = boto3.client("sqs")
    sqs.create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true"})
    assert lab.bill(times=1_000_000).usd == pytest.approx(price("sqs", "fifo-requests"))


def test_capacity_units_are_billed_on_demand_and_not_when_provisioned():
    dynamodb = boto3.client("dynamodb")
    provisioned = {"ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}}
    for name, mode in (("a", {"BillingMode": "PAY_PER_REQUEST"}), ("b", provisioned)):
        dynamodb.create_table(TableName=name, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                              AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], **mode)  # fmt: skip
        dynamodb.put_item(TableName=name, Item={"id": {"S": "x" * 2000}})
    assert lab.bill(times=1_000_000).usd == pytest.approx(2 * price("dynamodb", "on-demand-write-request-units"))


def test_free_amounts_are_taken_off_where_there_are_any():
    boto3.client("sqs").create_queue(QueueName="orders")
    boto3.client("events").put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}])
    events = price("eventbridge", "custom-events")
    assert lab.bill(times=1_000_000).usd == pytest.approx(price("sqs", "standard-requests") + events)
    assert lab.bill(times=1_000_000, free=True).usd == pytest.approx(events)


def test_refused_calls_and_deletions_are_free():
    s3 = boto3.client("s3")
    with pytest.raises(ClientError):
        s3.get_object(Bucket="nobodys", Key="a")
    assert lab.bill().usd == 0
    s3.create_bucket(Bucket="pictures")
    before = lab.bill(times=1_000_000).usd
    s3.delete_bucket(Bucket="pictures")
    assert lab.bill(times=1_000_000).usd == before


def test_an_emptied_account_owes_nothing():
    boto3.client("s3").list_buckets()
    lab.reset()
    assert lab.bill().usd == 0


def test_metrics_and_logs_are_billed():
    cloudwatch, logs = boto3.client("cloudwatch"), boto3.client("logs")
    cloudwatch.put_metric_data(Namespace="shop", MetricData=[{"MetricName": "orders", "Value": 1}])
    assert lab.bill(times=1_000_000).usd == pytest.approx(price("cloudwatch", "api-requests"))
    lab.reset()
    logs.create_log_group(logGroupName="shop")
    logs.create_log_stream(logGroupName="shop", logStreamName="a")
    now = int(lab.clock.now().timestamp() * 1000)
    logs.put_log_events(logGroupName="shop", logStreamName="a", logEvents=[{"timestamp": now, "message": "x" * 998}])
    assert lab.bill(times=2**20).usd == pytest.approx(facts.cost("cloudwatch logs", "ingest-standard", 1).usd)


def test_a_session_with_ten_services_is_priced_by_line():
    sqs, sns, s3, kinesis = (boto3.client(name) for name in ("sqs", "sns", "s3", "kinesis"))
    url = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.publish(TopicArn=topic, Message="x")
    s3.create_bucket(Bucket="pictures")
    s3.put_object(Bucket="pictures", Key="a", Body=b"x")
    s3.get_object(Bucket="pictures", Key="a")["Body"].read()
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    kinesis.put_record(StreamName="clicks", Data=b"x" * 30_000, PartitionKey="a")
    boto3.client("events").put_events(Entries=[{"Source": "shop", "DetailType": "order", "Detail": "{}"}])
    key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
    boto3.client("kms").encrypt(KeyId=key, Plaintext=b"x")
    boto3.client("secretsmanager").create_secret(Name="password", SecretString="x")
    boto3.client("cloudwatch").put_metric_data(Namespace="shop", MetricData=[{"MetricName": "orders", "Value": 1}])
    boto3.client("iam").list_users()
    boto3.client("ec2").describe_instances()
    times = 1_000_000
    expected = {
        ("SQS", "standard-requests"): 2, ("SNS", "standard-publish"): 1, ("EventBridge", "custom-events"): 1,
        ("S3", "standard-put-copy-post-list-requests"): 2, ("S3", "standard-get-and-others-requests"): 1,
        ("Kinesis", "put-payload-units"): 2, ("KMS", "requests"): 1, ("Secrets Manager", "api-calls"): 1,
        ("CloudWatch", "api-requests"): 1,
    }  # fmt: skip
    total = sum(facts.cost(*what, count * times).usd for what, count in expected.items())
    assert lab.bill(times=times).usd == pytest.approx(total)
    assert len({one.service for one in lab.calls()}) == 10
