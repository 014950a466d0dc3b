"""Templates: what their functions give, what parameters allow, and what is refused before anything is made."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.lab.cloudformation.stack_sample import make, outputs, queue, queues, stack, template

_Q = {"Queue": queue()}


def value_of(function, sections=None, **more):
    make("values", _Q, {**(sections or {}), "Outputs": {"It": {"Value": function}}}, **more)
    return outputs("values")["It"]


@pytest.mark.parametrize(
    ("function", "due"),
    [
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}]]}, "a-us-east-1"),
        ({"Fn::Sub": "${AWS::StackName}/${!Literal}"}, "values/${Literal}"),
        ({"Fn::Sub": ["${Who} and ${Queue.QueueName}", {"Who": "you"}]}, None),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b,c"]}]}, "b"),
        ({"Fn::Select": [2, {"Fn::Cidr": ["10.0.0.0/16", 4, 8]}]}, "10.0.2.0/24"),
        ({"Fn::Base64": "hello"}, "aGVsbG8="),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "us-east-1a"),
        ({"Fn::FindInMap": ["Sizes", "prod", "Class"]}, "large"),
        ({"Fn::If": ["Never", "yes", "no"]}, "no"),
        ({"Fn::GetAtt": "Queue.QueueName"}, None),
    ],
)
def test_functions_give_what_they_should(function, due):
    sections = {
        "Mappings": {"Sizes": {"prod": {"Class": "large"}}},
        "Conditions": {"Never": {"Fn::And": [{"Fn::Equals": ["a", "b"]}, {"Fn::Not": [{"Fn::Equals": [1, 2]}]}]}},
    }
    came = value_of(function, sections)
    if due is None:
        due = queues()[0].rsplit("/", 1)[1]
        assert came.endswith(due)
    else:
        assert came == due


def test_language_extensions_bring_loops_lengths_and_json():
    resources = {
        "Fn::ForEach::Queues": [
            "Name", {"Ref": "Names"}, {"${Name}Queue": queue(QueueName={"Fn::Sub": "${Name}-jobs"})},
        ]
    }  # fmt: skip
    sections = {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {"Names": {"Type": "CommaDelimitedList", "Default": "mail,print"}},
        "Outputs": {
            "Count": {"Value": {"Fn::Length": {"Ref": "Names"}}},
            "Text": {"Value": {"Fn::ToJsonString": {"a": [1]}}},
        },
    }
    make("loop", resources, sections, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    assert sorted(url.rsplit("/", 1)[1] for url in queues()) == ["mail-jobs", "print-jobs"]
    assert outputs("loop") == {"Count": "2", "Text": '{"a":[1]}'}


def test_values_of_parameter_store_and_secrets_are_looked_up():
    boto3.client("ssm").put_parameter(Name="/shop/wait", Value="77", Type="String")
    boto3.client("secretsmanager").create_secret(Name="db", SecretString=json.dumps({"password": "s3same"}))
    sections = {
        "Parameters": {"Wait": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/shop/wait"}},
        "Outputs": {
            "Wait": {"Value": {"Ref": "Wait"}},
            "Word": {"Value": "{{resolve:secretsmanager:db:SecretString:password}}"},
            "Again": {"Value": "{{resolve:ssm:/shop/wait}}"},
        },
    }
    make("looked-up", _Q, sections)
    assert outputs("looked-up") == {"Wait": "77", "Word": "s3same", "Again": "77"}


def test_no_event_shows_a_secret(stacks):
    boto3.client("secretsmanager").create_secret(Name="db", SecretString=json.dumps({"password": "s3same"}))
    secret = "{{resolve:secretsmanager:db:SecretString:password}}"
    sections = {"Parameters": {"Word": {"Type": "String", "NoEcho": True, "Default": "open"}}}
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": secret}}
    make("quiet", {"A": parameter, "B": queue(QueueName={"Ref": "Word"})}, sections)
    events = stacks.describe_stack_events(StackName="quiet")["StackEvents"]
    seen = {one["LogicalResourceId"]: json.loads(one["ResourceProperties"]) for one in events
            if one["ResourceStatus"] == "CREATE_COMPLETE" and "ResourceProperties" in one}  # fmt: skip
    assert seen == {"A": {"Type": "String", "Value": secret}, "B": {"QueueName": "****"}}


def test_a_hidden_parameter_stays_hidden():
    sections = {"Parameters": {"Word": {"Type": "String", "NoEcho": True}}}
    made = make("hidden", _Q, sections, Parameters=[{"ParameterKey": "Word", "ParameterValue": "s3same"}])
    assert made["Parameters"] == [{"ParameterKey": "Word", "ParameterValue": "****"}]


@pytest.mark.parametrize(
    ("rule", "given", "said"),
    [
        ({"AllowedValues": ["dev", "prod"]}, "test", "must be one of AllowedValues"),
        ({"AllowedPattern": "[a-z]+"}, "Dev1", "must match pattern [a-z]+"),
        ({"AllowedPattern": "[a-z]+", "ConstraintDescription": "be lower case"}, "D", "'Stage' must be lower case"),
        ({"MinLength": 3}, "ab", "at least 3 characters"),
        ({"Type": "Number", "MaxValue": 10}, "11", "not greater than 10"),
        ({"Type": "Number"}, "ten", "must be a number"),
        ({}, None, "Parameters: [Stage] must have values"),
    ],
)
def test_a_parameter_that_is_not_allowed_is_refused_at_once(stacks, rule, given, said):
    body = template(_Q, Parameters={"Stage": {"Type": "String", **rule}})
    sent = [] if given is None else [{"ParameterKey": "Stage", "ParameterValue": given}]
    with pytest.raises(ClientError, match="ValidationError") as refused:
        stacks.create_stack(StackName="never", TemplateBody=body, Parameters=sent)
    assert said in str(refused.value)
    assert stacks.list_stacks()["StackSummaries"] == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Resources:\n  A: [\n", "YAML not well-formed. (line 3, column 1)"),
        ('{"Resources": {"A": }}', "JSON not well-formed. (line 1, column 21)"),
        ("Outputs: {}", "At least one Resources member must be defined"),
        ("Resource:\n  A: {Type: AWS::SQS::Queue}", "Invalid template property or properties [Resource]"),
        ("Resources:\n  A: {Typ: AWS::SQS::Queue}", "Every Resources object must contain a Type member"),
        ("Resources:\n  A: {Type: AWS::SQS::Quue}", "Unrecognized resource types: [AWS::SQS::Quue]"),
        ("Resources:\n  A_b: {Type: AWS::SQS::Queue}", "Resource name A_b is non alphanumeric"),
        ("Resources:\n  A: {Type: AWS::SQS::Queue, Propertys: {}}", "Invalid template resource property 'Propertys'"),
        (
            "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Nobody}}",
            "Unresolved resource dependencies [Nobody] in the Resources block",
        ),
        (
            "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !If [Prod, a, b]}}",
            "Unresolved condition dependency Prod",
        ),
        (
            "Resources:\n  A: {Type: AWS::SQS::Queue, DependsOn: B}\n  B: {Type: AWS::SQS::Queue, DependsOn: A}",
            "Circular dependency between resources: [A, B]",
        ),
    ],
)
def test_a_broken_template_is_refused_with_the_place(stacks, body, said):
    for call in (stacks.validate_template, lambda **given: stacks.create_stack(StackName="never", **given)):
        with pytest.raises(ClientError, match="ValidationError") as refused:
            call(TemplateBody=body)
        assert said in str(refused.value)


def test_a_template_that_makes_identities_needs_a_word_for_it(stacks):
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"},
                                                     "Action": "sts:AssumeRole"}]}  # fmt: skip
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    named = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust, "RoleName": "reader"}}
    for resource, wanted in ((role, "CAPABILITY_IAM"), (named, "CAPABILITY_NAMED_IAM")):
        with pytest.raises(ClientError, match=rf"Requires capabilities : \[{wanted}\]"):
            stacks.create_stack(StackName="roles", TemplateBody=template({"Role": resource}))
        assert stacks.validate_template(TemplateBody=template({"Role": resource}))["Capabilities"] == [wanted]
    assert make("roles", {"Role": named}, Capabilities=["CAPABILITY_NAMED_IAM"])["StackStatus"] == "CREATE_COMPLETE"


def test_a_template_may_lie_in_s3():
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key="a/shop.json", Body=template(_Q).encode())
    stacks = boto3.client("cloudformation")
    stacks.create_stack(StackName="far", TemplateURL="https://templates.s3.amazonaws.com/a/shop.json")
    assert stack("far")["StackStatus"] == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="ValidationError"):
        stacks.create_stack(StackName="lost", TemplateURL="https://templates.s3.amazonaws.com/b.json")


def test_a_resource_whose_condition_fails_is_not_made(stacks):
    sections = {"Conditions": {"Prod": {"Fn::Equals": ["dev", "prod"]}}}
    make("few", {"A": queue(), "B": {**queue(), "Condition": "Prod"}}, sections)
    found = stacks.describe_stack_resources(StackName="few")["StackResources"]
    assert [one["LogicalResourceId"] for one in found] == ["A"]


def test_a_parameter_of_aws_own_types_must_exist_in_the_account(stacks):
    ec2 = boto3.client("ec2")
    zones = ",".join(one["ZoneName"] for one in ec2.describe_availability_zones()["AvailabilityZones"][:2])
    declared = {
        "Network": {"Type": "AWS::EC2::VPC::Id"},
        "Zones": {"Type": "List<AWS::EC2::AvailabilityZone::Name>", "Default": zones},
    }
    good = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    sections, row = {"Parameters": declared}, {"ParameterKey": "Network"}
    made = make("near", _Q, sections, Parameters=[{**row, "ParameterValue": good}])
    assert made["StackStatus"] == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="parameter value vpc-1 for parameter name Network does not exist"):
        make("far", _Q, sections, Parameters=[{**row, "ParameterValue": "vpc-1"}])
