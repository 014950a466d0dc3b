"""Where the name of an environment leads to.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/customdomains.html
"""

from __future__ import annotations

import sys
from typing import Any

from course.lab.place import everywhere

SUFFIX = ".elasticbeanstalk.com"


def target_of(host: str) -> str:
    """The name of the balancer or the address behind an environment's CNAME; empty if nobody has that name.

    >>> target_of("shop.us-east-1.elasticbeanstalk.com")
    'awseb-AWSEB-1ABCDEFGHIJK.us-east-1.elb.amazonaws.com'
    """
    found = environment_at(host)
    return endpoint_of(found) if found is not None else ""


def environment_at(host: str) -> Any | None:
    """The environment that has this CNAME now."""
    if "course.lab.beanstalk.store" not in sys.modules:
        return None
    name = host.lower().rstrip(".")
    for backend in everywhere("elasticbeanstalk"):
        for one in getattr(backend.__dict__.get("lab_beanstalk"), "alive", []):
            if one.cname.lower() == name:
                return one
    return None


def endpoint_of(environment: Any) -> str:
    """EndpointURL: the balancer's name, or the address of the single instance."""
    arn = environment.resources.get("AWSEBV2LoadBalancer", "")
    if arn and "moto.elbv2.models" in sys.modules:
        balancer = environment.place.backend("elbv2").load_balancers.get(arn)
        return str(balancer.dns_name) if balancer is not None else ""
    classic = environment.resources.get("AWSEBLoadBalancer", "")
    if classic:
        balancer = environment.place.backend("elb").load_balancers.get(classic)
        return str(balancer.dns_name) if balancer is not None else ""
    return str(environment.resources.get("AWSEBEIP", ""))
