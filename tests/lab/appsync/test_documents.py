"""Schemas, documents, and what an address answers to the rest."""

from __future__ import annotations

import json

import pytest
import requests
from botocore.exceptions import ClientError

from course import lab
from tests.lab.appsync.sample import Blog


def status_of(blog: Blog, schema: str) -> dict[str, str]:
    blog.client.start_schema_creation(apiId=blog.id, definition=schema.encode())
    return blog.client.get_schema_creation_status(apiId=blog.id)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("type Query { a: String", "Syntax Error"),
        ("type Query { a: Nothing }", "Nothing"),
        ("type Pet { a: String }", "Query root type must be provided"),
        ("type Query { a: String }\ntype Subscription { b: String @aws_subscribe(mutations: [\"c\"]) }", "mutation c"),
        ("type Query { a: String @nope }", "nope"),
    ],
)  # fmt: skip
def test_what_is_no_schema_fails_with_the_reason(schema, words):
    said = status_of(Blog(), schema)
    assert said["status"] == "FAILED"
    assert words in said["details"]


def test_a_schema_that_fails_leaves_the_one_before_in_force():
    blog = Blog()
    blog.said("Query", "two", '"2"')
    status_of(blog, "type Query {")
    assert blog.data("{ two }") == {"two": "2"}


def test_scalars_of_aws_are_checked():
    blog = Blog("type Query { when(at: AWSDateTime!): AWSDateTime, mail: AWSEmail }")
    blog.said("Query", "when", "$util.toJson($ctx.args.at)")
    blog.said("Query", "mail", '"nobody"')
    assert blog.data('{ when(at: "2026-11-21T10:00:00Z") }') == {"when": "2026-11-21T10:00:00Z"}
    assert "AWSDateTime" in blog.errors('{ when(at: "noon") }')[0]["message"]
    assert "AWSEmail" in blog.errors("{ mail }")[0]["message"]


@pytest.mark.parametrize("query", ["{ nothing }", "{ post { id } }", "{ posts }", "{ two", "query($a: Nope) { two }"])
def test_a_document_that_does_not_fit_the_schema_is_refused_before_anything_runs(query):
    said = Blog().ask(query)
    assert (said.status, said.json()["data"]) == (200, None)
    assert said.json()["errors"][0]["message"].startswith("Validation error")


def test_missing_variables_are_refused():
    assert "$i" in Blog().errors("query($i: ID!) { post(id: $i) { id } }")[0]["message"]


def test_introspection_answers_unless_it_is_disabled():
    query = '{ __schema { queryType { name } } __type(name: "Post") { fields { name } } }'
    assert Blog().data(query)["__schema"] == {"queryType": {"name": "Query"}}
    assert Blog(introspectionConfig="DISABLED").ask(query).json()["data"] is None


def test_one_of_several_operations_is_named():
    blog = Blog()
    blog.said("Query", "two", '"2"')
    told = {"query": "query A { two } query B { hello }", "operationName": "A"}
    answer = lab.http("POST", blog.url, headers={"x-api-key": blog.key}, json=told)
    assert answer.json() == {"data": {"two": "2"}}


def test_requests_reaches_the_api_too():
    blog = Blog()
    blog.said("Query", "two", '"2"')
    said = requests.post(blog.url, headers={"x-api-key": blog.key}, json={"query": "{ two }"}, timeout=2)
    assert said.json() == {"data": {"two": "2"}}


def test_what_is_no_query_is_refused():
    blog = Blog()
    headers = {"x-api-key": blog.key}
    assert lab.http("POST", blog.url, headers=headers, body="two").status == 400
    assert lab.http("GET", blog.url, headers=headers).status == 405
    assert lab.http("POST", blog.url.replace("graphql", "other"), headers=headers).status == 404


def test_the_introspection_schema_can_be_had_as_document_and_as_json():
    blog = Blog()
    for form, word in (("SDL", b"type Post"), ("JSON", b'"Post"')):
        assert word in blog.client.get_introspection_schema(apiId=blog.id, format=form)["schema"].read()
    empty = blog.client.create_graphql_api(name="new", authenticationType="API_KEY")["graphqlApi"]["apiId"]
    with pytest.raises(ClientError, match="no schema"):
        blog.client.get_introspection_schema(apiId=empty, format="SDL")


def test_an_api_is_shown_with_its_address_and_found_in_the_list():
    blog = Blog()
    (one,) = blog.client.list_graphql_apis()["graphqlApis"]
    assert one == blog.client.get_graphql_api(apiId=blog.id)["graphqlApi"]
    assert one["uris"]["GRAPHQL"].endswith(".appsync-api.us-east-1.amazonaws.com/graphql")
    json.dumps(one)
