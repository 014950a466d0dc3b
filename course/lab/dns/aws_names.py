"""Names that AWS gives to what people make: balancers, distributions, sites, instances; their addresses, their health.

Addresses of services are made up, in the range for benchmarks (RFC 2544), so that nobody takes them for real ones.
https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
"""

from __future__ import annotations

import csv
import hashlib
import ipaddress
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from course.lab.place import everywhere

_BALANCERS: Final = ("application", "network")
_EVERYWHERE: Final = {"CloudFront": "Z2FDTNDATAQYW2", "Global Accelerator": "Z2BJ6XQ5FK7U4H"}


@dataclass(frozen=True)
class Kind:
    """A kind of name that AWS gives."""

    what: str
    pattern: re.Pattern[str]
    ttl: int = 60
    alias: bool = True
    """Whether an alias may point to it."""


_KINDS: Final = (
    Kind("CloudFront", re.compile(r"[a-z0-9]+\.cloudfront\.net\.")),
    Kind("application", re.compile(r"(?:dualstack\.)?[a-z0-9-]+\.(?P<region>[a-z0-9-]+)\.elb\.amazonaws\.com\.")),
    Kind("network", re.compile(r"[a-z0-9-]+\.elb\.(?P<region>[a-z0-9-]+)\.amazonaws\.com\.")),
    Kind("site", re.compile(r"(?:.+\.)?s3-website[-.](?P<region>[a-z0-9-]+)\.amazonaws\.com\."), ttl=5),
    Kind("API", re.compile(r"[a-z0-9-]+\.execute-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com\.")),
    Kind("Beanstalk", re.compile(r".+\.(?P<region>[a-z]+-[a-z]+-\d)\.elasticbeanstalk\.com\.")),
    Kind("endpoint", re.compile(r"vpce-.+\.(?P<region>[a-z0-9-]+)\.vpce\.amazonaws\.com\.")),
    Kind("Global Accelerator", re.compile(r"[a-z0-9]+\.awsglobalaccelerator\.com\.")),
    Kind("AppSync", re.compile(r".+\.appsync-api\.(?P<region>[a-z0-9-]+)\.amazonaws\.com\."), alias=False),
    Kind("instance", re.compile(r"ec2-(?P<ip>\d+-\d+-\d+-\d+)\..*compute.*\.amazonaws\.com\."), alias=False),
    Kind("inside", re.compile(r"ip-(?P<ip>\d+-\d+-\d+-\d+)\..*(?:internal|compute\.internal)\."), alias=False),
    Kind("service", re.compile(r".+\.(?:amazonaws\.com|on\.aws|amazoncognito\.com)\."), alias=False),
)


@dataclass(frozen=True)
class Found:
    """What a name of AWS resolves to."""

    values: tuple[str, ...]
    ttl: int


def kind_of(host: str) -> Kind | None:
    """Which kind of name an absolute name is; None if AWS gives no such names."""
    return next((kind for kind in _KINDS if kind.pattern.fullmatch(host)), None)


def zone_ids(host: str) -> set[str]:
    """The hosted zones that an alias to this name may state; empty where the lab does not know them."""
    kind = kind_of(host)
    if kind is None:
        return set()
    if kind.what in _EVERYWHERE:
        return {_EVERYWHERE[kind.what]}
    region = _part(kind, host, "region")
    known = {_zones()[region][kind.what]} if region in _zones() and kind.what in _zones()[region] else set()
    balancer = balancer_of(host)
    return known | ({balancer.canonical_hosted_zone_id} if balancer is not None else set())


def zone_of_balancers(region: str, kind: str) -> str:
    """The hosted zone in which the names of a Region's balancers of a kind lie; empty where the lab does not know it.

    >>> zone_of_balancers("us-east-1", "application")
    'Z35SXDOTRQ7X7K'
    """
    return _zones().get(region, {}).get(kind, "") if kind in _BALANCERS else ""


def find(host: str, record_type: str) -> Found | None:
    """What the name resolves to; None if nothing has that name."""
    kind = kind_of(host)
    if kind is None:
        return _outside(host, record_type)
    if kind.what in _BALANCERS:
        balancer = balancer_of(host)
        return Found(_of_balancer(balancer, record_type), kind.ttl) if balancer is not None else None
    if kind.what == "Beanstalk" and _is_used("course.lab.beanstalk.store"):
        return _of_environment(host, record_type, kind.ttl)
    if record_type not in ("A", "AAAA"):
        return Found((), kind.ttl)
    if kind.what in ("instance", "inside"):
        address = _part(kind, host, "ip").replace("-", ".")
        return Found((address,) if record_type == "A" else (), kind.ttl)
    if record_type == "AAAA":
        return Found((_address6(host),) if kind.what == "CloudFront" else (), kind.ttl)
    spread = ("a", "b", "c", "d") if kind.what == "CloudFront" else ("",)
    return Found(tuple(_address(f"{host}{one}") for one in spread), kind.ttl)


def cname_of(host: str) -> Found | None:
    """The name that the name of a Beanstalk environment stands for: its balancer's; None for all other names."""
    kind = kind_of(host)
    if kind is None or kind.what != "Beanstalk" or not _is_used("course.lab.beanstalk.store"):
        return None
    from course.lab.beanstalk.where import target_of

    target = target_of(host.rstrip("."))
    return None if not target or _is_address(target) else Found((target,), kind.ttl)


def _of_environment(host: str, record_type: str, ttl: int) -> Found | None:
    """Addresses behind the name of a Beanstalk environment: its balancer's, or its only instance's."""
    from course.lab.beanstalk.where import target_of

    target = target_of(host.rstrip("."))
    if not target:
        return None
    if _is_address(target):
        return Found((target,) if record_type == "A" else (), ttl)
    return find(f"{target.lower()}.", record_type)


def _is_used(module: str) -> bool:
    return module in sys.modules


def _is_address(target: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+){3}", target) is not None


def is_well(host: str) -> bool:
    """What Evaluate Target Health finds at a name of AWS.

    A balancer is well if every target group behind it has a healthy target; other services count as well.
    """
    balancer = balancer_of(host)
    return balancer is None or _serves(balancer)


def balancer_of(host: str) -> Any | None:
    """The load balancer of this name."""
    if "moto.elbv2.models" not in sys.modules:
        return None
    bare = host.rstrip(".").removeprefix("dualstack.")
    for backend in everywhere("elbv2"):
        for balancer in backend.load_balancers.values():
            if balancer.dns_name.lower() == bare:
                return balancer
    return None


def _serves(balancer: Any) -> bool:
    from course.lab.elb.target_groups import balancers_of

    backend = next(one for one in everywhere("elbv2") if balancer.arn in one.load_balancers)
    groups = [one for one in backend.target_groups.values() if balancer in balancers_of(backend, one)]
    return bool(groups) and all(_has_healthy(backend, group) for group in groups)


def _has_healthy(backend: Any, group: Any) -> bool:
    from moto.ec2.models import ec2_backends

    ec2: Any = ec2_backends[backend.account_id][backend.region_name]
    states = [group.health_for(dict(one), ec2).status for one in group.targets.values()]
    return any(state in ("healthy", "unavailable") for state in states)


def _of_balancer(balancer: Any, record_type: str) -> tuple[str, ...]:
    """One address in each of its zones."""
    from course.lab.elb.nodes import nodes_of

    if record_type == "AAAA":
        if balancer.ip_address_type != "dualstack":
            return ()
        return tuple(_address6(f"{balancer.dns_name}{one.id}") for one in balancer.subnets)
    if record_type != "A":
        return ()
    return tuple(one.private if balancer.scheme == "internal" else one.public for one in nodes_of(balancer))


def _outside(host: str, record_type: str) -> Found | None:
    """Sites that stand beside the account: lab.http.serve gives a name somebody who answers, and so an address."""
    from moto.core.models import DEFAULT_ACCOUNT_ID

    from course.lab.apigateway.state import account_state

    bare = host.rstrip(".")
    if not any(
        site.partition("/")[0].partition(":")[0].lower() == bare for site in account_state(DEFAULT_ACCOUNT_ID).sites
    ):
        return None
    return Found((_address(host),) if record_type == "A" else (), 300)


def _part(kind: Kind, host: str, group: str) -> str:
    found = kind.pattern.fullmatch(host)
    return str(found.groupdict().get(group) or "") if found else ""


def _number(seed: str) -> int:
    return int(hashlib.md5(seed.lower().encode()).hexdigest(), 16)


def _address(seed: str) -> str:
    network = ipaddress.ip_network("198.18.0.0/15")
    return str(network[1 + _number(seed) % (network.num_addresses - 2)])


def _address6(seed: str) -> str:
    return str(ipaddress.IPv6Address(int(ipaddress.IPv6Address("2001:db8::")) + _number(seed) % 2**64))


@cache
def _zones() -> Mapping[str, Mapping[str, str]]:
    """https://docs.aws.amazon.com/general/latest/gr/elb.html, https://docs.aws.amazon.com/general/latest/gr/s3.html"""
    with (Path(__file__).parent / "alias_zones.csv").open(encoding="utf-8", newline="") as file:
        return {row["region"]: row for row in csv.DictReader(file)}
