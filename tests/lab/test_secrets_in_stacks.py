"""Secrets that templates make and refer to, and those that RDS owns."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from course import lab

DATABASE = {"Engine": "postgres", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": 20}


@pytest.fixture
def secrets():
    lab.start()
    yield boto3.client("secretsmanager")
    lab.stop()


def stack(resources, name="shop"):
    client = boto3.client("cloudformation")
    client.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources}))
    client.get_waiter("stack_create_complete").wait(StackName=name)


def parameter(value):
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Name": "/shop/x", "Value": value}}


def put_there():
    return boto3.client("ssm").get_parameter(Name="/shop/x")["Parameter"]["Value"]


class TestReferences:
    @pytest.mark.parametrize(
        ("reference", "value"),
        [
            ("secretsmanager:db:SecretString:user", "new"),
            ("secretsmanager:db:SecretString:user:AWSPREVIOUS", "old"),
            ("secretsmanager:db", '{"user": "new"}'),
            ("ssm:/shop/region", "eu"),
            ("ssm:/shop/region:1", "us"),
        ],
    )
    def test_each_form_is_looked_up(self, secrets, reference, value):
        secrets.create_secret(Name="db", SecretString='{"user": "old"}')
        secrets.put_secret_value(SecretId="db", SecretString='{"user": "new"}')
        ssm = boto3.client("ssm")
        ssm.put_parameter(Name="/shop/region", Value="us", Type="String")
        ssm.put_parameter(Name="/shop/region", Value="eu", Type="String", Overwrite=True)
        stack({"X": parameter("{{resolve:" + reference + "}}")})
        assert put_there() == value

    def test_a_secret_learns_where_its_database_is(self, secrets):
        generated = {"SecretStringTemplate": '{"username": "shop"}', "GenerateStringKey": "password",
                     "PasswordLength": 24, "ExcludePunctuation": True}  # fmt: skip
        refer = {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:password}}"}
        stack({
            "Secret": {"Type": "AWS::SecretsManager::Secret",
                       "Properties": {"Name": "shop/db", "GenerateSecretString": generated}},
            "Db": {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Delete",
                   "Properties": {**DATABASE, "AllocatedStorage": "20", "MasterUsername": "shop",
                                  "MasterUserPassword": refer}},
            "Join": {"Type": "AWS::SecretsManager::SecretTargetAttachment",
                     "Properties": {"SecretId": {"Ref": "Secret"}, "TargetId": {"Ref": "Db"},
                                    "TargetType": "AWS::RDS::DBInstance"}},
        })  # fmt: skip
        value = json.loads(secrets.get_secret_value(SecretId="shop/db")["SecretString"])
        assert len(value["password"]) == 24
        assert {"username", "host", "port", "engine", "dbInstanceIdentifier"} <= set(value)


class TestManagedByRds:
    @pytest.fixture
    def owned(self, secrets):
        made = boto3.client("rds").create_db_instance(
            DBInstanceIdentifier="own", MasterUsername="shop", ManageMasterUserPassword=True, **DATABASE
        )
        return made["DBInstance"]["MasterUserSecret"]["SecretArn"]

    def test_it_rotates_every_seven_days_without_a_function(self, secrets, owned):
        first = secrets.get_secret_value(SecretId=owned)["SecretString"]
        lab.clock.advance(days=6)
        assert secrets.get_secret_value(SecretId=owned)["SecretString"] == first
        lab.clock.advance(days=2)
        second = json.loads(secrets.get_secret_value(SecretId=owned)["SecretString"])
        assert second["password"] != json.loads(first)["password"]
        assert second["username"] == "shop"

    def test_it_rotates_when_asked(self, secrets, owned):
        first = secrets.get_secret_value(SecretId=owned)["SecretString"]
        secrets.rotate_secret(SecretId=owned)
        assert secrets.get_secret_value(SecretId=owned)["SecretString"] != first

    def test_other_secrets_need_a_function(self, secrets):
        secrets.create_secret(Name="db", SecretString="x")
        with pytest.raises(ClientError, match="InvalidRequestException"):
            secrets.rotate_secret(SecretId="db")
