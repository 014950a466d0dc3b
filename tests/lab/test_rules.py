"""Requests that AWS refuses: the words of the refusal, and that good requests pass. The list is in tests/fidelity."""

import subprocess
import sys

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.rules import account, requests, table


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    yield
    lab.stop()


def refusal(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]


def test_a_refusal_names_the_value_the_place_and_the_limit():
    error = refusal(boto3.client("lambda").list_functions, MaxItems=20_000)
    assert error["Code"] == "ValidationException"
    assert error["Message"] == (
        "1 validation error detected: Value '20000' at 'maxItems' failed to satisfy constraint: "
        "Member must have value less than or equal to 10000"
    )


def test_all_faults_are_told_at_once():
    error = refusal(boto3.client("iam").create_user, UserName="dana smith", Path="/" + "x" * 600 + "/")
    assert error["Message"].startswith("2 validation errors detected: ")


def test_the_place_leads_through_lists_and_maps():
    items = [{"PutRequest": {"Item": {"id": {"S": str(number)}}}} for number in range(26)]
    error = refusal(boto3.client("dynamodb").batch_write_item, RequestItems={"orders": items})
    assert "at 'requestItems.orders.member'" in error["Message"]


def test_a_secret_is_not_repeated_in_the_error():
    error = refusal(boto3.client("secretsmanager").create_secret, Name="a", SecretString="k" * 70_000)
    assert "kkk" not in error["Message"]


def test_values_that_only_a_newer_or_another_service_knows_are_named():
    error = refusal(
        boto3.client("dynamodb").create_table,
        TableName="orders",
        BillingMode="FREE",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    assert "enum value set: [PROVISIONED, PAY_PER_REQUEST]" in error["Message"]


def test_a_refused_request_changes_nothing():
    refusal(boto3.client("s3").create_bucket, Bucket="My_Pictures")
    assert boto3.client("s3").list_buckets()["Buckets"] == []


def test_permission_is_asked_before_the_form():
    iam = boto3.client("iam")
    iam.create_user(UserName="dana")
    key = iam.create_access_key(UserName="dana")["AccessKey"]
    ssm = boto3.client(
        "ssm", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"]
    )  # fmt: skip
    with lab.enforce_iam():
        error = refusal(ssm.put_parameter, Name="/a", Value="x" * 5_000, Type="String")
    assert error["Code"] == "AccessDeniedException"


def test_good_requests_pass():
    boto3.client("s3").create_bucket(Bucket="my-pictures.2026")
    boto3.client("ssm").put_parameter(Name="/a", Value="x" * 8_000, Type="String", Tier="Advanced")
    boto3.client("ec2").create_volume(AvailabilityZone="us-east-1a", Size=100, VolumeType="io1", Iops=5_000)


def test_every_rule_names_the_page_that_it_follows():
    pages = [rule.source for rows in table.rules().values() for rule in rows]
    pages += [rule.__doc__ for part in (requests, account) for rules in part._RULES.values() for rule in rules]
    assert all(page.startswith("https://docs.aws.amazon.com/") for page in pages)


def test_rules_are_asked_before_a_part_that_was_imported_earlier():
    program = (
        "import course.lab.dynamodb, boto3\n"
        "from course import lab\n"
        "lab.start()\n"
        "items = [{'PutRequest': {'Item': {'id': {'S': str(n)}}}} for n in range(26)]\n"
        "boto3.client('dynamodb').batch_write_item(RequestItems={'orders': items})\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "ValidationException" in ran.stderr
