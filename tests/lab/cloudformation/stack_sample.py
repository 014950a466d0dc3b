"""What the tests of stacks share: making one, and looking at what became of it."""

from __future__ import annotations

import json
from typing import Any

import boto3


def template(resources: dict[str, Any], **sections: Any) -> str:
    return json.dumps({**sections, "Resources": resources})


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def make(name: str, resources: dict[str, Any], sections: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Make a stack; what DescribeStacks says of it then."""
    client = boto3.client("cloudformation")
    made = client.create_stack(StackName=name, TemplateBody=template(resources, **(sections or {})), **more)
    return stack(made["StackId"])


def change(name: str, resources: dict[str, Any], sections: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Update a stack; what DescribeStacks says of it then."""
    client = boto3.client("cloudformation")
    client.update_stack(StackName=name, TemplateBody=template(resources, **(sections or {})), **more)
    return stack(name)


def stack(name: str) -> dict[str, Any]:
    return boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]


def history(name: str) -> list[tuple[str, str]]:
    """(logical id, status) of every event, the oldest first."""
    return [(one["LogicalResourceId"], one["ResourceStatus"]) for one in _events(name)]


def reasons(name: str) -> dict[str, str]:
    """Why resources failed."""
    return {
        one["LogicalResourceId"]: one["ResourceStatusReason"]
        for one in _events(name)
        if one["ResourceStatus"].endswith("FAILED")
    }


def _events(name: str) -> list[dict[str, Any]]:
    pages = boto3.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=name)
    return [one for page in pages for one in page["StackEvents"]][::-1]


def physical(name: str, logical: str) -> str:
    found = boto3.client("cloudformation").describe_stack_resource(StackName=name, LogicalResourceId=logical)
    return found["StackResourceDetail"]["PhysicalResourceId"]


def outputs(name: str) -> dict[str, str]:
    return {row["OutputKey"]: row["OutputValue"] for row in stack(name).get("Outputs", [])}


def queues() -> list[str]:
    return boto3.client("sqs").list_queues().get("QueueUrls", [])
