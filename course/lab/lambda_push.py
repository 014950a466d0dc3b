"""Services that push events to a function: S3, SNS, CloudWatch Logs. All of them invoke asynchronously.

S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
SNS: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
Logs: https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html
"""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

from moto.logs.models import logs_backends

from course.lab import agenda, lambda_permission, lambda_versions
from course.lab.lambda_answers import Refused
from course.lab.lambda_destinations import stamp
from course.lab.logs.pattern import read


def push(backend: Any, name: str, qualifier: str | None, event: Any, service: str, source_arn: str, shown: str) -> bool:
    """Queue an event from a service, if the function's resource policy lets that service in."""
    from course.lab.lambda_async import accept

    try:
        target = lambda_versions.find(backend, name, qualifier)
    except Refused as missing:
        _lost(shown, name, missing.message)
        return False
    if not lambda_permission.allows(backend, target, service, source_arn, backend.account_id):
        _lost(shown, target.function.function_name, f"refused, its resource policy does not let {service} invoke it: "
              "see add_permission")  # fmt: skip
        return False
    accept(backend, name, qualifier, event, shown)
    return True


def from_bucket(backend: Any, function: Any, event: dict[str, Any]) -> None:
    """A notification of a bucket; its form is made in s3/event_rules.py."""
    bucket = event["Records"][0]["s3"]["bucket"]
    push(backend, function.function_arn, None, event, "s3.amazonaws.com", bucket["arn"], f"bucket {bucket['name']}")


def from_topic(backend: Any, name: str, qualifier: str | None, message: str, subject: str | None) -> None:
    """A message of a topic."""
    from course.lab.lambda_topics import publishing

    now = publishing()
    topic = now.topic_arn
    event = {
        "Records": [
            {
                "EventVersion": "1.0",
                "EventSubscriptionArn": now.subscription_arn,
                "EventSource": "aws:sns",
                "Sns": {
                    "Type": "Notification",
                    "MessageId": now.message_id,
                    "TopicArn": topic,
                    "Subject": subject,
                    "Message": message,
                    "Timestamp": stamp(),
                    "SignatureVersion": "1",
                    "Signature": "EXAMPLE",
                    "SigningCertUrl": "EXAMPLE",
                    "UnsubscribeUrl": "EXAMPLE",
                    "MessageAttributes": now.attributes,
                },
            }
        ]
    }
    push(backend, name, qualifier, event, "sns.amazonaws.com", topic, f"topic {topic.rpartition(':')[2]}")


def from_log_group(backend: Any, arn: str, filter_name: str, group: str, stream: str, events: Any) -> None:
    """New log events of a group with a subscription filter."""
    logs: Any = logs_backends[backend.account_id][backend.region_name]
    pattern = logs.groups[group].subscription_filters[filter_name].filter_pattern
    events = [event for event in events if read(pattern or "").fits(event["message"])]
    if not events:
        return
    data = {
        "messageType": "DATA_MESSAGE",
        "owner": backend.account_id,
        "logGroup": group,
        "logStream": stream,
        "subscriptionFilters": [filter_name],
        "logEvents": [{**event, "id": str(event["id"])} for event in events],
    }
    packed = base64.b64encode(gzip.compress(json.dumps(data).encode(), mtime=0)).decode()
    source = f"arn:aws:logs:{backend.region_name}:{backend.account_id}:log-group:{group}:*"
    event = {"awslogs": {"data": packed}}
    push(backend, arn, None, event, "logs.amazonaws.com", source, f"log group {group}")


def _lost(source: str, target: str, why: str) -> None:
    agenda.remember(agenda.note(source, target, why))
