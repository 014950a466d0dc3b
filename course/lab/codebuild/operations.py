"""CodeBuild's operations, as boto3 calls them.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import copy
from typing import Any, Final

from moto.moto_api._internal import mock_random

from course.lab.clock import clock
from course.lab.codebuild import announcing, building
from course.lab.codebuild.store import Build, Kept, kept
from course.lab.service import Call, Refusal, serve

_PROJECT: Final = (
    "name", "description", "source", "secondarySources", "sourceVersion", "artifacts", "secondaryArtifacts", "cache",
    "environment", "serviceRole", "timeoutInMinutes", "queuedTimeoutInMinutes", "encryptionKey", "tags", "vpcConfig",
    "badgeEnabled", "logsConfig", "concurrentBuildLimit", "buildBatchConfig",
)  # fmt: skip
_SOURCES: Final = (
    "CODECOMMIT",
    "CODEPIPELINE",
    "GITHUB",
    "GITLAB",
    "S3",
    "BITBUCKET",
    "GITHUB_ENTERPRISE",
    "NO_SOURCE",
)


def _kept(call: Call) -> Kept:
    return kept(call.place)


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidInputException", message)


def _checked(project: dict[str, Any]) -> dict[str, Any]:
    source = project["source"]
    if source["type"] not in _SOURCES:
        raise _invalid(f"Invalid project source: invalid type {source['type']}")
    if source["type"] == "NO_SOURCE" and not source.get("buildspec"):
        raise _invalid("Invalid project source: buildspec must be specified for source type NO_SOURCE")
    if (source["type"] == "CODEPIPELINE") != (project["artifacts"]["type"] == "CODEPIPELINE"):
        raise _invalid("Invalid artifacts: both source and artifacts must be of type CODEPIPELINE, or neither")
    if project["artifacts"]["type"] == "S3" and not project["artifacts"].get("location"):
        raise _invalid("Invalid artifacts: location is required for type S3")
    minutes = project.get("timeoutInMinutes", 60)
    if not 5 <= minutes <= 2160:
        raise _invalid("Invalid timeout: it must be between 5 and 2160 minutes")
    return project


def _create(call: Call) -> dict[str, Any]:
    name = call.given["name"]
    if name in _kept(call).projects:
        raise Refusal("ResourceAlreadyExistsException", f"Project already exists: {_kept(call).projects[name]['arn']}")
    project = {key: copy.deepcopy(call.given[key]) for key in _PROJECT if key in call.given}
    project |= {
        "arn": f"arn:aws:codebuild:{call.place.region}:{call.place.account}:project/{name}",
        "created": clock.now(),
        "lastModified": clock.now(),
    }
    project.setdefault("timeoutInMinutes", 60)
    project.setdefault("queuedTimeoutInMinutes", 480)
    _kept(call).projects[name] = _checked(project)
    return {"project": project}


def _project(call: Call, name: str) -> dict[str, Any]:
    name = name.rsplit("/", 1)[-1]
    found = _kept(call).projects.get(name)
    if found is None:
        raise Refusal("ResourceNotFoundException", f"Project cannot be found: {name}")
    return found


def _update(call: Call) -> dict[str, Any]:
    project = _project(call, call.given["name"])
    new = _checked(project | {key: copy.deepcopy(call.given[key]) for key in _PROJECT if key in call.given})
    project |= new | {"lastModified": clock.now()}
    return {"project": project}


def _delete(call: Call) -> None:
    _kept(call).projects.pop(call.given["name"].rsplit("/", 1)[-1], None)


def _get(call: Call) -> dict[str, Any]:
    names = [name.rsplit("/", 1)[-1] for name in call.given["names"]]
    found = [_kept(call).projects[name] for name in names if name in _kept(call).projects]
    return {"projects": found, "projectsNotFound": [name for name in names if name not in _kept(call).projects]}


def _list(call: Call) -> dict[str, Any]:
    return {"projects": sorted(_kept(call).projects)}


def new_build(call: Call, name: str, initiator: str = "") -> Build:
    """A build of a project with what the request changes; not started yet."""
    given, known = call.given, _kept(call)
    project = copy.deepcopy(_project(call, name))
    source = project["source"]
    for key, target in (("sourceTypeOverride", "type"), ("sourceLocationOverride", "location"),
                        ("buildspecOverride", "buildspec")):  # fmt: skip
        if key in given:
            source[target] = given[key]
    if "artifactsOverride" in given:
        project["artifacts"] = given["artifactsOverride"]
    if "timeoutInMinutesOverride" in given:
        project["timeoutInMinutes"] = given["timeoutInMinutesOverride"]
    rows = {row["name"]: row for row in project["environment"].get("environmentVariables", [])}
    rows |= {row["name"]: dict(row) for row in given.get("environmentVariablesOverride", [])}
    project["environment"]["environmentVariables"] = list(rows.values())
    known.numbers[name] = known.numbers.get(name, 0) + 1
    build_id = f"{project['name']}:{mock_random.uuid4()}"
    place = call.place
    arn = f"arn:aws:codebuild:{place.region}:{place.account}:build/{build_id}"
    version = given.get("sourceVersion", project.get("sourceVersion", ""))
    who = initiator or call.session.client("sts").get_caller_identity()["Arn"].rsplit(":", 1)[1]
    return Build(build_id, arn, known.numbers[name], place, project, version, who)


def _start(call: Call) -> dict[str, Any]:
    build = new_build(call, call.given["projectName"].rsplit("/", 1)[-1])
    building.start(build)
    return {"build": shown(build)}


def shown(build: Build) -> dict[str, Any]:
    """A build as the API shows it."""
    project, place = build.project, build.place
    url = (
        f"https://console.aws.amazon.com/cloudwatch/home?region={place.region}#logsV2:log-groups/log-group/"
        f"{announcing.group(build)}/log-events/{build.stream}"
    )
    row: dict[str, Any] = {
        "id": build.build_id, "arn": build.arn, "buildNumber": build.number, "startTime": build.start,
        "currentPhase": build.phases[-1].kind if build.phases else "SUBMITTED", "buildStatus": build.status,
        "sourceVersion": build.source_version, "resolvedSourceVersion": build.resolved, "projectName": build.name,
        "phases": [one.shown() for one in build.phases], "source": project["source"],
        "artifacts": {key: value for key, value in build.artifacts.items() if key == "location"},
        "cache": project.get("cache", {"type": "NO_CACHE"}), "environment": project["environment"],
        "serviceRole": project["serviceRole"], "timeoutInMinutes": project["timeoutInMinutes"],
        "logs": {"groupName": announcing.group(build), "streamName": build.stream, "deepLink": url},
        "buildComplete": build.over, "initiator": build.initiator, "exportedEnvironmentVariables": build.exported,
        "reportArns": build.reports,
    }  # fmt: skip
    return row | ({"endTime": build.end} if build.end else {})


def _build(call: Call, name: str) -> Build:
    for build in _kept(call).builds.values():
        if name in (build.build_id, build.arn):
            return build
    raise Refusal("ResourceNotFoundException", f"Build does not exist: {name}")


def _get_builds(call: Call) -> dict[str, Any]:
    known = _kept(call).builds
    by_arn = {build.arn: build for build in known.values()}
    found = [known.get(one) or by_arn.get(one) for one in call.given["ids"]]
    missing = [one for one, build in zip(call.given["ids"], found, strict=True) if build is None]
    return {"builds": [shown(build) for build in found if build], "buildsNotFound": missing}


def _list_builds(call: Call) -> dict[str, Any]:
    ids = [one.build_id for one in _kept(call).builds.values()]
    return {"ids": ids if call.given.get("sortOrder") == "ASCENDING" else ids[::-1]}


def _list_of_project(call: Call) -> dict[str, Any]:
    project = _project(call, call.given["projectName"])
    ids = [one.build_id for one in _kept(call).builds.values() if one.name == project["name"]]
    return {"ids": ids if call.given.get("sortOrder") == "ASCENDING" else ids[::-1]}


def _stop(call: Call) -> dict[str, Any]:
    build = _build(call, call.given["id"])
    build.stop_wanted = True
    return {"build": shown(build)}


def _retry(call: Call) -> dict[str, Any]:
    old = _build(call, call.given["id"])
    new = new_build(call, old.name)
    new.project, new.source_version = copy.deepcopy(old.project), old.source_version
    building.start(new)
    return {"build": shown(new)}


def _create_group(call: Call) -> dict[str, Any]:
    place, name = call.place, call.given["name"]
    arn = f"arn:aws:codebuild:{place.region}:{place.account}:report-group/{name}"
    _kept(call).report_groups[arn] = {
        "arn": arn, "name": name, "type": call.given["type"], "exportConfig": call.given["exportConfig"],
        "created": clock.now(), "status": "ACTIVE",
    }  # fmt: skip
    return {"reportGroup": _kept(call).report_groups[arn]}


def _list_groups(call: Call) -> dict[str, Any]:
    return {"reportGroups": list(_kept(call).report_groups)}


def _list_reports(call: Call) -> dict[str, Any]:
    return {"reports": [arn for arn, one in _kept(call).reports.items()
                        if one["reportGroupArn"] == call.given["reportGroupArn"]][::-1]}  # fmt: skip


def _get_reports(call: Call) -> dict[str, Any]:
    known = _kept(call).reports
    asked = call.given["reportArns"]
    return {"reports": [known[one] for one in asked if one in known],
            "reportsNotFound": [one for one in asked if one not in known]}  # fmt: skip


def _cases(call: Call) -> dict[str, Any]:
    rows = _kept(call).cases.get(call.given["reportArn"])
    if rows is None:
        raise Refusal("ResourceNotFoundException", f"Report does not exist: {call.given['reportArn']}")
    wanted = (call.given.get("filter") or {}).get("status")
    return {"testCases": [row for row in rows if not wanted or row["status"] == wanted]}


serve(
    "codebuild",
    {
        "CreateProject": _create,
        "UpdateProject": _update,
        "DeleteProject": _delete,
        "BatchGetProjects": _get,
        "ListProjects": _list,
        "StartBuild": _start,
        "StopBuild": _stop,
        "RetryBuild": _retry,
        "BatchGetBuilds": _get_builds,
        "ListBuilds": _list_builds,
        "ListBuildsForProject": _list_of_project,
        "CreateReportGroup": _create_group,
        "ListReportGroups": _list_groups,
        "ListReportsForReportGroup": _list_reports,
        "BatchGetReports": _get_reports,
        "DescribeTestCases": _cases,
    },
)
