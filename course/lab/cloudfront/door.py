"""Whose address is it? A distribution's own name, or an alternate domain name that DNS leads to it.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html
"""

from __future__ import annotations

import re
import sys
from typing import Final

from course.lab.apigateway.exchange import Answer, Sent
from course.lab.apigateway.outside import NobodyThere
from course.lab.cloudfront import errors, pipeline
from course.lab.cloudfront.records import Distribution, distributions

_OWN: Final = re.compile(r"[a-z0-9]+\.cloudfront\.net")
_LONGEST_CHAIN: Final = 5


def answer(sent: Sent) -> Answer | None:
    """The answer of a distribution; None if the host is none's."""
    if "moto.cloudfront.models" not in sys.modules:
        return None
    host = sent.host.lower()
    end = _end_of(host)
    record = next((one for one in distributions() if one.domain.lower() == end), None)
    if record is None:
        record = _by_alias(host)
    if record is None:
        if _OWN.fullmatch(host):
            raise NobodyThere(f"{host} cannot be resolved: no distribution has this domain name.")
        return None
    config = record.at_the_edge()
    if config is None:
        raise NobodyThere(
            f"{host} cannot be reached yet: distribution {record.id} is being deployed. Wait for it with "
            'cloudfront.get_waiter("distribution_deployed").wait(Id=...).'
        )
    if host != record.domain.lower() and not _is_named(host, pipeline.names_of(config)):
        return errors.page(403, "Bad request. This name is no alternate domain name of the distribution.")
    return pipeline.answer(record, config, sent)


def _by_alias(host: str) -> Distribution | None:
    """A distribution that has the name, for names whose DNS is not kept in this account."""
    if _record_of(host) is not None or _is_ours(host):
        return None
    for one in distributions():
        config = one.at_the_edge()
        if config is not None and _is_named(host, pipeline.names_of(config)):
            return one
    return None


def _is_named(host: str, names: list[str]) -> bool:
    return any(name == host or (name.startswith("*.") and host.endswith(name[1:])) for name in names)


def _end_of(host: str) -> str:
    """Where aliases and CNAMEs of Route 53 lead."""
    for _ in range(_LONGEST_CHAIN):
        if _OWN.fullmatch(host):
            return host
        found = _record_of(host)
        if found is None:
            return host
        host = found
    return host


def _is_ours(host: str) -> bool:
    """Whether a public zone of the account is in charge of the name."""
    if "moto.route53.models" not in sys.modules:
        return False
    from course.lab.dns.names import absolute
    from course.lab.dns.zones import public_zones

    return bool(public_zones(absolute(host)))


def _record_of(host: str) -> str | None:
    if "moto.route53.models" not in sys.modules:
        return None
    from moto.route53.models import route53_backends

    for account in list(route53_backends):
        for backend in list(route53_backends[account].values()):
            for zone in backend.zones.values():
                for record in zone.rrsets:
                    if record.name.rstrip(".").lower() != host:
                        continue
                    if record.alias_target:
                        return str(record.alias_target.get("DNSName", "")).rstrip(".").lower()
                    if record.type == "CNAME" and record.records:
                        return str(record.records[0]).rstrip(".").lower()
    return None
