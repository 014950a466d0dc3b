"""Fields are resolved by templates, tables, functions and pipelines."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.lab.appsync.sample import RESULT, Blog, role
from tests.lab.lambda_sample import make

AUTHORS = """
    def handler(event, context):
        print("CALLED")
        if isinstance(event, list):
            return [{"data": {"name": one["source"]["writer"].title()}} for one in event]
        return {"name": event["source"]["writer"].title()}
"""


def invocations() -> int:
    lines = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/worker")["events"]
    return sum("CALLED" in one["message"] for one in lines)


def with_authors(**more) -> Blog:
    blog = Blog()
    blog.function(make(AUTHORS))
    blog.said("Query", "posts", '[{"id": "1", "writer": "ann"}, null, {"id": "2", "writer": "bo"}]')
    blog.resolver("Post", "author", "function", **more)
    return blog


def test_only_what_is_asked_for_comes_back_under_the_names_that_were_asked_for():
    blog = Blog().table()
    blog.data('mutation { add(id: "1", title: "Hello") { id } }')
    found = blog.data("query($i: ID!) { first: post(id: $i) { title } none: post(id: 9) { id } }", i="1")
    assert found == {"first": {"title": "Hello"}, "none": None}


def test_fragments_directives_and_type_names():
    blog = Blog().table()
    blog.data('mutation { add(id: "1", title: "Hello") { id } }')
    query = """query($more: Boolean!) {
        post(id: "1") { ...parts ... on Post { __typename } title @skip(if: $more) writer @include(if: $more) } }
        fragment parts on Post { id }"""
    assert blog.data(query, more=True) == {"post": {"id": "1", "__typename": "Post", "writer": None}}


def test_a_failed_condition_is_an_error_with_the_item_that_is_there():
    blog = Blog().table()
    blog.data('mutation { add(id: "1", title: "Hello") { id } }')
    said = blog.ask('mutation { add(id: "1", title: "Other") { id } }').json()
    assert said["data"] == {"add": None}
    assert said["errors"][0]["errorType"] == "DynamoDB:ConditionalCheckFailedException"
    assert said["errors"][0]["data"]["title"] == "Hello"


def test_putting_what_is_already_there_succeeds():
    blog = Blog().table()
    for _ in range(2):
        assert blog.data('mutation { add(id: "1", title: "Hello") { title } }') == {"add": {"title": "Hello"}}


def test_a_role_that_may_not_read_the_table_is_an_error_of_the_field():
    blog = Blog().table("dynamodb:PutItem")
    (error,) = blog.errors('{ post(id: "1") { id } }')
    assert error["path"] == ["post"]
    assert "not authorized to perform: dynamodb:GetItem" in error["message"]


def test_a_role_that_does_not_trust_appsync_cannot_be_used():
    blog = Blog()
    arn = role("lambda:*", service="lambda.amazonaws.com")
    blog.source("function", "AWS_LAMBDA", arn, lambdaConfig={"lambdaFunctionArn": make()})
    blog.resolver("Query", "two", "function")
    assert "Unable to assume role" in blog.errors("{ two }")[0]["message"]


def test_without_templates_a_function_gets_the_whole_context():
    blog = Blog()
    blog.function(make("def handler(event, context):\n    return f\"{sorted(event)} {event['info']['fieldName']}\"\n"))
    blog.resolver("Query", "two", "function")
    names = ["arguments", "identity", "info", "prev", "request", "source", "stash"]
    assert blog.data("{ two }") == {"two": f"{names} two"}


def test_a_field_of_a_list_costs_a_call_each():
    blog = with_authors()
    assert blog.data("{ posts { author { name } } }")["posts"] == [
        {"author": {"name": "Ann"}},
        None,
        {"author": {"name": "Bo"}},
    ]
    assert invocations() == 2


def test_a_batch_costs_one_call():
    blog = with_authors(maxBatchSize=10)
    assert blog.data("{ posts { author { name } } }")["posts"][2] == {"author": {"name": "Bo"}}
    assert invocations() == 1


def test_a_template_may_ask_for_a_batch():
    blog = with_authors(
        requestMappingTemplate='{"version": "2018-05-29", "operation": "BatchInvoke",'
        ' "payload": {"source": $util.toJson($ctx.source)}}',
        responseMappingTemplate="$util.toJson($ctx.result.data)",
    )
    assert blog.data("{ posts { author { name } } }")["posts"][0] == {"author": {"name": "Ann"}}
    assert invocations() == 1


def test_a_function_that_fails_is_an_error_beside_the_other_fields():
    blog = Blog()
    blog.function(make("def handler(event, context):\n    raise ValueError('no ink')\n"))
    blog.resolver("Query", "two", "function")
    blog.said("Query", "hello", '"you"')
    said = blog.ask("{ two hello }").json()
    assert said["data"] == {"two": None, "hello": "you"}
    assert (said["errors"][0]["message"], said["errors"][0]["errorType"]) == ("no ink", "Lambda:Unhandled")


def test_null_where_none_may_be_takes_the_parent_with_it():
    blog = Blog()
    blog.said("Query", "posts", '[{"id": "1", "title": "A"}, {"id": "2"}]')
    said = blog.ask("{ posts { id title } }").json()
    assert said["data"] == {"posts": [{"id": "1", "title": "A"}, None]}
    assert "Cannot return null for non-nullable type" in said["errors"][0]["message"]
    blog.said("Query", "hello", "null")
    assert blog.ask("{ hello }").json()["data"] is None


def test_a_pipeline_hands_results_and_the_stash_on():
    blog = Blog()
    say = '{"version": "2018-05-29", "payload": %s}'
    first = blog.step("none", say % '"$ctx.stash.greeting"', "$util.toJson($ctx.result)")
    second = blog.step("none", say % '"$ctx.prev.result you"', "$util.toJson($ctx.result)")
    before = '$util.qr($ctx.stash.put("greeting", "hello")) {}'
    blog.resolver("Query", "two", "", before, '"$ctx.prev.result!"', kind="PIPELINE",
                  pipelineConfig={"functions": [first, second]})  # fmt: skip
    assert blog.data("{ two }") == {"two": "hello you!"}


def test_a_step_that_fails_ends_the_pipeline():
    blog = Blog().table()
    refuse = blog.step("none", '{"version": "2018-05-29"}', '$util.error("not you", "Refused")')
    put = blog.step("table", '{"version": "2018-05-29", "operation": "Scan"}', '$util.error("reached")')
    blog.resolver("Query", "two", "", "{}", RESULT, kind="PIPELINE", pipelineConfig={"functions": [refuse, put]})
    (error,) = blog.errors("{ two }")
    assert (error["message"], error["errorType"]) == ("not you", "Refused")


def test_an_appended_error_leaves_the_value():
    blog = Blog()
    blog.said("Query", "two", '"old"', '$util.appendError("stale", "Cache") $util.toJson($ctx.result)')
    said = blog.ask("{ two }").json()
    assert said["data"] == {"two": "old"}
    assert said["errors"][0]["message"] == "stale"


def test_a_template_that_gives_no_json_is_an_error():
    blog = Blog()
    blog.said("Query", "two", '"a"', "{not json")
    assert "Unable to parse the JSON document" in blog.errors("{ two }")[0]["message"]


@pytest.mark.parametrize(
    ("field", "source", "code"),
    [("nothing", "none", "NotFoundException"), ("two", "nobody", "NotFoundException"),
     ("taken", "none", "BadRequestException"), ("two", "", "BadRequestException")],
)  # fmt: skip
def test_a_resolver_needs_its_field_free_and_its_source_there(field, source, code):
    blog = Blog()
    blog.said("Query", "hello", '"you"')
    with pytest.raises(ClientError) as refused:
        blog.resolver("Query", "hello" if field == "taken" else field, source, "{}", "{}")
    assert refused.value.response["Error"]["Code"] == code


def test_what_is_used_is_not_deleted():
    blog = Blog()
    step = blog.step("none", "{}", "{}")
    blog.resolver("Query", "two", "", "{}", "{}", kind="PIPELINE", pipelineConfig={"functions": [step]})
    for call in (lambda: blog.client.delete_data_source(apiId=blog.id, name="none"),
                 lambda: blog.client.delete_function(apiId=blog.id, functionId=step)):  # fmt: skip
        with pytest.raises(ClientError, match="is used by"):
            call()
