"""Names of the domain system: how they compare, what lies within what, wildcards.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
"""

from __future__ import annotations

from collections.abc import Iterator


def absolute(name: str) -> str:
    """The name in lower case, with its final dot; Route 53 writes the asterisk as \\052."""
    return name.strip().lower().replace("\\052", "*").rstrip(".") + "."


def within(name: str, zone: str) -> bool:
    """Whether an absolute name is the zone's or lies below it."""
    return name == zone or name.endswith("." + zone)


def parents(name: str) -> Iterator[str]:
    """The names above an absolute name, the nearest first."""
    rest = name.partition(".")[2]
    while rest:
        yield rest
        rest = rest.partition(".")[2]


def between(name: str, zone: str) -> list[str]:
    """The names from just below the zone down to the name itself."""
    return [one for one in (name, *parents(name)) if within(one, zone) and one != zone][::-1]


def depth(name: str) -> int:
    """How many labels an absolute name has."""
    return name.count(".")
