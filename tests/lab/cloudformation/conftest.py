"""Every test has an account of its own."""

import boto3
import pytest

from course import lab


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    yield
    lab.stop()


@pytest.fixture
def stacks():
    return boto3.client("cloudformation")
