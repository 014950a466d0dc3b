"""SQS and SNS.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SQS.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SNS.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.cloudformation.kinds.kind import Kind, Making, as_json
from course.lab.cloudformation.values import as_text

_NOT_ATTRIBUTES: Final = ("QueueName", "Tags", "TopicName", "Subscription", "DeliveryStatusLogging")
_DOCUMENTS: Final = ("RedrivePolicy", "RedriveAllowPolicy", "ArchivePolicy", "DataProtectionPolicy")


def _attributes(properties: dict[str, Any]) -> dict[str, str]:
    return {
        name: as_json(value) if name in _DOCUMENTS else as_text(value)
        for name, value in properties.items()
        if name not in _NOT_ATTRIBUTES
    }


class Queue(Kind):
    """AWS::SQS::Queue. Ref gives the URL."""

    def create(self, making: Making) -> str:
        fifo = making.properties.get("FifoQueue") in (True, "true")
        name = making.properties.get("QueueName") or making.name(75 if fifo else 80) + (".fifo" if fifo else "")
        made = making.client("sqs").create_queue(
            QueueName=name, Attributes=_attributes(making.properties), tags=making.tags
        )
        return str(made["QueueUrl"])

    def update(self, making: Making) -> None:
        gone = {name: "" for name in making.before if name not in making.properties and name in _DOCUMENTS}
        given = _attributes(making.properties)
        given.pop("FifoQueue", None)
        if given or gone:
            making.client("sqs").set_queue_attributes(QueueUrl=making.physical_id, Attributes=given | gone)

    def delete(self, making: Making) -> None:
        making.client("sqs").delete_queue(QueueUrl=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        name = making.physical_id.rsplit("/", 1)[1]
        arn = f"arn:aws:sqs:{making.region}:{making.account}:{name}"
        return {"Arn": arn, "QueueName": name, "QueueUrl": making.physical_id}

    def actual(self, making: Making) -> dict[str, Any] | None:
        sqs = making.client("sqs")
        try:
            found = sqs.get_queue_attributes(QueueUrl=making.physical_id, AttributeNames=["All"])["Attributes"]
        except sqs.exceptions.ClientError as error:
            if "QueueDoesNotExist" in type(error).__name__ or "NonExistentQueue" in error.response["Error"]["Code"]:
                return None
            raise
        return {name: json.loads(value) if name in _DOCUMENTS else value for name, value in found.items()}


class QueuePolicy(Kind):
    """AWS::SQS::QueuePolicy."""

    def create(self, making: Making) -> str:
        self._put(making, making.properties["Queues"], as_json(making.properties["PolicyDocument"]))
        return making.name()

    def update(self, making: Making) -> None:
        self._put(making, [one for one in making.before["Queues"] if one not in making.properties["Queues"]], "")
        self._put(making, making.properties["Queues"], as_json(making.properties["PolicyDocument"]))

    def delete(self, making: Making) -> None:
        self._put(making, making.properties["Queues"], "")

    def _put(self, making: Making, queues: list[str], policy: str) -> None:
        for queue in queues:
            making.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})


class Topic(Kind):
    """AWS::SNS::Topic. Ref gives the ARN."""

    def create(self, making: Making) -> str:
        fifo = making.properties.get("FifoTopic") in (True, "true")
        name = making.properties.get("TopicName") or making.name(200) + (".fifo" if fifo else "")
        sns = making.client("sns")
        arn = str(
            sns.create_topic(Name=name, Attributes=_attributes(making.properties), Tags=making.tag_list)["TopicArn"]
        )
        for one in making.properties.get("Subscription", []):
            sns.subscribe(TopicArn=arn, Protocol=one["Protocol"], Endpoint=one["Endpoint"])
        return arn

    def update(self, making: Making) -> None:
        sns = making.client("sns")
        for name, value in _attributes(making.properties).items():
            if name != "FifoTopic" and making.before.get(name) != making.properties[name]:
                sns.set_topic_attributes(TopicArn=making.physical_id, AttributeName=name, AttributeValue=value)
        for one in making.properties.get("Subscription", []):
            sns.subscribe(TopicArn=making.physical_id, Protocol=one["Protocol"], Endpoint=one["Endpoint"])

    def delete(self, making: Making) -> None:
        sns = making.client("sns")
        for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=making.physical_id):
            for one in page["Subscriptions"]:
                if one["SubscriptionArn"].startswith("arn:"):
                    sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
        sns.delete_topic(TopicArn=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        return {"TopicArn": making.physical_id, "TopicName": making.physical_id.rsplit(":", 1)[1]}

    def actual(self, making: Making) -> dict[str, Any] | None:
        sns = making.client("sns")
        try:
            found: dict[str, Any] = sns.get_topic_attributes(TopicArn=making.physical_id)["Attributes"]
        except sns.exceptions.NotFoundException:
            return None
        return found


class TopicPolicy(Kind):
    """AWS::SNS::TopicPolicy."""

    def create(self, making: Making) -> str:
        self.update(making)
        return making.name()

    def update(self, making: Making) -> None:
        policy = as_json(making.properties["PolicyDocument"])
        for topic in making.properties["Topics"]:
            making.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)


class Subscription(Kind):
    """AWS::SNS::Subscription."""

    def create(self, making: Making) -> str:
        given = making.properties
        made = making.client("sns").subscribe(
            TopicArn=given["TopicArn"],
            Protocol=given["Protocol"],
            Endpoint=given["Endpoint"],
            Attributes=self._settings(given),
            ReturnSubscriptionArn=True,
        )
        return str(made["SubscriptionArn"])

    def _settings(self, given: dict[str, Any]) -> dict[str, str]:
        documents = ("FilterPolicy", "RedrivePolicy", "DeliveryPolicy")
        found = {name: as_json(given[name]) for name in documents if name in given}
        return found | {
            name: as_text(given[name]) for name in ("RawMessageDelivery", "FilterPolicyScope") if name in given
        }

    def update(self, making: Making) -> None:
        for name, value in self._settings(making.properties).items():
            making.client("sns").set_subscription_attributes(
                SubscriptionArn=making.physical_id, AttributeName=name, AttributeValue=value
            )

    def delete(self, making: Making) -> None:
        making.client("sns").unsubscribe(SubscriptionArn=making.physical_id)


KINDS: Final = {
    "AWS::SQS::Queue": Queue(),
    "AWS::SQS::QueuePolicy": QueuePolicy(),
    "AWS::SNS::Topic": Topic(),
    "AWS::SNS::TopicPolicy": TopicPolicy(),
    "AWS::SNS::Subscription": Subscription(),
}
