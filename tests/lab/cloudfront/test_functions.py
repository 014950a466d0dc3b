"""CloudFront Functions: JavaScript that runs at the viewer's request and at the answer."""

import json

import boto3
import pytest

from course import lab
from tests.fidelity.behaviour import code_of
from tests.lab.cloudfront.edge_site import behaviour, get, listed, word

TOLD = {"Comment": "", "Runtime": "cloudfront-js-2.0"}


def make(code, name="edge", live=True, **told):
    client = boto3.client("cloudfront")
    made = client.create_function(Name=name, FunctionConfig=TOLD | told, FunctionCode=code.encode())
    if live:
        client.publish_function(Name=name, IfMatch=made["ETag"])
    return made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]


def hooked(site, **points):
    rows = [{"FunctionARN": arn, "EventType": point.replace("_", "-")} for point, arn in points.items()]
    return site.distribution(DefaultCacheBehavior=behaviour(FunctionAssociations=listed(*rows)))


def test_a_request_is_rewritten_before_the_cache(site):
    made = hooked(site, viewer_request=make("""
        function handler(event) {
            const request = event.request;
            if (request.uri.endsWith('/')) request.uri += 'index.html';
            request.querystring = {};
            return request;
        }"""))  # fmt: skip
    get(made, "/shop/?a=1")
    assert word(get(made, "/shop/index.html")) == "Hit" and site.asked[0].path == "/shop/index.html"


def test_the_event_is_of_version_1_0(site):
    made = hooked(site, viewer_request=make("""
        function handler(event) {
            return {statusCode: 200, body: {encoding: 'text', data: JSON.stringify(event)}};
        }"""))  # fmt: skip
    told = {"X-One": "a", "Cookie": "id=7; theme=dark"}
    event = get(made, "/a%20b?q=1&q=2&flag", headers=told, source_ip="198.51.100.9").json()
    request, context = event["request"], event["context"]
    assert event["version"] == "1.0" and event["viewer"] == {"ip": "198.51.100.9"}
    assert context["eventType"] == "viewer-request" and context["distributionId"] == made["Id"]
    assert (request["method"], request["uri"]) == ("GET", "/a%20b")
    assert request["querystring"] == {
        "q": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2"}]}, "flag": {"value": ""}
    }  # fmt: skip
    assert request["headers"]["x-one"] == {"value": "a"} and "cookie" not in request["headers"]
    assert request["headers"]["host"]["value"] == made["DomainName"]
    assert request["cookies"] == {"id": {"value": "7"}, "theme": {"value": "dark"}}
    assert "body" not in request


def test_an_answer_of_the_function_never_reaches_the_origin(site):
    made = hooked(site, viewer_request=make("""
        function handler(event) {
            return {statusCode: 302, statusDescription: 'Found', headers: {location: {value: '/new'}},
                    cookies: {seen: {value: '1', attributes: 'Secure; Path=/'}}};
        }"""))  # fmt: skip
    given = get(made, "/old")
    assert given.status == 302 and given.headers["Location"] == "/new" and not site.asked
    assert given.headers["Set-Cookie"] == "seen=1; Secure; Path=/" and word(given) == "FunctionGeneratedResponse"


def test_the_answer_gets_headers_on_hits_too_and_not_on_errors(site):
    made = hooked(site, viewer_response=make("""
        function handler(event) {
            const response = event.response;
            response.headers['x-frame-options'] = {value: 'DENY'};
            return response;
        }"""))  # fmt: skip
    assert [get(made, "/a").headers.get("X-Frame-Options") for _ in range(2)] == ["DENY", "DENY"]
    site.says = lambda sent: (404, "no", {})
    assert "X-Frame-Options" not in get(made, "/b").headers
    assert get(made, "/a").body == "page 1"


def test_cookies_and_headers_that_the_function_sets_go_on(site):
    arn = make("""
        function handler(event) {
            const request = event.request;
            request.headers['x-group'] = {value: request.cookies.group ? request.cookies.group.value : 'none'};
            delete request.cookies.id;
            return request;
        }""")
    every = behaviour(policy=site.policy(headers=["X-Group"], cookies="all"), FunctionAssociations=listed(
        {"FunctionARN": arn, "EventType": "viewer-request"}))  # fmt: skip
    get(site.distribution(DefaultCacheBehavior=every), "/", headers={"Cookie": "id=7; group=b"})
    assert site.asked[0].headers["X-Group"] == "b" and site.asked[0].headers["Cookie"] == "group=b"


@pytest.mark.parametrize(
    ("body", "says"),
    [("return event.nothing.here", "cannot read property 'here' of undefined (line 1)"),
     ("while (true) {}", "processor time"),
     ("return fetch('https://example.com')", "fetch is not defined"),
     ("return event.request.body.data", "cannot read property 'data' of undefined")],
)  # fmt: skip
def test_what_cannot_run_is_503(site, body, says):
    made = hooked(site, viewer_request=make(f"function handler(event) {{ {body} }}"))
    given = get(made)
    assert given.status == 503 and says in given.body and not site.asked


@pytest.mark.parametrize(
    ("body", "says"),
    [("return null", "must return the request"),
     ("event.request.uri = 'no-slash'; return event.request", "must begin with /"),
     ("event.request.headers['X-Big'] = {value: '1'}; return event.request", "small letters"),
     ("event.request.headers.n = {value: 1}; return event.request", "must be a string"),
     ("event.request.headers['host'] = {value: 'a.b'}; return event.request", "not change it"),
     ("event.request.headers['x-edge-a'] = {value: '1'}; return event.request", "may not set"),
     ("event.request.method = 'POST'; return event.request", "cannot change the method"),
     ("return {statusCode: '302'}", "must be a number")],
)  # fmt: skip
def test_an_answer_that_fails_validation_is_502(site, body, says):
    made = hooked(site, viewer_request=make(f"function handler(event) {{ {body} }}"))
    given = get(made)
    assert given.status == 502 and says in given.body and not site.asked


def test_console_lines_and_errors_are_in_the_functions_log_group(site):
    made = hooked(site, viewer_request=make(
        "function handler(e) { console.log('at', e.request.uri); return e.request.uri === '/bad' ? e.x.y : e.request }"
    ))  # fmt: skip
    get(made, "/good")
    get(made, "/bad")
    rows = boto3.client("logs", region_name="us-east-1").filter_log_events(logGroupName="/aws/cloudfront/function/edge")
    text = "\n".join(one["message"] for one in rows["events"])
    assert "at /good" in text and "at /bad" in text and "TypeError" in text and f"DistributionID: {made['Id']}" in text


def test_a_change_runs_once_it_is_published(site):
    client = boto3.client("cloudfront")
    made = hooked(site, viewer_request=make("function handler(e) { return {statusCode: 200, body: 'one'} }"))
    etag = client.describe_function(Name="edge")["ETag"]
    code = b"function handler(e) { return {statusCode: 200, body: 'two'} }"
    changed = client.update_function(Name="edge", IfMatch=etag, FunctionConfig=TOLD, FunctionCode=code)
    assert get(made).body == "one" and changed["FunctionSummary"]["Status"] == "UNPUBLISHED"
    assert code_of(client.publish_function, Name="edge", IfMatch=etag) == "PreconditionFailed"
    client.publish_function(Name="edge", IfMatch=changed["ETag"])
    assert get(made).body == "two"
    assert client.get_function(Name="edge", Stage="LIVE")["FunctionCode"].read() == code


def test_a_test_runs_the_code_without_a_distribution(site):
    client = boto3.client("cloudfront")
    make("function handler(e) { console.log('hi'); if (e.request.uri === '/x') e.a.b; return e.request }", live=False)
    etag = client.describe_function(Name="edge")["ETag"]

    def tried(uri):
        event = {"version": "1.0", "context": {"eventType": "viewer-request"}, "viewer": {"ip": "192.0.2.1"},
                 "request": {"method": "GET", "uri": uri, "headers": {}, "cookies": {}, "querystring": {}}}  # fmt: skip
        return client.test_function(Name="edge", IfMatch=etag, EventObject=json.dumps(event).encode())["TestResult"]

    good, bad = tried("/a"), tried("/x")
    assert json.loads(good["FunctionOutput"])["request"]["uri"] == "/a" and good["FunctionExecutionLogs"] == ["hi"]
    assert 0 < int(good["ComputeUtilization"]) <= 100 and not good.get("FunctionErrorMessage")
    assert "cannot read property 'b'" in bad["FunctionErrorMessage"] and not bad.get("FunctionOutput")


def test_what_is_in_use_stays_and_what_is_not_goes(site):
    client = boto3.client("cloudfront")
    arn = make("function handler(e) { return e.request }")
    hooked(site, viewer_request=arn)
    make("function handler(e) { return e.request }", "free")
    etag = {one: client.describe_function(Name=one)["ETag"] for one in ("edge", "free")}
    assert code_of(client.delete_function, Name="edge", IfMatch=etag["edge"]) == "FunctionInUse"
    client.delete_function(Name="free", IfMatch=etag["free"])
    assert code_of(client.describe_function, Name="free") == "NoSuchFunctionExists"
    live = client.list_functions(Stage="LIVE")["FunctionList"]["Items"]
    assert [(one["Name"], one["Status"]) for one in live] == [("edge", "ASSOCIATED")]


@pytest.mark.parametrize("kind", ["unpublished", "origin-request", "unknown", "twice", "lambda"])
def test_what_cannot_be_associated(site, kind):
    arn = make("function handler(e) { return e.request }", live=kind != "unpublished")
    row = {"FunctionARN": arn, "EventType": "viewer-request"}
    rows, more = [row], {}
    if kind == "origin-request":
        rows = [row | {"EventType": "origin-request"}]
    if kind == "unknown":
        rows = [row | {"FunctionARN": arn + "2"}]
    if kind == "twice":
        rows = [row, row]
    if kind == "lambda":
        edge = {
            "LambdaFunctionARN": "arn:aws:lambda:us-east-1:123456789012:function:f:1",
            "EventType": "viewer-response",
        }
        more = {"LambdaFunctionAssociations": listed(edge)}
    config = site.config(DefaultCacheBehavior=behaviour(FunctionAssociations=listed(*rows), **more))
    assert code_of(site.cloudfront.create_distribution, DistributionConfig=config) == "InvalidFunctionAssociation"


def test_a_token_is_checked_with_crypto(site):
    made = hooked(site, viewer_request=make("""
        import crypto from 'crypto';
        function handler(event) {
            const {token, user} = event.request.querystring;
            const wanted = crypto.createHmac('sha256', 'secret').update(user.value).digest('hex');
            return token.value === wanted ? event.request : {statusCode: 401};
        }"""))  # fmt: skip
    import hashlib
    import hmac

    good = hmac.digest(b"secret", b"ana", hashlib.sha256).hex()
    assert (get(made, f"/?user=ana&token={good}").status, get(made, "/?user=ana&token=0").status) == (200, 401)


def test_a_key_value_store_is_read(site):
    client, s3 = boto3.client("cloudfront"), boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="moves")
    s3.put_object(Bucket="moves", Key="all.json", Body=json.dumps({"data": [{"key": "/old", "value": "/new"}]}))
    source = {"SourceType": "S3", "SourceARN": "arn:aws:s3:::moves/all.json"}
    store = client.create_key_value_store(Name="moves", ImportSource=source)["KeyValueStore"]["ARN"]
    made = hooked(site, viewer_request=make("""
        import cf from 'cloudfront';
        const moves = cf.kvs();
        async function handler(event) {
            if (!await moves.exists(event.request.uri)) return event.request;
            return {statusCode: 301, headers: {location: {value: await moves.get(event.request.uri)}}};
        }""", KeyValueStoreAssociations=listed({"KeyValueStoreARN": store})))  # fmt: skip
    assert get(made, "/old").headers["Location"] == "/new" and get(made, "/else").status == 200


def test_invocations_are_counted(site):
    made = hooked(
        site, viewer_request=make("function handler(e) { return e.request.uri === '/bad' ? e.x.y : e.request }")
    )
    for path in ("/a", "/b", "/bad"):
        get(made, path)
    rows = [{"Name": "FunctionName", "Value": "edge"}, {"Name": "Region", "Value": "Global"}]
    now = lab.clock.now()
    totals = []
    for name in ("FunctionInvocations", "FunctionExecutionErrors"):
        found = boto3.client("cloudwatch", region_name="us-east-1").get_metric_statistics(
            Namespace="AWS/CloudFront", MetricName=name, Dimensions=rows, StartTime=now.replace(hour=0, minute=0),
            EndTime=now.replace(hour=23, minute=59), Period=86400, Statistics=["Sum"])  # fmt: skip
        totals.append(sum(one["Sum"] for one in found["Datapoints"]))
    assert totals == [3, 1]
