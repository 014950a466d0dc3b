import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.cloudfront.edge_site import behaviour, get, listed, word
from tests.lab.lambda_sample import make

TRACE = """
    def handler(event, context):
        cf = event["Records"][0]["cf"]
        print("AT", cf["config"]["eventType"])
        return cf.get("response") or cf["request"]
"""


@pytest.fixture(autouse=True)
def trusted(site):
    services = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]
    statement = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    boto3.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=trust)


def version(source, name="edge", **settings):
    make(source, name, **settings)
    return boto3.client("lambda").publish_version(FunctionName=name)["FunctionArn"]


def hooked(site, **points):
    rows = [{"LambdaFunctionARN": arn, "EventType": point.replace("_", "-")} for point, arn in points.items()]
    return site.distribution(DefaultCacheBehavior=behaviour(LambdaFunctionAssociations=listed(*rows)))


def points_run(name="edge"):
    rows = boto3.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="AT")["events"]
    return [one["message"].split()[-1] for one in rows]


def test_viewer_hooks_always_run_and_origin_hooks_on_a_miss(site):
    arn = version(TRACE)
    made = hooked(site, viewer_request=arn, origin_request=arn, origin_response=arn, viewer_response=arn)
    assert [word(get(made, "/a")) for _ in range(2)] == ["Miss", "Hit"]
    assert points_run() == [
        "viewer-request", "origin-request", "origin-response", "viewer-response", "viewer-request", "viewer-response",
    ]  # fmt: skip


def test_a_request_is_rewritten_before_the_cache(site):
    made = hooked(site, viewer_request=version("""
        def handler(event, context):
            request = event["Records"][0]["cf"]["request"]
            request["uri"] = request["uri"].lower()
            request["querystring"] = ""
            return request
    """))  # fmt: skip
    get(made, "/Cat.JPG")
    assert word(get(made, "/cat.jpg?x=1")) == "Hit" and site.asked[0].path == "/cat.jpg"


def test_a_function_answers_itself(site):
    made = hooked(site, viewer_request=version("""
        def handler(event, context):
            place = [{"key": "Location", "value": "https://lumen.example/new"}]
            return {"status": "302", "statusDescription": "Found", "headers": {"location": place}}
    """))  # fmt: skip
    moved = get(made, "/old")
    assert (moved.status, moved.headers["Location"]) == (302, "https://lumen.example/new")
    assert word(moved) == "LambdaGeneratedResponse" and not site.asked


def test_an_answer_made_at_the_origin_request_is_cached(site):
    made = hooked(site, origin_request=version("""
        def handler(event, context):
            return {"status": "200", "body": "made at the edge"}
    """))  # fmt: skip
    assert [get(made, "/a").body for _ in range(2)] == ["made at the edge"] * 2
    assert word(get(made, "/a")) == "Hit" and not site.asked


def test_another_origin_can_be_chosen(site):
    made = hooked(site, origin_request=version("""
        def handler(event, context):
            request = event["Records"][0]["cf"]["request"]
            request["origin"]["custom"]["domainName"] = "spare.example"
            request["headers"]["host"] = [{"key": "Host", "value": "spare.example"}]
            return request
    """))  # fmt: skip
    assert get(made, "/a").body == "from the spare"


def test_what_is_stored_was_changed_by_the_origin_response(site):
    made = hooked(site, origin_response=version("""
        def handler(event, context):
            response = event["Records"][0]["cf"]["response"]
            response["headers"]["cache-control"] = [{"key": "Cache-Control", "value": "max-age=5"}]
            return response
    """))  # fmt: skip
    get(made, "/a")
    lab.clock.advance(seconds=6)
    assert word(get(made, "/a")) == "Miss"


@pytest.mark.parametrize("body", ["raise ValueError('x')", "return 'ok'", "return {'uri': 'no-slash'}"])
def test_a_function_that_fails_is_a_502(site, body):
    made = hooked(site, viewer_request=version(f"def handler(event, context):\n    {body}\n"))
    assert get(made, "/a").status == 502


def test_a_response_made_for_a_viewer_has_40_kb(site):
    made = hooked(site, viewer_request=version("""
        def handler(event, context):
            return {"status": "200", "body": "x" * 41000}
    """))  # fmt: skip
    assert get(made, "/a").status == 502


def refusal(site, arn, point="viewer-request"):
    rows = listed({"LambdaFunctionARN": arn, "EventType": point})
    config = site.config(DefaultCacheBehavior=behaviour(LambdaFunctionAssociations=rows))
    with pytest.raises(ClientError) as caught:
        site.cloudfront.create_distribution(DistributionConfig=config)
    return caught.value.response["Error"]["Message"]


def test_what_runs_at_the_edge_is_a_small_numbered_version_of_us_east_1(site):
    arn = version(TRACE)
    plain = arn.rpartition(":")[0]
    assert "numbered version" in refusal(site, plain) and "numbered version" in refusal(site, f"{plain}:$LATEST")
    assert "us-east-1" in refusal(site, arn.replace("us-east-1", "eu-west-1"))
    assert "5 seconds and 128 MB" in refusal(site, version(TRACE, "big", MemorySize=256))
    assert "environment variables" in refusal(site, version(TRACE, "env", Environment={"Variables": {"A": "1"}}))
    hooked(site, origin_request=version(TRACE, "origin", MemorySize=1024, Timeout=30))
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    boto3.client("iam").update_assume_role_policy(RoleName="worker", PolicyDocument=json.dumps(trust))
    assert "edgelambda.amazonaws.com" in refusal(site, arn)
