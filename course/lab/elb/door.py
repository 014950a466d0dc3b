"""Whose address is it? A balancer's name or address, a name in Route 53 that leads to one, or an instance's address.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any, Final

from course.lab.apigateway.exchange import Answer, Sent
from course.lab.elb import application, certificates, choice, health, network, nodes, security_groups, servers
from course.lab.elb.target_groups import LabTargetGroup, groups_in
from course.lab.elb.visit import Visit
from course.lab.place import everywhere

_ADDRESS: Final = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
_INSIDE: Final = [ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")]
_FIRST_PORT: Final = 32768


def answer(sent: Sent) -> Answer | None:
    """The answer of a balancer or an instance; None if the host is neither."""
    goal = _past_beanstalk(_goal_of(sent.host.lower(), sent.source_ip))
    if "moto.elbv2.models" in sys.modules:
        for kept, balancer in _balancers():
            node = _node_at(balancer, goal)
            if node is not None or goal == balancer.dns_name.lower():
                return _at_balancer(kept, balancer, node, sent)
    if _ADDRESS.fullmatch(goal) and "moto.ec2.models" in sys.modules:
        there = replace(sent, host=goal)
        return _at_instance(there) or _at_task(there)
    if "course.lab.beanstalk.store" in sys.modules and goal.endswith(".elb.amazonaws.com"):
        from course.lab.beanstalk import classic

        return classic.answer(goal, sent)
    return None


def _at_balancer(kept: Any, balancer: Any, node: nodes.Node | None, sent: Sent) -> Answer:
    health.watch()
    health.touched()
    where = f"{balancer.name} on port {sent.port}"
    if balancer.scheme == "internal" and not _is_inside(sent.source_ip):
        raise TimeoutError(f"{where} cannot be reached: an internal load balancer has private addresses only.")
    if not security_groups.client_gets_in(balancer, sent.port, sent.source_ip):
        groups = ", ".join(balancer.security_groups)
        raise TimeoutError(f"{where}: the connection timed out. No rule of {groups} lets {sent.source_ip} in there.")
    listener = next((one for one in balancer.listeners.values() if int(one.port) == sent.port), None)
    if listener is None:
        raise ConnectionRefusedError(f"{where}: the connection was refused, for no listener has this port.")
    all_nodes = nodes.nodes_of(balancer)
    if node is None:
        arns = {arn for rule in listener.rules.values() for arn, _ in groups_in(rule.actions)}
        ours = [one for arn in arns if isinstance(one := kept.target_groups.get(arn), LabTargetGroup)]
        zones = choice.zones_in_dns(balancer, ours, [one.zone for one in all_nodes])
        node = nodes.next_node(balancer, [one for one in all_nodes if one.zone in zones])
    visit = Visit(balancer, listener, node, sent, _next_port(balancer))
    if listener.protocol in ("HTTPS", "TLS"):
        if not sent.is_secure:
            return _plain_to_secure()
        visit.certificate = certificates.choose(listener, sent.host)
        certificates.check(visit.certificate, sent.host)
    elif sent.is_secure and balancer.type == "application":
        raise ConnectionResetError(f"{where}: the listener speaks plain HTTP, so the TLS handshake failed.")
    if balancer.type == "application":
        return application.answer(kept, visit)
    return network.answer(kept, visit)


def _plain_to_secure() -> Answer:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html"""
    from course.lab.elb.visit import own_answer

    return own_answer(400)


def _at_instance(sent: Sent) -> Answer | None:
    """Past all balancers, straight to a machine: its security groups decide."""
    for backend in everywhere("ec2"):
        for reservation in backend.reservations.values():
            for instance in reservation.instances:
                if sent.host in (instance.public_ip, instance.private_ip) and instance.state == "running":
                    return _ask(instance, sent)
    return None


def _at_task(sent: Sent) -> Answer | None:
    if "course.lab.ecs.tasks" not in sys.modules:
        return None
    from course.lab.ecs.door import at_address

    return at_address(sent, _is_inside(sent.source_ip))


def _ask(instance: Any, sent: Sent) -> Answer:
    where = f"{instance.id} on port {sent.port}"
    if sent.host == instance.private_ip and not _is_inside(sent.source_ip):
        raise TimeoutError(f"{where} cannot be reached from {sent.source_ip}: {sent.host} is a private address.")
    if not security_groups.lets_in(instance.security_groups, sent.port, sent.source_ip):
        groups = ", ".join(one.id for one in instance.security_groups)
        raise TimeoutError(f"{where}: the connection timed out. No rule of {groups} lets {sent.source_ip} in there.")
    heard = servers.ask((instance.id, instance.private_ip), sent.port, sent)
    if heard.answer is None:
        raise ConnectionRefusedError(f"{where}: nobody answers there.")
    return heard.answer


def _balancers() -> Iterator[tuple[Any, Any]]:
    for kept in everywhere("elbv2"):
        for balancer in list(kept.load_balancers.values()):
            yield kept, balancer


def _node_at(balancer: Any, host: str) -> nodes.Node | None:
    """The node with this address, if the balancer's addresses are fixed; zonal names lead to one node, too."""
    if balancer.type != "network":
        return None
    for node in nodes.nodes_of(balancer):
        if host in (node.public, node.private, f"{node.zone}.{balancer.dns_name}".lower()):
            return node
    return None


def _goal_of(host: str, source_ip: str) -> str:
    """The name that a name leads to for this client, by the records of Route 53; the name itself if there are none."""
    if _ADDRESS.fullmatch(host) or "moto.route53.models" not in sys.modules:
        return host
    from course.lab.dns.resolver import resolve

    found = resolve(host, ip=source_ip)
    return found.target.rstrip(".").removeprefix("dualstack.") if found.values else host


def _past_beanstalk(host: str) -> str:
    """What stands behind the name of an Elastic Beanstalk environment; other names as they are."""
    if not host.endswith(".elasticbeanstalk.com"):
        return host
    from course.lab.beanstalk.where import target_of

    return target_of(host).lower() or host


def _is_inside(address: str) -> bool:
    """Whether a client calls out of a private network."""
    return any(ip_address(address) in network for network in _INSIDE)


def _next_port(balancer: Any) -> int:
    """Each connection of a client comes from a port of its own."""
    turn: int = balancer.__dict__.get("lab_client_port", -1) + 1
    balancer.__dict__["lab_client_port"] = turn
    return _FIRST_PORT + turn % 28000
