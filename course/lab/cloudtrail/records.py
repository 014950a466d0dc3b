"""The record of a call: the JSON that the event history shows and that trails deliver.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from botocore.model import Shape
from botocore.parsers import create_parser

from course.lab.cloudtrail.kinds import RESOURCES, is_read
from course.lab.cloudtrail.seen import Seen
from course.lab.iam.call_context import SOURCE_IP

_HIDDEN: Final = "HIDDEN_DUE_TO_SECURITY_REASONS"
# What is not marked as sensitive in botocore's models, and is left out of records all the same.
_LEFT_OUT: Final = ("zipFile", "templateBody", "plaintext", "ciphertextBlob", "secretString", "secretBinary")
_MESSAGE: Final = re.compile(rb'<Message>([^<]*)</Message>|"[mM]essage"\s*:\s*"((?:[^"\\]|\\.)*)"')
# S3 calls its own parameters by other names than botocore does.
_S3_NAMES: Final = {"bucket": "bucketName"}
_EVENT_NAMES: Final = {"ListObjectsV2": "ListObjects", "PutPublicAccessBlock": "PutBucketPublicAccessBlock"}


def record_of(seen: Seen) -> dict[str, Any]:
    """The record; the same one whenever it is asked for."""
    if seen.record is None:
        seen.record = _written(seen)
    return seen.record


def _written(seen: Seen) -> dict[str, Any]:
    operation = seen.model.name
    read = is_read(operation)
    record: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": dict(seen.identity),
        "eventTime": f"{seen.at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{seen.model.service_model.signing_name}.amazonaws.com",
        "eventName": _EVENT_NAMES.get(operation, operation),
        "awsRegion": seen.region,
        "sourceIPAddress": SOURCE_IP,
        "userAgent": seen.agent,
    }
    if seen.response.status_code >= 400:
        record |= _error(seen)
    record |= {
        "requestParameters": _requested(seen),
        "responseElements": None if read or seen.response.status_code >= 400 else _answered(seen),
        "requestID": seen.response.headers.get("x-amzn-RequestId") or _id(seen, "request"),
        "eventID": _id(seen, "event"),
        "readOnly": read,
        "eventType": "AwsApiCall",
        "managementEvent": not seen.is_data,
        "recipientAccountId": seen.account,
        "eventCategory": "Data" if seen.is_data else "Management",
    }
    touched = resources_of(seen)
    if seen.is_data and touched:
        kind, name = touched[0]
        record["resources"] = [{"accountId": seen.account, "type": kind, "ARN": name}]
    return record


def _id(seen: Seen, what: str) -> str:
    """An id that a second look finds again, and that no random numbers of the account are spent on."""
    text = f"{what} {seen.at.isoformat()} {seen.service} {seen.model.name} {seen.number}"
    return str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))


def _error(seen: Seen) -> dict[str, str]:
    found = _MESSAGE.search(seen.response.content)
    message = (found.group(1) or found.group(2) or b"").decode() if found else ""
    # EC2 says whose fault it was; the other services that refuse for want of permission agree on one name.
    code = {"AccessDeniedException": "AccessDenied", "UnauthorizedOperation": "Client.UnauthorizedOperation"}.get(
        seen.error, seen.error
    )
    return {"errorCode": code or str(seen.response.status_code), "errorMessage": message}


def _requested(seen: Seen) -> dict[str, Any] | None:
    told = _shown(seen.params, seen.model.input_shape)
    if seen.service == "s3":
        told = {_S3_NAMES.get(name, name): value for name, value in told.items()}
    return told or None


def _answered(seen: Seen) -> dict[str, Any] | None:
    shape = seen.model.output_shape
    if shape is None or seen.is_data or seen.model.has_streaming_output:
        return None
    answer = {"status_code": seen.response.status_code, "headers": seen.response.headers, "body": seen.response.content}
    parsed = create_parser(seen.model.service_model.resolved_protocol).parse(answer, shape)
    parsed.pop("ResponseMetadata", None)
    return _shown(parsed, shape) or None


def _shown(value: Any, shape: Shape | None) -> Any:
    """A value with its names as CloudTrail writes them, without secrets and files."""
    if shape is not None and shape.metadata.get("sensitive"):
        return _HIDDEN
    if isinstance(value, Mapping):
        members: Mapping[str, Shape] = getattr(shape, "members", {})
        inner = getattr(shape, "value", None) if shape is not None and shape.type_name == "map" else None
        is_map = inner is not None
        told = {
            (str(name) if is_map else _lower(str(name))): _shown(one, inner if is_map else members.get(name))
            for name, one in value.items()
        }
        return {name: one for name, one in told.items() if name not in _LEFT_OUT}
    if isinstance(value, (list, tuple)):
        return [_shown(one, getattr(shape, "member", None)) for one in value]
    if isinstance(value, dt.datetime):
        return f"{value:%b %d, %Y %I:%M:%S %p}"
    return value if isinstance(value, (str, int, float, bool)) or value is None else _HIDDEN


def _lower(name: str) -> str:
    """`UserName` becomes `userName`, `DBInstanceIdentifier` dBInstanceIdentifier, as in real records."""
    return name[:1].lower() + name[1:]


# The parameter that names a resource, by service; what the event history is searched by.
_NAMED: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "s3": (("Bucket", "AWS::S3::Bucket"),),
    "iam": (
        ("UserName", "AWS::IAM::User"), ("RoleName", "AWS::IAM::Role"), ("GroupName", "AWS::IAM::Group"),
        ("PolicyArn", "AWS::IAM::Policy"), ("AccessKeyId", "AWS::IAM::AccessKey"),
    ),
    "sts": (("RoleArn", "AWS::IAM::Role"),),
    "lambda": (("FunctionName", "AWS::Lambda::Function"),),
    "dynamodb": (("TableName", "AWS::DynamoDB::Table"),),
    "sqs": (("QueueName", "AWS::SQS::Queue"), ("QueueUrl", "AWS::SQS::Queue")),
    "sns": (("TopicArn", "AWS::SNS::Topic"), ("Name", "AWS::SNS::Topic")),
    "kms": (("KeyId", "AWS::KMS::Key"),),
    "ec2": (
        ("InstanceIds", "AWS::EC2::Instance"), ("GroupId", "AWS::EC2::SecurityGroup"), ("VpcId", "AWS::EC2::VPC"),
        ("SubnetId", "AWS::EC2::Subnet"), ("VolumeId", "AWS::EC2::Volume"),
    ),
    "rds": (("DBInstanceIdentifier", "AWS::RDS::DBInstance"),),
    "secrets-manager": (("SecretId", "AWS::SecretsManager::Secret"), ("Name", "AWS::SecretsManager::Secret")),
    "cloudtrail": (("Name", "AWS::CloudTrail::Trail"), ("TrailName", "AWS::CloudTrail::Trail")),
    "cloudformation": (("StackName", "AWS::CloudFormation::Stack"),),
}  # fmt: skip


def resources_of(seen: Seen) -> list[tuple[str, str]]:
    """What the call was about: types and names, or ARNs for data events."""
    if seen.is_data:
        kind, parameter = RESOURCES.get(seen.service, ("", ""))
        return [(kind, arn_of_data(seen, str(seen.params.get(parameter, ""))))] if kind else []
    found = []
    for parameter, kind in _NAMED.get(seen.service, ()):
        value = seen.params.get(parameter)
        found += [(kind, str(name)) for name in (value if isinstance(value, list) else [value]) if name]
    return found


def arn_of_data(seen: Seen, name: str) -> str:
    """The ARN of the object, function, table, ... that a data event is about."""
    place = f"{seen.region}:{seen.account}"
    if name.startswith("arn:"):
        return name
    if seen.service == "s3":
        key = seen.params.get("Key")
        return f"arn:aws:s3:::{name}/{key}" if key else f"arn:aws:s3:::{name}/"
    if seen.service == "sqs":
        return f"arn:aws:sqs:{place}:{name.rpartition('/')[2]}"
    prefix = {"lambda": "lambda:{}:function:", "dynamodb": "dynamodb:{}:table/", "kinesis": "kinesis:{}:stream/"}
    return "arn:aws:" + prefix.get(seen.service, seen.service + ":{}:").format(place) + name


def as_line(record: Mapping[str, Any]) -> str:
    """A record as one line of JSON."""
    return json.dumps(record, default=str)
