"""Who may use a key: grants, other accounts, conditions, and policies that nobody may save."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from course import lab
from tests.lab.kms.people import ACCOUNT, allow, another_account, code, document, person


def test_a_grant_lets_its_grantee_use_the_key_until_it_is_revoked(kms: Any) -> None:
    arn, ada = person("ada")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    grant = kms.create_grant(KeyId=key, GranteePrincipal=arn, Operations=["Encrypt"])
    with lab.enforce_iam():
        assert code(ada.client("kms").encrypt, KeyId=key, Plaintext=b"x") == "ok"
        assert code(ada.client("kms").generate_data_key, KeyId=key, KeySpec="AES_256") == "AccessDeniedException"
    kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    with lab.enforce_iam():
        assert code(ada.client("kms").encrypt, KeyId=key, Plaintext=b"x") == "AccessDeniedException"


def test_a_deny_of_the_key_policy_wins_over_a_grant(kms: Any) -> None:
    arn, ada = person("ada")
    no = allow({"AWS": arn}, "kms:Encrypt") | {"Effect": "Deny"}
    key = kms.create_key(Policy=document(allow(ACCOUNT), no))["KeyMetadata"]["KeyId"]
    kms.create_grant(KeyId=key, GranteePrincipal=arn, Operations=["Encrypt"])
    with lab.enforce_iam():
        assert code(ada.client("kms").encrypt, KeyId=key, Plaintext=b"x") == "AccessDeniedException"


@pytest.mark.parametrize(
    ("constraint", "context", "expected"),
    [
        ("EncryptionContextSubset", {"horse": "Bella", "leg": "left"}, "ok"),
        ("EncryptionContextEquals", {"horse": "Bella", "leg": "left"}, "AccessDeniedException"),
        ("EncryptionContextEquals", {"horse": "Bella"}, "ok"),
        ("EncryptionContextSubset", {}, "AccessDeniedException"),
    ],
)
def test_constraints_bind_a_grant_to_an_encryption_context(
    kms: Any, constraint: str, context: dict[str, str], expected: str
) -> None:
    arn, ada = person("ada")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_grant(
        KeyId=key, GranteePrincipal=arn, Operations=["Encrypt"], Constraints={constraint: {"horse": "Bella"}}
    )
    with lab.enforce_iam():
        found = code(ada.client("kms").encrypt, KeyId=key, Plaintext=b"x", EncryptionContext=context)
    assert found == expected


def test_another_account_needs_both_sides_and_may_leave_the_key_unnamed(kms: Any) -> None:
    number, there = another_account()
    _, bea = person("bea", "kms:Decrypt", session=there)
    _, cid = person("cid", session=there)
    theirs = allow({"AWS": f"arn:aws:iam::{number}:root"}, "kms:Decrypt")
    open_key = kms.create_key(Policy=document(allow(ACCOUNT), theirs))["KeyMetadata"]["Arn"]
    closed_key = kms.create_key()["KeyMetadata"]["Arn"]
    shared, own = (kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"] for key in (open_key, closed_key))
    with lab.enforce_iam():
        assert code(bea.client("kms").decrypt, CiphertextBlob=shared) == "ok"
        assert code(cid.client("kms").decrypt, CiphertextBlob=shared) == "AccessDeniedException"
        assert code(bea.client("kms").decrypt, CiphertextBlob=own) == "AccessDeniedException"


def test_re_encrypt_asks_for_each_key_its_own_permission(kms: Any) -> None:
    arn, ada = person("ada")
    source = kms.create_key(Policy=document(allow(ACCOUNT), allow({"AWS": arn}, "kms:ReEncryptFrom")))
    target = kms.create_key(Policy=document(allow(ACCOUNT), allow({"AWS": arn}, "kms:ReEncryptTo")))
    first, second = source["KeyMetadata"]["KeyId"], target["KeyMetadata"]["KeyId"]
    blob, back = (kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"] for key in (first, second))
    with lab.enforce_iam():
        re_encrypt = ada.client("kms").re_encrypt
        assert code(re_encrypt, CiphertextBlob=blob, DestinationKeyId=second) == "ok"
        assert code(re_encrypt, CiphertextBlob=back, DestinationKeyId=first) == "AccessDeniedException"


def test_via_service_and_caller_account_hold_for_what_s3_asks(kms: Any) -> None:
    arn, ada = person("ada", "s3:*")
    only = {"kms:ViaService": "s3.us-east-1.amazonaws.com", "kms:CallerAccount": lab.ACCOUNT_ID}
    through = allow({"AWS": arn}, ["kms:GenerateDataKey", "kms:Decrypt"], Condition={"StringEquals": only})
    key = kms.create_key(Policy=document(allow(ACCOUNT), through))["KeyMetadata"]["Arn"]
    boto3.client("s3").create_bucket(Bucket="vault")
    put = {"Bucket": "vault", "Key": "a", "Body": b"1", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    with lab.enforce_iam():
        assert code(ada.client("s3").put_object, **put) == "ok"
        assert code(ada.client("kms").generate_data_key, KeyId=key, KeySpec="AES_256") == "AccessDeniedException"


def test_an_administrator_may_create_a_key_that_leaves_root_out(kms: Any) -> None:
    arn, nora = person("nora", "kms:CreateKey")
    with lab.enforce_iam():
        key = nora.client("kms").create_key(Policy=document(allow({"AWS": arn})))["KeyMetadata"]["KeyId"]
        assert code(kms.get_key_policy, KeyId=key) == "AccessDeniedException"
        assert code(nora.client("kms").get_key_policy, KeyId=key) == "ok"


def test_a_deny_of_putkeypolicy_to_its_writer_locks_out_as_well(kms: Any) -> None:
    no = allow(ACCOUNT, "kms:PutKeyPolicy") | {"Effect": "Deny"}
    assert code(kms.create_key, Policy=document(allow(ACCOUNT), no)) == "MalformedPolicyDocumentException"


def test_the_only_policy_of_a_key_is_called_default(kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert kms.get_key_policy(KeyId=key)["PolicyName"] == "default"
    assert code(kms.get_key_policy, KeyId=key, PolicyName="other") == "NotFoundException"
