"""An API that a stack makes answers like one that was made by calls."""

from __future__ import annotations

import json

import boto3

from course import lab


def test_a_rest_api_of_a_stack_answers():
    method = {
        "RestApiId": {"Ref": "Api"},
        "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
        "HttpMethod": "GET",
        "AuthorizationType": "NONE",
        "Integration": {
            "Type": "MOCK",
            "RequestTemplates": {"application/json": '{"statusCode": 200}'},
            "IntegrationResponses": [{"StatusCode": "200", "ResponseTemplates": {"application/json": "from a stack"}}],
        },
        "MethodResponses": [{"StatusCode": "200"}],
    }
    template = {
        "Resources": {
            "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "shop"}},
            "Method": {"Type": "AWS::ApiGateway::Method", "Properties": method},
            "Deployment": {
                "Type": "AWS::ApiGateway::Deployment",
                "DependsOn": "Method",
                "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "prod"},
            },
        },
        "Outputs": {"Id": {"Value": {"Ref": "Api"}}},
    }
    stacks = boto3.client("cloudformation", region_name="us-east-1")
    stacks.create_stack(StackName="shop", TemplateBody=json.dumps(template))
    api = stacks.describe_stacks(StackName="shop")["Stacks"][0]["Outputs"][0]["OutputValue"]
    said = lab.http("GET", f"https://{api}.execute-api.us-east-1.amazonaws.com/prod")
    assert (said.status, said.body) == (200, "from a stack")
