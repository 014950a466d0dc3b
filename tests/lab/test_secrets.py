"""Secrets Manager: deletion by the clock, labels, replicas, resource policies."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab

WEST = "eu-west-1"


@pytest.fixture
def secrets():
    lab.start()
    client = boto3.client("secretsmanager")
    client.create_secret(Name="db", SecretString="first")
    yield client
    lab.stop()


def code_of(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


def value(client, **more):
    return client.get_secret_value(SecretId="db", **more)["SecretString"]


class TestDeletion:
    @pytest.mark.parametrize("days", [6, 31])
    def test_the_window_has_bounds(self, secrets, days):
        assert code_of(secrets.delete_secret, SecretId="db", RecoveryWindowInDays=days) == "InvalidParameterException"

    def test_a_deleted_secret_can_be_restored_until_its_window_ends(self, secrets):
        secrets.delete_secret(SecretId="db", RecoveryWindowInDays=7)
        assert code_of(secrets.get_secret_value, SecretId="db") == "InvalidRequestException"
        lab.clock.advance(days=6)
        secrets.restore_secret(SecretId="db")
        lab.clock.advance(days=10)
        assert value(secrets) == "first"

    def test_then_it_is_gone_and_its_name_is_free(self, secrets):
        secrets.delete_secret(SecretId="db")
        assert code_of(secrets.create_secret, Name="db", SecretString="x") == "InvalidRequestException"
        lab.clock.advance(days=29)
        assert code_of(secrets.get_secret_value, SecretId="db") == "InvalidRequestException"
        lab.clock.advance(days=2)
        assert code_of(secrets.restore_secret, SecretId="db") == "ResourceNotFoundException"
        secrets.create_secret(Name="db", SecretString="second")
        assert value(secrets) == "second"

    @pytest.mark.parametrize(
        ("operation", "more"),
        [("put_secret_value", {"SecretString": "x"}), ("update_secret", {"SecretString": "x"}),
         ("replicate_secret_to_regions", {"AddReplicaRegions": [{"Region": WEST}]})],
    )  # fmt: skip
    def test_nothing_changes_while_it_waits(self, secrets, operation, more):
        secrets.delete_secret(SecretId="db")
        assert code_of(getattr(secrets, operation), SecretId="db", **more) == "InvalidRequestException"


class TestLabels:
    def test_a_plain_read_follows_the_label(self, secrets):
        first = secrets.get_secret_value(SecretId="db")["VersionId"]
        second = secrets.put_secret_value(SecretId="db", SecretString="second", VersionStages=["AWSPENDING"])
        assert value(secrets) == "first"
        secrets.update_secret_version_stage(
            SecretId="db", VersionStage="AWSCURRENT", MoveToVersionId=second["VersionId"], RemoveFromVersionId=first
        )
        assert value(secrets) == "second"
        assert value(secrets, VersionStage="AWSPREVIOUS") == "first"

    def test_a_label_is_not_taken_by_accident(self, secrets):
        secrets.put_secret_value(SecretId="db", SecretString="blue", VersionStages=["blue"])
        other = secrets.put_secret_value(SecretId="db", SecretString="green", VersionStages=["green"])["VersionId"]
        move = {"SecretId": "db", "VersionStage": "blue", "MoveToVersionId": other}
        assert code_of(secrets.update_secret_version_stage, **move) == "InvalidParameterException"

    def test_a_version_without_a_label_is_deprecated(self, secrets):
        for text in ("second", "third"):
            secrets.put_secret_value(SecretId="db", SecretString=text)
        assert len(secrets.describe_secret(SecretId="db")["VersionIdsToStages"]) == 2
        assert len(secrets.list_secret_version_ids(SecretId="db")["Versions"]) == 2
        assert len(secrets.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)["Versions"]) == 3

    def test_about_a_hundred_versions_are_kept(self, secrets):
        for number in range(105):
            secrets.put_secret_value(SecretId="db", SecretString=str(number))
        lab.clock.advance(days=2)
        secrets.put_secret_value(SecretId="db", SecretString="last")
        assert len(secrets.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)["Versions"]) == 100

    def test_the_day_of_the_last_read_is_kept(self, secrets):
        assert "LastAccessedDate" not in secrets.describe_secret(SecretId="db")
        value(secrets)
        read = secrets.describe_secret(SecretId="db")["LastAccessedDate"]
        assert read.date() == lab.clock.now().astimezone(read.tzinfo).date() or read.hour != 0


class TestReplicas:
    @pytest.fixture
    def west(self, secrets):
        secrets.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": WEST}])
        return boto3.client("secretsmanager", region_name=WEST)

    def test_a_replica_follows_and_takes_no_writes(self, secrets, west):
        secrets.put_secret_value(SecretId="db", SecretString="second")
        assert value(west) == "second"
        assert code_of(west.put_secret_value, SecretId="db", SecretString="x") != ""

    def test_a_promoted_replica_stands_alone(self, secrets, west):
        arn = west.stop_replication_to_replica(SecretId="db")["ARN"]
        assert f":{WEST}:" in arn
        west.put_secret_value(SecretId="db", SecretString="theirs")
        secrets.put_secret_value(SecretId="db", SecretString="ours")
        assert (value(west), value(secrets)) == ("theirs", "ours")
        assert "ReplicationStatus" not in secrets.describe_secret(SecretId="db")
        assert "PrimaryRegion" not in west.describe_secret(SecretId="db")

    def test_only_a_replica_can_be_promoted(self, secrets):
        assert code_of(secrets.stop_replication_to_replica, SecretId="db") == "InvalidRequestException"


class TestResourcePolicies:
    def policy(self, principal):
        return json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
        ]})  # fmt: skip

    def test_a_public_one_is_found_and_can_be_blocked(self, secrets):
        everybody, account = self.policy("*"), self.policy({"AWS": "arn:aws:iam::123456789012:root"})
        assert not secrets.validate_resource_policy(ResourcePolicy=everybody)["PolicyValidationPassed"]
        assert secrets.validate_resource_policy(ResourcePolicy=account)["PolicyValidationPassed"]
        put = {"SecretId": "db", "BlockPublicPolicy": True}
        assert code_of(secrets.put_resource_policy, ResourcePolicy=everybody, **put) == "PublicPolicyException"
        assert code_of(secrets.put_resource_policy, ResourcePolicy=account, **put) == ""
