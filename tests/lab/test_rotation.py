"""Secrets that rotate."""

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import make

ROTATE = """
import boto3
secrets = boto3.client("secretsmanager")
def handler(event, context):
    name, token, step = event["SecretId"], event["ClientRequestToken"], event["Step"]
    print(step)
    if step == "createSecret":
        secrets.put_secret_value(SecretId=name, ClientRequestToken=token, SecretString="new-" + token[:4],
                                 VersionStages=["AWSPENDING"])
    if step == "testSecret" and {broken}:
        raise RuntimeError("the database says no")
    if step == "finishSecret":
        versions = secrets.describe_secret(SecretId=name)["VersionIdsToStages"]
        current = next(one for one, stages in versions.items() if "AWSCURRENT" in stages)
        secrets.update_secret_version_stage(SecretId=name, VersionStage="AWSCURRENT",
                                            MoveToVersionId=token, RemoveFromVersionId=current)
"""


@pytest.fixture
def secrets():
    lab.start()
    client = boto3.client("secretsmanager")
    client.create_secret(Name="password", SecretString="old")
    yield client
    lab.stop()


def value(secrets, **more):
    return secrets.get_secret_value(SecretId="password", **more)["SecretString"]


def allow(function):
    boto3.client("lambda").add_permission(
        FunctionName=function, StatementId="rotation", Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com",
    )  # fmt: skip


def stages(secrets):
    held = secrets.describe_secret(SecretId="password")["VersionIdsToStages"].values()
    return sorted(stage for one in held for stage in one)


def rotate(secrets, broken=False, **more):
    arn = make(ROTATE.replace("{broken}", str(broken)), name="rotate")
    allow("rotate")
    secrets.rotate_secret(SecretId="password", RotationLambdaARN=arn, **more)
    lab.settle()


def test_the_function_replaces_the_value_and_keeps_the_old_one(secrets):
    rotate(secrets)
    assert value(secrets).startswith("new-")
    assert value(secrets, VersionStage="AWSPREVIOUS") == "old"


def test_a_failed_step_leaves_the_secret_as_it_was(secrets):
    rotate(secrets, broken=True)
    assert value(secrets) == "old"
    assert "failed" in str(lab.deliveries()[-1])


def test_a_rotation_comes_again_by_the_clock(secrets):
    rotate(secrets, RotationRules={"AutomaticallyAfterDays": 30})
    first = value(secrets)
    lab.clock.advance(days=29)
    assert value(secrets) == first
    lab.clock.advance(days=2)
    assert value(secrets) != first


def test_a_schedule_alone_does_not_rotate_at_once(secrets):
    rotate(secrets, RotationRules={"AutomaticallyAfterDays": 30}, RotateImmediately=False)
    assert value(secrets) == "old"
    lab.clock.advance(days=31)
    assert value(secrets).startswith("new-")


def test_a_missing_function_is_refused(secrets):
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        secrets.rotate_secret(
            SecretId="password", RotationLambdaARN="arn:aws:lambda:us-east-1:123456789012:function:none"
        )


def test_the_function_must_let_the_service_in(secrets):
    arn = make(ROTATE.replace("{broken}", "False"), name="rotate")
    with pytest.raises(ClientError, match="function policy grants access"):
        secrets.rotate_secret(SecretId="password", RotationLambdaARN=arn)


@pytest.mark.parametrize(
    ("expression", "hours"), [("rate(4 hours)", 4), ("rate(10 days)", 240), ("cron(0 0/8 * * ? *)", 8)]
)
def test_a_rate_or_cron_expression_is_a_schedule(secrets, expression, hours):
    rotate(secrets, RotationRules={"ScheduleExpression": expression, "Duration": "1h"}, RotateImmediately=False)
    lab.clock.advance(hours=hours, minutes=1)
    assert value(secrets).startswith("new-")
    assert secrets.describe_secret(SecretId="password")["RotationRules"]["ScheduleExpression"] == expression


@pytest.mark.parametrize(
    "rules",
    [
        {"ScheduleExpression": "rate(3 hours)"},
        {"ScheduleExpression": "cron(30 8 * * ? *)"},
        {"ScheduleExpression": "every day"},
        {"ScheduleExpression": "rate(4 hours)", "AutomaticallyAfterDays": 3},
    ],
)
def test_rules_that_are_none_are_refused(secrets, rules):
    with pytest.raises(ClientError, match="InvalidParameterException"):
        rotate(secrets, RotationRules=rules)


def test_what_failed_blocks_the_next_until_its_label_is_taken_away(secrets):
    rotate(secrets, broken=True)
    with pytest.raises(ClientError, match="previous rotation"):
        secrets.rotate_secret(SecretId="password")
    pending = secrets.get_secret_value(SecretId="password", VersionStage="AWSPENDING")["VersionId"]
    secrets.update_secret_version_stage(SecretId="password", VersionStage="AWSPENDING", RemoveFromVersionId=pending)
    boto3.client("lambda").delete_function(FunctionName="rotate")
    rotate(secrets)
    assert value(secrets).startswith("new-")


def test_what_failed_is_tried_again_when_the_next_is_due(secrets):
    rotate(secrets, broken=True, RotationRules={"AutomaticallyAfterDays": 30})
    begun = secrets.get_secret_value(SecretId="password", VersionStage="AWSPENDING")["VersionId"]
    boto3.client("lambda").delete_function(FunctionName="rotate")
    make(ROTATE.replace("{broken}", "False"), name="rotate")
    allow("rotate")
    lab.clock.advance(days=31)
    assert secrets.get_secret_value(SecretId="password")["VersionId"] == begun


def test_a_schedule_alone_tries_the_function_out_and_leaves_nothing(secrets):
    rotate(secrets, RotationRules={"AutomaticallyAfterDays": 30}, RotateImmediately=False)
    assert "tried out" in str(lab.deliveries()[-1])
    assert stages(secrets) == ["AWSCURRENT"]


def test_three_labels_after_two_rotations(secrets):
    rotate(secrets, RotationRules={"AutomaticallyAfterDays": 30})
    lab.clock.advance(days=31)
    held = secrets.describe_secret(SecretId="password")["VersionIdsToStages"]
    assert len(held) == 2
    everything = secrets.list_secret_version_ids(SecretId="password", IncludeDeprecated=True)["Versions"]
    assert len(everything) == 3
