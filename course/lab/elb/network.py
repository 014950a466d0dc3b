"""Network load balancers: connections go to a target by their flow, and the client's address stays.

https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html
"""

from __future__ import annotations

import dataclasses
from hashlib import sha256
from typing import Any, Final

from course.lab.apigateway.exchange import Answer
from course.lab.elb import application, choice, metrics, security_groups, servers
from course.lab.elb.conditions import rule_for
from course.lab.elb.target_groups import LabTargetGroup, names_of
from course.lab.elb.visit import Visit

_RESET: Final = "The connection was reset: the network load balancer found nobody who takes it."


def answer(kept: Any, visit: Visit) -> Answer:
    """What the target says; the balancer itself never says a word, it only resets connections."""
    rule, _ = rule_for(visit.listener, visit.sent)
    group = choice.group_for(kept, rule, rule.actions[0])
    keys = choice.candidates(visit.balancer, group, visit.node.zone) if group is not None else []
    metrics.count(visit.balancer, visit.node.zone, {"NewFlowCount": 1, "ActiveFlowCount": 1})
    if group is None or not keys:
        metrics.count(visit.balancer, visit.node.zone, {"TCP_ELB_Reset_Count": 1})
        raise ConnectionResetError(_RESET)
    key = _by_flow(group, keys, visit)
    target = group.targets[key]
    if group.target_type == "alb":
        return _through_another(kept, visit, target)
    port, own = int(target["Port"]), keeps_client(group)
    seen = visit.sent.source_ip if own else visit.node.private
    if not security_groups.lets_through(visit.balancer, group, target, port, seen):
        raise TimeoutError(f"The connection timed out: the security groups of {target['Id']} do not let {seen} in.")
    heard = servers.ask(names_of(group, target), port, dataclasses.replace(visit.sent, source_ip=seen))
    if heard.answer is None:
        metrics.count(visit.balancer, visit.node.zone, {"TCP_Target_Reset_Count": 1}, group)
        raise ConnectionResetError(f"{target['Id']} did not answer on port {port}; the connection is closed.")
    moved = len(visit.sent.body) + len(heard.answer.content)
    metrics.count(visit.balancer, visit.node.zone, {"ProcessedBytes": moved}, group)
    return heard.answer


def keeps_client(group: LabTargetGroup) -> bool:
    """Whether targets see the client's address: always for instances by default, for addresses only over UDP.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#client-ip-preservation
    """
    said = group.setting("preserve_client_ip.enabled")
    if said:
        return said.lower() == "true"
    return group.target_type == "instance" or group.protocol in ("UDP", "TCP_UDP")


def _by_flow(group: LabTargetGroup, keys: list[str], visit: Visit) -> str:
    """The same flow gets the same target; with stickiness, the same client."""
    flow = f"{group.protocol} {visit.sent.source_ip}"
    if not group.is_on("stickiness.enabled"):
        flow += f" {visit.client_port} {visit.node.public} {visit.listener.port}"
    ordered = sorted(keys)
    return ordered[int(sha256(flow.encode()).hexdigest(), 16) % len(ordered)]


def _through_another(kept: Any, visit: Visit, target: dict[str, Any]) -> Answer:
    """An application load balancer as the target: fixed addresses in front of listener rules."""
    other = kept.load_balancers[target["Id"]]
    listener = next((one for one in other.listeners.values() if int(one.port) == int(target["Port"])), None)
    if listener is None:
        raise ConnectionResetError(f"{other.name} has no listener on port {target['Port']}.")
    return application.answer(kept, dataclasses.replace(visit, balancer=other, listener=listener))
