"""Layers: archives of files as bytes, each known by the digest of what it holds.

https://github.com/opencontainers/image-spec/blob/main/layer.md
"""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

MEDIA_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclass(frozen=True)
class Layer:
    """A read-only part of an image. The same files give the same bytes, hence the same digest."""

    content: bytes
    made_by: str = ""

    @cached_property
    def digest(self) -> str:
        """What a registry calls it: the hash of its compressed bytes."""
        return digest_of(self.content)

    @cached_property
    def diff_id(self) -> str:
        """What the image's configuration calls it: the hash of the archive before it is compressed."""
        return digest_of(gzip.decompress(self.content))

    @property
    def size(self) -> int:
        """Compressed, in bytes."""
        return len(self.content)

    def files(self) -> dict[str, bytes]:
        """What it holds, by absolute path; nothing if it is no archive."""
        try:
            with tarfile.open(fileobj=io.BytesIO(self.content), mode="r:gz") as archive:
                return {
                    f"/{one.name}": found.read()
                    for one in archive.getmembers()
                    if one.isfile() and (found := archive.extractfile(one)) is not None
                }
        except (tarfile.TarError, OSError):
            return {}

    def unpack(self, folder: Path) -> None:
        """Put its files into a folder; what lies there already is overwritten."""
        for path, content in self.files().items():
            goal = folder / path.lstrip("/")
            if not goal.resolve().is_relative_to(folder.resolve()):
                continue
            goal.parent.mkdir(parents=True, exist_ok=True)
            goal.write_bytes(content)


def layer_of(files: Mapping[str, bytes], made_by: str = "") -> Layer:
    """Pack files, named by absolute paths; no clock and no order of the dictionary shows in the bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(files):
            member = tarfile.TarInfo(path.lstrip("/"))
            member.size = len(files[path])
            member.mode = 0o644
            archive.addfile(member, io.BytesIO(files[path]))
    pressed = io.BytesIO()
    with gzip.GzipFile(fileobj=pressed, mode="wb", mtime=0, filename="") as file:
        file.write(packed.getvalue())
    return Layer(pressed.getvalue(), made_by)


def filler(name: str, size: int) -> bytes:
    """Bytes that cannot be compressed, the same for the same name: they stand for programs and libraries."""
    return random.Random(name).randbytes(size)


def digest_of(content: bytes) -> str:
    """The name of a content: `sha256:` and its hash."""
    return "sha256:" + hashlib.sha256(content).hexdigest()
