"""The way to balancers and instances for `lab.http`; their part of the lab is loaded only once there are any."""

from __future__ import annotations

import re
import sys
from typing import Final

from course.lab.apigateway.exchange import Answer, Sent

_ADDRESS: Final = re.compile(r"\d{1,3}(\.\d{1,3}){3}")


def answer(sent: Sent) -> Answer | None:
    """The answer of a balancer or an instance; None if the host is neither."""
    maybe_an_instance = "moto.ec2.models" in sys.modules and _ADDRESS.fullmatch(sent.host)
    has_environments = "course.lab.beanstalk.store" in sys.modules  # some of them have no balancer
    if "moto.elbv2.models" not in sys.modules and not maybe_an_instance and not has_environments:
        return None
    from course.lab.elb import door

    return door.answer(sent)
