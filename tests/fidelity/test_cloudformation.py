"""CloudFormation: behaviours of AWS that the lab shows and bare moto does not, each with its source."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, collect

_GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"
_API = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference"
_REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"

CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED)


def stacks() -> Any:
    return boto3.client("cloudformation", region_name="us-east-1")


def sqs() -> Any:
    return boto3.client("sqs", region_name="us-east-1")


def queue(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def body(resources: dict[str, Any], **sections: Any) -> str:
    return json.dumps({**sections, "Resources": resources})


def make(resources: dict[str, Any], name: str = "s", **more: Any) -> None:
    sections = more.pop("sections", {})
    stacks().create_stack(StackName=name, TemplateBody=body(resources, **sections), **more)


def status(name: str = "s") -> str:
    return str(stacks().describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])


def refused(call: Callable[[], Any], words: str) -> bool:
    try:
        call()
    except ClientError as error:
        return words in str(error)
    return False


@behaviour(f"{_GUIDE}/stack-failure-options.html")
def a_failing_resource_rolls_the_stack_back(world: World) -> bool:
    make({"A": queue(), "B": {**queue(DelaySeconds=5000), "DependsOn": "A"}})
    return status() == "ROLLBACK_COMPLETE" and "QueueUrls" not in sqs().list_queues()


@behaviour(f"{_GUIDE}/using-cfn-updating-stacks-update-behaviors.html")
def a_failing_update_goes_back(world: World) -> bool:
    make({"A": queue(VisibilityTimeout=30)})
    stacks().update_stack(
        StackName="s",
        TemplateBody=body({"A": queue(VisibilityTimeout=60), "B": {**queue(DelaySeconds=5000), "DependsOn": "A"}}),
    )
    url = sqs().list_queues()["QueueUrls"][0]
    found = sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return status() == "UPDATE_ROLLBACK_COMPLETE" and found["VisibilityTimeout"] == "30"


@behaviour(f"{_GUIDE}/parameters-section-structure.html")
def a_value_that_is_not_allowed_is_refused(world: World) -> bool:
    rule = {"Parameters": {"P": {"Type": "String", "AllowedValues": ["a"]}}}
    given = [{"ParameterKey": "P", "ParameterValue": "b"}]
    return refused(lambda: make({"A": queue()}, sections=rule, Parameters=given), "must be one of AllowedValues")


@behaviour(f"{_API}/API_CreateStack.html")
def identities_need_a_capability(world: World) -> bool:
    return refused(lambda: make({"U": {"Type": "AWS::IAM::User"}}), "Requires capabilities : [CAPABILITY_IAM]")


@behaviour(f"{_GUIDE}/protect-stack-resources.html")
def a_stack_policy_stops_an_update(world: World) -> bool:
    policy = {"Statement": [{"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
    make({"A": queue()}, StackPolicyBody=json.dumps(policy))
    stacks().update_stack(StackName="s", TemplateBody=body({"A": queue(VisibilityTimeout=60)}))
    return status() == "UPDATE_ROLLBACK_COMPLETE"


@behaviour(f"{_GUIDE}/using-cfn-protect-stacks.html")
def a_protected_stack_cannot_be_deleted(world: World) -> bool:
    make({"A": queue()}, EnableTerminationProtection=True)
    return refused(lambda: stacks().delete_stack(StackName="s"), "TerminationProtection is enabled")


@behaviour(f"{_GUIDE}/using-cfn-stack-drift.html")
def drift_is_found(world: World) -> bool:
    make({"A": queue(VisibilityTimeout=30)})
    url = sqs().list_queues()["QueueUrls"][0]
    sqs().set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "60"})
    stacks().detect_stack_drift(StackName="s")
    found = stacks().describe_stack_resource_drifts(StackName="s")["StackResourceDrifts"][0]
    return bool(found["PropertyDifferences"][0]["PropertyPath"] == "/VisibilityTimeout")


@behaviour(f"{_GUIDE}/using-cfn-stack-exports.html")
def an_export_in_use_cannot_be_deleted(world: World) -> bool:
    make({"A": queue()}, "base", sections={"Outputs": {"O": {"Value": "v", "Export": {"Name": "n"}}}})
    make({"A": queue(QueueName={"Fn::ImportValue": "n"})}, "user")
    return refused(lambda: stacks().delete_stack(StackName="base"), "in use by user")


@behaviour(f"{_API}/API_ListImports.html")
def the_importers_of_an_export_are_listed(world: World) -> bool:
    make({"A": queue()}, "base", sections={"Outputs": {"O": {"Value": "v", "Export": {"Name": "n"}}}})
    make({"A": queue(QueueName={"Fn::ImportValue": "n"})}, "user")
    return bool(stacks().list_imports(ExportName="n")["Imports"] == ["user"])


@behaviour(f"{_API}/API_ResourceChange.html")
def a_change_set_says_what_is_replaced(world: World) -> bool:
    make({"A": queue(QueueName="a")})
    stacks().create_change_set(StackName="s", ChangeSetName="c", TemplateBody=body({"A": queue(QueueName="b")}))
    found = stacks().describe_change_set(StackName="s", ChangeSetName="c")["Changes"][0]["ResourceChange"]
    return bool(found["Replacement"] == "True")


@behaviour(f"{_API}/API_CreateChangeSet.html")
def a_change_set_without_changes_fails(world: World) -> bool:
    make({"A": queue()})
    stacks().create_change_set(StackName="s", ChangeSetName="c", TemplateBody=body({"A": queue()}))
    return bool(stacks().describe_change_set(StackName="s", ChangeSetName="c")["Status"] == "FAILED")


@behaviour(f"{_REFERENCE}/aws-attribute-creationpolicy.html")
def a_creation_policy_waits_for_its_signal(world: World) -> bool:
    make({"A": {**queue(), "CreationPolicy": {"ResourceSignal": {"Timeout": "PT5M"}}}})
    before = status()
    stacks().signal_resource(StackName="s", LogicalResourceId="A", UniqueId="i", Status="SUCCESS")
    return (before, status()) == ("CREATE_IN_PROGRESS", "CREATE_COMPLETE")


@behaviour(f"{_REFERENCE}/intrinsic-function-reference-cidr.html")
def cidr_cuts_a_network_into_blocks(world: World) -> bool:
    value = {"Fn::Select": [1, {"Fn::Cidr": ["10.0.0.0/16", 2, 8]}]}
    make({"A": queue()}, sections={"Outputs": {"O": {"Value": value}}})
    return bool(stacks().describe_stacks(StackName="s")["Stacks"][0]["Outputs"][0]["OutputValue"] == "10.0.1.0/24")


@behaviour(f"{_REFERENCE}/intrinsic-function-reference-foreach.html")
def for_each_makes_many(world: World) -> bool:
    loop = {"Fn::ForEach::Q": ["N", ["a", "b"], {"${N}Queue": queue()}]}
    make(loop, sections={"Transform": "AWS::LanguageExtensions"}, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    return len(sqs().list_queues()["QueueUrls"]) == 2


@behaviour(f"{_GUIDE}/dynamic-references-secretsmanager.html")
def a_secret_is_looked_up(world: World) -> bool:
    secrets = boto3.client("secretsmanager", region_name="us-east-1")
    secrets.create_secret(Name="db", SecretString=json.dumps({"name": "films"}))
    make({"A": queue(QueueName="{{resolve:secretsmanager:db:SecretString:name}}")})
    return str(sqs().list_queues()["QueueUrls"][0]).endswith("/films")


@behaviour("https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html")
def a_sam_template_is_translated(world: World) -> bool:
    make({"T": {"Type": "AWS::Serverless::SimpleTable"}}, sections={"Transform": "AWS::Serverless-2016-10-31"},
         Capabilities=["CAPABILITY_AUTO_EXPAND"])  # fmt: skip
    return len(boto3.client("dynamodb", region_name="us-east-1").list_tables()["TableNames"]) == 1


@behaviour(f"{_GUIDE}/template-formats.html")
def a_broken_template_is_refused_with_its_line(world: World) -> bool:
    return refused(lambda: stacks().validate_template(TemplateBody="Resources:\n  A: [\n"), "(line 3, column 1)")


@behaviour(f"{_REFERENCE}/aws-attribute-dependson.html")
def a_circle_is_refused(world: World) -> bool:
    circle = {"A": {**queue(), "DependsOn": "B"}, "B": {**queue(), "DependsOn": "A"}}
    return refused(lambda: make(circle), "Circular dependency between resources: [A, B]")


@behaviour(f"{_REFERENCE}/aws-resource-lambda-url.html")
def a_stack_makes_function_urls(world: World) -> bool:
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}  # fmt: skip
    make({
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        "F": {"Type": "AWS::Lambda::Function", "Properties": {
            "Runtime": "python3.13", "Handler": "index.f", "Role": {"Fn::GetAtt": "Role.Arn"},
            "Code": {"ZipFile": "def f(e, c): return 'hi'"}}},
        "Url": {"Type": "AWS::Lambda::Url", "Properties": {
            "TargetFunctionArn": {"Fn::GetAtt": "F.Arn"}, "AuthType": "NONE"}},
    }, sections={"Outputs": {"O": {"Value": {"Fn::GetAtt": "Url.FunctionUrl"}}}},
       Capabilities=["CAPABILITY_IAM"])  # fmt: skip
    found = stacks().describe_stacks(StackName="s")["Stacks"][0]["Outputs"][0]["OutputValue"]
    return str(found).startswith("https://")


@behaviour(f"{_API}/API_DescribeStackResources.html")
def a_resource_whose_condition_fails_is_not_listed(world: World) -> bool:
    never = {"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}}
    make({"A": queue(), "B": {**queue(), "Condition": "Never"}}, sections=never)
    found = stacks().describe_stack_resources(StackName="s")["StackResources"]
    return [one["LogicalResourceId"] for one in found] == ["A"]


@behaviour("https://docs.aws.amazon.com/apigateway/latest/developerguide/import-api-aws-variables.html")
def an_api_comes_from_a_swagger_document(world: World) -> bool:
    gateway = boto3.client("apigateway", region_name="us-east-1")
    integration = {"type": "mock", "requestTemplates": {"application/json": '{"statusCode": 200}'}}
    document = {
        "swagger": "2.0",
        "info": {"title": "shop", "version": "1"},
        "paths": {"/a/b": {"get": {"responses": {"200": {}}, "x-amazon-apigateway-integration": integration}}},
    }
    api = gateway.import_rest_api(body=json.dumps(document))["id"]
    found = gateway.get_resources(restApiId=api, embed=["methods"])["items"]
    method = next(one for one in found if one["path"] == "/a/b")["resourceMethods"]["GET"]
    return bool(method["methodIntegration"]["type"] == "MOCK")


@behaviour(f"{_API}/API_DescribeType.html")
def the_schema_of_a_type_can_be_read(world: World) -> bool:
    found = stacks().describe_type(Type="RESOURCE", TypeName="AWS::SQS::Queue")
    return "/properties/QueueName" in json.loads(found["Schema"])["createOnlyProperties"]


@behaviour(f"{_GUIDE}/cloudformation-supplied-parameter-types.html")
def a_parameter_that_is_a_network_must_exist(world: World) -> bool:
    sections = {"Parameters": {"Net": {"Type": "AWS::EC2::VPC::Id", "Default": "vpc-1"}}}
    return refused(lambda: make({"A": queue()}, sections=sections), "parameter name Net does not exist")


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
