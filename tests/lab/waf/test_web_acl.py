"""Requests to a stage of a REST API, as its web ACL lets them through."""

from __future__ import annotations

import datetime as dt

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab


@pytest.fixture(autouse=True)
def account():
    lab.start()
    yield
    lab.stop()


def seen(name, sampled=True):
    return {"SampledRequestsEnabled": sampled, "CloudWatchMetricsEnabled": True, "MetricName": name}


def rule(name, priority, statement, action="Block", **more):
    key = "OverrideAction" if "ManagedRuleGroupStatement" in statement else "Action"
    return {"Name": name, "Priority": priority, "Statement": statement, key: {action: {}},
            "VisibilityConfig": seen(name), **more}  # fmt: skip


def stage():
    """A deployed API that says 200 to everything: its URL and the ARN of its stage."""
    gateway = boto3.client("apigateway")
    api = gateway.create_rest_api(name=lab.unique_name("api"))["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    proxy = gateway.create_resource(restApiId=api, parentId=root, pathPart="{proxy+}")["id"]
    for resource in (root, proxy):
        told = {"restApiId": api, "resourceId": resource, "httpMethod": "ANY"}
        gateway.put_method(**told, authorizationType="NONE")
        gateway.put_integration(**told, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
        gateway.put_method_response(**told, statusCode="200")
        gateway.put_integration_response(**told, statusCode="200")
    gateway.create_deployment(restApiId=api, stageName="live")
    return (
        f"https://{api}.execute-api.us-east-1.amazonaws.com/live",
        f"arn:aws:apigateway:us-east-1::/restapis/{api}/stages/live",
    )


def guarded(*rules, default="Allow", **more):
    """A stage with a web ACL of these rules: its URL, and the ACL."""
    waf = boto3.client("wafv2")
    url, arn = stage()
    acl = waf.create_web_acl(
        Name=lab.unique_name("acl"), Scope="REGIONAL", DefaultAction={default: {}}, Rules=list(rules),
        VisibilityConfig=seen("all"), **more,
    )["Summary"]  # fmt: skip
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=arn)
    return url, acl


def ask(url, path="/", **more):
    headers = {"User-Agent": "test", "Content-Type": "application/json", **more.pop("headers", {})}
    return lab.http(more.pop("method", "GET"), url + path, headers=headers, **more).status


def texts(field="QueryString", step="NONE"):
    return {"FieldToMatch": {field: {}}, "TextTransformations": [{"Priority": 0, "Type": step}]}


def contains(word, field="UriPath", step="NONE"):
    return {"ByteMatchStatement": {"SearchString": word, "PositionalConstraint": "CONTAINS", **texts(field, step)}}


def code(call, **given):
    with pytest.raises(ClientError) as refused:
        call(**given)
    return refused.value.response["Error"]["Code"]


def test_a_blocked_request_gets_403_and_others_pass():
    url, _ = guarded(rule("admin", 0, contains("/admin")))
    assert (ask(url, "/admin/users"), ask(url, "/photos")) == (403, 200)


def test_without_a_web_acl_everything_passes():
    url, _ = stage()
    assert ask(url, "/admin") == 200


def test_the_lowest_priority_number_speaks_first():
    office = boto3.client("wafv2").create_ip_set(
        Name="office", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=["198.51.100.0/24"]
    )["Summary"]["ARN"]
    url, _ = guarded(
        rule("admin", 5, contains("/admin")), rule("office", 1, {"IPSetReferenceStatement": {"ARN": office}}, "Allow")
    )
    assert ask(url, "/admin", source_ip="198.51.100.9") == 200
    assert ask(url, "/admin", source_ip="203.0.113.9") == 403


def test_count_lets_pass_and_the_next_rules_look_too():
    url, acl = guarded(rule("watch", 0, contains("/a"), "Count"), rule("stop", 1, contains("/ab")))
    assert (ask(url, "/a"), ask(url, "/ab")) == (200, 403)
    now = lab.clock.now()
    window = {"StartTime": now - dt.timedelta(minutes=5), "EndTime": now + dt.timedelta(minutes=5)}
    found = boto3.client("wafv2").get_sampled_requests(
        WebAclArn=acl["ARN"], RuleMetricName="watch", Scope="REGIONAL", TimeWindow=window, MaxItems=10
    )
    assert [one["Action"] for one in found["SampledRequests"]] == ["COUNT", "COUNT"]
    assert found["SampledRequests"][0]["Request"]["URI"] == "/live/a"


def test_requests_become_metrics_by_rule():
    url, _ = guarded(rule("stop", 0, contains("/ab")))
    for path in ("/ab", "/ab", "/c"):
        ask(url, path)
    dimensions = [{"Name": "WebACL", "Value": "all"}, {"Name": "Region", "Value": "us-east-1"}]
    counted = {}
    for metric, name in (("BlockedRequests", "stop"), ("AllowedRequests", "ALL")):
        now = lab.clock.now()
        points = boto3.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/WAFV2", MetricName=metric, Dimensions=[*dimensions, {"Name": "Rule", "Value": name}],
            StartTime=now - dt.timedelta(hours=1), EndTime=now + dt.timedelta(hours=1), Period=7200,
            Statistics=["Sum"],
        )["Datapoints"]  # fmt: skip
        counted[metric] = sum(one["Sum"] for one in points)
    assert counted == {"BlockedRequests": 2, "AllowedRequests": 1}


@pytest.mark.parametrize(
    ("query", "blocked"),
    [
        ("id=1%27%20OR%20%271%27=%271", True),
        ("id=1+union+select+password+from+users", True),
        ("q=Union+Square+or+Select+Citywalk", False),
        ("name=O%27Brien", False),
    ],
)
def test_sql_injection_is_found_behind_the_url_encoding(query, blocked):
    url, _ = guarded(rule("sql", 0, {"SqliMatchStatement": texts("QueryString", "URL_DECODE")}))
    assert (ask(url, f"/?{query}") == 403) is blocked


def test_without_the_transformation_the_encoding_hides_the_attack():
    url, _ = guarded(rule("sql", 0, {"SqliMatchStatement": texts("QueryString")}))
    assert ask(url, "/?id=1%27%20OR%20%271%27=%271") == 200


def test_scripts_are_found_in_the_body():
    field = {"FieldToMatch": {"Body": {"OversizeHandling": "CONTINUE"}},
             "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}  # fmt: skip
    url, _ = guarded(rule("xss", 0, {"XssMatchStatement": field}))
    assert ask(url, "/", method="POST", json={"note": "<script>alert(1)</script>"}) == 403
    assert ask(url, "/", method="POST", json={"note": "I <3 scripts"}) == 200


def test_a_body_beyond_the_limit_is_judged_as_the_rule_says():
    def size(handling):
        field = {"Body": {"OversizeHandling": handling}}
        return {"SizeConstraintStatement": {"FieldToMatch": field, "ComparisonOperator": "GT", "Size": 50_000,
                                            "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}}  # fmt: skip

    for handling, status in (("CONTINUE", 200), ("MATCH", 403), ("NO_MATCH", 200)):
        url, _ = guarded(rule("size", 0, size(handling)))
        assert ask(url, "/", method="POST", body=b"x" * 60_000) == status


def test_a_rate_rule_counts_each_address_over_its_window():
    limit = {"RateBasedStatement": {"Limit": 10, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}}
    url, acl = guarded(rule("rate", 0, limit))
    said = [ask(url) for _ in range(12)]
    assert said == [200] * 10 + [403] * 2
    assert ask(url, source_ip="203.0.113.200") == 200
    keys = boto3.client("wafv2").get_rate_based_statement_managed_keys(
        Scope="REGIONAL", WebACLName=acl["Name"], WebACLId=acl["Id"], RuleName="rate"
    )
    assert keys["ManagedKeysIPV4"]["Addresses"] == ["203.0.113.7/32"]
    lab.clock.advance(seconds=61)
    assert ask(url) == 200


def test_a_scope_down_statement_narrows_what_is_counted():
    limit = {"RateBasedStatement": {"Limit": 10, "AggregateKeyType": "IP", "ScopeDownStatement": contains("/login")}}
    url, _ = guarded(rule("rate", 0, limit))
    assert [ask(url, "/photos") for _ in range(15)] == [200] * 15
    assert [ask(url, "/login") for _ in range(11)][-1] == 403


def test_geography_is_the_viewers_country_header():
    url, _ = guarded(rule("geo", 0, {"GeoMatchStatement": {"CountryCodes": ["NZ"]}}))
    assert ask(url, headers={"CloudFront-Viewer-Country": "NZ"}) == 403
    assert ask(url, headers={"CloudFront-Viewer-Country": "CH"}) == 200


def common(**more):
    return {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet", **more}}


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"User-Agent": ""}),
        ("/..%2f..%2fetc/passwd", {}),
        ("/?next=http://203.0.113.5/x", {}),
        ("/?q=%3Cscript%3Ealert(1)%3C/script%3E", {}),
        ("/?u=http://169.254.169.254/latest/meta-data", {}),
        ("/app.log", {}),
    ],
)
def test_the_common_rule_set_stops_the_usual_attacks(path, headers):
    url, _ = guarded(rule("common", 0, common(), "None"))
    assert ask(url, path, headers=headers) == 403
    assert ask(url, "/photos?page=2") == 200


def test_a_group_is_counted_as_a_whole_or_rule_by_rule():
    whole, _ = guarded(rule("common", 0, common(), "Count"))
    assert ask(whole, headers={"User-Agent": ""}) == 200
    one = {"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}
    single, _ = guarded(rule("common", 0, common(RuleActionOverrides=[one]), "None"))
    assert ask(single, method="POST", body=b"x" * 9_000) == 200
    assert ask(single, headers={"User-Agent": ""}) == 403


def test_a_label_of_one_rule_is_known_to_the_next():
    first = rule("mark", 0, contains("/admin"), "Count", RuleLabels=[{"Name": "inner"}])
    both = {"AndStatement": {"Statements": [{"LabelMatchStatement": {"Scope": "LABEL", "Key": "inner"}},
                                            {"NotStatement": {"Statement": contains("ok", "QueryString")}}
                                            ]}}  # fmt: skip
    url, _ = guarded(first, rule("stop", 1, both))
    assert (ask(url, "/admin"), ask(url, "/admin?ok"), ask(url, "/")) == (403, 200, 200)


def test_a_block_may_answer_in_its_own_words():
    answer = {"CustomResponse": {"ResponseCode": 429, "CustomResponseBodyKey": "slow"}}
    stop = rule("stop", 0, contains("/a")) | {"Action": {"Block": answer}}
    url, _ = guarded(stop, CustomResponseBodies={"slow": {"ContentType": "TEXT_PLAIN", "Content": "Slow down"}})
    said = lab.http("GET", f"{url}/a")
    assert (said.status, said.body) == (429, "Slow down")


def test_capacity_is_the_sum_of_the_statements():
    waf = boto3.client("wafv2")
    rules = [
        rule("geo", 0, {"GeoMatchStatement": {"CountryCodes": ["NZ"]}}),
        rule("word", 1, contains("/admin", "UriPath", "LOWERCASE")),
        rule("sql", 2, {"SqliMatchStatement": texts("AllQueryArguments", "URL_DECODE")}),
        rule("rate", 3, {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}),
        rule("common", 4, common(), "None"),
    ]
    assert waf.check_capacity(Scope="REGIONAL", Rules=rules)["Capacity"] == 1 + 20 + 40 + 2 + 700
    _, acl = guarded(*rules)
    got = waf.get_web_acl(Name=acl["Name"], Id=acl["Id"], Scope="REGIONAL")["WebACL"]
    assert got["Capacity"] == 763


def test_what_the_service_refuses():
    waf = boto3.client("wafv2")
    twice = [rule("a", 0, contains("/a")), rule("b", 0, contains("/b"))]
    told = {"Name": "x", "DefaultAction": {"Allow": {}}, "VisibilityConfig": seen("x"), "Rules": []}
    assert code(waf.create_web_acl, **told | {"Scope": "REGIONAL", "Rules": twice}) == "WAFInvalidParameterException"
    west = boto3.client("wafv2", region_name="eu-west-1")
    assert code(west.create_web_acl, **told, Scope="CLOUDFRONT") == "WAFInvalidParameterException"
    many = [rule(f"c{n}", n, common(), "None") for n in range(8)]
    assert code(waf.create_web_acl, **told | {"Scope": "REGIONAL", "Rules": many}) == "WAFLimitsExceededException"
    _, acl = guarded()
    lock = {"Name": acl["Name"], "Id": acl["Id"], "Scope": "REGIONAL", "LockToken": acl["LockToken"]}
    assert code(waf.delete_web_acl, **lock) == "WAFAssociatedItemException"


def test_an_update_can_take_the_last_rule_away():
    url, acl = guarded(rule("stop", 0, contains("/a")))
    boto3.client("wafv2").update_web_acl(
        Name=acl["Name"], Id=acl["Id"], Scope="REGIONAL", LockToken=acl["LockToken"], DefaultAction={"Allow": {}},
        VisibilityConfig=seen("all"), Rules=[],
    )  # fmt: skip
    assert ask(url, "/a") == 200
