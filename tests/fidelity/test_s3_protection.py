"""Locks, archives, rules and notifications of S3: behaviours of AWS that the lab shows and bare moto does not."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import boto3
import pytest

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_DOCS = "https://docs.aws.amazon.com/AmazonS3/latest"
CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED, _DOCS)


def client(name: str) -> Any:
    return boto3.client(name, region_name="us-east-1")  # type: ignore[call-overload]


def in_days(days: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=days)


def locked(mode: str = "", **more: Any) -> tuple[Any, dict[str, str]]:
    """A bucket with Object Lock, and one version of an object in it."""
    s3 = client("s3")
    s3.create_bucket(Bucket="records", ObjectLockEnabledForBucket=True)
    lock = {"ObjectLockMode": mode, "ObjectLockRetainUntilDate": in_days(30)} if mode else {}
    made = s3.put_object(Bucket="records", Key="a", Body=b"x" * 200_000, **lock, **more)
    return s3, {"Bucket": "records", "Key": "a", "VersionId": made["VersionId"]}


# Object Lock --------------------------------------------------------------------------------------------------------


@behaviour("userguide/object-lock.html")
def compliance_is_never_turned_into_governance(world: World) -> bool:
    s3, version = locked("COMPLIANCE")
    weaker = {"Mode": "GOVERNANCE", "RetainUntilDate": in_days(60)}
    return code_of(s3.put_object_retention, **version, Retention=weaker) == "AccessDenied"


@behaviour("API/API_PutObjectRetention.html")
def compliance_is_never_shortened(world: World) -> bool:
    s3, version = locked("COMPLIANCE")
    shorter = {"Mode": "COMPLIANCE", "RetainUntilDate": in_days(1)}
    return code_of(s3.put_object_retention, **version, Retention=shorter) == "AccessDenied"


@behaviour("userguide/object-lock-managing.html")
def governance_is_shortened_with_the_bypass_only(world: World) -> bool:
    s3, version = locked("GOVERNANCE")
    shorter = {"Mode": "GOVERNANCE", "RetainUntilDate": in_days(1)}
    plain = code_of(s3.put_object_retention, **version, Retention=shorter)
    around = code_of(s3.put_object_retention, **version, Retention=shorter, BypassGovernanceRetention=True)
    return (plain, around) == ("AccessDenied", "")


@behaviour("userguide/object-lock-configure.html")
def versioning_stays_on_under_object_lock(world: World) -> bool:
    s3, _ = locked()
    suspend = {"Status": "Suspended"}
    return code_of(s3.put_bucket_versioning, Bucket="records", VersioningConfiguration=suspend) == "InvalidBucketState"


@behaviour("userguide/object-lock-configure.html#object-lock-configure-existing-bucket")
def a_bucket_in_use_gets_a_default_rule(world: World) -> bool:
    s3, _ = locked()
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 7}}
    s3.put_object_lock_configuration(
        Bucket="records", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    s3.put_object(Bucket="records", Key="b", Body=b"x")
    return bool(s3.head_object(Bucket="records", Key="b")["ObjectLockMode"] == "COMPLIANCE")


@behaviour("userguide/object-lock-managing.html#object-lock-managing-lifecycle")
def the_lifecycle_passes_a_locked_version_by_and_takes_it_later(world: World) -> bool:
    s3, version = locked("COMPLIANCE")
    rules = [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""},
              "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}]  # fmt: skip
    s3.put_bucket_lifecycle_configuration(Bucket="records", LifecycleConfiguration={"Rules": rules})
    s3.put_object(Bucket="records", Key="a", Body=b"new")
    world.advance(5 * 86_400)
    early = code_of(s3.head_object, **version)
    world.advance(30 * 86_400)
    late = code_of(s3.head_object, **version)
    return early == "" and late != ""


# Archives -----------------------------------------------------------------------------------------------------------


@behaviour("userguide/restoring-objects-retrieval-options.html")
def a_restore_takes_its_hours(world: World) -> bool:
    s3, version = locked(StorageClass="GLACIER")
    s3.restore_object(**version, RestoreRequest={"Days": 1, "GlacierJobParameters": {"Tier": "Standard"}})
    early = code_of(s3.get_object, **version)
    world.advance(5 * 3600 + 1)
    return (early, code_of(s3.get_object, **version)) == ("InvalidObjectState", "")


@behaviour("userguide/restoring-objects.html")
def a_restored_copy_goes_when_its_days_are_over(world: World) -> bool:
    s3, version = locked(StorageClass="GLACIER")
    s3.restore_object(**version, RestoreRequest={"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}})
    world.advance(3600)
    there = code_of(s3.get_object, **version)
    world.advance(3 * 86_400)
    return (there, code_of(s3.get_object, **version)) == ("", "InvalidObjectState")


@behaviour("API/API_RestoreObject.html")
def deep_archive_knows_no_expedited_restore(world: World) -> bool:
    s3, version = locked(StorageClass="DEEP_ARCHIVE")
    quick = {"Days": 1, "GlacierJobParameters": {"Tier": "Expedited"}}
    return code_of(s3.restore_object, **version, RestoreRequest=quick) == "InvalidArgument"


@behaviour("https://docs.aws.amazon.com/amazonglacier/latest/dev/vault-lock.html")
def a_locked_vault_keeps_its_policy_and_its_archives(world: World) -> bool:
    glacier = client("glacier")
    glacier.create_vault(accountId="-", vaultName="tapes")
    keep = {"Effect": "Deny", "Principal": "*", "Action": "glacier:DeleteArchive", "Resource": "*",
            "Condition": {"NumericLessThan": {"glacier:ArchiveAgeInDays": "365"}}}  # fmt: skip
    policy = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [keep]})}
    archive = glacier.upload_archive(accountId="-", vaultName="tapes", body=b"x")["archiveId"]
    lock = glacier.initiate_vault_lock(accountId="-", vaultName="tapes", policy=policy)["lockId"]
    glacier.complete_vault_lock(accountId="-", vaultName="tapes", lockId=lock)
    codes = [
        code_of(glacier.delete_archive, accountId="-", vaultName="tapes", archiveId=archive),
        code_of(glacier.abort_vault_lock, accountId="-", vaultName="tapes"),
    ]
    world.advance(366 * 86_400)
    codes.append(code_of(glacier.delete_archive, accountId="-", vaultName="tapes", archiveId=archive))
    return codes == ["AccessDeniedException", "AccessDeniedException", ""]


# Rules of a bucket --------------------------------------------------------------------------------------------------


def lifecycle(**rule: Any) -> str:
    s3 = client("s3")
    s3.create_bucket(Bucket="pictures")
    rules = [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, **rule}]
    return code_of(s3.put_bucket_lifecycle_configuration, Bucket="pictures", LifecycleConfiguration={"Rules": rules})


@behaviour("userguide/lifecycle-transition-general-considerations.html")
def infrequent_access_waits_30_days(world: World) -> bool:
    return lifecycle(Transitions=[{"Days": 10, "StorageClass": "STANDARD_IA"}]) == "InvalidArgument"


@behaviour("userguide/lifecycle-transition-general-considerations.html#lifecycle-general-considerations-transition-sc")
def no_rule_leads_back_up(world: World) -> bool:
    moves = [{"Days": 30, "StorageClass": "GLACIER"}, {"Days": 90, "StorageClass": "STANDARD_IA"}]
    return lifecycle(Transitions=moves) == "InvalidArgument"


@behaviour("userguide/blocking-unblocking-s3-c-encryption-gpb.html")
def a_new_bucket_blocks_customer_keys(world: World) -> bool:
    s3 = client("s3")
    s3.create_bucket(Bucket="pictures")
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    before = code_of(s3.put_object, Bucket="pictures", Key="a", Body=b"x", **key)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
            "BlockedEncryptionTypes": {"EncryptionType": ["NONE"]}}  # fmt: skip
    s3.put_bucket_encryption(Bucket="pictures", ServerSideEncryptionConfiguration={"Rules": [rule]})
    return (before, code_of(s3.put_object, Bucket="pictures", Key="a", Body=b"x", **key)) == ("AccessDenied", "")


@behaviour("userguide/UsingKMSEncryption.html")
def a_key_of_kms_must_exist(world: World) -> bool:
    s3 = client("s3")
    s3.create_bucket(Bucket="pictures")
    named = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "11111111-2222-3333-4444-555555555555"}
    return code_of(s3.put_object, Bucket="pictures", Key="a", Body=b"x", **named) == "KMS.NotFoundException"


# Notifications ------------------------------------------------------------------------------------------------------


def queue(bucket: str = "") -> str:
    """A queue's ARN; its policy lets S3 send for this bucket."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="news")["QueueUrl"]
    arn = str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])
    send = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage",
            "Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}}}  # fmt: skip
    if bucket:
        policy = json.dumps({"Version": "2012-10-17", "Statement": [send]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return arn


def notify(*rules: dict[str, Any]) -> str:
    s3 = client("s3")
    s3.create_bucket(Bucket="pictures")
    wanted = {"QueueConfigurations": list(rules)}
    return code_of(s3.put_bucket_notification_configuration, Bucket="pictures", NotificationConfiguration=wanted)


@behaviour("userguide/grant-destinations-permissions-to-s3.html")
def a_queue_must_let_s3_send(world: World) -> bool:
    return notify({"QueueArn": queue(), "Events": ["s3:ObjectCreated:*"]}) == "InvalidArgument"


@behaviour("userguide/grant-destinations-permissions-to-s3.html")
def a_topic_and_a_function_must_let_s3_in(world: World) -> bool:
    s3, topic = client("s3"), client("sns").create_topic(Name="news")["TopicArn"]
    s3.create_bucket(Bucket="pictures")
    missing = "arn:aws:lambda:us-east-1:123456789012:function:missing"
    for wanted in (
        {"TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]},
        {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": missing, "Events": ["s3:ObjectCreated:*"]}]},
    ):
        refused = code_of(s3.put_bucket_notification_configuration, Bucket="pictures", NotificationConfiguration=wanted)
        if refused != "InvalidArgument":
            return False
    return True


@behaviour("userguide/notification-content-structure.html")
def a_key_in_a_record_keeps_its_slashes(world: World) -> bool:
    notify({"QueueArn": queue("pictures"), "Events": ["s3:ObjectCreated:*"]})
    client("s3").put_object(Bucket="pictures", Key="a/b c.txt", Body=b"x")
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName="news")["QueueUrl"]
    told = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    return any('"key": "a/b+c.txt"' in one["Body"] for one in told)


@behaviour("userguide/notification-how-to-filtering.html")
def rules_for_the_same_objects_are_refused(world: World) -> bool:
    arn = queue("pictures")
    filters = [{"Key": {"FilterRules": [{"Name": "prefix", "Value": name}]}} for name in ("img/", "img/new/")]
    return notify(*({"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": one} for one in filters)) != ""


@behaviour("userguide/notification-content-structure.html")
def a_record_tells_the_version_and_its_place_in_the_order(world: World) -> bool:
    arn = queue("pictures")
    notify({"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]})
    s3, sqs = client("s3"), client("sqs")
    s3.put_bucket_versioning(Bucket="pictures", VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        s3.put_object(Bucket="pictures", Key="a", Body=b"x")
    url = sqs.get_queue_url(QueueName="news")["QueueUrl"]
    bodies = [json.loads(one["Body"]) for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]
    told = [record["s3"]["object"] for body in bodies for record in body.get("Records", [])]
    return told[0]["versionId"] != told[1]["versionId"] and told[0]["sequencer"] < told[1]["sequencer"]


@behaviour("userguide/notification-how-to-event-types-and-destinations.html")
def a_delete_marker_is_told(world: World) -> bool:
    arn = queue("pictures")
    notify({"QueueArn": arn, "Events": ["s3:ObjectRemoved:*"]})
    s3, sqs = client("s3"), client("sqs")
    s3.put_bucket_versioning(Bucket="pictures", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="pictures", Key="a", Body=b"x")
    s3.delete_object(Bucket="pictures", Key="a")
    url = sqs.get_queue_url(QueueName="news")["QueueUrl"]
    bodies = [one["Body"] for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]
    return any("ObjectRemoved:DeleteMarkerCreated" in body for body in bodies)


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
