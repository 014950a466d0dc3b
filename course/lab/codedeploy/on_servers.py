"""Servers: the agent on each instance installs the bundle and runs the scripts of the hooks.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-server.html
https://docs.aws.amazon.com/codedeploy/latest/userguide/instances-health.html

An instance of the lab has a disk: a folder of its own, below which all destinations lie; `/var/www` is `var/www` there.
Scripts run in it as processes of this machine with a short patience, and every lifecycle event takes ten seconds on the
lab's clock.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from course.lab.codedeploy import appspec, watch
from course.lab.codedeploy.configurations import at_a_time
from course.lab.codedeploy.disks import CannotInstall, Disk
from course.lab.codedeploy.store import Deployment, Event, Group, Target, kept
from course.lab.courses import Wait

_SECONDS: Final = 10.0
_PATIENCE: Final = 10.0
# These end the old revision, so their scripts are those that came with it: at first there are none.
_OF_THE_OLD: Final = ("BeforeBlockTraffic", "AfterBlockTraffic", "ApplicationStop")


def targets(deployment: Deployment, group: Group) -> list[Target]:
    """The instances of the group that run; raises WrongAppSpec if there are none or the bundle is wrong."""
    names = _events(group)
    look_through(deployment, names)
    # Those that failed the last time come first.
    found = sorted(instances(deployment, group.given), key=lambda one: one not in group.unhealthy)
    return targets_of(found, names, "Blue")


def look_through(deployment: Deployment, names: tuple[str, ...]) -> None:
    """Raise WrongAppSpec if the bundle is none for servers."""
    spec, _ = appspec.in_revision(deployment.revision, deployment.session)
    if str(spec.get("version")) != "0.0" or spec.get("os") not in ("linux", "windows"):
        raise appspec.WrongAppSpec('The deployment specification is invalid: it needs "version: 0.0" and "os: linux".')
    appspec.hook_scripts(spec, names)


def targets_of(found: list[str], names: tuple[str, ...], label: str) -> list[Target]:
    """Instances with what happens to them; raises WrongAppSpec if there are none."""
    if not found:
        raise appspec.WrongAppSpec("The deployment failed because no instances were found for your deployment group.")
    return [Target(one, "InstanceTarget", [Event(name) for name in names], label=label) for one in found]


def _events(group: Group) -> tuple[str, ...]:
    style = group.given.get("deploymentStyle") or {}
    if style.get("deploymentOption") == "WITH_TRAFFIC_CONTROL":
        return (*appspec.BLOCK_EVENTS, *appspec.SERVER_EVENTS, *appspec.ALLOW_EVENTS)
    return appspec.SERVER_EVENTS


def instances(deployment: Deployment, given: dict[str, Any]) -> list[str]:
    """Tags in one list widen the choice, each further list narrows it; Auto Scaling groups add theirs."""
    found = list[str]()
    sets: list[list[dict[str, str]]] = (given.get("ec2TagSet") or {}).get("ec2TagSetList") or []
    filters = given.get("ec2TagFilters") or given.get("tagFilters")
    if filters:
        sets = [filters, *sets]
    if sets:
        ec2 = deployment.session.client("ec2")
        chosen = [[one for wanted in some for one in _tagged(ec2, wanted)] for some in sets]
        found = [one for one in chosen[0] if all(one in others for others in chosen[1:])]
    groups = [one if isinstance(one, str) else one["name"] for one in given.get("autoScalingGroups") or []]
    if groups:
        scaling = deployment.session.client("autoscaling")
        for one in scaling.describe_auto_scaling_groups(AutoScalingGroupNames=groups)["AutoScalingGroups"]:
            found += [row["InstanceId"] for row in one["Instances"]]
    return list(dict.fromkeys(found))


def _tagged(ec2: Any, wanted: dict[str, str]) -> list[str]:
    """The running instances that have a tag."""
    kind = wanted.get("Type", "KEY_AND_VALUE")
    tag = {
        "KEY_ONLY": {"Name": "tag-key", "Values": [wanted.get("Key", "")]},
        "VALUE_ONLY": {"Name": "tag-value", "Values": [wanted.get("Value", "")]},
        "KEY_AND_VALUE": {"Name": f"tag:{wanted.get('Key', '')}", "Values": [wanted.get("Value", "")]},
    }[kind]
    running = {"Name": "instance-state-name", "Values": ["running"]}
    pages = ec2.get_paginator("describe_instances").paginate(Filters=[running, tag])
    return [one["InstanceId"] for page in pages for row in page["Reservations"] for one in row["Instances"]]


def run(deployment: Deployment, group: Group, config: dict[str, Any]) -> Generator[Wait, None, None]:
    """All events of all instances of the group."""
    yield from in_batches(deployment, group, deployment.targets, _events(group), config)


def in_batches(
    deployment: Deployment, group: Group, targets: list[Target], names: tuple[str, ...], config: dict[str, Any],
    ends: bool = True,
) -> Generator[Wait, None, None]:  # fmt: skip
    """As many instances at a time as leave enough healthy ones, until all are done or none may be taken any more.

    ``ends`` tells whether these events are an instance's last ones.
    """
    spec, files = appspec.in_revision(deployment.revision, deployment.session)
    many, healthy = at_a_time(config, len(targets))
    if many == 0:
        raise watch.Ended("Failed", "HEALTH_CONSTRAINTS_INVALID", "The deployment failed because no instance may be "
                          f"taken: at least {healthy} healthy instances of {len(targets)} are required "
                          "at all times.")  # fmt: skip
    waiting, good = list(targets), len(targets)
    while waiting and good > healthy:
        batch, waiting = waiting[: good - healthy], waiting[good - healthy :]
        yield from _batch(deployment, group, batch, names, ends, spec, files)
        good -= sum(one.status == "Failed" for one in batch)
    if waiting or not good:
        for one in waiting:
            one.enter("Skipped")
            one.skip_rest()
        raise watch.Ended(
            "Failed",
            "HEALTH_CONSTRAINTS",
            "The overall deployment failed because too many individual instances failed deployment, too few "
            "healthy instances are available for deployment, or some instances in your deployment group are "
            "experiencing problems.",
        )


def _batch(
    deployment: Deployment, group: Group, batch: list[Target], names: tuple[str, ...], ends: bool,
    spec: dict[str, Any], files: dict[str, bytes],
) -> Generator[Wait, None, None]:  # fmt: skip
    for one in batch:
        one.enter("InProgress")
    for name in names:
        busy = [one for one in batch if one.status == "InProgress"]
        for one in busy:
            one.event(name).begin()
        if busy:
            yield from watch.pause(deployment, group, _SECONDS)
        for one in busy:
            _event(deployment, group, one, name, spec, files)
    for one in batch:
        if ends and one.status == "InProgress":
            one.enter("Succeeded")
            group.unhealthy.discard(one.target_id)


def _event(
    deployment: Deployment, group: Group, one: Target, name: str, spec: dict[str, Any], files: dict[str, bytes]
) -> None:
    event, disk = one.event(name), kept(deployment.session.place).disk(one.target_id)
    bundle = disk.bundle(deployment.group, deployment.deployment_id)
    try:
        if name == "DownloadBundle":
            disk.unpack(files, bundle)
        elif name == "Install":
            disk.install(spec, bundle)
        elif name in ("BlockTraffic", "AllowTraffic"):
            route(deployment, group, one.target_id, name)
        elif name in _OF_THE_OLD:
            if (old := disk.last()) is not None:
                _scripts(deployment, event, appspec.parsed(appspec.in_folder(old).read_text()), old, disk)
        else:
            _scripts(deployment, event, spec, bundle, disk)
        if name == "ValidateService":
            disk.remember(bundle)
    except (_Failure, CannotInstall) as error:
        event.finish("Failed", getattr(error, "code", "ScriptFailed"), str(error))
        if name == "ApplicationStop" and deployment.wishes.get("ignore_stop_failures"):
            return
        one.enter("Failed")
        one.skip_rest()
        group.unhealthy.add(one.target_id)
        return
    event.finish(said=event.said)


def route(deployment: Deployment, group: Group, instance: str, name: str) -> None:
    """Take an instance out of the target groups of the group, or put it back."""
    rows = (group.given.get("loadBalancerInfo") or {}).get("targetGroupInfoList") or []
    if not rows:
        return
    client = deployment.session.client("elbv2")
    for one in client.describe_target_groups(Names=[row["name"] for row in rows])["TargetGroups"]:
        change = client.deregister_targets if name == "BlockTraffic" else client.register_targets
        with suppress(client.exceptions.InvalidTargetException):  # moto: was not registered; AWS says nothing
            change(TargetGroupArn=one["TargetGroupArn"], Targets=[{"Id": instance}])


class _Failure(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _scripts(deployment: Deployment, event: Event, spec: dict[str, Any], bundle: Path, disk: Disk) -> None:
    for script in (spec.get("hooks") or {}).get(event.name) or []:
        _script(deployment, event, script, bundle, disk.root)


def _script(deployment: Deployment, event: Event, script: dict[str, Any], bundle: Path, root: Path) -> None:
    event.script = script["location"]
    path = bundle / script["location"]
    if not path.exists():
        raise _Failure("ScriptMissing", f"Script does not exist at specified location: {script['location']}")
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(root),
        "LIFECYCLE_EVENT": event.name,
        "DEPLOYMENT_ID": deployment.deployment_id,
        "APPLICATION_NAME": deployment.application,
        "DEPLOYMENT_GROUP_NAME": deployment.group,
        "DEPLOYMENT_GROUP_ID": kept(deployment.session.place)
        .applications[deployment.application]
        .groups[deployment.group]
        .group_id,
    }
    patience = min(_PATIENCE, float(script.get("timeout", 3600)))
    try:
        done = subprocess.run(
            ["bash", str(path)],
            cwd=root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _Failure("ScriptTimedOut", f"Script at specified location: {script['location']} failed to complete in "
                       f"{script.get('timeout', 3600)} seconds") from None  # fmt: skip
    event.said += "".join(f"[stdout]{line}\n" for line in done.stdout.splitlines())
    event.said += "".join(f"[stderr]{line}\n" for line in done.stderr.splitlines())
    if done.returncode:
        raise _Failure("ScriptFailed", f"Script at specified location: {script['location']} failed with exit code "
                       f"{done.returncode}\n{event.said}")  # fmt: skip
