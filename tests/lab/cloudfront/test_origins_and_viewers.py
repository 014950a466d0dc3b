import json

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from course import lab
from course.lab.cloudfront import viewer_in
from tests.lab.cloudfront.edge_site import (
    ALL_VIEWER,
    DISABLED,
    NOT_HOST,
    SEVEN,
    behaviour,
    custom,
    get,
    listed,
    methods,
    word,
)  # fmt: skip


def refusal(call, **given):
    with pytest.raises(ClientError) as caught:
        call(**given)
    return caught.value.response["Error"]["Code"]


def bucket_origin(site, bucket, with_control=True):
    control = site.cloudfront.create_origin_access_control(
        OriginAccessControlConfig={"Name": lab.unique_name("oac"), "SigningProtocol": "sigv4",
                                   "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}
    )["OriginAccessControl"]["Id"]  # fmt: skip
    origin = {"Id": "site", "DomainName": f"{bucket}.s3.us-east-1.amazonaws.com",
              "S3OriginConfig": {"OriginAccessIdentity": ""}}  # fmt: skip
    return origin | ({"OriginAccessControlId": control} if with_control else {})


def let_in(bucket, arn, *more):
    only = {"StringEquals": {"AWS:SourceArn": arn}}
    statement = {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
                 "Resource": f"arn:aws:s3:::{bucket}/*", "Condition": only}  # fmt: skip
    policy = {"Version": "2012-10-17", "Statement": [statement, *more]}
    boto3.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


@pytest.fixture
def photos(site):
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="lumen-photos")
    s3.put_object(Bucket="lumen-photos", Key="my cat.jpg", Body=b"meow", ContentType="image/jpeg")
    return "lumen-photos"


def test_only_the_distribution_that_the_bucket_names_gets_in(site, photos):
    made = site.distribution(Origins=listed(bucket_origin(site, photos)))
    other = site.distribution(Origins=listed(bucket_origin(site, photos)))
    assert get(made, "/my%20cat.jpg").status == 403
    let_in(photos, made["ARN"])
    assert get(made, "/my%20cat.jpg").body == "meow"
    assert get(other, "/my%20cat.jpg").status == 403
    assert lab.http("GET", f"https://{photos}.s3.us-east-1.amazonaws.com/my%20cat.jpg").status == 403


def test_a_missing_object_looks_forbidden_to_who_may_not_list(site, photos):
    made = site.distribution(Origins=listed(bucket_origin(site, photos)))
    let_in(photos, made["ARN"])
    assert get(made, "/dog.jpg").status == 403
    listing = {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:ListBucket",
               "Resource": f"arn:aws:s3:::{photos}"}  # fmt: skip
    let_in(photos, made["ARN"], listing)
    assert get(made, "/cow.jpg").status == 404


def test_an_access_control_in_use_stays(site, photos):
    origin = bucket_origin(site, photos)
    site.distribution(Origins=listed(origin))
    cloudfront, control = site.cloudfront, origin["OriginAccessControlId"]
    etag = cloudfront.get_origin_access_control_config(Id=control)["ETag"]
    call = cloudfront.delete_origin_access_control
    assert refusal(call, Id=control, IfMatch="E0") == "PreconditionFailed"
    assert refusal(call, Id=control, IfMatch=etag) == "OriginAccessControlInUse"
    spare = bucket_origin(site, photos)["OriginAccessControlId"]
    call(Id=spare, IfMatch=cloudfront.get_origin_access_control(Id=spare)["ETag"])
    assert refusal(cloudfront.get_origin_access_control_config, Id=spare) == "NoSuchOriginAccessControl"


def test_without_access_control_objects_have_to_be_public(site, photos):
    made = site.distribution(Origins=listed(bucket_origin(site, photos, with_control=False)))
    let_in(photos, made["ARN"])
    assert get(made, "/my%20cat.jpg").status == 403


def test_a_web_site_of_s3_is_a_custom_origin_over_http(site, photos):
    s3, name = boto3.client("s3"), f"{photos}.s3-website-us-east-1.amazonaws.com"
    s3.put_bucket_website(Bucket=photos, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    s3.put_object(Bucket=photos, Key="shop/index.html", Body=b"shop")
    s3.delete_public_access_block(Bucket=photos)
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{photos}/*"}
    s3.put_bucket_policy(Bucket=photos, Policy=json.dumps({"Version": "2012-10-17", "Statement": [anybody]}))
    plain = site.distribution(Origins=listed(custom("site", name, "http-only")))
    secure = site.distribution(Origins=listed(custom("site", name, "https-only")))
    assert get(plain, "/shop/").body == "shop" and get(secure, "/shop/").status == 504
    wrong = {"Id": "site", "DomainName": name, "S3OriginConfig": {"OriginAccessIdentity": ""}}
    config = site.config(Origins=listed(wrong))
    assert refusal(site.cloudfront.create_distribution, DistributionConfig=config) == "InvalidArgument"


def test_an_api_answers_only_to_its_own_name(site):
    gateway = boto3.client("apigateway")
    api = gateway.create_rest_api(name="api")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    told = {"restApiId": api, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**told, authorizationType="NONE")
    gateway.put_integration(**told, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.put_method_response(**told, statusCode="200")
    gateway.put_integration_response(**told, statusCode="200", responseTemplates={"application/json": '{"ok": true}'})
    gateway.create_deployment(restApiId=api, stageName="prod")
    origin = custom("site", f"{api}.execute-api.us-east-1.amazonaws.com", OriginPath="/prod")
    for policy, status in ((ALL_VIEWER, 403), (NOT_HOST, 200)):
        made = site.distribution(
            Origins=listed(origin),
            DefaultCacheBehavior=behaviour(policy=DISABLED, OriginRequestPolicyId=policy),
        )
        assert get(made, "/").status == status


def test_the_second_origin_helps_out_for_reading_only(site):
    group = {"Id": "both", "FailoverCriteria": {"StatusCodes": listed(500, 503)},
             "Members": listed({"OriginId": "site"}, {"OriginId": "spare"})}  # fmt: skip
    default = behaviour("both", DISABLED, AllowedMethods=methods(*SEVEN))
    made = site.distribution(OriginGroups=listed(group), DefaultCacheBehavior=default)
    assert get(made, "/a").body == "page 1"
    site.says = lambda sent: (503, "ill")
    assert get(made, "/a").body == "from the spare"
    assert get(made, "/a", method="POST", body="x").status == 503
    site.says = lambda sent: (404, "none")
    assert get(made, "/a").status == 404

    def silent(sent):
        raise TimeoutError("nobody answers")

    site.says = silent
    assert get(made, "/b").body == "from the spare"
    assert get(made, "/a", method="POST", body="x").status == 504


def test_errors_are_remembered_and_an_old_copy_is_better_than_none(site):
    site.says = lambda sent: (200, "good", {"Cache-Control": "max-age=60"})
    made = site.distribution()
    get(made, "/a")
    site.says = lambda sent: (500, "bad")
    assert get(made, "/b").status == 500
    site.says = lambda sent: (200, "good")
    assert get(made, "/b").status == 500
    lab.clock.advance(seconds=11)
    assert get(made, "/b").status == 200
    site.says = lambda sent: (500, "bad")
    lab.clock.advance(seconds=60)
    assert get(made, "/a").body == "good"


def test_an_error_gets_a_page_of_its_own(site):
    site.says = lambda sent: (200, "the app") if sent.path == "/index.html" else (404, "none")
    error = {"ErrorCode": 404, "ResponsePagePath": "/index.html", "ResponseCode": "200", "ErrorCachingMinTTL": 300}
    made = site.distribution(CustomErrorResponses=listed(error))
    page = get(made, "/photos/7")
    assert (page.status, page.body, word(page)) == (200, "the app", "Error")
    asked = len(site.asked)
    lab.clock.advance(seconds=299)
    assert get(made, "/photos/7").status == 200 and len(site.asked) == asked


def test_plain_http_is_sent_on_or_refused(site):
    moving = site.distribution(
        DefaultCacheBehavior=behaviour(AllowedMethods=methods(*SEVEN)) | {"ViewerProtocolPolicy": "redirect-to-https"}
    )
    strict = site.distribution(DefaultCacheBehavior=behaviour() | {"ViewerProtocolPolicy": "https-only"})
    sent_on = get(moving, "/a?x=1", scheme="http")
    assert (sent_on.status, sent_on.headers["Location"]) == (301, f"https://{moving['DomainName']}/a?x=1")
    assert get(moving, "/a", scheme="http", method="POST", body="x").status == 307
    assert get(strict, "/a", scheme="http").status == 403 and get(strict, "/a").status == 200


def test_the_scheme_to_the_origin_is_the_origins_own_matter(site):
    origins = listed(custom("site", "site.example", "match-viewer"), custom("spare", "spare.example"))
    made = site.distribution(Origins=origins, DefaultCacheBehavior=behaviour(policy=DISABLED))
    for scheme in ("http", "https"):
        get(made, "/a", scheme=scheme)
    assert [(one.is_secure, one.port) for one in site.asked] == [(False, 80), (True, 443)]


def test_methods_that_nobody_allowed_are_refused(site):
    reading = site.distribution()
    writing = site.distribution(DefaultCacheBehavior=behaviour(AllowedMethods=methods(*SEVEN)))
    assert get(reading, "/a", method="POST", body="x").status == 403
    site.says = lambda sent: (200, sent.text)
    assert get(writing, "/a", method="POST", body="order").body == "order"
    config = site.config(DefaultCacheBehavior=behaviour(AllowedMethods=methods("GET", "HEAD", "POST")))
    assert refusal(site.cloudfront.create_distribution, DistributionConfig=config) == "InvalidArgument"


def test_countries_are_let_in_or_kept_out(site):
    only = {"GeoRestriction": {"RestrictionType": "whitelist"} | listed("DE", "AT")}
    made = site.distribution(Restrictions=only)
    assert [get(made, "/a", source_ip=viewer_in(one)).status for one in ("DE", "AT", "FR")] == [200, 200, 403]
    config = site.config(Restrictions={"GeoRestriction": {"RestrictionType": "none"} | listed("DE")})
    call = site.cloudfront.create_distribution
    assert refusal(call, DistributionConfig=config) == "InvalidGeoRestrictionParameter"


def test_a_default_root_object_is_for_the_root_only(site):
    site.says = lambda sent: (200, sent.path)
    made = site.distribution(DefaultRootObject="index.html")
    assert (get(made, "/").body, get(made, "/shop/").body) == ("/index.html", "/shop/")


def test_the_firewall_looks_first(site):
    match = {"ByteMatchStatement": {"SearchString": b"/admin", "FieldToMatch": {"UriPath": {}}, "PositionalConstraint":
             "STARTS_WITH", "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}}  # fmt: skip
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "x"}
    rule = {"Name": "admin", "Priority": 0, "Statement": match, "Action": {"Block": {}}, "VisibilityConfig": seen}
    acl = boto3.client("wafv2", region_name="us-east-1").create_web_acl(
        Name="edge", Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, Rules=[rule], VisibilityConfig=seen
    )["Summary"]  # fmt: skip
    made = site.distribution(WebACLId=acl["ARN"])
    assert (get(made, "/admin").status, get(made, "/a").status, len(site.asked)) == (403, 200, 1)


def test_headers_are_added_by_a_policy(site):
    policy = "67f7725c-6f97-4210-82d7-5512b31e9d03"
    made = site.distribution(DefaultCacheBehavior=behaviour(ResponseHeadersPolicyId=policy))
    headers = get(made, "/a").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_distribution_is_switched_off_before_it_is_deleted(site):
    made, cloudfront = site.distribution(), site.cloudfront
    found = cloudfront.get_distribution_config(Id=made["Id"])
    config, etag = found["DistributionConfig"], found["ETag"]
    assert refusal(cloudfront.delete_distribution, Id=made["Id"], IfMatch=etag) == "DistributionNotDisabled"
    config["Enabled"] = False
    call = cloudfront.update_distribution
    assert refusal(call, Id=made["Id"], DistributionConfig=config, IfMatch="E0") == "PreconditionFailed"
    etag = call(Id=made["Id"], DistributionConfig=config, IfMatch=etag)["ETag"]
    cloudfront.get_waiter("distribution_deployed").wait(Id=made["Id"])
    assert get(made, "/a").status == 403
    cloudfront.delete_distribution(Id=made["Id"], IfMatch=etag)
    with pytest.raises(ConnectionError, match="cannot be resolved"):
        get(made, "/a")


def test_an_own_name_needs_a_certificate_and_a_record(site):
    from tests.lab.test_certificates import about, prove

    route53, acm = boto3.client("route53"), boto3.client("acm", region_name="us-east-1")
    zone = route53.create_hosted_zone(Name="lumen.example", CallerReference="1")["HostedZone"]["Id"]
    alias = {"Aliases": listed("www.lumen.example")}
    call = site.cloudfront.create_distribution
    assert refusal(call, DistributionConfig=site.config(**alias)) == "InvalidViewerCertificate"
    arn = acm.request_certificate(DomainName="*.lumen.example", ValidationMethod="DNS")["CertificateArn"]
    prove(zone, arn)
    lab.clock.advance(minutes=10)
    assert about(arn)["Status"] == "ISSUED"
    shown = {"ViewerCertificate": {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only"}}
    made = site.distribution(**alias, **shown)
    assert refusal(call, DistributionConfig=site.config(**alias, **shown)) == "CNAMEAlreadyExists"
    with pytest.raises(ConnectionError):
        lab.http("GET", "https://www.lumen.example/a")
    for name in ("www", "shop"):
        target = {"HostedZoneId": "Z2FDTNDATAQYW2", "DNSName": made["DomainName"], "EvaluateTargetHealth": False}
        record = {"Name": f"{name}.lumen.example", "Type": "A", "AliasTarget": target}
        change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=change)
    assert lab.http("GET", "https://www.lumen.example/a").status == 200
    assert lab.http("GET", "https://shop.lumen.example/a").status == 403


def test_requests_reach_a_distribution(site):
    made = site.distribution()
    assert requests.get(f"https://{made['DomainName']}/a", timeout=5).text == "page 1"
