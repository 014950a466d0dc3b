"""One request on its way through an application load balancer, with all that logs and metrics tell of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.apigateway.exchange import Answer, Headers, Sent, reason
from course.lab.clock import clock
from course.lab.elb.nodes import Node
from course.lab.elb.target_groups import LabTargetGroup


@dataclass
class Visit:
    """A request at a listener."""

    balancer: Any
    listener: Any
    node: Node
    sent: Sent
    client_port: int
    certificate: str = ""
    began: float = field(default_factory=lambda: clock.now().timestamp())
    trace: str = ""
    rule: Any = None
    looked_at: int = 0
    executed: list[str] = field(default_factory=list)
    redirect_url: str = ""
    error_reason: str = ""
    group: LabTargetGroup | None = None
    target: str = ""
    """Address and port of the target."""
    target_status: int | None = None
    seconds: float = -1.0
    """How long the target took; -1 if it did not answer."""

    @property
    def scheme(self) -> str:
        return "https" if self.listener.protocol == "HTTPS" else "http"


def own_answer(status: int) -> Answer:
    """What the balancer says itself when something is wrong."""
    words = "Service Temporarily Unavailable" if status == 503 else reason(status)
    words = {502: "Bad Gateway", 504: "Gateway Time-out"}.get(status, words)
    title = f"{status} {words}"
    head, shown = f"<head><title>{title}</title></head>", f"<body>\r\n<center><h1>{title}</h1></center>\r\n</body>"
    body = f"<html>\r\n{head}\r\n{shown}\r\n</html>"
    return Answer(status, from_balancer({"Content-Type": "text/html"}, body), body.encode())


def from_balancer(headers: dict[str, str], body: str) -> Headers:
    """The headers of an answer that no target gave."""
    found = Headers({"Server": "awselb/2.0", **headers})
    found["Content-Length"] = str(len(body.encode()))
    return found


def trace_id(sent: Sent) -> str:
    """X-Amzn-Trace-Id as the target gets it: new, or with the balancer's own part in front.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
    """
    own = f"1-{int(clock.now().timestamp()):08x}-{mock_random.get_random_hex(24)}"
    given = sent.headers.get("X-Amzn-Trace-Id", "")
    if not given:
        return f"Root={own}"
    kept = [part for part in given.split(";") if part and not part.startswith("Self=")]
    return ";".join([f"Self={own}", *kept]) if any(part.startswith("Root=") for part in kept) else f"Root={own};{given}"
