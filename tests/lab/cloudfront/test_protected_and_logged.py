"""Field-level encryption, and real-time logs in a Kinesis stream."""

import json
from urllib.parse import parse_qs

import boto3
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from course.lab.cloudfront import viewer_in
from course.lab.cloudfront.field_encryption import opened
from tests.fidelity.behaviour import code_of
from tests.lab.cloudfront.edge_site import DISABLED, SEVEN, behaviour, get, listed, methods

FORM = "application/x-www-form-urlencoded"


def pem_pair():
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def encryption(public, *patterns, unknown=False):
    client = boto3.client("cloudfront")
    key = client.create_public_key(PublicKeyConfig={"CallerReference": "k", "Name": "k", "EncodedKey": public})
    entity = {"PublicKeyId": key["PublicKey"]["Id"], "ProviderId": "shop", "FieldPatterns": listed(*patterns)}
    profile = client.create_field_level_encryption_profile(FieldLevelEncryptionProfileConfig={
        "Name": "p", "CallerReference": "p", "EncryptionEntities": listed(entity)})  # fmt: skip
    row = {"Format": "URLEncoded", "ProfileId": profile["FieldLevelEncryptionProfile"]["Id"], "ContentType": FORM}
    made = client.create_field_level_encryption_config(FieldLevelEncryptionConfig={
        "CallerReference": "c",
        "ContentTypeProfileConfig": {"ForwardWhenContentTypeIsUnknown": unknown, "ContentTypeProfiles": listed(row)},
    })  # fmt: skip
    return made["FieldLevelEncryption"]["Id"]


def form(site, config, **more):
    given = {"ViewerProtocolPolicy": "https-only", "AllowedMethods": methods(*SEVEN), "FieldLevelEncryptionId": config}
    return site.distribution(DefaultCacheBehavior=behaviour(policy=DISABLED, **given | more))


def test_named_fields_are_sealed_until_the_private_key_opens_them(site):
    private, public = pem_pair()
    made = form(site, encryption(public, "card-*", "iban"))
    get(made, "/pay", method="POST", body="card-no=4111+1111&name=Ana&iban=DE1", headers={"Content-Type": FORM})
    fields = {name: values[0] for name, values in parse_qs(site.asked[0].text).items()}
    assert fields["name"] == "Ana" and "4111" not in site.asked[0].text
    assert [opened(fields[one], private) for one in ("card-no", "iban")] == ["4111 1111", "DE1"]
    with pytest.raises(ValueError, match="does not open"):
        opened(fields["iban"], pem_pair()[0])


def test_another_content_type_is_refused_or_forwarded_as_the_config_says(site):
    _, public = pem_pair()
    made = form(site, encryption(public, "card"))
    told = {"headers": {"Content-Type": "application/json"}, "method": "POST", "body": "{}"}
    assert get(made, "/pay", **told).status == 400 and not site.asked
    assert get(made, "/pay").status == 200


def test_what_cannot_encrypt_is_refused(site):
    client = boto3.client("cloudfront")
    config = encryption(pem_pair()[1], "card")
    open_to_all = behaviour(AllowedMethods=methods(*SEVEN), FieldLevelEncryptionId=config)
    code = code_of(client.create_distribution, DistributionConfig=site.config(DefaultCacheBehavior=open_to_all))
    assert code == "IllegalFieldLevelEncryptionConfigAssociationWithCacheBehavior"
    form(site, config)
    etag = client.get_field_level_encryption_config(Id=config)["ETag"]
    assert code_of(client.delete_field_level_encryption_config, Id=config, IfMatch=etag) == (
        "FieldLevelEncryptionConfigInUse"
    )


def logged(
    site, rate=100, fields=("sc-status", "cs-uri-stem", "timestamp", "x-edge-result-type", "c-country"), allowed=True
):
    iam, kinesis = boto3.client("iam"), boto3.client("kinesis", region_name="us-east-1")
    kinesis.create_stream(StreamName="lines", ShardCount=1)
    kinesis.get_waiter("stream_exists").wait(StreamName="lines")
    arn = kinesis.describe_stream_summary(StreamName="lines")["StreamDescriptionSummary"]["StreamARN"]
    trust = {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName="writer", AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [trust]}))["Role"]["Arn"]  # fmt: skip
    if allowed:
        may = {"Effect": "Allow", "Action": ["kinesis:PutRecord", "kinesis:PutRecords"], "Resource": arn}
        iam.put_role_policy(RoleName="writer", PolicyName="w", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [may]}))  # fmt: skip
    stream = {"RoleARN": role, "StreamARN": arn}
    made = boto3.client("cloudfront").create_realtime_log_config(
        Name="all", SamplingRate=rate, Fields=list(fields),
        EndPoints=[{"StreamType": "Kinesis", "KinesisStreamConfig": stream}])["RealtimeLogConfig"]  # fmt: skip
    return site.distribution(DefaultCacheBehavior=behaviour(RealtimeLogConfigArn=made["ARN"]))


def lines():
    kinesis = boto3.client("kinesis", region_name="us-east-1")
    shard = kinesis.list_shards(StreamName="lines")["Shards"][0]["ShardId"]
    at = kinesis.get_shard_iterator(StreamName="lines", ShardId=shard, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    return [one["Data"].decode().rstrip("\n").split("\t") for one in kinesis.get_records(ShardIterator=at)["Records"]]


def test_a_line_for_each_request_in_the_order_of_aws_fields(site):
    made = logged(site)
    for _ in range(2):
        get(made, "/a", source_ip=viewer_in("JP"))
    assert [row[1:] for row in lines()] == [["200", "/a", "Miss", "JP"], ["200", "/a", "Hit", "JP"]]


def test_the_path_of_a_line_has_the_query_string_with_it(site):
    made = logged(site, fields=("cs-uri-stem", "cs-uri-query"))
    get(made, "/a?width=80")
    assert lines() == [["/a?width=80", "width=80"]]


def test_a_share_of_the_requests_is_sampled(site):
    made = logged(site, rate=25)
    for number in range(20):
        get(made, f"/{number}")
    assert len(lines()) == 5


def test_a_role_that_may_not_write_leaves_the_stream_empty(site):
    get(logged(site, allowed=False), "/a")
    assert lines() == []


def test_fields_and_rates_that_do_not_exist_are_refused(site):
    client = boto3.client("cloudfront")
    stream = {
        "RoleARN": "arn:aws:iam::123456789012:role/r",
        "StreamARN": "arn:aws:kinesis:us-east-1:123456789012:stream/s",
    }
    told = {"Name": "l", "EndPoints": [{"StreamType": "Kinesis", "KinesisStreamConfig": stream}]}
    assert code_of(client.create_realtime_log_config, Fields=["ip"], SamplingRate=9, **told) == "InvalidArgument"
    assert code_of(client.create_realtime_log_config, Fields=["c-ip"], SamplingRate=101, **told) == "InvalidArgument"
