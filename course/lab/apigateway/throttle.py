"""Token buckets: how many requests a second the account, a stage's method and a customer's key may send.

A bucket holds up to `burst` tokens and gets `rate` new ones a second of the lab's clock; a request takes one.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from course.lab import pace
from course.lab.apigateway import stage_settings, usage
from course.lab.apigateway.refused import Refused
from course.lab.apigateway.rest_call import Call
from course.lab.apigateway.state import state_of

ACCOUNT_RATE: Final = 10_000.0
ACCOUNT_BURST: Final = 5_000


@dataclass
class Bucket:
    """Tokens, and when they were counted last."""

    tokens: float
    at: float

    def take(self, rate: float, burst: float, now: float) -> bool:
        """Take a token, if there is one."""
        self.tokens = min(burst, self.tokens + max(0.0, now - self.at) * rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(frozen=True)
class Limit:
    """A bucket's name and size."""

    name: tuple[str, ...]
    rate: float
    burst: float


def check(call: Call) -> None:
    """Refuse the request when one of its buckets is empty."""
    for limit in _limits(call):
        if not passes(call.place.account, call.place.region, limit):
            raise Refused("THROTTLED", log=f"Too Many Requests: the limit of {' '.join(limit.name)} is reached")


def passes(account: str, region: str, limit: Limit) -> bool:
    """Take a token out of a limit's bucket."""
    now = pace.now()
    buckets = state_of(account, region).buckets
    bucket: Bucket = buckets.setdefault(limit.name, Bucket(limit.burst, now))
    return bucket.take(limit.rate, limit.burst, now)


def _limits(call: Call) -> Iterator[Limit]:
    """The customer's limits come first, the account's last."""
    place, path, method = call.place, call.here.route.path, call.sent.method
    for plan in usage.plans_of(call):
        name = ("usage plan", plan.id, call.api_key.id)
        own = _method_throttle(plan, call, path, method)
        if own:
            yield Limit((*name, path, method), float(own.get("rateLimit") or 0), float(own.get("burstLimit") or 0))
        elif plan.throttle:
            throttle = plan.throttle
            yield Limit(name, float(throttle.get("rateLimit") or 0), float(throttle.get("burstLimit") or 0))
    settings, is_own = stage_settings.of_method(call.stage, path, method, call.here.method_key)
    stage = ("stage", place.api_id, place.stage)
    yield Limit(
        (*stage, path, method) if is_own else stage,
        float(settings["throttlingRateLimit"]),
        float(settings["throttlingBurstLimit"]),
    )
    yield Limit(("account", place.account), ACCOUNT_RATE, ACCOUNT_BURST)


def _method_throttle(plan: Any, call: Call, path: str, method: str) -> dict[str, Any] | None:
    for stage in plan.api_stages:
        if stage.get("apiId") == call.place.api_id and stage.get("stage") == call.place.stage:
            found: dict[str, Any] | None = (stage.get("throttle") or {}).get(f"{path}/{method}")
            return found
    return None
