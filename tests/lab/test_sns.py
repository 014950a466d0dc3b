"""SNS in the lab: queue policies, filters, dead letters, confirmation, web hooks on the clock."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.sns_filter import ATTRIBUTES, BODY, InvalidFilter, checked_filter, passes
from course.lab.sns_retries import pauses


@pytest.fixture
def sns():
    lab.start()
    lab.reset()
    yield boto3.client("sns")
    lab.stop()


def queue(name, topic="*", **attributes):
    sqs = boto3.client("sqs")
    arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnLike": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    return sqs.create_queue(QueueName=name, Attributes={"Policy": policy, **attributes})["QueueUrl"], arn


def bodies(url):
    return [
        one["Body"]
        for one in boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    ]


def test_a_policy_for_another_topic_lets_nothing_in_and_settle_says_why(sns):
    url, arn = queue("orders", topic="arn:aws:sns:us-east-1:123456789012:other")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="hi")
    assert bodies(url) == []
    (told,) = lab.settle()
    assert (told.source, told.target) == ("topic news", "queue orders")
    assert "its policy does not let sns.amazonaws.com send" in told.outcome and "no dead-letter queue" in told.outcome


def test_a_customer_key_whose_policy_lets_sns_in_encrypts_a_subscribed_queue(sns):
    kms = boto3.client("kms")
    owner = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    service = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
        "Resource": "*",
    }
    topic = sns.create_topic(Name="news")["TopicArn"]
    for name, statements in (("closed", [owner]), ("open", [owner, service])):
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        key = kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
        url, arn = queue(name, KmsMasterKeyId=key)
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        sns.publish(TopicArn=topic, Message="hi")
        assert len(bodies(url)) == (name == "open")


def test_a_dead_letter_queue_needs_a_policy_as_well(sns):
    topic = sns.create_topic(Name="news")["TopicArn"]
    dead = boto3.client("sqs").create_queue(QueueName="dead")["QueueUrl"]
    redrive = json.dumps({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"})
    gone = "arn:aws:sqs:us-east-1:123456789012:gone"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=gone, Attributes={"RedrivePolicy": redrive})
    sns.publish(TopicArn=topic, Message="hi")
    assert bodies(dead) == []
    assert "lost, dead-letter queue dead: its policy" in lab.settle()[0].outcome


def test_a_mail_address_gets_messages_after_it_was_confirmed(sns):
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ana@lumen.example")
    sns.publish(TopicArn=topic, Message="early")
    token = lab.settle()[0].outcome.rpartition("=")[2]
    arn = sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"]
    sns.publish(TopicArn=topic, Message="late")
    assert [one.outcome for one in lab.settle()] == ["mailed: late"]
    assert sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["PendingConfirmation"] == "false"


def test_a_web_hook_is_tried_by_its_policy_and_then_given_up(sns):
    url, dead = queue("dead")
    topic = sns.create_topic(Name="news")["TopicArn"]
    settings = {
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead}),
        "DeliveryPolicy": json.dumps(
            {"healthyRetryPolicy": {"numRetries": 2, "minDelayTarget": 5, "maxDelayTarget": 5}}
        ),
    }
    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint="https://lumen.example/hook", Attributes=settings)
    sns.confirm_subscription(TopicArn=topic, Token=lab.settle()[0].outcome.rpartition("=")[2])
    sns.publish(TopicArn=topic, Message="hi")
    lab.clock.advance(seconds=9)
    assert bodies(url) == []
    lab.clock.advance(seconds=2)
    assert len(bodies(url)) == 1


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, [20, 20, 20]),
        ({"numRetries": 0}, []),
        ({"numRetries": 4, "numNoDelayRetries": 1, "numMaxDelayRetries": 1, "minDelayTarget": 1, "maxDelayTarget": 9},
         [0, 1, 9, 9]),
        ({"numRetries": 3, "minDelayTarget": 10, "maxDelayTarget": 30}, [10, 20, 30]),
        ({"numRetries": 3, "minDelayTarget": 10, "maxDelayTarget": 40, "backoffFunction": "exponential"}, [10, 20, 40]),
    ],
)  # fmt: skip
def test_a_delivery_policy_gives_the_pauses_between_attempts(policy, expected):
    assert pauses(policy) == expected


@pytest.mark.parametrize(
    ("text", "scope", "why"),
    [
        ('{"a": [', ATTRIBUTES, "Unexpected character"),
        ('{"a": {"b": ["x"]}}', ATTRIBUTES, "does not support nested"),
        ('{"a": "x"}', BODY, "must be an object or an array"),
        ('{"a": [{"numeric": [">", 2000000000]}]}', BODY, "between -1.0E9 and 1.0E9"),
        ('{"a": [{"like": "x"}]}', BODY, "Unrecognized match type like"),
        (json.dumps({"a": {"b": {"c": list("1234")}}, "d": {"e": list("12345678")}}), BODY, "too complex"),
    ],
)
def test_a_bad_filter_policy_is_refused_with_a_reason(text, scope, why):
    with pytest.raises(InvalidFilter, match=why):
        checked_filter(text, scope)


def test_aws_example_of_nested_combinations_is_allowed():
    policy = {"a": {"b": {"c": list("1234")}}, "d": {"e": list("123")}}  # 4 x 3 levels x 3 x 2 levels = 72
    assert checked_filter(json.dumps(policy), BODY) == policy


def test_attributes_compare_by_their_type():
    attributes = {
        "price": {"Type": "Number", "Value": "250"},
        "tags": {"Type": "String.Array", "Value": '["gift", "poster"]'},
        "photo": {"Type": "Binary", "Value": "eA=="},
    }

    def through(policy):
        return passes(policy, ATTRIBUTES, "", attributes)

    assert through({"price": [{"numeric": [">=", 100, "<", 300]}], "tags": ["gift"]})
    assert through({"price": [250]}) and not through({"price": ["250"]})
    assert through({"photo": [{"exists": False}]}), "SNS does not look at binary attributes"
    assert through({"$or": [{"price": [1]}, {"tags": [{"prefix": "pos"}]}]})


def test_a_body_that_is_no_json_object_does_not_pass():
    policy = {"kind": ["order"]}
    assert passes(policy, BODY, '{"kind": "order"}', None)
    assert not passes(policy, BODY, "order", None) and not passes(policy, BODY, '["order"]', None)


def test_a_changed_filter_that_is_refused_changes_nothing(sns):
    url, arn = queue("orders")
    topic = sns.create_topic(Name="news")["TopicArn"]
    one = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"FilterPolicy": '{"k": ["v"]}'})
    with pytest.raises(ClientError, match="Empty arrays"):
        sns.set_subscription_attributes(
            SubscriptionArn=one["SubscriptionArn"], AttributeName="FilterPolicy", AttributeValue='{"k": []}'
        )
    sns.publish(TopicArn=topic, Message="no attribute")
    assert bodies(url) == []
