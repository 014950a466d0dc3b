"""Data sources: what stands behind the fields of an API.

https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateDataSource.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from course.lab.appsync.store import Api, find
from course.lab.service import Call, Refusal
from course.lab.wire import Unsupported

# The kinds that the lab runs, and the settings that each needs.
_RUN: Final[dict[str, str]] = {"NONE": "", "AWS_LAMBDA": "lambdaConfig", "AMAZON_DYNAMODB": "dynamodbConfig"}
_KNOWN: Final = (
    "AMAZON_BEDROCK_RUNTIME",
    "AMAZON_ELASTICSEARCH",
    "AMAZON_EVENTBRIDGE",
    "AMAZON_OPENSEARCH_SERVICE",
    "HTTP",
    "RELATIONAL_DATABASE",
)
_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,64}")


def create(call: Call) -> dict[str, Any]:
    """CreateDataSource."""
    api, name = find(call), call.given["name"]
    if not _NAME.fullmatch(name):
        raise Refusal("BadRequestException", f"Data source name {name} must match {_NAME.pattern}.")
    if name in api.state.sources:
        raise Refusal("BadRequestException", f"Data source with name {name} already exists")
    return _kept(api, call)


def update(call: Call) -> dict[str, Any]:
    """UpdateDataSource."""
    api = find(call)
    named(api, call.given["name"])
    return _kept(api, call)


def get(call: Call) -> dict[str, Any]:
    """GetDataSource."""
    return {"dataSource": named(find(call), call.given["name"])}


def listed(call: Call) -> dict[str, Any]:
    """ListDataSources."""
    return {"dataSources": list(find(call).state.sources.values())}


def delete(call: Call) -> None:
    """DeleteDataSource, unless something uses it."""
    api = find(call)
    name = named(api, call.given["name"])["name"]
    users = [one for one in (*api.state.functions.values(), *api.state.resolvers.values())
             if one.get("dataSourceName") == name]  # fmt: skip
    if users:
        raise Refusal("BadRequestException", f"Data source {name} is used by a resolver or function.")
    del api.state.sources[name]


def named(api: Api, name: str) -> dict[str, Any]:
    """The data source of this name."""
    if name not in api.state.sources:
        raise Refusal("NotFoundException", f"No data source found named {name}", 404)
    return api.state.sources[name]


def _kept(api: Api, call: Call) -> dict[str, Any]:
    given = {name: value for name, value in call.given.items() if name != "apiId"}
    kind = given["type"]
    if kind in _KNOWN:
        raise Unsupported(
            f"The lab runs data sources of the types {', '.join(_RUN)}. {kind} is right for AWS; here let a Lambda "
            "function ask that service."
        )
    if kind not in _RUN:
        raise Refusal("BadRequestException", f"Invalid data source type {kind}.")
    if _RUN[kind] and not given.get(_RUN[kind]):
        raise Refusal("BadRequestException", f"{_RUN[kind]} is required for a data source of type {kind}.")
    if _RUN[kind] and not given.get("serviceRoleArn"):
        raise Refusal("BadRequestException", f"serviceRoleArn is required for a data source of type {kind}.")
    source = {**given, "dataSourceArn": api.arn(f"/datasources/{given['name']}")}
    api.state.sources[given["name"]] = source
    return {"dataSource": source}
