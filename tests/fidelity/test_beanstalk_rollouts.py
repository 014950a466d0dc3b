"""Elastic Beanstalk's deployments: behaviours of AWS that the lab shows and bare moto does not, with their sources.

When a twin fails, moto has caught up: delete our code.
"""

from __future__ import annotations

import boto3
import pytest

from tests.fidelity.behaviour import Behaviour, World, code_of, collect
from tests.lab.beanstalk.rollouts_shop import Shop, option, policy

_GUIDE = "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg"
_POLICIES = f"{_GUIDE}/using-features.rolling-version-deploy.html"
_METHODS = f"{_GUIDE}/using-features.deploy-existing-version.html"

CLOSED: list[Behaviour] = []

behaviour = collect(CLOSED)


def deployed(label: str, settings: list[dict[str, str]], *, well: bool = True) -> Shop:
    shop = Shop(instances=2)
    shop.version(label, well=well)
    shop.deploy(label, settings)
    shop.until_ready()
    return shop


@behaviour(_METHODS)
def all_at_once_brings_a_broken_version_to_every_instance(world: World) -> bool:
    return set(deployed("bad", policy("AllAtOnce"), well=False).answers(6)) == {"500"}


@behaviour(_POLICIES)
def rolling_stops_at_the_batch_that_does_not_become_healthy(world: World) -> bool:
    shop = deployed("bad", policy("Rolling", BatchSize=50), well=False)
    return shop.serving() == 1 and set(shop.answers(6)) == {"v1"}


@behaviour(f"{_GUIDE}/command-options-general.html")
def four_minutes_are_added_to_the_command_timeout(world: World) -> bool:
    shop = deployed("bad", policy("Rolling", BatchSize=50, Timeout=60), well=False)
    return any("300 seconds" in one for one in shop.said())


@behaviour(f"{_GUIDE}/environmentmgmt-updates-immutable.html")
def immutable_deployments_replace_every_instance(world: World) -> bool:
    shop = Shop(instances=2)
    before = set(shop.members())
    shop.deploy(shop.version("v2"), policy("Immutable"))
    shop.until_ready()
    return not before & set(shop.members()) and len(shop.members()) == 2


@behaviour(_POLICIES)
def a_failed_immutable_deployment_leaves_the_old_instances_alone(world: World) -> bool:
    shop = Shop(instances=2)
    before = shop.members()
    shop.version("bad", well=False)
    shop.deploy("bad", policy("Immutable", Timeout=60))
    shop.until_ready()
    return shop.members() == before and shop.answers(6) == {"v1": 6}


@behaviour(_POLICIES)
def traffic_splitting_sends_its_share_to_the_new_version(world: World) -> bool:
    shop = Shop(instances=2)
    shop.deploy(shop.version("v2"), policy("TrafficSplitting", NewVersionPercent=25, EvaluationTime=30))
    for _ in range(60):
        world.advance(10)
        if any("Splitting traffic" in one for one in shop.said()):
            break
    return shop.answers(40) == {"v1": 30, "v2": 10}


@behaviour(_POLICIES)
def traffic_splitting_wants_an_application_load_balancer(world: World) -> bool:
    shop = Shop(single=True)
    shop.version("v2")
    rows = policy("TrafficSplitting")
    code = code_of(shop.eb.update_environment, EnvironmentName="shop-prod", VersionLabel="v2", OptionSettings=rows)
    return code == "ConfigurationValidationException"


@behaviour(f"{_GUIDE}/using-features.managing.elb.html")
def the_kind_of_load_balancer_cannot_be_changed(world: World) -> bool:
    shop = Shop(instances=1)
    rows = [option("aws:elasticbeanstalk:environment", "LoadBalancerType", "network")]
    code = code_of(shop.eb.update_environment, EnvironmentName="shop-prod", OptionSettings=rows)
    return code == "ConfigurationValidationException"


@behaviour(f"{_GUIDE}/using-features.rollingupdates.cancel.html")
def an_aborted_rolling_deployment_leaves_both_versions(world: World) -> bool:
    shop = Shop(instances=2)
    shop.deploy(shop.version("v2"), policy("Rolling", BatchSize=50))
    for _ in range(60):
        world.advance(10)
        if any("Batch 1: Completed" in one for one in shop.said()):
            break
    shop.eb.abort_environment_update(EnvironmentName="shop-prod")
    shop.until_ready()
    world.advance(120)
    return set(shop.answers(6)) == {"v1", "v2"}


@behaviour(f"{_GUIDE}/using-features.CNAMESwap.html")
def two_environments_swap_their_names(world: World) -> bool:
    shop = Shop(instances=1)
    shop.create("shop-green", [], shop.version("v2"))
    shop.eb.swap_environment_cnames(SourceEnvironmentName="shop-prod", DestinationEnvironmentName="shop-green")
    return set(shop.answers(3, "shop-prod")) == {"v1"} and shop.describe("shop-green")["CNAME"].startswith("shop-prod.")


@behaviour(f"{_GUIDE}/using-features.managing.db.html")
def a_database_in_an_environment_ends_with_it(world: World) -> bool:
    database = "aws:rds:dbinstance"
    names = {"HasCoupledDatabase": "true", "DBInstanceClass": "db.t3.micro", "DBPassword": "open-sesame-42"}
    shop = Shop(single=True, settings=[option(database, name, value) for name, value in names.items()])
    rds = boto3.client("rds", region_name="us-east-1")
    there = len(rds.describe_db_instances()["DBInstances"])
    shop.eb.terminate_environment(EnvironmentName="shop-prod")
    world.advance(3600)
    return there == 1 and not rds.describe_db_instances()["DBInstances"]


_CLOSED = [one.shows.__name__ for one in CLOSED]


@pytest.mark.parametrize("one", CLOSED, ids=_CLOSED)
def test_the_lab_shows_it(one: Behaviour, in_the_lab: World) -> None:
    assert one.shows(in_the_lab), one.source


@pytest.mark.parametrize("one", CLOSED, ids=_CLOSED)
def test_bare_moto_does_not(one: Behaviour, in_bare_moto: World) -> None:
    assert not one.is_seen(in_bare_moto), f"moto shows it now: delete our code ({one.source})"
