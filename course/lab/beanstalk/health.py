"""How an environment and its instances are: the colour, and the status with its causes.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/using-features.healthstatus.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-status.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from course.lab.beanstalk import fleet, options
from course.lab.beanstalk.store import Environment
from course.lab.clock import clock
from course.lab.service import Call, Refusal

_UNDER_WAY: Final = ("Launching", "Updating", "LinkingFrom", "LinkingTo")


@dataclass(frozen=True)
class Health:
    """A colour; with enhanced reporting also a status and what it comes from."""

    colour: str
    status: str
    causes: tuple[str, ...] = ()


def is_enhanced(environment: Environment) -> bool:
    """Whether the health agent reports, instead of the balancer's checks alone."""
    return options.value(environment, "aws:elasticbeanstalk:healthreporting:system", "SystemType") == "enhanced"


def of(environment: Environment) -> Health:
    """How it is now."""
    if environment.status in ("Terminated", "Terminating"):
        return Health("Grey", "Unknown")
    ids = fleet.instances(environment)
    if environment.status == "Launching":
        return Health("Grey", "Pending", ("Environment is being created.",))
    if environment.status in _UNDER_WAY:
        if not is_enhanced(environment):
            return Health("Grey", "Info")
        return Health("Green", "Info", (f"Command is executing on {len(ids)} out of {len(ids)} instances.",))
    if not ids:
        return Health("Grey", "NoData", ("There are no instances.",))
    bad = [one for one in ids if not fleet.passes_checks(environment, one)]
    strange = [one for one in ids if one not in bad and environment.installed[one].label != environment.version_label]
    if strange:
        said = (f"Incorrect application version found on {len(strange)} out of {len(ids)} instances. Expected version "
                f'"{environment.version_label}" (deployment {environment.deployment}).')  # fmt: skip
        return Health("Red", "Severe", (said,))
    if not bad:
        return Health("Green", "Ok")
    words = tuple(f"{len(bad)} out of {len(ids)} instances: {one}" for one in _reasons(environment, bad))
    if len(bad) == len(ids):
        return Health("Red", "Severe", words)
    return Health("Red", "Degraded", words) if 2 * len(bad) >= len(ids) else Health("Yellow", "Warning", words)


def _reasons(environment: Environment, bad: list[str]) -> list[str]:
    found = []
    for one in bad:
        installed = environment.installed.get(one)
        if installed is None or installed.program is None:
            found.append("no application is installed.")
        elif installed.fault:
            found.append("Following services are not running: web.")
        else:
            found.append("ELB health is failing or not available.")
    return list(dict.fromkeys(found))


def _enhanced(call: Call, environment: Environment, operation: str) -> None:
    if not is_enhanced(environment):
        raise Refusal("InvalidRequestException", f"{operation} is not supported. The environment does not use enhanced "
                      "health reporting.")  # fmt: skip


def describe(call: Call, environment: Environment) -> dict[str, Any]:
    """DescribeEnvironmentHealth."""
    _enhanced(call, environment, "DescribeEnvironmentHealth")
    now, ids = of(environment), fleet.instances(environment)
    counts = dict.fromkeys(("NoData", "Unknown", "Pending", "Ok", "Info", "Warning", "Degraded", "Severe"), 0)
    for one in ids:
        counts[_instance_status(environment, one)] += 1
    parts: dict[str, Callable[[], Any]] = {
        "Status": lambda: environment.status,
        "Color": lambda: now.colour,
        "Causes": lambda: list(now.causes),
        "ApplicationMetrics": lambda: {"RequestCount": 0},
        "InstancesHealth": lambda: counts,
        "RefreshedAt": clock.now,
        "HealthStatus": lambda: now.status,
    }
    wanted = call.given.get("AttributeNames") or ["HealthStatus"]
    names = parts if "All" in wanted else [one for one in parts if one in wanted or one == "HealthStatus"]
    return {"EnvironmentName": environment.name} | {name: parts[name]() for name in names}


def describe_instances(call: Call, environment: Environment) -> dict[str, Any]:
    """DescribeInstancesHealth."""
    _enhanced(call, environment, "DescribeInstancesHealth")
    rows = []
    machines = {
        one.id: one for each in environment.place.backend("ec2").reservations.values() for one in each.instances
    }
    for one in fleet.instances(environment):
        status, installed, machine = _instance_status(environment, one), environment.installed.get(one), machines[one]
        row: dict[str, Any] = {
            "InstanceId": one,
            "HealthStatus": status,
            "Color": {"Ok": "Green", "Severe": "Red"}.get(status, "Grey"),
            "Causes": [] if status == "Ok" else _reasons(environment, [one]),
            "AvailabilityZone": machine.placement.zone,
            "InstanceType": machine.instance_type,
        }
        if installed is not None and installed.label:
            row["Deployment"] = {
                "VersionLabel": installed.label, "DeploymentId": installed.deployment, "Status": "Deployed",
                "DeploymentTime": installed.at,
            }  # fmt: skip
        rows.append(row)
    return {"InstanceHealthList": rows, "RefreshedAt": clock.now()}


def _instance_status(environment: Environment, instance_id: str) -> str:
    installed = environment.installed.get(instance_id)
    if installed is None or installed.program is None:
        return "Pending" if environment.status in _UNDER_WAY else "NoData"
    return "Ok" if fleet.passes_checks(environment, instance_id) else "Severe"
