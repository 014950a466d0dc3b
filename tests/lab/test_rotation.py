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


def rotate(secrets, broken=False, **more):
    arn = make(ROTATE.replace("{broken}", str(broken)), name="rotate")
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
