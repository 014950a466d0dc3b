"""Parameter Store: tiers, secure strings, policies by the clock, throughput."""

import base64
import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.ssm.models import ssm_backends

from course import lab
from course.lab.ssm import one_moment

ONCE = Config(retries={"total_max_attempts": 1})


@pytest.fixture
def ssm():
    lab.start()
    yield boto3.client("ssm")
    lab.stop()


def code_of(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


def put(ssm, name="/shop/a", value="x", kind="String", **more):
    return ssm.put_parameter(Name=name, Value=value, Type=kind, **more)


def tier(ssm, name="/shop/a"):
    return ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Values": [name]}])["Parameters"][0]["Tier"]


def days_ahead(days):
    import datetime as dt

    return f"{lab.clock.now() + dt.timedelta(days=days):%Y-%m-%dT%H:%M:%S.000Z}"


def policy(kind, **attributes):
    return {"Type": kind, "Version": "1.0", "Attributes": attributes}


def events_to_a_queue():
    sqs, events = boto3.client("sqs"), boto3.client("events")
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:*", "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17",
                                                                             "Statement": [allow]})})  # fmt: skip
    events.put_rule(Name="told", EventPattern=json.dumps({"source": ["aws.ssm"]}))
    events.put_targets(Rule="told", Targets=[{"Id": "queue", "Arn": arn}])

    def told():
        lab.settle()
        found = []
        while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(one["Body"]) for one in got]
            for one in got:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        return found

    return told


class TestTiers:
    def test_intelligent_tiering_decides_by_size(self, ssm):
        assert put(ssm, Tier="Intelligent-Tiering")["Tier"] == "Standard"
        assert put(ssm, value="x" * 4097, Tier="Intelligent-Tiering", Overwrite=True)["Tier"] == "Advanced"

    def test_an_advanced_parameter_never_goes_back(self, ssm):
        put(ssm, Tier="Advanced")
        assert code_of(put, ssm=ssm, Tier="Standard", Overwrite=True) == "ValidationException"
        put(ssm, value="x" * 5000, Overwrite=True)
        assert tier(ssm) == "Advanced"

    def test_a_standard_parameter_can_become_advanced(self, ssm):
        put(ssm)
        put(ssm, Tier="Advanced", Overwrite=True)
        assert tier(ssm) == "Advanced"

    def test_the_default_tier_is_a_setting(self, ssm):
        setting = "/ssm/parameter-store/default-parameter-tier"
        ssm.update_service_setting(SettingId=setting, SettingValue="Advanced")
        assert put(ssm)["Tier"] == "Advanced"
        ssm.reset_service_setting(SettingId=setting)
        assert put(ssm, name="/shop/b")["Tier"] == "Standard"

    def test_ten_thousand_standard_parameters_are_enough(self, ssm):
        put(ssm)
        store = next(iter(ssm_backends.values()))["us-east-1"]._parameters
        for number in range(9_999):
            dict.__setitem__(store, f"/many/{number}", store["/shop/a"])
        assert code_of(put, ssm=ssm, name="/shop/more") == "ParameterLimitExceeded"
        assert put(ssm, name="/shop/more", Tier="Intelligent-Tiering")["Tier"] == "Advanced"


class TestValues:
    def test_a_type_stays(self, ssm):
        put(ssm)
        assert code_of(put, ssm=ssm, kind="SecureString", Overwrite=True) == "HierarchyTypeMismatchException"

    def test_a_pattern_is_kept(self, ssm):
        put(ssm, value="80", AllowedPattern=r"^\d+$")
        assert code_of(put, ssm=ssm, value="http", Overwrite=True) == "ParameterPatternMismatchException"

    @pytest.mark.parametrize(
        ("kind", "good", "bad"),
        [("integer", "443", "https"), ("boolean", "true", "yes"), ("json", '{"a": 1}', "{a: 1}"),
         ("ipv4-address", "10.0.0.1", "10.0.0.256"), ("url", "https://a.example", "a.example")],
    )  # fmt: skip
    def test_a_data_type_is_checked(self, ssm, kind, good, bad):
        put(ssm, value=good, DataType=kind)
        assert code_of(put, ssm=ssm, name="/shop/b", value=bad, DataType=kind) == "ValidationException"

    def test_the_last_page_is_the_last(self, ssm):
        for number in range(20):
            put(ssm, name=f"/shop/{number:02}")
        pages = list(ssm.get_paginator("get_parameters_by_path").paginate(Path="/shop"))
        assert [len(page["Parameters"]) for page in pages] == [10, 10]


class TestSecureStrings:
    def test_what_lies_there_is_ciphertext(self, ssm):
        put(ssm, value="hunter2", kind="SecureString")
        blob = ssm.get_parameter(Name="/shop/a")["Parameter"]["Value"]
        assert "hunter2" not in blob
        assert b"hunter2" not in base64.b64decode(blob)
        assert ssm.get_parameter(Name="/shop/a", WithDecryption=True)["Parameter"]["Value"] == "hunter2"

    def test_kms_opens_it_with_the_arn_as_context(self, ssm):
        put(ssm, value="hunter2", kind="SecureString")
        found = ssm.get_parameter(Name="/shop/a")["Parameter"]
        plain = boto3.client("kms").decrypt(
            CiphertextBlob=base64.b64decode(found["Value"]), EncryptionContext={"PARAMETER_ARN": found["ARN"]}
        )["Plaintext"]
        assert plain == b"hunter2"

    def test_an_advanced_one_may_be_longer_than_kms_takes(self, ssm):
        put(ssm, value="s" * 8192, kind="SecureString", Tier="Advanced")
        assert ssm.get_parameter(Name="/shop/a", WithDecryption=True)["Parameter"]["Value"] == "s" * 8192

    def test_without_its_key_nobody_reads_it(self, ssm):
        kms = boto3.client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        put(ssm, value="hunter2", kind="SecureString", KeyId=key)
        kms.disable_key(KeyId=key)
        assert code_of(ssm.get_parameter, Name="/shop/a", WithDecryption=True) == "InvalidKeyId"
        kms.enable_key(KeyId=key)
        assert ssm.get_parameter(Name="/shop/a", WithDecryption=True)["Parameter"]["Value"] == "hunter2"

    def test_every_version_opens_and_history_shows_them(self, ssm):
        put(ssm, value="one", kind="SecureString")
        put(ssm, value="two", kind="SecureString", Overwrite=True)
        history = ssm.get_parameter_history(Name="/shop/a", WithDecryption=True)["Parameters"]
        assert [one["Value"] for one in history] == ["one", "two"]

    @pytest.mark.parametrize("with_key", [True, False])
    def test_reading_needs_the_key_as_well(self, ssm, with_key):
        key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
        put(ssm, value="hunter2", kind="SecureString", KeyId=key)
        statements = [{"Effect": "Allow", "Action": "ssm:GetParameter*", "Resource": "*"}]
        statements += [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}] if with_key else []
        theirs = client_of("dana", statements)
        with lab.enforce_iam():
            assert code_of(theirs.get_parameter, Name="/shop/a") == ""
            for call, ask in ((theirs.get_parameter, {"Name": "/shop/a"}), (theirs.get_parameters_by_path, {"Path": "/shop"})):  # fmt: skip  # noqa: E501
                assert code_of(call, WithDecryption=True, **ask) == ("" if with_key else "AccessDeniedException")

    def test_a_secret_by_reference_needs_the_secret_as_well(self, ssm):
        boto3.client("secretsmanager").create_secret(Name="db", SecretString="hunter2")
        theirs = client_of("dana", [{"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}])
        name = "/aws/reference/secretsmanager/db"
        assert ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] == "hunter2"
        with lab.enforce_iam():
            assert code_of(theirs.get_parameter, Name=name, WithDecryption=True) == "AccessDeniedException"


def client_of(user, statements):
    iam = boto3.client("iam")
    iam.create_user(UserName=user)
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=document)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    return boto3.client(
        "ssm", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"], config=ONCE
    )


class TestPolicies:
    def test_a_parameter_expires_by_the_clock(self, ssm):
        put(ssm, Tier="Advanced", Policies=json.dumps([policy("Expiration", Timestamp=days_ahead(10))]))
        lab.clock.advance(days=9)
        assert ssm.get_parameter(Name="/shop/a")["Parameter"]["Value"] == "x"
        lab.clock.advance(days=2)
        assert code_of(ssm.get_parameter, Name="/shop/a") == "ParameterNotFound"

    def test_notices_come_before_the_end_and_when_nobody_changes_it(self, ssm):
        told = events_to_a_queue()
        put(ssm, Tier="Advanced", Policies=json.dumps([
            policy("Expiration", Timestamp=days_ahead(40)),
            policy("ExpirationNotification", Before="15", Unit="Days"),
            policy("NoChangeNotification", After="20", Unit="Days"),
        ]))  # fmt: skip
        told()
        seen = []
        for day in range(1, 42):
            lab.clock.advance(days=1)
            seen += [
                (day, one["detail"]["policy-type"])
                for one in told()
                if one["detail-type"] == "Parameter Store Policy Action"
            ]
        assert [kind for _, kind in seen] == ["NoChangeNotification", "ExpirationNotification", "Expiration"]
        assert [day for day, _ in seen] == [20, 25, 40]

    def test_a_change_starts_the_wait_again_and_moves_no_end(self, ssm):
        told = events_to_a_queue()
        both = [policy("Expiration", Timestamp=days_ahead(30)), policy("NoChangeNotification", After="20", Unit="Days")]
        put(ssm, Tier="Advanced", Policies=json.dumps(both))
        lab.clock.advance(days=15)
        put(ssm, value="new", Overwrite=True)
        told()
        lab.clock.advance(days=10)
        assert not told()
        lab.clock.advance(days=6)
        assert code_of(ssm.get_parameter, Name="/shop/a") == "ParameterNotFound"

    def test_policies_are_shown_as_they_were_written(self, ssm):
        wanted = policy("NoChangeNotification", After="20", Unit="Days")
        put(ssm, Tier="Advanced", Policies=json.dumps([wanted]))
        shown = ssm.describe_parameters()["Parameters"][0]["Policies"]
        assert json.loads(shown[0]["PolicyText"]) == wanted
        assert (shown[0]["PolicyType"], shown[0]["PolicyStatus"]) == ("NoChangeNotification", "Pending")

    @pytest.mark.parametrize(
        ("policies", "code"),
        [
            ([policy("Deletion")], "InvalidPolicyTypeException"),
            ([policy("Expiration", Timestamp="tomorrow")], "InvalidPolicyAttributeException"),
            ([policy("Expiration", Timestamp="2030-01-01T00:00:00.000Z")] * 2, "IncompatiblePolicyException"),
            ([policy("NoChangeNotification", After="1", Unit="Days")] * 11, "PoliciesLimitExceededException"),
        ],
    )
    def test_wrong_policies_are_refused(self, ssm, policies, code):
        assert code_of(put, ssm=ssm, Tier="Advanced", Policies=json.dumps(policies)) == code

    def test_they_need_the_advanced_tier(self, ssm):
        wanted = json.dumps([policy("NoChangeNotification", After="1", Unit="Days")])
        assert code_of(put, ssm=ssm, Policies=wanted) == "ValidationException"
        assert put(ssm, Tier="Intelligent-Tiering", Policies=wanted)["Tier"] == "Advanced"


class TestEvents:
    def test_changes_are_told(self, ssm):
        told = events_to_a_queue()
        put(ssm)
        put(ssm, value="y", Overwrite=True)
        ssm.label_parameter_version(Name="/shop/a", Labels=["prod"])
        ssm.delete_parameter(Name="/shop/a")
        assert [one["detail"]["operation"] for one in told()] == ["Create", "Update", "LabelParameterVersion", "Delete"]


class TestThroughput:
    def test_forty_reads_a_second_and_the_next_second_forty_more(self, ssm):
        put(ssm)
        reader = boto3.client("ssm", config=ONCE)
        with one_moment():
            answers = [code_of(reader.get_parameter, Name="/shop/a") for _ in range(45)]
            assert answers.count("ThrottlingException") == 5
            lab.clock.advance(seconds=1)
            assert code_of(reader.get_parameters, Names=["/shop/a"]) == ""

    def test_higher_throughput_counts_each_operation_by_itself(self, ssm):
        put(ssm)
        fast = "/ssm/parameter-store/high-throughput-enabled"
        ssm.update_service_setting(SettingId=fast, SettingValue="true")
        reader = boto3.client("ssm", config=ONCE)
        with one_moment():
            paths = [code_of(reader.get_parameters_by_path, Path="/shop") for _ in range(101)]
            assert paths.count("ThrottlingException") == 1
            assert code_of(reader.get_parameter, Name="/shop/a") == ""

    def test_outside_nobody_counts(self, ssm):
        put(ssm)
        assert not [1 for _ in range(60) if code_of(ssm.get_parameter, Name="/shop/a")]


def test_an_ecs_image_is_json_even_when_the_lab_read_it_before_anybody_asked(ssm):
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended"
    assert ssm_backends["123456789012"]["us-east-1"]._parameters[name]
    assert json.loads(ssm.get_parameter(Name=name)["Parameter"]["Value"])["os"] == "Amazon Linux 2023"
    below = ssm.get_parameters_by_path(Path="/aws/service/ecs/optimized-ami/amazon-linux-2023")["Parameters"]
    assert {json.loads(one["Value"])["schema_version"] for one in below} == {1}
