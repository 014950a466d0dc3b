"""CodeCommit, CodeBuild, CodeDeploy, CodePipeline: behaviours of AWS that the lab shows and bare moto does not."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, collect, refused

_COMMIT = "https://docs.aws.amazon.com/codecommit/latest"
_BUILD = "https://docs.aws.amazon.com/codebuild/latest/userguide"
_DEPLOY = "https://docs.aws.amazon.com/codedeploy/latest/userguide"
_PIPELINE = "https://docs.aws.amazon.com/codepipeline/latest/userguide"
ROLE = "arn:aws:iam::123456789012:role/r"

CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED)


def client(service: str) -> Any:
    made: Any = boto3.client
    return made(service, region_name="us-east-1")


def role() -> None:
    services = [f"{name}.amazonaws.com" for name in ("lambda", "codebuild", "codepipeline", "codedeploy")]
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}]}  # fmt: skip
    with contextlib.suppress(ClientError):
        client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))


def commit(path: str, text: str, branch: str = "main", parent: str = "") -> str:
    more = {"parentCommitId": parent} if parent else {}
    made = client("codecommit").put_file(
        repositoryName="shop", branchName=branch, filePath=path, fileContent=text.encode(), **more
    )
    return str(made["commitId"])


@behaviour(f"{_COMMIT}/APIReference/API_PutFile.html")
def a_file_is_kept_in_a_commit(world: World) -> bool:
    client("codecommit").create_repository(repositoryName="shop")
    commit("a.txt", "hello")
    return bool(client("codecommit").get_file(repositoryName="shop", filePath="a.txt")["fileContent"] == b"hello")


@behaviour(f"{_COMMIT}/APIReference/API_PutFile.html#API_PutFile_RequestSyntax")
def an_outdated_parent_is_refused(world: World) -> bool:
    client("codecommit").create_repository(repositoryName="shop")
    first = commit("a.txt", "1")
    commit("a.txt", "2", parent=first)
    return refused(lambda: commit("a.txt", "3", parent=first), "ParentCommitIdOutdatedException")


@behaviour(f"{_COMMIT}/userguide/pull-requests.html")
def a_pull_request_is_merged(world: World) -> bool:
    client("codecommit").create_repository(repositoryName="shop")
    first = commit("a.txt", "1")
    client("codecommit").create_branch(repositoryName="shop", branchName="feature", commitId=first)
    commit("b.txt", "2", "feature", first)
    targets = [{"repositoryName": "shop", "sourceReference": "feature", "destinationReference": "main"}]
    number = client("codecommit").create_pull_request(title="b", targets=targets)["pullRequest"]["pullRequestId"]
    client("codecommit").merge_pull_request_by_squash(pullRequestId=number, repositoryName="shop")
    found = client("codecommit").get_file(repositoryName="shop", filePath="b.txt", commitSpecifier="main")
    return bool(found["fileContent"] == b"2")


def build(world: World, spec: dict[str, Any]) -> dict[str, Any]:
    role()
    client("codebuild").create_project(
        name="shop", source={"type": "NO_SOURCE", "buildspec": json.dumps({"version": 0.2, **spec})},
        artifacts={"type": "NO_ARTIFACTS"}, serviceRole=ROLE,
        environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0",
                     "computeType": "BUILD_GENERAL1_SMALL"},
    )  # fmt: skip
    started = client("codebuild").start_build(projectName="shop")["build"]["id"]
    world.advance(120)
    found: dict[str, Any] = client("codebuild").batch_get_builds(ids=[started])["builds"][0]
    return found


@behaviour(f"{_BUILD}/build-spec-ref.html#build-spec.phases.commands")
def a_failing_command_fails_the_build(world: World) -> bool:
    return bool(build(world, {"phases": {"build": {"commands": ["false"]}}})["buildStatus"] == "FAILED")


@behaviour(f"{_BUILD}/view-build-details-phases.html")
def post_build_runs_after_a_failed_build(world: World) -> bool:
    found = build(world, {"phases": {"build": {"commands": ["false"]}, "post_build": {"commands": ["true"]}}})
    phases = {one["phaseType"]: one.get("phaseStatus") for one in found["phases"]}
    return (phases["BUILD"], phases["POST_BUILD"]) == ("FAILED", "SUCCEEDED")


@behaviour(f"{_BUILD}/build-spec-ref.html#build-spec.env.exported-variables")
def variables_are_exported(world: World) -> bool:
    found = build(world, {"env": {"exported-variables": ["A"]}, "phases": {"build": {"commands": ["export A=b"]}}})
    return bool(found["exportedEnvironmentVariables"] == [{"name": "A", "value": "b"}])


@behaviour(f"{_BUILD}/getting-started-output-log.html")
def what_commands_say_is_in_the_log(world: World) -> bool:
    build(world, {"phases": {"build": {"commands": ["echo hello"]}}})
    events = client("logs").filter_log_events(logGroupName="/aws/codebuild/shop")["events"]
    return "hello" in [one["message"] for one in events]


def shifted(config: str, **more: Any) -> str:
    """A deployment of version 2 of a function; its id."""
    role()
    for number in (1, 2):
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w") as made:
            made.writestr("app.py", f"def handler(event, context): return {number}")
        if number == 1:
            client("lambda").create_function(FunctionName="f", Role=ROLE, Runtime="python3.13", Handler="app.handler",
                                             Code={"ZipFile": body.getvalue()}, Publish=True)  # fmt: skip
        else:
            client("lambda").update_function_code(FunctionName="f", ZipFile=body.getvalue(), Publish=True)
    client("lambda").create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    client("codedeploy").create_application(applicationName="f", computePlatform="Lambda")
    client("codedeploy").create_deployment_group(
        applicationName="f", deploymentGroupName="live", serviceRoleArn=ROLE,
        deploymentConfigName=f"CodeDeployDefault.Lambda{config}", **more,
    )  # fmt: skip
    return start()


def start() -> str:
    properties = {"Name": "f", "Alias": "live", "CurrentVersion": "1", "TargetVersion": "2"}
    spec = {"version": 0.0, "Resources": [{"f": {"Type": "AWS::Lambda::Function", "Properties": properties}}]}
    made = client("codedeploy").create_deployment(
        applicationName="f", deploymentGroupName="live",
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(spec)}},
    )  # fmt: skip
    return str(made["deploymentId"])


@behaviour(f"{_DEPLOY}/deployment-configurations.html#deployment-configuration-lambda")
def a_canary_moves_a_tenth_of_the_traffic_first(world: World) -> bool:
    shifted("Canary10Percent5Minutes")
    world.advance(60)
    alias = client("lambda").get_alias(FunctionName="f", Name="live")
    return bool(alias["RoutingConfig"]["AdditionalVersionWeights"] == {"2": 0.1})


@behaviour(f"{_DEPLOY}/deployment-steps-lambda.html")
def a_deployment_to_lambda_ends(world: World) -> bool:
    one = shifted("Canary10Percent5Minutes")
    world.advance(400)
    return bool(client("codedeploy").get_deployment(deploymentId=one)["deploymentInfo"]["status"] == "Succeeded")


@behaviour("https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeployment.html")
def a_group_has_one_deployment_at_a_time(world: World) -> bool:
    shifted("Canary10Percent5Minutes")
    return refused(start, "DeploymentLimitExceededException")


@behaviour(f"{_DEPLOY}/deployments-rollback-and-redeploy.html")
def a_stopped_deployment_is_undone(world: World) -> bool:
    one = shifted("Linear10PercentEvery1Minute")
    world.advance(120)
    client("codedeploy").stop_deployment(deploymentId=one, autoRollbackEnabled=True)
    world.advance(60)
    alias = client("lambda").get_alias(FunctionName="f", Name="live")
    info = client("codedeploy").get_deployment(deploymentId=one)["deploymentInfo"]
    return (alias["FunctionVersion"], "rollbackDeploymentId" in info["rollbackInfo"]) == ("1", True)


def pipeline(*stages: dict[str, Any]) -> None:
    role()
    client("s3").create_bucket(Bucket="artifacts")
    client("s3").put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        made.writestr("a.txt", "hello")
    client("s3").put_object(Bucket="artifacts", Key="in.zip", Body=body.getvalue())
    source = action("Source", "S3", {"S3Bucket": "artifacts", "S3ObjectKey": "in.zip"})
    source["outputArtifacts"] = [{"name": "A"}]
    client("codepipeline").create_pipeline(pipeline={
        "name": "p", "roleArn": ROLE, "version": 1, "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [{"name": "Source", "actions": [source]},
                   *({"name": f"S{number}", "actions": [one]} for number, one in enumerate(stages))],
    })  # fmt: skip


def action(category: str, provider: str, configuration: dict[str, str], takes: str = "") -> dict[str, Any]:
    return {
        "name": category, "configuration": configuration, "runOrder": 1, "outputArtifacts": [],
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "inputArtifacts": [{"name": takes}] if takes else [],
    }  # fmt: skip


@behaviour(f"{_PIPELINE}/action-reference-S3Deploy.html")
def a_pipeline_copies_files(world: World) -> bool:
    client("s3").create_bucket(Bucket="site")
    pipeline(action("Deploy", "S3", {"BucketName": "site", "Extract": "true"}, "A"))
    world.advance(60)
    return bool(client("s3").get_object(Bucket="site", Key="a.txt")["Body"].read() == b"hello")


@behaviour(f"{_PIPELINE}/approvals.html")
def an_approval_holds_the_pipeline(world: World) -> bool:
    pipeline(action("Approval", "Manual", {}))
    world.advance(60)
    found = client("codepipeline").get_pipeline_state(name="p")["stageStates"][1]["actionStates"][0]
    client("codepipeline").put_approval_result(
        pipelineName="p", stageName="S0", actionName="Approval", token=found["latestExecution"]["token"],
        result={"summary": "yes", "status": "Approved"},
    )  # fmt: skip
    world.advance(60)
    runs = client("codepipeline").list_pipeline_executions(pipelineName="p")["pipelineExecutionSummaries"]
    return bool(runs[0]["status"] == "Succeeded")


@behaviour(f"{_PIPELINE}/actions-retry.html")
def a_failed_stage_is_tried_again(world: World) -> bool:
    pipeline(action("Deploy", "S3", {"BucketName": "site", "Extract": "true"}, "A"))
    world.advance(60)
    run = client("codepipeline").list_pipeline_executions(pipelineName="p")["pipelineExecutionSummaries"][0]
    client("s3").create_bucket(Bucket="site")
    client("codepipeline").retry_stage_execution(
        pipelineName="p", stageName="S0", pipelineExecutionId=run["pipelineExecutionId"], retryMode="FAILED_ACTIONS"
    )
    world.advance(60)
    again = client("codepipeline").list_pipeline_executions(pipelineName="p")["pipelineExecutionSummaries"][0]
    return (run["status"], again["status"]) == ("Failed", "Succeeded")


@behaviour(f"{_PIPELINE}/reference-pipeline-structure.html")
def an_artifact_that_nobody_makes_is_refused(world: World) -> bool:
    copy = action("Deploy", "S3", {"BucketName": "site", "Extract": "true"}, "Lost")
    return refused(lambda: pipeline(copy), "InvalidActionDeclarationException")


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
