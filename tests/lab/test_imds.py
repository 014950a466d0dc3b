"""Code on an instance of the lab finds the metadata service at its true address."""

from __future__ import annotations

import datetime as dt
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.utils import InstanceMetadataFetcher

from course import lab
from course.lab.imds import on_instance, read_metadata
from course.lab.offline import RealAwsRefused

_TTL = "X-aws-ec2-metadata-token-ttl-seconds"
_TOKEN = "X-aws-ec2-metadata-token"


@pytest.fixture(autouse=True)
def account() -> Iterator[None]:
    lab.start()
    lab.reset()
    yield
    lab.stop()


def _instance(role: str = "web", service: str = "ec2.amazonaws.com", **settings: Any) -> str:
    """A running instance; with a role, if it has a name."""
    if role:
        iam = boto3.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=document)
        iam.create_instance_profile(InstanceProfileName=f"{role}-profile")
        iam.add_role_to_instance_profile(InstanceProfileName=f"{role}-profile", RoleName=role)
        settings["IamInstanceProfile"] = {"Name": f"{role}-profile"}
    made = boto3.client("ec2").run_instances(
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1, InstanceType="t3.micro", **settings
    )
    return str(made["Instances"][0]["InstanceId"])


def _ask(path: str, method: str = "GET", **headers: str) -> str:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://169.254.169.254/latest/{path}", method=method, headers=named)
    with urllib.request.urlopen(request) as response:
        return str(response.read().decode())


def _token(seconds: int | str = 60) -> str:
    return _ask("api/token", "PUT", **{_TTL: str(seconds)})


def _with(token: str, path: str) -> str:
    return _ask(path, **{_TOKEN: token})


def _status(path: str, method: str = "GET", **headers: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as refused:
        _ask(path, method, **headers)
    return int(refused.value.code)


def test_it_tells_the_instance_about_itself() -> None:
    where: dict[str, Any] = {"Placement": {"AvailabilityZone": "us-east-1b"}, "UserData": "#!/bin/sh\necho hello"}
    instance = _instance(**where)
    with on_instance(instance):
        assert _ask("meta-data/instance-id") == instance
        assert _ask("meta-data/placement/availability-zone") == "us-east-1b"
        assert _ask("user-data") == "#!/bin/sh\necho hello"
        document = json.loads(_ask("dynamic/instance-identity/document"))
    assert (document["instanceId"], document["accountId"]) == (instance, lab.ACCOUNT_ID)


def test_listings_mark_subtrees_with_a_slash() -> None:
    with on_instance(_instance(role="", UserData="x")):
        assert _ask("").split() == ["dynamic/", "meta-data/", "user-data"]
        names = _ask("meta-data/").splitlines()
        assert "placement/" in names and "instance-id" in names and "iam/" not in names
        assert _status("meta-data/nothing") == 404


def test_every_name_in_the_tree_can_be_read() -> None:
    def walk(path: str) -> Iterator[str]:
        for name in _ask(path).splitlines():
            if name.endswith("/"):
                yield from walk(path + name)
            else:
                yield path + name

    boto3.client("ec2").create_key_pair(KeyName="mine")
    with on_instance(_instance(KeyName="mine", UserData="x")):
        leaves = list(walk(""))
        assert all(_ask(leaf) for leaf in leaves)
    assert len(leaves) > 30


@pytest.mark.parametrize("seconds", ["0", "21601", "soon", ""])
def test_a_token_lives_from_a_second_to_six_hours(seconds: str) -> None:
    with on_instance(_instance()):
        assert _token(1) and _token(21_600)
        assert _status("api/token", "PUT", **{_TTL: seconds}) == 400
        assert _status("api/token", "PUT") == 400


def test_without_a_token_version_1_answers_only_where_it_is_allowed() -> None:
    instance = _instance(MetadataOptions={"HttpTokens": "optional"})
    with on_instance(instance):
        assert _ask("meta-data/instance-id") == instance
        boto3.client(
            "ec2", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="x"
        ).modify_instance_metadata_options(InstanceId=instance, HttpTokens="required")
        assert _status("meta-data/instance-id") == 401
        assert _with(_token(), "meta-data/instance-id") == instance


def test_a_token_ends_with_the_labs_clock_and_belongs_to_one_instance() -> None:
    first, second = _instance(), _instance("other")
    with on_instance(first):
        token = _token(60)
        lab.clock.advance(seconds=59)
        assert _with(token, "meta-data/instance-id") == first
        lab.clock.advance(seconds=1)
        assert _status("meta-data/instance-id", **{_TOKEN: token}) == 401
        fresh = _token(60)
    with on_instance(second):
        assert _status("meta-data/instance-id", **{_TOKEN: fresh}) == 401


def test_a_forwarded_request_gets_no_token() -> None:
    with on_instance(_instance()):
        assert _status("api/token", "PUT", **{_TTL: "60", "X-Forwarded-For": "203.0.113.9"}) == 403


def test_a_token_does_not_travel_further_than_the_hop_limit() -> None:
    near = _instance(MetadataOptions={"HttpTokens": "required"})
    far = _instance("other", MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 2})
    with on_instance(near, hops=2), pytest.raises(TimeoutError):
        _token()
    with on_instance(far, hops=2):
        assert _with(_token(), "meta-data/instance-id") == far


def test_a_switched_off_service_answers_403() -> None:
    with on_instance(_instance(MetadataOptions={"HttpEndpoint": "disabled"})):
        assert _status("meta-data/") == 403


def test_tags_are_there_when_they_are_enabled() -> None:
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "maps"}]}]
    shown, hidden = (
        _instance(role="", TagSpecifications=tags, MetadataOptions={"InstanceMetadataTags": setting})
        for setting in ("enabled", "disabled")
    )
    with on_instance(shown):
        assert _ask("meta-data/tags/instance/team") == "maps"
    with on_instance(hidden):
        assert _status("meta-data/tags/instance/team") == 404


def test_boto3_signs_with_the_instances_role() -> None:
    instance = _instance(MetadataOptions={"HttpTokens": "required"})
    with on_instance(instance):
        session = boto3.Session()
        credentials = session.get_credentials()
        assert credentials is not None
        assert (credentials.method, credentials.access_key[:4]) == ("iam-role", "ASIA")
        who = session.client("sts").get_caller_identity()["Arn"]
        assert who == f"arn:aws:sts::{lab.ACCOUNT_ID}:assumed-role/web/{instance}"
        with lab.enforce_iam(), pytest.raises(ClientError, match="no identity-based policy allows"):
            session.client("sqs").list_queues()
    assert boto3.client("sts").get_caller_identity()["Arn"].endswith(":root")


def test_the_environment_is_that_of_an_instance_and_comes_back() -> None:
    before = dict(os.environ)
    with on_instance(_instance()):
        assert "AWS_ACCESS_KEY_ID" not in os.environ
        os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"] = "AKIAIOSFODNN7EXAMPLE", "x"
        credentials = boto3.Session().get_credentials()
        assert credentials is not None and credentials.method == "env"
    assert dict(os.environ) == before


def test_credentials_live_six_hours_and_are_renewed_in_time() -> None:
    def document() -> dict[str, str]:
        found: dict[str, str] = json.loads(_ask("meta-data/iam/security-credentials/web"))
        return found

    with on_instance(_instance()):
        first = document()
        issued, ends = (dt.datetime.fromisoformat(first[name]) for name in ("LastUpdated", "Expiration"))
        assert (first["Code"], ends - issued) == ("Success", dt.timedelta(hours=6))
        assert document() == first
        lab.clock.advance(hours=5, minutes=50)
        assert document()["AccessKeyId"] != first["AccessKeyId"]


def test_botocores_refresh_keeps_a_client_working_for_days() -> None:
    with on_instance(_instance()):
        client = boto3.client("sts")
        with lab.enforce_iam():
            for _ in range(9):
                client.get_caller_identity()
                lab.clock.advance(hours=5, minutes=55)
            client.get_caller_identity()


def test_a_role_that_does_not_trust_ec2_gives_no_credentials() -> None:
    with on_instance(_instance(service="lambda.amazonaws.com")):
        found = json.loads(_ask("meta-data/iam/security-credentials/web"))
        assert found["Code"] == "AssumeRoleUnauthorizedAccess" and "AccessKeyId" not in found


def test_botocores_own_fetcher_reads_it() -> None:
    with on_instance(_instance()):
        found = InstanceMetadataFetcher().retrieve_iam_role_credentials()
    assert found["role_name"] == "web"


def test_a_path_can_be_read_in_one_call() -> None:
    instance = _instance(MetadataOptions={"HttpTokens": "required"})
    with on_instance(instance):
        assert read_metadata("meta-data/instance-id") == instance
        assert read_metadata("meta-data/nothing") is None


def test_elsewhere_there_is_no_metadata_service() -> None:
    _instance()
    with pytest.raises(RealAwsRefused):
        _ask("meta-data/")


def test_no_code_runs_on_a_stopped_or_unknown_instance() -> None:
    instance = _instance()
    boto3.client("ec2").stop_instances(InstanceIds=[instance])
    with pytest.raises(RuntimeError, match="Start it first"), on_instance(instance):
        pass
    with pytest.raises(LookupError, match="no instance 'i-1'"), on_instance("i-1"):
        pass
