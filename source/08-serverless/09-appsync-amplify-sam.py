# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '1.2'
#     - '3.1'
#     - '3.4'
#     minutes: 60
#     practises:
#       amplify-yml:
#       - amplify.hosting-and-tests
#       batch:
#       - appsync.schema-and-subscriptions
#       calls:
#       - appsync.overview
#       first-field:
#       - appsync.overview
#       - appsync.schema-and-subscriptions
#       least-rights:
#       - sam.policy-templates
#       local-event:
#       - sam.local-development
#       package:
#       - sam.package-and-deploy
#       safe:
#       - sam.safe-deployments
#       sam-template:
#       - sam.overview
#       - sam.template
#       two-doors:
#       - appsync.authorization-and-domain
#     services:
#     - appsync
#     - cloudformation
#     - lambda
#     title: GraphQL with AppSync, apps with Amplify and SAM
#     topics:
#     - appsync.overview
#     - appsync.schema-and-subscriptions
#     - appsync.authorization-and-domain
#     - amplify.overview
#     - amplify.auth-and-data
#     - amplify.hosting-and-tests
#     - sam.overview
#     - sam.template
#     - sam.package-and-deploy
#     - sam.policy-templates
#     - sam.safe-deployments
#     - sam.local-development
#     - sam.application-repository
# ---

# %% [markdown]
# # GraphQL with AppSync, apps with Amplify and SAM
#
# Cairn is an app for mountain huts: how many beds, how much snow, who is the warden. Its page is read on a phone with
# one bar of signal. After this lesson you can give such an app a **GraphQL** API with **AWS AppSync**, decide who sees
# which field, say what **AWS Amplify** adds around it, and write, package and safely release its functions with the
# **Serverless Application Model (SAM)**.

# %% setup="start"
import base64
import inspect
import io
import json
import linecache
import zipfile
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import boto3
import yaml
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("08-serverless/09-appsync-amplify-sam")
lab.start()
appsync = boto3.client("appsync")
cloudformation = boto3.client("cloudformation")
cognito = boto3.client("cognito-idp")
dynamodb = boto3.client("dynamodb")
functions = boto3.client("lambda")
iam = boto3.client("iam")
logs = boto3.client("logs")
s3 = boto3.client("s3")
sqs = boto3.client("sqs")


def new_role(service: str, *actions: str) -> str:
    """A role for a service that allows these actions; returns its ARN."""
    who = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [who]}
    name = lab.unique_name("role")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    if actions:
        may = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=policy)
    return made["Role"]["Arn"]


def new_table(name: str, *items: dict[str, Any]) -> str:
    """A DynamoDB table with the key `id` and these items."""
    name = lab.unique_name(name)
    table = boto3.resource("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    table.wait_until_exists()
    for item in items:
        table.put_item(Item=item)
    return name


# %% setup="data"
HUTS = [
    {"id": "h1", "name": "Adler", "height": 2140, "beds": 32, "wardenId": "w2"},
    {"id": "h2", "name": "Birke", "height": 1710, "beds": 18, "wardenId": "w1"},
    {"id": "h3", "name": "Col", "height": 2685, "beds": 60, "wardenId": "w3"},
    {"id": "h4", "name": "Dohle", "height": 2290, "beds": 24},
    {"id": "h5", "name": "Enzian", "height": 1980, "beds": 40, "wardenId": "w1"},
    {"id": "h6", "name": "Firn", "height": 3012, "beds": 72, "wardenId": "w3"},
]
for hut in HUTS:
    hut["phone"] = f"+43 5412 {hut['height']}"
WARDENS = [
    {"id": "w1", "name": "Ida", "about": "Cooks, climbs, and has run huts for twenty years."},
    {"id": "w2", "name": "Bruno", "about": "Mountain guide; knows each stone of the ridge."},
    {"id": "w3", "name": "Chiara", "about": "Looks after the two highest huts."},
]
huts_table = new_table("huts", *HUTS)
wardens_table = new_table("wardens", *WARDENS)

# %% [markdown]
# ## One question instead of three
#
# A REST API answers with whole things: `GET /huts/h1` gives a hut with all its fields, among them a `wardenId`, and
# `GET /wardens/w2` gives the warden. With **GraphQL** the client writes down which fields it wants, over as many
# things as it likes, sends this **query** by POST to one address, and gets JSON of the same shape.
#
# It starts with a **schema**: types and their fields. `!` means *never null*. Three types are special: the fields of
# `Query` read, those of `Mutation` write, those of `Subscription` deliver news.

# %% setup="schema"
SCHEMA = """
type Hut {
  id: ID!  name: String!  height: Int!  beds: Int!  phone: String  snow: Int  warden: Warden
}
type Warden { id: ID!  name: String!  about: String }
type Query { hut(id: ID!): Hut  huts: [Hut!]! }
type Mutation { report(id: ID!, snow: Int!): Hut }
type Subscription { reported(id: ID): Hut @aws_subscribe(mutations: ["report"]) }
"""


def new_api(schema: str, **settings: Any) -> dict[str, str]:
    """An AppSync API with this schema; returns its id, its address and an API key."""
    settings = {"authenticationType": "API_KEY", **settings}
    api = appsync.create_graphql_api(name=lab.unique_name("cairn"), **settings)["graphqlApi"]
    appsync.start_schema_creation(apiId=api["apiId"], definition=schema.encode())
    state = appsync.get_schema_creation_status(apiId=api["apiId"])
    while state["status"] == "PROCESSING":
        lab.clock.advance(seconds=1)
        state = appsync.get_schema_creation_status(apiId=api["apiId"])
    if state["status"] != "SUCCESS":
        raise ValueError(f"AppSync refuses the schema: {state['details']}")
    key = appsync.create_api_key(apiId=api["apiId"])["apiKey"]["id"]
    uris = api["uris"]
    return {"id": api["apiId"], "url": uris["GRAPHQL"], "live": uris["REALTIME"], "key": key}


def ask(api: dict[str, str], query: str, token: str = "", **variables: Any) -> dict[str, Any]:
    """Send a query with the API's key, or with a token; returns the whole answer."""
    headers = {"Authorization": token} if token else {"x-api-key": api["key"]}
    sent = {"query": query, "variables": variables}
    return lab.http("POST", api["url"], headers=headers, json=sent).json()


# %%
try:
    new_api("type Query { hut: Chalet }")
except ValueError as refused:
    print(refused)
api = new_api(SCHEMA)
print(api["url"])

# %% [markdown]
# ## Where the values come from
#
# **AppSync** runs GraphQL for you; there is no server to manage. Behind a field stands a **resolver**: it asks a **data
# source**, such as a DynamoDB table, a Lambda function, Aurora, OpenSearch, an HTTP address, EventBridge or Bedrock.
# A field without a resolver takes its value from what its parent brought.
#
# Resolvers of the older kind are two templates in **VTL**, the language of API Gateway's mapping templates: one writes
# the request to the data source, one makes the answer. `$ctx.args` are the field's arguments, `$ctx.result` is what
# came back, `$util` helps. AppSync acts with the role of the data source.

# %% setup="source"
ACTIONS = ("dynamodb:GetItem", "dynamodb:Scan", "dynamodb:UpdateItem")
HUTS_ROLE = new_role("appsync.amazonaws.com", *ACTIONS)


def with_huts(
    api: dict[str, str],
    role: str = HUTS_ROLE,
    table: str = huts_table,
) -> dict[str, str]:
    """Give an API the data source `huts`, a table."""
    appsync.create_data_source(
        apiId=api["id"],
        name="huts",
        type="AMAZON_DYNAMODB",
        serviceRoleArn=role,
        dynamodbConfig={"tableName": table, "awsRegion": "us-east-1"},
    )
    return api


def with_list(api: dict[str, str]) -> dict[str, str]:
    """Let the field `huts` of Query read the whole table."""
    appsync.create_resolver(
        apiId=api["id"],
        typeName="Query",
        fieldName="huts",
        dataSourceName="huts",
        requestMappingTemplate='{"version": "2018-05-29", "operation": "Scan"}',
        responseMappingTemplate="$util.toJson($ctx.result.items)",
    )
    return api


# %%
with_list(with_huts(api))
for hut in ask(api, "{ huts { name beds } }")["data"]["huts"]:
    print(hut)
wrong = ask(api, "{ huts { name stars } }")
print(wrong["data"], wrong["errors"][0]["message"])

# %% [markdown]
# A field that the schema does not know is refused before any table is asked. GraphQL answers with status 200 even
# then: **look at `errors`, not at the status**.
#
# > **Then and now.** Today AppSync also takes JavaScript, `APPSYNC_JS`: two functions, `request(ctx)` and
# > `response(ctx)`. AWS recommends it for new APIs; much existing code and many exam questions have VTL.
#
# The same list once more, in JavaScript. The module writes the request to DynamoDB for you:

# %%
list_huts = """
import * as ddb from "@aws-appsync/utils/dynamodb";
export function request(ctx) { return ddb.scan({}); }
export function response(ctx) { return ctx.result.items; }
"""
in_javascript = with_huts(new_api(SCHEMA))
appsync.create_resolver(
    apiId=in_javascript["id"],
    typeName="Query",
    fieldName="huts",
    dataSourceName="huts",
    runtime={"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"},
    code=list_huts,
)
ask(in_javascript, "{ huts { name beds } }")["data"]["huts"][0]

# %% [markdown]
# The next task has its hint in VTL; a resolver in JavaScript counts as well.
#
# ### Your turn: one hut
#
# Write `connect_hut(api_id)`. It gives the field `hut` of `Query` a resolver on the data source `huts`:
#
# - `hut(id: "h1")` answers the item with this key, `hut(id: "h99")` answers null;
# - if DynamoDB refuses, the client finds DynamoDB's message in `errors`. AppSync gives the refusal to the response
#   template as `$ctx.error` and does nothing else with it.
#
# <details><summary>Hint</summary>
#
# The operation is `GetItem`; its `key` wants DynamoDB's notation, which `$util.dynamodb.toDynamoDBJson(...)` writes. In
# the response template `#if(...) ... #end` can call `$util.error(message, type)`; an error has `message` and `type`.
# </details>


# %% exercise="first-field"
def connect_hut(api_id: str) -> None:
    """Give Query.hut a resolver on the data source `huts`."""
    ### BEGIN SOLUTION
    request = """
    {
      "version": "2018-05-29",
      "operation": "GetItem",
      "key": {"id": $util.dynamodb.toDynamoDBJson($ctx.args.id)}
    }
    """
    response = """
    #if($ctx.error)
      $util.error($ctx.error.message, $ctx.error.type)
    #end
    $util.toJson($ctx.result)
    """
    appsync.create_resolver(
        apiId=api_id,
        typeName="Query",
        fieldName="hut",
        dataSourceName="huts",
        requestMappingTemplate=request,
        responseMappingTemplate=response,
    )
    ### END SOLUTION


# %% check="first-field" points=3
with check(
    "first-field", needs="connect_hut", right="One address, and the phone gets only the bytes it shows."
) as expect:

    def answers(wanted: str, name: str) -> None:
        made = with_huts(new_api(SCHEMA))
        connect_hut(made["id"])
        there = appsync.list_resolvers(apiId=made["id"], typeName="Query")["resolvers"]
        expect("hut" in [one["fieldName"] for one in there], "Query.hut of the API you are given has no resolver.")
        query = "query($id: ID!) { hut(id: $id) { id name } }"
        said = ask(made, query, id=wanted)
        problem = said["errors"][0]["message"] if said.get("errors") else ""
        expect(not problem, f"Asked for {wanted}, the API says: {problem}")
        found = said["data"]["hut"]
        expect(found is not None, f"hut(id: {wanted}) is null. Does the response template give $ctx.result?")
        expect.equal(found, {"id": wanted, "name": name}, f"hut(id: {wanted})")
        nobody = ask(made, query, id="h99")
        expect(
            "errors" not in nobody and nobody["data"]["hut"] is None,
            f"A hut that is not there must be null, without errors; the answer is {nobody}.",
        )

    def refuses(action: str) -> None:
        made = with_huts(new_api(SCHEMA), role=new_role("appsync.amazonaws.com", action))
        connect_hut(made["id"])
        said = ask(made, '{ hut(id: "h1") { name } }')
        expect(
            bool(said.get("errors")),
            "The role may not read the table, yet the client gets null without a word. "
            "Look at $ctx.error in the response template.",
        )
        expect(
            "not authorized to perform: dynamodb:GetItem" in said["errors"][0]["message"],
            "The client must find DynamoDB's own message in errors: $ctx.error.message. "
            f"It reads: {said['errors'][0]['message']}",
        )

    answers("h1", "Adler")
    refuses("dynamodb:PutItem")
    ### BEGIN HIDDEN TESTS
    answers("h6", "Firn")
    refuses("dynamodb:Scan")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Calls behind a query
#
# The warden of a hut comes from a Lambda function. A function needs no templates: AppSync hands it the whole context
# (`arguments`, `source`, `identity`, `info`), and its return value is the field's. `source` is the parent: the hut.


# %% setup="launch"
LAMBDA_ROLE = new_role("lambda.amazonaws.com", "logs:*", "dynamodb:*")
INVOKER = new_role("appsync.amazonaws.com", "lambda:InvokeFunction")


def zipped(files: dict[str, str]) -> bytes:
    """Source files as a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return packed.getvalue()


def launch(function: Any) -> str:
    """Make a Lambda function of the cell that defines `function`; returns its ARN."""
    lines = linecache.getlines(function.__code__.co_filename)
    first = function.__code__.co_firstlineno - 1
    source = "".join(lines[: first + len(inspect.getblock(lines[first:]))])
    return functions.create_function(
        FunctionName=lab.unique_name(function.__name__.replace("_", "-")),
        Runtime="python3.13",
        Role=LAMBDA_ROLE,
        Handler=f"app.{function.__name__}",
        Code={"ZipFile": zipped({"app.py": source})},
        Environment={"Variables": {"WARDENS": wardens_table}},
        Timeout=20,
    )["FunctionArn"]


def invocations(arn: str) -> int:
    """How often a function has run, by its log."""
    group = f"/aws/lambda/{arn.rpartition(':')[2]}"
    try:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        lines = [event["message"] for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return 0
    return sum(line.startswith("START") for line in lines)


def with_wardens(function: str, batch: int = 0, table: str = huts_table) -> dict[str, str]:
    """An API whose field Hut.warden asks a function, for up to `batch` huts in one call."""
    api = with_list(with_huts(new_api(SCHEMA), table=table))
    config = {"lambdaFunctionArn": function}
    source = {"name": "wardens", "type": "AWS_LAMBDA", "serviceRoleArn": INVOKER}
    appsync.create_data_source(apiId=api["id"], lambdaConfig=config, **source)
    field = {"typeName": "Hut", "fieldName": "warden", "dataSourceName": "wardens"}
    more: Any = {"maxBatchSize": batch} if batch else {}
    appsync.create_resolver(apiId=api["id"], **field, **more)
    return api


# %% setup="one-warden"
import os

import boto3


def warden(event, context):
    """The warden of one hut: event["source"] is the hut."""
    wardens = boto3.resource("dynamodb").Table(os.environ["WARDENS"])
    key = event["source"].get("wardenId")
    return wardens.get_item(Key={"id": key}).get("Item") if key else None


# %%
one_by_one = with_wardens(launch(warden))
for hut in ask(one_by_one, "{ huts { name warden { name } } }")["data"]["huts"]:
    print(hut)

# %% [markdown]
# One query, one answer. How much did the phone save? A REST client would load the list and then each warden.

# %%
by_id = {one["id"]: one for one in WARDENS}
asked = [HUTS, *(by_id[hut["wardenId"]] for hut in HUTS if "wardenId" in hut)]
rest = sum(len(json.dumps(one)) for one in asked)
graphql = len(json.dumps(ask(one_by_one, "{ huts { name warden { name } } }")))
charts.bars(
    {"REST: 6 requests, all fields": rest, "GraphQL: 1 request, two fields": graphql},
    unit="bytes",
    headline=f"The phone loads {graphql / rest:.0%} of the bytes, in one request",
    source="answers of this cell",
)

# %% [markdown]
# The phone saves; what about the back end? A list query whose items each cost one more call is called the **N+1
# problem**: 1 for the list, N for its items. AppSync can collect the items of a level and hand the function a **list**
# of contexts: set `maxBatchSize` on the resolver (up to 2,000; a template says `"operation": "BatchInvoke"`).
#
# ### Your turn: predict the calls
#
# The table holds the six huts above. How often does AppSync invoke the function `warden` for each of these? Write the
# numbers down first; the check then measures.
#
# <details><summary>Hint</summary>
#
# A resolver runs for each parent object of the list, whatever that object holds, and only if its field is asked for.
# </details>

# %% exercise="calls" repair=true
predicted = {
    "{ huts { name warden { name } } }, maxBatchSize not set": None,
    "{ huts { name warden { name } } }, maxBatchSize 4": None,
    "{ huts { name warden { name } } }, maxBatchSize 100": None,
    "{ huts { name } }, maxBatchSize not set": None,
}
### BEGIN SOLUTION
predicted = {
    "{ huts { name warden { name } } }, maxBatchSize not set": 6,
    "{ huts { name warden { name } } }, maxBatchSize 4": 2,
    "{ huts { name warden { name } } }, maxBatchSize 100": 1,
    "{ huts { name } }, maxBatchSize not set": 0,
}
### END SOLUTION

# %% check="calls" points=2
with check("calls", needs="predicted", right="The query decides what is called; the batch, how often.") as expect:
    expect(isinstance(predicted, dict), "`predicted` should be the dictionary of the task.")
    expect.not_tried(all(value is None for value in predicted.values()))

    def measured(case: str) -> int:
        query, _, setting = case.partition(", maxBatchSize ")
        batch = 0 if setting == "not set" else int(setting)
        function = launch(warden)
        ask(with_wardens(function, batch), query)
        return invocations(function)

    whys = {
        6: "each of the six huts costs a call, also Dohle, which has no warden",
        2: "four huts go into the first call and two into the second",
        1: "all six fit into one list",
        0: "nobody asked for the warden, so its resolver does not run",
    }

    def holds(case: str) -> None:
        number, found = predicted.get(case), measured(case)
        expect(number is not None, f"No number yet for: {case}")
        expect(type(number) in (int, float), f"{case}: say a number, not {number!r}.")
        expect(number == found, f"{case}: you say {number}, the lab counts {found}; {whys[found]}.")

    wardens = "{ huts { name warden { name } } }, maxBatchSize"
    holds(f"{wardens} not set")
    holds(f"{wardens} 4")
    holds(f"{wardens} 100")
    holds("{ huts { name } }, maxBatchSize not set")
    ### BEGIN HIDDEN TESTS
    holds(f"{wardens} 4")
    ### END HIDDEN TESTS

# %% [markdown]
# ### Your turn: repair the batch
#
# With a batch `event` is a list of contexts, and the function must return a list of the **same length in the same
# order**: one entry for each hut, `None` where a hut has no warden. Today the query above fails altogether. Mend
# `wardens_of`. Keep it to **one** read of the table for a batch (`batch_get_item` takes up to 100 keys, refuses a key
# that comes twice, and answers in any order).
#
# <details><summary>Hint</summary>
#
# Make a dictionary from id to warden of what the table answers. Then walk through the huts of the event.
# </details>

# %% exercise="batch" repair=true
import os

import boto3


def wardens_of(event, context):
    """The wardens of many huts: event is a list, event[n]["source"] a hut."""
    table = os.environ["WARDENS"]
    huts = [one["source"] for one in event]
    wanted = sorted({hut["wardenId"] for hut in huts if "wardenId" in hut})
    asked = {"Keys": [{"id": key} for key in wanted]}
    answer = boto3.resource("dynamodb").batch_get_item(RequestItems={table: asked})
    return answer["Responses"][table]


### BEGIN SOLUTION
def wardens_of(event, context):
    """The wardens of many huts: event is a list, event[n]["source"] a hut."""
    table = os.environ["WARDENS"]
    wanted = {one["source"].get("wardenId") for one in event} - {None}
    if not wanted:
        return [None] * len(event)
    request = {table: {"Keys": [{"id": key} for key in sorted(wanted)]}}
    answer = boto3.resource("dynamodb").batch_get_item(RequestItems=request)
    by_id = {found["id"]: found for found in answer["Responses"][table]}
    return [by_id.get(one["source"].get("wardenId")) for one in event]


### END SOLUTION


# %% check="batch" points=3
with check(
    "batch", needs="wardens_of", right="One call for the list, one read for all wardens: N+1 became 2."
) as expect:

    def right_for(huts: list[dict[str, Any]]) -> None:
        function = launch(wardens_of)
        made = with_wardens(function, batch=100, table=new_table("check-huts", *huts))
        with lab.watching() as calls:
            said = ask(made, "{ huts { id warden { name } } }")
        problem = said["errors"][0]["message"] if said.get("errors") else ""
        expect(
            "results for a batch" not in problem,
            f"AppSync says: {problem} Give an entry for every hut, also where two share a warden.",
        )
        expect(not problem, f"The query fails: {problem}")
        names = {one["id"]: one["name"] for one in WARDENS}
        expected = {one["id"]: names.get(one.get("wardenId", "")) for one in huts}
        found = {one["id"]: (one["warden"] or {}).get("name") for one in said["data"]["huts"]}
        for hut, name in expected.items():
            expect(
                found[hut] == name,
                f"Hut {hut} has the warden {name}, the API says {found[hut]}. The table answers in its own order.",
            )
        reads = len(calls.of("GetItem", "BatchGetItem", "Query"))
        expect(reads <= 1, f"The function read the table {reads} times for one batch; once is enough.")

    right_for(HUTS)
    right_for([{"id": "a", "name": "A"}, {"id": "b", "name": "B"}])
    ### BEGIN HIDDEN TESTS
    right_for([{"id": f"n{n}", "name": "x", "wardenId": f"w{1 + n % 3}"} for n in range(9)])
    ### END HIDDEN TESTS

# %% [markdown]
# A **pipeline resolver** is the other tool: up to ten *functions* (AppSync's own, each with a data source and
# templates) run one after the other for one field, for instance *look up the role, then read the item*; `$ctx.stash`
# carries values between them. These limits are asked for:

# %%
asked_for = ["schema-document-size", "request-execution-time", "functions-per-pipeline"]
asked_for += ["batch-size-per-request", "query-depth-limit-maximum", "subscription-payload"]
facts.limits("appsync").frame().set_index("name").loc[asked_for, ["value", "unit", "as_of"]]

# %% [markdown]
# ## News for whoever listens
#
# A field of `Subscription` names mutations in `@aws_subscribe`. A client connects over **WebSocket**, starts the
# subscription, and is sent what each such mutation answers. Only fields that the *mutation's* query selected arrive.

# %%
appsync.create_resolver(
    apiId=api["id"],
    typeName="Mutation",
    fieldName="report",
    dataSourceName="huts",
    requestMappingTemplate="""{
      "version": "2018-05-29", "operation": "UpdateItem",
      "key": {"id": $util.dynamodb.toStringJson($ctx.args.id)},
      "update": {"expression": "SET snow = :cm", "expressionValues":
                 {":cm": $util.dynamodb.toNumberJson($ctx.args.snow)}}}""",
    responseMappingTemplate="$util.toJson($ctx.result)",  # yours looks at $ctx.error first
)
who = {"host": api["url"].split("/")[2], "x-api-key": api["key"]}
header = base64.b64encode(json.dumps(who).encode()).decode()
REPORT = "mutation($i: ID!, $s: Int!) { report(id: $i, snow: $s) { id name snow } }"
with lab.websocket(f"{api['live']}?header={header}&payload=e30=") as phone:
    phone.send({"type": "connection_init"})
    news = json.dumps({"query": 'subscription { reported(id: "h6") { name snow } }'})
    start = {"data": news, "extensions": {"authorization": who}}
    phone.send({"type": "start", "id": "1", "payload": start})
    for hut, snow in (("h1", 40), ("h6", 210)):
        ask(api, REPORT, i=hut, s=snow)
    for message in phone.received():
        print(message)

# %% [markdown]
# The argument `id` chose which reports come. What does news cost? AppSync bills operations, updates delivered and
# connected minutes. **AppSync Events** (October 2024) is its sibling without GraphQL: channels, publish, subscribe.
# API Gateway's WebSocket API (lesson 05) is the third way. A chat: each person is connected two hours a day, posts 20
# messages and receives 400.

# %%
minutes, posted, got = 30 * 120, 30 * 20, 30 * 400  # a month of one person
per_million = {
    "GraphQL subscriptions": [
        (posted, facts.price("appsync", "queries-and-data-modifications")),
        (got, facts.price("appsync", "real-time-updates")),
        (minutes, facts.price("appsync", "connection-minutes")),
    ],
    "AppSync Events": [
        (posted + got, facts.price("appsync", "event-api-operations")),
        (minutes, facts.price("appsync", "event-api-connection-minutes")),
    ],
    "API Gateway WebSocket": [
        (posted + got, facts.tiers("api gateway", "websocket-messages")[0]),
        (minutes, facts.price("api gateway", "websocket-connection-minutes")),
    ],
}
month = {}
for name, parts in per_million.items():
    month[name] = sum(count * price / 1e6 for count, price in parts)
people = list(range(0, 10_001, 500))
charts.curves(
    {name: (people, [one * n for n in people]) for name, one in month.items()},
    headline="The same chat costs about half without GraphQL",
    x_label="people",
    y_unit="USD per month",
    source=facts.price("appsync", "real-time-updates"),
)

# %% [markdown]
# ## Who may ask, and who may see
#
# AppSync knows five ways of authorization. An API has one as its default and may add others.
#
# | way | who comes |
# |---|---|
# | `API_KEY` | anybody with the key: public data, prototypes. 7 days by default, 365 at most |
# | `AWS_IAM` | programs with AWS credentials: roles, users, other accounts; identity pools |
# | `AMAZON_COGNITO_USER_POOLS` | people who signed in to your user pool; groups |
# | `OPENID_CONNECT` | people of another provider, by its JSON Web Tokens |
# | `AWS_LAMBDA` (since 2021) | whoever your own function lets in |

# %%
lab.clock.advance(days=8)
print(ask(api, "{ huts { id } }"))
api["key"] = appsync.create_api_key(apiId=api["id"])["apiKey"]["id"]
print(ask(api, "{ huts { id } }")["data"]["huts"][0])

# %% [markdown]
# With several ways, **directives** in the schema say which way opens what: `@aws_api_key`, `@aws_iam`,
# `@aws_cognito_user_pools`, `@aws_oidc`, `@aws_lambda`, on a field or on a whole type. The rule that surprises people:
# *a type or field without a directive is open to the default way only*. A field's directives replace those of its type.
#
# For people, Cairn needs a user pool (lesson 08). Amplify's command `amplify add auth` makes one like this:


# %% setup="pool"
def new_pool() -> tuple[str, str]:
    """A user pool with one member; returns the pool's id and a token of that member."""
    pool = cognito.create_user_pool(
        PoolName=lab.unique_name("hikers"),
        AutoVerifiedAttributes=["email"],
        UsernameAttributes=["email"],
    )["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="app", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    mail, password = "mara@example.com", "Over-the-ridge-1"
    cognito.sign_up(ClientId=client, Username=mail, Password=password)
    cognito.admin_confirm_sign_up(UserPoolId=pool, Username=mail)
    signed_in = cognito.initiate_auth(
        ClientId=client,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": mail, "PASSWORD": password},
    )
    return pool, signed_in["AuthenticationResult"]["IdToken"]


def two_ways(schema: str, pool: str) -> dict[str, str]:
    """An API for the key (default) and for the members of a pool, with the list of huts."""
    config = {"userPoolId": pool, "awsRegion": "us-east-1"}
    members = {"authenticationType": "AMAZON_COGNITO_USER_POOLS", "userPoolConfig": config}
    return with_list(with_huts(new_api(schema, additionalAuthenticationProviders=[members])))


# %%
pool, mara = new_pool()
closed = two_ways("type Hut { id: ID!  name: String }  type Query { huts: [Hut!]! }", pool)
print("key:  ", ask(closed, "{ huts { id } }")["data"]["huts"][0])
print("token:", ask(closed, "{ huts { id } }", token=mara)["errors"][0]["message"])

# %% [markdown]
# ### Your turn: two doors
#
# The web site (API key) shows every hut's id, name and beds. Members of the pool see those too, and the phone number,
# which the key must not get. Mend `two_doors`; keep its types and fields.
#
# <details><summary>Hint</summary>
#
# Three places need directives: the query field, the type, and the one field that is for members only.
# </details>

# %% exercise="two-doors" repair=true
two_doors = """
type Hut {
  id: ID!
  name: String!
  beds: Int!
  phone: String
}
type Query { huts: [Hut!]! @aws_cognito_user_pools }
"""
### BEGIN SOLUTION
two_doors = """
type Hut @aws_api_key @aws_cognito_user_pools {
  id: ID!
  name: String!
  beds: Int!
  phone: String @aws_cognito_user_pools
}
type Query { huts: [Hut!]! @aws_api_key @aws_cognito_user_pools }
"""
### END SOLUTION

# %% check="two-doors" points=2
with check("two-doors", needs="two_doors", right="One schema, two doors, and the phone numbers stay inside.") as expect:
    pool, token = new_pool()
    try:
        made = two_ways(two_doors, pool)
        refused = ""
    except ValueError as error:
        made, refused = {}, str(error)
    expect(not refused, refused)

    def sees(who: str, fields: str, token: str = "") -> None:
        said = ask(made, f"{{ huts {{ {fields} }} }}", token=token)
        problem = said["errors"][0]["message"] if said.get("errors") else ""
        expect(not problem, f"{who} asks for {fields}: {problem}. Which directives does that part have?")
        row = said["data"]["huts"][0]
        expect(all(row[name] is not None for name in fields.split()), f"{who} gets {row}.")

    kept = {"id: ID!", "name: String!", "beds: Int!", "phone: String"}
    gone = [field for field in sorted(kept) if field.replace(" ", "") not in "".join(two_doors.split())]
    expect(not gone, f"Keep the types and fields as they were; missing: {', '.join(gone)}.")

    sees("The web site (key)", "id name beds")
    sees("A member (token)", "id name beds", token)
    sees("A member (token)", "phone", token)
    public = ask(made, "{ huts { name phone } }")
    expect(
        bool(public.get("errors")) and all(row["phone"] is None for row in (public["data"] or {"huts": []})["huts"]),
        "The web site reads the phone numbers with nothing but the key. Close that field to it.",
    )
    ### BEGIN HIDDEN TESTS
    sees("A member (token)", "id name beds phone", token)
    ### END HIDDEN TESTS

# %% [markdown]
# > **Then and now.** A domain name of your own (`api.cairn.example`) needed CloudFront in front of AppSync once. Today
# > AppSync has custom domain names itself; the certificate lies in us-east-1. CloudFront in front is a choice.
#
# ## Amplify: the toolbox for web and mobile
#
# **AWS Amplify** bundles what an app needs, so that front-end developers meet few of the services below it: *libraries*
# for web and mobile, a *back end* described in a few lines, and *hosting*. Its first generation asked questions on the
# command line (`amplify add auth`) and drew in Studio. **Gen 2** (May 2024) is code: TypeScript on top of the CDK, a
# sandbox for each developer, one environment for each Git branch.

# %%
generations = [
    ("people sign in", "amplify add auth", "defineAuth", "Cognito"),
    ("data and API", "amplify add api", "defineData", "AppSync + DynamoDB"),
    ("files", "amplify add storage", "defineStorage", "S3"),
    ("code", "amplify add function", "defineFunction", "Lambda"),
    ("deploy", "amplify push", "git push", "CloudFormation"),
]
print(f"{'':16}{'Gen 1':24}{'Gen 2':18}{'behind it'}")
for row in generations:
    print("{:16}{:24}{:18}{}".format(*row))

# %% [markdown]
# > **Then and now.** Notes about `amplify add ...`, Studio and **DataStore** (an app works on local data that
# > synchronises by itself, also offline) describe Gen 1. It is in maintenance; its end of life is 1 May 2027. The exam
# > may still ask for it: offline data that synchronises means DataStore, on AppSync.
#
# **Amplify Hosting** builds a Git branch, puts the result on a content network, and offers previews of pull requests,
# custom domains, headers, redirects and passwords. A *rewrite* (status 200) shows another file under the same address;
# a *redirect* (301, 302) sends the browser elsewhere. Rules are tried from the top, and **the first that fits wins**.


# %%
def routed(rules: list[dict[str, str]], path: str) -> str:
    """What the first fitting rule does with a path; <*> stands for the rest of it."""
    for rule in rules:
        start, star, _ = rule["source"].partition("<*>")
        if path == rule["source"] or (star and path.startswith(start)):
            return f"{rule['status']} {rule['target'].replace('<*>', path[len(start) :])}"
    return f"200 {path}"


# one page for all addresses: its script reads the path
page = {"source": "/<*>", "target": "/index.html", "status": "200"}
old = {"source": "/cabins/<*>", "target": "/huts/<*>", "status": "301"}
for rules in ([page, old], [old, page]):
    print([routed(rules, path) for path in ("/cabins/adler", "/huts/adler")])

# %% [markdown]
# The first order never redirects: the wide rule swallows everything. Real rules for a single page leave out files such
# as `.css` and `.png` by a regular expression.
#
# ### Your turn: tests before the release
#
# Hosting follows `amplify.yml`. Cairn's tests click through the app with **Cypress**, but they were put where they
# cannot see a running app, and nobody finds their report. Mend the file:
#
# - a phase group `test` beside `frontend`, with `preTest`, `test` and `postTest`; `npx cypress run` is in `test`;
# - the server (`npx pm2 start npm -- start`) and `npx wait-on http://localhost:3000` run before it, in `preTest`;
# - `npx pm2 kill` runs in `postTest`;
# - `test` publishes `artifacts`: its `baseDirectory` is `cypress`, its `configFilePath` is `'**/mochawesome.json'`, and
#   among its `files` are `'**/*.png'` and `'**/*.mp4'`;
# - `frontend` still installs (`npm ci`), builds and publishes `dist`, and runs no test.
#
# <details><summary>Hint</summary>
#
# `test` has the same two parts as `frontend`: `phases` and `artifacts`. Each phase has a list `commands`.
# </details>

# %% exercise="amplify-yml" repair=true
amplify_yml = """
version: 1
frontend:
  phases:
    preBuild:
      commands: [npm ci]
    build:
      commands:
        - npm run build
        - npx cypress run --reporter mochawesome
  artifacts:
    baseDirectory: dist
    files: ['**/*']
"""
### BEGIN SOLUTION
amplify_yml = """
version: 1
frontend:
  phases:
    preBuild:
      commands: [npm ci]
    build:
      commands: [npm run build]
  artifacts:
    baseDirectory: dist
    files: ['**/*']
test:
  phases:
    preTest:
      commands:
        - npm ci
        - npx pm2 start npm -- start
        - npx wait-on http://localhost:3000
    test:
      commands: [npx cypress run --reporter mochawesome]
    postTest:
      commands: [npx pm2 kill]
  artifacts:
    baseDirectory: cypress
    configFilePath: '**/mochawesome.json'
    files: ['**/*.png', '**/*.mp4']
"""
### END SOLUTION

# %% check="amplify-yml" points=2
with check(
    "amplify-yml", needs="amplify_yml", right="A broken click path now stops the release, with pictures."
) as expect:
    try:
        spec = yaml.safe_load(amplify_yml)
    except yaml.YAMLError as error:
        spec = str(error)
    expect(isinstance(spec, dict), f"This is no YAML: {spec}")

    def commands(group: str, phase: str) -> list[str]:
        found = ((spec.get(group) or {}).get("phases") or {}).get(phase) or {}
        listed = found.get("commands") or []
        expect(isinstance(listed, list), f"{group} / {phase}: commands is a list, also of one.")
        return [str(one) for one in listed]

    def position(group: str, phase: str, text: str) -> int:
        found = [n for n, one in enumerate(commands(group, phase)) if text in one]
        expect(bool(found), f"{group} / {phase} has no command with '{text}'.")
        return found[0]

    expect("test" in spec, "There is no group 'test' beside 'frontend'.")
    position("test", "test", "cypress run")
    phases = ("preBuild", "build", "postBuild")
    in_build = " ".join(one for phase in phases for one in commands("frontend", phase))
    expect("cypress run" not in in_build, "frontend still runs Cypress; only test should.")
    expect("pm2 start" not in in_build, "frontend still starts the server; only preTest should.")
    position("test", "preTest", "pm2 start")
    position("test", "preTest", "wait-on http://localhost:3000")
    before = " ".join(commands("test", "preTest"))
    expect(
        before.index("pm2 start") < before.index("wait-on http"),
        "Start the server first, then wait for it.",
    )
    position("test", "postTest", "pm2 kill")
    artifacts = spec["test"].get("artifacts") or {}
    expect(artifacts.get("baseDirectory") == "cypress", "The test artifacts have no baseDirectory: cypress.")
    expect(
        artifacts.get("configFilePath") == "**/mochawesome.json",
        "Amplify shows no report: configFilePath must be '**/mochawesome.json'.",
    )
    missing = {"**/*.png", "**/*.mp4"} - set(artifacts.get("files") or [])
    expect(not missing, f"The test artifacts do not keep {', '.join(sorted(missing))}.")
    position("frontend", "preBuild", "npm ci")
    position("frontend", "build", "npm run build")
    kept = (spec["frontend"].get("artifacts") or {}).get("baseDirectory")
    expect(kept == "dist", "frontend must still publish the folder dist.")
    published = (spec["frontend"].get("artifacts") or {}).get("files") or []
    expect("**/*" in published, "frontend must still publish all files of dist: files: ['**/*'].")
    ### BEGIN HIDDEN TESTS
    expect("configFilePath" not in spec["frontend"]["artifacts"], "The report belongs to test.")
    position("test", "preTest", "npm -- start")
    ### END HIDDEN TESTS

# %% [markdown]
# Hosting bills build minutes, gigabytes stored and gigabytes served. Cairn builds 40 times a month for 4 minutes, keeps
# 2 GB, and serves 1.5 MB for each visit. What grows?

# %%
build = facts.price("amplify", "build-and-deploy-standard-instance")
stored = facts.price("amplify", "hosting-storage")
served = facts.price("amplify", "data-served")
charts.stack(
    {
        f"{visits:,} visits": {
            "build": 40 * 4 * build,
            "storage": 2 * stored,
            "serving": visits * 1.5 / 1000 * served,
        }
        for visits in (1_000, 10_000, 50_000)
    },
    headline="Visits make the hosting bill; builds matter only at the start",
    unit="USD per month",
    source=[build, stored, served],
)

# %% [markdown]
# ## SAM: a short file that grows
#
# Cairn's functions need roles, permissions, routes, tables. In CloudFormation (section 09) that is a long template.
# The **Serverless Application Model** is a shorthand on top of it. One line makes a template SAM:
# `Transform: AWS::Serverless-2016-10-31`. When the stack is made, CloudFormation lets the transform write the long
# form. Everything else of CloudFormation stays: parameters, outputs, any resource.


# %% setup="stacks"
def make_stack(template: Any, name: str = "", **parameters: str) -> str:
    """Create or update a stack of a template (text or dictionary); returns its name."""
    body = template if isinstance(template, str) else json.dumps(template)
    given = [{"ParameterKey": key, "ParameterValue": one} for key, one in parameters.items()]
    # a role is made, and a transform is run: both need the caller's word
    told = {"TemplateBody": body, "Parameters": given}
    told["Capabilities"] = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    if name:
        cloudformation.update_stack(StackName=name, **told)
    else:
        name = lab.unique_name("cairn")
        cloudformation.create_stack(StackName=name, **told)
    lab.settle()
    return name


def why_not(name: str) -> str:
    """Why a stack was not made; empty if it was."""
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    if stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return ""
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = [one for one in events if one["ResourceStatus"].endswith("_FAILED")]
    return failed[-1]["ResourceStatusReason"] if failed else stack["StackStatus"]


def outputs(name: str) -> dict[str, str]:
    """The outputs of a stack."""
    stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def grown(name: str) -> dict[str, Any]:
    """What the transform made of a stack's template."""
    answer = cloudformation.get_template(StackName=name, TemplateStage="Processed")
    return answer["TemplateBody"]


# %%
small = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Snow:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return {'statusCode': 200, 'body': '210 cm'}"
      Events:
        Ask: {Type: HttpApi, Properties: {Path: /snow, Method: get}}
Outputs:
  Url:
    Value: !Sub "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/snow"
"""
snow = make_stack(small)
print(lab.http("GET", outputs(snow)["Url"]))
for logical, resource in grown(snow)["Resources"].items():
    print(f"{logical:40} {resource['Type']}")

# %% [markdown]
# One resource became five: the function, its role, the API, its stage and the permission for the API to call. The
# **types** to know:
#
# | type | becomes |
# |---|---|
# | `AWS::Serverless::Function` | function, role, and what its `Events` need: permissions, mappings, rules |
# | `AWS::Serverless::Api`, `HttpApi` | REST or HTTP API with its stage |
# | `AWS::Serverless::SimpleTable` | a DynamoDB table with a simple key, `id` by default |
# | `LayerVersion`, `StateMachine` | a layer; a state machine with its role |
# | `Application`, `Connector` | a nested application; permissions between two resources |
#
# `Globals` sets defaults for all functions. `Transform` and `Resources` are required. How much does it save?

# %%
code = {"Runtime": "python3.13", "Handler": "index.handler", "InlineCode": "handler = None"}


def with_functions(count: int) -> dict[str, Any]:
    """A SAM template with a table and this many functions that read it."""
    resources: dict[str, Any] = {"Table": {"Type": "AWS::Serverless::SimpleTable"}}
    for number in range(count):
        path = {"Type": "HttpApi", "Properties": {"Path": f"/f{number}", "Method": "get"}}
        reads = [{"DynamoDBReadPolicy": {"TableName": {"Ref": "Table"}}}]
        more = {"Events": {"Ask": path}, "Policies": reads}
        properties = {**code, **more}
        function = {"Type": "AWS::Serverless::Function", "Properties": properties}
        resources[f"F{number}"] = function
    return {"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}


def lines(template: dict[str, Any]) -> int:
    """Lines of a template, written as indented JSON."""
    return len(json.dumps(template, indent=2).splitlines())


counts = [1, 3, 6]
saved = {}
for count in counts:
    stack = make_stack(with_functions(count))
    saved[f"{count} functions" if count > 1 else "1 function"] = {
        "SAM": lines(with_functions(count)),
        "CloudFormation": lines(grown(stack)),
    }
last = saved["6 functions"]
charts.compare(
    saved,
    headline=f"For six functions SAM saves {last['CloudFormation'] - last['SAM']} lines",
    unit="lines of JSON",
    source="AWS's transform, run in this cell",
)

# %% [markdown]
# SAM is declarative and for serverless parts; the CDK (section 09) covers every service from a programming language.
# Both end as CloudFormation.
#
# > **Then and now.** Some notes write the transform as `AWS::Serverless`. The version, `-2016-10-31`, belongs to it.
#
# ### Your turn: shrink a template
#
# A colleague wrote this by hand: a table, a function that lists it, a role, and a route of an HTTP API.

# %% setup="plain"
LIST_HUTS = """
import boto3, json, os
def handler(event, context):
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    names = sorted(item["name"] for item in table.scan()["Items"])
    return {"statusCode": 200, "body": json.dumps(names)}
"""
PLAIN = """
Resources:
  Huts:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: lambda.amazonaws.com}
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: ["dynamodb:Scan"], Resource: !GetAtt Huts.Arn}
  List:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Environment: {Variables: {TABLE: !Ref Huts}}
      Code: {ZipFile: "... LIST_HUTS ..."}
  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: huts, ProtocolType: HTTP}
  Stage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: {ApiId: !Ref Api, StageName: $default, AutoDeploy: true}
  Call:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref Api
      IntegrationType: AWS_PROXY
      IntegrationUri: !GetAtt List.Arn
      PayloadFormatVersion: "2.0"
  Route:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref Api
      RouteKey: GET /huts
      Target: !Sub integrations/${Call}
  May:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref List
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
"""

# %% [markdown]
# Write the same as a SAM template, as a Python dictionary `sam`, with **two** resources:
#
# - `Huts`, the table, and `List`, the function: `python3.13`, handler `index.handler`, its code `LIST_HUTS` inline;
# - the function answers `GET /huts` of an HTTP API and finds the table's name in the variable `TABLE`;
# - it may read this one table and do no more than read: a policy template (`DynamoDBReadPolicy`, `TableName`);
# - an output `Url` with the address of `/huts`. SAM calls the API it makes `ServerlessHttpApi`.
#
# In JSON form `!Ref Huts` is `{"Ref": "Huts"}`, and `!Sub text` is `{"Fn::Sub": text}`.
#
# <details><summary>Hint</summary>
#
# The small template above has everything but the table, `Environment` and `Policies`. `InlineCode` takes the code;
# `Policies` is a list of dictionaries, one for each policy template.
# </details>

# %% exercise="sam-template"
sam: dict[str, Any] = {}
### BEGIN SOLUTION
sam = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Huts": {"Type": "AWS::Serverless::SimpleTable"},
        "List": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "InlineCode": LIST_HUTS,
                "Environment": {"Variables": {"TABLE": {"Ref": "Huts"}}},
                "Policies": [{"DynamoDBReadPolicy": {"TableName": {"Ref": "Huts"}}}],
                "Events": {"Get": {"Type": "HttpApi", "Properties": {"Path": "/huts", "Method": "get"}}},
            },
        },
    },
    "Outputs": {
        "Url": {"Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/huts"}}
    },
}
### END SOLUTION

# %% check="sam-template" points=3
with check(
    "sam-template", needs="sam", right="Two resources instead of eight, and fewer rights to get wrong."
) as expect:
    expect(isinstance(sam, dict), "`sam` should be a dictionary.")
    expect.not_tried(not sam)
    expect("Serverless" in str(sam.get("Transform")), "Without Transform CloudFormation does not know SAM's types.")
    kinds = {name: one.get("Type") for name, one in sam.get("Resources", {}).items()}
    wanted = {"Huts": "AWS::Serverless::SimpleTable", "List": "AWS::Serverless::Function"}
    expect.equal(kinds, wanted, "The resources and their types")
    try:
        made, problem = make_stack(sam), ""
    except ClientError as error:
        made, problem = "", error.response["Error"]["Message"]
    expect(not problem, f"CloudFormation refuses the template: {problem}")
    problem = why_not(made)
    expect(not problem, f"The stack was not made: {problem}")
    expect("Url" in outputs(made), "The stack has no output Url.")
    parts = cloudformation.describe_stack_resources(StackName=made)["StackResources"]
    ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in parts}
    table = boto3.resource("dynamodb").Table(ids["Huts"])

    def lists(*names: str) -> None:
        for number, name in enumerate(names):
            table.put_item(Item={"id": str(number), "name": name})
        with lab.enforce_iam():
            said = lab.http("GET", outputs(made)["Url"])
        expect(
            said.status == 200,
            f"GET {outputs(made)['Url']} answers {said.status}. Look at Path and Method, at TABLE, and at Policies.",
        )
        expect.equal(said.json(), sorted(names), "The names that the URL answers")

    lists("Adler", "Firn")
    settings = functions.get_function(FunctionName=ids["List"])["Configuration"]
    runs_on = (settings["Runtime"], settings["Handler"])
    expect.equal(runs_on, ("python3.13", "index.handler"), "Runtime and handler")

    def may_call(action: str, arn: str) -> bool:
        decided = iam.simulate_principal_policy(
            PolicySourceArn=settings["Role"], ActionNames=[action], ResourceArns=[arn]
        )
        return decided["EvaluationResults"][0]["EvalDecision"] == "allowed"

    for action in ("dynamodb:PutItem", "dynamodb:DeleteTable"):
        too_much = may_call(action, table.table_arn)
        expect(not too_much, f"The function may also call {action}; reading is enough.")
    another = table.table_arn.replace(ids["Huts"], "another")
    expect(
        not may_call("dynamodb:Scan", another),
        "The function may read every table of the account. Name its own in the policy template.",
    )
    ### BEGIN HIDDEN TESTS
    lists("Birke", "Adler", "Col")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Rights by name
#
# A **policy template** is a small policy with a gap for a name. SAM has about eighty. What three of them allow:

# %%
three = {
    "DynamoDBReadPolicy": {"TableName": "huts"},
    "SQSPollerPolicy": {"QueueName": "bookings"},
    "S3ReadPolicy": {"BucketName": "photos"},
}
policies = [{name: values} for name, values in three.items()]
shown = {"Type": "AWS::Serverless::Function", "Properties": {**code, "Policies": policies}}
template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"F": shown}}
role_of_f = grown(make_stack(template))["Resources"]["FRole"]["Properties"]
for name, policy in zip(three, role_of_f["Policies"], strict=True):
    (statement,) = policy["PolicyDocument"]["Statement"]
    actions = ", ".join(action.partition(":")[2] for action in statement["Action"])
    print(f"{name}: {actions}")

# %% [markdown]
# ### Your turn: least rights
#
# The function `Book` reads the table of huts and puts bookings into a queue. Its author gave it two managed policies
# that may do everything with every table and every queue. Mend the template with two policy templates, each for the
# one table or queue of this stack.
#
# <details><summary>Hint</summary>
#
# Sending has a template of its own: `SQSSendMessagePolicy`, with `QueueName`. `!Ref` of a queue is its URL; its name
# is an attribute: `!GetAtt Bookings.QueueName`.
# </details>

# %% exercise="least-rights" repair=true
book = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Huts: {Type: AWS::Serverless::SimpleTable}
  Bookings: {Type: AWS::SQS::Queue}
  Book:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return event"
      Policies:
        - AmazonDynamoDBFullAccess
        - AmazonSQSFullAccess
"""
### BEGIN SOLUTION
book = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Huts: {Type: AWS::Serverless::SimpleTable}
  Bookings: {Type: AWS::SQS::Queue}
  Book:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return event"
      Policies:
        - DynamoDBReadPolicy: {TableName: !Ref Huts}
        - SQSSendMessagePolicy: {QueueName: !GetAtt Bookings.QueueName}
"""
### END SOLUTION

# %% check="least-rights" points=2
with check("least-rights", needs="book", right="A stolen key of this function now reads one table.") as expect:
    try:
        made, problem = make_stack(book), ""
    except ClientError as error:
        made, problem = "", error.response["Error"]["Message"]
    expect(not problem, f"CloudFormation refuses the template: {problem}")
    expect(not why_not(made), f"The stack was not made: {why_not(made)}")
    parts = cloudformation.describe_stack_resources(StackName=made)["StackResources"]
    ids = {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in parts}
    expect({"Huts", "Bookings", "Book"} <= set(ids), "Keep the resources Huts, Bookings and Book.")
    sts = boto3.client("sts")
    arn = functions.get_function(FunctionName=ids["Book"])["Configuration"]["Role"]
    trust = iam.get_role(RoleName=arn.rpartition("/")[2])["Role"]["AssumeRolePolicyDocument"]
    name = arn.rpartition("/")[2]
    trust["Statement"].append({"Effect": "Allow", "Principal": {"AWS": lab.ACCOUNT_ID}, "Action": "sts:AssumeRole"})
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
    keys = sts.assume_role(RoleArn=arn, RoleSessionName="check")["Credentials"]
    session = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    its_table, its_queue = session.client("dynamodb"), session.client("sqs")
    with lab.enforce_iam():

        def may(call: Any, **told: Any) -> bool:
            try:
                call(**told)
            except ClientError as error:
                return "AccessDenied" not in error.response["Error"]["Code"]
            return True

        expect(may(its_table.scan, TableName=ids["Huts"]), "The function must still read its table.")
        sends = may(its_queue.send_message, QueueUrl=ids["Bookings"], MessageBody="two beds")
        expect(
            sends,
            "The function may not send to its queue. SQSSendMessagePolicy wants the queue's name, not its URL.",
        )
        item = {"id": {"S": "x"}}
        writes = may(its_table.put_item, TableName=ids["Huts"], Item=item)
        expect(not writes, "The function may write to the table; reading is enough.")
        expect(not may(its_table.scan, TableName=huts_table), "The function may read every table of the account.")
        other_queue = sqs.create_queue(QueueName=lab.unique_name("another"))["QueueUrl"]
        everywhere = may(its_queue.send_message, QueueUrl=other_queue, MessageBody="spam")
        expect(not everywhere, "The function may send to every queue of the account.")
        reads = may(its_queue.receive_message, QueueUrl=ids["Bookings"])
        expect(not reads, "The function may take messages from the queue; it only has to send.")
        ### BEGIN HIDDEN TESTS
        expect(not may(its_queue.purge_queue, QueueUrl=ids["Bookings"]), "The function may empty the queue.")
        expect(not may(its_table.delete_table, TableName=ids["Huts"]), "The function may delete its table.")
        ### END HIDDEN TESTS

# %% [markdown]
# ## From a folder to a stack
#
# At work the code does not stand in the template but in a folder: `CodeUri: src/`. CloudFormation cannot see your
# disk. Three steps bring it up:
#
# 1. `sam build` fetches dependencies and makes a clean folder for each function;
# 2. **package** zips each folder, uploads it to a bucket, and writes a template with addresses in place of folders;
# 3. **deploy** makes a change set of that template and runs it (`--capabilities CAPABILITY_IAM`, as SAM makes roles).
#
# `aws cloudformation package` and `deploy` do steps 2 and 3, too.
#
# > **Then and now.** Older notes run `sam package` by hand. Since November 2019 `sam deploy` does it itself;
# > `--guided` asks for the settings once, `--resolve-s3` makes the bucket. `sam sync` (2022) updates code in seconds
# > while you develop.

# %%
python = {"Runtime": "python3.13", "Handler": "app.handler"}
local = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Snow": {
            "Type": "AWS::Serverless::Function",
            "Properties": {**python, "CodeUri": "src/"},
        }
    },
}
try:
    make_stack(local)
except ClientError as refused:
    print(refused.response["Error"]["Message"])

# %% [markdown]
# ### Your turn: package
#
# Write `package(template, folder, bucket)`: what `sam package` does, for templates as dictionaries.
#
# - For each `AWS::Serverless::Function` whose `CodeUri` is a folder below `folder` (a `pathlib.Path`): zip all files of
#   it, with paths *relative to that folder*, upload the archive, and put `s3://BUCKET/KEY` in its place.
# - A `CodeUri` that begins with `s3://`, a function without one, and all other resources stay as they are.
# - The same files give the same key, on any day; other texts or other names give another one: AWS compares keys to
#   see whether code is new.
# - Return the new template; the one you are given stays unchanged.
#
# <details><summary>Hint</summary>
#
# `copy.deepcopy` copies the template. `sorted(path.rglob("*"))` finds the files; `zipped({...})` from above takes a
# dictionary from relative path (`file.relative_to(path).as_posix()`) to text and always makes the same bytes of the
# same texts. `hashlib.sha256(data).hexdigest()` makes a good key.
# </details>

# %% exercise="package"
import copy
import hashlib


def package(template: dict[str, Any], folder: Path, bucket: str) -> dict[str, Any]:
    """Upload the code of each function; return the template with its addresses."""
    ### BEGIN SOLUTION
    packaged = copy.deepcopy(template)
    for resource in packaged["Resources"].values():
        place = resource.get("Properties", {}).get("CodeUri", "")
        is_function = resource["Type"] == "AWS::Serverless::Function"
        if not is_function or not place or place.startswith("s3://"):
            continue
        root = folder / place
        found = [file for file in sorted(root.rglob("*")) if file.is_file()]
        data = zipped({file.relative_to(root).as_posix(): file.read_text() for file in found})
        key = f"{hashlib.sha256(data).hexdigest()}.zip"
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        resource["Properties"]["CodeUri"] = f"s3://{bucket}/{key}"
    return packaged
    ### END SOLUTION


# %% check="package" points=3
with check("package", needs="package", right="The template now says where the code is, and when it is new.") as expect:

    def project(**files: str) -> Path:
        folder = Path(mkdtemp())
        for name, text in files.items():
            place = folder / name.replace("__", "/").replace("_py", ".py")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        return folder

    def runs(word: str) -> None:
        bucket = lab.unique_name("check-code")
        s3.create_bucket(Bucket=bucket)
        helper = f"def word():\n    return {word!r}\n"
        main = "from lib.words import word\nfrom pathlib import Path\n"
        main += "def handler(event, context):\n"
        main += "    return word() + Path(__file__).with_name('unit.txt').read_text()\n"
        folder = project(src__app_py=main, src__lib__words_py=helper, other__app_py="x = 1\n")
        (folder / "src" / "unit.txt").write_text(" cm")
        kept = "s3://elsewhere/code.zip"
        settings = {"Runtime": "python3.13", "Handler": "app.handler"}
        kind = "AWS::Serverless::Function"
        given = {
            "Transform": "AWS::Serverless-2016-10-31",
            "Resources": {
                "Snow": {"Type": kind, "Properties": {**settings, "CodeUri": "src"}},
                "Old": {"Type": kind, "Properties": {**settings, "CodeUri": kept}},
                "Short": {"Type": kind, "Properties": {**settings, "InlineCode": "handler = None"}},
                "News": {"Type": "AWS::SQS::Queue"},
                "Report": {"Type": "Custom::Report", "Properties": {"CodeUri": "src"}},
            },
        }
        before = json.dumps(given)
        made = package(given, folder, bucket)
        expect(isinstance(made, dict), "Return the new template.")
        expect(json.dumps(given) == before, "The template you are given has changed; work on a copy of it.")
        others = [
            name for name in ("Old", "Short", "News", "Report") if made["Resources"][name] != given["Resources"][name]
        ]
        expect(not others, f"{', '.join(others)} should stay as it is.")
        address = made["Resources"]["Snow"]["Properties"]["CodeUri"]
        expect(
            str(address).startswith(f"s3://{bucket}/"),
            f"CodeUri of Snow is {address}; it should be s3://{bucket}/ and the key.",
        )
        uploaded = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        key = str(address).partition(f"s3://{bucket}/")[2]
        expect(key in uploaded, f"The bucket has no object {key}. Upload the archive under this key.")
        only = {**made, "Resources": {"Snow": made["Resources"]["Snow"]}}
        try:
            stack, problem = make_stack(only), ""
        except ClientError as error:
            stack, problem = "", error.response["Error"]["Message"]
        problem = problem or why_not(stack)
        expect(not problem, f"The packaged template cannot be deployed: {problem}")
        physical = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId="Snow")
        name = physical["StackResourceDetail"]["PhysicalResourceId"]
        said = json.loads(functions.invoke(FunctionName=name)["Payload"].read())
        expect(
            said == f"{word} cm",
            f"The function answers {said}. In the archive app.py must lie at the top and lib/words.py in lib; "
            "unit.txt belongs to it, too.",
        )
        os.utime(folder / "src" / "app.py", (1_000_000_000, 1_000_000_000))
        again = package(given, folder, bucket)["Resources"]["Snow"]["Properties"]["CodeUri"]
        expect(
            again == address, "The same files got another key (only a date differs), so each deployment would look new."
        )
        (folder / "src" / "lib" / "words.py").write_text(helper + "# changed\n")
        new = package(given, folder, bucket)["Resources"]["Snow"]["Properties"]["CodeUri"]
        expect(new != address, "Other code got the same key, so CloudFormation would not update the function.")
        (folder / "src" / "unit.txt").rename(folder / "src" / "units.txt")
        moved = package(given, folder, bucket)["Resources"]["Snow"]["Properties"]["CodeUri"]
        expect(moved != new, "A file with another name got the same key; the names belong into it.")

    runs("210")
    ### BEGIN HIDDEN TESTS
    runs("35")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Safe deployments
#
# Two properties of a function, and SAM writes all of lesson 04 for you:
#
# - `AutoPublishAlias: live`: new code is published as a **version**, and the alias `live` moves to it;
# - `DeploymentPreference`: **CodeDeploy** moves it slowly. `Type` is `AllAtOnce`, `Canary10Percent5Minutes`,
#   `Linear10PercentEvery1Minute` and so on; `Alarms` stop the shift and roll back; `Hooks` name a `PreTraffic` function
#   that tests the new version before anybody gets it, and a `PostTraffic` one that tests after the shift.

# %% setup="bookings"
BOOKINGS = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Name: {Type: String}
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Ref Name
      Runtime: python3.13
      Handler: index.handler
      AutoPublishAlias: live
      PREFERENCE
      InlineCode: |
        def handler(event, context):
            CODE
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - {Name: FunctionName, Value: !Ref Name}
        - {Name: Resource, Value: !Sub "${Name}:live"}
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      TreatMissingData: notBreaching
"""
GOOD, BETTER, BAD = "return 'two beds'", "return 'three beds'", "raise KeyError('beds')"


def share(name: str) -> float:
    """The part of the alias's calls that goes to version 2, in percent."""
    alias = functions.get_alias(FunctionName=name, Name="live")
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return 100 * weights.get("2", 1.0 if alias["FunctionVersion"] == "2" else 0.0)


def visitors(name: str) -> None:
    """Call the alias until version 2 has answered, if it has a share."""
    wanted = "2" if share(name) else "1"
    for _ in range(200):
        answer = functions.invoke(FunctionName=f"{name}:live", Payload=b"{}")
        if answer["ExecutedVersion"] == wanted:
            return


def release(
    template: str,
    first: str,
    second: str,
    minutes: int = 12,
) -> tuple[str, list[float]]:
    """Deploy `first`, then `second`, with visitors in every minute.

    Returns the stack, and the share of version 2 minute by minute.
    """
    name = lab.unique_name("bookings")
    lab.clock.advance(seconds=60 - lab.clock.now().second)  # alarms look at whole minutes
    stack = make_stack(template.replace("CODE", first), Name=name)
    if why_not(stack):
        raise ValueError(why_not(stack))
    make_stack(template.replace("CODE", second), stack, Name=name)
    shares = []
    for _ in range(minutes):
        shares.append(share(name))
        visitors(name)
        lab.clock.advance(minutes=1)
    lab.settle()
    return stack, [*shares, share(name)]


# %%
linear = "DeploymentPreference: {Type: Linear10PercentEvery1Minute}"
watched = linear.replace("}", ", Alarms: [!Ref Errors]}")
shares = {
    "all at once, no alarm": release(BOOKINGS.replace("PREFERENCE", ""), GOOD, BAD)[1],
    "linear, no alarm": release(BOOKINGS.replace("PREFERENCE", linear), GOOD, BAD)[1],
    "linear, alarm": release(BOOKINGS.replace("PREFERENCE", watched), GOOD, BAD)[1],
}
charts.steps(
    {name: (range(13), found) for name, found in shares.items()},
    headline=f"The alarm stops a bad version at {max(shares['linear, alarm']):.0f} % of calls",
    x_unit="minutes",
    y_label="calls to the bad version, %",
    source="stacks of this cell, in the lab",
)

# %% [markdown]
# A slow shift without an alarm only makes the disaster slow. CloudFormation rolls the whole stack back when the
# deployment fails, so template and reality agree again.
#
# ### Your turn: a canary with an alarm
#
# `BOOKINGS` has the line `PREFERENCE`. Write into `preference` what replaces it: 10 % of the calls for five minutes,
# then all, and a rollback when the alarm `Errors` rings.
#
# <details><summary>Hint</summary>
#
# One line of YAML with two entries in braces. The name of a predefined type says percent and minutes; `Alarms` is a
# list of references.
# </details>

# %% exercise="safe"
preference = ""
### BEGIN SOLUTION
preference = "DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [!Ref Errors]}"
### END SOLUTION

# %% check="safe" points=2
with check("safe", needs="preference", right="One call in ten met the error, for a minute or two.") as expect:
    expect(isinstance(preference, str), "`preference` should be a text, one line of YAML.")
    expect.not_tried(not preference)

    def goes(second: str) -> tuple[str, list[float]]:
        try:
            return release(BOOKINGS.replace("PREFERENCE", preference), GOOD, second, minutes=8)
        except (ClientError, ValueError) as error:
            return str(error), []

    stack, by_minute = goes(BETTER)
    expect(bool(by_minute), f"The template cannot be deployed: {stack}")
    told = ", ".join(f"{one:.0f} %" for one in by_minute)
    expect(
        by_minute[0] == 10,
        f"Minute by minute version 2 gets {told}. It should begin with 10 %.",
    )
    expect(by_minute[4] == 10, f"Minute by minute version 2 gets {told}. 10 % for five minutes is a canary.")
    expect(by_minute[-1] == 100, f"Minute by minute version 2 gets {told}. A good version should get all in the end.")
    stack, by_minute = goes(BAD)
    told = ", ".join(f"{one:.0f} %" for one in by_minute)
    expect(
        by_minute[-1] == 0,
        f"A version that always fails gets {told}. Let the alarm Errors stop the deployment.",
    )
    status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    expect(status == "UPDATE_ROLLBACK_COMPLETE", f"After the bad version the stack is in {status}.")
    ### BEGIN HIDDEN TESTS
    expect(max(by_minute) == 10, f"The bad version got up to {max(by_minute):.0f} % of the calls.")
    ### END HIDDEN TESTS

# %% [markdown]
# ## On your own machine
#
# The SAM command line runs functions in containers that look like Lambda:
#
# | command | does |
# |---|---|
# | `sam local invoke Snow -e event.json` | runs a function once with an event, then ends |
# | `sam local start-lambda` | an endpoint that the SDK and tests can call as if it were Lambda |
# | `sam local start-api` | a local web server with all routes; reloads changed code |
# | `sam local generate-event s3 put --bucket b --key k` | prints a sample event |
#
# Code that calls AWS calls the **real** account, with the credentials of `--profile`. IDE toolkits add breakpoints. A
# CDK app works, too: `cdk synth`, then `sam local invoke -t cdk.out/STACK.template.json`. DynamoDB is not in it; there
# is DynamoDB Local. We have no containers here, but a handler is only a function:


# %% setup="local"
def local_invoke(handler: Any, event: Any) -> Any:
    """Call a handler here: the event goes through JSON, as it does on AWS."""

    class Context:
        function_name, aws_request_id = "local", "00000000-0000-0000-0000-000000000000"

        def get_remaining_time_in_millis(self) -> int:
            return 3000

    answer = handler(json.loads(json.dumps(event)), Context())
    return json.loads(json.dumps(answer))


# %%
from urllib.parse import unquote_plus


def index_photo(event, context):
    """Which photos came in? Returns their buckets and keys."""
    files = [record["s3"] for record in event["Records"]]
    return [[one["bucket"]["name"], unquote_plus(one["object"]["key"])] for one in files]


one_file = {"bucket": {"name": "photos"}, "object": {"key": "adler.jpg"}}
print(local_invoke(index_photo, {"Records": [{"s3": one_file}]}))

# %% [markdown]
# ### Your turn: an event for tests
#
# A test is as good as its event. S3 writes keys into events **URL-encoded**, a space as `+`; only slashes stay. An
# event by hand often forgets it, and the bug is found in production. Write `put_event(bucket, key)`: the event of one
# new object, with `eventSource` (`aws:s3`), `eventName` (`ObjectCreated:Put`), `awsRegion` (`us-east-1`), bucket name
# and encoded key. The check sends a real photo through a bucket of the lab and compares.
#
# <details><summary>Hint</summary>
#
# `urllib.parse.quote_plus(key, safe="/")`. Everything lies in `{"Records": [{...}]}`; bucket and object stand below
# `s3`, as in the line above.
# </details>


# %% exercise="local-event"
def put_event(bucket: str, key: str) -> dict[str, Any]:
    """The event that S3 sends when an object is put."""
    ### BEGIN SOLUTION
    from urllib.parse import quote_plus

    record = {
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "awsRegion": "us-east-1",
        "s3": {"bucket": {"name": bucket}, "object": {"key": quote_plus(key, safe="/")}},
    }
    return {"Records": [record]}
    ### END SOLUTION


# %% check="local-event" points=2
with check("local-event", needs="put_event", right="What works with this event works with the bucket.") as expect:

    def real_event(bucket: str, key: str) -> dict[str, Any]:
        """What S3 sends in the lab, caught in a queue."""
        s3.create_bucket(Bucket=bucket)
        queue = sqs.create_queue(QueueName=lab.unique_name("check-s3"))["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        allow = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{**allow, "Resource": arn}]})
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
        watch = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [watch]}
        )
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
        lab.settle()
        got = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
        bodies = [json.loads(message["Body"]) for message in got]
        return next(body for body in bodies if "Records" in body)

    def same(key: str) -> None:
        bucket = lab.unique_name("check-photos")
        real, own = real_event(bucket, key)["Records"][0], put_event(bucket, key)
        records = own.get("Records") if isinstance(own, dict) else None
        expect(isinstance(records, list) and len(records) == 1, 'Return {"Records": [one record]}.')
        record = records[0]
        for name in ("eventSource", "eventName", "awsRegion"):
            expect.equal(record.get(name), real[name], f"The field {name}")
        part = record.get("s3") or {}
        parts = [part, part.get("bucket"), part.get("object")] if isinstance(part, dict) else []
        whole = bool(parts) and all(isinstance(one, dict) for one in parts)
        expect(whole, "s3 holds two dictionaries: bucket with a name, object with a key.")
        expect.equal(part["bucket"].get("name"), bucket, "s3 / bucket / name")
        # the lab's events to queues encode slashes, too; S3 leaves them
        found, wanted = part["object"].get("key"), real["s3"]["object"]["key"].replace("%2F", "/")
        expect(found == wanted, f"For the key {key!r} S3 writes {wanted!r}; your event has {found!r}.")
        expect.equal(local_invoke(index_photo_again, own), [[bucket, key]], "What a handler makes of your event")

    def index_photo_again(event: Any, context: Any) -> Any:
        from urllib.parse import unquote_plus

        files = [record["s3"] for record in event["Records"]]
        return [[one["bucket"]["name"], unquote_plus(one["object"]["key"])] for one in files]

    same("adler.jpg")
    same("new snow.jpg")
    same("huts/Grün 1+2.jpg")
    ### BEGIN HIDDEN TESTS
    same("hütte/a+b & c.jpg")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Apps from the shelf
#
# The **Serverless Application Repository (SAR)** keeps SAM applications, public or shared with chosen accounts. You
# use one as a nested stack and set its **parameters**, which usually end in environment variables. A template in a
# bucket works the same way; the repository itself is not in the lab.
#
# > **Then and now.** Older books begin a serverless project with CodeStar. It closed on 31 July 2024.

# %%
shelf = lab.unique_name("shelf")
s3.create_bucket(Bucket=shelf)
greeter = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Greeting: {Type: String, AllowedPattern: "[A-Z].*"}
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Environment: {Variables: {GREETING: !Ref Greeting}}
      InlineCode: |
        import os
        def handler(event, context): return os.environ["GREETING"] + ", " + event
Outputs:
  Name: {Value: !Ref Greeter}
"""
s3.put_object(Bucket=shelf, Key="greeter.yaml", Body=greeter)
use = """
Transform: AWS::Serverless-2016-10-31
Resources:
  App:
    Type: AWS::Serverless::Application
    Properties:
      Location: "https://SHELF.s3.amazonaws.com/greeter.yaml"
      Parameters: {Greeting: Servus}
Outputs:
  Name: {Value: !GetAtt App.Outputs.Name}
"""
# from the repository: Location: {ApplicationId: arn:..., SemanticVersion: 1.0.0}
app = make_stack(use.replace("SHELF", shelf))
print(functions.invoke(FunctionName=outputs(app)["Name"], Payload=b'"Mara"')["Payload"].read())

# %% [markdown]
# > **Bill.** SAM and the repository cost nothing by themselves; what they deploy does. On real AWS this lesson would
# > cost less than a cent: AppSync 4 USD for a million operations, the rest within free amounts. Delete what you made:
# > `aws cloudformation delete-stack` (or `sam delete`) and the APIs.

# %%
for one in appsync.list_graphql_apis()["graphqlApis"]:
    appsync.delete_graphql_api(apiId=one["apiId"])
print(lab.bill())

# %% [markdown]
# ## To remember
#
# - AppSync is managed GraphQL: one address, the client names the fields; errors stand in `errors`, status 200.
# - A resolver joins a field to a data source. Since template version 2018-05-29 the response template must look at
#   `$ctx.error`, or errors vanish.
# - A field of a list is resolved for each item; batches (`maxBatchSize`) make one Lambda call of many, in order.
# - Subscriptions are tied to mutations and get what those selected. Five ways to authorise, one default; fields
#   without a directive belong to the default.
# - Amplify bundles libraries, back end and hosting; Gen 2 is TypeScript, one environment for each branch; Gen 1 with
#   `amplify add` and DataStore is on its way out.
# - SAM is CloudFormation with a transform. `build`, (`package`), `deploy`; policy templates for rights by name.
# - `AutoPublishAlias` and `DeploymentPreference` with alarms give canaries that roll back.

# %% [markdown] question="swallowed"
# ### Question 1
#
# A query `order(id)` of an AppSync API returns null without errors for orders that exist. The resolver uses VTL of
# version 2018-05-29 and a DynamoDB data source whose role was tightened yesterday. What explains it?
#
# - [ ] **A** AppSync hides access errors from clients for safety.
#   > It hides nothing by itself; what the client is told, the response template decides.
# - [x] **B** The response template gives `$ctx.result` and never looks at `$ctx.error`.
#   > The refused call leaves an error in the context and a null result. Only the template can pass it on.
# - [ ] **C** The client must send its own DynamoDB permissions.
#   > Clients authorise with the API. The table is asked in the name of the data source's role.
# - [ ] **D** GraphQL answers null whenever a table is slow.
#   > A time-out is an error as well, and not what tightening a role changes.

# %% answer="swallowed"
answer = "B"

# %% check="swallowed" points=1
question("swallowed", answer)

# %% [markdown] question="offline"
# ### Question 2
#
# Field workers fill in forms on tablets in tunnels without a network. Entries must appear on the other tablets as soon
# as there is one. The team knows React and wants to write no synchronisation. Which answer does the exam look for?
#
# - [ ] **A** API Gateway WebSocket API with a Lambda function and DynamoDB Streams
#   > It delivers to connected clients. What happens without a network stays the team's work.
# - [ ] **B** Amazon SQS, polled by the tablets
#   > A queue gives a message to one consumer; each tablet needs all entries, and a local copy.
# - [x] **C** Amplify DataStore on AppSync
#   > Local data that synchronises with AppSync by itself, with conflict handling. (It belongs to Amplify's older
#   > generation: for a new app look at its future first.)
# - [ ] **D** CloudFront with a long time to live
#   > A cache helps reading what was read before; it takes no entries.

# %% answer="offline"
answer = "C"

# %% check="offline" points=1
question("offline", answer)

# %% [markdown] question="partners"
# ### Question 3
#
# A GraphQL API of a shop is used by its web site, by signed-in customers of a Cognito user pool, and now by a partner's
# back end in another AWS account. How does the partner get in with the least effort and no secrets to pass on?
#
# - [ ] **A** Give the partner an API key that lasts 365 days.
#   > A shared secret that opens whatever the key opens, and ends in a year.
# - [ ] **B** Make a user of the pool for the partner.
#   > A password to keep, made for people; programs on AWS have a better identity.
# - [ ] **C** Make a second API in the partner's account.
#   > Two schemas to keep in step, for a question of access.
# - [x] **D** Add `AWS_IAM` as an additional way, mark the partner's fields with `@aws_iam`, and allow the
#   partner's role `appsync:GraphQL` on them.
#   > Temporary credentials of a role sign the requests; the directive and the policy say what they reach.

# %% answer="partners"
answer = "D"

# %% check="partners" points=1
question("partners", answer)

# %% [markdown] question="no-rollback"
# ### Question 4
#
# A SAM function has `AutoPublishAlias: live` and `DeploymentPreference: {Type: Canary10Percent10Minutes}`. A release
# with a bug went to all users after ten minutes. What was missing?
#
# - [x] **A** `Alarms`: nothing told CodeDeploy that the new version fails.
#   > A canary is only watched if an alarm watches it. With one, the alias goes back and the stack rolls back.
# - [ ] **B** A `Linear` type, which stops by itself when errors occur.
#   > No type looks at errors by itself; they differ in how fast traffic moves.
# - [ ] **C** `sam deploy --guided`
#   > It asks for settings and stores them; the deployment itself is the same.
# - [ ] **D** A second alias for the old version
#   > CodeDeploy keeps the old version's number and could go back to it. Nobody asked it to.

# %% answer="no-rollback"
answer = "A"

# %% check="no-rollback" points=1
question("no-rollback", answer)

# %% [markdown] question="local-table"
# ### Question 5
#
# A developer runs `sam local invoke` on a laptop. The function deletes expired rows of a DynamoDB table. Which rows are
# deleted?
#
# - [ ] **A** None: SAM simulates DynamoDB with an empty table.
#   > SAM runs functions and API routes locally. It brings no table.
# - [ ] **B** Those of a table that SAM copies from the stack
#   > SAM copies no data.
# - [x] **C** Those of the real table, in the account of the credentials in use
#   > The container passes the developer's credentials on, and the SDK calls AWS. Use a profile of a test account.
# - [ ] **D** None: local functions cannot reach the internet.
#   > Containers can, unless you take their network away.

# %% answer="local-table"
answer = "C"

# %% check="local-table" points=1
question("local-table", answer)

# %%
progress()
