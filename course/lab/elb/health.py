"""Health checks: each target is probed by the clock, and its state changes by the thresholds.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/check-target-health.html

A balancer's probes never end, so the lab does not stop for each of them on a long way of the clock: exactly at first,
later once a minute, then once an hour, and what fell between is made up for. Nothing can change on that way but by
what the account itself does.
"""

from __future__ import annotations

from typing import Any, Final

from moto.elbv2.models import FakeHealthStatus

from course.lab.agenda import Delivery, add_source, note
from course.lab.apigateway.exchange import Headers, Sent
from course.lab.clock import clock
from course.lab.elb import recall, servers
from course.lab.elb.target_groups import Condition, LabTargetGroup, balancers_of, instance_of, names_of, zone_of
from course.lab.place import everywhere

_AGENT: Final = "ELB-HealthChecker/2.0"
_CODES: Final = "Health checks failed with these codes: [{}]"
_EXACTLY: Final = 120
_BY_THE_MINUTE: Final = 720
_SAME_ENOUGH: Final = 12  # more than any threshold

_quiet_rounds = 0
_watching = False


def touched() -> None:
    """Somebody looks, or does something: be exact again."""
    global _quiet_rounds
    _quiet_rounds = 0


def watch() -> None:
    """Begin to probe: somebody said what a server does, or sent a request."""
    global _watching
    _watching = True


def status_of(group: LabTargetGroup, key: str) -> FakeHealthStatus:
    """What DescribeTargetHealth says about a registered target."""
    target = group.targets[key]
    return FakeHealthStatus(target["Id"], target["Port"], group.health_check_port, *state_of(group, key))


def state_of(group: LabTargetGroup, key: str) -> tuple[str, str | None, str | None]:
    """State, reason and description of a registered target, up to date."""
    target = group.targets[key]
    instance = instance_of(group, target)
    if instance is not None and instance.state != "running":
        return "unused", "Target.InvalidState", f"Target is in the {instance.state} state"
    users = balancers_of(kept_of(group), group)
    if not users:
        return "unused", "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"
    zones = {subnet.availability_zone for balancer in users for subnet in balancer.subnets}
    if group.target_type == "instance" and zone_of(group, target) not in zones:
        words = "Target is in an Availability Zone that is not enabled for the load balancer"
        return "unused", "Target.NotInUse", words
    if not group.health_check_enabled:
        return "unavailable", "Target.HealthCheckDisabled", "Health checks are disabled for this target"
    catch_up(group)
    one = group.conditions[key]
    if one.state == "initial" and _is_taken_for_well(group, key):
        return "healthy", None, None
    return (one.state, None, None) if one.state == "healthy" else (one.state, one.reason, one.told)


def usable(group: LabTargetGroup) -> tuple[list[str], bool]:
    """The keys of the targets that may get requests; and whether that is because all of them are ill (fail open)."""
    states = {key: state_of(group, key)[0] for key in group.targets}
    well = [key for key, state in states.items() if state in ("healthy", "unavailable")]
    if well:
        return well, False
    return [key for key, state in states.items() if state in ("unhealthy", "initial")], True


def catch_up_all() -> None:
    """Bring all targets up to date, before something changes."""
    touched()
    for group in groups():
        catch_up(group)


def catch_up(group: LabTargetGroup) -> list[Delivery]:
    """Make the probes that were due by now; a target whose server nobody described needs none."""
    known = group.__dict__.setdefault("lab_probes", {"under_way": False, "due": 0.0, "changes": -1})
    if known["under_way"]:
        return []  # a page that is being probed looks at its own target group
    if known["changes"] == recall.changes() and known["due"] > clock.now().timestamp():
        return []
    known["under_way"] = True
    try:
        return _probe_all(group)
    finally:
        waiting = [at for key in group.targets if (at := group.conditions[key].next_probe)]
        known |= {"under_way": False, "due": min(waiting, default=float("inf")), "changes": recall.changes()}


def _probe_all(group: LabTargetGroup) -> list[Delivery]:
    now = clock.now().timestamp()
    changes: list[Delivery] = []
    if not group.health_check_enabled or not balancers_of(kept_of(group), group):
        for condition in group.conditions.values():
            condition.registered, condition.next_probe = now, 0.0
        return []
    every = float(group.health_check_interval_seconds)
    for key, target in list(group.targets.items()):
        one = group.conditions[key]
        instance = instance_of(group, target)
        if (instance is not None and instance.state != "running") or _is_taken_for_well(group, key):
            one.next_probe = 0.0
            continue
        if not one.next_probe:
            one.next_probe = (one.registered if one.state == "initial" else now) + every
        before = one.state
        while one.next_probe <= now:
            _judge(one, *_probe(group, target), group, one.next_probe)
            one.next_probe += every
            if one.checks_in_a_row > _SAME_ENOUGH and one.next_probe + every < now:
                one.next_probe += every * ((now - one.next_probe) // every)
        if one.state != before:
            changes.append(note(f"health check of {group.name}", target["Id"], f"{before} -> {one.state}"))
    return changes


def _judge(one: Condition, well: bool, reason: str, told: str, group: LabTargetGroup, at: float) -> None:
    """One result. A new target needs one success; a known one as many as the thresholds say."""
    same = (one.passed if well else one.failed) > 0
    one.checks_in_a_row = one.checks_in_a_row + 1 if same else 1
    one.passed, one.failed = (one.passed + 1, 0) if well else (0, one.failed + 1)
    if well and one.state != "healthy" and (one.state == "initial" or one.passed >= int(group.healthy_threshold_count)):
        one.state, one.healthy_since = "healthy", at
    elif not well:
        if one.state != "healthy" or one.failed >= int(group.unhealthy_threshold_count):
            one.reason, one.told = reason, told
        if one.failed >= int(group.unhealthy_threshold_count):
            one.state, one.healthy_since = "unhealthy", None
        elif one.state == "initial":
            one.reason, one.told = "Elb.InitialHealthChecking", "Initial health checks in progress"


def _probe(group: LabTargetGroup, target: dict[str, Any]) -> tuple[bool, str, str]:
    """One health check: whether it went well, else the reason and its description."""
    from course.lab.elb import lambda_targets, nodes, security_groups

    if group.target_type == "lambda":
        return lambda_targets.probe(group, target)
    port = int(target["Port"] if group.health_check_port in (None, "traffic-port") else group.health_check_port)
    protocol = str(group.health_check_protocol or group.protocol)
    balancers = balancers_of(kept_of(group), group)
    if not any(security_groups.lets_through(balancer, group, target, port) for balancer in balancers):
        return False, "Target.Timeout", "Request timed out"
    headers = Headers({"Host": f"{target['Id']}:{port}", "User-Agent": _AGENT, "Connection": "close"})
    path, _, query = str(group.health_check_path or "/").partition("?")
    asked = Sent("GET", target["Id"], path, query, headers, b"", nodes.private_addresses(balancers[0])[0])
    heard = servers.probe(names_of(group, target), port, asked)
    if protocol not in ("HTTP", "HTTPS"):
        open_ = heard.trouble != servers.REFUSED
        return open_, "Target.FailedHealthChecks", "Health checks failed"
    if heard.trouble == servers.SILENT or heard.seconds > float(group.health_check_timeout_seconds):
        return False, "Target.Timeout", "Request timed out"
    if heard.answer is None:
        return False, "Target.FailedHealthChecks", "Health checks failed"
    status = heard.answer.status
    if not matches(str((group.matcher or {}).get("HttpCode", "200")), status):
        return False, "Target.ResponseCodeMismatch", _CODES.format(status)
    return True, "", ""


def matches(codes: str, status: int) -> bool:
    """Whether a status is a success by a matcher such as `200,301-303`."""
    for part in codes.split(","):
        first, _, last = part.partition("-")
        if int(first) <= status <= int(last or first):
            return True
    return False


def _is_taken_for_well(group: LabTargetGroup, key: str) -> bool:
    """Nobody said what its server does: it is taken for well."""
    if group.target_type == "lambda":
        return False
    return not any(servers.is_described(name) for name in names_of(group, group.targets[key]))


def groups() -> list[LabTargetGroup]:
    """All target groups of all accounts and Regions."""
    kept = everywhere("elbv2")
    return [one for backend in kept for one in list(backend.target_groups.values()) if isinstance(one, LabTargetGroup)]


def kept_of(group: LabTargetGroup) -> Any:
    """What moto keeps for load balancers where the group is."""
    from moto.elbv2.models import elbv2_backends

    return elbv2_backends[group.account_id][group.region_name]


class _Probes:
    """What the agenda asks."""

    def next_due(self) -> float | None:
        if not _watching:
            return None
        from course.lab.elb import metrics

        due = [group.__dict__.get("lab_probes", {}).get("due", float("inf")) for group in groups()]
        soonest = min(due, default=float("inf"))
        if soonest == float("inf"):
            return metrics.next_minute()
        if _quiet_rounds > _EXACTLY:
            step = 60 if _quiet_rounds < _BY_THE_MINUTE else 3600
            soonest = max(soonest, (clock.now().timestamp() // step + 1) * step)
        minute = metrics.next_minute()
        return soonest if minute is None or _quiet_rounds > _EXACTLY else min(soonest, minute)

    def deliver(self, now: float) -> list[Delivery]:
        global _quiet_rounds
        if not _watching:
            return []
        from course.lab.elb import metrics

        _quiet_rounds += 1
        made = [one for group in groups() for one in catch_up(group)]
        metrics.count_hosts(groups())
        return made


add_source(_Probes())
