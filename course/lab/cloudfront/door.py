"""Whose address is it? A distribution's own name, or an alternate domain name that DNS leads to it.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html
"""

from __future__ import annotations

import re
import sys
from typing import Final

from course.lab.apigateway.exchange import Answer, Sent
from course.lab.apigateway.outside import NobodyThere
from course.lab.cloudfront.cache_key import items
from course.lab.cloudfront.records import Config, Distribution, distributions

_OWN: Final = re.compile(r"[a-z0-9]+\.cloudfront\.net")


def answer(sent: Sent) -> Answer | None:
    """The answer of a distribution; None if the host is none's."""
    if "moto.cloudfront.models" not in sys.modules:
        return None
    from course.lab.cloudfront import errors, pipeline  # heavy, and of no use to those without a distribution

    host = sent.host.lower()
    end = _end_of(host, sent.source_ip)
    record = next((one for one in distributions() if one.domain.lower() == end), None)
    if record is None and end == host:
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
    if host != record.domain.lower() and not _is_named(host, config):
        return errors.page(403, "Bad request. This name is no alternate domain name of the distribution.")
    return pipeline.answer(record, config, sent)


def _by_alias(host: str) -> Distribution | None:
    """A distribution that has the name, for names whose DNS is not kept in this account."""
    if _is_ours(host):
        return None  # and there is no record that leads anywhere
    for one in distributions():
        config = one.at_the_edge()
        if config is not None and _is_named(host, config):
            return one
    return None


def _is_named(host: str, config: Config) -> bool:
    """Whether the name is one of the distribution's alternate domain names."""
    names = [one.lower() for one in items(config, "Aliases")]
    return any(name == host or (name.startswith("*.") and host.endswith(name[1:])) for name in names)


def _end_of(host: str, source_ip: str) -> str:
    """The name that a name leads to for this viewer, by the records of Route 53; the name itself if there are none."""
    if _OWN.fullmatch(host) or "moto.route53.models" not in sys.modules:
        return host
    from course.lab.dns.resolver import resolve

    found = resolve(host, ip=source_ip)
    return found.target.rstrip(".") if found.values else host


def _is_ours(host: str) -> bool:
    """Whether a public zone of the account is in charge of the name."""
    if "moto.route53.models" not in sys.modules:
        return False
    from course.lab.dns.names import absolute
    from course.lab.dns.zones import public_zones

    return bool(public_zones(absolute(host)))
