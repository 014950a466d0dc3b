# %% [markdown]
# Answers to 08-serverless/09-appsync-amplify-sam: for each exercise other right answers and typical wrong ones.
# `says` holds words that the check's message must contain.


# %% right="first-field"
def connect_hut(api_id):
    request = {"version": "2018-05-29", "operation": "GetItem", "key": {"id": {"S": "${ctx.args.id}"}}}
    response = (
        "#if($context.error) $utils.error($context.error.message, $context.error.type, $context.result) #end "
        "$utils.toJson($context.result)"
    )
    appsync.create_resolver(
        apiId=api_id,
        typeName="Query",
        fieldName="hut",
        kind="UNIT",
        dataSourceName="huts",
        requestMappingTemplate=json.dumps(request),
        responseMappingTemplate=response,
    )


# %% wrong="first-field" says="null without a word"
def connect_hut(api_id):
    key = '{"id": $util.dynamodb.toDynamoDBJson($ctx.args.id)}'
    appsync.create_resolver(
        apiId=api_id,
        typeName="Query",
        fieldName="hut",
        dataSourceName="huts",
        requestMappingTemplate=f'{{"version": "2018-05-29", "operation": "GetItem", "key": {key}}}',
        responseMappingTemplate="$util.toJson($ctx.result)",
    )


# %% wrong="first-field" says="GetItem"
def connect_hut(api_id):
    appsync.create_resolver(
        apiId=api_id,
        typeName="Query",
        fieldName="hut",
        dataSourceName="huts",
        requestMappingTemplate='{"version": "2018-05-29", "operation": "GetItem", "key": {"id": "$ctx.args.id"}}',
        responseMappingTemplate="#if($ctx.error)$util.error($ctx.error.message)#end $util.toJson($ctx.result)",
    )


# %% wrong="first-field" says="DynamoDB's own message"
def connect_hut(api_id):
    key = '{"id": $util.dynamodb.toDynamoDBJson($ctx.args.id)}'
    appsync.create_resolver(
        apiId=api_id,
        typeName="Query",
        fieldName="hut",
        dataSourceName="huts",
        requestMappingTemplate=f'{{"version": "2018-05-29", "operation": "GetItem", "key": {key}}}',
        responseMappingTemplate='#if($ctx.error)$util.error("Something went wrong")#end $util.toJson($ctx.result)',
    )


# %% wrong="first-field" says="must be null, without errors"
def connect_hut(api_id: str) -> None:
    appsync.create_resolver(
        apiId=api_id,
        typeName="Query",
        fieldName="hut",
        dataSourceName="huts",
        requestMappingTemplate="""{
          "version": "2018-05-29", "operation": "GetItem",
          "key": {"id": $util.dynamodb.toDynamoDBJson($ctx.args.id)}}""",
        responseMappingTemplate="""#if($ctx.error) $util.error($ctx.error.message, $ctx.error.type) #end
#if($util.isNull($ctx.result)) $util.error('no such hut', 'NotFound') #end
$util.toJson($ctx.result)""",
    )


# %% right="first-field"
def connect_hut(api_id: str) -> None:
    appsync.create_resolver(
        apiId=api_id,
        typeName="Query",
        fieldName="hut",
        dataSourceName="huts",
        requestMappingTemplate="""{
          "version": "2018-05-29", "operation": "GetItem",
          "key": {"id": $util.dynamodb.toDynamoDBJson($ctx.args.id)}}""",
        responseMappingTemplate="""#if($ctx.error) $util.appendError($ctx.error.message, $ctx.error.type) #end
$util.toJson($ctx.result)""",
    )


# %% right="first-field"
def connect_hut(api_id):
    code = """
    import { util } from "@aws-appsync/utils";
    import * as ddb from "@aws-appsync/utils/dynamodb";
    export function request(ctx) { return ddb.get({ key: { id: ctx.args.id } }); }
    export function response(ctx) {
        if (ctx.error) util.error(ctx.error.message, ctx.error.type);
        return ctx.result;
    }
    """
    appsync.create_resolver(
        apiId=api_id,
        typeName="Query",
        fieldName="hut",
        dataSourceName="huts",
        runtime={"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"},
        code=code,
    )


# %% right="calls"
wardens = "{ huts { name warden { name } } }, maxBatchSize "
predicted = {
    wardens + "not set": 6.0,
    wardens + "4": 2,
    wardens + "100": 1,
    "{ huts { name } }, maxBatchSize not set": 0,
}

# %% wrong="calls" says="also Dohle, which has no warden"
wardens = "{ huts { name warden { name } } }, maxBatchSize "
predicted = {wardens + "not set": 5, wardens + "4": 2, wardens + "100": 1, "{ huts { name } }, maxBatchSize not set": 0}

# %% wrong="calls" says="its resolver does not run"
wardens = "{ huts { name warden { name } } }, maxBatchSize "
predicted = {wardens + "not set": 6, wardens + "4": 2, wardens + "100": 1, "{ huts { name } }, maxBatchSize not set": 6}

# %% wrong="calls" says="two into the second"
wardens = "{ huts { name warden { name } } }, maxBatchSize "
predicted = {wardens + "not set": 6, wardens + "4": 4, wardens + "100": 1, "{ huts { name } }, maxBatchSize not set": 0}


# %% wrong="calls" says="say a number"
predicted = {
    "{ huts { name warden { name } } }, maxBatchSize not set": "6",
    "{ huts { name warden { name } } }, maxBatchSize 4": 2,
    "{ huts { name warden { name } } }, maxBatchSize 100": 1,
    "{ huts { name } }, maxBatchSize not set": 0,
}


# %% right="batch"
import os

import boto3


def wardens_of(event, context):
    table = boto3.resource("dynamodb").Table(os.environ["WARDENS"])
    if all("wardenId" not in one["source"] for one in event):
        return [{"data": None} for _ in event]
    everyone = {row["id"]: row for row in table.meta.client.batch_get_item(
        RequestItems={table.name: {"Keys": [{"id": key} for key in
                      {one["source"]["wardenId"] for one in event if one["source"].get("wardenId")}]}}
    )["Responses"][table.name]}  # fmt: skip
    return [{"data": everyone.get(one["source"].get("wardenId"))} for one in event]


# %% wrong="batch" says="its own order"
import os

import boto3


def wardens_of(event, context):
    table = os.environ["WARDENS"]
    wanted = {one["source"].get("wardenId") for one in event} - {None}
    if not wanted:
        return [None] * len(event)
    request = {table: {"Keys": [{"id": key} for key in sorted(wanted)]}}
    found = boto3.resource("dynamodb").batch_get_item(RequestItems=request)["Responses"][table]
    return (found + [None] * len(event))[: len(event)]


# %% wrong="batch" says="once is enough"
import os

import boto3


def wardens_of(event, context):
    table = boto3.resource("dynamodb").Table(os.environ["WARDENS"])
    keys = [one["source"].get("wardenId") for one in event]
    return [table.get_item(Key={"id": key}).get("Item") if key else None for key in keys]


# %% wrong="batch" says="entry for every hut"
import os

import boto3


def wardens_of(event, context):
    table = os.environ["WARDENS"]
    wanted = {one["source"].get("wardenId") for one in event} - {None}
    if not wanted:
        return [None] * len(event)
    request = {table: {"Keys": [{"id": key} for key in sorted(wanted)]}}
    by_id = {
        one["id"]: one for one in boto3.resource("dynamodb").batch_get_item(RequestItems=request)["Responses"][table]
    }
    return [by_id[one["source"]["wardenId"]] for one in event if "wardenId" in one["source"]]


# %% right="batch"
import os

import boto3
from boto3.dynamodb.types import TypeDeserializer


def wardens_of(event, context):
    read = TypeDeserializer().deserialize
    table = os.environ["WARDENS"]
    keys = {e["source"]["wardenId"] for e in event if e["source"].get("wardenId")}
    found = {}
    if keys:
        got = boto3.client("dynamodb").batch_get_item(RequestItems={table: {"Keys": [{"id": {"S": k}} for k in keys]}})
        found = {i["id"]["S"]: {k: read(v) for k, v in i.items()} for i in got["Responses"][table]}
    return [found.get(e["source"].get("wardenId", "")) for e in event]


# %% wrong="batch" says="The query fails"
import os

import boto3


def wardens_of(event, context):
    """The wardens of many huts: event is a list, event[n]["source"] a hut."""
    table = os.environ["WARDENS"]
    huts = [one["source"] for one in event]
    wanted = sorted({hut["wardenId"] for hut in huts if "wardenId" in hut})
    asked = {"Keys": [{"id": key} for key in wanted]}
    answer = boto3.resource("dynamodb").batch_get_item(RequestItems={table: asked})
    by_id = {one["id"]: one for one in answer["Responses"][table]}
    return [by_id.get(hut.get("wardenId")) for hut in huts]


# %% right="two-doors"
two_doors = """
type Query @aws_api_key @aws_cognito_user_pools { huts: [Hut!]! }
type Hut {
  id: ID! @aws_api_key @aws_cognito_user_pools
  name: String! @aws_api_key @aws_cognito_user_pools
  beds: Int! @aws_cognito_user_pools @aws_api_key
  phone: String @aws_cognito_user_pools
}
"""

# %% wrong="two-doors" says="Which directives does that part have?"
two_doors = """
type Hut {
  id: ID!
  name: String!
  beds: Int!
  phone: String @aws_cognito_user_pools
}
type Query { huts: [Hut!]! @aws_api_key @aws_cognito_user_pools }
"""

# %% wrong="two-doors" says="with nothing but the key"
two_doors = """
type Hut @aws_api_key @aws_cognito_user_pools {
  id: ID!
  name: String!
  beds: Int!
  phone: String
}
type Query { huts: [Hut!]! @aws_api_key @aws_cognito_user_pools }
"""

# %% wrong="two-doors" says="Unknown directive"
two_doors = """
type Hut @api_key @cognito { id: ID! name: String! beds: Int! phone: String @cognito }
type Query { huts: [Hut!]! @api_key @cognito }
"""


# %% right="two-doors"
two_doors = """
type Hut {
  id: ID! @aws_api_key @aws_cognito_user_pools
  name: String! @aws_api_key @aws_cognito_user_pools
  beds: Int! @aws_api_key @aws_cognito_user_pools
  phone: String @aws_cognito_user_pools
}
type Query @aws_api_key @aws_cognito_user_pools { huts: [Hut!]! }
"""


# %% wrong="two-doors" says="Keep the types and fields"
two_doors = """
type Hut @aws_api_key @aws_cognito_user_pools {
  id: ID!
  name: String
  beds: Int
  phone: String @aws_cognito_user_pools
}
type Query { huts: [Hut!]! @aws_api_key @aws_cognito_user_pools }
"""


# %% right="amplify-yml"
amplify_yml = json.dumps(
    {
        "version": 1,
        "test": {
            "artifacts": {
                "files": ["**/*.mp4", "**/*.png", "**/*.json"],
                "baseDirectory": "cypress",
                "configFilePath": "**/mochawesome.json",
            },
            "phases": {
                "preTest": {"commands": ["npx pm2 start npm -- start", "npx wait-on http://localhost:3000"]},
                "test": {"commands": ["npx cypress run"]},
                "postTest": {"commands": ["npx mochawesome-merge", "npx pm2 kill"]},
            },
        },
        "frontend": {
            "phases": {"preBuild": {"commands": ["npm ci"]}, "build": {"commands": ["npm run build"]}},
            "artifacts": {"baseDirectory": "dist", "files": ["**/*"]},
        },
    }
)

# %% wrong="amplify-yml" says="no group 'test'"
amplify_yml = """
version: 1
frontend:
  phases:
    preBuild: {commands: [npm ci]}
    build: {commands: [npm run build]}
    postBuild: {commands: [npx pm2 start npm -- start, npx cypress run]}
  artifacts: {baseDirectory: dist, files: ['**/*']}
"""

# %% wrong="amplify-yml" says="Start the server first"
amplify_yml = """
version: 1
frontend:
  phases:
    preBuild: {commands: [npm ci]}
    build: {commands: [npm run build]}
  artifacts: {baseDirectory: dist, files: ['**/*']}
test:
  phases:
    preTest: {commands: ["npx wait-on http://localhost:3000", npx pm2 start npm -- start]}
    test: {commands: [npx cypress run]}
    postTest: {commands: [npx pm2 kill]}
  artifacts: {baseDirectory: cypress, configFilePath: '**/mochawesome.json', files: ['**/*.png', '**/*.mp4']}
"""

# %% wrong="amplify-yml" says="shows no report"
amplify_yml = """
version: 1
frontend:
  phases:
    preBuild: {commands: [npm ci]}
    build: {commands: [npm run build]}
  artifacts: {baseDirectory: dist, files: ['**/*']}
test:
  phases:
    preTest: {commands: [npx pm2 start npm -- start, "npx wait-on http://localhost:3000"]}
    test: {commands: [npx cypress run]}
    postTest: {commands: [npx pm2 kill]}
  artifacts: {baseDirectory: cypress, files: ['**/*.png', '**/*.mp4']}
"""


# %% right="amplify-yml"
amplify_yml = """
version: 1
frontend:
  phases:
    preBuild:
      commands: [npm ci]
    build:
      commands:
        - npm run build
  artifacts:
    baseDirectory: dist
    files: ['**/*']
test:
  phases:
    preTest:
      commands:
        - npx pm2 start npm -- start && npx wait-on http://localhost:3000
    test:
      commands:
        - npx cypress run --reporter mochawesome
    postTest:
      commands: [npx pm2 kill]
  artifacts:
    baseDirectory: cypress
    configFilePath: '**/mochawesome.json'
    files: ['**/*.png', '**/*.mp4']
"""


# %% wrong="amplify-yml" says="publish all files of dist"
amplify_yml = """
version: 1
frontend:
  phases:
    preBuild:
      commands: [npm ci]
    build:
      commands:
        - npm run build
  artifacts:
    baseDirectory: dist
test:
  phases:
    preTest:
      commands:
        - npx pm2 start npm -- start
        - npx wait-on http://localhost:3000
    test:
      commands:
        - npx cypress run --reporter mochawesome
    postTest:
      commands: [npx pm2 kill]
  artifacts:
    baseDirectory: cypress
    configFilePath: '**/mochawesome.json'
    files: ['**/*.png', '**/*.mp4']
"""


# %% wrong="amplify-yml" says="still starts the server"
amplify_yml = """
version: 1
frontend:
  phases:
    preBuild:
      commands: [npm ci]
    build:
      commands:
        - npm run build
        - npx pm2 start npm -- start
  artifacts:
    baseDirectory: dist
    files: ['**/*']
test:
  phases:
    preTest:
      commands:
        - npx pm2 start npm -- start
        - npx wait-on http://localhost:3000
    test:
      commands:
        - npx cypress run --reporter mochawesome
    postTest:
      commands: [npx pm2 kill]
  artifacts:
    baseDirectory: cypress
    configFilePath: '**/mochawesome.json'
    files: ['**/*.png', '**/*.mp4']
"""


# %% wrong="amplify-yml" says="also of one"
amplify_yml = """
version: 1
frontend:
  phases:
    preBuild:
      commands: [npm ci]
    build:
      commands:
        - npm run build
  artifacts:
    baseDirectory: dist
    files: ['**/*']
test:
  phases:
    preTest:
      commands:
        - npx pm2 start npm -- start
        - npx wait-on http://localhost:3000
    test:
      commands:
        - npx cypress run --reporter mochawesome
    postTest:
      commands: npx pm2 kill
  artifacts:
    baseDirectory: cypress
    configFilePath: '**/mochawesome.json'
    files: ['**/*.png', '**/*.mp4']
"""


# %% right="sam-template"
sam = yaml.safe_load("""
Transform: [AWS::Serverless-2016-10-31]
Globals:
  Function: {Runtime: python3.13, Handler: index.handler}
Resources:
  Huts: {Type: AWS::Serverless::SimpleTable}
  List:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {TABLE: {Ref: Huts}}}
      Policies: {DynamoDBReadPolicy: {TableName: {Ref: Huts}}}
      Events: {Web: {Type: HttpApi, Properties: {Path: /huts, Method: GET}}}
Outputs:
  Url: {Value: {"Fn::Sub": "${ServerlessHttpApi.ApiEndpoint}/huts"}}
""")
sam["Resources"]["List"]["Properties"]["InlineCode"] = LIST_HUTS


# %% wrong="sam-template" says="does not know SAM's types"
sam = {
    "Resources": {
        "Huts": {"Type": "AWS::Serverless::SimpleTable"},
        "List": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"Runtime": "python3.13", "Handler": "index.handler", "InlineCode": LIST_HUTS},
        },
    },
}

# %% wrong="sam-template" says="reading is enough"
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
                "Policies": [{"DynamoDBCrudPolicy": {"TableName": {"Ref": "Huts"}}}],
                "Events": {"Get": {"Type": "HttpApi", "Properties": {"Path": "/huts", "Method": "get"}}},
            },
        },
    },
    "Outputs": {
        "Url": {"Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/huts"}}
    },
}

# %% wrong="sam-template" says="Look at Path and Method, at TABLE, and at Policies"
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
                "Environment": {"Variables": {"TABLE": "Huts"}},
                "Policies": [{"DynamoDBReadPolicy": {"TableName": {"Ref": "Huts"}}}],
                "Events": {"Get": {"Type": "HttpApi", "Properties": {"Path": "/huts", "Method": "get"}}},
            },
        },
    },
    "Outputs": {
        "Url": {"Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/huts"}}
    },
}


# %% wrong="sam-template" says="every table of the account"
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
                "Policies": [{"DynamoDBReadPolicy": {"TableName": "*"}}],
                "Events": {"Ask": {"Type": "HttpApi", "Properties": {"Path": "/huts", "Method": "get"}}},
            },
        },
    },
    "Outputs": {
        "Url": {"Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/huts"}}
    },
}


# %% wrong="sam-template" says="Runtime and handler"
sam = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Huts": {"Type": "AWS::Serverless::SimpleTable"},
        "List": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "InlineCode": LIST_HUTS,
                "Environment": {"Variables": {"TABLE": {"Ref": "Huts"}}},
                "Policies": [{"DynamoDBReadPolicy": {"TableName": {"Ref": "Huts"}}}],
                "Events": {"Ask": {"Type": "HttpApi", "Properties": {"Path": "/huts", "Method": "get"}}},
            },
        },
    },
    "Outputs": {
        "Url": {"Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/huts"}}
    },
}


# %% right="sam-template"
sam = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Globals": {"Function": {"Runtime": "python3.13", "Handler": "index.handler"}},
    "Resources": {
        "Huts": {"Type": "AWS::Serverless::SimpleTable"},
        "List": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "InlineCode": LIST_HUTS,
                "Environment": {"Variables": {"TABLE": {"Ref": "Huts"}}},
                "Policies": [{"DynamoDBReadPolicy": {"TableName": {"Ref": "Huts"}}}],
                "Events": {"Ask": {"Type": "HttpApi", "Properties": {"Path": "/huts", "Method": "get"}}},
            },
        },
    },
    "Outputs": {
        "Url": {"Value": {"Fn::Sub": "https://${ServerlessHttpApi}.execute-api.${AWS::Region}.amazonaws.com/huts"}}
    },
}


# %% right="least-rights"
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
        - SQSSendMessagePolicy: {QueueName: !GetAtt Bookings.QueueName}
        - Version: "2012-10-17"
          Statement:
            - {Effect: Allow, Action: ["dynamodb:GetItem", "dynamodb:Scan"], Resource: !GetAtt Huts.Arn}
"""

# %% wrong="least-rights" says="the queue's name, not its URL"
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
        - SQSSendMessagePolicy: {QueueName: !Ref Bookings}
"""

# %% wrong="least-rights" says="may write to the table"
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
        - DynamoDBCrudPolicy: {TableName: !Ref Huts}
        - SQSSendMessagePolicy: {QueueName: !GetAtt Bookings.QueueName}
"""

# %% wrong="least-rights" says="every table of the account"
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
        - AmazonDynamoDBReadOnlyAccess
        - SQSSendMessagePolicy: {QueueName: !GetAtt Bookings.QueueName}
"""


# %% wrong="least-rights" says="every queue of the account"
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
        - SQSSendMessagePolicy: {QueueName: '*'}
"""


# %% right="package"
import hashlib
import os


def package(template, folder, bucket):
    resources = {}
    for name, resource in template["Resources"].items():
        given = resource.get("Properties", {})
        uri = given.get("CodeUri")
        if resource["Type"] == "AWS::Serverless::Function" and uri and not uri.startswith("s3:"):
            top, texts = os.path.join(folder, uri), {}
            for here, _, files in os.walk(top):
                for file in files:
                    whole = os.path.join(here, file)
                    texts[os.path.relpath(whole, top)] = open(whole).read()
            data = zipped(dict(sorted(texts.items())))
            key = "code/" + hashlib.md5(data).hexdigest()
            s3.upload_fileobj(io.BytesIO(data), bucket, key)
            given = {**given, "CodeUri": f"s3://{bucket}/{key}"}
            resource = {**resource, "Properties": given}
        resources[name] = resource
    return {**template, "Resources": resources}


# %% wrong="package" says="app.py must lie at the top"
import copy
import hashlib


def package(template, folder, bucket):
    packaged = copy.deepcopy(template)
    for resource in packaged["Resources"].values():
        place = resource.get("Properties", {}).get("CodeUri", "")
        if resource["Type"] != "AWS::Serverless::Function" or not place or place.startswith("s3://"):
            continue
        files = sorted(file for file in (folder / place).rglob("*") if file.is_file())
        data = zipped({str(file.relative_to(folder)): file.read_text() for file in files})
        key = hashlib.sha256(data).hexdigest()
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        resource["Properties"]["CodeUri"] = f"s3://{bucket}/{key}"
    return packaged


# %% wrong="package" says="Other code got the same key"
import copy


def package(template, folder, bucket):
    packaged = copy.deepcopy(template)
    for name, resource in packaged["Resources"].items():
        place = resource.get("Properties", {}).get("CodeUri", "")
        if resource["Type"] != "AWS::Serverless::Function" or not place or place.startswith("s3://"):
            continue
        root = folder / place
        files = sorted(file for file in root.rglob("*") if file.is_file())
        data = zipped({str(file.relative_to(root)): file.read_text() for file in files})
        s3.put_object(Bucket=bucket, Key=f"{name}.zip", Body=data)
        resource["Properties"]["CodeUri"] = f"s3://{bucket}/{name}.zip"
    return packaged


# %% wrong="package" says="work on a copy"
import hashlib


def package(template, folder, bucket):
    for resource in template["Resources"].values():
        place = resource.get("Properties", {}).get("CodeUri", "")
        if resource["Type"] != "AWS::Serverless::Function" or not place or place.startswith("s3://"):
            continue
        root = folder / place
        files = sorted(file for file in root.rglob("*") if file.is_file())
        data = zipped({str(file.relative_to(root)): file.read_text() for file in files})
        key = hashlib.sha256(data).hexdigest()
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        resource["Properties"]["CodeUri"] = f"s3://{bucket}/{key}"
    return template


# %% right="package"
import copy
import hashlib
import shutil


def package(template, folder, bucket):
    new = copy.deepcopy(template)
    for r in new["Resources"].values():
        uri = r.get("Properties", {}).get("CodeUri", "s3://")
        if r["Type"] == "AWS::Serverless::Function" and not uri.startswith("s3://"):
            path = folder / uri
            h = hashlib.md5()
            for f in sorted(path.rglob("*")):
                if f.is_file():
                    h.update(str(f.relative_to(path)).encode() + b"\0" + f.read_bytes() + b"\0")
            made = shutil.make_archive(str(Path(mkdtemp()) / "code"), "zip", path)
            key = f"code/{h.hexdigest()}.zip"
            s3.upload_file(made, bucket, key)
            r["Properties"]["CodeUri"] = f"s3://{bucket}/{key}"
    return new


# %% wrong="package" says="unit.txt belongs to it"
import copy
import hashlib


def package(template, folder, bucket):
    new = copy.deepcopy(template)
    for resource in new["Resources"].values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        uri = resource.get("Properties", {}).get("CodeUri")
        if not isinstance(uri, str) or uri.startswith("s3://"):
            continue
        path = folder / uri
        data = zipped(
            {f.relative_to(path).as_posix(): f.read_text() for f in sorted(path.rglob("*.py")) if f.is_file()}
        )
        key = hashlib.sha256(data).hexdigest()
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        resource["Properties"]["CodeUri"] = f"s3://{bucket}/{key}"
    return new


# %% wrong="package" says="the names belong into it"
import copy
import hashlib


def package(template, folder, bucket):
    new = copy.deepcopy(template)
    for resource in new["Resources"].values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        uri = resource.get("Properties", {}).get("CodeUri")
        if not isinstance(uri, str) or uri.startswith("s3://"):
            continue
        path = folder / uri
        data = zipped({f.relative_to(path).as_posix(): f.read_text() for f in sorted(path.rglob("*")) if f.is_file()})
        key = hashlib.sha256(
            "".join(f.read_text() for f in sorted(path.rglob("*")) if f.is_file()).encode()
        ).hexdigest()
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        resource["Properties"]["CodeUri"] = f"s3://{bucket}/{key}"
    return new


# %% wrong="package" says="only a date differs"
import copy
import hashlib


def package(template, folder, bucket):
    new = copy.deepcopy(template)
    for resource in new["Resources"].values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        uri = resource.get("Properties", {}).get("CodeUri")
        if not isinstance(uri, str) or uri.startswith("s3://"):
            continue
        path = folder / uri
        buf = io.BytesIO()
        with zipfile.ZipFile(buf, "w") as z:
            for f in sorted(path.rglob("*")):
                z.write(f, f.relative_to(path).as_posix())
        data = buf.getvalue()
        key = hashlib.sha256(data).hexdigest()
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        resource["Properties"]["CodeUri"] = f"s3://{bucket}/{key}"
    return new


# %% wrong="package" says="has no object"
import copy
import hashlib


def package(template, folder, bucket):
    new = copy.deepcopy(template)
    for resource in new["Resources"].values():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        uri = resource.get("Properties", {}).get("CodeUri")
        if not isinstance(uri, str) or uri.startswith("s3://"):
            continue
        path = folder / uri
        data = zipped({f.relative_to(path).as_posix(): f.read_text() for f in sorted(path.rglob("*")) if f.is_file()})
        key = hashlib.sha256(data).hexdigest()
        resource["Properties"]["CodeUri"] = f"s3://{bucket}/{key}"
    return new


# %% wrong="package" says="Report should stay as it is"
import copy
import hashlib


def package(template, folder, bucket):
    new = copy.deepcopy(template)
    for resource in new["Resources"].values():
        uri = resource.get("Properties", {}).get("CodeUri")
        if not isinstance(uri, str) or uri.startswith("s3://"):
            continue
        path = folder / uri
        data = zipped({f.relative_to(path).as_posix(): f.read_text() for f in sorted(path.rglob("*")) if f.is_file()})
        key = hashlib.sha256(data).hexdigest()
        s3.put_object(Bucket=bucket, Key=key, Body=data)
        resource["Properties"]["CodeUri"] = f"s3://{bucket}/{key}"
    return new


# %% right="safe"
preference = """DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms:
          - !Ref Errors"""

# %% wrong="safe" says="Let the alarm Errors stop the deployment"
preference = "DeploymentPreference: {Type: Canary10Percent5Minutes}"

# %% wrong="safe" says="is a canary"
preference = "DeploymentPreference: {Type: Linear10PercentEvery1Minute, Alarms: [!Ref Errors]}"

# %% wrong="safe" says="It should begin with 10 %"
preference = "DeploymentPreference: {Type: AllAtOnce, Alarms: [!Ref Errors]}"

# %% wrong="safe" says="cannot be deployed"
preference = "DeploymentPreference: {Type: Canary10Percent5Min, Alarms: [!Ref Errors]}"


# %% right="safe"
preference = """DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms:
          - !Ref Errors"""


# %% wrong="safe" says="Let the alarm Errors stop the deployment"
preference = "DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [Errors]}"


# %% right="local-event"
def put_event(bucket, key):
    import urllib.parse

    place = {"bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"}, "object": {"size": 1}}
    place["object"]["key"] = urllib.parse.urlencode({"k": key}, safe="/").removeprefix("k=")
    kind = {"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}
    return {"Records": [{**kind, "awsRegion": "us-east-1", "s3": place}]}


# %% wrong="local-event" says="For the key 'new snow.jpg' S3 writes"
def put_event(bucket, key):
    place = {"bucket": {"name": bucket}, "object": {"key": key}}
    kind = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "awsRegion": "us-east-1"}
    return {"Records": [{**kind, "s3": place}]}


# %% wrong="local-event" says="your event has 'new%20snow.jpg'"
def put_event(bucket, key):
    from urllib.parse import quote

    place = {"bucket": {"name": bucket}, "object": {"key": quote(key)}}
    kind = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "awsRegion": "us-east-1"}
    return {"Records": [{**kind, "s3": place}]}


# %% wrong="local-event" says="The field eventName"
def put_event(bucket, key):
    from urllib.parse import quote_plus

    place = {"bucket": {"name": bucket}, "object": {"key": quote_plus(key, safe="/")}}
    kind = {"eventSource": "aws:s3", "eventName": "s3:ObjectCreated:Put", "awsRegion": "us-east-1"}
    return {"Records": [{**kind, "s3": place}]}


# %% wrong="local-event" says="S3 writes 'huts/"
from urllib.parse import quote_plus


def put_event(bucket, key):
    return {
        "Records": [
            {
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Put",
                "awsRegion": "us-east-1",
                "s3": {"bucket": {"name": bucket}, "object": {"key": quote_plus(key)}},
            }
        ]
    }


# %% wrong="local-event" says="S3 writes 'huts/"
from urllib.parse import quote_plus


def put_event(bucket, key):
    return {
        "Records": [
            {
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Put",
                "awsRegion": "us-east-1",
                "s3": {"bucket": {"name": bucket}, "object": {"key": key.replace(" ", "+")}},
            }
        ]
    }
