"""Makes APIs for the tests of API Gateway."""

from __future__ import annotations

import json
from typing import Any

import boto3

from course import lab
from tests.lab.lambda_sample import make

ECHO = """
    import json
    def handler(event, context):
        return {"statusCode": 200, "body": json.dumps(event)}
"""


class Api:
    """A REST API under construction.

    >>> api = Api()
    >>> api.method("GET", "/pets/{id}").proxy("worker")
    >>> api.deploy()
    >>> api.get("/pets/7")
    """

    def __init__(self, **settings: Any) -> None:
        self.client = boto3.client("apigateway")
        made = self.client.create_rest_api(name="shop", **settings)
        self.id, self.stage = made["id"], "prod"
        self.resources = {"/": made["rootResourceId"]}
        self.at: dict[str, str] = {}

    def resource(self, path: str) -> str:
        """The id of a resource; what is missing of its path is made."""
        if path not in self.resources:
            parent, _, part = path.rpartition("/")
            parent_id = self.resource(parent or "/")
            made = self.client.create_resource(restApiId=self.id, parentId=parent_id, pathPart=part)
            self.resources[path] = made["id"]
        return self.resources[path]

    def method(self, method: str, path: str, **settings: Any) -> Api:
        """Make a method; the integration that follows is for it."""
        self.at = {"restApiId": self.id, "resourceId": self.resource(path), "httpMethod": method}
        self.client.put_method(**self.at, **{"authorizationType": "NONE", **settings})
        return self

    def proxy(self, function: str = "worker", allowed: bool = True, **settings: Any) -> Api:
        """Lambda proxy."""
        return self.integration("AWS_PROXY", uri=uri(function), integrationHttpMethod="POST", **settings).allow(
            function if allowed else ""
        )

    def integration(self, kind: str, **settings: Any) -> Api:
        self.client.put_integration(**self.at, type=kind, **settings)
        return self

    def mock(self, body: str = "", status: str = "200", **settings: Any) -> Api:
        """A mock that answers with a template."""
        templates = {"application/json": f'{{"statusCode": {status}}}'}
        return self.integration("MOCK", **{"requestTemplates": templates, **settings}).reply(
            status, responseTemplates={"application/json": body}
        )

    def reply(self, status: str = "200", headers: dict[str, str] | None = None, **settings: Any) -> Api:
        """A method response and the integration response that leads to it."""
        names = {f"method.response.header.{name}": value for name, value in (headers or {}).items()}
        declared = dict.fromkeys(names, False)
        self.client.put_method_response(**self.at, statusCode=status, responseParameters=declared)
        self.client.put_integration_response(**self.at, statusCode=status, responseParameters=names, **settings)
        return self

    def allow(self, function: str) -> Api:
        """Let the API invoke a function."""
        if function:
            name, _, qualifier = function.partition(":")
            more = {"Qualifier": qualifier} if qualifier else {}
            boto3.client("lambda").add_permission(
                FunctionName=name, StatementId=lab.unique_name("api"), Action="lambda:InvokeFunction",
                Principal="apigateway.amazonaws.com", SourceArn=self.arn("*"), **more,
            )  # fmt: skip
        return self

    def arn(self, rest: str) -> str:
        return f"arn:aws:execute-api:us-east-1:123456789012:{self.id}/{rest}"

    def deploy(self, stage: str = "prod", **settings: Any) -> str:
        self.stage = stage
        return self.client.create_deployment(restApiId=self.id, stageName=stage, **settings)["id"]

    def patch(self, *operations: tuple[str, ...], stage: str = "prod") -> Any:
        """Change the stage: ("replace", path, value)."""
        named = [dict(zip(("op", "path", "value"), one, strict=False)) for one in operations]
        return self.client.update_stage(restApiId=self.id, stageName=stage, patchOperations=named)

    def url(self, path: str = "/", stage: str = "") -> str:
        return f"https://{self.id}.execute-api.us-east-1.amazonaws.com/{stage or self.stage}{path}"

    def get(self, path: str = "/", **more: Any) -> Any:
        return lab.http("GET", self.url(path), **more)

    def post(self, path: str = "/", **more: Any) -> Any:
        return lab.http("POST", self.url(path), **more)


def uri(function: str) -> str:
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}"
    return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"


def echo(path: str = "/{proxy+}", **settings: Any) -> Api:
    """An API whose function sends the event back."""
    make(ECHO)
    api = Api(**settings)
    api.method("ANY", path).proxy()
    api.deploy()
    return api


def answering(result: Any) -> Api:
    """An API whose function gives this result."""
    make(f"import json\ndef handler(e, c): return json.loads({json.dumps(json.dumps(result))})")
    api = Api()
    api.method("GET", "/").proxy()
    api.deploy()
    return api
