"""Event notifications: who may be told, and what the records say."""

import json

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import got, make, permit

QUEUE = "arn:aws:sqs:us-east-1:123456789012:told"


def lets_in(service, action, resource, bucket="pictures"):
    source = {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}}
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Condition": source}]})


def queue(policy=""):
    attributes = {"Policy": policy} if policy else {}
    return boto3.client("sqs").create_queue(QueueName="told", Attributes=attributes)["QueueUrl"]


def records(url, unwrap=lambda body: body):
    answer = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    told = [unwrap(json.loads(one["Body"])) for one in answer.get("Messages", [])]
    return [record for one in told for record in one.get("Records", [])]


def notify(s3, **destinations):
    s3.put_bucket_notification_configuration(Bucket="pictures", NotificationConfiguration=destinations)


def rule(name, arn, *events):
    return [{name: arn, "Events": list(events) or ["s3:ObjectCreated:*"]}]


def test_keys_keep_their_slashes_in_queues_topics_and_functions(s3):
    topic = boto3.client("sns").create_topic(Name="news")["TopicArn"]
    boto3.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy",
        AttributeValue=lets_in("s3.amazonaws.com", "sns:Publish", topic))  # fmt: skip
    url = queue(json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": ["s3.amazonaws.com", "sns.amazonaws.com"]},
         "Action": "sqs:SendMessage", "Resource": QUEUE}]}))  # fmt: skip
    boto3.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=QUEUE, Attributes={"RawMessageDelivery": "true"}
    )
    function = make()
    permit("s3.amazonaws.com", "arn:aws:s3:::pictures")
    notify(s3, QueueConfigurations=rule("QueueArn", QUEUE, "s3:ObjectCreated:Put"),
           TopicConfigurations=rule("TopicArn", topic, "s3:ObjectCreated:Copy"),
           LambdaFunctionConfigurations=rule("LambdaFunctionArn", function, "s3:ObjectRemoved:*"))  # fmt: skip
    s3.put_object(Bucket="pictures", Key="a/b c.txt", Body=b"x")
    s3.copy_object(Bucket="pictures", Key="ü+/b c.txt", CopySource={"Bucket": "pictures", "Key": "a/b c.txt"})
    s3.delete_object(Bucket="pictures", Key="a/b c.txt")
    lab.settle()
    found = {record["eventName"]: record["s3"]["object"]["key"] for record in records(url)}
    found |= {record["eventName"]: record["s3"]["object"]["key"] for event in got() for record in event["Records"]}
    assert found == {
        "ObjectCreated:Put": "a/b+c.txt",
        "ObjectCreated:Copy": "%C3%BC%2B/b+c.txt",
        "ObjectRemoved:Delete": "a/b+c.txt",
    }


def test_a_record_says_who_asked_and_in_which_order(s3):
    url = queue(lets_in("s3.amazonaws.com", "sqs:SendMessage", QUEUE))
    notify(s3, QueueConfigurations=rule("QueueArn", QUEUE, "s3:ObjectCreated:*", "s3:ObjectRemoved:*"))
    s3.put_object(Bucket="pictures", Key="a", Body=b"xyz")
    s3.delete_object(Bucket="pictures", Key="a")
    made, gone = records(url)
    assert made["requestParameters"]["sourceIPAddress"] and made["userIdentity"]["principalId"]
    assert made["s3"]["bucket"]["ownerIdentity"]["principalId"] and made["s3"]["object"]["size"] == 3
    assert made["s3"]["object"]["sequencer"] < gone["s3"]["object"]["sequencer"]
    assert set(gone["s3"]["object"]) == {"key", "sequencer"}


def test_a_destination_that_does_not_let_s3_in_is_refused(s3):
    queue(lets_in("s3.amazonaws.com", "sqs:SendMessage", QUEUE, bucket="other"))
    topic = boto3.client("sns").create_topic(Name="news")["TopicArn"]
    function = make()
    permit("sns.amazonaws.com", topic)
    for destination in (
        {"QueueConfigurations": rule("QueueArn", QUEUE)},
        {"TopicConfigurations": rule("TopicArn", topic)},
        {"TopicConfigurations": rule("TopicArn", topic + "-missing")},
        {"LambdaFunctionConfigurations": rule("LambdaFunctionArn", function)},
        {"LambdaFunctionConfigurations": rule("LambdaFunctionArn", function + "-missing")},
    ):
        with pytest.raises(ClientError, match=r"InvalidArgument.*Unable to validate the following destination"):
            notify(s3, **destination)
    told = s3.get_bucket_notification_configuration(Bucket="pictures")
    assert not {name for name in told if name.endswith("Configurations")}


def test_an_upload_by_a_form_is_a_post_and_any_other_a_put(s3):
    url = queue(lets_in("s3.amazonaws.com", "sqs:SendMessage", QUEUE))
    notify(s3, QueueConfigurations=rule("QueueArn", QUEUE, "s3:ObjectCreated:Post"))
    form = s3.generate_presigned_post("pictures", "cat.txt")
    assert requests.post(form["url"], form["fields"], files={"file": b"cat"}, timeout=5).ok
    s3.put_object(Bucket="pictures", Key="dog.txt", Body=b"dog")
    assert [(one["eventName"], one["s3"]["object"]["key"]) for one in records(url)] == [
        ("ObjectCreated:Post", "cat.txt")
    ]
