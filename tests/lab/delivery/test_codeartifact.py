"""CodeArtifact: repositories in front of others, and what stays where."""

from __future__ import annotations

import hashlib
import json

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from course import lab
from tests.policies import letting_in


@pytest.fixture
def chain():
    """team -> shared -> pypi, whose connection leads outside."""
    client = boto3.client("codeartifact")
    client.create_domain(domain="fathom")
    client.create_repository(domain="fathom", repository="pypi")
    client.associate_external_connection(domain="fathom", repository="pypi", externalConnection="public:pypi")
    client.create_repository(domain="fathom", repository="shared", upstreams=[{"repositoryName": "pypi"}])
    client.create_repository(domain="fathom", repository="team", upstreams=[{"repositoryName": "shared"}])
    return client


def token(client, **more):
    return client.get_authorization_token(domain="fathom", **more)["authorizationToken"]


def get(client, path, repository="team", secret=""):
    url = client.get_repository_endpoint(domain="fathom", repository=repository, format="pypi")["repositoryEndpoint"]
    return requests.get(url + path, auth=("aws", secret or token(client)), timeout=5)


def publish(client, version="1.0", body=b"chart", repository="team"):
    return client.publish_package_version(
        domain="fathom", repository=repository, format="generic", namespace="maps", package="charts",
        packageVersion=version, assetName="chart.bin", assetContent=body,
        assetSHA256=hashlib.sha256(body).hexdigest(),
    )  # fmt: skip


def held(client, repository):
    found = client.list_packages(domain="fathom", repository=repository)["packages"]
    return [one["package"] for one in found]


WHEEL = "simple/requests/2.32.5/requests-2.32.5-py3-none-any.whl"


def test_what_is_found_upstream_stays_with_who_asked_and_with_who_fetched_it(chain):
    assert "2.32.5/requests" in get(chain, "simple/requests/").text
    assert held(chain, "team") == []
    assert get(chain, WHEEL).status_code == 200
    assert [held(chain, name) for name in ("team", "shared", "pypi")] == [["requests"], [], ["requests"]]
    for name in ("pypi", "shared"):
        chain.delete_package_versions(
            domain="fathom", repository=name, format="pypi", package="requests", versions=["2.32.5"]
        )
    chain.disassociate_external_connection(domain="fathom", repository="pypi", externalConnection="public:pypi")
    assert get(chain, WHEEL).status_code == 200
    assert get(chain, WHEEL, "shared").status_code == 404


def test_the_first_upstream_that_has_a_version_wins(chain):
    chain.create_repository(domain="fathom", repository="own")
    url = chain.get_repository_endpoint(domain="fathom", repository="own", format="pypi")["repositoryEndpoint"]
    sent = requests.post(
        url, auth=("aws", token(chain)), timeout=5,
        data={":action": "file_upload", "name": "requests", "version": "2.32.5"},
        files={"content": ("requests-2.32.5-py3-none-any.whl", b"our own")},
    )  # fmt: skip
    assert sent.status_code == 200
    both = [{"repositoryName": "own"}, {"repositoryName": "shared"}]
    chain.update_repository(domain="fathom", repository="team", upstreams=both)
    assert get(chain, WHEEL).content == b"our own"


def test_a_token_ends(chain):
    secret = token(chain, durationSeconds=900)
    assert get(chain, "simple/flask/", secret=secret).status_code == 200
    url = chain.get_repository_endpoint(domain="fathom", repository="team", format="pypi")["repositoryEndpoint"]
    assert requests.get(url.replace("//", f"//aws:{secret}@") + "simple/flask/", timeout=5).status_code == 200
    lab.clock.advance(minutes=16)
    assert get(chain, "simple/flask/", secret=secret).status_code == 401
    with pytest.raises(ClientError, match="ValidationException"):
        token(chain, durationSeconds=60)


def test_a_version_is_published_once_and_read_back(chain):
    publish(chain)
    where = {"domain": "fathom", "repository": "team", "format": "generic", "namespace": "maps", "package": "charts"}
    got = chain.get_package_version_asset(**where, packageVersion="1.0", asset="chart.bin")
    assert got["asset"].read() == b"chart"
    assert chain.describe_package_version(**where, packageVersion="1.0")["packageVersion"]["status"] == "Published"
    assert chain.list_package_version_assets(**where, packageVersion="1.0")["assets"][0]["size"] == 5
    with pytest.raises(ClientError, match="ConflictException"):
        publish(chain, body=b"other")
    publish(chain, "1.1")
    assert [one["version"] for one in chain.list_package_versions(**where)["versions"]] == ["1.0", "1.1"]


def test_a_copy_takes_no_room(chain):
    publish(chain, body=b"x" * 1000)
    done = chain.copy_package_versions(
        domain="fathom", sourceRepository="team", destinationRepository="shared", format="generic", namespace="maps",
        package="charts", versions=["1.0", "9"],
    )  # fmt: skip
    assert list(done["successfulVersions"]) == ["1.0"]
    assert done["failedVersions"]["9"]["errorCode"] == "NOT_FOUND"
    assert chain.describe_domain(domain="fathom")["domain"]["assetSizeBytes"] == 1000


def test_limits_of_upstreams_and_connections(chain):
    for number in range(11):
        chain.create_repository(domain="fathom", repository=f"r{number}")
    many = [{"repositoryName": f"r{number}"} for number in range(11)]
    with pytest.raises(ClientError, match="ServiceQuotaExceeded"):
        chain.update_repository(domain="fathom", repository="team", upstreams=many)
    with pytest.raises(ClientError, match="its own upstream"):
        chain.update_repository(domain="fathom", repository="shared", upstreams=[{"repositoryName": "team"}])
    with pytest.raises(ClientError, match="ConflictException"):
        chain.associate_external_connection(domain="fathom", repository="pypi", externalConnection="public:npmjs")
    with pytest.raises(ClientError, match="both upstreams and an external"):
        chain.associate_external_connection(domain="fathom", repository="team", externalConnection="public:npmjs")


def test_each_change_is_an_event(chain):
    queue = boto3.client("sqs").create_queue(QueueName="seen", Attributes={"Policy": letting_in("events")})["QueueUrl"]
    events = boto3.client("events")
    events.put_rule(Name="made", EventPattern=json.dumps({
        "source": ["aws.codeartifact"], "detail": {"operationType": ["Created"]}}))  # fmt: skip
    events.put_targets(Rule="made", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:seen"}])
    publish(chain)
    chain.delete_package_versions(
        domain="fathom", repository="team", format="generic", namespace="maps", package="charts", versions=["1.0"]
    )
    lab.settle()
    got = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(one["Body"])["detail"]["packageName"] for one in got] == ["charts"]


def test_another_account_needs_both_policies(chain):
    publish(chain)
    boto3.client("organizations").create_organization(FeatureSet="ALL")
    number = boto3.client("organizations").create_account(AccountName="b", Email="b@example.com")[
        "CreateAccountStatus"
    ]["AccountId"]
    lent = boto3.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole", RoleSessionName="guest"
    )["Credentials"]
    there = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"]).client("codeartifact")
    home = {"domain": "fathom", "domainOwner": "123456789012"}
    asset = {**home, "repository": "team", "format": "generic", "namespace": "maps", "package": "charts",
             "packageVersion": "1.0", "asset": "chart.bin"}  # fmt: skip

    def policy(*actions):
        return json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": number}, "Action": list(actions), "Resource": "*"}]})  # fmt: skip

    with pytest.raises(ClientError, match="AccessDenied"):
        there.get_authorization_token(**home)
    with pytest.raises(ClientError, match="AccessDenied"):
        there.get_package_version_asset(**asset)
    chain.put_domain_permissions_policy(domain="fathom", policyDocument=policy("codeartifact:GetAuthorizationToken"))
    chain.put_repository_permissions_policy(
        domain="fathom",
        repository="team",
        policyDocument=policy("codeartifact:*Repository", "codeartifact:GetPackage*"),
    )
    secret = there.get_authorization_token(**home)["authorizationToken"]
    assert get(chain, "simple/flask/", secret=secret).status_code == 200
    assert get(chain, "simple/flask/", "shared", secret).status_code == 403
    assert there.get_package_version_asset(**asset)["asset"].read() == b"chart"
