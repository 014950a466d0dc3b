"""What API Gateway knows beyond moto. It lives on moto's backends and goes with them when the account is emptied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class AccountState:
    """What is kept once for the account."""

    sites: dict[str, Callable[[Any], Any]] = field(default_factory=dict)


@dataclass
class State:
    """What is kept for each Region; the parts that own an entry say what is in it."""

    buckets: dict[tuple[str, ...], Any] = field(default_factory=dict)  # throttle.py
    used: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)  # usage.py
    kept_answers: dict[tuple[str, str], dict[Any, Any]] = field(default_factory=dict)  # rest_cache.py
    kept_decisions: dict[tuple[str, ...], Any] = field(default_factory=dict)  # authorizers.py
    connections: dict[str, Any] = field(default_factory=dict)  # websocket_connections.py
    gone: set[str] = field(default_factory=set)


def account_state(account: str) -> AccountState:
    """The account's own state, kept on the backend of one Region."""
    backend: Any = _backend(account, "us-east-1")
    state: AccountState = backend.__dict__.setdefault("lab_account_state", AccountState())
    return state


def state_of(account: str, region: str) -> State:
    """The state of API Gateway in a Region."""
    backend: Any = _backend(account, region)
    state: State = backend.__dict__.setdefault("lab_state", State())
    return state


def _backend(account: str, region: str) -> Any:
    from moto.apigateway.models import apigateway_backends  # a second to load, and S3's sites need none of it

    return apigateway_backends[account][region]
