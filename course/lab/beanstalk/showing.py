"""Calls that show environments: their state, events, resources, health and logs.

https://docs.aws.amazon.com/elasticbeanstalk/latest/api/API_DescribeEnvironments.html
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from course.lab.beanstalk import checks, fleet, health, worker
from course.lab.beanstalk.store import Environment, Event, kept
from course.lab.beanstalk.where import endpoint_of
from course.lab.clock import clock
from course.lab.service import Call, Refusal

_LEVELS: Final = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")


def shown(one: Environment) -> dict[str, Any]:
    """An environment as most calls answer it."""
    now = health.of(one)
    found = {
        "EnvironmentName": one.name,
        "EnvironmentId": one.env_id,
        "ApplicationName": one.application,
        "VersionLabel": one.version_label,
        "SolutionStackName": one.platform.stack,
        "PlatformArn": one.platform.arn(one.place.region),
        "Description": one.description,
        "DateCreated": one.created,
        "DateUpdated": one.updated,
        "Status": one.status,
        "AbortableOperationInProgress": one.status == "Updating",
        "Health": now.colour,
        "Tier": checks.shown_tier(one.tier),
        "EnvironmentLinks": [],
        "EnvironmentArn": one.arn,
    }
    if one.template:
        found["TemplateName"] = one.template
    if one.cname:
        found["CNAME"] = one.cname
    if health.is_enhanced(one):
        found["HealthStatus"] = now.status
    if one.tier == "WebServer" and one.resources:
        found["EndpointURL"] = endpoint_of(one)
    if one.operations_role:
        found["OperationsRole"] = one.operations_role
    return found


def _describe(call: Call) -> dict[str, Any]:
    given = call.given
    since = given.get("IncludedDeletedBackTo")
    found = []
    for one in kept(call.place).environments:
        if not one.alive and not (given.get("IncludeDeleted") or given.get("EnvironmentIds")):
            continue
        if not one.alive and since is not None and one.updated < _aware(since):
            continue
        if given.get("ApplicationName") not in (None, one.application):
            continue
        if given.get("VersionLabel") not in (None, one.version_label):
            continue
        if given.get("EnvironmentNames") and one.name not in given["EnvironmentNames"]:
            continue
        if given.get("EnvironmentIds") and one.env_id not in given["EnvironmentIds"]:
            continue
        found.append(one)
    return _page(call, [shown(one) for one in found], "Environments")


def _aware(at: Any) -> dt.datetime:
    time: dt.datetime = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)


def _page(call: Call, rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    start, most = int(call.given.get("NextToken") or 0), int(call.given.get("MaxRecords") or 1000)
    found: dict[str, Any] = {name: rows[start : start + most]}
    return found | ({"NextToken": str(start + most)} if start + most < len(rows) else {})


def _events(call: Call) -> dict[str, Any]:
    given, store = call.given, kept(call.place)
    if given.get("EnvironmentId") or given.get("EnvironmentName"):
        wanted = [
            one for one in store.environments
            if given.get("EnvironmentId") in (None, one.env_id) and given.get("EnvironmentName") in (None, one.name)
        ]  # fmt: skip
        rows = [event for one in wanted for event in one.events]
    else:
        rows = [*store.events, *(event for one in store.environments for event in one.events)]
    rows = [one for one in rows if _is_asked_for(given, one)]
    # Events of one moment stay in their order, the last first.
    ordered = [one for _, one in sorted(enumerate(rows), key=lambda pair: (pair[1].at, pair[0]), reverse=True)]
    return _page(call, [_shown_event(one) for one in ordered], "Events")


def _is_asked_for(given: Any, one: Event) -> bool:
    least = given.get("Severity", "TRACE")
    if least not in _LEVELS:
        raise Refusal("InvalidParameterValue", f"Invalid severity: {least}.")
    return (
        given.get("ApplicationName") in (None, one.application)
        and given.get("VersionLabel") in (None, one.version)
        and _LEVELS.index(one.severity) >= _LEVELS.index(least)
        and ("StartTime" not in given or one.at >= _aware(given["StartTime"]))
        and ("EndTime" not in given or one.at < _aware(given["EndTime"]))
    )


def _shown_event(one: Event) -> dict[str, Any]:
    found = {"EventDate": one.at, "Message": one.message, "ApplicationName": one.application, "Severity": one.severity}
    named = {"EnvironmentName": one.environment, "VersionLabel": one.version}
    return found | {key: value for key, value in named.items() if value}


def _resources(call: Call) -> dict[str, Any]:
    one = checks.environment(call)
    parts = one.resources
    queues = []
    if one.tier == "Worker":
        queues = [{"Name": "WorkerQueue", "URL": worker.queue_url(one)}]
        if "AWSEBWorkerDeadLetterQueue" in parts:
            queues.append({"Name": "WorkerDeadLetterQueue", "URL": parts["AWSEBWorkerDeadLetterQueue"]})
    balancer = parts.get("AWSEBV2LoadBalancer") or parts.get("AWSEBLoadBalancer")

    def named(name: str, key: str = "Name") -> list[dict[str, str]]:
        return [{key: parts[name]}] if name in parts else []

    return {"EnvironmentResources": {
        "EnvironmentName": one.name,
        "AutoScalingGroups": named("AWSEBAutoScalingGroup"),
        "Instances": [{"Id": each} for each in fleet.instances(one)],
        "LaunchConfigurations": [],
        "LaunchTemplates": named("AWSEBEC2LaunchTemplate", "Id"),
        "LoadBalancers": [{"Name": balancer}] if balancer else [],
        "Triggers": [{"Name": each} for each in one.made],
        "Queues": queues,
    }}  # fmt: skip


def _request_info(call: Call) -> None:
    """Logs are put into the bucket of Elastic Beanstalk; RetrieveEnvironmentInfo gives their addresses."""
    one = checks.environment(call)
    kind = call.given["InfoType"]
    if kind not in ("tail", "bundle"):
        raise Refusal("InvalidParameterValue", f"Unsupported information type: {kind}.")
    found = []
    s3 = one.session.client("s3")
    bucket = f"elasticbeanstalk-{one.place.region}-{one.place.account}"
    if bucket not in [row["Name"] for row in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket=bucket)
    for instance in fleet.instances(one):
        installed = one.installed.get(instance)
        lines = installed.program.log if installed is not None and installed.program is not None else []
        lines = lines[-100:] if kind == "tail" else lines
        text = "----------------------------------------\n/var/log/web.stdout.log\n" + "\n".join(lines) + "\n"
        key = f"resources/environments/logs/{kind}/{one.env_id}/{instance}/TailLogs-{clock.now():%Y%m%d%H%M%S}.txt"
        s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
        address = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
        found.append({"InfoType": kind, "Ec2InstanceId": instance, "SampleTimestamp": clock.now(), "Message": address})
    one.__dict__["lab_info"] = found


def _retrieve_info(call: Call) -> dict[str, Any]:
    one = checks.environment(call)
    rows = one.__dict__.get("lab_info", [])
    return {"EnvironmentInfo": [row for row in rows if row["InfoType"] == call.given["InfoType"]]}


def _health(call: Call) -> dict[str, Any]:
    return health.describe(call, checks.environment(call))


def _instances_health(call: Call) -> dict[str, Any]:
    return health.describe_instances(call, checks.environment(call))


OPERATIONS: Final = {
    "DescribeEnvironments": _describe,
    "DescribeEvents": _events,
    "DescribeEnvironmentResources": _resources,
    "DescribeEnvironmentHealth": _health,
    "DescribeInstancesHealth": _instances_health,
    "RequestEnvironmentInfo": _request_info,
    "RetrieveEnvironmentInfo": _retrieve_info,
}
