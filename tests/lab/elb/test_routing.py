"""Rules, actions and the choice of a target."""

import json
from collections import Counter

import boto3
import pytest
import requests

from course import lab
from tests.lab.elb.site import forward
from tests.lab.lambda_sample import make


@pytest.fixture
def says(site):
    """A target group of which the server says a word."""
    return lambda word: site.targets(site.server(lambda request: word))


def test_requests_go_round(site):
    servers = [site.server(zone=zone) for zone in (0, 1, 0)]
    shop = site.balancer(site.targets(*servers))
    assert Counter(shop.who(9)) == dict.fromkeys(servers, 3)


def condition(field, config, *values):
    return {"Field": field, config: {"Values": list(values)}}


@pytest.mark.parametrize(
    ("rule", "asked", "fits"),
    [
        (condition("path-pattern", "PathPatternConfig", "/users/*"), {"path": "/users/7"}, True),
        (condition("path-pattern", "PathPatternConfig", "/users/*"), {"path": "/Users/7"}, False),
        (condition("path-pattern", "PathPatternConfig", "/v?"), {"path": "/v12"}, False),
        (condition("host-header", "HostHeaderConfig", "*.example.com"), {"headers": {"Host": "A.Example.com"}}, True),
        (condition("http-request-method", "HttpRequestMethodConfig", "POST"), {}, False),
        (condition("source-ip", "SourceIpConfig", "198.51.100.0/24"), {"source_ip": "198.51.100.9"}, True),
        (condition("source-ip", "SourceIpConfig", "198.51.100.0/24"), {}, False),
        (condition("query-string", "QueryStringConfig", {"Key": "v", "Value": "be*"}), {"path": "/?v=BETA"}, True),
        (condition("query-string", "QueryStringConfig", {"Value": "beta"}), {"path": "/?v=1"}, False),
    ],
)
def test_a_rule_decides(site, says, rule, asked, fits):
    shop = site.balancer(says("default"))
    shop.rule(site, 10, rule, says("special"))
    lab.clock.advance(seconds=31)
    assert shop.get(**asked).body == ("special" if fits else "default")


def test_a_header_rule_ignores_case(site, says):
    shop = site.balancer(says("default"))
    rule = {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "User-Agent", "Values": ["*Phone*"]}}
    shop.rule(site, 10, rule, says("small"))
    lab.clock.advance(seconds=31)
    assert shop.get(headers={"user-agent": "an iphone"}).body == "small"


def test_the_lowest_priority_that_fits_wins(site, says):
    shop = site.balancer(says("default"))
    for priority, word in ((20, "second"), (5, "first")):
        shop.rule(site, priority, condition("path-pattern", "PathPatternConfig", "/*"), says(word))
    lab.clock.advance(seconds=31)
    assert shop.get().body == "first"


def test_weights_share_the_requests_out(site, says):
    groups = [{"TargetGroupArn": says(word), "Weight": weight} for word, weight in (("old", 9), ("new", 1))]
    shop = site.balancer({"Type": "forward", "ForwardConfig": {"TargetGroups": groups}})
    assert Counter(shop.who(20)) == {"old": 18, "new": 2}


def test_a_redirect_keeps_what_it_does_not_name(site):
    config = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    given = site.balancer({"Type": "redirect", "RedirectConfig": config}).get("/a/b?c=1", headers={"Host": "x.org"})
    assert (given.status, given.headers["Location"]) == (301, "https://x.org:443/a/b?c=1")


def test_a_fixed_response_needs_no_target(site):
    config = {"StatusCode": "503", "ContentType": "application/json", "MessageBody": '{"closed": true}'}
    given = site.balancer({"Type": "fixed-response", "FixedResponseConfig": config}).get()
    assert (given.status, given.json(), given.headers["Server"]) == (503, {"closed": True}, "awselb/2.0")


def test_who_is_not_signed_in_is_sent_to_sign_in(site, says):
    oidc = {"Issuer": "https://id.example.com", "AuthorizationEndpoint": "https://id.example.com/authorize",
            "TokenEndpoint": "https://id.example.com/token", "UserInfoEndpoint": "https://id.example.com/me",
            "ClientId": "shop", "ClientSecret": "s"}  # fmt: skip
    sign_in = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": oidc}
    shop = site.balancer(sign_in, {**forward(says("in")), "Order": 2})
    given = shop.get()
    assert given.status == 302
    assert given.headers["Location"].startswith("https://id.example.com/authorize?client_id=shop&")


def test_targets_learn_of_the_client(site):
    shop = site.balancer(
        site.targets(site.server(lambda request: [request.source_ip, *sorted(request.headers.items())]))
    )
    caller, *pairs = shop.get(headers={"X-Forwarded-For": "10.9.9.9"}, source_ip="198.51.100.4").json()
    headers = dict(pairs)
    assert caller.startswith("172.31.")
    assert headers["X-Forwarded-For"] == "10.9.9.9, 198.51.100.4"
    assert (headers["X-Forwarded-Proto"], headers["X-Forwarded-Port"]) == ("http", "80")
    assert headers["X-Amzn-Trace-Id"].startswith("Root=1-")


def test_a_trace_goes_on(site):
    shop = site.balancer(site.targets(site.server(lambda request: request.headers["X-Amzn-Trace-Id"])))
    root = "Root=1-67891233-abcdef012345678912345678"
    own, kept, more = shop.get(headers={"X-Amzn-Trace-Id": f"{root};CalledFrom=app"}).body.split(";")
    assert (own[:7], kept, more) == ("Self=1-", root, "CalledFrom=app")


def test_the_least_busy_target_gets_the_next_request(site):
    slow, quick = site.server(seconds=60), site.server(seconds=0.5)
    group = site.targets(slow, quick, HealthCheckTimeoutSeconds=100, HealthCheckIntervalSeconds=120)
    shop = site.balancer(group)
    lab.clock.advance(minutes=4)
    site.attributes(group, load_balancing__algorithm__type="least_outstanding_requests")
    got = []
    for _ in range(10):
        got.append(shop.get().body)
        lab.clock.advance(seconds=1)
    assert Counter(got) == {slow: 1, quick: 9}


def test_without_cross_zone_each_zone_keeps_its_half(site):
    servers = [site.server(zone=zone) for zone in (0, 1, 1, 1)]
    group = site.targets(*servers)
    shop = site.balancer(group)
    assert sorted(Counter(shop.who(24)).values()) == [6, 6, 6, 6]
    site.attributes(group, load_balancing__cross_zone__enabled="false")
    assert sorted(Counter(shop.who(24)).values()) == [4, 4, 4, 12]


def test_a_cookie_brings_a_client_back(site):
    group = site.targets(*(site.server(zone=zone) for zone in (0, 1, 0)))
    site.attributes(group, stickiness__enabled="true", stickiness__lb_cookie__duration_seconds=60)
    shop, visitor = site.balancer(group), requests.Session()
    assert len({visitor.get(f"http://{shop.name}/").text for _ in range(5)}) == 1
    assert set(visitor.cookies.keys()) == {"AWSALB", "AWSALBCORS"}
    assert len(set(shop.who(3))) == 3


def test_a_cookie_of_the_balancer_ends(site):
    group = site.targets(*(site.server() for _ in range(2)))
    site.attributes(group, stickiness__enabled="true", stickiness__lb_cookie__duration_seconds=60)
    shop = site.balancer(group)
    first = shop.get()
    cookie = {"Cookie": first.headers.getlist("Set-Cookie")[0].partition(";")[0]}
    assert {shop.get(headers=cookie).body for _ in range(4)} == {first.body}
    lab.clock.advance(seconds=61)
    assert len({shop.get(headers=cookie).body for _ in range(4)}) == 2


def test_an_application_decides_who_stays(site):
    def page(request):
        return 200, "hello", {"Set-Cookie": "basket=7"}

    group = site.targets(site.server(page), site.server(page))
    site.attributes(group, stickiness__enabled="true", stickiness__type="app_cookie",
                    stickiness__app_cookie__cookie_name="basket")  # fmt: skip
    given = site.balancer(group).get()
    names = [one.partition("=")[0] for one in given.headers.getlist("Set-Cookie")]
    assert names == ["basket", "AWSALBAPP-0"]


def test_a_name_in_route_53_leads_to_the_balancer(site, says):
    shop, names = site.balancer(says("hello")), boto3.client("route53")
    zone = names.create_hosted_zone(Name="lumen.example", CallerReference="1")["HostedZone"]["Id"]
    target = {"HostedZoneId": "Z35SXDOTRQ7X7K", "DNSName": shop.name, "EvaluateTargetHealth": False}
    record = {"Name": "www.lumen.example", "Type": "A", "AliasTarget": target}
    names.change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    )
    assert lab.http("GET", "http://www.lumen.example/").body == "hello"


def test_a_function_answers(site):
    function = make("import json\ndef handler(e, c):\n    return {'statusCode': 200, 'body': json.dumps(e)}")
    group = site.targets(kind="lambda")
    boto3.client("lambda").add_permission(
        FunctionName=function, StatementId="elb", Action="lambda:InvokeFunction", SourceArn=group,
        Principal="elasticloadbalancing.amazonaws.com",
    )  # fmt: skip
    site.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": function}])
    event = json.loads(site.balancer(group).get("/a?b=c%20d").body)
    assert (event["path"], event["queryStringParameters"]) == ("/a", {"b": "c%20d"})
    assert event["requestContext"] == {"elb": {"targetGroupArn": group}}
