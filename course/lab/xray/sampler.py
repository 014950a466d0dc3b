"""Decides whether a request is recorded, as a service that samples by X-Ray's rules does.

The first rule that fits decides: as many requests a second as its reservoir holds, and its rate of the others.
https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
AWS draws lots for the rate. The lab counts, so that nothing depends on luck: at a rate of 0.05 it records every 20th.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from course.lab.clock import clock
from course.lab.place import Place
from course.lab.xray.quotas import Statistics, statistics_of
from course.lab.xray.rules import Asked, rules_of


@dataclass
class Share:
    """A reservoir for each second, and a rate for what comes after it."""

    second: int = -1
    taken: int = 0
    saved: float = 0.0

    def take(self, reservoir: int, rate: float) -> bool:
        """Whether this request is recorded."""
        second = int(clock.now().timestamp())
        if second != self.second:
            self.second, self.taken = second, 0
        if self.taken < reservoir:
            self.taken += 1
            return True
        self.saved += rate
        if self.saved > 1 - 1e-9:
            self.saved -= 1
            return True
        return False


@dataclass
class Sampler:
    """What was decided so far, rule by rule."""

    shares: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))


def is_sampled(place: Place, asked: Asked) -> bool:
    """Whether the rules of this Region want the request recorded."""
    settings = rules_of(place).first(asked).settings
    name = settings["RuleName"]
    share = place.kept("xray", "lab_sampler", Sampler).shares[name]
    decided = share.take(int(settings["ReservoirSize"]), float(settings["FixedRate"]))
    statistics_of(place).count(Statistics(name, clock.now().timestamp(), 1, int(decided), 0))
    return decided
