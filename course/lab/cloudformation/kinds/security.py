"""KMS, Systems Manager, Secrets Manager and Certificate Manager.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_KMS.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SSM.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_SecretsManager.html
"""

from __future__ import annotations

import json
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.cloudformation.kinds.called import Called
from course.lab.cloudformation.kinds.kind import Kind, Making, as_json


class Key(Kind):
    """AWS::KMS::Key. Deleting it schedules its deletion."""

    def create(self, making: Making) -> str:
        given, client = making.properties, making.client("kms")
        params: dict[str, Any] = making.given("Description", "KeyUsage", "KeySpec", "Origin")
        if "KeyPolicy" in given:
            params["Policy"] = as_json(given["KeyPolicy"])
        tags = [{"TagKey": key, "TagValue": value} for key, value in making.tags.items()]
        made = client.create_key(**params, Tags=tags)["KeyMetadata"]["KeyId"]
        if str(given.get("EnableKeyRotation")).lower() == "true":
            client.enable_key_rotation(KeyId=made)
        return str(made)

    def update(self, making: Making) -> None:
        given, client = making.properties, making.client("kms")
        if "KeyPolicy" in given:
            client.put_key_policy(KeyId=making.physical_id, PolicyName="default", Policy=as_json(given["KeyPolicy"]))
        on = str(given.get("EnableKeyRotation")).lower() == "true"
        (client.enable_key_rotation if on else client.disable_key_rotation)(KeyId=making.physical_id)

    def delete(self, making: Making) -> None:
        days = int(making.properties.get("PendingWindowInDays", 30))
        making.client("kms").schedule_key_deletion(KeyId=making.physical_id, PendingWindowInDays=days)

    def attributes(self, making: Making) -> dict[str, Any]:
        arn = f"arn:aws:kms:{making.region}:{making.account}:key/{making.physical_id}"
        return {"Arn": arn, "KeyId": making.physical_id}


class Parameter(Kind):
    """AWS::SSM::Parameter. Secure strings cannot be made by a template."""

    def create(self, making: Making) -> str:
        making.physical_id = making.properties.get("Name") or making.name(255)
        self._put(making, overwrite=False)
        return making.physical_id

    def _put(self, making: Making, *, overwrite: bool) -> None:
        params = making.given("Type", "Value", "Description", "Tier", "AllowedPattern", "DataType", "Policies")
        params["Value"] = str(params["Value"])
        making.client("ssm").put_parameter(Name=making.physical_id, Overwrite=overwrite, **params)

    def update(self, making: Making) -> None:
        self._put(making, overwrite=True)

    def delete(self, making: Making) -> None:
        making.client("ssm").delete_parameter(Name=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        return {"Value": making.properties["Value"], "Type": making.properties["Type"]}

    def actual(self, making: Making) -> dict[str, Any] | None:
        ssm = making.client("ssm")
        try:
            found = ssm.get_parameter(Name=making.physical_id)["Parameter"]
        except ssm.exceptions.ParameterNotFound:
            return None
        return {name: found[name] for name in ("Name", "Type", "Value")}


class Secret(Kind):
    """AWS::SecretsManager::Secret. Ref gives the ARN."""

    def create(self, making: Making) -> str:
        given, client = making.properties, making.client("secretsmanager")
        params: dict[str, Any] = making.given("Description", "KmsKeyId")
        params["SecretString"] = self._text(making)
        name = given.get("Name") or making.name(200)
        return str(client.create_secret(Name=name, Tags=making.tag_list, **params)["ARN"])

    def _text(self, making: Making) -> str:
        given = making.properties
        rule = given.get("GenerateSecretString")
        if rule is None:
            return str(given.get("SecretString", "{}"))
        names = ("PasswordLength", "ExcludeCharacters", "ExcludePunctuation", "ExcludeNumbers", "ExcludeUppercase",
                 "ExcludeLowercase", "IncludeSpace", "RequireEachIncludedType")  # fmt: skip
        asked = {name: rule[name] for name in names if name in rule}
        if "PasswordLength" in asked:
            asked["PasswordLength"] = int(asked["PasswordLength"])
        password: str = making.client("secretsmanager").get_random_password(**asked)["RandomPassword"]
        if "GenerateStringKey" not in rule:
            return password
        return json.dumps({**json.loads(rule.get("SecretStringTemplate", "{}")), rule["GenerateStringKey"]: password})

    def update(self, making: Making) -> None:
        client, given = making.client("secretsmanager"), making.properties
        changed = {name for name in ("SecretString", "GenerateSecretString")
                   if given.get(name) != making.before.get(name)}  # fmt: skip
        more = making.given("Description", "KmsKeyId")
        if changed:
            more["SecretString"] = self._text(making)
        client.update_secret(SecretId=making.physical_id, **more)

    def delete(self, making: Making) -> None:
        making.client("secretsmanager").delete_secret(SecretId=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        return {"Id": making.physical_id}


class Rotation(Kind):
    """AWS::SecretsManager::RotationSchedule."""

    def create(self, making: Making) -> str:
        self.update(making)
        return f"{making.properties['SecretId']}-{mock_random.uuid4()}"

    def update(self, making: Making) -> None:
        given = making.properties
        rules = dict(given.get("RotationRules") or {})
        if "AutomaticallyAfterDays" in rules:
            rules["AutomaticallyAfterDays"] = int(rules["AutomaticallyAfterDays"])
        making.client("secretsmanager").rotate_secret(
            SecretId=given["SecretId"],
            RotationLambdaARN=given["RotationLambdaARN"],
            RotationRules=rules,
            RotateImmediately=str(given.get("RotateImmediatelyOnUpdate", True)).lower() == "true",
        )

    def delete(self, making: Making) -> None:
        making.client("secretsmanager").cancel_rotate_secret(SecretId=making.properties["SecretId"])


KINDS: Final[dict[str, Kind]] = {
    "AWS::KMS::Key": Key(),
    "AWS::KMS::Alias": Called(
        "kms", "CreateAlias", name="AliasName", updates="UpdateAlias", deletes="DeleteAlias", key="AliasName",
    ),
    "AWS::SSM::Parameter": Parameter(),
    "AWS::SecretsManager::Secret": Secret(),
    "AWS::SecretsManager::RotationSchedule": Rotation(),
    "AWS::CertificateManager::Certificate": Called(
        "acm", "RequestCertificate", id="CertificateArn", deletes="DeleteCertificate", key="CertificateArn",
    ),
}  # fmt: skip
