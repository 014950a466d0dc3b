"""Where people and AWS Regions are, and how long a packet takes between them: a model, not a measurement.

A country is its busiest city. A round trip takes the way there and back through fibre, at two thirds of the speed of
light, half as long again for cables that do not run straight, and 5 ms for the last mile. AWS measures instead, and its
numbers change: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-latency.html
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

_EARTH_KM: Final = 6371.0
_FIBRE_KM_PER_MS: Final = 200.0
_DETOUR: Final = 1.5
_LAST_MILE_MS: Final = 5.0


class Spot(NamedTuple):
    """A place on the globe."""

    latitude: float
    longitude: float


class Country(NamedTuple):
    code: str
    continent: str
    spot: Spot


class Region(NamedTuple):
    name: str
    country: str
    spot: Spot


@cache
def countries() -> Mapping[str, Country]:
    """The countries that the lab knows, by their ISO codes."""
    return {row["code"]: Country(row["code"], row["continent"], _spot(row)) for row in _rows("countries.csv")}


@cache
def regions() -> Mapping[str, Region]:
    """The Regions that the lab knows."""
    return {row["region"]: Region(row["region"], row["country"], _spot(row)) for row in _rows("regions.csv")}


def kilometres(one: Spot, other: Spot) -> float:
    """The way over the globe."""
    a, b = math.radians(one.latitude), math.radians(other.latitude)
    across = math.radians(other.longitude - one.longitude)
    part = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(across / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(part))


def latency(one: Spot, region: str) -> float:
    """Milliseconds for a round trip to a Region, by the model above."""
    far = kilometres(one, region_spot(region))
    return round(2 * far * _DETOUR / _FIBRE_KM_PER_MS + _LAST_MILE_MS, 1)


def region_spot(region: str) -> Spot:
    """Where a Region is; Regions that the lab has no place for lie in the middle of nowhere."""
    found = regions().get(region)
    return found.spot if found else Spot(0.0, 0.0)


def biased(distance: float, bias: int) -> float:
    """The distance that geoproximity routing compares.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-geoproximity.html
    """
    return distance * (1 - bias / 100) if bias >= 0 else distance / (1 + bias / 100)


def spot_of(location: Mapping[str, Any]) -> Spot:
    """The place that a geoproximity record names."""
    at = location.get("Coordinates")
    if at:
        return Spot(float(at["Latitude"]), float(at["Longitude"]))
    named = str(location.get("AWSRegion") or location.get("LocalZoneGroup") or "")
    # A Local Zone group is named after its Region: us-west-2-lax-1.
    return region_spot(next((one for one in regions() if named == one or named.startswith(f"{one}-")), ""))


def _spot(row: Mapping[str, str]) -> Spot:
    return Spot(float(row["latitude"]), float(row["longitude"]))


def _rows(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
