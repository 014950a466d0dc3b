"""Every test of AppSync has an account of its own."""

import pytest

from tests.lab.lambda_sample import account


@pytest.fixture(autouse=True)
def in_the_lab():
    with account():
        yield
