"""Lambda: behaviours of AWS that the lab shows and bare moto does not, each with its source.

A behaviour is a function that returns whether AWS's behaviour was seen. It runs in the lab, where it must be seen, and
in bare moto, where it must not be (an error counts as not seen). When a twin fails, moto has caught up: drop our code.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_GUIDE = "https://docs.aws.amazon.com/lambda/latest/dg"
_API = "https://docs.aws.amazon.com/lambda/latest/api"


CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED)


def client() -> Any:
    return boto3.client("lambda", region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}))


def archive(source: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        opened.writestr("app.py", source)
    return packed.getvalue()


def make(source: str, name: str = "f", **settings: Any) -> str:
    iam = boto3.client("iam", region_name="us-east-1")
    with contextlib.suppress(ClientError):
        statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = {"Version": "2012-10-17", "Statement": [statement]}
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
    settings = {"Runtime": "python3.13", "Handler": "app.handler", "Code": {"ZipFile": archive(source)}, **settings}
    made = client().create_function(FunctionName=name, Role="arn:aws:iam::123456789012:role/r", **settings)
    return str(made["FunctionArn"])


def answer(event: Any = None, name: str = "f", **more: Any) -> Any:
    return json.loads(client().invoke(FunctionName=name, Payload=json.dumps(event or {}), **more)["Payload"].read())


def queue(name: str, **attributes: str) -> tuple[str, str]:
    sqs = boto3.client("sqs", region_name="us-east-1")
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def bodies(url: str) -> list[str]:
    sqs = boto3.client("sqs", region_name="us-east-1")
    return [one["Body"] for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]


def log(name: str = "f") -> list[str]:
    logs = boto3.client("logs", region_name="us-east-1")
    return [one["message"] for one in logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]]


def failure(source: str, **settings: Any) -> Any:
    make(source, **settings)
    found = client().invoke(FunctionName="f")
    return json.loads(found["Payload"].read()) if found.get("FunctionError") == "Unhandled" else {}


@behaviour(f"{_GUIDE}/python-handler.html")
def the_handler_makes_the_answer(world: World) -> bool:
    make("def handler(event, context): return event['n'] * 2")
    return bool(answer({"n": 21}) == 42)


@behaviour(f"{_GUIDE}/python-context.html")
def the_context_names_the_invocation(world: World) -> bool:
    make("def handler(e, c): return c.function_name, c.memory_limit_in_mb, c.get_remaining_time_in_millis() > 0")
    return bool(answer() == ["f", "128", True])


@behaviour(f"{_GUIDE}/configuration-envvars.html")
def variables_reach_the_handler(world: World) -> bool:
    make("import os\ndef handler(e, c): return os.environ['C']", Environment={"Variables": {"C": "red"}})
    return bool(answer() == "red")


@behaviour(f"{_GUIDE}/lambda-runtime-environment.html")
def module_state_stays_between_calls(world: World) -> bool:
    make("n = 0\ndef handler(e, c):\n    global n\n    n += 1\n    return n")
    return [answer(), answer()] == [1, 2]


@behaviour(f"{_GUIDE}/lambda-runtime-environment.html#cold-start-latency")
def a_change_of_configuration_is_a_cold_start(world: World) -> bool:
    make("n = 0\ndef handler(e, c):\n    global n\n    n += 1\n    return n")
    answer()
    client().update_function_configuration(FunctionName="f", MemorySize=256)
    return bool(answer() == 1)


@behaviour(f"{_GUIDE}/lambda-intro-execution-role.html")
def the_code_runs_as_its_role(world: World) -> bool:
    make("import boto3\ndef handler(e, c): return boto3.client('sts').get_caller_identity()['Arn']")
    return bool(answer() == "arn:aws:sts::123456789012:assumed-role/r/f")


@behaviour(f"{_GUIDE}/packaging-layers.html")
def layers_are_importable(world: World) -> bool:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        opened.writestr("python/shop.py", "VAT = 19")
    layer = client().publish_layer_version(LayerName="l", Content={"ZipFile": packed.getvalue()})["LayerVersionArn"]
    make("import shop\ndef handler(e, c): return shop.VAT", Layers=[layer])
    return bool(answer() == 19)


@behaviour(f"{_GUIDE}/python-exceptions.html")
def an_exception_is_reported_with_type_and_trace(world: World) -> bool:
    found = failure("def handler(e, c): raise KeyError('x')")
    return found.get("errorType") == "KeyError" and "/var/task/app.py" in found["stackTrace"][0]


@behaviour(f"{_GUIDE}/configuration-timeout.html")
def an_endless_loop_times_out(world: World) -> bool:
    found = failure("def handler(e, c):\n    while True: pass", Timeout=1)
    return "Task timed out after 1.00 seconds" in found.get("errorMessage", "")


@behaviour(f"{_GUIDE}/troubleshooting-invocation.html")
def leaving_the_process_is_a_runtime_error(world: World) -> bool:
    return failure("import sys\ndef handler(e, c): sys.exit(1)").get("errorType") == "Runtime.ExitError"


@behaviour(f"{_GUIDE}/troubleshooting-deployment.html")
def a_missing_module_is_an_import_error(world: World) -> bool:
    return failure("import nowhere").get("errorType") == "Runtime.ImportModuleError"


@behaviour(f"{_GUIDE}/troubleshooting-deployment.html")
def a_missing_handler_is_named(world: World) -> bool:
    return failure("x = 1").get("errorType") == "Runtime.HandlerNotFound"


@behaviour(f"{_GUIDE}/python-handler.html")
def an_answer_must_be_json(world: World) -> bool:
    return failure("def handler(e, c): return {1}").get("errorType") == "Runtime.MarshalError"


@behaviour(f"{_GUIDE}/gettingstarted-limits.html")
def an_answer_has_at_most_6_mb(world: World) -> bool:
    return failure("def handler(e, c): return 'x' * 7_000_000").get("errorType") == "Function.ResponseSizeTooLarge"


@behaviour(f"{_GUIDE}/gettingstarted-limits.html")
def an_event_has_at_most_6_mb(world: World) -> bool:
    make("def handler(e, c): return 1")
    return code_of(client().invoke, FunctionName="f", Payload=json.dumps("x" * 7_000_000)) == "RequestTooLargeException"


@behaviour(f"{_API}/API_Invoke.html")
def an_event_must_be_json(world: World) -> bool:
    make("def handler(e, c): return 1")
    return code_of(client().invoke, FunctionName="f", Payload="{no") == "InvalidRequestContentException"


@behaviour(f"{_API}/API_Invoke.html")
def a_missing_function_is_not_found(world: World) -> bool:
    return code_of(client().invoke, FunctionName="nope") == "ResourceNotFoundException"


@behaviour(f"{_API}/API_Invoke.html")
def the_tail_of_the_log_comes_along(world: World) -> bool:
    make("def handler(e, c): print('hello')")
    found = client().invoke(FunctionName="f", LogType="Tail")
    tail = base64.b64decode(found["LogResult"]).decode()
    return "hello\n" in tail and "REPORT RequestId" in tail


@behaviour(f"{_API}/API_Invoke.html")
def the_executed_version_is_told(world: World) -> bool:
    make("def handler(e, c): return 1", Publish=True)
    return bool(client().invoke(FunctionName="f:1").get("ExecutedVersion") == "1")


@behaviour(f"{_GUIDE}/python-logging.html")
def the_log_has_a_report(world: World) -> bool:
    make("def handler(e, c): print('hello')")
    answer()
    lines = log()
    return "hello" in lines and "Billed Duration" in lines[-1]


@behaviour(f"{_GUIDE}/monitoring-metrics-types.html")
def invocations_are_counted(world: World) -> bool:
    make("def handler(e, c): return 1")
    answer()
    now = dt.datetime.now(dt.UTC)
    found = boto3.client("cloudwatch", region_name="us-east-1").get_metric_statistics(
        Namespace="AWS/Lambda", MetricName="Invocations", Dimensions=[{"Name": "FunctionName", "Value": "f"}],
        Period=3600, StartTime=now - dt.timedelta(hours=1), EndTime=now + dt.timedelta(hours=1), Statistics=["Sum"],
    )  # fmt: skip
    return sum(point["Sum"] for point in found["Datapoints"]) == 1


@behaviour(f"{_GUIDE}/configuration-versions.html")
def a_version_runs_its_own_code(world: World) -> bool:
    make("def handler(e, c): return 'old'", Publish=True)
    client().update_function_code(FunctionName="f", ZipFile=archive("def handler(e, c): return 'new'"))
    return (answer(name="f:1"), answer()) == ("old", "new")


@behaviour(f"{_GUIDE}/configuration-versions.html")
def a_version_number_is_not_given_again(world: World) -> bool:
    make("x = 0", Publish=True)
    for number in (1, 2):
        client().update_function_code(FunctionName="f", ZipFile=archive(f"x = {number}"))
        made = client().publish_version(FunctionName="f")["Version"]
        if number == 1:
            client().delete_function(FunctionName="f", Qualifier=made)
    return bool(made == "3")


@behaviour(f"{_GUIDE}/configuring-alias-routing.html")
def an_alias_divides_by_weight(world: World) -> bool:
    make("def handler(e, c): return c.function_version", Publish=True)
    client().update_function_code(FunctionName="f", ZipFile=archive("def handler(e, c): return '2'"), Publish=True)
    client().create_alias(FunctionName="f", Name="a", FunctionVersion="1",
                          RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}})  # fmt: skip
    return {answer(name="f:a") for _ in range(30)} == {"1", "2"}


@behaviour(f"{_API}/API_CreateAlias.html")
def an_alias_does_not_point_to_an_alias(world: World) -> bool:
    make("x = 0", Publish=True)
    client().create_alias(FunctionName="f", Name="a", FunctionVersion="1")
    return code_of(client().create_alias, FunctionName="f", Name="b", FunctionVersion="a") == "ValidationException"


@behaviour(f"{_API}/API_GetAccountSettings.html")
def the_account_tells_its_limits(world: World) -> bool:
    limit = client().get_account_settings()["AccountLimit"]
    return (limit["ConcurrentExecutions"], limit["TotalCodeSize"]) == (1000, 75 * 1024**3)


@behaviour(f"{_API}/API_UpdateAlias.html")
def an_alias_points_to_versions_that_are_there(world: World) -> bool:
    make("def handler(e, c): return 1")
    client().publish_version(FunctionName="f")
    client().create_alias(FunctionName="f", Name="live", FunctionVersion="1")
    weights = {"AdditionalVersionWeights": {"7": 0.5}}
    code = code_of(client().update_alias, FunctionName="f", Name="live", RoutingConfig=weights)
    return code == "ResourceNotFoundException"


@behaviour(f"{_GUIDE}/configuration-concurrency.html")
def zero_reserved_concurrency_throttles(world: World) -> bool:
    make("def handler(e, c): return 1")
    client().put_function_concurrency(FunctionName="f", ReservedConcurrentExecutions=0)
    return code_of(client().invoke, FunctionName="f") == "TooManyRequestsException"


@behaviour(f"{_GUIDE}/configuration-concurrency.html")
def a_hundred_stay_unreserved(world: World) -> bool:
    make("x = 0")
    reserve = client().put_function_concurrency
    return code_of(reserve, FunctionName="f", ReservedConcurrentExecutions=901) == "InvalidParameterValueException"


@behaviour(f"{_GUIDE}/provisioned-concurrency.html")
def provisioned_concurrency_can_be_set(world: World) -> bool:
    make("def handler(e, c): return 1", Publish=True)
    put = client().put_provisioned_concurrency_config
    return bool(put(FunctionName="f", Qualifier="1", ProvisionedConcurrentExecutions=1)["Status"])


_LIMITS = {
    "memory_at_most_10240": ({"MemorySize": 10_241}, "ValidationException"),
    "timeout_at_most_900": ({"Timeout": 901}, "ValidationException"),
    "environment_at_most_4_kb": ({"Environment": {"Variables": {"A": "x" * 5000}}}, "InvalidParameterValueException"),
    "reserved_variables": ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "InvalidParameterValueException"),
    "known_runtimes": ({"Runtime": "python9"}, "InvalidParameterValueException"),
    "code_is_a_zip": ({"Code": {"ZipFile": b"no"}}, "InvalidParameterValueException"),
}


def _limit(settings: dict[str, Any], code: str) -> Callable[[World], bool]:
    def shows(world: World) -> bool:
        return code_of(lambda: make("x = 0", **settings)) == code

    return shows


for _name, (_settings, _code) in _LIMITS.items():
    _shows = _limit(_settings, _code)
    _shows.__name__ = _name
    behaviour(f"{_GUIDE}/gettingstarted-limits.html")(_shows)


@behaviour(f"{_GUIDE}/gettingstarted-limits.html")
def at_most_five_layers(world: World) -> bool:
    layers = [client().publish_layer_version(LayerName=f"l{n}", Content={"ZipFile": archive("")})["LayerVersionArn"]
              for n in range(6)]  # fmt: skip
    return code_of(lambda: make("x = 0", Layers=layers)) == "InvalidParameterValueException"


@behaviour(f"{_API}/API_CreateEventSourceMapping.html")
def large_batches_need_a_window(world: World) -> bool:
    make("x = 0")
    _, arn = queue("jobs")
    create = client().create_event_source_mapping
    return code_of(create, FunctionName="f", EventSourceArn=arn, BatchSize=11) == "InvalidParameterValueException"


@behaviour(f"{_GUIDE}/services-sqs-configure.html")
def a_queue_must_hide_messages_as_long_as_the_function_runs(world: World) -> bool:
    make("x = 0", Timeout=60)
    _, arn = queue("jobs")
    create = client().create_event_source_mapping
    return code_of(create, FunctionName="f", EventSourceArn=arn) == "InvalidParameterValueException"


@behaviour(f"{_GUIDE}/invocation-async-error-handling.html")
def two_retries_after_one_and_two_minutes(world: World) -> bool:
    make("def handler(e, c):\n    print('tried')\n    raise ValueError")
    client().invoke(FunctionName="f", InvocationType="Event")
    counts = []
    for seconds in (30, 60, 60, 60, 600):
        world.advance(seconds)
        counts.append(log().count("tried"))
    return counts == [1, 2, 2, 3, 3]


@behaviour(f"{_GUIDE}/invocation-async-retain-records.html")
def a_lost_event_goes_to_the_dead_letter_queue(world: World) -> bool:
    url, arn = queue("dead")
    make("def handler(e, c): raise ValueError", DeadLetterConfig={"TargetArn": arn})
    client().invoke(FunctionName="f", InvocationType="Event", Payload=b'{"n": 1}')
    world.advance(300)
    return bodies(url) == ['{"n": 1}']


@behaviour(f"{_GUIDE}/invocation-async-retain-records.html")
def a_destination_gets_the_result(world: World) -> bool:
    url, arn = queue("good")
    make("def handler(e, c): return 'done'")
    client().put_function_event_invoke_config(FunctionName="f", DestinationConfig={"OnSuccess": {"Destination": arn}})
    client().invoke(FunctionName="f", InvocationType="Event")
    world.settle()
    return bool(json.loads(bodies(url)[0])["responsePayload"] == "done")


@behaviour(f"{_API}/API_UpdateFunctionEventInvokeConfig.html")
def the_event_invoke_config_can_be_changed(world: World) -> bool:
    make("x = 0")
    client().put_function_event_invoke_config(FunctionName="f", MaximumRetryAttempts=1)
    client().update_function_event_invoke_config(FunctionName="f", MaximumEventAgeInSeconds=90)
    found = client().get_function_event_invoke_config(FunctionName="f")
    return bool((found.get("MaximumRetryAttempts"), found.get("MaximumEventAgeInSeconds")) == (1, 90))


@behaviour(f"{_API}/API_GetFunctionConfiguration.html")
def the_dead_letter_config_is_shown(world: World) -> bool:
    _, arn = queue("dead")
    make("x = 0", DeadLetterConfig={"TargetArn": arn})
    return bool(client().get_function_configuration(FunctionName="f")["DeadLetterConfig"] == {"TargetArn": arn})


_TELL = "import json\ndef handler(e, c):\n    print(json.dumps([r['body'] for r in e['Records']]))"


@behaviour(f"{_GUIDE}/services-sqs-configure.html")
def a_queue_is_read_in_batches(world: World) -> bool:
    make(_TELL)
    url, arn = queue("jobs")
    client().create_event_source_mapping(FunctionName="f", EventSourceArn=arn)
    for text in "ab":
        boto3.client("sqs", region_name="us-east-1").send_message(QueueUrl=url, MessageBody=text)
    world.settle()
    return '["a", "b"]' in log()


@behaviour(f"{_GUIDE}/services-sqs-errorhandling.html")
def only_reported_messages_come_back(world: World) -> bool:
    make(_TELL + "\n    return {'batchItemFailures': [{'itemIdentifier': e['Records'][0]['messageId']}]}")
    url, arn = queue("jobs")
    client().create_event_source_mapping(FunctionName="f", EventSourceArn=arn,
                                         FunctionResponseTypes=["ReportBatchItemFailures"])  # fmt: skip
    for text in "ab":
        boto3.client("sqs", region_name="us-east-1").send_message(QueueUrl=url, MessageBody=text)
    world.advance(35)
    return [line for line in log() if line.startswith("[")] == ['["a", "b"]', '["a"]']


@behaviour(f"{_GUIDE}/with-sqs-filtering.html")
def a_filter_drops_messages(world: World) -> bool:
    make(_TELL)
    url, arn = queue("jobs")
    client().create_event_source_mapping(FunctionName="f", EventSourceArn=arn,
                                         FilterCriteria={"Filters": [{"Pattern": '{"body": ["b"]}'}]})  # fmt: skip
    for text in "ab":
        boto3.client("sqs", region_name="us-east-1").send_message(QueueUrl=url, MessageBody=text)
    world.settle()
    return [line for line in log() if line.startswith("[")] == ['["b"]']


@behaviour(f"{_GUIDE}/with-ddb.html")
def a_table_stream_is_read(world: World) -> bool:
    make("import json\ndef handler(e, c):\n    print([r['eventName'] for r in e['Records']])")
    dynamodb = boto3.client("dynamodb", region_name="us-east-1")
    arn = dynamodb.create_table(
        TableName="t", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]["LatestStreamArn"]  # fmt: skip
    client().create_event_source_mapping(FunctionName="f", EventSourceArn=arn, StartingPosition="TRIM_HORIZON")
    dynamodb.put_item(TableName="t", Item={"id": {"S": "1"}})
    world.settle()
    return "['INSERT']" in log()


@behaviour(f"{_GUIDE}/kinesis-on-failure-destination.html")
def bisecting_isolates_a_poison_record(world: World) -> bool:
    make(
        "import base64\ndef handler(e, c):\n"
        "    texts = [base64.b64decode(r['kinesis']['data']).decode() for r in e['Records']]\n"
        "    print(texts)\n    if 'bad' in texts: raise ValueError"
    )
    kinesis = boto3.client("kinesis", region_name="us-east-1")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    arn = kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]
    client().create_event_source_mapping(FunctionName="f", EventSourceArn=arn, StartingPosition="TRIM_HORIZON",
                                         BisectBatchOnFunctionError=True, MaximumRetryAttempts=0)  # fmt: skip
    for text in ("a", "bad"):
        kinesis.put_record(StreamName="s", Data=text.encode(), PartitionKey="p")
    world.settle()
    return [line for line in log() if line.startswith("['")] == ["['a', 'bad']", "['a']", "['bad']"]


@behaviour(f"{_GUIDE}/with-sns.html")
def a_topic_tells_its_arn_and_attributes(world: World) -> bool:
    arn = make(
        "def handler(e, c):\n    sns = e['Records'][0]['Sns']\n    print(sns['TopicArn'], sns['MessageAttributes'])"
    )
    sns = boto3.client("sns", region_name="us-east-1")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    client().add_permission(FunctionName="f", StatementId="s", Action="lambda:InvokeFunction",
                            Principal="sns.amazonaws.com", SourceArn=topic)  # fmt: skip
    sns.publish(TopicArn=topic, Message="x", MessageAttributes={"k": {"DataType": "String", "StringValue": "v"}})
    world.settle()
    return f"{topic} {{'k': {{'Type': 'String', 'Value': 'v'}}}}" in log()


@behaviour("https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html")
def a_bucket_notifies_with_the_key_as_s3_encodes_it(world: World) -> bool:
    arn = make("def handler(e, c): print(e['Records'][0]['s3']['object']['key'])")
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="pictures")
    client().add_permission(FunctionName="f", StatementId="s", Action="lambda:InvokeFunction",
                            Principal="s3.amazonaws.com", SourceArn="arn:aws:s3:::pictures")  # fmt: skip
    s3.put_bucket_notification_configuration(Bucket="pictures", NotificationConfiguration={
        "LambdaFunctionConfigurations": [{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}]})  # fmt: skip
    s3.put_object(Bucket="pictures", Key="in/my cat.jpg", Body=b"x")
    world.settle()
    return "in/my+cat.jpg" in log()


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
