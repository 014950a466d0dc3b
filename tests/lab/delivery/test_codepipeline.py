"""CodePipeline: from a commit to a deployment, with approvals, retries, variables and events."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import ECHO, got, make

SERVICES = ["codepipeline", "codebuild", "codedeploy", "cloudformation"]
ROLE = "arn:aws:iam::123456789012:role/pipeline"


@pytest.fixture
def pipelines():
    """A repository with a file, a bucket for artifacts, and a role."""
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {
        "Service": [f"{name}.amazonaws.com" for name in SERVICES]}}]}  # fmt: skip
    boto3.client("iam").create_role(RoleName="pipeline", AssumeRolePolicyDocument=json.dumps(trust))
    boto3.client("s3").create_bucket(Bucket="artifacts")
    boto3.client("codecommit").create_repository(repositoryName="shop")
    commit("a.txt", "one")
    return boto3.client("codepipeline")


def commit(path, text):
    client = boto3.client("codecommit")
    try:
        parent = {"parentCommitId": client.get_branch(repositoryName="shop", branchName="main")["branch"]["commitId"]}
    except client.exceptions.BranchDoesNotExistException:
        parent = {}
    return client.put_file(repositoryName="shop", branchName="main", filePath=path, fileContent=text.encode(),
                           commitMessage=f"change {path}", **parent)["commitId"]  # fmt: skip


def action(name, category, provider, takes="", gives="", order=1, namespace="", **configuration):
    made = {
        "name": name,
        "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"},
        "configuration": configuration,
        "runOrder": order,
        "inputArtifacts": [{"name": takes}] if takes else [],
        "outputArtifacts": [{"name": gives}] if gives else [],
    }
    return made | ({"namespace": namespace} if namespace else {})


SOURCE = action("Commit", "Source", "CodeCommit", gives="Source", namespace="Commit",
                RepositoryName="shop", BranchName="main")  # fmt: skip
APPROVE = action("Approve", "Approval", "Manual")


def create(pipelines, *stages):
    structure = {
        "name": "shop", "roleArn": ROLE, "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [{"name": "Source", "actions": [SOURCE]},
                   *({"name": name, "actions": list(actions)} for name, *actions in stages)],
    }  # fmt: skip
    pipelines.create_pipeline(pipeline=structure)
    lab.settle()


def last(pipelines):
    return pipelines.list_pipeline_executions(pipelineName="shop")["pipelineExecutionSummaries"][0]


def states(pipelines):
    found = pipelines.get_pipeline_state(name="shop")["stageStates"]
    return {one["stageName"]: one.get("latestExecution", {}).get("status") for one in found}


def test_a_file_goes_from_a_commit_to_a_site(pipelines):
    boto3.client("s3").create_bucket(Bucket="site")
    deploy = action("Copy", "Deploy", "S3", takes="Source", BucketName="site", Extract="true")
    create(pipelines, ("Deploy", deploy))
    assert states(pipelines) == {"Source": "Succeeded", "Deploy": "Succeeded"}
    read = boto3.client("s3").get_object
    assert read(Bucket="site", Key="a.txt")["Body"].read() == b"one"
    commit("a.txt", "two")
    lab.settle()
    assert read(Bucket="site", Key="a.txt")["Body"].read() == b"two"
    assert [one["trigger"]["triggerType"] for one in pipelines.list_pipeline_executions(
        pipelineName="shop")["pipelineExecutionSummaries"]] == ["PollForSourceChanges", "CreatePipeline"]  # fmt: skip


def test_a_person_lets_it_pass_or_not(pipelines):
    create(pipelines, ("Gate", APPROVE))
    assert states(pipelines)["Gate"] == "InProgress"
    found = pipelines.get_pipeline_state(name="shop")["stageStates"][1]["actionStates"][0]["latestExecution"]
    answer = {"pipelineName": "shop", "stageName": "Gate", "actionName": "Approve"}
    with pytest.raises(ClientError, match="InvalidApprovalTokenException"):
        pipelines.put_approval_result(**answer, result={"summary": "", "status": "Approved"}, token="0" * 36)
    pipelines.put_approval_result(**answer, result={"summary": "no", "status": "Rejected"}, token=found["token"])
    lab.settle()
    assert (last(pipelines)["status"], states(pipelines)["Gate"]) == ("Failed", "Failed")


def test_an_approval_that_nobody_gives_fails_after_a_week(pipelines):
    create(pipelines, ("Gate", APPROVE))
    lab.clock.advance(days=8)
    assert last(pipelines)["status"] == "Failed"


def build(name="build", spec=None):
    spec = spec or {"version": 0.2, "env": {"exported-variables": ["SIZE"]},
                    "phases": {"build": {"commands": ["export SIZE=$(wc -c < a.txt | tr -d ' ')", "mkdir out",
                                                      "tr a-z A-Z < a.txt > out/a.txt"]}},
                    "artifacts": {"base-directory": "out", "files": ["*"]}}  # fmt: skip
    boto3.client("codebuild").create_project(
        name=name, source={"type": "CODEPIPELINE", "buildspec": json.dumps(spec)}, artifacts={"type": "CODEPIPELINE"},
        environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0",
                     "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=ROLE,
    )  # fmt: skip


def test_a_build_makes_another_artifact_and_variables(pipelines):
    build()
    boto3.client("s3").create_bucket(Bucket="site")
    compile_ = action("Compile", "Build", "CodeBuild", "Source", "Built", namespace="Built", ProjectName="build")
    copy = action("Copy", "Deploy", "S3", takes="Built", BucketName="site", Extract="true",
                  ObjectKey="#{Commit.BranchName}-#{Built.SIZE}")  # fmt: skip
    create(pipelines, ("Build", compile_), ("Deploy", copy))
    lab.clock.advance(minutes=3)
    assert boto3.client("s3").get_object(Bucket="site", Key="main-3/a.txt")["Body"].read() == b"ONE"


def test_a_failed_stage_can_be_tried_again(pipelines):
    copy = action("Copy", "Deploy", "S3", takes="Source", BucketName="site", Extract="true")
    create(pipelines, ("Deploy", copy))
    failed = last(pipelines)
    assert failed["status"] == "Failed"
    row = pipelines.get_pipeline_state(name="shop")["stageStates"][1]["actionStates"][0]["latestExecution"]
    assert "site" in row["errorDetails"]["message"] or "NoSuchBucket" in row["errorDetails"]["message"]
    boto3.client("s3").create_bucket(Bucket="site")
    pipelines.retry_stage_execution(pipelineName="shop", stageName="Deploy", retryMode="FAILED_ACTIONS",
                                    pipelineExecutionId=failed["pipelineExecutionId"])  # fmt: skip
    lab.settle()
    assert last(pipelines)["status"] == "Succeeded"


def test_actions_of_one_order_run_side_by_side_and_orders_one_after_the_other(pipelines):
    first, second = (action(name, "Approval", "Manual") for name in ("One", "Two"))
    third = action("Three", "Approval", "Manual", order=2)
    create(pipelines, ("Gate", first, second, third))
    found = pipelines.get_pipeline_state(name="shop")["stageStates"][1]["actionStates"]
    assert ["token" in one.get("latestExecution", {}) for one in found] == [True, True, False]


def test_a_closed_transition_holds_executions_and_the_newest_takes_the_place(pipelines):
    boto3.client("s3").create_bucket(Bucket="site")
    copy = action("Copy", "Deploy", "S3", takes="Source", BucketName="site", Extract="true")
    create(pipelines, ("Deploy", copy))
    door = {"pipelineName": "shop", "stageName": "Deploy", "transitionType": "Inbound"}
    pipelines.disable_stage_transition(**door, reason="feast")
    for text in ("two", "three"):
        commit("a.txt", text)
        lab.settle()
    assert boto3.client("s3").get_object(Bucket="site", Key="a.txt")["Body"].read() == b"one"
    found = pipelines.list_pipeline_executions(pipelineName="shop")["pipelineExecutionSummaries"]
    assert [one["status"] for one in found] == ["InProgress", "Superseded", "Succeeded"]
    pipelines.enable_stage_transition(**door)
    lab.settle()
    assert boto3.client("s3").get_object(Bucket="site", Key="a.txt")["Body"].read() == b"three"


def test_a_function_ends_its_job(pipelines):
    make("""
        import boto3
        def handler(event, context):
            job = event["CodePipeline.job"]
            wish = job["data"]["actionConfiguration"]["configuration"]["UserParameters"]
            client = boto3.client("codepipeline")
            if wish == "fail":
                client.put_job_failure_result(jobId=job["id"], failureDetails={"type": "JobFailed", "message": "no"})
            else:
                client.put_job_success_result(jobId=job["id"])
    """, name="check")  # fmt: skip
    good = action("Good", "Invoke", "Lambda", FunctionName="check", UserParameters="pass")
    bad = action("Bad", "Invoke", "Lambda", FunctionName="check", UserParameters="fail")
    create(pipelines, ("Check", good), ("Again", bad))
    lab.settle()
    assert states(pipelines) == {"Source": "Succeeded", "Check": "Succeeded", "Again": "Failed"}


def test_a_stack_is_made_from_a_template_of_the_repository(pipelines):
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}
    template = {"Parameters": {"Name": {"Type": "String"}}, "Resources": {"Q": queue}}
    commit("stack.json", json.dumps(template))
    deploy = action("Stack", "Deploy", "CloudFormation", takes="Source", ActionMode="CREATE_UPDATE", StackName="shop",
                    TemplatePath="Source::stack.json", RoleArn=ROLE,
                    ParameterOverrides=json.dumps({"Name": "from-#{Commit.BranchName}"}))  # fmt: skip
    create(pipelines, ("Deploy", deploy))
    lab.settle()
    assert boto3.client("sqs").list_queues()["QueueUrls"][0].endswith("/from-main")
    assert states(pipelines)["Deploy"] == "Succeeded"


HOOK = """
import os
import boto3

def handler(event, context):
    answer = boto3.client("lambda").invoke(FunctionName=os.environ["NEW"])
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"], status="Failed" if "FunctionError" in answer else "Succeeded",
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"])
"""


def served(answer):
    """A SAM template: a function whose new versions are tried by a hook before customers get them."""
    common = {"Runtime": "python3.13", "Handler": "index.handler", "Role": ROLE, "Timeout": 30}
    preference = {"Type": "AllAtOnce", "Role": ROLE, "Hooks": {"PreTraffic": {"Ref": "TryIt"}}}
    shop = {**common, "FunctionName": "shop", "InlineCode": f"def handler(event, context):\n    return {answer}",
            "AutoPublishAlias": "live", "DeploymentPreference": preference}  # fmt: skip
    try_it = {**common, "FunctionName": "CodeDeployHook_try", "InlineCode": HOOK,
              "Environment": {"Variables": {"NEW": {"Ref": "Shop.Version"}}}}  # fmt: skip
    return json.dumps({
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"Shop": {"Type": "AWS::Serverless::Function", "Properties": shop},
                      "TryIt": {"Type": "AWS::Serverless::Function", "Properties": try_it}},
    })  # fmt: skip


def test_a_bad_version_is_stopped_by_a_hook_and_rolled_back(pipelines):
    commit("template.json", served("'v1'"))
    deploy = action("Stack", "Deploy", "CloudFormation", "Source", ActionMode="CREATE_UPDATE", StackName="shop",
                    TemplatePath="Source::template.json", RoleArn=ROLE,
                    Capabilities="CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND")  # fmt: skip
    create(pipelines, ("Deploy", deploy))
    lab.clock.advance(minutes=2)
    functions = boto3.client("lambda")

    def live():
        alias = functions.get_alias(FunctionName="shop", Name="live")
        return alias["FunctionVersion"], alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})

    assert (states(pipelines)["Deploy"], live()) == ("Succeeded", ("1", {}))
    for answer, ended, version in (("'v2'", "Succeeded", "2"), ("1 / 0", "Failed", "2")):
        commit("template.json", served(answer))
        lab.settle()
        lab.clock.advance(minutes=2)
        assert (states(pipelines)["Deploy"], live()) == (ended, (version, {}))
    stack = boto3.client("cloudformation").describe_stacks(StackName="shop")["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def test_a_bundle_is_no_revision_of_a_function(pipelines):
    deploy = boto3.client("codedeploy")
    deploy.create_application(applicationName="shop", computePlatform="Lambda")
    deploy.create_deployment_group(applicationName="shop", deploymentGroupName="live", serviceRoleArn=ROLE)
    create(pipelines, ("Deploy", action("Roll", "Deploy", "CodeDeploy", takes="Source", ApplicationName="shop",
                                        DeploymentGroupName="live")))  # fmt: skip
    row = pipelines.get_pipeline_state(name="shop")["stageStates"][1]["actionStates"][0]["latestExecution"]
    assert "BundleType must be either YAML or JSON" in row["errorDetails"]["message"]


def test_a_rule_may_start_a_pipeline_that_does_not_look_for_itself(pipelines):
    site = action("Copy", "Deploy", "S3", takes="Source", BucketName="site", Extract="true")
    boto3.client("s3").create_bucket(Bucket="site")
    quiet = {**SOURCE, "configuration": {**SOURCE["configuration"], "PollForSourceChanges": "false"}}
    pipelines.create_pipeline(pipeline={
        "name": "shop", "roleArn": ROLE, "artifactStore": {"type": "S3", "location": "artifacts"},
        "stages": [{"name": "Source", "actions": [quiet]}, {"name": "Deploy", "actions": [site]}],
    })  # fmt: skip
    lab.settle()
    commit("a.txt", "two")
    lab.settle()
    assert last(pipelines)["trigger"]["triggerType"] == "CreatePipeline"
    events = boto3.client("events")
    pattern = {"source": ["aws.codecommit"], "detail": {"referenceName": ["main"]}}
    rule = events.put_rule(Name="pushes", EventPattern=json.dumps(pattern))["RuleArn"]
    events.put_targets(Rule="pushes", Targets=[{"Id": "p", "Arn": "arn:aws:codepipeline:us-east-1:123456789012:shop",
                                                "RoleArn": ROLE}])  # fmt: skip
    commit("a.txt", "three")
    lab.settle()
    assert last(pipelines)["trigger"] == {"triggerType": "CloudWatchEvent", "triggerDetail": rule}
    assert boto3.client("s3").get_object(Bucket="site", Key="a.txt")["Body"].read() == b"three"


def test_who_may_approve_is_said_for_an_action_of_a_stage(pipelines):
    create(pipelines, ("Gate", APPROVE), ("Again", APPROVE))
    iam = boto3.client("iam")
    iam.create_user(UserName="ada")
    keys = iam.create_access_key(UserName="ada")["AccessKey"]
    ada = boto3.client("codepipeline", aws_access_key_id=keys["AccessKeyId"],
                       aws_secret_access_key=keys["SecretAccessKey"])  # fmt: skip
    arn = "arn:aws:codepipeline:us-east-1:123456789012:shop"
    may = [{"Effect": "Allow", "Action": "codepipeline:PutApprovalResult", "Resource": f"{arn}/Gate/Approve"},
           {"Effect": "Allow", "Action": "codepipeline:GetPipelineState", "Resource": arn}]  # fmt: skip
    iam.put_user_policy(UserName="ada", PolicyName="approver", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": may}))  # fmt: skip
    yes = {"summary": "", "status": "Approved"}
    with lab.enforce_iam():
        for stage in (1, 2):
            found = ada.get_pipeline_state(name="shop")["stageStates"][stage]
            token = found["actionStates"][0]["latestExecution"]["token"]
            answer = {"pipelineName": "shop", "stageName": found["stageName"], "actionName": "Approve", "token": token}
            if stage == 1:
                ada.put_approval_result(**answer, result=yes)
                lab.settle()
                continue
            with pytest.raises(ClientError, match=f"AccessDenied.*{arn}/Again/Approve"):
                ada.put_approval_result(**answer, result=yes)
        with pytest.raises(ClientError, match="AccessDenied"):
            ada.start_pipeline_execution(name="shop")


def test_an_approval_may_have_less_time(pipelines):
    create(pipelines, ("Gate", {**APPROVE, "timeoutInMinutes": 60}))
    lab.clock.advance(minutes=59)
    assert last(pipelines)["status"] == "InProgress"
    lab.clock.advance(minutes=2)
    assert last(pipelines)["status"] == "Failed"


def test_a_pipeline_is_of_the_first_type_unless_it_says_otherwise(pipelines):
    create(pipelines, ("Gate", APPROVE))
    found = pipelines.get_pipeline(name="shop")["pipeline"]
    assert (found["pipelineType"], found["executionMode"]) == ("V1", "SUPERSEDED")


def test_states_are_events(pipelines):
    arn = make(ECHO)
    boto3.client("lambda").add_permission(FunctionName="worker", StatementId="e", Action="lambda:InvokeFunction",
                                          Principal="events.amazonaws.com")  # fmt: skip
    events = boto3.client("events")
    pattern = {"source": ["aws.codepipeline"], "detail-type": ["CodePipeline Stage Execution State Change"]}
    events.put_rule(Name="stages", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="stages", Targets=[{"Id": "f", "Arn": arn}])
    create(pipelines, ("Gate", APPROVE))
    lab.settle()
    seen = [(one["detail"]["stage"], one["detail"]["state"]) for one in got()]
    assert seen == [("Source", "STARTED"), ("Source", "SUCCEEDED"), ("Gate", "STARTED")]


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ([], "minimum of 2 stages"),
        ([("Gate", APPROVE, {**SOURCE, "name": "Again", "outputArtifacts": [{"name": "B"}]})], "only contains source"),
        ([("Build", action("B", "Build", "CodeBuild", "Lost", ProjectName="x"))], "Lost in action B is not declared"),
        ([("Build", action("B", "Build", "Jenkins", "Source"))], "is not available in the lab"),
        ([("Gate", {**APPROVE, "actionTypeId": {**APPROVE["actionTypeId"], "owner": "Custom"}})], "is not available"),
        ([("Gate", action("A", "Approval", "Manual", takes="Source"))], "has 1 input artifact(s)"),
        ([("Deploy", action("D", "Deploy", "S3", takes="Source", gives="Out"))], "has 1 output artifact(s)"),
        ([("Build", action("B", "Build", "CodeBuild", "Source"))], "missing required configuration 'ProjectName'"),
        ([("Gate", APPROVE, APPROVE)], "Action names must be unique"),
        ([("Gate", APPROVE), ("Gate", APPROVE)], "Stage names must be unique"),
    ],
)
def test_a_structure_that_cannot_work_is_refused(pipelines, stages, said):
    with pytest.raises(ClientError) as refused:
        create(pipelines, *stages)
    assert said in str(refused.value)
