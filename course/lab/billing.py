"""What the account's use would have cost on AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from course.lab import meter

if TYPE_CHECKING:
    from course.facts.costs import Bill


def bill(times: float = 1, free: bool = False) -> Bill:
    """The price of all requests since the account was opened or emptied, at the prices of `course.facts`.

    `times` multiplies the use, to see what a pattern costs when it runs a million times; `free` takes off the free
    amounts where there are any. Hours and storage are not in it.

    >>> print(bill(times=1_000_000))
    0.40 USD (1 lines; ...)
    """
    from course import facts

    total = facts.Bill()
    for (service, price), units in sorted(_units().items()):
        total += _cost(service, price, units * times, free)
    return total


def _cost(service: str, price: str, units: float, free: bool) -> Bill:
    """The price of the units, without the free amount if AWS gives one and it is asked for."""
    from course import facts

    try:
        return facts.cost(service, price, units, free=free)
    except ValueError:
        if not free:
            raise
        return facts.cost(service, price, units)


def _units() -> dict[tuple[str, str], float]:
    """Units of each price as AWS counts them, sizes rounded up."""
    from course.facts.costs import billed_units

    units: dict[tuple[str, str], float] = {}
    for (service, price, size), quantity in meter.used().items():
        counted = billed_units(service, price, quantity, size=size)
        units[service, price] = units.get((service, price), 0.0) + counted
    return units
