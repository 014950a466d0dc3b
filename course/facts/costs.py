"""What a use of AWS costs: tiers, free tier, and the units in which AWS counts.

    facts.cost("sqs", "standard-requests", 250e6, free=True).usd          -> 99.6
    facts.cost("sqs", "standard-requests", 1e6, size=65 * 1024).usd       -> 0.8  (two 64 KB chunks each)
    facts.cost("lambda", "duration-x86", seconds * gigabytes) + facts.cost("lambda", "requests", 3e6)

Quantities count single units of what the price is for: requests, not millions of requests; GB; hours. A `size`
(bytes of one request, milliseconds of one run, seconds of one instance) is rounded up by the rule that
`tables/billing-rules.csv` names for the price. Free units are the first ones used, so they fill the lowest tier.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from typing import Any

from course.facts.fact import Fact, Number, sources
from course.facts.store import HOME_REGION, UnknownFact, key, limit, near_names, price, slug, tiers
from course.facts.tables import records

HOURS_PER_MONTH = 730
"""The hours that AWS's own estimates count for a month (8,760 / 12)."""

_MULTIPLES = {"": 1.0, "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9}
_PER = re.compile(
    r"^USD\s*(?:per|/)\s*(?P<count>[\d,.]*)\s*(?P<multiple>k|m|b|thousand|million|billion)?\b\s*(?P<what>.*)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Line:
    """One line of a bill: what was used, what AWS counts of it, at which unit price."""

    item: str
    quantity: float
    billed: float
    unit: str
    unit_price: float
    usd: float
    source: str
    as_of: str


@dataclass(frozen=True)
class Bill:
    """An itemised cost; bills add up (`a + b`, `sum(bills)`), compare by their totals (`a < b`, `min(bills)`,
    `a < 5`), and `float(bill)` is the total in USD."""

    lines: tuple[Line, ...] = ()

    @property
    def usd(self) -> float:
        """The total in USD, rounded to a hundredth of a cent."""
        return round(math.fsum(line.usd for line in self.lines), 4)

    def __float__(self) -> float:
        return self.usd

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def __add__(self, other: Bill) -> Bill:
        return Bill(self.lines + other.lines) if isinstance(other, Bill) else NotImplemented

    def __radd__(self, other: object) -> Bill:
        return self if other == 0 else NotImplemented

    def __lt__(self, other: Bill | float) -> bool:
        return self.usd < float(other) if isinstance(other, Bill | int | float) else NotImplemented

    def __le__(self, other: Bill | float) -> bool:
        return self.usd <= float(other) if isinstance(other, Bill | int | float) else NotImplemented

    def __gt__(self, other: Bill | float) -> bool:
        return self.usd > float(other) if isinstance(other, Bill | int | float) else NotImplemented

    def __ge__(self, other: Bill | float) -> bool:
        return self.usd >= float(other) if isinstance(other, Bill | int | float) else NotImplemented

    def __str__(self) -> str:
        return f"{self.usd:,.2f} USD ({len(self.lines)} lines; {sources(self)})"

    def frame(self) -> Any:
        """The lines as a pandas DataFrame."""
        import pandas

        return pandas.DataFrame([vars(line) for line in self.lines], columns=list(Line.__dataclass_fields__))

    def _repr_html_(self) -> str:
        table = self.frame().drop(columns=["source", "as_of"]).to_html(index=False)
        return f"{table}<p><b>Total {self.usd:,.2f} USD</b> <small>({sources(self)})</small></p>"


@dataclass(frozen=True)
class _Rule:
    """How AWS counts one price: in steps, from a minimum, with a free amount."""

    counts: str
    step: float
    minimum: float
    per_unit: float
    free: str


def cost(
    service: str,
    name: str,
    quantity: float,
    *,
    size: float | None = None,
    free: bool | float = False,
    region: str = HOME_REGION,
) -> Bill:
    """What `quantity` units of a price cost, tier by tier.

    `size` is the size of each single unit where AWS rounds it (see `billed_units`). `free=True` takes off the
    free amount that the fact files hold for this price, `free=1e6` an amount of your own.
    """
    billed = billed_units(service, name, quantity, size=size)
    given = _free_amount(service, name, region) if free is True else float(free)
    steps = tiers(service, name, region)
    bounds = [step.tier_from for step in steps[1:]] + [math.inf]
    lines = []
    for step, upper in zip(steps, bounds, strict=True):
        inside = max(0.0, min(billed, upper) - max(step.tier_from, given))
        if inside or step is steps[0]:
            share = quantity * (inside / billed) if billed else 0.0
            lines.append(_line(step, share, inside, len(steps) > 1))
    return Bill(tuple(lines))


def billed_units(service: str, name: str, quantity: float, *, size: float | None = None) -> float:
    """How many units AWS counts for `quantity` things of `size` each.

    Without a size, the quantity itself. With one, the rule of the price decides: SQS counts each started
    64 KB as a request; Lambda rounds each run up to 1 ms; S3 Standard-IA counts at least 128 KB an object.
    """
    if quantity < 0:
        raise ValueError(f"{service} {name}: the quantity is {quantity}; it cannot be negative")
    if size is None:
        return float(quantity)
    rule = _rule(service, name)
    if rule is None:
        known = [f"{line['service']} {line['price']}" for line in records("billing-rules")]
        near = ", ".join(near_names(f"{service} {name}", known)) or "see facts.table('billing-rules')"
        raise ValueError(f"{service} {name!r} has no rounding rule, so it takes no size. Rules: {near}")
    # Binary noise must not start a new step: 0.3 / 0.1 is 2.9999999999999996, 3 * 1.1 is 3.3000000000000003.
    steps = math.ceil(round(max(size, rule.minimum) / rule.step, 9))
    if rule.counts == "steps":
        return float(quantity) * max(1, steps)
    return float(quantity) * max(steps * rule.step, rule.minimum) / rule.per_unit


def _line(step: Number, share: float, inside: float, tiered: bool) -> Line:
    count, what = units_sold(step)
    item = f"{step.service} {slug(step.name)}"
    if tiered and step.tier_from:
        item += f" (from {step.tier_from:,.0f})"
    usd = inside / count * float(step)
    return Line(item, share, inside, what, float(step) / count, usd, step.source, step.as_of)


def units_sold(fact: Fact) -> tuple[float, str]:
    """How many units one price is for, and of what: `USD per 1M requests` is (1000000, "requests")."""
    found = _PER.match(fact.unit)
    if found is None:
        if fact.unit == "USD":
            return 1.0, "unit"
        raise ValueError(
            f"{fact.service} {fact.name!r} is {fact.unit!r}, not 'USD per ...': it is no price to multiply"
        )
    number = float(found["count"].replace(",", "") or 1)
    return number * _MULTIPLES[(found["multiple"] or "").lower()], found["what"].strip()


def _free_amount(service: str, name: str, region: str) -> float:
    rule = _rule(service, name)
    if rule is None or not rule.free:
        raise ValueError(
            f"{service} {name!r} has no free amount on file: pass free=<units>, or add it to billing-rules.csv"
        )
    for kind in (price, limit):
        try:
            return float(kind(service, rule.free, region))
        except UnknownFact:
            continue
    raise UnknownFact(f"billing-rules.csv: {service} has no fact {rule.free!r}")


@cache
def _rule(service: str, name: str) -> _Rule | None:
    """The line of billing-rules.csv for a price; a `*` in its name stands for any ending."""
    for line in records("billing-rules"):
        if key(line["service"]) == key(service) and fnmatch(slug(name), line["price"]):
            return _Rule(
                line["counts"],
                float(line["step"] or 1),
                float(line["minimum"] or 0),
                float(line["per_unit"] or 1),
                line["free"],
            )
    return None
