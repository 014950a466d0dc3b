"""An image: layers, a configuration and a manifest that names both by their digests.

https://github.com/opencontainers/image-spec/blob/main/manifest.md
https://github.com/opencontainers/image-spec/blob/main/config.md
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from course.lab.containers.layers import MEDIA_TYPE, Layer, digest_of

MANIFEST_TYPE: Final = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE: Final = "application/vnd.oci.image.config.v1+json"
CREATED: Final = "1970-01-01T00:00:00Z"  # as reproducible builds set it: the digest depends on the content alone


@dataclass(frozen=True)
class Settings:
    """What a container of the image starts with unless somebody says otherwise."""

    entry_point: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[str, ...] = ()
    folder: str = "/"
    user: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    volumes: tuple[str, ...] = ()
    health_check: Mapping[str, Any] | None = None

    def as_config(self) -> dict[str, Any]:
        """The part `config` of the image's configuration."""
        given: dict[str, Any] = {
            "Entrypoint": list(self.entry_point),
            "Cmd": list(self.command),
            "Env": [f"{name}={value}" for name, value in self.environment.items()],
            "ExposedPorts": {port: {} for port in self.ports},
            "WorkingDir": self.folder,
            "User": self.user,
            "Labels": dict(self.labels),
            "Volumes": {path: {} for path in self.volumes},
            "Healthcheck": self.health_check,
        }
        return {name: value for name, value in given.items() if value}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Settings:
        """Read them back."""
        return cls(
            tuple(config.get("Entrypoint") or ()),
            tuple(config.get("Cmd") or ()),
            dict(one.partition("=")[::2] for one in config.get("Env") or ()),
            tuple(config.get("ExposedPorts") or ()),
            str(config.get("WorkingDir") or "/"),
            str(config.get("User") or ""),
            dict(config.get("Labels") or {}),
            tuple(config.get("Volumes") or ()),
            config.get("Healthcheck"),
        )


@dataclass(frozen=True)
class Image:
    """An image as Docker keeps it.

    >>> image = lab.image("shop:1", {"app.py": "print('hello')"})
    >>> image.digest, image.size, [layer.digest for layer in image.layers]
    """

    layers: tuple[Layer, ...]
    settings: Settings
    cached: tuple[bool, ...] = ()
    """Which of the layers were there already when it was built."""

    @cached_property
    def config(self) -> bytes:
        """Its configuration as bytes."""
        said = {
            "architecture": "amd64",
            "os": "linux",
            "created": CREATED,
            "config": self.settings.as_config(),
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in self.layers]},
            "history": [{"created": CREATED, "created_by": layer.made_by} for layer in self.layers],
        }
        return json.dumps(said, separators=(",", ":")).encode()

    @cached_property
    def manifest(self) -> str:
        """The document that a registry keeps: the digests of the configuration and of the layers, with their sizes."""
        layers = [{"mediaType": MEDIA_TYPE, "digest": one.digest, "size": one.size} for one in self.layers]
        said = {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": {"mediaType": CONFIG_TYPE, "digest": digest_of(self.config), "size": len(self.config)},
            "layers": layers,
        }
        return json.dumps(said, indent=3)

    @property
    def id(self) -> str:
        """What Docker calls it on this machine: the digest of its configuration."""
        return digest_of(self.config)

    @property
    def digest(self) -> str:
        """What registries call it: the digest of its manifest."""
        return digest_of(self.manifest.encode())

    @property
    def size(self) -> int:
        """Its layers together, compressed, in bytes."""
        return sum(layer.size for layer in self.layers)

    def files(self) -> dict[str, bytes]:
        """The file system that its layers make, by absolute path: later layers win."""
        found: dict[str, bytes] = {}
        for layer in self.layers:
            found |= layer.files()
        return found

    def __repr__(self) -> str:
        return f"<Image {self.id[:19]}, {len(self.layers)} layers, {self.size:,} bytes>"


def from_parts(config: bytes, layers: Sequence[bytes]) -> Image:
    """An image out of what a registry sent."""
    said = json.loads(config)
    history = [one.get("created_by", "") for one in said.get("history", [])]
    history += [""] * (len(layers) - len(history))
    packed = tuple(Layer(content, by) for content, by in zip(layers, history, strict=False))
    return Image(packed, Settings.from_config(said.get("config") or {}))
