"""Storage, tables, workflows and alarms: behaviours of AWS that the lab shows and bare moto does not.

A behaviour is a function that returns whether AWS's behaviour was seen; an error counts as not seen.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_DOCS = "https://docs.aws.amazon.com"
CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED, _DOCS)


def client(name: str, **config: Any) -> Any:
    return boto3.client(name, region_name="us-east-1", config=Config(**config))  # type: ignore[call-overload]


# S3 -----------------------------------------------------------------------------------------------------------------


def bucket(name: str = "pictures", versions: bool = False) -> Any:
    s3 = client("s3")
    s3.create_bucket(Bucket=name)
    if versions:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return s3


@behaviour("AmazonS3/latest/userguide/create-bucket-faq.html")
def a_new_bucket_blocks_public_access(world: World) -> bool:
    return all(bucket().get_public_access_block(Bucket="pictures")["PublicAccessBlockConfiguration"].values())


@behaviour("AmazonS3/latest/userguide/about-object-ownership.html")
def a_new_bucket_knows_no_acls(world: World) -> bool:
    put = bucket().put_object
    return code_of(put, Bucket="pictures", Key="a", ACL="public-read") == "AccessControlListNotSupported"


@behaviour("AmazonS3/latest/userguide/default-encryption-faq.html")
def a_new_object_is_encrypted(world: World) -> bool:
    return bool(bucket().put_object(Bucket="pictures", Key="a", Body=b"x")["ServerSideEncryption"] == "AES256")


@behaviour("AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html")
def an_object_with_a_customers_key_needs_it(world: World) -> bool:
    s3 = bucket()
    rule = {"BlockedEncryptionTypes": {"EncryptionType": ["NONE"]}}  # blocked in new buckets since April 2026
    rule["ApplyServerSideEncryptionByDefault"] = {"SSEAlgorithm": "AES256"}  # type: ignore[assignment]
    s3.put_bucket_encryption(Bucket="pictures", ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket="pictures", Key="a", Body=b"x", SSECustomerAlgorithm="AES256", SSECustomerKey="k" * 32)
    return code_of(s3.get_object, Bucket="pictures", Key="a") == "InvalidRequest"


@behaviour("AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html")
def a_new_version_is_copied(world: World) -> bool:
    s3 = bucket(versions=True)
    bucket("copies", versions=True)
    rule = {"ID": "all", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": "arn:aws:s3:::copies"}}  # fmt: skip
    role = "arn:aws:iam::123456789012:role/copy"
    s3.put_bucket_replication(Bucket="pictures", ReplicationConfiguration={"Role": role, "Rules": [rule]})
    s3.put_object(Bucket="pictures", Key="a", Body=b"x")
    world.advance(60)
    return bool(s3.head_object(Bucket="copies", Key="a")["ReplicationStatus"] == "REPLICA")


@behaviour("AmazonS3/latest/userguide/intro-lifecycle-rules.html")
def an_object_expires_by_its_rule(world: World) -> bool:
    s3 = bucket()
    rules = [{"ID": "week", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 7}}]
    s3.put_bucket_lifecycle_configuration(Bucket="pictures", LifecycleConfiguration={"Rules": rules})
    s3.put_object(Bucket="pictures", Key="a", Body=b"x")
    world.advance(9 * 86_400)
    return bool(s3.list_objects_v2(Bucket="pictures")["KeyCount"] == 0)


@behaviour("AmazonS3/latest/userguide/using-presigned-url.html")
def a_presigned_url_ends(world: World) -> bool:
    s3 = bucket()
    s3.put_object(Bucket="pictures", Key="a", Body=b"x")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "pictures", "Key": "a"}, ExpiresIn=60)
    before = requests.get(url).status_code
    world.advance(61)
    return (before, requests.get(url).status_code) == (200, 403)


@behaviour("AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html")
def a_form_refuses_a_file_that_is_too_large(world: World) -> bool:
    limit = [["content-length-range", 1, 5]]
    form = bucket().generate_presigned_post("pictures", "a", Conditions=limit)
    answer = requests.post(form["url"], data=form["fields"], files={"file": ("a", b"123456")})
    return "EntityTooLarge" in answer.text


# DynamoDB -----------------------------------------------------------------------------------------------------------


def table(units: int = 0, **more: Any) -> Any:
    dynamodb = client("dynamodb", retries={"max_attempts": 0})
    throughput = {"ReadCapacityUnits": units, "WriteCapacityUnits": units}
    mode = {"ProvisionedThroughput": throughput} if units else {"BillingMode": "PAY_PER_REQUEST"}
    key, kind = [{"AttributeName": "id", "KeyType": "HASH"}], [{"AttributeName": "id", "AttributeType": "S"}]
    dynamodb.create_table(TableName="orders", KeySchema=key, AttributeDefinitions=kind, **mode, **more)
    return dynamodb


def item(size: int = 10, name: str = "a", **more: Any) -> dict[str, Any]:
    return {"id": {"S": name}, "text": {"S": "x" * size}, **more}


@behaviour("amazondynamodb/latest/developerguide/read-write-operations.html")
def a_write_uses_a_unit_for_each_kib(world: World) -> bool:
    written = table().put_item(TableName="orders", Item=item(5000), ReturnConsumedCapacity="TOTAL")
    return bool(written["ConsumedCapacity"]["CapacityUnits"] == 5)


@behaviour("amazondynamodb/latest/developerguide/read-write-operations.html")
def a_strong_read_uses_a_whole_unit_for_each_4_kib(world: World) -> bool:
    dynamodb = table()
    dynamodb.put_item(TableName="orders", Item=item(5000))
    read = dynamodb.get_item(
        TableName="orders", Key={"id": {"S": "a"}}, ConsistentRead=True, ReturnConsumedCapacity="TOTAL"
    )
    return bool(read["ConsumedCapacity"]["CapacityUnits"] == 2)


@behaviour("amazondynamodb/latest/developerguide/provisioned-capacity-mode.html")
def a_provisioned_table_throttles(world: World) -> bool:
    dynamodb = table(5)
    codes = [code_of(dynamodb.put_item, TableName="orders", Item=item(900)) for _ in range(10)]
    return "ProvisionedThroughputExceededException" in codes


@behaviour("amazondynamodb/latest/developerguide/TTL.html")
def an_expired_item_goes(world: World) -> bool:
    dynamodb = table()
    ttl = {"Enabled": True, "AttributeName": "ends"}
    dynamodb.update_time_to_live(TableName="orders", TimeToLiveSpecification=ttl)
    dynamodb.put_item(TableName="orders", Item=item(ends={"N": "1800000000"}))
    world.advance(365 * 86_400 * 4)
    return "Item" not in dynamodb.get_item(TableName="orders", Key={"id": {"S": "a"}})


@behaviour("amazondynamodb/latest/APIReference/API_TransactWriteItems.html")
def a_transaction_with_the_same_token_runs_once(world: World) -> bool:
    dynamodb = table()
    add = {"TableName": "orders", "Key": {"id": {"S": "a"}}, "UpdateExpression": "ADD paid :one",
           "ExpressionAttributeValues": {":one": {"N": "1"}}}  # fmt: skip
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=[{"Update": add}], ClientRequestToken="token")
    return bool(dynamodb.get_item(TableName="orders", Key={"id": {"S": "a"}})["Item"]["paid"] == {"N": "1"})


def stream_of(dynamodb: Any) -> list[Any]:
    streams = client("dynamodbstreams")
    arn = dynamodb.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return list(streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"])


def table_with_stream() -> Any:
    return table(StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})


@behaviour("amazondynamodb/latest/developerguide/Streams.html")
def a_streams_record_is_gone_after_a_day(world: World) -> bool:
    dynamodb = table_with_stream()
    dynamodb.put_item(TableName="orders", Item=item())
    before = len(stream_of(dynamodb))
    world.advance(25 * 3600)
    return (before, len(stream_of(dynamodb))) == (1, 0)


@behaviour("amazondynamodb/latest/developerguide/Streams.html")
def a_write_that_changes_nothing_makes_no_record(world: World) -> bool:
    dynamodb = table_with_stream()
    for _ in range(2):
        dynamodb.put_item(TableName="orders", Item=item())
    return len(stream_of(dynamodb)) == 1


@behaviour("amazondynamodb/latest/developerguide/ql-reference.insert.html")
def an_insert_of_partiql_does_not_replace(world: World) -> bool:
    dynamodb = table()
    insert = "INSERT INTO orders VALUE {'id': 'a'}"
    codes = [code_of(dynamodb.execute_statement, Statement=insert) for _ in range(2)]
    return codes == ["", "DuplicateItemException"]


@behaviour("amazondynamodb/latest/developerguide/ql-reference.update.html")
def partiql_updates_with_a_sum(world: World) -> bool:
    dynamodb = table()
    dynamodb.put_item(TableName="orders", Item=item(paid={"N": "1"}))
    dynamodb.execute_statement(Statement="UPDATE orders SET paid=paid+1 WHERE id='a'")
    return bool(dynamodb.get_item(TableName="orders", Key={"id": {"S": "a"}})["Item"]["paid"] == {"N": "2"})


@behaviour("amazondynamodb/latest/developerguide/ql-reference.select.html")
def partiql_without_the_partition_key_is_charged_as_a_scan(world: World) -> bool:
    dynamodb = table()
    for name in "abcd":
        dynamodb.put_item(TableName="orders", Item=item(3000, name))
    used = [
        dynamodb.execute_statement(Statement=f"SELECT * FROM orders WHERE {where}", ReturnConsumedCapacity="TOTAL")
        for where in ("id='a'", "text='no'")
    ]
    return [one["ConsumedCapacity"]["CapacityUnits"] for one in used] == [0.5, 1.5]


@behaviour("amazondynamodb/latest/APIReference/API_UpdateTable.html")
def a_new_index_keeps_the_attributes_defined_before(world: World) -> bool:
    dynamodb = table()
    by_city = {
        "IndexName": "by-city",
        "KeySchema": [{"AttributeName": "city", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    dynamodb.update_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "city", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": by_city}],
    )
    defined = dynamodb.describe_table(TableName="orders")["Table"]["AttributeDefinitions"]
    return {one["AttributeName"] for one in defined} == {"id", "city"}


@behaviour("amazondynamodb/latest/developerguide/Query.FilterExpression.html")
def a_query_does_not_filter_by_its_key(world: World) -> bool:
    values = {":a": {"S": "a"}}
    ask = {"KeyConditionExpression": "id = :a", "FilterExpression": "id = :a", "ExpressionAttributeValues": values}
    return code_of(table().query, TableName="orders", **ask) == "ValidationException"


@behaviour("amazondynamodb/latest/developerguide/WorkingWithTables.tableclasses.html")
def the_class_of_a_table_is_shown(world: World) -> bool:
    shown = table(TableClass="STANDARD_INFREQUENT_ACCESS").describe_table(TableName="orders")["Table"]
    return bool(shown["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS")


# Step Functions -----------------------------------------------------------------------------------------------------


def start(state: dict[str, Any], given: Any = None, kind: str = "STANDARD") -> Any:
    states = client("stepfunctions", inject_host_prefix=False)
    definition = json.dumps({"StartAt": "only", "States": {"only": state}})
    role = "arn:aws:iam::123456789012:role/states"
    arn = states.create_state_machine(name="m", definition=definition, roleArn=role, type=kind)["stateMachineArn"]
    if kind == "EXPRESS":
        return states.start_sync_execution(stateMachineArn=arn, input=json.dumps(given))
    run = states.start_execution(stateMachineArn=arn, input=json.dumps(given), name="first")["executionArn"]
    return lambda: states.describe_execution(executionArn=run)


@behaviour("step-functions/latest/dg/intrinsic-functions.html")
def a_machine_computes(world: World) -> bool:
    state = {"Type": "Pass", "Parameters": {"sum.$": "States.MathAdd($.a, $.b)"}, "End": True}
    return bool(start(state, {"a": 1, "b": 2})()["output"] == '{"sum":3}')


@behaviour("step-functions/latest/dg/state-wait.html")
def a_machine_waits_as_long_as_it_says(world: World) -> bool:
    look = start({"Type": "Wait", "Seconds": 3600, "End": True})
    before = look()["status"]
    world.advance(3601)
    return (before, look()["status"]) == ("RUNNING", "SUCCEEDED")


@behaviour("step-functions/latest/apireference/API_StartSyncExecution.html")
def an_express_workflow_answers_at_once(world: World) -> bool:
    return bool(start({"Type": "Pass", "End": True}, 7, "EXPRESS")["output"] == "7")


@behaviour("step-functions/latest/apireference/API_CreateStateMachine.html")
def a_machine_that_leads_nowhere_is_refused(world: World) -> bool:
    states = client("stepfunctions")
    definition = json.dumps({"StartAt": "a", "States": {"a": {"Type": "Pass", "Next": "b"}}})
    role = "arn:aws:iam::123456789012:role/states"
    return code_of(states.create_state_machine, name="m", definition=definition, roleArn=role) == "InvalidDefinition"


@behaviour("step-functions/latest/dg/redrive-executions.html")
def a_redrive_goes_on_at_the_state_that_failed(world: World) -> bool:
    sqs, states = client("sqs"), client("stepfunctions")
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/later"
    send = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": url, "MessageBody": "x"}, "End": True}  # fmt: skip
    look = start(send)
    failed = look()
    sqs.create_queue(QueueName="later")
    states.redrive_execution(executionArn=failed["executionArn"])
    world.settle()
    return (failed["status"], look()["status"], look()["redriveCount"]) == ("FAILED", "SUCCEEDED", 1)


@behaviour("step-functions/latest/dg/concepts-examine-map-run.html")
def a_map_run_counts_its_children(world: World) -> bool:
    states = client("stepfunctions")
    steps = {"p": {"Type": "Pass", "End": True}}
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    processor = {"ProcessorConfig": config, "StartAt": "p", "States": steps}
    look = start({"Type": "Map", "ItemProcessor": processor, "End": True}, [1, 2, 3])
    world.settle()
    run = states.list_map_runs(executionArn=look()["executionArn"])["mapRuns"][0]["mapRunArn"]
    children = states.list_executions(mapRunArn=run)["executions"]
    return (states.describe_map_run(mapRunArn=run)["itemCounts"]["succeeded"], len(children)) == (3, 3)


@behaviour("step-functions/latest/dg/concepts-state-machine-version.html")
def a_machine_has_versions(world: World) -> bool:
    states = client("stepfunctions")
    start({"Type": "Pass", "End": True})
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:m"
    made = states.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"]
    listed = states.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
    return bool(made == listed[0]["stateMachineVersionArn"] == f"{arn}:1")


@behaviour("step-functions/latest/dg/cw-logs.html")
def an_execution_writes_its_history_into_a_log_group(world: World) -> bool:
    states, logs = client("stepfunctions", inject_host_prefix=False), client("logs")
    logs.create_log_group(logGroupName="runs")
    group = {"logGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:runs:*"}
    definition = json.dumps({"StartAt": "p", "States": {"p": {"Type": "Pass", "End": True}}})
    config = {"level": "ALL", "includeExecutionData": True, "destinations": [{"cloudWatchLogsLogGroup": group}]}
    arn = states.create_state_machine(name="m", definition=definition, type="EXPRESS", loggingConfiguration=config,
                                      roleArn="arn:aws:iam::123456789012:role/states")["stateMachineArn"]  # fmt: skip
    states.start_execution(stateMachineArn=arn)
    world.settle()
    return len(logs.filter_log_events(logGroupName="runs")["events"]) == 4


@behaviour("step-functions/latest/dg/procedure-cw-metrics.html")
def executions_are_counted(world: World) -> bool:
    start({"Type": "Pass", "End": True})
    world.settle()
    metrics = client("cloudwatch").list_metrics(Namespace="AWS/States")["Metrics"]
    return "ExecutionsStarted" in {one["MetricName"] for one in metrics}


# Alarms -------------------------------------------------------------------------------------------------------------


def alarm() -> Any:
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="a", Namespace="shop", MetricName="errors", Statistic="Sum", Period=60, EvaluationPeriods=1,
        Threshold=5.0, ComparisonOperator="GreaterThanThreshold")  # fmt: skip
    return lambda: cloudwatch.describe_alarms()["MetricAlarms"][0]["StateValue"]


@behaviour("AmazonCloudWatch/latest/monitoring/alarm-evaluation.html")
def a_new_alarm_knows_nothing(world: World) -> bool:
    return bool(alarm()() == "INSUFFICIENT_DATA")


@behaviour("AmazonCloudWatch/latest/monitoring/alarm-evaluation.html")
def an_alarm_rings(world: World) -> bool:
    look = alarm()
    client("cloudwatch").put_metric_data(Namespace="shop", MetricData=[{"MetricName": "errors", "Value": 9.0}])
    world.advance(61)
    return bool(look() == "ALARM")


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
