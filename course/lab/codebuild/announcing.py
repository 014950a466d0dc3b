"""What a build leaves for others to see: log lines, metrics, events.

https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html
https://docs.aws.amazon.com/codebuild/latest/userguide/monitoring-metrics.html
"""

from __future__ import annotations

from typing import Any

from course.lab.caller import session_of_role
from course.lab.clock import clock
from course.lab.codebuild.store import Build


def group(build: Build) -> str:
    """The log group of a project."""
    given = (build.project.get("logsConfig") or {}).get("cloudWatchLogs") or {}
    return str(given.get("groupName") or f"/aws/codebuild/{build.name}")


def logs(build: Build) -> None:
    """Write the log as the project's role; a role that may not leaves no log, as on AWS."""
    if ((build.project.get("logsConfig") or {}).get("cloudWatchLogs") or {}).get("status") == "DISABLED":
        return
    session = session_of_role(build.place, build.project["serviceRole"], f"AWSCodeBuild-{build.stream}")
    client: Any = session.client("logs")
    try:
        for make, given in (
            (client.create_log_group, {"logGroupName": group(build)}),
            (client.create_log_stream, {"logGroupName": group(build), "logStreamName": build.stream}),
        ):
            try:
                make(**given)
            except client.exceptions.ResourceAlreadyExistsException:
                continue
        now = int(clock.now().timestamp() * 1000)
        events = [{"timestamp": now, "message": line or " "} for line in build.log]
        if events:
            client.put_log_events(logGroupName=group(build), logStreamName=build.stream, logEvents=events)
    except client.exceptions.ClientError:
        return


def metrics(build: Build) -> None:
    """Builds, SucceededBuilds, FailedBuilds and Duration of the project."""
    from moto.cloudwatch.models import cloudwatch_backends

    seconds = ((build.end or clock.now()) - build.start).total_seconds()
    outcome = "SucceededBuilds" if build.status == "SUCCEEDED" else "FailedBuilds"
    data = [
        {
            "MetricName": name,
            "Value": value,
            "Unit": unit,
            "Timestamp": clock.now().replace(tzinfo=None),  # moto keeps UTC without saying so
            "Dimensions": [{"Name": "ProjectName", "Value": build.name}],
        }
        for name, value, unit in (("Builds", 1, "Count"), ("Duration", seconds, "Seconds"), (outcome, 1, "Count"))
    ]
    cloudwatch_backends[build.place.account][build.place.region].put_metric_data("AWS/CodeBuild", data)


def state(build: Build) -> None:
    """The event of the build's new status."""
    from course.lab.events_router import put

    detail = {
        "build-status": build.status,
        "project-name": build.name,
        "build-id": build.arn,
        "current-phase": "COMPLETED" if build.over else "SUBMITTED",
        "additional-information": {
            "initiator": build.initiator,
            "phases": [{"phase-type": one.kind, "phase-status": one.status} for one in build.phases if one.end],
        },
    }
    place = build.place
    put(place.account, place.region, "default", source="aws.codebuild", detail_type="CodeBuild Build State Change",
        detail=detail, resources=[build.arn])  # fmt: skip
