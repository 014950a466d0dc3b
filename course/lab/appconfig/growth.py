"""Which share of the clients a deployment has reached when.

https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-deployment-strategy.html: ten hours by 20 %
are steps of 20 % every two hours, and the last one ends the ten hours. Exponential growth is G x 2^N.
"""

from __future__ import annotations

from course.lab.appconfig.store import Strategy


def steps(strategy: Strategy) -> list[tuple[float, float]]:
    """(minutes after the start, per cent of the clients), one for each step."""
    shares: list[float] = []
    while not shares or shares[-1] < 100:
        number = len(shares)
        grown = strategy.factor * (2**number if strategy.growth == "EXPONENTIAL" else number + 1)
        shares.append(min(100.0, grown))
    each = strategy.minutes / len(shares)
    return [(each * (number + 1), share) for number, share in enumerate(shares)]
