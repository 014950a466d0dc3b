"""Retry and Catch.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.stepfunctions.errors import StateError


class Retries:
    """How often each retrier of a state has tried."""

    def __init__(self, retriers: list[Mapping[str, Any]]) -> None:
        self._retriers = retriers
        self._tries = [0] * len(retriers)

    def pause(self, error: StateError) -> float | None:
        """Seconds to wait before the next try; None if this error is not tried again."""
        for place, retrier in enumerate(self._retriers):
            if not error.is_named_by(retrier["ErrorEquals"]):
                continue
            tried = self._tries[place]
            if tried >= retrier.get("MaxAttempts", 3):
                return None
            self._tries[place] += 1
            seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** tried
            seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
            if retrier.get("JitterStrategy", "NONE") == "FULL":
                seconds = random.Random(mock_random.random()).uniform(0, seconds)
            return float(seconds)
        return None

    @property
    def count(self) -> int:
        return sum(self._tries)


def catcher_of(state: Mapping[str, Any], error: StateError) -> Mapping[str, Any] | None:
    """The first Catch that names the error."""
    return next((one for one in state.get("Catch") or () if error.is_named_by(one["ErrorEquals"])), None)
