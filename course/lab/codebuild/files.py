"""What goes into a build and what comes out: sources, artifacts, the cache.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.artifacts.files
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from course.lab.caller import Session


def unzip(body: bytes, folder: Path) -> None:
    """Unpack an archive; raises ValueError if it is none or reaches outside of the folder."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                if not (folder / name).resolve().is_relative_to(folder.resolve()):
                    raise ValueError(f"{name} lies outside the archive")
            archive.extractall(folder)
    except zipfile.BadZipFile:
        raise ValueError("not a zip archive") from None


def zipped(paths: dict[str, Path]) -> bytes:
    """An archive of files under these names."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(paths.items()):
            archive.write(path, name)
    return body.getvalue()


def chosen(root: Path, given: dict[str, Any]) -> dict[str, Path]:
    """The files of an artifact, by the names that they get in it."""
    base = root / given.get("base-directory", ".")
    skipped = {path for pattern in given.get("exclude-paths", []) for path in _matching(base, pattern)}
    found: dict[str, Path] = {}
    for pattern in given.get("files", []):
        for path in _matching(base, pattern):
            if path in skipped or not path.is_file():
                continue
            name = path.name if str(given.get("discard-paths", "no")).lower() in ("yes", "true") else str(
                path.relative_to(base))  # fmt: skip
            found[name] = path
    return found


def _matching(base: Path, pattern: str) -> list[Path]:
    path = base / pattern
    if path.is_dir():
        return [one for one in sorted(path.rglob("*")) if one.is_file()]
    return sorted(base.glob(pattern))


def read_object(session: Session, location: str) -> bytes:
    """An object at `bucket/key`."""
    bucket, _, key = location.removeprefix("arn:aws:s3:::").partition("/")
    body: bytes = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return body
