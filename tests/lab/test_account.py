"""The simulated account: what `lab.start()` and `lab.reset()` promise."""

import boto3
import pytest
import requests

from course import lab


@pytest.fixture(autouse=True)
def account():
    lab.start()
    lab.reset()
    yield
    lab.stop()


def test_plain_clients_work_after_start():
    boto3.client("sqs").create_queue(QueueName="orders")
    assert [queue.url.rpartition("/")[2] for queue in boto3.resource("sqs").queues.all()] == ["orders"]


def test_starting_twice_keeps_everything(capsys):
    boto3.client("s3").create_bucket(Bucket="photos-of-lumen")
    lab.start()
    assert "still running" in capsys.readouterr().out
    assert [b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"]] == ["photos-of-lumen"]


def test_reset_empties_the_account():
    boto3.client("sqs").create_queue(QueueName="orders")
    lab.clock.advance(days=3)
    lab.reset()
    assert "QueueUrls" not in boto3.client("sqs").list_queues()
    assert lab.calls().of("CreateQueue") == []


def test_addresses_of_the_account_answer_plain_requests_after_a_reset():
    pool = boto3.client("cognito-idp").create_user_pool(PoolName="readers")["UserPool"]["Id"]
    keys = requests.get(f"https://cognito-idp.us-east-1.amazonaws.com/{pool}/.well-known/jwks.json", timeout=5)
    assert keys.json()["keys"]


def test_reset_before_start_says_what_to_do():
    lab.stop()
    with pytest.raises(RuntimeError, match=r"lab.start\(\)"):
        lab.reset()


def test_the_same_seed_gives_the_same_ids():
    def some_ids():
        lab.reset(seed=3)
        queue = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
        message = boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="x")["MessageId"]
        key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        return message, key

    assert some_ids() == some_ids()


def test_another_region_can_be_chosen():
    lab.stop()
    lab.start(region="eu-west-1")
    assert boto3.client("sqs").meta.region_name == "eu-west-1"


def test_unique_names_never_repeat():
    assert lab.unique_name("orders") != lab.unique_name("orders")


def test_calls_are_recorded_in_order():
    sqs = boto3.client("sqs")
    with lab.watching() as made:
        sqs.list_queues()
        with pytest.raises(sqs.exceptions.QueueDoesNotExist):
            sqs.get_queue_url(QueueName="nothing")
    assert [(call.service, call.operation, call.ok) for call in made] == [
        ("sqs", "ListQueues", True),
        ("sqs", "GetQueueUrl", False),
    ]
    assert len(made.of("ListQueues")) == 1


def test_a_request_is_handled_once():
    """Moto and the lab both listen to botocore's event; only one of them may act."""
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="x")
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessages"] == "1"
