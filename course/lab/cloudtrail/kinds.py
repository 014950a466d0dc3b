"""What kind of event a call is: logged at all, management or data, read or write, and in which Region.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

# By botocore's name of a service: the calls that touch data. All its other calls manage resources.
_DATA: Final[dict[str, re.Pattern[str]]] = {
    "s3": re.compile(
        r"(Get|Put|Delete|Head|Copy|Restore|Select)Objects?(Acl|Tagging|Torrent|Attributes|Retention|LegalHold|Content)?"
        r"|ListObject(s|sV2|Versions)|(Create|Complete|Abort)MultipartUpload|UploadPart(Copy)?|ListParts"
        r"|ListMultipartUploads"
    ),
    "lambda": re.compile(r"Invoke(Async|WithResponseStream)?"),
    "dynamodb": re.compile(
        r"(Get|Put|Update|Delete)Item|Query|Scan|Batch(Get|Write)Item|Transact(Get|Write)Items"
        r"|(Batch)?Execute(Statement|Transaction)"
    ),
    "dynamodb-streams": re.compile(r"GetRecords|GetShardIterator"),
    "sqs": re.compile(r"(Send|Receive|Delete)Message(Batch)?|ChangeMessageVisibility(Batch)?"),
    "sns": re.compile(r"Publish(Batch)?"),
    "kinesis": re.compile(r"PutRecords?|GetRecords|GetShardIterator|SubscribeToShard"),
    "cloudwatch": re.compile(r"PutMetricData|GetMetric\w+|ListMetrics"),
    "xray": re.compile(r"PutTraceSegments|PutTelemetryRecords|GetTrace\w*|BatchGetTraces"),
    "appconfigdata": re.compile(r"\w+"),
    "eventbridge": re.compile(r"PutEvents"),
    "cloudwatch-logs": re.compile(r"PutLogEvents"),
    "firehose": re.compile(r"PutRecord(Batch)?"),
}

# What trails can collect of it; of the rest CloudTrail keeps nothing.
# By service: the type of the resource, and the parameter that names it.
RESOURCES: Final[dict[str, tuple[str, str]]] = {
    "s3": ("AWS::S3::Object", "Bucket"),
    "lambda": ("AWS::Lambda::Function", "FunctionName"),
    "dynamodb": ("AWS::DynamoDB::Table", "TableName"),
    "dynamodb-streams": ("AWS::DynamoDB::Stream", "StreamArn"),
    "sqs": ("AWS::SQS::Queue", "QueueUrl"),
    "sns": ("AWS::SNS::Topic", "TopicArn"),
    "kinesis": ("AWS::Kinesis::Stream", "StreamName"),
    "cloudwatch": ("AWS::CloudWatch::Metric", "Namespace"),
    "xray": ("AWS::XRay::Trace", ""),
}

_READS: Final = re.compile(
    r"(Get|List|Describe|Head|Lookup|BatchGet|Search|Select|Query|Scan|Receive|Check|Simulate|Test|Estimate|Validate"
    r"|Detect|Decode)"
)
# KMS counts the use of a key as reading; so does STS taking a role.
_READS_TOO: Final = re.compile(r"Encrypt|Decrypt|ReEncrypt|GenerateDataKey\w*|GenerateRandom|Sign|Verify|AssumeRole\w*")

_GLOBAL: Final = ("iam", "cloudfront", "route-53", "organizations")


@cache
def is_data(service: str, operation: str) -> bool:
    """Whether the call touches data in a resource."""
    pattern = _DATA.get(service)
    return pattern is not None and pattern.fullmatch(operation) is not None


def is_logged(service: str, operation: str) -> bool:
    """Whether any trail can have the call."""
    return service in RESOURCES or not is_data(service, operation)


def is_read(operation: str) -> bool:
    """Whether the call changes nothing."""
    return bool(_READS.match(operation) or _READS_TOO.fullmatch(operation))


def region_of(service: str, signed: str) -> str:
    """Where the event is recorded: services without Regions have theirs in us-east-1."""
    return "us-east-1" if service in _GLOBAL else signed or "us-east-1"
