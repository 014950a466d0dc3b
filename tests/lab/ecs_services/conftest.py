"""Each test has an account of its own, with a cluster."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from course import lab
from tests.lab.ecs_services.cluster import Cluster


@pytest.fixture
def shop() -> Iterator[Cluster]:
    lab.start()
    yield Cluster()
    lab.stop()
