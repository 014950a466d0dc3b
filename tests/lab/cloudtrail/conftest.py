"""A running lab for each test."""

import pytest

from course import lab


@pytest.fixture(autouse=True)
def account():
    lab.start()
    yield
    lab.stop()
