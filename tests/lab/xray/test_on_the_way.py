"""A request through a stage and functions: one trace, decided once."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import boto3
import pytest

from course import lab
from tests.fidelity.test_xray import role
from tests.lab.xray.segments import client, found, frame, new_trace

CALLER = """
import json, os
import boto3

def handler(event, context):
    if event.get("queryStringParameters"):
        raise RuntimeError("no stock")
    answer = boto3.client("lambda").invoke(FunctionName="called")["Payload"].read()
    return {"statusCode": 200, "body": answer.decode()}
"""
CALLED = """
import os

def handler(event, context):
    return os.environ["_X_AMZN_TRACE_ID"]
"""


def _client(service: str) -> Any:
    made: Any = boto3.client
    return made(service, region_name="us-east-1")


def _function(name: str, code: str, arn: str, mode: str = "Active") -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", code)
    made = _client("lambda").create_function(
        FunctionName=name, Runtime="python3.13", Handler="app.handler", Role=arn, Timeout=10,
        Code={"ZipFile": packed.getvalue()}, TracingConfig={"Mode": mode},
    )  # fmt: skip
    return str(made["FunctionArn"])


@pytest.fixture
def url():
    lab.start()
    arn = role()
    caller = _function("caller", CALLER, arn)
    _function("called", CALLED, arn)
    grant = {"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "StatementId": "api"}
    _client("lambda").add_permission(FunctionName="caller", **grant)
    gateway = _client("apigateway")
    api = gateway.create_rest_api(name="shop")["id"]
    top = gateway.get_resources(restApiId=api)["items"][0]["id"]
    where = {"restApiId": api, "resourceId": top, "httpMethod": "GET"}
    gateway.put_method(**where, authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{caller}/invocations"
    gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api, stageName="prod")
    operations = [{"op": "replace", "path": "/tracingEnabled", "value": "true"}]
    gateway.update_stage(restApiId=api, stageName="prod", patchOperations=operations)
    yield f"https://{api}.execute-api.us-east-1.amazonaws.com/prod/"
    lab.stop()


def _edges() -> set[tuple[str, str]]:
    nodes = client().get_service_graph(**frame())["Services"]
    kinds = {one["ReferenceId"]: f"{one['Name']} {one.get('Type', '').removeprefix('AWS::')}" for one in nodes}
    return {(kinds[one["ReferenceId"]], kinds[edge["ReferenceId"]]) for one in nodes for edge in one["Edges"]}


def test_stage_and_functions_are_one_trace(url):
    inner = lab.http("GET", url).json()
    [root] = found()
    assert root in inner
    assert _edges() == {
        ("shop/prod client", "shop/prod ApiGateway::Stage"),
        ("shop/prod ApiGateway::Stage", "caller Lambda"),
        ("caller Lambda", "caller Lambda::Function"),
        ("caller Lambda::Function", "called Lambda"),
        ("called Lambda", "called Lambda::Function"),
    }


def test_the_first_decision_holds_for_all(url):
    for decided, traces in (("0", 0), ("1", 1)):
        header = f"Root={new_trace()};Sampled={decided}"
        inner = lab.http("GET", url, headers={"X-Amzn-Trace-Id": header}).json()
        assert f"Sampled={decided}" in inner
        assert len(found()) == traces


def test_an_error_of_the_function_is_a_fault_all_the_way(url):
    assert lab.http("GET", f"{url}?broken=1").status == 502
    [trace] = client().get_trace_summaries(**frame(), FilterExpression="fault")["TraceSummaries"]
    assert trace["Http"]["HttpStatus"] == 502
    assert len(found('service("caller") { fault AND message CONTAINS "no stock" }')) == 1


def test_a_function_without_tracing_hands_the_trace_on(url):
    _client("lambda").update_function_configuration(FunctionName="caller", TracingConfig={"Mode": "PassThrough"})
    lab.http("GET", url)
    assert len(found()) == 1
    assert ("shop/prod ApiGateway::Stage", "called Lambda") in _edges()


def test_a_stage_without_tracing_still_gives_the_trace_its_id(url):
    gateway = _client("apigateway")
    [api] = gateway.get_rest_apis()["items"]
    operations = [{"op": "replace", "path": "/tracingEnabled", "value": "false"}]
    gateway.update_stage(restApiId=api["id"], stageName="prod", patchOperations=operations)
    root = new_trace()
    assert root in lab.http("GET", url, headers={"X-Amzn-Trace-Id": f"Root={root}"}).json()
    assert found() == [root]
    assert found('service("shop/prod")') == []


def test_versions_are_traced_like_their_function(url):
    functions = _client("lambda")
    version = functions.publish_version(FunctionName="called")["Version"]
    functions.invoke(FunctionName="called", Qualifier=version)
    assert len(found('service("called")')) == 1
