"""Configurations on their way to clients: growth, bake time, alarms, validators, polls."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import make

SCHEMA = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "properties": {"limit": {"type": "integer", "minimum": 1}},
    "required": ["limit"],
}


@pytest.fixture(autouse=True)
def account():
    lab.start()
    yield
    lab.stop()


class Setup:
    """An application with a profile and an environment."""

    def __init__(self, validators=(), alarm=False):
        self.client = boto3.client("appconfig")
        self.app = self.client.create_application(Name="shop")["Id"]
        self.profile = self.client.create_configuration_profile(
            ApplicationId=self.app, Name="limits", LocationUri="hosted", Validators=list(validators)
        )["Id"]
        self.monitors = [{"AlarmArn": make_alarm()}] if alarm else []
        self.environment = self.client.create_environment(ApplicationId=self.app, Name="live", Monitors=self.monitors)[
            "Id"
        ]

    def version(self, content):
        made = self.client.create_hosted_configuration_version(
            ApplicationId=self.app, ConfigurationProfileId=self.profile, ContentType="application/json",
            Content=json.dumps(content).encode(),
        )  # fmt: skip
        return str(made["VersionNumber"])

    def deploy(self, version, strategy="AppConfig.AllAtOnce"):
        return self.client.start_deployment(
            ApplicationId=self.app, EnvironmentId=self.environment, DeploymentStrategyId=strategy,
            ConfigurationProfileId=self.profile, ConfigurationVersion=version,
        )["DeploymentNumber"]  # fmt: skip

    def settled(self, content):
        self.deploy(self.version(content))
        lab.clock.advance(minutes=11)

    def about(self, number):
        return self.client.get_deployment(
            ApplicationId=self.app, EnvironmentId=self.environment, DeploymentNumber=number
        )

    def sessions(self, count, **more):
        data = boto3.client("appconfigdata")
        told = {"ApplicationIdentifier": "shop", "EnvironmentIdentifier": "live",
                "ConfigurationProfileIdentifier": "limits", **more}  # fmt: skip
        return [data.start_configuration_session(**told)["InitialConfigurationToken"] for _ in range(count)]


def strategy(minutes, factor, growth="LINEAR", bake=0):
    return boto3.client("appconfig").create_deployment_strategy(
        Name="s", DeploymentDurationInMinutes=minutes, GrowthFactor=factor, GrowthType=growth,
        FinalBakeTimeInMinutes=bake, ReplicateTo="NONE",
    )["Id"]  # fmt: skip


def make_alarm():
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="errors", Namespace="shop", MetricName="errors", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=5, ComparisonOperator="GreaterThanThreshold", TreatMissingData="notBreaching",
    )  # fmt: skip
    return cloudwatch.describe_alarms()["MetricAlarms"][0]["AlarmArn"]


def poll(token):
    return boto3.client("appconfigdata").get_latest_configuration(ConfigurationToken=token)


def code(call, **given):
    with pytest.raises(ClientError) as refused:
        call(**given)
    return refused.value.response["Error"]["Code"]


def test_linear_growth_takes_equal_steps_and_bakes():
    shop = Setup()
    number = shop.deploy(shop.version({"limit": 1}), strategy(10, 20, bake=5))
    seen = []
    for _ in range(8):
        found = shop.about(number)
        seen.append((found["State"], found["PercentageComplete"]))
        lab.clock.advance(minutes=2)
    assert [share for _, share in seen] == [0, 20, 40, 60, 80, 100, 100, 100]
    assert [state for state, _ in seen][5:7] == ["BAKING", "BAKING"]
    assert shop.about(number)["State"] == "COMPLETE"


def test_exponential_growth_doubles():
    shop = Setup()
    number = shop.deploy(shop.version({"limit": 1}), strategy(20, 10, "EXPONENTIAL"))
    lab.clock.advance(minutes=21)
    words = [one["Description"] for one in shop.about(number)["EventLog"] if one["EventType"] == "PERCENTAGE_UPDATED"]
    assert [word.split()[3] for word in reversed(words)] == ["10.00%", "20.00%", "40.00%", "80.00%", "100.00%"]


def test_an_alarm_rolls_back_during_growth_and_during_bake_time():
    shop = Setup(alarm=True)
    shop.settled({"limit": 1})
    for minutes in (5, 12):
        number = shop.deploy(shop.version({"limit": 2}), strategy(10, 20, bake=10))
        lab.clock.advance(minutes=minutes)
        boto3.client("cloudwatch").put_metric_data(
            Namespace="shop", MetricData=[{"MetricName": "errors", "Value": 9, "Timestamp": lab.clock.now()}]
        )
        lab.clock.advance(minutes=2)
        found = shop.about(number)
        assert (found["State"], found["EventLog"][0]["TriggeredBy"]) == ("ROLLED_BACK", "CLOUDWATCH_ALARM")
        lab.clock.advance(minutes=5)  # the alarm is quiet again


def test_the_share_of_clients_is_the_share_of_the_deployment():
    shop = Setup()
    shop.settled({"limit": 1})
    shop.deploy(shop.version({"limit": 2}), strategy(10, 20))
    lab.clock.advance(minutes=5)
    got = [json.loads(poll(token)["Configuration"].read())["limit"] for token in shop.sessions(100)]
    assert got.count(2) == 40


def test_a_client_that_got_the_new_version_keeps_it_and_gives_it_back_at_a_rollback():
    shop = Setup()
    shop.settled({"limit": 1})
    number = shop.deploy(shop.version({"limit": 2}), strategy(10, 50))
    lab.clock.advance(minutes=6)
    said = [poll(token) for token in shop.sessions(4)]
    new = next(one for one in said if json.loads(one["Configuration"].read())["limit"] == 2)
    again = poll(new["NextPollConfigurationToken"])
    assert again["Configuration"].read() == b""
    shop.client.stop_deployment(ApplicationId=shop.app, EnvironmentId=shop.environment, DeploymentNumber=number)
    assert json.loads(poll(again["NextPollConfigurationToken"])["Configuration"].read()) == {"limit": 1}


def test_a_token_is_good_for_one_call_within_a_day_and_not_too_soon():
    shop = Setup()
    shop.settled({"limit": 1})
    token, old = shop.sessions(2, RequiredMinimumPollIntervalInSeconds=30)
    following = poll(token)["NextPollConfigurationToken"]
    assert code(poll, token=token) == "BadRequestException"
    assert code(poll, token=following) == "BadRequestException"
    lab.clock.advance(seconds=31)
    poll(following)
    lab.clock.advance(hours=25)
    assert code(poll, token=old) == "BadRequestException"


def test_before_the_first_deployment_there_is_nothing_to_get():
    shop = Setup()
    assert code(poll, token=shop.sessions(1)[0]) == "ResourceNotFoundException"


def test_a_schema_keeps_a_bad_version_from_being_deployed():
    shop = Setup([{"Type": "JSON_SCHEMA", "Content": json.dumps(SCHEMA)}])
    bad, good = shop.version({"limit": "many"}), shop.version({"limit": 3})
    told = {"ApplicationId": shop.app, "ConfigurationProfileId": shop.profile, "ConfigurationVersion": bad}
    assert code(shop.client.validate_configuration, **told) == "BadRequestException"
    assert code(shop.deploy, version=bad) == "BadRequestException"
    shop.deploy(good)


def test_a_function_judges_what_a_schema_cannot():
    source = (
        "import base64, json\n"
        "def handler(event, context):\n"
        "    given = json.loads(base64.b64decode(event['content']))\n"
        "    if given['limit'] > 10: raise ValueError('too many')\n"
    )
    arn = make(source, "judge")
    shop = Setup([{"Type": "LAMBDA", "Content": arn}])
    with pytest.raises(ClientError, match="too many"):
        shop.deploy(shop.version({"limit": 11}))
    shop.deploy(shop.version({"limit": 10}))


def test_an_environment_deploys_one_thing_at_a_time():
    shop = Setup()
    number = shop.deploy(shop.version({"limit": 1}), strategy(10, 20))
    assert code(shop.deploy, version=shop.version({"limit": 2})) == "ConflictException"
    shop.client.stop_deployment(ApplicationId=shop.app, EnvironmentId=shop.environment, DeploymentNumber=number)
    shop.deploy("2")
