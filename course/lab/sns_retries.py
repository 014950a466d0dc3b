"""Web hooks of topics: tried again by the delivery policy, on the lab's clock.

Nothing leaves the lab, so a web hook never answers: each message is tried until its delivery policy is used up.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
https://docs.aws.amazon.com/sns/latest/dg/creating-delivery-policy.html
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Final

from course.lab.agenda import Delivery, add_source, note
from course.lab.clock import clock
from course.lab.sns_envelope import Publication

_DEFAULT: Final = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "numMaxDelayRetries": 0,
    "backoffFunction": "linear",
}
_SLOWEST: Final = 3600.0


@dataclass
class _Waiting:
    subscription: Any
    publication: Publication
    due: float
    pauses: list[float]
    tries: int = 0


def post(subscription: Any, publication: Publication) -> None:
    """Try a web hook, and go on trying."""
    now = clock.now().timestamp()
    _waiting(publication.topic.sns_backend).append(
        _Waiting(subscription, publication, now, pauses(_policy(subscription)))
    )


def pauses(policy: dict[str, Any]) -> list[float]:
    """The seconds before each retry: at once, short, growing, long.

    >>> pauses({"numRetries": 3})
    [20.0, 20.0, 20.0]
    """
    wanted = {**_DEFAULT, **policy}
    least, most = float(wanted["minDelayTarget"]), float(wanted["maxDelayTarget"])
    at_once, short, long = (int(wanted[f"num{name}DelayRetries"]) for name in ("No", "Min", "Max"))
    growing = max(int(wanted["numRetries"]) - at_once - short - long, 0)
    middle = [_between(least, most, step, growing, str(wanted["backoffFunction"])) for step in range(growing)]
    return [0.0] * at_once + [least] * short + middle + [most] * long


def _between(least: float, most: float, step: int, steps: int, function: str) -> float:
    if steps == 1 or least >= most:
        return least
    part = step / (steps - 1)
    if function == "exponential":
        part = (2**step - 1) / (2 ** (steps - 1) - 1)
    elif function == "arithmetic":
        part = step * (step + 1) / (steps * (steps - 1))
    elif function == "geometric":
        return min(least * math.pow(most / max(least, 1.0), part), most)
    return least + (most - least) * part


def _policy(subscription: Any) -> dict[str, Any]:
    text = subscription.attributes.get("DeliveryPolicy") or ""
    own: dict[str, Any] = (json.loads(text) if text else {}).get("healthyRetryPolicy") or {}
    return own


def _waiting(backend: Any) -> list[_Waiting]:
    """Kept with moto's backend, so that an emptied account forgets them."""
    kept: list[_Waiting] = backend.__dict__.setdefault("lab_web_hooks", [])
    return kept


def _all_waiting() -> list[_Waiting]:
    from moto.sns.models import sns_backends

    return [one for account in sns_backends.values() for backend in account.values() for one in _waiting(backend)]


class _WebHooks:
    """Everything that waits for its next attempt."""

    def next_due(self) -> float | None:
        return min((one.due for one in _all_waiting()), default=None)

    def deliver(self, now: float) -> list[Delivery]:
        return [self._try(one, now) for one in _all_waiting() if one.due <= now]

    def _try(self, one: _Waiting, now: float) -> Delivery:
        from course.lab.sns_delivery import give_up

        one.tries += 1
        shown = (f"topic {one.publication.topic.name}", one.subscription.endpoint)
        if one.tries <= len(one.pauses):
            one.due = now + min(one.pauses[one.tries - 1], _SLOWEST)
            return note(*shown, f"attempt {one.tries} failed, no answer; again in {one.due - now:.0f} s")
        _waiting(one.publication.topic.sns_backend).remove(one)
        give_up(one.subscription, one.publication, f"{one.tries} attempts failed")
        return note(*shown, f"attempt {one.tries} failed, no answer")


add_source(_WebHooks())
