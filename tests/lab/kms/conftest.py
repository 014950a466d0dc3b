"""An empty account with KMS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from course import lab


@pytest.fixture
def kms() -> Iterator[Any]:
    lab.start()
    lab.reset()
    yield boto3.client("kms")
    lab.stop()
