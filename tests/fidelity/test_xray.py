"""X-Ray: the lab does what AWS does, bare moto does not."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.fidelity.behaviour import Behaviour, World, collect, refused
from tests.lab.xray.segments import client, found, frame, http, new_trace, put, segment, site_and_api

CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED, "https://docs.aws.amazon.com/xray/latest")


def rule(name: str, **more: Any) -> dict[str, Any]:
    anything = dict.fromkeys(("ServiceName", "ServiceType", "Host", "HTTPMethod", "URLPath", "ResourceARN"), "*")
    return {"RuleName": name, "Priority": 100, "FixedRate": 0.1, "ReservoirSize": 10, "Version": 1, **anything, **more}


def refused_codes(*segments: dict[str, Any]) -> list[str]:
    return [one["ErrorCode"] for one in put(*segments)]


def summary() -> dict[str, Any]:
    [one] = client().get_trace_summaries(**frame())["TraceSummaries"]
    return dict(one)


@behaviour("devguide/xray-api-segmentdocuments.html")
def a_trace_id_has_its_form(world: World) -> bool:
    return refused_codes(segment(trace_id="5759e988bd862e3fe1be46a994272793")) == ["InvalidTraceId"]


@behaviour("https://github.com/aws/aws-xray-daemon/issues/184")
def a_name_has_letters_digits_and_a_few_signs(world: World) -> bool:
    return refused_codes(segment("orders?"), segment("Müller & Co: 100%")) == ["InvalidName"]


@behaviour("devguide/xray-api-segmentdocuments.html")
def a_segment_has_at_most_64_kilobytes(world: World) -> bool:
    return len(put(segment(metadata={"body": "x" * 65_536}))) == 1


@behaviour("devguide/xray-api-segmentdocuments.html")
def a_segment_ends_after_it_began(world: World) -> bool:
    return refused_codes(segment(seconds=-1.0)) == ["InvalidEndTime"]


@behaviour("devguide/xray-api-segmentdocuments.html")
def a_complete_segment_replaces_the_one_in_progress(world: World) -> bool:
    whole = segment()
    begun = {name: value for name, value in whole.items() if name != "end_time"}
    put({**begun, "in_progress": True})
    was_partial = summary()["IsPartial"]
    put(whole)
    [trace] = client().batch_get_traces(TraceIds=[whole["trace_id"]])["Traces"]
    return bool(was_partial and not summary()["IsPartial"] and len(trace["Segments"]) == 1)


@behaviour("api/API_TraceSummary.html")
def annotations_are_in_the_summary_metadata_is_not(world: World) -> bool:
    put(segment(annotations={"customer": "Ada"}, metadata={"shop": {"colour": "blue"}}))
    return bool(set(summary()["Annotations"]) == {"customer"} and "colour" not in str(summary()))


@behaviour("api/API_TraceSummary.html")
def the_response_time_is_the_roots_the_duration_that_of_all(world: World) -> bool:
    root = segment(seconds=0.25)
    late = segment("mailer", 3.0, trace_id=root["trace_id"], parent_id=root["id"], start_time=root["start_time"])
    put(root, late)
    return (summary()["ResponseTime"], round(summary()["Duration"])) == (0.25, 3)


@behaviour("api/API_TraceSummary.html")
def an_error_that_the_root_handled_is_not_the_traces(world: World) -> bool:
    site_and_api(status=500)
    return not summary()["HasFault"] and bool(found("service() { fault }"))


@behaviour("devguide/xray-console-filters.html")
def filter_expressions_find_traces(world: World) -> bool:
    put(segment(annotations={"customer": "Ada"}, http=http(404, "POST")), segment(http=http(200)))
    both = [len(found(one)) for one in ('annotation.customer = "Ada" AND error', "!error", 'http.method = "POST"')]
    return both == [1, 1, 1]


@behaviour("devguide/xray-console-filters.html")
def a_wrong_expression_is_refused(world: World) -> bool:
    asked = client().get_trace_summaries
    return refused(lambda: asked(**frame(), FilterExpression="colour = 5"), "InvalidRequestException")


@behaviour("devguide/xray-console-filters.html")
def edges_can_be_searched(world: World) -> bool:
    site_and_api(status=503)
    return (len(found('edge("site", "api") { fault }')), len(found('edge("api", "site")'))) == (1, 0)


@behaviour("api/API_BatchGetTraces.html")
def five_traces_are_read_at_once(world: World) -> bool:
    ids = [new_trace() for _ in range(6)]
    return refused(lambda: client().batch_get_traces(TraceIds=ids), "InvalidRequestException")


@behaviour("https://docs.aws.amazon.com/general/latest/gr/xray.html")
def traces_are_kept_thirty_days(world: World) -> bool:
    trace = site_and_api()
    world.advance(31 * 86_400)
    return bool(client().batch_get_traces(TraceIds=[trace])["UnprocessedTraceIds"] == [trace])


@behaviour("devguide/xray-api-gettingdata.html")
def the_service_graph_is_made_of_segments(world: World) -> bool:
    site_and_api()
    services = client().get_service_graph(**frame())["Services"]
    kinds = {(one["Name"], one.get("Type", "")) for one in services}
    wanted = {("site", "client"), ("site", "AWS::EC2::Instance"), ("api", ""), ("orders", "AWS::DynamoDB::Table")}
    return kinds == wanted


@behaviour("devguide/xray-api-gettingdata.html")
def the_graph_counts_what_went_wrong(world: World) -> bool:
    for status in (200, 404, 429, 500):
        site_and_api(status)
    nodes = client().get_service_graph(**frame())["Services"]
    counted = next(one["SummaryStatistics"] for one in nodes if one["Name"] == "api")
    errors = {"ThrottleCount": 1, "OtherCount": 1, "TotalCount": 2}
    return bool(counted["ErrorStatistics"] == errors and counted["FaultStatistics"]["TotalCount"] == 1)


@behaviour("api/API_GetTraceGraph.html")
def a_graph_of_some_traces(world: World) -> bool:
    trace = site_and_api()
    put(segment("other"))
    return {one["Name"] for one in client().get_trace_graph(TraceIds=[trace])["Services"]} == {"site", "api", "orders"}


@behaviour("devguide/xray-console-sampling.html")
def there_is_a_default_rule(world: World) -> bool:
    [one] = client().get_sampling_rules()["SamplingRuleRecords"]
    settings = one["SamplingRule"]
    return (settings["RuleName"], settings["ReservoirSize"], settings["FixedRate"]) == ("Default", 1, 0.05)


@behaviour("https://docs.aws.amazon.com/general/latest/gr/xray.html")
def a_region_has_twenty_five_rules(world: World) -> bool:
    for number in range(25):
        client().create_sampling_rule(SamplingRule=rule(f"rule-{number}"))
    one_more = rule("one-more")
    return refused(lambda: client().create_sampling_rule(SamplingRule=one_more), "RuleLimitExceededException")


@behaviour("devguide/xray-api-sampling.html")
def a_reservoir_is_shared_among_its_users(world: World) -> bool:
    client().create_sampling_rule(SamplingRule=rule("post"))
    quotas = []
    for name in ("a" * 24, "b" * 24, "a" * 24):
        report = {"RuleName": "post", "ClientID": name, "RequestCount": 100, "SampledCount": 20}
        report = {**report, "Timestamp": lab.clock.now()}
        [target] = client().get_sampling_targets(SamplingStatisticsDocuments=[report])["SamplingTargetDocuments"]
        quotas.append(target["ReservoirQuota"])
    return quotas == [10, 5, 5]


@behaviour("devguide/xray-console-groups.html")
def a_group_is_a_filter_with_a_name(world: World) -> bool:
    client().create_group(GroupName="slow", FilterExpression="responsetime > 2")
    put(segment(seconds=3.0), segment(seconds=0.1))
    return len(found('group.name = "slow"')) == 1


@behaviour("devguide/xray-console-encryption.html")
def traces_can_be_encrypted_with_a_key_of_ones_own(world: World) -> bool:
    key = boto3.client("kms", region_name="us-east-1").create_key()["KeyMetadata"]["Arn"]
    client().put_encryption_config(Type="KMS", KeyId=key)
    world.advance(300)
    said = client().get_encryption_config()["EncryptionConfig"]
    return bool(said["KeyId"] == key and said["Status"] == "ACTIVE")


def role(may_send: bool = True) -> str:
    iam = boto3.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    if may_send:
        allow = {"Effect": "Allow", "Action": "xray:Put*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        iam.put_role_policy(RoleName="worker", PolicyName="trace", PolicyDocument=policy)
    return str(arn)


def function(code: str, mode: str = "Active", may_send: bool = True) -> Any:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", code)
    made: Any = boto3.client("lambda", region_name="us-east-1")
    made.create_function(
        FunctionName="worker", Runtime="python3.13", Handler="app.handler", Role=role(may_send),
        Code={"ZipFile": packed.getvalue()}, TracingConfig={"Mode": mode},
    )  # fmt: skip
    return made


GREET = "import os\n\ndef handler(event, context):\n    return os.environ['_X_AMZN_TRACE_ID']\n"


def invoke() -> str:
    answer = boto3.client("lambda", region_name="us-east-1").invoke(FunctionName="worker")
    return str(json.loads(answer["Payload"].read()))


@behaviour("https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html")
def a_traced_function_makes_two_nodes(world: World) -> bool:
    function(GREET)
    invoke()
    [trace] = client().get_trace_summaries(**frame())["TraceSummaries"]
    kinds = [one["Type"] for one in trace["ServiceIds"]]
    return kinds == ["AWS::Lambda", "AWS::Lambda::Function"]


@behaviour("https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html")
def a_function_knows_its_trace(world: World) -> bool:
    function(GREET)
    root = invoke().partition(";")[0].removeprefix("Root=")
    return found() == [root]


@behaviour("https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html")
def a_function_traces_one_request_a_second_and_a_twentieth_of_the_rest(world: World) -> bool:
    function(GREET)
    for _ in range(3):
        invoke()
        world.advance(2)
    return len(found()) == 3


def traced_stage(status: int = 200) -> str:
    made: Any = boto3.client("apigateway", region_name="us-east-1")
    api = made.create_rest_api(name="shop")["id"]
    top = made.get_resources(restApiId=api)["items"][0]["id"]
    made.put_method(restApiId=api, resourceId=top, httpMethod="GET", authorizationType="NONE")
    template = json.dumps({"statusCode": status})
    where = {"restApiId": api, "resourceId": top, "httpMethod": "GET"}
    made.put_integration(**where, type="MOCK", requestTemplates={"application/json": template})
    made.put_method_response(**where, statusCode="200")
    made.put_integration_response(**where, statusCode="200")
    made.create_deployment(restApiId=api, stageName="prod", tracingEnabled=True)
    return f"https://{api}.execute-api.us-east-1.amazonaws.com/prod/"


@behaviour("devguide/xray-services-apigateway.html")
def a_stage_traces_by_the_rules(world: World) -> bool:
    url = traced_stage()
    client().create_sampling_rule(SamplingRule=rule("none", ServiceName="shop/prod", ReservoirSize=0, FixedRate=0))
    lab.http("GET", url)
    without = len(found())
    client().delete_sampling_rule(RuleName="none")
    lab.http("GET", url)
    return (without, len(found())) == (0, 1)


@behaviour("devguide/xray-services-apigateway.html")
def a_stage_joins_the_trace_of_its_caller(world: World) -> bool:
    root = new_trace()
    lab.http("GET", traced_stage(), headers={"X-Amzn-Trace-Id": f"Root={root};Parent=53995c3f42cd8ad8;Sampled=1"})
    return found() == [root]


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"


def test_a_role_without_the_permission_sends_nothing(in_the_lab):
    function(GREET, may_send=False)
    assert "Sampled=1" in invoke()
    assert found() == []


def test_pass_through_sends_nothing(in_the_lab):
    function(GREET, mode="PassThrough")
    assert "Sampled=0" in invoke()
    assert found() == []


def test_the_calls_need_permission(in_the_lab):
    role(may_send=False)
    keys = boto3.client("iam").create_access_key(UserName=_user())["AccessKey"]
    stranger: Any = boto3.client(
        "xray", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"]
    )
    with lab.enforce_iam(), pytest.raises(ClientError, match="xray:GetTraceSummaries"):
        stranger.get_trace_summaries(**frame())


def _user() -> str:
    boto3.client("iam").create_user(UserName="dana")
    return "dana"
