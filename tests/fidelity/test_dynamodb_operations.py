"""DynamoDB's backups, exports, replicas and fine-grained access: what the lab shows and bare moto does not.

When a twin fails, moto has caught up: delete our code. `KEPT` are behaviours of moto that the lab must keep.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
from typing import Any

import boto3
import pytest
from botocore.config import Config

from course import lab
from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide"
_API = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference"
_KEY: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED)
kept = collect(KEPT)


def client(service: str = "dynamodb", region: str = "us-east-1", **more: Any) -> Any:
    return boto3.client(service, region_name=region, config=Config(retries={"total_max_attempts": 1}), **more)


def table(recovery: bool = True, name: str = "orders") -> Any:
    db = client()
    db.create_table(TableName=name, **_KEY)
    if recovery:
        db.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
    return db


def put(item_id: str, text: str, region: str = "us-east-1") -> None:
    client(region=region).put_item(TableName="orders", Item={"id": {"S": item_id}, "text": {"S": text}})


def texts(name: str = "orders", region: str = "us-east-1") -> dict[str, str]:
    found = client(region=region).scan(TableName=name)["Items"]
    return {item["id"]["S"]: item["text"]["S"] for item in found}


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def restore(moment: dt.datetime) -> dict[str, str]:
    client().restore_table_to_point_in_time(SourceTableName="orders", TargetTableName="copy", RestoreDateTime=moment)
    return texts("copy")


@behaviour(f"{_GUIDE}/Point-in-time-recovery.html")
def a_restore_brings_back_the_items_of_that_moment(world: World) -> bool:
    db = table()
    put("a", "old")
    put("b", "deleted later")
    world.advance(60)
    moment = now()
    world.advance(60)
    put("a", "new")
    put("c", "came later")
    db.delete_item(TableName="orders", Key={"id": {"S": "b"}})
    world.advance(600)
    return restore(moment) == {"a": "old", "b": "deleted later"}


@behaviour(f"{_GUIDE}/TTL.html")
def what_expired_can_be_restored(world: World) -> bool:
    db = table()
    db.update_time_to_live(TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    until = str(int(now().timestamp()) + 3600)
    db.put_item(TableName="orders", Item={"id": {"S": "a"}, "text": {"S": "x"}, "until": {"N": until}})
    world.advance(60)
    moment = now()
    world.advance(48 * 3600)
    return texts() == {} and restore(moment) == {"a": "x"}


@behaviour(f"{_API}/API_RestoreTableToPointInTime.html")
def restoring_needs_point_in_time_recovery(world: World) -> bool:
    code = code_of(
        table(recovery=False).restore_table_to_point_in_time,
        SourceTableName="orders",
        TargetTableName="copy",
        UseLatestRestorableTime=True,
    )
    return code == "PointInTimeRecoveryUnavailableException"


@behaviour(f"{_API}/API_PointInTimeRecoveryDescription.html")
def the_last_five_minutes_cannot_be_restored(world: World) -> bool:
    db = table()
    world.advance(1200)
    for seconds, expected in ((60, "InvalidRestoreTimeException"), (360, "")):
        moment = now() - dt.timedelta(seconds=seconds)
        if (
            code_of(
                db.restore_table_to_point_in_time,
                SourceTableName="orders",
                TargetTableName=f"copy-{seconds}",
                RestoreDateTime=moment,
            )
            != expected
        ):
            return False
    return True


@behaviour(f"{_API}/API_PointInTimeRecoverySpecification.html")
def the_window_moves_on_with_its_days(world: World) -> bool:
    db = table(recovery=False)
    chosen = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 2}
    db.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification=chosen)
    world.advance(5 * 86_400)
    described = db.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
    earliest = described["PointInTimeRecoveryDescription"]["EarliestRestorableDateTime"]
    return bool(abs((now() - earliest).total_seconds() - 2 * 86_400) < 60)


@behaviour(f"{_GUIDE}/PointInTimeRecovery_Howitworks.html")
def a_deleted_table_leaves_a_backup_of_the_system(world: World) -> bool:
    db = table()
    put("a", "x")
    db.delete_table(TableName="orders")
    [left] = db.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    db.restore_table_from_backup(TargetTableName="again", BackupArn=left["BackupArn"])
    return texts("again") == {"a": "x"}


@behaviour(f"{_GUIDE}/CreateBackup.html")
def a_restored_table_keeps_its_capacity_mode(world: World) -> bool:
    db = table(recovery=False)
    backup = db.create_backup(TableName="orders", BackupName="before")["BackupDetails"]["BackupArn"]
    db.restore_table_from_backup(TargetTableName="copy", BackupArn=backup)
    mode = db.describe_table(TableName="copy")["Table"].get("BillingModeSummary", {})
    return bool(mode.get("BillingMode") == "PAY_PER_REQUEST")


@kept(f"{_GUIDE}/CreateBackup.html")
def a_restored_table_has_no_expiry_of_its_own(world: World) -> bool:
    db = table(recovery=False)
    db.update_time_to_live(TableName="orders", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"})
    backup = db.create_backup(TableName="orders", BackupName="before")["BackupDetails"]["BackupArn"]
    db.restore_table_from_backup(TargetTableName="copy", BackupArn=backup)
    status = db.describe_time_to_live(TableName="copy")["TimeToLiveDescription"]["TimeToLiveStatus"]
    return bool(status == "DISABLED")


def export(**more: Any) -> list[dict[str, Any]]:
    s3 = client("s3")
    s3.create_bucket(Bucket="exports")
    arn = client().describe_table(TableName="orders")["Table"]["TableArn"]
    client().export_table_to_point_in_time(TableArn=arn, S3Bucket="exports", **more)
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="exports")["Contents"] if one["Key"].endswith(".json.gz")]
    lines = [gzip.decompress(s3.get_object(Bucket="exports", Key=key)["Body"].read()).splitlines() for key in keys]
    return [json.loads(line) for some in lines for line in some]


@behaviour(f"{_API}/API_ExportTableToPointInTime.html")
def an_export_shows_the_items_of_its_moment(world: World) -> bool:
    table()
    put("a", "old")
    world.advance(60)
    moment = now()
    world.advance(60)
    put("a", "new")
    return [line["Item"]["text"]["S"] for line in export(ExportTime=moment, S3Prefix="p")] == ["old"]


@behaviour(f"{_GUIDE}/S3DataExport.Output.html")
def an_incremental_export_holds_what_changed(world: World) -> bool:
    db = table()
    put("a", "old")
    put("b", "old")
    put("c", "stays")
    world.advance(60)
    begin = now()
    world.advance(60)
    put("a", "newer")
    put("a", "newest")
    db.delete_item(TableName="orders", Key={"id": {"S": "b"}})
    world.advance(1200)
    window = {"ExportFromTime": begin, "ExportToTime": now(), "ExportViewType": "NEW_AND_OLD_IMAGES"}
    lines = export(ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification=window)
    seen = {
        line["Keys"]["id"]["S"]: (line.get("OldImage", {}).get("text"), line.get("NewImage", {}).get("text"))
        for line in lines
    }
    return seen == {"a": ({"S": "old"}, {"S": "newest"}), "b": ({"S": "old"}, None)}


@behaviour(f"{_GUIDE}/S3DataExport.Output.html")
def an_export_has_a_manifest(world: World) -> bool:
    table()
    put("a", "x")
    export()
    arn = client().list_exports()["ExportSummaries"][0]["ExportArn"]
    told = client().describe_export(ExportArn=arn)["ExportDescription"]
    read = client("s3").get_object(Bucket="exports", Key=told["ExportManifest"])["Body"].read()
    return bool(told["ExportStatus"] == "COMPLETED" and json.loads(read)["itemCount"] == 1)


def imported(**more: Any) -> dict[str, Any]:
    started = client().import_table(
        S3BucketSource={"S3Bucket": "files", "S3KeyPrefix": "in/"},
        TableCreationParameters={"TableName": "orders", **_KEY},
        **more,
    )["ImportTableDescription"]
    found: dict[str, Any] = client().describe_import(ImportArn=started["ImportArn"])["ImportTableDescription"]
    return found


@behaviour(f"{_GUIDE}/S3DataImport.Format.html")
def a_file_of_commas_becomes_a_table(world: World) -> bool:
    client("s3").create_bucket(Bucket="files")
    client("s3").put_object(Bucket="files", Key="in/a.csv", Body=b"id,text\na,one\nb,two\n")
    told = imported(InputFormat="CSV")
    return told["ImportStatus"] == "COMPLETED" and texts() == {"a": "one", "b": "two"}


@behaviour(f"{_GUIDE}/S3DataImport.HowItWorks.html")
def an_import_counts_what_cannot_be_an_item(world: World) -> bool:
    lines = [{"Item": {"id": {"S": "a"}, "text": {"S": "x"}}}, {"Item": {"text": {"S": "no key"}}}]
    client("s3").create_bucket(Bucket="files")
    body = "\n".join(json.dumps(line) for line in lines).encode()
    client("s3").put_object(Bucket="files", Key="in/a.json", Body=body)
    told = imported(InputFormat="DYNAMODB_JSON")
    counts = (told["ErrorCount"], told["ImportedItemCount"], told.get("FailureCode"))
    return counts == (1, 1, "ItemValidationError")


def global_table() -> Any:
    db = table(recovery=False)
    put("before", "there")
    db.update_table(TableName="orders", ReplicaUpdates=[{"Create": {"RegionName": "eu-west-1"}}])
    return db


@behaviour(f"{_GUIDE}/GlobalTables.html")
def a_replica_is_a_table_in_another_region(world: World) -> bool:
    db = global_table()
    described = db.describe_table(TableName="orders")["Table"]
    regions = [one["RegionName"] for one in described["Replicas"]]
    return regions == ["eu-west-1"] and texts(region="eu-west-1") == {"before": "there"}


@behaviour(f"{_GUIDE}/V2globaltables_HowItWorks.html")
def writes_travel_both_ways_within_seconds(world: World) -> bool:
    global_table()
    put("a", "from us")
    put("b", "from eu", "eu-west-1")
    early = "a" not in texts(region="eu-west-1")
    world.advance(5)
    return early and texts() == texts(region="eu-west-1") == {"before": "there", "a": "from us", "b": "from eu"}


@behaviour(f"{_GUIDE}/V2globaltables_HowItWorks.html")
def the_last_writer_wins_everywhere(world: World) -> bool:
    global_table()
    put("before", "earlier", "eu-west-1")
    put("before", "later")
    world.advance(5)
    return texts() == texts(region="eu-west-1") == {"before": "later"}


@behaviour(f"{_GUIDE}/V2globaltables_HowItWorks.html")
def replicas_have_streams_of_both_images(world: World) -> bool:
    global_table()
    streams = [
        client(region=region).describe_table(TableName="orders")["Table"] for region in ("us-east-1", "eu-west-1")
    ]
    return all(one["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES" for one in streams)


def as_ada(condition: dict[str, Any]) -> Any:
    iam = client("iam")
    iam.create_user(UserName="ada")
    statement = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*", "Condition": condition}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_user_policy(UserName="ada", PolicyName="own", PolicyDocument=json.dumps(policy))
    keys = iam.create_access_key(UserName="ada")["AccessKey"]
    return client(aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"])


@behaviour(f"{_GUIDE}/specifying-conditions.html")
def a_batch_with_one_strange_key_is_refused(world: World) -> bool:
    table(recovery=False)
    ada = as_ada({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ada"]}})

    def batch(*ids: str) -> str:
        return code_of(ada.batch_get_item, RequestItems={"orders": {"Keys": [{"id": {"S": one}} for one in ids]}})

    with lab.enforce_iam():
        return (batch("ada"), batch("ada", "bob")) == ("", "AccessDeniedException")


@behaviour(f"{_GUIDE}/specifying-conditions.html")
def attributes_of_an_update_count(world: World) -> bool:
    table(recovery=False)
    ada = as_ada({"ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "text"]}})

    def update(attribute: str) -> str:
        return code_of(
            ada.update_item,
            TableName="orders",
            Key={"id": {"S": "a"}},
            UpdateExpression="SET #a = :v",
            ExpressionAttributeNames={"#a": attribute},
            ExpressionAttributeValues={":v": {"S": "x"}},
        )

    with lab.enforce_iam():
        return (update("text"), update("price")) == ("", "AccessDeniedException")


@behaviour("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_dynamodb_attributes.html")
def reading_everything_needs_every_attribute(world: World) -> bool:
    table(recovery=False)
    ada = as_ada(
        {
            "ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "text"]},
            "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
        }
    )
    with lab.enforce_iam():
        key = {"TableName": "orders", "Key": {"id": {"S": "a"}}}
        chosen = code_of(ada.get_item, **key, ProjectionExpression="id")
        return (chosen, code_of(ada.get_item, **key)) == ("", "AccessDeniedException")


@pytest.mark.parametrize("one", CLOSED + KEPT, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_it_too(one, in_bare_moto):
    assert one.shows(in_bare_moto), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
