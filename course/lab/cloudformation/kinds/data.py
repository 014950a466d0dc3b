"""DynamoDB, Kinesis and Firehose.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Kinesis.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.cloudformation.kinds.called import Called
from course.lab.cloudformation.kinds.kind import Kind, Making, call

_LATER: Final = ("TimeToLiveSpecification", "PointInTimeRecoverySpecification", "Tags")


class Table(Kind):
    """AWS::DynamoDB::Table."""

    def create(self, making: Making) -> str:
        given = making.properties
        name: str = given.get("TableName") or making.name(255)
        params = {key: value for key, value in given.items() if key not in _LATER} | {
            "TableName": name, "Tags": making.tag_list,
        }  # fmt: skip
        if "StreamSpecification" in given:
            params["StreamSpecification"] = {"StreamEnabled": True, **given["StreamSpecification"]}
        if "SSESpecification" in given:
            encryption = dict(given["SSESpecification"])
            encryption["Enabled"] = encryption.pop("SSEEnabled", True)
            params["SSESpecification"] = encryption
        client = making.client("dynamodb")
        call(client, "CreateTable", params)
        making.physical_id = name
        self._set(making, {})
        return name

    def _set(self, making: Making, before: dict[str, Any]) -> None:
        client, given = making.client("dynamodb"), making.properties
        for prop, operation in (
            ("TimeToLiveSpecification", "UpdateTimeToLive"),
            ("PointInTimeRecoverySpecification", "UpdateContinuousBackups"),
        ):
            if prop in given and given[prop] != before.get(prop):
                call(client, operation, {"TableName": making.physical_id, prop: given[prop]})

    def update(self, making: Making) -> None:
        client, given, before = making.client("dynamodb"), making.properties, making.before
        params: dict[str, Any] = {}
        for name in ("BillingMode", "ProvisionedThroughput", "DeletionProtectionEnabled", "TableClass"):
            if given.get(name) != before.get(name) and name in given:
                params[name] = given[name]
        if params.get("BillingMode") == "PROVISIONED" and "ProvisionedThroughput" in given:
            params["ProvisionedThroughput"] = given["ProvisionedThroughput"]
        if given.get("StreamSpecification") != before.get("StreamSpecification"):
            new = given.get("StreamSpecification")
            params["StreamSpecification"] = {"StreamEnabled": True, **new} if new else {"StreamEnabled": False}
        changes = self._index_changes(before, given)
        if changes:
            params |= {"GlobalSecondaryIndexUpdates": changes, "AttributeDefinitions": given["AttributeDefinitions"]}
        if params:
            call(client, "UpdateTable", {"TableName": making.physical_id, **params})
        self._set(making, before)

    def _index_changes(self, before: dict[str, Any], given: dict[str, Any]) -> list[dict[str, Any]]:
        old = {one["IndexName"]: one for one in before.get("GlobalSecondaryIndexes", [])}
        new = {one["IndexName"]: one for one in given.get("GlobalSecondaryIndexes", [])}
        return [{"Create": one} for name, one in new.items() if name not in old] + [
            {"Delete": {"IndexName": name}} for name in old if name not in new
        ]

    def delete(self, making: Making) -> None:
        client = making.client("dynamodb")
        if making.part.get("DeletionPolicy") == "Snapshot":
            client.create_backup(TableName=making.physical_id, BackupName=f"{making.physical_id}-final")
        client.delete_table(TableName=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        found = making.client("dynamodb").describe_table(TableName=making.physical_id)["Table"]
        stream = {"StreamArn": found["LatestStreamArn"]} if "LatestStreamArn" in found else {}
        return {"Arn": found["TableArn"], "TableId": found.get("TableId", ""), **stream}

    def must_replace(self, making: Making, changed: set[str]) -> bool:
        return bool(changed & {"KeySchema", "LocalSecondaryIndexes"})

    def actual(self, making: Making) -> dict[str, Any] | None:
        client = making.client("dynamodb")
        try:
            found = client.describe_table(TableName=making.physical_id)["Table"]
        except client.exceptions.ResourceNotFoundException:
            return None
        units = found.get("ProvisionedThroughput", {})
        names = ("ReadCapacityUnits", "WriteCapacityUnits")
        return {
            "KeySchema": found["KeySchema"],
            "BillingMode": found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
            "ProvisionedThroughput": {name: units.get(name, 0) for name in names},
            "DeletionProtectionEnabled": found.get("DeletionProtectionEnabled", False),
        }


class Stream(Kind):
    """AWS::Kinesis::Stream."""

    def create(self, making: Making) -> str:
        given, client = making.properties, making.client("kinesis")
        name: str = given.get("Name") or making.name(128)
        mode = given.get("StreamModeDetails", {"StreamMode": "PROVISIONED" if "ShardCount" in given else "ON_DEMAND"})
        params: dict[str, Any] = {"StreamName": name, "StreamModeDetails": mode}
        if "ShardCount" in given:
            params["ShardCount"] = given["ShardCount"]
        call(client, "CreateStream", params)
        if int(given.get("RetentionPeriodHours", 24)) > 24:
            client.increase_stream_retention_period(
                StreamName=name, RetentionPeriodHours=int(given["RetentionPeriodHours"])
            )
        return name

    def update(self, making: Making) -> None:
        given, before, client, name = making.properties, making.before, making.client("kinesis"), making.physical_id
        if given.get("ShardCount") != before.get("ShardCount"):
            client.update_shard_count(
                StreamName=name, TargetShardCount=int(given["ShardCount"]), ScalingType="UNIFORM_SCALING"
            )
        old, new = (int(one.get("RetentionPeriodHours", 24)) for one in (before, given))
        if new != old:
            change = "increase" if new > old else "decrease"
            getattr(client, f"{change}_stream_retention_period")(StreamName=name, RetentionPeriodHours=new)

    def delete(self, making: Making) -> None:
        making.client("kinesis").delete_stream(StreamName=making.physical_id, EnforceConsumerDeletion=True)

    def attributes(self, making: Making) -> dict[str, Any]:
        found = making.client("kinesis").describe_stream_summary(StreamName=making.physical_id)
        return {"Arn": found["StreamDescriptionSummary"]["StreamARN"]}


KINDS: Final[dict[str, Kind]] = {
    "AWS::DynamoDB::Table": Table(),
    "AWS::Kinesis::Stream": Stream(),
    "AWS::KinesisFirehose::DeliveryStream": Called(
        "firehose", "CreateDeliveryStream", name="DeliveryStreamName", deletes="DeleteDeliveryStream",
        key="DeliveryStreamName", reads="DescribeDeliveryStream", at="DeliveryStreamDescription",
        gives={"Arn": "DeliveryStreamARN"}, drifts=False,
    ),
}  # fmt: skip
