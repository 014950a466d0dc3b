"""The public repositories, as far as the lab needs them: a few packages with contents of its own making.

https://docs.aws.amazon.com/codeartifact/latest/ug/external-connection.html
"""

from __future__ import annotations

from typing import Final

FORMATS: Final = {
    "public:npmjs": "npm", "public:pypi": "pypi", "public:maven-central": "maven", "public:nuget-org": "nuget",
    "public:crates-io": "cargo", "public:ruby-gems-org": "ruby", "public:maven-googleandroid": "maven",
    "public:maven-gradleplugins": "maven", "public:maven-commonsware": "maven", "public:maven-clojars": "maven",
}  # fmt: skip

_PACKAGES: Final = {
    ("pypi", "requests"): ("2.31.0", "2.32.5"),
    ("pypi", "numpy"): ("1.26.4", "2.3.4"),
    ("pypi", "flask"): ("3.0.3", "3.1.2"),
    ("npm", "left-pad"): ("1.3.0",),
    ("npm", "lodash"): ("4.17.21",),
    ("maven", "junit"): ("4.13.2",),
}

_ENDING: Final = {"pypi": "-py3-none-any.whl", "npm": ".tgz", "maven": ".jar"}


def versions(connection: str, name: str) -> tuple[str, ...]:
    """The versions of a package that a public repository offers."""
    return _PACKAGES.get((FORMATS[connection], name), ())


def assets(connection: str, name: str, version: str) -> dict[str, bytes]:
    """The files of a version."""
    kind = FORMATS[connection]
    return {f"{name}-{version}{_ENDING[kind]}": f"{name} {version} as {connection} has it\n".encode() * 40}
