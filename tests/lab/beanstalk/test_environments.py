"""Environments: their resources are real, their program answers, their life takes its time."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.beanstalk.market import (
    APPLICATION,
    BALANCED,
    ENHANCED,
    PROFILE,
    SINGLE,
    VARIABLES,
    change,
    client,
    get,
    launch,
    parts,
    profile,
    python_stack,
    rows,
    said,
    seen,
    version,
)  # fmt: skip


@pytest.fixture(autouse=True)
def account():
    lab.start()
    profile()
    version("v1")
    yield
    lab.stop()


def test_a_program_answers_at_the_name_of_its_environment():
    made = launch("market-test", PROFILE, BALANCED, (VARIABLES, "STALL", "apples"), CNAMEPrefix="market")
    assert made["CNAME"] == "market.us-east-1.elasticbeanstalk.com"
    assert (made["Status"], made["Health"]) == ("Ready", "Green")
    assert get(made, "/today").body == "apples /today"


def test_an_environment_is_a_stack_of_resources_that_other_services_show():
    made = launch("market-test", PROFILE, BALANCED, ("aws:autoscaling:asg", "MinSize", "2"))
    stack = client("cloudformation").describe_stacks(StackName=f"awseb-{made['EnvironmentId']}-stack")["Stacks"][0]
    found = parts("market-test")
    group = client("autoscaling").describe_auto_scaling_groups(
        AutoScalingGroupNames=[found["AutoScalingGroups"][0]["Name"]]
    )["AutoScalingGroups"][0]
    balancers = client("elbv2").describe_load_balancers()["LoadBalancers"]
    alarms = client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert {one["InstanceId"] for one in group["Instances"]} == {one["Id"] for one in found["Instances"]}
    assert (group["MinSize"], group["MaxSize"]) == (2, 4)
    assert [one["DNSName"] for one in balancers] == [made["EndpointURL"]]
    assert sorted(one["AlarmName"] for one in alarms) == sorted(one["Name"] for one in found["Triggers"])


def test_a_single_instance_has_an_elastic_ip_and_no_balancer():
    made = launch("market-test", PROFILE, SINGLE)
    addresses = client("ec2").describe_addresses()["Addresses"]
    assert made["EndpointURL"] == addresses[0]["PublicIp"]
    assert addresses[0]["InstanceId"] == parts("market-test")["Instances"][0]["Id"]
    assert parts("market-test")["LoadBalancers"] == []
    assert get(made).status == 200
    assert lab.resolve(made["CNAME"]).value == made["EndpointURL"]


def test_a_classic_load_balancer_is_what_the_api_makes_unless_told_otherwise():
    made = launch("market-test", PROFILE)
    assert len(client("elb").describe_load_balancers()["LoadBalancerDescriptions"]) == 1
    assert get(made).body.startswith("no stall")


def test_nothing_answers_before_the_environment_is_ready():
    made = client("elasticbeanstalk").create_environment(
        ApplicationName=APPLICATION, EnvironmentName="market-test", VersionLabel="v1",
        OptionSettings=rows(PROFILE, SINGLE), SolutionStackName=python_stack(),
    )  # fmt: skip
    assert (made["Status"], made["Health"]) == ("Launching", "Grey")
    lab.clock.advance(seconds=30)
    with pytest.raises((ConnectionError, TimeoutError)):
        get(made)
    client("elasticbeanstalk").get_waiter("environment_exists").wait(EnvironmentNames=["market-test"])
    assert get(made).status == 200


def test_an_environment_without_instance_profile_does_not_start():
    made = launch("market-test", SINGLE)
    assert made["Status"] == "Terminated"
    assert "Environment must have instance profile associated with it." in said("market-test", "ERROR")


def test_an_instance_profile_that_is_not_there_is_named():
    launch("market-test", SINGLE, ("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "nobody"))
    assert any("instance profile nobody" in one for one in said("market-test", "ERROR"))


def test_the_program_signs_with_the_role_of_its_instances():
    version("role", {"application.py": (
        "import boto3\n"
        "def application(environ, start_response):\n"
        "    start_response('200 OK', [])\n"
        "    return [boto3.client('sts').get_caller_identity()['Arn'].encode()]\n"
    )})  # fmt: skip
    made = launch("market-test", PROFILE, SINGLE, label="role")
    assert "assumed-role/market-ec2/i-" in get(made).body


def test_a_changed_property_reaches_the_program_without_new_instances():
    made = launch("market-test", PROFILE, BALANCED)
    before = parts("market-test")["Instances"]
    change("market-test", (VARIABLES, "STALL", "pears"))
    assert get(made).body == "pears /"
    assert parts("market-test")["Instances"] == before


def test_more_instances_join_the_balancer_with_the_version_that_runs():
    launch("market-test", PROFILE, BALANCED, ENHANCED)
    change("market-test", ("aws:autoscaling:asg", "MinSize", "3"))
    found = client("elasticbeanstalk").describe_instances_health(EnvironmentName="market-test", AttributeNames=["All"])
    labels = [one["Deployment"]["VersionLabel"] for one in found["InstanceHealthList"]]
    assert labels == ["v1"] * 3
    assert {one["HealthStatus"] for one in found["InstanceHealthList"]} == {"Ok"}


def test_a_lost_instance_is_replaced_and_gets_the_program():
    made = launch("market-test", PROFILE, SINGLE)
    lost = parts("market-test")["Instances"][0]["Id"]
    client("ec2").terminate_instances(InstanceIds=[lost])
    lab.clock.advance(minutes=10)
    assert parts("market-test")["Instances"][0]["Id"] != lost
    assert get(made).status == 200


def test_a_program_that_does_not_load_shows_in_the_health_with_its_cause():
    version("broken", {"application.py": "import a_module_that_nobody_has\n"})
    made = launch("market-test", PROFILE, BALANCED, ENHANCED, label="broken")
    assert (made["Health"], made["HealthStatus"]) == ("Red", "Severe")
    assert get(made).status in (502, 503)
    health = client("elasticbeanstalk").describe_environment_health(
        EnvironmentName="market-test", AttributeNames=["All"]
    )
    assert "services are not running" in health["Causes"][0]


def test_the_end_takes_the_stack_and_frees_the_name():
    made = launch("market-test", PROFILE, BALANCED, CNAMEPrefix="market")
    eb = client("elasticbeanstalk")
    assert not eb.check_dns_availability(CNAMEPrefix="market")["Available"]
    eb.terminate_environment(EnvironmentName="market-test")
    assert seen(made["EnvironmentId"])["Status"] == "Terminating"
    lab.clock.advance(minutes=10)
    assert seen(made["EnvironmentId"])["Status"] == "Terminated"
    assert eb.describe_environments()["Environments"] == []
    assert client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert eb.check_dns_availability(CNAMEPrefix="market")["Available"]


def test_a_rebuilt_environment_has_new_instances_behind_its_old_name():
    made = launch("market-test", PROFILE, SINGLE)
    before = parts("market-test")["Instances"]
    client("elasticbeanstalk").rebuild_environment(EnvironmentName="market-test")
    lab.clock.advance(minutes=15)
    assert parts("market-test")["Instances"] != before
    assert get(made).status == 200


def test_what_is_under_way_is_not_disturbed():
    launch("market-test", PROFILE, SINGLE)
    version("v2")
    eb = client("elasticbeanstalk")
    eb.update_environment(EnvironmentName="market-test", VersionLabel="v2")
    with pytest.raises(ClientError, match="Must be Ready"):
        eb.update_environment(EnvironmentName="market-test", VersionLabel="v1")


def test_logs_are_fetched_by_their_addresses():
    version("talk", {"application.py": "print('the stall is open')\n"
                     "def application(environ, start_response):\n"
                     "    start_response('200 OK', [])\n"
                     "    return [b'hello']\n"})  # fmt: skip
    launch("market-test", PROFILE, SINGLE, label="talk")
    eb = client("elasticbeanstalk")
    eb.request_environment_info(EnvironmentName="market-test", InfoType="tail")
    found = eb.retrieve_environment_info(EnvironmentName="market-test", InfoType="tail")["EnvironmentInfo"][0]
    assert "the stall is open" in lab.http("GET", found["Message"]).body


def test_somebody_who_may_not_make_servers_is_told_so_in_the_events():
    iam = client("iam")
    iam.create_user(UserName="clerk")
    allowed = {"Effect": "Allow", "Action": ["elasticbeanstalk:*", "s3:*"], "Resource": "*"}
    iam.put_user_policy(
        UserName="clerk",
        PolicyName="only-beanstalk",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    key = iam.create_access_key(UserName="clerk")["AccessKey"]
    clerk = boto3.client(
        "elasticbeanstalk",
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    with lab.enforce_iam():
        clerk.create_environment(
            ApplicationName=APPLICATION,
            EnvironmentName="market-test",
            VersionLabel="v1",
            SolutionStackName=python_stack(),
            OptionSettings=rows(PROFILE, SINGLE),
        )
    assert any("not authorized" in one for one in said("market-test", "ERROR"))
