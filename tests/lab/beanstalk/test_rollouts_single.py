"""Deployments to an environment of one instance, which no balancer stands in front of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from course import lab
from tests.lab.beanstalk.rollouts_shop import Shop, policy


@pytest.fixture
def shop() -> Iterator[Shop]:
    lab.start()
    lab.reset()
    yield Shop(single=True)
    lab.stop()


@pytest.mark.parametrize("name", ["Rolling", "RollingWithAdditionalBatch", "TrafficSplitting"])
def test_it_cannot_be_divided(shop: Shop, name: str) -> None:
    with pytest.raises(ClientError, match="DeploymentPolicy"):
        shop.deploy(shop.version("v2"), policy(name))


@pytest.mark.parametrize("name", ["AllAtOnce", "Immutable"])
def test_it_gets_the_new_version(shop: Shop, name: str) -> None:
    shop.deploy(shop.version("v2"), policy(name))
    shop.until_ready()
    assert len(shop.members()) == 1
    assert set(shop.answers(3)) == {"v2"}
