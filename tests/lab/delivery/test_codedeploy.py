"""CodeDeploy: traffic over time for Lambda and ECS, batches of servers, hooks, alarms, rollback."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import zipfile

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from course.lab.codedeploy.configurations import PREDEFINED, at_a_time, steps
from course.lab.codedeploy.store import kept
from course.lab.place import Place
from tests.lab.lambda_sample import make
from tests.policies import letting_in

V1 = "def handler(event, context): return 'v1'"
HOOK = """
    import boto3
    def handler(event, context):
        boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=event["DeploymentId"], lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
            status="{status}")
"""


@pytest.fixture
def deploy():
    return boto3.client("codedeploy")


@pytest.fixture
def shop(deploy):
    """A function with two versions, an alias on the first, and an application for it."""
    client = boto3.client("lambda")
    make(V1, name="shop")
    client.publish_version(FunctionName="shop")
    client.update_function_configuration(FunctionName="shop", MemorySize=256)
    client.publish_version(FunctionName="shop")
    client.create_alias(FunctionName="shop", Name="live", FunctionVersion="1")
    deploy.create_application(applicationName="shop", computePlatform="Lambda")
    return "shop"


def group(deploy, config="LambdaCanary10Percent5Minutes", **more):
    deploy.create_deployment_group(
        applicationName="shop", deploymentGroupName="live", serviceRoleArn="arn:aws:iam::123456789012:role/deployer",
        deploymentConfigName=f"CodeDeployDefault.{config}", **more,
    )  # fmt: skip


def start(deploy, **hooks):
    given = {"Name": "shop", "Alias": "live", "CurrentVersion": "1", "TargetVersion": "2"}
    spec = {
        "version": 0.0,
        "Resources": [{"shop": {"Type": "AWS::Lambda::Function", "Properties": given}}],
        "Hooks": [{name: function} for name, function in hooks.items()],
    }
    made = deploy.create_deployment(
        applicationName="shop", deploymentGroupName="live",
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(spec)}},
    )["deploymentId"]  # fmt: skip
    lab.settle()
    return made


def status(deploy, one):
    return deploy.get_deployment(deploymentId=one)["deploymentInfo"]["status"]


def traffic():
    """The share of version 2."""
    alias = boto3.client("lambda").get_alias(FunctionName="shop", Name="live")
    if alias["FunctionVersion"] == "2":
        return 1.0
    return alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}).get("2", 0.0)


def test_a_canary_moves_a_tenth_and_five_minutes_later_all(deploy, shop):
    group(deploy)
    one = start(deploy)
    assert (status(deploy, one), traffic()) == ("InProgress", 0.1)
    lab.clock.advance(minutes=4)
    assert traffic() == 0.1
    lab.clock.advance(minutes=2)
    assert (status(deploy, one), traffic()) == ("Succeeded", 1.0)


def test_a_group_knows_its_last_deployments(deploy, shop):
    group(deploy, "LambdaAllAtOnce")
    good = start(deploy)
    make(HOOK.format(status="Failed"), name="check")
    bad = start(deploy, BeforeAllowTraffic="check")
    found = deploy.get_deployment_group(applicationName="shop", deploymentGroupName="live")["deploymentGroupInfo"]
    last = [found[f"last{kind}Deployment"] for kind in ("Successful", "Attempted")]
    assert [(one["deploymentId"], one["status"]) for one in last] == [(good, "Succeeded"), (bad, "Failed")]


def test_linear_moves_a_tenth_each_minute(deploy, shop):
    group(deploy, "LambdaLinear10PercentEvery1Minute")
    start(deploy)
    seen = []
    for _ in range(10):
        seen.append(traffic())
        lab.clock.advance(minutes=1)
    assert seen == [round(0.1 * n, 1) for n in range(1, 11)]


def test_a_hook_that_says_no_keeps_all_traffic_on_the_old_version(deploy, shop):
    make(HOOK.format(status="Failed"), name="check")
    group(deploy, autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]})
    one = start(deploy, BeforeAllowTraffic="check")
    lab.settle()
    assert (status(deploy, one), traffic()) == ("Failed", 0.0)
    info = deploy.get_deployment(deploymentId=one)["deploymentInfo"]
    assert "BeforeAllowTraffic" in info["errorInformation"]["message"]
    again = deploy.get_deployment(deploymentId=info["rollbackInfo"]["rollbackDeploymentId"])["deploymentInfo"]
    assert (again["creator"], again["status"]) == ("codeDeployRollback", "Succeeded")


def test_hooks_run_in_their_order_and_hold_the_deployment_until_they_answer(deploy, shop):
    make(HOOK.format(status="Succeeded"), name="check")
    make("def handler(event, context): pass", name="mute")
    group(deploy)
    one = start(deploy, BeforeAllowTraffic="check", AfterAllowTraffic="mute")
    lab.clock.advance(minutes=10)
    target = deploy.batch_get_deployment_targets(deploymentId=one, targetIds=["shop:live"])["deploymentTargets"][0]
    events = {row["lifecycleEventName"]: row["status"] for row in target["lambdaTarget"]["lifecycleEvents"]}
    assert events == {
        "BeforeAllowTraffic": "Succeeded", "AllowTraffic": "Succeeded", "AfterAllowTraffic": "InProgress",
    }  # fmt: skip
    lab.clock.advance(hours=1)
    assert status(deploy, one) == "Failed"


def test_an_alarm_in_the_middle_takes_the_traffic_back(deploy, shop):
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="errors", Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold",
    )  # fmt: skip
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="OK", StateReason="fine")
    group(
        deploy,
        alarmConfiguration={"enabled": True, "alarms": [{"name": "errors"}]},
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_STOP_ON_ALARM"]},
    )
    one = start(deploy)
    assert traffic() == 0.1
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="errors")
    lab.clock.advance(seconds=40)
    info = deploy.get_deployment(deploymentId=one)["deploymentInfo"]
    assert (info["status"], info["errorInformation"]["code"], traffic()) == ("Stopped", "ALARM_ACTIVE", 0.0)


def test_somebody_may_stop_a_deployment_and_have_it_undone(deploy, shop):
    group(deploy)
    one = start(deploy)
    deploy.stop_deployment(deploymentId=one, autoRollbackEnabled=True)
    lab.settle()
    assert (status(deploy, one), traffic()) == ("Stopped", 0.0)


def test_one_deployment_of_a_group_at_a_time(deploy, shop):
    group(deploy)
    start(deploy)
    with pytest.raises(ClientError, match="already has an active Deployment"):
        start(deploy)


def test_a_configuration_must_fit_the_platform(deploy, shop):
    with pytest.raises(ClientError, match="InvalidDeploymentConfigNameException"):
        group(deploy, "HalfAtATime")


def test_the_states_of_a_deployment_are_events(deploy, shop):
    sqs, events = boto3.client("sqs"), boto3.client("events")
    url = sqs.create_queue(QueueName="seen", Attributes={"Policy": letting_in("events")})["QueueUrl"]
    events.put_rule(Name="deployments", EventPattern=json.dumps({"source": ["aws.codedeploy"]}))
    events.put_targets(Rule="deployments", Targets=[{"Id": "q", "Arn": "arn:aws:sqs:us-east-1:123456789012:seen"}])
    group(deploy, "LambdaAllAtOnce")
    start(deploy)
    lab.settle()
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    assert [json.loads(one["Body"])["detail"]["state"] for one in found] == ["START", "SUCCESS"]


# Servers ---------------------------------------------------------------------------------------------------


def bundle(**scripts):
    """A revision with a script for each hook; it installs index.html below /var/www."""
    hooks = "".join(f"  {name}:\n    - location: scripts/{name}.sh\n      timeout: 60\n" for name in scripts)
    spec = "version: 0.0\nos: linux\nfiles:\n  - source: index.html\n    destination: /var/www\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("appspec.yml", spec + (f"hooks:\n{hooks}" if scripts else ""))
        made.writestr("index.html", "hello")
        for name, text in scripts.items():
            made.writestr(f"scripts/{name}.sh", text)
    return packed.getvalue()


@pytest.fixture
def fleet(deploy):
    """Four servers with a tag, and an application for them."""
    boto3.client("ec2").run_instances(
        ImageId="ami-12c6146b", MinCount=4, MaxCount=4, InstanceType="t3.micro",
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Role", "Value": "web"}]}],
    )  # fmt: skip
    boto3.client("s3").create_bucket(Bucket="revisions")
    deploy.create_application(applicationName="web")
    return deploy


def roll(fleet, config, body):
    with contextlib.suppress(fleet.exceptions.DeploymentGroupAlreadyExistsException):
        fleet.create_deployment_group(
            applicationName="web", deploymentGroupName="prod", serviceRoleArn="arn:aws:iam::123456789012:role/deployer",
            ec2TagFilters=[{"Key": "Role", "Value": "web", "Type": "KEY_AND_VALUE"}],
            autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]},
        )  # fmt: skip
    key = f"web-{len(body)}.zip"
    boto3.client("s3").put_object(Bucket="revisions", Key=key, Body=body)
    one = fleet.create_deployment(
        applicationName="web", deploymentGroupName="prod", deploymentConfigName=f"CodeDeployDefault.{config}",
        revision={"revisionType": "S3", "s3Location": {"bucket": "revisions", "key": key, "bundleType": "zip"}},
    )["deploymentId"]  # fmt: skip
    lab.settle()
    return one


def disk(instance):
    """The folder that stands for an instance's disk."""
    return kept(Place("123456789012", "us-east-1")).disk(instance).root


def statuses(fleet, one):
    targets = fleet.list_deployment_targets(deploymentId=one)["targetIds"]
    found = fleet.batch_get_deployment_targets(deploymentId=one, targetIds=targets)["deploymentTargets"]
    return [row["instanceTarget"]["status"] for row in found], found


def test_half_at_a_time_keeps_the_other_half_at_work(fleet):
    one = roll(fleet, "HalfAtATime", bundle())
    assert sorted(statuses(fleet, one)[0]) == ["InProgress", "InProgress", "Pending", "Pending"]
    lab.clock.advance(minutes=5)
    assert statuses(fleet, one)[0] == ["Succeeded"] * 4


def test_scripts_run_on_every_server_in_the_order_of_the_events(fleet):
    note = 'echo "$LIFECYCLE_EVENT" >> order.txt'
    one = roll(fleet, "AllAtOnce", bundle(ValidateService=note, BeforeInstall=note, AfterInstall=note))
    lab.clock.advance(minutes=5)
    found = statuses(fleet, one)[1][0]["instanceTarget"]
    place = disk(found["targetId"])
    assert (place / "order.txt").read_text().split() == ["BeforeInstall", "AfterInstall", "ValidateService"]
    assert (place / "var/www/index.html").read_text() == "hello"
    times = [row["startTime"] for row in found["lifecycleEvents"]]
    assert times == sorted(times)


def test_a_failing_script_stops_the_rollout_when_too_few_are_healthy(fleet):
    roll(fleet, "AllAtOnce", bundle())
    lab.clock.advance(minutes=5)
    one = roll(fleet, "OneAtATime", bundle(ValidateService="echo no database >&2; exit 3"))
    lab.clock.advance(minutes=10)
    info = fleet.get_deployment(deploymentId=one)["deploymentInfo"]
    assert info["status"] == "Failed"
    assert info["deploymentOverview"]["Failed"] == 1
    assert info["deploymentOverview"]["Skipped"] == 3
    found = [row["instanceTarget"] for row in statuses(fleet, one)[1]]
    failed = next(row for row in found if row["status"] == "Failed")
    last = failed["lifecycleEvents"][-1]["diagnostics"]
    assert last["errorCode"] == "ScriptFailed"
    assert "no database" in last["logTail"]
    lab.clock.advance(minutes=10)
    again = fleet.get_deployment(deploymentId=info["rollbackInfo"]["rollbackDeploymentId"])["deploymentInfo"]
    assert again["status"] == "Succeeded"


def test_a_bundle_without_appspec_is_no_revision(fleet):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("index.html", "hello")
    one = roll(fleet, "AllAtOnce", packed.getvalue())
    assert "AppSpec file" in fleet.get_deployment(deploymentId=one)["deploymentInfo"]["errorInformation"]["message"]


def test_the_disks_go_with_the_account(fleet):
    roll(fleet, "AllAtOnce", bundle())
    lab.clock.advance(minutes=5)
    before = {one: disk(one) for one in kept(Place("123456789012", "us-east-1")).disks}
    assert all((place / "var/www/index.html").exists() for place in before.values())
    lab.reset()
    gc.collect()
    assert not any(place.exists() for place in before.values())
    assert kept(Place("123456789012", "us-east-1")).disks == {}


def test_the_next_revision_takes_the_place_of_the_files_of_the_last(fleet):
    roll(fleet, "AllAtOnce", bundle())
    lab.clock.advance(minutes=5)
    one = roll(fleet, "AllAtOnce", bundle(BeforeInstall="ls var/www"))
    lab.clock.advance(minutes=5)
    assert statuses(fleet, one)[0] == ["Succeeded"] * 4


def test_the_last_server_may_fail_one_at_a_time(fleet):
    """The others are as many healthy ones as this configuration wants."""
    last = 'test "$(cat number 2>/dev/null)" != 4'
    one = roll(fleet, "OneAtATime", bundle(ValidateService=last))
    for number, instance in enumerate(fleet.list_deployment_targets(deploymentId=one)["targetIds"], start=1):
        (disk(instance) / "number").write_text(str(number))
    lab.clock.advance(minutes=10)
    assert statuses(fleet, one)[0] == ["Succeeded"] * 3 + ["Failed"]
    assert fleet.get_deployment(deploymentId=one)["deploymentInfo"]["status"] == "Succeeded"


def test_a_server_that_failed_is_the_first_of_the_next_deployment(fleet):
    one = roll(fleet, "AllAtOnce", bundle(ValidateService="test ! -e broken"))
    servers = fleet.list_deployment_targets(deploymentId=one)["targetIds"]
    (disk(servers[2]) / "broken").write_text("")
    lab.clock.advance(minutes=5)
    assert statuses(fleet, one)[0].count("Failed") == 1
    again = roll(fleet, "OneAtATime", bundle())
    assert fleet.list_deployment_targets(deploymentId=again)["targetIds"][0] == servers[2]


def test_a_minimum_that_leaves_no_server_to_take_fails_at_once(fleet):
    fleet.create_deployment_config(
        deploymentConfigName="careful", minimumHealthyHosts={"type": "FLEET_PERCENT", "value": 95}
    )
    made = fleet.create_deployment_group(
        applicationName="web", deploymentGroupName="prod", serviceRoleArn="arn:aws:iam::123456789012:role/deployer",
        ec2TagFilters=[{"Key": "Role", "Value": "web", "Type": "KEY_AND_VALUE"}], deploymentConfigName="careful",
    )  # fmt: skip
    assert made["deploymentGroupId"]
    boto3.client("s3").put_object(Bucket="revisions", Key="w.zip", Body=bundle())
    revision = {"revisionType": "S3", "s3Location": {"bucket": "revisions", "key": "w.zip", "bundleType": "zip"}}
    one = fleet.create_deployment(applicationName="web", deploymentGroupName="prod", revision=revision)["deploymentId"]
    lab.settle()
    info = fleet.get_deployment(deploymentId=one)["deploymentInfo"]
    assert (info["status"], info["errorInformation"]["code"]) == ("Failed", "HEALTH_CONSTRAINTS_INVALID")


def test_application_stop_is_a_script_of_the_revision_before(fleet):
    one = roll(fleet, "AllAtOnce", bundle(ApplicationStop="echo first >> stops"))
    lab.clock.advance(minutes=5)
    server = fleet.list_deployment_targets(deploymentId=one)["targetIds"][0]
    assert not (disk(server) / "stops").exists()
    roll(fleet, "AllAtOnce", bundle(ApplicationStop="echo the second one >> stops"))
    lab.clock.advance(minutes=5)
    assert (disk(server) / "stops").read_text() == "first\n"


@pytest.mark.parametrize("ignored", [True, False])
def test_a_broken_stop_script_of_the_old_revision_can_be_passed_over(fleet, ignored):
    roll(fleet, "AllAtOnce", bundle(ApplicationStop="exit 1"))
    lab.clock.advance(minutes=5)
    one = fleet.create_deployment(
        applicationName="web", deploymentGroupName="prod", ignoreApplicationStopFailures=ignored,
        deploymentConfigName="CodeDeployDefault.AllAtOnce",
    )["deploymentId"]  # fmt: skip
    lab.clock.advance(minutes=5)
    status = fleet.get_deployment(deploymentId=one)["deploymentInfo"]["status"]
    assert status == ("Succeeded" if ignored else "Failed")


def test_tags_of_one_list_widen_the_choice_and_each_list_narrows_it(fleet):
    ec2 = boto3.client("ec2")
    servers = [one["InstanceId"] for row in ec2.describe_instances()["Reservations"] for one in row["Instances"]]
    ec2.create_tags(Resources=servers[:2], Tags=[{"Key": "Stage", "Value": "test"}])
    ec2.create_tags(Resources=servers[2:3], Tags=[{"Key": "Stage", "Value": "prod"}])
    web = [{"Key": "Role", "Type": "KEY_ONLY"}]
    staged = [{"Key": "Stage", "Value": "prod", "Type": "KEY_AND_VALUE"}, {"Value": "test", "Type": "VALUE_ONLY"}]
    fleet.create_deployment_group(
        applicationName="web", deploymentGroupName="prod", serviceRoleArn="arn:aws:iam::123456789012:role/deployer",
        ec2TagSet={"ec2TagSetList": [web, staged]},
    )  # fmt: skip
    one = roll(fleet, "AllAtOnce", bundle())
    assert set(fleet.list_deployment_targets(deploymentId=one)["targetIds"]) == set(servers[:3])


def test_a_server_leaves_the_load_balancer_while_it_is_changed(fleet):
    balancers = boto3.client("elbv2")
    vpc = boto3.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    made = balancers.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
    arn, ec2 = made["TargetGroupArn"], boto3.client("ec2")
    servers = [one["InstanceId"] for row in ec2.describe_instances()["Reservations"] for one in row["Instances"]]
    balancers.register_targets(TargetGroupArn=arn, Targets=[{"Id": one} for one in servers])
    fleet.create_deployment_group(
        applicationName="web", deploymentGroupName="prod", serviceRoleArn="arn:aws:iam::123456789012:role/deployer",
        ec2TagFilters=[{"Key": "Role", "Value": "web", "Type": "KEY_AND_VALUE"}],
        deploymentStyle={"deploymentType": "IN_PLACE", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        loadBalancerInfo={"targetGroupInfoList": [{"name": "web"}]},
    )  # fmt: skip

    def serving():
        found = balancers.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        return sum(one["TargetHealth"]["State"] != "draining" for one in found)

    one = roll(fleet, "HalfAtATime", bundle())
    seen = set()
    for _ in range(30):
        lab.clock.advance(seconds=10)
        seen.add(serving())
    assert (seen, serving()) == ({2, 4}, 4)
    assert len(statuses(fleet, one)[1][0]["instanceTarget"]["lifecycleEvents"]) == 13


def test_the_shares_of_a_configuration():
    assert steps(PREDEFINED["CodeDeployDefault.LambdaLinear10PercentEvery10Minutes"])[-1] == (5400.0, 1.0)
    assert at_a_time(PREDEFINED["CodeDeployDefault.OneAtATime"], 4) == (1, 3)
    assert at_a_time(PREDEFINED["CodeDeployDefault.AllAtOnce"], 4) == (4, 0)


@pytest.mark.parametrize("hooks", [{"BeforeInstall": "check"}, "check", ["check"]])
def test_hooks_of_functions_and_services_are_a_list_of_mappings(hooks):
    from course.lab.codedeploy.appspec import ECS_EVENTS, WrongAppSpec, hook_functions

    with pytest.raises(WrongAppSpec, match="Hooks is a list"):
        hook_functions({"hooks": hooks}, ECS_EVENTS)


def test_hooks_of_servers_are_a_mapping():
    from course.lab.codedeploy.appspec import SERVER_EVENTS, WrongAppSpec, hook_scripts

    with pytest.raises(WrongAppSpec, match="hooks is a mapping"):
        hook_scripts({"hooks": [{"AfterInstall": []}]}, SERVER_EVENTS)
