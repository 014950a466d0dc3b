"""Every test has an account of its own."""

import pytest

from course import lab


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    yield
    lab.stop()
