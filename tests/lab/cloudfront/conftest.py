import pytest

from course import lab
from tests.lab.cloudfront.edge_site import Site


@pytest.fixture
def site():
    lab.start()
    lab.reset()
    return Site()
