# ---
# jupyter:
#   course:
#     exam:
#     - '1.1'
#     - '3.1'
#     - '3.4'
#     minutes: 60
#     practises:
#       choose-door:
#       - apigateway.endpoint-types
#       - apigateway.custom-domains
#       document:
#       - apigateway.openapi
#       finish-canary:
#       - apigateway.canary
#       guard:
#       - apigateway.request-validation
#       open-rides:
#       - apigateway.features
#       - apigateway.integration-targets
#       predict-stages:
#       - apigateway.deployments-and-stages
#       report-door:
#       - apigateway.integration-types
#       - apigateway.mapping-templates
#       rides:
#       - apigateway.lambda-proxy-contract
#       stages-for:
#       - apigateway.stage-variables
#     services:
#     - apigateway
#     - lambda
#     - sqs
#     title: A front door for functions
#     topics:
#     - apigateway.features
#     - apigateway.integration-targets
#     - apigateway.integration-types
#     - apigateway.lambda-proxy-contract
#     - apigateway.endpoint-types
#     - apigateway.custom-domains
#     - apigateway.deployments-and-stages
#     - apigateway.stage-variables
#     - apigateway.canary
#     - apigateway.mapping-templates
#     - apigateway.openapi
#     - apigateway.request-validation
# ---

# %% [markdown]
# # A front door for functions
#
# Tern's app should not call functions with AWS keys in its pocket. It wants an address: `GET /rides/7`, as any web
# service has. After this lesson you can put **Amazon API Gateway** in front of functions and queues: build a REST API
# from nothing, deploy it in stages, release it to a few callers first, check requests at the door, and keep all of it
# as a document.

# %% setup="start"
import inspect
import io
import json
import linecache
import random
import zipfile
from typing import Any

import boto3
from botocore.exceptions import ClientError

from course import charts, check, facts, lab, lesson, progress, question, solution

lesson("08-serverless/05-api-gateway")
lab.start()
gateway = boto3.client("apigateway")
functions = boto3.client("lambda")
iam = boto3.client("iam")
sqs = boto3.client("sqs")

# %% [markdown]
# ## One door, many rooms
#
# API Gateway takes HTTP requests, decides who may pass and how often, checks and reshapes them, hands them to a
# **backend**, and brings the answer back. You run nothing. Behind the door may stand a function, any HTTP address, or
# an AWS service.

# %%
charts.flow(
    [
        ("app", "API Gateway", "HTTPS"),
        ("API Gateway", "ride function", "GET /rides/7"),
        ("ride function", "DynamoDB", "item"),
        ("API Gateway", "report queue", "POST /reports"),
        ("API Gateway", "town register", "GET /register"),
        ("API Gateway", "nothing at all", "GET /status"),
    ],
    kinds={
        "API Gateway": "network",
        "ride function": "compute",
        "DynamoDB": "database",
        "report queue": "messaging",
    },
    direction="right",
    headline="One address in front of a function, a queue, a foreign web service and a mock",
)

# %% [markdown]
# There are three kinds. **REST APIs** (2015) can do everything in this lesson: versions and stages, keys and
# throttling, caches, validation, templates, import and export. **HTTP APIs** (2020) can do less and cost less than a
# third. **WebSocket APIs** (2018) keep a line open in both directions. We begin with REST; the next lesson has the
# others.
#
# Here is the smallest one. It answers by itself, without any backend.


# %% setup="tools"
def address(api_id: str, stage: str, path: str = "/") -> str:
    """Where a stage of a REST API answers."""
    return f"https://{api_id}.execute-api.us-east-1.amazonaws.com/{stage}{path}"


# %%
house = gateway.create_rest_api(
    name="tern-status",
    endpointConfiguration={"types": ["REGIONAL"]},
)
status = gateway.create_resource(
    restApiId=house["id"],
    parentId=house["rootResourceId"],  # the resource "/" is there from the start
    pathPart="status",
)
where: Any = {"restApiId": house["id"], "resourceId": status["id"], "httpMethod": "GET"}
gateway.put_method(**where, authorizationType="NONE")
gateway.put_integration(
    **where,
    type="MOCK",
    requestTemplates={"application/json": '{"statusCode": 200}'},
)
gateway.put_method_response(**where, statusCode="200")
gateway.put_integration_response(
    **where,
    statusCode="200",
    responseTemplates={"application/json": '{"bikes": "all in good health"}'},
)
gateway.create_deployment(restApiId=house["id"], stageName="prod")
lab.http("GET", address(house["id"], "prod", "/status"))

# %% [markdown]
# Read it as a way in and a way out. A **resource** is a path, a **method** a verb on it. The request goes through the
# *method request* (who may, with which parameters) and the *integration request* (what the backend gets); the answer
# through the *integration response* and the *method response*. `MOCK` takes the status from its template and never
# asks anybody: good for a promise to the app's developers before the code exists, and for CORS.
#
# In the lab `lab.http` or `requests` reaches the API, without a socket. Whoever asks for something that the API does
# not have gets an answer that misleads many:

# %%
for path in ("/status", "/stauts", "/"):
    answer_of = lab.http("GET", address(house["id"], "prod", path))
    print(f"{path:8} {answer_of.status} {answer_of.body}")

# %% [markdown]
# `Missing Authentication Token` with 403 here means "no such method": check path, verb, stage, and whether you
# deployed.
#
# ## Five ways to a backend
#
# The integration's `type` says who is behind the door, and who does the translating:

# %%
kinds: dict[str, dict[str, str | None]] = {
    "MOCK": {"backend": "none", "templates": "yes", "response mapping": "yes"},
    "AWS": {"backend": "function, service", "templates": "yes", "response mapping": "yes"},
    "AWS_PROXY": {"backend": "function", "templates": "no", "response mapping": "no"},
    "HTTP": {"backend": "HTTP address", "templates": "yes", "response mapping": "yes"},
    "HTTP_PROXY": {"backend": "HTTP address", "templates": "no", "response mapping": "no"},
}
charts.heatmap(
    kinds,
    meanings={"yes": "busy", "no": "good"},
    headline="A proxy passes everything on; the other kinds are yours to translate",
    source="API Gateway Developer Guide, November 2026",
)

# %% [markdown]
# With **AWS_PROXY** the function gets the whole request as its event and owes the whole answer. Most functions behind
# REST APIs use it. `HTTP_PROXY` in front of an old system or a load balancer adds keys, limits and caching without
# touching it. `AWS` calls an action of a service: put a message into a queue, start a state machine, write an item.
# Backends inside a VPC are reached through a **VPC link**.
#
# > **Then and now.** Some books list "Lambda custom" as a kind of its own. Its value is `AWS`; a function is one of the
# > targets of that kind.
#
# For a function the integration's address is a long one, and the verb towards Lambda is **always POST**, whatever the
# client sends:


# %% setup="make"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "apigateway.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        },
    ],
}


def new_role(name: str, action: str = "", resource: str = "") -> str:
    """A role for a function or for API Gateway, with at most one permission; its ARN."""
    named = lab.unique_name(name)
    made = iam.create_role(RoleName=named, AssumeRolePolicyDocument=json.dumps(TRUST))
    if action:
        statement = {"Effect": "Allow", "Action": action, "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_role_policy(RoleName=named, PolicyName="one", PolicyDocument=document)
    return made["Role"]["Arn"]


role = new_role("tern", "dynamodb:*", "*")


def source_of(function: Any) -> str:
    """The cell in which a function is defined, down to the function's last line."""
    lines = linecache.getlines(function.__code__.co_filename)
    first = function.__code__.co_firstlineno - 1
    return "".join(lines[: first + len(inspect.getblock(lines[first:]))])


def launch(function: Any, **settings: Any) -> str:
    """Make a Lambda function of the cell that defines `function`; returns its ARN."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", source_of(function))
    more: Any = {"Role": role, "Timeout": 30, **settings}
    made = functions.create_function(
        FunctionName=lab.unique_name(function.__name__.replace("_", "-")),
        Runtime="python3.13",
        Handler=f"app.{function.__name__}",
        Code={"ZipFile": packed.getvalue()},
        **more,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=made["FunctionName"])
    return made["FunctionArn"]


def lambda_uri(function_arn: str) -> str:
    """The address of a function for an integration."""
    path = f"path/2015-03-31/functions/{function_arn}/invocations"
    return f"arn:aws:apigateway:us-east-1:lambda:{path}"


# %%
print(lambda_uri("arn:aws:lambda:us-east-1:123456789012:function:rides"))

# %% [markdown]
# One thing is missing. The function's resource policy must let API Gateway in, best this one API only:
# `SourceArn` is `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/VERB/PATH`, with `*` for what may vary. The console
# adds it for you; boto3 does not. Without it the client reads `500 Internal server error`.
#
# ### Your turn: an API from nothing
#
# Write `open_rides(function_arn)`. It makes a Regional REST API and returns its id:
#
# | path | verbs |
# |---|---|
# | `/rides` | GET, POST |
# | `/rides/{id}` | GET, DELETE |
#
# - each method is a Lambda proxy to the function, with authorisation `NONE`;
# - the function may be invoked by **this API only** (all its stages and methods are fine);
# - it is deployed to the stage `prod`.
#
# <details><summary>Hint</summary>
#
# Two resources: `rides` below the root, `{id}` below `rides`. Then a loop over (resource id, verb) with `put_method`
# and `put_integration`. `integrationHttpMethod` must be given. `functions.add_permission(FunctionName=...,
# StatementId=..., Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com", SourceArn=...)` takes an ARN
# as the name. In the lab, as in AWS's examples, the account is 123456789012. Deploy last.
# </details>


# %% exercise="open-rides"
def open_rides(function_arn: str) -> str:
    """Make and deploy the API of rides; return its id."""
    ### BEGIN SOLUTION
    created = gateway.create_rest_api(
        name="tern-rides",
        endpointConfiguration={"types": ["REGIONAL"]},
    )
    api_id = created["id"]
    rides = gateway.create_resource(
        restApiId=api_id,
        parentId=created["rootResourceId"],
        pathPart="rides",
    )["id"]
    one = gateway.create_resource(restApiId=api_id, parentId=rides, pathPart="{id}")["id"]
    for resource, verb in ((rides, "GET"), (rides, "POST"), (one, "GET"), (one, "DELETE")):
        target: Any = {"restApiId": api_id, "resourceId": resource, "httpMethod": verb}
        gateway.put_method(**target, authorizationType="NONE")
        gateway.put_integration(
            **target,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=lambda_uri(function_arn),
        )
    functions.add_permission(
        FunctionName=function_arn,
        StatementId=f"api-{api_id}",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/*",
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    return api_id
    ### END SOLUTION


# %% setup="echo"
def echo(event, context):
    import json

    told = {name: event[name] for name in ("httpMethod", "resource", "pathParameters", "body")}
    return {"statusCode": 200, "body": json.dumps(told)}


# %% check="open-rides" points=3
with check(
    "open-rides",
    needs="open_rides",
    right="Two resources, four methods, one permission, one deployment: an API.",
) as expect:

    def opens(asks: list[tuple[str, str, str]]) -> None:
        arn = launch(echo)
        api_id = open_rides(arn)
        expect(isinstance(api_id, str), "Return the API's id, a string.")
        found = {one["id"] for one in gateway.get_rest_apis(limit=500)["items"]}
        expect(
            api_id in found,
            f"There is no API with the id {api_id!r}. Return created['id'].",
        )
        kind = gateway.get_rest_api(restApiId=api_id)["endpointConfiguration"]["types"]
        expect.equal(kind, ["REGIONAL"], "The type of the endpoint (the default is EDGE)")
        stages = [one["stageName"] for one in gateway.get_stages(restApiId=api_id)["item"]]
        expect(
            "prod" in stages,
            f"The API has the stages {stages}; 'prod' is missing: deploy it.",
        )
        made = {
            (one["path"], verb)
            for one in gateway.get_resources(restApiId=api_id, limit=500)["items"]
            for verb in one.get("resourceMethods", {})
        }
        wanted = {(f"/rides{end}", verb) for _, end, verb in WANTED}
        expect(
            made == wanted,
            f"The API has the methods {sorted(made)}. Wanted: {sorted(wanted)}.",
        )
        for one in gateway.get_resources(restApiId=api_id, limit=500)["items"]:
            for verb in one.get("resourceMethods", {}):
                method = gateway.get_method(
                    restApiId=api_id,
                    resourceId=one["id"],
                    httpMethod=verb,
                )
                expect(
                    method["authorizationType"] == "NONE" and not method.get("apiKeyRequired"),
                    f"{verb} {one['path']} asks callers for a signature, a token or a key; "
                    "wanted: the authorisation NONE, and no key.",
                )
        for verb, path, resource in asks:
            came = lab.http(verb, address(api_id, "prod", path), body='{"bike": "B7"}')
            case = f"{verb} {path}"
            expect(
                came.status != 403,
                f"{case} is not there in the stage prod, though the API has it now. What is "
                "deployed is a picture of the API at that moment: deploy last.",
            )
            said = [
                "A function integration calls Lambda's API: integrationHttpMethod is POST for",
                "every verb, and the function's policy must let apigateway.amazonaws.com in.",
            ]
            expect(came.status != 500, f"{case} answers 500. " + " ".join(said))
            expect(came.status == 200, f"{case} answers {came.status} {came.body}")
            told = came.json()
            expect(
                isinstance(told, dict) and told.get("resource") == resource,
                f"{case} does not hand the whole request on. Use type AWS_PROXY.",
            )
            expect.equal(told["httpMethod"], verb, f"{case}: the verb in the event")
        policy = json.loads(functions.get_policy(FunctionName=arn)["Policy"])
        for statement in policy["Statement"]:
            conditions = json.dumps(statement.get("Condition", {}))
            expect(
                statement["Principal"] != "*",
                "Everybody may invoke the function. The principal is API Gateway.",
            )
            expect(
                api_id in conditions,
                "Any API of any account may invoke the function: limit the permission by a "
                "SourceArn with this API's id.",
            )

    WANTED = [("", "", "GET"), ("", "", "POST"), ("", "/{id}", "GET"), ("", "/{id}", "DELETE")]
    opens([("GET", "/rides", "/rides"), ("POST", "/rides", "/rides")])
    opens([("GET", "/rides/7", "/rides/{id}"), ("DELETE", "/rides/7", "/rides/{id}")])
    ### BEGIN HIDDEN TESTS
    opens([("DELETE", "/rides/a-b", "/rides/{id}"), ("POST", "/rides?x=1", "/rides")])
    ### END HIDDEN TESTS

# %% [markdown]
# ## The contract of the Lambda proxy
#
# Now the function's side. From here on a helper makes APIs out of a dictionary, so that each section can begin with
# one; how it does that is the last part of this lesson.


# %% setup="api-of"
def api_of(methods: dict[str, dict[str, Any]], stage: str = "prod") -> str:
    """A deployed API: {"GET /rides": {an integration in OpenAPI's words}}; returns its id."""
    paths: dict[str, Any] = {}
    for key, integration in methods.items():
        verb, path = key.split()
        answers = integration.get("responses", {"default": {"statusCode": "200"}}).values()
        paths.setdefault(path, {})[verb.lower()] = {
            "responses": {one["statusCode"]: {"description": "-"} for one in answers},
            "x-amazon-apigateway-integration": integration,
        }
    name = lab.unique_name("tern")
    document = {"openapi": "3.0.1", "info": {"title": name, "version": "1"}, "paths": paths}
    imported = gateway.import_rest_api(body=json.dumps(document).encode())
    for integration in methods.values():
        if ":function:" in integration.get("uri", "") and "${" not in integration["uri"]:
            functions.add_permission(
                FunctionName=integration["uri"].split("functions/")[1].split("/")[0],
                StatementId=lab.unique_name("door"),
                Action="lambda:InvokeFunction",
                Principal="apigateway.amazonaws.com",
                SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{imported['id']}/*/*",
            )
    if stage:
        gateway.create_deployment(restApiId=imported["id"], stageName=stage)
    return imported["id"]


def proxy(function_arn: str) -> dict[str, Any]:
    """A Lambda proxy in OpenAPI's words."""
    return {"type": "aws_proxy", "httpMethod": "POST", "uri": lambda_uri(function_arn)}


# %%
def mirror(event, context):
    import json

    return {"statusCode": 200, "body": json.dumps(event)}


glass = api_of({"POST /rides/{id}": proxy(launch(mirror))})
seen = lab.http(
    "POST",
    address(glass, "prod", "/rides/7?bike=B3&bike=B4"),
    json={"minutes": 12},
    headers={"X-App": "2.1"},
).json()
for name, value in seen.items():
    print(f"{name:32} {str(value)[:60]}")

# %% [markdown]
# Three traps stand in there. The **body is a string**, never a dictionary. Of a repeated parameter
# `queryStringParameters` keeps the last value; the `multiValue...` twin has all. And what is empty is `None`, not
# `{}`: `event["queryStringParameters"]["page"]` fails when nobody sent a query.
#
# What the function owes is just as strict: `statusCode`, and if it likes `headers`, `multiValueHeaders`, `body` (a
# string) and `isBase64Encoded`. We let a function return whatever we post to it:


# %%
def parrot(event, context):
    import json

    return json.loads(event["body"])


cage = api_of({"POST /say": proxy(launch(parrot))})
for said_back in (
    {"statusCode": 200, "body": "hello"},
    {"statusCode": 404, "body": "no such bike", "headers": {"X-Bike": "B9"}},
    {"statusCode": 200, "body": {"bike": "B7"}},
    {"bike": "B7"},
    "hello",
    {"statusCode": 200, "body": "x", "cookies": ["a=1"]},
):
    came = lab.http("POST", address(cage, "prod", "/say"), json=said_back)
    print(came.status, "<-", said_back)

# %% [markdown]
# Everything outside the contract becomes **502** with `Internal server error`, although the function itself ran
# without any error; so does a function that raises. Search a 502 in the answer's form first.
#
# HTTP APIs know a second format, *payload 2.0*: `requestContext.http.method`, `rawPath`, `cookies`, and there a plain
# dictionary is welcome; it becomes a JSON body with status 200.
#
# ### Your turn: repair the rides
#
# `rides` keeps Tern's rides in the DynamoDB table `rides`. It worked in the test tool; behind the API most calls answer
# 502. Mend it:
#
# | call | answer |
# |---|---|
# | `GET /rides`, `GET /rides?bike=B7` | 200, a JSON list of all rides, or of that bike's |
# | `POST /rides` with `{"bike": "B7"}` | 201, the ride as JSON with its new `id` |
# | `POST` with a body that is no JSON object, or without `bike` | 400 |
# | `GET /rides/{id}` | 200 and the ride, or 404 |
# | `DELETE /rides/{id}` | 204 without a body |
#
# <details><summary>Hint</summary>
#
# One small function that builds answers, `reply(status, content)`, mends half of it. `(event["pathParameters"] or
# {}).get("id")` copes with `None`. `get_item` of an item that is not there has no key `Item`. `json.loads` raises
# `ValueError` on text that is no JSON, and `TypeError` on `None`.
# </details>

# %% setup="rides-table"
tables = boto3.client("dynamodb")
if "rides" not in tables.list_tables()["TableNames"]:
    tables.create_table(
        TableName="rides",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

# %% exercise="rides" repair=true
import json
import uuid

import boto3

table = boto3.resource("dynamodb").Table("rides")


def rides(event, context):
    """Answer calls of the API of rides."""
    verb, ride_id = event["httpMethod"], event["pathParameters"]["id"]
    if verb == "GET" and ride_id:
        return table.get_item(Key={"id": ride_id})["Item"]
    if verb == "GET":
        bike = event["queryStringParameters"]["bike"]
        return [ride for ride in table.scan()["Items"] if ride["bike"] == bike]
    if verb == "POST":
        ride = {"id": uuid.uuid4().hex, "bike": event["body"]["bike"]}
        table.put_item(Item=ride)
        return {"statusCode": 201, "body": ride}
    table.delete_item(Key={"id": ride_id})
    return {"statusCode": 204, "body": None}


### BEGIN SOLUTION
def reply(status, content=None):
    """An answer in the form that API Gateway wants."""
    return {"statusCode": status, "body": "" if content is None else json.dumps(content)}


def rides(event, context):
    """Answer calls of the API of rides."""
    verb, ride_id = event["httpMethod"], (event["pathParameters"] or {}).get("id")
    if verb == "GET" and ride_id:
        found = table.get_item(Key={"id": ride_id}).get("Item")
        return reply(200, found) if found else reply(404, {"message": "no such ride"})
    if verb == "GET":
        bike = (event["queryStringParameters"] or {}).get("bike")
        return reply(
            200,
            [one for one in table.scan()["Items"] if bike in (None, one["bike"])],
        )
    if verb == "POST":
        try:
            wish = json.loads(event["body"] or "")
            ride = {"id": uuid.uuid4().hex, "bike": wish["bike"]}
        except (ValueError, TypeError, KeyError):
            return reply(400, {"message": "a JSON object with 'bike', please"})
        table.put_item(Item=ride)
        return reply(201, ride)
    table.delete_item(Key={"id": ride_id})
    return reply(204)


### END SOLUTION

# %% check="rides" points=3
with check(
    "rides",
    needs="rides",
    right="The same function in the test tool and behind the door: the form is the contract.",
) as expect:

    def works(bikes: list[str], strange: list[str]) -> None:
        arn = launch(rides)
        calls = ("GET /rides", "POST /rides", "GET /rides/{id}", "DELETE /rides/{id}")
        api_id = api_of({key: proxy(arn) for key in calls})

        def ask(verb: str, path: str, status: int, body: str | None = None) -> Any:
            came = lab.http(verb, address(api_id, "prod", path), body=body)
            case = f"{verb} {path}" + (f" with {body}" if body else "")
            broken = "the function failed, or its answer has another form than the contract"
            expect(came.status != 502, f"{case} answers 502: {broken}.")
            expect(came.status == status, f"{case} answers {came.status}, not {status}.")
            if status in (200, 201):
                try:
                    return came.json()
                except ValueError:
                    expect(
                        False,
                        f"{case}: the body {came.body[:60]!r} is no JSON. json.dumps",
                    )
            return came.body

        made = []
        for bike in bikes:
            ride = ask("POST", "/rides", 201, json.dumps({"bike": bike}))
            form = isinstance(ride, dict) and ride.get("bike") == bike and "id" in ride
            expect(
                form,
                f"POST /rides answers {ride!r}; wanted: the ride with 'id' and 'bike'.",
            )
            made.append(ride)
        expect.equal(ask("GET", f"/rides/{made[0]['id']}", 200), made[0], "GET of a ride")
        ask("GET", "/rides/none-of-ours", 404)
        listed = ask("GET", "/rides", 200)
        expect(
            isinstance(listed, list) and all(ride in listed for ride in made),
            "GET /rides does not list all rides.",
        )
        of_one = ask("GET", f"/rides?bike={bikes[0]}", 200)
        expect(
            isinstance(of_one, list) and all(isinstance(one, dict) for one in of_one),
            f"GET /rides?bike={bikes[0]} answers {str(of_one)[:80]}; wanted: a list of rides.",
        )
        expect.equal(
            sorted(one["id"] for one in of_one),
            sorted(one["id"] for one in made if one["bike"] == bikes[0]),
            f"The ids that GET /rides?bike={bikes[0]} lists",
        )
        for body in strange:
            ask("POST", "/rides", 400, body)
        gone = ask("DELETE", f"/rides/{made[0]['id']}", 204)
        expect(gone in ("", None), f"DELETE has the body {gone!r}; 204 means: no content.")
        ask("GET", f"/rides/{made[0]['id']}", 404)
        ask("GET", f"/rides/{made[1]['id']}", 200)

    first, second = lab.unique_name("B"), lab.unique_name("B")
    works([first, second, first], ["no json", '["bike"]', '{"colour": "red"}', ""])
    ### BEGIN HIDDEN TESTS
    works([lab.unique_name("C"), lab.unique_name("D")], ["[]", "7", "null", "{"])
    ### END HIDDEN TESTS

# %% [markdown]
# ## Templates: no function at all
#
# The other kinds of integration are translated by **mapping templates**, one for each content type, written in **VTL**
# (Velocity). `$input.params('x')` is a parameter of the path, the query or a header; `$input.json('$.a')` a part of
# the body as JSON; `$input.path(...)` the same to walk through; `$util` escapes; `#set`, `#if`, `#foreach` do what
# they say. A template may be 300 KB long.
#
# The town's register of parked bikes speaks only SOAP: XML in, XML out. A template turns the app's JSON into its
# XML, with one element for each bike.


# %%
def register(request):
    """The town's web service, outside of AWS."""
    print("the register got:", " ".join(request.text.split()))
    return "<Envelope><Body><Receipt>4711</Receipt></Body></Envelope>"


lab.http.serve("https://register.town.example", register)
as_soap = """
#set($parked = $input.path('$.bikes'))
<Envelope><Body><Park place="$input.params('place')">
#foreach($bike in $parked)<Bike>$bike.id</Bike>#end
</Park></Body></Envelope>
"""
to_town: dict[str, Any] = {
    "type": "http",
    "httpMethod": "POST",
    "uri": "https://register.town.example/park",
    "requestTemplates": {"application/json": as_soap},
    "requestParameters": {"integration.request.header.Content-Type": "'text/xml'"},
    "responses": {"default": {"statusCode": "200"}},
}
town = api_of({"POST /places/{place}": to_town})
lab.http(
    "POST",
    address(town, "prod", "/places/harbour"),
    json={"bikes": [{"id": "B7"}, {"id": "B8"}], "secret": 42},
)

# %% [markdown]
# What the template does not name (`secret`) does not get through. Parameters and headers are mapped beside it, in
# `requestParameters`: `integration.request.header.X` gets `method.request.querystring.y`, or a fixed text in single
# quotes. On the way back `responses` choose by a pattern; each may have templates and headers of its own.
#
# What goes out is best read in the log of a trial, which needs no deployment:

# %%
resources = gateway.get_resources(restApiId=town)["items"]
[parking] = [one for one in resources if "{" in one["path"]]
trial = gateway.test_invoke_method(
    restApiId=town,
    resourceId=parking["id"],
    httpMethod="POST",
    pathWithQueryString="/places/station",
    body='{"bikes": [{"id": "B9"}]}',
)
log = " ".join(trial["log"].split())
begin = log.index("Endpoint request body after")
print(log[begin : begin + 150])

# %% [markdown]
# > **Then and now.** Some notes write "VLT"; it is VTL. `$input.path` reads JSON only: API Gateway takes no XML apart.
# > The answer above therefore goes through as it came.
#
# ### Your turn: a report goes straight into the queue
#
# Riders report damages. Nobody waits for the answer, so no function is needed: API Gateway itself calls SQS. Complete
# `report_door(queue_name, role_arn)`; it returns the integration for `POST /bikes/{id}/reports`:
#
# - the message in the queue is the JSON `{"bike": <id of the path>, "text": <text of the body>}` and nothing else:
#   riders also send their phone number, which nobody should keep;
# - any text survives, with quotes, `&`, `%`, umlauts and line breaks;
# - the client gets **202** and `{"ticket": "<the message's id>"}`, also as JSON.
#
# The account is 123456789012. SQS gets a form, `Action=SendMessage&MessageBody=...`, so all of the message must be
# URL-encoded; it answers `{"SendMessageResponse": {"SendMessageResult": {"MessageId": "..."}}}`.
#
# <details><summary>Hint</summary>
#
# The uri is `arn:aws:apigateway:us-east-1:sqs:path/ACCOUNT/QUEUE`. Build the message with `#set($m = '...' + ...)` and
# send `$util.urlEncode($m)`. `$input.json('$.text')` is already JSON: quoted and escaped. `$input.params('id')` is
# not. The response's template begins at `$input.path('$.SendMessageResponse...')`.
# </details>


# %% exercise="report-door" repair=true
def report_door(queue_name: str, role_arn: str) -> dict[str, Any]:
    """The integration that puts a report into a queue."""
    form = "'application/x-www-form-urlencoded'"
    return {
        "type": "aws",
        "httpMethod": "POST",
        "uri": "...",
        "credentials": role_arn,
        "requestParameters": {"integration.request.header.Content-Type": form},
        "requestTemplates": {"application/json": "..."},
        "responses": {"default": {"statusCode": "200"}},
    }


### BEGIN SOLUTION
def report_door(queue_name: str, role_arn: str) -> dict[str, Any]:
    """The integration that puts a report into a queue."""
    form = "'application/x-www-form-urlencoded'"
    template = (
        """#set($report = '{"bike": "' + $input.params('id') + '", "text": ')"""
        """#set($report = $report + $input.json('$.text') + '}')"""
        "Action=SendMessage&MessageBody=$util.urlEncode($report)"
    )
    number = "$input.path('$.SendMessageResponse.SendMessageResult.MessageId')"
    return {
        "type": "aws",
        "httpMethod": "POST",
        "uri": f"arn:aws:apigateway:us-east-1:sqs:path/123456789012/{queue_name}",
        "credentials": role_arn,
        "requestParameters": {"integration.request.header.Content-Type": form},
        "requestTemplates": {"application/json": template},
        "responses": {
            "default": {
                "statusCode": "202",
                "responseTemplates": {"application/json": f'{{"ticket": "{number}"}}'},
            },
        },
    }


### END SOLUTION

# %% check="report-door" points=3
with check(
    "report-door",
    needs="report_door",
    right="No function, no cold start, and what you do not map does not get in.",
) as expect:

    def reports(bodies: list[dict[str, Any]], bike: str) -> None:
        name = lab.unique_name("reports")
        queue = sqs.create_queue(QueueName=name)["QueueUrl"]
        allowed = new_role(
            "door",
            "sqs:SendMessage",
            f"arn:aws:sqs:us-east-1:123456789012:{name}",
        )
        integration = report_door(name, allowed)
        expect(isinstance(integration, dict), "Return the integration, a dictionary.")
        expect.not_tried(integration.get("uri") == "...")
        api_id = api_of({"POST /bikes/{id}/reports": integration})
        for body in bodies:
            came = lab.http(
                "POST",
                address(api_id, "prod", f"/bikes/{bike}/reports"),
                json=body,
            )
            case = f"With the body {json.dumps(body, ensure_ascii=False)}"
            expect(
                came.status < 500,
                f"{case} the API answers {came.status} {came.body}: the uri, the role or a "
                "template does not work. gateway.test_invoke_method shows the log.",
            )
            got = sqs.receive_message(QueueUrl=queue).get("Messages", [])
            expect(
                len(got) == 1,
                f"{case} no message came into the queue; the client reads {came.status} "
                f"{came.body[:60]!r}. Did SQS refuse it? All of it has to be URL-encoded.",
            )
            text = got[0]["Body"]
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=got[0]["ReceiptHandle"])
            try:
                report = json.loads(text)
            except ValueError:
                expect(
                    False,
                    f"{case} the queue has {text!r}: no JSON. Is all of it URL-encoded?",
                )
            wanted = {"bike": bike, "text": body["text"]}
            expect("phone" not in text, f"{case} the phone number is in the queue: {text}")
            expect(report == wanted, f"{case} the queue has {report}, not {wanted}.")
            expect.equal(came.status, 202, f"{case} the status")
            try:
                ticket = came.json()
            except ValueError:
                ticket = came.body
            expect(
                ticket == {"ticket": got[0]["MessageId"]},
                f"{case} the client reads {came.body[:90]}; wanted: one key, 'ticket', with "
                f"the message's id {got[0]['MessageId']}.",
            )

    plain: dict[str, Any] = {"text": "flat tyre", "phone": "0431 99"}
    hard: dict[str, Any] = {"text": 'says "no" & 50 % off', "phone": "0431 98"}
    lines: dict[str, Any] = {"text": "Lenker lose,\nspäter mehr", "phone": "0431 97"}
    reports([plain, hard, lines], "B7")
    ### BEGIN HIDDEN TESTS
    reports([{"text": "Bremse quietscht\nimmer + überall", "phone": "1"}], "C-12")
    ### END HIDDEN TESTS

# %% [markdown]
# The role in `credentials` is API Gateway's own: it may send to this queue and do nothing else. The same form starts a
# state machine (`states:action/StartExecution`) or writes an item (`dynamodb:action/PutItem`).
#
# *A third of the lesson is done: a good place for a pause.*
#
# ## Deployments and stages
#
# A **deployment** is a picture of the API at one moment. A **stage** is a name that points to one: `dev`, `prod`,
# `v1`. Editing the API changes neither; that surprises everybody once. `test_invoke_method` tries the API as it is
# being edited.


# %% setup="says"
def says(text: str, status: str = "200") -> dict[str, Any]:
    """A mock that answers with this template."""
    return {
        "type": "mock",
        "requestTemplates": {"application/json": f'{{"statusCode": {status}}}'},
        "responses": {
            "default": {"statusCode": "200", "responseTemplates": {"application/json": text}},
        },
    }


def place_of(api_id: str, verb: str, path: str) -> dict[str, Any]:
    """What names a method in a call: restApiId, resourceId, httpMethod."""
    all_of = gateway.get_resources(restApiId=api_id, limit=500)["items"]
    [resource] = [one["id"] for one in all_of if one["path"] == path]
    return {"restApiId": api_id, "resourceId": resource, "httpMethod": verb}


def change(api_id: str, text: str) -> None:
    """Edit what the mock at GET /price answers; do not deploy it."""
    edit: Any = {
        "op": "replace",
        "path": "/responseTemplates/application~1json",
        "value": text,
    }
    here: Any = place_of(api_id, "GET", "/price")
    gateway.update_integration_response(**here, statusCode="200", patchOperations=[edit])


def read(api_id: str, stage: str) -> str:
    """What a client reads at GET /price."""
    return lab.http("GET", address(api_id, stage, "/price")).body


# %%
tariff = api_of({"GET /price": says("15 ct")})
change(tariff, "19 ct")
here: Any = place_of(tariff, "GET", "/price")
print("client:", read(tariff, "prod"))
print("trial: ", gateway.test_invoke_method(**here)["body"])
second = gateway.create_deployment(restApiId=tariff, stageName="prod", description="19 ct")
print("client after the deployment:", read(tariff, "prod"))

for old in gateway.get_deployments(restApiId=tariff)["items"]:
    print("kept:", old["id"], old.get("description", ""))

# %% [markdown]
# Deployments are kept, so going back is one call: point the stage to an older one. An API has at most 10 stages by
# default. For a change that breaks clients, keep the old one as stage `v1` beside `v2` until everybody has moved.
#
# ### Your turn: predict
#
# `GET /price` answers `old` in the stage `prod`; nothing else was deployed. Then, one after the other:
#
# 1. the API is edited to answer `new`;
# 2. it is deployed to another stage: `create_deployment(stageName="test")`;
# 3. `prod` is pointed to the deployment of `test` by `update_stage`;
# 4. the API is edited to answer `newest`;
# 5. `create_deployment()` runs without a stage's name;
# 6. `prod` is pointed back to its first deployment.
#
# What does a client of **`prod`** read after each step? After step 5, what do a client of `test` and
# `test_invoke_method` read?
#
# <details><summary>Hint</summary>
#
# Keep three things apart: the API that is edited, the pictures that were taken, and the stages that point to one.
# </details>

# %% exercise="predict-stages" repair=true
predicted = {
    "prod after 1": None,
    "prod after 2": None,
    "prod after 3": None,
    "prod after 4": None,
    "prod after 5": None,
    "test after 5": None,
    "test_invoke_method after 5": None,
    "prod after 6": None,
}
### BEGIN SOLUTION
predicted = {
    "prod after 1": "old",
    "prod after 2": "old",
    "prod after 3": "new",
    "prod after 4": "new",
    "prod after 5": "new",
    "test after 5": "new",
    "test_invoke_method after 5": "newest",
    "prod after 6": "old",
}
### END SOLUTION

# %% check="predict-stages" points=2
with check(
    "predict-stages",
    needs="predicted",
    right="Edit, picture, pointer: three things, three moments.",
) as expect:
    expect(isinstance(predicted, dict), "Keep `predicted` a dictionary of the eight moments.")
    expect.not_tried(all(value is None for value in predicted.values()))

    def play(words: tuple[str, str, str]) -> dict[str, str]:
        old, new, newest = words
        api_id = api_of({"GET /price": says(old)})
        first = gateway.get_stage(restApiId=api_id, stageName="prod")["deploymentId"]
        came: dict[str, str] = {}

        def point(deployment: str) -> None:
            edit: Any = {"op": "replace", "path": "/deploymentId", "value": deployment}
            gateway.update_stage(restApiId=api_id, stageName="prod", patchOperations=[edit])

        change(api_id, new)
        came["prod after 1"] = read(api_id, "prod")
        made = gateway.create_deployment(restApiId=api_id, stageName="test")["id"]
        came["prod after 2"] = read(api_id, "prod")
        point(made)
        came["prod after 3"] = read(api_id, "prod")
        change(api_id, newest)
        came["prod after 4"] = read(api_id, "prod")
        gateway.create_deployment(restApiId=api_id)
        came["prod after 5"] = read(api_id, "prod")
        came["test after 5"] = read(api_id, "test")
        trial: Any = place_of(api_id, "GET", "/price")
        came["test_invoke_method after 5"] = gateway.test_invoke_method(**trial)["body"]
        point(first)
        came["prod after 6"] = read(api_id, "prod")
        return came

    reasons = {
        "prod after 1": "An edit reaches no stage.",
        "prod after 2": "Only the stage that is named moves to the new picture.",
        "prod after 3": "Any stage may point to any deployment of the API.",
        "prod after 4": "Pictures do not change any more.",
        "prod after 5": "Without a stage's name a picture is taken, and nobody points to it.",
        "test after 5": "Nobody moved `test` since step 2.",
        "test_invoke_method after 5": "It tries the API as it is edited, without any picture.",
        "prod after 6": "The first picture is still there: that is a rollback.",
    }

    def compare(measured: dict[str, str]) -> None:
        for when, value in measured.items():
            said = predicted.get(when)
            expect(
                isinstance(said, str) and said.strip() == value,
                f"'{when}': you said {said!r}, the lab reads {value!r}. {reasons[when]}",
            )

    compare(play(("old", "new", "newest")))
    ### BEGIN HIDDEN TESTS
    expect(set(predicted) == set(reasons), "Keep the eight moments as they are.")
    compare(dict(reversed(play(("old", "new", "newest")).items())))
    ### END HIDDEN TESTS

# %% [markdown]
# ## Stage variables
#
# **Stage variables** are a stage's own settings, up to 100: written `${stageVariables.name}` in an integration's
# address, `$stageVariables.name` in templates, and found in a proxy's event. They take effect at once, without a
# deployment.
#
# The classic use: one API, one function, and each stage calls its own **alias** of the function. The ARN then ends
# with `:${stageVariables.alias}`.
#
# API Gateway cannot know what the variable will be. So *you* must let the API in at **each alias**: a permission of
# the function without a qualifier does not count for its aliases.
#
# ### Your turn: repair the stages
#
# A colleague wants `GET /price` of the stages `test` and `prod` to call the aliases `TEST` and `PROD` of a function.
# Every call answers 500. Repair `stages_for(api_id, function_name)`; three things are wrong. The API has the resource
# and the method already, but no integration. Nobody but this API should be let in.
#
# <details><summary>Hint</summary>
#
# When is the picture taken? Which name does the variable have in the address, and which in the stage? Which ARN is
# called, and what does `add_permission(..., Qualifier=...)` do?
# </details>

# %% setup="priced"
from_version = """
def handler(event, context):
    alias = context.invoked_function_arn.rsplit(":", 1)[1]
    return {"statusCode": 200, "body": "%s by " + alias}
"""


def priced_function(test: str, prod: str) -> str:
    """A function with the aliases PROD and TEST, which answer differently; its name."""
    name = lab.unique_name("price")

    def packed(text: str) -> bytes:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("app.py", from_version % text)
        return archive.getvalue()

    functions.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="app.handler",
        Timeout=30,
        Code={"ZipFile": packed(prod)},
        Publish=True,
    )
    functions.update_function_code(FunctionName=name, ZipFile=packed(test), Publish=True)
    functions.create_alias(FunctionName=name, Name="PROD", FunctionVersion="1")
    functions.create_alias(FunctionName=name, Name="TEST", FunctionVersion="2")
    return name


def bare_api() -> str:
    """An API whose method GET /price has no integration yet; its id."""
    api_id = gateway.create_rest_api(name=lab.unique_name("tern"))["id"]
    root = gateway.get_resources(restApiId=api_id)["items"][0]["id"]
    price = gateway.create_resource(restApiId=api_id, parentId=root, pathPart="price")["id"]
    gateway.put_method(
        restApiId=api_id,
        resourceId=price,
        httpMethod="GET",
        authorizationType="NONE",
    )
    return api_id


# %% exercise="stages-for" repair=true
def stages_for(api_id: str, function_name: str) -> None:
    """Make the stages test and prod, each with its alias of the function."""
    at: Any = place_of(api_id, "GET", "/price")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function_name}"
    gateway.put_integration(**at, type="MOCK")
    for stage, alias in (("test", "TEST"), ("prod", "PROD")):
        gateway.create_deployment(
            restApiId=api_id,
            stageName=stage,
            variables={"lambdaAlias": alias},
        )
    gateway.put_integration(
        **at,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=lambda_uri(arn + ":${stageVariables.alias}"),
    )
    functions.add_permission(
        FunctionName=function_name,
        StatementId="door",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/*/GET/price",
    )


### BEGIN SOLUTION
def stages_for(api_id: str, function_name: str) -> None:
    """Make the stages test and prod, each with its alias of the function."""
    at: Any = place_of(api_id, "GET", "/price")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function_name}"
    gateway.put_integration(
        **at,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=lambda_uri(arn + ":${stageVariables.alias}"),
    )
    for stage, alias in (("test", "TEST"), ("prod", "PROD")):
        gateway.create_deployment(
            restApiId=api_id,
            stageName=stage,
            variables={"alias": alias},
        )
        functions.add_permission(
            FunctionName=function_name,
            Qualifier=alias,
            StatementId=f"door-{stage}",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/*/GET/price",
        )


### END SOLUTION

# %% check="stages-for" points=2
with check(
    "stages-for",
    needs="stages_for",
    right="One API, two worlds: the variable chooses, and each alias lets the door in.",
) as expect:

    def let_in_at(name: str, **at: str) -> list[Any]:
        """The statements of the policy of a function, or of one of its aliases."""
        try:
            told = functions.get_policy(FunctionName=name, **at)["Policy"]
        except functions.exceptions.ResourceNotFoundException:
            return []
        statements: list[Any] = json.loads(told)["Statement"]
        return statements

    def staged(test: str, prod: str) -> None:
        name, api_id = priced_function(test, prod), bare_api()
        stages_for(api_id, name)
        stages = gateway.get_stages(restApiId=api_id)["item"]
        found = {one["stageName"]: one.get("variables", {}) for one in stages}
        expect({"test", "prod"} <= set(found), f"The API has the stages {sorted(found)}.")
        uri = gateway.get_integration(**place_of(api_id, "GET", "/price")).get("uri", "")
        expect(
            "${stageVariables." in uri,
            "The address is the same for both stages. Keep ${stageVariables...}.",
        )
        for stage, text, alias in (("test", test, "TEST"), ("prod", prod, "PROD")):
            used = uri.split("${stageVariables.")[1].split("}")[0]
            expect(
                found[stage].get(used) == alias,
                f"The address asks for '{used}'; the stage {stage} has {found[stage]}.",
            )
            came = lab.http("GET", address(api_id, stage, "/price"))
            lets_in = let_in_at(name, Qualifier=alias)
            expect(
                bool(lets_in),
                f"{stage} answers {came.status}. The alias {alias} lets nobody in: a "
                "permission without a Qualifier is the unqualified function's.",
            )
            expect(
                all(api_id in json.dumps(one) for one in lets_in),
                f"Other APIs may call {alias} too: keep the SourceArn with this API's id.",
            )
            expect(
                came.status == 200 and came.body == f"{text} by {alias}",
                f"{stage} answers {came.status} {came.body!r}; wanted {text!r} by {alias}. "
                "Was the integration in the picture that was deployed? Does the permission's "
                "SourceArn fit this stage?",
            )
        expect(
            all(api_id in json.dumps(one) for one in let_in_at(name)),
            "Other APIs may call the unqualified function: nobody but this API is to be let in.",
        )

    staged("19 ct", "15 ct")
    ### BEGIN HIDDEN TESTS
    staged("free", "2 EUR")
    ### END HIDDEN TESTS

# %% [markdown]
# ## A canary at the door
#
# A stage can send part of its requests to a second deployment: a **canary**, with its own share, stage variables, logs
# and metrics. It is made by `create_deployment` with `canarySettings` and ends in one of two ways: **promoted** (its
# deployment becomes the stage's) or **dropped**.
#
# How long must it sing? Tern's new tariff fails for every tenth rider, the old one for one in fifty. We send 600
# requests for each of three shares and look at what can be known; the lines show the 95 % intervals.

# %%
OLD_PRICE = "#if($input.params('luck') == 'bad')oops#{else}15 ct#end"
NEW_PRICE = "#if($input.params('luck') == 'fine')19 ct#{else}oops#end"


def unlucky(drawn: float) -> str:
    """A rider's luck: 2 % bad for both versions, 8 % poor for the new one only."""
    return "bad" if drawn < 0.02 else "poor" if drawn < 0.10 else "fine"


riders = random.Random(11)
rates: dict[str, float] = {}
widths: dict[str, float] = {}
doubt: dict[float, float] = {}
for share in (5.0, 10.0, 50.0):
    tried = api_of({"GET /price": says("old: " + OLD_PRICE)})
    change(tried, "new: " + NEW_PRICE)
    gateway.create_deployment(
        restApiId=tried,
        stageName="prod",
        canarySettings={"percentTraffic": share},
    )
    bodies = []
    for _ in range(600):
        luck = unlucky(riders.random())
        bodies.append(lab.http("GET", address(tried, "prod", f"/price?luck={luck}")).body)
    for version in ("new", "old"):
        mine = [body for body in bodies if body.startswith(version)]
        failed = sum("oops" in body for body in mine)
        rate = (failed + 2) / (len(mine) + 4)  # Agresti and Coull: "no failure in 26" is no proof
        name = f"{share:.0f} %: {version}, {len(mine)} requests"
        rates[name] = 100 * rate
        widths[name] = 196 * (rate * (1 - rate) / (len(mine) + 4)) ** 0.5
        if version == "new":
            doubt[share] = widths[name]
charts.bars(
    rates,
    errors=widths,
    sort=False,
    unit="percent",
    label="failed requests",
    headline=f"600 requests: the new rate is known to ±{doubt[5.0]:.0f} points with a share of 5 %, "
    + f"to ±{doubt[50.0]:.0f} with 50 %",
    source="measured in the lab",
)

# %% [markdown]
# The share is a trade: a small one hurts few riders and needs long until it knows; a large one knows soon. Weights of
# a Lambda alias do the same job for the code alone; a canary also covers templates, validators and everything else
# of the API. HTTP APIs have none.
#
# ### Your turn: promote, drop or wait
#
# Write `finish_canary(api_id, stage, stable, canary)`. Both are pairs (requests, errors) of the last hour.
#
# - With fewer than 200 requests at the canary change nothing and return `"wait"`.
# - If the canary's error rate is more than **one percentage point** above the stable one, drop the canary; return
#   `"dropped"`. A stable side without requests has an error rate of 0.
# - Otherwise promote it: its deployment **and its stage variables** become the stage's, the canary ends; return
#   `"promoted"`.
#
# Nothing is deployed anew: what was tried is what goes live.
#
# <details><summary>Hint</summary>
#
# `update_stage` with patch operations. `{"op": "copy", "from": "/canarySettings/deploymentId", "path":
# "/deploymentId"}` copies one value. `/canarySettings/stageVariableOverrides` goes to `/variables` in the same way, all
# of it at once; the stage's other variables stay. `{"op": "remove", "path": "/canarySettings"}` ends the canary.
# </details>


# %% exercise="finish-canary"
def finish_canary(
    api_id: str,
    stage: str,
    stable: tuple[int, int],
    canary: tuple[int, int],
) -> str:
    """Promote or drop the canary of a stage, or wait; say which."""
    ### BEGIN SOLUTION
    (old_calls, old_errors), (calls, errors) = stable, canary
    if calls < 200:
        return "wait"
    good = errors / calls <= old_errors / max(1, old_calls) + 0.01 + 1e-9
    promote: list[Any] = [
        {"op": "copy", "from": f"/canarySettings/{source}", "path": target}
        for source, target in (
            ("deploymentId", "/deploymentId"),
            ("stageVariableOverrides", "/variables"),
        )
    ]
    end: Any = {"op": "remove", "path": "/canarySettings"}
    gateway.update_stage(
        restApiId=api_id,
        stageName=stage,
        patchOperations=[*(promote if good else []), end],
    )
    return "promoted" if good else "dropped"
    ### END SOLUTION


# %% check="finish-canary" points=3
with check(
    "finish-canary",
    needs="finish_canary",
    right="A release is a pointer that was tried before it moved.",
) as expect:

    def ends(stable: tuple[int, int], canary: tuple[int, int], verdict: str) -> None:
        api_id = api_of({"GET /price": says("old $stageVariables.colour")}, stage="")
        gateway.create_deployment(
            restApiId=api_id,
            stageName="live",
            variables={"colour": "blue", "town": "Kiel"},
        )
        change(api_id, "new $stageVariables.colour")
        settings: Any = {"percentTraffic": 10, "stageVariableOverrides": {"colour": "green"}}
        gateway.create_deployment(restApiId=api_id, stageName="live", canarySettings=settings)
        change(api_id, "unfinished")
        said = finish_canary(api_id, "live", stable, canary)
        case = f"stable {stable[1]} errors of {stable[0]:,}, "
        case += f"canary {canary[1]} of {canary[0]:,}"
        expect.equal(said, verdict, case)
        found = gateway.get_stage(restApiId=api_id, stageName="live")
        if verdict == "wait":
            expect("canarySettings" in found, f"{case}: the canary is gone; it should go on.")
            kept = found["canarySettings"]["percentTraffic"] == 10
            expect(kept, f"{case}: the canary's share was changed; change nothing.")
            return
        expect(
            "canarySettings" not in found,
            f"{case}: the stage still has its canary: remove.",
        )
        bodies = {read(api_id, "live") for _ in range(8)}
        expect(
            "unfinished" not in bodies,
            f"{case}: clients read 'unfinished'. A new deployment takes a picture of what is "
            "edited now; promote the deployment that was tried: op copy.",
        )
        wanted = "new green" if verdict == "promoted" else "old blue"
        expect(
            bodies == {wanted},
            f"{case}: clients read {sorted(bodies)}, not '{wanted}'. The canary's deployment "
            "and its stageVariableOverrides belong together.",
        )
        town = found.get("variables", {}).get("town")
        expect.equal(town, "Kiel", f"{case}: the stage's other variable, 'town'")

    ends((9000, 90), (1000, 12), "promoted")
    ends((9000, 90), (1000, 60), "dropped")
    ends((900, 9), (100, 90), "wait")
    ends((2000, 0), (200, 2), "promoted")
    ends((0, 0), (300, 3), "promoted")
    ### BEGIN HIDDEN TESTS
    ends((0, 0), (300, 0), "promoted")
    ends((4000, 40), (199, 0), "wait")
    ends((2000, 0), (200, 3), "dropped")
    ends((2000, 200), (200, 20), "promoted")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Refused before it costs
#
# A REST API can check a request before anybody is called: **required parameters** of path, query and headers, and the
# **body** against a *model*, which is a JSON Schema (draft 4). What does not fit gets **400**. No invocation is paid,
# and the function's code need not repeat it.

# %%
checked = api_of({"POST /price": says("15 ct")}, stage="")
at: Any = place_of(checked, "POST", "/price")
gateway.create_model(
    restApiId=checked,
    name="Trip",
    contentType="application/json",
    schema=json.dumps({"type": "object", "required": ["km"]}),
)
both = gateway.create_request_validator(
    restApiId=checked,
    name="body",
    validateRequestBody=True,
    validateRequestParameters=False,
)
patches: list[Any] = [
    {"op": "add", "path": "/requestModels/application~1json", "value": "Trip"},
    {"op": "replace", "path": "/requestValidatorId", "value": both["id"]},
]
gateway.update_method(**at, patchOperations=patches)
gateway.create_deployment(restApiId=checked, stageName="prod")
for trip in ({"km": 3}, {"miles": 2}):
    print(trip, "->", lab.http("POST", address(checked, "prod", "/price"), json=trip))

# %% [markdown]
# `~1` is a slash inside a path of a patch. A model alone checks nothing: the **validator** says what is checked, and
# the method names both. Only the content type of the model is checked; another type passes unseen, unless an
# integration with templates has the `passthroughBehavior` `NEVER`.
#
# ### Your turn: guard the unlock
#
# `POST /unlock` of an API goes to a function. Write `guard(api_id)`, which sets the method up and deploys to `prod`:
#
# - the header `X-Rider` is required;
# - the body is an object with `bike` (text: `B` and one to four digits) and `minutes` (whole number, 1 to 1440), both
#   required, and **no other keys**;
# - a request without the header, or with a JSON body of another form, gets 400, and the function is not called.
#
# <details><summary>Hint</summary>
#
# A method's parameters are named like `method.request.header.NAME`; in `requestParameters` the value `true` means
# required. JSON Schema has `pattern` (not anchored by itself: use `^` and `$`), `minimum`, `maximum`, `type:
# "integer"` and `additionalProperties: false`. `place_of(api_id, "POST", "/unlock")` names the method.
# </details>


# %% exercise="guard"
def guard(api_id: str) -> None:
    """Let only well-formed requests of riders through POST /unlock."""
    ### BEGIN SOLUTION
    schema = {
        "type": "object",
        "required": ["bike", "minutes"],
        "additionalProperties": False,
        "properties": {
            "bike": {"type": "string", "pattern": "^B[0-9]{1,4}$"},
            "minutes": {"type": "integer", "minimum": 1, "maximum": 1440},
        },
    }
    gateway.create_model(
        restApiId=api_id,
        name="Unlock",
        contentType="application/json",
        schema=json.dumps(schema),
    )
    validator = gateway.create_request_validator(
        restApiId=api_id,
        name="all",
        validateRequestBody=True,
        validateRequestParameters=True,
    )["id"]
    method: Any = place_of(api_id, "POST", "/unlock")
    values = {
        "/requestParameters/method.request.header.X-Rider": "true",
        "/requestModels/application~1json": "Unlock",
        "/requestValidatorId": validator,
    }
    edits: list[Any] = [{"op": "add", "path": p, "value": v} for p, v in values.items()]
    gateway.update_method(**method, patchOperations=edits)
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    ### END SOLUTION


# %% check="guard" points=3
with check(
    "guard",
    needs="guard",
    right="Rubbish ends at the door; the function may trust its event.",
) as expect:

    def guarded(rubbish: list[Any], fine: list[Any]) -> None:
        api_id = api_of({"POST /unlock": proxy(launch(echo))})
        guard(api_id)
        rider = {"X-Rider": "ada"}

        def status(body: Any, headers: dict[str, str]) -> int:
            text = body if isinstance(body, str) else json.dumps(body)
            headers = {"Content-Type": "application/json", **headers}
            url = address(api_id, "prod", "/unlock")
            return lab.http("POST", url, body=text, headers=headers).status

        for body in fine:
            came = status(body, rider)
            expect(came == 200, f"{body} of a rider answers {came}; it should pass.")
        came = status(fine[0], {})
        expect(
            came == 400,
            f"Without the header X-Rider the API answers {came}. Is the parameter required, "
            "does the validator check parameters, and is it deployed?",
        )
        for body in rubbish:
            came = status(body, rider)
            expect(
                came == 400,
                f"The body {body!r} answers {came}; it should be refused: 400.",
            )

    guarded(
        [
            {"minutes": 30},
            {"bike": "B7"},
            {"bike": 7, "minutes": 30},
            {"bike": "XB7", "minutes": 30},
            {"bike": "B12345", "minutes": 30},
            {"bike": "B", "minutes": 30},
            {"bike": "B7a", "minutes": 30},
            {"bike": "B7", "minutes": 0},
            {"bike": "B7", "minutes": 1441},
            {"bike": "B7", "minutes": 1.5},
            {"bike": "B7", "minutes": 30, "admin": True},
            ["B7", 30],
            "no json",
            "",
        ],
        [{"bike": "B7", "minutes": 30}, {"bike": "B1234", "minutes": 1440}],
    )
    ### BEGIN HIDDEN TESTS
    guarded(
        ["[]", "", {"bike": "B", "minutes": 5}, {"bike": "B7", "minutes": "30"}],
        [{"bike": "B0", "minutes": 1}],
    )
    ### END HIDDEN TESTS

# %% [markdown]
# What does this save? One Saturday Tern's old app sends 40 % of its requests in a form that ended last year.

# %%
per_call = facts.price("lambda", "requests")
second_of = facts.price("lambda", "duration-x86")
calls, invalid = 50e6, 0.4
at_function = float(calls / 1e6 * per_call + calls * 0.03 * 0.25 * second_of)
charts.stack(
    {
        "checked in the function": {
            "valid calls": at_function * (1 - invalid),
            "refused calls": at_function * invalid,
        },
        "checked at the door": {
            "valid calls": at_function * (1 - invalid),
            "refused calls": 0.0,
        },
    },
    headline="What is refused at the door is never invoked: two fifths of Lambda's bill",
    subtitle="50 million requests, 30 ms at 256 MB; API Gateway bills refused ones, too",
    unit="USD",
    source=[per_call, second_of],
)

# %% [markdown]
# ## The API as a document
#
# Nobody clicks this together twice. **OpenAPI** (3.0, or Swagger 2.0) describes an API in JSON or YAML: paths, verbs,
# parameters, schemas. API Gateway reads the rest out of *extensions* whose names begin with `x-amazon-apigateway-`:
# integrations, validators, authorizers, CORS, binary types. `import_rest_api` makes a new API, `put_rest_api` writes
# into one (`mode="merge"` or `"overwrite"`), `get_export` and `get_sdk` give the document or a client back.
#
# > **Lab and AWS.** The lab imports documents as AWS does; exports and SDKs (JavaScript, Java, Android, iOS, Ruby) are
# > AWS's alone.

# %%
small: dict[str, Any] = {
    "openapi": "3.0.1",
    "info": {"title": "tern-hours", "version": "1"},
    "paths": {
        "/hours": {
            "get": {
                "responses": {"200": {"description": "when the office is open"}},
                "x-amazon-apigateway-integration": says('"9 to 17"'),
            },
        },
    },
}
hours = gateway.import_rest_api(body=json.dumps(small).encode())["id"]
gateway.create_deployment(restApiId=hours, stageName="v1")
print(lab.http("GET", address(hours, "v1", "/hours")))

# %% [markdown]
# ### Your turn: repair the document
#
# `rides_document(function_arn)` should describe Tern's rides. The import goes through, and yet nothing works. Mend it:
#
# - `GET /rides/{id}` and `POST /rides` go to the function as Lambda proxies;
# - `POST` is checked against the schema `Ride` of the document, by the validator `strict`, for body and parameters;
# - `DELETE /rides/{id}` exists as well and is a promise for later: a mock that answers **501**.
#
# <details><summary>Hint</summary>
#
# Deploy it and read the error. Which verb calls Lambda? Compare the validator's two names. A request body refers to a
# schema by `content`, media type, `schema`, `$ref`. For the mock's answer `responses` in the integration has a
# `statusCode`, and the operation's own `responses` must know it.
# </details>


# %% exercise="document" repair=true
def rides_document(function_arn: str) -> dict[str, Any]:
    """The API of rides as an OpenAPI document."""
    to_function = {"type": "aws_proxy", "httpMethod": "GET", "uri": function_arn}
    return {
        "openapi": "3.0.1",
        "info": {"title": "tern-rides", "version": "2"},
        "paths": {
            "/rides": {
                "post": {
                    "x-amazon-apigateway-request-validator": "strict",
                    "responses": {"201": {"description": "the new ride"}},
                    "x-amazon-apigateway-integration": to_function,
                },
            },
            "/rides/{id}": {
                "get": {
                    "responses": {"200": {"description": "the ride"}},
                    "x-amazon-apigateway-integration": to_function,
                },
                "delete": {"responses": {"501": {"description": "later"}}},
            },
        },
        "components": {
            "schemas": {
                "Ride": {
                    "type": "object",
                    "required": ["bike"],
                    "properties": {"bike": {"type": "string"}},
                },
            },
        },
        "x-amazon-apigateway-request-validators": {
            "all": {"validateRequestBody": True, "validateRequestParameters": True},
        },
    }


### BEGIN SOLUTION
def rides_document(function_arn: str) -> dict[str, Any]:
    """The API of rides as an OpenAPI document."""
    to_function = {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": lambda_uri(function_arn),
    }
    later = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 501}'},
        "responses": {"default": {"statusCode": "501"}},
    }
    ride = {"$ref": "#/components/schemas/Ride"}
    return {
        "openapi": "3.0.1",
        "info": {"title": "tern-rides", "version": "2"},
        "paths": {
            "/rides": {
                "post": {
                    "x-amazon-apigateway-request-validator": "strict",
                    "requestBody": {"content": {"application/json": {"schema": ride}}},
                    "responses": {"201": {"description": "the new ride"}},
                    "x-amazon-apigateway-integration": to_function,
                },
            },
            "/rides/{id}": {
                "get": {
                    "responses": {"200": {"description": "the ride"}},
                    "x-amazon-apigateway-integration": to_function,
                },
                "delete": {
                    "responses": {"501": {"description": "later"}},
                    "x-amazon-apigateway-integration": later,
                },
            },
        },
        "components": {
            "schemas": {
                "Ride": {
                    "type": "object",
                    "required": ["bike"],
                    "properties": {"bike": {"type": "string"}},
                },
            },
        },
        "x-amazon-apigateway-request-validators": {
            "strict": {"validateRequestBody": True, "validateRequestParameters": True},
        },
    }


### END SOLUTION

# %% check="document" points=3
with check(
    "document",
    needs="rides_document",
    right="One file, in version control, and the API is made again anywhere.",
) as expect:

    def imports(ride: Any, wrong: list[Any], stage: str) -> None:
        arn = launch(echo)
        document = rides_document(arn)
        try:
            body = json.dumps(document).encode()
            api_id = gateway.import_rest_api(body=body, failOnWarnings=True)["id"]
        except ClientError as error:
            said = error.response["Error"]["Message"]
            expect(
                False,
                f"The import is refused: {said}. Is it a status? The mock's `responses` may "
                "give only one that the operation's own `responses` know.",
            )
        functions.add_permission(
            FunctionName=arn,
            StatementId=lab.unique_name("door"),
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/*",
        )
        try:
            gateway.create_deployment(restApiId=api_id, stageName=stage)
        except ClientError as error:
            said = error.response["Error"]["Message"]
            expect(False, f"It cannot be deployed: {said}. Which operation has none?")

        def ask(verb: str, path: str, body: Any = None) -> Any:
            return lab.http(verb, address(api_id, stage, path), json=body)

        for verb, path, sent in (("GET", "/rides/7", None), ("POST", "/rides", ride)):
            came = ask(verb, path, sent)
            expect(
                came.status == 200 and f'"httpMethod": "{verb}"' in came.body,
                f"{verb} {path} answers {came.status} {came.body[:80]}. A proxy to a function "
                "wants the verb POST and the address of lambda_uri(...).",
            )
        for body in wrong:
            came = ask("POST", "/rides", body)
            expect(
                came.status == 400,
                f"POST /rides with {body} answers {came.status}. The operation names a "
                "validator, the document defines it, and requestBody names the schema: $ref.",
            )
        came = ask("DELETE", "/rides/7")
        expect(
            came.status == 501,
            f"DELETE /rides/7 answers {came.status}, not 501: {came.body}",
        )
        rules = gateway.get_request_validators(restApiId=api_id)["items"]
        strict = [one for one in rules if one.get("name") == "strict"]
        expect(
            bool(strict) and strict[0].get("validateRequestParameters") is True,
            "The validator is called 'strict' and checks body and parameters.",
        )

    imports({"bike": "B7"}, [{"colour": "red"}, {"bike": 7}], "v2")
    ### BEGIN HIDDEN TESTS
    imports({"bike": "C1", "minutes": 4}, [[], {}], "beta")
    ### END HIDDEN TESTS

# %% [markdown]
# ## Where the door stands
#
# An API lives in one Region. Its **endpoint type** says how clients get there:
#
# - **Edge-optimised**: the nearest CloudFront location takes the request and carries it on AWS's lines. For clients all
#   over the world.
# - **Regional**: clients come straight to the Region. For clients nearby, or behind a CloudFront distribution of your
#   own.
# - **Private**: reachable only from a VPC, through an *interface endpoint*, and only with a resource policy.
#
# > **Then and now.** The console preselects Regional. Who calls `create_rest_api` without a word still gets the old
# > default:

# %%
for wish in (None, "REGIONAL", "PRIVATE"):
    settings_of: Any = {"endpointConfiguration": {"types": [wish]}} if wish else {}
    made_api = gateway.create_rest_api(name=lab.unique_name("kind"), **settings_of)
    print(f"asked for {wish}: {made_api['endpointConfiguration']['types']}")
    gateway.delete_rest_api(restApiId=made_api["id"])

# %% [markdown]
# HTTP APIs are Regional only.
#
# `a1b2c3.execute-api.us-east-1.amazonaws.com/prod` is no address for an app. A **custom domain name** needs three
# things: a certificate of ACM; **base path mappings**, which say what API and stage stands behind which first part of
# the path; and a DNS record (in Route 53 an alias) that points to the name API Gateway gives you.
#
# The certificate's Region follows the endpoint: for edge-optimised **us-east-1**, because CloudFront reads it there;
# for Regional the API's own Region.

# %%
acm = boto3.client("acm")
paper = acm.request_certificate(DomainName="api.tern.example", ValidationMethod="DNS")
domain = gateway.create_domain_name(
    domainName="api.tern.example",
    endpointConfiguration={"types": ["REGIONAL"]},
    regionalCertificateArn=paper["CertificateArn"],
    securityPolicy="TLS_1_2",
)
for base, (api_id, stage) in {"hours": (hours, "v1"), "tariff": (tariff, "prod")}.items():
    gateway.create_base_path_mapping(
        domainName="api.tern.example",
        basePath=base,
        restApiId=api_id,
        stage=stage,
    )
print("DNS record to", domain["regionalDomainName"])
for path in ("/hours/hours", "/tariff/price"):
    print(path, "->", lab.http("GET", f"https://api.tern.example{path}").body)

# %% [markdown]
# So clients keep one address while APIs and stages move behind it: `/v1` and `/v2` may be two stages, or two APIs.
#
# > **Lab and AWS.** The lab asks for no validated certificate and no DNS. AWS allows 120 public domains for each
# > Region. Private APIs can have private domain names since November 2024.
#
# ### Your turn: choose the door
#
# Tern's sister firms ask for advice. Say for each the endpoint type (`"EDGE"`, `"REGIONAL"` or `"PRIVATE"`) and the
# Region of the certificate for its custom domain; `None` if it asks for none.
#
# <details><summary>Hint</summary>
#
# Who calls, from where, and what stands in front already? For the certificate only the endpoint type and the API's
# Region count, not where the firm or its clients are.
# </details>

# %% exercise="choose-door" repair=true
doors: dict[str, dict[str, str | None]] = {
    # riders in one town on the Baltic; API in eu-north-1; api.kiel.example
    "one town": {"type": None, "certificate": None},
    # an app for travellers on five continents; API in eu-west-1; api.travel.example
    "travellers": {"type": None, "certificate": None},
    # only servers in the firm's VPC in eu-west-1 call it; no name wanted
    "own servers": {"type": None, "certificate": None},
    # their own CloudFront distribution with WAF is in front, and calls the API in
    # ap-southeast-2 by the name origin.reef.example
    "own CloudFront": {"type": None, "certificate": None},
    # an HTTP API in sa-east-1, because it is cheaper; api.rio.example
    "HTTP API": {"type": None, "certificate": None},
}
### BEGIN SOLUTION
doors = {
    "one town": {"type": "REGIONAL", "certificate": "eu-north-1"},
    "travellers": {"type": "EDGE", "certificate": "us-east-1"},
    "own servers": {"type": "PRIVATE", "certificate": None},
    "own CloudFront": {"type": "REGIONAL", "certificate": "ap-southeast-2"},
    "HTTP API": {"type": "REGIONAL", "certificate": "sa-east-1"},
}
### END SOLUTION

# %% check="choose-door" points=2
with check(
    "choose-door",
    needs="doors",
    right="Near clients REGIONAL, far ones EDGE, own ones PRIVATE.",
) as expect:
    expect(
        isinstance(doors, dict) and all(isinstance(one, dict) for one in doors.values()),
        "Keep the form of `doors`: for each firm a dictionary with 'type' and 'certificate'.",
    )
    expect.not_tried(all(one.get("type") is None for one in doors.values()))
    good = {
        "one town": ("REGIONAL", "eu-north-1", "All clients are near the Region."),
        "travellers": ("EDGE", "us-east-1", "The nearest CloudFront location takes them in."),
        "own servers": ("PRIVATE", None, "Nobody outside of the VPC should reach it."),
        "own CloudFront": (
            "REGIONAL",
            "ap-southeast-2",
            "A second CloudFront behind the first only costs time.",
        ),
        "HTTP API": ("REGIONAL", "sa-east-1", "HTTP APIs know no other type."),
    }
    rule = "us-east-1 for EDGE (CloudFront reads it there), else the API's own Region."

    def compare(firms: list[str]) -> None:
        for firm in firms:
            kind, region, why = good[firm]
            said = doors.get(firm, {})
            expect(said.get("type") == kind, f"'{firm}': not {said.get('type')!r}. {why}")
            if region is None:
                expect(
                    said.get("certificate") is None,
                    f"'{firm}': no name is wanted, so no certificate.",
                )
            expect(
                said.get("certificate") == region,
                f"'{firm}': not {said.get('certificate')!r} for the certificate: {rule}",
            )

    compare(list(good))
    ### BEGIN HIDDEN TESTS
    expect(set(doors) == set(good), "Keep the five firms as they are.")
    compare(sorted(good, reverse=True))
    ### END HIDDEN TESTS

# %% [markdown]
# > **Bill.** A REST API costs 3.50 USD per million requests in us-east-1, and nothing while nobody calls. Requests that
# > a validator refuses count; those turned away for want of a permission or key, or throttled, do not. What stays
# > behind on AWS are functions, queues, logs and public APIs: delete what you do not need.

# %%
gateway.delete_base_path_mapping(domainName="api.tern.example", basePath="tariff")
gateway.delete_base_path_mapping(domainName="api.tern.example", basePath="hours")
gateway.delete_domain_name(domainName="api.tern.example")
for left in gateway.get_rest_apis(limit=500)["items"]:
    gateway.delete_rest_api(restApiId=left["id"])
print(len(gateway.get_rest_apis()["items"]), "APIs left")

# %% [markdown]
# ## To remember
#
# - Method request, integration request; integration response, method response. Proxies leave translating to the
#   backend.
# - A proxy function gets the body as a string and owes `statusCode` and a string `body`; anything else is a 502.
# - API Gateway needs a permission at the function, and at every alias that a stage variable may choose. The verb
#   towards Lambda is POST.
# - `AWS` integrations with a template and a role reach SQS, DynamoDB or Step Functions without any function.
# - Nothing changes until you deploy: a deployment is a picture, a stage points to one, and back is one call. Stage
#   variables take effect at once.
# - A canary gives a share of a stage to the next deployment; promote by copying, never by deploying again.
# - Validators refuse with 400 before anybody is invoked.
# - EDGE domains want their certificate in us-east-1, Regional ones in the API's Region.

# %% [markdown] question="green-in-test"
# ### Question 1
#
# A developer mends the template of an integration response. "Test" in the console shows the new answer; the app still
# reads the old one, an hour later, in every browser. No cache is switched on. What is missing?
#
# - [ ] **A** A permission for API Gateway at the function
#   > Then the app would read 500, not the old answer.
# - [x] **B** A deployment to the stage that the app calls
#   > "Test" tries the API as it is edited. A stage answers from the picture that was taken at its last deployment.
# - [ ] **C** A new stage variable
#   > Variables take effect at once, but the template stands in the deployment's picture.
# - [ ] **D** `passthroughBehavior: NEVER` at the integration
#   > It concerns request bodies without a template, and would have to be deployed as well.

# %% answer="green-in-test"
answer = "B"

# %% check="green-in-test" points=1
question("green-in-test", answer)

# %% [markdown] question="thirsty-partner"
# ### Question 2
#
# Partners post up to 200 sensor readings a second to `POST /readings`. Each should land in an SQS queue; partners want
# a quick 202. Today a function does nothing but `send_message`, costs money and sometimes starts cold. What is
# simpler?
#
# - [ ] **A** The function with provisioned concurrency
#   > No more cold starts, but a larger bill, for code that only passes things on.
# - [ ] **B** An `HTTP_PROXY` integration to the queue's URL
#   > SQS wants signed calls of its own form; a proxy forwards the partners' unsigned JSON, and is refused.
# - [x] **C** An `AWS` integration with SQS, a mapping template and a role
#   > API Gateway calls `SendMessage` itself, signed by its role; the response mapping makes the 202.
# - [ ] **D** A `MOCK` integration that answers 202
#   > Quick, and the readings are lost: a mock never reaches any backend.

# %% answer="thirsty-partner"
answer = "C"

# %% check="thirsty-partner" points=1
question("thirsty-partner", answer)

# %% [markdown] question="two-hundred-and-two"
# ### Question 3
#
# A function returns `{"statusCode": 200, "body": {"total": 7}}`. In the Lambda console the test is green and CloudWatch
# shows no `Errors`; clients of the REST API read 502. What explains it?
#
# - [ ] **A** The function takes longer than 29 seconds.
#   > That would be 504, `Endpoint request timed out`.
# - [x] **B** `body` must be a string.
#   > The answer breaks the proxy's contract; `json.dumps` mends it. The function itself did run without an error, so
#   > its metrics are clean.
# - [ ] **C** The function's resource policy lacks API Gateway.
#   > Then it would not run at all and clients would read 500.
# - [ ] **D** The method response does not declare status 200.
#   > A proxy integration needs no method responses.

# %% answer="two-hundred-and-two"
answer = "B"

# %% check="two-hundred-and-two" points=1
question("two-hundred-and-two", answer)

# %% [markdown] question="alias-500"
# ### Question 4
#
# One API calls `orders:${stageVariables.alias}`. Stage `dev` (alias DEV) works. For `prod` somebody made the alias PROD
# and the stage variable; every call of that stage answers 500. Invoking `orders:PROD` by hand works. What now?
#
# - [ ] **A** Write the function's ARN without the alias.
#   > Then every stage would call `$LATEST`, the unfinished code.
# - [ ] **B** Add `lambda:InvokeFunction` to the function's execution role.
#   > That role says what the function may do, not who may call it.
# - [ ] **C** Deploy the API once more.
#   > The picture was right; stage variables need no deployment.
# - [x] **D** Add a permission for `apigateway.amazonaws.com` with the qualifier PROD.
#   > Each alias has a resource policy of its own. API Gateway cannot add it, because the alias is known only when a
#   > request comes.

# %% answer="alias-500"
answer = "D"

# %% check="alias-500" points=1
question("alias-500", answer)

# %%
progress()
