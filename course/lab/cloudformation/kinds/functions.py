"""Lambda and Step Functions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Lambda.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_StepFunctions.html
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, Final

from course.lab.cloudformation.kinds.called import Called
from course.lab.cloudformation.kinds.cfnresponse import SOURCE
from course.lab.cloudformation.kinds.kind import Failed, Kind, Making, Pending, call, lowered
from course.lab.cloudformation.shifting import shift
from course.lab.cloudformation.values import as_text, resolve

_CODE: Final = ("Code", "Tags", "ReservedConcurrentExecutions", "FunctionName", "PackageType", "Architectures",
                "RecursiveLoop", "RuntimeManagementConfig", "CodeSigningConfigArn")  # fmt: skip


class Function(Kind):
    """AWS::Lambda::Function. Inline code becomes `index.py`, beside which lies the module cfnresponse."""

    def create(self, making: Making) -> str:
        given = making.properties
        name: str = given.get("FunctionName") or making.name(64)
        client = making.client("lambda")
        params = {key: value for key, value in given.items() if key not in ("Tags", "ReservedConcurrentExecutions",
                                                                           "RecursiveLoop")}  # fmt: skip
        params |= {"FunctionName": name, "Code": self._code(given), "Tags": making.tags}
        call(client, "CreateFunction", params)
        self._reserve(client, name, given)
        return name

    def _code(self, given: dict[str, Any]) -> dict[str, Any]:
        code = given["Code"]
        if "ZipFile" not in code:
            return {key: code[key] for key in ("S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri") if key in code}
        if len(code["ZipFile"].encode()) > 4_194_304:
            raise Failed("Inline code may not be larger than 4 MB.")
        body, suffix = io.BytesIO(), "js" if "nodejs" in given.get("Runtime", "") else "py"
        with zipfile.ZipFile(body, "w") as made:
            made.writestr(f"index.{suffix}", code["ZipFile"])
            if suffix == "py":
                made.writestr("cfnresponse.py", SOURCE)
        return {"ZipFile": body.getvalue()}

    def _reserve(self, client: Any, name: str, given: dict[str, Any]) -> None:
        if "ReservedConcurrentExecutions" in given:
            client.put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=int(given["ReservedConcurrentExecutions"])
            )

    def update(self, making: Making) -> None:
        client, name, given = making.client("lambda"), making.physical_id, making.properties
        settings = {key: value for key, value in given.items() if key not in _CODE}
        if any(given.get(key) != making.before.get(key) for key in {*given, *making.before} - {"Code"}):
            call(client, "UpdateFunctionConfiguration", {"FunctionName": name, **settings})
        if given["Code"] != making.before.get("Code"):
            client.update_function_code(FunctionName=name, **self._code(given))
        self._reserve(client, name, given)

    def delete(self, making: Making) -> None:
        making.client("lambda").delete_function(FunctionName=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        found = making.client("lambda").get_function_configuration(FunctionName=making.physical_id)
        return {"Arn": found["FunctionArn"]}

    def actual(self, making: Making) -> dict[str, Any] | None:
        client = making.client("lambda")
        try:
            found = client.get_function_configuration(FunctionName=making.physical_id)
        except client.exceptions.ResourceNotFoundException:
            return None
        keep = ("Handler", "Runtime", "MemorySize", "Timeout", "Description", "Role", "Environment", "FunctionName")
        return {name: found[name] for name in keep if name in found}


class Version(Kind):
    """AWS::Lambda::Version. Ref gives the ARN with the number."""

    def create(self, making: Making) -> str:
        client = making.client("lambda")
        made = call(client, "PublishVersion", making.given("FunctionName", "Description", "CodeSha256"))
        return str(made["FunctionArn"])

    def delete(self, making: Making) -> None:
        name, _, version = making.physical_id.rpartition(":")
        making.client("lambda").delete_function(FunctionName=name, Qualifier=version)

    def attributes(self, making: Making) -> dict[str, Any]:
        return {"Version": making.physical_id.rpartition(":")[2], "FunctionArn": making.physical_id}

    def must_replace(self, making: Making, changed: set[str]) -> bool:
        return True


class Alias(Kind):
    """AWS::Lambda::Alias. With an update policy CodeDeploy moves its traffic."""

    def create(self, making: Making) -> str:
        made = call(making.client("lambda"), "CreateAlias", self._params(making))
        return str(made["AliasArn"])

    def _params(self, making: Making) -> dict[str, Any]:
        found = making.given("FunctionName", "FunctionVersion", "Name", "Description")
        weights = making.properties.get("RoutingConfig", {}).get("AdditionalVersionWeights")
        if weights:
            found["RoutingConfig"] = {"AdditionalVersionWeights": {
                one["FunctionVersion"]: one["FunctionWeight"] for one in weights
            }}  # fmt: skip
        return found

    def update(self, making: Making) -> Pending | None:
        policy = making.part.get("UpdatePolicy", {}).get("CodeDeployLambdaAliasUpdate")
        if policy and making.before.get("FunctionVersion") != making.properties["FunctionVersion"]:
            return shift(making, resolve(policy, making.scope))
        params = {"RoutingConfig": {"AdditionalVersionWeights": {}}} | self._params(making)
        call(making.client("lambda"), "UpdateAlias", params)
        return None

    def delete(self, making: Making) -> None:
        making.client("lambda").delete_alias(
            FunctionName=making.properties["FunctionName"], Name=making.properties["Name"]
        )

    def attributes(self, making: Making) -> dict[str, Any]:
        return {"AliasArn": making.physical_id}


class Permission(Kind):
    """AWS::Lambda::Permission."""

    def create(self, making: Making) -> str:
        name = making.name(100)
        params = {key: value for key, value in making.properties.items() if key != "InvokedViaFunctionUrl"}
        call(making.client("lambda"), "AddPermission", {**params, **_whose(making), "StatementId": name})
        return name

    def delete(self, making: Making) -> None:
        making.client("lambda").remove_permission(**_whose(making), StatementId=making.physical_id)

    def must_replace(self, making: Making, changed: set[str]) -> bool:
        return True


def _whose(making: Making) -> dict[str, str]:
    """The function, and apart from it the alias or version that its ARN may end with."""
    name: str = making.properties["FunctionName"]
    parts = name.split(":")
    if len(parts) == 8:
        return {"FunctionName": ":".join(parts[:7]), "Qualifier": parts[7]}
    return {"FunctionName": name}


class Url(Kind):
    """AWS::Lambda::Url."""

    def _own(self, making: Making) -> dict[str, Any]:
        found = {"FunctionName": making.properties["TargetFunctionArn"]}
        return found | ({"Qualifier": making.properties["Qualifier"]} if "Qualifier" in making.properties else {})

    def create(self, making: Making) -> str:
        making_params = making.given("AuthType", "Cors", "InvokeMode")
        made = call(making.client("lambda"), "CreateFunctionUrlConfig", {**self._own(making), **making_params})
        return str(made["FunctionArn"])

    def update(self, making: Making) -> None:
        params = making.given("AuthType", "Cors", "InvokeMode")
        call(making.client("lambda"), "UpdateFunctionUrlConfig", {**self._own(making), **params})

    def delete(self, making: Making) -> None:
        making.client("lambda").delete_function_url_config(**self._own(making))

    def attributes(self, making: Making) -> dict[str, Any]:
        found = making.client("lambda").get_function_url_config(**self._own(making))
        return {"FunctionUrl": found["FunctionUrl"], "FunctionArn": found["FunctionArn"]}


class Mapping(Kind):
    """AWS::Lambda::EventSourceMapping."""

    def create(self, making: Making) -> str:
        made = call(making.client("lambda"), "CreateEventSourceMapping", making.properties)
        return str(made["UUID"])

    def update(self, making: Making) -> None:
        fixed = ("EventSourceArn", "StartingPosition", "StartingPositionTimestamp", "Tags")
        params = {key: value for key, value in making.properties.items() if key not in fixed}
        call(making.client("lambda"), "UpdateEventSourceMapping", {**params, "UUID": making.physical_id})

    def delete(self, making: Making) -> None:
        making.client("lambda").delete_event_source_mapping(UUID=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        return {"Id": making.physical_id}


class Layer(Kind):
    """AWS::Lambda::LayerVersion."""

    def create(self, making: Making) -> str:
        given = {"LayerName": making.name(140), **making.properties}
        made = call(making.client("lambda"), "PublishLayerVersion", given)
        return str(made["LayerVersionArn"])

    def delete(self, making: Making) -> None:
        name, _, version = making.physical_id.rpartition(":")
        making.client("lambda").delete_layer_version(LayerName=name, VersionNumber=int(version))

    def attributes(self, making: Making) -> dict[str, Any]:
        return {"LayerVersionArn": making.physical_id}

    def must_replace(self, making: Making, changed: set[str]) -> bool:
        return True


class Machine(Kind):
    """AWS::StepFunctions::StateMachine. Ref gives the ARN."""

    def create(self, making: Making) -> str:
        given = making.properties
        params: dict[str, Any] = {
            "name": given.get("StateMachineName") or making.name(80),
            "definition": self._definition(making),
            "roleArn": given["RoleArn"],
            "type": given.get("StateMachineType", "STANDARD"),
            "tags": [{"key": key, "value": value} for key, value in making.tags.items()],
        }
        for name in ("LoggingConfiguration", "TracingConfiguration"):
            if name in given:
                params |= lowered({name: given[name]})
        return str(call(making.client("stepfunctions"), "CreateStateMachine", params)["stateMachineArn"])

    def _definition(self, making: Making) -> str:
        given = making.properties
        text = given.get("DefinitionString") or json.dumps(given.get("Definition", {}))
        if "DefinitionS3Location" in given:
            place = given["DefinitionS3Location"]
            text = making.client("s3").get_object(Bucket=place["Bucket"], Key=place["Key"])["Body"].read().decode()
        for name, value in given.get("DefinitionSubstitutions", {}).items():
            text = text.replace("${" + name + "}", as_text(value))
        return str(text)

    def update(self, making: Making) -> None:
        making.client("stepfunctions").update_state_machine(
            stateMachineArn=making.physical_id,
            definition=self._definition(making),
            roleArn=making.properties["RoleArn"],
        )

    def delete(self, making: Making) -> None:
        making.client("stepfunctions").delete_state_machine(stateMachineArn=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        return {"Arn": making.physical_id, "Name": making.physical_id.rsplit(":", 1)[1]}


KINDS: Final[dict[str, Kind]] = {
    "AWS::Lambda::Function": Function(),
    "AWS::Lambda::Version": Version(),
    "AWS::Lambda::Alias": Alias(),
    "AWS::Lambda::Permission": Permission(),
    "AWS::Lambda::Url": Url(),
    "AWS::Lambda::EventSourceMapping": Mapping(),
    "AWS::Lambda::LayerVersion": Layer(),
    "AWS::StepFunctions::StateMachine": Machine(),
    "AWS::StepFunctions::Activity": Called(
        "stepfunctions", "CreateActivity", name="Name", camel=True, id="activityArn", deletes="DeleteActivity",
        key="activityArn",
    ),
}  # fmt: skip
