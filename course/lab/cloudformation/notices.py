"""A stack's events as messages on its SNS topics.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-stack-notifications.html
"""

from __future__ import annotations

from course.lab.cloudformation.store import Event, Stack


def publish(stack: Stack, event: Event) -> None:
    """Send an event; a topic that is gone changes nothing for the stack."""
    lines = {
        "StackId": stack.stack_id,
        "Timestamp": event.at.isoformat(),
        "EventId": event.event_id,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.kind,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "StackName": stack.name,
    }
    message = "".join(f"{name}='{value}'\n" for name, value in lines.items())
    sns = stack.caller.client("sns")
    for topic in stack.wanted.topics:
        try:
            sns.publish(TopicArn=topic, Subject="AWS CloudFormation Notification", Message=message)
        except sns.exceptions.ClientError:
            continue
