"""An account at the beginning of a minute, so that values of one test belong to one minute."""

import pytest

from course import lab


@pytest.fixture(autouse=True)
def account_of_its_own():
    lab.start()
    lab.clock.advance(seconds=61 - lab.clock.now().timestamp() % 60)
    yield
    lab.stop()
