"""Calls that make, change and end environments.

https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_CreateEnvironment.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_UpdateEnvironment.html
"""

from __future__ import annotations

import string
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.beanstalk import checks, environments, fleet, options, platforms
from course.lab.beanstalk.applications import application
from course.lab.beanstalk.showing import shown
from course.lab.beanstalk.store import Environment, kept
from course.lab.beanstalk.where import SUFFIX
from course.lab.service import Call, Refusal

_MOST: Final = 200
_LETTERS: Final = string.ascii_lowercase + string.digits


def _create(call: Call) -> dict[str, Any]:
    owner, store = application(call), kept(call.place)
    name = call.given.get("EnvironmentName") or ""
    if not name:
        raise Refusal("MissingParameter", "You must specify EnvironmentName, unless the version has an env.yaml.")
    checks.name(name)
    if any(one.name == name for one in store.alive):
        raise Refusal("InvalidParameterValue", f"Environment {name} already exists.")
    if len(store.alive) >= _MOST:
        raise Refusal("TooManyEnvironmentsException", f"You cannot have more than {_MOST} Environments.")
    saved, platform = checks.template(call, owner.name), platforms.chosen(call)
    if saved is not None and platform is not None:
        raise Refusal("InvalidParameterCombination", "You cannot specify both TemplateName and a platform.")
    platform = platform or (saved.platform if saved is not None else None)
    if platform is None:
        raise Refusal("MissingParameter", "You must specify SolutionStackName, PlatformArn or TemplateName.")
    direct = options.given(call.given.get("OptionSettings", []))
    checks.settings(direct)
    tier = checks.tier(call) if call.given.get("Tier") or saved is None else saved.tier
    made = Environment(
        name, "e-" + _word(10), owner.name, platform, tier, _cname(call, name, tier), call.session,
        (saved.settings if saved is not None else {}) | direct, template=call.given.get("TemplateName", ""),
        description=call.given.get("Description", ""), operations_role=call.given.get("OperationsRole", ""),
        tags={one["Key"]: one.get("Value", "") for one in call.given.get("Tags", [])},
    )  # fmt: skip
    _remove(made, call)
    version = checks.version(call, owner.name)
    made.version_label = version.label if version is not None else _sample(call, owner.name)
    made.deployment = 1
    checks.together(made, kept(call.place).version(made))
    store.environments.append(made)
    environments.launch(made)
    return shown(made)


def _word(length: int) -> str:
    return "".join(mock_random.choice(_LETTERS) for _ in range(length))


def _cname(call: Call, name: str, tier: str) -> str:
    if tier == "Worker":
        return ""
    prefix = call.given.get("CNAMEPrefix")
    if not prefix:
        return f"{name}.eba-{_word(8)}.{call.place.region}{SUFFIX}".lower()
    found = f"{prefix}.{call.place.region}{SUFFIX}".lower()
    if not _is_free(call, found):
        raise Refusal("InvalidParameterValue", f"DNS name ({found}) is not available.")
    return found


def _is_free(call: Call, cname: str) -> bool:
    from course.lab.beanstalk.where import environment_at

    return environment_at(cname) is None


def _sample(call: Call, name: str) -> str:
    """Without a version Elastic Beanstalk deploys its sample application."""
    from course.lab.beanstalk.applications import SAMPLE
    from course.lab.beanstalk.store import Version

    versions = kept(call.place).applications[name].versions
    versions.setdefault(
        "Sample Application",
        Version(name, "Sample Application", "elasticbeanstalk-samples", "python.zip", SAMPLE, status="PROCESSED"),
    )
    return "Sample Application"


def _remove(one: Environment, call: Call) -> set[tuple[str, str]]:
    gone = {(row.get("Namespace", ""), row["OptionName"]) for row in call.given.get("OptionsToRemove", [])}
    one.settings = {key: value for key, value in one.settings.items() if key not in gone}
    return gone


def _update(call: Call) -> dict[str, Any]:
    one = checks.environment(call)
    checks.ready(one)
    saved, platform = checks.template(call, one.application), platforms.chosen(call)
    direct = options.given(call.given.get("OptionSettings", []))
    checks.settings(direct)
    version = checks.version(call, one.application)
    kept_settings, before = dict(one.settings), options.effective(one)
    one.settings = one.settings | (saved.settings if saved is not None else {}) | direct
    _remove(one, call)
    try:
        checks.together(one, version or kept(call.place).version(one))
    except Refusal:
        one.settings = kept_settings
        raise
    after = options.effective(one, version)
    changed = {key for key in before.keys() | after.keys() if before.get(key, "") != after.get(key, "")}
    if platform is not None and platform != one.platform:
        one.platform = platform
        changed.add((options.LAUNCH, "ImageId"))  # a new platform version has an image of its own
    if "Description" in call.given:
        one.description = call.given["Description"]
    if version is not None or changed:
        environments.update(one, version, changed)
    return shown(one)


def _terminate(call: Call) -> dict[str, Any]:
    one = checks.environment(call)
    if one.status not in ("Ready", "Launching") and not (call.given.get("ForceTerminate") and one.alive):
        raise Refusal("InvalidParameterValue", f"Environment named {one.name} is in an invalid state for this "
                      "operation. Must be Ready.")  # fmt: skip
    environments.terminate(one)
    return shown(one)


def _rebuild(call: Call) -> None:
    one = checks.environment(call)
    if one.alive:
        checks.ready(one)
    elif any(other.name == one.name for other in kept(call.place).alive):
        raise Refusal("InvalidParameterValue", f"Environment {one.name} already exists.")
    environments.rebuild(one)


def _restart(call: Call) -> None:
    one = checks.environment(call)
    checks.ready(one)
    one.say("restartAppServer is starting.")
    for instance in fleet.instances(one):
        fleet.restart(one, instance)
    one.say("restartAppServer completed successfully.")


def _check_dns(call: Call) -> dict[str, Any]:
    name = f"{call.given['CNAMEPrefix']}.{call.place.region}{SUFFIX}".lower()
    return {"Available": _is_free(call, name), "FullyQualifiedCNAME": name}


OPERATIONS: Final = {
    "CreateEnvironment": _create,
    "UpdateEnvironment": _update,
    "TerminateEnvironment": _terminate,
    "RebuildEnvironment": _rebuild,
    "RestartAppServer": _restart,
    "CheckDNSAvailability": _check_dns,
}
