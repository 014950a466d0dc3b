"""What each kind of action does.

https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.caller import Session
from course.lab.codepipeline import artifacts
from course.lab.codepipeline.store import Action, Execution, Pipeline, kept

_VARIABLE: Final = re.compile(r"#\{([\w@-]+)\.([\w.@-]+)\}")


@dataclass
class Working:
    """An action under way: whether it is over, and what to do then (which may raise)."""

    is_over: Callable[[], bool]
    finish: Callable[[], None]


@dataclass
class Task:
    """All that an action needs to know."""

    pipeline: Pipeline
    execution: Execution
    action: Action
    declared: dict[str, Any]
    session: Session
    settings: dict[str, str]

    def store(self, body: bytes) -> None:
        """Keep the action's output."""
        artifacts.store(self.pipeline, self.execution, self.action, self.declared, self.session, body)


def begin_action(
    pipeline: Pipeline, execution: Execution, action: Action, declared: dict[str, Any], session: Session
) -> Working:
    """Start an action; raises if it cannot even start."""
    settings = {name: _filled(value, execution) for name, value in declared.get("configuration", {}).items()}
    kind = declared["actionTypeId"]
    task = Task(pipeline, execution, action, declared, session, settings)
    return _KINDS[kind["category"], kind["provider"]](task)


def _filled(text: str, execution: Execution) -> str:
    def put(found: re.Match[str]) -> str:
        try:
            return execution.variables[found[1]][found[2]]
        except KeyError:
            raise ValueError(f"The variable {found[0]} is not known at this point of the pipeline") from None

    return _VARIABLE.sub(put, str(text))


def _done(work: Callable[[], None]) -> Working:
    return Working(lambda: True, work)


def _from_s3(task: Task) -> Working:
    def work() -> None:
        given = task.settings
        found = task.session.client("s3").get_object(Bucket=given["S3Bucket"], Key=given["S3ObjectKey"])
        version = found.get("VersionId")
        if not version:
            raise ValueError(f"The source bucket {given['S3Bucket']} must have versioning enabled")
        task.store(found["Body"].read())
        task.pipeline.seen[task.action.name] = version
        _revision(task, version, f"Amazon S3 version id: {version}")
        task.action.variables = {"VersionId": version, "ETag": found["ETag"].strip('"'),
                                 "BucketName": given["S3Bucket"], "ObjectKey": given["S3ObjectKey"]}  # fmt: skip

    return _done(work)


def _revision(task: Task, revision: str, summary: str) -> None:
    task.action.external_id = revision
    task.execution.revisions.append(
        {"name": task.declared["outputArtifacts"][0]["name"], "revisionId": revision, "revisionSummary": summary}
    )


def _from_codecommit(task: Task) -> Working:
    def work() -> None:
        from course.lab.codecommit.store import kept as repositories

        name, branch = task.settings["RepositoryName"], task.settings["BranchName"]
        tip = task.session.client("codecommit").get_branch(repositoryName=name, branchName=branch)["branch"]["commitId"]
        repository = repositories(task.pipeline.place).repositories[name]
        files = {path: repository.blob(blob) for path, (blob, _) in repository.files(tip).items()}
        task.store(artifacts.archive_of(files))
        task.pipeline.seen[task.action.name] = tip
        message = repository.git[tip.encode()].message.decode()
        _revision(task, tip, message)
        task.action.variables = {
            "CommitId": tip,
            "BranchName": branch,
            "RepositoryName": name,
            "CommitMessage": message,
        }

    return _done(work)


def _codebuild(task: Task) -> Working:
    from course.lab.codebuild import building
    from course.lab.codebuild.operations import new_build
    from course.lab.service import Call

    rows = json.loads(task.settings.get("EnvironmentVariables", "[]"))
    given = {"projectName": task.settings["ProjectName"], "environmentVariablesOverride": rows}
    call = Call(given, task.session)
    task.session.client("codebuild").batch_get_projects(names=[given["projectName"]])  # may the role see it?
    build = new_build(call, task.settings["ProjectName"], f"codepipeline/{task.pipeline.name}")
    building.start(build, artifacts.first_input(task.execution, task.declared, task.session))
    task.action.external_id = build.build_id

    def work() -> None:
        task.action.variables = {one["name"]: one["value"] for one in build.exported}
        if build.status != "SUCCEEDED":
            failed = next((one for one in build.phases if one.status == "FAILED"), None)
            raise ValueError(f"Build terminated with state: {build.status}" + (
                f", phase: {failed.kind}, {failed.code}: {failed.message}" if failed else ""))  # fmt: skip
        if "archive" in build.artifacts:
            task.store(build.artifacts["archive"])

    return Working(lambda: build.over, work)


def _to_s3(task: Task) -> Working:
    def work() -> None:
        given, s3 = task.settings, task.session.client("s3")
        body = artifacts.first_input(task.execution, task.declared, task.session)
        if given.get("Extract", "false").lower() != "true":
            s3.put_object(Bucket=given["BucketName"], Key=given["ObjectKey"], Body=body)
            return
        prefix = given.get("ObjectKey", "").strip("/")
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                key = f"{prefix}/{name}" if prefix else name
                s3.put_object(Bucket=given["BucketName"], Key=key, Body=archive.read(name))

    return _done(work)


def _codedeploy(task: Task) -> Working:
    given, client = task.settings, task.session.client("codedeploy")
    bucket, key = task.execution.artifacts[task.declared["inputArtifacts"][0]["name"]]
    revision = {"revisionType": "S3", "s3Location": {"bucket": bucket, "key": key, "bundleType": "zip"}}
    deployment = client.create_deployment(
        applicationName=given["ApplicationName"], deploymentGroupName=given["DeploymentGroupName"], revision=revision
    )["deploymentId"]
    task.action.external_id = deployment

    def info() -> dict[str, Any]:
        found: dict[str, Any] = client.get_deployment(deploymentId=deployment)["deploymentInfo"]
        return found

    def work() -> None:
        end = info()
        if end["status"] != "Succeeded":
            raise ValueError(f"Deployment {deployment} failed: {end.get('errorInformation', {}).get('message', '')}")

    return Working(lambda: info()["status"] in ("Succeeded", "Failed", "Stopped"), work)


def _cloudformation(task: Task) -> Working:
    given, client = task.settings, task.session.client("cloudformation")
    mode, name = given["ActionMode"], given["StackName"]
    params: dict[str, Any] = {"StackName": name}
    if given.get("TemplatePath"):
        params["TemplateBody"] = artifacts.member(task.execution, given["TemplatePath"], task.session)
        params["Parameters"] = _parameters(task)
        params["Capabilities"] = [one for one in given.get("Capabilities", "").split(",") if one]
        if given.get("RoleArn"):
            params["RoleARN"] = given["RoleArn"]
    stack = _status(client, name)
    if mode in ("CREATE_UPDATE", "REPLACE_ON_FAILURE"):
        if mode == "REPLACE_ON_FAILURE" and stack in ("ROLLBACK_COMPLETE", "CREATE_FAILED", "DELETE_FAILED"):
            client.delete_stack(StackName=name)
            stack = ""
        try:
            (client.update_stack if stack and stack != "REVIEW_IN_PROGRESS" else client.create_stack)(**params)
        except client.exceptions.ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
    elif mode == "DELETE_ONLY":
        client.delete_stack(StackName=name)
        return _done(lambda: None)
    elif mode == "CHANGE_SET_REPLACE":
        kind = "UPDATE" if stack and stack != "REVIEW_IN_PROGRESS" else "CREATE"
        if kind == "UPDATE" or stack:
            _drop_change_set(client, name, given["ChangeSetName"])
        client.create_change_set(**params, ChangeSetName=given["ChangeSetName"], ChangeSetType=kind)
        return _done(lambda: None)
    else:
        found = client.describe_change_set(StackName=name, ChangeSetName=given["ChangeSetName"])
        if found["Status"] == "FAILED":
            return _done(lambda: None)  # a change set without changes is nothing to execute
        client.execute_change_set(StackName=name, ChangeSetName=given["ChangeSetName"])

    def work() -> None:
        end = client.describe_stacks(StackName=name)["Stacks"][0]
        rows = {row["OutputKey"]: row["OutputValue"] for row in end.get("Outputs", [])}
        task.action.variables = rows
        if "FAILED" in end["StackStatus"] or "ROLLBACK" in end["StackStatus"]:
            raise ValueError(f"Stack {name} is in {end['StackStatus']}: {end.get('StackStatusReason', '')}")
        task.store(artifacts.archive_of({given.get("OutputFileName") or "outputs.json": json.dumps(rows).encode()}))

    return Working(lambda: not _status(client, name).endswith("_IN_PROGRESS"), work)


def _status(client: Any, name: str) -> str:
    try:
        return str(client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    except client.exceptions.ClientError:
        return ""


def _drop_change_set(client: Any, stack: str, name: str) -> None:
    try:
        client.delete_change_set(StackName=stack, ChangeSetName=name)
    except client.exceptions.ClientError:
        return


def _parameters(task: Task) -> list[dict[str, str]]:
    found: dict[str, Any] = {}
    given = task.settings
    if given.get("TemplateConfiguration"):
        text = artifacts.member(task.execution, given["TemplateConfiguration"], task.session)
        found |= json.loads(text).get("Parameters", {})
    found |= json.loads(given.get("ParameterOverrides") or "{}")
    return [{"ParameterKey": key, "ParameterValue": str(value)} for key, value in found.items()]


def _approval(task: Task) -> Working:
    action, given = task.action, task.settings
    action.token = str(mock_random.uuid4())
    if given.get("NotificationArn"):
        message = {
            "region": task.pipeline.place.region,
            "approval": {
                "pipelineName": task.pipeline.name, "stageName": action.stage, "actionName": action.name,
                "token": action.token, "customData": given.get("CustomData", ""),
                "externalEntityLink": given.get("ExternalEntityLink", ""),
            },
        }  # fmt: skip
        task.session.client("sns").publish(
            TopicArn=given["NotificationArn"], Message=json.dumps(message),
            Subject=f"APPROVAL NEEDED: AWS CodePipeline {task.pipeline.name}"[:100],
        )  # fmt: skip

    def work() -> None:
        action.token = ""
        if action.answer["status"] != "Approved":
            raise ValueError(f"Approval was rejected: {action.answer['summary']}")
        action.enter("Succeeded", action.answer["summary"])

    return Working(lambda: bool(action.answer), work)


def _lambda(task: Task) -> Working:
    job, client = str(mock_random.uuid4()), task.session.client("lambda")
    action, given = task.action, task.settings
    kept(task.pipeline.place).jobs[job] = action
    inputs = []
    for one in task.declared.get("inputArtifacts", []):
        bucket, key = task.execution.artifacts[one["name"]]
        inputs.append({"name": one["name"], "location": {"type": "S3", "s3Location": {
            "bucketName": bucket, "objectKey": key}}})  # fmt: skip
    data = {
        "actionConfiguration": {"configuration": given},
        "inputArtifacts": inputs,
        "outputArtifacts": [],
        "artifactCredentials": {
            "accessKeyId": task.session.key, "secretAccessKey": task.session.secret, "sessionToken": task.session.token,
        },
    }  # fmt: skip
    event = {"CodePipeline.job": {"id": job, "accountId": task.pipeline.place.account, "data": data}}
    client.invoke(FunctionName=given["FunctionName"], InvocationType="Event", Payload=json.dumps(event).encode())

    def work() -> None:
        if action.answer["status"] != "Succeeded":
            raise ValueError(action.answer["summary"])
        action.variables = action.answer.get("variables", {})

    return Working(lambda: bool(action.answer), work)


def _machine(task: Task) -> Working:
    given, client = task.settings, task.session.client("stepfunctions")
    if given.get("InputType") == "FilePath":
        text = artifacts.member(task.execution, given["Input"], task.session)
    else:
        text = given.get("Input", "{}")
    name = f"{given.get('ExecutionNamePrefix', 'pipeline')}-{mock_random.uuid4()}"
    arn = client.start_execution(stateMachineArn=given["StateMachineArn"], input=text, name=name)["executionArn"]
    task.action.external_id = arn

    def work() -> None:
        end = client.describe_execution(executionArn=arn)
        if end["status"] != "SUCCEEDED":
            raise ValueError(f"The execution of the state machine ended with {end['status']}: {end.get('cause', '')}")
        task.action.variables = {"ExecutionArn": arn, "StateMachineArn": given["StateMachineArn"]}

    return Working(lambda: client.describe_execution(executionArn=arn)["status"] != "RUNNING", work)


_KINDS: Final[dict[tuple[str, str], Callable[[Task], Working]]] = {
    ("Source", "S3"): _from_s3,
    ("Source", "CodeCommit"): _from_codecommit,
    ("Build", "CodeBuild"): _codebuild,
    ("Test", "CodeBuild"): _codebuild,
    ("Deploy", "S3"): _to_s3,
    ("Deploy", "CodeDeploy"): _codedeploy,
    ("Deploy", "CloudFormation"): _cloudformation,
    ("Approval", "Manual"): _approval,
    ("Invoke", "Lambda"): _lambda,
    ("Invoke", "StepFunctions"): _machine,
}
