"""Images: names are unique in an account and a Region, and a copy may be encrypted, never decrypted.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/creating-an-ami-ebs.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/CopyingAMIs.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.ec2.models.amis import Ami

from course.lab.asked import Asked, asked
from course.lab.ec2.launch import wants_tokens
from course.lab.place import Place, place_of
from course.lab.replies import Reply, answer
from course.lab.wire import afterwards, answer_first

_MADE: Final = ("CreateImage", "CopyImage", "RegisterImage")
_STARTED: Final = re.compile(rb"<instanceId>(i-[0-9a-f]+)<")
_ID: Final = re.compile(rb"<imageId>(ami-[0-9a-f]+)<")


class LabImage(Ami):
    """An image of one's own: its root volume is as large, and as encrypted, as its snapshot."""

    @property
    def block_device_mappings(self) -> list[dict[str, Any]]:
        snapshot = self.ebs_snapshot
        disk = {
            "SnapshotId": snapshot.id,
            "VolumeSize": snapshot.volume.size,
            "DeleteOnTermination": True,
            "VolumeType": "gp3",
            "Encrypted": bool(snapshot.encrypted),
        }
        return [{"DeviceName": self.root_device_name, "Ebs": disk}]


@answer_first
def _judge(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "ec2" or operation not in _MADE:
        return None
    call = asked(operation)
    if call is None or call.params.get("DryRun"):
        return None
    place = place_of(request)
    reply = _name_is_free(call, place) or _source_exists(call, place)
    return None if reply is None else answer(request, "ec2", call.protocol, reply)[0]


def _name_is_free(call: Asked, place: Place) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    name = call.params.get("Name")
    if name is None or not 3 <= len(name) <= 128:
        return Reply("InvalidAMIName.Malformed", "AMI names must be between 3 and 128 characters long, and may contain "
                     "letters, numbers, '(', ')', '.', '-', '/' and '_'")  # fmt: skip
    taken = [one for one in place.backend("ec2").amis.values() if one.owner_id == place.account and one.name == name]
    if not taken:
        return None
    return Reply("InvalidAMIName.Duplicate", f"AMI name {name} is already in use by AMI {taken[0].id}")


def _source_exists(call: Asked, place: Place) -> Reply | None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html"""
    if call.model.name != "CopyImage":
        return None
    given = call.params
    there = Place(place.account, str(given["SourceRegion"])).backend("ec2")
    if given["SourceImageId"] in there.amis:
        return None
    name, region = given["SourceImageId"], given["SourceRegion"]
    return Reply("InvalidAMIID.NotFound", f"The image id '[{name}]' does not exist in {region}")


@afterwards("ec2")
def _complete(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if operation not in _MADE or response.status_code >= 400:
        return
    call, found = asked(operation), _ID.search(response.content)
    place = place_of(request)
    image = place.backend("ec2").amis.get(found.group(1).decode()) if found else None
    if call is None or image is None:
        return
    image.__class__ = LabImage
    if operation == "CopyImage":
        _like_its_source(image, call, place)
    if operation == "CreateImage":
        _like_its_instance(image, place)


@afterwards("ec2")
def _disks_like_their_image(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    """The root disk of an instance is a copy of its image's snapshot, encrypted with the same key."""
    if operation != "RunInstances" or response.status_code >= 400:
        return
    ec2 = place_of(request).backend("ec2")
    for name in {found.decode() for found in _STARTED.findall(response.content)}:
        instance = ec2.get_instance_by_id(name)
        image = ec2.amis.get(instance.image_id) if instance is not None else None
        if not isinstance(image, LabImage) or not image.ebs_snapshot.encrypted:
            continue
        for disk in instance.block_device_mapping.values():
            volume = ec2.volumes.get(disk.volume_id)
            if volume is not None:
                volume.encrypted, volume.kms_key_id = True, image.ebs_snapshot.kms_key_id


def _like_its_source(image: Any, call: Asked, place: Place) -> None:
    given, ec2 = call.params, place.backend("ec2")
    source = Place(place.account, given["SourceRegion"]).backend("ec2").amis[given["SourceImageId"]]
    image.lab_imds = "v2.0" if wants_tokens(source) else None
    image.root_device_name, image.root_device_type = source.root_device_name, "ebs"
    snapshot = image.ebs_snapshot
    snapshot.volume.size = source.ebs_snapshot.volume.size
    if source.ebs_snapshot.encrypted or given.get("Encrypted") or ec2.ebs_encryption_by_default:
        snapshot.encrypted = snapshot.volume.encrypted = True
        snapshot.kms_key_id = given.get("KmsKeyId") or _default_key(ec2)


def _like_its_instance(image: Any, place: Place) -> None:
    ec2 = place.backend("ec2")
    root = image.instance.block_device_mapping.get("/dev/sda1") or next(
        iter(image.instance.block_device_mapping.values()), None
    )
    source = ec2.amis.get(image.instance.image_id)
    image.lab_imds = "v2.0" if source is not None and wants_tokens(source) else None
    image.root_device_type = "ebs"
    if source is not None:
        image.root_device_name = source.root_device_name
    if root is not None and root.volume_id in ec2.volumes:
        volume = ec2.volumes[root.volume_id]
        image.ebs_snapshot.volume.size = volume.size
        image.ebs_snapshot.encrypted = image.ebs_snapshot.volume.encrypted = bool(volume.encrypted)
        image.ebs_snapshot.kms_key_id = volume.kms_key_id


def _default_key(ec2: Any) -> str | None:
    if not ec2.default_kms_key_id:
        ec2._create_default_encryption_key()
    key: str | None = ec2.default_kms_key_id
    return key
