"""Source bundles: the zip archive that becomes an application version.

https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-sourcebundle.html
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass, field

from course.lab.service import Refusal


@dataclass(frozen=True)
class Bundle:
    """The files of a source bundle by their paths."""

    files: dict[str, bytes] = field(default_factory=dict)
    size: int = 0

    @classmethod
    def read(cls, archive: bytes) -> Bundle:
        """Unpack an archive; refused if it is none."""
        try:
            with zipfile.ZipFile(io.BytesIO(archive)) as opened:
                names = [one for one in opened.namelist() if not one.endswith("/")]
                found = {posixpath.normpath(name): opened.read(name) for name in names}
        except zipfile.BadZipFile:
            raise Refusal(
                "InvalidParameterValue", "The source bundle is not a valid zip archive. Provide a ZIP or WAR file."
            ) from None
        return cls({name: body for name, body in found.items() if not name.startswith("..")}, len(archive))

    def text(self, name: str) -> str | None:
        """A file as text; None if it is not there."""
        body = self.files.get(name)
        return body.decode("utf-8", "replace") if body is not None else None

    def under(self, folder: str) -> dict[str, bytes]:
        """The files directly in a folder, in alphabetical order."""
        prefix = folder.rstrip("/") + "/"
        return {
            name: body
            for name, body in sorted(self.files.items())
            if name.startswith(prefix) and "/" not in name[len(prefix) :]
        }

    @property
    def wrapper(self) -> str:
        """The folder in which everything lies, if the archive has one; there it finds nothing."""
        roots = {name.partition("/")[0] for name in self.files if not name.startswith("__MACOSX/")}
        only = next(iter(roots), "")
        return only if len(roots) == 1 and all("/" in name for name in self.files) and only[:1] != "." else ""
