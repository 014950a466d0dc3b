"""An open lab for each test."""

import pytest

from course import lab


@pytest.fixture(autouse=True)
def opened():
    lab.start()
    yield
    lab.stop()
