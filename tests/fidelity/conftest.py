"""The two worlds in which a behaviour is looked for."""

import datetime as dt
import os

import boto3
import pytest
import time_machine
from moto import mock_aws

from course import lab
from tests.fidelity.behaviour import World


@pytest.fixture
def in_the_lab():
    lab.start()
    yield World(lambda seconds: lab.clock.advance(seconds=seconds))
    lab.stop()


@pytest.fixture
def in_bare_moto(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with mock_aws(config={"lambda": {"use_docker": False}}), time_machine.travel(dt.datetime.now(dt.UTC)) as traveller:
        yield World(lambda seconds: traveller.shift(seconds))
    os.environ.pop("TZ", None)
