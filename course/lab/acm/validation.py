"""The record that proves to ACM that a domain is yours, and whether it stands in the account's public zones.

https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html: the same name in the same account gets the same
record for every certificate, and a wildcard the one of its parent.
"""

from __future__ import annotations

import hashlib
from typing import Any

from course.lab.place import Place


def record(account: str, domain: str) -> dict[str, str]:
    """The CNAME for a domain of a certificate."""
    bare = domain.removeprefix("*.").lower()
    name, value = (hashlib.md5(f"{account} {bare} {part}".encode()).hexdigest() for part in ("name", "value"))
    return {"Name": f"_{name}.{bare}.", "Type": "CNAME", "Value": f"_{value}.xlfgrmvvlj.acm-validations.aws."}


def stands(account: str, domain: str) -> bool:
    """Whether the right CNAME for the domain is in a public hosted zone of the account."""
    wanted = record(account, domain)
    zones: Any = Place(account, "us-east-1").global_backend("route53").zones
    for zone in zones.values():
        if zone.private_zone:
            continue
        for one in zone.rrsets:
            if one.type != "CNAME" or _plain(one.name) != _plain(wanted["Name"]):
                continue
            if _plain(wanted["Value"]) in [_plain(value) for value in _values(one)]:
                return True
    return False


def missing(account: str, domains: list[str]) -> list[str]:
    """The domains whose CNAME does not stand."""
    return [domain for domain in domains if not stands(account, domain)]


def _plain(name: str) -> str:
    return name.strip('"').rstrip(".").lower()


def _values(one: Any) -> list[str]:
    """Moto keeps values as texts or as {"Value": text}, by how the record came."""
    return [value["Value"] if isinstance(value, dict) else str(value) for value in one.records]
