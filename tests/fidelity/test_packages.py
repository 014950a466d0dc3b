"""Packages and the way in for Git: the lab does what AWS does, bare moto does not."""

from __future__ import annotations

import hashlib
import json
import tempfile
from contextlib import closing
from typing import Any

import boto3
import pytest
import requests
from dulwich import porcelain

from tests.fidelity.behaviour import Behaviour, World, collect, refused
from tests.policies import letting_in

_ARTIFACT = "https://docs.aws.amazon.com/codeartifact/latest"
_COMMIT = "https://docs.aws.amazon.com/codecommit/latest/userguide"

CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED)


def client(service: str) -> Any:
    made: Any = boto3.client
    return made(service, region_name="us-east-1")


def chain() -> Any:
    """desk -> mirror -> store -> PyPI."""
    artifacts = client("codeartifact")
    artifacts.create_domain(domain="fathom")
    upstreams: list[dict[str, str]] = []
    for name in ("store", "mirror", "desk"):
        artifacts.create_repository(domain="fathom", repository=name, upstreams=upstreams)
        upstreams = [{"repositoryName": name}]
    artifacts.associate_external_connection(domain="fathom", repository="store", externalConnection="public:pypi")
    return artifacts


def publish(artifacts: Any, repository: str, body: bytes) -> None:
    artifacts.publish_package_version(
        domain="fathom", repository=repository, format="generic", namespace="maps", package="charts",
        packageVersion="1.0", assetName="a", assetContent=body, assetSHA256=hashlib.sha256(body).hexdigest(),
    )  # fmt: skip


def downloaded(artifacts: Any, repository: str) -> int:
    token = artifacts.get_authorization_token(domain="fathom")["authorizationToken"]
    found = artifacts.get_repository_endpoint(domain="fathom", repository=repository, format="pypi")
    url = f"{found['repositoryEndpoint']}simple/flask/3.1.2/flask-3.1.2-py3-none-any.whl"
    return requests.get(url, auth=("aws", token), timeout=5).status_code


@behaviour(f"{_ARTIFACT}/ug/repo-upstream-behavior.html")
def a_version_stays_with_who_asked_and_who_fetched(world: World) -> bool:
    artifacts = chain()
    downloaded(artifacts, "desk")
    held = {name: len(artifacts.list_packages(domain="fathom", repository=name)["packages"])
            for name in ("store", "mirror", "desk")}  # fmt: skip
    return held == {"store": 1, "mirror": 0, "desk": 1}


@behaviour(f"{_ARTIFACT}/ug/packages-overview.html")
def a_published_version_never_changes(world: World) -> bool:
    artifacts = chain()
    publish(artifacts, "desk", b"one")
    return refused(lambda: publish(artifacts, "desk", b"other"), "ConflictException")


@behaviour(f"{_ARTIFACT}/ug/domains.html")
def equal_assets_are_stored_once(world: World) -> bool:
    artifacts = chain()
    for name in ("desk", "mirror"):
        publish(artifacts, name, b"x" * 100)
    return bool(artifacts.describe_domain(domain="fathom")["domain"]["assetSizeBytes"] == 100)


@behaviour(f"{_ARTIFACT}/ug/tokens-authentication.html")
def a_token_ends(world: World) -> bool:
    artifacts = chain()
    token = artifacts.get_authorization_token(domain="fathom", durationSeconds=900)["authorizationToken"]
    found = artifacts.get_repository_endpoint(domain="fathom", repository="desk", format="pypi")
    url = f"{found['repositoryEndpoint']}simple/flask/"
    first = requests.get(url, auth=("aws", token), timeout=5).status_code
    world.advance(1000)
    return (first, requests.get(url, auth=("aws", token), timeout=5).status_code) == (200, 401)


@behaviour(f"{_ARTIFACT}/APIReference/API_AssociateExternalConnection.html")
def a_repository_has_one_external_connection(world: World) -> bool:
    artifacts = chain()
    again = {"domain": "fathom", "repository": "store", "externalConnection": "public:npmjs"}
    return refused(lambda: artifacts.associate_external_connection(**again), "ConflictException")


@behaviour(f"{_ARTIFACT}/ug/service-event-format-example.html")
def a_new_version_is_an_event(world: World) -> bool:
    url = client("sqs").create_queue(QueueName="seen", Attributes={"Policy": letting_in("events")})["QueueUrl"]
    client("events").put_rule(Name="all", EventPattern=json.dumps({"source": ["aws.codeartifact"]}))
    arn = "arn:aws:sqs:us-east-1:123456789012:seen"
    client("events").put_targets(Rule="all", Targets=[{"Id": "q", "Arn": arn}])
    publish(chain(), "desk", b"one")
    world.settle()
    body = json.loads(client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"])
    return bool(body["detail"]["operationType"] == "Created")


@behaviour(f"{_COMMIT}/how-to-connect.html")
def git_clones_from_the_clone_address(world: World) -> bool:
    made = client("codecommit").create_repository(repositoryName="shop")["repositoryMetadata"]
    first = client("codecommit").put_file(
        repositoryName="shop", branchName="main", filePath="a.txt", fileContent=b"hello"
    )["commitId"]
    with tempfile.TemporaryDirectory() as folder:
        quiet = porcelain.NoneStream()
        with closing(porcelain.clone(made["cloneUrlHttp"], f"{folder}/shop", errstream=quiet)) as clone:
            return bool(clone.head().decode() == first)


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
