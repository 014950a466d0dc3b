"""Option settings: what counts where several places say something, and what is refused."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.beanstalk.market import (
    APPLICATION,
    BALANCED,
    PAGE,
    PROFILE,
    SINGLE,
    VARIABLES,
    change,
    client,
    get,
    launch,
    profile,
    python_stack,
    rows,
    version,
)  # fmt: skip

FILE = f"option_settings:\n  {VARIABLES}:\n    STALL: from the file\n"


@pytest.fixture(autouse=True)
def account():
    lab.start()
    profile()
    version("v1", {"application.py": PAGE, ".ebextensions/stall.config": FILE})
    yield
    lab.stop()


def setting(name: str, namespace: str, option: str) -> str:
    found = client("elasticbeanstalk").describe_configuration_settings(
        ApplicationName=APPLICATION, EnvironmentName=name
    )["ConfigurationSettings"][0]["OptionSettings"]
    return next(
        (one.get("Value", "") for one in found if (one["Namespace"], one["OptionName"]) == (namespace, option)), ""
    )


def saved(name: str, *settings: tuple[str, str, str]) -> None:
    client("elasticbeanstalk").create_configuration_template(
        ApplicationName=APPLICATION, TemplateName=name, SolutionStackName=python_stack(), OptionSettings=rows(*settings)
    )


def test_the_call_goes_before_the_saved_configuration_before_the_file_before_the_default():
    saved("stalls", PROFILE, SINGLE, (VARIABLES, "STALL", "saved"))
    assert get(launch("by-file", PROFILE, SINGLE)).body == "from the file /"
    assert get(launch("by-saved", TemplateName="stalls")).body == "saved /"
    assert get(launch("by-call", (VARIABLES, "STALL", "called"), TemplateName="stalls")).body == "called /"
    assert setting("by-file", "aws:autoscaling:asg", "MaxSize") == "4"


def test_a_setting_that_is_removed_falls_back_to_the_file():
    made = launch("market-test", PROFILE, SINGLE, (VARIABLES, "STALL", "called"))
    gone = [{"Namespace": VARIABLES, "OptionName": "STALL"}]
    change("market-test", OptionsToRemove=gone)
    assert get(made).body == "from the file /"


def test_a_saved_configuration_of_an_environment_clones_it():
    made = launch("market-test", PROFILE, SINGLE, (VARIABLES, "STALL", "cloned"))
    client("elasticbeanstalk").create_configuration_template(
        ApplicationName=APPLICATION, TemplateName="as-test", EnvironmentId=made["EnvironmentId"]
    )
    assert get(launch("market-copy", TemplateName="as-test")).body == "cloned /"


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (("aws:autoscaling:asg", "Minsize", "2"), "Unknown configuration setting"),
        (("aws:autoscaling:asg", "MinSize", "0"), "less than minimum allowed value: 1"),
        (("aws:autoscaling:asg", "MinSize", "two"), "not an integer"),
        (("aws:autoscaling:asg", "MinSize", "9"), "MinSize is greater than MaxSize"),
        (("aws:elasticbeanstalk:environment", "EnvironmentType", "Single"), "not one of the allowed values"),
        (("aws:elbv2:listener:443", "Protocol", "HTTPS"), "must specify an SSL certificate"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_reason(setting, words):
    with pytest.raises(ClientError, match=words):
        launch("market-test", PROFILE, BALANCED, setting)


def test_settings_are_validated_without_a_change():
    messages = client("elasticbeanstalk").validate_configuration_settings(
        ApplicationName=APPLICATION,
        OptionSettings=rows(("aws:autoscaling:asg", "MinSize", "0"), ("aws:autoscaling:asg", "MaxSize", "3")),
    )["Messages"]
    assert [(one["OptionName"], one["Severity"]) for one in messages] == [("MinSize", "error")]


def test_options_are_described_with_their_limits():
    found = client("elasticbeanstalk").describe_configuration_options(
        SolutionStackName=python_stack(),
        Options=[{"Namespace": "aws:elasticbeanstalk:sqsd", "OptionName": "MaxRetries"}],
    )["Options"]
    assert [(one["DefaultValue"], one["MinValue"], one["MaxValue"]) for one in found] == [("10", 1, 100)]


def test_a_service_role_that_does_not_trust_the_service_is_refused():
    with pytest.raises(ClientError, match="cannot be assumed by elasticbeanstalk"):
        launch("market-test", PROFILE, SINGLE, ("aws:elasticbeanstalk:environment", "ServiceRole", "market-ec2"))


def test_a_listener_with_a_certificate_answers_over_https():
    certificate = client("acm").request_certificate(DomainName="stall.example", ValidationMethod="DNS")[
        "CertificateArn"
    ]
    route53 = client("route53")
    zone = route53.create_hosted_zone(Name="stall.example", CallerReference="1")
    record = client("acm").describe_certificate(CertificateArn=certificate)["Certificate"]["DomainValidationOptions"][0]
    made = launch("market-test", PROFILE, BALANCED)

    def upsert(name: str, kind: str, value: str) -> None:
        change_set = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
        route53.change_resource_record_sets(
            HostedZoneId=zone["HostedZone"]["Id"],
            ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": change_set}]},
        )

    lab.delegate("stall.example", zone["DelegationSet"]["NameServers"])
    upsert(record["ResourceRecord"]["Name"], "CNAME", record["ResourceRecord"]["Value"])
    upsert("www.stall.example", "CNAME", made["CNAME"])
    lab.clock.advance(minutes=30)
    secure = "aws:elbv2:listener:443"
    change("market-test", (secure, "Protocol", "HTTPS"), (secure, "SSLCertificateArns", certificate))
    assert lab.http("GET", "http://www.stall.example/").status == 200
    assert lab.http("GET", f"http://{made['CNAME']}/").status == 200
