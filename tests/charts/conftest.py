"""`python -m pytest tests/charts --rewrite-baselines` writes the pictures of the hard cases again."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-baselines", action="store_true", help="write tests/charts/baseline/*.png again")


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--rewrite-baselines", default=False))
