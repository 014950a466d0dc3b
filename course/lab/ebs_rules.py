"""What EBS refuses and moto lets pass.

Each rule carries the page that says so. Sizes, IOPS and their ratio at creation stand in rules/requests.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest

from course.lab.asked import Asked, asking
from course.lab.clock import clock
from course.lab.place import Place
from course.lab.replies import Reply

_MOST_MODIFICATIONS: Final = 4  # within a rolling 24 hours; until January 2026 one in six hours
_MEBIBYTES_AN_IOPS: Final = 0.25
_THROUGHPUT: Final = (125, 2000)


def refusal(call: Asked, place: Place, request: AWSPreparedRequest) -> Reply | None:
    """The first rule that a call breaks."""
    ec2 = place.backend("ec2")
    for rule in _RULES.get(call.model.name, ()):
        if reply := rule(call.params, ec2):
            return reply
    if call.model.name == "ModifyVolume":
        return _as_a_new_volume(call.params, ec2, request)
    return None


def _zone_exists(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    name = given.get("AvailabilityZone")
    if name is None or ec2.get_zone_by_name(name) is not None:
        return None
    return Reply("InvalidZone.NotFound", f"The zone '{name}' does not exist.")


def _not_smaller_than_the_snapshot(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html"""
    snapshot, size = ec2.snapshots.get(given.get("SnapshotId")), given.get("Size")
    if snapshot is None or size is None or size >= snapshot.volume.size:
        return None
    return Reply(
        "InvalidParameterValue",
        f"Volume of size {size}GB is smaller than snapshot '{snapshot.id}', expect size >= {snapshot.volume.size}GB",
    )


def _a_key_needs_encryption(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html"""
    if not given.get("KmsKeyId") or given.get("Encrypted") or ec2.ebs_encryption_by_default:
        return None
    return Reply("InvalidParameterDependency", "The parameter [KmsKeyId] requires the parameter Encrypted to be set.")


def _throughput_of_gp3(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html#gp3-performance"""
    return _throughput(given.get("VolumeType", "gp2"), given.get("Throughput"), given.get("Iops") or 3000)


def _throughput(kind: str, throughput: int | None, iops: int) -> Reply | None:
    if kind != "gp3" or throughput is None:
        return None
    least, most = _THROUGHPUT
    if not least <= throughput <= most:
        told = ("low", "minimum", least) if throughput < least else ("high", "maximum", most)
        return Reply(
            "InvalidParameterValue", f"Volume throughput of {throughput} is too {told[0]}; {told[1]} is {told[2]}."
        )
    if throughput > _MEBIBYTES_AN_IOPS * iops:
        return Reply(
            "InvalidParameterValue",
            f"Throughput (MiBps) to iops ratio of {throughput / iops:.6f} is too high; maximum is "
            f"{_MEBIBYTES_AN_IOPS:.6f} MiBps per iops.",
        )
    return None


def _grows_only(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/ebs/latest/userguide/modify-volume-requirements.html"""
    volume, size = ec2.volumes.get(given.get("VolumeId")), given.get("Size")
    if volume is not None and size is not None and size < volume.size:
        return Reply("InvalidParameterValue", "New size cannot be smaller than existing size")
    return None


def _four_a_day(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html"""
    volume = ec2.volumes.get(given.get("VolumeId"))
    if volume is None:
        return None
    since = clock.now().replace(tzinfo=None) - dt.timedelta(hours=24)
    lately = [one for one in volume.modifications if one.start_time.replace(tzinfo=None) > since]
    if len(lately) < _MOST_MODIFICATIONS:
        return None
    return Reply(
        "VolumeModificationRateExceeded",
        "You've reached the maximum modification rate per volume limit. "
        f"A volume can be modified {_MOST_MODIFICATIONS} times within 24 hours.",
    )


def _as_a_new_volume(given: Mapping[str, Any], ec2: Any, request: AWSPreparedRequest) -> Reply | None:
    """What comes of a modification has to be a volume that could be created."""
    from course.lab.rules.requests import broken

    volume = ec2.volumes.get(given.get("VolumeId"))
    if volume is None:
        return None
    kind = given.get("VolumeType") or volume.volume_type
    iops = given.get("Iops") or (volume.iops if kind == volume.volume_type and kind != "gp2" else None)
    wanted: dict[str, Any] = {"VolumeType": kind, "Size": given.get("Size") or volume.size}
    if iops:
        wanted["Iops"] = iops
    with asking("ec2", "CreateVolume", wanted) as call:
        if reply := broken(call, request):
            return reply
    throughput = given.get("Throughput") or (volume.throughput if kind == volume.volume_type else None)
    return _throughput(kind, throughput, iops or 3000)


def _is_attached(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    volume = ec2.volumes.get(given.get("VolumeId"))
    if volume is None or volume.attachment is not None:
        return None
    return Reply("IncorrectState", f"Volume '{volume.id}' is in the 'available' state.")


def _not_twice_to_one_instance(given: Mapping[str, Any], ec2: Any) -> Reply | None:
    """https://docs.aws.amazon.com/ebs/latest/userguide/ebs-attaching-volume.html"""
    volume = ec2.volumes.get(given.get("VolumeId"))
    if volume is None or given.get("InstanceId") not in [one.instance.id for one in volume.attachments]:
        return None
    return Reply("VolumeInUse", f"{volume.id} is already attached to an instance")


_Rule = Callable[[Mapping[str, Any], Any], Reply | None]
_RULES: Final[dict[str, tuple[_Rule, ...]]] = {
    "CreateVolume": (_zone_exists, _not_smaller_than_the_snapshot, _throughput_of_gp3),
    "CopySnapshot": (_a_key_needs_encryption,),
    "ModifyVolume": (_grows_only, _four_a_day),
    "AttachVolume": (_not_twice_to_one_instance,),
    "DetachVolume": (_is_attached,),
}
