"""The instances of an environment, and what is installed on them.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.managing.ec2.html
"""

from __future__ import annotations

import sys
from typing import Any

from course.lab.apigateway.exchange import Headers, Sent
from course.lab.beanstalk import options, template
from course.lab.beanstalk.program import CannotInstall, Program
from course.lab.beanstalk.store import Environment, Installed, Version

__all__ = ["CannotInstall", "adopt", "group_of", "install", "instances", "passes_checks", "start", "stop",
           "target_groups"]  # fmt: skip


def group_of(environment: Environment) -> str:
    """The name of the environment's Auto Scaling group."""
    return environment.resources.get("AWSEBAutoScalingGroup", "")


def target_groups(environment: Environment) -> list[str]:
    """The ARNs of the balancer's target groups."""
    return [one for name, one in sorted(environment.resources.items()) if name.startswith("AWSEBV2LoadBalancerTarget")]


def instances(environment: Environment, group: str = "") -> list[str]:
    """The running instances of a group: of the environment's own if none is named."""
    if "moto.autoscaling.models" not in sys.modules:
        return []
    groups: Any = environment.place.backend("autoscaling").autoscaling_groups
    found = groups.get(group or group_of(environment))
    if found is None:
        return []
    ids = [one.instance.id for one in found.instance_states if one.lifecycle_state in ("InService", "Pending")]
    return [one for one in ids if _state(environment, one) == "running"]


def _state(environment: Environment, instance_id: str) -> str:
    for reservation in environment.place.backend("ec2").reservations.values():
        for instance in reservation.instances:
            if instance.id == instance_id:
                return str(instance.state)
    return ""


def adopt(environment: Environment, instance_id: str, version: Version | None = None) -> None:
    """Look after an instance from now on; nothing listens on it until something is installed and started."""
    from course.lab.elb import servers

    label = version.label if version is not None else ""
    environment.installed[instance_id] = Installed(label, environment.deployment)
    servers.serve(instance_id, 80, None)


def install(environment: Environment, instance_id: str, version: Version) -> float:
    """Bring a version onto an instance; nothing listens there until `start`. The seconds it takes.

    If it raises CannotInstall, what ran before runs on.
    """
    from course.lab.elb import servers

    leaders: dict[int, str] = environment.__dict__.setdefault("lab_leaders", {})
    leader = leaders.setdefault(environment.deployment, instance_id) == instance_id
    wsgi = options.value(environment, "aws:elasticbeanstalk:container:python", "WSGIPath", version) or "application"
    program = Program(version.bundle, version.label, instance_id, variables(environment, version), wsgi)
    seconds = program.prepare(leader)
    if instance_id not in environment.installed:
        adopt(environment, instance_id)
    servers.serve(instance_id, 80, None)
    environment.__dict__.setdefault("lab_staged", {})[instance_id] = (program, version.label)
    return seconds


def start(environment: Environment, instance_id: str) -> None:
    """Start what was installed on an instance: from now on the proxy listens on port 80."""
    from course.lab.elb import servers

    staged = environment.__dict__.setdefault("lab_staged", {}).pop(instance_id, None)
    if staged is None:
        return
    program, label = staged
    program.start()
    made = Installed(label, environment.deployment, program, fault=program.fault, log=program.log)
    environment.installed[instance_id] = made
    servers.serve(instance_id, 80, program.answer)


def restart(environment: Environment, instance_id: str) -> None:
    """Load the installed program anew, with the variables as they are now."""
    from course.lab.beanstalk.store import kept

    found = environment.installed.get(instance_id)
    version = kept(environment.place).version(environment, found.label) if found else None
    if version is not None:
        install(environment, instance_id, version)
        start(environment, instance_id)


def stop(environment: Environment, instance_id: str) -> None:
    """End the program on an instance: nothing listens there any more."""
    from course.lab.elb import servers

    servers.serve(instance_id, 80, None)


def variables(environment: Environment, version: Version | None) -> dict[str, str]:
    """The environment properties, with those of a database that belongs to the environment."""
    import importlib.util

    from course.lab.beanstalk import stack

    found = {key: value for key, value in options.effective(environment, version).items()
             if key[0] == options.VARIABLES}  # fmt: skip
    said = {name: value for (_, name), value in stack.filled_in(environment, found).items() if value}
    database = "course.lab.beanstalk.rollouts_database"
    if importlib.util.find_spec(database) is not None:
        said = importlib.import_module(database).properties(environment) | said
    return said


def passes_checks(environment: Environment, instance_id: str) -> bool:
    """Whether the program on an instance answers the health check as the balancer wants it."""
    from course.lab.elb import health, servers

    installed = environment.installed.get(instance_id)
    if installed is None or installed.program is None or _state(environment, instance_id) != "running":
        return False
    if environment.tier == "Worker":
        return not installed.fault
    settings = options.effective(environment)
    path = template.health_path(settings)
    sent = Sent("GET", instance_id, path, headers=Headers({"User-Agent": "ELB-HealthChecker/2.0"}), is_secure=False,
                port=80, source_ip="10.0.0.1")  # fmt: skip
    heard = servers.probe((instance_id,), 80, sent)
    codes = settings.get((options.PROCESS, "MatcherHTTPCode")) or "200"
    return heard.answer is not None and health.matches(codes, heard.answer.status)
