"""Artifacts: archives in the pipeline's bucket.

https://docs.aws.amazon.com/codepipeline/latest/userguide/welcome-introducing-artifacts.html
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from moto.moto_api._internal import mock_random

from course.lab.caller import Session
from course.lab.codepipeline.store import Action, Execution, Pipeline


def store(
    pipeline: Pipeline, execution: Execution, action: Action, declared: dict[str, Any], session: Session, body: bytes
) -> None:
    """Keep an action's output; the first of its output artifacts."""
    outputs = declared.get("outputArtifacts", [])
    if not outputs:
        return
    name = outputs[0]["name"]
    bucket = pipeline.structure["artifactStore"]["location"]
    key = f"{pipeline.name[:20]}/{name[:10]}/{mock_random.get_random_string(length=7)}"
    session.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    execution.artifacts[name] = (bucket, key)
    action.outputs.append({"name": name, "s3location": {"bucket": bucket, "key": key}})


def read(execution: Execution, name: str, session: Session) -> bytes:
    """An artifact that an earlier action stored."""
    bucket, key = execution.artifacts[name]
    body: bytes = session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def first_input(execution: Execution, declared: dict[str, Any], session: Session) -> bytes:
    """The action's first input."""
    return read(execution, declared["inputArtifacts"][0]["name"], session)


def member(execution: Execution, path: str, session: Session) -> str:
    """A file of an artifact, named as `Artifact::path/in/it`."""
    name, _, inside = path.partition("::")
    if not inside or name not in execution.artifacts:
        raise ValueError(f"[{path}] names no file of an artifact of this execution; write Artifact::file")
    with zipfile.ZipFile(io.BytesIO(read(execution, name, session))) as archive:
        try:
            return archive.read(inside).decode()
        except KeyError:
            raise ValueError(f"File [{inside}] does not exist in artifact [{name}]") from None


def archive_of(files: dict[str, bytes]) -> bytes:
    """An archive of these files."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return body.getvalue()
