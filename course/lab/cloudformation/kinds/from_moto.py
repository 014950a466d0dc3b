"""Types that the lab makes with moto's own record of them, because no lesson needs more."""

from __future__ import annotations

import copy
from typing import Any

from course.lab.cloudformation.kinds.kind import Failed, Kind, Making

_MADE = "lab_moto_resource"


def moto_makes(name: str) -> bool:
    """Whether moto can make such a resource."""
    from moto.cloudformation.parsing import get_model_map

    return name in get_model_map()


class FromMoto(Kind):
    """A type of resource that moto knows. A change of its properties makes a new one if moto cannot change it."""

    def __init__(self, name: str) -> None:
        from moto.cloudformation.parsing import get_model_map

        self.name = name
        self.model: Any = get_model_map()[name]
        self.updates = not hasattr(self.model.update_from_cloudformation_json, "__isabstractmethod__")

    def create(self, making: Making) -> str:
        from moto.cloudformation.parsing import generate_resource_name, resource_name_property_from_type

        named = resource_name_property_from_type(self.name)
        name = making.properties.get(named or "") or generate_resource_name(
            self.name, making.stack.name, making.logical_id
        )
        made = self.model.create_from_cloudformation_json(
            name,
            # Moto writes into what it is given; what the template wanted must stay to be compared with.
            {"Type": self.name, "Properties": copy.deepcopy(making.properties)},
            making.account,
            making.region,
            LogicalId=making.logical_id,
            StackId=making.stack.stack_id,
            ResourceType=self.name,
        )
        _kept(making)[made.physical_resource_id] = made
        return str(made.physical_resource_id)

    def update(self, making: Making) -> None:
        kept = _kept(making)
        kept[making.physical_id] = self.model.update_from_cloudformation_json(
            original_resource=kept[making.physical_id],
            new_resource_name=making.physical_id,
            cloudformation_json={"Type": self.name, "Properties": copy.deepcopy(making.properties)},
            account_id=making.account,
            region_name=making.region,
        )

    def delete(self, making: Making) -> None:
        made = _kept(making).pop(making.physical_id, None)
        if made is None:
            return
        if making.part.get("DeletionPolicy") == "Snapshot":
            _keep_snapshot(self.name, making)
        try:
            made.delete(making.account, making.region)
        except (TypeError, AttributeError):
            if hasattr(self.model.delete_from_cloudformation_json, "__isabstractmethod__"):
                return
            try:
                self.model.delete_from_cloudformation_json(
                    making.physical_id,
                    {"Type": self.name, "Properties": making.properties},
                    making.account,
                    making.region,
                )
            except Exception as error:
                raise Failed(str(error)) from error

    def attributes(self, making: Making) -> dict[str, Any]:
        from course.lab.cloudformation import schemas

        made, found = _kept(making)[making.physical_id], {}
        for path in schemas.schema(self.name).get("readOnlyProperties", []):
            name = path.removeprefix("/properties/").replace("/", ".")
            try:
                found[name] = made.get_cfn_attribute(name)
            except Exception:
                continue  # moto does not know this one
        return found

    def must_replace(self, making: Making, changed: set[str]) -> bool:
        return not self.updates


def _keep_snapshot(kind: str, making: Making) -> None:
    """The last picture of a database, named after its stack and its place in the template."""
    name = f"{making.stack.name}-snapshot-{making.logical_id}".lower()
    if kind == "AWS::RDS::DBInstance":
        making.client("rds").create_db_snapshot(DBInstanceIdentifier=making.physical_id, DBSnapshotIdentifier=name)
    if kind == "AWS::RDS::DBCluster":
        making.client("rds").create_db_cluster_snapshot(
            DBClusterIdentifier=making.physical_id, DBClusterSnapshotIdentifier=name
        )


def _kept(making: Making) -> dict[str, Any]:
    found: dict[str, Any] = making.stack.values.setdefault(_MADE, {})
    return found
