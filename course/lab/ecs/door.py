"""Straight to a task, past all balancers: its security groups decide.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
"""

from __future__ import annotations

from course.lab.apigateway.exchange import Answer, Sent
from course.lab.ecs import tasks
from course.lab.elb import security_groups, servers


def at_address(sent: Sent, is_inside: bool) -> Answer | None:
    """The answer of the task at an address; None if it is no task's."""
    for one in tasks.everything():
        if sent.host not in (one.address, one.public_address):
            continue
        where = f"{one.interface} on port {sent.port}"
        if sent.host == one.address and not is_inside:
            raise TimeoutError(f"{where} cannot be reached from {sent.source_ip}: {sent.host} is a private address.")
        card = one.place.backend("ec2").enis[one.interface]
        if not security_groups.lets_in(card.group_set, sent.port, sent.source_ip):
            groups = ", ".join(group.id for group in card.group_set)
            raise TimeoutError(f"{where}: the connection timed out. No rule of {groups} lets {sent.source_ip} in.")
        heard = servers.ask((one.address,), sent.port, sent)
        if heard.answer is None:
            raise ConnectionRefusedError(f"{where}: nobody answers there.")
        return heard.answer
    return None
