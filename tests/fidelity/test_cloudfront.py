"""CloudFront: behaviours of AWS that the lab shows and bare moto does not.

When a twin fails, moto has caught up: delete our code.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from course import lab
from tests.fidelity.behaviour import Behaviour, World, code_of, collect
from tests.lab.cloudfront.edge_site import OPTIMIZED, behaviour, custom, listed

CLOSED: list[Behaviour] = []
shows = collect(CLOSED, "https://docs.aws.amazon.com")
_GUIDE = "AmazonCloudFront/latest/DeveloperGuide"
_API = "cloudfront/latest/APIReference"


def cloudfront() -> Any:
    return boto3.client("cloudfront", region_name="us-east-1")


def config(**more: Any) -> dict[str, Any]:
    return {
        "CallerReference": "1", "Comment": "", "Enabled": True,
        "Origins": listed(custom("site", "site.example")), "DefaultCacheBehavior": behaviour(),
    } | more  # fmt: skip


def made(**more: Any) -> Any:
    return cloudfront().create_distribution(DistributionConfig=config(**more))


def refused_with(**more: Any) -> str:
    return code_of(cloudfront().create_distribution, DistributionConfig=config(**more))


def words(world: World, *requests: tuple[str, dict[str, Any]], **more: Any) -> list[str]:
    lab.http.serve("https://site.example", lambda sent: "page")
    found = made(**more)["Distribution"]
    world.advance(600)
    answers = [lab.http("GET", f"https://{found['DomainName']}{path}", **how) for path, how in requests]
    return [str(one.headers["X-Cache"]).partition(" ")[0] for one in answers]


@shows(f"{_GUIDE}/HowCloudFrontWorks.html")
def a_distribution_answers_and_keeps_copies(world: World) -> bool:
    return words(world, ("/a", {}), ("/a", {})) == ["Miss", "Hit"]


@shows(f"{_GUIDE}/understanding-the-cache-key.html")
def the_managed_policy_leaves_query_strings_out_of_the_key(world: World) -> bool:
    return words(world, ("/a?x=1", {}), ("/a?x=2", {})) == ["Miss", "Hit"]


@shows(f"{_GUIDE}/HowToUpdateDistribution.html")
def a_distribution_takes_minutes_to_deploy(world: World) -> bool:
    found = made()["Distribution"]["Id"]
    before = cloudfront().get_distribution(Id=found)["Distribution"]["Status"]
    world.advance(600)
    return (before, cloudfront().get_distribution(Id=found)["Distribution"]["Status"]) == ("InProgress", "Deployed")


@shows(f"{_GUIDE}/HowToDeleteDistribution.html")
def an_enabled_distribution_cannot_be_deleted(world: World) -> bool:
    found = made()
    call = cloudfront().delete_distribution
    return code_of(call, Id=found["Distribution"]["Id"], IfMatch=found["ETag"]) == "DistributionNotDisabled"


@shows(f"{_API}/API_UpdateDistribution.html")
def an_update_names_the_version_that_it_replaces(world: World) -> bool:
    found = made()["Distribution"]["Id"]
    full = cloudfront().get_distribution_config(Id=found)["DistributionConfig"]
    call = cloudfront().update_distribution
    return code_of(call, Id=found, DistributionConfig=full, IfMatch="E0") == "PreconditionFailed"


@shows(f"{_API}/API_CreateCachePolicy.html")
def cache_policies_are_kept(world: World) -> bool:
    given = {"Name": "own", "MinTTL": 5, "DefaultTTL": 60, "MaxTTL": 600}
    policy = cloudfront().create_cache_policy(CachePolicyConfig=given)["CachePolicy"]["Id"]
    return bool(cloudfront().get_cache_policy_config(Id=policy)["CachePolicyConfig"]["MaxTTL"] == 600)


@shows(f"{_GUIDE}/using-managed-cache-policies.html")
def managed_policies_are_listed(world: World) -> bool:
    rows = cloudfront().list_cache_policies(Type="managed")["CachePolicyList"]["Items"]
    found = {one["CachePolicy"]["Id"]: one["CachePolicy"]["CachePolicyConfig"]["Name"] for one in rows}
    return found[OPTIMIZED] == "Managed-CachingOptimized"


@shows(f"{_GUIDE}/using-managed-origin-request-policies.html")
def origin_request_policies_are_there(world: World) -> bool:
    rows = cloudfront().list_origin_request_policies(Type="managed")["OriginRequestPolicyList"]["Items"]
    return any(one["OriginRequestPolicy"]["OriginRequestPolicyConfig"]["Name"] == "Managed-AllViewer" for one in rows)


@shows(f"{_API}/API_CreateDistribution.html")
def a_policy_that_does_not_exist_is_refused(world: World) -> bool:
    return refused_with(DefaultCacheBehavior=behaviour(policy="none")) == "NoSuchCachePolicy"


@shows(f"{_GUIDE}/private-content-restricting-access-to-s3.html")
def the_access_control_of_an_origin_is_kept(world: World) -> bool:
    asked = {
        "Name": "o",
        "SigningProtocol": "sigv4",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "s3",
    }
    made_one = cloudfront().create_origin_access_control(OriginAccessControlConfig=asked)
    control = made_one["OriginAccessControl"]["Id"]
    origin = {"Id": "site", "DomainName": "b.s3.us-east-1.amazonaws.com", "OriginAccessControlId": control,
              "S3OriginConfig": {"OriginAccessIdentity": ""}}  # fmt: skip
    found = made(Origins=listed(origin))["Distribution"]["DistributionConfig"]["Origins"]["Items"][0]
    return bool(found["OriginAccessControlId"] == control)


@shows(f"{_GUIDE}/DownloadDistValuesOrigin.html")
def a_web_site_endpoint_is_no_s3_origin(world: World) -> bool:
    name = "b.s3-website-us-east-1.amazonaws.com"
    origin = {"Id": "site", "DomainName": name, "S3OriginConfig": {"OriginAccessIdentity": ""}}
    return refused_with(Origins=listed(origin)) == "InvalidArgument"


@shows(f"{_GUIDE}/DownloadDistValuesCacheBehavior.html")
def methods_come_in_three_sets(world: World) -> bool:
    odd = behaviour(AllowedMethods=listed("GET", "HEAD", "POST"))
    return refused_with(DefaultCacheBehavior=odd) == "InvalidArgument"


@shows(f"{_GUIDE}/CNAMEs.html")
def an_own_name_needs_a_certificate(world: World) -> bool:
    return refused_with(Aliases=listed("www.lumen.example")) == "InvalidViewerCertificate"


@shows(f"{_GUIDE}/high_availability_origin_failover.html")
def a_behaviour_may_point_to_an_origin_group(world: World) -> bool:
    group = {"Id": "both", "FailoverCriteria": {"StatusCodes": listed(500)},
             "Members": listed({"OriginId": "site"}, {"OriginId": "spare"})}  # fmt: skip
    origins = listed(custom("site", "site.example"), custom("spare", "spare.example"))
    code = refused_with(Origins=origins, OriginGroups=listed(group), DefaultCacheBehavior=behaviour("both"))
    return code == ""


@shows(f"{_GUIDE}/invalidation-specifying-objects.html")
def an_invalidation_path_begins_with_a_slash(world: World) -> bool:
    found = made()["Distribution"]["Id"]
    batch = {"CallerReference": "1", "Paths": listed("images/*")}
    call = cloudfront().create_invalidation
    return code_of(call, DistributionId=found, InvalidationBatch=batch) == "InvalidArgument"


@shows(f"{_API}/API_Invalidation.html")
def an_invalidation_is_under_way_for_a_while(world: World) -> bool:
    found = made()["Distribution"]["Id"]
    batch = {"CallerReference": "1", "Paths": listed("/*")}
    one = cloudfront().create_invalidation(DistributionId=found, InvalidationBatch=batch)["Invalidation"]
    world.advance(600)
    later = cloudfront().get_invalidation(DistributionId=found, Id=one["Id"])["Invalidation"]
    return (one["Status"], later["Status"]) == ("InProgress", "Completed")


@shows(f"{_GUIDE}/edge-functions-restrictions.html")
def functions_at_the_edge_live_in_us_east_1(world: World) -> bool:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:edge:1"
    row = {"LambdaFunctionARN": arn, "EventType": "viewer-request"}
    return refused_with(DefaultCacheBehavior=behaviour(LambdaFunctionAssociations=listed(row))) == (
        "InvalidLambdaFunctionAssociation"
    )


@shows(f"{_GUIDE}/cloudfront-limits.html")
def a_cloudfront_function_has_10_kb(world: World) -> bool:
    told = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    call = cloudfront().create_function
    code = code_of(call, Name="f", FunctionConfig=told, FunctionCode=b"x" * 10_241)
    return code == "FunctionSizeLimitExceeded"


_TOLD = {"Comment": "", "Runtime": "cloudfront-js-2.0"}


def function(code: bytes = b"function handler(e) { return e.request }") -> dict[str, Any]:
    told: dict[str, Any] = cloudfront().create_function(Name="f", FunctionConfig=_TOLD, FunctionCode=code)
    return told


@shows(f"{_API}/API_TestFunction.html")
def a_cloudfront_function_runs_in_a_test(world: World) -> bool:
    etag = function(b"function handler(e) { e.request.uri = '/new'; return e.request }")["ETag"]
    request = {"method": "GET", "uri": "/old", "headers": {}, "cookies": {}, "querystring": {}}
    event = {"version": "1.0", "context": {"eventType": "viewer-request"}, "request": request}
    told = cloudfront().test_function(Name="f", IfMatch=etag, EventObject=json.dumps(event).encode())["TestResult"]
    return '"/new"' in told["FunctionOutput"]


@shows(f"{_API}/API_PublishFunction.html")
def a_cloudfront_function_is_published_to_live(world: World) -> bool:
    client, etag = cloudfront(), function()["ETag"]
    before = code_of(client.describe_function, Name="f", Stage="LIVE")
    client.publish_function(Name="f", IfMatch=etag)
    after = client.describe_function(Name="f", Stage="LIVE")["FunctionSummary"]["FunctionMetadata"]["Stage"]
    return (before, after) == ("NoSuchFunctionExists", "LIVE")


@shows(f"{_GUIDE}/associate-function.html")
def a_function_that_is_not_live_cannot_be_associated(world: World) -> bool:
    arn = function()["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
    row = {"FunctionARN": arn, "EventType": "viewer-request"}
    return (
        refused_with(DefaultCacheBehavior=behaviour(FunctionAssociations=listed(row))) == "InvalidFunctionAssociation"
    )


@shows(f"{_GUIDE}/edge-function-restrictions-all.html")
def functions_and_lambdas_do_not_share_viewer_events(world: World) -> bool:
    made = function()
    cloudfront().publish_function(Name="f", IfMatch=made["ETag"])
    arn = made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
    edge = {"LambdaFunctionARN": "arn:aws:lambda:us-east-1:123456789012:function:g:1", "EventType": "viewer-response"}
    both = behaviour(
        FunctionAssociations=listed({"FunctionARN": arn, "EventType": "viewer-request"}),
        LambdaFunctionAssociations=listed(edge),
    )
    return refused_with(DefaultCacheBehavior=both) == "InvalidFunctionAssociation"


@shows(f"{_API}/API_CreateRealtimeLogConfig.html")
def a_real_time_log_config_is_kept(world: World) -> bool:
    stream = {
        "RoleARN": "arn:aws:iam::123456789012:role/r",
        "StreamARN": "arn:aws:kinesis:us-east-1:123456789012:stream/s",
    }
    made = cloudfront().create_realtime_log_config(
        Name="l", SamplingRate=10, Fields=["c-ip", "timestamp"],
        EndPoints=[{"StreamType": "Kinesis", "KinesisStreamConfig": stream}],
    )["RealtimeLogConfig"]  # fmt: skip
    return [*made["Fields"]] == ["timestamp", "c-ip"]


@shows(f"{_API}/API_CreateFieldLevelEncryptionProfile.html")
def a_profile_for_field_level_encryption_names_a_key_that_exists(world: World) -> bool:
    entity = {"PublicKeyId": "KNONE", "ProviderId": "p", "FieldPatterns": listed("card")}
    told = {"Name": "n", "CallerReference": "1", "EncryptionEntities": listed(entity)}
    call = cloudfront().create_field_level_encryption_profile
    return code_of(call, FieldLevelEncryptionProfileConfig=told) == "NoSuchPublicKey"


@shows(f"{_GUIDE}/private-content-trusted-signers.html")
def a_public_key_is_really_one(world: World) -> bool:
    told = {"CallerReference": "1", "Name": "k", "EncodedKey": "no key"}
    return code_of(cloudfront().create_public_key, PublicKeyConfig=told) == "InvalidArgument"


@shows(f"{_GUIDE}/georestrictions.html")
def countries_have_two_letters(world: World) -> bool:
    odd = {"GeoRestriction": {"RestrictionType": "whitelist"} | listed("Germany")}
    return refused_with(Restrictions=odd) == "InvalidGeoRestrictionParameter"


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
