"""A Classic Load Balancer in front of an environment: requests go round among the instances that answer.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-cfg-clb.html
"""

from __future__ import annotations

from course.lab.apigateway.exchange import Answer, Headers, Sent
from course.lab.beanstalk import fleet
from course.lab.beanstalk.where import endpoint_of
from course.lab.elb import servers
from course.lab.place import Place, everywhere


def answer(goal: str, sent: Sent) -> Answer | None:
    """The answer of an environment's Classic Load Balancer of this name; None if there is none."""
    from course.lab.beanstalk.store import kept

    for backend in everywhere("elasticbeanstalk"):
        for one in kept(Place(backend.account_id, backend.region_name)).alive:
            if "AWSEBLoadBalancer" not in one.resources or endpoint_of(one).lower() != goal:
                continue
            if sent.port != 80:
                raise ConnectionRefusedError(f"{goal}: no listener has the port {sent.port}.")
            well = [each for each in fleet.instances(one) if fleet.passes_checks(one, each)]
            turn: int = one.__dict__.get("lab_classic_turn", -1) + 1
            one.__dict__["lab_classic_turn"] = turn
            heard = servers.ask((well[turn % len(well)],), 80, sent) if well else None
            if heard is None or heard.answer is None:
                return Answer(503, Headers({"Content-Type": "text/html"}), b"<h1>503 Service Unavailable</h1>")
            return heard.answer
    return None
