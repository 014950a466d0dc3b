"""The calls of boto3's AppSync client that the lab answers; caches, tags, types and Event APIs are moto's."""

from __future__ import annotations

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.apigateway import requests_seam
from course.lab.appsync import apis, javascript_code, keys, resolvers, schemas, sources
from course.lab.service import serve
from course.lab.wire import answer_first


@answer_first
def _reachable(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service == "appsync":
        requests_seam.install()
    return None


serve(
    "appsync",
    {
        "CreateApiKey": keys.create,
        "CreateDataSource": sources.create,
        "CreateFunction": resolvers.create_function,
        "CreateGraphqlApi": apis.create,
        "CreateResolver": resolvers.create,
        "DeleteDataSource": sources.delete,
        "DeleteFunction": resolvers.delete_function,
        "DeleteResolver": resolvers.delete,
        "EvaluateCode": javascript_code.evaluate,
        "GetDataSource": sources.get,
        "GetFunction": resolvers.get_function,
        "GetGraphqlApi": apis.get,
        "GetIntrospectionSchema": schemas.introspected,
        "GetResolver": resolvers.get,
        "GetSchemaCreationStatus": schemas.status,
        "ListApiKeys": keys.listed,
        "ListDataSources": sources.listed,
        "ListFunctions": resolvers.list_functions,
        "ListGraphqlApis": apis.listed,
        "ListResolvers": resolvers.listed,
        "ListResolversByFunction": resolvers.listed_by_function,
        "StartSchemaCreation": schemas.start,
        "UpdateApiKey": keys.update,
        "UpdateDataSource": sources.update,
        "UpdateFunction": resolvers.update_function,
        "UpdateGraphqlApi": apis.update,
        "UpdateResolver": resolvers.update,
    },
)
