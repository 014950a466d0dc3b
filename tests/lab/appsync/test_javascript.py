"""Resolvers in JavaScript: request(ctx) asks the data source, response(ctx) makes a value of its answer."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.lab.appsync.sample import Blog
from tests.lab.lambda_sample import make

RUNTIME = {"name": "APPSYNC_JS", "runtimeVersion": "1.0.0"}
UTIL = "import { util, runtime } from '@aws-appsync/utils';\n"
TABLE = "import * as ddb from '@aws-appsync/utils/dynamodb';\n"
PASS = "\nexport function response(ctx) { return ctx.result }"


def unit(blog: Blog, field: str, source: str, code: str, of: str = "Query", **more) -> None:
    blog.client.create_resolver(
        apiId=blog.id, typeName=of, fieldName=field, dataSourceName=source, runtime=RUNTIME, code=code, **more
    )


def hello(request: str, response: str = "return ctx.result") -> Blog:
    blog = Blog()
    code = f"export function request(ctx) {{ {request} }}\nexport function response(ctx) {{ {response} }}"
    unit(blog, "hello", "none", UTIL + code)
    return blog


def pipeline(*functions: str, before: str = "return {}", after: str = "return ctx.prev.result") -> Blog:
    blog, ids = Blog(), []
    for number, body in enumerate(functions):
        made = blog.client.create_function(
            apiId=blog.id, name=f"f{number}", dataSourceName="none", runtime=RUNTIME, code=UTIL + body
        )
        ids.append(made["functionConfiguration"]["functionId"])
    code = f"export function request(ctx) {{ {before} }}\nexport function response(ctx) {{ {after} }}"
    blog.client.create_resolver(
        apiId=blog.id, typeName="Query", fieldName="hello", kind="PIPELINE", runtime=RUNTIME, code=UTIL + code,
        pipelineConfig={"functions": ids},
    )  # fmt: skip
    return blog


def says(expression: str) -> str:
    return f"export function request(ctx) {{ return {{payload: {expression}}} }}" + PASS


def test_a_field_without_a_source_of_data():
    blog = hello("return {payload: `Hello ${ctx.args.name} from ${ctx.info.parentTypeName}.${ctx.info.fieldName}`}")
    assert blog.data('{ hello(name: "Ada") }') == {"hello": "Hello Ada from Query.hello"}


def test_a_table_is_read_and_written_by_the_helpers_of_the_module():
    blog = Blog().table()
    for of, field in (("Query", "post"), ("Mutation", "add")):
        blog.client.delete_resolver(apiId=blog.id, typeName=of, fieldName=field)
    get = "export function request(ctx) { return ddb.get({key: {id: ctx.args.id}}) }" + PASS
    put = """export function request(ctx) {
        const { id, ...item } = ctx.args;
        return ddb.put({key: {id}, item, condition: {id: {attributeExists: false}}});
    }
    export function response(ctx) {
        if (ctx.error) util.error(ctx.error.message, ctx.error.type, ctx.result);
        return ctx.result;
    }"""
    unit(blog, "post", "table", TABLE + get)
    unit(blog, "add", "table", UTIL + TABLE + put, of="Mutation")
    assert blog.data('mutation { add(id: "1", title: "Hello") { title } }') == {"add": {"title": "Hello"}}
    assert blog.data('{ post(id: "1") { id title } }') == {"post": {"id": "1", "title": "Hello"}}
    (error,) = blog.errors('mutation { add(id: "1", title: "Other") { id } }')
    assert error["errorType"] == "DynamoDB:ConditionalCheckFailedException" and error["data"]["title"] == "Hello"


def test_the_notation_of_dynamodb_by_hand():
    blog = Blog().table()
    blog.data('mutation { add(id: "1", title: "Hello") { id } }')
    blog.client.delete_resolver(apiId=blog.id, typeName="Query", fieldName="post")
    key = "util.dynamodb.toMapValues({id: ctx.args.id})"
    code = f"export function request(ctx) {{ return {{operation: 'GetItem', key: {key}}} }}"
    unit(blog, "post", "table", UTIL + code + PASS)
    assert blog.data('{ post(id: "1") { title } }') == {"post": {"title": "Hello"}}


def test_a_query_and_an_update_become_expressions():
    told = {"runtime": RUNTIME, "context": json.dumps({"args": {"id": "1"}})}
    code = """export function request(ctx) {
        return [ddb.query({query: {id: {eq: ctx.args.id}, at: {beginsWith: '2026'}}, limit: 5}),
                ddb.update({key: {id: ctx.args.id}, update: {title: 'New'}})];
    }""" + PASS  # fmt: skip
    query, update = json.loads(Blog().client.evaluate_code(code=TABLE + code, **told)["evaluationResult"])
    assert query["query"]["expression"] == "#id = :id_eq AND begins_with(#at, :at_beginsWith)" and query["limit"] == 5
    assert update["update"]["expression"] == "SET #title = :title"
    assert update["update"]["expressionValues"] == {":title": {"S": "New"}}


def test_a_lambda_function_gets_the_payload():
    blog = Blog()
    blog.function(make("def handler(event, context):\n    return event['n'] * 2"))
    unit(
        blog,
        "hello",
        "function",
        "export function request(ctx) { return {operation: 'Invoke', payload: {n: 21}} }" + PASS,
    )
    assert blog.data("{ hello }") == {"hello": "42"}


def test_a_pipeline_hands_results_and_the_stash_on():
    blog = pipeline(
        "export function request(ctx) { ctx.stash.seen = ['one']; return {payload: ctx.prev.result.start + 1} }" + PASS,
        "export function request(ctx) { ctx.stash.seen.push('two'); return {payload: ctx.prev.result + 1} }" + PASS,
        before="return {start: 1}",
        after="return `${ctx.prev.result} ${ctx.stash.seen.join()}`",
    )
    assert blog.data("{ hello }") == {"hello": "3 one,two"}


@pytest.mark.parametrize(
    ("options", "right"),
    [("", "early, then 2"), (", {skipTo: 'NEXT'}", "early, then 2"), (", {skipTo: 'END'}", "early")],
)
def test_an_early_return_leaves_the_source_or_the_rest_out(options, right):
    blog = pipeline(
        f"export function request(ctx) {{ runtime.earlyReturn('early'{options}) }}"
        "\nexport function response(ctx) { return 'never' }",
        says("ctx.prev.result + ', then 2'"),
    )
    assert blog.data("{ hello }") == {"hello": right}


def test_an_error_of_a_function_ends_the_pipeline():
    blog = pipeline("export function request(ctx) { util.error('No luck', 'Luck', {a: 1}) }" + PASS, says("'never'"))
    (error,) = blog.errors("{ hello }")
    assert (error["message"], error["errorType"], error["data"]) == ("No luck", "Luck", {"a": 1})


def test_errors_may_stand_beside_a_value():
    blog = hello("util.appendError('careful', 'Note'); return {payload: 'fine'}")
    said = blog.ask("{ hello }").json()
    assert said["data"] == {"hello": "fine"} and said["errors"][0]["message"] == "careful"


def test_who_is_not_authorized_is_told_so():
    (error,) = hello("util.unauthorized()").errors("{ hello }")
    assert error["errorType"] == "Unauthorized" and "hello on type Query" in error["message"]


def test_a_mistake_in_the_code_is_an_error_of_the_field_with_its_line():
    (error,) = hello("return {payload: ctx.nothing.here}").errors("{ hello }")
    assert error["message"] == "TypeError: cannot read property 'here' of undefined (line 2)"


def test_ids_times_and_texts():
    blog = hello("""return {payload: [util.autoId() !== util.autoId(), util.time.nowISO8601().slice(0, 2),
        util.base64Decode(util.base64Encode('grüße')), util.urlEncode('a b'), util.matches('a+', 'aa'),
        util.authType()].join('|')}""")  # fmt: skip
    assert blog.data("{ hello }") == {"hello": "true|20|grüße|a+b|true|API Key Authorization"}


@pytest.mark.parametrize(
    ("body", "says"),
    [("while (true) {}", "while is not supported"), ("for (let i = 0; i < 3; i += 1) {}", "for(;;)"),
     ("let i = 0; i++", "++ is not supported"), ("try { a() } catch (e) {}", "try is not supported"),
     ("throw 'x'", "util.error"), ("return 'a' in ctx", "Object.hasOwn"), ("const a = ;", "SyntaxError")],
)  # fmt: skip
def test_what_the_runtime_does_not_know_is_refused_with_its_line(body, says):
    with pytest.raises(ClientError) as refused:
        hello("return {}", f"\n{body}")
    told = refused.value.response["Error"]
    assert told["Code"] == "BadRequestException" and says in told["Message"] and "line 4" in told["Message"]


def test_words_in_texts_comments_and_names_are_no_statements():
    blog = hello("/* try */ const o = {while: 'do it--', in: 1}; for (const k in o) { ctx.stash.k = k } // throw\n"
                 "return {payload: `${o.while} ${Object.hasOwn(o, 'in')}`}")  # fmt: skip
    assert blog.data("{ hello }") == {"hello": "do it-- true"}


@pytest.mark.parametrize(
    ("given", "says"),
    [({"code": "export function request() { return {} }", "runtime": RUNTIME}, "no function response"),
     ({"code": "x"}, "needs the runtime"), ({"runtime": RUNTIME}, "needs code"),
     ({"runtime": RUNTIME, "code": "x", "requestMappingTemplate": "{}"}, "not both")],
)  # fmt: skip
def test_a_resolver_in_javascript_is_whole(given, says):
    blog = Blog()
    with pytest.raises(ClientError, match=says):
        blog.client.create_resolver(apiId=blog.id, typeName="Query", fieldName="two", dataSourceName="none", **given)


def test_code_can_be_tried_without_an_api():
    code = UTIL + "export function request(ctx) { console.log(ctx.args); ctx.stash.a = 1; return ctx.args.n }" + PASS
    told = Blog().client.evaluate_code(runtime=RUNTIME, code=code, context='{"args": {"n": 5}}', function="request")
    assert (told["evaluationResult"], told["logs"], json.loads(told["stash"])) == ("5", ['{"n":5}'], {"a": 1})
