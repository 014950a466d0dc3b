"""Requests that AWS refuses: those that moto lets pass and the lab does not, and those that moto refuses too.

Each row makes what it needs, and returns the error code of the call in question ("" if it went through).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World

_DOCS = "https://docs.aws.amazon.com"
_SEND_BATCH = "AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html"
CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []


def refused(code: str, page: str, into: list[Behaviour] = CLOSED) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """The decorated function ends with a call that AWS refuses with this code."""

    def register(call: Callable[[], Any]) -> Callable[[], Any]:
        def shows(world: World) -> bool:
            try:
                call()
            except ClientError as error:
                return bool(error.response["Error"]["Code"] == code)
            return False

        shows.__name__ = call.__name__
        into.append(Behaviour(shows, f"{_DOCS}/{page}"))
        return call

    return register


def client(name: str) -> Any:
    return boto3.client(name, region_name="us-east-1")  # type: ignore[call-overload]


def items(count: int) -> list[dict[str, Any]]:
    return [{"PutRequest": {"Item": {"id": {"S": str(number)}}}} for number in range(count)]


def table(name: str = "orders", **more: Any) -> Any:
    dynamodb = client("dynamodb")
    attributes = {"id": "S", **{key["AttributeName"]: "S" for index in more.get("LocalSecondaryIndexes", [])
                                for key in index["KeySchema"]}}  # fmt: skip
    attributes |= {key["AttributeName"]: "S" for index in more.get("GlobalSecondaryIndexes", [])
                   for key in index["KeySchema"]}  # fmt: skip
    dynamodb.create_table(
        TableName=name,
        KeySchema=more.pop("KeySchema", [{"AttributeName": "id", "KeyType": "HASH"}]),
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in attributes.items()],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )
    return dynamodb


def index(name: str, *keys: str) -> dict[str, Any]:
    schema = [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)]
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}


# DynamoDB -----------------------------------------------------------------------------------------------------------


@refused("ValidationException", "amazondynamodb/latest/APIReference/API_BatchWriteItem.html")
def a_batch_writes_25_items() -> None:
    table().batch_write_item(RequestItems={"orders": items(26)})


@refused("ValidationException", "amazondynamodb/latest/APIReference/API_BatchWriteItem.html", KEPT)
def a_batch_writes_25_items_over_all_its_tables() -> None:
    table("a")
    table("b").batch_write_item(RequestItems={"a": items(13), "b": items(13)})


@refused("ValidationException", "amazondynamodb/latest/developerguide/Constraints.html", KEPT)
def a_table_has_five_local_indexes() -> None:
    schema = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}]
    table(KeySchema=schema, LocalSecondaryIndexes=[index(f"local-{n}", "id", f"k{n}") for n in range(6)])


@refused("ValidationException", "amazondynamodb/latest/developerguide/Constraints.html")
def a_table_has_twenty_global_indexes() -> None:
    table(GlobalSecondaryIndexes=[index(f"global-{n}", f"k{n}") for n in range(21)])


# S3 -----------------------------------------------------------------------------------------------------------------


@refused("InvalidBucketName", "AmazonS3/latest/userguide/bucketnamingrules.html")
def a_bucket_name_has_no_capitals() -> None:
    client("s3").create_bucket(Bucket="MyPictures")


@refused("InvalidBucketName", "AmazonS3/latest/userguide/bucketnamingrules.html")
def a_bucket_name_has_no_underscore() -> None:
    client("s3").create_bucket(Bucket="my_pictures")


@refused("InvalidBucketName", "AmazonS3/latest/userguide/bucketnamingrules.html")
def a_bucket_name_is_no_address() -> None:
    client("s3").create_bucket(Bucket="192.168.5.4")


@refused("InvalidBucketName", "AmazonS3/latest/userguide/bucketnamingrules.html")
def a_bucket_name_has_no_two_dots_in_a_row() -> None:
    client("s3").create_bucket(Bucket="my..pictures")


@refused("InvalidBucketName", "AmazonS3/latest/userguide/bucketnamingrules.html")
def a_bucket_name_ends_not_as_an_alias() -> None:
    client("s3").create_bucket(Bucket="pictures-s3alias")


# EC2 and EBS --------------------------------------------------------------------------------------------------------


def instance() -> str:
    zone = {"AvailabilityZone": "us-east-1a"}
    started = client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, Placement=zone)
    return str(started["Instances"][0]["InstanceId"])


def volume(zone: str, **more: Any) -> str:
    return str(client("ec2").create_volume(**({"AvailabilityZone": zone, "Size": 10} | more))["VolumeId"])


@refused("InvalidVolume.ZoneMismatch", "ebs/latest/userguide/ebs-attaching-volume.html")
def a_volume_attaches_in_its_own_zone() -> None:
    client("ec2").attach_volume(VolumeId=volume("us-east-1b"), InstanceId=instance(), Device="/dev/sdf")


@refused("VolumeInUse", "ebs/latest/userguide/ebs-attaching-volume.html")
def a_volume_attaches_once() -> None:
    one = volume("us-east-1a")
    client("ec2").attach_volume(VolumeId=one, InstanceId=instance(), Device="/dev/sdf")
    client("ec2").attach_volume(VolumeId=one, InstanceId=instance(), Device="/dev/sdf")


@refused("InvalidParameterValue", "ebs/latest/userguide/ebs-volume-types.html")
def io1_has_50_iops_for_each_gib() -> None:
    volume("us-east-1a", VolumeType="io1", Iops=501)


@refused("InvalidParameterValue", "ebs/latest/userguide/ebs-volume-types.html")
def gp3_has_500_iops_for_each_gib() -> None:
    volume("us-east-1a", VolumeType="gp3", Iops=5_001)


@refused("InvalidParameterValue", "ebs/latest/userguide/ebs-volume-types.html")
def a_cold_disk_begins_at_125_gib() -> None:
    volume("us-east-1a", VolumeType="sc1")


@refused("InvalidParameterCombination", "ebs/latest/userguide/ebs-volumes-multi.html")
def general_purpose_volumes_attach_to_one_instance() -> None:
    volume("us-east-1a", VolumeType="gp3", MultiAttachEnabled=True)


@refused("IncorrectInstanceState", "AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html")
def a_terminated_instance_starts_no_more() -> None:
    one = instance()
    client("ec2").terminate_instances(InstanceIds=[one])
    client("ec2").start_instances(InstanceIds=[one])


@refused("IncorrectInstanceState", "AWSEC2/latest/UserGuide/ec2-instance-resize.html")
def a_running_instance_keeps_its_type() -> None:
    client("ec2").modify_instance_attribute(InstanceId=instance(), InstanceType={"Value": "t3.large"})


@refused("InvalidParameterValue", "AWSEC2/latest/APIReference/API_RunInstances.html")
def an_instance_type_is_one_of_the_list() -> None:
    client("ec2").run_instances(ImageId="ami-12c6146b", InstanceType="t9.huge", MinCount=1, MaxCount=1)


@refused("InvalidAMIID.Malformed", "AWSEC2/latest/APIReference/errors-overview.html")
def an_image_has_an_id() -> None:
    client("ec2").run_instances(ImageId="amazon-linux", MinCount=1, MaxCount=1)


@refused("DependencyViolation", "vpc/latest/userguide/WorkWithRouteTables.html")
def the_main_route_table_stays() -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    ec2.delete_route_table(RouteTableId=tables[0]["RouteTableId"])


# Auto Scaling, load balancers, containers ---------------------------------------------------------------------------


def group(**more: Any) -> Any:
    scaling = client("autoscaling")
    scaling.create_launch_configuration(LaunchConfigurationName="l", ImageId="ami-12c6146b", InstanceType="t3.micro")
    settings = {"MinSize": 1, "MaxSize": 3, "AvailabilityZones": ["us-east-1a"], "LaunchConfigurationName": "l"}
    scaling.create_auto_scaling_group(**({"AutoScalingGroupName": "web"} | settings | more))
    return scaling


@refused("ValidationError", "autoscaling/ec2/userguide/asg-capacity-limits.html")
def a_group_begins_within_its_sizes() -> None:
    group(DesiredCapacity=4)


@refused("ValidationError", "autoscaling/ec2/APIReference/API_SetDesiredCapacity.html")
def a_group_stays_below_its_largest_size() -> None:
    group().set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=4)


@refused("ValidationError", "autoscaling/ec2/APIReference/API_SetDesiredCapacity.html")
def a_group_stays_above_its_smallest_size() -> None:
    group().set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=0)


def definition(containers: int = 1, **more: Any) -> None:
    one = {"image": "nginx", "memory": 128, "essential": True}
    named = [{"name": f"c{number}", **one} for number in range(containers)]
    client("ecs").register_task_definition(family="web", containerDefinitions=named, **more)


@refused("ClientException", "AmazonECS/latest/developerguide/service-quotas.html")
def a_task_has_ten_containers() -> None:
    definition(11)


@refused("ClientException", "AmazonECS/latest/developerguide/task-cpu-memory-error.html")
def fargate_sells_pairs_of_cpu_and_memory() -> None:
    definition(requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="4096")


# Databases ----------------------------------------------------------------------------------------------------------


def database(**more: Any) -> Any:
    rds = client("rds")
    rds.create_db_instance(**({
        "DBInstanceIdentifier": "shop", "DBInstanceClass": "db.t3.micro", "Engine": "mysql", "AllocatedStorage": 20,
        "MasterUsername": "admin", "MasterUserPassword": "not-a-secret-1"} | more))  # fmt: skip
    return rds


@refused("InvalidParameterValue", "AmazonRDS/latest/APIReference/API_CreateDBInstance.html")
def backups_are_kept_for_35_days() -> None:
    database(BackupRetentionPeriod=36)


@refused("InvalidDBInstanceState", "AmazonRDS/latest/UserGuide/USER_ReadRepl.html")
def a_replica_needs_the_backups_of_its_source() -> None:
    database(BackupRetentionPeriod=0).create_db_instance_read_replica(
        DBInstanceIdentifier="copy", SourceDBInstanceIdentifier="shop"
    )


# Monitoring ---------------------------------------------------------------------------------------------------------


def datum(**more: Any) -> None:
    client("cloudwatch").put_metric_data(Namespace="shop", MetricData=[{"MetricName": "orders", "Value": 1.0} | more])


@refused("ValidationError", "AmazonCloudWatch/latest/APIReference/API_MetricDatum.html")
def a_metric_has_30_dimensions() -> None:
    datum(Dimensions=[{"Name": str(number), "Value": "x"} for number in range(31)])


@refused("InvalidParameterValue", "AmazonCloudWatch/latest/APIReference/API_MetricDatum.html")
def a_metric_is_at_most_two_weeks_old() -> None:
    datum(Timestamp=dt.datetime.now(dt.UTC) - dt.timedelta(days=15))


@refused("InvalidParameterValue", "AmazonCloudWatch/latest/APIReference/API_MetricDatum.html")
def a_metric_is_at_most_two_hours_ahead() -> None:
    datum(Timestamp=dt.datetime.now(dt.UTC) + dt.timedelta(hours=3))


def alarm(**more: Any) -> None:
    client("cloudwatch").put_metric_alarm(**({
        "AlarmName": "a", "Namespace": "shop", "MetricName": "orders", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"} | more))  # fmt: skip


@refused("ValidationError", "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html")
def an_alarm_looks_at_whole_minutes() -> None:
    alarm(Period=45)


@refused("ValidationError", "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html")
def an_alarm_of_minutes_looks_back_one_day() -> None:
    alarm(Period=300, EvaluationPeriods=289)


@refused("InvalidParameterException", "AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html", KEPT)
def log_events_come_in_order() -> None:
    logs = client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    now = int(dt.datetime.now(dt.UTC).timestamp() * 1000)
    late_first = [{"timestamp": now, "message": "b"}, {"timestamp": now - 1000, "message": "a"}]
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=late_first)


# Keys, secrets, parameters ------------------------------------------------------------------------------------------


@refused("DisabledException", "kms/latest/developerguide/key-state.html")
def a_disabled_key_encrypts_nothing() -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key)
    kms.encrypt(KeyId=key, Plaintext=b"x")


@refused("DisabledException", "kms/latest/developerguide/key-state.html")
def a_disabled_key_decrypts_nothing() -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    secret = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    kms.decrypt(CiphertextBlob=secret)


@refused("KMSInvalidStateException", "kms/latest/developerguide/key-state.html")
def a_key_that_waits_for_deletion_encrypts_nothing() -> None:
    kms = client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    kms.encrypt(KeyId=key, Plaintext=b"x")


@refused("ValidationException", "systems-manager/latest/userguide/parameter-store-advanced-parameters.html")
def a_standard_parameter_has_4_kib() -> None:
    client("ssm").put_parameter(Name="/shop/page", Value="x" * 4097, Type="String")


@refused("ValidationException", "systems-manager/latest/userguide/parameter-store-advanced-parameters.html")
def an_advanced_parameter_has_8_kib() -> None:
    client("ssm").put_parameter(Name="/shop/page", Value="x" * 8193, Type="String", Tier="Advanced")


@refused("InvalidRequestException", "secretsmanager/latest/apireference/API_RotateSecret.html")
def rotation_needs_a_function() -> None:
    secrets = client("secretsmanager")
    secrets.create_secret(Name="password", SecretString="old")
    secrets.rotate_secret(SecretId="password")


@refused("ValidationError", "IAM/latest/APIReference/API_CreateUser.html")
def a_user_name_has_no_space() -> None:
    client("iam").create_user(UserName="dana smith")


# Names on the network -----------------------------------------------------------------------------------------------


def record(value: str = "a.example.net", action: str = "CREATE", **record_set: Any) -> dict[str, Any]:
    return {"Action": action, "ResourceRecordSet": {"ResourceRecords": [{"Value": value}]} | record_set}


def zone() -> str:
    made = client("route53").create_hosted_zone(Name="example.com", CallerReference="1")
    return str(made["HostedZone"]["Id"])


def change(*changes: dict[str, Any], within: str = "") -> None:
    batch = {"Changes": list(changes)}
    client("route53").change_resource_record_sets(HostedZoneId=within or zone(), ChangeBatch=batch)


@refused("InvalidChangeBatch", "Route53/latest/DeveloperGuide/ResourceRecordTypes.html")
def the_apex_has_no_cname() -> None:
    change(record(Name="example.com", Type="CNAME", TTL=60))


@refused("InvalidInput", "Route53/latest/APIReference/API_ResourceRecordSet.html")
def a_record_has_a_ttl() -> None:
    change(record(Name="www.example.com", Type="CNAME"))


@refused("InvalidChangeBatch", "Route53/latest/DeveloperGuide/ResourceRecordTypes.html")
def an_address_record_holds_an_address() -> None:
    change(record("300.1.1.1", Name="www.example.com", Type="A", TTL=60))


@refused("InvalidChangeBatch", "Route53/latest/APIReference/API_ChangeResourceRecordSets.html")
def a_record_is_made_once() -> None:
    here = zone()
    change(record("192.0.2.1", Name="www.example.com", Type="A", TTL=60), within=here)
    change(record("192.0.2.2", Name="www.example.com", Type="A", TTL=60), within=here)


@refused("InvalidChangeBatch", "Route53/latest/APIReference/API_ChangeResourceRecordSets.html")
def deleting_names_the_present_values() -> None:
    here = zone()
    change(record("192.0.2.1", Name="www.example.com", Type="A", TTL=60), within=here)
    change(record("192.0.2.9", "DELETE", Name="www.example.com", Type="A", TTL=60), within=here)


def balanced(address: str) -> None:
    vpc = client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = client("elbv2").create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
    group = made["TargetGroups"][0]["TargetGroupArn"]
    client("elbv2").register_targets(TargetGroupArn=group, Targets=[{"Id": address}])


@refused("ValidationError", "elasticloadbalancing/latest/APIReference/API_TargetDescription.html")
def a_target_has_no_public_address() -> None:
    balanced("8.8.8.8")


@refused("ValidationError", "elasticloadbalancing/latest/APIReference/API_TargetDescription.html")
def a_target_outside_the_network_names_its_zone() -> None:
    balanced("172.16.0.9")


# What moto refuses as well ------------------------------------------------------------------------------------------


@refused("ValidationException", "amazondynamodb/latest/APIReference/API_BatchGetItem.html", KEPT)
def a_batch_reads_100_items() -> None:
    keys = [{"id": {"S": str(number)}} for number in range(101)]
    table().batch_get_item(RequestItems={"orders": {"Keys": keys}})


@refused("ValidationException", "amazondynamodb/latest/APIReference/API_BatchWriteItem.html", KEPT)
def a_batch_names_a_key_once() -> None:
    table().batch_write_item(RequestItems={"orders": items(1) * 2})


@refused("ValidationException", "amazondynamodb/latest/developerguide/Constraints.html", KEPT)
def an_item_has_400_kib() -> None:
    table().put_item(TableName="orders", Item={"id": {"S": "a"}, "text": {"S": "x" * 410_000}})


@refused("ValidationException", "amazondynamodb/latest/developerguide/GSI.html", KEPT)
def a_global_index_is_eventually_consistent() -> None:
    table(GlobalSecondaryIndexes=[index("by-state", "state")]).query(
        TableName="orders", IndexName="by-state", ConsistentRead=True, KeyConditionExpression="#s = :s",
        ExpressionAttributeNames={"#s": "state"}, ExpressionAttributeValues={":s": {"S": "paid"}})  # fmt: skip


@refused("ConditionalCheckFailedException", "amazondynamodb/latest/APIReference/API_PutItem.html", KEPT)
def a_condition_that_fails_writes_nothing() -> None:
    dynamodb = table()
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "a"}})
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "a"}}, ConditionExpression="attribute_not_exists(id)")


@refused("TransactionCanceledException", "amazondynamodb/latest/APIReference/API_TransactWriteItems.html", KEPT)
def a_transaction_is_all_or_nothing() -> None:
    key = {"id": {"S": "a"}}
    check = {"TableName": "orders", "Key": key, "ConditionExpression": "attribute_exists(id)"}
    put = {"TableName": "orders", "Item": {"id": {"S": "b"}}}
    table().transact_write_items(TransactItems=[{"Put": put}, {"ConditionCheck": check}])


@refused("EntityTooSmall", "AmazonS3/latest/userguide/qfacts.html", KEPT)
def a_part_has_5_mib() -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="pictures")
    upload = {
        "Bucket": "pictures",
        "Key": "a",
        "UploadId": s3.create_multipart_upload(Bucket="pictures", Key="a")["UploadId"],
    }
    tags = [s3.upload_part(**upload, PartNumber=number, Body=b"x")["ETag"] for number in (1, 2)]
    parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})


@refused("NoSuchKey", "AmazonS3/latest/API/API_GetObject.html", KEPT)
def a_deleted_object_is_gone() -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="pictures", ObjectLockEnabledForBucket=True)
    s3.put_object(Bucket="pictures", Key="a", Body=b"x")
    s3.delete_object(Bucket="pictures", Key="a")
    s3.get_object(Bucket="pictures", Key="a")


@refused("BucketNotEmpty", "AmazonS3/latest/API/API_DeleteBucket.html", KEPT)
def a_bucket_is_emptied_first() -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="pictures")
    s3.put_object(Bucket="pictures", Key="a", Body=b"x")
    s3.delete_bucket(Bucket="pictures")


@refused("InvalidObjectState", "AmazonS3/latest/userguide/restoring-objects.html", KEPT)
def an_archived_object_is_restored_first() -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="pictures")
    s3.put_object(Bucket="pictures", Key="a", Body=b"x", StorageClass="GLACIER")
    s3.get_object(Bucket="pictures", Key="a")


@refused("DryRunOperation", "AWSEC2/latest/APIReference/CommonParameters.html", KEPT)
def a_dry_run_says_what_would_have_happened() -> None:
    client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1, DryRun=True)


@refused("InvalidSubnet.Conflict", "vpc/latest/userguide/subnet-sizing.html", KEPT)
def subnets_do_not_overlap() -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/25")


@refused("InvalidSubnet.Range", "vpc/latest/userguide/subnet-sizing.html", KEPT)
def a_subnet_lies_in_its_network() -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24")


@refused("InvalidParameterCombination", "AmazonRDS/latest/UserGuide/USER_DeleteInstance.html", KEPT)
def a_protected_database_is_not_deleted() -> None:
    database(DeletionProtection=True).delete_db_instance(DBInstanceIdentifier="shop", SkipFinalSnapshot=True)


@refused("ValidationException", "kms/latest/APIReference/API_Encrypt.html", KEPT)
def a_key_encrypts_4_kib() -> None:
    kms = client("kms")
    kms.encrypt(KeyId=kms.create_key()["KeyMetadata"]["KeyId"], Plaintext=b"x" * 4097)


@refused("ResourceExistsException", "secretsmanager/latest/apireference/API_CreateSecret.html", KEPT)
def a_secret_is_made_once() -> None:
    secrets = client("secretsmanager")
    secrets.create_secret(Name="password", SecretString="a")
    secrets.create_secret(Name="password", SecretString="b")


@refused("ParameterAlreadyExists", "systems-manager/latest/APIReference/API_PutParameter.html", KEPT)
def a_parameter_is_overwritten_only_when_asked() -> None:
    ssm = client("ssm")
    for value in ("a", "b"):
        ssm.put_parameter(Name="/shop/page", Value=value, Type="String")


@refused("ResourceInUseException", "kinesis/latest/APIReference/API_CreateStream.html", KEPT)
def a_stream_is_made_once() -> None:
    for _ in range(2):
        client("kinesis").create_stream(StreamName="trucks", ShardCount=1)


@refused("LimitExceeded", "IAM/latest/UserGuide/reference_iam-quotas.html", KEPT)
def a_user_has_two_access_keys() -> None:
    iam = client("iam")
    iam.create_user(UserName="dana")
    for _ in range(3):
        iam.create_access_key(UserName="dana")


@refused("AWS.SimpleQueueService.BatchEntryIdsNotDistinct", _SEND_BATCH, KEPT)
def entries_of_a_batch_have_ids_of_their_own() -> None:
    sqs = client("sqs")
    entry = {"Id": "a", "MessageBody": "x"}
    sqs.send_message_batch(QueueUrl=sqs.create_queue(QueueName="orders")["QueueUrl"], Entries=[entry, entry])


@refused("AWS.SimpleQueueService.TooManyEntriesInBatchRequest", _SEND_BATCH, KEPT)
def a_batch_sends_ten_messages() -> None:
    sqs = client("sqs")
    entries = [{"Id": str(number), "MessageBody": "x"} for number in range(11)]
    sqs.send_message_batch(QueueUrl=sqs.create_queue(QueueName="orders")["QueueUrl"], Entries=entries)


@pytest.mark.parametrize("one", CLOSED + KEPT, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_it_too(one, in_bare_moto):
    assert one.shows(in_bare_moto), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
