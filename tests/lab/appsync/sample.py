"""A blog with a GraphQL API, for the tests."""

from __future__ import annotations

import base64
import json
from typing import Any

import boto3

from course import lab

SCHEMA = """
type Post { id: ID!, title: String!, writer: String, author: Author, secret: String @aws_iam }
type Author @aws_api_key @aws_iam { name: String }
type Query { post(id: ID!): Post, posts: [Post], hello(name: String): String!, two: String }
type Mutation { add(id: ID!, title: String!): Post }
type Subscription { added(id: ID): Post @aws_subscribe(mutations: ["add"]) }
"""
GET = '{"version": "2018-05-29", "operation": "GetItem", "key": {"id": $util.dynamodb.toDynamoDBJson($ctx.args.id)}}'
PUT = """{"version": "2018-05-29", "operation": "PutItem",
          "key": {"id": $util.dynamodb.toDynamoDBJson($ctx.args.id)},
          "attributeValues": $util.dynamodb.toMapValuesJson($ctx.args),
          "condition": {"expression": "attribute_not_exists(id)"}}"""
RESULT = "#if($ctx.error) $util.error($ctx.error.message, $ctx.error.type, $ctx.result) #end $util.toJson($ctx.result)"


class Blog:
    """An API with a key, a table, and what people ask it."""

    def __init__(self, schema: str = SCHEMA, **settings: Any) -> None:
        self.client = boto3.client("appsync", region_name="us-east-1")
        told = {"name": "blog", "authenticationType": "API_KEY", **settings}
        self.api = self.client.create_graphql_api(**told)["graphqlApi"]
        self.id, self.url = self.api["apiId"], self.api["uris"]["GRAPHQL"]
        self.client.start_schema_creation(apiId=self.id, definition=schema.encode())
        self.key = self.client.create_api_key(apiId=self.id)["apiKey"]["id"]
        self.source("none", "NONE")

    def source(self, name: str, kind: str, role: str = "", **settings: Any) -> None:
        """Add a data source."""
        more = {"serviceRoleArn": role, **settings} if role else settings
        self.client.create_data_source(apiId=self.id, name=name, type=kind, **more)

    def table(self, actions: str = "dynamodb:*") -> Blog:
        """A table of posts behind post and add."""
        columns = {"AttributeName": "id"}
        boto3.client("dynamodb", region_name="us-east-1").create_table(
            TableName="posts",
            KeySchema=[{**columns, "KeyType": "HASH"}],
            AttributeDefinitions=[{**columns, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        config = {"tableName": "posts", "awsRegion": "us-east-1"}
        self.source("table", "AMAZON_DYNAMODB", role(actions), dynamodbConfig=config)
        self.resolver("Query", "post", "table", GET, RESULT)
        self.resolver("Mutation", "add", "table", PUT, RESULT)
        return self

    def function(self, arn: str, name: str = "function") -> None:
        """Add a function as data source."""
        self.source(name, "AWS_LAMBDA", role("lambda:InvokeFunction"), lambdaConfig={"lambdaFunctionArn": arn})

    def step(self, source: str, request: str, response: str) -> str:
        """A function for pipelines; gives its id."""
        told = {"requestMappingTemplate": request, "responseMappingTemplate": response}
        made = self.client.create_function(apiId=self.id, name="step", dataSourceName=source, **told)
        return str(made["functionConfiguration"]["functionId"])

    def resolver(self, of_type: str, field: str, source: str = "", request: str = "", response: str = "", **more: Any):
        """Put a resolver on a field; empty templates are left out."""
        given = {"dataSourceName": source, "requestMappingTemplate": request, "responseMappingTemplate": response}
        told = {name: value for name, value in given.items() if value}
        return self.client.create_resolver(apiId=self.id, typeName=of_type, fieldName=field, **told, **more)

    def said(self, of_type: str, field: str, payload: str, response: str = "$util.toJson($ctx.result)") -> None:
        """A resolver without a data source that answers this JSON."""
        self.resolver(of_type, field, "none", f'{{"version": "2018-05-29", "payload": {payload}}}', response)

    def ask(self, query: str, headers: dict[str, str] | None = None, **variables: Any) -> Any:
        """Send a query, with the API's key unless told otherwise."""
        sent = {"x-api-key": self.key} if headers is None else headers
        return lab.http("POST", self.url, headers=sent, json={"query": query, "variables": variables})

    def data(self, query: str, **variables: Any) -> Any:
        """The data of an answer that went well."""
        said = self.ask(query, **variables).json()
        assert "errors" not in said, said
        return said["data"]

    def errors(self, query: str, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """The errors of an answer."""
        return list(self.ask(query, headers).json()["errors"])

    def connect(self) -> Any:
        """A connection for subscriptions."""
        header = base64.b64encode(json.dumps({"x-api-key": self.key}).encode()).decode()
        socket = lab.websocket(f"{self.api['uris']['REALTIME']}?header={header}&payload=e30=")
        socket.send({"type": "connection_init"})
        return socket

    def subscribe(self, socket: Any, query: str, key: str = "1") -> list[Any]:
        """Start a subscription; gives what came in."""
        authorization = {"authorization": {"x-api-key": self.key}}
        payload = {"data": json.dumps({"query": query, "variables": {}}), "extensions": authorization}
        socket.send({"id": key, "type": "start", "payload": payload})
        return came(socket)


def came(socket: Any) -> list[Any]:
    """The messages that have come in."""
    return [json.loads(one) for one in socket.received()]


def role(actions: str, service: str = "appsync.amazonaws.com") -> str:
    """A role that AppSync may use, for these actions."""
    iam = boto3.client("iam")
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    name = lab.unique_name("source")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
    allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=document)
    return str(made["Arn"])
