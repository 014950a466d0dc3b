"""Blue and green: two environments exchange their names, and clients keep the old answer for a while."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.beanstalk.rollouts_shop import Shop

BLUE, GREEN = "shop-prod", "shop-green"
NAME = "shop-prod.us-east-1.elasticbeanstalk.com"


@pytest.fixture
def shop() -> Iterator[Shop]:
    lab.start()
    lab.reset()
    shop = Shop(instances=1)
    shop.version("v2")
    shop.create(GREEN, [], "v2")
    yield shop
    lab.stop()


def swap(shop: Shop) -> None:
    shop.eb.swap_environment_cnames(SourceEnvironmentName=BLUE, DestinationEnvironmentName=GREEN)


def test_the_names_are_exchanged(shop: Shop) -> None:
    swap(shop)
    assert shop.describe(GREEN)["CNAME"] == NAME
    assert shop.describe(BLUE)["CNAME"] == "shop-green.us-east-1.elasticbeanstalk.com"
    assert lab.http("GET", f"http://{NAME}/").body == "v2"


def test_a_second_swap_is_the_way_back(shop: Shop) -> None:
    swap(shop)
    swap(shop)
    assert lab.http("GET", f"http://{NAME}/").body == "v1"


def test_a_resolver_keeps_the_old_answer_until_its_time_is_over(shop: Shop) -> None:
    resolver = lab.resolver()
    blue, green = (shop.describe(one)["EndpointURL"].lower() for one in (BLUE, GREEN))
    assert resolver.resolve(NAME).target.rstrip(".") == blue
    swap(shop)
    assert resolver.resolve(NAME).target.rstrip(".") == blue
    lab.clock.advance(seconds=61)
    assert resolver.resolve(NAME).target.rstrip(".") == green


def test_the_name_of_an_environment_that_ended_leads_nowhere(shop: Shop) -> None:
    shop.eb.terminate_environment(EnvironmentName=GREEN)
    lab.clock.advance(minutes=10)
    assert not lab.resolve("shop-green.us-east-1.elasticbeanstalk.com").values


def test_both_have_to_be_ready(shop: Shop) -> None:
    shop.deploy("v2")
    with pytest.raises(ClientError, match="Must be Ready"):
        swap(shop)


def test_an_environment_has_to_be_there(shop: Shop) -> None:
    with pytest.raises(ClientError, match="No Environment found"):
        shop.eb.swap_environment_cnames(SourceEnvironmentName=BLUE, DestinationEnvironmentName="nowhere")
