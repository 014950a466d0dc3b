"""Auto Scaling groups. A group is changed in place, and its instances stay.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-autoscaling-autoscalinggroup.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.cloudformation.kinds.kind import Kind, Making, call


class Group(Kind):
    """AWS::AutoScaling::AutoScalingGroup. Ref gives its name."""

    def create(self, making: Making) -> str:
        making.physical_id = str(making.properties.get("AutoScalingGroupName") or making.name(255))
        self._call(making, "CreateAutoScalingGroup", {"Tags": self._tags(making)})
        return making.physical_id

    def update(self, making: Making) -> None:
        client, own = making.client("autoscaling"), {"AutoScalingGroupName": making.physical_id}
        old, new = (set(one.get("TargetGroupARNs") or ()) for one in (making.before, making.properties))
        self._call(making, "UpdateAutoScalingGroup", {})
        if old - new:
            client.detach_load_balancer_target_groups(**own, TargetGroupARNs=sorted(old - new))
        if new - old:
            client.attach_load_balancer_target_groups(**own, TargetGroupARNs=sorted(new - old))
        if self._tags(making):
            client.create_or_update_tags(Tags=self._tags(making))

    def delete(self, making: Making) -> None:
        client = making.client("autoscaling")
        found = client.describe_auto_scaling_groups(AutoScalingGroupNames=[making.physical_id])["AutoScalingGroups"]
        if found:
            client.delete_auto_scaling_group(AutoScalingGroupName=making.physical_id, ForceDelete=True)

    def _call(self, making: Making, operation: str, more: dict[str, Any]) -> None:
        client = making.client("autoscaling")
        members = client.meta.service_model.operation_model(operation).input_shape.members
        given = {name: value for name, value in making.properties.items() if name in members and name != "Tags"}
        if isinstance(given.get("VPCZoneIdentifier"), list):
            given["VPCZoneIdentifier"] = ",".join(given["VPCZoneIdentifier"])
        call(client, operation, given | {"AutoScalingGroupName": making.physical_id} | more)

    def _tags(self, making: Making) -> list[dict[str, Any]]:
        """Those of the stack go on to the instances; those of the group say themselves whether they do."""
        whole = {key: {"Value": value, "PropagateAtLaunch": True} for key, value in making.tags.items()}
        for one in making.properties.get("Tags") or ():
            on = str(one.get("PropagateAtLaunch", "")).lower() == "true"
            whole[one["Key"]] = {"Value": str(one["Value"]), "PropagateAtLaunch": on}
        about = {"ResourceId": making.physical_id, "ResourceType": "auto-scaling-group"}
        return [{"Key": key, **part, **about} for key, part in whole.items() if not key.startswith("aws:")]


KINDS: Final[dict[str, Kind]] = {"AWS::AutoScaling::AutoScalingGroup": Group()}
