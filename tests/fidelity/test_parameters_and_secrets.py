"""Parameter Store and Secrets Manager: behaviours of AWS that the lab shows and bare moto does not, with their sources.

When a twin fails, moto has caught up: delete our code. `KEPT` are behaviours of moto that the lab must keep.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

import boto3
import pytest
from botocore.config import Config

from course.lab.ssm import one_moment
from tests.fidelity.behaviour import Behaviour, World, code_of, collect
from tests.lab.lambda_sample import make

_SSM = "https://docs.aws.amazon.com/systems-manager/latest"
_SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest"
_DAY = 86_400

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED)
kept = collect(KEPT)


def ssm() -> Any:
    return boto3.client("ssm", region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}))


def secrets(region: str = "us-east-1") -> Any:
    return boto3.client("secretsmanager", region_name=region)


def put(name: str = "/shop/a", value: str = "x", **more: Any) -> Any:
    return ssm().put_parameter(**{"Name": name, "Value": value, "Type": "String", **more})


def policies(**attributes: str) -> str:
    kind = "Expiration" if "Timestamp" in attributes else "NoChangeNotification"
    return json.dumps([{"Type": kind, "Version": "1.0", "Attributes": attributes}])


def plain(name: str = "db", region: str = "us-east-1", **more: Any) -> str:
    value: str = secrets(region).get_secret_value(SecretId=name, **more)["SecretString"]
    return value


@behaviour(f"{_SSM}/userguide/parameter-store-advanced-parameters.html")
def intelligent_tiering_ends_in_a_tier(world: World) -> bool:
    tiers = [put(f"/{size}", "x" * size, Tier="Intelligent-Tiering")["Tier"] for size in (4096, 4097)]
    return tiers == ["Standard", "Advanced"]


@behaviour(f"{_SSM}/userguide/parameter-store-advanced-parameters.html")
def an_advanced_parameter_does_not_go_back(world: World) -> bool:
    put(Tier="Advanced")
    return code_of(put, Tier="Standard", Overwrite=True) == "ValidationException"


@behaviour("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html")
def the_newest_ecs_image_is_described_in_json(world: World) -> bool:
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended"
    told = json.loads(ssm().get_parameter(Name=name)["Parameter"]["Value"])
    alone: str = ssm().get_parameter(Name=f"{name}/image_id")["Parameter"]["Value"]
    return alone.startswith("ami-") and told["image_id"] == alone


@behaviour(f"{_SSM}/userguide/parameter-store-policies.html")
def a_parameter_expires(world: World) -> bool:
    end = f"{dt.datetime.now(dt.UTC) + dt.timedelta(days=3):%Y-%m-%dT%H:%M:%S.000Z}"
    put(Tier="Advanced", Policies=policies(Timestamp=end))
    there = code_of(ssm().get_parameter, Name="/shop/a")
    world.advance(4 * _DAY)
    return (there, code_of(ssm().get_parameter, Name="/shop/a")) == ("", "ParameterNotFound")


@behaviour(f"{_SSM}/userguide/sysman-paramstore-cwe.html")
def a_parameter_that_nobody_changes_is_told_of(world: World) -> bool:
    put(Tier="Advanced", Policies=policies(After="2", Unit="Days"))
    url = _queue_of_events()
    world.advance(3 * _DAY)
    got = boto3.client("sqs", region_name="us-east-1").receive_message(QueueUrl=url).get("Messages", [])
    return [json.loads(one["Body"])["detail-type"] for one in got] == ["Parameter Store Policy Action"]


@behaviour(f"{_SSM}/userguide/sysman-paramstore-cwe.html")
def changes_of_a_parameter_are_events(world: World) -> bool:
    url = _queue_of_events()
    put()
    world.settle()
    got = boto3.client("sqs", region_name="us-east-1").receive_message(QueueUrl=url).get("Messages", [])
    return [json.loads(one["Body"])["detail"]["operation"] for one in got] == ["Create"]


def _queue_of_events() -> str:
    sqs, events = (boto3.client(name, region_name="us-east-1") for name in ("sqs", "events"))
    url: str = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:told"
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:*", "Resource": arn}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})
    events.put_rule(Name="told", EventPattern='{"source": ["aws.ssm"]}')
    events.put_targets(Rule="told", Targets=[{"Id": "queue", "Arn": arn}])
    return url


@behaviour(f"{_SSM}/APIReference/API_PutParameter.html")
def policies_are_checked(world: World) -> bool:
    wrong = policies(After="soon", Unit="Days")
    return code_of(put, Tier="Advanced", Policies=wrong) == "InvalidPolicyAttributeException"


@behaviour("https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html")
def a_secure_string_is_ciphertext_of_its_key(world: World) -> bool:
    key = boto3.client("kms", region_name="us-east-1").create_key()["KeyMetadata"]["KeyId"]
    put(value="hunter2", Type="SecureString", KeyId=key)
    found = ssm().get_parameter(Name="/shop/a")["Parameter"]
    opened = boto3.client("kms", region_name="us-east-1").decrypt(
        CiphertextBlob=base64.b64decode(found["Value"]), EncryptionContext={"PARAMETER_ARN": found["ARN"]}
    )
    return bool(opened["Plaintext"] == b"hunter2" and "hunter2" not in found["Value"])


@behaviour(f"{_SSM}/APIReference/API_GetParameter.html")
def a_disabled_key_closes_its_parameters(world: World) -> bool:
    kms = boto3.client("kms", region_name="us-east-1")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    put(value="hunter2", Type="SecureString", KeyId=key)
    kms.disable_key(KeyId=key)
    return code_of(ssm().get_parameter, Name="/shop/a", WithDecryption=True) == "InvalidKeyId"


@behaviour(f"{_SSM}/APIReference/API_PutParameter.html")
def the_type_of_a_parameter_stays(world: World) -> bool:
    put()
    return code_of(put, Type="SecureString", Overwrite=True) == "HierarchyTypeMismatchException"


@behaviour(f"{_SSM}/APIReference/API_PutParameter.html")
def a_value_fits_its_allowed_pattern(world: World) -> bool:
    return code_of(put, value="http", AllowedPattern=r"^\d+$") == "ParameterPatternMismatchException"


@behaviour(f"{_SSM}/userguide/parameter-store-data-types.html")
def an_integer_is_one(world: World) -> bool:
    good = code_of(put, value="443", DataType="integer")
    return (good, code_of(put, name="/b", value="https", DataType="integer")) == ("", "ValidationException")


@behaviour(f"{_SSM}/APIReference/API_GetServiceSetting.html")
def the_default_tier_is_a_setting(world: World) -> bool:
    setting = "/ssm/parameter-store/default-parameter-tier"
    ssm().update_service_setting(SettingId=setting, SettingValue="Advanced")
    return bool(put()["Tier"] == "Advanced")


@behaviour(f"{_SSM}/userguide/parameter-store-throughput.html")
def forty_reads_fit_into_a_second(world: World) -> bool:
    put()
    with one_moment():
        answers = [code_of(ssm().get_parameter, Name="/shop/a") for _ in range(41)]
    return answers == [""] * 40 + ["ThrottlingException"]


@behaviour(f"{_SECRETS}/userguide/manage_delete-secret.html")
def a_secret_is_gone_after_its_window(world: World) -> bool:
    secrets().create_secret(Name="db", SecretString="x")
    secrets().delete_secret(SecretId="db", RecoveryWindowInDays=7)
    waiting = code_of(secrets().get_secret_value, SecretId="db")
    world.advance(8 * _DAY)
    gone = code_of(secrets().get_secret_value, SecretId="db")
    return (waiting, gone) == ("InvalidRequestException", "ResourceNotFoundException")


@behaviour(f"{_SECRETS}/apireference/API_PutSecretValue.html")
def a_secret_that_waits_for_deletion_takes_no_value(world: World) -> bool:
    secrets().create_secret(Name="db", SecretString="x")
    secrets().delete_secret(SecretId="db")
    return code_of(secrets().put_secret_value, SecretId="db", SecretString="y") == "InvalidRequestException"


@behaviour(f"{_SECRETS}/apireference/API_UpdateSecretVersionStage.html")
def a_plain_read_follows_awscurrent(world: World) -> bool:
    first = secrets().create_secret(Name="db", SecretString="first")["VersionId"]
    second = secrets().put_secret_value(SecretId="db", SecretString="second", VersionStages=["AWSPENDING"])["VersionId"]
    secrets().update_secret_version_stage(
        SecretId="db", VersionStage="AWSCURRENT", MoveToVersionId=second, RemoveFromVersionId=first
    )
    return plain() == "second"


@behaviour(f"{_SECRETS}/apireference/API_DescribeSecret.html")
def versions_without_a_label_are_deprecated(world: World) -> bool:
    secrets().create_secret(Name="db", SecretString="1")
    for text in ("2", "3"):
        secrets().put_secret_value(SecretId="db", SecretString=text)
    listed = [
        len(secrets().list_secret_version_ids(SecretId="db", **more)["Versions"])
        for more in ({}, {"IncludeDeprecated": True})
    ]
    return listed == [2, 3]


@behaviour(f"{_SECRETS}/apireference/API_StopReplicationToReplica.html")
def a_replica_is_promoted(world: World) -> bool:
    secrets().create_secret(Name="db", SecretString="x", AddReplicaRegions=[{"Region": "eu-west-1"}])
    secrets("eu-west-1").stop_replication_to_replica(SecretId="db")
    secrets("eu-west-1").put_secret_value(SecretId="db", SecretString="theirs")
    return (plain(), plain(region="eu-west-1")) == ("x", "theirs")


@behaviour(f"{_SECRETS}/apireference/API_PutResourcePolicy.html")
def a_public_policy_can_be_blocked(world: World) -> bool:
    secrets().create_secret(Name="db", SecretString="x")
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    answer = code_of(secrets().put_resource_policy, SecretId="db", ResourcePolicy=document, BlockPublicPolicy=True)
    return answer == "PublicPolicyException"


_ROTATE = """
import boto3
secrets = boto3.client("secretsmanager")
def handler(event, context):
    name, token = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        secrets.put_secret_value(SecretId=name, ClientRequestToken=token, SecretString="new-" + token,
                                 VersionStages=["AWSPENDING"])
    if event["Step"] == "finishSecret":
        versions = secrets.describe_secret(SecretId=name)["VersionIdsToStages"]
        current = next(one for one, stages in versions.items() if "AWSCURRENT" in stages)
        secrets.update_secret_version_stage(SecretId=name, VersionStage="AWSCURRENT",
                                            MoveToVersionId=token, RemoveFromVersionId=current)
"""


def _rotating(**more: Any) -> None:
    secrets().create_secret(Name="db", SecretString="old")
    arn = make(_ROTATE, name="rotate")
    boto3.client("lambda", region_name="us-east-1").add_permission(
        FunctionName="rotate", StatementId="rotation", Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com",
    )  # fmt: skip
    secrets().rotate_secret(SecretId="db", RotationLambdaARN=arn, **more)


@behaviour(f"{_SECRETS}/userguide/rotate-secrets_lambda-functions.html")
def the_four_steps_run(world: World) -> bool:
    _rotating()
    world.settle()
    return plain().startswith("new-") and plain(VersionStage="AWSPREVIOUS") == "old"


@behaviour(f"{_SECRETS}/apireference/API_PutSecretValue.html")
def a_version_keeps_its_value(world: World) -> bool:
    secrets().create_secret(Name="db", SecretString="old")
    new = {"SecretId": "db", "ClientRequestToken": "0" * 32, "VersionStages": ["AWSPENDING"]}
    for _ in range(2):
        secrets().put_secret_value(SecretString="new", **new)
    return code_of(secrets().put_secret_value, SecretString="other", **new) == "ResourceExistsException"


@behaviour(f"{_SECRETS}/userguide/rotate-secrets_schedule.html")
def a_schedule_rotates_by_the_clock(world: World) -> bool:
    _rotating(RotationRules={"ScheduleExpression": "rate(4 hours)"}, RotateImmediately=False)
    before = plain()
    world.advance(5 * 3600)
    return before == "old" and plain().startswith("new-")


@behaviour(f"{_SECRETS}/userguide/rotating-secrets-required-permissions-function.html")
def the_rotation_function_must_let_the_service_in(world: World) -> bool:
    secrets().create_secret(Name="db", SecretString="old")
    arn = make(_ROTATE, name="rotate")
    return code_of(secrets().rotate_secret, SecretId="db", RotationLambdaARN=arn) == "AccessDeniedException"


@kept(f"{_SSM}/userguide/sysman-paramstore-labels.html")
def a_label_sits_on_one_version_only(world: World) -> bool:
    for value in ("1", "2"):
        put(value=value, Overwrite=True)
    for version in (1, 2):
        ssm().label_parameter_version(Name="/shop/a", ParameterVersion=version, Labels=["prod"])
    wrong = ssm().label_parameter_version(Name="/shop/a", Labels=["aws-x", "1st"])["InvalidLabels"]
    return ssm().get_parameter(Name="/shop/a:prod")["Parameter"]["Value"] == "2" and len(wrong) == 2


@kept(f"{_SSM}/userguide/sysman-paramstore-versions.html")
def a_hundred_versions_are_kept(world: World) -> bool:
    for number in range(101):
        put(value=str(number), Overwrite=True)
    paginator = ssm().get_paginator("get_parameter_history")
    versions = [one["Version"] for page in paginator.paginate(Name="/shop/a") for one in page["Parameters"]]
    return (versions[0], len(versions)) == (2, 100)


@kept(f"{_SSM}/userguide/integration-ps-secretsmanager.html")
def a_secret_is_read_through_parameter_store(world: World) -> bool:
    secrets().create_secret(Name="db", SecretString="x")
    name = "/aws/reference/secretsmanager/db"
    closed = code_of(ssm().get_parameter, Name=name)
    return (closed, ssm().get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]) == (
        "ValidationException",
        "x",
    )


@kept(f"{_SSM}/userguide/parameter-store-public-parameters-ami.html")
def the_newest_image_is_a_public_parameter(world: World) -> bool:
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64"
    image = ssm().get_parameter(Name=name)["Parameter"]["Value"]
    return image.startswith("ami-") and code_of(put, name="/aws/own/x") == "AccessDeniedException"


_CLOSED = [one.shows.__name__ for one in CLOSED]
_KEPT = [one.shows.__name__ for one in KEPT]


@pytest.mark.parametrize("one", CLOSED + KEPT, ids=_CLOSED + _KEPT)
def test_the_lab_shows_it(one: Behaviour, in_the_lab: World) -> None:
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=_CLOSED)
def test_bare_moto_does_not(one: Behaviour, in_bare_moto: World) -> None:
    assert not one.is_seen(in_bare_moto), f"moto shows it now: delete our code ({one.source})"


@pytest.mark.parametrize("one", KEPT, ids=_KEPT)
def test_bare_moto_shows_what_is_kept(one: Behaviour, in_bare_moto: World) -> None:
    assert one.is_seen(in_bare_moto), f"moto does it otherwise now ({one.source})"
