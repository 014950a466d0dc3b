"""Which certificate a listener shows to a client that names a host (Server Name Indication).

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
"""

from __future__ import annotations

import ssl
from typing import Any

from course.lab.place import Place


class WrongCertificate(ssl.SSLCertVerificationError):
    """The certificate that the balancer showed is not made out to the name that the client asked for."""

    def __str__(self) -> str:
        return str(self.args[0])


def choose(listener: Any, host: str) -> str:
    """The certificate that covers the name, an exact one before a wildcard; else the default one."""
    named = [(name, arn) for arn in listener.certificates for name in names_of(arn)]
    fitting = [(name.startswith("*"), arn) for name, arn in named if covers(name, host)]
    return min(fitting)[1] if fitting else str(listener.certificate or "")


def check(arn: str, host: str) -> None:
    """What every client does: refuse a certificate that is not made out to the host."""
    names = names_of(arn)
    if names and not any(covers(name, host) for name in names):
        raise WrongCertificate(
            f"The certificate {arn.rpartition('/')[2]} is made out to {', '.join(names)}, not to {host}. Add a "
            "certificate for this name to the listener, or call the balancer by a name that its certificate covers."
        )


def covers(name: str, host: str) -> bool:
    """Whether a name in a certificate covers a host; `*` stands for exactly one label."""
    name, host = name.lower(), host.lower()
    if not name.startswith("*."):
        return name == host
    return host.partition(".")[2] == name[2:] and bool(host.partition(".")[0])


def names_of(arn: str) -> list[str]:
    """The names that a certificate of ACM is made out to; nothing is known of others."""
    if ":acm:" not in arn:
        return []
    _, _, _, region, account, _ = arn.split(":", 5)
    found = Place(account, region).backend("acm")._certificates.get(arn)
    if found is None:
        return []
    return sorted({str(found.common_name), *map(str, found.sans)})
