"""AppSync: behaviours of AWS that the lab shows and bare moto does not, each with its source."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from tests.fidelity.behaviour import Behaviour, World, collect
from tests.fidelity.test_lambda import make

_GUIDE = "https://docs.aws.amazon.com/appsync/latest"
_SCHEMA = """
type Pet { id: ID!, name: String!, keeper: String, chip: String @aws_iam }
type Query { pet(id: ID!): Pet, pets: [Pet], hello: String, other: String }
type Mutation { add(id: ID!, name: String!): Pet }
type Subscription { added: Pet @aws_subscribe(mutations: ["add"]) }
"""
_PLAIN = "$util.toJson($ctx.result)"

CLOSED: list[Behaviour] = []
KEPT: list[Behaviour] = []

behaviour = collect(CLOSED, _GUIDE)
kept = collect(KEPT, _GUIDE)


class Pets:
    """A GraphQL API with a key."""

    def __init__(self, schema: str = _SCHEMA, **settings: Any) -> None:
        self.client = boto3.client("appsync", region_name="us-east-1")
        told = {"name": "pets", "authenticationType": "API_KEY", **settings}
        self.api = self.client.create_graphql_api(**told)["graphqlApi"]
        self.id = self.api["apiId"]
        self.client.start_schema_creation(apiId=self.id, definition=schema.encode())
        self.key = self.client.create_api_key(apiId=self.id)["apiKey"]

    def source(self, name: str = "none", kind: str = "NONE", **settings: Any) -> Pets:
        if kind != "NONE":
            settings["serviceRoleArn"] = _role()
        self.client.create_data_source(apiId=self.id, name=name, type=kind, **settings)
        return self

    def resolver(self, field: str, request: Any = None, response: str = _PLAIN, **more: Any) -> Pets:
        of_type, _, name = field.rpartition(".")
        told = {"requestMappingTemplate": json.dumps({"version": "2018-05-29", **request}),
                "responseMappingTemplate": response} if request else {}  # fmt: skip
        told |= {"dataSourceName": "none"} | more
        self.client.create_resolver(apiId=self.id, typeName=of_type or "Query", fieldName=name, **told)
        return self

    def ask(self, query: str, **headers: str) -> Any:
        sent = {"x-api-key": self.key["id"]} | headers
        return requests.post(self.api["uris"]["GRAPHQL"], headers=sent, json={"query": query}, timeout=2).json()


def _role() -> str:
    iam = boto3.client("iam", region_name="us-east-1")
    statement = {"Effect": "Allow", "Principal": {"Service": "appsync.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    may = {"Effect": "Allow", "Action": ["lambda:*", "dynamodb:GetItem"], "Resource": "*"}
    arn = iam.create_role(RoleName="source", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    document = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_role_policy(RoleName="source", PolicyName="may", PolicyDocument=document)
    return str(arn)


def _table() -> dict[str, Any]:
    dynamodb = boto3.client("dynamodb", region_name="us-east-1")
    columns = {"AttributeName": "id"}
    dynamodb.create_table(
        TableName="pets",
        KeySchema=[{**columns, "KeyType": "HASH"}],
        AttributeDefinitions=[{**columns, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName="pets", Item={"id": {"S": "1"}, "name": {"S": "Rex"}})
    return {"dynamodbConfig": {"tableName": "pets", "awsRegion": "us-east-1"}}


def refusal(call: Callable[..., Any], **told: Any) -> str:
    try:
        call(**told)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@behaviour("devguide/resolver-mapping-template-reference-none.html")
def a_query_is_answered_by_its_resolver(world: World) -> bool:
    pets = Pets().source().resolver("hello", {"payload": "woof"})
    return bool(pets.ask("{ hello }") == {"data": {"hello": "woof"}})


@behaviour("devguide/resolver-mapping-template-reference-dynamodb.html")
def a_table_is_read_by_a_template(world: World) -> bool:
    pets = Pets().source("table", "AMAZON_DYNAMODB", **_table())
    pets.resolver("pet", {"operation": "GetItem", "key": {"id": {"S": "$ctx.args.id"}}}, dataSourceName="table")
    return bool(pets.ask('{ pet(id: "1") { name } }')["data"]["pet"] == {"name": "Rex"})


@behaviour("devguide/resolver-mapping-template-reference-dynamodb.html")
def a_role_without_permission_is_an_error_of_the_field(world: World) -> bool:
    pets = Pets().source("table", "AMAZON_DYNAMODB", **_table())
    tells = f"#if($ctx.error) $util.error($ctx.error.message) #end {_PLAIN}"
    pets.resolver("pets", {"operation": "Scan"}, tells, dataSourceName="table")
    return "is not authorized to perform: dynamodb:Scan" in pets.ask("{ pets { id } }")["errors"][0]["message"]


@behaviour("devguide/tutorial-lambda-resolvers.html")
def a_function_without_templates_gets_the_context(world: World) -> bool:
    arn = make("def handler(e, c): return e['info']['fieldName']")
    pets = Pets().source("code", "AWS_LAMBDA", lambdaConfig={"lambdaFunctionArn": arn})
    pets.resolver("hello", dataSourceName="code")
    return bool(pets.ask("{ hello }") == {"data": {"hello": "hello"}})


@behaviour("devguide/tutorial-lambda-resolvers.html")
def a_batch_is_one_invocation_for_the_fields_of_a_list(world: World) -> bool:
    arn = make("def handler(e, c): return [{'data': str(len(e))} for _ in e]")
    pets = Pets().source("code", "AWS_LAMBDA", lambdaConfig={"lambdaFunctionArn": arn}).source()
    pets.resolver("pets", {"payload": [{"id": "1"}, {"id": "2"}, {"id": "3"}]})
    pets.resolver("Pet.keeper", dataSourceName="code", maxBatchSize=10)
    return [one["keeper"] for one in pets.ask("{ pets { keeper } }")["data"]["pets"]] == ["3", "3", "3"]


@behaviour("devguide/pipeline-resolvers.html")
def a_pipeline_hands_results_on(world: World) -> bool:
    pets, steps = Pets().source(), []
    for said in ("woof", "$ctx.prev.result again"):
        request = json.dumps({"version": "2018-05-29", "payload": said})
        made = pets.client.create_function(apiId=pets.id, name="step", dataSourceName="none",
                                           requestMappingTemplate=request, responseMappingTemplate=_PLAIN)  # fmt: skip
        steps.append(made["functionConfiguration"]["functionId"])
    pets.client.create_resolver(apiId=pets.id, typeName="Query", fieldName="hello", kind="PIPELINE",
                                pipelineConfig={"functions": steps}, requestMappingTemplate="{}",
                                responseMappingTemplate=_PLAIN)  # fmt: skip
    return bool(pets.ask("{ hello }") == {"data": {"hello": "woof again"}})


@behaviour("devguide/resolver-util-reference.html")
def an_error_of_a_template_has_its_type_and_path(world: World) -> bool:
    pets = Pets().source().resolver("hello", {"payload": 1}, '$util.error("too loud", "Noise")')
    said = pets.ask("{ hello other }")
    (error,) = said["errors"]
    return said["data"] == {"hello": None, "other": None} and (error["path"], error["errorType"]) == (
        ["hello"],
        "Noise",
    )


@behaviour("devguide/resolver-mapping-template-changelog.html")
def a_response_template_that_does_not_look_hides_an_error(world: World) -> bool:
    arn = make("def handler(e, c): raise ValueError('no')")
    pets = Pets().source("code", "AWS_LAMBDA", lambdaConfig={"lambdaFunctionArn": arn})
    pets.resolver("hello", {"operation": "Invoke"}, dataSourceName="code")
    return bool(pets.ask("{ hello }") == {"data": {"hello": None}})


@behaviour("APIReference/API_ApiKey.html")
def a_key_ends_after_seven_days(world: World) -> bool:
    pets = Pets().source().resolver("hello", {"payload": "woof"})
    before = "data" in pets.ask("{ hello }")
    world.advance(8 * 86_400)
    return before and pets.ask("{ hello }")["errors"][0]["errorType"] == "UnauthorizedException"


@behaviour("APIReference/API_CreateApiKey.html")
def a_key_lasts_a_year_at_most(world: World) -> bool:
    pets = Pets()
    ends = pets.key["expires"] + 400 * 86_400
    return refusal(pets.client.create_api_key, apiId=pets.id, expires=ends) == "ApiKeyValidityOutOfBoundsException"


@behaviour("APIReference/API_CreateGraphqlApi.html")
def a_way_of_authorisation_that_does_not_exist_is_refused(world: World) -> bool:
    return refusal(Pets, authenticationType="FOO") == "BadRequestException"


@behaviour("devguide/security-authz.html")
def a_field_for_another_way_is_not_given(world: World) -> bool:
    pets = Pets(additionalAuthenticationProviders=[{"authenticationType": "AWS_IAM"}]).source()
    pets.resolver("pet", {"payload": {"id": "1", "chip": "x"}})
    said = pets.ask('{ pet(id: "1") { id chip } }')
    return said["data"]["pet"] == {"id": "1", "chip": None} and said["errors"][0]["errorType"] == "Unauthorized"


@behaviour("devguide/designing-your-schema.html")
def a_schema_that_names_an_unknown_type_fails(world: World) -> bool:
    pets = Pets("type Query { pet: Dog }")
    return bool(pets.client.get_schema_creation_status(apiId=pets.id)["status"] == "FAILED")


@behaviour("devguide/aws-appsync-real-time-data.html")
def a_subscription_hears_of_its_mutation(world: World) -> bool:
    import base64

    from course import lab

    pets = Pets().source().resolver("Mutation.add", {"payload": {"id": "$ctx.args.id", "name": "Rex"}})
    sent = {"x-api-key": pets.key["id"]}
    header = base64.b64encode(json.dumps(sent).encode()).decode()
    with lab.websocket(f"{pets.api['uris']['REALTIME']}?header={header}&payload=e30=") as socket:
        data = json.dumps({"query": "subscription { added { name } }"})
        socket.send({"type": "start", "id": "1", "payload": {"data": data, "extensions": {"authorization": sent}}})
        pets.ask('mutation { add(id: "1", name: "Rex") { name } }')
        return bool(json.loads(socket.received()[-1])["payload"]["data"] == {"added": {"name": "Rex"}})


@kept("devguide/designing-your-schema.html")
def a_document_that_cannot_be_read_fails(world: World) -> bool:
    pets = Pets("type Query {")
    return bool(pets.client.get_schema_creation_status(apiId=pets.id)["status"] == "FAILED")


@kept("APIReference/API_CreateApiKey.html")
def a_key_lasts_a_day_at_least(world: World) -> bool:
    pets = Pets()
    ends = pets.key["expires"] - 7 * 86_400 + 7200
    return refusal(pets.client.create_api_key, apiId=pets.id, expires=ends) == "ApiKeyValidityOutOfBoundsException"


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_the_lab_keeps_what_moto_has_right(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", KEPT, ids=lambda one: one.shows.__name__)
def test_moto_has_it_right(one, in_bare_moto):
    assert one.is_seen(in_bare_moto), one.source
