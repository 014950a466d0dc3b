"""Edge locations, and which one a viewer reaches: the nearest of those that the distribution's price class has.

A handful of CloudFront's hundreds of places, each named by its airport as in the header X-Amz-Cf-Pop.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PriceClass.html
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from course.lab.dns.askers import asker, country_of
from course.lab.dns.geography import Spot, countries, kilometres

_WIDTH: Final = {"PriceClass_100": ("100",), "PriceClass_200": ("100", "200")}
# Who calls from an address that belongs to no country of the model sits in New York.
_SOMEWHERE: Final = "US"


class Edge(NamedTuple):
    """An edge location."""

    code: str
    city: str
    country: str
    spot: Spot
    price_class: str
    billed_as: str
    """Which column of the price list its traffic is billed by."""

    @property
    def address(self) -> str:
        """Where its requests to origins come from, in a network that CloudFront really uses for this."""
        return f"130.176.{list(edges()).index(self.code)}.17"


@cache
def edges() -> dict[str, Edge]:
    """All edge locations of the lab, by their codes."""
    with (Path(__file__).parent / "edges.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Edge(
                row["code"],
                row["city"],
                row["country"],
                Spot(float(row["latitude"]), float(row["longitude"])),
                row["price_class"],
                row["billed_as"],
            )
            for row in csv.DictReader(file)
        }


def nearest(country: str, price_class: str = "PriceClass_All") -> Edge:
    """The edge location that somebody in a country reaches."""
    here = countries()[country or _SOMEWHERE].spot
    open_ones = [one for one in edges().values() if one.price_class in _WIDTH.get(price_class, (one.price_class,))]
    return min(open_ones, key=lambda one: (kilometres(here, one.spot), one.code))


def country_at(address: str) -> str:
    """The country of a viewer's address; empty if the model has none for it."""
    return country_of(address)


def viewer_in(country: str) -> str:
    """An address of somebody in a country, for `lab.http(..., source_ip=)`.

    >>> lab.http("GET", url, source_ip=viewer_in("JP")).headers["X-Amz-Cf-Pop"]
    'NRT50-C1'
    """
    return asker(country=country).ip
