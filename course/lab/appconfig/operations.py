"""AppConfig's operations that moto lacks; applications, profiles and hosted versions are moto's.

https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_Operations_Amazon_AppConfig.html
"""

from __future__ import annotations

from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.appconfig import rollout, validators
from course.lab.appconfig.store import (
    Deployment,
    Environment,
    Strategy,
    application,
    environment,
    missing,
    profile,
    store_of,
    version,
)
from course.lab.service import Call, Refusal, serve
from course.lab.wire import Unsupported


def _new_id() -> str:
    return str(mock_random.get_random_hex(7))


def _create_environment(call: Call) -> dict[str, Any]:
    app, given = application(call.place, call.given["ApplicationId"]), call.given
    monitors = [dict(one) for one in given.get("Monitors", [])]
    made = Environment(_new_id(), app.id, given["Name"], given.get("Description", ""), monitors)
    store_of(call.place).environments[made.key] = made
    return made.shown()


def _environment(call: Call) -> Environment:
    app = application(call.place, call.given["ApplicationId"])
    return environment(call.place, app, call.given["EnvironmentId"])


def _update_environment(call: Call) -> dict[str, Any]:
    one, given = _environment(call), call.given
    one.name, one.description = given.get("Name", one.name), given.get("Description", one.description)
    if "Monitors" in given:
        one.monitors = [dict(row) for row in given["Monitors"]]
    return one.shown()


def _delete_environment(call: Call) -> dict[str, Any]:
    one = _environment(call)
    if one.under_way:
        raise Refusal("ConflictException", f"A deployment is in progress in environment {one.name}.", 409)
    del store_of(call.place).environments[one.key]
    return {}


def _list_environments(call: Call) -> dict[str, Any]:
    app = application(call.place, call.given["ApplicationId"])
    return {"Items": [one.shown() for one in store_of(call.place).environments.values() if one.application == app.id]}


def _list_applications(call: Call) -> dict[str, Any]:
    return {"Items": [one.to_json() for one in call.place.backend("appconfig").applications.values()]}


def _create_strategy(call: Call) -> dict[str, Any]:
    given = call.given
    made = Strategy(
        _new_id(), given["Name"], given["DeploymentDurationInMinutes"], given.get("GrowthType", "LINEAR"),
        float(given["GrowthFactor"]), given.get("FinalBakeTimeInMinutes", 0), given.get("Description", ""),
    )  # fmt: skip
    store_of(call.place).strategies[made.key] = made
    return made.shown()


def _strategy(call: Call) -> Strategy:
    key = call.given["DeploymentStrategyId"]
    found = store_of(call.place).strategies.get(key)
    if found is None:
        raise missing("deployment strategy", key)
    return found


def _list_strategies(call: Call) -> dict[str, Any]:
    return {"Items": [one.shown() for one in store_of(call.place).strategies.values()]}


def _list_versions(call: Call) -> dict[str, Any]:
    found = profile(application(call.place, call.given["ApplicationId"]), call.given["ConfigurationProfileId"])
    rows = sorted(found.config_versions.values(), key=lambda one: -one.version)
    return {"Items": [{"ApplicationId": found.application_id, "ConfigurationProfileId": found.id,
                       "VersionNumber": one.version, "Description": one.description or "",
                       "ContentType": one.content_type, "VersionLabel": one.version_label}
                      for one in rows]}  # fmt: skip


def _asked_version(call: Call) -> tuple[Any, Any]:
    found = profile(application(call.place, call.given["ApplicationId"]), call.given["ConfigurationProfileId"])
    if found.location_uri != "hosted":
        raise Unsupported(f"The lab deploys hosted configurations only, not one at {found.location_uri}.")
    return found, version(found, call.given["ConfigurationVersion"])


def _validate(call: Call) -> dict[str, Any]:
    validators.judge(call.session, *_asked_version(call))
    return {}


def _start(call: Call) -> dict[str, Any]:
    here, how = _environment(call), _strategy(call)
    if here.under_way:
        raise Refusal("ConflictException", f"A deployment is already in progress in environment {here.name}.", 409)
    found, wanted = _asked_version(call)
    validators.judge(call.session, found, wanted)
    made = Deployment(len(here.deployments) + 1, found, wanted, how, call.given.get("Description", ""))
    rollout.start(call.place, here, made)
    return _shown(here, made)


def _shown(here: Environment, one: Deployment) -> dict[str, Any]:
    row = {
        **one.strategy.shown(), "ApplicationId": here.application, "EnvironmentId": here.key,
        "DeploymentStrategyId": one.strategy.key, "ConfigurationProfileId": one.profile.id,
        "DeploymentNumber": one.number, "ConfigurationName": one.profile.name,
        "ConfigurationLocationUri": one.profile.location_uri, "ConfigurationVersion": str(one.version.version),
        "Description": one.description, "State": one.state, "EventLog": one.events,
        "PercentageComplete": one.share, "StartedAt": one.started,
    }  # fmt: skip
    for name in ("Id", "Name", "ReplicateTo"):
        row.pop(name)
    if one.completed:
        row["CompletedAt"] = one.completed
    if one.version.version_label:
        row["VersionLabel"] = one.version.version_label
    return row


def _deployment(call: Call) -> tuple[Environment, Deployment]:
    here, number = _environment(call), call.given["DeploymentNumber"]
    if not 1 <= number <= len(here.deployments):
        raise missing("deployment", str(number))
    return here, here.deployments[number - 1]


def _get(call: Call) -> dict[str, Any]:
    return _shown(*_deployment(call))


def _list(call: Call) -> dict[str, Any]:
    here = _environment(call)
    left_out = ("ApplicationId", "EnvironmentId", "EventLog", "DeploymentStrategyId", "ConfigurationProfileId",
                "ConfigurationLocationUri", "Description")  # fmt: skip
    rows = [_shown(here, one) for one in reversed(here.deployments)]
    return {"Items": [{name: value for name, value in row.items() if name not in left_out} for row in rows]}


def _stop(call: Call) -> dict[str, Any]:
    here, one = _deployment(call)
    if not one.is_under_way:
        raise Refusal("BadRequestException", f"Deployment {one.number} is {one.state} and cannot be stopped.")
    rollout.roll_back(one, "USER", "Deployment stopped")
    return _shown(here, one)


serve(
    "appconfig",
    {
        "CreateEnvironment": _create_environment,
        "GetEnvironment": lambda call: _environment(call).shown(),
        "UpdateEnvironment": _update_environment,
        "DeleteEnvironment": _delete_environment,
        "ListEnvironments": _list_environments,
        "ListApplications": _list_applications,
        "CreateDeploymentStrategy": _create_strategy,
        "GetDeploymentStrategy": lambda call: _strategy(call).shown(),
        "ListDeploymentStrategies": _list_strategies,
        "ListHostedConfigurationVersions": _list_versions,
        "ValidateConfiguration": _validate,
        "StartDeployment": _start,
        "GetDeployment": _get,
        "ListDeployments": _list,
        "StopDeployment": _stop,
    },
)
