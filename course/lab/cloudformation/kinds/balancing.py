"""Target groups: with their attributes, and changed in place.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-targetgroup.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from course.lab.cloudformation.kinds.from_moto import FromMoto
from course.lab.cloudformation.kinds.kind import Kind, Making

_NAME: Final = "AWS::ElasticLoadBalancingV2::TargetGroup"
_ATTRIBUTES: Final = "TargetGroupAttributes"
# Properties that a change leaves the group alone for; for all others a new one is made.
_CHANGEABLE: Final = {"HealthCheckEnabled", "HealthCheckIntervalSeconds", "HealthCheckPath", "HealthCheckPort",
                      "HealthCheckProtocol", "HealthCheckTimeoutSeconds", "HealthyThresholdCount", "Matcher", "Tags",
                      "UnhealthyThresholdCount", _ATTRIBUTES, "Targets"}  # fmt: skip


class TargetGroup(FromMoto):
    """AWS::ElasticLoadBalancingV2::TargetGroup. Ref gives its ARN."""

    def create(self, making: Making) -> str:
        arn = super().create(making)
        self._set_attributes(arn, making)
        return arn

    def update(self, making: Making) -> None:
        balancing = making.client("elbv2")
        members = balancing.meta.service_model.operation_model("ModifyTargetGroup").input_shape.members
        given: dict[str, Any] = {
            name: int(value) if members[name].type_name == "integer" else value
            for name, value in making.properties.items()
            if name in members
        }
        balancing.modify_target_group(TargetGroupArn=making.physical_id, **given)
        self._set_attributes(making.physical_id, making)

    def must_replace(self, making: Making, changed: set[str]) -> bool:
        return bool(changed - _CHANGEABLE)

    def _set_attributes(self, arn: str, making: Making) -> None:
        rows = [{"Key": one["Key"], "Value": str(one["Value"])} for one in making.properties.get(_ATTRIBUTES) or ()]
        if rows:
            making.client("elbv2").modify_target_group_attributes(TargetGroupArn=arn, Attributes=rows)


KINDS: Final[Mapping[str, Kind]] = {_NAME: TargetGroup(_NAME)}
