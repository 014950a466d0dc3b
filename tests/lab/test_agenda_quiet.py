"""Something that falls due and changes nothing does not hide what comes after it."""

from __future__ import annotations

import json

import boto3

from course import lab
from tests.lab.lambda_sample import account, make


def test_a_deployment_goes_on_in_one_long_step_of_the_clock_past_an_alarm_that_stays_silent():
    with account():
        functions, deploy = boto3.client("lambda"), boto3.client("codedeploy")
        make("def handler(event, context): return 1", name="shop", Publish=True)
        functions.update_function_configuration(FunctionName="shop", MemorySize=256)
        functions.publish_version(FunctionName="shop")
        functions.create_alias(FunctionName="shop", Name="live", FunctionVersion="1")
        boto3.client("cloudwatch").put_metric_alarm(
            AlarmName="errors", Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Period=60,
            EvaluationPeriods=1, Threshold=0, ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching", Dimensions=[{"Name": "FunctionName", "Value": "shop"}],
        )  # fmt: skip
        deploy.create_application(applicationName="shop", computePlatform="Lambda")
        deploy.create_deployment_group(
            applicationName="shop", deploymentGroupName="live",
            serviceRoleArn="arn:aws:iam::123456789012:role/deployer",
            deploymentConfigName="CodeDeployDefault.LambdaCanary10Percent5Minutes",
        )  # fmt: skip
        given = {"Name": "shop", "Alias": "live", "CurrentVersion": "1", "TargetVersion": "2"}
        spec = {"version": 0.0, "Resources": [{"shop": {"Type": "AWS::Lambda::Function", "Properties": given}}]}
        one = deploy.create_deployment(
            applicationName="shop", deploymentGroupName="live",
            revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": json.dumps(spec)}},
        )["deploymentId"]  # fmt: skip
        for _ in range(2):
            functions.invoke(FunctionName="shop:live")
            lab.clock.advance(minutes=1)
        functions.invoke(FunctionName="shop:live")
        lab.clock.advance(minutes=10)
        assert deploy.get_deployment(deploymentId=one)["deploymentInfo"]["status"] == "Succeeded"


def test_a_long_step_of_the_clock_stops_at_every_minute_on_its_way():
    with account():
        sqs, events = boto3.client("sqs"), boto3.client("events")
        url = sqs.create_queue(QueueName="ticks")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name="tick", ScheduleExpression="rate(1 minute)")
        events.put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": arn}])
        lab.clock.advance(hours=10)
        times = [one.at.timestamp() for one in lab.deliveries()]
        assert len(times) >= 599
        assert times[-2] - times[-3] > 59
