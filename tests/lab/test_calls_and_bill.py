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
