"""EventBridge and its scheduler.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Events.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Scheduler.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.cloudformation.kinds.called import Called
from course.lab.cloudformation.kinds.kind import Kind, Making, as_json, call


class Rule(Kind):
    """AWS::Events::Rule. Ref gives the name."""

    def create(self, making: Making) -> str:
        name: str = making.properties.get("Name") or making.name(64)
        making.physical_id = name
        self._put(making)
        return name

    def _bus(self, properties: dict[str, Any]) -> dict[str, str]:
        return {"EventBusName": properties["EventBusName"]} if "EventBusName" in properties else {}

    def _put(self, making: Making) -> None:
        client, given = making.client("events"), making.properties
        params = {key: value for key, value in given.items() if key not in ("Targets", "Tags")}
        if "EventPattern" in params:
            params["EventPattern"] = as_json(params["EventPattern"])
        call(client, "PutRule", {**params, "Name": making.physical_id})
        targets = given.get("Targets", [])
        gone = {one["Id"] for one in making.before.get("Targets", [])} - {one["Id"] for one in targets}
        if gone:
            client.remove_targets(Rule=making.physical_id, Ids=sorted(gone), **self._bus(given))
        if targets:
            call(client, "PutTargets", {"Rule": making.physical_id, "Targets": targets, **self._bus(given)})

    def update(self, making: Making) -> None:
        self._put(making)

    def delete(self, making: Making) -> None:
        client, bus = making.client("events"), self._bus(making.properties)
        found = client.list_targets_by_rule(Rule=making.physical_id, **bus)["Targets"]
        if found:
            client.remove_targets(Rule=making.physical_id, Ids=[one["Id"] for one in found], **bus)
        client.delete_rule(Name=making.physical_id, **bus)

    def attributes(self, making: Making) -> dict[str, Any]:
        client, bus = making.client("events"), self._bus(making.properties)
        return {"Arn": client.describe_rule(Name=making.physical_id, **bus)["Arn"]}


class BusPolicy(Kind):
    """AWS::Events::EventBusPolicy."""

    def create(self, making: Making) -> str:
        given = making.properties
        params = {key: given[key] for key in ("Action", "Principal", "StatementId", "EventBusName") if key in given}
        if "Statement" in given:
            statement = given["Statement"]
            statement = statement if isinstance(statement, list) else [statement]
            policy = {"Version": "2012-10-17", "Statement": [{"Sid": given["StatementId"], **one} for one in statement]}
            params = {"Policy": as_json(policy)} | ({"EventBusName": given["EventBusName"]} if "EventBusName" in given
                                                    else {})  # fmt: skip
        making.client("events").put_permission(**params)
        return f"{given.get('EventBusName', 'default')}|{given['StatementId']}"

    def must_replace(self, making: Making, changed: set[str]) -> bool:
        return True

    def delete(self, making: Making) -> None:
        bus, statement = making.physical_id.split("|")
        making.client("events").remove_permission(EventBusName=bus, StatementId=statement)


KINDS: Final[dict[str, Kind]] = {
    "AWS::Events::Rule": Rule(),
    "AWS::Events::EventBusPolicy": BusPolicy(),
    "AWS::Events::EventBus": Called(
        "events", "CreateEventBus", name="Name", deletes="DeleteEventBus", key="Name", reads="DescribeEventBus",
        gives={"Arn": "Arn", "Name": "Name"},
    ),
    "AWS::Events::Archive": Called(
        "events", "CreateArchive", name="ArchiveName", renames={"SourceArn": "EventSourceArn"},
        updates="UpdateArchive", deletes="DeleteArchive", key="ArchiveName", reads="DescribeArchive",
        gives={"Arn": "ArchiveArn"}, drifts=False,
    ),
    "AWS::Scheduler::Schedule": Called(
        "scheduler", "CreateSchedule", name="Name", updates="UpdateSchedule", deletes="DeleteSchedule", key="Name",
        reads="GetSchedule", gives={"Arn": "Arn"},
    ),
    "AWS::Scheduler::ScheduleGroup": Called(
        "scheduler", "CreateScheduleGroup", name="Name", deletes="DeleteScheduleGroup", key="Name",
        reads="GetScheduleGroup", gives={"Arn": "Arn"},
    ),
}  # fmt: skip
