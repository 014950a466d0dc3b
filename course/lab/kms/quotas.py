"""Requests a second: one quota for all uses of symmetric keys in an account and Region, services' uses included.

https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html
https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html

The quotas are far above what a notebook can ask for, so the other programs of the account are played by `others_use`.
A second here is one of those by which the clock was pushed on: how fast a machine is decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.clock import clock
from course.lab.place import Place, place_of
from course.lab.wire import answer_first, json_error

CODE: Final = "ThrottlingException"
WORDS: Final = "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."
_SHARED: Final = frozenset(
    {
        "Encrypt",
        "Decrypt",
        "ReEncrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GenerateRandom",
        "VerifyMac",
    }
)

_load: dict[Place, int] = {}
_taken: dict[Place, tuple[float, int]] = {}  # when the second began, and how many it had so far
_A_SECOND: Final = 0.9  # what the lab does while the clock moves costs a little of it


@contextmanager
def others_use(per_second: int, region: str = "us-east-1", account: str = "123456789012") -> Iterator[int]:
    """Inside the block other programs of the account make so many requests of KMS every second.

    What the Region's quota leaves is yielded. The calls of one second are those between two moves of the clock.

    >>> with others_use(99_990) as left:
    ...     kms.encrypt(...)  # the 11th one before the clock moves is throttled
    """
    place = Place(account, region)
    before = _load.get(place)
    _load[place] = per_second
    _taken.pop(place, None)
    try:
        yield max(0, quota(region) - per_second)
    finally:
        _taken.pop(place, None)
        if before is None:
            del _load[place]
        else:
            _load[place] = before


def quota(region: str) -> int:
    """Symmetric cryptographic operations a second in a Region, before anybody raised it."""
    from course import facts

    return int(facts.limit("kms", "symmetric-requests-per-second", region=region))


def take(place: Place) -> bool:
    """Use one request of this second; False if none is left."""
    if place not in _load:
        return True
    now = _moved()
    began, used = _taken.get(place, (now, 0))
    if now - began >= _A_SECOND:
        began, used = now, 0
    may = _load[place] + used < quota(place.region)
    _taken[place] = (began, used + may)
    return may


def _moved() -> float:
    """By how many seconds the clock was pushed on so far."""
    import time_machine  # only where it is asked for: most notebooks never do

    hatch = time_machine.escape_hatch
    if not hatch.is_travelling():
        return 0.0
    return clock.now().timestamp() - hatch.time.time()


@answer_first
def _not_too_many(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "kms" or operation not in _SHARED or not _load or take(place_of(request)):
        return None
    return json_error(request, CODE, WORDS)
