"""The picture of the account, and what it is drawn from."""

import json

import boto3
import pytest

from course import lab
from course.lab.landscape import survey
from tests.lab.lambda_sample import make


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    yield
    lab.stop()


def queue(name, **attributes):
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def arrows(found):
    short = {arn: name.partition("\n")[0] for arn, name in found.names.items()}
    return {(short[source], short[target], words) for source, target, words in found.links}


def test_queues_topics_buckets_and_rules_are_wired():
    dead = queue("dead")
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": "3"})
    orders = queue("orders", RedrivePolicy=redrive)
    sns, s3, events = boto3.client("sns"), boto3.client("s3"), boto3.client("events")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=orders)
    s3.create_bucket(Bucket="uploads")
    s3.put_bucket_notification_configuration(
        Bucket="uploads",
        NotificationConfiguration={"TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]},
        SkipDestinationValidation=True,
    )
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="nightly", Targets=[{"Id": "1", "Arn": orders}])
    found = survey()
    assert arrows(found) == {
        ("orders", "dead", "after 3 receives"),
        ("news", "orders", ""),
        ("uploads", "news", "event"),
        ("nightly", "orders", ""),
    }
    assert found.exceptions == {(orders, dead)}


def test_a_bus_of_ones_own_is_a_node_that_leads_to_its_rules():
    orders = queue("orders")
    events = boto3.client("events")
    bus = events.create_event_bus(Name="shop")["EventBusArn"]
    events.put_rule(Name="placed", EventBusName="shop", EventPattern='{"source": ["lumen.shop"]}')
    events.put_targets(Rule="placed", EventBusName="shop", Targets=[{"Id": "1", "Arn": orders}])
    events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")
    events.put_targets(Rule="nightly", Targets=[{"Id": "1", "Arn": orders}])
    found = survey()
    assert arrows(found) == {("shop", "placed", ""), ("placed", "orders", ""), ("nightly", "orders", "")}
    assert found.kinds[bus] == "messaging"


def test_a_stream_feeds_its_function_from_the_table():
    dynamodb = boto3.client("dynamodb")
    table = dynamodb.create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})["TableDescription"]  # fmt: skip
    make(name="report")
    boto3.client("lambda").create_event_source_mapping(
        EventSourceArn=table["LatestStreamArn"], FunctionName="report", StartingPosition="LATEST"
    )
    assert arrows(survey()) == {("orders", "report", "batches of 100")}


def test_alarms_stand_between_what_they_watch_and_whom_they_tell():
    queue("dead")
    topic = boto3.client("sns").create_topic(Name="ops")["TopicArn"]
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName="waiting", Namespace="AWS/SQS", MetricName="ApproximateNumberOfMessagesVisible", Statistic="Maximum",
        Dimensions=[{"Name": "QueueName", "Value": "dead"}], Period=60, EvaluationPeriods=1, Threshold=0,
        ComparisonOperator="GreaterThanThreshold", AlarmActions=[topic])  # fmt: skip
    assert arrows(survey()) == {("dead", "waiting", "watched"), ("waiting", "ops", "rings")}


def test_a_load_balancer_leads_to_its_targets():
    ec2, elb = boto3.client("ec2"), boto3.client("elbv2")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
    balancer = elb.create_load_balancer(Name="front", Subnets=subnets[:2])["LoadBalancers"][0]["LoadBalancerArn"]
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = elb.create_target_group(Name="pool", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0][
        "TargetGroupArn"
    ]
    action = {"Type": "forward", "TargetGroupArn": group}
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[action])
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}]
    (one,) = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tags)["Instances"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": one["InstanceId"], "Port": 8080}])
    assert arrows(survey()) == {("front", "pool", "HTTP 80"), ("pool", "web", "port 8080")}


def test_the_questions_leave_no_trace():
    queue("orders")
    calls, bill = len(lab.calls()), lab.bill(times=1e6).usd
    lab.map()
    assert (len(lab.calls()), lab.bill(times=1e6).usd) == (calls, bill)


def test_thirty_resources_stay_readable():
    topic = boto3.client("sns").create_topic(Name="news")["TopicArn"]
    dead = queue("dead")
    for number in range(14):
        redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": "3"})
        arn = queue(f"queue-{number}", RedrivePolicy=redrive)
        boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    for number in range(14):
        queue(f"alone-{number}")
    picture = lab.map()
    assert picture.problems() == []


def test_a_map_of_nothing_says_so(capsys):
    assert lab.map() is None
    assert "empty" in capsys.readouterr().out
