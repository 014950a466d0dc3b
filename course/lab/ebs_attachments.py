"""Volumes with more than one instance: Multi-Attach of io1 and io2.

https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volumes-multi.html

Moto keeps the last attachment of a volume; here the others are kept beside it.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.elastic_block_store import Volume

from course.lab.asked import Asked
from course.lab.place import Place


class _Shared(Volume):
    """A volume that shows all its attachments."""

    @property
    def attachments(self) -> list[Any]:
        return alive(self)


def alive(volume: Any) -> list[Any]:
    """The attachments to instances that were not terminated."""
    kept: list[Any] = volume.__dict__.get("lab_attachments") or []
    return [one for one in kept if one.instance._state.name != "terminated"]


def follow(operation: str, call: Asked, ec2: Any) -> None:
    """Remember what was attached, and show what is left after a detach."""
    volume = ec2.volumes.get(call.params.get("VolumeId"))
    if volume is None or not volume.multi_attach_enabled:
        return
    kept = volume.__dict__.setdefault("lab_attachments", [])
    if operation == "AttachVolume":
        volume.__class__ = _Shared
        kept.append(volume.attachment)
    else:
        kept[:] = [one for one in alive(volume) if one.status == "attached"]
        volume.attachment = kept[-1] if kept else None


def choose(call: Asked, place: Place) -> None:
    """Before a detach: let moto see the attachment to this instance."""
    volume = place.backend("ec2").volumes.get(call.params.get("VolumeId"))
    if volume is None:
        return
    wanted = call.params.get("InstanceId")
    volume.attachment = next((one for one in alive(volume) if one.instance.id == wanted), volume.attachment)
