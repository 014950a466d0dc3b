"""Volumes of a task: scratch space that its containers share, folders of the instance, EFS file systems.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html

Files on EFS are true files: tasks in any zone see the same ones, and they outlive the tasks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from course.lab.containers.disk import Mount
from course.lab.place import Place

_FAILED: Final = (
    "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: {} : "
    "unsuccessful EFS "
    "utils command execution; code: {}"
)


class NoVolume(Exception):
    """A volume cannot be mounted, so the task cannot start."""


class Volumes:
    """The volumes of one task, by name."""

    def __init__(self, place: Place, definition: Any, interface: str, subnet: str, host: Any) -> None:
        self._place, self._interface, self._subnet, self._host = place, interface, subnet, host
        self._scratch = tempfile.TemporaryDirectory(prefix="lab-volumes-", ignore_cleanup_errors=True)
        self._folders = {str(one["name"]): self._folder(one) for one in definition.volumes or ()}

    def mounts(self, container: Mapping[str, Any]) -> list[Mount]:
        """Where a container sees them."""
        found = []
        for one in container.get("mountPoints") or ():
            folder = self._folders.get(str(one.get("sourceVolume")))
            if folder is not None and one.get("containerPath"):
                path = "/" + str(one["containerPath"]).strip("/")
                found.append(Mount(path, folder, bool(one.get("readOnly"))))
        return found

    def _folder(self, volume: Mapping[str, Any]) -> Path:
        if volume.get("efsVolumeConfiguration"):
            return self._efs(volume["efsVolumeConfiguration"])
        source = (volume.get("host") or {}).get("sourcePath")
        if source and self._host is not None:
            # A folder of the container instance lives with the instance.
            root = folder_of(self._host)
            made = root / str(source).lstrip("/")
        else:
            made = Path(self._scratch.name).resolve() / str(volume["name"])
        made.mkdir(parents=True, exist_ok=True)
        return made

    def _efs(self, given: Mapping[str, Any]) -> Path:
        name = str(given["fileSystemId"])
        efs = self._place.backend("efs")
        system = efs.file_systems_by_id.get(name)
        target = self._target(efs, name)
        if system is None or target is None:
            address = f"{name}.efs.{self._place.region}.amazonaws.com"
            raise NoVolume(_FAILED.format(
                f'Failed to resolve "{address}" - check that your file system ID is correct, and ensure '
                f'that the VPC has '
                "an EFS mount target for this file system ID in the zone of the task.", 1))  # fmt: skip
        self._reach(target)
        root = folder_of(system)
        path = str(given.get("rootDirectory") or "/")
        point = str((given.get("authorizationConfig") or {}).get("accessPointId") or "")
        if point:
            found = efs.access_points.get(point)
            if found is None:
                raise NoVolume(_FAILED.format(f'b"mount.nfs4: access denied by server while mounting {point}"', 32))
            path = str((found.root_directory or {}).get("Path") or "/")
            (root / path.strip("/")).mkdir(parents=True, exist_ok=True)
        folder = root / path.strip("/")
        if not folder.is_dir():
            raise NoVolume(_FAILED.format(
                f'b"mount.nfs4: mounting {name}:{path} failed, reason given by server: No such file or '
                f'directory"', 32))  # fmt: skip
        return folder

    def _target(self, efs: Any, name: str) -> Any | None:
        """The mount target in the zone of the task; on instances any will do."""
        zones = {subnet: zone for zone, rows in self._place.backend("ec2").subnets.items() for subnet in rows}
        here = zones.get(self._subnet)
        targets = [one for one in efs.mount_targets_by_id.values() if one.file_system_id == name]
        near = [one for one in targets if here is None or zones.get(one.subnet_id) == here]
        return near[0] if near else None

    def _reach(self, target: Any) -> None:
        """The security groups must let NFS through."""
        if not self._interface:
            return
        from course.lab.network.connect import connect

        card = self._place.backend("ec2").enis.get(target.network_interface_id)
        if card is not None:
            card.status = "in-use"  # EFS is there, though no instance holds the interface
        if not connect(self._interface, target.network_interface_id, 2049):
            raise NoVolume(_FAILED.format('b"mount.nfs4: Connection timed out"', 32))


def folder_of(thing: Any) -> Path:
    """The files of a file system or of an instance; they go with moto's record of it."""
    kept: Any = thing.__dict__.get("lab_files")
    if kept is None:
        kept = thing.__dict__["lab_files"] = tempfile.TemporaryDirectory(
            prefix="lab-files-", ignore_cleanup_errors=True
        )
    return Path(kept.name).resolve()
