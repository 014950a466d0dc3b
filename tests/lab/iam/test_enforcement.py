"""With IAM enforced, real boto3 calls need permission as on AWS."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore import UNSIGNED
from botocore.config import Config

from course import lab
from course.lab.iam.seam import enforce_iam, enforced, why
from tests.lab.lambda_sample import make

from .conftest import client_with, code_of, document, message_of, new_role, new_user, refused, session_of, trusting

pytestmark = pytest.mark.usefixtures("account")
_ACCOUNT = "123456789012"


_CALLS = yaml.safe_load((Path(__file__).parent / "refusals.yaml").read_text())


@pytest.mark.parametrize("row", _CALLS, ids=lambda row: f"{row['service']}.{row['call']}")
def test_a_user_without_permission_is_refused_in_the_services_own_way(row: dict[str, Any]) -> None:
    nobody = new_user("nobody")
    with enforce_iam():
        error = refused(getattr(nobody(row["service"]), row["call"]), **row["params"])
    assert code_of(error) == row["code"]
    assert row["words"] in message_of(error)
    assert "no identity-based policy allows" in message_of(error)


def test_head_says_403_only() -> None:
    nobody = new_user("nobody")
    with enforce_iam():
        error = refused(nobody("s3").head_object, Bucket="photos", Key="a.jpg")
    assert (code_of(error), message_of(error)) == ("403", "Forbidden")
    assert "s3:GetObject" in why(error)


def test_what_the_policy_allows_goes_through() -> None:
    url = boto3.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    sender = new_user("sender", {"Action": "sqs:SendMessage", "Resource": f"arn:aws:sqs:*:{_ACCOUNT}:orders"})
    with enforce_iam():
        assert sender("sqs").send_message(QueueUrl=url, MessageBody="hello")["MessageId"]
        error = refused(sender("sqs").receive_message, QueueUrl=url)
    assert message_of(error) == (
        "User: arn:aws:iam::123456789012:user/sender is not authorized to perform: sqs:ReceiveMessage on "
        "resource: arn:aws:sqs:us-east-1:123456789012:orders because no identity-based policy allows the "
        "sqs:ReceiveMessage action"
    )


def test_the_labs_own_credentials_may_do_everything() -> None:
    with enforce_iam():
        boto3.client("s3").create_bucket(Bucket="photos")
        assert boto3.client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{_ACCOUNT}:root"


def test_outside_the_block_nothing_is_enforced_and_blocks_nest() -> None:
    nobody = new_user("nobody")
    with enforce_iam():
        with enforce_iam():
            refused(nobody("sqs").list_queues)
        refused(nobody("sqs").list_queues)
        assert enforced()
    assert not enforced()
    nobody("sqs").list_queues()


def test_the_block_ends_also_after_an_error() -> None:
    with pytest.raises(RuntimeError), enforce_iam():
        raise RuntimeError("in the block")
    assert not enforced()


def test_without_a_running_lab_there_is_nothing_to_enforce() -> None:
    lab.stop()
    with pytest.raises(RuntimeError, match=r"run lab\.start"), enforce_iam():
        pass


def test_other_threads_are_under_the_same_rules() -> None:
    nobody, seen = new_user("nobody"), []

    def work() -> None:
        seen.append(code_of(refused(nobody("sqs").list_queues)))

    with enforce_iam():
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == ["AccessDenied"] * 4


def test_get_caller_identity_cannot_be_denied() -> None:
    denied = new_user("denied", {"Effect": "Deny"})
    with enforce_iam():
        assert denied("sts").get_caller_identity()["Arn"].endswith(":user/denied")


def test_group_policies_and_aws_managed_policies_count() -> None:
    iam = boto3.client("iam")
    reader = new_user("reader")
    iam.create_group(GroupName="readers")
    iam.attach_group_policy(GroupName="readers", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    boto3.client("s3").create_bucket(Bucket="photos")
    with enforce_iam():
        refused(reader("s3").list_objects_v2, Bucket="photos")
        iam.add_user_to_group(GroupName="readers", UserName="reader")
        assert reader("s3").list_objects_v2(Bucket="photos")["KeyCount"] == 0
        assert code_of(refused(reader("s3").put_object, Bucket="photos", Key="a", Body=b"")) == "AccessDenied"


def test_a_new_default_version_counts_at_once() -> None:
    iam = boto3.client("iam")
    user = new_user("user")
    arn = iam.create_policy(PolicyName="p", PolicyDocument=document({"Action": "sns:ListTopics"}))["Policy"]["Arn"]
    iam.attach_user_policy(UserName="user", PolicyArn=arn)
    with enforce_iam():
        refused(user("sqs").list_queues)
        iam.create_policy_version(
            PolicyArn=arn, PolicyDocument=document({"Action": "sqs:ListQueues"}), SetAsDefault=True
        )
        user("sqs").list_queues()
        refused(user("sns").list_topics)


def test_an_explicit_deny_names_the_policy() -> None:
    iam = boto3.client("iam")
    user = new_user("user", {})
    arn = iam.create_policy(
        PolicyName="no-queues", PolicyDocument=document({"Sid": "NoQueues", "Effect": "Deny", "Action": "sqs:*"})
    )["Policy"]["Arn"]
    iam.attach_user_policy(UserName="user", PolicyArn=arn)
    with enforce_iam():
        error = refused(user("sqs").list_queues)
    assert message_of(error).endswith(f"with an explicit deny in an identity-based policy: {arn}")
    assert "Statement 'NoQueues' of identity-based policy 'no-queues' denies it explicitly" in " ".join(
        why(error).split()
    )


def test_own_home_by_policy_variable() -> None:
    boto3.client("s3").create_bucket(Bucket="homes")
    dana = new_user("dana", {"Action": "s3:*Object", "Resource": "arn:aws:s3:::homes/${aws:username}/*"})
    with enforce_iam():
        dana("s3").put_object(Bucket="homes", Key="dana/a", Body=b"1")
        assert code_of(refused(dana("s3").put_object, Bucket="homes", Key="eve/a", Body=b"1")) == "AccessDenied"


def test_conditions_on_parameters_and_place() -> None:
    boto3.client("s3").create_bucket(Bucket="photos")
    condition = {"StringLike": {"s3:prefix": "public/*"}, "IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    dana = new_user("dana", {"Action": "s3:ListBucket", "Condition": condition})
    with enforce_iam(context={"aws:SourceIp": "198.51.100.7"}):
        dana("s3").list_objects_v2(Bucket="photos", Prefix="public/a")
        refused(dana("s3").list_objects_v2, Bucket="photos", Prefix="private/a")
    with enforce_iam():
        error = refused(dana("s3").list_objects_v2, Bucket="photos", Prefix="public/a")
    assert "IpAddress aws:SourceIp wants '198.51.100.0/24'" in " ".join(why(error).split())


def test_tags_of_principal_resource_and_request() -> None:
    sqs = boto3.client("sqs")
    red = sqs.create_queue(QueueName="red", tags={"team": "red"})["QueueUrl"]
    blue = sqs.create_queue(QueueName="blue", tags={"team": "blue"})["QueueUrl"]
    dana = new_user(
        "dana",
        {
            "Action": "sqs:SendMessage",
            "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}},
        },
        {
            "Action": "sqs:CreateQueue",
            "Condition": {"StringEquals": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"}},
        },
        Tags=[{"Key": "team", "Value": "red"}],
    )
    with enforce_iam():
        dana("sqs").send_message(QueueUrl=red, MessageBody="x")
        refused(dana("sqs").send_message, QueueUrl=blue, MessageBody="x")
        dana("sqs").create_queue(QueueName="new", tags={"team": "red"})
        refused(dana("sqs").create_queue, QueueName="other", tags={"team": "blue"})
        refused(dana("sqs").create_queue, QueueName="third")


def test_rows_of_ones_own_in_dynamodb() -> None:
    boto3.client("dynamodb").create_table(
        TableName="scores",
        KeySchema=[{"AttributeName": "player", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "player", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:username}"]}}
    dana = new_user("dana", {"Action": "dynamodb:*Item", "Condition": own})
    with enforce_iam():
        dana("dynamodb").put_item(TableName="scores", Item={"player": {"S": "dana"}})
        refused(dana("dynamodb").put_item, TableName="scores", Item={"player": {"S": "eve"}})
        refused(dana("dynamodb").get_item, TableName="scores", Key={"player": {"S": "eve"}})


def test_each_part_of_a_transaction_is_judged_by_its_own_keys_in_dynamodb() -> None:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
    boto3.client("dynamodb").create_table(
        TableName="shop",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def only(operation: str, start: str) -> dict[str, Any]:
        named = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{start}#*"]}}
        return {"Action": f"dynamodb:{operation}", "Condition": named}

    clerk = new_user("clerk", only("PutItem", "ORDER"), only("UpdateItem", "PRODUCT"))

    def put(key: str) -> dict[str, Any]:
        return {"Put": {"TableName": "shop", "Item": {"pk": {"S": key}}}}

    def less(key: str) -> dict[str, Any]:
        values = {":n": {"N": "-1"}}
        change = {"UpdateExpression": "ADD stock :n", "ExpressionAttributeValues": values}
        return {"Update": {"TableName": "shop", "Key": {"pk": {"S": key}}, **change}}

    with enforce_iam():
        write = clerk("dynamodb").transact_write_items
        write(TransactItems=[put("ORDER#1"), less("PRODUCT#fox")])
        refused(write, TransactItems=[put("PRODUCT#fox")])
        error = refused(write, TransactItems=[put("ORDER#2"), less("ORDER#1")])
    assert "dynamodb:UpdateItem" in message_of(error)


def test_a_policy_may_ask_whether_a_write_is_part_of_a_transaction() -> None:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html (example 2)
    boto3.client("dynamodb").create_table(
        TableName="ledger",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    together = {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}}
    clerk = new_user("clerk", {"Action": "dynamodb:PutItem", "Condition": together})
    item = {"TableName": "ledger", "Item": {"pk": {"S": "a"}}}
    with enforce_iam():
        clerk("dynamodb").transact_write_items(TransactItems=[{"Put": item}])
        refused(clerk("dynamodb").put_item, **item)


def test_copying_needs_both_sides() -> None:
    s3 = boto3.client("s3")
    for name in ("source", "target"):
        s3.create_bucket(Bucket=name)
    s3.put_object(Bucket="source", Key="a", Body=b"1")
    writer = new_user("writer", {"Action": "s3:PutObject", "Resource": "arn:aws:s3:::target/*"})
    with enforce_iam():
        error = refused(writer("s3").copy_object, Bucket="target", Key="a", CopySource={"Bucket": "source", "Key": "a"})
    assert "s3:GetObject" in message_of(error)


def test_a_launch_asks_about_every_resource_it_touches() -> None:
    small = {"StringLike": {"ec2:InstanceType": "t3.*"}}
    trapped = new_user("trapped", {"Action": "ec2:RunInstances", "Condition": small})
    free = new_user("free", {"Action": "ec2:RunInstances", "Condition": {"StringLikeIfExists": small["StringLike"]}})
    image = boto3.client("ec2").describe_images()["Images"][0]["ImageId"]
    launch = {"ImageId": image, "MinCount": 1, "MaxCount": 1}
    with enforce_iam():
        error = refused(trapped("ec2").run_instances, InstanceType="t3.micro", **launch)
        free("ec2").run_instances(InstanceType="t3.micro", **launch)
        refused(free("ec2").run_instances, InstanceType="m5.large", **launch)
    assert ":image/" in message_of(error)


# Keys ----------------------------------------------------------------------------------------------------


def test_unknown_and_inactive_keys_arerefused() -> None:
    stranger = client_with({"AccessKeyId": "AKIA0000000000000000", "SecretAccessKey": "x"})
    user = new_user("user", {})
    key = boto3.client("iam").list_access_keys(UserName="user")["AccessKeyMetadata"][0]["AccessKeyId"]
    with enforce_iam():
        assert code_of(refused(stranger("sqs").list_queues)) == "InvalidClientTokenId"
        assert code_of(refused(stranger("s3").list_buckets)) == "InvalidAccessKeyId"
        assert code_of(refused(stranger("ec2").describe_vpcs)) == "AuthFailure"
        assert code_of(refused(stranger("dynamodb").list_tables)) == "UnrecognizedClientException"
        user("sqs").list_queues()
        boto3.client("iam").update_access_key(UserName="user", AccessKeyId=key, Status="Inactive")
        error = refused(user("sqs").list_queues)
    assert code_of(error) == "InvalidClientTokenId"
    assert "unknown or inactive" in why(error)


def test_temporary_credentials_run_out() -> None:
    session = session_of(new_role("app", trusting({"AWS": _ACCOUNT}), {}), DurationSeconds=900)
    with enforce_iam():
        session("sqs").list_queues()
        lab.clock.advance(minutes=16)
        assert code_of(refused(session("sqs").list_queues)) == "ExpiredToken"
        assert code_of(refused(session("dynamodb").list_tables)) == "ExpiredTokenException"


# Resource policies ---------------------------------------------------------------------------------------


def test_a_bucket_policy_alone_lets_a_user_of_the_account_in() -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="photos")
    s3.put_object(Bucket="photos", Key="a", Body=b"1")
    dana = new_user("dana")
    statement = {
        "Principal": {"AWS": f"arn:aws:iam::{_ACCOUNT}:user/dana"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::photos/*",
    }
    s3.put_bucket_policy(Bucket="photos", Policy=document(statement))
    with enforce_iam():
        assert dana("s3").get_object(Bucket="photos", Key="a")["Body"].read() == b"1"
        refused(dana("s3").put_object, Bucket="photos", Key="a", Body=b"2")


def test_a_conditional_deny_in_a_bucket_policy_denies_only_when_it_holds() -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="photos")
    dana = new_user("dana", {})
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::photos/*",
        "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
    }
    s3.put_bucket_policy(Bucket="photos", Policy=document(deny))
    with enforce_iam():
        error = refused(dana("s3").put_object, Bucket="photos", Key="a", Body=b"1")
        dana("s3").put_object(Bucket="photos", Key="a", Body=b"1", ServerSideEncryption="aws:kms")
    assert "with an explicit deny in a resource-based policy" in message_of(error)


def test_root_can_always_mend_a_bucket_policy() -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="photos")
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"],
    }
    s3.put_bucket_policy(Bucket="photos", Policy=document(deny))
    with enforce_iam():
        refused(s3.list_objects_v2, Bucket="photos")
        s3.delete_bucket_policy(Bucket="photos")
        s3.list_objects_v2(Bucket="photos")


def test_strangers_get_in_only_where_the_policy_is_public() -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="site")
    s3.put_object(Bucket="site", Key="index.html", Body=b"hi")
    stranger = boto3.client("s3", config=Config(signature_version=UNSIGNED))
    public = {"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/*"}
    with enforce_iam():
        assert message_of(refused(stranger.get_object, Bucket="site", Key="index.html")) == "Access Denied"
        s3.delete_public_access_block(Bucket="site")
        s3.put_bucket_policy(Bucket="site", Policy=document(public))
        assert stranger.get_object(Bucket="site", Key="index.html")["Body"].read() == b"hi"
        s3.put_public_access_block(
            Bucket="site", PublicAccessBlockConfiguration={"BlockPublicPolicy": True, "RestrictPublicBuckets": True}
        )
        refused(stranger.get_object, Bucket="site", Key="index.html")
        error = refused(s3.put_bucket_policy, Bucket="site", Policy=document(public))
    assert code_of(error) == "AccessDenied"
    assert "BlockPublicPolicy" in message_of(error)


def test_queue_and_topic_policies_let_users_in() -> None:
    dana = new_user("dana")
    url = boto3.client("sqs").create_queue(QueueName="inbox")["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:{_ACCOUNT}:inbox"
    named = {"AWS": f"arn:aws:iam::{_ACCOUNT}:user/dana"}
    boto3.client("sqs").set_queue_attributes(
        QueueUrl=url,
        Attributes={"Policy": document({"Principal": named, "Action": "sqs:SendMessage", "Resource": arn})},
    )
    topic = boto3.client("sns").create_topic(Name="news")["TopicArn"]
    boto3.client("sns").set_topic_attributes(
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=document({"Principal": named, "Action": "sns:Publish", "Resource": topic}),
    )
    with enforce_iam():
        dana("sqs").send_message(QueueUrl=url, MessageBody="x")
        refused(dana("sqs").receive_message, QueueUrl=url)
        dana("sns").publish(TopicArn=topic, Message="x")
        assert (
            code_of(refused(dana("sns").subscribe, TopicArn=topic, Protocol="email", Endpoint="a@b.c"))
            == "AuthorizationError"
        )


def test_a_key_policy_without_the_account_shuts_iam_policies_out() -> None:
    kms = boto3.client("kms")
    admin, owner = new_user("admin", {"Action": "kms:*"}), new_user("owner")
    named = {"Principal": {"AWS": f"arn:aws:iam::{_ACCOUNT}:user/owner"}, "Action": "kms:*"}
    closed = kms.create_key(Policy=document(named), BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["KeyId"]
    usual = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/usual", TargetKeyId=usual)
    with enforce_iam():
        blob = admin("kms").encrypt(KeyId="alias/usual", Plaintext=b"x")["CiphertextBlob"]
        assert admin("kms").decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
        error = refused(admin("kms").encrypt, KeyId=closed, Plaintext=b"x")
        owner("kms").encrypt(KeyId=closed, Plaintext=b"x")
        refused(owner("kms").decrypt, CiphertextBlob=blob)
    assert "no resource-based policy allows the kms:Encrypt action" in message_of(error)


def test_a_secrets_policy_lets_a_user_in() -> None:
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(Name="db", SecretString="s3cret")
    dana = new_user("dana")
    policy = document(
        {"Principal": {"AWS": f"arn:aws:iam::{_ACCOUNT}:user/dana"}, "Action": "secretsmanager:GetSecretValue"}
    )
    secrets.put_resource_policy(SecretId="db", ResourcePolicy=policy)
    with enforce_iam():
        assert dana("secretsmanager").get_secret_value(SecretId="db")["SecretString"] == "s3cret"
        refused(dana("secretsmanager").delete_secret, SecretId="db")


# What EC2 encodes -----------------------------------------------------------------------------------------


def test_an_encoded_message_is_opened_with_permission_only() -> None:
    nobody = new_user("nobody")
    auditor = new_user("auditor", {"Action": "sts:DecodeAuthorizationMessage"})
    with enforce_iam():
        message = message_of(refused(nobody("ec2").terminate_instances, InstanceIds=["i-1234567890abcdef0"]))
        encoded = message.rsplit(": ", 1)[1]
        refused(nobody("sts").decode_authorization_message, EncodedMessage=encoded)
        decoded = json.loads(auditor("sts").decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"])
    assert decoded["allowed"] is False
    assert decoded["explicitDeny"] is False
    assert decoded["context"]["action"] == "ec2:TerminateInstances"
    assert decoded["context"]["principal"]["name"] == "nobody"
    error = refused(boto3.client("sts").decode_authorization_message, EncodedMessage="nonsense")
    assert code_of(error) == "InvalidAuthorizationMessageException"


# Encrypted data and missing objects ------------------------------------------------------------------------


def test_encrypted_objects_need_the_key_too() -> None:
    s3, kms = boto3.client("s3"), boto3.client("kms")
    s3.create_bucket(Bucket="vault")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    writer = new_user("writer", {"Action": "s3:*"}, {"Action": "kms:GenerateDataKey"})
    reader = new_user("reader", {"Action": "s3:GetObject"})
    put = {"Bucket": "vault", "Key": "a", "Body": b"1", "ServerSideEncryption": "aws:kms"}
    with enforce_iam():
        writer("s3").put_object(SSEKMSKeyId=key, **put)
        error = refused(reader("s3").get_object, Bucket="vault", Key="a")
        writer("s3").put_object(**put)  # with AWS's own key for S3 nobody needs a permission of KMS
        reader("s3").get_object(Bucket="vault", Key="a")
    assert f'kms:Decrypt on resource: "{key}"' in message_of(error)


def test_an_encrypted_queue_needs_the_key_too() -> None:
    key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
    url = boto3.client("sqs").create_queue(QueueName="q", Attributes={"KmsMasterKeyId": key})["QueueUrl"]
    sender = new_user("sender", {"Action": "sqs:*"})
    with enforce_iam():
        error = refused(sender("sqs").send_message, QueueUrl=url, MessageBody="x")
    assert code_of(error) == "KMS.AccessDeniedException"
    assert "kms:GenerateDataKey" in message_of(error)


def test_a_secret_under_an_own_key_needs_the_key_too() -> None:
    key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
    boto3.client("secretsmanager").create_secret(Name="db", SecretString="x", KmsKeyId=key)
    boto3.client("ssm").put_parameter(Name="/db", Value="x", Type="SecureString", KeyId=key)
    app = new_user("app", {"Action": ["secretsmanager:*", "ssm:*"]})
    via = {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}
    both = new_user("both", {"Action": ["secretsmanager:*", "ssm:*"]}, {"Action": "kms:Decrypt", "Condition": via})
    with enforce_iam():
        assert "kms:Decrypt" in message_of(refused(app("secretsmanager").get_secret_value, SecretId="db"))
        both("secretsmanager").get_secret_value(SecretId="db")
        refused(both("ssm").get_parameter, Name="/db", WithDecryption=True)
        both("ssm").get_parameter(Name="/db")


def test_who_may_not_list_a_bucket_is_not_told_that_an_object_is_missing() -> None:
    boto3.client("s3").create_bucket(Bucket="photos")
    reader = new_user("reader", {"Action": "s3:GetObject"})
    lister = new_user("lister", {"Action": ["s3:GetObject", "s3:ListBucket"]})
    with enforce_iam():
        assert code_of(refused(reader("s3").get_object, Bucket="photos", Key="none")) == "AccessDenied"
        assert code_of(refused(lister("s3").get_object, Bucket="photos", Key="none")) == "NoSuchKey"


def test_resources_of_iam_calls_are_the_right_ones() -> None:
    iam = boto3.client("iam")
    iam.create_group(GroupName="staff")
    helper = new_user(
        "helper",
        {"Action": "iam:AddUserToGroup", "Resource": "arn:aws:iam::*:group/staff"},
        {"Action": "iam:*AccessKey*", "Resource": "arn:aws:iam::*:user/${aws:username}"},
    )
    with enforce_iam():
        helper("iam").add_user_to_group(GroupName="staff", UserName="helper")
        helper("iam").list_access_keys()  # without a name: one's own
        refused(helper("iam").list_access_keys, UserName="other")


def test_a_pipeline_is_changed_by_whoever_may_change_this_pipeline() -> None:
    mine = "arn:aws:codepipeline:us-east-1:123456789012:mine"
    builder = new_user("builder", {"Action": "codepipeline:UpdatePipeline", "Resource": mine})
    role = "arn:aws:iam::123456789012:role/pipeline"
    action = {"name": "x", "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "S3", "version": "1"}}
    stages = [{"name": name, "actions": [action]} for name in ("One", "Two")]
    with enforce_iam():
        for name, why in (("mine", "iam:PassRole"), ("yours", "codepipeline:UpdatePipeline")):
            error = refused(builder("codepipeline").update_pipeline,
                            pipeline={"name": name, "roleArn": role, "stages": stages, "version": 1})  # fmt: skip
            assert why in message_of(error)
        assert message_of(error).count("arn:aws:codepipeline:us-east-1:123456789012:yours") == 1


def test_uploading_with_tags_needs_the_permission_to_tag() -> None:
    boto3.client("s3").create_bucket(Bucket="photos")
    writer = new_user("writer", {"Action": "s3:PutObject"})
    with enforce_iam():
        writer("s3").put_object(Bucket="photos", Key="a", Body=b"1")
        error = refused(writer("s3").put_object, Bucket="photos", Key="a", Body=b"1", Tagging="a=b")
    assert "s3:PutObjectTagging" in message_of(error)


def test_the_policy_of_a_function_lets_a_user_in() -> None:
    make(name="echo")
    guest = new_user("guest")
    with enforce_iam():
        error = refused(guest("lambda").invoke, FunctionName="echo")
    assert code_of(error) == "AccessDeniedException"
    boto3.client("lambda").add_permission(
        FunctionName="echo", StatementId="guest", Action="lambda:InvokeFunction",
        Principal=f"arn:aws:iam::{_ACCOUNT}:user/guest",
    )  # fmt: skip
    with enforce_iam():
        assert guest("lambda").invoke(FunctionName="echo", Payload=b"{}")["StatusCode"] == 200
