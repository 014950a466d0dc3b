"""Who uses a certificate: load balancers, distributions and custom domains of APIs.

Which Region they want it in: https://docs.aws.amazon.com/acm/latest/userguide/acm-regions.html
"""

from __future__ import annotations

import sys
from typing import Any

from course.lab.place import Place


def users_of(place: Place, arn: str) -> list[str]:
    """The ARNs of everything that uses the certificate; each once, in order."""
    return sorted({*_balancers(place, arn), *_distributions(place, arn), *_domains(place, arn)})


def _balancers(place: Place, arn: str) -> list[str]:
    if "moto.elbv2.models" not in sys.modules:
        return []  # nobody has made a load balancer; moto's part for them need not load
    found: list[str] = []
    for balancer in place.backend("elbv2").load_balancers.values():
        found += [balancer.arn for one in balancer.listeners.values() if arn in (one.certificate, *one.certificates)]
    return found


def _distributions(place: Place, arn: str) -> list[str]:
    if "moto.cloudfront.models" not in sys.modules:
        return []
    made: Any = place.global_backend("cloudfront").distributions
    return [one.arn for one in made.values() if _certificate_of(one.distribution_config) == arn]


def _certificate_of(config: Any) -> str:
    """Moto keeps a viewer certificate only where one was given."""
    viewer = getattr(config, "viewer_certificate", None)
    return str(viewer.acm_certificate_arn) if viewer else ""


def _domains(place: Place, arn: str) -> list[str]:
    found: list[str] = []
    if "moto.apigateway.models" in sys.modules:
        for region in ("us-east-1", place.region):
            for name, one in Place(place.account, region).backend("apigateway").domain_names.items():
                if arn in (one.certificate_arn, one.regional_certificate_arn):
                    found.append(f"arn:aws:apigateway:{region}::/domainnames/{name}")
    return found
