"""What tests of CloudWatch Logs share: writing lines, asking queries, roles and other accounts."""

from __future__ import annotations

import gzip
import json
from typing import Any

import boto3

from course import lab


def client(service: str) -> Any:
    """A client that needs no lab to know its Region."""
    return boto3.client(service, region_name="us-east-1")


def now(minutes: float = 0) -> int:
    """A moment some minutes ago, in milliseconds."""
    return int(lab.clock.now().timestamp() * 1000 - minutes * 60_000)


def group(name: str = "shop", stream: str = "one", **more: Any) -> Any:
    """A client, and a log group with a stream."""
    logs = client("logs")
    logs.create_log_group(logGroupName=name, **more)
    logs.create_log_stream(logGroupName=name, logStreamName=stream)
    return logs


def write(*messages: str, minutes: float = 0, name: str = "shop", stream: str = "one") -> dict[str, Any]:
    """Put lines, all of one moment."""
    events: Any = [{"timestamp": now(minutes), "message": one} for one in messages]
    return client("logs").put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)


def ask(query: str, name: str = "shop", hours: float = 24) -> dict[str, Any]:
    """Send a query and wait for its end; the whole answer, with rows as dictionaries."""
    logs, end = client("logs"), now() // 1000
    started = logs.start_query(
        logGroupName=name, startTime=int(end - hours * 3600), endTime=end + 60, queryString=query
    )
    answer: Any = {"status": "Running"}
    while answer["status"] in ("Scheduled", "Running"):
        answer = logs.get_query_results(queryId=started["queryId"])
    answer["rows"] = [
        {one["field"]: one["value"] for one in row if one["field"] != "@ptr"} for row in answer["results"]
    ]
    return answer


def role(name: str, action: str, iam: Any = None, service: str = "logs.amazonaws.com") -> str:
    """A role that a service may assume, with one permission."""
    iam = iam or client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document(trust)))["Role"]["Arn"]
    may = {"Effect": "Allow", "Action": action, "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="put", PolicyDocument=json.dumps(document(may)))
    return str(made)


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def stream_of(name: str, there: Any = None) -> str:
    """A Kinesis stream with one shard; its ARN."""
    kinesis = there or client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    return str(kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamARN"])


def arrived(arn: str, there: Any = None) -> list[dict[str, Any]]:
    """What lies in a stream, unpacked."""
    kinesis = there or client("kinesis")
    shard = kinesis.list_shards(StreamARN=arn)["Shards"][0]["ShardId"]
    start = kinesis.get_shard_iterator(StreamARN=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
    return [json.loads(gzip.decompress(record["Data"])) for record in records]


def other_account() -> tuple[str, boto3.Session]:
    """Another account of the organization, and an administrator's session in it."""
    organizations, sts = client("organizations"), client("sts")
    organizations.create_organization(FeatureSet="ALL")
    opened = organizations.create_account(AccountName="central", Email="logs@example.com")
    number = opened["CreateAccountStatus"]["AccountId"]
    door = f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole"
    lent = sts.assume_role(RoleArn=door, RoleSessionName="central")["Credentials"]
    return number, boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"])
