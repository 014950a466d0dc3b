"""What hangs on a secret: its database, and its resource policy.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secrettargetattachment.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-resourcepolicy.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from course.lab.cloudformation.kinds.kind import Failed, Kind, Making, as_json

_OWN: Final = ("engine", "host", "port", "dbname", "dbInstanceIdentifier")


class Attachment(Kind):
    """AWS::SecretsManager::SecretTargetAttachment: the secret learns where its database is."""

    def create(self, making: Making) -> str:
        self.update(making)
        return str(making.properties["SecretId"])

    def update(self, making: Making) -> None:
        given = making.properties
        if given["TargetType"] != "AWS::RDS::DBInstance":
            raise Failed(f"The lab attaches secrets to AWS::RDS::DBInstance only, not to {given['TargetType']}.")
        found = making.client("rds").describe_db_instances(DBInstanceIdentifier=given["TargetId"])["DBInstances"][0]
        place = {
            "engine": found["Engine"],
            "host": found.get("Endpoint", {}).get("Address", ""),
            "port": found.get("Endpoint", {}).get("Port", 0),
            "dbInstanceIdentifier": found["DBInstanceIdentifier"],
        }
        if found.get("DBName"):
            place["dbname"] = found["DBName"]
        self._write(making, lambda value: value | place)

    def delete(self, making: Making) -> None:
        self._write(making, lambda value: {key: one for key, one in value.items() if key not in _OWN})

    def _write(self, making: Making, change: Any) -> None:
        client, name = making.client("secretsmanager"), making.properties["SecretId"]
        value = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
        client.put_secret_value(SecretId=name, SecretString=json.dumps(change(value)))


class SecretPolicy(Kind):
    """AWS::SecretsManager::ResourcePolicy."""

    def create(self, making: Making) -> str:
        self.update(making)
        return str(making.properties["SecretId"])

    def update(self, making: Making) -> None:
        given = making.properties
        making.client("secretsmanager").put_resource_policy(
            SecretId=given["SecretId"],
            ResourcePolicy=as_json(given["ResourcePolicy"]),
            BlockPublicPolicy=str(given.get("BlockPublicPolicy", False)).lower() == "true",
        )

    def delete(self, making: Making) -> None:
        making.client("secretsmanager").delete_resource_policy(SecretId=making.properties["SecretId"])


KINDS: Final[dict[str, Kind]] = {
    "AWS::SecretsManager::SecretTargetAttachment": Attachment(),
    "AWS::SecretsManager::ResourcePolicy": SecretPolicy(),
}
