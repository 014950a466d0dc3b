"""Elastic Beanstalk: behaviours of AWS that the lab shows and bare moto does not, each with its source.

When a twin fails, moto has caught up: delete our code. `KEPT` are behaviours of moto that the lab must keep.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.fidelity.behaviour import Behaviour, World, code_of, collect
from tests.lab.beanstalk.market import (
    APPLICATION,
    BALANCED,
    PROFILE,
    SINGLE,
    client,
    profile,
    python_stack,
    rows,
    upload,
)  # fmt: skip

_GUIDE = "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg"
_API = "https://docs.aws.amazon.com/elasticbeanstalk/latest/api"

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED)
kept = collect(KEPT)


def beanstalk() -> Any:
    return client("elasticbeanstalk")


def application() -> None:
    beanstalk().create_application(ApplicationName=APPLICATION)


def version(label: str = "v1", files: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = beanstalk().create_application_version(
        ApplicationName=APPLICATION, VersionLabel=label, SourceBundle=upload(label, files), **more
    )["ApplicationVersion"]
    return found


def environment(
    world: World, *settings: tuple[str, str, str], name: str = "market-test", **more: Any
) -> dict[str, Any]:
    made: dict[str, Any] = beanstalk().create_environment(
        ApplicationName=APPLICATION, EnvironmentName=name, SolutionStackName=python_stack(),
        OptionSettings=rows(*settings), **more,
    )  # fmt: skip
    world.advance(600)
    return made


def events(name: str = "market-test") -> list[str]:
    return [one["Message"] for one in beanstalk().describe_events(EnvironmentName=name)["Events"]]


@behaviour(f"{_GUIDE}/concepts.html")
def a_version_points_to_a_bundle_in_s3(world: World) -> bool:
    application()
    made = version()
    return bool(made["SourceBundle"]["S3Key"] == "v1.zip" and made["Status"] == "UNPROCESSED")


@behaviour(f"{_API}/API_CreateApplicationVersion.html")
def a_version_in_a_missing_bucket_is_refused(world: World) -> bool:
    application()
    source = {"S3Bucket": "nobodys", "S3Key": "v1.zip"}
    code = code_of(
        beanstalk().create_application_version, ApplicationName=APPLICATION, VersionLabel="v1", SourceBundle=source
    )
    return code == "InvalidParameterCombination"


@behaviour(f"{_GUIDE}/applications-lifecycle.html")
def a_count_rule_removes_old_versions_when_a_new_one_is_made(world: World) -> bool:
    application()
    beanstalk().update_application_resource_lifecycle(
        ApplicationName=APPLICATION,
        ResourceLifecycleConfig={
            "ServiceRole": "arn:aws:iam::123456789012:role/service",
            "VersionLifecycleConfig": {"MaxCountRule": {"Enabled": True, "MaxCount": 1}},
        },
    )
    version("v1")
    version("v2")
    found = beanstalk().describe_application_versions(ApplicationName=APPLICATION)["ApplicationVersions"]
    return [one["VersionLabel"] for one in found] == ["v2"]


@behaviour(f"{_GUIDE}/iam-instanceprofile.html")
def an_environment_wants_an_instance_profile(world: World) -> bool:
    application()
    environment(world, SINGLE)
    return "Environment must have instance profile associated with it." in events()


@behaviour(f"{_GUIDE}/using-features.managing.as.html")
def an_environment_makes_an_auto_scaling_group(world: World) -> bool:
    profile()
    application()
    environment(world, PROFILE, BALANCED)
    (found,) = client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    return bool(found["MaxSize"] == 4 and len(found["Instances"]) == 1)


@behaviour(f"{_GUIDE}/AWSHowTo.cloudformation.html")
def an_environment_is_a_stack(world: World) -> bool:
    profile()
    application()
    made = environment(world, PROFILE, SINGLE)
    (stack,) = client("cloudformation").describe_stacks()["Stacks"]
    return bool(stack["StackName"] == f"awseb-{made['EnvironmentId']}-stack")


@behaviour(f"{_GUIDE}/using-features-managing-env-types.html")
def a_single_instance_has_an_elastic_ip(world: World) -> bool:
    profile()
    application()
    environment(world, PROFILE, SINGLE)
    (address,) = client("ec2").describe_addresses()["Addresses"]
    return "InstanceId" in address


@behaviour(f"{_GUIDE}/using-features-managing-env-tiers.html")
def a_worker_has_a_queue_with_dead_letters(world: World) -> bool:
    profile()
    application()
    environment(world, PROFILE, Tier={"Name": "Worker", "Type": "SQS/HTTP"})
    queues = beanstalk().describe_environment_resources(EnvironmentName="market-test")["EnvironmentResources"]["Queues"]
    names = ["VisibilityTimeout", "RedrivePolicy"]
    found = client("sqs").get_queue_attributes(QueueUrl=queues[0]["URL"], AttributeNames=names)["Attributes"]
    return found["VisibilityTimeout"] == "300" and '"maxReceiveCount":10' in found["RedrivePolicy"].replace(" ", "")


@behaviour(f"{_GUIDE}/command-options.html")
def unknown_options_are_refused(world: World) -> bool:
    application()
    make = beanstalk().create_environment
    code = code_of(
        make, ApplicationName=APPLICATION, EnvironmentName="market-test", SolutionStackName=python_stack(),
        OptionSettings=rows(("aws:autoscaling:asg", "Minsize", "2")),
    )  # fmt: skip
    return code == "ConfigurationValidationException"


@behaviour(f"{_GUIDE}/command-options.html#configuration-options-precedence")
def a_direct_setting_goes_before_a_configuration_file(world: World) -> bool:
    profile()
    application()
    config = "option_settings:\n  aws:autoscaling:asg:\n    MinSize: 2\n    MaxSize: 3\n"
    version("v1", {"application.py": "", ".ebextensions/size.config": config})
    environment(world, PROFILE, BALANCED, ("aws:autoscaling:asg", "MinSize", "1"), VersionLabel="v1")
    (found,) = client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    return (found["MinSize"], found["MaxSize"]) == (1, 3)


@behaviour(f"{_GUIDE}/environment-resources.html")
def a_configuration_file_brings_resources(world: World) -> bool:
    profile()
    application()
    config = "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n"
    version("v1", {"application.py": "", ".ebextensions/queue.config": config})
    environment(world, PROFILE, SINGLE, VersionLabel="v1")
    return len(client("sqs").list_queues().get("QueueUrls", [])) == 1


@behaviour(f"{_API}/API_CheckDNSAvailability.html")
def a_name_in_use_is_not_available(world: World) -> bool:
    profile()
    application()
    environment(world, PROFILE, SINGLE, CNAMEPrefix="market")
    return not beanstalk().check_dns_availability(CNAMEPrefix="market")["Available"]


@behaviour(f"{_API}/API_TerminateEnvironment.html")
def the_end_of_an_environment_takes_its_resources(world: World) -> bool:
    profile()
    application()
    environment(world, PROFILE, BALANCED)
    before = len(client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"])
    beanstalk().terminate_environment(EnvironmentName="market-test")
    world.advance(600)
    left = client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    return before == 1 and left == [] and beanstalk().describe_environments()["Environments"] == []


@behaviour(f"{_API}/API_DescribeConfigurationSettings.html")
def settings_show_the_defaults_too(world: World) -> bool:
    profile()
    application()
    environment(world, PROFILE, SINGLE)
    found = beanstalk().describe_configuration_settings(ApplicationName=APPLICATION, EnvironmentName="market-test")
    named = {one["OptionName"]: one.get("Value") for one in found["ConfigurationSettings"][0]["OptionSettings"]}
    return bool(named["DeploymentPolicy"] == "AllAtOnce" and named["EnvironmentType"] == "SingleInstance")


@behaviour(f"{_API}/API_ValidateConfigurationSettings.html")
def settings_can_be_validated(world: World) -> bool:
    application()
    found = beanstalk().validate_configuration_settings(
        ApplicationName=APPLICATION, OptionSettings=rows(("aws:autoscaling:asg", "MinSize", "0"))
    )["Messages"]
    return [one["Severity"] for one in found] == ["error"]


@behaviour(f"{_GUIDE}/environment-configuration-savedconfig.html")
def a_saved_configuration_starts_an_environment(world: World) -> bool:
    profile()
    application()
    beanstalk().create_configuration_template(
        ApplicationName=APPLICATION, TemplateName="small", SolutionStackName=python_stack(),
        OptionSettings=rows(PROFILE, SINGLE),
    )  # fmt: skip
    beanstalk().create_environment(ApplicationName=APPLICATION, EnvironmentName="market-test", TemplateName="small")
    world.advance(600)
    return len(client("ec2").describe_addresses()["Addresses"]) == 1


@behaviour(f"{_GUIDE}/environments-cfg-alb.html")
def https_wants_a_certificate(world: World) -> bool:
    application()
    make = beanstalk().create_environment
    code = code_of(
        make, ApplicationName=APPLICATION, EnvironmentName="market-test", SolutionStackName=python_stack(),
        OptionSettings=rows(BALANCED, ("aws:elbv2:listener:443", "Protocol", "HTTPS")),
    )  # fmt: skip
    return code == "ConfigurationValidationException"


@behaviour(f"{_GUIDE}/platforms-support-policy.html")
def a_retired_platform_is_not_to_be_had(world: World) -> bool:
    application()
    stacks = beanstalk().list_available_solution_stacks()["SolutionStacks"]
    old = next(one for one in stacks if "2018.03" in one)
    make = beanstalk().create_environment
    return bool(
        code_of(make, ApplicationName=APPLICATION, EnvironmentName="market-test", SolutionStackName=old)
        == "InvalidParameterValue"
    )


@kept(f"{_API}/API_CreateApplication.html")
def a_second_application_of_a_name_is_refused(world: World) -> bool:
    application()
    return code_of(beanstalk().create_application, ApplicationName=APPLICATION) == "InvalidParameterValue"


@kept(f"{_API}/API_CreateEnvironment.html")
def an_environment_wants_its_application(world: World) -> bool:
    make = beanstalk().create_environment
    code = code_of(make, ApplicationName="nobodys", EnvironmentName="market-test", SolutionStackName=python_stack())
    return code == "InvalidParameterValue"


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
