"""A database inside an environment: it ends with it, stays, or is freed."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from course import lab
from tests.lab.beanstalk.rollouts_shop import Shop, option

DATABASE = "aws:rds:dbinstance"


def settings(policy: str) -> list[dict[str, str]]:
    return [option(DATABASE, name, value) for name, value in (
        ("HasCoupledDatabase", "true"), ("DBDeletionPolicy", policy), ("DBEngine", "postgres"),
        ("DBInstanceClass", "db.t3.micro"), ("DBAllocatedStorage", "20"), ("DBUser", "shop"),
        ("DBPassword", "open-sesame-42"))]  # fmt: skip


@pytest.fixture(autouse=True)
def account() -> Iterator[None]:
    lab.start()
    lab.reset()
    yield
    lab.stop()


def rds() -> list[dict[str, object]]:
    found: list[dict[str, object]] = boto3.client("rds", region_name="us-east-1").describe_db_instances()["DBInstances"]
    return found


def ended(shop: Shop) -> None:
    shop.eb.terminate_environment(EnvironmentName="shop-prod")
    lab.clock.advance(minutes=60)


@pytest.mark.parametrize(("policy", "left", "pictures"), [("Delete", 0, 0), ("Retain", 1, 0), ("Snapshot", 0, 1)])
def test_the_deletion_policy_decides_what_is_left(policy: str, left: int, pictures: int) -> None:
    shop = Shop(single=True, settings=settings(policy))
    assert len(rds()) == 1
    ended(shop)
    assert len(rds()) == left
    client = boto3.client("rds", region_name="us-east-1")
    assert len(client.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]) == pictures


def test_the_program_finds_its_database_in_its_environment() -> None:
    shop = Shop(single=True, settings=settings("Delete"))
    shop.version("v2", program="""
import os

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [" ".join(os.environ[name] for name in ("RDS_HOSTNAME", "RDS_PORT", "RDS_DB_NAME")).encode()]
""")  # fmt: skip
    shop.deploy("v2")
    shop.until_ready()
    (database,) = rds()
    assert set(shop.answers(2)) == {f"{database['Endpoint']['Address']} 5432 ebdb"}  # type: ignore[index]


def test_a_database_that_is_decoupled_and_retained_stays() -> None:
    shop = Shop(single=True, settings=settings("Delete"))
    shop.eb.update_environment(EnvironmentName="shop-prod", OptionSettings=[
        option(DATABASE, "DBDeletionPolicy", "Retain"), option(DATABASE, "HasCoupledDatabase", "false")])  # fmt: skip
    shop.until_ready()
    ended(shop)
    assert len(rds()) == 1


def test_a_protected_database_keeps_the_stack_from_ending() -> None:
    shop = Shop(single=True, settings=settings("Delete"))
    (database,) = rds()
    boto3.client("rds", region_name="us-east-1").modify_db_instance(
        DBInstanceIdentifier=database["DBInstanceIdentifier"], DeletionProtection=True, ApplyImmediately=True
    )
    ended(shop)
    assert len(rds()) == 1
    cloud = boto3.client("cloudformation", region_name="us-east-1")
    (stack,) = cloud.describe_stacks()["Stacks"]
    assert stack["StackStatus"] == "DELETE_FAILED"
    cloud.delete_stack(StackName=stack["StackName"], RetainResources=["AWSEBRDSDatabase"])
    lab.clock.advance(minutes=20)
    assert len(rds()) == 1
    assert not cloud.describe_stacks()["Stacks"]
