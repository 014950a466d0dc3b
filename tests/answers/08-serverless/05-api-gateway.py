# %% [markdown]
# Answers to 08-serverless/05-api-gateway: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="open-rides"
def open_rides(function_arn):
    info = {"title": "rides", "version": "1"}
    to_lambda = {"type": "AWS_PROXY", "httpMethod": "POST", "uri": lambda_uri(function_arn)}
    method = {"responses": {"200": {"description": "-"}}, "x-amazon-apigateway-integration": to_lambda}
    paths = {"/rides": {"get": method, "post": method}, "/rides/{id}": {"get": method, "delete": method}}
    api_id = gateway.import_rest_api(
        body=json.dumps({"openapi": "3.0.1", "info": info, "paths": paths}),
        parameters={"endpointConfigurationTypes": "REGIONAL"},
    )["id"]
    for verb in ("GET", "POST", "DELETE"):
        functions.add_permission(
            FunctionName=function_arn.rsplit(":", 1)[1],
            StatementId=verb,
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/*/{verb}/rides*",
        )
    deployment = gateway.create_deployment(restApiId=api_id)["id"]
    gateway.create_stage(restApiId=api_id, stageName="prod", deploymentId=deployment)
    return api_id


# %% wrong="open-rides" says="integrationHttpMethod is POST"
def open_rides(function_arn):
    created = gateway.create_rest_api(name="r", endpointConfiguration={"types": ["REGIONAL"]})
    api_id, root = created["id"], created["rootResourceId"]
    rides = gateway.create_resource(restApiId=api_id, parentId=root, pathPart="rides")["id"]
    one = gateway.create_resource(restApiId=api_id, parentId=rides, pathPart="{id}")["id"]
    for resource, verb in ((rides, "GET"), (rides, "POST"), (one, "GET"), (one, "DELETE")):
        target = {"restApiId": api_id, "resourceId": resource, "httpMethod": verb}
        gateway.put_method(**target, authorizationType="NONE")
        gateway.put_integration(**target, type="AWS_PROXY", integrationHttpMethod=verb, uri=lambda_uri(function_arn))
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/*",
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    return api_id


# %% wrong="open-rides" says="let apigateway.amazonaws.com in"
def open_rides(function_arn):
    created = gateway.create_rest_api(name="r", endpointConfiguration={"types": ["REGIONAL"]})
    api_id, root = created["id"], created["rootResourceId"]
    rides = gateway.create_resource(restApiId=api_id, parentId=root, pathPart="rides")["id"]
    one = gateway.create_resource(restApiId=api_id, parentId=rides, pathPart="{id}")["id"]
    for resource, verb in ((rides, "GET"), (rides, "POST"), (one, "GET"), (one, "DELETE")):
        target = {"restApiId": api_id, "resourceId": resource, "httpMethod": verb}
        gateway.put_method(**target, authorizationType="NONE")
        gateway.put_integration(**target, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(function_arn))
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    return api_id


# %% wrong="open-rides" says="Any API of any account"
def open_rides(function_arn):
    created = gateway.create_rest_api(name="r", endpointConfiguration={"types": ["REGIONAL"]})
    api_id, root = created["id"], created["rootResourceId"]
    rides = gateway.create_resource(restApiId=api_id, parentId=root, pathPart="rides")["id"]
    one = gateway.create_resource(restApiId=api_id, parentId=rides, pathPart="{id}")["id"]
    for resource, verb in ((rides, "GET"), (rides, "POST"), (one, "GET"), (one, "DELETE")):
        target = {"restApiId": api_id, "resourceId": resource, "httpMethod": verb}
        gateway.put_method(**target, authorizationType="NONE")
        gateway.put_integration(**target, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(function_arn))
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    return api_id


# %% wrong="open-rides" says="the default is EDGE"
def open_rides(function_arn):
    return gateway.create_rest_api(name="rides")["id"]


# %% wrong="open-rides" says="wanted: the authorisation NONE"
def open_rides(function_arn):
    made = gateway.create_rest_api(name=lab.unique_name("rides"), endpointConfiguration={"types": ["REGIONAL"]})
    api_id = made["id"]
    all_rides = gateway.create_resource(restApiId=api_id, parentId=made["rootResourceId"], pathPart="rides")["id"]
    one_ride = gateway.create_resource(restApiId=api_id, parentId=all_rides, pathPart="{id}")["id"]
    for resource, verb in ((all_rides, "GET"), (all_rides, "POST"), (one_ride, "GET"), (one_ride, "DELETE")):
        at = {"restApiId": api_id, "resourceId": resource, "httpMethod": verb}
        gateway.put_method(**at, authorizationType="AWS_IAM")
        gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(function_arn))
    functions.add_permission(
        FunctionName=function_arn,
        StatementId="door",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/*",
    )
    gateway.create_deployment(restApiId=api_id, stageName="prod")
    return api_id


# %% right="rides"
import json
from uuid import uuid4

import boto3

store = boto3.client("dynamodb")


def rides(event, context):
    def said(code, thing=None):
        return {
            "statusCode": code,
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps(thing) if thing is not None else None,
        }

    def plain(item):
        return {name: value["S"] for name, value in item.items()}

    key = event["pathParameters"]
    match event["httpMethod"], bool(key):
        case "GET", True:
            found = store.get_item(TableName="rides", Key={"id": {"S": key["id"]}})
            return said(200, plain(found["Item"])) if "Item" in found else said(404, {})
        case "GET", False:
            query = event["queryStringParameters"] or {}
            everything = [plain(one) for one in store.scan(TableName="rides")["Items"]]
            return said(200, [one for one in everything if query.get("bike", one["bike"]) == one["bike"]])
        case "POST", _:
            try:
                bike = json.loads(event["body"])["bike"]
            except Exception:
                return said(400, {"message": "not a ride"})
            made = {"id": str(uuid4()), "bike": bike}
            store.put_item(TableName="rides", Item={name: {"S": value} for name, value in made.items()})
            return said(201, made)
    store.delete_item(TableName="rides", Key={"id": {"S": key["id"]}})
    return said(204)


# %% wrong="rides" says="answers 502"
import json
import uuid

import boto3

table = boto3.resource("dynamodb").Table("rides")


def rides(event, context):
    verb, ride_id = event["httpMethod"], (event["pathParameters"] or {}).get("id")
    if verb == "GET" and ride_id:
        return {"statusCode": 200, "body": table.get_item(Key={"id": ride_id}).get("Item")}
    if verb == "GET":
        return {"statusCode": 200, "body": table.scan()["Items"]}
    if verb == "POST":
        ride = {"id": uuid.uuid4().hex, "bike": json.loads(event["body"])["bike"]}
        table.put_item(Item=ride)
        return {"statusCode": 201, "body": ride}
    table.delete_item(Key={"id": ride_id})
    return {"statusCode": 204}


# %% wrong="rides" says="is no JSON. json.dumps"
import json
import uuid

import boto3

table = boto3.resource("dynamodb").Table("rides")


def rides(event, context):
    ride = {"id": uuid.uuid4().hex, "bike": json.loads(event["body"])["bike"]}
    table.put_item(Item=ride)
    return {"statusCode": 201, "body": str(ride)}


# %% wrong="rides" says="not 404"
import json
import uuid

import boto3

table = boto3.resource("dynamodb").Table("rides")


def rides(event, context):
    verb, ride_id = event["httpMethod"], (event["pathParameters"] or {}).get("id")
    if verb == "GET" and ride_id:
        return {"statusCode": 200, "body": json.dumps(table.get_item(Key={"id": ride_id}).get("Item"))}
    ride = {"id": uuid.uuid4().hex, "bike": json.loads(event["body"])["bike"]}
    table.put_item(Item=ride)
    return {"statusCode": 201, "body": json.dumps(ride)}


# %% wrong="rides" says="with no json answers 502"
import json
import uuid

import boto3

table = boto3.resource("dynamodb").Table("rides")


def rides(event, context):
    verb, ride_id = event["httpMethod"], (event["pathParameters"] or {}).get("id")
    if verb == "GET" and ride_id:
        found = table.get_item(Key={"id": ride_id}).get("Item")
        return {"statusCode": 200 if found else 404, "body": json.dumps(found)}
    if verb == "GET":
        bike = (event["queryStringParameters"] or {}).get("bike")
        items = [one for one in table.scan()["Items"] if bike in (None, one["bike"])]
        return {"statusCode": 200, "body": json.dumps(items)}
    if verb == "POST":
        ride = {"id": uuid.uuid4().hex, "bike": json.loads(event["body"])["bike"]}
        table.put_item(Item=ride)
        return {"statusCode": 201, "body": json.dumps(ride)}
    table.delete_item(Key={"id": ride_id})
    return {"statusCode": 204}


# %% wrong="rides" says="POST /rides with ["
import json
import uuid

import boto3

table = boto3.resource("dynamodb").Table("rides")


def rides(event, context):
    def reply(status, content=None):
        return {"statusCode": status, "body": "" if content is None else json.dumps(content)}

    verb, ride_id = event["httpMethod"], (event["pathParameters"] or {}).get("id")
    if verb == "GET" and ride_id:
        item = table.get_item(Key={"id": ride_id}).get("Item")
        return reply(200, item) if item else reply(404)
    if verb == "GET":
        bike = (event["queryStringParameters"] or {}).get("bike")
        found = [ride for ride in table.scan()["Items"] if not bike or ride["bike"] == bike]
        return reply(200, found)
    if verb == "POST":
        try:
            body = json.loads(event["body"])
        except (ValueError, TypeError):
            return reply(400)
        if "bike" not in body:
            return reply(400)
        ride = {"id": uuid.uuid4().hex, "bike": body["bike"]}
        table.put_item(Item=ride)
        return reply(201, ride)
    table.delete_item(Key={"id": ride_id})
    return reply(204)


# %% wrong="rides" says="wanted: a list of rides"
import json
import uuid

import boto3

table = boto3.resource("dynamodb").Table("rides")


def rides(event, context):
    def reply(status, content=None):
        return {"statusCode": status, "body": "" if content is None else json.dumps(content)}

    verb, ride_id = event["httpMethod"], (event["pathParameters"] or {}).get("id")
    if verb == "GET" and ride_id:
        item = table.get_item(Key={"id": ride_id}).get("Item")
        return reply(200, item) if item else reply(404)
    if verb == "GET":
        bike = (event["queryStringParameters"] or {}).get("bike")
        found = [ride for ride in table.scan()["Items"] if not bike or ride["bike"] == bike]
        return reply(200, {"rides": found} if bike else found)
    if verb == "POST":
        try:
            body = json.loads(event["body"])
        except (ValueError, TypeError):
            return reply(400)
        if not isinstance(body, dict) or "bike" not in body:
            return reply(400)
        ride = {"id": uuid.uuid4().hex, "bike": body["bike"]}
        table.put_item(Item=ride)
        return reply(201, ride)
    table.delete_item(Key={"id": ride_id})
    return reply(204)


# %% right="report-door"
def report_door(queue_name, role_arn):
    template = (
        "Action=SendMessage&MessageBody=%7B%22bike%22%3A%22$util.urlEncode($input.params('id'))%22%2C"
        "%22text%22%3A$util.urlEncode($input.json('$.text'))%7D"
    )
    answer = '#set($r = $input.path(\'$.SendMessageResponse.SendMessageResult\')){"ticket": "$r.MessageId"}'
    return {
        "type": "AWS",
        "httpMethod": "POST",
        "uri": f"arn:aws:apigateway:us-east-1:sqs:path/123456789012/{queue_name}",
        "credentials": role_arn,
        "passthroughBehavior": "never",
        "requestParameters": {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        "requestTemplates": {"application/json": template},
        "responses": {"2\\d{2}": {"statusCode": "202", "responseTemplates": {"application/json": answer}}},
    }


# %% wrong="report-door" says="the phone number is in the queue"
def report_door(queue_name, role_arn):
    return {
        "type": "aws",
        "httpMethod": "POST",
        "uri": f"arn:aws:apigateway:us-east-1:sqs:path/123456789012/{queue_name}",
        "credentials": role_arn,
        "requestParameters": {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        "requestTemplates": {"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"},
        "responses": {"default": {"statusCode": "202"}},
    }


# %% wrong="report-door" says="All of it has to be URL-encoded"
def report_door(queue_name, role_arn):
    template = 'Action=SendMessage&MessageBody={"bike": "$input.params(\'id\')", "text": "$input.path(\'$.text\')"}'
    ticket = '{"ticket": "$input.path(\'$.SendMessageResponse.SendMessageResult.MessageId\')"}'
    return {
        "type": "aws",
        "httpMethod": "POST",
        "uri": f"arn:aws:apigateway:us-east-1:sqs:path/123456789012/{queue_name}",
        "credentials": role_arn,
        "requestParameters": {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        "requestTemplates": {"application/json": template},
        "responses": {"default": {"statusCode": "202", "responseTemplates": {"application/json": ticket}}},
    }


# %% wrong="report-door" says="must contain path or action"
def report_door(queue_name, role_arn):
    return {
        "type": "aws",
        "httpMethod": "POST",
        "uri": f"arn:aws:sqs:us-east-1:123456789012:{queue_name}",
        "credentials": role_arn,
        "requestParameters": {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        "requestTemplates": {"application/json": "Action=SendMessage&MessageBody=$util.urlEncode($input.body)"},
        "responses": {"default": {"statusCode": "202"}},
    }


# %% wrong="report-door" says="one key, 'ticket'"
def report_door(queue_name, role_arn):
    template = (
        "Action=SendMessage&MessageBody=%7B%22bike%22%3A%22$util.urlEncode($input.params('id'))%22%2C"
        "%22text%22%3A$util.urlEncode($input.json('$.text'))%7D"
    )
    return {
        "type": "aws",
        "httpMethod": "POST",
        "uri": f"arn:aws:apigateway:us-east-1:sqs:path/123456789012/{queue_name}",
        "credentials": role_arn,
        "requestParameters": {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"},
        "requestTemplates": {"application/json": template},
        "responses": {"default": {"statusCode": "202"}},
    }


# %% right="predict-stages"
predicted = dict.fromkeys(["prod after 1", "prod after 2", "prod after 6"], "old")
predicted |= dict.fromkeys(["prod after 3", "prod after 4", "prod after 5", "test after 5"], "new ")
predicted["test_invoke_method after 5"] = "newest"

# %% wrong="predict-stages" says="An edit reaches no stage"
predicted = {
    "prod after 1": "new",
    "prod after 2": "new",
    "prod after 3": "new",
    "prod after 4": "newest",
    "prod after 5": "newest",
    "test after 5": "newest",
    "test_invoke_method after 5": "newest",
    "prod after 6": "old",
}

# %% wrong="predict-stages" says="nobody points to it"
predicted = {
    "prod after 1": "old",
    "prod after 2": "old",
    "prod after 3": "new",
    "prod after 4": "new",
    "prod after 5": "newest",
    "test after 5": "newest",
    "test_invoke_method after 5": "newest",
    "prod after 6": "old",
}

# %% wrong="predict-stages" says="without any picture"
predicted = {
    "prod after 1": "old",
    "prod after 2": "old",
    "prod after 3": "new",
    "prod after 4": "new",
    "prod after 5": "new",
    "test after 5": "new",
    "test_invoke_method after 5": "new",
    "prod after 6": "old",
}


# %% right="stages-for"
def stages_for(api_id, function_name):
    at = place_of(api_id, "GET", "/price")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function_name}:${{stageVariables.which}}"
    gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(arn))
    deployment = gateway.create_deployment(restApiId=api_id)["id"]
    for alias in ("TEST", "PROD"):
        gateway.create_stage(
            restApiId=api_id,
            stageName=alias.lower(),
            deploymentId=deployment,
            variables={"which": alias, "alias": alias},
        )
        functions.add_permission(
            FunctionName=f"{function_name}:{alias}",
            StatementId="api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/{alias.lower()}/GET/price",
        )


# %% wrong="stages-for" says="without a Qualifier"
def stages_for(api_id, function_name):
    at = place_of(api_id, "GET", "/price")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function_name}"
    gateway.put_integration(
        **at, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(arn + ":${stageVariables.alias}")
    )
    for stage, alias in (("test", "TEST"), ("prod", "PROD")):
        gateway.create_deployment(restApiId=api_id, stageName=stage, variables={"alias": alias})
    functions.add_permission(
        FunctionName=function_name,
        StatementId="door",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/*/GET/price",
    )


# %% wrong="stages-for" says="The address asks for 'alias'"
def stages_for(api_id, function_name):
    at = place_of(api_id, "GET", "/price")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function_name}"
    gateway.put_integration(
        **at, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(arn + ":${stageVariables.alias}")
    )
    for stage, alias in (("test", "TEST"), ("prod", "PROD")):
        gateway.create_deployment(restApiId=api_id, stageName=stage, variables={"lambdaAlias": alias})
        functions.add_permission(
            FunctionName=function_name,
            Qualifier=alias,
            StatementId="door",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )


# %% wrong="stages-for" says="the picture that was deployed"
def stages_for(api_id, function_name):
    at = place_of(api_id, "GET", "/price")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function_name}"
    gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.put_method_response(**at, statusCode="200")
    gateway.put_integration_response(**at, statusCode="200")
    for stage, alias in (("test", "TEST"), ("prod", "PROD")):
        gateway.create_deployment(restApiId=api_id, stageName=stage, variables={"alias": alias})
        functions.add_permission(
            FunctionName=function_name,
            Qualifier=alias,
            StatementId="door",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/*/GET/price",
        )
    gateway.put_integration(
        **at, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(arn + ":${stageVariables.alias}")
    )


# %% wrong="stages-for" says="Other APIs may call"
def stages_for(api_id, function_name):
    at = place_of(api_id, "GET", "/price")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function_name}"
    gateway.put_integration(
        **at, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(arn + ":${stageVariables.alias}")
    )
    for stage, alias in (("test", "TEST"), ("prod", "PROD")):
        gateway.create_deployment(restApiId=api_id, stageName=stage, variables={"alias": alias})
        functions.add_permission(
            FunctionName=function_name,
            Qualifier=alias,
            StatementId="door",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )


# %% right="stages-for"
def stages_for(api_id, function_name):
    at = place_of(api_id, "GET", "/price")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function_name}:${{stageVariables.lambdaAlias}}"
    gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(arn))
    for stage, alias in (("test", "TEST"), ("prod", "PROD")):
        gateway.create_deployment(restApiId=api_id, stageName=stage, variables={"lambdaAlias": alias})
        functions.add_permission(
            FunctionName=function_name,
            Qualifier=alias,
            StatementId="door",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/{stage}/GET/price",
        )


# %% wrong="stages-for" says="Other APIs may call the unqualified function"
def stages_for(api_id, function_name):
    at = place_of(api_id, "GET", "/price")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function_name}:${{stageVariables.alias}}"
    gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(arn))
    grant = {"Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com", "StatementId": "door"}
    functions.add_permission(FunctionName=function_name, **grant)
    for stage, alias in (("test", "TEST"), ("prod", "PROD")):
        gateway.create_deployment(restApiId=api_id, stageName=stage, variables={"alias": alias})
        functions.add_permission(
            FunctionName=function_name,
            Qualifier=alias,
            SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/*/GET/price",
            **grant,
        )


# %% wrong="stages-for" says="SourceArn fit this stage"
def stages_for(api_id, function_name):
    at = place_of(api_id, "GET", "/price")
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function_name}:${{stageVariables.alias}}"
    gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=lambda_uri(arn))
    for stage, alias in (("test", "TEST"), ("prod", "PROD")):
        gateway.create_deployment(restApiId=api_id, stageName=stage, variables={"alias": alias})
        functions.add_permission(
            FunctionName=function_name,
            Qualifier=alias,
            StatementId="door",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api_id}/{alias}/GET/price",
        )


# %% right="finish-canary"
def finish_canary(api_id, stage, stable, canary):
    if canary[0] < 200:
        return "wait"
    old = stable[1] / stable[0] if stable[0] else 0
    patches = []
    promote = round(canary[1] / canary[0] - old, 9) <= 0.01
    settings = gateway.get_stage(restApiId=api_id, stageName=stage)["canarySettings"]
    if promote:
        patches.append({"op": "replace", "path": "/deploymentId", "value": settings["deploymentId"]})
        for name, value in settings.get("stageVariableOverrides", {}).items():
            patches.append({"op": "replace", "path": f"/variables/{name}", "value": value})
    patches.append({"op": "remove", "path": "/canarySettings"})
    gateway.update_stage(restApiId=api_id, stageName=stage, patchOperations=patches)
    return "promoted" if promote else "dropped"


# %% wrong="finish-canary" says="promote the deployment that was tried"
def finish_canary(api_id, stage, stable, canary):
    if canary[0] < 200:
        return "wait"
    good = canary[1] / canary[0] <= stable[1] / max(1, stable[0]) + 0.01
    if good:
        gateway.create_deployment(restApiId=api_id, stageName=stage, variables={"colour": "green"})
    gateway.update_stage(
        restApiId=api_id, stageName=stage, patchOperations=[{"op": "remove", "path": "/canarySettings"}]
    )
    return "promoted" if good else "dropped"


# %% wrong="finish-canary" says="belong together"
def finish_canary(api_id, stage, stable, canary):
    if canary[0] < 200:
        return "wait"
    good = canary[1] / canary[0] <= stable[1] / max(1, stable[0]) + 0.01
    patches = [{"op": "remove", "path": "/canarySettings"}]
    if good:
        patches.insert(0, {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"})
    gateway.update_stage(restApiId=api_id, stageName=stage, patchOperations=patches)
    return "promoted" if good else "dropped"


# %% wrong="finish-canary" says="canary 12 of 1,000"
def finish_canary(api_id, stage, stable, canary):
    good = canary[1] <= stable[1] / 100
    gateway.update_stage(
        restApiId=api_id, stageName=stage, patchOperations=[{"op": "remove", "path": "/canarySettings"}]
    )
    return "promoted" if good else "dropped"


# %% wrong="finish-canary" says="still has its canary"
def finish_canary(api_id, stage, stable, canary):
    if canary[0] < 200:
        return "wait"
    good = canary[1] / canary[0] <= stable[1] / max(1, stable[0]) + 0.01
    path, value = ("percentTraffic", "100") if good else ("percentTraffic", "0")
    gateway.update_stage(
        restApiId=api_id,
        stageName=stage,
        patchOperations=[{"op": "replace", "path": f"/canarySettings/{path}", "value": value}],
    )
    return "promoted" if good else "dropped"


# %% wrong="finish-canary" says="ZeroDivisionError"
def finish_canary(api_id, stage, stable, canary):
    if canary[0] < 200:
        return "wait"
    edits = [{"op": "remove", "path": "/canarySettings"}]
    if canary[1] / canary[0] > stable[1] / stable[0] + 0.01:
        gateway.update_stage(restApiId=api_id, stageName=stage, patchOperations=edits)
        return "dropped"
    edits = [
        {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"},
        {"op": "copy", "from": "/canarySettings/stageVariableOverrides", "path": "/variables"},
        *edits,
    ]
    gateway.update_stage(restApiId=api_id, stageName=stage, patchOperations=edits)
    return "promoted"


# %% wrong="finish-canary" says="Invalid copy operation"
def finish_canary(api_id, stage, stable, canary):
    if canary[0] < 200:
        return "wait"
    edits = [{"op": "remove", "path": "/canarySettings"}]
    if canary[1] / canary[0] > stable[1] / max(stable[0], 1) + 0.01:
        gateway.update_stage(restApiId=api_id, stageName=stage, patchOperations=edits)
        return "dropped"
    settings = gateway.get_stage(restApiId=api_id, stageName=stage)["canarySettings"]
    edits.insert(0, {"op": "copy", "from": "/canarySettings/deploymentId", "path": "/deploymentId"})
    for name in settings.get("stageVariableOverrides", {}):
        old = f"/canarySettings/stageVariableOverrides/{name}"
        edits.insert(0, {"op": "copy", "from": old, "path": f"/variables/{name}"})
    gateway.update_stage(restApiId=api_id, stageName=stage, patchOperations=edits)
    return "promoted"


# %% right="guard"
def guard(api_id):
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "type": "object",
        "properties": {
            "bike": {"type": "string", "pattern": "^B\\d{1,4}$"},
            "minutes": {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": 1440},
        },
        "required": ["minutes", "bike"],
        "additionalProperties": False,
    }
    gateway.create_model(restApiId=api_id, name="M", contentType="application/json", schema=json.dumps(schema))
    validator = gateway.create_request_validator(
        restApiId=api_id, name="v", validateRequestBody=True, validateRequestParameters=True
    )
    at = place_of(api_id, "POST", "/unlock")
    old = gateway.get_integration(**at)
    gateway.delete_method(**at)
    gateway.put_method(
        **at,
        authorizationType="NONE",
        requestValidatorId=validator["id"],
        requestModels={"application/json": "M"},
        requestParameters={"method.request.header.X-Rider": True},
    )
    gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=old["uri"])
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% wrong="guard" says="is it deployed"
def guard(api_id):
    validator = gateway.create_request_validator(
        restApiId=api_id, name="v", validateRequestBody=True, validateRequestParameters=True
    )
    edits = [
        {"op": "add", "path": "/requestParameters/method.request.header.X-Rider", "value": "true"},
        {"op": "add", "path": "/requestValidatorId", "value": validator["id"]},
    ]
    gateway.update_method(**place_of(api_id, "POST", "/unlock"), patchOperations=edits)


# %% wrong="guard" says="does the validator check parameters"
def guard(api_id):
    validator = gateway.create_request_validator(
        restApiId=api_id, name="v", validateRequestBody=True, validateRequestParameters=False
    )
    edits = [
        {"op": "add", "path": "/requestParameters/method.request.header.X-Rider", "value": "true"},
        {"op": "add", "path": "/requestValidatorId", "value": validator["id"]},
    ]
    gateway.update_method(**place_of(api_id, "POST", "/unlock"), patchOperations=edits)
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% wrong="guard" says="{'bike': 'XB7', 'minutes': 30}"
def guard(api_id):
    schema = {
        "type": "object",
        "required": ["bike", "minutes"],
        "additionalProperties": False,
        "properties": {
            "bike": {"type": "string", "pattern": "B[0-9]{1,4}"},
            "minutes": {"type": "integer", "minimum": 1, "maximum": 1440},
        },
    }
    gateway.create_model(restApiId=api_id, name="M", contentType="application/json", schema=json.dumps(schema))
    validator = gateway.create_request_validator(
        restApiId=api_id, name="v", validateRequestBody=True, validateRequestParameters=True
    )
    edits = [
        {"op": "add", "path": "/requestParameters/method.request.header.X-Rider", "value": "true"},
        {"op": "add", "path": "/requestModels/application~1json", "value": "M"},
        {"op": "add", "path": "/requestValidatorId", "value": validator["id"]},
    ]
    gateway.update_method(**place_of(api_id, "POST", "/unlock"), patchOperations=edits)
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% wrong="guard" says="'admin': True}"
def guard(api_id):
    schema = {
        "type": "object",
        "required": ["bike", "minutes"],
        "properties": {
            "bike": {"type": "string", "pattern": "^B[0-9]{1,4}$"},
            "minutes": {"type": "integer", "minimum": 1, "maximum": 1440},
        },
    }
    gateway.create_model(restApiId=api_id, name="M", contentType="application/json", schema=json.dumps(schema))
    validator = gateway.create_request_validator(
        restApiId=api_id, name="v", validateRequestBody=True, validateRequestParameters=True
    )
    edits = [
        {"op": "add", "path": "/requestParameters/method.request.header.X-Rider", "value": "true"},
        {"op": "add", "path": "/requestModels/application~1json", "value": "M"},
        {"op": "add", "path": "/requestValidatorId", "value": validator["id"]},
    ]
    gateway.update_method(**place_of(api_id, "POST", "/unlock"), patchOperations=edits)
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% right="guard"
def guard(api_id):
    at = place_of(api_id, "POST", "/unlock")
    bike = {"type": "string", "pattern": r"^B\d{1,4}$"}
    form = {"bike": bike, "minutes": {"type": "number", "multipleOf": 1, "minimum": 1, "maximum": 1440}}
    schema = {"type": "object", "required": [*form], "properties": form, "additionalProperties": False}
    gateway.create_model(restApiId=api_id, name="Unlock", contentType="application/json", schema=json.dumps(schema))
    rule = gateway.create_request_validator(
        restApiId=api_id, name="all", validateRequestBody=True, validateRequestParameters=True
    )
    edits = [
        {"op": "add", "path": "/requestParameters/method.request.header.X-Rider", "value": "true"},
        {"op": "add", "path": "/requestModels/application~1json", "value": "Unlock"},
        {"op": "replace", "path": "/requestValidatorId", "value": rule["id"]},
    ]
    gateway.update_method(**at, patchOperations=edits)
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% wrong="guard" says="['B7', 30] answers 200"
def guard(api_id):
    at = place_of(api_id, "POST", "/unlock")
    bike = {"type": "string", "pattern": "^B[0-9]{1,4}$"}
    form = {"bike": bike, "minutes": {"type": "integer", "minimum": 1, "maximum": 1440}}
    schema = {"required": [*form], "properties": form, "additionalProperties": False}
    gateway.create_model(restApiId=api_id, name="Unlock", contentType="application/json", schema=json.dumps(schema))
    rule = gateway.create_request_validator(
        restApiId=api_id, name="all", validateRequestBody=True, validateRequestParameters=True
    )
    edits = [
        {"op": "add", "path": "/requestParameters/method.request.header.X-Rider", "value": "true"},
        {"op": "add", "path": "/requestModels/application~1json", "value": "Unlock"},
        {"op": "replace", "path": "/requestValidatorId", "value": rule["id"]},
    ]
    gateway.update_method(**at, patchOperations=edits)
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% wrong="guard" says="{'bike': 'B', 'minutes': 30} answers 200"
def guard(api_id):
    at = place_of(api_id, "POST", "/unlock")
    bike = {"type": "string", "pattern": "^B[0-9]{0,4}$"}
    form = {"bike": bike, "minutes": {"type": "integer", "minimum": 1, "maximum": 1440}}
    schema = {"type": "object", "required": [*form], "properties": form, "additionalProperties": False}
    gateway.create_model(restApiId=api_id, name="Unlock", contentType="application/json", schema=json.dumps(schema))
    rule = gateway.create_request_validator(
        restApiId=api_id, name="all", validateRequestBody=True, validateRequestParameters=True
    )
    edits = [
        {"op": "add", "path": "/requestParameters/method.request.header.X-Rider", "value": "true"},
        {"op": "add", "path": "/requestModels/application~1json", "value": "Unlock"},
        {"op": "replace", "path": "/requestValidatorId", "value": rule["id"]},
    ]
    gateway.update_method(**at, patchOperations=edits)
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% wrong="guard" says="{'bike': 'B7a', 'minutes': 30} answers 200"
def guard(api_id):
    at = place_of(api_id, "POST", "/unlock")
    bike = {"type": "string", "pattern": "^B.{1,4}$"}
    form = {"bike": bike, "minutes": {"type": "integer", "minimum": 1, "maximum": 1440}}
    schema = {"type": "object", "required": [*form], "properties": form, "additionalProperties": False}
    gateway.create_model(restApiId=api_id, name="Unlock", contentType="application/json", schema=json.dumps(schema))
    rule = gateway.create_request_validator(
        restApiId=api_id, name="all", validateRequestBody=True, validateRequestParameters=True
    )
    edits = [
        {"op": "add", "path": "/requestParameters/method.request.header.X-Rider", "value": "true"},
        {"op": "add", "path": "/requestModels/application~1json", "value": "Unlock"},
        {"op": "replace", "path": "/requestValidatorId", "value": rule["id"]},
    ]
    gateway.update_method(**at, patchOperations=edits)
    gateway.create_deployment(restApiId=api_id, stageName="prod")


# %% right="document"
def rides_document(function_arn):
    target = {"type": "AWS_PROXY", "httpMethod": "POST", "uri": lambda_uri(function_arn)}
    mock = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 501}'},
        "responses": {"501": {"statusCode": "501", "responseTemplates": {"application/json": "later"}}},
    }
    body = {"name": "ride", "in": "body", "schema": {"$ref": "#/definitions/Ride"}}
    return {
        "swagger": "2.0",
        "info": {"title": "tern-rides", "version": "2"},
        "x-amazon-apigateway-request-validator": "strict",
        "paths": {
            "/rides": {
                "post": {
                    "consumes": ["application/json"],
                    "parameters": [body],
                    "x-amazon-apigateway-request-validator": "strict",
                    "responses": {"201": {"description": "-"}},
                    "x-amazon-apigateway-integration": target,
                }
            },
            "/rides/{id}": {
                "get": {"responses": {"200": {"description": "-"}}, "x-amazon-apigateway-integration": target},
                "delete": {"responses": {"501": {"description": "-"}}, "x-amazon-apigateway-integration": mock},
            },
        },
        "definitions": {"Ride": {"type": "object", "required": ["bike"], "properties": {"bike": {"type": "string"}}}},
        "x-amazon-apigateway-request-validators": {
            "strict": {"validateRequestBody": True, "validateRequestParameters": True}
        },
    }


# %% wrong="document" says="Which operation has none"
def rides_document(function_arn):
    to_function = {"type": "aws_proxy", "httpMethod": "POST", "uri": lambda_uri(function_arn)}
    method = {"responses": {"200": {"description": "-"}}, "x-amazon-apigateway-integration": to_function}
    return {
        "openapi": "3.0.1",
        "info": {"title": "tern-rides", "version": "2"},
        "paths": {
            "/rides": {"post": method},
            "/rides/{id}": {"get": method, "delete": {"responses": {"501": {"description": "later"}}}},
        },
    }


# %% wrong="document" says="wants the verb POST"
def rides_document(function_arn):
    to_function = {"type": "aws_proxy", "httpMethod": "GET", "uri": lambda_uri(function_arn)}
    method = {"responses": {"200": {"description": "-"}}, "x-amazon-apigateway-integration": to_function}
    return {
        "openapi": "3.0.1",
        "info": {"title": "tern-rides", "version": "2"},
        "paths": {"/rides": {"post": method}, "/rides/{id}": {"get": method, "delete": method}},
    }


# %% wrong="document" says="requestBody names the schema"
def rides_document(function_arn):
    to_function = {"type": "aws_proxy", "httpMethod": "POST", "uri": lambda_uri(function_arn)}
    method = {"responses": {"200": {"description": "-"}}, "x-amazon-apigateway-integration": to_function}
    return {
        "openapi": "3.0.1",
        "info": {"title": "tern-rides", "version": "2"},
        "paths": {
            "/rides": {"post": {**method, "x-amazon-apigateway-request-validator": "strict"}},
            "/rides/{id}": {"get": method, "delete": method},
        },
        "components": {
            "schemas": {"Ride": {"type": "object", "required": ["bike"], "properties": {"bike": {"type": "string"}}}}
        },
        "x-amazon-apigateway-request-validators": {
            "strict": {"validateRequestBody": True, "validateRequestParameters": True}
        },
    }


# %% right="choose-door"
doors = {
    "HTTP API": {"certificate": "sa-east-1", "type": "REGIONAL"},
    "own CloudFront": {"type": "REGIONAL", "certificate": "ap-southeast-2"},
    "own servers": {"type": "PRIVATE"},
    "travellers": {"type": "EDGE", "certificate": "us-east-1"},
    "one town": {"type": "REGIONAL", "certificate": "eu-north-1"},
}

# %% wrong="choose-door" says="us-east-1 for EDGE"
doors = {
    "one town": {"type": "REGIONAL", "certificate": "eu-north-1"},
    "travellers": {"type": "EDGE", "certificate": "eu-west-1"},
    "own servers": {"type": "PRIVATE", "certificate": None},
    "own CloudFront": {"type": "REGIONAL", "certificate": "ap-southeast-2"},
    "HTTP API": {"type": "REGIONAL", "certificate": "sa-east-1"},
}

# %% wrong="choose-door" says="A second CloudFront"
doors = {
    "one town": {"type": "REGIONAL", "certificate": "eu-north-1"},
    "travellers": {"type": "EDGE", "certificate": "us-east-1"},
    "own servers": {"type": "PRIVATE", "certificate": None},
    "own CloudFront": {"type": "EDGE", "certificate": "us-east-1"},
    "HTTP API": {"type": "REGIONAL", "certificate": "sa-east-1"},
}

# %% wrong="choose-door" says="the API's own Region"
doors = {
    "one town": {"type": "REGIONAL", "certificate": "us-east-1"},
    "travellers": {"type": "EDGE", "certificate": "us-east-1"},
    "own servers": {"type": "PRIVATE", "certificate": None},
    "own CloudFront": {"type": "REGIONAL", "certificate": "us-east-1"},
    "HTTP API": {"type": "REGIONAL", "certificate": "us-east-1"},
}
