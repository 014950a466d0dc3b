"""Trails: files in a bucket every five minutes, lines in a log group, messages, events, and digests that prove them."""

from __future__ import annotations

import gzip
import hashlib
import json

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import load_der_public_key

from course import lab
from course.lab.cloudtrail.digests import string_to_sign
from tests.lab.cloudtrail.audited import ACCOUNT, BUCKET, audit_bucket, content, delivered, files, trail


def code(error) -> str:
    return error.value.response["Error"]["Code"]


def test_a_trail_needs_a_bucket_whose_policy_lets_it_in():
    boto3.client("s3").create_bucket(Bucket="closed")
    with pytest.raises(ClientError) as refused:
        boto3.client("cloudtrail").create_trail(Name="audit", S3BucketName="closed")
    assert code(refused) == "InsufficientS3BucketPolicyException"


def test_a_policy_for_another_trail_does_not_help():
    audit_bucket(trail="other")
    with pytest.raises(ClientError) as refused:
        boto3.client("cloudtrail").create_trail(Name="audit", S3BucketName=BUCKET)
    assert code(refused) == "InsufficientS3BucketPolicyException"


def test_a_new_trail_does_not_log():
    cloudtrail = boto3.client("cloudtrail")
    cloudtrail.create_trail(Name="audit", S3BucketName=audit_bucket())
    boto3.client("sqs").create_queue(QueueName="orders")
    lab.clock.advance(minutes=10)
    assert cloudtrail.get_trail_status(Name="audit")["IsLogging"] is False
    assert files() == []


def test_files_come_every_five_minutes():
    cloudtrail = trail()
    boto3.client("sqs").create_queue(QueueName="orders")
    lab.clock.advance(minutes=4)
    assert files() == []
    lab.clock.advance(minutes=2)
    [key] = files()
    assert key.startswith(
        f"AWSLogs/{ACCOUNT}/CloudTrail/us-east-1/{lab.clock.now():%Y/%m/%d}/{ACCOUNT}_CloudTrail_us-east-1_"
    )
    assert key.endswith(".json.gz")
    assert delivered() == ["StartLogging", "CreateQueue"]
    assert cloudtrail.get_trail_status(Name="audit")["LatestDeliveryTime"] <= lab.clock.now()


def test_nothing_called_means_no_file():
    trail()
    lab.clock.advance(minutes=6)
    before = files()
    boto3.client("s3").list_objects_v2(Bucket=BUCKET)  # a data event, which the trail does not want
    lab.clock.advance(minutes=30)
    assert files() == before


def test_what_was_called_before_the_stop_is_delivered():
    cloudtrail = trail()
    boto3.client("sqs").create_queue(QueueName="before")
    cloudtrail.stop_logging(Name="audit")
    boto3.client("sqs").create_queue(QueueName="after")
    lab.clock.advance(minutes=10)
    assert delivered() == ["StartLogging", "CreateQueue", "StopLogging"]


def test_whoever_stops_the_logging_is_heard():
    cloudtrail = trail()
    events, logs = boto3.client("events"), boto3.client("logs")
    logs.create_log_group(logGroupName="/aws/events/stops")
    events.put_rule(Name="stops", EventPattern=json.dumps({"detail": {"eventName": ["StopLogging"]}}))
    arn = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/events/stops"
    events.put_targets(Rule="stops", Targets=[{"Id": "1", "Arn": arn}])
    cloudtrail.stop_logging(Name="audit")
    lab.settle()
    assert len(logs.filter_log_events(logGroupName="/aws/events/stops")["events"]) == 1


def test_one_region_or_all():
    trail()
    boto3.client("sqs", region_name="eu-west-1").create_queue(QueueName="far")
    lab.clock.advance(minutes=6)
    assert "CreateQueue" not in delivered()
    boto3.client("cloudtrail").update_trail(Name="audit", IsMultiRegionTrail=True)
    boto3.client("sqs", region_name="eu-west-1").create_queue(QueueName="farther")
    lab.clock.advance(minutes=6)
    assert delivered().count("CreateQueue") == 1
    assert any("/eu-west-1/" in key for key in files())


def test_only_writes():
    trail().put_event_selectors(TrailName="audit", EventSelectors=[{"ReadWriteType": "WriteOnly"}])
    boto3.client("sqs").create_queue(QueueName="orders")
    boto3.client("sqs").list_queues()
    lab.clock.advance(minutes=6)
    assert "CreateQueue" in delivered() and "ListQueues" not in delivered()


def test_data_events_of_one_bucket():
    s3 = boto3.client("s3")
    wanted = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::secret/"]}
    trail().put_event_selectors(
        TrailName="audit", EventSelectors=[{"IncludeManagementEvents": False, "DataResources": [wanted]}]
    )
    for bucket in ("secret", "public"):
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="a.txt", Body=b"contents")
    lab.clock.advance(minutes=6)
    [record] = [one for key in files() for one in content(key)["Records"]]
    assert (record["eventName"], record["eventCategory"]) == ("PutObject", "Data")
    assert record["resources"][0]["ARN"] == "arn:aws:s3:::secret/a.txt"
    assert "contents" not in json.dumps(record)


def test_advanced_selectors_choose_by_field():
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::DynamoDB::Table"]},
        {"Field": "readOnly", "Equals": ["false"]},
    ]
    trail().put_event_selectors(TrailName="audit", AdvancedEventSelectors=[{"FieldSelectors": fields}])
    table = boto3.resource("dynamodb").create_table(
        TableName="carts", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST",
    )  # fmt: skip
    table.put_item(Item={"id": "1"})
    table.get_item(Key={"id": "1"})
    lab.clock.advance(minutes=6)
    assert delivered() == ["PutItem"]


@pytest.mark.parametrize(
    "selectors",
    [
        {"EventSelectors": [{"ReadWriteType": "All"}] * 6},
        {"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::b/"] * 251}]}]},
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "readOnly", "Equals": ["true"]}]}]},
    ],
)
def test_selectors_that_aws_refuses(selectors):
    cloudtrail = trail()
    with pytest.raises(ClientError) as refused:
        cloudtrail.put_event_selectors(TrailName="audit", **selectors)
    assert code(refused) == "InvalidEventSelectorsException"


def test_five_trails_in_a_region():
    arn = f"arn:aws:s3:::{BUCKET}"
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    let_in = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*"}
    policy = {"Version": "2012-10-17", "Statement": [{**let_in, "Resource": [arn, f"{arn}/*"]}]}
    boto3.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    cloudtrail = boto3.client("cloudtrail")
    for number in range(5):
        cloudtrail.create_trail(Name=f"trail-{number}", S3BucketName=BUCKET)
    with pytest.raises(ClientError) as refused:
        cloudtrail.create_trail(Name="trail-5", S3BucketName=BUCKET)
    assert code(refused) == "MaximumNumberOfTrailsExceededException"
    with pytest.raises(ClientError) as refused:
        cloudtrail.create_trail(Name="trail-0", S3BucketName=BUCKET)
    assert code(refused) == "TrailAlreadyExistsException"


def test_calls_that_change_something_reach_eventbridge():
    trail()
    events, sqs = boto3.client("events"), boto3.client("sqs")
    url = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:heard"
    let_in = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{**let_in, "Resource": arn}]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    pattern = {"detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventName": ["DeleteBucket", "ListBuckets"]}}
    events.put_rule(Name="deleted", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="deleted", Targets=[{"Id": "1", "Arn": arn}])
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="photos")
    s3.list_buckets()
    s3.delete_bucket(Bucket="photos")
    lab.settle()
    [message] = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    event = json.loads(message["Body"])
    assert (event["source"], event["detail"]["eventName"]) == ("aws.s3", "DeleteBucket")


def test_lines_in_a_log_group_and_a_message_for_each_file():
    logs, sns, sqs = boto3.client("logs"), boto3.client("sns"), boto3.client("sqs")
    logs.create_log_group(logGroupName="audit")
    trust = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "sts:AssumeRole"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = boto3.client("iam").create_role(RoleName="trail", AssumeRolePolicyDocument=text)["Role"]["Arn"]
    topic = sns.create_topic(Name="files")["TopicArn"]
    url = sqs.create_queue(QueueName="files")["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:files")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
        "Resource": "*"}]})})  # fmt: skip
    trail(
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:audit:*", CloudWatchLogsRoleArn=role,
        SnsTopicName="files",
    )  # fmt: skip
    boto3.client("iam").create_group(GroupName="team")
    lab.clock.advance(minutes=6)
    lines = logs.filter_log_events(logGroupName="audit", filterPattern='{ $.eventName = "CreateGroup" }')["events"]
    assert len(lines) == 1 and lines[0]["logStreamName"] == f"{ACCOUNT}_CloudTrail_us-east-1"
    told = json.loads(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])
    assert json.loads(told["Message"]) == {"s3Bucket": BUCKET, "s3ObjectKey": files()}


def test_a_log_group_needs_a_role():
    boto3.client("logs").create_log_group(logGroupName="audit")
    with pytest.raises(ClientError) as refused:
        trail(CloudWatchLogsLogGroupArn=f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:audit:*")
    assert code(refused) == "InvalidCloudWatchLogsRoleArnException"


def test_a_policy_taken_away_stops_the_delivery_and_the_status_says_so():
    cloudtrail = trail()
    boto3.client("s3").delete_bucket_policy(Bucket=BUCKET)
    lab.clock.advance(minutes=6)
    assert files() == []
    assert cloudtrail.get_trail_status(Name="audit")["LatestDeliveryError"] == "AccessDenied"


def _opened(key: str) -> tuple[dict, bytes]:
    found = boto3.client("s3").get_object(Bucket=BUCKET, Key=key)
    text = gzip.decompress(found["Body"].read())
    return {**json.loads(text), "signature": found["Metadata"]["signature"]}, text


def _proves(digest: dict, text: bytes) -> None:
    [key] = boto3.client("cloudtrail").list_public_keys()["PublicKeyList"]
    assert key["Fingerprint"] == digest["digestPublicKeyFingerprint"]
    signed = string_to_sign({name: digest[name] for name in json.loads(text)}, text)
    public = load_der_public_key(key["Value"])
    public.verify(bytes.fromhex(digest["signature"]), signed, PKCS1v15(), hashes.SHA256())


def test_digests_are_signed_name_each_file_and_form_a_chain():
    trail(EnableLogFileValidation=True)
    boto3.client("sqs").create_queue(QueueName="orders")
    lab.clock.advance(hours=2, minutes=5)
    first, second = sorted(files("CloudTrail-Digest"))
    (one, text), (two, more) = _opened(first), _opened(second)
    _proves(one, text)
    _proves(two, more)
    assert [entry["s3Object"] for entry in one["logFiles"]] == files()
    log = gzip.decompress(boto3.client("s3").get_object(Bucket=BUCKET, Key=files()[0])["Body"].read())
    assert one["logFiles"][0]["hashValue"] == hashlib.sha256(log).hexdigest()
    assert one["previousDigestS3Object"] is None and two["previousDigestS3Object"] == first
    assert two["previousDigestSignature"] == one["signature"]


def test_a_changed_digest_proves_nothing():
    trail(EnableLogFileValidation=True)
    lab.clock.advance(hours=1, minutes=1)
    digest, text = _opened(files("CloudTrail-Digest")[0])
    forged = text.replace(b'"logFiles"', b'"noFiles" ')
    with pytest.raises(InvalidSignature):
        _proves(digest | {"noFiles": []}, forged)
