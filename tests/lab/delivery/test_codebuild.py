"""CodeBuild: a buildspec's phases really run, and what they leave behind."""

from __future__ import annotations

import io
import json
import zipfile

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.policies import letting_in

TRUST = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}]}  # fmt: skip


@pytest.fixture
def builder():
    iam = boto3.client("iam")
    iam.create_role(RoleName="builder", AssumeRolePolicyDocument=json.dumps(TRUST))
    boto3.client("s3").create_bucket(Bucket="work")
    return boto3.client("codebuild")


def archive(**files):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        for name, text in files.items():
            made.writestr(name.replace("__", "/").replace("_yml", ".yml").replace("_txt", ".txt"), text)
    return body.getvalue()


def project(builder, spec="", source=None, **more):
    given = {"type": "NO_SOURCE", "buildspec": spec}
    if source is not None:
        boto3.client("s3").put_object(Bucket="work", Key="source.zip", Body=source)
        given = {"type": "S3", "location": "work/source.zip"} | ({"buildspec": spec} if spec else {})
    settings = {
        "name": "shop",
        "source": given,
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0",
                        "computeType": "BUILD_GENERAL1_SMALL"},
        "serviceRole": "arn:aws:iam::123456789012:role/builder",
    }  # fmt: skip
    builder.create_project(**(settings | more))


def built(builder, **more):
    build = builder.start_build(projectName="shop", **more)["build"]["id"]
    lab.clock.advance(minutes=2)
    return builder.batch_get_builds(ids=[build])["builds"][0]


def phases(build):
    return {one["phaseType"]: one.get("phaseStatus", "") for one in build["phases"]}


def log():
    logs = boto3.client("logs")
    return [one["message"] for one in logs.filter_log_events(logGroupName="/aws/codebuild/shop")["events"]]


def spec(**phases):
    body = {"version": 0.2, "phases": {name: {"commands": commands} for name, commands in phases.items()}}
    return json.dumps(body)


def test_the_phases_run_in_their_order_and_share_a_shell(builder):
    project(builder, spec(
        post_build=["echo after $WORD"], build=["cd made && echo $WORD > word.txt"], install=["mkdir made"],
        pre_build=["export WORD=shared"],
    ))  # fmt: skip
    build = built(builder)
    assert (build["buildStatus"], build["currentPhase"]) == ("SUCCEEDED", "COMPLETED")
    assert [one["phaseType"] for one in build["phases"]] == [
        "SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD",
        "UPLOAD_ARTIFACTS", "FINALIZING", "COMPLETED",
    ]  # fmt: skip
    assert "after shared" in log()


def test_a_build_is_under_way_until_time_has_passed(builder):
    project(builder, spec(build=["true"]))
    build = builder.start_build(projectName="shop")["build"]
    assert (build["buildStatus"], build["currentPhase"]) == ("IN_PROGRESS", "PROVISIONING")
    lab.clock.advance(minutes=1)
    assert builder.batch_get_builds(ids=[build["id"]])["builds"][0]["buildStatus"] == "SUCCEEDED"


def test_after_a_failed_build_phase_comes_post_build_all_the_same(builder):
    project(
        builder, spec(build=["echo tests; exit 3", "echo never"], post_build=["echo ok=$CODEBUILD_BUILD_SUCCEEDING"])
    )
    build = built(builder)
    assert build["buildStatus"] == "FAILED"
    assert (phases(build)["BUILD"], phases(build)["POST_BUILD"]) == ("FAILED", "SUCCEEDED")
    failed = next(one for one in build["phases"] if one["phaseType"] == "BUILD")["contexts"][0]
    assert failed["statusCode"] == "COMMAND_EXECUTION_ERROR"
    assert "exit status 3" in failed["message"]
    assert "never" not in log()
    assert "ok=0" in log()


def test_a_failed_pre_build_ends_the_build(builder):
    project(builder, spec(pre_build=["false"], build=["echo never"]))
    build = built(builder)
    assert "BUILD" not in phases(build)
    assert build["buildStatus"] == "FAILED"


def test_finally_runs_although_a_command_failed(builder):
    project(builder, json.dumps({"version": 0.2, "phases": {
        "build": {"commands": ["false"], "finally": ["echo cleaned up"]}}}))  # fmt: skip
    assert built(builder)["buildStatus"] == "FAILED"
    assert "cleaned up" in log()


def test_variables_come_from_everywhere_and_secrets_stay_hidden(builder):
    boto3.client("ssm").put_parameter(Name="/shop/url", Value="http://shop", Type="String")
    boto3.client("secretsmanager").create_secret(Name="db", SecretString=json.dumps({"password": "s3same-open"}))
    body = {
        "version": 0.2,
        "env": {
            "variables": {"PLAIN": "spec", "BOTH": "spec"},
            "parameter-store": {"URL": "/shop/url"},
            "secrets-manager": {"PASSWORD": "db:password"},
            "exported-variables": ["PLAIN"],
        },
        "phases": {"build": {"commands": ["echo $PLAIN $BOTH $GIVEN", 'echo "$URL and $PASSWORD"']}},
    }
    project(builder, json.dumps(body))
    build = built(builder, environmentVariablesOverride=[
        {"name": "BOTH", "value": "start"}, {"name": "GIVEN", "value": "start"}])  # fmt: skip
    assert "spec start start" in log()
    assert "*** and ***" in log()
    assert not any("s3same" in line for line in log())
    assert build["exportedEnvironmentVariables"] == [{"name": "PLAIN", "value": "spec"}]


def test_the_source_is_an_archive_and_the_artifact_another(builder):
    text = """
version: 0.2
phases:
  build:
    commands: [mkdir -p out/css, cp a.txt out/, echo body > out/css/site.css]
artifacts:
  base-directory: out
  files: ["**/*"]
"""
    source = archive(buildspec_yml=text, a_txt="hello")
    project(builder, source=source, artifacts={"type": "S3", "location": "work", "path": "made", "packaging": "ZIP",
                                               "name": "shop.zip"})  # fmt: skip
    build = built(builder)
    assert build["artifacts"]["location"] == "arn:aws:s3:::work/made/shop.zip"
    body = boto3.client("s3").get_object(Bucket="work", Key="made/shop.zip")["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as made:
        assert sorted(made.namelist()) == ["a.txt", "css/site.css"]


def test_a_cache_comes_back_in_the_next_build(builder):
    commands = ["mkdir -p kept", "ls kept | wc -l", "echo x > kept/$CODEBUILD_BUILD_NUMBER"]
    body = {"version": 0.2, "cache": {"paths": ["kept/**/*"]}, "phases": {"build": {"commands": commands}}}
    project(builder, json.dumps(body), cache={"type": "S3", "location": "work/cache"})
    built(builder)
    built(builder)
    assert [line for line in log() if line.strip().isdigit()] == ["0", "1"]


def test_reports_show_which_tests_failed(builder):
    junit = (
        '<testsuite><testcase name="adds" time="0.1"/>'
        '<testcase name="divides" time="0.2"><failure message="by zero"/></testcase></testsuite>'
    )
    body = {"version": 0.2, "reports": {"unit": {"files": ["junit.xml"]}},
            "phases": {"build": {"commands": [f"echo '{junit}' > junit.xml"]}}}  # fmt: skip
    project(builder, json.dumps(body))
    report = builder.batch_get_reports(reportArns=built(builder)["reportArns"])["reports"][0]
    assert report["status"] == "FAILED"
    assert report["testSummary"]["statusCounts"] == {"SUCCEEDED": 1, "FAILED": 1, "ERROR": 0, "SKIPPED": 0}
    failed = builder.describe_test_cases(reportArn=report["arn"], filter={"status": "FAILED"})["testCases"]
    assert [(one["name"], one["message"]) for one in failed] == [("divides", "by zero")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 0.3\nphases: {build: {commands: [ls]}}\n", "Unknown Buildspec Version"),
        ("version: 0.2\nphases: {biuld: {commands: [ls]}}\n", "Invalid buildspec phase name: biuld"),
        ("version: 0.2\nphases: {build: {commands: ls}}\n", "to be a list of strings"),
        ("version: 0.2\nphases: [\n", "YAML_FILE_ERROR"),
        ("version: 0.2\nphases: {build: {commands: [ls]}}\nartifacts: {files: x}\n", "paths of artifacts to be a list"),
        ("version: 0.2\nphases: {build: {}}\nreports: {unit: {files: x}}\n", "paths of report unit to be a list"),
    ],
)
def test_a_wrong_buildspec_fails_where_it_is_read(builder, text, said):
    project(builder, text)
    failed = next(one for one in built(builder)["phases"] if one.get("phaseStatus") == "FAILED")
    assert failed["phaseType"] == "DOWNLOAD_SOURCE"
    assert said in failed["contexts"][0]["message"]


def test_commands_see_neither_the_callers_variables_nor_aws(builder, monkeypatch):
    monkeypatch.setenv("PRIVATE", "mine")
    ask = "boto3.client('sts', region_name='us-east-1').get_caller_identity()"
    project(builder, spec(build=[f"python -c \"import boto3, os; print('PRIVATE' in os.environ); {ask}\""]))
    build = built(builder)
    assert build["buildStatus"] == "FAILED"
    assert "False" in log()
    assert any("NoCredentialsError" in line or "EndpointConnectionError" in line for line in log())


def test_a_build_is_counted_and_its_end_is_an_event(builder):
    url = boto3.client("sqs").create_queue(QueueName="seen", Attributes={"Policy": letting_in("events")})["QueueUrl"]
    events = boto3.client("events")
    events.put_rule(Name="failed", EventPattern=json.dumps({
        "source": ["aws.codebuild"], "detail": {"build-status": ["FAILED"]}}))  # fmt: skip
    events.put_targets(Rule="failed", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:seen"}])
    project(builder, spec(build=["false"]))
    built(builder)
    lab.settle()
    body = json.loads(boto3.client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"])
    assert body["detail"]["project-name"] == "shop"
    found = boto3.client("cloudwatch").list_metrics(Namespace="AWS/CodeBuild", MetricName="FailedBuilds")["Metrics"]
    assert found[0]["Dimensions"] == [{"Name": "ProjectName", "Value": "shop"}]


def test_a_project_that_cannot_work_is_refused(builder):
    with pytest.raises(ClientError, match="buildspec must be specified"):
        project(builder)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        builder.start_build(projectName="nobody")


def test_a_parameter_that_is_missing_fails_the_build_before_its_commands(builder):
    body = {"version": 0.2, "env": {"parameter-store": {"URL": "/shop/url"}},
            "phases": {"build": {"commands": ["echo never"]}}}  # fmt: skip
    project(builder, json.dumps(body))
    build = built(builder)
    assert build["buildStatus"] == "FAILED"
    assert "BUILD" not in phases(build)


def test_the_role_of_the_project_must_be_allowed_to_get_parameters(builder):
    boto3.client("ssm").put_parameter(Name="/shop/word", Value="open", Type="SecureString")
    body = {"version": 0.2, "env": {"parameter-store": {"WORD": "/shop/word"}},
            "phases": {"build": {"commands": ["test $WORD = open"]}}}  # fmt: skip
    project(builder, json.dumps(body))
    with lab.enforce_iam():
        assert built(builder)["buildStatus"] == "FAILED"
    right = {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": "*"}
    allow = {"Version": "2012-10-17", "Statement": [right]}
    boto3.client("iam").put_role_policy(RoleName="builder", PolicyName="read", PolicyDocument=json.dumps(allow))
    with lab.enforce_iam():
        assert built(builder)["buildStatus"] == "SUCCEEDED"
