"""Integrations with templates: mock, Lambda, HTTP and other services."""

import json

import boto3
import pytest

from course import lab
from tests.lab.apigateway.sample import Api, uri
from tests.lab.lambda_sample import bodies, got, make, queue

PICKY = """
    import json
    def handler(event, context):
        print("GOT " + json.dumps(event))
        if event.get("bad"):
            raise ValueError(f"Bad: {event['bad']}")
        return {"pet": {"name": "Rex", "tags": ["a", "b"]}, "event": event}
"""
JSON = "application/json"


def custom(template=None, **settings):
    """GET and POST /pets/{id} with a Lambda function behind templates."""
    make(PICKY)
    api = Api()
    templates = {} if template is None else {"requestTemplates": {JSON: template}}
    for method in ("GET", "POST"):
        api.method(method, "/pets/{id}").integration(
            "AWS", uri=uri("worker"), integrationHttpMethod="POST", **templates, **settings
        )
        api.reply("200")
    api.allow("worker")
    return api


def test_a_mock_answers_without_a_backend():
    api = Api()
    api.method("GET", "/").mock('{"stage": "$context.stage", "who": "$input.params(\'who\')"}')
    api.deploy()
    assert api.get("/?who=Dana").json() == {"stage": "prod", "who": "Dana"}


def test_a_mock_chooses_its_answer_by_the_status_code_in_its_template():
    api = Api()
    template = '#if($input.params("id") == "7"){statusCode: 200}#else{statusCode: 404}#end'
    api.method("GET", "/pets/{id}").integration("MOCK", requestTemplates={JSON: template})
    api.reply("200", responseTemplates={JSON: "found"})
    api.reply("404", selectionPattern="4\\d{2}", responseTemplates={JSON: "none"})
    api.deploy()
    assert (api.get("/pets/7").status, api.get("/pets/7").body) == (200, "found")
    assert (api.get("/pets/8").status, api.get("/pets/8").body) == (404, "none")


def test_a_mock_without_a_status_code_is_misconfigured():
    api = Api()
    api.method("GET", "/").mock("x", requestTemplates={JSON: "{}"})
    api.deploy()
    assert (api.get().status, api.get().json()) == (500, {"message": "Internal server error"})


def test_a_request_template_makes_the_event():
    template = """
    #set($pet = $input.path('$.pet'))
    {
      "id": "$input.params('id')", "colour": "$input.params().querystring.colour",
      "whole": $input.json('$'), "names": [#foreach($name in $pet.names)"$name"#if($foreach.hasNext),#end#end],
      "variable": "$stageVariables.shelter", "escaped": "$util.escapeJavaScript($pet.cry).replaceAll("\\\\'", "'")",
      "encoded": "$util.base64Encode('a')$util.urlEncode('b c')", "parsed": $util.parseJson('{"n": 3}').n
    }
    """
    api = custom(template)
    api.deploy(variables={"shelter": "north"})
    event = api.post("/pets/7?colour=red", json={"pet": {"names": ["a", "b"], "cry": 'he said "wuff" it\'s'}}).json()
    assert event["event"] == {
        "id": "7", "colour": "red", "whole": {"pet": {"names": ["a", "b"], "cry": 'he said "wuff" it\'s'}},
        "names": ["a", "b"], "variable": "north", "escaped": 'he said "wuff" it\'s', "encoded": "YQ==b+c", "parsed": 3,
    }  # fmt: skip


def test_without_a_template_the_body_is_passed_through_if_that_is_allowed():
    api = custom()
    api.deploy()
    assert api.post("/pets/7", json={"a": 1}).json()["event"] == {"a": 1}
    assert api.get("/pets/7").json()["event"] == {}


@pytest.mark.parametrize(("behaviour", "status"), [("WHEN_NO_MATCH", 200), ("WHEN_NO_TEMPLATES", 415), ("NEVER", 415)])
def test_a_content_type_without_a_template(behaviour, status):
    api = custom("{}", passthroughBehavior=behaviour)
    api.deploy()
    given = api.post("/pets/7", headers={"Content-Type": "text/json"}, body='{"a": 1}')
    assert given.status == status
    if status == 415:
        assert given.json() == {"message": "Unsupported Media Type"}


def test_an_error_message_chooses_the_integration_response():
    api = custom('{"bad": "$input.params(\'bad\')"}')
    for method in ("GET", "POST"):
        api.method(method, "/pets/{id}").integration(
            "AWS", uri=uri("worker"), integrationHttpMethod="POST",
            requestTemplates={JSON: '{"bad": "$input.params(\'bad\')"}'},
        )  # fmt: skip
        api.reply("200", responseTemplates={JSON: "$input.json('$.pet.name') $input.path('$.pet')"})
        api.reply("400", selectionPattern="Bad: .*", headers={"X-Reason": "integration.response.body.errorType"},
                  responseTemplates={JSON: '{"error": "$input.path(\'$.errorMessage\')"}'})  # fmt: skip
    api.deploy()
    assert api.get("/pets/7").body == '"Rex" {name=Rex, tags=["a","b"]}'
    given = api.get("/pets/7?bad=dog")
    assert (given.status, given.json(), given.headers["x-reason"]) == (400, {"error": "Bad: dog"}, "ValueError")


def test_an_error_that_no_pattern_fits_goes_the_way_of_the_default():
    api = custom('{"bad": "yes"}')
    api.deploy()
    given = api.get("/pets/7")
    assert given.status == 200 and given.json()["errorType"] == "ValueError"


def test_without_a_method_response_the_answer_is_a_500():
    api = custom()
    api.client.delete_method_response(**api.at, statusCode="200")
    api.deploy()
    assert api.post("/pets/7").status == 500


def test_headers_are_mapped_both_ways():
    api = Api()
    api.method("GET", "/", requestParameters={"method.request.querystring.q": False}).integration(
        "HTTP", uri="https://vet.example.com/{where}", integrationHttpMethod="GET",
        requestParameters={
            "integration.request.header.X-Static": "'fixed'",
            "integration.request.header.X-Stage": "context.stage",
            "integration.request.querystring.question": "method.request.querystring.q",
            "integration.request.path.where": "stageVariables.where",
        },
    )  # fmt: skip
    api.reply("200", {"X-Vet": "integration.response.header.Server", "X-Fixed": "'yes'"})
    api.deploy(variables={"where": "dogs"})
    asked = []

    def vet(request):
        asked.append(request)
        return lab.http("GET", "https://inner.example.com/")

    lab.http.serve("https://inner.example.com", lambda request: {"ok": True})
    lab.http.serve("https://vet.example.com", vet)
    given = api.get("/?q=how", headers={"X-Other": "stays"})
    assert given.json() == {"ok": True} and given.headers["x-fixed"] == "yes" and "x-vet" not in given.headers
    [request] = asked
    assert request.url == "https://vet.example.com/dogs?question=how"
    assert (request.headers["x-static"], request.headers["x-stage"]) == ("fixed", "prod")
    assert "X-Other" not in request.headers


def test_http_proxy_passes_everything_through():
    lab.http.serve("https://vet.example.com", lambda r: (418, [r.method, r.path, r.query, r.text, r.headers["x-pet"]]))
    api = Api()
    api.method("ANY", "/{proxy+}", requestParameters={"method.request.path.proxy": True}).integration(
        "HTTP_PROXY", uri="https://vet.example.com/v1/{proxy}", integrationHttpMethod="ANY",
        requestParameters={"integration.request.path.proxy": "method.request.path.proxy"},
    )  # fmt: skip
    api.deploy()
    given = api.post("/a/b?x=1", body="hi", headers={"X-Pet": "Rex"})
    assert (given.status, given.json()) == (418, ["POST", "/v1/a/b", "x=1", "hi", "Rex"])


def test_an_address_that_nobody_has_is_a_504():
    api = Api()
    api.method("GET", "/").integration("HTTP_PROXY", uri="https://nobody.example.com", integrationHttpMethod="GET")
    api.deploy()
    assert (api.get().status, api.get().json()) == (504, {"message": "Network error communicating with endpoint"})


def test_one_api_can_stand_behind_another():
    inner, outer = Api(), Api()
    inner.method("GET", "/pets").mock("inner")
    inner.deploy()
    outer.method("GET", "/").integration("HTTP_PROXY", uri=inner.url("/pets"), integrationHttpMethod="GET")
    outer.deploy()
    assert outer.get().body == "inner"


def test_templates_can_override_status_and_headers():
    api = Api()
    template = '#set($context.responseOverride.status = 201)#set($context.responseOverride.header.X-Pet = "Rex")done'
    api.method("GET", "/").mock(template)
    api.deploy()
    given = api.get()
    assert (given.status, given.headers["x-pet"], given.body) == (201, "Rex", "done")


def role(action, resource):
    iam = boto3.client("iam")
    statement = {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    made = iam.create_role(RoleName="front", AssumeRolePolicyDocument=json.dumps({"Statement": [statement]}))["Role"]
    grant = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}
    iam.put_role_policy(RoleName="front", PolicyName="do", PolicyDocument=json.dumps(grant))
    return made["Arn"]


def service(api, target, credentials, template, **more):
    api.method("POST", "/").integration(
        "AWS", uri=f"arn:aws:apigateway:us-east-1:{target}", integrationHttpMethod="POST", credentials=credentials,
        requestTemplates={JSON: template}, **more,
    )  # fmt: skip
    api.reply("200")
    api.reply("400", selectionPattern="4\\d{2}")
    api.deploy()


def test_a_request_becomes_a_message_in_a_queue():
    url, arn = queue("orders")
    api = Api()
    service(api, "sqs:path/123456789012/orders", role("sqs:SendMessage", arn),
            "Action=SendMessage&MessageBody=$util.urlEncode($input.body)",
            requestParameters={
                "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"})  # fmt: skip
    said = api.post(json={"pet": "Rex & Co"}).json()
    assert said["SendMessageResponse"]["SendMessageResult"]["MessageId"]
    assert bodies(url) == ['{"pet": "Rex & Co"}']


def test_the_role_of_the_integration_has_to_be_allowed():
    url, arn = queue("orders")
    api = Api()
    service(api, "sqs:path/123456789012/orders", role("sqs:ReceiveMessage", arn), "Action=SendMessage&MessageBody=x")
    assert api.post().status == 500 and bodies(url) == []


def test_a_request_becomes_an_item_in_a_table():
    boto3.client("dynamodb").create_table(
        TableName="pets", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    api = Api()
    template = '{"TableName": "pets", "Item": {"id": {"S": "$input.path(\'$.id\')"}}}'
    service(api, "dynamodb:action/PutItem", role("dynamodb:PutItem", "*"), template)
    assert (api.post(json={"id": "7"}).status, api.post(json={"id": "7"}).json()) == (200, {})
    assert boto3.resource("dynamodb").Table("pets").scan()["Items"] == [{"id": "7"}]
    assert api.post(json={"id": ""}).status == 400


def test_an_asynchronous_invocation_does_not_wait():
    api = custom("{}", requestParameters={"integration.request.header.X-Amz-Invocation-Type": "'Event'"})
    api.deploy()
    assert api.get("/pets/7").status == 200 and got() == []
    lab.settle()
    assert got() == [{}]


def test_a_preflight_request_is_answered_by_a_mock():
    api = Api()
    api.method("OPTIONS", "/pets").integration("MOCK", requestTemplates={JSON: '{"statusCode": 200}'})
    api.reply("200", {
        "Access-Control-Allow-Origin": "'https://shop.example.com'",
        "Access-Control-Allow-Methods": "'GET,OPTIONS'",
        "Access-Control-Allow-Headers": "'Content-Type'",
    })  # fmt: skip
    api.deploy()
    given = lab.http("OPTIONS", api.url("/pets"), headers={"Origin": "https://shop.example.com"})
    assert given.status == 200 and given.headers["access-control-allow-methods"] == "GET,OPTIONS"


def test_a_broken_template_is_a_500_and_the_log_names_the_line():
    api = custom('{\n#if($a == "b"\n}')
    api.deploy()
    assert api.post("/pets/7", json={}).status == 500
    tried = api.client.test_invoke_method(**api.at, pathWithQueryString="/pets/7")
    assert tried["status"] == 500 and "Expected ')'" in tried["log"] and "[line 3]" in tried["log"]


def test_a_method_can_be_tried_without_a_deployment():
    api = custom('{"id": "$input.params(\'id\')"}')
    tried = api.client.test_invoke_method(**api.at, pathWithQueryString="/pets/9?x=1", body="{}")
    assert tried["status"] == 200 and json.loads(tried["body"])["event"] == {"id": "9"}
    assert 'Endpoint request body after transformations: {"id": "9"}' in tried["log"] and tried["latency"] >= 0


def test_a_request_becomes_a_message_of_a_topic():
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    url, arn = queue("orders")
    allow = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
                            "Action": "sqs:SendMessage", "Resource": arn}]}  # fmt: skip
    boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(allow)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    api = Api()
    service(api, "sns:action/Publish", role("sns:Publish", topic), f"TopicArn=$util.urlEncode('{topic}')"
            "&Message=$input.path('$.pet')&MessageAttributes.entry.1.Name=kind"
            "&MessageAttributes.entry.1.Value.DataType=String"
            "&MessageAttributes.entry.1.Value.StringValue=dog")  # fmt: skip
    assert api.post(json={"pet": "Rex"}).json()["PublishResponse"]["PublishResult"]["MessageId"]
    assert bodies(url) == ["Rex"]


def test_a_request_starts_a_state_machine():
    machine = boto3.client("stepfunctions").create_state_machine(
        name="orders", roleArn="arn:aws:iam::123456789012:role/any",
        definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
    )["stateMachineArn"]  # fmt: skip
    api = Api()
    template = f'{{"stateMachineArn": "{machine}", "name": "one", "input": "$util.escapeJavaScript($input.body)"}}'
    service(api, "states:action/StartExecution", role("states:StartExecution", machine), template)
    assert api.post(json={"pet": 'R"x'}).json()["executionArn"].endswith(":orders:one")


def test_a_slow_backend_is_given_up():
    lab.http.serve("https://vet.example.com", lambda request: lab.clock.advance(seconds=30))
    api = Api()
    api.method("GET", "/").integration("HTTP_PROXY", uri="https://vet.example.com", integrationHttpMethod="GET")
    api.deploy()
    assert (api.get().status, api.get().json()) == (504, {"message": "Endpoint request timed out"})


def test_a_response_can_be_turned_into_bytes():
    api = Api()
    api.method("GET", "/{text}").integration("MOCK", requestTemplates={JSON: "{statusCode: 200}"})
    template = {JSON: "$input.params('text')"}
    api.reply("200", contentHandling="CONVERT_TO_BINARY", responseTemplates=template)
    api.deploy()
    assert api.get("/iVBORw==").content == b"\x89PNG"
    assert api.get("/no-base64").status == 500
