"""Servers: the agent on each instance installs the bundle and runs the scripts of the hooks.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-server.html
https://docs.aws.amazon.com/codedeploy/latest/userguide/instances-health.html

An instance of the lab has a disk: a folder of its own, below which all destinations lie; `/var/www` is `var/www` there.
Scripts run in it as processes of this machine with a short patience, and every lifecycle event takes ten seconds on the
lab's clock.
"""

from __future__ import annotations

import fnmatch
import os
import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

from course.lab.codedeploy import appspec, watch
from course.lab.codedeploy.configurations import at_a_time
from course.lab.codedeploy.store import Deployment, Event, Group, Target
from course.lab.courses import Wait

_SECONDS: Final = 10.0
_PATIENCE: Final = 10.0
_disks: dict[str, tempfile.TemporaryDirectory[str]] = {}


def disk(instance: str) -> Path:
    """The disk of an instance: a folder of this machine."""
    if instance not in _disks:
        _disks[instance] = tempfile.TemporaryDirectory(prefix=f"{instance}-")
    return Path(_disks[instance].name)


def targets(deployment: Deployment, group: Group) -> list[Target]:
    """The instances of the group that run; raises WrongAppSpec if there are none or the bundle is wrong."""
    spec, _ = appspec.in_revision(deployment.revision, deployment.session)
    if str(spec.get("version")) != "0.0" or spec.get("os") not in ("linux", "windows"):
        raise appspec.WrongAppSpec('The deployment specification is invalid: it needs "version: 0.0" and "os: linux".')
    names = _events(group)
    appspec.hook_scripts(spec, names)
    found = _instances(deployment, group)
    if not found:
        raise appspec.WrongAppSpec("The deployment failed because no instances were found for your deployment group.")
    return [Target(one, "InstanceTarget", [Event(name) for name in names], label="Blue") for one in found]


def _events(group: Group) -> tuple[str, ...]:
    style = group.given.get("deploymentStyle") or {}
    if style.get("deploymentOption") == "WITH_TRAFFIC_CONTROL":
        return (*appspec.BLOCK_EVENTS, *appspec.SERVER_EVENTS, *appspec.ALLOW_EVENTS)
    return appspec.SERVER_EVENTS


def _instances(deployment: Deployment, group: Group) -> list[str]:
    ec2 = deployment.session.client("ec2")
    running = {"Name": "instance-state-name", "Values": ["running"]}
    found: list[str] = []
    sets = [[one] for one in group.given.get("ec2TagFilters") or []]
    sets += (group.given.get("ec2TagSet") or {}).get("ec2TagSetList") or []
    for tags in sets:
        filters = [running]
        for tag in tags:
            if tag.get("Type") == "KEY_ONLY":
                filters.append({"Name": "tag-key", "Values": [tag["Key"]]})
            else:
                filters.append({"Name": f"tag:{tag['Key']}", "Values": [tag["Value"]]})
        for reservation in ec2.describe_instances(Filters=filters)["Reservations"]:
            found += [one["InstanceId"] for one in reservation["Instances"]]
    groups = [one if isinstance(one, str) else one["name"] for one in group.given.get("autoScalingGroups") or []]
    if groups:
        scaling = deployment.session.client("autoscaling")
        for one in scaling.describe_auto_scaling_groups(AutoScalingGroupNames=groups)["AutoScalingGroups"]:
            found += [row["InstanceId"] for row in one["Instances"]]
    return list(dict.fromkeys(found))


def run(deployment: Deployment, group: Group, config: dict[str, Any]) -> Generator[Wait, None, None]:
    """As many instances at a time as the configuration allows, until all are done or too few are healthy."""
    spec, files = appspec.in_revision(deployment.revision, deployment.session)
    many, healthy = at_a_time(config, len(deployment.targets))
    waiting = list(deployment.targets)
    failed = 0
    while waiting:
        batch, waiting = waiting[:many], waiting[many:]
        yield from _batch(deployment, group, batch, spec, files)
        failed += sum(one.status == "Failed" for one in batch)
        good = len(deployment.targets) - failed
        enough = good >= healthy and (good > 0 or failed == 0)
        if not enough or (good == 0 and not waiting):
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
    deployment: Deployment, group: Group, batch: list[Target], spec: dict[str, Any], files: dict[str, bytes]
) -> Generator[Wait, None, None]:
    for one in batch:
        one.enter("InProgress")
    for name in _events(group):
        busy = [one for one in batch if one.status == "InProgress"]
        for one in busy:
            one.event(name).begin()
        if busy:
            yield from watch.pause(deployment, group, _SECONDS)
        for one in busy:
            _event(deployment, one, name, spec, files)
    for one in batch:
        if one.status == "InProgress":
            one.enter("Succeeded")


def _event(deployment: Deployment, one: Target, name: str, spec: dict[str, Any], files: dict[str, bytes]) -> None:
    event, root = one.event(name), disk(one.target_id)
    bundle = root / "opt/codedeploy-agent/deployment-root" / deployment.group / deployment.deployment_id
    try:
        if name == "DownloadBundle":
            _unpack(files, bundle)
        elif name == "Install":
            _install(spec, bundle, root)
        else:
            # ApplicationStop runs the scripts of the revision before this one: the first time there is none.
            scripts = (_last(root) if name == "ApplicationStop" else spec).get("hooks") or {}
            place = _last_bundle(root) if name == "ApplicationStop" else bundle
            for script in scripts.get(name) or []:
                _script(deployment, event, name, script, place, root)
        if name == "ValidateService":
            (root / "opt/codedeploy-agent/last").write_text(str(bundle.relative_to(root)))
    except _Failure as error:
        event.finish("Failed", error.code, str(error))
        one.enter("Failed")
        one.skip_rest()
        return
    event.finish(said=event.said)


class _Failure(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _unpack(files: dict[str, bytes], bundle: Path) -> None:
    for name, body in files.items():
        path = (bundle / name).resolve()
        if not path.is_relative_to(bundle.resolve()):
            raise _Failure("ScriptFailed", f"{name} lies outside the bundle")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)


def _install(spec: dict[str, Any], bundle: Path, root: Path) -> None:
    for row in spec.get("files") or []:
        source, goal = bundle / str(row["source"]).lstrip("/"), root / str(row["destination"]).lstrip("/")
        if not source.exists():
            raise _Failure("ScriptFailed", f"No such file or directory: {row['source']}")
        paths = [path for path in source.rglob("*") if path.is_file()] if source.is_dir() else [source]
        for path in paths:
            to = goal / (path.relative_to(source) if source.is_dir() else path.name)
            if to.exists() and spec.get("file_exists_behavior", "DISALLOW") == "DISALLOW" and not _was_ours(root, to):
                raise _Failure("ScriptFailed", "The deployment failed because a specified file already exists at this "
                               f"location: /{to.relative_to(root)}")  # fmt: skip
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(path.read_bytes())
            _ours(root).add(str(to))
    for rule in spec.get("permissions") or []:
        for path in (root / str(rule["object"]).lstrip("/")).rglob("*"):
            if fnmatch.fnmatch(path.name, rule.get("pattern", "*")) and "mode" in rule:
                path.chmod(int(str(rule["mode"]), 8))


_installed: dict[str, set[str]] = {}


def _ours(root: Path) -> set[str]:
    return _installed.setdefault(str(root), set())


def _was_ours(root: Path, path: Path) -> bool:
    """What an earlier deployment installed is taken away before the next one installs."""
    return str(path) in _ours(root)


def _last_bundle(root: Path) -> Path:
    note = root / "opt/codedeploy-agent/last"
    return root / note.read_text() if note.exists() else root / "none"


def _last(root: Path) -> dict[str, Any]:
    path = _last_bundle(root) / "appspec.yml"
    return appspec.parsed(path.read_text()) if path.exists() else {}


def _script(deployment: Deployment, event: Event, name: str, script: dict[str, Any], bundle: Path, root: Path) -> None:
    event.script = script["location"]
    path = bundle / script["location"]
    if not path.exists():
        raise _Failure("ScriptMissing", f"Script does not exist at specified location: {script['location']}")
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(root),
        "LIFECYCLE_EVENT": name,
        "DEPLOYMENT_ID": deployment.deployment_id,
        "APPLICATION_NAME": deployment.application,
        "DEPLOYMENT_GROUP_NAME": deployment.group,
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
