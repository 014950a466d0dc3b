"""EBS beyond moto: what AWS refuses, what it fills in by itself, and volumes with several instances.

| file | what it does |
|---|---|
| ebs.py | defaults of new volumes, encryption by default, the size of a snapshot stays |
| ebs_rules.py | refusals: zones, snapshots, ratios, shrinking, too many modifications |
| ebs_attachments.py | Multi-Attach, and detaching |

Encryption: https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
Sizes and defaults: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote_plus

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from course.lab import ebs_attachments
from course.lab.asked import Asked, asked
from course.lab.ebs_rules import refusal
from course.lab.place import Place, place_of
from course.lab.replies import answer
from course.lab.wire import afterwards, answer_first

_OPERATIONS: Final = ("CreateVolume", "ModifyVolume", "CopySnapshot", "AttachVolume", "DetachVolume", "CreateSnapshot")
_IDS: Final = re.compile(rb"<(?:volumeId|snapshotId)>((?:vol|snap)-[0-9a-f]+)<")


@answer_first
def _before(service: str, operation: str, request: AWSPreparedRequest) -> AWSResponse | None:
    if service != "ec2" or operation not in _OPERATIONS:
        return None
    call = asked(operation)
    if call is None or call.params.get("DryRun"):
        return None
    place = place_of(request)
    if reply := refusal(call, place, request):
        return answer(request, "ec2", call.protocol, reply)[0]
    for name, value in _filled_in(call, place):
        _add(request, name, value)
    if operation == "DetachVolume":
        ebs_attachments.choose(call, place)
    return None


@afterwards("ec2")
def _after(operation: str, request: AWSPreparedRequest, response: AWSResponse) -> None:
    if operation not in _OPERATIONS or response.status_code >= 400:
        return
    call = asked(operation)
    if call is None:
        return
    ec2 = place_of(request).backend("ec2")
    for name in (found.decode() for found in _IDS.findall(response.content)):
        if name in ec2.volumes:
            _settle(ec2.volumes[name])
        elif operation == "CreateSnapshot" and name in ec2.snapshots:
            # A snapshot is of one moment: what becomes of its volume later does not change it.
            ec2.snapshots[name].volume = copy.copy(ec2.snapshots[name].volume)
    if operation in ("AttachVolume", "DetachVolume"):
        ebs_attachments.follow(operation, call, ec2)


def _filled_in(call: Asked, place: Place) -> Iterator[tuple[str, str]]:
    """What AWS adds to a request by itself."""
    given, ec2 = call.params, place.backend("ec2")
    by_default = ec2.ebs_encryption_by_default
    if call.model.name == "CreateVolume":
        from_snapshot = _key_of(ec2.snapshots.get(given.get("SnapshotId")))
        if (by_default or from_snapshot) and not given.get("Encrypted"):
            yield "Encrypted", "true"
        if from_snapshot and not given.get("KmsKeyId"):
            yield "KmsKeyId", from_snapshot
        if given.get("VolumeType") == "gp3" and not given.get("Throughput"):
            yield "Throughput", "125"
    encrypts = by_default or given.get("Encrypted")
    if call.model.name == "CopySnapshot" and encrypts and not given.get("KmsKeyId"):
        if not ec2.default_kms_key_id:
            ec2._create_default_encryption_key()
        yield "KmsKeyId", ec2.default_kms_key_id


def _key_of(snapshot: Any) -> str | None:
    """The key of an encrypted snapshot: its volumes have the same, unless the call names another."""
    if snapshot is None or not snapshot.encrypted:
        return None
    key: str | None = snapshot.kms_key_id or snapshot.volume.kms_key_id
    return key


def _add(request: AWSPreparedRequest, name: str, value: str) -> None:
    body: Any = request.body or ""
    pair = f"&{name}={quote_plus(value)}"
    request.body = body + pair.encode() if isinstance(body, bytes) else body + pair


def _settle(volume: Any) -> None:
    """The performance that comes with a type."""
    if volume.volume_type == "gp2":
        volume.iops, volume.throughput = min(max(100, 3 * volume.size), 16_000), None
    elif volume.volume_type == "gp3":
        volume.iops, volume.throughput = volume.iops or 3000, volume.throughput or 125
        volume.iops = max(volume.iops, 3000)
    elif volume.volume_type in ("st1", "sc1", "standard"):
        volume.iops = volume.throughput = None
