"""An API that a stack makes answers like one that was made by calls."""

from __future__ import annotations

import json

import boto3

from course import lab
from tests.lab.lambda_sample import make, permit


def test_a_rest_api_of_a_stack_answers():
    function = make("def handler(event, context): return {'statusCode': 200, 'body': 'from a stack'}")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function}/invocations"
    permit("apigateway.amazonaws.com", "arn:aws:execute-api:us-east-1:123456789012:*")
    method = {
        "RestApiId": {"Ref": "Api"},
        "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
        "HttpMethod": "GET",
        "AuthorizationType": "NONE",
        "Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri},
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
