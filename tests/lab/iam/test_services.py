"""Services as callers: deliveries, and roles that services run with."""

from __future__ import annotations

import boto3
import pytest

from course.lab.iam.seam import enforce_iam
from course.lab.iam.services import credentials_for, role_may, service_may, service_may_assume

from .conftest import client_with, document, new_role, trusting

pytestmark = pytest.mark.usefixtures("account")
_QUEUE = "arn:aws:sqs:us-east-1:123456789012:inbox"
_TOPIC = "arn:aws:sns:us-east-1:123456789012:news"


def test_a_topic_needs_the_queues_permission() -> None:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    assert not service_may("sns.amazonaws.com", "sqs:SendMessage", _QUEUE, source_arn=_TOPIC).allowed
    statement = {
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Condition": {"ArnEquals": {"aws:SourceArn": _TOPIC}},
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document(statement)})
    assert service_may("sns.amazonaws.com", "sqs:SendMessage", _QUEUE, source_arn=_TOPIC).allowed
    assert not service_may("sns.amazonaws.com", "sqs:SendMessage", _QUEUE, source_arn=_TOPIC + "-other").allowed
    assert not service_may("s3.amazonaws.com", "sqs:SendMessage", _QUEUE, source_arn=_TOPIC).allowed


def test_a_role_says_which_service_may_run_with_it() -> None:
    arn = new_role("app", trusting({"Service": "lambda.amazonaws.com"}))
    assert service_may_assume("lambda.amazonaws.com", arn).allowed
    assert not service_may_assume("ec2.amazonaws.com", arn).allowed


def test_a_role_does_what_its_policies_allow() -> None:
    arn = new_role("app", trusting({"Service": "lambda.amazonaws.com"}), {"Action": "sqs:SendMessage"})
    assert role_may(arn, "sqs:SendMessage", _QUEUE).allowed
    assert not role_may(arn, "sqs:ReceiveMessage", _QUEUE).allowed
    with pytest.raises(LookupError, match="no role"):
        role_may(arn + "-gone", "sqs:SendMessage", _QUEUE)


def test_a_functions_credentials_are_a_session_of_its_role() -> None:
    arn = new_role("app", trusting({"Service": "lambda.amazonaws.com"}), {"Action": "sqs:ListQueues"})
    handler = client_with(credentials_for(arn, "resize-photos"))
    with enforce_iam():
        handler("sqs").list_queues()
        with pytest.raises(handler("sns").exceptions.AuthorizationErrorException):
            handler("sns").list_topics()
        assert handler("sts").get_caller_identity()["Arn"].endswith("assumed-role/app/resize-photos")
