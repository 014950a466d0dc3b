import pytest

from course import lab
from tests.lab.elb.site import Site


@pytest.fixture
def site():
    lab.start()
    lab.reset()
    return Site()
