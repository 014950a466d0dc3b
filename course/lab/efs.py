"""EFS beyond moto: changing the throughput, and what EFS refuses.

Throughput modes: https://docs.aws.amazon.com/efs/latest/ug/managing-throughput.html
Lifecycle: https://docs.aws.amazon.com/efs/latest/ug/API_PutLifecycleConfiguration.html
Mount targets: https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html

No file moves between storage classes here: without NFS there are no files, so the metered size stays zero.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from course.lab.asked import Asked, asked
from course.lab.clock import clock
from course.lab.place import place_of
from course.lab.replies import Reply, answer
from course.lab.wire import afterwards, answer_first

_MOST_MIBPS: Final = 3414
_BETWEEN_CHANGES: Final = dt.timedelta(hours=24)
_DAYS: Final = (1, 7, 14, 30, 60, 90, 180, 270, 365)
_TRANSITIONS: Final = {f"AFTER_{days}_DAY{'' if days == 1 else 'S'}": days for days in _DAYS}


@answer_first
def _before(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    call = asked(operation) if service == "efs" else None
    if call is None:
        return None
    efs = place_of(request).backend("efs")
    if operation in _RULES and (reply := _RULES[operation](call.params, efs)):
        return answer(request, "efs", call.protocol, reply)[0]
    if operation == "UpdateFileSystem":
        return _updated(request, call, efs)
    return None


@afterwards("efs")
def _after(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """A mount target without security groups gets the default one of its VPC."""
    if operation != "CreateMountTarget" or response.status_code >= 400:
        return
    place = place_of(request)
    target = place.backend("efs").mount_targets_by_id[json.loads(response.content)["MountTargetId"]]
    if not target.security_groups:
        default = place.backend("ec2").get_default_security_group(target.vpc_id)
        target.security_groups = [default.id] if default else []


def _updated(request: AWSPreparedRequest, call: Asked, efs: Any) -> AWSResponse:
    """https://docs.aws.amazon.com/efs/latest/ug/API_UpdateFileSystem.html"""
    given, found = call.params, efs.file_systems_by_id[call.params["FileSystemId"]]
    mode = given.get("ThroughputMode") or found.throughput_mode
    mibps = given.get("ProvisionedThroughputInMibps") if mode == "provisioned" else None
    if _is_rationed(found, mode, mibps):
        found._lab_last_change = clock.now()
    found.throughput_mode = mode
    found.provisioned_throughput_in_mibps = mibps
    raw: Any = MockRawResponse(json.dumps(found.info_json()))
    headers: Any = {"Content-Type": "application/json"}
    return AWSResponse(request.url, 202, headers, raw)


def _is_rationed(found: Any, mode: str, mibps: float | None) -> bool:
    """Another mode, or less provisioned throughput, is to be had once in 24 hours."""
    if mode != found.throughput_mode:
        return True
    return mode == "provisioned" and (mibps or 0) < (found.provisioned_throughput_in_mibps or 0)


def _may_be_created(given: Mapping[str, Any], efs: Any) -> Reply | None:
    """https://docs.aws.amazon.com/efs/latest/ug/API_CreateFileSystem.html"""
    if given.get("PerformanceMode") == "maxIO":
        if given.get("ThroughputMode") == "elastic":
            return Reply("BadRequest", "Elastic throughput is not supported with the maxIO performance mode.")
        if given.get("AvailabilityZoneName"):
            return Reply("BadRequest", "The maxIO performance mode is not supported on One Zone file systems.")
    return _throughput(given.get("ThroughputMode", "bursting"), given.get("ProvisionedThroughputInMibps"))


def _may_be_updated(given: Mapping[str, Any], efs: Any) -> Reply | None:
    """https://docs.aws.amazon.com/efs/latest/ug/API_UpdateFileSystem.html"""
    found = efs.file_systems_by_id.get(given["FileSystemId"])
    if found is None:
        return _unknown(given["FileSystemId"])
    mode, mibps = given.get("ThroughputMode") or found.throughput_mode, given.get("ProvisionedThroughputInMibps")
    if mode == "elastic" and found.performance_mode == "maxIO":
        return Reply("BadRequest", "Elastic throughput is not supported with the maxIO performance mode.")
    if reply := _throughput(mode, mibps):
        return reply
    last = getattr(found, "_lab_last_change", None)
    if last and clock.now() - last < _BETWEEN_CHANGES and _is_rationed(found, mode, mibps):
        return Reply(
            "TooManyRequests",
            "You must wait at least 24 hours before you change the throughput mode or decrease the "
            "Provisioned Throughput value again.",
            429,
        )
    return None


def _throughput(mode: str, mibps: float | None) -> Reply | None:
    if mode != "provisioned":
        if mibps is None:
            return None
        return Reply("BadRequest", f"ProvisionedThroughputInMibps cannot be specified in {mode} mode.")
    if mibps is None:
        return Reply("BadRequest", "ProvisionedThroughputInMibps must be specified in provisioned mode.")
    if mibps > _MOST_MIBPS:
        return Reply("ThroughputLimitExceeded", f"The throughput limit of {_MOST_MIBPS} MiB/s has been reached.")
    return None


def _may_age(given: Mapping[str, Any], efs: Any) -> Reply | None:
    """https://docs.aws.amazon.com/efs/latest/ug/API_PutLifecycleConfiguration.html"""
    found = efs.file_systems_by_id.get(given["FileSystemId"])
    if found is None:
        return _unknown(given["FileSystemId"])
    wanted: dict[str, str] = {}
    for policy in given["LifecyclePolicies"]:
        if len(policy) != 1:
            return Reply("BadRequest", "Each LifecyclePolicy object must have a single transition.")
        name, value = next(iter(policy.items()))
        allowed = ("AFTER_1_ACCESS",) if name == "TransitionToPrimaryStorageClass" else tuple(_TRANSITIONS)
        if value not in allowed:
            return Reply("BadRequest", f"'{value}' is not a valid value of {name}. Valid: {', '.join(allowed)}.")
        if name in wanted:
            return Reply("BadRequest", f"{name} is given twice.")
        wanted[name] = value
    archive = wanted.get("TransitionToArchive")
    if archive is None:
        return None
    if found.throughput_mode != "elastic" or found.performance_mode != "generalPurpose":
        return Reply("BadRequest", "Archive needs the Elastic throughput mode and the General Purpose mode.")
    if _TRANSITIONS[archive] <= _TRANSITIONS.get(wanted.get("TransitionToIA", ""), 0):
        return Reply("BadRequest", "TransitionToArchive must be later than TransitionToIA.")
    return None


def _may_be_mounted(given: Mapping[str, Any], efs: Any) -> Reply | None:
    """A One Zone file system has a mount target in its own zone only."""
    found = efs.file_systems_by_id.get(given["FileSystemId"])
    subnet = next((one for one in efs.ec2_backend.describe_subnets() if one.id == given["SubnetId"]), None)
    if found is None or subnet is None or found.availability_zone_name in (None, subnet.availability_zone):
        return None
    return Reply(
        "AvailabilityZonesMismatch",
        f"The file system is in {found.availability_zone_name}, the subnet in {subnet.availability_zone}.",
    )


def _unknown(name: str) -> Reply:
    return Reply("FileSystemNotFound", f"File system '{name}' does not exist.", 404)


_RULES: Final[dict[str, Callable[[Mapping[str, Any], Any], Reply | None]]] = {
    "CreateFileSystem": _may_be_created,
    "UpdateFileSystem": _may_be_updated,
    "PutLifecycleConfiguration": _may_age,
    "CreateMountTarget": _may_be_mounted,
}
