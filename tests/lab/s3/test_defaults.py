"""What a new bucket has, and SSE-C."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.lab.s3.conftest import put

KEY = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}


def allow_customer_keys(s3):
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BlockedEncryptionTypes": {"EncryptionType": ["NONE"]},
    }
    s3.put_bucket_encryption(Bucket="pictures", ServerSideEncryptionConfiguration={"Rules": [rule]})


def test_public_access_is_blocked(s3):
    blocked = s3.get_public_access_block(Bucket="pictures")["PublicAccessBlockConfiguration"]
    assert all(blocked.values())
    assert len(blocked) == 4


def test_a_public_policy_is_refused_until_the_block_is_lifted(s3):
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::pictures/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_bucket_policy(Bucket="pictures", Policy=policy)
    s3.delete_public_access_block(Bucket="pictures")
    s3.put_bucket_policy(Bucket="pictures", Policy=policy)


def test_acls_are_switched_off(s3):
    with pytest.raises(ClientError, match="AccessControlListNotSupported"):
        put(s3, "a", ACL="public-read")
    with pytest.raises(ClientError, match="AccessControlListNotSupported"):
        s3.put_bucket_acl(Bucket="pictures", ACL="private")
    put(s3, "a", ACL="bucket-owner-full-control")


def test_acls_can_be_switched_on(s3):
    s3.put_bucket_ownership_controls(
        Bucket="pictures", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    s3.delete_public_access_block(Bucket="pictures")
    put(s3, "a", ACL="public-read")
    with pytest.raises(ClientError, match="InvalidBucketAclWithObjectOwnership"):
        s3.create_bucket(Bucket="public-pictures", ACL="public-read")


def test_objects_are_encrypted_without_asking(s3):
    assert put(s3, "a")["ServerSideEncryption"] == "AES256"
    s3.delete_bucket_encryption(Bucket="pictures")
    rules = s3.get_bucket_encryption(Bucket="pictures")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_without_the_customers_key_there_is_no_object(s3):
    allow_customer_keys(s3)
    assert put(s3, "a", **KEY)["SSECustomerAlgorithm"] == "AES256"
    assert s3.get_object(Bucket="pictures", Key="a", **KEY)["Body"].read() == b"x"
    with pytest.raises(ClientError, match="InvalidRequest"):
        s3.get_object(Bucket="pictures", Key="a")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_object(Bucket="pictures", Key="a", **{**KEY, "SSECustomerKey": "z" * 32})


def test_an_object_with_a_customers_key_is_copied_with_it_alone(s3):
    allow_customer_keys(s3)
    put(s3, "a", **KEY)
    source = {"Bucket": "pictures", "Key": "a"}
    with pytest.raises(ClientError, match="InvalidRequest"):
        s3.copy_object(Bucket="pictures", Key="b", CopySource=source)
    s3.copy_object(Bucket="pictures", Key="b", CopySource=source, CopySourceSSECustomerAlgorithm="AES256",
                   CopySourceSSECustomerKey="k" * 32)  # fmt: skip
    assert s3.get_object(Bucket="pictures", Key="b")["Body"].read() == b"x"
