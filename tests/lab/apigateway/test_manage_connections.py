"""Who may write to the connections of a WebSocket API."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab


def caller(resource: str) -> dict[str, str]:
    iam = boto3.client("iam")
    iam.create_user(UserName="worker")
    statement = {"Effect": "Allow", "Action": "execute-api:ManageConnections", "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="worker", PolicyName="may", PolicyDocument=document)
    made = iam.create_access_key(UserName="worker")["AccessKey"]
    return {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}


def post(api: str, keys: dict[str, str]) -> str:
    address = f"https://{api}.execute-api.us-east-1.amazonaws.com/prod"
    client: Any = boto3.client("apigatewaymanagementapi", "us-east-1", endpoint_url=address, **keys)
    with lab.enforce_iam(), pytest.raises(ClientError) as error:
        client.post_to_connection(ConnectionId="c1=", Data=b"hi")
    return str(error.value.response["Error"]["Code"])


@pytest.mark.parametrize(("resource", "code"), [("{api}/prod/POST/@connections/*", "GoneException"),
                                                ("{api}/prod/GET/@connections/*", "AccessDeniedException"),
                                                ("{api}/test/*", "AccessDeniedException")])  # fmt: skip
def test_the_policy_names_stage_method_and_connection(resource, code):
    gateway = boto3.client("apigatewayv2", region_name="us-east-1")
    api = gateway.create_api(Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")
    gateway.create_stage(ApiId=api["ApiId"], StageName="prod", AutoDeploy=True)
    arn = "arn:aws:execute-api:us-east-1:123456789012:" + resource.format(api=api["ApiId"])
    assert post(api["ApiId"], caller(arn)) == code
