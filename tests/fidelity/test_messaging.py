"""SNS, EventBridge Scheduler and Pipes: behaviours of AWS that the lab shows and bare moto does not, with sources.

A behaviour runs in the lab, where it must be seen, and in bare moto, where it must not be (an error counts as not
seen). When a twin fails, moto has caught up: delete our code. `KEPT` are behaviours of moto that the lab must keep.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import boto3
import pytest

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_SNS = "https://docs.aws.amazon.com/sns/latest/dg"
_SNS_API = "https://docs.aws.amazon.com/sns/latest/api"
_SCHEDULER = "https://docs.aws.amazon.com/scheduler/latest/UserGuide"
_SCHEDULER_API = "https://docs.aws.amazon.com/scheduler/latest/APIReference"
_GUIDE = "https://docs.aws.amazon.com/eventbridge/latest/userguide"
_VERSION = {"Version": "2012-10-17"}

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED)
kept = collect(KEPT)


def client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1")


def arn_of(queue: str) -> str:
    return f"arn:aws:sqs:us-east-1:123456789012:{queue}"


def queue(name: str = "q", principal: str = "sns.amazonaws.com", effect: str = "Allow", **attributes: str) -> str:
    """A queue that lets a service send; returns its URL."""
    statement = {
        "Effect": effect,
        "Principal": {"Service": principal},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(name),
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    made = client("sqs").create_queue(QueueName=name, Attributes={"Policy": json.dumps(policy), **attributes})
    return str(made["QueueUrl"])


def bodies(url: str) -> list[str]:
    answer = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def topic(name: str = "t", **attributes: str) -> str:
    return str(client("sns").create_topic(Name=name, Attributes=attributes)["TopicArn"])


def fifo_topic(**attributes: str) -> str:
    return topic("t.fifo", FifoTopic="true", ContentBasedDeduplication="true", **attributes)


def subscribe(to: str, name: str = "q", **attributes: str) -> str:
    return str(
        client("sns").subscribe(
            TopicArn=to, Protocol="sqs", Endpoint=arn_of(name), Attributes=attributes, ReturnSubscriptionArn=True
        )["SubscriptionArn"]
    )


def publish(to: str, message: str = "m", attributes: dict[str, str] | None = None, **more: Any) -> Any:
    typed = {key: {"DataType": "String", "StringValue": value} for key, value in (attributes or {}).items()}
    return client("sns").publish(TopicArn=to, Message=message, MessageAttributes=typed, **more)


def passes(policy: Any, attributes: dict[str, str]) -> bool:
    url, to = queue(), topic()
    subscribe(to, FilterPolicy=json.dumps(policy))
    publish(to, attributes=attributes)
    return bool(bodies(url))


# SNS ---------------------------------------------------------------------------------------------------


@behaviour(f"{_SNS}/subscribe-sqs-queue-to-sns-topic.html")
def a_queue_without_a_policy_gets_nothing(world: World) -> bool:
    url = client("sqs").create_queue(QueueName="q")["QueueUrl"]
    to = topic()
    subscribe(to)
    publish(to)
    return bodies(url) == []


@behaviour(f"{_SNS}/subscribe-sqs-queue-to-sns-topic.html")
def a_queue_policy_may_deny_a_topic(world: World) -> bool:
    url, to = queue(effect="Deny"), topic()
    subscribe(to)
    publish(to)
    return bodies(url) == []


@behaviour(f"{_SNS}/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html")
def a_queue_under_the_aws_managed_key_gets_nothing(world: World) -> bool:
    url, to = queue(KmsMasterKeyId="alias/aws/sqs"), topic()
    subscribe(to)
    publish(to)
    return bodies(url) == []


@behaviour(f"{_SNS}/sns-dead-letter-queues.html")
def a_message_for_a_deleted_queue_goes_to_the_dead_letter_queue(world: World) -> bool:
    gone, dead, to = queue(), queue("dead"), topic()
    subscribe(to, RedrivePolicy=json.dumps({"deadLetterTargetArn": arn_of("dead")}))
    client("sqs").delete_queue(QueueUrl=gone)
    publish(to)
    return len(bodies(dead)) == 1


@behaviour(f"{_SNS}/sns-dead-letter-queues.html")
def a_publisher_does_not_notice_a_deleted_queue(world: World) -> bool:
    gone, other, to = queue(), queue("other"), topic()
    subscribe(to)
    subscribe(to, "other")
    client("sqs").delete_queue(QueueUrl=gone)
    publish(to)
    return len(bodies(other)) == 1


@behaviour(f"{_SNS}/sns-dead-letter-queues.html")
def a_fifo_subscription_needs_a_fifo_dead_letter_queue(world: World) -> bool:
    queue("q.fifo", FifoQueue="true")
    queue("dead")
    policy = json.dumps({"deadLetterTargetArn": arn_of("dead")})
    wanted = {"TopicArn": fifo_topic(), "Protocol": "sqs", "Endpoint": arn_of("q.fifo")}
    return code_of(client("sns").subscribe, **wanted, Attributes={"RedrivePolicy": policy}) == "InvalidParameter"


@behaviour(f"{_SNS}/string-value-matching.html")
def equals_ignore_case_matches(world: World) -> bool:
    return passes({"kind": [{"equals-ignore-case": "Poster"}]}, {"kind": "POSTER"})


@behaviour(f"{_SNS}/string-value-matching.html")
def cidr_matches_an_address(world: World) -> bool:
    return passes({"ip": [{"cidr": "10.0.0.0/24"}]}, {"ip": "10.0.0.255"})


@behaviour(f"{_SNS_API}/API_Subscribe.html")
def a_refused_filter_policy_leaves_no_subscription(world: World) -> bool:
    queue()
    to = topic()
    six = {"FilterPolicy": json.dumps({key: ["x"] for key in "abcdef"})}
    refused = code_of(client("sns").subscribe, TopicArn=to, Protocol="sqs", Endpoint=arn_of("q"), Attributes=six)
    left = client("sns").list_subscriptions_by_topic(TopicArn=to)["Subscriptions"]
    return refused == "InvalidParameter" and left == []


@behaviour(f"{_SNS}/subscription-filter-policy-constraints.html")
def an_empty_list_is_no_filter(world: World) -> bool:
    queue()
    wanted = {
        "TopicArn": topic(),
        "Protocol": "sqs",
        "Endpoint": arn_of("q"),
        "Attributes": {"FilterPolicy": '{"a":[]}'},
    }
    return code_of(client("sns").subscribe, **wanted) == "InvalidParameter"


@behaviour(f"{_SNS}/subscription-filter-policy-constraints.html")
def a_topic_has_at_most_200_filter_policies(world: World) -> bool:
    to = topic()
    for n in range(200):
        subscribe(to, f"q{n}", FilterPolicy='{"a": ["x"]}')
    wanted = {
        "TopicArn": to,
        "Protocol": "sqs",
        "Endpoint": arn_of("last"),
        "Attributes": {"FilterPolicy": '{"a":["x"]}'},
    }
    return code_of(client("sns").subscribe, **wanted) == "FilterPolicyLimitExceeded"


@behaviour("https://docs.aws.amazon.com/general/latest/gr/sns.html")
def a_fifo_topic_has_at_most_100_subscriptions(world: World) -> bool:
    to = fifo_topic()
    for n in range(100):
        subscribe(to, f"q{n}.fifo")
    wanted = {"TopicArn": to, "Protocol": "sqs", "Endpoint": arn_of("last.fifo")}
    return code_of(client("sns").subscribe, **wanted) == "SubscriptionLimitExceeded"


@behaviour(f"{_SNS_API}/API_Publish.html")
def more_than_a_hundred_subscriptions_all_get_the_message(world: World) -> bool:
    to = topic()
    urls = [queue(f"q{n}") for n in range(101)]
    for n in range(101):
        subscribe(to, f"q{n}")
    publish(to)
    return all(bodies(url) for url in urls)


@behaviour(f"{_SNS}/SendMessageToHttp.confirm.html")
def a_mail_address_waits_for_its_confirmation(world: World) -> bool:
    to = topic()
    answer = client("sns").subscribe(TopicArn=to, Protocol="email", Endpoint="ana@example.com")
    listed = client("sns").list_subscriptions_by_topic(TopicArn=to)["Subscriptions"][0]["SubscriptionArn"]
    return (answer["SubscriptionArn"], listed) == ("pending confirmation", "PendingConfirmation")


@behaviour(f"{_SNS_API}/API_ConfirmSubscription.html")
def a_wrong_token_confirms_nothing(world: World) -> bool:
    return code_of(client("sns").confirm_subscription, TopicArn=topic(), Token="nonsense") == "InvalidParameter"


@behaviour(f"{_SNS_API}/API_Subscribe.html")
def an_unknown_protocol_is_refused(world: World) -> bool:
    call = client("sns").subscribe
    return code_of(call, TopicArn=topic(), Protocol="pigeon", Endpoint="loft") == "InvalidParameter"


@behaviour(f"{_SNS}/fifo-message-delivery.html")
def a_fifo_topic_delivers_to_queues_only(world: World) -> bool:
    call = client("sns").subscribe
    return code_of(call, TopicArn=fifo_topic(), Protocol="email", Endpoint="ana@example.com") == "InvalidParameter"


@behaviour(f"{_SNS}/fifo-message-dedup.html")
def a_fifo_topic_passes_its_deduplication_id_on(world: World) -> bool:
    url, to = queue("q.fifo", FifoQueue="true"), fifo_topic()
    subscribe(to, "q.fifo", RawMessageDelivery="true")
    publish(to, "one", MessageGroupId="g")
    return bodies(url) == ["one"]


@behaviour(f"{_SNS}/fifo-message-dedup.html")
def a_repeated_message_is_delivered_once_also_to_a_standard_queue(world: World) -> bool:
    url, to = queue(), fifo_topic()
    subscribe(to)
    publish(to, "one", MessageGroupId="g")
    publish(to, "one", MessageGroupId="g")
    return len(bodies(url)) == 1


@behaviour(f"{_SNS}/fifo-message-dedup.html")
def with_group_scope_two_groups_may_say_the_same(world: World) -> bool:
    url, to = queue(), fifo_topic(FifoThroughputScope="MessageGroup")
    subscribe(to)
    for group in ("a", "b", "a"):
        publish(to, "one", MessageGroupId=group)
    return len(bodies(url)) == 2


@behaviour(f"{_SNS_API}/API_Publish.html")
def a_fifo_topic_numbers_its_messages(world: World) -> bool:
    to = fifo_topic()
    first, second = (publish(to, text, MessageGroupId="g")["SequenceNumber"] for text in "ab")
    return len(first) == 20 and first < second


@behaviour(f"{_SNS_API}/API_CreateTopic.html")
def a_topic_may_raise_its_message_size(world: World) -> bool:
    return bool(publish(topic(MaximumMessageSize="1048576"), "x" * 1_048_576)["MessageId"])


@behaviour(f"{_SNS_API}/API_Publish.html")
def attributes_count_towards_the_size(world: World) -> bool:
    wanted = {"k": {"DataType": "String", "StringValue": "v"}}
    call = client("sns").publish
    return code_of(call, TopicArn=topic(), Message="x" * 262_144, MessageAttributes=wanted) == "InvalidParameter"


@behaviour(f"{_SNS_API}/API_PublishBatch.html")
def a_batch_is_no_larger_than_a_message(world: World) -> bool:
    entries = [{"Id": str(n), "Message": "x" * 200_000} for n in range(2)]
    call = client("sns").publish_batch
    return code_of(call, TopicArn=topic(), PublishBatchRequestEntries=entries) == "BatchRequestTooLong"


@behaviour(f"{_SNS_API}/API_Publish.html")
def an_empty_message_is_refused(world: World) -> bool:
    return code_of(client("sns").publish, TopicArn=topic(), Message="") == "InvalidParameter"


@behaviour(f"{_SNS_API}/API_Publish.html")
def texts_by_protocol_need_a_default(world: World) -> bool:
    call = client("sns").publish
    return code_of(call, TopicArn=topic(), Message='{"sqs": "x"}', MessageStructure="json") == "InvalidParameter"


@behaviour(f"{_SNS}/sns-message-attributes.html")
def raw_delivery_takes_ten_attributes(world: World) -> bool:
    url, to = queue(), topic()
    subscribe(to, RawMessageDelivery="true")
    publish(to, attributes={f"k{n}": "v" for n in range(11)})
    return bodies(url) == []


@kept(f"{_SNS}/sns-create-subscribe-endpoint-to-topic.html")
def subscribing_twice_is_one_subscription(world: World) -> bool:
    queue()
    to = topic()
    return subscribe(to) == subscribe(to)


@kept(f"{_SNS}/sns-message-and-json-formats.html")
def a_queue_gets_an_envelope(world: World) -> bool:
    url, to = queue(), topic()
    subscribe(to)
    publish(to, "hello", {"kind": "order"}, Subject="news")
    got = json.loads(bodies(url)[0])
    shown = (got["Type"], got["TopicArn"], got["Message"], got["Subject"], got["MessageAttributes"]["kind"]["Value"])
    return shown == ("Notification", to, "hello", "news", "order")


@kept(f"{_SNS}/sns-large-payload-raw-message-delivery.html")
def raw_delivery_passes_body_and_attributes(world: World) -> bool:
    url, to = queue(), topic()
    subscribe(to, RawMessageDelivery="true")
    publish(to, "hello", {"kind": "order"})
    (got,) = client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    return (got["Body"], got["MessageAttributes"]["kind"]["StringValue"]) == ("hello", "order")


@kept(f"{_SNS}/subscription-filter-policy-constraints.html")
def at_most_150_combinations(world: World) -> bool:
    queue()
    policy = json.dumps({key: [f"{key}{n}" for n in range(13)] for key in "ab"})
    wanted = {"TopicArn": topic(), "Protocol": "sqs", "Endpoint": arn_of("q"), "Attributes": {"FilterPolicy": policy}}
    return code_of(client("sns").subscribe, **wanted) == "InvalidParameter"


@kept(f"{_SNS}/sns-message-filtering-scope.html")
def a_filter_may_look_into_the_body(world: World) -> bool:
    url, to = queue(), topic()
    subscribe(to, FilterPolicyScope="MessageBody", FilterPolicy='{"order": {"total": [{"numeric": [">", 100]}]}}')
    for total in (99, 250):
        publish(to, json.dumps({"order": {"total": total}}))
    return [json.loads(json.loads(body)["Message"])["order"]["total"] for body in bodies(url)] == [250]


@kept(f"{_SNS_API}/API_PublishBatch.html")
def at_most_ten_entries(world: World) -> bool:
    entries = [{"Id": str(n), "Message": "x"} for n in range(11)]
    call = client("sns").publish_batch
    return code_of(call, TopicArn=topic(), PublishBatchRequestEntries=entries) == "TooManyEntriesInBatchRequest"


# EventBridge Scheduler ----------------------------------------------------------------------------------


def role(service: str, *actions: str) -> str:
    """A role that a service may assume, and that may do these actions."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    allow = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    iam = client("iam")
    arn = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Statement": [trust], **_VERSION}))
    if actions:
        text = json.dumps({"Statement": [allow], **_VERSION})
        iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=text)
    return str(arn["Role"]["Arn"])


def schedule(expression: str, target: dict[str, Any] | None = None, **more: Any) -> Any:
    if target is None:
        target = {"Arn": arn_of("q"), "RoleArn": role("scheduler.amazonaws.com", "sqs:SendMessage"), "Input": "tick"}
    settings = {"FlexibleTimeWindow": {"Mode": "OFF"}, **more}
    return client("scheduler").create_schedule(Name="s", ScheduleExpression=expression, Target=target, **settings)


def soon(seconds: int) -> str:
    return f"at({dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S})"


@behaviour(f"{_SCHEDULER}/schedule-types.html#one-time")
def a_one_time_schedule_runs_once(world: World) -> bool:
    url = queue()
    schedule(soon(60))
    world.advance(300)
    return bodies(url) == ["tick"]


@behaviour(f"{_SCHEDULER}/schedule-types.html#rate-based")
def a_rate_without_a_start_date_runs_at_once(world: World) -> bool:
    url = queue()
    schedule("rate(1 hours)")
    world.advance(5)
    return bodies(url) == ["tick"]


@behaviour(f"{_SCHEDULER}/schedule-types.html#time-zones")
def a_schedule_follows_its_time_zone(world: World) -> bool:
    url = queue()
    tokyo = dt.datetime.now(dt.UTC) + dt.timedelta(hours=9, minutes=2)
    schedule(f"cron({tokyo.minute} {tokyo.hour} * * ? *)", ScheduleExpressionTimezone="Asia/Tokyo")
    world.advance(180)
    return bodies(url) == ["tick"]


@behaviour(f"{_SCHEDULER}/managing-schedule-context-attributes.html")
def the_input_may_name_the_time(world: World) -> bool:
    url = queue()
    arn = role("scheduler.amazonaws.com", "sqs:SendMessage")
    schedule(soon(60), {"Arn": arn_of("q"), "RoleArn": arn, "Input": "<aws.scheduler.scheduled-time>"})
    world.advance(120)
    return bodies(url)[0].endswith("Z")


@behaviour(f"{_SCHEDULER_API}/API_CreateSchedule.html#scheduler-CreateSchedule-request-ActionAfterCompletion")
def a_schedule_may_delete_itself(world: World) -> bool:
    queue()
    schedule(soon(60), ActionAfterCompletion="DELETE")
    world.advance(120)
    return client("scheduler").list_schedules()["Schedules"] == []


@behaviour(f"{_SCHEDULER}/managing-schedule-flexible-time-windows.html")
def a_flexible_window_delays_within_its_bounds(world: World) -> bool:
    url = queue()
    schedule(soon(60), FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15})
    world.advance(60 + 15 * 60)
    return bodies(url) == ["tick"]


@behaviour(f"{_SCHEDULER}/configuring-schedule-dlq.html")
def after_its_retries_an_invocation_goes_to_the_dead_letter_queue(world: World) -> bool:
    dead = queue("dead")
    arn = role("scheduler.amazonaws.com", "sqs:SendMessage")
    retry = {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600}
    schedule(
        soon(60),
        {"Arn": arn_of("gone"), "RoleArn": arn, "RetryPolicy": retry, "DeadLetterConfig": {"Arn": arn_of("dead")}},
    )
    world.advance(600)
    (got,) = client("sqs").receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"]
    return bool(got["MessageAttributes"]["RETRY_ATTEMPTS"]["StringValue"] == "2")


@behaviour(f"{_SCHEDULER}/setting-up.html#setting-up-execution-role")
def the_role_must_trust_scheduler(world: World) -> bool:
    queue()
    target = {"Arn": arn_of("q"), "RoleArn": role("lambda.amazonaws.com", "sqs:SendMessage")}
    return code_of(schedule, expression="rate(1 hour)", target=target) == "ValidationException"


@behaviour(f"{_SCHEDULER}/schedule-types.html#cron-based")
def five_cron_fields_are_refused(world: World) -> bool:
    queue()
    return code_of(schedule, expression="cron(0/5 * * * *)") == "ValidationException"


@behaviour(f"{_SCHEDULER}/schedule-types.html#rate-based")
def a_rate_has_no_seconds(world: World) -> bool:
    queue()
    return code_of(schedule, expression="rate(30 seconds)") == "ValidationException"


@behaviour(f"{_SCHEDULER}/schedule-types.html#time-zones")
def an_unknown_time_zone_is_refused(world: World) -> bool:
    queue()
    wrong = code_of(schedule, expression="rate(1 hour)", ScheduleExpressionTimezone="Mars/Olympus")
    return wrong == "ValidationException"


@kept(f"{_SCHEDULER_API}/API_CreateSchedule.html")
def a_name_is_taken_once(world: World) -> bool:
    queue()
    target = {"Arn": arn_of("q"), "RoleArn": role("scheduler.amazonaws.com", "sqs:SendMessage")}
    schedule("cron(0 9 * * ? *)", target)
    return code_of(schedule, expression="cron(0 9 * * ? *)", target=target) == "ConflictException"


# EventBridge Pipes and buses ----------------------------------------------------------------------------


def pipe(source: str, target: str, *actions: str, **more: Any) -> Any:
    arn = role("pipes.amazonaws.com", *(actions or ("sqs:*", "dynamodb:*", "kinesis:*", "lambda:*")))
    return client("pipes").create_pipe(Name="p", Source=source, Target=target, RoleArn=arn, **more)


def send(url: str, body: Any) -> None:
    client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body))


@behaviour(f"{_GUIDE}/eb-pipes-concepts.html")
def a_pipe_moves_messages(world: World) -> bool:
    source, target = queue("source"), queue("target")
    pipe(arn_of("source"), arn_of("target"))
    send(source, {"n": 1})
    world.settle()
    return [json.loads(json.loads(body)["body"]) for body in bodies(target)] == [{"n": 1}]


@behaviour(f"{_GUIDE}/eb-pipes-event-filtering.html")
def what_a_filter_drops_is_gone(world: World) -> bool:
    source, target = queue("source"), queue("target")
    filters = {"FilterCriteria": {"Filters": [{"Pattern": '{"body": {"n": [1]}}'}]}}
    pipe(arn_of("source"), arn_of("target"), SourceParameters=filters)
    send(source, {"n": 1})
    send(source, {"n": 2})
    world.advance(120)
    return len(bodies(target)) == 1 and bodies(source) == []


@behaviour(f"{_GUIDE}/eb-pipes-input-transformation.html")
def a_pipe_reshapes_its_input(world: World) -> bool:
    source, target = queue("source"), queue("target")
    pipe(arn_of("source"), arn_of("target"), TargetParameters={"InputTemplate": '{"m": <$.body.n>}'})
    send(source, {"n": 1})
    world.settle()
    return bodies(target) == ['{"m": 1}']


@behaviour(f"{_GUIDE}/eb-pipes-sqs.html")
def a_pipe_without_permission_moves_nothing_and_loses_nothing(world: World) -> bool:
    source, target = queue("source"), queue("target")
    pipe(arn_of("source"), arn_of("target"), "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    send(source, {"n": 1})
    world.settle()
    hidden = "ApproximateNumberOfMessagesNotVisible"
    seen = client("sqs").get_queue_attributes(QueueUrl=source, AttributeNames=[hidden])["Attributes"][hidden]
    return bodies(target) == [] and seen == "1"


@behaviour(f"{_GUIDE}/eb-pipes-dynamodb.html")
def a_pipe_reads_a_table_stream(world: World) -> bool:
    dynamodb, target = client("dynamodb"), queue("target")
    made = dynamodb.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]["LatestStreamArn"]
    start = {"DynamoDBStreamParameters": {"StartingPosition": "TRIM_HORIZON"}}
    pipe(made, arn_of("target"), SourceParameters=start)
    dynamodb.put_item(TableName="t", Item={"id": {"S": "1"}})
    world.settle()
    return [json.loads(body)["eventName"] for body in bodies(target)] == ["INSERT"]


@behaviour(f"{_GUIDE}/eb-pipes-permissions.html")
def a_pipe_needs_a_role_that_trusts_it(world: World) -> bool:
    queue("source")
    call = client("pipes").create_pipe
    wanted = {"Name": "p", "Source": arn_of("source"), "Target": arn_of("target")}
    return code_of(call, RoleArn=role("lambda.amazonaws.com"), **wanted) == "ValidationException"


@behaviour(f"{_GUIDE}/eb-cross-account.html")
def a_bus_of_another_account_must_let_the_sender_in(world: World) -> bool:
    organizations, events = client("organizations"), client("events")
    organizations.create_organization(FeatureSet="ALL")
    number = organizations.create_account(AccountName="central", Email="c@example.com")
    number = number["CreateAccountStatus"]["AccountId"]
    lent = client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{number}:role/OrganizationAccountAccessRole", RoleSessionName="central"
    )["Credentials"]
    there = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"], "us-east-1")
    bus = there.client("events").create_event_bus(Name="all")["EventBusArn"]
    there.client("events").create_archive(ArchiveName="seen", EventSourceArn=bus)
    events.put_rule(Name="forward", EventPattern='{"source": ["shop"]}')
    events.put_targets(Rule="forward", Targets=[{"Id": "1", "Arn": bus}])

    def arrived() -> int:
        events.put_events(Entries=[{"Source": "shop", "DetailType": "x", "Detail": "{}"}])
        return int(there.client("events").describe_archive(ArchiveName="seen")["EventCount"])

    before = arrived()
    there.client("events").put_permission(
        EventBusName="all", StatementId="in", Action="events:PutEvents", Principal="123456789012"
    )
    return (before, arrived()) == (0, 1)


@behaviour(
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-queue-parameters.html"
)
def an_old_message_hides_no_new_one(world: World) -> bool:
    url = queue(MessageRetentionPeriod="60")
    client("sqs").send_message(QueueUrl=url, MessageBody="old")
    world.advance(61)
    client("sqs").send_message(QueueUrl=url, MessageBody="new")
    return bodies(url) == ["new"]


@pytest.mark.parametrize("one", CLOSED + KEPT, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_it_too(one, in_bare_moto):
    assert one.shows(in_bare_moto), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
