"""CIDR collections: networks of clients under the names of locations.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-ipbased.html
"""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from course.lab.place import Place, everywhere
from course.lab.service import Call, Refusal

_MOST_BLOCKS: Final = 1_000
_MOST_COLLECTIONS: Final = 5
_SHORTEST: Final = {4: 24, 6: 48}


@dataclass
class Collection:
    """Blocks by location."""

    id: str
    name: str
    arn: str
    caller_reference: str
    version: int = 1
    blocks: dict[str, list[str]] = field(default_factory=dict)


def locations_of(collection: str, ip: str) -> list[str]:
    """The locations whose blocks hold the address, the most specific first."""
    found = _anywhere(collection)
    if found is None or not ip:
        return []
    address = ipaddress.ip_address(ip)
    holding = []
    for location, blocks in found.blocks.items():
        for block in blocks:
            network = ipaddress.ip_network(block)
            if network.version == address.version and address in network:
                holding.append((-network.prefixlen, location))
    return [location for _, location in sorted(holding)]


def create(call: Call) -> Mapping[str, Any]:
    kept = _kept(call.place)
    name, reference = str(call.given["Name"]), str(call.given["CallerReference"])
    for one in kept.values():
        if one.name == name or one.caller_reference == reference:
            raise Refusal("CidrCollectionAlreadyExistsException", f"The CIDR collection {name} already exists.")
    if len(kept) >= _MOST_COLLECTIONS:
        raise Refusal("LimitsExceeded", f"You can't have more than {_MOST_COLLECTIONS} CIDR collections.")
    made = str(uuid.uuid4())
    kept[made] = Collection(made, name, f"arn:aws:route53:::cidrcollection/{made}", reference)
    return {
        "Collection": _told(kept[made]),
        "Location": f"https://route53.amazonaws.com/2013-04-01/cidrcollection/{made}",
    }


def change(call: Call) -> Mapping[str, Any]:
    found = _found(call)
    version = call.given.get("CollectionVersion")
    if version is not None and version != found.version:
        raise Refusal(
            "CidrCollectionVersionMismatchException", "The CIDR collection version you provided does not match."
        )
    now = {location: list(blocks) for location, blocks in found.blocks.items()}
    for one in call.given["Changes"]:
        blocks = [_block(text) for text in one["CidrList"]]
        kept = now.setdefault(one["LocationName"], [])
        if one["Action"] == "PUT":
            kept += [block for block in blocks if block not in kept]
        else:
            now[one["LocationName"]] = [block for block in kept if block not in blocks]
    _no_overlap(now)
    if sum(map(len, now.values())) > _MOST_BLOCKS:
        raise Refusal("LimitsExceeded", f"A CIDR collection holds at most {_MOST_BLOCKS} CIDR blocks.")
    found.blocks = {location: blocks for location, blocks in now.items() if blocks}
    found.version += 1
    return {"Id": found.id}


def delete(call: Call) -> Mapping[str, Any]:
    found = _found(call)
    if found.blocks:
        raise Refusal(
            "CidrCollectionInUseException", "The CIDR collection still holds CIDR locations; remove them first."
        )
    del _kept(call.place)[found.id]
    return {}


def list_collections(call: Call) -> Mapping[str, Any]:
    return {"CidrCollections": [_told(one) for one in _kept(call.place).values()]}


def list_locations(call: Call) -> Mapping[str, Any]:
    return {"CidrLocations": [{"LocationName": one} for one in _found(call).blocks]}


def list_blocks(call: Call) -> Mapping[str, Any]:
    wanted = call.given.get("LocationName")
    return {
        "CidrBlocks": [
            {"CidrBlock": block, "LocationName": location}
            for location, blocks in _found(call).blocks.items()
            for block in blocks
            if wanted in (None, location)
        ]
    }


def _block(text: str) -> str:
    try:
        network = ipaddress.ip_network(text)
    except ValueError as wrong:
        raise Refusal("InvalidInput", f"{text} is not a CIDR block: {wrong}") from None
    longest = _SHORTEST[network.version]
    if not 1 <= network.prefixlen <= longest:
        raise Refusal("InvalidInput", f"{text}: the prefix of an IPv{network.version} block is /1 to /{longest}.")
    return str(network)


def _no_overlap(now: Mapping[str, Iterable[str]]) -> None:
    """The same block may stand under one location only."""
    seen: dict[str, str] = {}
    for location, blocks in now.items():
        for block in blocks:
            if seen.setdefault(block, location) != location:
                raise Refusal("CidrBlockInUseException", f"The CIDR block {block} is in use by location {seen[block]}.")


def _told(one: Collection) -> dict[str, Any]:
    return {"Arn": one.arn, "Id": one.id, "Name": one.name, "Version": one.version}


def _found(call: Call) -> Collection:
    named = str(call.given.get("Id") or call.given.get("CollectionId"))
    found = _kept(call.place).get(named)
    if found is None:
        raise Refusal("NoSuchCidrCollectionException", f"The CIDR collection {named} does not exist.", 404)
    return found


def _anywhere(named: str) -> Collection | None:
    for backend in everywhere("route53"):
        found: Collection | None = backend.__dict__.get("lab_collections", {}).get(named)
        if found is not None:
            return found
    return None


def exists(named: str) -> bool:
    """Whether there is such a collection."""
    return _anywhere(named) is not None


def _kept(place: Place) -> dict[str, Collection]:
    return Place(place.account, "aws").kept("route53", "lab_collections", dict)
