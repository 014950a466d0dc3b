"""Versions, aliases, concurrency, metrics and limits of functions."""

import datetime as dt
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from course import lab
from tests.lab.lambda_sample import account, archive, call, log, make, queue, role


@pytest.fixture
def client():
    with account():
        yield boto3.client("lambda", config=Config(retries={"total_max_attempts": 1}))


def code(client, text, **more):
    return client.update_function_code(FunctionName="worker", ZipFile=archive({"app.py": text}), **more)


def refusal(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def metric(name, function="worker", statistic="Sum"):
    now = lab.clock.now()
    points = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda", MetricName=name, Dimensions=[{"Name": "FunctionName", "Value": function}], Period=86400,
        StartTime=now - dt.timedelta(hours=2), EndTime=now + dt.timedelta(hours=2), Statistics=[statistic],
    )["Datapoints"]  # fmt: skip
    return sum(point[statistic] for point in points)


def test_a_published_version_does_not_change(client):
    make("def handler(e, c): return 'first', c.function_version")
    assert client.publish_version(FunctionName="worker")["Version"] == "1"
    code(client, "def handler(e, c): return 'second', c.function_version")
    assert call("worker:1") == ["first", "1"]
    assert call() == ["second", "$LATEST"]


def test_a_version_keeps_its_configuration(client):
    make("import os\ndef handler(e, c): return os.environ['C']", Environment={"Variables": {"C": "old"}}, Publish=True)
    client.update_function_configuration(FunctionName="worker", Environment={"Variables": {"C": "new"}})
    assert (call("worker:1"), call()) == ("old", "new")


def test_version_numbers_are_not_given_again(client):
    make(Publish=True)
    code(client, "x = 1")
    assert client.publish_version(FunctionName="worker")["Version"] == "2"
    client.delete_function(FunctionName="worker", Qualifier="2")
    code(client, "x = 2")
    assert client.publish_version(FunctionName="worker")["Version"] == "3"


def test_an_alias_names_a_version_and_its_arn_is_in_the_context(client):
    make("def handler(e, c): return c.invoked_function_arn, c.function_version", Publish=True)
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:worker:live"
    assert call(Qualifier="live") == call("worker:live") == call(arn) == [arn, "1"]


def test_weights_divide_the_calls_the_same_way_every_time(client):
    def shares():
        make("def handler(e, c): return c.function_version", Publish=True)
        code(client, "def handler(e, c): return c.function_version  # 2", Publish=True)
        client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1",
                            RoutingConfig={"AdditionalVersionWeights": {"2": 0.2}})  # fmt: skip
        return [client.invoke(FunctionName="worker:live")["ExecutedVersion"] for _ in range(60)]

    first = shares()
    assert 4 <= Counter(first)["2"] <= 22
    lab.reset()
    client = boto3.client("lambda")
    assert shares() == first


def test_reserved_concurrency_of_zero_stops_a_function(client):
    make()
    client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    with pytest.raises(client.exceptions.TooManyRequestsException) as caught:
        client.invoke(FunctionName="worker")
    assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    client.delete_function_concurrency(FunctionName="worker")
    assert call() == {}
    assert metric("Throttles") == 1


def test_more_calls_at_once_than_reserved_are_throttled(client):
    make("def handler(e, c):\n    for _ in range(3_000_000): pass", Timeout=60)
    client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=1)

    def one(_):
        try:
            return client.invoke(FunctionName="worker")["StatusCode"]
        except client.exceptions.TooManyRequestsException:
            return 429

    with ThreadPoolExecutor(4) as pool:
        outcomes = Counter(pool.map(one, range(4)))
    assert outcomes[200] >= 1 and outcomes[429] >= 1


def test_a_hundred_stay_unreserved(client):
    make()
    code, message = refusal(client.put_function_concurrency, FunctionName="worker", ReservedConcurrentExecutions=901)
    assert code == "InvalidParameterValueException" and "minimum value of [100]" in message


def test_provisioned_concurrency_starts_environments_before_the_first_call(client):
    make("print('loaded')\ndef handler(e, c): return 1", Publish=True)
    client.put_provisioned_concurrency_config(FunctionName="worker", Qualifier="1", ProvisionedConcurrentExecutions=2)
    assert client.get_provisioned_concurrency_config(FunctionName="worker", Qualifier="1")["Status"] == "READY"
    call("worker:1")
    assert not any("Init Duration" in line for line in log())
    wrong = refusal(client.put_provisioned_concurrency_config, FunctionName="worker", Qualifier="$LATEST",
                    ProvisionedConcurrentExecutions=1)  # fmt: skip
    assert "unpublished" in wrong[1]


def test_metrics_count_invocations_errors_and_durations(client):
    make("def handler(e, c): return 1 / e['by']")
    call(event={"by": 2})
    call(event={"by": 0})
    assert (metric("Invocations"), metric("Errors"), metric("Throttles")) == (2, 1, 0)
    assert metric("Duration", statistic="Average") > 0
    assert metric("ConcurrentExecutions", statistic="Maximum") == 1


def test_missing_functions_and_versions(client):
    make()
    for name in ("nope", "worker:7", "worker:live"):
        code, message = refusal(client.invoke, FunctionName=name)
        assert code == "ResourceNotFoundException" and message.endswith(f"function:{name}")


def test_dry_run_checks_and_does_not_run(client):
    make()
    assert client.invoke(FunctionName="worker", InvocationType="DryRun")["StatusCode"] == 204
    assert boto3.client("logs").describe_log_groups()["logGroups"] == []


def test_payload_limits(client):
    make()
    big = json.dumps("x" * 7_000_000)
    assert refusal(client.invoke, FunctionName="worker", Payload=big)[0] == "RequestTooLargeException"
    over = json.dumps("x" * 1_100_000)
    assert (
        refusal(client.invoke, FunctionName="worker", Payload=over, InvocationType="Event")[0]
        == "RequestTooLargeException"
    )
    assert refusal(client.invoke, FunctionName="worker", Payload="{no")[0] == "InvalidRequestContentException"


@pytest.mark.parametrize(
    ("settings", "code", "says"),
    [
        ({"MemorySize": 10_241}, "ValidationException", "less than or equal to 10240"),
        ({"Timeout": 901}, "ValidationException", "less than or equal to 900"),
        ({"Environment": {"Variables": {"A": "x" * 5000}}}, "InvalidParameterValueException", "exceeded the 4KB limit"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "InvalidParameterValueException", "AWS_REGION"),
        ({"Runtime": "python9"}, "InvalidParameterValueException", "python9"),
        ({"Layers": [f"arn:aws:lambda:us-east-1:123456789012:layer:l:{n}" for n in range(6)]},
         "InvalidParameterValueException", "5 layers"),
        ({"Code": {"ZipFile": b"no zip"}}, "InvalidParameterValueException", "Could not unzip"),
    ],
)  # fmt: skip
def test_limits_of_the_configuration(client, settings, code, says):
    whole = {"Role": role(), "Runtime": "python3.13", "Handler": "app.handler",
             "Code": {"ZipFile": archive({"app.py": ""})}, **settings}  # fmt: skip
    found, message = refusal(client.create_function, FunctionName="worker", **whole)
    assert found == code and says in message
    if "Code" not in settings:
        make()
        assert refusal(client.update_function_configuration, FunctionName="worker", **settings)[0] == code


def test_an_alias_points_to_a_version_only(client):
    make(Publish=True)
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    assert (
        refusal(client.create_alias, FunctionName="worker", Name="b", FunctionVersion="live")[0]
        == "ValidationException"
    )
    weights = {"AdditionalVersionWeights": {"1": 0.5}}
    assert "$LATEST" in refusal(client.create_alias, FunctionName="worker", Name="b", FunctionVersion="$LATEST",
                                RoutingConfig=weights)[1]  # fmt: skip


def test_a_version_in_use_is_not_deleted(client):
    make(Publish=True)
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    with pytest.raises(ClientError, match=r"ResourceConflictException.*alias live"):
        client.delete_function(FunctionName="worker", Qualifier="1")
    client.delete_alias(FunctionName="worker", Name="live")
    client.delete_function(FunctionName="worker", Qualifier="1")
    assert [one["Version"] for one in client.list_versions_by_function(FunctionName="worker")["Versions"]] == [
        "$LATEST"
    ]


def test_a_statement_of_a_policy_has_an_id_of_its_own(client):
    make()
    permission = {"StatementId": "s3", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    client.add_permission(FunctionName="worker", **permission)
    with pytest.raises(ClientError, match=r"ResourceConflictException.*\(s3\) provided already exists"):
        client.add_permission(FunctionName="worker", **permission)
    client.remove_permission(FunctionName="worker", StatementId="s3")
    client.add_permission(FunctionName="worker", **permission)


def test_a_permission_may_name_the_alias_in_the_arn(client):
    make(Publish=True)
    alias = client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")["AliasArn"]
    client.add_permission(
        FunctionName=alias, StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    policy = json.loads(client.get_policy(FunctionName="worker", Qualifier="live")["Policy"])
    assert [one["Resource"] for one in policy["Statement"]] == [alias]


def test_a_policy_is_that_of_the_name_it_is_asked_for(client):
    make(Publish=True)
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    permission = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    for statement, qualifier in (("plain", {}), ("of-the-alias", {"Qualifier": "live"})):
        client.add_permission(FunctionName="worker", StatementId=statement, **permission, **qualifier)
    seen = [
        [one["Sid"] for one in json.loads(client.get_policy(FunctionName="worker", **qualifier)["Policy"])["Statement"]]
        for qualifier in ({}, {"Qualifier": "live"})
    ]
    assert seen == [["plain"], ["of-the-alias"]]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_policy(FunctionName="worker", Qualifier="1")


def test_limits_of_mappings(client):
    make(Timeout=60)
    _, standard = queue("jobs", VisibilityTimeout="90")
    _, short = queue("short")
    _, fifo = queue("jobs.fifo", FifoQueue="true", VisibilityTimeout="90")
    create = client.create_event_source_mapping
    assert "batch window" in refusal(create, FunctionName="worker", EventSourceArn=standard, BatchSize=11)[1]
    assert "less than Function timeout" in refusal(create, FunctionName="worker", EventSourceArn=short)[1]
    assert (
        refusal(create, FunctionName="worker", EventSourceArn=fifo, BatchSize=11)[0] == "InvalidParameterValueException"
    )
    assert "not supported for FIFO" in refusal(create, FunctionName="worker", EventSourceArn=fifo,
                                               MaximumBatchingWindowInSeconds=5)[1]  # fmt: skip
    create(FunctionName="worker", EventSourceArn=standard)
    assert "already exists" in refusal(create, FunctionName="worker", EventSourceArn=standard)[1]


def test_settings_that_moto_forgets_are_kept(client):
    _, dead = queue("dead")
    make(DeadLetterConfig={"TargetArn": dead})
    shown = client.get_function_configuration(FunctionName="worker")
    assert shown["DeadLetterConfig"] == {"TargetArn": dead}


def test_functions_of_a_stack_run_too(client):
    template = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {
        "FunctionName": "stacked", "Role": role(), "Runtime": "python3.13", "Handler": "index.handler",
        "Code": {"ZipFile": "def handler(event, context): return 'from a stack'"}}}}}  # fmt: skip
    boto3.client("cloudformation").create_stack(StackName="s", TemplateBody=json.dumps(template))
    assert call("stacked") == "from a stack"


def test_an_alias_points_to_versions_that_are_there(client):
    make()
    client.publish_version(FunctionName="worker")
    with pytest.raises(ClientError, match=r"ResourceNotFoundException.*worker:7"):
        client.create_alias(FunctionName="worker", Name="live", FunctionVersion="7")
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    weights = {"AdditionalVersionWeights": {"7": 0.5}}
    with pytest.raises(ClientError, match=r"ResourceNotFoundException.*worker:7"):
        client.update_alias(FunctionName="worker", Name="live", RoutingConfig=weights)
    assert "RoutingConfig" not in client.get_alias(FunctionName="worker", Name="live")


def test_code_in_s3_has_to_be_there(client):
    s3 = boto3.client("s3")
    asked = {"FunctionName": "worker", "Role": role(), "Runtime": "python3.13", "Handler": "app.handler"}
    code = {"S3Bucket": "releases", "S3Key": "worker.zip"}
    with pytest.raises(ClientError, match=r"InvalidParameterValueException.*NoSuchBucket"):
        client.create_function(Code=code, **asked)
    s3.create_bucket(Bucket="releases")
    with pytest.raises(ClientError, match=r"InvalidParameterValueException.*NoSuchKey"):
        client.create_function(Code=code, **asked)
    assert client.list_functions()["Functions"] == []
    s3.put_object(Bucket="releases", Key="worker.zip", Body=archive({"app.py": "def handler(e, c): return 7"}))
    client.create_function(Code=code, **asked)
    assert call() == 7
    with pytest.raises(ClientError, match=r"InvalidParameterValueException.*NoSuchKey"):
        client.update_function_code(FunctionName="worker", S3Bucket="releases", S3Key="other.zip")


def test_the_account_tells_its_limits_and_their_use(client):
    assert client.get_account_settings()["AccountUsage"] == {"TotalCodeSize": 0, "FunctionCount": 0}
    make()
    make(name="other")
    once = client.get_account_settings()["AccountUsage"]
    client.publish_version(FunctionName="worker")
    client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=300)
    limit, usage = (client.get_account_settings()[name] for name in ("AccountLimit", "AccountUsage"))
    assert (limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]) == (1000, 700)
    assert (limit["TotalCodeSize"], limit["CodeSizeZipped"]) == (80_530_636_800, 52_428_800)
    assert usage["FunctionCount"] == once["FunctionCount"] == 2
    assert usage["TotalCodeSize"] > once["TotalCodeSize"]
    client.publish_layer_version(LayerName="tools", Content={"ZipFile": archive({"python/t.py": "X = 1"})})
    assert client.get_account_settings()["AccountUsage"]["TotalCodeSize"] > usage["TotalCodeSize"]
