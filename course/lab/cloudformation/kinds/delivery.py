"""CodeCommit, CodeBuild, CodeDeploy and CodePipeline.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CodeBuild.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CodePipeline.html
"""

from __future__ import annotations

from typing import Any, Final

from course.lab.cloudformation.kinds.called import Called
from course.lab.cloudformation.kinds.kind import Kind, Making, call, lowered


class Pipeline(Kind):
    """AWS::CodePipeline::Pipeline."""

    def _pipeline(self, making: Making, name: str) -> dict[str, Any]:
        given = {key: value for key, value in making.properties.items() if key not in ("Tags", "Name")}
        given.pop("RestartExecutionOnUpdate", None)
        found: dict[str, Any] = {"name": name}
        for key, value in given.items():
            found[key[:1].lower() + key[1:]] = (
                [self._stage(one) for one in value] if key == "Stages" else lowered(value)
            )
        return found | {"version": 1}

    def _stage(self, stage: dict[str, Any]) -> dict[str, Any]:
        return {"name": stage["Name"], "actions": [self._action(one) for one in stage["Actions"]]}

    def _action(self, action: dict[str, Any]) -> dict[str, Any]:
        return {
            key[:1].lower() + key[1:]: value if key == "Configuration" else lowered(value)
            for key, value in action.items()
        }

    def create(self, making: Making) -> str:
        name: str = making.properties.get("Name") or making.name(100)
        call(making.client("codepipeline"), "CreatePipeline", {"pipeline": self._pipeline(making, name)})
        return name

    def update(self, making: Making) -> None:
        pipeline = self._pipeline(making, making.physical_id)
        call(making.client("codepipeline"), "UpdatePipeline", {"pipeline": pipeline})

    def delete(self, making: Making) -> None:
        making.client("codepipeline").delete_pipeline(name=making.physical_id)

    def attributes(self, making: Making) -> dict[str, Any]:
        return {"Version": "1"}


KINDS: Final[dict[str, Kind]] = {
    "AWS::CodeCommit::Repository": Called(
        "codecommit", "CreateRepository", name="RepositoryName", camel=True,
        renames={"RepositoryDescription": "repositoryDescription"}, id="repositoryMetadata.repositoryId",
        deletes="DeleteRepository", keys={"repositoryName": "RepositoryName"}, reads="GetRepository",
        at="repositoryMetadata",
        gives={"Arn": "Arn", "CloneUrlHttp": "cloneUrlHttp", "Name": "repositoryName"}, drifts=False,
    ),
    "AWS::CodeBuild::Project": Called(
        "codebuild", "CreateProject", name="Name", camel=True, updates="UpdateProject", deletes="DeleteProject",
        key="name",
    ),
    "AWS::CodeDeploy::Application": Called(
        "codedeploy", "CreateApplication", name="ApplicationName", camel=True, deletes="DeleteApplication",
        key="applicationName",
    ),
    "AWS::CodeDeploy::DeploymentGroup": Called(
        "codedeploy", "CreateDeploymentGroup", name="DeploymentGroupName", camel=True,
        deletes="DeleteDeploymentGroup", key="deploymentGroupName", keys={"applicationName": "ApplicationName"},
    ),
    "AWS::CodeDeploy::DeploymentConfig": Called(
        "codedeploy", "CreateDeploymentConfig", name="DeploymentConfigName", camel=True,
        deletes="DeleteDeploymentConfig", key="deploymentConfigName",
    ),
    "AWS::CodePipeline::Pipeline": Pipeline(),
}  # fmt: skip
