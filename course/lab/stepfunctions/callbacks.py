"""Task tokens and activities: work that somebody outside finishes.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random
from moto.stepfunctions.models import stepfunctions_backends

from course.lab.stepfunctions.kernel import Callback


@dataclass
class Offer:
    """Work that waits for a worker."""

    token: str
    given: str
    taken: Callable[[str], None]


@dataclass
class Store:
    """What a Region's Step Functions knows beyond moto; it lives on moto's backend and goes with it at a reset."""

    tokens: dict[str, Callback] = field(default_factory=dict)
    offers: dict[str, list[Offer]] = field(default_factory=dict)
    executions: dict[str, Any] = field(default_factory=dict)
    map_runs: dict[str, Any] = field(default_factory=dict)


def store_of(account: str, region: str) -> Store:
    """The lab's own state of a Region's Step Functions."""
    backend = stepfunctions_backends[account][region]
    store: Store = backend.__dict__.setdefault("lab_store", Store())
    return store


def all_stores() -> list[Store]:
    """The state of every account and Region in use."""
    return [
        backend.__dict__["lab_store"]
        for account in stepfunctions_backends.values()
        for backend in account.values()
        if "lab_store" in backend.__dict__
    ]


def new_token(machine: str, callback: Callback) -> str:
    """A token that answers this callback."""
    _, _, _, region, account, _ = machine.split(":", 5)
    token: str = mock_random.get_random_string(length=64)
    store_of(account, region).tokens[token] = callback
    return token


def offer(activity: str, token: str, given: str, taken: Callable[[str], None]) -> None:
    """Put work where the workers of an activity look for it."""
    _, _, _, region, account, _ = activity.split(":", 5)
    store_of(account, region).offers.setdefault(activity, []).append(Offer(token, given, taken))
