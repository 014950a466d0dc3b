"""CloudWatch and CloudWatch Logs.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudWatch.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Logs.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.cloudformation.kinds.called import Called
from course.lab.cloudformation.kinds.kind import Kind, Making, call


class LogGroup(Kind):
    """AWS::Logs::LogGroup."""

    def create(self, making: Making) -> str:
        name: str = making.properties.get("LogGroupName") or making.name(255)
        call(making.client("logs"), "CreateLogGroup", {"logGroupName": name})
        making.physical_id = name
        self.update(making)
        return name

    def update(self, making: Making) -> None:
        logs, days = making.client("logs"), making.properties.get("RetentionInDays")
        if days:
            logs.put_retention_policy(logGroupName=making.physical_id, retentionInDays=int(days))
        elif "RetentionInDays" in making.before:
            logs.delete_retention_policy(logGroupName=making.physical_id)

    def delete(self, making: Making) -> None:
        making.client("logs").delete_log_group(logGroupName=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        return {"Arn": f"arn:aws:logs:{making.region}:{making.account}:log-group:{making.physical_id}:*"}

    def actual(self, making: Making) -> dict[str, Any] | None:
        found = making.client("logs").describe_log_groups(logGroupNamePrefix=making.physical_id)["logGroups"]
        row = next((one for one in found if one["logGroupName"] == making.physical_id), None)
        return None if row is None else {"RetentionInDays": row.get("retentionInDays")}


class Alarm(Called):
    """AWS::CloudWatch::Alarm: one operation makes it and changes it."""

    def delete(self, making: Making) -> None:
        making.client("cloudwatch").delete_alarms(AlarmNames=[making.physical_id])

    def _found_by(self, making: Making) -> dict[str, Any]:
        return {"AlarmName": making.physical_id} if making.physical_id else {}

    def _read(self, making: Making) -> Any:
        found = making.client("cloudwatch").describe_alarms(AlarmNames=[making.physical_id])["MetricAlarms"]
        return found[0] if found else None


class Dashboard(Kind):
    """AWS::CloudWatch::Dashboard."""

    def create(self, making: Making) -> str:
        making.physical_id = making.properties.get("DashboardName") or making.name(255)
        self.update(making)
        return making.physical_id

    def update(self, making: Making) -> None:
        making.client("cloudwatch").put_dashboard(
            DashboardName=making.physical_id, DashboardBody=making.properties["DashboardBody"]
        )

    def delete(self, making: Making) -> None:
        making.client("cloudwatch").delete_dashboards(DashboardNames=[making.physical_id])


KINDS: Final[dict[str, Kind]] = {
    "AWS::Logs::LogGroup": LogGroup(),
    "AWS::Logs::SubscriptionFilter": Called(
        "logs", "PutSubscriptionFilter", name="FilterName", camel=True, updates="PutSubscriptionFilter",
        deletes="DeleteSubscriptionFilter", keys={"filterName": "FilterName", "logGroupName": "LogGroupName"},
    ),
    "AWS::Logs::MetricFilter": Called(
        "logs", "PutMetricFilter", name="FilterName", camel=True, updates="PutMetricFilter",
        deletes="DeleteMetricFilter", keys={"filterName": "FilterName", "logGroupName": "LogGroupName"},
    ),
    "AWS::CloudWatch::Alarm": Alarm(
        "cloudwatch", "PutMetricAlarm", name="AlarmName", longest=255, updates="PutMetricAlarm",
        reads="DescribeAlarms", gives={"Arn": "AlarmArn"},
    ),
    "AWS::CloudWatch::Dashboard": Dashboard(),
}  # fmt: skip
