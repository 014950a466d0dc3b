"""Applications and their versions, with the policy that removes old ones.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications.html
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-lifecycle.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from course.lab.beanstalk import ebextensions
from course.lab.beanstalk.bundle import Bundle
from course.lab.beanstalk.store import Application, Kept, Version, kept
from course.lab.clock import clock
from course.lab.service import Call, Refusal

# https://docs.aws.amazon.com/general/latest/gr/elasticbeanstalk.html
MOST_APPLICATIONS: Final = 75
MOST_VERSIONS: Final = 1000
_LARGEST: Final = 512 * 1024 * 1024


def application(call: Call, name: str = "") -> Application:
    """The application that a call names."""
    name = name or call.given["ApplicationName"]
    found = kept(call.place).applications.get(name)
    if found is None:
        raise Refusal("InvalidParameterValue", f"No Application named '{name}' found.")
    return found


def _make(call: Call, name: str) -> Application:
    store = kept(call.place)
    if len(store.applications) >= MOST_APPLICATIONS:
        raise Refusal(
            "TooManyApplicationsException",
            "You cannot have more than "
            f"{MOST_APPLICATIONS} Applications. Either remove some Applications or request a limit increase.",
        )
    made = Application(name, call.given.get("Description", ""), tags=_tags(call))
    store.applications[name] = made
    store.say(name, "Created new Application: " + name)
    return made


def _tags(call: Call) -> dict[str, str]:
    return {one["Key"]: one.get("Value", "") for one in call.given.get("Tags", [])}


def _create(call: Call) -> dict[str, Any]:
    name = call.given["ApplicationName"]
    if name in kept(call.place).applications:
        raise Refusal("InvalidParameterValue", f"Application {name} already exists.")
    rules = _lifecycle(call.given.get("ResourceLifecycleConfig") or {}, {})
    made = _make(call, name)
    made.lifecycle = rules
    return {"Application": _shown(call, made)}


def _shown(call: Call, one: Application) -> dict[str, Any]:
    where = f"{call.place.region}:{call.place.account}"
    off = {"Enabled": False, "DeleteSourceFromS3": False}
    count, age = {**off, "MaxCount": 200}, {**off, "MaxAgeInDays": 180}
    set_up = one.lifecycle.get("VersionLifecycleConfig") or {}
    shown = {
        "VersionLifecycleConfig": {
            "MaxCountRule": count | (set_up.get("MaxCountRule") or {}),
            "MaxAgeRule": age | (set_up.get("MaxAgeRule") or {}),
        }
    }
    return {
        "ApplicationArn": f"arn:aws:elasticbeanstalk:{where}:application/{one.name}",
        "ApplicationName": one.name,
        "Description": one.description,
        "DateCreated": one.created,
        "DateUpdated": one.updated,
        "Versions": [version.label for version in reversed(one.versions.values())],
        "ConfigurationTemplates": list(one.templates),
        "ResourceLifecycleConfig": {"ServiceRole": one.lifecycle.get("ServiceRole", ""), **shown},
    }


def _describe(call: Call) -> dict[str, Any]:
    wanted = call.given.get("ApplicationNames")
    found = kept(call.place).applications.values()
    return {"Applications": [_shown(call, one) for one in found if not wanted or one.name in wanted]}


def _update(call: Call) -> dict[str, Any]:
    one = application(call)
    one.description, one.updated = call.given.get("Description", one.description), clock.now()
    return {"Application": _shown(call, one)}


def _delete(call: Call) -> None:
    from course.lab.beanstalk import environments

    store, name = kept(call.place), call.given["ApplicationName"]
    running = [one for one in store.alive if one.application == name]
    if running and not call.given.get("TerminateEnvByForce"):
        raise Refusal("OperationInProgressFailure", f"Unable to delete application {name} because it has a version "
                      "that is deployed to a running environment.")  # fmt: skip
    for one in running:
        environments.terminate(one)
    store.applications.pop(name, None)


# Lifecycle policy ------------------------------------------------------------------------------------------


def _lifecycle(given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The policy with what a call changes in it; a rule that is turned on needs a role, and only one may be on."""
    rules = dict(before) | dict(given)
    policy = rules.get("VersionLifecycleConfig") or {}
    count, age = policy.get("MaxCountRule") or {}, policy.get("MaxAgeRule") or {}
    if count.get("Enabled") and age.get("Enabled"):
        raise Refusal("InvalidParameterValue", "Only one of MaxCountRule and MaxAgeRule can be enabled.")
    if (count.get("Enabled") or age.get("Enabled")) and not rules.get("ServiceRole"):
        raise Refusal("InvalidParameterValue", "A ServiceRole is required to enable an application version lifecycle "
                      "policy.")  # fmt: skip
    for rule, name in ((count, "MaxCount"), (age, "MaxAgeInDays")):
        if name in rule and int(rule[name]) < 1:
            raise Refusal("InvalidParameterValue", f"{name} must be at least 1.")
    return rules


def _update_lifecycle(call: Call) -> dict[str, Any]:
    one = application(call)
    one.lifecycle = _lifecycle(call.given["ResourceLifecycleConfig"], one.lifecycle)
    return {
        "ApplicationName": one.name,
        "ResourceLifecycleConfig": _shown(call, one)["ResourceLifecycleConfig"],
    }


def _in_use(store: Kept, version: Version) -> bool:
    return any(
        one.application == version.application and version.label in (one.version_label, one.deploying)
        for one in store.alive
    )


def prune(call: Call, one: Application, coming: int = 1) -> None:
    """Remove what the policy no longer wants; this happens whenever a version is made."""
    store, policy = kept(call.place), one.lifecycle.get("VersionLifecycleConfig") or {}
    count, age = policy.get("MaxCountRule") or {}, policy.get("MaxAgeRule") or {}
    old = [version for version in one.versions.values() if not _in_use(store, version)]
    gone: list[tuple[Version, bool]] = []
    if count.get("Enabled"):
        spare = len(one.versions) + coming - int(count.get("MaxCount", 200))
        gone = [(version, bool(count.get("DeleteSourceFromS3"))) for version in old[: max(0, spare)]]
    if age.get("Enabled"):
        limit = clock.now() - dt.timedelta(days=int(age.get("MaxAgeInDays", 180)))
        gone = [(version, bool(age.get("DeleteSourceFromS3"))) for version in old if version.created < limit]
    for version, with_bundle in gone:
        del one.versions[version.label]
        if with_bundle:
            _delete_bundle(call, version)
        store.say(
            one.name, f"Deleted application version {version.label} by the lifecycle policy.", "INFO", version.label
        )


def _delete_bundle(call: Call, version: Version) -> None:
    try:
        call.session.client("s3").delete_object(Bucket=version.bucket, Key=version.key)
    except Exception as error:
        raise Refusal("SourceBundleDeletionFailure", f"Unable to delete the source bundle: {error}") from None


# Versions --------------------------------------------------------------------------------------------------


def _create_version(call: Call) -> dict[str, Any]:
    store, name, label = kept(call.place), call.given["ApplicationName"], call.given["VersionLabel"]
    if name not in store.applications:
        if not call.given.get("AutoCreateApplication"):
            raise Refusal("InvalidParameterValue", f"No Application named '{name}' found.")
        _make(call, name)
    one = store.applications[name]
    if label in one.versions:
        raise Refusal("InvalidParameterValue", f"Application Version {label} already exists.")
    bucket, key, bundle = _bundle(call)
    prune(call, one)
    if sum(len(each.versions) for each in store.applications.values()) >= MOST_VERSIONS:
        raise Refusal("TooManyApplicationVersionsException", f"You cannot have more than {MOST_VERSIONS} Application "
                      "Versions. Either remove some Application Versions or request a limit increase.")  # fmt: skip
    made = Version(name, label, bucket, key, bundle, call.given.get("Description", ""), tags=_tags(call))
    if call.given.get("Process"):
        _process(store, made)
    one.versions[label] = made
    store.say(name, f"Created new Application Version: {label}", "INFO", label)
    return {"ApplicationVersion": _shown_version(call, made)}


def _bundle(call: Call) -> tuple[str, str, Bundle]:
    source = call.given.get("SourceBundle")
    if not source:
        if call.given.get("SourceBuildInformation") or call.given.get("ImageConfiguration"):
            from course.lab.wire import Unsupported

            raise Unsupported("The lab makes application versions from a SourceBundle in S3 only.")
        return "elasticbeanstalk-samples", "generic-sample.zip", SAMPLE
    bucket, key = source.get("S3Bucket", ""), source.get("S3Key", "")
    s3 = call.session.client("s3")
    try:
        region = s3.get_bucket_location(Bucket=bucket).get("LocationConstraint") or "us-east-1"
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.ClientError as error:
        raise Refusal(
            "InvalidParameterCombination",
            "Unable to download from S3 location (Bucket: "
            f"{bucket}  Key: {key}). Reason: {error.response['Error'].get('Message', '')}",
        ) from None
    if region != call.place.region:
        raise Refusal("S3LocationNotInServiceRegionException", f"S3 location (Bucket: {bucket}  Key: {key}) is not in "
                      f"the Region {call.place.region}.")  # fmt: skip
    if len(body) > _LARGEST:
        raise Refusal("InvalidParameterValue", f"Source bundle is empty or exceeds maximum allowed size: {_LARGEST}")
    return bucket, key, Bundle.read(body)


def _process(store: Kept, version: Version) -> None:
    """Check the manifest and the configuration files before anybody deploys them."""
    version.process = True
    wrong = ebextensions.read(version.bundle).errors
    version.status = "FAILED" if wrong else "PROCESSED"
    for message in wrong:
        store.say(version.application, message, "ERROR", version.label)


def _shown_version(call: Call, one: Version) -> dict[str, Any]:
    where = f"{call.place.region}:{call.place.account}"
    return {
        "ApplicationVersionArn": f"arn:aws:elasticbeanstalk:{where}:applicationversion/{one.application}/{one.label}",
        "ApplicationName": one.application,
        "Description": one.description,
        "VersionLabel": one.label,
        "SourceBundle": {"S3Bucket": one.bucket, "S3Key": one.key},
        "Process": one.process,
        "DateCreated": one.created,
        "DateUpdated": one.updated,
        "Status": one.status,
    }


def _describe_versions(call: Call) -> dict[str, Any]:
    wanted, name = call.given.get("VersionLabels"), call.given.get("ApplicationName")
    found = [
        version
        for one in kept(call.place).applications.values()
        if not name or one.name == name
        for version in one.versions.values()
        if not wanted or version.label in wanted
    ]
    found.sort(key=lambda one: one.created, reverse=True)
    start, most = int(call.given.get("NextToken") or 0), int(call.given.get("MaxRecords") or len(found) or 1)
    page: dict[str, Any] = {"ApplicationVersions": [_shown_version(call, one) for one in found[start : start + most]]}
    return page | ({"NextToken": str(start + most)} if start + most < len(found) else {})


def _update_version(call: Call) -> dict[str, Any]:
    one = _version(call)
    one.description, one.updated = call.given.get("Description", one.description), clock.now()
    return {"ApplicationVersion": _shown_version(call, one)}


def _version(call: Call) -> Version:
    label = call.given["VersionLabel"]
    found = application(call).versions.get(label)
    if found is None:
        raise Refusal("InvalidParameterValue", f"No Application Version named '{label}' found.")
    return found


def _delete_version(call: Call) -> None:
    one, store = _version(call), kept(call.place)
    if _in_use(store, one):
        raise Refusal("OperationInProgressFailure", f"Unable to delete application version {one.label} because it is "
                      "deployed to a running environment.")  # fmt: skip
    del store.applications[one.application].versions[one.label]
    if call.given.get("DeleteSourceBundle"):
        _delete_bundle(call, one)


def _storage(call: Call) -> dict[str, str]:
    """The bucket of Elastic Beanstalk in this Region, made when first asked for."""
    name = f"elasticbeanstalk-{call.place.region}-{call.place.account}"
    s3 = call.session.client("s3")
    if name not in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
        region = call.place.region
        more = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != "us-east-1" else {}
        s3.create_bucket(Bucket=name, **more)
    return {"S3Bucket": name}


def _quotas(call: Call) -> dict[str, Any]:
    return {"ResourceQuotas": {
        "ApplicationQuota": {"Maximum": MOST_APPLICATIONS}, "ApplicationVersionQuota": {"Maximum": MOST_VERSIONS},
        "EnvironmentQuota": {"Maximum": 200}, "ConfigurationTemplateQuota": {"Maximum": 2000},
        "CustomPlatformQuota": {"Maximum": 50},
    }}  # fmt: skip


SAMPLE: Final = Bundle({"application.py": b'''def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"Congratulations! Your first AWS Elastic Beanstalk Python Application is now running."]
'''}, 400)  # fmt: skip

OPERATIONS: Final = {
    "CreateApplication": _create,
    "DescribeApplications": _describe,
    "UpdateApplication": _update,
    "DeleteApplication": _delete,
    "UpdateApplicationResourceLifecycle": _update_lifecycle,
    "CreateApplicationVersion": _create_version,
    "DescribeApplicationVersions": _describe_versions,
    "UpdateApplicationVersion": _update_version,
    "DeleteApplicationVersion": _delete_version,
    "CreateStorageLocation": _storage,
    "DescribeAccountAttributes": _quotas,
}
