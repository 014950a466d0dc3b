"""AWS::DynamoDB::GlobalTable: the type that CDK's TableV2 makes, also for a table in one Region.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from course.lab.cloudformation.kinds.data import Table
from course.lab.cloudformation.kinds.kind import Failed, Kind, Making, call

_SHARED: Final = (
    "TableName", "AttributeDefinitions", "KeySchema", "BillingMode", "LocalSecondaryIndexes", "StreamSpecification",
    "SSESpecification", "TimeToLiveSpecification",
)  # fmt: skip
_OF_REPLICA: Final = ("DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "TableClass", "Tags")


class GlobalTable(Table):
    """A table on demand in the stack's Region, and its replicas in others.

    Provisioned capacity needs auto scaling here, which the lab's stacks do not make.
    """

    def create(self, making: Making) -> str:
        name = super().create(self._here(making))
        making.physical_id = name
        self._replicate(making, set(), self._elsewhere(making, making.properties))
        return name

    def update(self, making: Making) -> None:
        super().update(self._here(making))
        before = self._elsewhere(making, making.before)
        self._replicate(making, before, self._elsewhere(making, making.properties))

    def delete(self, making: Making) -> None:
        self._replicate(making, self._elsewhere(making, making.properties), set())
        super().delete(making)

    actual = Kind.actual  # the schema differs from what the table's own kind compares

    def _here(self, making: Making) -> Making:
        """The same for a table of this Region alone."""
        return replace(
            making,
            properties=_as_table(making.properties, making.region),
            before=_as_table(making.before, making.region) if making.before else {},
        )

    def _elsewhere(self, making: Making, properties: dict[str, Any]) -> set[str]:
        return {one["Region"] for one in properties.get("Replicas", [])} - {making.region}

    def _replicate(self, making: Making, before: set[str], now: set[str]) -> None:
        changes = [{"Create": {"RegionName": one}} for one in sorted(now - before)]
        changes += [{"Delete": {"RegionName": one}} for one in sorted(before - now)]
        for change in changes:
            params = {"TableName": making.physical_id, "ReplicaUpdates": [change]}
            call(making.client("dynamodb"), "UpdateTable", params)


def _as_table(properties: dict[str, Any], region: str) -> dict[str, Any]:
    """The properties that AWS::DynamoDB::Table would have for the replica in a Region."""
    mode = properties.get("BillingMode", "PROVISIONED")
    if mode != "PAY_PER_REQUEST":
        raise Failed("A global table with provisioned capacity needs auto scaling; in the lab use PAY_PER_REQUEST.")
    replica = next((one for one in properties.get("Replicas", []) if one["Region"] == region), None)
    if replica is None:
        raise Failed(f"Replicas must include the Region of the stack, {region}.")
    table: dict[str, Any] = {name: properties[name] for name in _SHARED if name in properties}
    table |= {name: replica[name] for name in _OF_REPLICA if name in replica}
    if "GlobalSecondaryIndexes" in properties:
        table["GlobalSecondaryIndexes"] = [
            {name: one[name] for name in ("IndexName", "KeySchema", "Projection")}
            for one in properties["GlobalSecondaryIndexes"]
        ]
    return table


KINDS: Final[dict[str, Kind]] = {"AWS::DynamoDB::GlobalTable": GlobalTable()}
