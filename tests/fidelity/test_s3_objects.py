"""S3's objects and doors: behaviours of AWS that the lab shows and bare moto does not.

A behaviour is a function that returns whether AWS's behaviour was seen; an error counts as not seen.
"""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config

from tests.fidelity.behaviour import Behaviour, World, code_of, collect

_GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest"
CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED, _GUIDE)


def bucket(name: str = "birds", versioning: str = "", **more: Any) -> Any:
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket=name, **more)
    if versioning:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": versioning})
    return s3


def suspended() -> Any:
    """A key with one version from before versioning was suspended."""
    s3 = bucket(versioning="Enabled")
    s3.put_object(Bucket="birds", Key="a", Body=b"old")
    s3.put_bucket_versioning(Bucket="birds", VersioningConfiguration={"Status": "Suspended"})
    return s3


@behaviour("userguide/AddingObjectstoVersionSuspendedBuckets.html")
def a_write_while_suspended_keeps_earlier_versions(world: World) -> bool:
    s3 = suspended()
    s3.put_object(Bucket="birds", Key="a", Body=b"new")
    return len(s3.list_object_versions(Bucket="birds")["Versions"]) == 2


@behaviour("userguide/DeletingObjectsfromVersioningSuspendedBuckets.html")
def a_delete_while_suspended_leaves_a_null_marker(world: World) -> bool:
    s3 = suspended()
    s3.delete_object(Bucket="birds", Key="a")
    return [one["VersionId"] for one in s3.list_object_versions(Bucket="birds")["DeleteMarkers"]] == ["null"]


@behaviour("userguide/MultiFactorAuthenticationDelete.html")
def mfa_delete_is_not_switched_on_without_a_code(world: World) -> bool:
    both = {"Status": "Enabled", "MFADelete": "Enabled"}
    return code_of(bucket().put_bucket_versioning, Bucket="birds", VersioningConfiguration=both) == "AccessDenied"


@behaviour("userguide/object-keys.html")
def a_key_has_at_most_1024_bytes(world: World) -> bool:
    return code_of(bucket().put_object, Bucket="birds", Key="k" * 1025) == "KeyTooLongError"


@behaviour("userguide/UsingMetadata.html")
def metadata_has_at_most_2_kb(world: World) -> bool:
    return code_of(bucket().put_object, Bucket="birds", Key="k", Metadata={"a": "x" * 2048}) == "MetadataTooLarge"


@behaviour("API/API_CopyObject.html")
def a_copy_onto_itself_must_change_something(world: World) -> bool:
    s3 = bucket()
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket="birds", ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_object(Bucket="birds", Key="a", Body=b"x")
    source = {"Bucket": "birds", "Key": "a"}
    return code_of(s3.copy_object, Bucket="birds", Key="a", CopySource=source, Metadata={"b": "c"}) == "InvalidRequest"


@behaviour("userguide/access-control-block-public-access.html")
def a_public_acl_is_refused_where_it_is_blocked(world: World) -> bool:
    s3 = bucket(ObjectOwnership="ObjectWriter")
    s3.put_object(Bucket="birds", Key="a", Body=b"x")
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": False}
    s3.put_public_access_block(Bucket="birds", PublicAccessBlockConfiguration=block)
    return code_of(s3.put_object_acl, Bucket="birds", Key="a", ACL="public-read") == "AccessDenied"


@behaviour("userguide/access-control-block-public-access.html")
def an_ignored_acl_opens_nothing(world: World) -> bool:
    s3 = bucket(ObjectOwnership="ObjectWriter")
    s3.put_public_access_block(Bucket="birds", PublicAccessBlockConfiguration={"BlockPublicAcls": False})
    s3.put_object(Bucket="birds", Key="a", Body=b"x", ACL="public-read")
    before = requests.get("https://birds.s3.amazonaws.com/a", timeout=5).status_code
    s3.put_public_access_block(Bucket="birds", PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    return (before, requests.get("https://birds.s3.amazonaws.com/a", timeout=5).status_code) == (200, 403)


@behaviour("userguide/amazon-s3-policy-keys.html")
def a_policy_tells_plain_http_from_https(world: World) -> bool:
    s3 = bucket()
    s3.delete_public_access_block(Bucket="birds")
    s3.put_object(Bucket="birds", Key="a", Body=b"x")
    reads = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::birds/*"}
    reads |= {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    s3.put_bucket_policy(Bucket="birds", Policy=json.dumps({"Version": "2012-10-17", "Statement": [reads]}))
    urls = ("https://birds.s3.amazonaws.com/a", "http://birds.s3.amazonaws.com/a")
    return [requests.get(url, timeout=5).status_code for url in urls] == [200, 403]


@behaviour("API/sigv4-HTTPPOSTConstructPolicy.html")
def a_form_may_overwrite_and_keeps_to_its_size(world: World) -> bool:
    s3 = bucket()
    signing = boto3.client("s3", region_name="us-east-1", config=Config(signature_version="s3v4"))
    form = signing.generate_presigned_post("birds", "a", Conditions=[["content-length-range", 1, 9]])

    def post(size: int) -> int:
        return requests.post(form["url"], form["fields"], files={"file": b"." * size}, timeout=5).status_code

    answers = [post(size) for size in (5, 6, 10)]
    return answers == [204, 204, 400] and s3.head_object(Bucket="birds", Key="a")["ContentLength"] == 6


@behaviour("userguide/LogFormat.html")
def a_denied_request_is_in_the_access_log(world: World) -> bool:
    s3 = bucket()
    s3.create_bucket(Bucket="birdlogs")
    may = {"Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject"}
    may |= {"Resource": "arn:aws:s3:::birdlogs/*"}
    s3.put_bucket_policy(Bucket="birdlogs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [may]}))
    target = {"LoggingEnabled": {"TargetBucket": "birdlogs", "TargetPrefix": ""}}
    s3.put_bucket_logging(Bucket="birds", BucketLoggingStatus=target)
    requests.get("https://birds.s3.amazonaws.com/a", timeout=5)
    world.settle()
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="birdlogs").get("Contents", [])]
    text = b"".join(s3.get_object(Bucket="birdlogs", Key=key)["Body"].read() for key in keys).decode()
    return 'REST.GET.OBJECT a "GET /a HTTP/1.1" 403 AccessDenied' in text


@behaviour("API/API_PutObjectTagging.html")
def no_tags_take_all_away(world: World) -> bool:
    s3 = bucket()
    s3.put_object(Bucket="birds", Key="a", Body=b"x", Tagging="keep=no")
    s3.put_object_tagging(Bucket="birds", Key="a", Tagging={"TagSet": []})
    return bool(s3.get_object_tagging(Bucket="birds", Key="a")["TagSet"] == [])


@behaviour("userguide/replication-requirements.html")
def replicas_go_to_a_versioned_bucket(world: World) -> bool:
    s3 = bucket(versioning="Enabled")
    bucket("copies")
    destination = {"Bucket": "arn:aws:s3:::copies"}
    rule = {"ID": "r", "Status": "Enabled", "Prefix": "", "Destination": destination}
    role = "arn:aws:iam::123456789012:role/copy"
    rules = {"Role": role, "Rules": [rule]}
    return code_of(s3.put_bucket_replication, Bucket="birds", ReplicationConfiguration=rules) == "InvalidRequest"


@behaviour("userguide/intro-lifecycle-rules.html")
def a_rule_keeps_the_newest_old_versions(world: World) -> bool:
    s3 = bucket(versioning="Enabled")
    for body in (b"1", b"22", b"333"):
        s3.put_object(Bucket="birds", Key="a", Body=body)
    expiry = {"NoncurrentDays": 1, "NewerNoncurrentVersions": 1}
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": expiry}
    s3.put_bucket_lifecycle_configuration(Bucket="birds", LifecycleConfiguration={"Rules": [rule]})
    world.advance(5 * 86_400)
    kept = [one["Size"] for one in s3.list_object_versions(Bucket="birds")["Versions"]]
    read_back = s3.get_bucket_lifecycle_configuration(Bucket="birds")["Rules"]
    return kept == [3, 2] and read_back == [rule]


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_the_lab_does_what_aws_does(one, in_the_lab):
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=lambda one: one.shows.__name__)
def test_bare_moto_does_not(one, in_bare_moto):
    assert not one.is_seen(in_bare_moto), "moto has caught up: our code for this can go"
