"""The public images that the lab knows, as small stand-ins: layers a thousandth of the true size, nothing inside runs
but Python and two web servers that show files.

https://hub.docker.com/_/python https://hub.docker.com/_/httpd https://hub.docker.com/_/nginx
https://gallery.ecr.aws/docker/library/python
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from course.lab.containers.image import Image, Settings
from course.lab.containers.layers import filler, layer_of
from course.lab.containers.reference import HUB, PUBLIC, Reference

_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class _Base:
    tags: str
    sizes: tuple[int, ...]
    """Of its layers, in bytes here and in kilobytes there."""
    settings: Settings
    files: Mapping[str, str] = field(default_factory=dict)


def _plain(command: str) -> Settings:
    return Settings(command=(command,), environment={"PATH": _PATH})


_HTTPD_PAGE: Final = "<html><body><h1>It works!</h1></body></html>\n"
_NGINX_PAGE: Final = "<!DOCTYPE html>\n<html><head><title>Welcome to nginx!</title></head></html>\n"
_BASES: Final[dict[str, _Base]] = {
    "python": _Base(
        r"latest|slim|alpine|3(\.\d+){0,2}(-slim|-alpine)?(-bookworm|-trixie)?",
        (28_000, 3_500, 13_000, 250),
        Settings(command=("python3",), environment={"PATH": _PATH, "LANG": "C.UTF-8"}),
    ),
    "httpd": _Base(
        r"latest|alpine|2(\.4)?(\.\d+)?(-alpine)?",
        (28_000, 4_000, 26_000),
        Settings(
            command=("httpd-foreground",), environment={"PATH": _PATH, "HTTPD_PREFIX": "/usr/local/apache2"},
            ports=("80/tcp",), folder="/usr/local/apache2",
        ),
        {"/usr/local/apache2/htdocs/index.html": _HTTPD_PAGE},
    ),
    "nginx": _Base(
        r"latest|stable|mainline|alpine|1(\.\d+){0,2}(-alpine)?",
        (28_000, 42_000, 1_000),
        Settings(command=("nginx", "-g", "daemon off;"), environment={"PATH": _PATH}, ports=("80/tcp",)),
        {"/usr/share/nginx/html/index.html": _NGINX_PAGE},
    ),
    "busybox": _Base(r"latest|stable|1(\.\d+){0,2}", (2_200,), _plain("sh")),
    "alpine": _Base(r"latest|3(\.\d+){0,2}", (3_600,), _plain("/bin/sh")),
    "debian": _Base(r"latest|bookworm(-slim)?|trixie(-slim)?|1\d(\.\d+)?(-slim)?", (48_000,), _plain("bash")),
    "ubuntu": _Base(r"latest|2\d\.\d\d|jammy|noble", (30_000,), _plain("/bin/bash")),
    "amazonlinux": _Base(r"latest|2023|2", (52_000,), _plain("/bin/bash")),
}  # fmt: skip


def known_name(name: Reference) -> str:
    """The short name of a public image that the lab knows; empty if it knows none of this name, whatever the tag."""
    if name.registry == HUB and name.repository.startswith("library/"):
        short = name.repository.removeprefix("library/")
    elif name.registry == PUBLIC:
        short = re.sub(r"^(docker/library|amazonlinux|nginx)/", "", name.repository)
    else:
        return ""
    return short if short in _BASES else ""


def _packages(short: str, tag: str) -> dict[str, bytes]:
    """The package list of Debian: as of July 2023 in images of those days, else mended."""
    if short not in ("python", "debian", "httpd", "nginx"):
        return {}
    old = re.match(r"3\.11\.4|2\.4\.57|12\.[01]", tag) is not None
    versions = _OLD_PACKAGES if old else _NEW_PACKAGES
    rows = [f"Package: {name}\nStatus: install ok installed\nVersion: {one}\n" for name, one in versions.items()]
    return {"/var/lib/dpkg/status": "\n".join(rows).encode()}


# https://security-tracker.debian.org/tracker/source-package/glibc and others: Debian 12 when it came, and mended
_OLD_PACKAGES: Final = {"glibc": "2.36-9", "openssl": "3.0.9-1", "shadow": "1:4.13+dfsg1-1+b1"}
_NEW_PACKAGES: Final = {
    "glibc": "2.36-9+deb12u3", "openssl": "3.0.11-1~deb12u2", "shadow": "1:4.13+dfsg1-1+deb12u1",
}  # fmt: skip


def find(name: Reference) -> Image | None:
    """The public image of this name and tag."""
    short = known_name(name)
    if not short or name.digest or not re.fullmatch(_BASES[short].tags, name.tag):
        return None
    return _make(short, name.tag)


@cache
def _make(short: str, tag: str) -> Image:
    base = _BASES[short]
    layers = []
    for number, size in enumerate(base.sizes):
        # The lowest layer is Debian for most of them: images with the same base share it.
        shared = number == 0 and len(base.sizes) > 1
        path = "/usr/lib/debian" if shared else f"/usr/lib/{short}-{tag}-{number}"
        layers.append(layer_of({path: filler(path, size)}, "debian base" if shared else f"part {number} of {short}"))
    if packages := _packages(short, tag):
        layers.append(layer_of(packages, "list of Debian packages"))
    if base.files:
        layers.append(layer_of({path: text.encode() for path, text in base.files.items()}, f"pages of {short}"))
    return Image(tuple(layers), base.settings)


def names() -> list[str]:
    """The public images that there are."""
    return sorted(_BASES)
