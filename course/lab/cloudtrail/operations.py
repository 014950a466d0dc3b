"""What AWS refuses about trails, their true status, and the calls that moto lacks.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab.asked import asked
from course.lab.cloudtrail import digests, seen, trails
from course.lab.cloudtrail.bucket import hindrance
from course.lab.cloudtrail.history import lookup_events
from course.lab.cloudtrail.selectors import wants_data
from course.lab.place import Place, place_of
from course.lab.replies import Reply, answer
from course.lab.service import Call, Refusal, serve
from course.lab.wire import afterwards, answer_first

_MOST_TRAILS: Final = 5
_MOST_SELECTORS: Final = 5
_MOST_RESOURCES: Final = 250
_MOST_VALUES: Final = 500


@answer_first
def _refuses(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "cloudtrail" and operation in _CHECKS else None
    if call is None:
        return None
    try:
        _CHECKS[operation](call.params, place_of(request))
    except Refusal as refusal:
        return answer(request, service, call.protocol, Reply(refusal.code, refusal.message, refusal.status))[0]
    return None


def _new_trail(given: Mapping[str, Any], place: Place) -> None:
    there = place.backend("cloudtrail").trails
    if given["Name"] in there:
        message = f"Trail {given['Name']} already exists for customer: {place.account}"
        raise Refusal("TrailAlreadyExistsException", message)
    if len(there) >= _MOST_TRAILS:
        message = f"User: {place.account} already has {_MOST_TRAILS} trails in {place.region}."
        raise Refusal("MaximumNumberOfTrailsExceededException", message)
    if given.get("IsMultiRegionTrail") and not given.get("IncludeGlobalServiceEvents", True):
        raise Refusal("InvalidParameterCombinationException", "Multi-Region trail must include global service events.")
    _may_deliver(given, place)


def _changed_trail(given: Mapping[str, Any], place: Place) -> None:
    there = place.backend("cloudtrail").trails.get(given["Name"].rpartition("/")[2])
    if there is not None:
        _may_deliver({"S3BucketName": there.bucket_name, "S3KeyPrefix": there.s3_key_prefix, **given}, place)


def _may_deliver(given: Mapping[str, Any], place: Place) -> None:
    """Whether the trail could write its files, and its lines if it has a log group."""
    from course.lab.s3.objects import bucket_named

    name = given["Name"].rpartition("/")[2]
    arn = f"arn:aws:cloudtrail:{place.region}:{place.account}:trail/{name}"
    wanted: Any = SimpleNamespace(bucket_name=given["S3BucketName"], arn=arn, account_id=place.account)
    prefix = f"{given['S3KeyPrefix']}/" if given.get("S3KeyPrefix") else ""
    if bucket_named(wanted.bucket_name) is not None:  # moto refuses one that is not there
        problem = hindrance(wanted, f"{prefix}AWSLogs/{place.account}/CloudTrail/{place.region}/x")
        if problem:
            raise Refusal("InsufficientS3BucketPolicyException", problem)
    group, role = given.get("CloudWatchLogsLogGroupArn"), given.get("CloudWatchLogsRoleArn")
    if bool(group) != bool(role):
        message = "You must specify a role ARN as well as a log group." if group else "You must specify a log group."
        raise Refusal("InvalidCloudWatchLogsRoleArnException" if group else _BAD_GROUP, message)
    if group and group.partition(":log-group:")[2].removesuffix(":*") not in place.backend("logs").groups:
        raise Refusal(_BAD_GROUP, "The specified log group does not exist.")


_BAD_GROUP: Final = "InvalidCloudWatchLogsLogGroupArnException"


def _selectors(given: Mapping[str, Any], place: Place) -> None:
    basic, advanced = given.get("EventSelectors") or [], given.get("AdvancedEventSelectors") or []
    resources = sum(len(one.get("Values") or ()) for part in basic for one in part.get("DataResources") or ())
    values = sum(len(one) for part in advanced for field in part["FieldSelectors"] for one in _lists(field))
    problem = ""
    if basic and advanced:
        problem = "Specify either event selectors or advanced event selectors, not both."
    elif len(basic) > _MOST_SELECTORS:
        problem = f"A trail can have up to {_MOST_SELECTORS} event selectors."
    elif resources > _MOST_RESOURCES:
        problem = f"A trail can have up to {_MOST_RESOURCES} data resources across all event selectors."
    elif values > _MOST_VALUES:
        problem = f"A trail can have up to {_MOST_VALUES} values for all advanced event selectors."
    elif advanced and not all(any(f["Field"] == "eventCategory" for f in one["FieldSelectors"]) for one in advanced):
        problem = "Each advanced event selector needs the field eventCategory."
    if problem:
        raise Refusal("InvalidEventSelectorsException", problem)


def _lists(field: Mapping[str, Any]) -> list[list[str]]:
    return [value for name, value in field.items() if name != "Field" and isinstance(value, list)]


def _stops(given: Mapping[str, Any], place: Place) -> None:
    trail = _found(given["Name"], place)
    if trail is not None and trail.status.is_logging:
        trails.finish(trail)


_CHECKS: Final = {
    "CreateTrail": _new_trail,
    "UpdateTrail": _changed_trail,
    "PutEventSelectors": _selectors,
    "StopLogging": _stops,
}


def _found(name: str, place: Place) -> Any:
    return place.backend("cloudtrail").trails.get(name.rpartition("/")[2])


@afterwards("cloudtrail")
def _follows(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    call = asked(operation)
    if call is None or response.status_code >= 400:
        return
    if operation == "StartLogging":
        trail = _found(call.params["Name"], place_of(request))
        if trail is not None:
            trails.begin(trail)
    if operation in ("StartLogging", "StopLogging", "PutEventSelectors", "DeleteTrail"):
        seen.want_data(any(wants_data(trail) for trail in trails.logging()))


def _status(call: Call) -> dict[str, Any]:
    trail = call.place.backend("cloudtrail").get_trail_status(call.given["Name"])
    found = next(one for one in call.place.backend("cloudtrail").describe_trails(True) if one.status is trail)
    told: dict[str, Any] = {"IsLogging": trail.is_logging}
    if trail.started:
        progress = trails.progress_of(found)
        told["StartLoggingTime"] = _moment(progress.since)
        told["LatestDeliveryError"] = "AccessDenied" if progress.error else None
        told["LatestDeliveryTime"] = _moment(progress.delivered)
        told["LatestDigestDeliveryTime"] = _moment(progress.latest_digest)
    if trail.stopped:
        told["StopLoggingTime"] = trail.stopped
    return {name: value for name, value in told.items() if value is not None}


def _moment(seconds: float | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)


def _public_keys(call: Call) -> dict[str, Any]:
    return {"PublicKeyList": [{"Value": digests.public_key(), "Fingerprint": digests.fingerprint()}]}


serve("cloudtrail", {"LookupEvents": lookup_events, "GetTrailStatus": _status, "ListPublicKeys": _public_keys})
