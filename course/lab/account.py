"""Start, reset and stop the simulated account."""

from __future__ import annotations

import itertools
import os
from typing import Final

import boto3
from moto.core.base_backend import BackendDict
from moto.core.config import DefaultConfig
from moto.core.models import DEFAULT_ACCOUNT_ID, MockAWS
from moto.moto_api._internal import mock_random

from course.lab import call_log, meter, offline, pace, waits, wire
from course.lab.clock import clock

ACCOUNT_ID: Final = DEFAULT_ACCOUNT_ID
_SEED: Final = 20240914  # any constant: the same lesson shows the same ids to everybody

_numbers = itertools.count(1)
_moto: MockAWS | None = None
_region = ""


def start(region: str = "us-east-1", seed: int = _SEED) -> None:
    """Open the account. Running it again keeps the account and everything in it.

    With COURSE_ENDPOINT_URL in the environment, boto3 is sent to that emulator instead of the built-in one.

    >>> start()
    The lab is ready: account 123456789012, Region us-east-1. Nothing here reaches AWS or costs money.
    """
    global _moto, _region
    endpoint = os.environ.get("COURSE_ENDPOINT_URL", "")
    if _region == region:
        print(f"The lab is still running in {region}, with all you made. lab.reset() empties it.")
        return
    offline.enter(region, endpoint)
    if not endpoint and _moto is None:
        _moto = MockAWS(config=_config())
        _moto.start()
        wire.open_wire()
        waits.move_the_clock()
    mock_random.seed(seed)
    boto3.DEFAULT_SESSION = None  # a session made earlier may hold real credentials or another Region
    _region = region
    where = f"the emulator at {endpoint}" if endpoint else f"account {ACCOUNT_ID}"
    print(f"The lab is ready: {where}, Region {region}. Nothing here reaches AWS or costs money.")


def reset(seed: int = _SEED) -> None:
    """Empty the account: no resources, the real time, the same ids as after `start()`."""
    if not _region:
        raise RuntimeError("The lab is not running yet. Run the set-up cell with lab.start() first.")
    if _moto is None:
        print("The lab cannot empty another emulator: restart that emulator for an empty account.")
        return
    BackendDict.reset()  # MockAWS.reset() would also forget where `requests` finds the account
    _forget()
    mock_random.seed(seed)


def unique_name(name: str) -> str:
    """A name that no resource in this notebook has had: checks use it, so that they can run many times.

    >>> unique_name("orders")
    'orders-1'
    """
    return f"{name}-{next(_numbers)}"


def stop() -> None:
    """Close the account and give back the environment as it was before `start()`."""
    global _moto, _region
    if _moto is not None:
        wire.close_wire()
        _moto.stop()
        _moto = None
    _forget()
    offline.leave()
    _region = ""


def _forget() -> None:
    """What was kept beside the account: its calls, its bill, its time."""
    call_log.forget()
    meter.forget()
    clock.reset()
    pace.forget()
    boto3.DEFAULT_SESSION = None


def _config() -> DefaultConfig:
    return {
        "core": {"mock_credentials": False, "reset_boto3_session": False},  # offline.py does both
        "lambda": {"use_docker": False},
        "batch": {"use_docker": False},
    }
