"""AppConfig: the lab deploys as AWS does, bare moto keeps applications and versions alone."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, collect
from tests.lab.appconfig.test_deployments import SCHEMA, Setup, poll, strategy

_GUIDE = "https://docs.aws.amazon.com/appconfig/latest/userguide"
_API = "https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference"

CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED, _GUIDE)


@behaviour("appconfig-creating-deployment-strategy.html")
def a_linear_deployment_grows_evenly(world: World) -> bool:
    shop = Setup()
    number = shop.deploy(shop.version({"limit": 1}), strategy(10, 20))
    world.advance(5 * 60)
    return bool(shop.about(number)["PercentageComplete"] == 40)


@behaviour("appconfig-creating-deployment-strategy.html")
def an_exponential_deployment_doubles(world: World) -> bool:
    shop = Setup()
    number = shop.deploy(shop.version({"limit": 1}), strategy(20, 10, "EXPONENTIAL"))
    world.advance(9 * 60)
    return bool(shop.about(number)["PercentageComplete"] == 20)


@behaviour("monitoring-deployments.html")
def an_alarm_rolls_back(world: World) -> bool:
    shop = Setup(alarm=True)
    number = shop.deploy(shop.version({"limit": 1}), strategy(10, 20))
    boto3.client("cloudwatch").set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="test")
    world.advance(60)
    return bool(shop.about(number)["State"] == "ROLLED_BACK")


@behaviour("appconfig-creating-configuration-and-profile-validators.html")
def an_invalid_configuration_is_not_deployed(world: World) -> bool:
    shop = Setup([{"Type": "JSON_SCHEMA", "Content": json.dumps(SCHEMA)}])
    bad = shop.version({"limit": "many"})
    try:
        shop.deploy(bad)
    except ClientError as error:
        return bool(error.response["Error"]["Code"] == "BadRequestException")
    return False


@behaviour(f"{_API}/API_appconfigdata_GetLatestConfiguration.html")
def a_client_polls_with_a_new_token_each_time(world: World) -> bool:
    shop = Setup()
    shop.deploy(shop.version({"limit": 1}))
    world.advance(660)
    first = poll(shop.sessions(1)[0])
    second = poll(first["NextPollConfigurationToken"])
    return json.loads(first["Configuration"].read()) == {"limit": 1} and second["Configuration"].read() == b""


@behaviour(f"{_API}/API_StartDeployment.html")
def an_environment_deploys_one_thing_at_a_time(world: World) -> bool:
    shop = Setup()
    shop.deploy(shop.version({"limit": 1}), strategy(10, 20))
    try:
        shop.deploy("1")
    except ClientError as error:
        return bool(error.response["Error"]["Code"] == "ConflictException")
    return False


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
